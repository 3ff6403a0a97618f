//! Moments with their offset, and local civil dates. Knows no calendar: whether
//! a day is a working day is `calendar`'s affair.

use chrono::{DateTime, Datelike, Days, NaiveDate, Timelike};

/// Microseconds since 1970-01-01T00:00:00Z.
pub type Micros = i64;

/// Microseconds in a day.
pub const DAY_MICROS: Micros = 86_400_000_000;

/// A moment as written: the instant and the local date beside it. Legal days are
/// local days: an act at 07:00 in Beijing falls on the previous UTC day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment {
    pub micros: Micros,
    /// Offset from UTC in minutes, as written.
    pub offset_minutes: i32,
}

impl Moment {
    /// The civil date where and when it was written.
    pub fn local_date(&self) -> NaiveDate {
        Zone::fixed(self.offset_minutes).date(self.micros)
    }

    /// The last microsecond of that civil date.
    pub fn end_of_day(&self) -> Micros {
        Zone::fixed(self.offset_minutes).end_of(self.local_date())
    }

    /// RFC 3339 with the offset it was written with.
    pub fn rfc3339(&self) -> String {
        Zone::fixed(self.offset_minutes).rfc3339(self.micros)
    }
}

/// Where a civil date is asked for: an offset from UTC that never changes.
///
/// `Asia/Shanghai` is +08:00 throughout. Its summer time of 1986–1991 is left
/// out, since records of those years are known to the day and not to the hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zone {
    offset_minutes: i32,
}

impl Zone {
    /// 北京时间.
    pub const SHANGHAI: Zone = Zone { offset_minutes: 480 };
    pub const UTC: Zone = Zone { offset_minutes: 0 };

    /// East of UTC is positive; beyond a day it is cut to a day.
    pub fn fixed(offset_minutes: i32) -> Zone {
        Zone { offset_minutes: offset_minutes.clamp(-1439, 1439) }
    }

    /// `Asia/Shanghai`, `UTC`, `Z` or `±HH:MM`.
    pub fn parse(text: &str) -> Option<Zone> {
        match text {
            "Asia/Shanghai" => Some(Zone::SHANGHAI),
            "UTC" => Some(Zone::UTC),
            _ => offset(text.as_bytes()).map(Zone::fixed),
        }
    }

    pub fn offset_minutes(&self) -> i32 {
        self.offset_minutes
    }

    fn shift(&self) -> Micros {
        i64::from(self.offset_minutes) * 60_000_000
    }

    /// The civil date at an instant. Beyond what a calendar can name (some
    /// 260,000 years), 1970-01-01.
    pub fn date(&self, micros: Micros) -> NaiveDate {
        let days = micros.saturating_add(self.shift()).div_euclid(DAY_MICROS).unsigned_abs();
        let before = micros.saturating_add(self.shift()) < 0;
        let epoch = NaiveDate::default();
        let date = if before {
            epoch.checked_sub_days(Days::new(days))
        } else {
            epoch.checked_add_days(Days::new(days))
        };
        date.unwrap_or_default()
    }

    /// The first microsecond of a civil date.
    pub fn start_of(&self, date: NaiveDate) -> Micros {
        let days = i64::from(date.num_days_from_ce()) - EPOCH_FROM_CE;
        days.saturating_mul(DAY_MICROS).saturating_sub(self.shift())
    }

    /// The last microsecond of a civil date (24:00, exclusive).
    pub fn end_of(&self, date: NaiveDate) -> Micros {
        self.start_of(date).saturating_add(DAY_MICROS - 1)
    }

