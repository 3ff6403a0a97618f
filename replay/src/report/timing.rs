//! RP05 时限效率分析: how long items take, unit by unit and item by item.

use super::facts;
use super::kept::LooksAt;
use super::register::Report;
use super::run::{Gathered, Gathering, Ground, Note};
use super::table::{Cell, Column, Holds, Row, column};
use crate::rules::bench::Case;
use crate::rules::clocks::{self, workdays_between};
use crate::rules::finding::EntryRef;
use std::collections::BTreeMap;

pub(super) const REPORT: Report = Report {
    id: "RP05",
    version: 2,
    zh: "时限效率分析",
    en: "time taken",
    rows_zh: "单位×事项",
    readers_zh: "公众(汇总)",
    columns: COLUMNS,
    exact: false,
    looks_at: LooksAt::CASES,
    gather,
    rows,
};

const COLUMNS: &[Column] = &[
    column("unit", "单位", "unit", Holds::Text),
    column("item_code", "事项编码", "item", Holds::Code),
    column("item_name", "事项", "item name", Holds::Text),
    column("decided", "决定件数", "decided", Holds::Count),
    column("median_wd", "中位用时", "median working days", Holds::Decimal),
    column("mean_wd", "平均用时", "mean working days", Holds::Decimal),
    column("p95_wd", "95分位用时", "95th percentile", Holds::Count),
    column("on_the_spot", "即办率", "decided the same day", Holds::Share),
    column("early", "提前办结率", "before the promised day", Holds::Share),
    column("kept", "承诺兑现率", "promise kept", Holds::Share),
    column("compression", "压缩比", "saved of the legal term", Holds::Share),
    column("suspended", "挂起占比", "suspended of all working days", Holds::Share),
    column("supplemented", "补正率", "asked to supplement", Holds::Share),
    column("second_supplements", "二次补正数", "second supplements", Holds::Count),
];

/// What is counted of one case, in the order of the cells of its note.
#[derive(Clone, Copy)]
enum Fact {
    Wd,
    Legal,
    Early,
    Kept,
    Promised,
    Suspended,
    Supplements,
}

fn gather(case: &Case<'_>, ground: &Ground<'_>, out: &mut Gathering) {
    let kinds =
        ["approval.decision.granted", "approval.decision.refused", "approval.commitment.decided"];
    let Some(decided) = case.any(&kinds).next_back() else { return };
    if !ground.in_period(decided.occurred.micros) {
        return;
    }
    let Some(legal) = clocks::legal(case) else { return };
    let promise = clocks::promise(case);
    let bench = case.bench;
    let on = bench.zone.date(decided.occurred.micros);
    let wd = workdays_between(bench.calendar, legal.start.on, on, bench.known_at);
    let suspended = facts::suspended_wd(case, &legal);
    let supplements = case.all("approval.supplement.requested").count();
    let (code, name) = facts::item(case);
    let number = |yes: bool| Cell::Count(i64::from(yes));
    let cells = vec![
        Cell::Count(i64::from(wd)),
        Cell::Count(i64::from(legal.n)),
        number(promise.as_ref().is_some_and(|promise| on < promise.due)),
        number(promise.as_ref().is_some_and(|promise| !promise.late)),
        number(promise.is_some()),
        Cell::Count(suspended),
        Cell::Count(i64::try_from(supplements).unwrap_or(i64::MAX)),
        code.clone(),
        name,
        Cell::maybe(facts::unit(case), Cell::text),
    ];
    let key = format!("{:?}/{code:?}", facts::unit(case));
    let entries = vec![legal.start.entry.clone(), EntryRef::of(decided)];
    out.push_on(on, Note { key, cells, entries });
}

fn rows(_: &Ground<'_>, notes: Gathered) -> Vec<Row> {
    let mut groups: BTreeMap<String, Gathered> = BTreeMap::new();
    for note in notes {
        groups.entry(note.key.clone()).or_default().push(note);
    }
    groups.into_values().filter_map(row).collect()
}

fn row(notes: Gathered) -> Option<Row> {
    let first = notes.first()?.clone();
    let [.., code, name, unit] = first.cells.as_slice() else { return None };
    let of = |note: &Note, fact: Fact| match note.cells.get(fact as usize) {
        Some(Cell::Count(count)) => *count,
        _ => 0,
    };
    let sum = |fact: Fact| notes.iter().map(|note| of(note, fact)).sum::<i64>();
    let mut taken: Vec<i64> = notes.iter().map(|note| of(note, Fact::Wd)).collect();
    taken.sort_unstable();
    let count = i64::try_from(notes.len()).unwrap_or(i64::MAX);
    let asked = notes.iter().filter(|note| of(note, Fact::Supplements) > 0).count();
    let second = notes.iter().map(|note| (of(note, Fact::Supplements) - 1).max(0)).sum::<i64>();
    let same_day = notes.iter().filter(|note| of(note, Fact::Wd) == 0).count();
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let cells = vec![
        unit.clone(),
        code.clone(),
        name.clone(),
        Cell::Count(count),
        facts::median(&taken),
        facts::mean(&taken),
        facts::percentile_95(&taken),
        Cell::share(number(same_day), count),
        Cell::share(sum(Fact::Early), sum(Fact::Promised)),
        Cell::share(sum(Fact::Kept), sum(Fact::Promised)),
        Cell::share(sum(Fact::Legal) - sum(Fact::Wd), sum(Fact::Legal)),
        Cell::share(sum(Fact::Suspended), sum(Fact::Wd)),
        Cell::share(number(asked), count),
        Cell::Count(second),
    ];
    Some(Row::new(cells).resting_on(notes.into_iter().flat_map(|note| note.entries)))
}
