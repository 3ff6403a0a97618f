//! Bringing a lookup up to the log: sealed segments by their part files, or by
//! reading them and making the file; the last segment by reading it.
//!
//! Opening, catching up and following are this one path. Two processes may make
//! the same file: each writes its own and renames it whole.

use super::filter::Generations;
use super::gather::{Gather, Reading};
use super::keys::is_unique;
use super::lookup::Lookup;
use super::part::{Part, encode};
use crate::derived::write_whole;
use crate::store::{Block, SegmentInfo, StoreError};
use plumbline_replay::integrity::chain::entry_hash;
use std::sync::Arc;

const READ_BYTES: usize = 4 << 20;
/// Entries taken in under one lock: who asks meanwhile waits some microseconds.
const TAKEN_AT_ONCE: usize = 64;

/// What one step of following did.
enum Step {
    Moved,
    /// Nothing more is committed.
    AtEnd,
}

impl Lookup {
    /// Takes in entries up to a size of the log, or all there are if that is
    /// less; returns how far the lookup has come. After an error it speaks for
    /// the entries before the one that could not be read.
    pub fn follow(&self, up_to: u64) -> Result<u64, StoreError> {
        let _one = self.hold();
        while self.position() < up_to {
            if let Step::AtEnd = self.step()? {
                break;
            }
        }
        Ok(self.position())
    }

    fn step(&self) -> Result<Step, StoreError> {
        let (next, at_boundary) = {
            let state = self.state();
            (state.open.segment + state.open.count(), state.open.count() == 0)
        };
        if at_boundary {
            let begins = |segment: &SegmentInfo| {
                segment.sealed && segment.count > 0 && segment.first_position == next
            };
            let found = self.store.segments()?.into_iter().find(begins);
            if let Some(part) = found.and_then(|segment| self.sound_part(&segment)) {
                self.push(part)?;
                return Ok(Step::Moved);
            }
        }
        let blocks = self.store.read(next, READ_BYTES)?;
        for block in &blocks {
            if !self.take(block)? {
                break;
            }
        }
        Ok(if blocks.is_empty() { Step::AtEnd } else { Step::Moved })
    }

    /// Takes a block of the open segment. If it is of the next one, the open one
    /// has been sealed: false, since the next may have a part file already.
    fn take(&self, block: &Block) -> Result<bool, StoreError> {
        let (segment, next) = {
            let state = self.state();
            (state.open.segment, state.open.segment + state.open.count())
        };
        if block.segment != segment && next > segment {
            let part = self.make(&self.state().open)?;
            self.push(part)?;
            return Ok(false);
        }
        let readings = self.readings(block, next)?;
        if let Some(known) = &self.known {
            let keys = readings.iter().flat_map(|reading| reading.keys().iter().copied());
            remember(known, keys);
        }
        let mut readings = readings.into_iter();
        while readings.len() > 0 {
            let some = readings.by_ref().take(TAKEN_AT_ONCE);
            self.change(|state| some.for_each(|reading| state.open.add(reading)));
        }
        if let Some((_, _, last)) = block.entries().last() {
            self.change(|state| state.open.ends_with(last));
        }
        Ok(true)
    }

    /// Adds the part of the segment that begins where the lookup ends, in place
    /// of what was gathered of it.
    fn push(&self, part: Part) -> Result<(), StoreError> {
        if let Some(known) = &self.known {
            let keys = part.all_keys().map_err(|error| self.unreadable(&error))?;
            remember(known, keys.into_iter());
        }
        self.change(|state| {
            state.open = Gather::new(part.segment + part.count);
            let mut parts = state.parts.as_ref().clone();
            parts.push(Arc::new(part));
            state.parts = Arc::new(parts);
        });
        Ok(())
    }

    /// The part file of a sealed segment, if it is sound and speaks of exactly
    /// these entries: the last one's hash commits to all before it.
    fn sound_part(&self, segment: &SegmentInfo) -> Option<Part> {
        let part = Part::load(&self.path(segment.first_position), self.hashing.key())?;
        if part.segment != segment.first_position || part.count != segment.count {
            return None;
        }
        let span = part.span(part.count - 1).ok()??;
        let length = usize::from(span.length);
        let last = self.store.slice(part.segment, span.offset, length).ok()?;
        (entry_hash(&last) == part.last).then_some(part)
    }

    fn readings(&self, block: &Block, from: u64) -> Result<Vec<Reading>, StoreError> {
        let mut out = Vec::with_capacity(block.count as usize);
        let mut noted = self.noted(block.first_position + u64::from(block.count));
        for (position, offset, entry) in block.entries().filter(|(at, _, _)| *at >= from) {
            // A segment's first entry says what the segment continues.
            if let Some(noted) = noted(position).filter(|_| position > block.segment) {
                out.push(Reading::noted(noted, entry.len(), offset));
                continue;
            }
            let reading = Reading::new(entry, offset, &self.hashing).map_err(|error| {
                let place = format!("segment {} byte {offset}", block.segment);
                StoreError::Damaged { position, what: error.to_string(), place }
            })?;
            out.push(reading);
        }
        Ok(out)
    }

    /// Writes a part file and opens it; where it cannot be written, the part is
    /// kept in memory.
    fn make(&self, gather: &Gather) -> Result<Part, StoreError> {
        let bytes = encode(gather, self.hashing.key());
        let path = self.path(gather.segment);
        let part = match write_whole(&path, &bytes) {
            Ok(()) => Part::load(&path, self.hashing.key()),
            Err(_) => None,
        };
        part.or_else(|| Part::in_memory(bytes, self.hashing.key())).ok_or_else(|| {
            StoreError::Unavailable(format!("{}: a lookup file came out wrong", path.display()))
        })
    }
}

fn remember(known: &Generations, keys: impl Iterator<Item = u64>) {
    keys.filter(|&key| is_unique(key)).for_each(|key| known.insert(key));
}
