//! Where entries are: from ids and streams to positions.
//!
//! The directory lives in memory and is read from the log at opening; it is not
//! kept on disk. Keys are 128 bits of a digest and every answer for an id is
//! compared with the entry in full, so a collision costs time, never a receipt.
//! Knows nothing of the write path and of read models.

mod filter;
mod find;
mod gather;
mod keys;
mod lookup;
mod part;

pub use keys::{Field, Query};
pub use lookup::Lookup;

use crate::store::{Block, Store, StoreError};
use plumbline_replay::integrity::entry::scan;
use plumbline_replay::integrity::json::parse;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

const READ_BYTES: usize = 4 << 20;

type Key = [u8; 16];

/// Ids and streams of one log up to a position.
pub struct Directory {
    store: Arc<dyn Store>,
    ids: HashMap<Key, u64>,
    streams: HashMap<Key, Vec<u64>>,
    position: u64,
    /// The block read last: neighbours are asked for one after another.
    last: Mutex<Option<Block>>,
}

fn key(parts: &[&str]) -> Key {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    let mut key = [0; 16];
    key.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    key
}

/// `source.system` of an entry.
pub fn system_of(source: &[u8]) -> Option<String> {
    parse(source).ok()?.get("system")?.as_str().map(str::to_owned)
}

impl Directory {
    /// A directory that speaks for no entries yet.
    pub fn new(store: Arc<dyn Store>) -> Directory {
        let (ids, streams) = Default::default();
        Directory { store, ids, streams, position: 0, last: Mutex::new(None) }
    }

    /// Reads a whole log.
    pub fn read(store: Arc<dyn Store>) -> Result<Directory, StoreError> {
        let mut directory = Directory::new(store.clone());
        loop {
            let blocks = store.read(directory.position, READ_BYTES)?;
            if blocks.is_empty() {
                return Ok(directory);
            }
            for block in &blocks {
                directory.add(block)?;
            }
        }
    }

    fn add(&mut self, block: &Block) -> Result<(), StoreError> {
        for (position, _, entry) in block.entries() {
            let damaged =
                |what: String| StoreError::Damaged { position, what, place: "the log".to_owned() };
            let fields = scan(entry).map_err(|error| damaged(error.to_string()))?;
            let system = system_of(fields.source)
                .ok_or_else(|| damaged("the entry names no source system".to_owned()))?;
            self.ids.insert(key(&[&system, fields.id]), position);
            self.streams.entry(key(&[fields.stream])).or_default().push(position);
            self.position = position + 1;
        }
        Ok(())
    }

    /// Entries that the directory speaks for.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Number of streams.
    pub fn streams(&self) -> usize {
        self.streams.len()
    }

    /// The position of the event with this id.
    pub fn find_id(&self, system: &str, id: &str) -> Result<Option<u64>, StoreError> {
        let Some(&position) = self.ids.get(&key(&[system, id])) else {
            return Ok(None);
        };
        let Some(entry) = self.entry(position)? else {
            return Ok(None);
        };
        let same = scan(&entry).is_ok_and(|fields| {
            fields.id == id && system_of(fields.source).as_deref() == Some(system)
        });
        Ok(same.then_some(position))
    }

    /// Positions of a stream's events, in order of revision.
    pub fn positions(&self, stream: &str) -> &[u64] {
        self.streams.get(&key(&[stream])).map_or(&[], Vec::as_slice)
    }

    /// One entry's bytes.
    pub fn entry(&self, position: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let inside = |block: &Block| {
            (block.first_position..block.first_position + u64::from(block.count))
                .contains(&position)
        };
        if !last.as_ref().is_some_and(inside) {
            *last = self.store.read(position, 1)?.into_iter().next();
        }
        let Some(block) = last.as_ref().filter(|block| inside(block)) else {
            return Ok(None);
        };
        let entry = block.entries().find(|(at, _, _)| *at == position);
        Ok(entry.map(|(_, _, entry)| entry.to_vec()))
    }
}
