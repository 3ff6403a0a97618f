//! RX.2 记录完整与及时: late entries, gaps and inversions of document numbers, dates
//! that differ, rows of banks and exchanges without an entry, and patterns of these.
//! A stage without its predecessor is told by the `SEQ` rules.

use super::RECORD;
use crate::event::Event;
use crate::integrity::json::{self, Json};
use crate::rules::accountability::Accountable;
use crate::rules::bench::Case;
use crate::rules::city::{City, KnownNumbers, NumberedPaper, Series};
use crate::rules::coverage::Silence;
use crate::rules::finding::{EntryRef, Finding, Findings, Outcome};
use crate::rules::rule::Severity;
use crate::time::civil::{DAY_MICROS, Micros};
use chrono::NaiveDate;
use serde_json::{Map, json};
use std::collections::{BTreeMap, BTreeSet};

/// (a) Recorded later than P12 allows: 24:00 of the next working day.
pub(super) fn late(case: &Case<'_>, out: &mut Findings) {
    let bench = case.bench;
    for act in &case.file.acts {
        // A timer or an engine catches up after downtime; imports claim no old time.
        let source = act.source.kind.get();
        let on = act.occurred.local_date();
        let recorded = bench.zone.date(act.recorded);
        if matches!(source, Some("import" | "timer" | "engine"))
            || !bench.recorded_late(on, act.recorded)
            || !bench.decision_in_force(recorded)
        {
            continue;
        }
        let known = act.recorded;
        let days = bench.calendar.working_days_between(on, recorded, known);
        let reason = act.late_reason.get();
        let zh = format!(
            "{on}的行为于{recorded}才入账,相隔{days}个工作日,{}",
            reason.map_or_else(|| "未说明原因".to_owned(), |reason| format!("原因:{reason}"))
        );
        let en = format!("an act of {on} was recorded on {recorded}, {days} working days later");
        let severity = if reason.is_some() { Severity::Blue } else { Severity::Yellow };
        let finding = case.signal(&RECORD, act, zh, en).matter(format!("late:{}", act.id));
        let mut finding = finding.severity(severity);
        // Who keyed it in answers for the delay too.
        let recorder = act.recorder.as_ref().and_then(|who| who.officer.get());
        finding.accountable = Accountable::of(bench, act).with_direct(recorder);
        out.add(finding.because(
            "late",
            json!({
                "occurred_on": on.to_string(), "recorded_on": recorded.to_string(),
                "working_days": days, "late_reason": reason, "type": act.kind,
            }),
        ));
    }
}

/// (d) The paper of an act bears another date than the act.
pub(super) fn dated(case: &Case<'_>, out: &mut Findings) {
    for act in &case.file.acts {
        let on = act.occurred.local_date();
        let mut dates = other_dates(act, on);
        // A hearing's date is no paper's: only decisions are dated by it.
        let named: &[&str] =
            if act.kind.contains(".decision.") { &["decision_date", "date"] } else { &[] };
        for name in named {
            let date = act.body.text(name).and_then(|text| crate::time::civil::parse_date(&text));
            dates.extend(date.filter(|date| *date != on).map(|date| ((*name).to_owned(), date)));
        }
        if dates.is_empty() || !case.bench.decision_in_force(case.bench.zone.date(act.recorded)) {
            continue;
        }
        let list: Vec<String> = dates.iter().map(|(what, date)| format!("{what} {date}")).collect();
        let zh = format!("行为发生于{on},文书落款日期不同:{}", list.join("、"));
        let en = format!("the act is of {on}, its paper bears another date: {}", list.join(", "));
        let finding = case.signal(&RECORD, act, zh, en).matter(format!("date:{}", act.id));
        out.add(finding.because("dates", list).because("occurred_on", on.to_string()));
    }
}

/// Documents of an act's own making that bear another date: those under its own
/// number, or its only document.
fn other_dates(act: &Event<'_>, on: NaiveDate) -> Vec<(String, NaiveDate)> {
    let Some(docs) = act.docs else { return Vec::new() };
    let day = format!("\"doc_date\":\"{on}\"");
    if docs.matches("\"doc_date\":").count() == docs.matches(day.as_str()).count() {
        return Vec::new();
    }
    let Ok(Json::List(docs)) = json::parse(docs.as_bytes()) else { return Vec::new() };
    let own: Vec<_> =
        ["decision_no", "notice_no"].iter().filter_map(|name| act.body.text(name)).collect();
    let only = docs.len() == 1;
    docs.iter()
        .filter_map(|doc| {
            let number = doc.get("doc_no").and_then(Json::as_str).unwrap_or_default();
            let date = crate::time::civil::parse_date(doc.get("doc_date")?.as_str()?)?;
            let is_own = own.iter().any(|own| own == number) || only;
            (is_own && date != on).then(|| (number.to_owned(), date))
        })
        .collect()
}

