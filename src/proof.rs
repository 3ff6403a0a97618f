//! The tree of a stored log, for proofs and tiles: every complete node is a slice
//! of a disposable file, or in memory for the segment that still grows.
//!
//! Sixty-four bytes an entry on disk. Nothing here reads an entry to answer a
//! question; growing reads what is new, once. Knows nothing of addresses and
//! signatures.

pub mod forms;
mod nodes;

use crate::store::{SegmentInfo, Store, StoreError};
use nodes::{Levels, Sealed, discontinuous};
use plumbline_replay::integrity::chain::Digest;
use plumbline_replay::integrity::proof::{Nodes, inclusion, root, verify_inclusion};
use plumbline_replay::integrity::tile::Tile;
use plumbline_replay::integrity::tree::Frontier;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Every complete node of a log's tree.
pub struct Tree {
    store: Arc<dyn Store>,
    dir: PathBuf,
    /// In order of position, without gaps from 0.
    sealed: Vec<Sealed>,
    /// What comes after them.
    open: Levels,
    frontier: Frontier,
}

impl Tree {
    /// The tree of no entries yet. Files of nodes are read from `dir`, and written
    /// there for the sealed segments that have none.
    pub fn new(store: Arc<dyn Store>, dir: PathBuf) -> Tree {
        let (sealed, open, frontier) = Default::default();
        Tree { store, dir, sealed, open, frontier }
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
            // What cannot be removed is not believed anyway, where it contradicts
            // the segments' headers.
            let _ = std::fs::remove_dir_all(dir);
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

    /// The audit path of a leaf in the tree of `size`, which has this root; `None`
    /// if the leaf is not in it. No path is given that does not lead to the root.
    ///
    /// # Errors
    ///
    /// [`StoreError::Damaged`] if it does not.
    pub fn inclusion(
        &self,
        index: u64,
        size: u64,
        root: &Digest,
    ) -> Result<Option<Vec<Digest>>, StoreError> {
        let Some(path) = inclusion(self, index, size)? else { return Ok(None) };
        verify_inclusion(&self.leaf(index)?, index, size, root, &path).map_err(|error| {
            StoreError::Damaged {
                position: index,
                what: error.to_string(),
                place: format!("{}; delete the folder, it regrows", self.dir.display()),
            }
        })?;
        Ok(Some(path))
    }

    /// The hashes of a tile, one after another; `None` if a tree of `size` leaves
    /// has not all of it.
    pub fn tile(&self, tile: &Tile, size: u64) -> Result<Option<Vec<u8>>, StoreError> {
        if !tile.is_in(size.min(self.size())) {
            return Ok(None);
        }
        let width = u64::from(tile.width);
        let hashes = self.slice(tile.tree_level(), tile.first(), width)?;
        Ok(Some(hashes.iter().flat_map(|hash| hash.0).collect()))
    }

    /// Consecutive complete nodes of one level.
    fn slice(&self, level: u32, first: u64, count: u64) -> Result<Vec<Digest>, StoreError> {
        let mut out: Vec<Digest> = Vec::with_capacity(count as usize);
        while (out.len() as u64) < count {
            let index = first + out.len() as u64;
            let left = count - out.len() as u64;
            let after = self.sealed.partition_point(|part| part.extent().end_node(level) <= index);
            let more = match self.sealed.get(after) {
                Some(part) => part.slice(self.store.as_ref(), level, index, left)?,
                None => self.open.slice(level, index, left).to_vec(),
            };
            if more.is_empty() {
                return Err(StoreError::ends_early(index, self.size()));
            }
            out.extend(more);
        }
        Ok(out)
    }

    /// Takes in entries up to `size`, whole sealed segments by their files. Does
    /// nothing if the tree is as large already.
    pub fn grow(&mut self, size: u64) -> Result<(), StoreError> {
        if self.size() >= size {
            return Ok(());
        }
        let segments = self.store.segments()?;
        while self.size() < size {
            let from = self.size();
            let after = segments.partition_point(|segment| segment.first_position <= from);
            let Some(segment) = after.checked_sub(1).and_then(|at| segments.get(at)) else {
                return Err(StoreError::ends_early(from, size));
            };
            let end = segment.first_position + segment.count;
            if end <= from {
                return Err(StoreError::ends_early(from, size));
            }
            if segment.first_position > self.open.first() {
                self.seal()?;
            }
            if self.by_file(segment, size)? {
                continue;
            }
            self.open.read(self.store.as_ref(), &mut self.frontier, size.min(end))?;
        }
        Ok(())
    }

    /// Takes in a whole sealed segment by its file, if there is one.
    fn by_file(&mut self, segment: &SegmentInfo, size: u64) -> Result<bool, StoreError> {
        let end = segment.first_position + segment.count;
        if segment.first_position != self.size() || !segment.sealed || end > size {
            return Ok(false);
        }
        let next = self.store.segment_start(end)?.frontier;
        let Some(found) = Sealed::find(&self.dir, &self.frontier, &next) else { return Ok(false) };
        self.sealed.push(found);
        self.open = Levels::new(end);
        self.frontier = next;
        Ok(true)
    }

    /// Writes the nodes of the segment that has been read to its end, and begins
    /// the next.
    fn seal(&mut self) -> Result<(), StoreError> {
        let (first, end) = (self.open.first(), self.size());
        let (start, next) = (self.store.segment_start(first)?, self.store.segment_start(end)?);
        if next.frontier != self.frontier {
            return Err(discontinuous(first, end));
        }
        let levels = std::mem::replace(&mut self.open, Levels::new(end));
        let sealed = Sealed::write(&self.dir, &start.frontier, &self.frontier, levels);
        self.sealed.push(sealed);
        Ok(())
    }
}

impl Nodes for Tree {
    type Error = StoreError;

    fn node(&self, level: u32, index: u64) -> Result<Digest, StoreError> {
        let end = index.checked_add(1).and_then(|next| next.checked_mul(1 << level.min(63)));
        if level > 63 || end.is_none_or(|end| end > self.size()) {
            return Err(StoreError::ends_early(index, self.size()));
        }
        let found = self.slice(level, index, 1)?;
        found.first().copied().ok_or_else(|| StoreError::ends_early(index, self.size()))
    }
}
