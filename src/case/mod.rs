//! One case at any moment: its entries found through the lookup and read as
//! slices, its state, timeline and difference folded from them. The log is never
//! scanned. Every answer names the entries that it rests on, with their hashes.
//!
//! Of read models only [`Listing`] knows: those hold the latest state alone.

mod listing;

pub use listing::{ListError, Listing, Page};

use crate::index::{Field, Lookup, Query};
use crate::ledger::LogName;
use crate::projection::Streams;
use crate::reader::Reader;
use crate::store::StoreError;
use plumbline_replay::event::EventError;
use plumbline_replay::integrity::chain::{Digest, entry_hash};
use plumbline_replay::state::diff::{Change, diff};
use plumbline_replay::state::timeline::{By, Row, timeline};
use plumbline_replay::state::{CaseState, Moment, case_at, grounds};
use plumbline_replay::time::civil::Zone;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Why a case cannot be told.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
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

/// All entries of one stream, as far as a log had come.
pub struct Case {
    log: LogName,
    stream: String,
    log_size: u64,
    entries: Vec<(u64, Vec<u8>)>,
}

impl Case {
    /// Finds a case's entries. `None` if there are none.
    pub fn find(reader: &Reader, stream: &str) -> Result<Option<Case>, CaseError> {
        let log_size = reader.size();
        let entries = entries(reader.lookup(), stream, log_size)?;
        let (log, stream) = (reader.log(), stream.to_owned());
        Ok((!entries.is_empty()).then_some(Case { log, stream, log_size, entries }))
    }

    fn slices(&self) -> Vec<&[u8]> {
        self.entries.iter().map(|(_, entry)| entry.as_slice()).collect()
    }

    fn broken(&self) -> impl Fn(EventError) -> CaseError + use<> {
        let stream = self.stream.clone();
        move |error| CaseError::Entry { stream: stream.clone(), error }
    }

    /// The state at a moment.
    pub fn state(&self, moment: Moment) -> Result<CaseState, CaseError> {
        case_at(&self.stream, &self.slices(), moment).map_err(self.broken())
    }

    /// Facts by JSON pointer into the state, with the positions they rest on.
    pub fn grounds(&self, moment: Moment) -> Result<BTreeMap<String, Vec<u64>>, CaseError> {
        grounds(&self.stream, &self.slices(), moment).map_err(self.broken())
    }

    /// What was known at a moment, entry by entry.
    pub fn timeline(&self, moment: Moment, by: By) -> Result<Vec<Row>, CaseError> {
        timeline(&self.slices(), moment, by).map_err(self.broken())
    }

    /// What differs between two moments, and because of which entries.
    pub fn diff(&self, from: Moment, to: Moment) -> Result<Vec<Change>, CaseError> {
        diff(&self.stream, &self.slices(), from, to).map_err(self.broken())
    }

    /// BLAKE3 of the entry at a position, if it is one of this case.
    pub fn hash(&self, position: u64) -> Option<Digest> {
        let found = self.entries.binary_search_by_key(&position, |(at, _)| *at).ok()?;
        self.entries.get(found).map(|(_, entry)| entry_hash(entry))
    }

    /// The state as scripts read it (`plumbline.case/1`).
    pub fn state_json(&self, moment: Moment, zone: Zone) -> Result<Value, CaseError> {
        let grounds = self.grounds(moment)?;
        let on: BTreeSet<u64> = grounds.values().flatten().copied().collect();
        let mut out = self.head("plumbline.case/1");
        out.insert("moment".to_owned(), moment_json(moment, zone));
        out.insert("case".to_owned(), self.state(moment)?.to_json());
        out.insert("grounds".to_owned(), json!(grounds));
        out.insert("entries".to_owned(), self.hashes(&on));
        Ok(Value::Object(out))
    }

    /// The timeline as scripts read it (`plumbline.case.timeline/1`).
    pub fn timeline_json(&self, moment: Moment, by: By, zone: Zone) -> Result<Value, CaseError> {
        let rows = self.timeline(moment, by)?;
        let rows = rows.iter().map(|row| {
            let mut json = row.to_json();
            json["hash"] = json!(self.hash(row.position).map(|hash| hash.to_string()));
            json
        });
        let mut out = self.head("plumbline.case.timeline/1");
        out.insert("moment".to_owned(), moment_json(moment, zone));
        out.insert("timeline".to_owned(), rows.collect());
        Ok(Value::Object(out))
    }

    /// The difference as scripts read it (`plumbline.case.diff/1`).
    pub fn diff_json(&self, from: Moment, to: Moment, zone: Zone) -> Result<Value, CaseError> {
        let changes = self.diff(from, to)?;
        let on = changes.iter().flat_map(|change| change.because.iter().copied()).collect();
        let mut out = self.head("plumbline.case.diff/1");
        out.insert("from".to_owned(), moment_json(from, zone));
        out.insert("to".to_owned(), moment_json(to, zone));
        out.insert("changes".to_owned(), changes.iter().map(Change::to_json).collect());
        out.insert("entries".to_owned(), self.hashes(&on));
        Ok(Value::Object(out))
    }

    fn head(&self, schema: &str) -> Map<String, Value> {
        let mut out = Map::new();
        out.insert("schema".to_owned(), schema.into());
        out.insert("log".to_owned(), self.log.as_str().into());
        out.insert("stream".to_owned(), self.stream.as_str().into());
        // The answer holds for this size of the log and all that can be proved of it.
        out.insert("log_size".to_owned(), self.log_size.into());
        out
    }

    fn hashes(&self, positions: &BTreeSet<u64>) -> Value {
        let of = |position: &u64| {
            let hash = self.hash(*position)?.to_string();
            Some(json!({"position": position, "hash": hash}))
        };
        positions.iter().filter_map(of).collect()
    }
}

/// The moment asked about; null stands for no limit.
fn moment_json(moment: Moment, zone: Zone) -> Value {
    let text = |micros: i64| (micros != i64::MAX).then(|| zone.rfc3339(micros));
    json!({"as_of": text(moment.as_of), "known_at": text(moment.known_at)})
}

fn entries(lookup: &Lookup, stream: &str, before: u64) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
    let query = Query::new().with(Field::Stream, stream);
    lookup.find(&query, 0, before, usize::MAX)
}

/// The lookup as read models ask it.
pub struct LookupStreams(pub Arc<Lookup>);

impl Streams for LookupStreams {
    fn entries(&self, stream: &str, before: u64) -> Result<Vec<Vec<u8>>, StoreError> {
        self.0.follow(before)?;
        let found = entries(&self.0, stream, before)?;
        Ok(found.into_iter().map(|(_, entry)| entry).collect())
    }
}
