//! The expected course of an inspection (§3.11.4): filed, consented, approved,
//! entered, left, result told.

use super::beside;
use crate::event::Event;
use crate::integrity::json::Json;
use crate::rules::bench::{Bench, Case};
use crate::rules::city::{City, Visit};
use crate::rules::coverage::Silence;
use crate::rules::enforcement::certified;
use crate::rules::finding::{Finding, Findings};
use crate::rules::inspection::{coercion, entry};
use crate::rules::rule::{Check, Kind, Layer, Rule, Status};
use crate::rules::visit::{self, Entry, Filing};
use crate::rules::words::{listed, listed_en, minute, when};
use crate::time::civil::DAY_MICROS;
use chrono::Datelike;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

pub(in crate::rules) const RULES: &[Rule] = &[
    BEFORE_CONSENT,
    BEYOND_SCOPE,
    NO_EXIT,
    COERCION_UNAPPROVED,
    TOO_FEW,
    BEYOND_CAP,
    TWO_AGENCIES,
    RESULT_UNTOLD,
];

const BEFORE_CONSENT: Rule = Rule {
    id: "SEQ-I1",
    zh: "备案同意前入企",
    en: "entry before consent",
    quote: "备案申请→同意→入企",
    kind: Kind("R"),
    status: Status::Judged,
    checks: &[Check::Case(by_filing), Check::City(by_filing_elsewhere)],
    ..Rule::ENTRY
};

const BEYOND_SCOPE: Rule = Rule {
    id: "SEQ-I2",
    zh: "超出同意的范围、日期或人员",
    en: "entry outside the consented scope, dates or team",
    quote: "备案申请→同意→入企",
    kind: Kind("R"),
    status: Status::Judged,
    checks: &[Check::With("SEQ-I1")],
    ..Rule::ENTRY
};

const NO_EXIT: Rule = Rule {
    id: "SEQ-I3",
    zh: "入企后一日内没有离企记录",
    en: "no exit within a day",
    quote: "入企→离企",
    kind: Kind("R"),
    status: Status::Judged,
    checks: &[Check::Case(no_exit)],
    silence: Silence::After,
    ..Rule::ENTRY
};

const COERCION_UNAPPROVED: Rule = Rule {
    id: "SEQ-I4",
    zh: "强制措施未经批准或补批超过24小时",
    en: "coercion without approval, or approved more than 24 hours late",
    quote: "行政执法人员应当在二十四小时内向行政机关负责人报告,并补办批准手续",
    layer: Layer::L0,
    kind: Kind("R"),
    status: Status::Judged,
    checks: &[Check::Case(coercion_unapproved)],
    ..Rule::ENTRY
};

const TOO_FEW: Rule = Rule {
    id: "SEQ-I5",
    zh: "持证执法人员不足两名",
    en: "fewer than two certified officers",
    quote: "执法人员不得少于两人",
    layer: Layer::L0,
    kind: Kind("R"),
    status: Status::Judged,
    checks: &[Check::Case(too_few)],
    silence: Silence::Nothing,
    ..Rule::ENTRY
};

const BEYOND_CAP: Rule = Rule {
    id: "SEQ-I6",
    zh: "超过年度检查频次上限",
    en: "more inspections in a year than the cap",
    quote: "同一行政机关对同一企业实施行政检查的年度频次上限",
    layer: Layer::L1,
    kind: Kind("R"),
    status: Status::Judged,
    checks: &[Check::City(beyond_cap)],
    silence: Silence::Nothing,
    ..Rule::ENTRY
};

const TWO_AGENCIES: Rule = Rule {
    id: "SEQ-I7",
    zh: "同月两个机关检查同一企业而未联合",
    en: "two agencies in one enterprise in one month without a joint plan",
    quote: "能合并实施的不得重复检查,能联合实施的不得多头检查",
    layer: Layer::L1,
    kind: Kind("R(signal)"),
    status: Status::Signal,
    checks: &[Check::City(two_agencies)],
    ..Rule::ENTRY
};

const RESULT_UNTOLD: Rule = Rule {
    id: "SEQ-I8",
    zh: "检查结果没有告知",
    en: "the result was not told",
    quote: "离企→结果告知",
    kind: Kind("R"),
    status: Status::Judged,
    checks: &[Check::Case(result_untold)],
    silence: Silence::After,
    ..Rule::ENTRY
};

fn by_filing(case: &Case<'_>, out: &mut Findings) {
    let entries = visit::entries(case);
    if entries.is_empty() {
        return;
    }
    let filings = visit::filings(case);
    for entry in entries {
        if let Some(filing) = visit::own_filing(&entry, &filings) {
            against(case.bench, &entry, filing, out);
        }
    }
}

fn by_filing_elsewhere(city: &City<'_>, out: &mut Findings) {
    for (entry, filing) in city.topics.visits.elsewhere() {
        if let Some(filing) = filing {
            against(city.bench, entry, filing, out);
        }
    }
}

