//! RP01 四个100%达标表: units, staff, items and systems in the hall, month by month,
//! at the month's end and on its worst day. A share of nothing is none, not 100 %.

use super::facts;
use super::kept::LooksAt;
use super::register::Report;
use super::run::{Gathered, Gathering, Ground, Note};
use super::table::{Cell, Column, Holds, Row, column};
use crate::event::Event;
use crate::integrity::json::Json;
use crate::master::{At, Version};
use crate::rules::bench::Case;
use crate::rules::finding::{EntryRef, Finding, Outcome};
use crate::rules::hall::office_minutes;
use crate::time::civil::{Micros, parse_date};
use chrono::{Datelike, NaiveDate};
use std::collections::{BTreeMap, BTreeSet};

pub(super) const REPORT: Report = Report {
    id: "RP01",
    version: 3,
    zh: "四个100%达标表",
    en: "the four rates of one hundred per cent",
    rows_zh: "单位×月",
    readers_zh: "服务中心、效能办",
    columns: COLUMNS,
    exact: false,
    looks_at: LooksAt {
        findings: |finding| FOUR_RATES.contains(&finding.rule),
        master: &[
            "hall_register",
            "hall_unit",
            "window",
            "open_window",
            "assignment",
            "item",
            "online_item",
            "post",
        ],
    },
    gather,
    rows,
};

const COLUMNS: &[Column] = &[
    column("unit", "单位", "unit", Holds::Text),
    column("month", "月份", "month", Holds::Code),
    column("in_hall", "月末进厅", "in the hall at the end", Holds::Text),
    column("in_hall_days", "在厅日率", "days in the hall", Holds::Share),
    column("worst_day", "首个缺席日", "first day absent", Holds::Date),
    column("approved", "核定人数", "approved staff", Holds::Count),
    column("assigned", "月末实派", "assigned at the end", Holds::Count),
    column("assigned_worst", "最差日实派", "assigned on the worst day", Holds::Count),
    column("shortage", "缺额", "shortage", Holds::Count),
    column("staffing", "配备率", "staffing", Holds::Share),
    column("attendance", "在岗率", "attendance", Holds::Share),
    column("items_due", "应上线事项", "items to be online", Holds::Count),
    column("items_online", "已上线", "online", Holds::Count),
    column("online", "上线率", "online rate", Holds::Share),
    column("not_online", "未上线清单", "not online", Holds::Text),
    column("availability", "系统可用率", "systems available", Holds::Share),
    column("outages", "系统中断次数", "outages", Holds::Count),
    column("issued", "登记文号数", "numbers on the register", Holds::Count),
    column("off_system", "系统外办件", "decided off the system", Holds::Count),
    column("run", "系统运行率", "decided in the system", Holds::Share),
    column("outside", "厅外循环", "handled outside the hall", Holds::Count),
    column("conclusion", "结论", "conclusion", Holds::Text),
    column("leader", "缺口责任人", "who answers", Holds::Text),
];

/// What a contribution tells, by the first of its cells.
const ATTENDED: &str = "attended";
const ON_LEAVE: &str = "on-leave";
const STOOD_IN: &str = "stood-in";
const MINUTES: &str = "minutes";
const ISSUED: &str = "issued";

fn gather(case: &Case<'_>, ground: &Ground<'_>, out: &mut Gathering) {
    attendance(case, ground, out);
    minutes(case, ground, out);
    for act in case.all("hall.number_register.declared") {
        let text = |name: &str| act.body.text(name).unwrap_or_default();
        let day = case.bench.zone.date(act.occurred.micros);
        let range = act.body.int("last_no").zip(act.body.int("first_no"));
        let Some((last, first)) = range.filter(|_| ground.period.has(day)) else { continue };
        // Permits alone: other papers are not handled in the hall's systems.
        if text("doc_type").contains('许') {
            let voided = match act.body.json("voided") {
                Some(Json::List(list)) => i64::try_from(list.len()).unwrap_or(i64::MAX),
                _ => 0,
            };
            let issued = last.saturating_sub(first).saturating_add(1).saturating_sub(voided);
            note(out, day, (text("unit").as_ref(), ISSUED), vec![Cell::Count(issued)], [act]);
        }
    }
}

fn note<'a>(
    out: &mut Gathering,
    on: NaiveDate,
    (unit, tag): (&str, &str),
    told: Vec<Cell>,
    by: impl IntoIterator<Item = &'a Event<'a>>,
) {
    let key = format!("{unit}|{}", facts::month(on));
    let cells = std::iter::once(Cell::text(tag)).chain(told).collect();
    let entries = by.into_iter().map(EntryRef::of).collect();
    out.push_on(on, Note { key, cells, entries });
}

