//! RP01 四个100%达标表: units, staff, items and systems in the hall, month by month,
//! at the month's end and on its worst day. A share of nothing is none, not 100 %.

use super::facts;
use super::kept::LooksAt;
use super::register::Report;
use super::run::{Gathered, Gathering, Ground, Note};
use super::table::{Cell, Column, Holds, Row, column};
use crate::master::{At, Version};
use crate::rules::bench::Case;
use crate::rules::finding::Finding;
use chrono::{Datelike, NaiveDate};
use std::collections::{BTreeMap, BTreeSet};

pub(super) const REPORT: Report = Report {
    id: "RP01",
    version: 1,
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
    column("outages", "系统中断次数", "outages", Holds::Count),
    column("off_system", "系统外办件", "decided off the system", Holds::Count),
    column("conclusion", "结论", "conclusion", Holds::Text),
    column("leader", "缺口责任人", "who answers", Holds::Text),
];

/// Attendance of a unit's officers by month: `present`, `scheduled`.
fn gather(case: &Case<'_>, ground: &Ground<'_>, out: &mut Gathering) {
    for act in case.all("hall.attendance.recorded") {
        let day = act.body.text("date").and_then(|text| crate::time::civil::parse_date(&text));
        let Some(day) = day.filter(|day| ground.period.has(*day)) else { continue };
        let officer = act.body.text("officer").unwrap_or_default();
        let at = ground.bench.on(day);
        let assigned = ground.bench.master.assignments.at(&officer, at);
        let unit = assigned.and_then(|version| version.row.unit.as_deref()).or(act.unit());
        let present = act
            .body
            .text("status")
            .is_some_and(|status| matches!(status.as_ref(), "在岗" | "迟到" | "早退" | "公差"));
        let excused = act.body.text("status").is_some_and(|status| status == "请假");
        if excused {
            continue;
        }
        let cells = vec![Cell::Count(i64::from(present)), Cell::Count(1)];
        let key = format!("{}|{}", unit.unwrap_or_default(), facts::month(day));
        out.push_on(day, Note { key, cells, entries: Vec::new() });
    }
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
    let mut attendance: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for note in &notes {
        let (present, scheduled) = attendance.entry(note.key.clone()).or_default();
        if let [Cell::Count(here), Cell::Count(due)] = note.cells.as_slice() {
            *present += here;
            *scheduled += due;
        }
    }
    let mut found = by_unit_and_month(ground);
    let turns = Turns::of(ground);
    let mut rows = Vec::new();
    for (month, days) in months(ground) {
        let units: BTreeSet<Box<str>> = standing(&days, &turns.roster)
            .flat_map(|day| ground.bench.master.in_hall_roster(ground.bench.on(day)))
            .map(|version| version.row.unit.clone())
            .collect();
        for unit in units {
            let attended = attendance.get(&format!("{unit}|{month}")).copied();
            let mine = found.remove(&(unit.clone(), month.clone())).unwrap_or_default();
            let seen = seen(ground, &unit, &days, turns.of_unit(&unit));
            rows.push(of_unit(ground, (&unit, &month), &seen, attended, mine));
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

/// What a unit looked like on each of these days on which it belonged in the hall.
fn seen(
    ground: &Ground<'_>,
    unit: &str,
    days: &[NaiveDate],
    turns: &BTreeSet<NaiveDate>,
) -> Vec<(NaiveDate, Day)> {
    let mut looked_at = standing(days, turns).peekable();
    let mut last = None;
    let mut seen = Vec::with_capacity(days.len());
    for on in days {
        if looked_at.next_if_eq(on).is_some() {
            last = Some(day(ground, unit, *on));
        }
        seen.extend(last.filter(|day| day.required).map(|day| (*on, day)));
    }
    seen
}

/// What one unit looked like on one day.
#[derive(Clone, Copy)]
struct Day {
    required: bool,
    in_hall: bool,
    approved: Option<i64>,
    assigned: i64,
}

fn day(ground: &Ground<'_>, unit: &str, on: NaiveDate) -> Day {
    let master = ground.bench.master;
    let at = ground.bench.on(on);
    let register = master.hall_registers.at(unit, at);
    let windows = master.windows.found_at(unit, at);
    let open = windows.into_iter().any(|window| {
        let id = window.row.window_id.as_ref();
        master.open_windows.at(id, at).is_some() || !master.open_windows.knows(id)
    });
    let assigned = master.assignments.found_at(unit, at);
    let assigned = assigned.filter(|one| one.row.unit.as_deref() == Some(unit)).count();
    Day {
        required: register.is_some(),
        in_hall: open || master.hall_units.at(unit, at).is_some(),
        approved: register.and_then(|version| version.row.headcount),
        assigned: i64::try_from(assigned).unwrap_or(i64::MAX),
    }
}

fn of_unit(
    ground: &Ground<'_>,
    (unit, month): (&str, &str),
    seen: &[(NaiveDate, Day)],
    attendance: Option<(i64, i64)>,
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
    let (due, missing) = items(ground, unit, at);
    let count = |rule: &str| number(mine.iter().filter(|finding| finding.rule == rule).count());
    let kept =
        mine.is_empty() && absent.is_none() && shortage.unwrap_or(0) == 0 && missing.is_empty();
    let leader = ground.bench.master.holder(unit, "主要负责人", at);
    let cells = vec![
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
        Cell::maybe(attendance, |(present, scheduled)| Cell::share(present, scheduled)),
        Cell::Count(due),
        Cell::Count(due - number(missing.len())),
        Cell::share(due - number(missing.len()), due),
        Cell::list(missing),
        Cell::Count(count("R2.2.2d")),
        Cell::Count(count("R2.2.3")),
        Cell::text(if kept { "达标" } else { "未达标" }),
        Cell::maybe(leader.filter(|_| !kept), |held| Cell::text(held.row.officer.as_ref())),
    ];
    Row::new(cells).resting_on(mine.iter().flat_map(|finding| finding.entries.clone()))
}

/// Items of the unit that belong online, and those of them that are not.
fn items(ground: &Ground<'_>, unit: &str, at: At) -> (i64, Vec<String>) {
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
