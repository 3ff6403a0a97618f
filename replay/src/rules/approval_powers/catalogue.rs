//! What the catalogue and the batches themselves show of 二.1 (R2.1.1–R2.1.5):
//! whatever may be delegated or entrusted is, what was handed down is taken over,
//! and all of it is published.

use super::standing::cite;
use super::{CLEAN_UP, DELEGATE, ENTRUST, PUBLISH, TAKE_OVER, TAKEN_BACK};
use crate::integrity::json::Json;
use crate::master::{At, Batch, Item, Version, base_of};
use crate::rules::city::City;
use crate::rules::finding::{EntryRef, Findings};
use chrono::NaiveDate;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// The day asked about, if the decision is in force on it.
fn today(city: &City<'_>) -> Option<At> {
    let at = city.bench.at_now();
    city.bench.decision_in_force(at.on).then_some(at)
}

/// R2.1.1: whatever is retained says why it may not go to the counties.
pub(super) fn delegated(city: &City<'_>, out: &mut Findings) {
    const KNOWN: [&str; 6] = ["retained", "delegated", "entrusted", "cancelled", "merged", "moved"];
    let Some(at) = today(city) else { return };
    let office = city.unit_with_role("编办", None, at);
    for version in city.bench.master.items.each_at(at) {
        let row = &version.row;
        if row.exercise_level.as_deref() != Some("市") || !is_approval(row) {
            continue;
        }
        let name = row.name.as_deref().unwrap_or_default();
        let disposition = row.disposition.as_deref();
        let barred = row.legal_bar.as_ref().is_some_and(|bar| !matches!(bar, Json::Bool(false)));
        let (zh, en, missing) = match disposition {
            Some("retained") if row.exempt_domain.is_some() || barred => {
                out.compliant(&DELEGATE);
                continue;
            }
            Some("retained") => (
                format!("市级保留事项「{name}」既不属例外领域,也未载明法律规定须由市级行使的依据"),
                format!(
                    "「{name}」 is retained by the city without an exempt domain or a law that bars \
                     delegation"
                ),
                vec!["exempt_domain", "legal_bar"],
            ),
            Some(known) if KNOWN.contains(&known) => {
                out.compliant(&DELEGATE);
                continue;
            }
            _ => (
                format!("市级事项「{name}」未载明处置(保留、下放、委托、取消、合并、划转)"),
                format!("nothing says what became of 「{name}」: retained, delegated, …"),
                vec!["disposition"],
            ),
        };
        let mut finding = city
            .told_by(&DELEGATE, &version.origin, (office.as_deref(), at), zh, en)
            .matter(row.item_code.clone())
            .because("missing", missing)
            .because("item", cite(version));
        finding.accountable.direct.clear();
        out.add(finding);
    }
}

/// Items that are approvals, as against penalties, inspections and services.
fn is_approval(row: &Item) -> bool {
    matches!(
        row.item_kind.as_deref(),
        None | Some("行政许可" | "行政确认" | "其他行政权力" | "非行政许可审批")
    )
}

/// R2.1.2: an entrustment is to an organ, announced, and not passed on (行政许可法 24).
pub(super) fn entrusted(city: &City<'_>, out: &mut Findings) {
    let Some(at) = today(city) else { return };
    let units = &city.bench.master.units;
    for version in city.bench.master.items.each_at(at) {
        let row = &version.row;
        if row.disposition.as_deref() != Some("entrusted") {
            continue;
        }
        let name = row.name.as_deref().unwrap_or_default();
        let mut lacks: Vec<(&str, &str, &str)> = Vec::new();
        if row.on_behalf_of_unit.is_none() {
            lacks.push(("未载明委托机关", "no entruster is named", "on_behalf_of_unit"));
        }
        let receiver = row.subject_unit.as_deref().and_then(|unit| units.at(unit, at));
        let kind = receiver.and_then(|unit| unit.row.kind.as_deref());
        if kind.is_some_and(|kind| !matches!(kind, "行政机关" | "参公事业" | "党群")) {
            lacks.push(("受托单位不是行政机关", "the entrusted unit is no organ", "unit.kind"));
        }
        if row.on_behalf_of_unit.is_some() && row.on_behalf_of_unit == row.subject_unit {
            lacks.push(("委托给自己", "entrusted to itself", "on_behalf_of_unit"));
        }
        if !announced(city, row, at) {
            lacks.push(("委托未公告", "the entrustment was not announced", "batch.basis_doc"));
        }
        if lacks.is_empty() {
            out.compliant(&ENTRUST);
            continue;
        }
        let words = |pick: fn(&(&str, &str, &str)) -> String, with: &str| {
            lacks.iter().map(pick).collect::<Vec<_>>().join(with)
        };
        let zh = format!("委托事项「{name}」:{}", words(|lack| lack.0.to_owned(), ";"));
        let en = format!("entrusted 「{name}」: {}", words(|lack| lack.1.to_owned(), "; "));
        let missing: Vec<&str> = lacks.iter().map(|lack| lack.2).collect();
        let unit = row.on_behalf_of_unit.as_deref().or(row.subject_unit.as_deref());
        let finding = city.told_by(&ENTRUST, &version.origin, (unit, at), zh, en);
        let finding = finding.matter(row.item_code.clone()).because("lacking", missing);
        out.add(finding.because("item", cite(version)));
    }
}

