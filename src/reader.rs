//! A log open for questions: its bytes and its lookup, brought up to date
//! together. Beside a writer of this process or of another, or without one; it
//! never writes the log. Knows nothing of submissions and of read models.

use crate::config::{Config, Layout};
use crate::index::{Field, Lookup, Query};
use crate::ledger::{Ledger, LogName, OpenError, open_log};
use crate::log::SegmentLog;
use crate::proof::Tree;
use crate::store::{Store, StoreError};
use plumbline_replay::integrity::chain::Digest;
use plumbline_replay::integrity::checkpoint::VerifyingKey;
use plumbline_replay::succession::{self, Succession};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// One log and its lookup.
pub struct Reader {
    log: LogName,
    store: Arc<SegmentLog>,
    lookup: Arc<Lookup>,
    /// Why the lookup could not come to the log's end, the last time it tried.
    damage: Mutex<Option<String>>,
    nodes: PathBuf,
}

impl Reader {
    /// Opens a log and brings its lookup up to what is committed. A damaged log
    /// opens too: [`Reader::size`] says up to where it is answered for, and
    /// [`Reader::damage`] why no further.
    pub fn open(layout: &Layout, config: &Config, log: LogName) -> Result<Reader, OpenError> {
        let store = Arc::new(open_log(layout, config, log)?);
        let key = config.lookup_key(log);
        let lookup = Arc::new(Lookup::new(&layout.lookup(log), store.clone(), key));
        let nodes = layout.tree(log);
        Reader { log, store, lookup, damage: Mutex::default(), nodes }.at_end()
    }

    /// Reads a log of a ledger that is open for writing, with its own lookup.
    pub fn of(ledger: &Ledger, log: LogName) -> Result<Reader, OpenError> {
        let (store, lookup) = (ledger.store(log), ledger.lookup(log));
        let nodes = ledger.layout().tree(log);
        Reader { log, store, lookup, damage: Mutex::default(), nodes }.at_end()
    }

    fn at_end(self) -> Result<Reader, OpenError> {
        match self.refresh() {
            Ok(_) | Err(StoreError::Damaged { .. }) => Ok(self),
            Err(error) => Err(OpenError::Store { log: self.log, error }),
        }
    }

    /// Brings the lookup up to what is committed now; returns the number of
    /// entries it answers for.
    ///
    /// # Errors
    ///
    /// [`StoreError::Damaged`] if the log cannot be read to its end: what comes
    /// before the damage is still answered for.
    pub fn refresh(&self) -> Result<u64, StoreError> {
        let reached = self.store.size().and_then(|size| self.lookup.follow(size));
        let damage = reached.as_ref().err().map(ToString::to_string);
        *self.damage.lock().unwrap_or_else(PoisonError::into_inner) =
            damage.or_else(|| self.store.damage().map(|damage| damage.to_string()));
        reached
    }

    pub fn log(&self) -> LogName {
        self.log
    }

    /// Entries answered for: the log's size when it was last looked at, or up to
    /// the damage.
    pub fn size(&self) -> u64 {
        self.lookup.position()
    }

    /// Why the log could not be read to its end, if so.
    pub fn damage(&self) -> Option<String> {
        self.damage.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn store(&self) -> &Arc<SegmentLog> {
        &self.store
    }

    pub fn lookup(&self) -> &Arc<Lookup> {
        &self.lookup
    }

    /// One entry's bytes; `None` from the log's size on.
    pub fn entry(&self, position: u64) -> Result<Option<Vec<u8>>, StoreError> {
        self.lookup.entry(position)
    }

    /// Entries that fit a query, from a position up to another, ascending, at most
    /// `limit`. The next page begins after the last position of this one.
    pub fn find(
        &self,
        query: &Query,
        from: u64,
        to: u64,
        limit: usize,
    ) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
        self.lookup.find(query, from, to, limit)
    }

    /// The changes of the log's key, each with its position, as they are stored.
    pub fn key_changes(&self) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
        let query = Query::new().with(Field::Stream, succession::STREAM);
        self.find(&query, 0, self.size(), usize::MAX)
    }

    /// The log's keys from its first on; `current` if they have not changed.
    ///
    /// # Errors
    ///
    /// [`StoreError::Damaged`] where a change does not hold.
    pub fn succession(&self, current: VerifyingKey) -> Result<Succession, StoreError> {
        let changes = self.key_changes()?;
        let entries = changes.iter().map(|(_, entry)| entry.as_slice());
        match Succession::of_entries(entries) {
            Ok(keys) => Ok(keys.unwrap_or_else(|| Succession::of(current))),
            Err((position, what)) => {
                let place = "the changes of the log's key; run `plumb verify`".to_owned();
                Err(StoreError::Damaged { position, what, place })
            }
        }
    }

    /// The tree over the log, to be grown to the size that proofs are asked for.
    /// It may be kept: growing reads only what is new.
    pub fn tree(&self) -> Tree {
        Tree::new(self.store.clone(), self.nodes.clone())
    }

    /// The tree over the first `size` entries, held against the root that was
    /// signed over them.
    pub fn signed_tree(&self, size: u64, root: &Digest) -> Result<Tree, StoreError> {
        Tree::signed(self.store.clone(), &self.nodes, size, root)
    }
}