/// Half days of officers: attended or not, on leave, and stood in for.
fn attendance(case: &Case<'_>, ground: &Ground<'_>, out: &mut Gathering) {
    for act in case.all("hall.attendance.recorded") {
        let text = |name: &str| act.body.text(name).unwrap_or_default();
        let Some(day) = parse_date(&text("date")).filter(|day| ground.period.has(*day)) else {
            continue;
        };
        let officer = text("officer");
        let at = ground.bench.on(day);
        let assigned = ground.bench.master.assignments.at(&officer, at);
        let unit = assigned.and_then(|version| version.row.unit.as_deref()).or(act.unit());
        let unit = unit.unwrap_or_default();
        match text("status").as_ref() {
            "请假" => {
                let half = format!("{officer} {day} {}", text("half"));
                note(out, day, (unit, ON_LEAVE), vec![Cell::Text(half)], [act]);
            }
            status => {
                let present = matches!(status, "在岗" | "迟到" | "早退" | "公差");
                note(out, day, (unit, ATTENDED), vec![Cell::Count(i64::from(present))], [act]);
            }
        }
    }
    for act in case.all("hall.leave.approved") {
        let text = |name: &str| act.body.text(name).unwrap_or_default();
        let Some(Json::List(halves)) = act.body.json("half_days") else { continue };
        if text("substitute").is_empty() {
            continue;
        }
        for half in halves.iter().filter_map(Json::as_str) {
            let day = half.get(..10).and_then(parse_date);
            if let Some(day) = day.filter(|day| ground.period.has(*day)) {
                let half = format!("{} {half}", text("officer"));
                note(out, day, ("", STOOD_IN), vec![Cell::Text(half)], [act]);
            }
        }
    }
}

/// Office minutes of the days between a system's first sign of life and its last, and
/// those of them in which it was down: in an outage, or on a day without any sign.
/// What the service centre runs, every unit without a system of its own works on.
fn minutes(case: &Case<'_>, ground: &Ground<'_>, out: &mut Gathering) {
    let bench = case.bench;
    let kinds = ["system.heartbeat", "system.outage.started"];
    let day_of = |act: &Event<'_>| bench.zone.date(act.occurred.micros);
    // The first sign of each day.
    let mut heard: BTreeMap<NaiveDate, &Event<'_>> = BTreeMap::new();
    for act in case.any(&kinds) {
        heard.entry(day_of(act)).or_insert(act);
    }
    let span = heard.first_key_value().zip(heard.last_key_value());
    let Some((first, last)) = span.map(|((first, _), (last, _))| (*first, *last)) else { return };
    let unit = case.any(&kinds).find_map(|act| act.unit()).unwrap_or_default();
    let row = bench.master.units.at(unit, bench.on(first));
    let shared = row.is_some_and(|row| row.row.has_role("服务中心"));
    let outages: Vec<Outage<'_>> = case
        .all("system.outage.started")
        .map(|act| {
            let mut ends = case.all("system.outage.ended");
            let end = ends.find(|end| end.order() >= act.order());
            let until = end.map_or_else(|| bench.now(), |end| end.occurred.micros);
            Outage { span: [act.occurred.micros, until], told: [Some(act), end] }
        })
        .collect();
    for on in first.iter_days().take_while(|on| *on <= last) {
        let whole = [bench.zone.start_of(on), bench.zone.end_of(on)];
        let (due, _) = office_minutes(bench, on, whole);
        if due == 0 || !ground.period.has(on) {
            continue;
        }
        let lost = |outage: &Outage<'_>| office_minutes(bench, on, outage.span).1;
        let of_day: Vec<&Outage<'_>> = outages.iter().filter(|one| lost(one) > 0).collect();
        let down = of_day.iter().map(|outage| lost(outage)).sum::<i64>();
        let silent = !heard.contains_key(&on) && down == 0;
        let down = if silent { due } else { down.min(due) };
        let unit = if shared { "" } else { unit };
        let told = of_day.iter().flat_map(|outage| outage.told).flatten();
        let by = told.chain(heard.get(&on).copied());
        note(out, on, (unit, MINUTES), vec![Cell::Count(due), Cell::Count(down)], by);
    }
}

/// From when to when a system was down, and what tells of it.
struct Outage<'a> {
    span: [Micros; 2],
    told: [Option<&'a Event<'a>>; 2],
}

