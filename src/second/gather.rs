//! Going over a log's entries for the SM3 tree: on from a size, or the whole log
//! with all cores.

use super::announcement::{self, Announcement};
use super::sm3::Sm3Tree;
use crate::store::{Store, StoreError};
use plumbline_replay::integrity::chain::Digest;
use plumbline_replay::integrity::tree::{Frontier, Hashing, Range};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};

const READ_BYTES: usize = 4 << 20;

/// Takes in the entries from the tree's size up to `size`, and gives the roots at the
/// `wanted` sizes that it comes by, its own size at the beginning included.
pub fn grow(
    store: &dyn Store,
    tree: &mut Frontier<Sm3Tree>,
    size: u64,
    wanted: &BTreeSet<u64>,
) -> Result<BTreeMap<u64, Digest>, StoreError> {
    let mut roots = BTreeMap::new();
    if wanted.contains(&tree.size()) {
        roots.insert(tree.size(), tree.root());
    }
    each(store, tree.size(), size, |_, entry| {
        tree.push(Sm3Tree::leaf(entry));
        if wanted.contains(&tree.size()) {
            roots.insert(tree.size(), tree.root());
        }
    })?;
    Ok(roots)
}

pub(super) fn each(
    store: &dyn Store,
    from: u64,
    to: u64,
    mut found: impl FnMut(u64, &[u8]),
) -> Result<(), StoreError> {
    let mut at = from;
    while at < to {
        let before = at;
        for block in store.read(at, READ_BYTES)? {
            for (position, _, entry) in block.entries() {
                if position == at && position < to {
                    found(position, entry);
                    at += 1;
                }
            }
        }
        if at == before {
            return Err(StoreError::ends_early(at, to));
        }
    }
    Ok(())
}

/// What a whole log gives.
#[derive(Debug, Default)]
pub struct Whole {
    pub tree: Frontier<Sm3Tree>,
    /// The roots at the wanted sizes.
    pub roots: BTreeMap<u64, Digest>,
    /// In order of position.
    pub announced: Vec<Announcement>,
}

/// Hashes a log's first `size` entries anew, on `threads` threads.
pub fn whole(
    store: &dyn Store,
    size: u64,
    wanted: &BTreeSet<u64>,
    threads: usize,
) -> Result<Whole, StoreError> {
    let mut cuts: BTreeSet<u64> =
        store.segments()?.iter().map(|segment| segment.first_position).collect();
    cuts.extend(wanted);
    cuts.insert(0);
    cuts.retain(|cut| *cut < size);
    let starts: Vec<u64> = cuts.into_iter().collect();
    let ends = starts.iter().skip(1).copied().chain([size]);
    let pieces: Vec<(u64, u64)> = starts.iter().copied().zip(ends).collect();
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                while let Some((from, to)) = pieces.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let piece = piece(store, *from, *to);
                    done.lock().unwrap_or_else(PoisonError::into_inner).push((*from, piece));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(from, _)| *from);
    let mut out = Whole::default();
    if wanted.contains(&0) {
        out.roots.insert(0, out.tree.root());
    }
    for (from, piece) in done {
        let (range, announced) = piece?;
        if !out.tree.join(&range) {
            return Err(StoreError::ends_early(from, size));
        }
        if wanted.contains(&out.tree.size()) {
            out.roots.insert(out.tree.size(), out.tree.root());
        }
        out.announced.extend(announced);
    }
    Ok(out)
}

fn piece(
    store: &dyn Store,
    from: u64,
    to: u64,
) -> Result<(Range<Sm3Tree>, Vec<Announcement>), StoreError> {
    let mut range = Range::<Sm3Tree>::at(from);
    let mut announced = Vec::new();
    let finder = announcement::Finder::default();
    each(store, from, to, |_, entry| {
        range.push(Sm3Tree::leaf(entry));
        announced.extend(finder.read(entry));
    })?;
    Ok((range, announced))
}
