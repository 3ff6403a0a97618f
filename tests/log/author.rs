//! Makes entries and frames that continue a log, as a sequencer would.

use plumbline::log::{Files, Options, SegmentLog};
use plumbline::store::{Acquired, Store, StoreError, Writer};
use plumbline_replay::integrity::chain::Digest;
use plumbline_replay::integrity::entry::{Parts, Place};
use plumbline_replay::integrity::frame::{FrameBuilder, FrameHeader};
use plumbline_replay::integrity::json::parse;
use plumbline_replay::integrity::tree::{Frontier, leaf_hash};
use std::path::Path;
use std::sync::Arc;

pub const ORIGIN: Digest = Digest([7; 32]);

/// Small segments, made by the writer itself: every file operation happens in
/// one order.
pub fn small(segment_bytes: u64) -> Options {
    Options { segment_bytes, least_size: 0, fill_ahead: false }
}

pub fn open(files: Arc<dyn Files>, dir: &Path, options: Options) -> SegmentLog {
    SegmentLog::create(files.as_ref(), dir).unwrap();
    SegmentLog::open(files, dir, Some(ORIGIN), options).unwrap()
}

/// One group of entries, framed.
#[derive(Clone)]
pub struct Group {
    pub header: FrameHeader,
    pub frame: Vec<u8>,
    pub last_hash: Digest,
    pub next: Frontier,
    pub entries: Vec<Vec<u8>>,
}

impl Group {
    pub fn append_to(&self, writer: &mut dyn Writer) -> Result<(), StoreError> {
        writer.append(&self.header, &self.frame, self.last_hash, &self.next)
    }
}

/// Knows the end of a log and every entry that it holds.
#[derive(Clone)]
pub struct Author {
    pub entries: Vec<Vec<u8>>,
    pub last_hash: Digest,
    pub frontier: Frontier,
}

impl Author {
    pub fn new() -> Author {
        Author { entries: Vec::new(), last_hash: Digest::ZERO, frontier: Frontier::new() }
    }

    /// The next group: one entry for each text, and disclosures.
    pub fn group(&self, epoch: u64, texts: &[&str], disclosures: &[u8]) -> Group {
        let first = self.entries.len() as u64;
        let mut frame = FrameBuilder::new(epoch, first, self.last_hash);
        let mut previous = self.last_hash;
        let mut next = self.frontier.clone();
        let mut entries = Vec::new();
        for (index, text) in texts.iter().enumerate() {
            let place = Place {
                position: first + index as u64,
                previous,
                recorded_at: "2026-03-05T08:20:11.000001Z",
                revision: 0,
            };
            let parts = submission(text);
            let (entry, hash) = frame.entry(|out| parts.splice(&place, out)).unwrap();
            next.push(leaf_hash(entry));
            entries.push(entry.to_vec());
            previous = hash;
        }
        frame.disclosures_mut().extend_from_slice(disclosures);
        Group {
            header: frame.header(),
            frame: frame.finish().to_vec(),
            last_hash: previous,
            next,
            entries,
        }
    }

    /// A group is in the log.
    pub fn accept(&mut self, group: &Group) {
        self.entries.extend(group.entries.iter().cloned());
        self.last_hash = group.last_hash;
        self.frontier = group.next.clone();
    }

    /// Appends a group and remembers it if it is acknowledged.
    pub fn append(&mut self, acquired: &mut Acquired, texts: &[&str]) -> Result<(), StoreError> {
        let group = self.group(acquired.epoch, texts, b"");
        group.append_to(acquired.writer.as_mut())?;
        self.accept(&group);
        Ok(())
    }
}

fn submission(text: &str) -> Parts {
    let json = format!(
        r#"{{"body":{{"text":"{text}"}},"id":"e","occurred_at":"2026-03-05T16:20:00+08:00",
        "precision":"minute","source":{{"system":"test"}},"stream":"s/1","type":"test.v1"}}"#
    );
    let canonical = parse(json.as_bytes()).unwrap().to_bytes();
    Parts::new(canonical).unwrap()
}

/// Everything a store gives back, entry by entry, read in pieces.
pub fn read_all(store: &dyn Store, max_bytes: usize) -> Result<Vec<Vec<u8>>, StoreError> {
    let mut out: Vec<Vec<u8>> = Vec::new();
    loop {
        let blocks = store.read(out.len() as u64, max_bytes)?;
        if blocks.is_empty() {
            return Ok(out);
        }
        for block in blocks {
            assert_eq!(block.first_position, out.len() as u64);
            assert_eq!(block.entries().count(), block.count as usize);
            out.extend(block.entries().map(|(_, _, entry)| entry.to_vec()));
        }
    }
}
