//! R2.2.2c and R2.2.2d: items that are online, systems that run and are used, and
//! R2.2.2b (ii): people at their windows.

use super::presence::Rate;
use super::{ITEMS_ONLINE, STAFF_IN, SYSTEMS_RUNNING};
use crate::master::{At, Item, Version};
use crate::rules::accountability::Accountable;
use crate::rules::bench::{Bench, Case};
use crate::rules::city::{Absence, Beats, City, Declared, KnownNumbers, Outage, Series};
use crate::rules::finding::{EntryRef, Finding, Findings, Outcome};
use crate::rules::rule::{Rule, Severity};
use crate::time::civil::Micros;
use chrono::NaiveDate;
use serde_json::{Map, json};
use std::collections::BTreeSet;

/// A finding about something that no case and no row of master data shows.
fn noted(
    city: &City<'_>,
    rule: &Rule,
    (stream, matter): (&str, String),
    (unit, at, direct): (Option<&str>, Micros, Vec<Box<str>>),
    (zh, en): (String, String),
) -> Finding {
    Finding {
        rule: rule.id,
        rule_version: rule.version,
        outcome: Outcome::Signal,
        severity: rule.severity,
        stream: stream.into(),
        matter: matter.into(),
        entries: Vec::new(),
        at,
        accountable: Accountable::unit(city.bench, unit, at, direct),
        zh,
        en,
        explanation: Map::new(),
        silence: None,
    }
}

fn with_entries(mut finding: Finding, entries: impl IntoIterator<Item = EntryRef>) -> Finding {
    finding.entries.extend(entries);
    finding.entries.sort();
    finding.entries.dedup();
    finding
}

/// Whether an item can be applied for online on a day: the last word of F10, else
/// the catalogue's.
fn online(bench: &Bench<'_>, row: &Version<Item>, at: At) -> bool {
    let code = row.row.item_code.as_ref();
    let told =
        bench.master.online_items.speaking_at(code, at).max_by_key(|one| one.origin.position);
    match told {
        Some(told) => !told.ended(),
        None => row.row.online_since.is_some_and(|since| since <= at.on),
    }
}

/// Approvals that belong in the hall, but for those marked as secret or unfit.
fn must_be_online(row: &Item) -> bool {
    let open = row.secrecy.as_deref().is_none_or(|secrecy| matches!(secrecy, "none" | "无"));
    row.in_hall_required == Some(true)
        && open
        && row.online_depth.as_deref() != Some("不宜上线")
        && row.disposition.as_deref() != Some("cancelled")
}

/// A finding an item that was not online while it was in force, with the rate at the
/// period's end.
pub(super) fn items_online(city: &City<'_>, out: &mut Findings) {
    let bench = city.bench;
    let today = bench.at_now();
    let due = |at: At| bench.master.items.each_at(at).filter(|row| must_be_online(&row.row));
    let all: Vec<&Version<Item>> = due(today).collect();
    let have = all.iter().filter(|row| online(bench, row, today)).count();
    let rate = Rate { have: have as u64, of: all.len() as u64 };
    for _ in 0..have {
        out.compliant(&ITEMS_ONLINE);
    }
    let mut reported: BTreeSet<&str> = BTreeSet::new();
    for on in online_days(city, today.on) {
        let at = bench.on(on);
        for row in due(at).filter(|row| !online(bench, row, at)) {
            let code = row.row.item_code.as_ref();
            if !reported.insert(code) {
                continue;
            }
            let name = row.row.name.as_deref().unwrap_or_default();
            let unit = row.row.subject_unit.as_deref();
            let share = rate.words();
            let zh = format!("应进厅事项「{name}」({code})自{on}起未上线;期末上线{share}");
            let en = format!(
                "「{name}」 ({code}) belongs in the hall and was not online from {on}; \
                 at the end {share} are"
            );
            let finding = city.told_by(&ITEMS_ONLINE, &row.origin, (unit, at), zh, en);
            out.add(
                finding
                    .matter(code)
                    .because("not_online_on", on.to_string())
                    .because("rate_at_period_end", rate.to_json()),
            );
        }
    }
}

