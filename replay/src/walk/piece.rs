//! Vouching for a piece of a log without knowing what is before it.
//!
//! What a piece says of its own beginning (position, link, revisions, time) is
//! taken as true and handed on; whoever joins the pieces compares it.

use super::closings::{Noted, noted};
use super::keys::{Stated, stated};
use super::openings::{Met, met};
use super::plain::Seen;
use super::revisions::{ByStream, Keys, StreamKey};
use crate::integrity::chain::Digest;
use crate::integrity::entry::scan;
use crate::integrity::frame::{FRAME_HEADER_BYTES, FRAME_TRAILER_BYTES, FrameHeader, seal};
use crate::integrity::links::Links;
use crate::integrity::strict::StrictReader;
use crate::integrity::tree::{Range, leaf_hash};
use crate::{roles, streams, succession};
use std::collections::hash_map::Entry;

/// What stands in a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    Frames,
    /// Entries, one a line.
    Lines,
}

/// What is asked of all pieces.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    /// Sizes whose root is wanted, rising.
    pub sizes: &'a [u64],
    /// Positions whose entry is wanted, rising.
    pub positions: &'a [u64],
}

/// A stream's entries in a piece: their revisions follow each other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stream {
    pub key: StreamKey,
    pub first: u64,
    /// After the last one.
    pub next: u64,
}

/// The part of a piece that is sound if what it says of its beginning is true.
#[derive(Debug, Default)]
pub(super) struct Checked {
    /// Bytes of the piece that are vouched for.
    pub bytes: usize,
    /// Frames or lines among them.
    pub parts: u64,
    /// Said of the entry before.
    pub previous: Digest,
    pub last_hash: Digest,
    pub first_recorded: String,
    pub last_recorded: String,
    start: u64,
    pub tree: Range,
    /// The tree up to each size asked for.
    pub ranges: Vec<(u64, Range)>,
    pub seen: Vec<(u64, Seen)>,
    pub noted: Vec<Noted>,
    pub met: Vec<Met>,
    pub stated: Vec<Stated>,
    /// Entry 0, which says which log this is.
    pub created: Option<Vec<u8>>,
    /// In the order of their first entries.
    pub streams: Vec<Stream>,
}

impl Checked {
    /// The position of the first entry.
    pub(super) fn tree_start(&self) -> u64 {
        self.start
    }
}

/// Checks pieces one after another, keeping its working memory.
pub(super) struct Checker<'a> {
    asked: Asked<'a>,
    keys: Keys,
    reader: StrictReader,
    /// Index of each stream in [`Checked::streams`].
    places: ByStream<usize>,
    links: Links,
    /// Links of the frame under way, one after another.
    sealed: Vec<u8>,
    /// The last link in hexadecimal, as the next entry must name it.
    expected: [u8; 64],
    last_recorded: Vec<u8>,
    out: Checked,
}

