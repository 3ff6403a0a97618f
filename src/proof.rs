//! Proofs over a stored log: tree nodes from disposable files and from its
//! entries.
//!
//! In memory are the nodes from 256 leaves upwards, 256 bytes for a thousand
//! entries. A node below is computed from the at most 256 entries around it.

pub mod forms;
mod subtrees;

use crate::store::{Store, StoreError};
use plumbline_replay::integrity::chain::Digest;
use plumbline_replay::integrity::proof::{Nodes, root};
use plumbline_replay::integrity::tree::{Frontier, leaf_hash, node_hash};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use subtrees::Subtrees;

/// The lowest level that is kept.
const LEVEL: u32 = 8;
/// Leaves under a node of that level.
const LEAVES: u64 = 1 << LEVEL;
const READ_BYTES: usize = 4 << 20;

/// Every complete node of a log's tree.
pub struct Tree {
    store: Arc<dyn Store>,
    subtrees: Subtrees,
    /// From [`LEVEL`] upwards, each level in order of index.
    levels: Vec<Vec<Digest>>,
    frontier: Frontier,
    /// The block of leaves asked for last: a path goes through one or two.
    leaves: Mutex<Option<(u64, Vec<Digest>)>>,
}

impl Tree {
    /// The tree of no entries yet. Files of subtree roots are read from `dir`, and
    /// written there for the sealed segments that have none.
    pub fn new(store: Arc<dyn Store>, dir: PathBuf) -> Tree {
        let subtrees = Subtrees::new(dir);
        let (levels, leaves) = Default::default();
        Tree { store, subtrees, levels, frontier: Frontier::new(), leaves }
    }

    /// Reads a log's first `size` entries and compares the root with one that was
    /// signed over them. Where the files lead to another, they are made again from
    /// the entries.
    ///
    /// # Errors
    ///
    /// [`StoreError::Damaged`] if the entries themselves have another root.
    pub fn signed(
        store: Arc<dyn Store>,
        dir: &Path,
        size: u64,
        signed_root: &Digest,
    ) -> Result<Tree, StoreError> {
        let mut tree = Tree::new(store.clone(), dir.to_owned());
        tree.grow(size)?;
        if tree.root(size)? != *signed_root {
            tree.subtrees.forget();
            tree = Tree::new(store, dir.to_owned());
            tree.grow(size)?;
        }
        if tree.root(size)? == *signed_root {
            return Ok(tree);
        }
        Err(StoreError::Damaged {
            position: 0,
            what: format!("the first {size} entries have another root than was signed"),
            place: "the log; run `plumb verify`".to_owned(),
        })
    }

    /// Entries in the tree.
    pub fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// The root over the first `size` entries.
    pub fn root(&self, size: u64) -> Result<Digest, StoreError> {
        root(self, size)
    }

    /// The hash of one leaf.
    pub fn leaf(&self, index: u64) -> Result<Digest, StoreError> {
        self.node(0, index)
    }

    /// Takes in entries up to `size`, whole sealed segments by their files. Does
    /// nothing if the tree is as large already.
    pub fn grow(&mut self, size: u64) -> Result<(), StoreError> {
        // The block held may be the last, and have been read with fewer leaves.
        *self.leaves.get_mut().unwrap_or_else(PoisonError::into_inner) = None;
        let segments = self.store.segments()?;
        while self.frontier.size() < size {
            let from = self.frontier.size();
            let after = segments.partition_point(|segment| segment.first_position <= from);
            let Some(segment) = after.checked_sub(1).and_then(|at| segments.get(at)) else {
                return Err(StoreError::ends_early(from, size));
            };
            let end = segment.first_position + segment.count;
            if end <= from {
                return Err(StoreError::ends_early(from, size));
            }
            let whole = segment.first_position == from && segment.sealed && end <= size;
            if !whole {
                let roots = read_roots(self.store.as_ref(), &mut self.frontier, size.min(end))?;
                roots.into_iter().for_each(|root| self.push(root));
                continue;
            }
            let next = self.store.segment_start(end)?;
            let roots =
                self.subtrees.of_segment(self.store.as_ref(), &self.frontier, &next.frontier)?;
            roots.into_iter().for_each(|root| self.push(root));
            self.frontier = next.frontier;
        }
        Ok(())
    }

