//! Where entries are, over a whole log: one part a sealed segment on disk, the
//! open segment's part in memory, and a filter over all of them that says at once
//! that an id or a stream is new.
//!
//! Everything here is regrown from the log: a part file that is missing, damaged,
//! foreign or of another version is made again. Part files are not synced: a torn
//! one does not match its digest. Knows nothing of the write path.

use super::filter::Generations;
use super::gather::{Gather, Reading, Span};
use super::keys::{Field, Hashing, Query, is_unique};
use super::part::{Part, encode};
use crate::store::{Block, SegmentInfo, Store, StoreError};
use plumbline_replay::integrity::chain::entry_hash;
use plumbline_replay::integrity::entry::scan;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

const READ_BYTES: usize = 4 << 20;

/// The lookup of one log. Any thread may ask while one follows.
pub struct Lookup {
    pub(super) dir: PathBuf,
    store: Arc<dyn Store>,
    pub(super) hashing: Hashing,
    state: RwLock<State>,
    /// Held by whoever follows.
    following: Mutex<()>,
}

pub(super) struct State {
    pub parts: Arc<Vec<Arc<Part>>>,
    pub open: Gather,
    /// Ids and streams of all entries.
    filter: Generations,
}

impl Lookup {
    /// Opens the part files in `dir`, and makes those of sealed segments that are
    /// not there or not sound. Entries of the open segment are not looked at
    /// before [`Lookup::follow`]. The hash key need not be secret, but files made
    /// with another one are made again.
    pub fn open(
        dir: &Path,
        store: Arc<dyn Store>,
        hash_key: [u8; 16],
    ) -> Result<Lookup, StoreError> {
        // A folder that cannot be written only means that parts stay in memory.
        let _ = std::fs::create_dir_all(dir);
        let segments = store.segments()?;
        let empty = State {
            parts: Arc::default(),
            open: Gather::new(segments.last().map_or(0, |segment| segment.first_position)),
            filter: Generations::new(),
        };
        let lookup = Lookup {
            dir: dir.to_owned(),
            store,
            hashing: Hashing::new(hash_key),
            state: RwLock::new(empty),
            following: Mutex::new(()),
        };
        let mut parts = Vec::new();
        for segment in segments.iter().filter(|segment| segment.sealed && segment.count > 0) {
            let part = match lookup.sound_part(segment) {
                Some(part) => part,
                None => lookup.make(&lookup.gather(segment)?)?,
            };
            let keys = part.all_keys().map_err(|error| lookup.unreadable(&error))?;
            let mut state = lookup.write();
            keys.into_iter().filter(|&key| is_unique(key)).for_each(|key| state.filter.insert(key));
            parts.push(Arc::new(part));
        }
        lookup.write().parts = Arc::new(parts);
        Ok(lookup)
    }

    pub(super) fn state(&self) -> RwLockReadGuard<'_, State> {
        // Every change under the lock is a whole entry or a whole part.
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn unreadable(&self, error: &std::io::Error) -> StoreError {
        let place = self.dir.display();
        StoreError::Unavailable(format!(
            "{place}: {error}; delete the folder, it regrows by itself"
        ))
    }

