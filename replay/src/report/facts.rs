//! Cells that several reports read from the acts of a case.

use super::run::Ground;
use super::table::Cell;
use crate::event::{Event, Precision};
use crate::rules::bench::Case;
use crate::rules::city::Consequence;
use crate::rules::clocks::{self, ClockReading};
use crate::rules::finding::{EntryRef, Finding};
use crate::time::civil::Zone;
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// A member of an act's body as text.
pub fn member(act: Option<&Event<'_>>, name: &str) -> Cell {
    let text = act.and_then(|act| act.body.text(name));
    Cell::maybe(text, |text| Cell::text(text.into_owned()))
}

/// The local day of an act.
pub fn day(act: Option<&Event<'_>>, zone: Zone) -> Cell {
    Cell::maybe(act, |act| Cell::Date(zone.date(act.occurred.micros)))
}

/// The minute of an act, or its day where only that is known.
pub fn minute(act: Option<&Event<'_>>, zone: Zone) -> Cell {
    Cell::maybe(act, |act| match act.precision {
        Precision::Minute => Cell::Moment(act.occurred.micros),
        Precision::Day => Cell::Date(zone.date(act.occurred.micros)),
    })
}

/// The officers who acted in a role, each once, in the order of acting.
pub fn officers(case: &Case<'_>, role: &str) -> Cell {
    let mut known = BTreeSet::new();
    let acting = case.acts.iter().filter_map(|act| act.actor.as_ref());
    let acting = acting.filter(|actor| actor.role.get() == Some(role));
    let officers = acting.filter_map(|actor| actor.officer.get());
    Cell::list(officers.filter(|officer| known.insert(*officer)))
}

/// The first item that an act of the case names: its code and its name.
pub fn item(case: &Case<'_>) -> (Cell, Cell) {
    let item = case.acts.iter().find_map(|act| act.item.as_ref());
    let code = item.and_then(|item| item.code.get()).unwrap_or_default();
    let named = item.and_then(|item| item.name.get());
    let first = case.acts.first().map_or(0, |act| act.occurred.micros);
    let row = case.bench.master.items.at(code, case.bench.at(first));
    let name = named.or(row.and_then(|row| row.row.name.as_deref()));
    (Cell::text(code), Cell::text(name.unwrap_or_default()))
}

/// The unit that acted first.
pub fn unit(case: &Case<'_>) -> Option<String> {
    case.acts.iter().find_map(|act| act.actor.as_ref()?.unit.get()).map(str::to_owned)
}

/// The day by which a clock runs out.
pub fn due(reading: Option<&ClockReading>) -> Cell {
    Cell::maybe(reading, |reading| Cell::Date(reading.due))
}

/// Working days beyond the due date, where it ran out.
pub fn over(reading: Option<&ClockReading>) -> Cell {
    let late = reading.filter(|reading| reading.late);
    Cell::maybe(late, |reading| Cell::Count(i64::from(reading.over)))
}

/// Working days of a clock's course that special procedures took, as claimed, each day
/// once.
pub fn suspended_wd(case: &Case<'_>, reading: &ClockReading) -> i64 {
    let until = reading.stop.as_ref().map_or_else(|| case.bench.today(), |stop| stop.on);
    let within = (reading.start.on, until);
    i64::from(clocks::workdays_suspended(case, &reading.suspensions, within))
}

/// What findings say, by rule.
pub fn rules(findings: &[&Finding]) -> Cell {
    let mut seen = BTreeSet::new();
    Cell::list(findings.iter().map(|finding| finding.rule).filter(|rule| seen.insert(*rule)))
}

/// What was done about findings of a stream, as an investigator lists it, and the acts.
pub fn consequences(
    ground: &Ground<'_>,
    stream: &str,
    of: fn(&Finding) -> bool,
) -> (Cell, Vec<EntryRef>) {
    let about = ground.findings(stream).iter().filter(|finding| of(finding));
    let ids: Vec<String> = about.flat_map(|finding| finding.ids()).collect();
    let ids: Vec<&str> = ids.iter().map(AsRef::as_ref).collect();
    let done = ground.judgement.topics.consequences.of(&ids);
    (told(ground, &done), done.iter().map(|one| one.entry.clone()).collect())
}

/// Consequences by name and day.
pub fn told(ground: &Ground<'_>, done: &[&Consequence]) -> Cell {
    Cell::list(done.iter().map(|one| {
        let name = crate::event::register::find(&format!("{}.v1", one.kind));
        let name = name.map_or(one.kind.as_ref(), |known| known.zh);
        format!("{name}({})", ground.bench.zone.date(one.at))
    }))
}

/// Entries of findings.
pub fn grounds(findings: &[&Finding]) -> Vec<EntryRef> {
    findings.iter().flat_map(|finding| finding.entries.iter().cloned()).collect()
}

/// `2026-03`
pub fn month(day: NaiveDate) -> String {
    day.format("%Y-%m").to_string()
}

/// The middle value of a sorted list, in hundredths; the mean of two in the middle.
pub fn median(sorted: &[i64]) -> Cell {
    let middle = sorted.len() / 2;
    match (sorted.get(middle), sorted.len() % 2) {
        (None, _) => Cell::Empty,
        (Some(value), 1) => Cell::Hundredths(value * 100),
        (Some(value), _) => Cell::Hundredths((value + sorted[middle - 1]) * 50),
    }
}

/// The smallest value that 95 of a hundred do not exceed.
pub fn percentile_95(sorted: &[i64]) -> Cell {
    let rank = (sorted.len() * 95).div_ceil(100);
    Cell::maybe(rank.checked_sub(1).and_then(|at| sorted.get(at)), |value| Cell::Count(*value))
}

/// The mean in hundredths, cut.
pub fn mean(values: &[i64]) -> Cell {
    let count = i64::try_from(values.len()).unwrap_or(i64::MAX);
    if count == 0 {
        Cell::Empty
    } else {
        Cell::Hundredths(values.iter().sum::<i64>() * 100 / count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn middles_are_those_of_the_sorted_list() {
        assert_eq!(median(&[]), Cell::Empty);
        assert_eq!(median(&[3]), Cell::Hundredths(300));
        assert_eq!(median(&[1, 2]), Cell::Hundredths(150));
        assert_eq!(median(&[1, 2, 9]), Cell::Hundredths(200));
        let twenty: Vec<i64> = (1..=20).collect();
        assert_eq!(percentile_95(&twenty), Cell::Count(19));
        assert_eq!(percentile_95(&[7]), Cell::Count(7));
        assert_eq!(mean(&[1, 1, 2]), Cell::Hundredths(133));
    }
}
