//! One log of an open ledger: its sequencer, its lookup, and the thread that
//! keeps the lookup at the log's end.

use super::queue::{Answers, Job, Queue, QueueLimits};
use super::sequencer::{GroupLimits, History, Parts, Sequencer};
use super::watch::Watchers;
use super::{Admitted, LogName, OpenError};
use crate::clock::Clock;
use crate::derived::remove_unfinished;
use crate::index::{Lookup, Noted};
use crate::log::SegmentLog;
use crate::store::{Acquired, Recovery, StoreError};
use crate::stream_index::Since;
use crate::vault::Vault;
use crossbeam_channel::{Receiver, TryRecvError, bounded};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// How long the follower rests after it has come to the end, so that commits
/// which follow each other closely wake it once and not each time.
const REST: Duration = Duration::from_millis(5);

/// How long a group waits for more of a request that has begun to arrive: about as
/// long as the sync takes that it saves. Its submitter may be held up meanwhile,
/// and nobody waits for him longer.
const PATIENCE: Duration = Duration::from_micros(300);

/// How long the sequencer looks for work before it sleeps, in looks.
const SPINS: u32 = 200;
/// The same while more of a request is on its way: some tens of microseconds.
const SPINS_COMING: u32 = 1000;

/// One log with its sequencer and its lookup.
pub(super) struct Lane {
    pub log: LogName,
    pub store: Arc<SegmentLog>,
    pub lookup: Arc<Lookup>,
    pub queue: Queue,
    pub recovery: Recovery,
    pub watchers: Watchers,
    /// The streams of the entries since the last closing.
    pub since_closing: Mutex<Since>,
    /// Held by whoever sequences: the thread, or a submitter who found it idle.
    turn: Arc<Mutex<Sequencer>>,
    sequencer: JoinHandle<()>,
    follower: JoinHandle<()>,
}

/// Where a log's lookup files are, and the key of their hashes.
pub(super) struct Lookups {
    pub dir: PathBuf,
    pub key: [u8; 16],
}

/// What all lanes of a ledger share.
pub(super) struct Shared<'a> {
    pub clock: &'a Arc<dyn Clock>,
    pub vault: &'a Arc<Vault>,
    pub segment_bytes: u64,
    /// Keys the hashes of the sequencers' memories.
    pub hash_key: [u8; 16],
}

impl Lane {
    /// Brings the lookup up to the acquired head, so that no id or stream of the
    /// log is unknown to the sequencer, and starts both threads.
    pub fn start(
        log: LogName,
        store: Arc<SegmentLog>,
        acquired: Acquired,
        lookups: Lookups,
        shared: Shared<'_>,
    ) -> Result<Lane, OpenError> {
        let store_error = |error| OpenError::Store { log, error };
        remove_unfinished(&lookups.dir);
        let lookup = Arc::new(Lookup::for_writer(&lookups.dir, store.clone(), lookups.key));
        let size = acquired.head.size;
        let reached = lookup.follow(size).map_err(store_error)?;
        if reached < size {
            let reason = format!("{size} entries were found, {reached} can be read");
            return Err(store_error(StoreError::Unavailable(reason)));
        }
        let recovery = acquired.recovery.clone();
        let watchers = Watchers::default();
        let told = watchers.clone();
        let (wake, woken) = bounded(1);
        let following = lookup.clone();
        let follower = spawn(format!("lookup-{log}"), move || follow(log, &following, &woken))?;
        let sequencer = Sequencer::new(Parts {
            log,
            acquired,
            history: Box::new(Past(lookup.clone())),
            clock: shared.clock.clone(),
            vault: shared.vault.clone(),
            on_commit: Box::new(move |size| {
                // Full means that the follower has been woken and not yet looked.
                let _ = wake.try_send(());
                told.tell(size);
            }),
            limits: GroupLimits::within(shared.segment_bytes),
            hash_key: shared.hash_key,
        })
        .map_err(store_error)?;
        let (queue, jobs) = Queue::new(QueueLimits::default());
        let turn = Arc::new(Mutex::new(sequencer));
        let taken = turn.clone();
        let sequencer = spawn(format!("sequencer-{log}"), move || sequence(&taken, &jobs))?;
        let since_closing = Mutex::default();
        Ok(Lane {
            log,
            store,
            lookup,
            queue,
            recovery,
            watchers,
            since_closing,
            turn,
            sequencer,
            follower,
        })
    }