/// Counter-evidence: a case on an online item whose acceptance reached the ledger
/// late and not before it was decided. The item is online in name only.
pub(super) fn online_in_name(case: &Case<'_>, out: &mut Findings) {
    let accepted = case.first("approval.acceptance.granted");
    let decided = case.acts.iter().find(|act| {
        act.kind.starts_with("approval.decision.") || act.kind.starts_with("approval.commitment.")
    });
    let (Some(accepted), Some(decided)) = (accepted, decided) else { return };
    let on = accepted.occurred.local_date();
    let imported = accepted.source.kind.get() == Some("import");
    let Some(code) = accepted.item.as_ref().and_then(|item| item.code.get()) else { return };
    if imported
        || accepted.recorded <= decided.occurred.micros
        || !case.bench.decision_in_force(on)
        || !case.bench.recorded_late(on, accepted.recorded)
    {
        return;
    }
    let at = case.bench.on(on);
    let row = case.bench.master.items.at(code, at);
    let Some(row) = row.filter(|row| must_be_online(&row.row) && online(case.bench, row, at))
    else {
        return;
    };
    let (decided_on, recorded) =
        (decided.occurred.local_date(), case.bench.zone.date(accepted.recorded));
    let zh = format!("{code}已上线,本件{on}受理却在{decided_on}决定之后的{recorded}才录入系统");
    let en = format!(
        "{code} is online, yet this case, accepted on {on}, reached the system on {recorded}, after its \
         decision of {decided_on}"
    );
    let finding = case.signal(&ITEMS_ONLINE, accepted, zh, en).severity(Severity::Yellow);
    let finding = finding.resting_on([decided]).because(
        "item",
        json!({
            "item_code": code, "entry": row.origin.id,
            "online_since": row.row.online_since.map(|on| on.to_string()),
        }),
    );
    out.add(finding);
}

/// Days on which the catalogue or what is online changed.
fn online_days(city: &City<'_>, today: NaiveDate) -> BTreeSet<NaiveDate> {
    let master = city.bench.master;
    let start = city.bench.decision_from();
    let items = master.items.versions().filter_map(|row| row.valid_from);
    let online = master.online_items.versions().filter_map(|row| row.valid_from);
    let mut days: BTreeSet<NaiveDate> = items.chain(online).collect();
    days.extend([start, today]);
    days.into_iter().filter(|on| start <= *on && *on <= today).collect()
}

/// R2.2.2d (i): a system that was down in office hours while nobody worked on paper;
/// (iii) a working day without a sign of life.
pub(super) fn availability(city: &City<'_>, out: &mut Findings) {
    let systems = &city.topics.systems;
    for outage in &systems.outages {
        if !city.bench.decision_in_force(city.bench.zone.date(outage.from)) {
            continue;
        }
        let minutes = office_minutes_down(city.bench, outage);
        if minutes == 0 || outage.paper_fallback {
            out.compliant(&SYSTEMS_RUNNING);
            continue;
        }
        let from = city.bench.zone.rfc3339(outage.from);
        let zh = format!("{}自{from}中断,办公时间内{minutes}分钟,未启用纸质应急", outage.system);
        let en = format!(
            "{} was down from {from}: {minutes} office minutes, with no fallback on paper",
            outage.system
        );
        let key = (outage.stream.as_ref(), outage.entry.id.to_string());
        let who = (outage.unit.as_deref(), outage.from, Vec::new());
        let finding = noted(city, &SYSTEMS_RUNNING, key, who, (zh, en)).severity(Severity::Yellow);
        let finding = with_entries(finding, [outage.entry.clone()]);
        out.add(finding.because(
            "outage",
            json!({
                "system": outage.system, "from": from, "planned": outage.planned,
                "to": outage.to.map(|to| city.bench.zone.rfc3339(to)),
                "office_minutes_down": minutes,
            }),
        ));
    }
    silent_days(city, out);
}

const MINUTE: Micros = 60_000_000;