    fn path(&self, segment: u64) -> PathBuf {
        self.dir.join(format!("{segment:020}.lookup"))
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

    /// Reads a sealed segment.
    fn gather(&self, segment: &SegmentInfo) -> Result<Gather, StoreError> {
        let mut gather = Gather::new(segment.first_position);
        let end = segment.first_position + segment.count;
        let mut next = segment.first_position;
        while next < end {
            let blocks = self.store.read(next, READ_BYTES)?;
            if blocks.is_empty() {
                return Err(StoreError::Damaged {
                    position: next,
                    what: "the log ends before its segment does".to_owned(),
                    place: "the log".to_owned(),
                });
            }
            for block in blocks.iter().filter(|block| block.segment == segment.first_position) {
                for reading in self.readings(block, next)? {
                    gather.add(reading);
                }
            }
            next = blocks.iter().map(block_end).max().unwrap_or(end);
        }
        Ok(gather)
    }

    fn readings(&self, block: &Block, from: u64) -> Result<Vec<Reading>, StoreError> {
        let mut out = Vec::with_capacity(block.count as usize);
        for (position, offset, entry) in block.entries().filter(|(at, _, _)| *at >= from) {
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
        // Two processes may make the same file; each renames its own.
        let temp = path.with_extension(format!("{}.tmp", std::process::id()));
        let written = std::fs::write(&temp, &bytes).and_then(|()| std::fs::rename(&temp, &path));
        let part = match written {
            Ok(()) => Part::load(&path, self.hashing.key()),
            Err(_) => None,
        };
        part.or_else(|| Part::in_memory(bytes, self.hashing.key())).ok_or_else(|| {
            StoreError::Unavailable(format!("{}: a lookup file came out wrong", path.display()))
        })
    }

    /// Takes in entries up to a size of the log, or all there are if that is
    /// less; returns how far the lookup has come.
    pub fn follow(&self, up_to: u64) -> Result<u64, StoreError> {
        let _one = self.following.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next = self.position();
        while next < up_to {
            let blocks = self.store.read(next, READ_BYTES)?;
            if blocks.is_empty() {
                break;
            }
            for block in &blocks {
                self.take(block, next)?;
                next = next.max(block_end(block));
            }
        }
        Ok(self.position())
    }

    fn take(&self, block: &Block, next: u64) -> Result<(), StoreError> {
        let readings = self.readings(block, next)?;
        if self.state().open.segment != block.segment {
            self.seal(block.segment)?;
        }
        let mut state = self.write();
        for reading in readings {
            for &key in reading.keys().iter().filter(|&&key| is_unique(key)) {
                state.filter.insert(key);
            }
            state.open.add(reading);
        }
        Ok(())
    }

    /// The open segment has been sealed and the next one has begun.
    fn seal(&self, next_segment: u64) -> Result<(), StoreError> {
        // Only the follower changes the state, so it may be read at leisure.
        let part = {
            let state = self.state();
            if state.open.count() == 0 { None } else { Some(self.make(&state.open)?) }
        };
        let mut state = self.write();
        if let Some(part) = part {
            let mut parts = state.parts.as_ref().clone();
            parts.push(Arc::new(part));
            state.parts = Arc::new(parts);
        }
        state.open = Gather::new(next_segment);
        Ok(())
    }

    /// Entries that the lookup speaks for.
    pub fn position(&self) -> u64 {
        let state = self.state();
        state.open.segment + state.open.count()
    }

    /// Bytes of memory for filters and parts, the open segment's own apart.
    pub fn memory(&self) -> usize {
        let state = self.state();
        state.filter.bytes() + state.parts.iter().map(|part| part.memory()).sum::<usize>()
    }

    /// One entry's bytes: one read where the lookup knows it, else through the
    /// log. `None` from the log's size on.
    pub fn entry(&self, position: u64) -> Result<Option<Vec<u8>>, StoreError> {
        if let Some((segment, span)) = self.span(position)? {
            let length = usize::from(span.length);
            return self.store.slice(segment, span.offset, length).map(Some);
        }
        let blocks = self.store.read(position, 1)?;
        let mut entries = blocks.iter().flat_map(Block::entries);
        Ok(entries.find(|(at, _, _)| *at == position).map(|(_, _, entry)| entry.to_vec()))
    }

    fn span(&self, position: u64) -> Result<Option<(u64, Span)>, StoreError> {
        let parts = {
            let state = self.state();
            if let Some(local) = position.checked_sub(state.open.segment) {
                let span = state.open.spans.get(local as usize);
                return Ok(span.map(|span| (state.open.segment, *span)));
            }
            state.parts.clone()
        };
        let after = parts.partition_point(|part| part.segment <= position);
        let Some(part) = after.checked_sub(1).and_then(|index| parts.get(index)) else {
            return Ok(None);
        };
        let span = part.span(position - part.segment).map_err(|error| self.unreadable(&error))?;
        Ok(span.map(|span| (part.segment, span)))
    }

    /// The position of the event with this id from this system. That an id is new
    /// is said from memory, whatever the size of the log.
    pub fn find_id(&self, system: &str, id: &str) -> Result<Option<u64>, StoreError> {
        let query = Query::new().with(Field::Id, id).system(system);
        let found = self.last_of(&query)?;
        Ok(found.map(|(position, _)| position))
    }

    /// Last revision of a stream and its position.
    pub fn stream_head(&self, stream: &str) -> Result<Option<(u64, u64)>, StoreError> {
        let query = Query::new().with(Field::Stream, stream);
        let Some((position, entry)) = self.last_of(&query)? else { return Ok(None) };
        Ok(scan(&entry).ok().map(|fields| (fields.revision, position)))
    }

    /// The last entry that fits a query by one id or stream.
    fn last_of(&self, query: &Query) -> Result<Option<(u64, Vec<u8>)>, StoreError> {
        let hashes = query.hashes(&self.hashing);
        let (parts, open, first) = {
            let state = self.state();
            if !hashes.iter().all(|&key| state.filter.may_hold(key)) {
                return Ok(None);
            }
            let key = hashes.first().copied().unwrap_or_default();
            (state.parts.clone(), state.open.postings(key).to_vec(), state.open.segment)
        };
        for local in open.into_iter().rev() {
            if let Some(found) = self.fitting(query, first + u64::from(local))? {
                return Ok(Some(found));
            }
        }
        for part in parts.iter().rev() {
            let Some(&key) = hashes.first().filter(|&&key| part.may_hold(key)) else { continue };
            let places = part.postings(key).map_err(|error| self.unreadable(&error))?;
            for local in places.into_iter().rev() {
                if let Some(found) = self.fitting(query, part.segment + u64::from(local))? {
                    return Ok(Some(found));
                }
            }
        }
        Ok(None)
    }

    pub(super) fn fitting(
        &self,
        query: &Query,
        position: u64,
    ) -> Result<Option<(u64, Vec<u8>)>, StoreError> {
        let entry = self.entry(position)?.filter(|entry| query.fits(entry));
        Ok(entry.map(|entry| (position, entry)))
    }
}

fn block_end(block: &Block) -> u64 {
    block.first_position + u64::from(block.count)
}