    /// RFC 3339 in this zone; fractions only where there are any.
    pub fn rfc3339(&self, micros: Micros) -> String {
        let local = DateTime::from_timestamp_micros(micros.saturating_add(self.shift()))
            .unwrap_or_default()
            .naive_utc();
        let mut text = String::with_capacity(32);
        match u32::try_from(local.year()) {
            Ok(year @ ..=9999) => digits(&mut text, year, 4),
            _ => text = local.format("%Y").to_string(),
        }
        let fields = [
            ('-', local.month()),
            ('-', local.day()),
            ('T', local.hour()),
            (':', local.minute()),
            (':', local.second()),
        ];
        for (mark, number) in fields {
            text.push(mark);
            digits(&mut text, number, 2);
        }
        let micros = local.and_utc().timestamp_subsec_micros();
        if micros > 0 {
            text.push('.');
            digits(&mut text, micros, 6);
        }
        if self.offset_minutes == 0 {
            text.push('Z');
            return text;
        }
        let minutes = self.offset_minutes.unsigned_abs();
        text.push(if self.offset_minutes < 0 { '-' } else { '+' });
        digits(&mut text, minutes / 60, 2);
        text.push(':');
        digits(&mut text, minutes % 60, 2);
        text
    }

    /// The instant that a person names: RFC 3339, or a civil date, which stands
    /// for its end, so that "as of the 5th" holds what happened on the 5th.
    pub fn instant(&self, text: &str) -> Option<Micros> {
        match parse_date(text) {
            Some(date) => Some(self.end_of(date)),
            None => parse_rfc3339(text).map(|moment| moment.micros),
        }
    }
}

/// Writes a number with leading zeros. A city's report has a million of them, and
/// formatting by a pattern takes ten times as long.
fn digits(text: &mut String, number: u32, width: u32) {
    for place in (0..width).rev() {
        let digit = number / 10u32.pow(place) % 10;
        text.push(char::from_digit(digit, 10).unwrap_or('0'));
    }
}

/// 1970-01-01 counted from 0001-01-01 as day 1.
const EPOCH_FROM_CE: i64 = 719_163;

/// Reads `YYYY-MM-DD` exactly.
pub fn parse_date(text: &str) -> Option<NaiveDate> {
    let bytes: &[u8; 10] = text.as_bytes().try_into().ok()?;
    let days = civil_days(bytes)?;
    NaiveDate::from_num_days_from_ce_opt(i32::try_from(days + EPOCH_FROM_CE).ok()?)
}

/// Reads an RFC 3339 date-time with an offset. Stricter than the RFC in one
/// place: `T` and `Z` must be upper case, since one moment should have one look.
/// More than six decimals are cut, never rounded. Second 60 is the second after.
pub fn parse_rfc3339(text: &str) -> Option<Moment> {
    let bytes = text.as_bytes();
    let (date, rest) = bytes.split_first_chunk::<10>()?;
    let days = civil_days(date)?;
    let (clock, mut rest) = rest.split_first_chunk::<9>()?;
    let [b'T', h1, h2, b':', m1, m2, b':', s1, s2] = *clock else {
        return None;
    };
    let (hour, minute) = (two(h1, h2)?, two(m1, m2)?);
    let second = two(s1, s2)?;
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let mut fraction = 0;
    if let [b'.', digits @ ..] = rest {
        let count = digits.iter().take_while(|b| b.is_ascii_digit()).count();
        if count == 0 {
            return None;
        }
        for place in 0..6 {
            let digit = digits.get(place).filter(|_| place < count);
            fraction = fraction * 10 + digit.map_or(0, |b| i64::from(b - b'0'));
        }
        rest = digits.get(count..)?;
    }
    let offset_minutes = offset(rest)?;
    let seconds =
        days * 86_400 + hour * 3600 + minute * 60 + second - i64::from(offset_minutes) * 60;
    Some(Moment { micros: seconds * 1_000_000 + fraction, offset_minutes })
}

fn offset(bytes: &[u8]) -> Option<i32> {
    match *bytes {
        [b'Z'] => Some(0),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let (hours, minutes) = (two(h1, h2)?, two(m1, m2)?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            let total = i32::try_from(hours * 60 + minutes).ok()?;
            Some(if sign == b'-' { -total } else { total })
        }
        _ => None,
    }
}

