//! The bounded queue before a sequencer, and the answers that come back.
//!
//! Bounded by events and bytes, not by requests: a queue of a thousand batches
//! would hold a gigabyte. A full queue answers Busy at once; it never blocks the
//! submitter and never drops what it has taken.

use super::admitted::Admitted;
use super::{AppendError, Receipt, Refusal};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::oneshot;

/// One answer for each event of a job, in order.
pub type Answers = Vec<Result<Receipt, AppendError>>;

/// Events that are sequenced together.
pub(super) struct Job {
    pub events: Vec<Admitted>,
    /// All or none.
    pub atomic: bool,
    pub answer: oneshot::Sender<Answers>,
    /// Gives the room in the queue back when the job is dropped.
    _room: Room,
}

/// Limits of a queue.
#[derive(Clone, Copy, Debug)]
pub struct QueueLimits {
    pub events_max: usize,
    pub bytes_max: usize,
}

impl Default for QueueLimits {
    fn default() -> QueueLimits {
        QueueLimits { events_max: 65_536, bytes_max: 128 << 20 }
    }
}

#[derive(Default)]
struct Load {
    events: AtomicUsize,
    bytes: AtomicUsize,
}

struct Room {
    load: Arc<Load>,
    events: usize,
    bytes: usize,
}

impl Drop for Room {
    fn drop(&mut self) {
        self.load.events.fetch_sub(self.events, Ordering::AcqRel);
        self.load.bytes.fetch_sub(self.bytes, Ordering::AcqRel);
    }
}

/// The submitters' end.
#[derive(Clone)]
pub(super) struct Queue {
    sender: crossbeam_channel::Sender<Job>,
    load: Arc<Load>,
    limits: QueueLimits,
}

/// What a full queue tells the submitter: about one group's time.
const RETRY_AFTER_MS: u64 = 1000;

impl Queue {
    pub fn new(limits: QueueLimits) -> (Queue, crossbeam_channel::Receiver<Job>) {
        let (sender, receiver) = crossbeam_channel::unbounded();
        (Queue { sender, load: Arc::default(), limits }, receiver)
    }

    /// Takes a job or says Busy; a job larger than the whole queue is taken when
    /// the queue is empty, otherwise it could never be sent.
    pub fn push(&self, events: Vec<Admitted>, atomic: bool) -> Result<Pending, AppendError> {
        let bytes: usize = events.iter().map(|event| event.parts.bytes.len()).sum();
        let room = Room { load: self.load.clone(), events: events.len(), bytes };
        let queued = self.load.events.fetch_add(room.events, Ordering::AcqRel);
        let queued_bytes = self.load.bytes.fetch_add(room.bytes, Ordering::AcqRel);
        let full = queued + room.events > self.limits.events_max
            || queued_bytes + room.bytes > self.limits.bytes_max;
        if full && queued > 0 {
            return Err(AppendError::Busy { retry_after_ms: RETRY_AFTER_MS });
        }
        let count = events.len();
        let (answer, receiver) = oneshot::channel();
        let job = Job { events, atomic, answer, _room: room };
        if self.sender.send(job).is_err() {
            return Err(stopped("the sequencer has ended"));
        }
        Ok(Pending { receiver, count })
    }
}

/// A job under way. Dropping it does not take the events back.
pub struct Pending {
    receiver: oneshot::Receiver<Answers>,
    count: usize,
}

/// How long a waiting submitter looks before it sleeps: a wake-up costs as much
/// as a tenth of a durable write.
const SPINS: u32 = 20_000;

impl Pending {
    /// Waits on this thread.
    pub fn wait(mut self) -> Answers {
        for _ in 0..SPINS {
            match self.receiver.try_recv() {
                Ok(answers) => return answers,
                Err(oneshot::error::TryRecvError::Empty) => std::hint::spin_loop(),
                Err(oneshot::error::TryRecvError::Closed) => return self.lost(),
            }
        }
        let count = self.count;
        self.receiver.blocking_recv().unwrap_or_else(|_| lost(count))
    }

    /// Waits in an async task.
    pub async fn answer(self) -> Answers {
        let count = self.count;
        self.receiver.await.unwrap_or_else(|_| lost(count))
    }

    fn lost(&self) -> Answers {
        lost(self.count)
    }
}

fn lost(count: usize) -> Answers {
    vec![Err(stopped("the sequencer ended before it answered")); count]
}

pub(super) fn stopped(reason: &str) -> AppendError {
    AppendError::Stopped { reason: reason.to_owned() }
}

pub(super) fn refused(refusal: Refusal) -> AppendError {
    AppendError::Refused(refusal)
}
