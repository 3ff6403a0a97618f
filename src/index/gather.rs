//! The lookup part of one segment while it is gathered, in memory: what the
//! open segment is answered from, and what a part file is made of.

use super::keys::{Hashing, extract};
use plumbline_replay::integrity::chain::{Digest, entry_hash};
use plumbline_replay::integrity::entry::{EntryError, scan};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// Keys are hashes already; hashing them again buys nothing.
#[derive(Default, Clone, Copy)]
pub struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }
    fn write_u64(&mut self, value: u64) {
        // Tables take the low bits for the place; the lowest tells a class.
        self.0 = value.rotate_right(1);
    }
}

/// Where an entry's bytes are in its segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub offset: u64,
    pub length: u16,
}

/// Keys and places of the entries of one segment, from its first on.
pub struct Gather {
    pub segment: u64,
    /// The link of the segment's first entry to the one before.
    pub previous: Digest,
    /// BLAKE3 of the last entry gathered: it commits to all before it. Set by
    /// [`Gather::ends_with`].
    pub last: Digest,
    pub spans: Vec<Span>,
    pub occurred: Vec<i64>,
    pub recorded: Vec<i64>,
    /// From a key to places counted from the segment's first entry, ascending.
    pub keys: HashMap<u64, Vec<u32>, BuildHasherDefault<AsIs>>,
}

/// One entry read, ready to be gathered: made outside of any lock.
pub struct Reading {
    span: Span,
    previous: Digest,
    occurred: i64,
    recorded: i64,
    keys: Vec<u64>,
}

impl Reading {
    /// Reads an entry that stands at `offset` of its segment.
    pub fn new(entry: &[u8], offset: u64, hashing: &Hashing) -> Result<Reading, EntryError> {
        let fields = scan(entry)?;
        let mut keys = Vec::with_capacity(8);
        let times = extract(&fields, |field, raw| keys.push(hashing.hash(field, raw)));
        Ok(Reading {
            span: Span { offset, length: entry.len() as u16 },
            previous: fields.previous,
            occurred: times.occurred,
            recorded: times.recorded,
            keys,
        })
    }

    pub fn keys(&self) -> &[u64] {
        &self.keys
    }
}

impl Gather {
    /// Nothing yet of the segment that begins at `segment`.
    pub fn new(segment: u64) -> Gather {
        Gather {
            segment,
            previous: Digest::ZERO,
            last: Digest::ZERO,
            spans: Vec::new(),
            occurred: Vec::new(),
            recorded: Vec::new(),
            keys: HashMap::default(),
        }
    }

    pub fn count(&self) -> u64 {
        self.spans.len() as u64
    }

    /// Takes the next entry.
    pub fn add(&mut self, reading: Reading) {
        let local = self.spans.len() as u32;
        if local == 0 {
            self.previous = reading.previous;
        }
        self.spans.push(reading.span);
        self.occurred.push(reading.occurred);
        self.recorded.push(reading.recorded);
        for key in reading.keys {
            let places = self.keys.entry(key).or_default();
            if places.last() != Some(&local) {
                places.push(local);
            }
        }
    }

    /// Says which entry was added last. Hashing only the last of many is what makes
    /// following cheap: the others' hashes stand in the entries after them.
    pub fn ends_with(&mut self, entry: &[u8]) {
        self.last = entry_hash(entry);
    }

    /// Places of the entries that a key may stand for.
    pub fn postings(&self, key: u64) -> &[u32] {
        self.keys.get(&key).map_or(&[], Vec::as_slice)
    }
}
