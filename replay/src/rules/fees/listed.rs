//! What a unit may charge for at all: R2.5.2 (no cost fee for a cancelled item's
//! certificate), R2.5.3 (a licence, since 2016 a published list) and R2.5.5 (nothing
//! outside it). Until 2015 the licence 收费许可证 decides, after it the list 收费目录
//! 清单 (P26): the law abolished the licence, and the decision yields (R4.2).

use super::lines::{self, UNLISTED};
use super::{CANCELLED_COST, LICENCE, OUTSIDE_LICENCE, yuan};
use crate::event::Event;
use crate::master::{FeeList, ItemStatus, Version};
use crate::rules::bench::{Bench, Case};
use crate::rules::coverage::Silence;
use crate::rules::finding::{Finding, Findings, Outcome};
use crate::rules::norms;
use crate::rules::rule::Severity;
use chrono::NaiveDate;
use serde_json::json;
use std::collections::BTreeSet;

/// One thing that was charged for.
struct Charged<'c> {
    act: &'c Event<'c>,
    matter: String,
    code: Box<str>,
    amount_fen: Option<i64>,
}

/// What was assessed, line by line; of a case that has no assessment, what was paid.
fn charged<'c>(case: &'c Case<'_>) -> Vec<Charged<'c>> {
    let lines = lines::in_force(case).into_iter().map(|line| Charged {
        act: line.act,
        matter: line.matter(),
        code: line.code,
        amount_fen: line.amount_fen,
    });
    let lines: Vec<Charged<'c>> = lines.collect();
    if case.file.first("fee.assessed").is_some() {
        return lines;
    }
    let in_force = |act: &&Event<'_>| case.bench.decision_in_force(act.occurred.local_date());
    let paid = case.file.all("fee.paid").filter(in_force);
    paid.map(|act| Charged {
        act,
        matter: act.id.to_string(),
        code: lines::code_of(case, act).unwrap_or(UNLISTED.into()),
        amount_fen: act.body.int("amount_fen"),
    })
    .collect()
}

/// R2.5.2: a fee for making a certificate whose item is cancelled.
pub(super) fn cancelled_cost(case: &Case<'_>, out: &mut Findings) {
    for one in charged(case) {
        let at = case.bench.at(one.act.occurred.micros);
        let Some(item) = case.bench.master.fee_items.at(&one.code, at) else { continue };
        if item.row.nature.as_deref() != Some("工本费") {
            continue;
        }
        let linked = item.row.linked_items.as_deref().unwrap_or_default();
        let cancelled =
            linked.iter().find_map(|code| match case.bench.master.item_status(code, at) {
                ItemStatus::Cancelled { since, version } => Some((code, since, version)),
                _ => None,
            });
        let Some((code, since, version)) = cancelled else {
            out.compliant(&CANCELLED_COST);
            continue;
        };
        let name = version.row.name.as_deref().unwrap_or(code);
        let amount = one.amount_fen.map_or("?".to_owned(), yuan);
        let since_words = since.map(|day| format!("自{day}起")).unwrap_or_default();
        let zh = format!("“{name}”{since_words}已取消,仍收取证照工本费{amount}元");
        let en = format!("“{name}” is cancelled, and CNY {amount} was charged for its certificate");
        let finding = super::of_collector(case, &CANCELLED_COST, one.act, zh, en);
        let finding = finding.matter(one.matter).severity(Severity::Refer);
        out.add(finding.because(
            "cancelled",
            json!({
                "fee_code": one.code, "item": code, "since": since.map(|day| day.to_string()),
                "catalogue_version": version.row.catalogue_version, "item_entry": version.origin.id,
                "fee_item_entry": item.origin.id, "amount_fen": one.amount_fen,
            }),
        ));
    }
}

/// P26: whether the licence decides on a day, or the published list; by default the
/// licence until the law abolished it.
fn by_licence(bench: &Bench<'_>, on: NaiveDate) -> bool {
    let before = norms::FEE_LICENCE.higher_law_from().is_none_or(|from| on < from);
    let set = bench.parameter("P26", bench.on(on));
    match set.and_then(|set| set.get(if before { "before_2016" } else { "after" })?.as_str()) {
        Some("licence") => true,
        Some("published_list") => false,
        _ => before,
    }
}

