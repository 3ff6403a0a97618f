//! Read models put together with a ledger's logs: where they lie, what they are
//! made from, and the threads that keep them at the logs' ends.

use crate::case::LookupStreams;
use crate::config::{Config, Layout};
use crate::index::Lookup;
use crate::ledger::{Ledger, LogName, OpenError, open_log};
use crate::log::SegmentLog;
use crate::projection::{Follower, Place, Sources};
use crate::store::Store;
use std::sync::Arc;

/// Where a log's read models are.
pub fn place(layout: &Layout, log: LogName) -> Place {
    Place::new(layout.models(log))
}

/// What a log's read models are made from, in a process that does not write it.
/// The lookup is read only if a model asks for it.
pub fn sources(
    layout: &Layout,
    config: &Config,
    log: LogName,
) -> Result<(Arc<SegmentLog>, Sources), OpenError> {
    let store = Arc::new(open_log(layout, config, log)?);
    let lookup = Lookup::new(&layout.lookup(log), store.clone(), config.lookup_key(log));
    let streams = Arc::new(LookupStreams(Arc::new(lookup)));
    Ok((store.clone(), Sources { store, streams }))
}

/// The followers of a ledger that is open for writing, one a log.
pub struct Following {
    followers: Vec<(LogName, Follower)>,
}

impl Following {
    /// Starts following every log of a ledger. Nobody waits for it: what is behind
    /// is folded in the background.
    pub fn start(ledger: &Ledger) -> std::io::Result<Following> {
        let mut followers = Vec::new();
        for log in LogName::ALL {
            let store = ledger.store(log);
            let streams = Arc::new(LookupStreams(ledger.lookup(log)));
            let sources = Sources { store: store.clone(), streams };
            let follower = Follower::start(place(ledger.layout(), log), sources)?;
            let watcher = follower.watcher();
            ledger.watch(log, watcher.clone());
            // A commit between the follower's first look and the line above was
            // told to nobody. A log that cannot be read is the follower's to report.
            if let Ok(size) = store.size() {
                watcher(size);
            }
            followers.push((log, follower));
        }
        Ok(Following { followers })
    }

    /// The follower of one log.
    pub fn of(&self, log: LogName) -> &Follower {
        let found = self.followers.iter().find(|(name, _)| *name == log);
        &found.expect("every log has a follower").1
    }

    /// Ends all threads after their batch under way.
    pub fn stop(self) {
        for (_, follower) in self.followers {
            follower.stop();
        }
    }
}
