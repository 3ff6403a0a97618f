//! Master data of a stored log, found by event type through the lookup: the log is
//! never scanned. What this module does not know: cases, and what rows are for.

use crate::index::{Field, Query};
use crate::reader::Reader;
use crate::store::StoreError;
use plumbline_replay::event::{EventError, register};
use plumbline_replay::integrity::entry::scan;
use plumbline_replay::master::Master;
use plumbline_replay::time::civil::Micros;
use std::collections::BTreeMap;

/// Entries found at once.
const PAGE_ENTRIES: usize = 1024;

/// Event types that repair other entries (X01, X02).
const REPAIRS: [&str; 2] = ["correction.recorded.v1", "record.voided.v1"];

/// Why master data cannot be told.
#[derive(Debug, thiserror::Error)]
pub enum MasterError {
    #[error(transparent)]
    Log(#[from] StoreError),
    /// What is stored there is not an entry.
    #[error(
        "{stream} 有一条记录读不出,先运行 plumb verify / an entry of {stream} cannot be read: {error}; run `plumb verify`"
    )]
    Entry {
        stream: String,
        #[source]
        error: EventError,
    },
}

/// Entries of a stream by position.
type Streams = BTreeMap<String, BTreeMap<u64, Vec<u8>>>;

/// Master data as recorded by `known_at`, of the event types that `wanted` names.
pub fn grow(
    reader: &Reader,
    known_at: Micros,
    wanted: impl Fn(&str) -> bool,
) -> Result<Master, MasterError> {
    let mut streams = Streams::new();
    let kinds = register::all().map(|known| known.name);
    for kind in kinds.filter(|kind| Master::wants(kind) && wanted(kind)) {
        each(reader, kind, |stream, position, entry| {
            streams.entry(stream.to_owned()).or_default().insert(position, entry);
        })?;
    }
    for kind in REPAIRS {
        each(reader, kind, |stream, position, entry| {
            if let Some(own) = streams.get_mut(stream) {
                own.insert(position, entry);
            }
        })?;
    }
    let mut master = Master::default();
    for (stream, entries) in &streams {
        let entries: Vec<&[u8]> = entries.values().map(Vec::as_slice).collect();
        let failed = |error| MasterError::Entry { stream: stream.clone(), error };
        master.add_stream(&entries, known_at).map_err(failed)?;
    }
    Ok(master)
}

/// Calls `each` with every entry of a type: its stream, its position, its bytes.
fn each(
    reader: &Reader,
    kind: &str,
    mut each: impl FnMut(&str, u64, Vec<u8>),
) -> Result<(), MasterError> {
    let query = Query::new().with(Field::Kind, kind);
    let size = reader.size();
    let mut next = 0;
    loop {
        let page = reader.find(&query, next, size, PAGE_ENTRIES)?;
        let Some((last, _)) = page.last() else { return Ok(()) };
        next = last + 1;
        for (position, entry) in page {
            // What the lookup found has been scanned before.
            let Ok(stream) = scan(&entry).map(|fields| fields.stream.to_owned()) else { continue };
            each(&stream, position, entry);
        }
    }
}
