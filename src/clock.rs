//! The only place that reads the clock. Everything else is given the time.

use std::sync::atomic::{AtomicI64, Ordering};

/// Microseconds since 1970-01-01T00:00:00Z.
pub type Micros = i64;

/// A source of the present moment.
pub trait Clock: Send + Sync {
    /// Now. Need not be monotonic: the sequencer makes it so.
    fn now(&self) -> Micros;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    fn now(&self) -> Micros {
        chrono::Utc::now().timestamp_micros()
    }
}

/// A clock that its owner sets: the demo city lives two years in a minute.
#[derive(Debug, Default)]
pub struct SetClock(AtomicI64);

impl SetClock {
    pub fn new(start: Micros) -> SetClock {
        SetClock(AtomicI64::new(start))
    }

    pub fn set(&self, now: Micros) {
        self.0.store(now, Ordering::Release);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Micros {
        self.0.load(Ordering::Acquire)
    }
}

impl<C: Clock + ?Sized> Clock for std::sync::Arc<C> {
    fn now(&self) -> Micros {
        (**self).now()
    }
}

/// Writes moments as RFC 3339 in UTC with six decimals. Keeps the text of the
/// last second, since a sequencer writes hundreds of thousands in one.
#[derive(Debug)]
pub struct TimeText {
    second: i64,
    text: String,
}

impl Default for TimeText {
    fn default() -> TimeText {
        TimeText { second: i64::MIN, text: String::new() }
    }
}

const SECONDS_CHARS: usize = "1970-01-01T00:00:00.".len();

impl TimeText {
    /// The text of one moment. Moments outside the years 0–9999 are written as
    /// the nearest moment within, since RFC 3339 has no others.
    pub fn format(&mut self, micros: Micros) -> &str {
        let micros = micros.clamp(-62_167_219_200_000_000, 253_402_300_799_999_999);
        let second = micros.div_euclid(1_000_000);
        if second != self.second {
            let moment = chrono::DateTime::from_timestamp(second, 0).unwrap_or_default();
            self.text = moment.format("%Y-%m-%dT%H:%M:%S.000000Z").to_string();
            self.second = second;
        }
        let mut digits = [b'0'; 6];
        let mut rest = micros.rem_euclid(1_000_000);
        for digit in digits.iter_mut().rev() {
            *digit = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        let digits = std::str::from_utf8(&digits).unwrap_or("000000");
        self.text.replace_range(SECONDS_CHARS..SECONDS_CHARS + 6, digits);
        &self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_as_rfc_3339_with_six_decimals() {
        let mut text = TimeText::default();
        assert_eq!(text.format(0), "1970-01-01T00:00:00.000000Z");
        assert_eq!(text.format(1_772_698_811_000_001), "2026-03-05T08:20:11.000001Z");
        assert_eq!(text.format(1_772_698_811_999_999), "2026-03-05T08:20:11.999999Z");
        assert_eq!(text.format(-1), "1969-12-31T23:59:59.999999Z");
        assert_eq!(text.format(i64::MAX), "9999-12-31T23:59:59.999999Z");
        assert_eq!(text.format(i64::MIN), "0000-01-01T00:00:00.000000Z");
    }
}
