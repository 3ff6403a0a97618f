//! The lookup file of one sealed segment: immutable, sorted, disposable.
//!
//! All numbers are little-endian. A header of 128 bytes (magic, version, the
//! segment's first position, entries, keys, bytes of postings, the hash key, the
//! link before the first entry, BLAKE3 of the last); for each entry its place in
//! the segment (5 bytes offset, 2 bytes length), then when it occurred and when
//! it was recorded (8 bytes each, microseconds); the keys ascending with where
//! their postings begin (8 + 4 bytes, and one more as the end); postings as LEB128
//! differences; BLAKE3 of all that. Knows nothing of what a key stands for.

use super::filter::Filter;
use super::gather::{Gather, Span};
use plumbline_replay::integrity::chain::Digest;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

const MAGIC: &[u8; 8] = b"PLUMBLKP";
const VERSION: u32 = 1;
const HEADER: usize = 128;
const DIGEST: usize = 32;
const SPAN: u64 = 7;
const TIME: u64 = 8;
const KEY: u64 = 12;
/// Keys read at once around the place where one is expected.
const WINDOW: u64 = 256;
/// Offsets are kept in five bytes; a segment never comes near that.
const OFFSET_MAX: u64 = (1 << 40) - 1;

enum Source {
    File(File),
    /// Where the folder cannot be written, the file's bytes.
    Memory(Vec<u8>),
}

/// A sealed segment's lookup part, open for questions.
pub struct Part {
    source: Source,
    /// First position of the segment.
    pub segment: u64,
    pub count: u64,
    keys: u64,
    postings_bytes: u64,
    /// Earliest and latest time at which something occurred.
    pub occurred: (i64, i64),
    pub first_recorded: i64,
    /// BLAKE3 of the last entry.
    pub last: Digest,
    filter: Filter,
}

/// The bytes of a part file.
pub fn encode(gather: &Gather, hash_key: &[u8; 16]) -> Vec<u8> {
    let mut keys: Vec<_> = gather.keys.iter().collect();
    keys.sort_unstable_by_key(|(key, _)| **key);
    let mut directory = Vec::with_capacity((keys.len() + 1) * KEY as usize);
    let mut postings = Vec::new();
    for (key, places) in &keys {
        directory.extend_from_slice(&key.to_le_bytes());
        directory.extend_from_slice(&(postings.len() as u32).to_le_bytes());
        let mut before = 0;
        for &place in places.as_slice() {
            write_leb128(place - before, &mut postings);
            before = place;
        }
    }
    directory.extend_from_slice(&u64::MAX.to_le_bytes());
    directory.extend_from_slice(&(postings.len() as u32).to_le_bytes());

    let rows = gather.spans.len() * (SPAN + 2 * TIME) as usize;
    let mut out = Vec::with_capacity(HEADER + rows + directory.len() + postings.len() + DIGEST);
    out.extend_from_slice(MAGIC);
    out.extend_from_slice(&VERSION.to_le_bytes());
    out.extend_from_slice(&[0; 4]);
    let numbers = [gather.segment, gather.count(), keys.len() as u64, postings.len() as u64];
    numbers.iter().for_each(|number| out.extend_from_slice(&number.to_le_bytes()));
    out.extend_from_slice(hash_key);
    out.extend_from_slice(&gather.previous.0);
    out.extend_from_slice(&gather.last.0);
    for span in &gather.spans {
        out.extend_from_slice(&span.offset.min(OFFSET_MAX).to_le_bytes()[..5]);
        out.extend_from_slice(&span.length.to_le_bytes());
    }
    for time in gather.occurred.iter().chain(&gather.recorded) {
        out.extend_from_slice(&time.to_le_bytes());
    }
    out.extend_from_slice(&directory);
    out.extend_from_slice(&postings);
    let digest = blake3::hash(&out);
    out.extend_from_slice(digest.as_bytes());
    out
}

fn write_leb128(mut value: u32, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Reads differences back; `None` if the bytes end early or run over `count`.
fn read_postings(bytes: &[u8], count: u64) -> Option<Vec<u32>> {
    let mut out = Vec::new();
    let (mut place, mut value, mut shift) = (0u64, 0u64, 0u32);
    for byte in bytes {
        value |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            place += value;
            out.push(u32::try_from(place).ok().filter(|&place| u64::from(place) < count)?);
            (value, shift) = (0, 0);
        } else if shift > 28 {
            return None;
        }
    }
    (shift == 0).then_some(out)
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..).and_then(|b| b.first_chunk()).map_or(0, |b| u64::from_le_bytes(*b))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(|b| b.first_chunk()).map_or(0, |b| u32::from_le_bytes(*b))
}