/// What a unit held on a day.
struct Held<'m> {
    rows: Vec<&'m Version<FeeList>>,
    /// Licences that the law no longer knows.
    abolished: Vec<&'m Version<FeeList>>,
}

/// A licence is known by its number; a row that has a list's number too is a list.
fn is_licence(row: &FeeList) -> bool {
    row.licence_no.as_deref().is_some_and(|licence| licence == row.list_no.as_ref())
}

fn held<'m>(case: &Case<'m>, unit: &str, on: NaiveDate) -> Held<'m> {
    let master = case.bench.master;
    let at = case.bench.on(on);
    let own =
        |unit: &str| -> Vec<&'m Version<FeeList>> { master.fee_lists.found_at(unit, at).collect() };
    let mut rows = own(unit);
    if rows.is_empty() {
        // A unit that was merged or renamed charges by what its predecessor held.
        rows = master.unit_lineage(unit, at).iter().flat_map(|unit| own(unit)).collect();
    }
    let by_licence = by_licence(case.bench, on);
    let (licences, lists): (Vec<_>, Vec<_>) =
        rows.into_iter().partition(|row| is_licence(&row.row));
    match by_licence {
        true => Held { rows: licences, abolished: Vec::new() },
        false => Held { rows: lists, abolished: licences },
    }
}

/// Whether a fee stood on the unit's licence or published list on the day of an act;
/// `None` where no list is known at all.
pub(super) fn listing(case: &Case<'_>, act: &Event<'_>, code: &str) -> Option<bool> {
    if code == UNLISTED {
        return Some(false);
    }
    let unit = super::collecting_unit(case, act)?;
    let on = act.occurred.local_date();
    let held = held(case, &unit, on);
    let open = |row: &&Version<FeeList>| row.row.published_on.is_none_or(|day| day <= on);
    let known = !case.bench.master.fee_lists.is_empty();
    known.then(|| held.rows.iter().any(|row| open(row) && lists(row, code)))
}

fn lists(row: &Version<FeeList>, code: &str) -> bool {
    row.row.fee_codes.iter().flatten().any(|listed| listed.as_ref() == code)
}

/// R2.5.3 and R2.5.5 together: whether there is a licence or list, whether it was
/// published, whether it has the item.
pub(super) fn listed(case: &Case<'_>, out: &mut Findings) {
    let mut told: BTreeSet<&str> = BTreeSet::new();
    for one in charged(case) {
        let on = one.act.occurred.local_date();
        if one.code.as_ref() == UNLISTED {
            // Which fee it was an assessment may say that the file does not hold.
            out.add(outside(case, &one, &[]).by_silence(Silence::Whole));
            continue;
        }
        let unit = super::collecting_unit(case, one.act);
        let Some(unit) = unit.filter(|_| !case.bench.master.fee_lists.is_empty()) else {
            if told.insert(&one.act.id) {
                out.add(untold(case, one.act));
            }
            continue;
        };
        let held = held(case, &unit, on);
        if held.rows.is_empty() {
            if told.insert(&one.act.id) {
                out.add(without(case, one.act, &unit, &held));
            }
            if held.abolished.iter().any(|row| lists(row, &one.code)) {
                out.add(by_abolished_licence(case, &one, &held));
            }
            continue;
        }
        let having: Vec<_> = held.rows.iter().filter(|row| lists(row, &one.code)).collect();
        let published = |row: &&&Version<FeeList>| row.row.published_on.is_none_or(|day| day <= on);
        match having.first() {
            None => out.add(outside(case, &one, &held.rows)),
            Some(row) if !having.iter().any(published) => out.add(unpublished(case, &one, row)),
            Some(_) => {
                out.compliant(&LICENCE);
                out.compliant(&OUTSIDE_LICENCE);
            }
        }
    }
}

