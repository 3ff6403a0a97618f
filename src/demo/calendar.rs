//! Working days of the demo city, as the State Council announced them, and when
//! each announcement became known. An official of 2024 cannot count with the
//! holidays of 2026: due dates beyond the last announcement are provisional.

use super::moment::Day;

/// One announcement of a year's holidays (全国年节及纪念日放假安排).
pub(super) struct Notice {
    pub year: i64,
    pub issued_on: Day,
    /// Address of the notice.
    pub paper: &'static str,
    /// Name, first and last day off, inclusive.
    pub off: &'static [(&'static str, Day, Day)],
    /// Name of the holiday a make-up working day belongs to, and the day.
    pub makeup: &'static [(&'static str, Day)],
}

const fn d(year: i64, month: i64, day: i64) -> Day {
    Day::new(year, month, day)
}

/// The announcements for 2021 to 2026. For 2027 none had been made by the end of
/// the demo's two years.
#[rustfmt::skip]
pub(super) const NOTICES: [Notice; 6] = [
    Notice {
        year: 2021, issued_on: d(2020, 11, 25),
        paper: "http://www.gov.cn/zhengce/zhengceku/2020-11/25/content_5564127.htm",
        off: &[("元旦", d(2021, 1, 1), d(2021, 1, 3)), ("春节", d(2021, 2, 11), d(2021, 2, 17)),
            ("清明节", d(2021, 4, 3), d(2021, 4, 5)), ("劳动节", d(2021, 5, 1), d(2021, 5, 5)),
            ("端午节", d(2021, 6, 12), d(2021, 6, 14)), ("中秋节", d(2021, 9, 19), d(2021, 9, 21)),
            ("国庆节", d(2021, 10, 1), d(2021, 10, 7))],
        makeup: &[("春节", d(2021, 2, 7)), ("春节", d(2021, 2, 20)), ("劳动节", d(2021, 4, 25)),
            ("劳动节", d(2021, 5, 8)), ("中秋节", d(2021, 9, 18)), ("国庆节", d(2021, 9, 26)),
            ("国庆节", d(2021, 10, 9))],
    },
    Notice {
        year: 2022, issued_on: d(2021, 10, 25),
        paper: "http://www.gov.cn/zhengce/zhengceku/2021-10/25/content_5644835.htm",
        off: &[("元旦", d(2022, 1, 1), d(2022, 1, 3)), ("春节", d(2022, 1, 31), d(2022, 2, 6)),
            ("清明节", d(2022, 4, 3), d(2022, 4, 5)), ("劳动节", d(2022, 4, 30), d(2022, 5, 4)),
            ("端午节", d(2022, 6, 3), d(2022, 6, 5)), ("中秋节", d(2022, 9, 10), d(2022, 9, 12)),
            ("国庆节", d(2022, 10, 1), d(2022, 10, 7))],
        makeup: &[("春节", d(2022, 1, 29)), ("春节", d(2022, 1, 30)), ("清明节", d(2022, 4, 2)),
            ("劳动节", d(2022, 4, 24)), ("劳动节", d(2022, 5, 7)), ("国庆节", d(2022, 10, 8)),
            ("国庆节", d(2022, 10, 9))],
    },
    Notice {
        year: 2023, issued_on: d(2022, 12, 8),
        paper: "http://www.gov.cn/zhengce/zhengceku/2022-12/08/content_5730844.htm",
        off: &[("元旦", d(2022, 12, 31), d(2023, 1, 2)), ("春节", d(2023, 1, 21), d(2023, 1, 27)),
            ("清明节", d(2023, 4, 5), d(2023, 4, 5)), ("劳动节", d(2023, 4, 29), d(2023, 5, 3)),
            ("端午节", d(2023, 6, 22), d(2023, 6, 24)),
            ("中秋节、国庆节", d(2023, 9, 29), d(2023, 10, 6))],
        makeup: &[("春节", d(2023, 1, 28)), ("春节", d(2023, 1, 29)), ("劳动节", d(2023, 4, 23)),
            ("劳动节", d(2023, 5, 6)), ("端午节", d(2023, 6, 25)),
            ("中秋节、国庆节", d(2023, 10, 7)), ("中秋节、国庆节", d(2023, 10, 8))],
    },
    Notice {
        year: 2024, issued_on: d(2023, 10, 25),
        paper: "https://www.gov.cn/zhengce/zhengceku/202310/content_6911528.htm",
        off: &[("元旦", d(2024, 1, 1), d(2024, 1, 1)), ("春节", d(2024, 2, 10), d(2024, 2, 17)),
            ("清明节", d(2024, 4, 4), d(2024, 4, 6)), ("劳动节", d(2024, 5, 1), d(2024, 5, 5)),
            ("端午节", d(2024, 6, 10), d(2024, 6, 10)), ("中秋节", d(2024, 9, 15), d(2024, 9, 17)),
            ("国庆节", d(2024, 10, 1), d(2024, 10, 7))],
        makeup: &[("春节", d(2024, 2, 4)), ("春节", d(2024, 2, 18)), ("清明节", d(2024, 4, 7)),
            ("劳动节", d(2024, 4, 28)), ("劳动节", d(2024, 5, 11)), ("中秋节", d(2024, 9, 14)),
            ("国庆节", d(2024, 9, 29)), ("国庆节", d(2024, 10, 12))],
    },
    Notice {
        year: 2025, issued_on: d(2024, 11, 12),
        paper: "https://www.gov.cn/zhengce/zhengceku/202411/content_6986383.htm",
        off: &[("元旦", d(2025, 1, 1), d(2025, 1, 1)), ("春节", d(2025, 1, 28), d(2025, 2, 4)),
            ("清明节", d(2025, 4, 4), d(2025, 4, 6)), ("劳动节", d(2025, 5, 1), d(2025, 5, 5)),
            ("端午节", d(2025, 5, 31), d(2025, 6, 2)),
            ("国庆节、中秋节", d(2025, 10, 1), d(2025, 10, 8))],
        makeup: &[("春节", d(2025, 1, 26)), ("春节", d(2025, 2, 8)), ("劳动节", d(2025, 4, 27)),
            ("国庆节、中秋节", d(2025, 9, 28)), ("国庆节、中秋节", d(2025, 10, 11))],
    },
    Notice {
        year: 2026, issued_on: d(2025, 11, 4),
        paper: "https://www.gov.cn/zhengce/zhengceku/202511/content_7047091.htm",
        off: &[("元旦", d(2026, 1, 1), d(2026, 1, 3)), ("春节", d(2026, 2, 15), d(2026, 2, 23)),
            ("清明节", d(2026, 4, 4), d(2026, 4, 6)), ("劳动节", d(2026, 5, 1), d(2026, 5, 5)),
            ("端午节", d(2026, 6, 19), d(2026, 6, 21)), ("中秋节", d(2026, 9, 25), d(2026, 9, 27)),
            ("国庆节", d(2026, 10, 1), d(2026, 10, 7))],
        makeup: &[("元旦", d(2026, 1, 4)), ("春节", d(2026, 2, 14)), ("春节", d(2026, 2, 28)),
            ("劳动节", d(2026, 5, 9)), ("国庆节", d(2026, 9, 20)), ("国庆节", d(2026, 10, 10))],
    },
];

