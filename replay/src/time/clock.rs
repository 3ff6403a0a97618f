//! The clock of a legal term: when it ends, and day by day why (specification
//! §3.12).
//!
//! The trace is the evidence: a person with a wall calendar can follow it. What
//! this file does not know: which law sets a term, which event starts or stops
//! it, and whether a claimed suspension deserves to be recognised; the caller
//! has decided that.

use super::calendar::{Calendar, Day, Roll, SPAN_DAYS_MAX};
use super::civil::{Micros, Moment, Zone};
use chrono::{Months, NaiveDate};

const HOUR_MICROS: Micros = 3_600_000_000;

/// What a term is counted in (parameter P04).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// 工作日
    WorkingDay,
    /// 自然日
    NaturalDay,
    /// 小时, from the moment
    Hour,
    /// 月: the corresponding day, else the month's last (民法典 art. 202)
    Month,
    /// 年
    Year,
}

impl Unit {
    pub const ALL: [Unit; 5] =
        [Unit::WorkingDay, Unit::NaturalDay, Unit::Hour, Unit::Month, Unit::Year];

    /// As scripts write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Unit::WorkingDay => "working",
            Unit::NaturalDay => "natural",
            Unit::Hour => "hour",
            Unit::Month => "month",
            Unit::Year => "year",
        }
    }

    pub fn parse(text: &str) -> Option<Unit> {
        Unit::ALL.into_iter().find(|unit| unit.as_str() == text)
    }

    pub fn zh(self) -> &'static str {
        match self {
            Unit::WorkingDay => "个工作日",
            Unit::NaturalDay => "个自然日",
            Unit::Hour => "小时",
            Unit::Month => "个月",
            Unit::Year => "年",
        }
    }
}

/// How long, in what, and whether a last day on a day off moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    pub n: u32,
    pub unit: Unit,
    pub roll: Roll,
}

impl Term {
    /// A term in working days always ends on one; it has nothing to roll.
    pub const fn working(n: u32) -> Term {
        Term { n, unit: Unit::WorkingDay, roll: Roll::None }
    }
}

/// Days that do not count (特别程序, 行政许可法 art. 45): both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suspension {
    pub from: NaiveDate,
    /// Open while the procedure has not ended.
    pub to: Option<NaiveDate>,
    /// Whether the law's conditions are met: a kind that art. 45 lists, and the
    /// expected time announced in writing. Otherwise it is only claimed.
    pub recognised: bool,
}

/// More of the same unit (行政许可法 art. 42).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extension {
    pub n: u32,
    /// Approved by the right post before expiry and notified with its reason.
    pub recognised: bool,
}

/// Which suspensions and extensions stretch the term. Both answers are reported
/// where they differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claims {
    /// Those that meet the law's conditions.
    Recognised,
    /// All, as the office claims.
    All,
}

impl Claims {
    fn admit(self, recognised: bool) -> bool {
        recognised || self == Claims::All
    }
}

/// One clock of one case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clock {
    /// The start event's moment; its local day is not counted.
    pub start: Moment,
    /// Whose midnight ends a day.
    pub zone: Zone,
    pub term: Term,
    pub suspensions: Vec<Suspension>,
    pub extensions: Vec<Extension>,
}

/// Why a day was counted or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// 起算日不计 (民法典 art. 201)
    StartDay,
    /// 计入
    Counted,
    /// 非工作日
    DayOff,
    /// 特别程序期间
    Suspended,
    /// 届满日遇休假日顺延 (民法典 art. 203)
    Rolled,
}

impl Reason {
    pub fn as_str(self) -> &'static str {
        match self {
            Reason::StartDay => "start-day",
            Reason::Counted => "counted",
            Reason::DayOff => "day-off",
            Reason::Suspended => "suspended",
            Reason::Rolled => "rolled",
        }
    }

    pub fn zh(self) -> &'static str {
        match self {
            Reason::StartDay => "起算日不计",
            Reason::Counted => "计入",
            Reason::DayOff => "非工作日不计",
            Reason::Suspended => "特别程序期间不计",
            Reason::Rolled => "届满遇休假日顺延",
        }
    }
}

