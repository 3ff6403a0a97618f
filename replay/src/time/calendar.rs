//! The working-day calendar (specification §2.4, §3.12).
//!
//! A day's kind is its special row if there is one, else its weekday's. Rows are
//! bitemporal: the State Council has changed a year's arrangement after the year
//! began, so every question says as known at which moment. What this file does
//! not know: cases, clocks that are suspended for a reason, and the present day.

use super::civil::{Micros, Zone};
use super::holidays;
pub use super::holidays::Notice;
use chrono::{Datelike, Days, NaiveDate, Weekday};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Longest span that is counted, in days: a term of more than a century is a
/// mistyped number.
pub(super) const SPAN_DAYS_MAX: u32 = 40_000;

/// What a day is for a clock that counts working days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayKind {
    /// 工作日
    Workday,
    /// 周末
    Weekend,
    /// 法定节假日或调休放假
    DayOff,
    /// 调休上班: a Saturday or Sunday that is worked
    MakeupWorkday,
}

impl DayKind {
    pub fn is_workday(self) -> bool {
        matches!(self, DayKind::Workday | DayKind::MakeupWorkday)
    }

    /// As scripts read it.
    pub fn as_str(self) -> &'static str {
        match self {
            DayKind::Workday => "workday",
            DayKind::Weekend => "weekend",
            DayKind::DayOff => "day-off",
            DayKind::MakeupWorkday => "makeup-workday",
        }
    }

    pub fn zh(self) -> &'static str {
        match self {
            DayKind::Workday => "工作日",
            DayKind::Weekend => "周末",
            DayKind::DayOff => "放假",
            DayKind::MakeupWorkday => "调休上班",
        }
    }

    pub fn en(self) -> &'static str {
        match self {
            DayKind::Workday => "working day",
            DayKind::Weekend => "weekend",
            DayKind::DayOff => "day off",
            DayKind::MakeupWorkday => "make-up working day",
        }
    }
}

/// A day as known at some moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day<'c> {
    pub kind: DayKind,
    /// The holiday that a special row belongs to.
    pub holiday: Option<&'c str>,
    /// The year's arrangement was not announced yet (or is not in this
    /// calendar): the kind is the weekday's and may change.
    pub provisional: bool,
}

/// The day on which a term ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// The term ends at 24:00 local time of this date.
    pub date: NaiveDate,
    /// At least one counted day lies beyond the known calendar, so that the date
    /// must be computed again once the year is announced.
    pub provisional: bool,
}

/// Whether the last day of a term of calendar days moves (民法典 art. 203).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Roll {
    /// To the next working day, if it falls on a day off: a party's duties.
    NextWorkday,
    /// Never: limits on a power are not lengthened.
    None,
}

/// When something was known: from a moment on, up to another, exclusive, if it was
/// taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Known {
    pub from: Micros,
    pub until: Option<Micros>,
}

impl Known {
    /// From a moment on, for ever.
    pub fn from(from: Micros) -> Known {
        Known { from, until: None }
    }

    fn at(&self, known_at: Micros) -> bool {
        self.from <= known_at && self.until.is_none_or(|until| known_at < until)
    }
}

/// One row of the calendar: what a notice says of one day.
#[derive(Clone, Debug)]
struct Row {
    known: Known,
    /// `None`: whatever its weekday says, after all.
    off: Option<bool>,
    holiday: Cow<'static, str>,
}

/// Special rows over weekdays.
#[derive(Clone, Debug, Default)]
pub struct Calendar {
    /// Rows of a day in order of being known.
    rows: BTreeMap<NaiveDate, Vec<Row>>,
    /// When a year's arrangement is known, by each notice that tells of it.
    years: BTreeMap<i32, Vec<Known>>,
}

impl Calendar {
    /// Weekdays only: every day is provisional.
    pub fn weekdays() -> Calendar {
        Calendar::default()
    }

