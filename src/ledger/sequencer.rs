//! The sequencer: one thread at a time gives each event of a log its place, its
//! time and its link, and commits groups (design §4).
//!
//! It does not parse submissions, know event types, or serve readers. Whatever
//! waits when the disk is free goes into one frame. If the outcome of a write is
//! unknown the sequencer stops for good: only reopening, which reads what the
//! disk holds, may go on.

use super::admitted::Admitted;
use super::clock_watch::{self, ClockWatch};
use super::group::{Group, GroupMark};
use super::memory::{Hashing, Key, Recent};
use super::queue::{Answers, Job, stopped};
use super::statement;
use super::{AppendError, Expected, LogName, Receipt, Refusal, RefusalCode};
use crate::clock::{Clock, TimeText};
use crate::index::Noted;
use crate::log::{SEGMENT_BYTES_MAX, SEGMENT_BYTES_MIN};
use crate::store::{Acquired, StoreError, Writer};
use crate::vault::{Vault, write_record};
use plumbline_replay::integrity::chain::{Digest, entry_hash};
use plumbline_replay::integrity::entry::{Place, scan, strip};
use plumbline_replay::integrity::frame::{
    FRAME_BYTES_MAX, FRAME_ENTRIES_MAX, FRAME_TRAILER_BYTES, FrameBuilder, SECTOR_BYTES,
    SEGMENT_HEADER_BYTES,
};
use plumbline_replay::integrity::tree::{Frontier, leaf_hash};
use std::sync::Arc;

/// What was recorded before the sequencer's own memory begins.
pub trait History: Send {
    /// Entries that [`History::find_id`] and [`History::stream_head`] speak for.
    fn position(&self) -> u64;
    /// Brings [`History::position`] to the log's end, on this thread.
    fn catch_up(&self) -> Result<(), String>;
    /// The position of the event with this id, compared in full.
    fn find_id(&self, system: &str, id: &str) -> Result<Option<u64>, String>;
    /// The last revision of a stream.
    fn stream_head(&self, stream: &str) -> Result<Option<u64>, String>;
    /// A committed entry.
    fn entry(&self, position: u64) -> Result<Vec<u8>, String>;
    /// Takes what was noted of entries that are durable now, from a position on.
    fn tell(&self, first_position: u64, noted: Vec<Option<Noted>>);
}

/// Called after each commit with the new size.
pub type OnCommit = Box<dyn FnMut(u64) + Send>;

/// How much goes into one group.
#[derive(Clone, Copy, Debug)]
pub struct GroupLimits {
    pub events_max: usize,
    pub bytes_max: usize,
    /// What one frame can hold at all. Reaching it never stops the log: the group
    /// is committed first, and what cannot fit alone is refused.
    pub frame_bytes_max: usize,
}

impl GroupLimits {
    /// The limits where a segment file takes this many bytes.
    pub fn within(segment_bytes: u64) -> GroupLimits {
        let around = SEGMENT_HEADER_BYTES + SECTOR_BYTES;
        // As the log itself takes the setting, or it would be held to less than it can.
        let segment_bytes = segment_bytes.clamp(SEGMENT_BYTES_MIN, SEGMENT_BYTES_MAX);
        let room = usize::try_from(segment_bytes).unwrap_or(usize::MAX).saturating_sub(around);
        let frame_bytes_max = room.min(FRAME_BYTES_MAX);
        GroupLimits { events_max: 4096, bytes_max: frame_bytes_max.min(8 << 20), frame_bytes_max }
    }
}

/// How far the history may lag behind before the sequencer waits for it: what it
/// has to remember itself meanwhile is then at most some hundred megabytes.
const LAG_MAX: u64 = 1 << 20;