/// What contributions tell of a unit's month.
#[derive(Clone, Default)]
struct Month {
    present: i64,
    scheduled: i64,
    minutes: i64,
    down: i64,
    issued: i64,
    entries: Vec<EntryRef>,
}

fn by_month<'n>(notes: &'n Gathered) -> BTreeMap<&'n str, Month> {
    let stood_in = |note: &'n Note| match note.cells.as_slice() {
        [Cell::Text(tag), half, ..] if tag == STOOD_IN => Some(half),
        _ => None,
    };
    let standing: BTreeSet<&Cell> = notes.iter().filter_map(stood_in).collect();
    let mut months: BTreeMap<&str, Month> = BTreeMap::new();
    for note in notes {
        let month = months.entry(&note.key).or_default();
        month.entries.extend(note.entries.iter().cloned());
        match note.cells.as_slice() {
            [Cell::Text(tag), Cell::Count(here)] if tag == ATTENDED => {
                month.present += here;
                month.scheduled += 1;
            }
            // Leave with nobody to stand in leaves the window empty.
            [Cell::Text(tag), half] if tag == ON_LEAVE => {
                month.scheduled += i64::from(!standing.contains(half));
            }
            [Cell::Text(tag), Cell::Count(due), Cell::Count(down)] if tag == MINUTES => {
                month.minutes += due;
                month.down += down;
            }
            [Cell::Text(tag), Cell::Count(issued)] if tag == ISSUED => month.issued += issued,
            _ => {}
        }
    }
    months
}

/// Days of a month inside the period and not after the moment asked about.
fn months(ground: &Ground<'_>) -> BTreeMap<String, Vec<NaiveDate>> {
    let last = ground.period.to.min(ground.bench.today());
    let registered = ground.bench.master.hall_registers.versions().filter_map(|one| one.valid_from);
    let first = registered.min().unwrap_or(last).max(ground.period.from);
    let mut months: BTreeMap<String, Vec<NaiveDate>> = BTreeMap::new();
    for day in first.iter_days().take_while(|day| *day <= last) {
        months.entry(facts::month(day)).or_default().push(day);
    }
    months
}

fn rows(ground: &Ground<'_>, notes: Gathered) -> Vec<Row> {
    let mut told = by_month(&notes);
    let mut found = by_unit_and_month(ground);
    let turns = Turns::of(ground);
    let mut rows = Vec::new();
    for (month, days) in months(ground) {
        let units: BTreeSet<Box<str>> = standing(&days, &turns.roster)
            .flat_map(|day| ground.bench.master.in_hall_roster(ground.bench.on(day)))
            .map(|version| version.row.unit.clone())
            .collect();
        for unit in units {
            let mut month_told =
                told.remove(format!("{unit}|{month}").as_str()).unwrap_or_default();
            let shared = told.get(format!("|{month}").as_str()).filter(|_| month_told.minutes == 0);
            if let Some(shared) = shared {
                (month_told.minutes, month_told.down) = (shared.minutes, shared.down);
                month_told.entries.extend(shared.entries.iter().cloned());
            }
            let mine = found.remove(&(unit.clone(), month.clone())).unwrap_or_default();
            let (seen, registered) = seen(ground, &unit, &days, turns.of_unit(&unit));
            month_told.entries.extend(registered);
            rows.push(of_unit(ground, (&unit, &month), &seen, month_told, mine));
        }
    }
    rows.sort_by(|a, b| a.cells.iter().take(2).cmp(b.cells.iter().take(2)));
    rows
}

/// Days from which on a register may read otherwise. Between two of them every day
/// looks like the one before, and years of days are not looked up one by one.
#[derive(Default)]
struct Turns<'g> {
    roster: BTreeSet<NaiveDate>,
    units: BTreeMap<&'g str, BTreeSet<NaiveDate>>,
}