fn digest_at(bytes: &[u8], at: usize) -> Digest {
    bytes.get(at..).and_then(|b| b.first_chunk()).map_or(Digest::ZERO, |b| Digest(*b))
}

fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a lookup file changed while it was open")
}

impl Part {
    /// Opens a part file, whole and for this hash key; `None` if it is not that,
    /// and must be made again.
    pub fn load(path: &Path, hash_key: &[u8; 16]) -> Option<Part> {
        let bytes = std::fs::read(path).ok()?;
        let file = File::open(path).ok()?;
        Part::from_bytes(&bytes, hash_key, Source::File(file))
    }

    /// A part that is kept in memory only.
    pub fn in_memory(bytes: Vec<u8>, hash_key: &[u8; 16]) -> Option<Part> {
        let mut part = Part::from_bytes(&bytes, hash_key, Source::Memory(Vec::new()))?;
        part.source = Source::Memory(bytes);
        Some(part)
    }

    fn from_bytes(bytes: &[u8], hash_key: &[u8; 16], source: Source) -> Option<Part> {
        let body = bytes.len().checked_sub(DIGEST).filter(|&body| body >= HEADER)?;
        let (content, digest) = bytes.split_at(body);
        let sound = content.starts_with(MAGIC)
            && u32_at(content, 8) == VERSION
            && content[48..64] == *hash_key
            && *blake3::hash(content).as_bytes() == *digest;
        if !sound {
            return None;
        }
        let [segment, count, keys, postings_bytes] = [16, 24, 32, 40].map(|at| u64_at(content, at));
        let mut part = Part {
            source,
            segment,
            count,
            keys,
            postings_bytes,
            occurred: (i64::MAX, i64::MIN),
            first_recorded: 0,
            last: digest_at(content, 96),
            filter: Filter::with_capacity(keys.min(body as u64)),
        };
        // Each of the numbers is bounded by the file before they are multiplied.
        let bounded = [count, keys, postings_bytes].iter().all(|&number| number <= body as u64);
        if count == 0 || !bounded || part.postings_at() + postings_bytes != body as u64 {
            return None;
        }
        part.first_recorded = u64_at(content, part.recorded_at() as usize) as i64;
        let times = &content[part.occurred_at() as usize..part.recorded_at() as usize];
        for time in times.chunks_exact(TIME as usize) {
            let time = u64_at(time, 0) as i64;
            part.occurred = (part.occurred.0.min(time), part.occurred.1.max(time));
        }
        let directory = &content[part.directory_at() as usize..];
        for row in directory.chunks_exact(KEY as usize).take(keys as usize) {
            part.filter.insert(u64_at(row, 0));
        }
        Some(part)
    }

    fn occurred_at(&self) -> u64 {
        HEADER as u64 + self.count * SPAN
    }

    fn recorded_at(&self) -> u64 {
        self.occurred_at() + self.count * TIME
    }

    fn directory_at(&self) -> u64 {
        self.recorded_at() + self.count * TIME
    }

    fn postings_at(&self) -> u64 {
        self.directory_at() + (self.keys + 1) * KEY
    }

    fn read(&self, at: u64, length: u64) -> io::Result<Vec<u8>> {
        match &self.source {
            Source::File(file) => {
                let mut bytes = vec![0; length as usize];
                file.read_exact_at(&mut bytes, at)?;
                Ok(bytes)
            }
            Source::Memory(bytes) => {
                let range = at as usize..(at + length) as usize;
                bytes.get(range).map(<[u8]>::to_vec).ok_or_else(damaged)
            }
        }
    }

    /// Bytes of memory that the part takes.
    pub fn memory(&self) -> usize {
        let kept = match &self.source {
            Source::File(_) => 0,
            Source::Memory(bytes) => bytes.len(),
        };
        kept + self.filter.bytes()
    }

    /// False only if no entry of the segment has the key.
    pub fn may_hold(&self, key: u64) -> bool {
        self.filter.may_hold(key)
    }

    /// Every key, ascending.
    pub fn all_keys(&self) -> io::Result<Vec<u64>> {
        let bytes = self.read(self.directory_at(), self.keys * KEY)?;
        Ok(bytes.chunks_exact(KEY as usize).map(|row| u64_at(row, 0)).collect())
    }