/// Everything a sequencer is given.
pub struct Parts {
    pub log: LogName,
    pub acquired: Acquired,
    pub history: Box<dyn History>,
    pub clock: Arc<dyn Clock>,
    pub vault: Arc<Vault>,
    pub on_commit: OnCommit,
    pub limits: GroupLimits,
    /// Keys the hashes of the sequencer's memory; secret to the process.
    pub hash_key: [u8; 16],
}

/// The state of one log's end. Whose turn it is, `lane` says.
pub struct Sequencer {
    log: LogName,
    writer: Box<dyn Writer>,
    history: Box<dyn History>,
    clock: Arc<dyn Clock>,
    vault: Arc<Vault>,
    on_commit: OnCommit,
    limits: GroupLimits,
    hashing: Hashing,
    ids: Recent<u64>,
    /// Revision of the next event of a stream.
    revisions: Recent<u64>,
    size: u64,
    last_hash: Digest,
    last_recorded: i64,
    watch: ClockWatch,
    frontier: Frontier,
    time: TimeText,
    group: Group,
    stopped: Option<String>,
}

impl Sequencer {
    /// Continues a log from what acquiring it found.
    pub fn new(parts: Parts) -> Result<Sequencer, StoreError> {
        let head = parts.acquired.head;
        let last_recorded = match &head.last_entry {
            Some(entry) => recorded_micros(entry).ok_or_else(|| StoreError::Damaged {
                position: head.size.saturating_sub(1),
                what: "the last entry cannot be read".to_owned(),
                place: parts.log.to_string(),
            })?,
            None => i64::MIN,
        };
        let frame = FrameBuilder::new(parts.acquired.epoch, head.size, head.last_hash);
        Ok(Sequencer {
            log: parts.log,
            writer: parts.acquired.writer,
            history: parts.history,
            clock: parts.clock,
            vault: parts.vault,
            on_commit: parts.on_commit,
            limits: parts.limits,
            hashing: Hashing::new(parts.hash_key),
            ids: Recent::new(),
            revisions: Recent::new(),
            size: head.size,
            last_hash: head.last_hash,
            last_recorded,
            watch: ClockWatch::default(),
            frontier: head.frontier,
            time: TimeText::default(),
            group: Group::new(frame),
            stopped: None,
        })
    }

    /// Records a job together with those that `next` gives, which is told whether
    /// more of the last one's request is coming.
    pub(super) fn serve(&mut self, job: Job, mut next: impl FnMut(bool) -> Option<Job>) {
        let mut more = job.more;
        self.take(job);
        while self.group.frame.count() < self.limits.events_max
            && self.group.frame.len() < self.limits.bytes_max
        {
            let Some(job) = next(more) else { break };
            more = job.more;
            self.take(job);
        }
        // Everyone in the group has been answered either way.
        let _ = self.commit();
    }

    /// Places the events of one job, or the refusals, in the group.
    pub(super) fn take(&mut self, job: Job) {
        let answers =
            if job.atomic { self.place_all(job.events) } else { self.place_each(job.events) };
        self.group.answers.push((job.answer, answers));
        self.note_clock();
    }

    /// Records that the clock has fallen behind, unless that is known.
    fn note_clock(&mut self) {
        let Some(skew) = self.watch.take() else { return };
        let known = self.revisions.get(self.hashing.stream(clock_watch::STREAM));
        let number = known.map_or_else(|| self.next_revision(clock_watch::STREAM), Ok);
        let Ok(number) = number else { return };
        let last = self.last_recorded;
        let before = number.checked_sub(1).and_then(|number| self.recorded_at(number));
        if before.is_some_and(|recorded| clock_watch::is_the_same(recorded, last, skew)) {
            return;
        }
        if let Some(event) = clock_watch::event(self.log, number, last, skew, &self.vault) {
            // It shares the fate of its group, and `commit` looks again if that fails.
            self.place_each(vec![event]);
        }
    }