/// Office hours of a day (P16: `from` and `to`, `break_from` and `break_to`), in minutes
/// since midnight; none of a day that is not worked.
fn office_hours(bench: &Bench<'_>, on: NaiveDate) -> Vec<(i64, i64)> {
    if !bench.calendar.day(on, bench.known_at).kind.is_workday() {
        return Vec::new();
    }
    let set = bench.parameter("P16", bench.on(on));
    let minute = |name: &str, default: i64| {
        let said = set.and_then(|set| set.get(name)?.as_str());
        said.and_then(minutes_of).unwrap_or(default)
    };
    let (from, to) = (minute("from", 9 * 60), minute("to", 17 * 60));
    let pause = (minute("break_from", 12 * 60), minute("break_to", 13 * 60 + 30));
    [(from, pause.0.min(to)), (pause.1.max(from), to)].into_iter().filter(|(a, b)| a < b).collect()
}

/// `09:30` in minutes since midnight.
fn minutes_of(text: &str) -> Option<i64> {
    let (hours, minutes) = text.split_once(':')?;
    Some(hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?)
}

/// Office minutes of a day, and those of them between two moments.
pub(crate) fn office_minutes(bench: &Bench<'_>, on: NaiveDate, span: [Micros; 2]) -> (i64, i64) {
    let start = bench.zone.start_of(on);
    let hours = office_hours(bench, on).into_iter();
    hours.fold((0, 0), |(all, within), (from, to)| {
        let (opens, closes) = (start + from * MINUTE, start + to * MINUTE);
        let inside = (closes.min(span[1]) - opens.max(span[0])).max(0) / MINUTE;
        (all + to - from, within + inside)
    })
}

/// Minutes of an outage inside office hours of working days.
fn office_minutes_down(bench: &Bench<'_>, outage: &Outage) -> i64 {
    let now = bench.now();
    let to = outage.to.unwrap_or(now).min(now);
    let mut on = bench.zone.date(outage.from);
    let mut minutes = 0;
    while bench.zone.start_of(on) < to {
        minutes += office_minutes(bench, on, [outage.from, to]).1;
        let Some(next) = on.succ_opt() else { break };
        on = next;
    }
    minutes
}

/// Working days without a sign of life, and without a unit's daily data (iii).
fn silent_days(city: &City<'_>, out: &mut Findings) {
    let systems = &city.topics.systems;
    for (system, beats) in &systems.beats {
        silent(city, beats, Some(system.as_ref()), out, |on| {
            (
                format!("{system}{on}(工作日)无心跳,亦无中断记录"),
                format!(
                    "{system} gave no sign of life on {on}, a working day, and told of no outage"
                ),
            )
        });
    }
    for (unit, batches) in &systems.batches {
        silent(city, batches, None, out, |on| {
            (
                format!("{unit}逐日报送数据,{on}(工作日)没有报送"),
                format!("{unit} sends its data daily and sent none of {on}, a working day"),
            )
        });
    }
}

/// Working days between the first and the last of which nothing was heard and no
/// outage is known: of the system, or where a unit is asked, of one of its own.
fn silent(
    city: &City<'_>,
    heard: &Beats,
    system: Option<&str>,
    out: &mut Findings,
    words: impl Fn(NaiveDate) -> (String, String),
) {
    let bench = city.bench;
    let (Some(first), Some(last)) = (heard.days.first(), heard.days.last()) else { return };
    let down = |on: NaiveDate| {
        let (start, end) = (bench.zone.start_of(on), bench.zone.end_of(on));
        city.topics.systems.outages.iter().any(|outage| {
            let own = match system {
                Some(system) => outage.system.as_ref() == system,
                None => outage.unit == heard.unit,
            };
            own && outage.from <= end && outage.to.is_none_or(|to| start <= to)
        })
    };
    let mut on = (*first).max(bench.decision_from());
    while on < *last {
        let works = bench.calendar.day(on, bench.known_at).kind.is_workday();
        if works && !heard.days.contains(&on) && !down(on) {
            let who = (heard.unit.as_deref(), bench.zone.end_of(on), Vec::new());
            let key = (heard.stream.as_ref(), on.to_string());
            let finding = noted(city, &SYSTEMS_RUNNING, key, who, words(on));
            let finding = finding.severity(Severity::Yellow).because("silent_on", on.to_string());
            out.add(with_entries(finding, heard.last.clone()));
        }
        let Some(next) = on.succ_opt() else { break };
        on = next;
    }
}

