//! Cells that several reports read from the acts of a case.

use super::table::Cell;
use crate::event::{Event, Precision};
use crate::rules::bench::Case;
use crate::rules::clocks::{ClockReading, SuspensionClaim, workdays_between};
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

/// Working days that special procedures took, as claimed.
pub fn suspended_wd(case: &Case<'_>, claims: &[SuspensionClaim]) -> i64 {
    let bench = case.bench;
    let days = claims.iter().map(|claim| {
        let from = claim.from.pred_opt().unwrap_or(claim.from);
        let to = claim.to.unwrap_or_else(|| bench.today());
        i64::from(workdays_between(bench.calendar, from, to, bench.known_at))
    });
    days.sum()
}

/// What findings say, by rule.
pub fn rules(findings: &[&Finding]) -> Cell {
    let mut seen = BTreeSet::new();
    Cell::list(findings.iter().map(|finding| finding.rule).filter(|rule| seen.insert(*rule)))
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
