//! Where entries are, over a whole log: one part a sealed segment on disk, the
//! open segment's part in memory, and a filter over all of them that says at once
//! that an id or a stream is new.
//!
//! Everything here is regrown from the log: a part file that is missing, damaged,
//! foreign or of another version is made again. Part files are not synced: a torn
//! one does not match its digest. Knows nothing of the write path.

use super::filter::Generations;
use super::gather::{Gather, Noted, Span};
use super::keys::{Field, Hashing, Query, raw};
use super::part::Part;
use crate::store::{Block, Store, StoreError};
use plumbline_replay::integrity::entry::scan;
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

/// The lookup of one log. Any thread may ask while one follows.
pub struct Lookup {
    pub(super) dir: PathBuf,
    pub(super) store: Arc<dyn Store>,
    pub(super) hashing: Hashing,
    /// Ids and streams of all entries, for whoever must hear at once that one is
    /// new, whatever the size of the log.
    pub(super) known: Option<Generations>,
    state: RwLock<State>,
    /// Where `state` has come to, for who asks after every commit and must not wait
    /// for it.
    position: AtomicU64,
    /// Held by whoever follows.
    pub(super) following: Mutex<()>,
    /// Notes of entries that have not been followed to yet.
    notes: Mutex<Notes>,
}

/// Most entries of which notes are kept; the others are read when they are come to.
const NOTES_MAX: usize = 1 << 16;

/// What whoever recorded entries has noted of them, frame by frame.
#[derive(Default)]
struct Notes {
    frames: VecDeque<(u64, Vec<Option<Noted>>)>,
    entries: usize,
}

pub(super) struct State {
    pub parts: Arc<Vec<Arc<Part>>>,
    pub open: Gather,
}

impl Lookup {
    /// A lookup whose part files are in `dir`. It speaks for no entry before
    /// [`Lookup::follow`]. The hash key need not be secret, but files made with
    /// another one are made again.
    pub fn new(dir: &Path, store: Arc<dyn Store>, hash_key: [u8; 16]) -> Lookup {
        let empty = State { parts: Arc::default(), open: Gather::new(0) };
        Lookup {
            dir: dir.to_owned(),
            store,
            hashing: Hashing::new(hash_key),
            known: None,
            state: RwLock::new(empty),
            position: AtomicU64::new(0),
            following: Mutex::new(()),
            notes: Mutex::default(),
        }
    }

    /// The same for a writer, who asks of every event whether its id and stream
    /// are new: two bytes of memory an entry answer that.
    pub fn for_writer(dir: &Path, store: Arc<dyn Store>, hash_key: [u8; 16]) -> Lookup {
        Lookup { known: Some(Generations::new()), ..Lookup::new(dir, store, hash_key) }
    }

    pub(super) fn state(&self) -> RwLockReadGuard<'_, State> {
        // Every change under the lock is a whole entry or a whole part.
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes what the lookup knows: by a whole entry or a whole part.
    pub(super) fn change(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        change(&mut state);
        let position = state.open.segment + state.open.count();
        drop(state);
        // Whoever sees it finds what it speaks for.
        self.position.store(position, Ordering::Release);
    }

    /// Tells what was noted of entries that are durable, from a position on: a help
    /// that may be given or not. Only where they stand is read from the log then.
    pub fn tell(&self, first_position: u64, noted: Vec<Option<Noted>>) {
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        if notes.entries + noted.len() <= NOTES_MAX {
            notes.entries += noted.len();
            notes.frames.push_back((first_position, noted));
        }
    }

    /// Takes what was noted of the entries before a position, to be asked for one
    /// after the other.
    pub(super) fn noted(&self, to: u64) -> impl FnMut(u64) -> Option<Noted> + use<> {
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        let before = notes.frames.partition_point(|(first, _)| *first < to);
        let mut frames: VecDeque<_> = notes.frames.drain(..before).collect();
        notes.entries -= frames.iter().map(|(_, noted)| noted.len()).sum::<usize>();
        drop(notes);
        move |position| {
            while frames
                .front()
                .is_some_and(|(first, noted)| first + noted.len() as u64 <= position)
            {
                frames.pop_front();
            }
            let (first, noted) = frames.front_mut()?;
            noted.get_mut(position.checked_sub(*first)? as usize)?.take()
        }
    }

    /// How this lookup's keys are hashed, for whoever notes them.
    pub fn hashing(&self) -> Hashing {
        self.hashing
    }

    pub(super) fn unreadable(&self, error: &std::io::Error) -> StoreError {
        let place = self.dir.display();
        StoreError::Unavailable(format!(
            "{place}: {error}; delete the folder, it regrows by itself"
        ))
    }

    pub(super) fn path(&self, segment: u64) -> PathBuf {
        self.dir.join(format!("{segment:020}.lookup"))
    }

    /// Keeps everyone from following until the hold is dropped: to measure what
    /// following costs. Whoever wants to follow meanwhile waits.
    pub fn hold(&self) -> MutexGuard<'_, ()> {
        self.following.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Entries that the lookup speaks for.
    pub fn position(&self) -> u64 {
        self.position.load(Ordering::Acquire)
    }

    /// Bytes of memory for filters and parts, the open segment's own apart.
    pub fn memory(&self) -> usize {
        let state = self.state();
        let known = self.known.as_ref().map_or(0, Generations::bytes);
        known + state.parts.iter().map(|part| part.memory()).sum::<usize>()
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

    /// The position of the event with this id from this system.
    pub fn find_id(&self, system: &str, id: &str) -> Result<Option<u64>, StoreError> {
        if self.is_new(Field::Id, id) {
            return Ok(None);
        }
        let query = Query::new().with(Field::Id, id).system(system);
        let found = self.last_of(&query)?;
        Ok(found.map(|(position, _)| position))
    }

    /// Last revision of a stream and its position.
    pub fn stream_head(&self, stream: &str) -> Result<Option<(u64, u64)>, StoreError> {
        if self.is_new(Field::Stream, stream) {
            return Ok(None);
        }
        let query = Query::new().with(Field::Stream, stream);
        let Some((position, entry)) = self.last_of(&query)? else { return Ok(None) };
        Ok(scan(&entry).ok().map(|fields| (fields.revision, position)))
    }

    /// Whether no entry that the lookup speaks for has this id or stream, said from
    /// memory alone. False also means that it must be looked for.
    fn is_new(&self, field: Field, text: &str) -> bool {
        let may_hold = |known: &Generations| known.may_hold(self.hashing.hash(field, &raw(text)));
        self.known.as_ref().is_some_and(|known| !may_hold(known))
    }

    /// The last entry that fits a query by one id or stream.
    fn last_of(&self, query: &Query) -> Result<Option<(u64, Vec<u8>)>, StoreError> {
        let hashes = query.hashes(&self.hashing);
        let (parts, open, first) = {
            let state = self.state();
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