const FIRST: Day = d(2020, 12, 1);
const LAST: Day = d(2028, 12, 31);

/// Working days, counted once.
pub(super) struct Calendar {
    /// For each day from [`FIRST`]: working days up to and including it.
    counted: Vec<u32>,
    /// The working days themselves.
    days: Vec<Day>,
}

fn weekend_rule(day: Day) -> bool {
    day.weekday() < 5
}

fn announced(day: Day) -> Option<bool> {
    NOTICES.iter().find_map(|notice| {
        let off = notice.off.iter().any(|(_, from, to)| (*from..=*to).contains(&day));
        let makeup = notice.makeup.iter().any(|(_, on)| *on == day);
        (off || makeup).then_some(makeup)
    })
}

impl Calendar {
    pub fn new() -> Calendar {
        let mut calendar = Calendar { counted: Vec::new(), days: Vec::new() };
        for number in FIRST.0..=LAST.0 {
            let day = Day(number);
            if announced(day).unwrap_or_else(|| weekend_rule(day)) {
                calendar.days.push(day);
            }
            calendar.counted.push(calendar.days.len() as u32);
        }
        calendar
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
        let announced_to = announced_to(known);
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
    pub fn version(known: Day) -> String {
        let year = announced_to(known).year();
        let issued_on = issued_on(year).unwrap_or(FIRST);
        format!("{year}@{}", issued_on.text())
    }
}

fn issued_on(year: i64) -> Option<Day> {
    NOTICES.iter().find(|notice| notice.year == year).map(|notice| notice.issued_on)
}

fn announced_to(known: Day) -> Day {
    let years = NOTICES.iter().filter(|notice| notice.issued_on <= known).map(|notice| notice.year);
    Day::new(years.max().unwrap_or(2020), 12, 31)
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
        for (year, works) in [(2021, 250), (2022, 249), (2023, 249), (2024, 251), (2025, 248), (2026, 248)] {
            let count = calendar.between(d(year - 1, 12, 31), d(year, 12, 31));
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
        assert_eq!(Calendar::version(day("2025-11-03")), "2025@2024-11-12");
    }
}