    /// Where an entry is, by its place in the segment.
    pub fn span(&self, local: u64) -> io::Result<Option<Span>> {
        if local >= self.count {
            return Ok(None);
        }
        Ok(self.spans(local, local + 1)?.pop())
    }

    /// The same for the entries from one place up to another.
    pub fn spans(&self, from: u64, to: u64) -> io::Result<Vec<Span>> {
        let length = to.min(self.count).saturating_sub(from) * SPAN;
        let rows = self.read(HEADER as u64 + from * SPAN, length)?;
        let (rows, _) = rows.as_chunks::<{ SPAN as usize }>();
        let span = |row: &[u8; SPAN as usize]| {
            let mut offset = [0; 8];
            offset[..5].copy_from_slice(&row[..5]);
            let length = u16::from_le_bytes([row[5], row[6]]);
            Span { offset: u64::from_le_bytes(offset), length }
        };
        Ok(rows.iter().map(span).collect())
    }

    /// When the entries from one place up to another occurred.
    pub fn occurred_between(&self, from: u64, to: u64) -> io::Result<Vec<i64>> {
        let length = to.min(self.count).saturating_sub(from) * TIME;
        let bytes = self.read(self.occurred_at() + from * TIME, length)?;
        Ok(bytes.chunks_exact(TIME as usize).map(|time| u64_at(time, 0) as i64).collect())
    }

    /// Entries of the segment recorded before a moment.
    pub fn recorded_before(&self, micros: i64) -> io::Result<u64> {
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low + (high - low) / 2;
            let time = self.read(self.recorded_at() + middle * TIME, TIME)?;
            if (u64_at(&time, 0) as i64) < micros {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }

    /// Places of the entries that a key may stand for, ascending.
    ///
    /// Keys are evenly spread, so that a key's row is guessed from its value and
    /// found in one read of a window around it, with few exceptions.
    pub fn postings(&self, key: u64) -> io::Result<Vec<u32>> {
        if !self.may_hold(key) {
            return Ok(Vec::new());
        }
        let guess = ((u128::from(key) * u128::from(self.keys)) >> 64) as u64;
        let mut reach = WINDOW;
        loop {
            let from = guess.saturating_sub(reach);
            let to = (guess + reach).min(self.keys);
            let rows = self.read(self.directory_at() + from * KEY, (to + 1 - from) * KEY)?;
            let at = |row: u64| u64_at(&rows, (row * KEY) as usize);
            let count = to - from;
            let starts_before = from == 0 || at(0) <= key;
            let ends_after = to == self.keys || at(count) >= key;
            if starts_before && ends_after {
                return self.postings_among(&rows, key);
            }
            reach *= 4;
        }
    }

    fn postings_among(&self, rows: &[u8], key: u64) -> io::Result<Vec<u32>> {
        let rows: Vec<&[u8]> = rows.chunks_exact(KEY as usize).collect();
        let Some((_, own)) = rows.split_last() else { return Ok(Vec::new()) };
        let Ok(row) = own.binary_search_by_key(&key, |row| u64_at(row, 0)) else {
            // The last row read is a key of its own unless it is the end.
            return match rows.last() {
                Some(last) if u64_at(last, 0) == key => self.postings_exactly(key),
                _ => Ok(Vec::new()),
            };
        };
        let range = (u64::from(u32_at(rows[row], 8)), u64::from(u32_at(rows[row + 1], 8)));
        self.postings_in(range)
    }

    /// A key whose row ended the window: a plain binary search.
    fn postings_exactly(&self, key: u64) -> io::Result<Vec<u32>> {
        let (mut low, mut high) = (0, self.keys);
        while low < high {
            let middle = low + (high - low) / 2;
            let rows = self.read(self.directory_at() + middle * KEY, 2 * KEY)?;
            match u64_at(&rows, 0).cmp(&key) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => {
                    let ends = (u64::from(u32_at(&rows, 8)), u64::from(u32_at(&rows, 20)));
                    return self.postings_in(ends);
                }
            }
        }
        Ok(Vec::new())
    }

    fn postings_in(&self, (from, to): (u64, u64)) -> io::Result<Vec<u32>> {
        if from > to || to > self.postings_bytes {
            return Err(damaged());
        }
        let bytes = self.read(self.postings_at() + from, to - from)?;
        read_postings(&bytes, self.count).ok_or_else(damaged)
    }
}