    /// When an anomaly of the clock was recorded.
    fn recorded_at(&self, number: u64) -> Option<i64> {
        let id = clock_watch::id(self.log, number);
        let known = self.ids.get(self.hashing.id(statement::SYSTEM, &id));
        let position = match known {
            Some(position) => position,
            None => self.history.find_id(statement::SYSTEM, &id).ok()??,
        };
        recorded_micros(&self.entry(position).ok()?)
    }

    /// Places events that do not depend on each other, in as many frames as they
    /// need.
    fn place_each(&mut self, events: Vec<Admitted>) -> Answers {
        let mut answers = Answers::with_capacity(events.len());
        for (index, event) in events.into_iter().enumerate() {
            if !self.has_room(event.frame_bytes(), 1) && !self.group.frame.is_empty() {
                let outcome = self.commit();
                self.settle(&mut answers, outcome.as_ref().err());
            }
            answers.push(self.place(event, index));
        }
        answers
    }

    /// Whether the frame under way can take so many bytes and entries more.
    fn has_room(&self, bytes: usize, count: usize) -> bool {
        let frame = &self.group.frame;
        frame.len() + bytes + FRAME_TRAILER_BYTES <= self.limits.frame_bytes_max
            && frame.count() + count <= FRAME_ENTRIES_MAX
    }

    fn too_large(&self, bytes: usize, count: usize) -> Refusal {
        let max = self.limits.frame_bytes_max;
        Refusal {
            code: RefusalCode::TooLarge,
            pointer: None,
            index: 0,
            detail: format!(
                "{count} 件共 {bytes} 字节,一次写入至多 {max} 字节;请分批提交 / {count} events of \
                 {bytes} bytes together, at most {max} in one commit; send fewer at a time"
            ),
            current_revision: None,
        }
    }

    fn place_all(&mut self, events: Vec<Admitted>) -> Answers {
        let bytes = events.iter().map(Admitted::frame_bytes).sum();
        if !self.has_room(bytes, events.len()) && !self.group.frame.is_empty() {
            // Those before have their own answers; nothing of this job is placed.
            let _ = self.commit();
        }
        if !self.has_room(bytes, events.len()) {
            let refusal = self.too_large(bytes, events.len());
            return vec![Err(AppendError::Refused(refusal)); events.len()];
        }
        let mark = self.group.mark();
        let count = events.len();
        let mut answers = Answers::with_capacity(count);
        for (index, event) in events.into_iter().enumerate() {
            let answer = self.place(event, index);
            if let Err(error) = answer {
                self.rollback(&mark);
                return vec![Err(error); count];
            }
            answers.push(answer);
        }
        answers
    }

    fn place(&mut self, event: Admitted, index: usize) -> Result<Receipt, AppendError> {
        if let Some(reason) = &self.stopped {
            return Err(stopped(reason));
        }
        let bytes = event.frame_bytes();
        if !self.has_room(bytes, 1) {
            return Err(AppendError::Refused(Refusal { index, ..self.too_large(bytes, 1) }));
        }
        let id_key = self.hashing.id(&event.system, &event.id);
        if let Some(receipt) = self.recorded_before(&event, id_key, index)? {
            return Ok(receipt);
        }
        let stream_key = self.hashing.stream(&event.stream);
        let known = self.revisions.get(stream_key);
        let revision = match known {
            Some(next) => next,
            None => self.next_revision(&event.stream)?,
        };
        check_expected(&event, revision, index)?;
        let position = self.size + self.group.frame.count() as u64;
        let hash = self.splice(&event, position, revision);
        let recorded = self.last_recorded;
        self.group.noted.push(event.note.map(|note| Noted { note, recorded }));
        // Nothing was known of the id, or it would be recorded.
        self.group.ids.push((id_key, None));
        self.ids.put(id_key, position, position);
        self.group.revisions.push((stream_key, known));
        self.revisions.put(stream_key, revision + 1, position);
        Ok(Receipt {
            id: event.id,
            log: self.log,
            position,
            hash,
            log_size: 0,
            revision,
            duplicate: false,
        })
    }

