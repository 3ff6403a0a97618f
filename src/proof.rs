//! Proofs over a stored log: tree nodes computed from its entries.
//!
//! The nodes are computed anew for each question and kept in memory, 64 bytes an
//! entry; they are not stored.

use crate::store::{Store, StoreError};
use plumbline_replay::integrity::chain::Digest;
use plumbline_replay::integrity::proof::Nodes;
use plumbline_replay::integrity::tree::{Frontier, leaf_hash};

const READ_BYTES: usize = 4 << 20;

/// Every complete node of a log's tree.
pub struct Tree {
    /// By level, each in order of index.
    levels: Vec<Vec<Digest>>,
    size: u64,
}

impl Tree {
    /// Reads the first `size` entries of a log.
    pub fn read(store: &dyn Store, size: u64) -> Result<Tree, StoreError> {
        let mut frontier = Frontier::new();
        let mut levels: Vec<Vec<Digest>> = Vec::new();
        while frontier.size() < size {
            for block in store.read(frontier.size(), READ_BYTES)? {
                for (_, _, entry) in block.entries() {
                    if frontier.size() == size {
                        break;
                    }
                    frontier.push_with(leaf_hash(entry), |level, _, hash| {
                        let level = level as usize;
                        if levels.len() <= level {
                            levels.push(Vec::new());
                        }
                        levels[level].push(*hash);
                    });
                }
            }
        }
        Ok(Tree { levels, size })
    }

    pub fn size(&self) -> u64 {
        self.size
    }

    /// The hash of one leaf.
    pub fn leaf(&self, index: u64) -> Option<Digest> {
        self.levels.first()?.get(index as usize).copied()
    }
}

/// A node outside the tree was asked for.
#[derive(Debug, thiserror::Error)]
#[error("the tree has no complete node {index} at level {level}")]
pub struct NoNode {
    level: u32,
    index: u64,
}

impl Nodes for Tree {
    type Error = NoNode;

    fn node(&self, level: u32, index: u64) -> Result<Digest, NoNode> {
        let found = self.levels.get(level as usize).and_then(|nodes| nodes.get(index as usize));
        found.copied().ok_or(NoNode { level, index })
    }
}