/// (e) Bank rows or receipts without an entry, and rows that an exchange refused.
pub(super) fn unmatched(case: &Case<'_>, out: &mut Findings) {
    for act in case.all("fee.reconciliation.done") {
        let sum = |name: &str| act.body.int(name);
        let sums = [sum("ledger_sum_fen"), sum("bank_sum_fen"), sum("receipts_sum_fen")];
        let differ = sums.iter().flatten().collect::<BTreeSet<_>>().len() > 1;
        let diffs = match act.body.json("diffs") {
            Some(Json::List(diffs)) => diffs.len(),
            _ => 0,
        };
        if !differ && diffs == 0 {
            continue;
        }
        let [ledger, bank, receipts] =
            sums.map(|sum| sum.map_or_else(|| "?".to_owned(), |fen| fen.to_string()));
        let zh = format!("对账不符:账{ledger}分、银行{bank}分、票据{receipts}分,差异{diffs}笔");
        let en = format!(
            "accounts differ: ledger {ledger}, bank {bank}, receipts {receipts} fen, {diffs} rows"
        );
        let finding = case.signal(&RECORD, act, zh, en).matter(format!("accounts:{}", act.id));
        out.add(finding.because("sums_fen", json!(sums)).because("diffs", diffs));
    }
    for act in case.all("system.data_batch.received") {
        let Some(Json::List(rejected)) = act.body.json("rejected") else { continue };
        if rejected.is_empty() {
            continue;
        }
        let count = rejected.len();
        let zh = format!("数据交换批次有{count}行未能入账");
        let en = format!("{count} rows of an exchanged batch have no entry");
        let finding = case.signal(&RECORD, act, zh, en).matter(format!("batch:{}", act.id));
        out.add(finding.because("rejected", count).because("count", act.body.int("count")));
    }
}

/// (b) Gaps in a series of numbers, voided numbers known, and dates that fall while
/// numbers rise.
pub(super) fn numbers(city: &City<'_>, out: &mut Findings) {
    for (series, known) in city.topics.numbers.series() {
        gaps(city, (series, known), out);
        for (number, one) in known.out_of_order() {
            if city.bench.decision_in_force(city.bench.zone.date(one.recorded)) {
                out.add(inverted(city, (series, known), number, one));
            }
        }
    }
}

/// Missing numbers that a finding lists; the sentence names the first twenty.
const LISTED: usize = 1_000;

fn gaps(city: &City<'_>, (series, known): (&Series, &KnownNumbers), out: &mut Findings) {
    let seen: Vec<i64> = known.numbers.keys().copied().collect();
    let declared = known.declared.as_ref();
    let voided = declared.map(|one| &one.voided);
    for pair in seen.windows(2) {
        let [before, after] = pair else { continue };
        let mut missing: Vec<i64> = (before + 1..*after)
            .filter(|no| !voided.is_some_and(|voided| voided.contains(no)))
            .collect();
        let (Some(low), Some(high)) = (known.numbers.get(before), known.numbers.get(after)) else {
            continue;
        };
        let (Some(low), Some(high)) = (low.first(), high.first()) else { continue };
        if missing.is_empty() || !ripe(city, high) {
            continue;
        }
        let shown: Vec<String> = missing.iter().take(20).map(ToString::to_string).collect();
        let (words, year, shown) = (&series.words, series.year, shown.join("、"));
        let zh = format!(
            "{words}〔{year}〕缺号{shown},{before}号为{},{after}号为{},未申报作废",
            low.day, high.day
        );
        let en = format!(
            "{words}〔{year}〕 lacks {shown} between {before} ({}) and {after} ({}), and none was \
             declared void",
            low.day, high.day
        );
        let mut finding = about(city, series, high, (zh, en));
        finding.matter = format!("gap:{words}〔{year}〕{before}-{after}").into();
        finding.stream = declared.map_or_else(
            || format!("md/{}", series.unit).into(),
            |declared| declared.stream.clone(),
        );
        finding.entries = vec![low.entry.clone(), high.entry.clone()];
        finding.entries.extend(declared.map(|one| one.entry.clone()));
        finding.entries.sort();
        missing.truncate(LISTED);
        // A file need not hold every number.
        let finding = finding.by_silence(Silence::After);
        out.add(finding.because("missing_numbers", missing));
    }
}

/// Whether the paper before must have been recorded by now: the next number is older
/// than P12 allows.
fn ripe(city: &City<'_>, next: &NumberedPaper) -> bool {
    let known = city.bench.known_at;
    let days = city.bench.recording_wd(next.day);
    let due = city.bench.calendar.add_working_days(next.day, days, known, |_| false);
    let from = city.bench.decision_in_force(next.day);
    from && due.is_some_and(|due| {
        let end = city.bench.zone.end_of(due.date);
        end < known && city.bench.past(end)
    })
}