/// Whether the batch that entrusted it names the paper by which it was announced.
fn announced(city: &City<'_>, row: &Item, at: At) -> bool {
    if row.basis_doc.is_some() || row.published_on.is_some() {
        return true;
    }
    let batches = [Some(row.item_code.as_ref()), row.base()];
    batches.into_iter().flatten().any(|code| {
        city.bench
            .master
            .batches
            .found_at(code, at)
            .any(|batch| batch.row.announcement_doc.is_some() || batch.row.basis_doc.is_some())
    })
}

/// R2.1.3: items of a kind that is known, and none of a kind that is abolished.
pub(super) fn cleaned_up(city: &City<'_>, out: &mut Findings) {
    const KINDS: [&str; 11] = [
        "行政许可",
        "行政处罚",
        "行政强制",
        "行政征收",
        "行政给付",
        "行政检查",
        "行政确认",
        "行政奖励",
        "行政裁决",
        "其他行政权力",
        "公共服务",
    ];
    let Some(at) = today(city) else { return };
    for version in city.bench.master.items.each_at(at) {
        let row = &version.row;
        if row.disposition.as_deref() == Some("cancelled") {
            continue;
        }
        let name = row.name.as_deref().unwrap_or_default();
        let kind = row.item_kind.as_deref();
        if kind.is_some_and(|kind| KINDS.contains(&kind)) {
            out.compliant(&CLEAN_UP);
            continue;
        }
        let shown = kind.unwrap_or("(未载明)");
        let zh = format!("目录中「{name}」的类别为{shown},应予清理");
        let en = format!("「{name}」 is in force as {shown}: it should have been cleaned up");
        let unit = row.subject_unit.as_deref();
        let finding = city.told_by(&CLEAN_UP, &version.origin, (unit, at), zh, en);
        out.add(finding.matter(row.item_code.clone()).because("item", cite(version)));
    }
}

/// R2.1.4: a batch has as many rows as it was declared with, and every county has
/// taken over every row addressed to it.
pub(super) fn taken_over(city: &City<'_>, out: &mut Findings) {
    let Some(at) = today(city) else { return };
    let taken: BTreeSet<(&str, &str)> = city
        .bench
        .master
        .takeovers
        .each_at(at)
        .filter_map(|row| {
            let code = base_of(&row.row.item_code).unwrap_or(&row.row.item_code);
            Some((code, row.row.county.as_deref()?))
        })
        .collect();
    for batch in city.bench.master.batches.each_at(at) {
        counted(city, batch, at, out);
        let kind = batch.row.kind.as_deref();
        if matches!(kind, Some("下放" | "委托")) {
            for county in batch.row.addressee_regions.iter().flatten() {
                covered(city, batch, (county, &taken), at, out);
            }
        }
    }
}

fn counted(city: &City<'_>, batch: &Version<Batch>, at: At, out: &mut Findings) {
    let Some(rows) = &batch.row.rows else { return };
    let distinct: BTreeSet<&str> = rows
        .iter()
        .filter_map(|row| row.item_code.as_deref().or(row.base_code.as_deref()))
        .collect();
    let (count, distinct) = (rows.len() as i64, distinct.len() as i64);
    let Some(expected) = batch.row.expected_count else { return };
    if count == expected && (distinct == count || distinct == 0) {
        return out.compliant(&TAKE_OVER);
    }
    let id = &batch.row.batch_id;
    let zh = format!("批次{id}应有{expected}项,清单列{count}行、{distinct}个不同编码");
    let en = format!(
        "batch {id} was declared with {expected} items and lists {count} rows, {distinct} codes"
    );
    let unit = batch.origin.unit.as_deref();
    let finding = city.told_by(&TAKE_OVER, &batch.origin, (unit, at), zh, en).matter("count");
    out.add(finding.because(
        "batch",
        json!({ "batch_id": id, "expected": expected, "rows": count, "distinct_codes": distinct,
                "entry": batch.origin.id }),
    ));
}