fn untold(case: &Case<'_>, act: &Event<'_>) -> Finding {
    let zh = "账本没有任何收费许可证或目录清单,或者不知道收费单位,无法判定".to_owned();
    let en = "the ledger holds no fee licence or list, or the collecting unit is unknown";
    let finding = case.signal(&LICENCE, act, zh, format!("{en}: it cannot be told"));
    let missing: &[&str] = &["md.fee_list", "actor.unit"];
    finding.outcome(Outcome::Indeterminate).because("missing", missing)
}

fn without(case: &Case<'_>, act: &Event<'_>, unit: &str, held: &Held<'_>) -> Finding {
    let on = act.occurred.local_date();
    let (what, what_en) = if !by_licence(case.bench, on) {
        ("收费目录清单", "published fee list")
    } else {
        ("收费许可证", "fee licence")
    };
    let zh = format!("{on}收费时,单位{unit}没有有效的{what}");
    let en = format!("on {on} the unit {unit} held no {what_en} in force");
    let licences: Vec<_> = held.abolished.iter().map(|row| row.row.list_no.as_ref()).collect();
    let finding = super::of_collector(case, &LICENCE, act, zh, en);
    finding.because("tested_by", what).because("licences_of_no_force", licences)
}

fn by_abolished_licence(case: &Case<'_>, one: &Charged<'_>, held: &Held<'_>) -> Finding {
    let row = held.abolished.iter().find(|row| lists(row, &one.code));
    let number = row.map_or("", |row| row.row.list_no.as_ref());
    let zh = format!(
        "本决定要求的《收费许可证》({number})已由国家取消,不再以其判定;改按收费目录清单判定"
    );
    let en = format!(
        "the licence ({number}) that the decision asks for was abolished nationally: it is not \
         judged by it but by the published list"
    );
    let finding = super::of_collector(case, &LICENCE, one.act, zh, en);
    let finding = finding.matter(format!("{}@licence", one.matter));
    norms::superseded(finding, &norms::FEE_LICENCE)
        .because("licence_entry", row.map(|row| row.origin.id.as_ref()))
}

fn unpublished(case: &Case<'_>, one: &Charged<'_>, row: &Version<FeeList>) -> Finding {
    let published = row.row.published_on.map(|day| day.to_string()).unwrap_or_default();
    let on = one.act.occurred.local_date();
    let zh = format!("列有{}的目录清单{published}才公布,{on}收费时尚未公布", one.code);
    let en = format!(
        "the list with {} was published on {published}, after the charge of {on}",
        one.code
    );
    let finding = super::of_collector(case, &LICENCE, one.act, zh, en).matter(&*one.matter);
    finding.because("list_no", &*row.row.list_no).because("list_entry", &*row.origin.id)
}

fn outside(case: &Case<'_>, one: &Charged<'_>, rows: &[&Version<FeeList>]) -> Finding {
    let numbers: Vec<&str> = rows.iter().map(|row| row.row.list_no.as_ref()).collect();
    let entries: Vec<&str> = rows.iter().map(|row| row.origin.id.as_ref()).collect();
    let amount = one.amount_fen.map_or("?".to_owned(), yuan);
    let code = &one.code;
    let (zh, en) = if rows.is_empty() {
        (
            format!("收取{amount}元,收费项目未列入任何目录({code})"),
            format!("CNY {amount} charged for what stands in no catalogue ({code})"),
        )
    } else {
        (
            format!(
                "收取{amount}元,收费项目{code}不在本单位的许可证或目录清单({})之内",
                numbers.join("、")
            ),
            format!(
                "CNY {amount} charged for {code}, which the unit's licence or list ({}) does not have",
                numbers.join(", ")
            ),
        )
    };
    let finding = super::of_collector(case, &OUTSIDE_LICENCE, one.act, zh, en);
    finding.matter(&*one.matter).because(
        "lists",
        json!({"fee_code": code, "numbers": numbers, "entries": entries, "amount_fen": one.amount_fen}),
    )
}
