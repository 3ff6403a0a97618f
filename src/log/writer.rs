//! Appending: one write and one fdatasync a frame.
//!
//! A failed write or sync leaves what the disk holds unknown. The writer then
//! refuses everything: only a takeover, which reads the files, may go on.

use super::ahead::Ahead;
use super::files::LockGuard;
use super::segment::{BLANK_BYTES, Failed, OpenSegment, Unnamed};
use super::segment_path;
use super::view::{Shared, lock};
use crate::store::{Head, StoreError, Writer};
use plumbline_replay::integrity::chain::Digest;
use plumbline_replay::integrity::frame::{
    FRAME_BYTES_MAX, FRAME_ENTRIES_MAX, FrameHeader, SEGMENT_HEADER_BYTES, SegmentHeader,
};
use plumbline_replay::integrity::tree::Frontier;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Appends frames to the last segment. Owned by the sequencer's thread.
pub(super) struct SegmentWriter {
    shared: Arc<Shared>,
    /// Released with the process's last writer of this log.
    _lock: Arc<LockGuard>,
    epoch: u64,
    /// `None` before the first frame of a log.
    segment: Option<OpenSegment>,
    position: u64,
    last_hash: Digest,
    frontier: Frontier,
    /// Why the state of the disk is unknown.
    poisoned: Option<String>,
    ahead: Ahead,
}

impl SegmentWriter {
    pub fn new(
        shared: Arc<Shared>,
        held: Arc<LockGuard>,
        epoch: u64,
        segment: Option<OpenSegment>,
        head: &Head,
    ) -> SegmentWriter {
        SegmentWriter {
            shared,
            _lock: held,
            epoch,
            segment,
            position: head.size,
            last_hash: head.last_hash,
            frontier: head.frontier.clone(),
            poisoned: None,
            ahead: Ahead::default(),
        }
    }

    fn check(&self, header: &FrameHeader, frame: &[u8], next: &Frontier) -> Result<(), StoreError> {
        if let Some(reason) = &self.poisoned {
            return Err(StoreError::InDoubt(reason.clone()));
        }
        if header.epoch != self.epoch {
            return Err(StoreError::Fenced);
        }
        let entries = header.count as usize;
        let room = self.shared.options.segment_bytes - SEGMENT_HEADER_BYTES as u64 - BLANK_BYTES;
        if frame.len() as u64 > room
            || entries > FRAME_ENTRIES_MAX
            || header.entries_bytes as usize > FRAME_BYTES_MAX
            || header.disclosures_bytes as usize > FRAME_BYTES_MAX
        {
            return Err(StoreError::TooLarge(frame.len()));
        }
        let continues = header.first_position == self.position
            && header.previous == self.last_hash
            && next.size() == self.position + u64::from(header.count);
        if !continues || entries == 0 || frame.len() != header.frame_bytes() {
            return Err(StoreError::Conflict(self.position));
        }
        Ok(())
    }

    /// Makes room for a frame, in a new segment if it does not fit the last one.
    fn make_room(&mut self, length: u64) -> Result<(), StoreError> {
        let limit = self.shared.options.segment_bytes;
        let fits = |segment: &OpenSegment| segment.offset + length + BLANK_BYTES <= limit;
        if !self.segment.as_ref().is_some_and(fits) {
            self.begin_segment()?;
        }
        let made = match &mut self.segment {
            Some(segment) => segment.make_room(length, limit),
            None => Ok(()),
        };
        made.map_err(|failed| self.fail(failed))
    }