    /// Makes the entry's bytes, its link and its leaf.
    fn splice(&mut self, event: &Admitted, position: u64, revision: u64) -> Digest {
        let machine = self.clock.now();
        self.watch.see(machine, self.last_recorded);
        let now = machine.max(self.last_recorded.saturating_add(1));
        self.last_recorded = now;
        let place = Place {
            position,
            previous: self.group.frame.hashes().last().copied().unwrap_or(self.last_hash),
            recorded_at: self.time.format(now),
            revision,
        };
        let index = self.group.frame.count() as u32;
        let (entry, hash) = self
            .group
            .frame
            .entry(|out| event.parts.splice(&place, out))
            .expect("admission leaves room for the ledger's members");
        self.group.leaves.push(leaf_hash(entry));
        for record in &event.records {
            write_record(index, record, self.group.frame.disclosures_mut());
        }
        hash
    }

    /// The first receipt, if the same event is recorded; a refusal, if another
    /// one is recorded under its id.
    fn recorded_before(
        &self,
        event: &Admitted,
        id_key: Key,
        index: usize,
    ) -> Result<Option<Receipt>, AppendError> {
        let position = match self.ids.get(id_key) {
            Some(position) => Some(position),
            None => self.history.find_id(&event.system, &event.id).map_err(unavailable)?,
        };
        let Some(position) = position else {
            return Ok(None);
        };
        let entry = self.entry(position)?;
        let stored = strip(&entry).map_err(|error| unavailable(error.to_string()))?;
        let fields = scan(&entry).map_err(|error| unavailable(error.to_string()))?;
        if stored != event.parts.bytes {
            return Err(AppendError::Refused(reused_id(event, index, position, &stored)));
        }
        Ok(Some(Receipt {
            id: event.id.clone(),
            log: self.log,
            position,
            hash: entry_hash(&entry),
            log_size: 0,
            revision: fields.revision,
            duplicate: true,
        }))
    }

    fn entry(&self, position: u64) -> Result<Vec<u8>, AppendError> {
        if let Some(index) = position.checked_sub(self.size) {
            let gathered = self.group.frame.gathered(index as usize);
            return gathered.map(<[u8]>::to_vec).ok_or_else(|| stopped("a placed entry is gone"));
        }
        self.history.entry(position).map_err(unavailable)
    }

    /// Of a stream that nothing is remembered of.
    fn next_revision(&self, stream: &str) -> Result<u64, AppendError> {
        let head = self.history.stream_head(stream).map_err(unavailable)?;
        Ok(head.map_or(0, |revision| revision + 1))
    }

    /// Makes the group durable and answers everyone in it.
    pub(super) fn commit(&mut self) -> Result<(), AppendError> {
        let outcome = if self.group.frame.is_empty() { Ok(()) } else { self.write_group() };
        let committed = outcome.is_ok() && !self.group.frame.is_empty();
        if outcome.is_err() {
            self.watch = ClockWatch::default();
            self.rollback(&self.group.start());
        }
        let first = self.group.frame.first_position();
        let noted = std::mem::take(&mut self.group.noted);
        self.answer(outcome.as_ref().err());
        self.group.reset(self.size, self.last_hash);
        if committed {
            self.history.tell(first, noted);
            (self.on_commit)(self.size);
            self.forget();
        }
        outcome
    }

    /// Forgets what the history can answer for.
    fn forget(&mut self) {
        if self.size.saturating_sub(self.history.position()) > LAG_MAX {
            // If it cannot, memory grows instead: recording comes first. Whoever
            // follows the log has reported why.
            let _ = self.history.catch_up();
        }
        let looked_up = self.history.position();
        self.ids.turn(looked_up);
        self.revisions.turn(looked_up);
    }

