//! The latest state of every stream.
//!
//! Folding commutes, so an act recorded late needs no refold; a correction or a
//! void does, and such a stream is folded anew from all its entries when the
//! batch is written. Key: `c`, stream. Knows no moment but the latest: other
//! moments are folded from the entries themselves.

use super::ModelError;
use super::codec::{decode, encode};
use super::register::{Given, Projection};
use super::rows::{Batch, Rows, RowsError};
use plumbline_replay::event::Event;
use plumbline_replay::state::{CaseState, Moment, case_at, repairs_record};
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};

const TAG: u8 = b'c';
/// States kept in memory between writes, of about a kilobyte each. Those that
/// have not changed since the last write go first.
const KEPT_MAX: usize = 65_536;

pub(super) fn start() -> Box<dyn Projection> {
    Box::new(Cases::default())
}

struct Kept {
    state: CaseState,
    changed: bool,
}

#[derive(Default)]
struct Cases {
    kept: HashMap<Box<str>, Kept>,
    changed: usize,
    /// Streams whose record was repaired since the last write.
    repaired: BTreeSet<Box<str>>,
}

impl Projection for Cases {
    fn apply(&mut self, event: &Event<'_>, given: &Given<'_>) -> Result<(), ModelError> {
        let stream = event.stream.as_ref();
        if !self.kept.contains_key(stream) {
            let state = self.begin(event, given.rows)?;
            self.kept.insert(stream.into(), Kept { state, changed: false });
        }
        if let Some(kept) = self.kept.get_mut(stream) {
            self.changed += usize::from(!kept.changed);
            kept.changed = true;
            kept.state.apply(event);
        }
        if repairs_record(&event.kind) {
            self.repaired.insert(stream.into());
        }
        Ok(())
    }

    fn changed(&self) -> usize {
        self.changed
    }

    fn flush(
        &mut self,
        folded: u64,
        given: &Given<'_>,
        batch: &mut Batch,
    ) -> Result<(), ModelError> {
        for stream in std::mem::take(&mut self.repaired) {
            let entries = given.streams.entries(&stream, folded)?;
            let slices: Vec<&[u8]> = entries.iter().map(Vec::as_slice).collect();
            let state = case_at(&stream, &slices, Moment::LATEST)
                .map_err(|error| ModelError::Entry { position: folded, error })?;
            self.kept.insert(stream, Kept { state, changed: true });
        }
        let crowded = self.kept.len() > KEPT_MAX;
        self.kept.retain(|stream, kept| {
            let changed = std::mem::take(&mut kept.changed);
            if changed {
                batch.insert(key(stream), Some(encode(&kept.state)));
            }
            changed || !crowded
        });
        self.changed = 0;
        Ok(())
    }
}

impl Cases {
    /// The state before an event. A stream's first event needs no look.
    fn begin(&self, event: &Event<'_>, rows: &dyn Rows) -> Result<CaseState, RowsError> {
        let known = match event.revision {
            0 => None,
            _ => case(rows, &event.stream)?,
        };
        Ok(known.unwrap_or_else(|| CaseState::new(&event.stream)))
    }
}

fn key(stream: &str) -> Vec<u8> {
    [&[TAG], stream.as_bytes()].concat()
}

/// The state of one stream.
pub(super) fn case(rows: &dyn Rows, stream: &str) -> Result<Option<CaseState>, RowsError> {
    rows.get(&key(stream))?.map(|row| decode(&row)).transpose()
}

/// The states of all streams in order of name, from a name on.
pub(super) fn each(
    rows: &dyn Rows,
    from: &str,
    visit: &mut dyn FnMut(CaseState) -> bool,
) -> Result<(), RowsError> {
    let mut result = Ok(());
    rows.scan(&[TAG], &key(from), &mut |_, row| match decode(row) {
        Ok(state) => visit(state),
        Err(error) => {
            result = Err(error);
            false
        }
    })?;
    result
}

/// A row for people.
pub(super) fn show(_: &[u8], row: &[u8]) -> Result<(String, Value), RowsError> {
    let state: CaseState = decode(row)?;
    Ok((state.stream.to_string(), state.to_json()))
}
