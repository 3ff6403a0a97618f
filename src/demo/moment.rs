//! Civil time of the city, in whole minutes and days at UTC+8. Integers only.
//! Knows no calendar: see [`super::calendar`].

use crate::clock::Micros;
use chrono::NaiveDate;

/// Minutes that local time is ahead of UTC (Asia/Shanghai, no summer time).
const OFFSET_MINUTES: i64 = 8 * 60;
const DAY_MINUTES: i64 = 24 * 60;
/// 1970-01-01 in days of the common era, as chrono counts them.
const EPOCH_FROM_CE: i32 = 719_163;

/// A local civil day, counted from 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Day(pub i64);

/// A local minute, counted from 1970-01-01T00:00.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment(pub i64);

impl Day {
    /// The proleptic Gregorian day (Hinnant, "days_from_civil").
    pub const fn new(year: i64, month: i64, day: i64) -> Day {
        let y = if month <= 2 { year - 1 } else { year };
        let era = y.div_euclid(400);
        let yoe = y - era * 400;
        let doy = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
        Day(era * 146_097 + doe - 719_468)
    }

    /// Year, month, day (Hinnant, "civil_from_days").
    pub fn civil(self) -> (i64, i64, i64) {
        let z = self.0 + 719_468;
        let era = z.div_euclid(146_097);
        let doe = z.rem_euclid(146_097);
        let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        let mp = (5 * doy + 2) / 153;
        let day = doy - (153 * mp + 2) / 5 + 1;
        let month = if mp < 10 { mp + 3 } else { mp - 9 };
        let year = yoe + era * 400 + i64::from(month <= 2);
        (year, month, day)
    }

    pub fn year(self) -> i64 {
        self.civil().0
    }

    /// The same day as the calendar of `plumbline_replay` takes it.
    pub fn naive(self) -> NaiveDate {
        let days = i32::try_from(self.0).ok().and_then(|days| days.checked_add(EPOCH_FROM_CE));
        days.and_then(NaiveDate::from_num_days_from_ce_opt).unwrap_or_default()
    }

    /// 0 is Monday.
    pub fn weekday(self) -> i64 {
        (self.0 + 3).rem_euclid(7)
    }

    pub fn plus(self, days: i64) -> Day {
        Day(self.0 + days)
    }

    /// The same day `years` later; 29 February becomes 28 February.
    pub fn plus_years(self, years: i64) -> Day {
        let (year, month, day) = self.civil();
        let day = if month == 2 && day == 29 { 28 } else { day };
        Day::new(year + years, month, day)
    }

    /// Reads `2026-03-05`.
    pub fn parse(text: &str) -> Option<Day> {
        let mut parts = text.splitn(3, '-').map(|part| part.parse::<i64>().ok());
        let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
        Some(Day::new(year, month, day))
    }

    pub const fn at(self, hour: i64, minute: i64) -> Moment {
        Moment(self.0 * DAY_MINUTES + hour * 60 + minute)
    }

    /// `2026-03-05`
    pub fn text(self) -> String {
        let mut out = String::with_capacity(10);
        self.write(&mut out);
        out
    }

    fn write(self, out: &mut String) {
        let (year, month, day) = self.civil();
        two(year / 100, out);
        two(year % 100, out);
        out.push('-');
        two(month, out);
        out.push('-');
        two(day, out);
    }
}

fn two(value: i64, out: &mut String) {
    out.push(char::from(b'0' + (value / 10 % 10) as u8));
    out.push(char::from(b'0' + (value % 10) as u8));
}

impl Moment {
    pub fn day(self) -> Day {
        Day(self.0.div_euclid(DAY_MINUTES))
    }

    /// Minutes since local midnight.
    pub fn minute_of_day(self) -> i64 {
        self.0.rem_euclid(DAY_MINUTES)
    }

    pub fn plus(self, minutes: i64) -> Moment {
        Moment(self.0 + minutes)
    }

    /// The first microsecond of the minute, in UTC.
    pub const fn micros(self) -> Micros {
        (self.0 - OFFSET_MINUTES) * 60_000_000
    }

    /// The minute that holds a UTC microsecond.
    pub fn from_micros(micros: Micros) -> Moment {
        Moment(micros.div_euclid(60_000_000) + OFFSET_MINUTES)
    }

    /// `2026-03-05T16:20:00+08:00`
    pub fn text(self) -> String {
        let mut out = String::with_capacity(25);
        self.day().write(&mut out);
        out.push('T');
        two(self.minute_of_day() / 60, &mut out);
        out.push(':');
        two(self.minute_of_day() % 60, &mut out);
        out.push_str(":00+08:00");
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plumbline_replay::time::civil::parse_rfc3339;

    #[test]
    fn days_and_dates_agree_with_another_implementation() {
        for number in (-1000..40_000).step_by(37) {
            let day = Day(number);
            let (year, month, date) = day.civil();
            assert_eq!(Day::new(year, month, date), day);
            let moment = parse_rfc3339(&day.at(0, 0).text()).unwrap();
            assert_eq!(moment.local_date().to_string(), day.text());
            assert_eq!(day.naive(), moment.local_date());
            assert_eq!(moment.micros, day.at(0, 0).micros());
        }
        assert_eq!(Day::new(2026, 3, 5).weekday(), 3);
        assert_eq!(Day::new(2024, 2, 29).plus_years(1).text(), "2025-02-28");
    }

    #[test]
    fn moments_keep_their_minute() {
        let moment = Day::new(2026, 3, 5).at(0, 30);
        assert_eq!(moment.text(), "2026-03-05T00:30:00+08:00");
        assert_eq!(moment.day().text(), "2026-03-05");
        assert_eq!(moment.plus(1).micros() - moment.micros(), 60_000_000);
    }
}