    /// Adds the root of the next [`LEAVES`] leaves and what it completes.
    fn push(&mut self, root: Digest) {
        let mut hash = root;
        for level in 0.. {
            if self.levels.len() <= level {
                self.levels.push(Vec::new());
            }
            let nodes = &mut self.levels[level];
            nodes.push(hash);
            match nodes.as_slice() {
                [.., left, right] if nodes.len().is_multiple_of(2) => hash = node_hash(left, right),
                _ => return,
            }
        }
    }

    /// A node below [`LEVEL`], from the entries under it.
    fn small(&self, level: u32, index: u64) -> Result<Digest, StoreError> {
        let block = index >> (LEVEL - level);
        let mut leaves = self.leaves.lock().unwrap_or_else(PoisonError::into_inner);
        if leaves.as_ref().is_none_or(|(held, _)| *held != block) {
            *leaves = Some((block, self.block(block)?));
        }
        let all = leaves.as_ref().map_or(&[][..], |(_, all)| all.as_slice());
        let from = ((index << level) - block * LEAVES) as usize;
        let Some(under) = all.get(from..from + (1 << level)) else {
            return Err(StoreError::ends_early(index << level, self.size()));
        };
        let mut frontier = Frontier::new();
        under.iter().for_each(|leaf| frontier.push(*leaf));
        Ok(frontier.root())
    }

    /// The leaves of a block, as many as the tree has.
    fn block(&self, block: u64) -> Result<Vec<Digest>, StoreError> {
        let mut leaves = Vec::with_capacity(LEAVES as usize);
        let end = ((block + 1) * LEAVES).min(self.size());
        let mut next = block * LEAVES;
        while next < end {
            // About as much as the block has.
            let blocks = self.store.read(next, LEAVES as usize * 1024)?;
            if blocks.is_empty() {
                return Err(StoreError::ends_early(next, end));
            }
            for (position, _, entry) in blocks.iter().flat_map(|block| block.entries()) {
                if position == next && next < end {
                    leaves.push(leaf_hash(entry));
                    next += 1;
                }
            }
        }
        Ok(leaves)
    }
}

/// Reads entries from the frontier up to `end` and returns the roots of the
/// subtrees of [`LEVEL`] that they complete.
fn read_roots(
    store: &dyn Store,
    frontier: &mut Frontier,
    end: u64,
) -> Result<Vec<Digest>, StoreError> {
    let mut roots = Vec::new();
    while frontier.size() < end {
        let blocks = store.read(frontier.size(), READ_BYTES)?;
        if blocks.is_empty() {
            return Err(StoreError::ends_early(frontier.size(), end));
        }
        for (position, _, entry) in blocks.iter().flat_map(|block| block.entries()) {
            if position == frontier.size() && position < end {
                frontier.push_with(leaf_hash(entry), |level, _, hash| {
                    if level == LEVEL {
                        roots.push(*hash);
                    }
                });
            }
        }
    }
    Ok(roots)
}

impl Nodes for Tree {
    type Error = StoreError;

    fn node(&self, level: u32, index: u64) -> Result<Digest, StoreError> {
        let end = index.checked_add(1).and_then(|next| next.checked_mul(1 << level.min(63)));
        if end.is_none_or(|end| end > self.size()) {
            return Err(StoreError::ends_early(index, self.size()));
        }
        let Some(above) = level.checked_sub(LEVEL) else {
            return self.small(level, index);
        };
        let nodes = self.levels.get(above as usize);
        let found = nodes.and_then(|nodes| nodes.get(index as usize)).copied();
        found.ok_or_else(|| StoreError::ends_early(index, self.size()))
    }
}
