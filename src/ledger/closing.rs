//! The daily closing (日清日结) of a log: the index of its streams, as an entry of
//! the log itself, so that an extract of one case can be shown to be complete.
//!
//! What an index is, `plumbline_replay::streams` says. Nothing is kept between two
//! closings: the index is grown from the log's own entries, each hashed again.

use super::anchor::one;
use super::submission::Submission;
use super::{AppendError, Ledger, LogName, Receipt};
use crate::clock::TimeText;
use crate::store::{Store, StoreError, each};
use plumbline_replay::integrity::chain::entry_hash;
use plumbline_replay::integrity::entry::scan;
use plumbline_replay::integrity::json::Json;
use plumbline_replay::streams::{Closing, KIND_OPEN, KIND_SEALED, STREAM, StreamIndex};
use plumbline_replay::time::civil::{Zone, parse_rfc3339};

/// Why a log was not closed.
#[derive(Debug, thiserror::Error)]
pub enum ClosingError {
    #[error(transparent)]
    Append(#[from] AppendError),
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An index of less than the log would be false for ever.
    #[error(
        "第 {0} 号记录读不出来,不作日结 / the entry at {0} cannot be read: the log is not closed; \
         run `plumb verify`"
    )]
    Unread(u64),
}

/// Closes a log as it is: its entries up to now, not the closing itself.
pub fn record(ledger: &Ledger, log: LogName) -> Result<Receipt, ClosingError> {
    let closing = index(ledger, log)?.closing();
    let now = TimeText::default().format(ledger.now()).to_owned();
    let text = |value: &str| Json::text(value.to_owned());
    let kind = match log {
        LogName::Open => KIND_OPEN,
        LogName::Sealed => KIND_SEALED,
    };
    // A log only grows, so no two closings cover the same size.
    let id = format!("closing-{log}-{}", closing.size);
    let json = Json::object([
        ("id", Json::text(id)),
        ("stream", text(STREAM)),
        ("type", text(kind)),
        ("occurred_at", text(&now)),
        ("source", Json::object([("system", text("plumbline"))])),
        ("body", closing.body()),
    ]);
    Ok(one(ledger, Submission::of_ledger(json))?)
}

/// Closes a log unless it was closed on this civil day of `zone`. `Ok(None)` if it
/// was.
pub fn close_day(
    ledger: &Ledger,
    zone: Zone,
    log: LogName,
) -> Result<Option<Receipt>, ClosingError> {
    let lookup = ledger.lookup(log);
    lookup.follow(u64::MAX)?;
    let head = lookup.stream_head(STREAM)?;
    let last = head.map(|(_, position)| lookup.entry(position)).transpose()?.flatten();
    let fields = last.as_deref().and_then(|entry| scan(entry).ok());
    let day = fields.and_then(|fields| parse_rfc3339(fields.recorded_at));
    if day.is_some_and(|moment| zone.date(moment.micros) >= zone.date(ledger.now())) {
        return Ok(None);
    }
    record(ledger, log).map(Some)
}

/// The index over all that the log holds now.
fn index(ledger: &Ledger, log: LogName) -> Result<StreamIndex, ClosingError> {
    let mut index = StreamIndex::default();
    let mut unread = None;
    let store = ledger.store(log);
    each(store.as_ref(), store.size()?, |position, entry| match scan(entry) {
        Ok(fields) if position == index.size() => index.push(fields.stream, entry_hash(entry)),
        _ => unread = unread.or(Some(position)),
    })?;
    unread.map_or(Ok(index), |position| Err(ClosingError::Unread(position)))
}

/// What an entry states, if it is a closing of a log.
pub fn stated(entry: &[u8]) -> Option<Closing> {
    Closing::of(&scan(entry).ok()?)?.ok()
}