impl<'a> Checker<'a> {
    pub(super) fn new(asked: Asked<'a>, keys: Keys) -> Checker<'a> {
        Checker {
            asked,
            keys,
            reader: StrictReader::new(),
            places: ByStream::default(),
            links: Links::default(),
            sealed: Vec::new(),
            expected: [0; 64],
            last_recorded: Vec::new(),
            out: Checked::default(),
        }
    }

    /// Vouches for the piece up to the first frame or line that is not surely as
    /// it must be.
    pub(super) fn check(&mut self, bytes: &[u8], content: Content) -> Checked {
        let sound = self.run(bytes, content);
        if sound < bytes.len() {
            // The part that failed has left traces: once more without it.
            self.run(&bytes[..sound], content);
        }
        self.out.bytes = sound;
        self.out.last_recorded = text(&self.last_recorded);
        std::mem::take(&mut self.out)
    }

    /// Bytes up to the first part that fails.
    fn run(&mut self, bytes: &[u8], content: Content) -> usize {
        self.out = Checked::default();
        self.places.clear();
        self.last_recorded.clear();
        let (mut at, mut parts, mut entries) = (0, Vec::new(), Vec::new());
        while at < bytes.len() {
            parts.clear();
            entries.clear();
            let mut rest = &bytes[at..];
            while !rest.is_empty() && entries.len() < HASHED_AT_ONCE {
                let Some(part) = part(rest, content, &mut entries) else { break };
                rest = &rest[part.bytes..];
                parts.push(part);
            }
            let mut links = std::mem::take(&mut self.links);
            let sound = self.parts(&parts, &entries, links.of(&entries));
            self.links = links;
            at += sound.bytes;
            self.out.parts += sound.parts;
            if parts.is_empty() || sound.parts < parts.len() as u64 {
                break;
            }
        }
        at
    }

    /// How many of these parts are sound. `entries` and their links are those of all.
    fn parts(&mut self, parts: &[Part<'_>], entries: &[&[u8]], links: &[Digest]) -> Sound {
        let mut sound = Sound { parts: 0, bytes: 0 };
        let (mut entries, mut links) = (entries, links);
        for part in parts {
            let (own, own_links);
            (own, entries) = entries.split_at(part.entries);
            (own_links, links) = links.split_at(part.entries);
            let begun = self.out.parts + sound.parts > 0;
            let checked = match &part.frame {
                Some(frame) => self.frame(frame, own, own_links, begun),
                None => self.line(own, own_links, begun),
            };
            if checked.is_none() {
                break;
            }
            sound.parts += 1;
            sound.bytes += part.bytes;
        }
        sound
    }

    fn frame(
        &mut self,
        frame: &Framed<'_>,
        entries: &[&[u8]],
        links: &[Digest],
        begun: bool,
    ) -> Option<()> {
        let header = &frame.header;
        if !begun {
            self.begin(header.first_position, header.previous);
        }
        if header.first_position != self.out.tree.end() || header.previous != self.out.last_hash {
            return None;
        }
        self.sealed.clear();
        for (entry, link) in entries.iter().zip(links) {
            self.entry(entry, *link)?;
            self.sealed.extend_from_slice(&link.0);
        }
        (seal(frame.head, &self.sealed, frame.disclosures).0 == frame.trailer).then_some(())
    }

    fn line(&mut self, entries: &[&[u8]], links: &[Digest], begun: bool) -> Option<()> {
        let (entry, link) = (entries.first()?, links.first()?);
        if !begun {
            let fields = scan(entry).ok()?;
            self.begin(fields.position, fields.previous);
        }
        self.entry(entry, *link)
    }

    fn begin(&mut self, position: u64, previous: Digest) {
        self.out.start = position;
        self.out.tree = Range::new(position);
        self.out.previous = previous;
        self.out.last_hash = previous;
        self.expected = previous.hex();
    }

    /// Takes an entry that is canonical and continues the one before it.
    fn entry(&mut self, bytes: &[u8], hash: Digest) -> Option<()> {
        let entry = self.reader.entry(bytes)?;
        let position = self.out.tree.end();
        if entry.position != position || entry.previous != self.expected {
            return None;
        }
        if entry.recorded_at <= self.last_recorded.as_slice() {
            return None;
        }
        if self.last_recorded.is_empty() {
            self.out.first_recorded = text(entry.recorded_at);
        }
        self.last_recorded.clear();
        self.last_recorded.extend_from_slice(entry.recorded_at);
        let key = self.keys.of(entry.stream);
        match self.places.entry(key) {
            Entry::Vacant(place) => {
                place.insert(self.out.streams.len());
                let (first, next) = (entry.revision, entry.revision + 1);
                self.out.streams.push(Stream { key, first, next });
            }
            Entry::Occupied(place) => {
                let stream = self.out.streams.get_mut(*place.get())?;
                if entry.revision != stream.next {
                    return None;
                }
                stream.next += 1;
            }
        }
        if entry.stream == succession::STREAM.as_bytes()
            && let Some(stated) = stated(&scan(bytes).ok()?)
        {
            self.out.stated.push(stated);
            // The root of what comes before it is asked for.
            self.out.ranges.push((position, self.out.tree.clone()));
        }
        self.out.tree.push(leaf_hash(bytes));
        self.out.last_hash = hash;
        self.expected = hash.hex();
        if position == 0 {
            self.out.created = Some(bytes.to_vec());
        }
        if self.asked.positions.binary_search(&position).is_ok() {
            let id = scan(bytes).ok()?.id.to_owned();
            self.out.seen.push((position, Seen { hash, leaf: leaf_hash(bytes), id }));
        }
        if entry.stream == streams::STREAM.as_bytes() {
            self.out.noted.extend(noted(&scan(bytes).ok()?));
        }
        if [roles::STREAM, roles::ACCESS_STREAM].iter().any(|s| entry.stream == s.as_bytes()) {
            self.out.met.extend(met(&scan(bytes).ok()?));
        }
        if self.asked.sizes.binary_search(&(position + 1)).is_ok() {
            self.out.ranges.push((position + 1, self.out.tree.clone()));
        }
        Some(())
    }
}

/// Entries hashed together: enough of each length, and still in the cache when
/// they are looked at.
const HASHED_AT_ONCE: usize = 128;

/// A frame or a line that has its form; nothing in it is checked yet.
struct Part<'a> {
    bytes: usize,
    entries: usize,
    /// `None` for a line.
    frame: Option<Framed<'a>>,
}

/// What is around a frame's entries.
struct Framed<'a> {
    header: FrameHeader,
    head: &'a [u8],
    disclosures: &'a [u8],
    trailer: &'a [u8],
}