fn against(bench: &Bench<'_>, entry: &Entry, filing: &Filing, out: &mut Findings) {
    if !bench.decision_in_force(entry.on) {
        return;
    }
    // Filed after the entry, an exemption was claimed: no consent was due.
    let first = filing.submitted.order < entry.act.order || entry.claim.is_none();
    if first && filing.consent_before(entry.act.order).is_none() && !routine_exempt(entry, filing) {
        let at = minute(bench.zone, entry.act.at);
        let consent = filing.consent().map(|answer| minute(bench.zone, answer.act.at));
        let then = consent.clone().unwrap_or_else(|| "没有".to_owned());
        let zh = format!("{at}入企,{then}同意备案");
        let en = format!("entered at {at}; consent: {}", consent.as_deref().unwrap_or("none"));
        let finding = bench.signal(&BEFORE_CONSENT, &entry.act, zh, en);
        let answers = filing.answers.iter().map(|answer| &answer.act);
        let finding = finding.resting_on_noted([&filing.submitted]).resting_on_noted(answers);
        let rule = if filing.is_ordered_from_above() { "R2.6.3" } else { "R2.6.1" };
        out.add(beside(finding, rule));
    }
    let outside = entry::outside_scope(entry, filing);
    if !outside.is_empty() {
        let (zh, en): (Vec<String>, Vec<String>) = outside.into_iter().unzip();
        let zh = format!("入企超出备案范围:{}", listed(&zh));
        let en = format!("the entry goes beyond its filing: {}", listed_en(&en));
        let finding = bench.signal(&BEYOND_SCOPE, &entry.act, zh, en);
        out.add(beside(finding.resting_on_noted([&filing.submitted]), "R2.6.1"));
    }
}

/// Claims an exempt domain for what nobody ordered from above.
fn routine_exempt(entry: &Entry, filing: &Filing) -> bool {
    entry.claim.is_some() && !filing.is_ordered_from_above() && filing.answers.is_empty()
}

/// The first entry wants a first exit within 24 hours, the second a second one.
fn no_exit(case: &Case<'_>, out: &mut Findings) {
    let mut exits = case.all("inspection.entry.ended");
    for act in case.all("inspection.entry.started") {
        let exit = exits.by_ref().find(|exit| exit.order() > act.order());
        let limit = act.order().0.saturating_add(DAY_MICROS);
        if exit.is_some_and(|exit| exit.order().0 <= limit) {
            out.compliant(&NO_EXIT);
            continue;
        }
        if exit.is_none() && !case.bench.past(limit) {
            continue;
        }
        let left = exit.map(when);
        let zh = format!("{}入企,{}离企", when(act), left.as_deref().unwrap_or("没有记录"));
        let en = format!(
            "entered at {}, left: {}",
            when(act),
            left.as_deref().unwrap_or("not recorded")
        );
        let finding = case.signal(&NO_EXIT, act, zh, en).resting_on(exit);
        out.add(finding.because("entered_at", when(act)).because("left_at", left));
    }
}

fn coercion_unapproved(case: &Case<'_>, out: &mut Findings) {
    let mut approvals = case.all("coercion.approved");
    for act in case.all("coercion.imposed") {
        let approval = approvals.next();
        if !coercion::late_approval(act, approval) {
            out.compliant(&COERCION_UNAPPROVED);
            continue;
        }
        let approved = approval.map(when);
        let zh =
            format!("{}实施强制措施,批准:{}", when(act), approved.as_deref().unwrap_or("没有"));
        let en = format!(
            "imposed at {}, approved: {}",
            when(act),
            approved.as_deref().unwrap_or("never")
        );
        let finding = case.signal(&COERCION_UNAPPROVED, act, zh, en).resting_on(approval);
        let finding = finding.because("approved_at", approved);
        out.add(judged_from(case, act, finding, "R2.6.4"));
    }
}

/// From the decision's first day on its clause judges the same act.
fn judged_from(case: &Case<'_>, act: &Event<'_>, finding: Finding, rule: &'static str) -> Finding {
    match case.bench.decision_in_force(act.occurred.local_date()) {
        true => beside(finding, rule),
        false => finding,
    }
}

fn too_few(case: &Case<'_>, out: &mut Findings) {
    for act in case.all("inspection.entry.started") {
        let Some(count) = certified::valid_count(case, act) else { continue };
        if count >= 2 {
            out.compliant(&TOO_FEW);
            continue;
        }
        let zh = format!("{}入企,有效持证执法人员{count}名", when(act));
        let en = format!("entered at {} with {count} certified officers", when(act));
        let finding = case.signal(&TOO_FEW, act, zh, en).because("valid_count", count);
        out.add(judged_from(case, act, finding, "R2.7.1"));
    }
}