    /// China's calendar 2019–2026 as the State Council announced it.
    pub fn china() -> &'static Calendar {
        static CHINA: OnceLock<Calendar> = OnceLock::new();
        CHINA.get_or_init(|| Calendar::china_without(&|_| false))
    }

    /// China's calendar without the notices of some years: those that a ledger
    /// publishes itself.
    pub fn china_without(told: &dyn Fn(i32) -> bool) -> Calendar {
        let (notices, days) = holidays::read();
        let mut calendar = Calendar::weekdays();
        for notice in notices.iter().filter(|notice| !told(notice.year)) {
            calendar.announce_year(notice.year, Known::from(notice.known_from));
        }
        for day in days.into_iter().filter(|day| !told(day.year)) {
            let known = Known::from(day.known_from);
            calendar.set_day(day.date, Some(day.off), Cow::Borrowed(day.name), known);
        }
        calendar
    }

    /// While this is known, a year's days without a special row are what their
    /// weekday says, for certain.
    pub fn announce_year(&mut self, year: i32, known: Known) {
        let all = self.years.entry(year).or_default();
        all.insert(all.partition_point(|other| other.from <= known.from), known);
    }

    /// While this is known, a day is off or worked, whatever its weekday, or what
    /// its weekday says (`None`). What was known of it before stays known for
    /// earlier questions; of rows known since the same moment the last one given
    /// holds.
    pub fn set_day(
        &mut self,
        date: NaiveDate,
        off: Option<bool>,
        holiday: Cow<'static, str>,
        known: Known,
    ) {
        let rows = self.rows.entry(date).or_default();
        let place = rows.partition_point(|row| row.known.from <= known.from);
        rows.insert(place, Row { known, off, holiday });
    }

    /// The notices behind [`Calendar::china`], oldest first. A year that was
    /// rearranged has several.
    pub fn notices() -> Vec<Notice> {
        holidays::read().0
    }

    /// Names the calendar as known at a moment: its last announced year and BLAKE3
    /// of every row known, `2026-1f0c…`. Two calendars of one name count alike.
    pub fn version(&self, known_at: Micros) -> String {
        let mut hasher = blake3::Hasher::new();
        let announced = |all: &Vec<Known>| all.iter().any(|known| known.at(known_at));
        let years = self.years.iter().filter(|(_, all)| announced(all));
        let mut last = 0;
        for (year, _) in years {
            last = *year;
            hasher.update(&year.to_be_bytes());
        }
        for (date, rows) in &self.rows {
            let known = rows.iter().rev().find(|row| row.known.at(known_at));
            if let Some(row) = known {
                hasher.update(&date.num_days_from_ce().to_be_bytes());
                hasher.update(&[row.off.map_or(2, u8::from)]);
            }
        }
        let digest = hasher.finalize().to_hex();
        format!("{last}-{}", digest.get(..16).unwrap_or_default())
    }

    /// The earliest moment after `known_at` from which another row is known, or one no
    /// longer: until then, what is known does not change. The maximum stands for never.
    pub fn known_until(&self, known_at: Micros) -> Micros {
        let rows = self.rows.values().flatten().map(|row| &row.known);
        let all = self.years.values().flatten().chain(rows);
        let ends = all.flat_map(|known| [Some(known.from), known.until]).flatten();
        ends.filter(|end| *end > known_at).min().unwrap_or(Micros::MAX)
    }

    /// A day as it was known at `known_at`.
    pub fn day(&self, date: NaiveDate, known_at: Micros) -> Day<'_> {
        let weekend = matches!(date.weekday(), Weekday::Sat | Weekday::Sun);
        let years = self.years.get(&date.year()).map_or(&[][..], Vec::as_slice);
        let year_known = years.iter().any(|known| known.at(known_at));
        let rows = self.rows.get(&date).map_or(&[][..], Vec::as_slice);
        let row = rows.iter().rev().find(|row| row.known.at(known_at));
        let kind = match (row.and_then(|row| row.off), weekend) {
            (Some(true), _) => DayKind::DayOff,
            (Some(false), true) => DayKind::MakeupWorkday,
            (Some(false), false) | (None, false) => DayKind::Workday,
            (None, true) => DayKind::Weekend,
        };
        let holiday = row.filter(|row| row.off.is_some()).map(|row| row.holiday.as_ref());
        Day { kind, holiday, provisional: !year_known && row.is_none() }
    }

    /// The `n`-th working day after `start`, which itself is not counted; days
    /// for which `suspended` holds are not counted either. `None` if the term is
    /// longer than a century or nothing but suspended.
    pub fn add_working_days(
        &self,
        start: NaiveDate,
        n: u32,
        known_at: Micros,
        suspended: impl Fn(NaiveDate) -> bool,
    ) -> Option<Due> {
        let mut due = Due { date: start, provisional: false };
        let mut counted = 0;
        for _ in 0..SPAN_DAYS_MAX {
            if counted == n {
                return Some(due);
            }
            due.date = due.date.succ_opt()?;
            let day = self.day(due.date, known_at);
            due.provisional |= day.provisional;
            if day.kind.is_workday() && !suspended(due.date) {
                counted += 1;
            }
        }
        None
    }

    /// `n` calendar days after `start`.
    pub fn add_days(&self, start: NaiveDate, n: u32, roll: Roll, known_at: Micros) -> Option<Due> {
        let n = (n <= SPAN_DAYS_MAX).then_some(n)?;
        let date = start.checked_add_days(Days::new(u64::from(n)))?;
        let day = self.day(date, known_at);
        match roll {
            Roll::NextWorkday if !day.kind.is_workday() => {
                let mut due = self.add_working_days(date, 1, known_at, |_| false)?;
                due.provisional |= day.provisional;
                Some(due)
            }
            _ => Some(Due { date, provisional: day.provisional && roll == Roll::NextWorkday }),
        }
    }

    /// Working days after `from` up to and including `to`; 0 if `to` is not after.
    pub fn working_days_between(&self, from: NaiveDate, to: NaiveDate, known_at: Micros) -> u32 {
        let span = to.signed_duration_since(from).num_days();
        let days = span.clamp(0, i64::from(SPAN_DAYS_MAX)) as usize;
        let workday = |date: &NaiveDate| self.day(*date, known_at).kind.is_workday();
        from.iter_days().skip(1).take(days).filter(workday).count() as u32
    }

    /// Whether an act was recorded later than 24:00 of the `wd`th working day after it
    /// (parameter P12), with the calendar as known when it was recorded.
    pub fn recorded_late(
        &self,
        occurred: NaiveDate,
        recorded: Micros,
        zone: Zone,
        wd: u32,
    ) -> bool {
        match self.add_working_days(occurred, wd, recorded, |_| false) {
            Some(due) => recorded > zone.end_of(due.date),
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::civil::parse_date;

    fn date(text: &str) -> NaiveDate {
        parse_date(text).unwrap()
    }

    fn known(text: &str) -> Micros {
        Zone::SHANGHAI.instant(text).unwrap()
    }

    const LATER: Micros = Micros::MAX;

    #[track_caller]
    fn due(start: &str, n: u32, expected: &str) {
        let due = Calendar::china().add_working_days(date(start), n, LATER, |_| false);
        let due = due.unwrap();
        assert_eq!(due.date, date(expected), "{start} + {n}");
        assert!(!due.provisional);
    }

    #[test]
    fn terms_of_the_specification() {
        due("2022-03-28", 5, "2022-04-02");
        due("2022-04-01", 5, "2022-04-11");
        due("2022-04-01", 20, "2022-04-29");
        due("2022-04-05", 20, "2022-05-05");
        for (n, expected) in [
            (5, "2022-04-13"),
            (7, "2022-04-15"),
            (20, "2022-05-06"),
            (30, "2022-05-19"),
            (45, "2022-06-10"),
            (60, "2022-07-01"),
        ] {
            due("2022-04-06", n, expected);
        }
        due("2022-01-24", 20, "2022-02-24");
        due("2026-02-10", 5, "2026-02-24");
        due("2026-02-10", 20, "2026-03-16");
        due("2026-09-18", 20, "2026-10-22");
        due("2026-09-18", 45, "2026-11-26");
        due("2026-09-24", 7, "2026-10-12");
        due("2025-12-26", 7, "2026-01-07");
        due("2026-03-02", 20, "2026-03-30");
        due("2026-09-29", 3, "2026-10-09");
    }

    #[test]
    fn suspended_days_do_not_count() {
        let suspended = |d: NaiveDate| (date("2026-03-10")..=date("2026-03-18")).contains(&d);
        let due = Calendar::china().add_working_days(date("2026-03-02"), 20, LATER, suspended);
        assert_eq!(due.unwrap().date, date("2026-04-09"));
        let never = Calendar::china().add_working_days(date("2026-03-02"), 1, LATER, |_| true);
        assert_eq!(never, None);
    }

    #[test]
    fn the_calendar_changes_after_publication() {
        let at = |known_at| {
            let due =
                Calendar::china().add_working_days(date("2020-01-20"), 10, known_at, |_| false);
            due.unwrap().date
        };
        assert_eq!(at(known("2020-01-26")), date("2020-02-07"));
        assert_eq!(at(known("2020-01-27")), date("2020-02-11"));
        let may = |known_at| Calendar::china().day(date("2019-05-02"), known_at).kind;
        assert_eq!(may(known("2019-03-21")), DayKind::Workday);
        assert_eq!(may(known("2019-03-22")), DayKind::DayOff);
    }

    #[test]
    fn working_days_a_year() {
        for (year, expected) in [
            (2019, 250),
            (2020, 249),
            (2021, 250),
            (2022, 249),
            (2023, 249),
            (2024, 251),
            (2025, 248),
            (2026, 248),
        ] {
            let from = NaiveDate::from_ymd_opt(year - 1, 12, 31).unwrap();
            let to = NaiveDate::from_ymd_opt(year, 12, 31).unwrap();
            let count = Calendar::china().working_days_between(from, to, LATER);
            assert_eq!(count, expected, "{year}");
        }
        let makeup: Vec<String> = date("2026-01-01")
            .iter_days()
            .take(365)
            .filter(|d| Calendar::china().day(*d, LATER).kind == DayKind::MakeupWorkday)
            .map(|d| d.format("%m-%d").to_string())
            .collect();
        assert_eq!(makeup, ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"]);
    }

    #[test]
    fn calendar_days_roll_for_duties_and_not_for_powers() {
        let china = Calendar::china();
        let add = |start: &str, n, roll| china.add_days(date(start), n, roll, LATER).unwrap().date;
        assert_eq!(add("2026-07-05", 90, Roll::NextWorkday), date("2026-10-08"));
        assert_eq!(add("2026-06-30", 90, Roll::NextWorkday), date("2026-09-28"));
        assert_eq!(add("2026-09-16", 15, Roll::NextWorkday), date("2026-10-08"));
        assert_eq!(add("2026-09-01", 30, Roll::None), date("2026-10-01"));
        assert_eq!(china.add_days(date("2026-09-01"), u32::MAX, Roll::None, LATER), None);
    }

    #[test]
    fn a_later_row_hides_an_earlier_one_from_its_moment_on() {
        let mut local = Calendar::weekdays();
        let day = date("2026-05-08");
        let from = |text| Known::from(known(text));
        local.announce_year(2026, from("2025-11-05"));
        local.set_day(day, Some(true), Cow::Borrowed("停工"), from("2026-05-07"));
        local.set_day(day, Some(false), Cow::Borrowed("复工"), from("2026-05-06"));
        let kind = |known_at| local.day(day, known_at).kind;
        assert_eq!(kind(known("2026-05-05")), DayKind::Workday);
        assert_eq!(local.day(day, known("2026-05-06")).holiday, Some("复工"));
        assert_eq!(kind(known("2026-05-07")), DayKind::DayOff);
        assert!(local.day(day, known("2025-11-04")).provisional);
        local.announce_year(2026, from("2025-12-01"));
        assert!(!local.day(date("2026-06-01"), known("2025-11-05")).provisional);
    }

    #[test]
    fn a_row_that_was_taken_back_was_known_until_then() {
        let mut local = Calendar::weekdays();
        let day = date("2026-05-08");
        let until = |from, until| Known { from: known(from), until: Some(known(until)) };
        local.set_day(day, Some(true), Cow::Borrowed("停工"), until("2026-05-01", "2026-05-04"));
        local.announce_year(2026, until("2025-11-05", "2025-11-08"));
        let kind = |known_at| local.day(day, known(known_at)).kind;
        assert_eq!(kind("2026-05-01"), DayKind::DayOff);
        assert_eq!(kind("2026-05-03"), DayKind::DayOff);
        assert_eq!(kind("2026-05-04"), DayKind::Workday);
        assert!(!local.day(day, known("2025-11-07")).provisional);
        assert!(local.day(day, known("2025-11-08")).provisional);
        // A day that is what its weekday says, after all.
        local.set_day(day, None, Cow::Borrowed(""), Known::from(known("2026-05-02")));
        let told = local.day(day, known("2026-05-02"));
        assert_eq!((told.kind, told.holiday, told.provisional), (DayKind::Workday, None, false));
    }

    #[test]
    fn beyond_the_announced_years_a_term_is_provisional() {
        let due =
            Calendar::china().add_working_days(date("2026-12-28"), 10, LATER, |_| false).unwrap();
        assert!(due.provisional);
        // In October 2025 the year 2026 was not announced.
        let early = Calendar::china().day(date("2026-02-16"), known("2025-10-31"));
        assert_eq!((early.kind, early.provisional), (DayKind::Workday, true));
        let end = NaiveDate::MAX;
        assert_eq!(Calendar::china().add_working_days(end, 1, LATER, |_| false), None);
    }

    #[test]
    fn late_is_after_the_next_working_day() {
        let late = |occurred, recorded| {
            Calendar::china().recorded_late(date(occurred), known(recorded), Zone::SHANGHAI, 1)
        };
        // 2026-02-13 is a Friday, the 14th a Saturday that is worked.
        assert!(!late("2026-02-13", "2026-02-14"));
        assert!(late("2026-02-13", "2026-02-15"));
        assert!(!late("2026-09-30", "2026-10-08"));
        assert!(late("2026-09-30", "2026-10-09"));
    }
}
