//! How far logs could be read that a command answers from: told at once, and not forgotten
//! at its end.
//!
//! Whoever opens a log to answer from it opens it here; [`verdict`] is asked once, where
//! all commands return. What verifies opens by itself: it has a verdict of its own.

use super::{Exit, Failure};
use crate::config::{Config, Layout};
use crate::judging::{Extent, Loaded};
use crate::ledger::{LogName, open_log};
use crate::log::SegmentLog;
use crate::reader::Reader;
use crate::store::Store as _;
use plumbline_replay::visible::visible;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// What has been told of: one process is one command.
static TOLD: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// A log and its lookup.
pub(super) fn reader(layout: &Layout, config: &Config, log: LogName) -> Result<Reader, Failure> {
    let reader = Reader::open(layout, config, log)?;
    if let Some(damage) = reader.damage() {
        tell(log.as_str(), reader.size(), &damage);
    }
    Ok(reader)
}

/// A log without its lookup.
pub(super) fn store(layout: &Layout, config: &Config, log: LogName) -> Result<SegmentLog, Failure> {
    let store = open_log(layout, config, log)?;
    looked_at(log, &store)?;
    Ok(store)
}

/// Both logs, or one of them, for rules and reports.
pub(super) fn loaded(layout: &Layout, config: &Config, extent: Extent) -> Result<Loaded, Failure> {
    let loaded = Loaded::read(layout, config, extent)?;
    if let Some(damage) = &loaded.damage {
        tell("", loaded.size, damage);
    }
    Ok(loaded)
}

/// Whether a log can be read to its end. Its files are looked at with the first reading.
pub(super) fn looked_at(log: LogName, store: &SegmentLog) -> Result<bool, Failure> {
    let size = store.size()?;
    let Some(damage) = store.damage() else { return Ok(true) };
    tell(log.as_str(), size, &damage.to_string());
    Ok(false)
}

fn tell(log: &str, size: u64, damage: &str) {
    let mut told = TOLD.lock().unwrap_or_else(PoisonError::into_inner);
    if told.insert(format!("{log} {damage}")) {
        eprintln!(
            "日志 {log} 只读到前 {size} 条,答复以此为限;先运行 plumb verify / log {log} can be read up to \
             its first {size} entries only, and so goes the answer; run `plumb verify`: {}",
            visible(damage)
        );
    }
}

/// How a command ends: what was answered from a part of a log is no whole answer, nor is
/// what was not found there missing (3 wins over 4, 4 over 5).
pub(super) fn verdict(exit: Exit) -> Exit {
    let told = TOLD.lock().unwrap_or_else(PoisonError::into_inner);
    match exit {
        Exit::Done | Exit::CannotTell | Exit::Findings | Exit::NotFound if !told.is_empty() => {
            Exit::Broken
        }
        other => other,
    }
}
