//! The states of all cases of a log, on as many threads as there are cores.
//!
//! Because the fold commutes, threads take blocks of entries as they come and
//! fold each entry into the shard of its stream: there is nothing to bring into
//! order again, and the result is the same on any number of threads. Streams
//! whose record was repaired are folded a second time, as `moment` folds them.

use super::case::CaseState;
use super::machine::repairs_record;
use super::moment::{Moment, case_at, counts};
use crate::event::{Event, EventError};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Shards of the table of cases: many more than cores, so that threads rarely
/// wait for each other.
const SHARDS: usize = 256;

/// A run of entries in order of position.
pub trait Entries: Sync {
    fn entries(&self) -> impl Iterator<Item = &[u8]>;
}

impl<E: AsRef<[u8]> + Sync> Entries for Vec<E> {
    fn entries(&self) -> impl Iterator<Item = &[u8]> {
        self.iter().map(AsRef::as_ref)
    }
}

/// Why a log cannot be replayed: an entry is not one.
#[derive(Debug)]
pub struct ReplayError {
    pub block: usize,
    pub error: EventError,
}

impl fmt::Display for ReplayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ReplayError { block, error } = self;
        write!(f, "block {block}: {error}; verify the log first")
    }
}

impl std::error::Error for ReplayError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

#[derive(Default)]
struct Shard {
    states: HashMap<Box<str>, CaseState>,
    /// Streams with corrections or voids.
    repaired: HashSet<Box<str>>,
}

/// Folds all entries of `blocks`, which are in order of position, into the
/// states of their streams at a moment. Streams of which nothing counts are left
/// out.
pub fn replay<B: Entries>(
    blocks: &[B],
    moment: Moment,
    threads: usize,
) -> Result<BTreeMap<Box<str>, CaseState>, ReplayError> {
    let shards: Vec<Mutex<Shard>> = (0..SHARDS).map(|_| Mutex::default()).collect();
    let hasher = RandomState::new();
    let next = AtomicUsize::new(0);
    let failed = Mutex::new(None);
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                while let Some((index, block)) = take(&next, blocks) {
                    if let Err(error) = fold(block, moment, &shards, &hasher) {
                        keep_first(&failed, ReplayError { block: index, error });
                        next.store(blocks.len(), Ordering::Relaxed);
                    }
                }
            });
        }
    });
    if let Some(error) = failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(error);
    }
    let mut states = BTreeMap::new();
    let mut repaired = BTreeMap::new();
    for shard in shards {
        let shard = shard.into_inner().unwrap_or_else(PoisonError::into_inner);
        states.extend(shard.states);
        repaired.extend(shard.repaired.into_iter().map(|stream| (stream, Vec::new())));
    }
    fold_repaired(blocks, moment, repaired, &mut states)?;
    Ok(states)
}

fn take<'b, B>(next: &AtomicUsize, blocks: &'b [B]) -> Option<(usize, &'b B)> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    blocks.get(index).map(|block| (index, block))
}

/// The failure in the earliest block, so that the message does not depend on
/// which thread was faster.
fn keep_first(failed: &Mutex<Option<ReplayError>>, error: ReplayError) {
    let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
    if failed.as_ref().is_none_or(|known| error.block < known.block) {
        *failed = Some(error);
    }
}

fn fold<B: Entries>(
    block: &B,
    moment: Moment,
    shards: &[Mutex<Shard>],
    hasher: &RandomState,
) -> Result<(), EventError> {
    for entry in block.entries() {
        let event = Event::read(entry)?;
        if event.recorded > moment.known_at {
            continue;
        }
        let shard = hasher.hash_one(event.stream.as_ref()) as usize % shards.len();
        let mut shard = shards[shard].lock().unwrap_or_else(PoisonError::into_inner);
        if repairs_record(&event.kind) {
            shard.repaired.insert(event.stream.as_ref().into());
        } else if !counts(&event, moment) {
            continue;
        }
        match shard.states.get_mut(event.stream.as_ref()) {
            Some(state) => state.apply(&event),
            None => {
                let mut state = CaseState::new(&event.stream);
                state.apply(&event);
                shard.states.insert(event.stream.as_ref().into(), state);
            }
        }
    }
    Ok(())
}

/// Folds streams with repairs anew, from all their entries.
fn fold_repaired<'b, B: Entries>(
    blocks: &'b [B],
    moment: Moment,
    mut repaired: BTreeMap<Box<str>, Vec<&'b [u8]>>,
    states: &mut BTreeMap<Box<str>, CaseState>,
) -> Result<(), ReplayError> {
    if repaired.is_empty() {
        return Ok(());
    }
    for (index, block) in blocks.iter().enumerate() {
        let failed = |error| ReplayError { block: index, error };
        for entry in block.entries() {
            let event = Event::read(entry).map_err(failed)?;
            if let Some(entries) = repaired.get_mut(event.stream.as_ref()) {
                entries.push(entry);
            }
        }
    }
    for (stream, entries) in repaired {
        let failed = |error| ReplayError { block: blocks.len(), error };
        let state = case_at(&stream, &entries, moment).map_err(failed)?;
        if state.events == 0 {
            states.remove(&stream);
        } else {
            states.insert(stream, state);
        }
    }
    Ok(())
}