fn inverted(
    city: &City<'_>,
    (series, known): (&Series, &KnownNumbers),
    number: i64,
    one: &NumberedPaper,
) -> Finding {
    let lower = known.numbers.range(..number).filter_map(|(no, list)| Some((no, list.first()?)));
    let before = lower.filter(|(_, other)| other.day > one.day).max_by_key(|(_, other)| other.day);
    let higher = known.numbers.range(number + 1..);
    let mut higher = higher.filter_map(|(no, list)| Some((no, list.first()?)));
    let other = before.or_else(|| higher.find(|(_, other)| other.day < one.day));
    let (no, than) = other.map_or((0, one.day), |(no, other)| (*no, other.day));
    let (words, year) = (&series.words, series.year);
    let zh =
        format!("{words}〔{year}〕{number}号落款{},而{no}号落款{than}:号序与日期相反", one.day);
    let en = format!(
        "{words}〔{year}〕 number {number} is dated {}, number {no} is dated {than}",
        one.day
    );
    let mut finding = about(city, series, one, (zh, en));
    finding.matter = format!("order:{words}〔{year}〕{number}").into();
    finding.entries = vec![one.entry.clone()];
    finding.entries.extend(other.map(|(_, other)| other.entry.clone()));
    finding.entries.sort();
    finding.because(
        "order",
        json!({
            "number": number, "dated": one.day.to_string(), "other_number": no,
            "other_dated": than.to_string(), "recorded_late": one.late,
        }),
    )
}

fn about(
    city: &City<'_>,
    series: &Series,
    one: &NumberedPaper,
    (zh, en): (String, String),
) -> Finding {
    let at = city.bench.zone.start_of(one.day);
    let direct = one.officer.iter().cloned().collect();
    Finding {
        rule: RECORD.id,
        rule_version: RECORD.version,
        outcome: Outcome::Signal,
        severity: RECORD.severity,
        stream: one.stream.clone(),
        matter: "".into(),
        entries: Vec::new(),
        at,
        accountable: Accountable::unit(city.bench, Some(&series.unit), at, direct),
        zh,
        en,
        explanation: Map::new(),
        silence: None,
    }
}

/// Signals of one unit within so many days that make a pattern [D].
const PATTERN: usize = 5;
const PATTERN_DAYS: i64 = 90;

/// Five unexplained faults of one unit's records within ninety days are a pattern.
pub(super) fn patterns(city: &City<'_>, found: &[Finding], out: &mut Findings) {
    let mut units: BTreeMap<&str, Vec<(Micros, &Finding)>> = BTreeMap::new();
    for finding in found {
        let counts = finding.rule == RECORD.id
            && finding.severity >= Severity::Yellow
            && matches!(finding.outcome, Outcome::Signal | Outcome::Confirmed);
        if let Some(unit) = finding.accountable.unit.as_deref().filter(|_| counts) {
            units.entry(unit).or_default().push((finding.at, finding));
        }
    }
    for (unit, mut faults) in units {
        faults.sort_by_cached_key(|(at, finding)| (*at, finding.id()));
        let close = |window: &&[(Micros, &Finding)]| {
            let (Some(first), Some(last)) = (window.first(), window.last()) else { return false };
            last.0.saturating_sub(first.0) <= PATTERN_DAYS * DAY_MICROS
        };
        let Some(window) = faults.windows(PATTERN).find(close) else { continue };
        out.extend(pattern(city, unit, window));
    }
}

fn pattern(city: &City<'_>, unit: &str, window: &[(Micros, &Finding)]) -> Option<Finding> {
    let ((first, _), (last, _)) = (*window.first()?, *window.last()?);
    let zone = city.bench.zone;
    let (from, to, count) = (zone.date(first), zone.date(last), window.len());
    let mut entries: Vec<EntryRef> =
        window.iter().flat_map(|(_, finding)| finding.entries.iter().cloned()).collect();
    entries.sort();
    entries.dedup();
    let ids: Vec<String> = window.iter().map(|(_, finding)| finding.id()).collect();
    let officers = window.iter().flat_map(|(_, finding)| &finding.accountable.direct);
    let who = Accountable::unit(city.bench, Some(unit), last, Vec::new());
    let finding = Finding {
        rule: RECORD.id,
        rule_version: RECORD.version,
        outcome: Outcome::Signal,
        severity: Severity::Refer,
        stream: format!("md/{unit}").into(),
        matter: format!("pattern:{from}").into(),
        entries,
        at: last,
        accountable: who.with_direct(officers.map(AsRef::as_ref)),
        zh: format!("{unit}自{from}至{to}有{count}项记录问题,已成规律,应移送"),
        en: format!("{unit} has {count} faults of record from {from} to {to}: a pattern"),
        explanation: Map::new(),
        silence: None,
    };
    Some(finding.because("findings", ids))
}
