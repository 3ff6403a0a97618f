//! The pace of offices: moves a moment forward through opening hours and working
//! days, never backward.

use super::calendar::Calendar;
use super::moment::{Day, Moment};
use super::prng::Draw;

const OPENS: i64 = 9 * 60;
const LUNCH: i64 = 12 * 60;
const AFTERNOON: i64 = 13 * 60 + 30;
const CLOSES: i64 = 17 * 60;

/// A moment in office hours that only moves forward.
pub(super) struct Pace<'a> {
    calendar: &'a Calendar,
    pub at: Moment,
}

impl<'a> Pace<'a> {
    /// Starts at `at`, or when the office opens next.
    pub fn new(calendar: &'a Calendar, at: Moment) -> Pace<'a> {
        let mut pace = Pace { calendar, at };
        pace.settle();
        pace
    }

    pub fn day(&self) -> Day {
        self.at.day()
    }

    /// Working days after `day`, up to and including today.
    pub fn counted_since(&self, day: Day) -> i64 {
        self.calendar.between(day, self.day())
    }

    /// Moves out of the night, the lunch hour, weekends and holidays.
    fn settle(&mut self) {
        let minute = self.at.minute_of_day();
        if minute >= CLOSES || !self.calendar.is_workday(self.day()) {
            self.at = self.calendar.after(self.day(), 1).at(9, minute % 37);
        } else if minute < OPENS {
            self.at = self.day().at(9, minute % 37);
        } else if (LUNCH..AFTERNOON).contains(&minute) {
            self.at = self.day().at(13, 30 + minute % 23);
        }
    }

    /// `low` to `high` minutes on, in the next opening hours if it gets late.
    pub fn minutes(&mut self, draw: &mut Draw, low: i64, high: i64) -> Moment {
        self.at = self.at.plus(draw.between(low, high));
        self.settle();
        self.at
    }

    /// `low` to `high` minutes on, but not beyond 16:59 of the same day.
    pub fn same_day(&mut self, draw: &mut Draw, low: i64, high: i64) -> Moment {
        let last = self.day().at(16, 59);
        let later = self.at.plus(draw.between(low, high));
        self.at = later.min(last).max(self.at);
        self.at
    }

    /// An opening hour `n` working days on; within the hour if `n` is 0.
    pub fn workdays(&mut self, draw: &mut Draw, n: i64) -> Moment {
        if n <= 0 {
            return self.same_day(draw, 5, 60);
        }
        let day = self.calendar.after(self.day(), n);
        self.on(draw, day)
    }

    /// An opening hour on `day`, which must be a working day and not past; within
    /// the hour if it is today. Leaves an hour before closing.
    pub fn on(&mut self, draw: &mut Draw, day: Day) -> Moment {
        if day <= self.day() {
            return self.same_day(draw, 5, 60);
        }
        let minute = draw.between(0, 6 * 60 - 1 - 30);
        self.at = if minute < LUNCH - OPENS {
            day.at(9, minute)
        } else {
            day.at(13, 30 + minute - (LUNCH - OPENS))
        };
        self.at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offices_are_open_when_something_happens() {
        let calendar = Calendar::new();
        let mut draw = Draw::new(42, "pace", 0);
        let mut pace = Pace::new(&calendar, Day::new(2025, 9, 27).at(21, 40));
        assert_eq!(pace.day(), Day::new(2025, 9, 28), "a Sunday that is worked");
        for round in 0..500 {
            let before = pace.at;
            match round % 4 {
                0 => pace.minutes(&mut draw, 1, 300),
                1 => pace.same_day(&mut draw, 1, 300),
                2 => pace.workdays(&mut draw, 1),
                _ => pace.workdays(&mut draw, 0),
            };
            let minute = pace.at.minute_of_day();
            assert!(pace.at >= before && calendar.is_workday(pace.day()));
            assert!((OPENS..CLOSES).contains(&minute), "{}", pace.at.text());
        }
    }
}