/// One day of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceDay<'c> {
    pub date: NaiveDate,
    pub day: Day<'c>,
    pub reason: Reason,
    /// Days counted up to and including this one. Zero throughout where hours
    /// are counted.
    pub count: u32,
}

/// When a term ends and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reckoning<'c> {
    /// The local day on which it ends.
    pub date: NaiveDate,
    /// The last microsecond that is still in time.
    pub last: Micros,
    /// A day of the trace lies beyond the announced calendar: the date must be
    /// computed again once its year is announced.
    pub provisional: bool,
    /// The term with its extensions, in its unit.
    pub n: u32,
    /// Every local day from the start to the end.
    pub trace: Vec<TraceDay<'c>>,
}

impl Reckoning<'_> {
    /// An act at this moment is in time.
    pub fn keeps(&self, act: Micros) -> bool {
        act <= self.last
    }

    /// Days counted up to and including a date.
    pub fn used(&self, date: NaiveDate) -> u32 {
        let before = self.trace.partition_point(|day| day.date <= date);
        before.checked_sub(1).and_then(|last| self.trace.get(last)).map_or(0, |day| day.count)
    }

    /// Counted days that are left after a date.
    pub fn remaining(&self, date: NaiveDate) -> u32 {
        let total = self.trace.last().map_or(0, |day| day.count);
        total.saturating_sub(self.used(date))
    }
}

impl Clock {
    /// A clock that nothing stretches.
    pub fn plain(start: Moment, zone: Zone, term: Term) -> Clock {
        Clock { start, zone, term, suspensions: Vec::new(), extensions: Vec::new() }
    }

    /// Counts, with the calendar as known at `known_at`. `None` if the term does
    /// not end within a century: it is mistyped, or suspended without end.
    pub fn reckon<'c>(
        &self,
        calendar: &'c Calendar,
        known_at: Micros,
        claims: Claims,
    ) -> Option<Reckoning<'c>> {
        let mut extended = self.extensions.iter().filter(|e| claims.admit(e.recognised));
        let n = extended.try_fold(self.term.n, |n, extension| n.checked_add(extension.n))?;
        let admitted = self.suspensions.iter().filter(|s| claims.admit(s.recognised));
        let mut count = Count {
            calendar,
            known_at,
            suspended: admitted.copied().collect(),
            date: self.zone.date(self.start.micros),
            count: 0,
            trace: Vec::new(),
        };
        count.note(Reason::StartDay);
        let last = match self.term.unit {
            Unit::WorkingDay => count.days(n, true),
            Unit::NaturalDay => count.days(n, false),
            Unit::Month => count.months(n),
            Unit::Year => count.months(n.checked_mul(12)?),
            Unit::Hour => return count.hours(n, self.start.micros, self.zone),
        };
        last?;
        let unrolled = count.trace.len();
        if self.term.roll == Roll::NextWorkday {
            count.roll()?;
        }
        // Where days off neither count nor move the end, the calendar is not asked.
        let asked = match (self.term.unit, self.term.roll) {
            (Unit::WorkingDay, _) => count.trace.as_slice(),
            (_, Roll::NextWorkday) => &count.trace[unrolled - 1..],
            (_, Roll::None) => &[],
        };
        let provisional = asked.iter().any(|day| day.day.provisional);
        let last = self.zone.end_of(count.date);
        Some(count.finish(n, last, provisional))
    }
}

/// The latest day for an act that must come `n` working days before `date`: a
/// notice for a hearing on 12 October at 7 working days is due on the seventh
/// working day before it (行政许可法 art. 48, 行政处罚法 art. 64).
pub fn working_days_before(
    calendar: &Calendar,
    date: NaiveDate,
    n: u32,
    known_at: Micros,
) -> Option<NaiveDate> {
    let mut day = date;
    let mut counted = 0;
    for _ in 0..SPAN_DAYS_MAX {
        if counted == n {
            return Some(day);
        }
        day = day.pred_opt()?;
        counted += u32::from(calendar.day(day, known_at).kind.is_workday());
    }
    None
}

