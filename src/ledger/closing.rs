//! The daily closing (日清日结) of a log: the index of its streams, as an entry of
//! the log itself, so that an extract of one case can be shown to be complete.
//!
//! What an index is, `plumbline_replay::streams` says. It is grown from that of the last
//! closing by the entries since, which are followed in between; without it, by all of
//! them.

use super::statement::{Statement, state};
use super::{AppendError, Ledger, LogName, Receipt, RefusalCode};
use crate::store::StoreError;
use crate::stream_index::{IndexError, StreamIndexes};
use plumbline_replay::integrity::entry::scan;
use plumbline_replay::streams::{Closing, KIND_OPEN, KIND_SEALED, STREAM, StreamIndex};
use plumbline_replay::time::civil::{Zone, parse_rfc3339};
use serde_json::{Value, json};

/// Why a log was not closed.
#[derive(Debug, thiserror::Error)]
pub enum ClosingError {
    #[error(transparent)]
    Append(#[from] AppendError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Index(#[from] IndexError),
}

/// Closes a log as it is: its entries up to now, not the closing itself.
pub fn record(ledger: &Ledger, log: LogName) -> Result<Receipt, ClosingError> {
    match attempt(ledger, log) {
        // The day's own closing covered the same entries first: this one follows it.
        Err(ClosingError::Append(AppendError::Refused(refusal)))
            if refusal.code == RefusalCode::EventIdReused =>
        {
            attempt(ledger, log)
        }
        answer => answer,
    }
}

fn attempt(ledger: &Ledger, log: LogName) -> Result<Receipt, ClosingError> {
    let mut index = index(ledger, log)?;
    let closing = index.closing();
    let kind = match log {
        LogName::Open => KIND_OPEN,
        LogName::Sealed => KIND_SEALED,
    };
    // A log only grows, so no two closings cover the same size.
    let id = format!("closing-{log}-{}", closing.size);
    let statement = Statement { id, stream: STREAM, kind, body: closing.body() };
    let receipt = state(ledger, statement, ledger.now())?;
    kept(ledger, log).keep(&mut index);
    Ok(receipt)
}

/// Closes a log unless it was closed on this civil day of `zone`. `Ok(None)` if it
/// was: then what has been recorded since is taken in for the next closing.
pub fn close_day(
    ledger: &Ledger,
    zone: Zone,
    log: LogName,
) -> Result<Option<Receipt>, ClosingError> {
    let (size, last) = at_the_end(ledger, log)?;
    let fields = last.as_deref().and_then(|entry| scan(entry).ok());
    let day = fields.and_then(|fields| parse_rfc3339(fields.recorded_at));
    if day.is_some_and(|moment| zone.date(moment.micros) >= zone.date(ledger.now())) {
        let last = last.as_deref().and_then(stated);
        ledger.since_closing(log).follow(ledger.store(log).as_ref(), last, size)?;
        return Ok(None);
    }
    record(ledger, log).map(Some)
}

/// The index over all that the log holds now, grown from that of its last closing.
fn index(ledger: &Ledger, log: LogName) -> Result<StreamIndex, ClosingError> {
    let (size, last) = at_the_end(ledger, log)?;
    let last = last.as_deref().and_then(stated);
    let mut since = ledger.since_closing(log);
    Ok(kept(ledger, log).grown(ledger.store(log).as_ref(), last, &mut since, size)?)
}

/// A log's size and the entry of its last closing, if it was ever closed.
fn at_the_end(ledger: &Ledger, log: LogName) -> Result<(u64, Option<Vec<u8>>), StoreError> {
    let lookup = ledger.lookup(log);
    let size = lookup.follow(u64::MAX)?;
    let head = lookup.stream_head(STREAM)?;
    let last = head.map(|(_, position)| lookup.entry(position)).transpose()?.flatten();
    Ok((size, last))
}

fn kept(ledger: &Ledger, log: LogName) -> StreamIndexes {
    StreamIndexes::new(ledger.layout().streams(log))
}

/// A closing as programs read it (`plumbline.closing/1`); `None` for an entry that is none.
pub fn to_json(log: LogName, entry: &[u8]) -> Option<Value> {
    let (closing, fields) = (stated(entry)?, scan(entry).ok()?);
    Some(json!({
        "schema": "plumbline.closing/1", "log": log.as_str(), "position": fields.position,
        "recorded_at": fields.recorded_at, "size": closing.size, "streams": closing.streams,
        "root": closing.root.to_string(),
    }))
}

/// What an entry states, if it is a closing of a log.
pub fn stated(entry: &[u8]) -> Option<Closing> {
    Closing::of(&scan(entry).ok()?)?.ok()
}
