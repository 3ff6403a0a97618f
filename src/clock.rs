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