    /// Records events and waits. Where nobody else is waiting, on this thread: to
    /// wake another one and to be woken by it costs as much as a sync.
    pub fn record(&self, events: Vec<Admitted>, atomic: bool) -> Answers {
        let count = events.len();
        let idle = self.queue.is_idle().then(|| self.turn.try_lock().ok()).flatten();
        let pending = match idle {
            Some(mut sequencer) => self.queue.job(events, atomic).map(|(job, pending)| {
                sequencer.serve(job, |_| None);
                pending
            }),
            None => self.queue.push(events, atomic),
        };
        match pending {
            Ok(pending) => pending.wait(),
            Err(error) => vec![Err(error); count],
        }
    }

    /// Ends both threads after everything queued is answered.
    pub fn close(self) {
        drop(self.queue);
        drop(self.turn);
        // A sequencer that panicked has answered nobody falsely; the next opening
        // reads what the disk holds. Its end is the follower's.
        let _ = self.sequencer.join();
        let _ = self.follower.join();
    }
}

/// Serves the queue until all its senders are gone. If a turn ended in a panic
/// nobody may go on from where it stopped: whoever waits is told so.
fn sequence(turn: &Mutex<Sequencer>, jobs: &Receiver<Job>) {
    while let Some(job) = next_job(jobs) {
        let Ok(mut sequencer) = turn.lock() else { return };
        sequencer.serve(job, |more| {
            // A part takes its submitter less time than waking this thread would.
            let coming =
                || looked_for(jobs, SPINS_COMING).or_else(|| jobs.recv_timeout(PATIENCE).ok());
            jobs.try_recv().ok().or_else(|| more.then(coming).flatten())
        });
    }
}

fn next_job(jobs: &Receiver<Job>) -> Option<Job> {
    looked_for(jobs, SPINS).or_else(|| jobs.recv().ok())
}

/// What comes while this thread looks so many times, without sleeping.
fn looked_for(jobs: &Receiver<Job>, looks: u32) -> Option<Job> {
    for _ in 0..looks {
        match jobs.try_recv() {
            Ok(job) => return Some(job),
            Err(TryRecvError::Empty) => std::hint::spin_loop(),
            Err(TryRecvError::Disconnected) => return None,
        }
    }
    None
}

fn spawn(name: String, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, OpenError> {
    std::thread::Builder::new()
        .name(name)
        .spawn(work)
        .map_err(|error| OpenError::Io { place: "thread".to_owned(), reason: error.to_string() })
}

/// Keeps a lookup at the log's end until the sequencer has gone.
fn follow(log: LogName, lookup: &Lookup, woken: &Receiver<()>) {
    let mut failing = false;
    while woken.recv().is_ok() {
        match lookup.follow(u64::MAX) {
            Ok(_) => failing = false,
            Err(error) if failing => tracing::debug!(%log, %error, "the lookup cannot follow"),
            Err(error) => {
                failing = true;
                tracing::error!(%log, %error, "the lookup cannot follow; run `plumb verify`");
            }
        }
        std::thread::sleep(REST);
    }
}

/// The lookup as the sequencer asks it.
struct Past(Arc<Lookup>);

impl History for Past {
    fn position(&self) -> u64 {
        self.0.position()
    }

    fn catch_up(&self) -> Result<(), String> {
        self.0.follow(u64::MAX).map(drop).map_err(|error| error.to_string())
    }

    fn find_id(&self, system: &str, id: &str) -> Result<Option<u64>, String> {
        self.0.find_id(system, id).map_err(|error| error.to_string())
    }

    fn stream_head(&self, stream: &str) -> Result<Option<u64>, String> {
        let head = self.0.stream_head(stream).map_err(|error| error.to_string())?;
        Ok(head.map(|(revision, _)| revision))
    }

    fn tell(&self, first_position: u64, noted: Vec<Option<Noted>>) {
        self.0.tell(first_position, noted);
    }

    fn entry(&self, position: u64) -> Result<Vec<u8>, String> {
        match self.0.entry(position) {
            Ok(Some(entry)) => Ok(entry),
            Ok(None) => Err(format!("no entry at position {position}")),
            Err(error) => Err(error.to_string()),
        }
    }
}
