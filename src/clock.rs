//! The only place that reads the clock. Everything else is given the time.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

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

/// A clock that reads its moments from a script, one for each time it is asked:
/// the demo city lives two years in a few seconds. Past the script's end it
/// stands still.
#[derive(Debug, Default)]
pub struct ScriptedClock(Mutex<Script>);

#[derive(Debug, Default)]
struct Script {
    moments: VecDeque<Micros>,
    last: Micros,
}

impl ScriptedClock {
    pub fn new(start: Micros) -> ScriptedClock {
        ScriptedClock(Mutex::new(Script { moments: VecDeque::new(), last: start }))
    }

    /// Replaces what is left of the script.
    pub fn follow(&self, moments: impl IntoIterator<Item = Micros>) {
        self.script().moments = moments.into_iter().collect();
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for ScriptedClock {
    fn now(&self) -> Micros {
        let mut script = self.script();
        if let Some(next) = script.moments.pop_front() {
            script.last = next;
        }
        script.last
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
