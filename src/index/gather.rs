//! The lookup part of one segment while it is gathered, in memory: what the
//! open segment is answered from, and what a part file is made of.

use super::keys::{Hashing, extract, extract_submitted};
use plumbline_replay::integrity::chain::{Digest, entry_hash};
use plumbline_replay::integrity::entry::{EntryError, scan};
use plumbline_replay::integrity::json::Json;
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
    pub keys: HashMap<u64, Places, BuildHasherDefault<AsIs>>,
}

/// Places of entries, ascending. Most keys are ids, which have one.
pub enum Places {
    One(u32),
    Many(Vec<u32>),
}

impl Places {
    pub fn as_slice(&self) -> &[u32] {
        match self {
            Places::One(place) => std::slice::from_ref(place),
            Places::Many(places) => places,
        }
    }

    /// Adds a place that is the last one or after it.
    fn add(&mut self, place: u32) {
        match self {
            Places::One(last) if *last == place => {}
            Places::One(first) => *self = Places::Many(vec![*first, place]),
            Places::Many(places) if places.last() == Some(&place) => {}
            Places::Many(places) => places.push(place),
        }
    }
}

/// What an event is found by, noted while its JSON is at hand: whoever keeps the
/// lookup then need not read its entry for that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    occurred: i64,
    keys: Vec<u64>,
}

impl Note {
    /// Of a submission as it will stand in its entry.
    pub fn of(submission: &Json<'_>, hashing: &Hashing) -> Note {
        let mut keys = Vec::with_capacity(KEYS_USUAL);
        let occurred =
            extract_submitted(submission, |field, raw| keys.push(hashing.hash(field, raw)));
        Note { occurred, keys }
    }
}

/// A note of an entry that is durable, with when it was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Noted {
    pub note: Note,
    /// Microseconds since 1970 UTC.
    pub recorded: i64,
}

/// Keys of most entries: id, stream, type, unit, officer, item and a party or two.
const KEYS_USUAL: usize = 8;

/// One entry read, ready to be gathered: made outside of any lock.
pub struct Reading {
    span: Span,
    /// Where it was read from the entry; needed of a segment's first one only.
    previous: Option<Digest>,
    occurred: i64,
    recorded: i64,
    keys: Vec<u64>,
}

impl Reading {
    /// Reads an entry that stands at `offset` of its segment.
    pub fn new(entry: &[u8], offset: u64, hashing: &Hashing) -> Result<Reading, EntryError> {
        let fields = scan(entry)?;
        let mut keys = Vec::with_capacity(KEYS_USUAL);
        let times = extract(&fields, |field, raw| keys.push(hashing.hash(field, raw)));
        Ok(Reading {
            span: Span { offset, length: entry.len() as u16 },
            previous: Some(fields.previous),
            occurred: times.occurred,
            recorded: times.recorded,
            keys,
        })
    }

    /// What was noted of an entry of so many bytes that stands at `offset`.
    pub fn noted(noted: Noted, length: usize, offset: u64) -> Reading {
        let Noted { note, recorded } = noted;
        let span = Span { offset, length: length as u16 };
        Reading { span, previous: None, occurred: note.occurred, recorded, keys: note.keys }
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
        if let (0, Some(previous)) = (local, reading.previous) {
            self.previous = previous;
        }
        self.spans.push(reading.span);
        self.occurred.push(reading.occurred);
        self.recorded.push(reading.recorded);
        for key in reading.keys {
            self.keys.entry(key).or_insert(Places::One(local)).add(local);
        }
    }

    /// Says which entry was added last. Hashing only the last of many is what makes
    /// following cheap: the others' hashes stand in the entries after them.
    pub fn ends_with(&mut self, entry: &[u8]) {
        self.last = entry_hash(entry);
    }

    /// Places of the entries that a key may stand for.
    pub fn postings(&self, key: u64) -> &[u32] {
        self.keys.get(&key).map_or(&[], Places::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plumbline_replay::event::{register, schema};
    use plumbline_replay::integrity::entry::{Parts, Place};
    use plumbline_replay::integrity::json::parse;

    /// What is noted of a submission, and what is read from its entry.
    fn both(json: &Json<'_>) -> (Note, Note) {
        let hashing = Hashing::new([7; 16]);
        let recorded_at = "2026-03-05T08:20:11.000001Z";
        let place = Place { position: 3, previous: Digest([9; 32]), recorded_at, revision: 0 };
        let mut entry = Vec::new();
        Parts::of(json).unwrap().splice(&place, &mut entry);
        let read = Reading::new(&entry, 0, &hashing).unwrap();
        assert_eq!(read.previous, Some(place.previous));
        (Note::of(json, &hashing), Note { occurred: read.occurred, keys: read.keys })
    }

    #[test]
    fn what_is_noted_is_what_the_entry_says() {
        for event_type in register::all() {
            let mut json = schema::example(event_type);
            json.set("precision", Json::text("day"));
            let (noted, read) = both(&json);
            assert_eq!(noted, read, "{}", event_type.name);
            assert!(noted.keys.len() >= 3);
        }
        let odd = r#"{"actor":{"officer":7,"unit":"甲\"\\\n乙"},"id":"e","item":{"code":["x"]},
            "occurred_at":"2026-13-01T00:00:00Z","parties":[{"id":"p\t1"},{"id":2},{},3,{"id":"p2"}],
            "precision":"minute","source":{"system":"s"},"stream":"a/1","type":"t.v1"}"#;
        let (noted, read) = both(&parse(odd.as_bytes()).unwrap());
        assert_eq!(noted, read);
        assert_eq!((noted.keys.len(), noted.occurred), (6, i64::MIN));
    }
}