/// How much of what was looked at is sound.
struct Sound {
    parts: u64,
    bytes: usize,
}

/// The entries of each frame or line of a piece, up to the first that has not its
/// form. Nothing of them is checked.
pub(super) fn parts_of(mut bytes: &[u8], content: Content) -> impl Iterator<Item = Vec<&[u8]>> {
    std::iter::from_fn(move || {
        let mut entries = Vec::new();
        let taken = (!bytes.is_empty()).then(|| part(bytes, content, &mut entries)).flatten()?;
        bytes = &bytes[taken.bytes..];
        Some(entries)
    })
}

/// Takes the next part apart; its entries come after those already there.
fn part<'a>(bytes: &'a [u8], content: Content, entries: &mut Vec<&'a [u8]>) -> Option<Part<'a>> {
    if content == Content::Lines {
        let length = memchr(b'\n', bytes);
        entries.push(&bytes[..length]);
        return Some(Part { bytes: (length + 1).min(bytes.len()), entries: 1, frame: None });
    }
    let before = entries.len();
    let framed = framed(bytes, entries);
    if framed.is_none() {
        entries.truncate(before);
    }
    let frame = framed?;
    let whole = frame.header.frame_bytes();
    Some(Part { bytes: whole, entries: entries.len() - before, frame: Some(frame) })
}

fn framed<'a>(bytes: &'a [u8], entries: &mut Vec<&'a [u8]>) -> Option<Framed<'a>> {
    let header = FrameHeader::decode(bytes)?;
    let whole = bytes.get(..header.frame_bytes())?;
    let (head, rest) = whole.split_at_checked(FRAME_HEADER_BYTES)?;
    let (mut left, rest) = rest.split_at_checked(header.entries_bytes as usize)?;
    let (disclosures, trailer) =
        rest.split_at_checked(rest.len().checked_sub(FRAME_TRAILER_BYTES)?)?;
    for _ in 0..header.count {
        let (length, after) = left.split_first_chunk::<2>()?;
        let (entry, after) = after.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        entries.push(entry);
        left = after;
    }
    left.is_empty().then_some(Framed { header, head, disclosures, trailer })
}

/// The strict reader has found these bytes to be UTF-8.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Where a byte stands first, or the end.
fn memchr(byte: u8, bytes: &[u8]) -> usize {
    bytes.iter().position(|found| *found == byte).unwrap_or(bytes.len())
}
