//! A log open for a request's questions, and pages of what fits them. Knows no
//! address and no form of an answer.

use super::Shared;
use super::problem::Problem;
use crate::index::Query;
use crate::ledger::LogName;
use crate::reader::Reader;

/// A log with its lookup, up to what is committed.
pub(super) fn reader(service: &Shared, log: LogName) -> Result<Reader, Problem> {
    Ok(Reader::of(&service.ledger, log)?)
}

/// Positions and the entries there.
pub(super) type Found = Vec<(u64, Vec<u8>)>;

/// Entries that fit, at most `limit`, and the position before which all are told.
pub(super) fn some(
    reader: &Reader,
    query: &Query,
    from: u64,
    size: u64,
    limit: usize,
) -> Result<(Found, u64), Problem> {
    // Without a filter the next ones are the answer, and no list of all is made.
    let all = *query == Query::new();
    let to = if all { size.min(from.saturating_add(limit as u64)) } else { size };
    let found = reader.find(query, from, to, limit)?;
    let upto = match found.last() {
        Some((last, _)) if found.len() == limit => last + 1,
        _ => to,
    };
    Ok((found, upto.max(from)))
}