    /// Makes the next segment before closing the last one: if there is no room
    /// for it, nothing has changed.
    fn begin_segment(&mut self) -> Result<(), StoreError> {
        let shared = self.shared.clone();
        let (files, dir) = (shared.files.as_ref(), shared.dir.as_path());
        let header = SegmentHeader {
            origin: self.origin()?,
            first_position: self.position,
            previous: self.last_hash,
            frontier: self.frontier.nodes().to_vec(),
        };
        let filled = self.ahead.take();
        let begun = Unnamed::make(files, dir, &header, filled).and_then(|unnamed| {
            if let Some(last) = &mut self.segment {
                last.close()?;
            }
            unnamed.name(files, dir, self.position)
        });
        self.segment = Some(begun.map_err(|failed| self.fail(failed))?);
        self.shared.change(|view| view.segment_begun(header.first_position));
        Ok(())
    }

    /// SHA-256 of the log's origin: as opened, or as the first segment says.
    fn origin(&self) -> Result<Digest, StoreError> {
        if let Some(origin) = self.shared.origin {
            return Ok(origin);
        }
        let mut head = [0; SEGMENT_HEADER_BYTES];
        let read = self.shared.handle(0)?.read_at(&mut head, 0);
        let header = read.ok().and_then(|_| SegmentHeader::decode(&head).ok());
        header.map(|header| header.origin).ok_or_else(|| {
            let path = segment_path(&self.shared.dir, 0);
            StoreError::Unavailable(format!("{}: the origin cannot be read", path.display()))
        })
    }

    fn fail(&mut self, failed: Failed) -> StoreError {
        let place = match &self.segment {
            Some(segment) => segment.path.display(),
            None => self.shared.dir.display(),
        };
        match failed {
            Failed::Nothing(error) => StoreError::not_done(place, &error),
            Failed::Doubt(error) => {
                let reason = format!("{place}: {error}");
                self.poisoned = Some(reason.clone());
                StoreError::InDoubt(reason)
            }
        }
    }

    /// Fills the next segment once a quarter of this one is used.
    fn prepare(&mut self, used: u64) {
        let options = &self.shared.options;
        if options.fill_ahead && !self.ahead.is_running() && used >= options.segment_bytes / 4 {
            let path = ahead_path(&self.shared.dir, self.epoch);
            let files = self.shared.files.clone();
            self.ahead.start(files, path, options.segment_bytes);
        }
    }
}

/// Named after the epoch: a fenced writer's file is not a later one's.
fn ahead_path(dir: &Path, epoch: u64) -> std::path::PathBuf {
    dir.join(format!("ahead-{epoch}.tmp"))
}

impl Writer for SegmentWriter {
    fn append(
        &mut self,
        header: &FrameHeader,
        frame: &[u8],
        last_hash: Digest,
        next: &Frontier,
    ) -> Result<(), StoreError> {
        let shared = self.shared.clone();
        let gate = lock(&shared.gate);
        if gate.epoch != self.epoch {
            return Err(StoreError::Fenced);
        }
        self.check(header, frame, next)?;
        let bytes = frame.len() as u64;
        self.make_room(bytes)?;
        let Some(segment) = &mut self.segment else {
            return Err(StoreError::Unavailable("there is no segment".to_owned()));
        };
        let offset = segment.offset;
        let file = segment.file.as_ref();
        let written = file.write_all_at(frame, offset).and_then(|()| file.sync_data());
        if let Err(error) = written {
            return Err(self.fail(Failed::Doubt(error)));
        }
        segment.offset += bytes;
        let count = u64::from(header.count);
        self.position += count;
        self.last_hash = last_hash;
        self.frontier.clone_from(next);
        shared.change(|view| view.frame_committed(offset, bytes, count, last_hash));
        self.prepare(offset + bytes);
        Ok(())
    }
}

impl Drop for SegmentWriter {
    fn drop(&mut self) {
        let shared = self.shared.clone();
        self.ahead.cancel(shared.files.as_ref());
        let gate = lock(&shared.gate);
        if gate.epoch != self.epoch {
            return;
        }
        if let (None, Some(segment)) = (&self.poisoned, &mut self.segment) {
            // Zeros after the last frame mean nothing; the next takeover cuts
            // them off.
            let _ = segment.close();
        }
        shared.writing.store(false, Ordering::Release);
    }
}
