//! Working days as the city counts them, many times a case: the calendar of
//! `plumbline_replay` in tables, and the announcements it rests on. An official of
//! 2024 cannot count with the holidays of 2026: due dates beyond the last
//! announcement are provisional.

use super::moment::{Day, Moment};
use plumbline_replay::time::calendar::{Calendar as China, DayKind};

/// One row of an announcement.
pub(super) struct Row {
    pub day: Day,
    pub name: &'static str,
    /// A day off; otherwise a working day, whatever its weekday.
    pub off: bool,
}

/// One announcement of a year's holidays (全国年节及纪念日放假安排).
pub(super) struct Notice {
    pub year: i64,
    pub issued_on: Day,
    /// Address of the notice.
    pub paper: &'static str,
    pub rows: Vec<Row>,
}

const FIRST: Day = Day::new(2020, 12, 1);
const LAST: Day = Day::new(2028, 12, 31);

/// Working days, counted once.
pub(super) struct Calendar {
    /// For each day from [`FIRST`]: working days up to and including it.
    counted: Vec<u32>,
    /// The working days themselves.
    days: Vec<Day>,
    /// For 2021 to 2026. For 2027 nothing had been announced by the end of the
    /// demo's two years.
    pub notices: Vec<Notice>,
}

fn weekend_rule(day: Day) -> bool {
    day.weekday() < 5
}

fn span() -> impl Iterator<Item = Day> {
    (FIRST.0..=LAST.0).map(Day)
}

fn notices() -> Vec<Notice> {
    let china = China::china();
    let known = China::notices().into_iter().filter(|notice| (2021..=2026).contains(&notice.year));
    known
        .map(|notice| {
            let row = |day: Day| {
                let before = china.day(day.naive(), notice.known_from - 1);
                let after = china.day(day.naive(), notice.known_from);
                let name = after.holiday.filter(|_| before.holiday.is_none())?;
                Some(Row { day, name, off: after.kind == DayKind::DayOff })
            };
            Notice {
                year: i64::from(notice.year),
                issued_on: Moment::from_micros(notice.known_from).day(),
                paper: notice.paper,
                rows: span().filter_map(row).collect(),
            }
        })
        .collect()
}

impl Calendar {
    pub fn new() -> Calendar {
        let china = China::china();
        let mut counted = Vec::new();
        let mut days = Vec::new();
        for day in span() {
            if china.day(day.naive(), i64::MAX).kind.is_workday() {
                days.push(day);
            }
            counted.push(days.len() as u32);
        }
        Calendar { counted, days, notices: notices() }
    }

    /// Working days from the start of the table up to and including `day`.
    fn count(&self, day: Day) -> usize {
        let at = (day.0 - FIRST.0).clamp(0, self.counted.len() as i64 - 1);
        self.counted[at as usize] as usize
    }

    pub fn is_workday(&self, day: Day) -> bool {
        self.count(day) > self.count(day.plus(-1))
    }

    /// The `n`-th working day after `start`, which is not counted (§3.12).
    pub fn after(&self, start: Day, n: i64) -> Day {
        let at = self.count(start) as i64 + n - 1;
        self.days[at.clamp(0, self.days.len() as i64 - 1) as usize]
    }

    /// `day` if it is a working day, else the next one.
    pub fn on_or_after(&self, day: Day) -> Day {
        self.after(day.plus(-1), 1)
    }

    /// The `n`-th working day before `day`, which is a working day and not counted.
    pub fn before(&self, day: Day, n: i64) -> Day {
        self.after(day, -n)
    }

    /// Working days after `from`, up to and including `to`.
    pub fn between(&self, from: Day, to: Day) -> i64 {
        self.count(to) as i64 - self.count(from) as i64
    }

    /// The last day of a term of natural days: rolled to the first day after a
    /// holiday or weekend (民法典 art. 203).
    pub fn natural(&self, start: Day, n: i64) -> Day {
        self.on_or_after(start.plus(n))
    }

    /// The same as [`Calendar::after`] with what was announced by `known`; true
    /// if it rests on a year that was not announced yet.
    pub fn after_as_known(&self, start: Day, n: i64, known: Day) -> (Day, bool) {
        let due = self.after(start, n);
        let announced_to = self.announced_to(known);
        if due <= announced_to {
            return (due, false);
        }
        let mut day = start;
        let mut left = n;
        while left > 0 {
            day = day.plus(1);
            let works = if day <= announced_to { self.is_workday(day) } else { weekend_rule(day) };
            left -= i64::from(works);
        }
        (day, day > announced_to)
    }

    /// Name of the calendar in force on `known`, for `calendar_version`.
    pub fn version(&self, known: Day) -> String {
        let latest = self.known(known).max_by_key(|notice| notice.year);
        latest.map_or_else(String::new, |notice| {
            format!("{}@{}", notice.year, notice.issued_on.text())
        })
    }

    fn known(&self, known: Day) -> impl Iterator<Item = &Notice> {
        self.notices.iter().filter(move |notice| notice.issued_on <= known)
    }

    fn announced_to(&self, known: Day) -> Day {
        let year = self.known(known).map(|notice| notice.year).max();
        Day::new(year.unwrap_or(2020), 12, 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        let part = |from: usize, to: usize| text[from..to].parse().unwrap();
        Day::new(part(0, 4), part(5, 7), part(8, 10))
    }

    #[test]
    fn the_vectors_of_the_specification_hold() {
        let calendar = Calendar::new();
        for (start, n, due) in [
            ("2022-03-28", 5, "2022-04-02"),
            ("2022-04-01", 5, "2022-04-11"),
            ("2022-04-01", 20, "2022-04-29"),
            ("2022-04-05", 20, "2022-05-05"),
            ("2022-04-06", 60, "2022-07-01"),
            ("2022-01-24", 20, "2022-02-24"),
            ("2026-02-10", 5, "2026-02-24"),
            ("2026-02-10", 20, "2026-03-16"),
            ("2026-09-18", 45, "2026-11-26"),
            ("2025-12-26", 7, "2026-01-07"),
            ("2026-09-29", 3, "2026-10-09"),
        ] {
            assert_eq!(calendar.after(day(start), n).text(), due, "{start} + {n}");
            assert_eq!(calendar.between(day(start), day(due)), n);
        }
        for (year, works) in
            [(2021, 250), (2022, 249), (2023, 249), (2024, 251), (2025, 248), (2026, 248)]
        {
            let count = calendar.between(Day::new(year - 1, 12, 31), Day::new(year, 12, 31));
            assert_eq!(count, works, "{year}");
        }
    }

    #[test]
    fn a_due_date_beyond_the_announcement_is_provisional() {
        let calendar = Calendar::new();
        let start = day("2025-12-26");
        assert_eq!(calendar.after_as_known(start, 7, start), (day("2026-01-07"), false));
        // On 2025-10-30 the holidays of 2026 were not announced: 1 January counts.
        let (due, provisional) = calendar.after_as_known(day("2025-10-30"), 46, day("2025-10-30"));
        assert!(provisional);
        assert_eq!(due, day("2026-01-02"));
        assert!(calendar.after(day("2025-10-30"), 46) > due);
        assert_eq!(calendar.version(day("2025-11-03")), "2025@2024-11-12");
    }
}