fn two(tens: u8, ones: u8) -> Option<i64> {
    (tens.is_ascii_digit() && ones.is_ascii_digit())
        .then(|| i64::from(tens - b'0') * 10 + i64::from(ones - b'0'))
}

/// Days since 1970-01-01 of a proleptic Gregorian date.
fn civil_days(bytes: &[u8; 10]) -> Option<i64> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *bytes else {
        return None;
    };
    let year = two(y1, y2)? * 100 + two(y3, y4)?;
    let (month, day) = (two(m1, m2)?, two(d1, d2)?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => return None,
    };
    if day < 1 || day > last {
        return None;
    }
    // Years begin in March, so that the leap day is the last of its year.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let day_of_year = (153 * m + 2) / 5 + day - 1;
    Some(y * 365 + y.div_euclid(4) - y.div_euclid(100) + y.div_euclid(400) + day_of_year - 719_468)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use proptest::prelude::*;

    #[test]
    fn the_local_date_is_the_written_one() {
        let moment = parse_rfc3339("2026-03-05T00:30:00+08:00").unwrap();
        assert_eq!(moment.local_date().to_string(), "2026-03-05");
        assert_eq!(moment.micros, parse_rfc3339("2026-03-04T16:30:00Z").unwrap().micros);
        assert_eq!(moment.rfc3339(), "2026-03-05T00:30:00+08:00");
        assert_eq!(Zone::SHANGHAI.rfc3339(moment.end_of_day()), "2026-03-05T23:59:59.999999+08:00");
    }

    #[test]
    fn what_is_not_rfc_3339_is_refused() {
        for text in [
            "",
            "2026-03-05",
            "2026-03-05T10:00:00",
            "2026-03-05 10:00:00Z",
            "05/03/2026",
            "2026-02-30T00:00:00Z",
            "2026-03-05t10:00:00Z",
            "2026-03-05T10:00:00z",
            "NaN",
            "2026-03-05T25:00:00Z",
            "2026-03-05T10:00:00.Z",
            "2026-03-05T10:00:00+0800",
            "2026-03-05T10:00:00+08:00 ",
            "2026-13-05T10:00:00Z",
            "2026-00-05T10:00:00Z",
            "2100-02-29T10:00:00Z",
        ] {
            assert_eq!(parse_rfc3339(text), None, "{text}");
        }
    }

    #[test]
    fn a_date_stands_for_its_end() {
        assert_eq!(
            Zone::SHANGHAI.instant("2026-03-05"),
            parse_rfc3339("2026-03-05T23:59:59.999999+08:00").map(|m| m.micros)
        );
        assert_eq!(Zone::parse("+08:00"), Some(Zone::SHANGHAI));
        assert_eq!(Zone::parse("Europe/Rome"), None);
    }

    proptest! {
        #[test]
        fn agrees_with_chrono(micros in -62_135_596_800_000_000i64..253_402_300_799_999_999, minutes in -1439i32..1440) {
            let zone = Zone::fixed(minutes);
            // The local year must have four digits to be written at all.
            prop_assume!((1..=9999).contains(&zone.date(micros).year()));
            let text = zone.rfc3339(micros);
            let theirs = DateTime::parse_from_rfc3339(&text).unwrap();
            let ours = parse_rfc3339(&text).unwrap();
            prop_assert_eq!(ours.micros, theirs.timestamp_micros());
            prop_assert_eq!(ours.micros, micros);
            prop_assert_eq!(ours.local_date(), theirs.date_naive());
            prop_assert_eq!(zone.date(zone.start_of(ours.local_date())), ours.local_date());
        }

        #[test]
        fn foreign_text_never_panics(text in ".{0,40}") {
            let _ = parse_rfc3339(&text);
            let _ = parse_date(&text);
            let _ = Zone::parse(&text);
        }

        #[test]
        fn any_instant_has_a_date(micros in any::<i64>(), minutes in any::<i32>()) {
            let zone = Zone::fixed(minutes);
            let _ = zone.rfc3339(micros);
            let _ = zone.end_of(zone.date(micros));
        }
    }
}