/// Entries of one unit into one enterprise in one year, item by item, against the
/// published cap (P17). Research visits are no inspections; no cap, no judgement.
fn beyond_cap(city: &City<'_>, out: &mut Findings) {
    let master = city.bench.master;
    for (enterprise, visits) in city.topics.visits.by_enterprise() {
        let mut counted: BTreeMap<(&str, &str, i32), Vec<&Visit>> = BTreeMap::new();
        for visit in visits.iter().filter(|visit| !visit.research) {
            let (Some(unit), Some(item)) = (visit.act.unit.as_deref(), visit.item.as_deref())
            else {
                continue;
            };
            let at = city.bench.at(visit.act.at);
            // P17 set to null: not judged.
            if matches!(city.bench.parameter("P17", at), Some(Json::Null)) {
                continue;
            }
            let row = master.inspection_items.at(item, at);
            let Some(cap) = row.and_then(|row| row.row.frequency_cap) else { continue };
            let earlier = counted.entry((unit, item, visit.on.year())).or_default();
            earlier.push(visit);
            let count = earlier.len() as i64;
            if count <= cap {
                out.compliant(&BEYOND_CAP);
                continue;
            }
            let year = visit.on.year();
            let zh = format!("{unit}{year}年第{count}次就{item}检查{enterprise},上限{cap}次");
            let en = format!(
                "inspection no. {count} of {enterprise} for {item} in {year}, the cap is {cap}"
            );
            let finding = city.signal(&BEYOND_CAP, &visit.act, zh, en);
            let finding = finding.resting_on_noted(earlier.iter().map(|visit| &visit.act));
            let days: Vec<String> = earlier.iter().map(|visit| visit.on.to_string()).collect();
            let list = row.map(|row| row.origin.id.as_ref());
            out.add(finding.because(
                "inspections",
                json!({"enterprise": enterprise, "days": days, "cap": cap, "list_entry": list}),
            ));
        }
    }
}

/// Several agencies in one enterprise in one month, none of them by a joint filing.
fn two_agencies(city: &City<'_>, out: &mut Findings) {
    for (enterprise, visits) in city.topics.visits.by_enterprise() {
        let mut months: BTreeMap<(i32, u32), Vec<&Visit>> = BTreeMap::new();
        for visit in visits.iter().filter(|visit| !visit.research && !visit.joint) {
            months.entry((visit.on.year(), visit.on.month())).or_default().push(visit);
        }
        for ((year, month), visits) in months {
            let units: BTreeSet<&str> =
                visits.iter().filter_map(|visit| visit.act.unit.as_deref()).collect();
            let Some(second) = visits.iter().find(|visit| visit.act.unit != visits[0].act.unit)
            else {
                continue;
            };
            let names: Vec<&str> = units.into_iter().collect();
            let zh =
                format!("{year}年{month}月{}先后检查{enterprise},没有联合检查备案", listed(&names));
            let en = format!(
                "{} inspected {enterprise} in {year}-{month:02} without a joint filing",
                listed_en(&names)
            );
            let finding = city.signal(&TWO_AGENCIES, &second.act, zh, en);
            let finding = finding.matter(format!("{enterprise}@{year}-{month:02}"));
            let finding = finding.resting_on_noted(visits.iter().map(|visit| &visit.act));
            out.add(finding.because("units", names).because("enterprise", enterprise));
        }
    }
}

/// Working days in which the result of an inspection is told: the term for other
/// results of enforcement (P18).
const RESULT_WD: u32 = 20;

fn result_untold(case: &Case<'_>, out: &mut Findings) {
    const TOLD: [&str; 2] = ["inspection.result.notified", "inspection.result.published"];
    for act in case.all("inspection.entry.ended") {
        let on = act.occurred.local_date();
        let known_at = case.bench.known_at;
        let due = case.bench.calendar.add_working_days(on, RESULT_WD, known_at, |_| false);
        let Some(due) = due.map(|due| due.date) else { continue };
        let end = case.bench.zone.end_of(due);
        // Told on the spot, before leaving, is told.
        let entered = case.all("inspection.entry.started").rfind(|one| one.order() < act.order());
        let since = entered.map_or((i64::MIN, 0), Event::order);
        let told = case.any(&TOLD).find(|told| told.order() > since);
        if told.is_some_and(|told| told.order().0 <= end) {
            out.compliant(&RESULT_UNTOLD);
            continue;
        }
        if !case.bench.past(end) {
            continue;
        }
        let then = told.map(when);
        let zh =
            format!("{on}离企,应于{due}前告知检查结果,{}", then.as_deref().unwrap_or("没有告知"));
        let en = format!(
            "left on {on}, the result was due by {due}: {}",
            then.as_deref().unwrap_or("never told")
        );
        let finding = case.signal(&RESULT_UNTOLD, act, zh, en).resting_on(told);
        // What was told between an entry and an exit the ledger knows if it had the entry.
        let finding = match entered.is_some_and(|one| case.file.coverage.reaches(one)) {
            true => finding,
            false => finding.by_silence(Silence::Whole),
        };
        out.add(finding.because("due", due.to_string()).because("told_at", then));
    }
}