/// A count on its way, day by day.
struct Count<'c> {
    calendar: &'c Calendar,
    known_at: Micros,
    suspended: Vec<Suspension>,
    date: NaiveDate,
    count: u32,
    trace: Vec<TraceDay<'c>>,
}

impl<'c> Count<'c> {
    fn day(&self) -> Day<'c> {
        self.calendar.day(self.date, self.known_at)
    }

    fn suspended(&self) -> bool {
        let holds = |s: &Suspension| s.from <= self.date && s.to.is_none_or(|to| self.date <= to);
        self.suspended.iter().any(holds)
    }

    fn note(&mut self, reason: Reason) {
        let (date, day, count) = (self.date, self.day(), self.count);
        self.trace.push(TraceDay { date, day, reason, count });
    }

    fn advance(&mut self) -> Option<()> {
        if self.trace.len() > SPAN_DAYS_MAX as usize {
            return None;
        }
        self.date = self.date.succ_opt()?;
        Some(())
    }

    /// Goes on until `n` days are counted.
    fn days(&mut self, n: u32, working_only: bool) -> Option<()> {
        while self.count < n {
            self.advance()?;
            let reason = if self.suspended() {
                Reason::Suspended
            } else if working_only && !self.day().kind.is_workday() {
                Reason::DayOff
            } else {
                self.count += 1;
                Reason::Counted
            };
            self.note(reason);
        }
        Some(())
    }

    /// To the corresponding day; each suspended day on the way moves it by one.
    fn months(&mut self, n: u32) -> Option<()> {
        let end = self.date.checked_add_months(Months::new(n))?;
        let days = end.signed_duration_since(self.date).num_days();
        self.days(u32::try_from(days).ok()?, false)
    }

    /// If the last day is a day off, on to the next working day.
    fn roll(&mut self) -> Option<()> {
        while !self.day().kind.is_workday() {
            self.advance()?;
            self.note(Reason::Rolled);
        }
        Some(())
    }

    /// Runs from the moment itself; only suspended days stand still.
    fn hours(mut self, n: u32, start: Micros, zone: Zone) -> Option<Reckoning<'c>> {
        let mut left = Micros::from(n).checked_mul(HOUR_MICROS)?;
        let mut now = start;
        loop {
            let midnight = zone.end_of(self.date).checked_add(1)?;
            // Negative beyond the years that have a date: no term ends there.
            let today = midnight.checked_sub(now).filter(|rest| *rest > 0)?;
            let suspended = self.suspended();
            if !suspended && left <= today {
                let last = now.checked_add(left)?;
                // 24:00 is the same moment as the next day's 0:00 and still in time.
                return Some(self.finish(n, last, false));
            }
            if !suspended {
                left -= today;
            }
            now = midnight;
            self.advance()?;
            let reason = if self.suspended() { Reason::Suspended } else { Reason::Counted };
            self.note(reason);
        }
    }

    fn finish(self, n: u32, last: Micros, provisional: bool) -> Reckoning<'c> {
        Reckoning { date: self.date, last, provisional, n, trace: self.trace }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::civil::{parse_date, parse_rfc3339};
    use proptest::prelude::*;

    const LATER: Micros = Micros::MAX;

    fn date(text: &str) -> NaiveDate {
        parse_date(text).unwrap()
    }

    fn at(text: &str) -> Moment {
        parse_rfc3339(text).unwrap()
    }

    fn clock(start: &str, n: u32, unit: Unit, roll: Roll) -> Clock {
        Clock::plain(at(start), Zone::SHANGHAI, Term { n, unit, roll })
    }

    fn due(clock: &Clock) -> String {
        clock.reckon(Calendar::china(), LATER, Claims::Recognised).unwrap().date.to_string()
    }

    fn parked(from: &str, to: Option<&str>, recognised: bool) -> Suspension {
        Suspension { from: date(from), to: to.map(date), recognised }
    }

    #[test]
    fn a_suspension_stretches_only_where_it_is_recognised() {
        let mut twenty = clock("2026-03-02T09:00:00+08:00", 20, Unit::WorkingDay, Roll::None);
        assert_eq!(due(&twenty), "2026-03-30");
        // Overlapping intervals are one interval.
        twenty.suspensions = vec![
            parked("2026-03-10", Some("2026-03-15"), true),
            parked("2026-03-12", Some("2026-03-18"), true),
        ];
        assert_eq!(due(&twenty), "2026-04-09");
        twenty.suspensions[1].recognised = false;
        let both = |claims| twenty.reckon(Calendar::china(), LATER, claims).unwrap().date;
        assert_eq!(both(Claims::All), date("2026-04-09"));
        assert_eq!(both(Claims::Recognised), date("2026-04-03"));
    }

    #[test]
    fn a_suspension_without_an_end_has_no_due_date() {
        let mut clock = clock("2026-03-02T09:00:00+08:00", 20, Unit::WorkingDay, Roll::None);
        clock.suspensions = vec![parked("2026-03-10", None, true)];
        assert_eq!(clock.reckon(Calendar::china(), LATER, Claims::All), None);
    }

    #[test]
    fn an_extension_counts_only_where_it_is_recognised() {
        let mut clock = clock("2022-04-06T10:00:00+08:00", 20, Unit::WorkingDay, Roll::None);
        clock.extensions = vec![Extension { n: 10, recognised: false }];
        assert_eq!(due(&clock), "2022-05-06");
        clock.extensions[0].recognised = true;
        assert_eq!(due(&clock), "2022-05-19");
        clock.extensions.push(Extension { n: u32::MAX, recognised: true });
        assert_eq!(clock.reckon(Calendar::china(), LATER, Claims::All), None);
    }

    #[test]
    fn months_end_on_the_corresponding_day_or_the_months_last() {
        let month = |start, n| due(&clock(start, n, Unit::Month, Roll::None));
        assert_eq!(month("2026-01-31T08:00:00+08:00", 1), "2026-02-28");
        assert_eq!(month("2026-03-15T08:00:00+08:00", 3), "2026-06-15");
        let rolled = clock("2026-07-03T08:00:00+08:00", 3, Unit::Month, Roll::NextWorkday);
        assert_eq!(due(&rolled), "2026-10-08");
        assert_eq!(
            due(&clock("2024-02-29T08:00:00+08:00", 1, Unit::Year, Roll::None)),
            "2025-02-28"
        );
    }

    #[test]
    fn hours_run_from_the_moment() {
        let mut urgent = clock("2026-05-09T17:30:00+08:00", 24, Unit::Hour, Roll::None);
        let due = |clock: &Clock| {
            let found = clock.reckon(Calendar::china(), LATER, Claims::Recognised).unwrap();
            Zone::SHANGHAI.rfc3339(found.last)
        };
        assert_eq!(due(&urgent), "2026-05-10T17:30:00+08:00");
        urgent.suspensions = vec![parked("2026-05-10", Some("2026-05-11"), true)];
        assert_eq!(due(&urgent), "2026-05-12T17:30:00+08:00");
        // The local day decides, not the one in UTC.
        let early = clock("2026-05-09T00:10:00+08:00", 1, Unit::WorkingDay, Roll::None);
        assert_eq!(super::tests::due(&early), "2026-05-11");
    }

    #[test]
    fn the_last_counted_day_is_in_time_to_its_end() {
        let clock = clock("2022-04-06T10:00:00+08:00", 7, Unit::WorkingDay, Roll::None);
        let found = clock.reckon(Calendar::china(), LATER, Claims::Recognised).unwrap();
        assert!(found.keeps(at("2022-04-15T23:59:59+08:00").micros));
        assert!(!found.keeps(at("2022-04-16T00:00:00+08:00").micros));
        assert_eq!(found.remaining(date("2022-04-13")), 2);
        assert_eq!(found.used(date("2022-04-06")), 0);
        assert_eq!(found.used(date("2022-04-10")), 2);
        assert_eq!(found.remaining(date("2023-01-01")), 0);
    }

    #[test]
    fn the_trace_can_be_followed_by_hand() {
        let clock = clock("2022-03-28T10:00:00+08:00", 5, Unit::WorkingDay, Roll::None);
        let found = clock.reckon(Calendar::china(), LATER, Claims::Recognised).unwrap();
        let told: Vec<String> = found
            .trace
            .iter()
            .map(|day| {
                format!("{} {} {}", day.date.format("%m-%d"), day.reason.as_str(), day.count)
            })
            .collect();
        assert_eq!(
            told,
            [
                "03-28 start-day 0",
                "03-29 counted 1",
                "03-30 counted 2",
                "03-31 counted 3",
                "04-01 counted 4",
                "04-02 counted 5",
            ]
        );
        assert!(!found.provisional);
    }

    #[test]
    fn a_day_that_the_calendar_is_not_asked_for_makes_nothing_provisional() {
        let reckon = |unit, roll| {
            let clock = clock("2026-12-20T10:00:00+08:00", 30, unit, roll);
            clock.reckon(Calendar::china(), LATER, Claims::Recognised).unwrap().provisional
        };
        assert!(reckon(Unit::WorkingDay, Roll::None));
        assert!(reckon(Unit::NaturalDay, Roll::NextWorkday));
        assert!(!reckon(Unit::NaturalDay, Roll::None));
        assert!(!reckon(Unit::Hour, Roll::None));
    }

    #[test]
    fn a_hearing_is_notified_seven_working_days_before() {
        let before = |n| working_days_before(Calendar::china(), date("2026-10-12"), n, LATER);
        assert_eq!(before(7), Some(date("2026-09-24")));
        assert_eq!(before(0), Some(date("2026-10-12")));
        assert_eq!(before(u32::MAX), None);
    }

    proptest! {
        /// The calendar's bare counts, which have no trace, say the same.
        #[test]
        fn agrees_with_the_bare_counts(day in 737_000i32..740_000, n in 0u32..200, known in 0i64..60) {
            let start = NaiveDate::from_num_days_from_ce_opt(day).unwrap();
            let known_at = 1_540_000_000_000_000 + known * 5_000_000_000_000;
            let micros = Zone::SHANGHAI.start_of(start) + 1;
            let moment = Moment { micros, offset_minutes: 480 };
            let china = Calendar::china();
            for (unit, roll) in [
                (Unit::WorkingDay, Roll::None),
                (Unit::NaturalDay, Roll::None),
                (Unit::NaturalDay, Roll::NextWorkday),
            ] {
                let clock = Clock::plain(moment, Zone::SHANGHAI, Term { n, unit, roll });
                let traced = clock.reckon(china, known_at, Claims::Recognised).unwrap();
                let bare = match unit {
                    Unit::WorkingDay => china.add_working_days(start, n, known_at, |_| false),
                    _ => china.add_days(start, n, roll, known_at),
                };
                prop_assert_eq!(Some(traced.date), bare.map(|due| due.date));
                prop_assert_eq!(traced.last, Zone::SHANGHAI.end_of(traced.date));
                let counted = traced.trace.iter().filter(|day| day.reason == Reason::Counted);
                prop_assert_eq!(counted.count(), n as usize);
            }
        }

        #[test]
        fn any_term_ends_or_is_refused(n in any::<u32>(), micros in any::<i64>(), unit in 0usize..5) {
            let moment = Moment { micros, offset_minutes: 480 };
            let term = Term { n, unit: Unit::ALL[unit], roll: Roll::NextWorkday };
            let _ = Clock::plain(moment, Zone::SHANGHAI, term)
                .reckon(Calendar::china(), LATER, Claims::All);
        }
    }
}
