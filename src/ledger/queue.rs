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
    /// The submitter is admitting more of the same request: a group that waits for
    /// it a moment saves a sync.
    pub more: bool,
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

impl Room {
    /// Takes the room of some events out of this one. Their bytes are known only
    /// now and are counted whether or not there is room for them: so the queue
    /// holds at most one request a submitter more than its limit.
    fn split(&mut self, events: usize, bytes: usize) -> Room {
        self.events = self.events.saturating_sub(events);
        self.load.bytes.fetch_add(bytes, Ordering::AcqRel);
        Room { load: self.load.clone(), events, bytes }
    }
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
        self.send(self.job(events, atomic)?)
    }

    /// Makes room for a request of `events` events that comes in parts, or says
    /// Busy: once its first part is taken the others are, so that what is sent
    /// again later is the whole request and in its order.
    pub fn begin(&self, events: usize) -> Result<Intake, AppendError> {
        Ok(Intake { queue: self.clone(), room: self.room(events, 0)? })
    }

    fn room(&self, events: usize, bytes: usize) -> Result<Room, AppendError> {
        let room = Room { load: self.load.clone(), events, bytes };
        let queued = self.load.events.fetch_add(events, Ordering::AcqRel);
        let queued_bytes = self.load.bytes.fetch_add(bytes, Ordering::AcqRel);
        let full = queued + events > self.limits.events_max
            || queued_bytes + bytes > self.limits.bytes_max;
        if full && queued > 0 {
            return Err(AppendError::Busy { retry_after_ms: RETRY_AFTER_MS });
        }
        Ok(room)
    }

    /// Nobody waits and nothing is under way.
    pub fn is_idle(&self) -> bool {
        self.load.events.load(Ordering::Acquire) == 0
    }

    /// A job that takes its room in the queue and does not go through it.
    pub fn job(&self, events: Vec<Admitted>, atomic: bool) -> Result<(Job, Pending), AppendError> {
        let room = self.room(events.len(), bytes_of(&events))?;
        Ok(made(events, atomic, false, room))
    }

    fn send(&self, (job, pending): (Job, Pending)) -> Result<Pending, AppendError> {
        if self.sender.send(job).is_err() {
            return Err(stopped("the sequencer has ended"));
        }
        Ok(pending)
    }
}

fn made(events: Vec<Admitted>, atomic: bool, more: bool, room: Room) -> (Job, Pending) {
    let count = events.len();
    let (answer, receiver) = oneshot::channel();
    (Job { events, atomic, more, answer, _room: room }, Pending { receiver, count })
}

fn bytes_of(events: &[Admitted]) -> usize {
    events.iter().map(|event| event.parts.bytes.len()).sum()
}

/// A request that comes in parts. Gives back the room of what never came.
pub(super) struct Intake {
    queue: Queue,
    /// Of the events that are still to come.
    room: Room,
}

impl Intake {
    /// Takes the next part; `more` if there may be another.
    pub fn push(&mut self, events: Vec<Admitted>, more: bool) -> Result<Pending, AppendError> {
        let room = self.room.split(events.len(), bytes_of(&events));
        self.queue.send(made(events, false, more, room))
    }
}

/// A job under way. Dropping it does not take the events back.
pub struct Pending {
    receiver: oneshot::Receiver<Answers>,
    count: usize,
}

/// How long a waiting submitter looks before it sleeps, in looks.
const SPINS: u32 = 200;

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

#[cfg(test)]
mod tests {
    use super::*;

    fn few() -> (Queue, crossbeam_channel::Receiver<Job>) {
        Queue::new(QueueLimits { events_max: 10, bytes_max: 1000 })
    }

    fn is_busy<T>(result: Result<T, AppendError>) -> bool {
        matches!(result, Err(AppendError::Busy { .. }))
    }

    #[test]
    fn a_request_in_parts_is_taken_whole_or_not_at_all() {
        let (queue, _jobs) = few();
        let whole = queue.begin(10).unwrap();
        assert!(is_busy(queue.begin(1)), "a part of another request would come between");
        drop(whole);
        assert!(queue.is_idle());
        let first = queue.begin(9).unwrap();
        let second = queue.begin(1).unwrap();
        assert!(is_busy(queue.begin(1)));
        drop((first, second));
        // Larger than the queue: taken alone, or it could never be sent.
        let large = queue.begin(50).unwrap();
        assert!(is_busy(queue.begin(1)));
        drop(large);
        assert!(queue.is_idle());
    }

    #[test]
    fn room_is_given_back_by_what_came_and_by_what_never_came() {
        let (queue, jobs) = few();
        let mut intake = queue.begin(10).unwrap();
        let pending = intake.push(Vec::new(), true).unwrap();
        drop(intake);
        assert!(queue.is_idle());
        assert_eq!(jobs.recv().map(|job| job.more), Ok(true));
        assert!(pending.wait().is_empty());
    }
}
