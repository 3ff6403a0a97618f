//! A machine's clock that runs backwards is survived, since recorded time only
//! rises, and leaves an entry (X13): whoever reads `recorded_at` later must know
//! that for a while it was the ledger's own counting and not the clock's.
//!
//! One entry an anomaly: from the moment the clock falls behind what is recorded
//! until it has caught up.

use super::admit::admit;
use super::statement::Statement;
use super::{Admitted, LogName};
use crate::clock::Micros;
use crate::vault::Vault;
use plumbline_replay::integrity::json::Json;

pub(super) const STREAM: &str = "ledger/clock";
/// Recorded time runs ahead of the clock by a microsecond an entry in a burst, and
/// a clock is set by fractions of a second all the time: neither is an anomaly.
const SKEW_MIN: Micros = 1_000_000;

/// Compares the clock with what is recorded.
#[derive(Default)]
pub(super) struct ClockWatch {
    behind: bool,
    unrecorded: Option<Micros>,
}

impl ClockWatch {
    /// The clock was read: `machine` is what it said, `last` the last recorded time.
    pub fn see(&mut self, machine: Micros, last: Micros) {
        let skew = last.saturating_sub(machine);
        if skew <= 0 {
            self.behind = false;
        } else if skew > SKEW_MIN && last > Micros::MIN && !self.behind {
            self.behind = true;
            self.unrecorded = Some(skew);
        }
    }

    /// By how much the clock fell behind, if nobody has been told yet.
    pub fn take(&mut self) -> Option<Micros> {
        self.unrecorded.take()
    }
}

/// Whether the clock, now `skew` behind `last`, had not caught up since an anomaly
/// that was recorded at `recorded`: then this is the same one, seen by another
/// process.
pub(super) fn is_the_same(recorded: Micros, last: Micros, skew: Micros) -> bool {
    last.saturating_sub(skew) < recorded && last.saturating_sub(recorded) < SKEW_MIN
}

/// The id of the `number`th anomaly of a log.
pub(super) fn id(log: LogName, number: u64) -> String {
    format!("clock-anomaly-{log}-{number}")
}

/// The event that records an anomaly. `at` is the ledger's time, not the clock's.
pub(super) fn event(
    log: LogName,
    number: u64,
    at: Micros,
    skew: Micros,
    vault: &Vault,
) -> Option<Admitted> {
    let text = |value: &str| Json::text(value.to_owned());
    let body =
        Json::object([("source", text("system-clock")), ("skew_ms", Json::Int(skew / 1000))]);
    let kind = "clock.anomaly.detected.v1";
    let statement = Statement { id: id(log, number), stream: STREAM, kind, body };
    // The type belongs to the open log; each log keeps its own time.
    admit(statement.at(at), vault, None).ok().map(|event| event.moved_to(log))
}