    fn write_group(&mut self) -> Result<(), AppendError> {
        // A key that is lost would make an acknowledged value unreadable for ever.
        self.vault.sync().map_err(|error| self.stop(error.to_string()))?;
        let mut frontier = self.frontier.clone();
        for leaf in &self.group.leaves {
            frontier.push(*leaf);
        }
        let header = self.group.frame.header();
        let last_hash = self.group.frame.hashes().last().copied().unwrap_or(self.last_hash);
        let bytes = self.group.frame.finish();
        match self.writer.append(&header, bytes, last_hash, &frontier) {
            Ok(()) => {
                self.size = frontier.size();
                self.frontier = frontier;
                self.last_hash = last_hash;
                Ok(())
            }
            Err(StoreError::Unavailable(reason)) => Err(AppendError::Unavailable { reason }),
            Err(error) => Err(self.stop(error.to_string())),
        }
    }

    fn stop(&mut self, reason: String) -> AppendError {
        self.stopped = Some(reason.clone());
        stopped(&reason)
    }

    /// Sends the answers; with an error, to everyone whose event was placed.
    fn answer(&mut self, error: Option<&AppendError>) {
        for (sender, mut answers) in std::mem::take(&mut self.group.answers) {
            self.settle(&mut answers, error);
            // A submitter who no longer listens can ask again with the same id.
            let _ = sender.send(answers);
        }
    }

    /// Tells the answers of a group what became of it. Those that an earlier
    /// frame has settled stay as they are.
    fn settle(&self, answers: &mut Answers, error: Option<&AppendError>) {
        for answer in answers {
            let Ok(receipt) = answer else { continue };
            if receipt.log_size > 0 {
                continue;
            }
            receipt.log_size = self.size;
            // A duplicate of an event of this very group is lost with it.
            if let Some(error) = error.filter(|_| receipt.position >= self.size) {
                *answer = Err(error.clone());
            }
        }
    }

    fn rollback(&mut self, mark: &GroupMark) {
        for (key, before) in self.group.ids.drain(mark.ids..).rev() {
            self.ids.restore(key, before);
        }
        for (key, before) in self.group.revisions.drain(mark.revisions..).rev() {
            self.revisions.restore(key, before);
        }
        self.group.leaves.truncate(mark.leaves);
        self.group.noted.truncate(mark.leaves);
        self.group.frame.rollback(&mark.frame);
    }
}

fn unavailable(reason: String) -> AppendError {
    AppendError::Unavailable { reason }
}

fn check_expected(event: &Admitted, next: u64, index: usize) -> Result<(), AppendError> {
    let met = match event.expected {
        Expected::Any => true,
        Expected::NoStream => next == 0,
        Expected::Exists => next > 0,
        Expected::Exact(revision) => next == revision + 1,
    };
    if met {
        return Ok(());
    }
    let current = match next.checked_sub(1) {
        Some(revision) => format!("当前版次为 {revision} / is at revision {revision}"),
        None => "尚无事件 / has no events".to_owned(),
    };
    Err(AppendError::Refused(Refusal {
        code: RefusalCode::RevisionConflict,
        pointer: Some("/stream".to_owned()),
        index,
        detail: format!("事件流 {} {current}", event.stream),
        current_revision: next.checked_sub(1),
    }))
}

fn reused_id(event: &Admitted, index: usize, position: u64, stored: &[u8]) -> Refusal {
    Refusal {
        code: RefusalCode::EventIdReused,
        pointer: Some("/id".to_owned()),
        index,
        detail: format!(
            "编号 {} 已用于第 {position} 号记录,内容不同 / the id is taken by position {position} \
             with other content (submitted BLAKE3 {}, recorded {})",
            event.id,
            entry_hash(&event.parts.bytes),
            entry_hash(stored),
        ),
        current_revision: None,
    }
}

fn recorded_micros(entry: &[u8]) -> Option<i64> {
    let text = scan(entry).ok()?.recorded_at;
    let time = chrono::DateTime::parse_from_rfc3339(text).ok()?;
    Some(time.timestamp_micros())
}