fn covered(
    city: &City<'_>,
    batch: &Version<Batch>,
    (county, taken): (&str, &BTreeSet<(&str, &str)>),
    at: At,
    out: &mut Findings,
) {
    let effective = |on: Option<NaiveDate>| on.is_none_or(|on| on <= at.on);
    let rows = batch.row.rows.iter().flatten().filter(|row| effective(row.effective_on));
    let codes: Vec<(&str, &str)> = rows
        .filter_map(|row| {
            let code = row.base_code.as_deref().or_else(|| base_of(row.item_code.as_deref()?));
            let code = code.or(row.item_code.as_deref())?;
            Some((code, row.name.as_deref().unwrap_or(code)))
        })
        .collect();
    let missing: Vec<&(&str, &str)> =
        codes.iter().filter(|(code, _)| !taken.contains(&(*code, county))).collect();
    if missing.is_empty() {
        return out.compliant(&TAKE_OVER);
    }
    let (all, done) = (codes.len(), codes.len() - missing.len());
    let id = &batch.row.batch_id;
    let zh = format!("{county}对批次{id}承接{done}/{all}项,尚有{}项未承接", missing.len());
    let en = format!("{county} has taken over {done} of {all} items of batch {id}");
    let government = city.government_of(county, at);
    let finding = city.told_by(&TAKE_OVER, &batch.origin, (government.as_deref(), at), zh, en);
    let names: Vec<&str> = missing.iter().map(|(_, name)| *name).collect();
    let codes: Vec<&str> = missing.iter().map(|(code, _)| *code).collect();
    out.add(
        finding
            .matter(county)
            .because("coverage", json!({ "taken_over": done, "addressed": all }))
            .because("missing_items", names)
            .because("missing_codes", codes),
    );
}

/// R2.1.5: within twenty working days (公开条例 26) of taking effect, each version of
/// a unit's catalogue is published.
pub(super) fn published(city: &City<'_>, out: &mut Findings) {
    const TERM_WD: u32 = 20;
    let Some(at) = today(city) else { return };
    let mut groups: BTreeMap<(&str, &str), Vec<&Version<Item>>> = BTreeMap::new();
    for version in city.bench.master.items.versions() {
        let row = &version.row;
        let counts = version.believed_at(at.known_at)
            && !version.ended()
            && row.disposition.as_deref() != Some("cancelled")
            && is_approval(row);
        if counts {
            let unit = row.subject_unit.as_deref().unwrap_or_default();
            let number = row.catalogue_version.as_deref().unwrap_or("?");
            groups.entry((unit, number)).or_default().push(version);
        }
    }
    for ((unit, number), versions) in groups {
        let mut late: Vec<(&Version<Item>, NaiveDate)> = Vec::new();
        for version in &versions {
            let Some(from) = version.valid_from.filter(|on| city.bench.decision_in_force(*on))
            else {
                continue;
            };
            let known = at.known_at;
            let due = city.bench.calendar.add_working_days(from, TERM_WD, known, |_| false);
            let Some(due) = due.map(|due| due.date) else { continue };
            let done = version.row.published_on.or_else(|| city.topics.guides.published(version));
            if done.is_none_or(|on| due < on) && due < at.on {
                late.push((version, due));
            }
        }
        let Some((first, due)) = late.first() else {
            out.compliant(&PUBLISH);
            continue;
        };
        let (count, all) = (late.len(), versions.len());
        let zh = format!("{unit}目录{number}版{count}/{all}项未在{due}前向社会公示");
        let en = format!(
            "{count} of {all} items of {unit}'s catalogue {number} were not published by {due}"
        );
        let mut finding = city.told_by(&PUBLISH, &first.origin, (Some(unit), at), zh, en);
        finding.stream = format!("md/{unit}").into();
        finding.at = city.bench.zone.end_of(*due);
        finding.entries.extend(late.iter().map(|(version, _)| EntryRef::origin(&version.origin)));
        finding.entries.sort();
        finding.entries.dedup();
        let codes: Vec<&str> = late.iter().map(|(v, _)| v.row.item_code.as_ref()).collect();
        let published: Vec<_> =
            late.iter().map(|(v, _)| v.row.published_on.map(|on| on.to_string())).collect();
        out.add(
            finding
                .matter(number)
                .because("due", due.to_string())
                .because("items", codes)
                .because("published_on", json!(published)),
        );
    }
}

/// R2.1.8: what was handed down comes back by a published document only (§2.2).
pub(super) fn recalled(city: &City<'_>, out: &mut Findings) {
    let Some(at) = today(city) else { return };
    let table = &city.bench.master.items;
    for version in table.each_at(at).filter(|version| {
        version.row.disposition.as_deref() == Some("retained")
            && version.row.exercise_level.as_deref() == Some("市")
    }) {
        let earlier = table.history(&version.row.item_code).find(|old| {
            old.row.disposition.as_deref() == Some("delegated")
                && old.believed_at(at.known_at)
                && old.valid_from < version.valid_from
        });
        let Some(earlier) = earlier else { continue };
        if version.row.published_on.is_some() && version.row.basis_doc.is_some() {
            out.compliant(&TAKEN_BACK);
            continue;
        }
        let name = version.row.name.as_deref().unwrap_or_default();
        let zh = format!("已下放的「{name}」重又列为市级保留,未见公布的收回文件");
        let en = format!(
            "「{name}」 had been handed down and is the city's again, without a published document"
        );
        let unit = version.row.subject_unit.as_deref();
        let finding = city.told_by(&TAKEN_BACK, &version.origin, (unit, at), zh, en);
        let both = json!({ "handed_down": cite(earlier), "taken_back": cite(version) });
        out.add(finding.matter(version.row.item_code.clone()).because("items", both));
    }
}