impl<'g> Turns<'g> {
    /// Of every table that [`day`] asks.
    fn of(ground: &Ground<'g>) -> Turns<'g> {
        let master = ground.bench.master;
        let mut turns = Turns::default();
        for one in master.hall_registers.versions() {
            turns.roster.extend(one.turns());
            turns.add(&one.row.unit, one);
        }
        for one in master.hall_units.versions() {
            turns.add(&one.row.unit, one);
        }
        for one in master.assignments.versions() {
            turns.add(one.row.unit.as_deref().unwrap_or_default(), one);
        }
        for window in master.windows.versions() {
            let unit = window.row.unit.as_deref().unwrap_or_default();
            turns.add(unit, window);
            for open in master.open_windows.history(&window.row.window_id) {
                turns.add(unit, open);
            }
        }
        turns
    }

    fn add<R>(&mut self, unit: &'g str, version: &Version<R>) {
        self.units.entry(unit).or_default().extend(version.turns());
    }

    fn of_unit(&self, unit: &str) -> &BTreeSet<NaiveDate> {
        self.units.get(unit).unwrap_or(&self.roster)
    }
}

/// The first of these days and those on which something turns.
fn standing<'d>(
    days: &'d [NaiveDate],
    turns: &'d BTreeSet<NaiveDate>,
) -> impl Iterator<Item = NaiveDate> + 'd {
    let looked_at = |(index, day): &(usize, &NaiveDate)| *index == 0 || turns.contains(*day);
    days.iter().enumerate().filter(looked_at).map(|(_, day)| *day)
}

/// What a unit looked like on each of these days on which it belonged in the hall, and
/// the entries that told so.
fn seen(
    ground: &Ground<'_>,
    unit: &str,
    days: &[NaiveDate],
    turns: &BTreeSet<NaiveDate>,
) -> (Vec<(NaiveDate, Day)>, Vec<EntryRef>) {
    let mut looked_at = standing(days, turns).peekable();
    let mut last = None;
    let mut seen = Vec::with_capacity(days.len());
    let mut entries = Vec::new();
    for on in days {
        if looked_at.next_if_eq(on).is_some() {
            last = Some(day(ground, unit, *on, &mut entries));
        }
        seen.extend(last.filter(|day| day.required).map(|day| (*on, day)));
    }
    (seen, entries)
}

/// What one unit looked like on one day.
#[derive(Clone, Copy)]
struct Day {
    required: bool,
    in_hall: bool,
    approved: Option<i64>,
    assigned: i64,
}

/// Adds the entries that told of it to `entries`.
fn day(ground: &Ground<'_>, unit: &str, on: NaiveDate, entries: &mut Vec<EntryRef>) -> Day {
    let master = ground.bench.master;
    let at = ground.bench.on(on);
    let register = master.hall_registers.at(unit, at);
    let mut open = false;
    for window in master.windows.found_at(unit, at) {
        let id = window.row.window_id.as_ref();
        let opened = master.open_windows.at(id, at);
        open |= opened.is_some() || !master.open_windows.knows(id);
        entries.push(EntryRef::origin(&window.origin));
        entries.extend(opened.map(|version| EntryRef::origin(&version.origin)));
    }
    let there = master.hall_units.at(unit, at);
    let mut assigned = 0;
    let assignments = master.assignments.found_at(unit, at);
    for one in assignments.filter(|one| one.row.unit.as_deref() == Some(unit)) {
        assigned += 1;
        entries.push(EntryRef::origin(&one.origin));
    }
    entries.extend(register.map(|version| EntryRef::origin(&version.origin)));
    entries.extend(there.map(|version| EntryRef::origin(&version.origin)));
    Day {
        required: register.is_some(),
        in_hall: open || there.is_some(),
        approved: register.and_then(|version| version.row.headcount),
        assigned,
    }
}

fn of_unit(
    ground: &Ground<'_>,
    (unit, month): (&str, &str),
    seen: &[(NaiveDate, Day)],
    mut told: Month,
    mine: Vec<&Finding>,
) -> Row {
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let there = seen.iter().filter(|(_, day)| day.in_hall).count();
    let absent = seen.iter().find(|(_, day)| !day.in_hall).map(|(on, _)| *on);
    let end = seen.last();
    let approved = end.and_then(|(_, day)| day.approved);
    let assigned = end.map(|(_, day)| day.assigned);
    let worst = seen.iter().map(|(_, day)| day.assigned).min();
    let shortage = approved.zip(assigned).map(|(approved, assigned)| (approved - assigned).max(0));
    let at = ground.bench.on(end.map_or(ground.period.to, |(on, _)| *on));
    let mut entries = std::mem::take(&mut told.entries);
    let (due, missing) = items(ground, unit, at, &mut entries);
    let kept = !mine.iter().any(|finding| stands(finding))
        && absent.is_none()
        && shortage.unwrap_or(0) == 0
        && missing.is_empty();
    let leader = ground.bench.master.holder(unit, "主要负责人", at);
    let mut cells = vec![
        Cell::text(unit),
        Cell::text(month),
        Cell::text(if end.is_some_and(|(_, day)| day.in_hall) { "是" } else { "否" }),
        Cell::share(number(there), number(seen.len())),
        Cell::maybe(absent, Cell::Date),
        Cell::maybe(approved, Cell::Count),
        Cell::maybe(assigned, Cell::Count),
        Cell::maybe(worst, Cell::Count),
        Cell::maybe(shortage, Cell::Count),
        Cell::maybe(approved.zip(assigned), |(approved, assigned)| {
            Cell::share(assigned.min(approved), approved)
        }),
        Cell::share(told.present, told.scheduled),
        Cell::Count(due),
        Cell::Count(due - number(missing.len())),
        Cell::share(due - number(missing.len()), due),
        Cell::list(missing),
    ];
    cells.extend(in_systems(&mine, &told));
    cells.extend([
        Cell::text(if kept { "达标" } else { "未达标" }),
        Cell::maybe(leader.filter(|_| !kept), |held| Cell::text(held.row.officer.as_ref())),
    ]);
    entries.extend(leader.filter(|_| !kept).map(|held| EntryRef::origin(&held.origin)));
    entries.extend(mine.iter().flat_map(|finding| finding.entries.iter().cloned()));
    Row::new(cells).resting_on(entries)
}

