//! A log as strangers see it: the published checkpoint, and the tree and entries
//! up to its size. Signs the head and serves slices of files; does not know
//! addresses, and records nothing.

mod folder;
mod publisher;

pub use folder::{FolderError, write_folder};
pub use publisher::Publisher;

use crate::config::{Config, Layout};
use crate::ledger::LogName;
use crate::ledger::checkpoints::{SignError, latest};
use crate::proof::Tree;
use crate::proof::forms::signed_checkpoint;
use crate::reader::Reader;
use crate::store::StoreError;
use plumbline_replay::integrity::checkpoint::Checkpoint;
use plumbline_replay::integrity::tile::{Content, Tile};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

/// A signed checkpoint with its note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    pub checkpoint: Checkpoint,
    /// As strangers get it, with all signature lines.
    pub note: String,
}

/// Why nothing newer was published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    #[error(transparent)]
    Sign(#[from] SignError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// One log, its tree, and what of it is published.
pub struct Publication {
    layout: Layout,
    config: Config,
    reader: Reader,
    tree: RwLock<Tree>,
    published: RwLock<Option<Arc<Head>>>,
}

impl Publication {
    /// Nothing is published yet. The reader may follow a log that is being written.
    pub fn new(layout: Layout, config: Config, reader: Reader) -> Publication {
        let tree = RwLock::new(reader.tree());
        Publication { layout, config, reader, tree, published: RwLock::default() }
    }

    pub fn log(&self) -> LogName {
        self.reader.log()
    }

    /// What strangers are shown; `None` before the first publication.
    pub fn published(&self) -> Option<Arc<Head>> {
        self.published.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Signs the log as it is, if it has grown, and takes it into the tree. Does not
    /// publish it.
    pub fn sign(&self) -> Result<Head, PublishError> {
        let note = latest(&self.layout, &self.config, self.log())?;
        let malformed = |error| SignError::Contradiction(format!("the note signed here: {error}"));
        let checkpoint = signed_checkpoint(&note).map_err(malformed)?;
        self.take_in(&checkpoint)?;
        Ok(Head { checkpoint, note })
    }

    /// Shows a head to strangers from now on. Its tiles can be had before it is
    /// shown, so nobody asks for one in vain. One that is smaller than what is shown
    /// is passed over.
    pub fn publish(&self, head: Head) -> Result<(), PublishError> {
        self.take_in(&head.checkpoint)?;
        let mut published = self.published.write().unwrap_or_else(PoisonError::into_inner);
        if published.as_ref().is_none_or(|shown| shown.checkpoint.size <= head.checkpoint.size) {
            *published = Some(Arc::new(head));
        }
        Ok(())
    }

    /// Brings tree and lookup up to a signed head, which they must agree with.
    fn take_in(&self, head: &Checkpoint) -> Result<(), StoreError> {
        if !self.agrees(&self.tree(), head) {
            let mut tree = self.tree.write().unwrap_or_else(PoisonError::into_inner);
            tree.grow(head.size)?;
            if !self.agrees(&tree, head) {
                *tree = self.reader.signed_tree(head.size, &head.root)?;
            }
        }
        self.reader.lookup().follow(head.size)?;
        Ok(())
    }

    fn agrees(&self, tree: &Tree, head: &Checkpoint) -> bool {
        tree.size() >= head.size && tree.root(head.size).is_ok_and(|root| root == head.root)
    }

    /// The tree, as large as the largest head that was signed or published here.
    pub fn tree(&self) -> RwLockReadGuard<'_, Tree> {
        self.tree.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The bytes of a tile or bundle; `None` if a tree of `size` entries has not all
    /// of it.
    pub fn bytes(&self, tile: &Tile, size: u64) -> Result<Option<Vec<u8>>, StoreError> {
        match tile.content {
            Content::Hashes(_) => self.tree().tile(tile, size),
            Content::Entries if tile.is_in(size) => {
                self.reader.lookup().bundle(tile.first(), u64::from(tile.width))
            }
            Content::Entries => Ok(None),
        }
    }
}
