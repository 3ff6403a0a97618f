//! Who is told that a log has grown.
//!
//! Watchers are called by the sequencer's thread, after the receipts have gone
//! out. What they do with the news is theirs; this file does not know of it.

use std::sync::{Arc, PoisonError, RwLock};

/// Called with the new number of entries after each durable commit. Must return
/// at once and not panic: the next group waits for it. To wake a thread or to set
/// a number is as much as it should do.
pub type Watcher = Arc<dyn Fn(u64) + Send + Sync>;

/// The watchers of one log.
#[derive(Clone, Default)]
pub(super) struct Watchers {
    list: Arc<RwLock<Vec<Watcher>>>,
}

impl Watchers {
    pub fn add(&self, watcher: Watcher) {
        self.list.write().unwrap_or_else(PoisonError::into_inner).push(watcher);
    }

    pub fn tell(&self, size: u64) {
        for watcher in self.list.read().unwrap_or_else(PoisonError::into_inner).iter() {
            watcher(size);
        }
    }
}