/// R2.2.2d (ii): decisions that the unit's register numbers and no system has seen.
pub(super) fn use_of_systems(city: &City<'_>, out: &mut Findings) {
    for (series, known) in city.topics.numbers.series() {
        let Some(declared) = &known.declared else { continue };
        let approval =
            series.words.contains('许') || known.numbers.values().flatten().any(|one| one.approval);
        if approval && city.bench.decision_in_force(city.bench.zone.date(declared.at)) {
            unseen(city, (series, known, declared), out);
        }
    }
}

fn unseen(
    city: &City<'_>,
    (series, known, declared): (&Series, &KnownNumbers, &Declared),
    out: &mut Findings,
) {
    let issued: Vec<i64> =
        (declared.first..=declared.last).filter(|no| !declared.voided.contains(no)).collect();
    let mut missing: Vec<i64> =
        issued.iter().copied().filter(|no| !known.numbers.contains_key(no)).collect();
    if missing.is_empty() {
        return out.compliant(&SYSTEMS_RUNNING);
    }
    let rate = Rate { have: (issued.len() - missing.len()) as u64, of: issued.len() as u64 };
    let (words, year, count) = (&series.words, series.year, missing.len());
    let shown: Vec<String> = missing.iter().take(20).map(ToString::to_string).collect();
    let shown = shown.join("、");
    let zh = format!("{words}〔{year}〕登记簿列{}件,{count}件未经系统办理:{shown}", rate.of);
    let en = format!(
        "the register of {words}〔{year}〕 counts {} decisions, {count} of them never passed \
         through the system: {shown}",
        rate.of
    );
    let key = (declared.stream.as_ref(), format!("{words}〔{year}〕"));
    let who = (Some(series.unit.as_ref()), declared.at, Vec::new());
    let finding = noted(city, &SYSTEMS_RUNNING, key, who, (zh, en));
    let finding = with_entries(finding, [declared.entry.clone()]);
    const LISTED: usize = 1_000;
    missing.truncate(LISTED);
    let voided: Vec<i64> = declared.voided.iter().copied().collect();
    out.add(
        finding
            .because("use", rate.to_json())
            .because(
                "register",
                json!({ "first_no": declared.first, "last_no": declared.last,
                                          "voided": voided }),
            )
            .because("missing_numbers", missing),
    );
}

/// R2.2.2b (ii): a half day away from the window with nobody to stand in.
pub(super) fn attendance(city: &City<'_>, out: &mut Findings) {
    let attendance = &city.topics.attendance;
    for absence in &attendance.absences {
        if attendance.covered(absence) || !city.bench.decision_in_force(absence.on) {
            continue;
        }
        out.add(absent(city, absence));
    }
}

fn absent(city: &City<'_>, absence: &Absence) -> Finding {
    let Absence { officer, on, half, status, .. } = absence;
    let zh = format!("{officer}于{on} {half}{status},无经批准的请假和顶岗人员");
    let en = format!("{officer} was away from the window on {on} ({half}) with nobody to stand in");
    let unit = absence.unit.as_deref();
    let key = (absence.stream.as_ref(), format!("{on} {half}"));
    let who = (unit, absence.at, vec![officer.clone()]);
    let month = on.format("%Y-%m").to_string();
    let attendance = &city.topics.attendance;
    let halves = unit.and_then(|unit| attendance.halves.get(&(unit.into(), month.clone().into())));
    // Leave with somebody to stand in is no half day to attend.
    let covered = attendance.absences.iter().filter(|one| {
        one.unit.as_deref() == unit
            && one.on.format("%Y-%m").to_string() == month
            && attendance.covered(one)
    });
    let covered = covered.count() as u64;
    let rate = halves.map(|(have, of)| Rate { have: *have, of: of.saturating_sub(covered) });
    let share = rate.unwrap_or_default().words();
    let zh = format!("{zh};该单位{month}有考勤记录的半日在岗{share}");
    let en = format!("{en}; of the unit's recorded half days in {month}, {share} were attended");
    let finding = noted(city, &STAFF_IN, key, who, (zh, en)).severity(Severity::Yellow);
    let rate = rate.map(Rate::to_json);
    let finding = with_entries(finding, [absence.entry.clone()]);
    finding.because("unit_month", json!({ "month": month, "half_days_attended": rate }))
}
