//! What cases show of 二.1: cancelled items, county powers, items of no catalogue,
//! entrusted items decided in one's own name.

use super::standing::{
    Exercised, Standing, Told, UNLISTED, cite, decides, exercised, is_municipal, standing,
};
use super::{CANCELLED, ENTRUST, SELF_CREATED, TAKEN_BACK};
use crate::event::Event;
use crate::master::base_of;
use crate::rules::accountability::Accountable;
use crate::rules::bench::Case;
use crate::rules::city::City;
use crate::rules::finding::{Finding, Findings, Outcome};
use crate::rules::rule::Rule;
use crate::time::civil;
use chrono::NaiveDate;
use serde_json::{Value, json};

/// Matter of a finding about one item of a case.
fn matter(one: &Exercised<'_, '_>) -> String {
    match one.name {
        Some(name) if one.code == UNLISTED => format!("{UNLISTED}:{name}"),
        _ => one.code.to_owned(),
    }
}

/// A finding about several acts on one item: all who acted answer.
fn about(
    case: &Case<'_>,
    rule: &Rule,
    (one, acts): (&Exercised<'_, '_>, &[&Event<'_>]),
    (zh, en): (String, String),
) -> Option<Finding> {
    let first = acts.first()?;
    let officers = acts.iter().filter_map(|act| act.actor.as_ref()?.officer.get());
    let mut finding = case.signal(rule, first, zh, en).matter(matter(one));
    finding.accountable = Accountable::of(case.bench, first).with_direct(officers);
    let kinds: Vec<&str> = acts.iter().map(|act| act.kind.as_ref()).collect();
    let days: Vec<String> = acts.iter().map(|act| act.occurred.local_date().to_string()).collect();
    let finding = finding.resting_on(acts.iter().copied());
    Some(finding.because("acts", kinds).because("days", days))
}

fn day(act: &Event<'_>) -> NaiveDate {
    act.occurred.local_date()
}

/// R2.1.6. An act dated before the cancellation and recorded late, after it, cannot
/// be told apart from one that was dated back; an import claims no old time.
pub(super) fn cancelled(case: &Case<'_>, out: &mut Findings) {
    for one in exercised(case) {
        let mut offending: Vec<&Event<'_>> = Vec::new();
        let mut doubtful: Vec<&Event<'_>> = Vec::new();
        let mut told: Option<Told<'_>> = None;
        for act in &one.acts {
            let (on, recorded) = (day(act), case.bench.zone.date(act.recorded));
            if let Standing::Cancelled(by) = standing(case.bench, one.code, on) {
                if case.bench.decision_in_force(on) {
                    told = Some(by);
                    offending.push(act);
                }
            } else if act.source.kind.get() != Some("import")
                && case.bench.decision_in_force(recorded)
                && case.bench.recorded_late(on, act.recorded)
                && let Standing::Cancelled(by) = standing(case.bench, one.code, recorded)
            {
                told = told.or(Some(by));
                doubtful.push(act);
            }
        }
        let Some(told) = told else { continue };
        if !offending.is_empty() {
            out.extend(exercised_all_the_same(case, &one, &offending, told));
        } else {
            out.extend(dated_before(case, &one, &doubtful, told));
        }
    }
}

/// Acts on a cancelled item, but for cases that the notice let come to their end.
fn exercised_all_the_same(
    case: &Case<'_>,
    one: &Exercised<'_, '_>,
    acts: &[&Event<'_>],
    told: Told<'_>,
) -> Option<Finding> {
    let since = told.since.map_or_else(|| "?".to_owned(), |since| since.to_string());
    let accepted = one.acts.iter().find(|act| act.kind.starts_with("approval.acceptance.granted."));
    let before = accepted.filter(|act| told.since.is_some_and(|since| day(act) < since));
    let item = told.to_json(one.code);
    let count = acts.len();
    if let Some(accepted) = before {
        let rule = told.transitional(case.bench, one.code, day(acts.first()?));
        if rule.is_some_and(|rule| rule.contains("办结")) {
            return None;
        }
        let running = json!({ "accepted_on": day(accepted).to_string(), "notice_says": rule });
        if rule.is_none() {
            let zh = format!(
                "{}于{}取消,本件此前已受理,取消通知未载明过渡期案件如何处理,无法判定能否继续办理",
                one.code, since
            );
            let en = format!(
                "{} was cancelled on {since}, this case had been accepted before, and the notice does \
                 not say what becomes of running cases",
                one.code
            );
            let finding = about(case, &CANCELLED, (one, acts), (zh, en))?;
            let finding = finding.outcome(Outcome::Indeterminate);
            let missing = vec!["batch.transitional_cases"];
            return Some(finding.because("missing", missing).because("running_case", running));
        }
    }
    let zh = format!("{}已于{since}取消,其后仍作出{count}项审批行为", one.code);
    let en = format!("{} was cancelled on {since}; {count} acts of approval came after", one.code);
    Some(about(case, &CANCELLED, (one, acts), (zh, en))?.because("cancelled", item))
}

fn dated_before(
    case: &Case<'_>,
    one: &Exercised<'_, '_>,
    acts: &[&Event<'_>],
    told: Told<'_>,
) -> Option<Finding> {
    let first = acts.first()?;
    let recorded = case.bench.zone.date(first.recorded);
    let since = told.since.map_or_else(|| "?".to_owned(), |since| since.to_string());
    let zh = format!(
        "{}于{since}取消;本件所载日期为{},却于{recorded}才录入,是否在取消之后作出无法判定",
        one.code,
        day(first)
    );
    let en = format!(
        "{} was cancelled on {since}; the act is dated {} and was recorded on {recorded}: whether it \
         was done after the cancellation cannot be told",
        one.code,
        day(first)
    );
    let finding = about(case, &CANCELLED, (one, acts), (zh, en))?;
    Some(
        finding
            .outcome(Outcome::Indeterminate)
            .because("cancelled", told.to_json(one.code))
            .because("recorded_on", recorded.to_string())
            .because("missing", vec!["proof of the date: number register, seal, postal receipt"]),
    )
}

/// R2.1.8. The city may act until a county has taken the item over.
pub(super) fn taken_back(case: &Case<'_>, out: &mut Findings) {
    for one in exercised(case) {
        let acts = one.acts.iter().copied().filter(|act| takes_or_decides(act));
        let mut offending: Vec<&Event<'_>> = Vec::new();
        let mut told = None;
        for act in acts.filter(|act| case.bench.decision_in_force(day(act))) {
            let Some(unit) = act.unit() else { continue };
            let Standing::Countys(by) = standing(case.bench, one.code, day(act)) else { continue };
            if !is_municipal(case.bench, unit, day(act)) {
                out.compliant(&TAKEN_BACK);
                continue;
            }
            let handover = handover(case, one.code).or(by.since);
            if handover.is_none_or(|from| from <= day(act)) {
                told = Some((by, handover));
                offending.push(act);
            }
        }
        let Some((by, handover)) = told else { continue };
        if designated(case) {
            out.compliant(&TAKEN_BACK);
            continue;
        }
        let since = handover.map_or_else(|| "?".to_owned(), |from| from.to_string());
        let zh = format!("{}自{since}起由县(区)行使,市级单位仍予受理或决定", one.code);
        let en = format!(
            "{} has been exercised by the counties since {since}; a city unit accepted or decided",
            one.code
        );
        let found = about(case, &TAKEN_BACK, (&one, &offending), (zh, en));
        out.extend(found.map(|finding| {
            finding
                .because("handed_down", by.to_json(one.code))
                .because("handover", handover.map(|from| from.to_string()))
        }));
    }
}

fn takes_or_decides(act: &Event<'_>) -> bool {
    act.kind.starts_with("approval.acceptance.granted.") || decides(act)
}

/// The first day on which a county had taken the item over.
fn handover(case: &Case<'_>, code: &str) -> Option<NaiveDate> {
    let base = base_of(code).unwrap_or(code);
    let taken = case.bench.master.takeovers.versions();
    let own = taken.filter(|row| {
        row.believed_at(case.bench.known_at)
            && (row.row.item_code.as_ref() == code || base_of(&row.row.item_code) == Some(base))
    });
    own.filter_map(|row| row.row.accepted_on).min()
}

/// A county that passed the case on has designated the city to handle it.
fn designated(case: &Case<'_>) -> bool {
    case.all("approval.initial_review.forwarded")
        .any(|act| act.unit().is_some_and(|unit| !is_municipal(case.bench, unit, day(act))))
}

/// R2.1.9: an item that no catalogue in force knows, or whose basis may not create
/// a permit (行政许可法 14–17).
pub(super) fn self_created(case: &Case<'_>, out: &mut Findings) {
    // Where no catalogue was ever recorded there is nothing to hold against.
    if case.bench.master.items.is_empty() {
        return;
    }
    for one in exercised(case) {
        let acts: Vec<&Event<'_>> =
            one.acts.iter().copied().filter(|act| case.bench.decision_in_force(day(act))).collect();
        let Some(first) = acts.first() else { continue };
        let name = one.name.unwrap_or_default();
        let (why_zh, why_en, basis) = match standing(case.bench, one.code, day(first)) {
            Standing::Unlisted => (
                "不在任何有效目录之内".to_owned(),
                "stands in no catalogue in force".to_owned(),
                json!({ "item_code": one.code, "name": one.name }),
            ),
            Standing::NotInForce(version) => (
                "当日不在有效目录之内".to_owned(),
                "was not in force that day".to_owned(),
                cite(version),
            ),
            Standing::InForce(version) => match creation(version, day(first)) {
                Creation::Low(zh, en) => (zh, en, cite(version)),
                Creation::Untold(missing) => {
                    out.extend(basis_untold(case, (&one, &acts), missing, cite(version)));
                    continue;
                }
                Creation::Lawful => {
                    out.compliant(&SELF_CREATED);
                    continue;
                }
            },
            Standing::Cancelled(_) | Standing::Countys(_) | Standing::Entrusted => continue,
        };
        let zh = format!("对事项{}{name}实施审批,该事项{why_zh}", one.code);
        let en = format!("approval of {} {name}, an item that {why_en}", one.code);
        let found = about(case, &SELF_CREATED, (&one, &acts), (zh, en));
        out.extend(found.map(|finding| finding.because("item", basis)));
    }
}

/// 非行政许可审批 was abolished in May 2015 (国发〔2015〕27号).
const NON_PERMIT_ABOLISHED: NaiveDate = NaiveDate::from_ymd_opt(2015, 5, 14).expect("a date");

/// What the catalogue says of who created an item.
enum Creation {
    Lawful,
    /// By nothing that may create it: Chinese, English.
    Low(String, String),
    /// The version leaves out the member that would tell.
    Untold(&'static str),
}

fn creation(version: &crate::master::Version<crate::master::Item>, on: NaiveDate) -> Creation {
    let kind = version.row.item_kind.as_deref();
    if kind == Some("非行政许可审批") && NON_PERMIT_ABOLISHED <= on {
        return Creation::Low(
            "属非行政许可审批,该类别已于2015年取消(国发〔2015〕27号)".to_owned(),
            "is a non-permit approval, a category abolished in 2015 (国发〔2015〕27号)".to_owned(),
        );
    }
    if kind != Some("行政许可") {
        return Creation::Lawful;
    }
    let Some(basis) = version.row.legal_basis.as_ref().filter(|list| !list.is_empty()) else {
        return Creation::Untold("legal_basis");
    };
    let creates = |rank: &str| {
        ["法律", "行政法规", "国务院决定", "地方性法规", "规章", "省级政府规章", "省政府规章"]
            .contains(&rank)
    };
    let ranks: Vec<&str> = basis.iter().filter_map(|one| one.rank.as_deref()).collect();
    if ranks.iter().any(|rank| creates(rank)) {
        return Creation::Lawful;
    }
    // A basis whose rank is not told may be a law.
    if ranks.len() < basis.len() {
        return Creation::Untold("legal_basis.rank");
    }
    let ranks = ranks.join("、");
    Creation::Low(
        format!("依据仅为{ranks},不得设定行政许可(行政许可法14–17条)"),
        format!("rests on {ranks} only, which may not create a permit (行政许可法 14–17)"),
    )
}

/// A permit whose catalogue entry does not say what law created it.
fn basis_untold(
    case: &Case<'_>,
    (one, acts): (&Exercised<'_, '_>, &[&Event<'_>]),
    missing: &str,
    basis: Value,
) -> Option<Finding> {
    let name = one.name.unwrap_or_default();
    let zh = format!("事项{}{name}的目录缺少{missing},无法判定是否依法设定", one.code);
    let en = format!(
        "{missing} is missing in the catalogue entry of {} {name}: whether a law created it cannot \
         be told",
        one.code
    );
    let found = about(case, &SELF_CREATED, (one, acts), (zh, en))?.outcome(Outcome::Indeterminate);
    Some(found.because("missing", [missing].as_slice()).because("item", basis))
}

/// R2.1.2: an entrusted item is decided in the entruster's name (行政许可法 24).
pub(super) fn in_whose_name(case: &Case<'_>, out: &mut Findings) {
    for one in exercised(case) {
        for act in one.acts.iter().filter(|act| decides(act)) {
            let Standing::InForce(version) = standing(case.bench, one.code, day(act)) else {
                continue;
            };
            let entrusted = version.row.disposition.as_deref() == Some("entrusted");
            let entruster = version.row.on_behalf_of_unit.as_deref();
            if !entrusted || !case.bench.decision_in_force(day(act)) {
                continue;
            }
            let named = act.actor.as_ref().and_then(|actor| actor.on_behalf_of_unit.get());
            if act.unit() == entruster || (named.is_some() && named == entruster) {
                out.compliant(&ENTRUST);
                continue;
            }
            let zh = format!(
                "{}为委托事项,决定应以委托机关{}的名义作出,实际署名{}",
                one.code,
                entruster.unwrap_or("(目录未载明)"),
                named.or(act.unit()).unwrap_or("不明")
            );
            let en = format!(
                "{} is entrusted: decisions bear the name of {}, this one bears {}",
                one.code,
                entruster.unwrap_or("(the catalogue does not say)"),
                named.or(act.unit()).unwrap_or("none")
            );
            let mut finding = case
                .signal(&ENTRUST, act, zh, en)
                .matter(act.id.as_ref())
                .because("item", cite(version))
                .because("on_behalf_of_unit", json!({ "due": entruster, "recorded": named }));
            // The entruster stays legally accountable.
            finding.accountable.supervising_unit = entruster.map(Box::from);
            if entruster.is_none() {
                finding = finding
                    .outcome(Outcome::Indeterminate)
                    .because("missing", vec!["item.on_behalf_of_unit"]);
            }
            out.add(finding);
        }
    }
}

/// R2.1.6: an undecided date is contradicted by a lower number of the same series
/// that bears a date on or after the cancellation.
pub(super) fn dated_back(city: &City<'_>, out: &mut Findings) {
    for (series, known) in city.topics.numbers.series() {
        for (number, one) in known.out_of_order().into_iter().filter(|(_, one)| one.late) {
            let doubt = out.found.iter_mut().find(|finding| {
                finding.rule == CANCELLED.id
                    && finding.outcome == Outcome::Indeterminate
                    && finding.entries.contains(&one.entry)
            });
            let Some(doubt) = doubt else { continue };
            let since = doubt.explanation.get("cancelled").and_then(|told| told.get("since"));
            let since = since.and_then(Value::as_str).and_then(civil::parse_date);
            let before = known.numbers.range(..number).rev();
            let before = before.filter_map(|(no, list)| Some((*no, list.first()?)));
            let Some((no, lower)) = before.into_iter().max_by_key(|(_, lower)| lower.day) else {
                continue;
            };
            if since.is_none_or(|since| lower.day < since) {
                continue;
            }
            let words = format!("{}〔{}〕", series.words, series.year);
            doubt.outcome = Outcome::Signal;
            doubt.zh = format!(
                "{};{words}{no}号落款{},本件为{number}号,当在其后作出",
                doubt.zh, lower.day
            );
            doubt.en = format!(
                "{}; {words} number {no} is dated {}, this one bears {number}: it was made after that",
                doubt.en, lower.day
            );
            doubt.entries.push(lower.entry.clone());
            doubt.entries.sort();
            doubt.explanation.remove("missing");
            let order = json!({
                "number": number, "dated": one.day.to_string(), "lower_number": no,
                "lower_dated": lower.day.to_string(),
            });
            doubt.explanation.insert("number_order".to_owned(), order);
        }
    }
}
