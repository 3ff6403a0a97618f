//! The special days that this program is born with, read from
//! `data/holidays-cn.tsv`. Knows the file's form, not what a working day is.

use super::civil::{Micros, Zone, parse_date};
use chrono::NaiveDate;

const FILE: &str = include_str!("../../data/holidays-cn.tsv");

/// One line of a State Council notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SpecialDay {
    pub date: NaiveDate,
    /// A day off; otherwise a working day, whatever its weekday.
    pub off: bool,
    /// The holiday that it belongs to, `春节`.
    pub name: &'static str,
    /// The year that its notice arranges, which need not be the day's (§2.4(2)).
    pub year: i32,
    /// Since when the notice is known: the start of its day in Beijing.
    pub known_from: Micros,
}

/// A notice: the year that it arranges, since when, and where it is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notice {
    pub year: i32,
    /// The start of its day in Beijing.
    pub known_from: Micros,
    /// Address of the notice.
    pub paper: &'static str,
}

/// Every notice and every special day of the file, in the file's order.
pub(super) fn read() -> (Vec<Notice>, Vec<SpecialDay>) {
    let mut notices = Vec::new();
    let mut days = Vec::new();
    for line in FILE.lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&'static str> = line.split('\t').collect();
        match fields[..] {
            ["notice", year, announced, paper] => {
                let year = year.parse().ok();
                let announced = parse_date(announced);
                let (Some(year), Some(announced)) = (year, announced) else {
                    unreachable!("the embedded calendar has a malformed notice: {line}");
                };
                let known_from = Zone::SHANGHAI.start_of(announced);
                notices.push(Notice { year, known_from, paper });
            }
            [date, kind @ ("off" | "work"), name] => {
                let (Some(date), Some(notice)) = (parse_date(date), notices.last()) else {
                    unreachable!("the embedded calendar has a malformed day: {line}");
                };
                days.push(SpecialDay {
                    date,
                    off: kind == "off",
                    name,
                    year: notice.year,
                    known_from: notice.known_from,
                });
            }
            _ => unreachable!("the embedded calendar has a malformed line: {line}"),
        }
    }
    (notices, days)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Datelike;

    #[test]
    fn the_file_is_whole() {
        let (notices, days) = read();
        let years: Vec<i32> = notices.iter().map(|notice| notice.year).collect();
        assert_eq!(years, [2019, 2019, 2020, 2020, 2021, 2022, 2023, 2024, 2025, 2026]);
        for notice in &notices {
            let announced = Zone::SHANGHAI.date(notice.known_from);
            let before = announced.year() < notice.year;
            assert!(before || matches!(notice.year, 2019 | 2020), "{notice:?}");
        }
        assert!(notices.iter().all(|notice| notice.paper.starts_with("http")));
        // A make-up day gives a weekend day back; the two are never equal in number.
        assert!(days.iter().filter(|day| !day.off).count() > 30);
        assert!(days.iter().all(|day| !day.name.is_empty()));
    }
}
