//! RFC 3339 moments with their offset, and local civil dates.

use chrono::{DateTime, FixedOffset, NaiveDate};

/// Microseconds since 1970-01-01T00:00:00Z.
pub type Micros = i64;

/// A moment as written: the instant and the local date beside it. Legal days are
/// local days: an act at 07:00 in Beijing falls on the previous UTC day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    pub micros: Micros,
    /// Offset from UTC in minutes, as written.
    pub offset_minutes: i32,
}

impl Moment {
    /// The civil date where and when it was written.
    pub fn local_date(&self) -> NaiveDate {
        let local = self.micros.saturating_add(i64::from(self.offset_minutes) * 60_000_000);
        DateTime::from_timestamp_micros(local).unwrap_or_default().date_naive()
    }
}

/// Reads an RFC 3339 date-time with an offset. Stricter than the RFC in one
/// place: `T` and `Z` must be upper case, since one moment should have one look.
/// More than six decimals are cut, never rounded.
pub fn parse_rfc3339(text: &str) -> Option<Moment> {
    let bytes = text.as_bytes();
    if bytes.get(10) != Some(&b'T') || text.ends_with('z') {
        return None;
    }
    let moment: DateTime<FixedOffset> = DateTime::parse_from_rfc3339(text).ok()?;
    Some(Moment {
        micros: moment.timestamp_micros(),
        offset_minutes: moment.offset().local_minus_utc().div_euclid(60),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_local_date_is_the_written_one() {
        let moment = parse_rfc3339("2026-03-05T00:30:00+08:00").unwrap();
        assert_eq!(moment.local_date().to_string(), "2026-03-05");
        assert_eq!(moment.micros, parse_rfc3339("2026-03-04T16:30:00Z").unwrap().micros);
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
        ] {
            assert_eq!(parse_rfc3339(text), None, "{text}");
        }
    }
}