/// What people found to be none is none.
fn stands(finding: &Finding) -> bool {
    !matches!(finding.outcome, Outcome::Dismissed | Outcome::Exempted | Outcome::Indeterminate)
}

/// Availability, outages, numbers issued, those of them off the system, the share in
/// it, and what was handled outside the hall.
fn in_systems(mine: &[&Finding], told: &Month) -> [Cell; 6] {
    let of = |rule: &'static str| {
        mine.iter().filter(move |finding| finding.rule == rule && stands(finding))
    };
    let outages = of("R2.2.2d").filter(|finding| finding.explanation.contains_key("outage"));
    let used = of("R2.2.2d").filter_map(|finding| finding.explanation.get("use"));
    let off = used.filter_map(|used| Some(used.get("of")?.as_i64()? - used.get("have")?.as_i64()?));
    let off: i64 = off.sum();
    let issued = told.issued.max(off);
    let number = |count: usize| Cell::Count(i64::try_from(count).unwrap_or(i64::MAX));
    [
        Cell::share(told.minutes - told.down, told.minutes),
        number(outages.count()),
        Cell::Count(issued),
        Cell::Count(off),
        Cell::share(issued - off, issued),
        number(of("R2.2.3").count()),
    ]
}

/// Items of the unit that belong online, and those of them that are not; adds the
/// entries that told so to `entries`.
fn items(
    ground: &Ground<'_>,
    unit: &str,
    at: At,
    entries: &mut Vec<EntryRef>,
) -> (i64, Vec<String>) {
    let master = ground.bench.master;
    let mine = master.items.found_at(unit, at).filter(|version| {
        version.row.in_hall_required == Some(true)
            && version.row.subject_unit.as_deref() == Some(unit)
            && version.row.disposition.as_deref() != Some("cancelled")
            && version.row.online_depth.as_deref() != Some("不宜上线")
            && version.row.secrecy.as_deref().is_none_or(|secrecy| matches!(secrecy, "none" | "无"))
    });
    let (mut due, mut missing) = (0, Vec::new());
    for version in mine {
        due += 1;
        let code = version.row.item_code.as_ref();
        let told = master.online_items.speaking_at(code, at).max_by_key(|one| one.origin.position);
        entries.push(EntryRef::origin(&version.origin));
        entries.extend(told.map(|told| EntryRef::origin(&told.origin)));
        let online = match told {
            Some(told) => !told.ended(),
            None => version.row.online_since.is_some_and(|since| since <= at.on),
        };
        if !online {
            missing.push(version.row.name.as_deref().unwrap_or(code).to_owned());
        }
    }
    (due, missing)
}

/// Rules on the four rates.
const FOUR_RATES: [&str; 5] = ["R2.2.2a", "R2.2.2b", "R2.2.2c", "R2.2.2d", "R2.2.3"];

/// Findings on the four rates, by the unit that they fell on and the month.
fn by_unit_and_month<'g>(ground: &'g Ground<'_>) -> BTreeMap<(Box<str>, String), Vec<&'g Finding>> {
    let mut by: BTreeMap<(Box<str>, String), Vec<&Finding>> = BTreeMap::new();
    let found = ground.judgement.findings.iter();
    for finding in found.filter(|finding| FOUR_RATES.contains(&finding.rule)) {
        let day = ground.bench.zone.date(finding.at);
        if let Some(unit) = finding.accountable.unit.clone().filter(|_| day.year() > 0) {
            by.entry((unit, facts::month(day))).or_default().push(finding);
        }
    }
    by
}
