//! The writer: one write and one fdatasync a frame, preallocation, new segments,
//! and poisoning after any outcome that is not known.

use super::files::{FileHandle, Files};
use super::scan::FrameAt;
use super::segment_path;
use super::view::{Shared, View};
use crate::store::{StoreError, Writer};
use plumbline_replay::integrity::chain::Digest;
use plumbline_replay::integrity::frame::{
    FRAME_BYTES_MAX, FrameHeader, SEGMENT_HEADER_BYTES, SegmentHeader,
};
use plumbline_replay::integrity::tree::Frontier;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

/// The first preallocation of a segment; it doubles from there, so that a ledger
/// of one event is not 64 MiB.
const GROW_BYTES_MIN: u64 = 256 << 10;
const GROW_BYTES_MAX: u64 = 16 << 20;
static ZEROS: [u8; 1 << 16] = [0; 1 << 16];

/// Appends frames to the last segment. Owned by the sequencer's thread.
pub(super) struct SegmentWriter {
    shared: Arc<Shared>,
    epoch: u64,
    current: Option<Current>,
    position: u64,
    last_hash: Digest,
    frontier: Frontier,
    poisoned: Option<String>,
    /// The next segment's file, being filled with zeros beside the current one.
    next: Option<JoinHandle<io::Result<PathBuf>>>,
}

struct Current {
    segment: u64,
    file: Box<dyn FileHandle>,
    /// Where the next frame goes.
    offset: u64,
    /// Zero-filled and synced up to here: a frame below it changes no metadata.
    allocated: u64,
}

impl SegmentWriter {
    /// Continues the log that `view` shows, dropping a torn tail durably.
    pub fn new(shared: Arc<Shared>, view: &View, epoch: u64) -> Result<SegmentWriter, StoreError> {
        let current = match view.segments.last() {
            Some(&segment) => Some(reopen(&shared, segment, view.end.offset)?),
            None => None,
        };
        Ok(SegmentWriter {
            epoch,
            current,
            position: view.end.position,
            last_hash: view.end.last_hash,
            frontier: view.end.frontier.clone(),
            poisoned: None,
            next: None,
            shared,
        })
    }

    fn check(&self, header: &FrameHeader, frame: &[u8]) -> Result<(), StoreError> {
        if let Some(reason) = &self.poisoned {
            return Err(StoreError::InDoubt(reason.clone()));
        }
        if self.shared.view().epoch != Some(self.epoch) || header.epoch != self.epoch {
            return Err(StoreError::Fenced);
        }
        if header.first_position != self.position || header.previous != self.last_hash {
            return Err(StoreError::Conflict(self.position));
        }
        if frame.len() > 2 * FRAME_BYTES_MAX {
            return Err(StoreError::TooLarge(frame.len()));
        }
        Ok(())
    }

    /// The segment that takes a frame of this length, with room made for it.
    fn room(&mut self, length: u64) -> Result<Current, StoreError> {
        let full = |current: &Current| {
            current.offset > SEGMENT_HEADER_BYTES as u64
                && current.offset + length > self.shared.options.segment_bytes
        };
        let mut current = match self.current.take() {
            Some(current) if !full(&current) => current,
            before => match self.new_segment() {
                Ok(fresh) => {
                    seal(before);
                    fresh
                }
                Err(error) => {
                    self.current = before;
                    return Err(error);
                }
            },
        };
        let end = current.offset + length;
        if end > current.allocated
            && let Err(error) = grow(&mut current, end)
        {
            let reason = self.shared.unreadable(current.segment, &error).to_string();
            self.current = Some(current);
            return Err(StoreError::Unavailable(reason));
        }
        Ok(current)
    }

    fn new_segment(&mut self) -> Result<Current, StoreError> {
        let segment = self.position;
        let prepared = self.prepared();
        let shared = &self.shared;
        let origin = shared.origin.unwrap_or(Digest::ZERO);
        let header = SegmentHeader {
            origin,
            first_position: segment,
            previous: self.last_hash,
            frontier: self.frontier.nodes().to_vec(),
        }
        .encode();
        let path = segment_path(&shared.dir, segment);
        let temp = prepared.unwrap_or_else(|| shared.dir.join("new.tmp"));
        let made = make_segment(shared.files.as_ref(), &temp, &header);
        let (file, allocated) =
            made.map_err(|error| StoreError::Unavailable(format!("{}: {error}", temp.display())))?;
        let placed =
            shared.files.rename(&temp, &path).and_then(|()| shared.files.sync_dir(&shared.dir));
        if let Err(error) = placed {
            // The new segment may be there or not: its name decides what a later
            // opening reads.
            return Err(self.poison(format!("{}: {error}", path.display())));
        }
        self.shared.view().segment_added(segment);
        Ok(Current { segment, file, offset: SEGMENT_HEADER_BYTES as u64, allocated })
    }

    /// The file that was filled ahead, if it is ready.
    fn prepared(&mut self) -> Option<PathBuf> {
        match self.next.take()?.join() {
            Ok(Ok(path)) => Some(path),
            // Filling ahead is for speed only; the segment is then made anew.
            Ok(Err(_)) | Err(_) => None,
        }
    }

    /// Starts filling the next segment once a quarter of this one is used.
    fn prepare_next(&mut self, offset: u64) {
        let bytes = self.shared.options.segment_bytes;
        if self.next.is_some() || offset < bytes / 4 || bytes < GROW_BYTES_MAX {
            return;
        }
        let shared = self.shared.clone();
        self.next = Some(std::thread::spawn(move || {
            let path = shared.dir.join("next.tmp");
            // A leftover of a former writer in this process.
            let _ = shared.files.remove(&path);
            let file = shared.files.create(&path)?;
            fill(file.as_ref(), 0, bytes)?;
            file.sync_data()?;
            Ok(path)
        }));
    }

    fn poison(&mut self, reason: String) -> StoreError {
        self.poisoned = Some(reason.clone());
        StoreError::InDoubt(reason)
    }
}

impl Writer for SegmentWriter {
    fn append(
        &mut self,
        header: &FrameHeader,
        frame: &[u8],
        last_hash: Digest,
        next: &Frontier,
    ) -> Result<(), StoreError> {
        self.check(header, frame)?;
        let mut current = self.room(frame.len() as u64)?;
        let at = FrameAt { first_position: self.position, offset: current.offset };
        let written = current
            .file
            .write_all_at(frame, current.offset)
            .and_then(|()| current.file.sync_data());
        if let Err(error) = written {
            let reason = self.shared.unreadable(current.segment, &error).to_string();
            self.current = Some(current);
            return Err(self.poison(reason));
        }
        current.offset += frame.len() as u64;
        let offset = current.offset;
        self.current = Some(current);
        self.position += u64::from(header.count);
        self.last_hash = last_hash;
        self.frontier.clone_from(next);
        self.shared.view().frame_added(at, offset, self.position, last_hash);
        self.prepare_next(offset);
        Ok(())
    }
}

impl Drop for SegmentWriter {
    fn drop(&mut self) {
        if let Some(path) = self.prepared() {
            // Removed at the next acquire if this fails.
            let _ = self.shared.files.remove(&path);
        }
        if self.poisoned.is_none() {
            seal(self.current.take());
        }
    }
}

/// Cuts off what was preallocated and not used, so that every byte of a closed
/// segment belongs to a frame. Best effort: zeros after the end mean nothing.
fn seal(current: Option<Current>) {
    if let Some(current) = current {
        let _ = current.file.set_len(current.offset);
        let _ = current.file.sync_data();
    }
}

fn reopen(shared: &Shared, segment: u64, offset: u64) -> Result<Current, StoreError> {
    let unavailable = |error: io::Error| shared.unreadable(segment, &error);
    let path = segment_path(&shared.dir, segment);
    let file = shared.files.open(&path, true).map_err(unavailable)?;
    if file.length().map_err(unavailable)? > offset {
        // Drops a torn frame together with the zeros: what stays is what was read.
        file.set_len(offset).and_then(|()| file.sync_data()).map_err(unavailable)?;
    }
    Ok(Current { segment, file, offset, allocated: offset })
}

fn grow(current: &mut Current, needed: u64) -> io::Result<()> {
    let step = current.allocated.clamp(GROW_BYTES_MIN, GROW_BYTES_MAX);
    let target = needed.max(current.allocated + step);
    fill(current.file.as_ref(), current.allocated, target)?;
    current.file.sync_data()?;
    current.allocated = target;
    Ok(())
}

fn fill(file: &dyn FileHandle, from: u64, to: u64) -> io::Result<()> {
    let mut at = from;
    while at < to {
        let length = (to - at).min(ZEROS.len() as u64) as usize;
        file.write_all_at(&ZEROS[..length], at)?;
        at += length as u64;
    }
    Ok(())
}

/// Writes the header into a prepared or new file; returns it with its length.
fn make_segment(
    files: &dyn Files,
    temp: &Path,
    header: &[u8],
) -> io::Result<(Box<dyn FileHandle>, u64)> {
    let file = match files.open(temp, true) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => files.create(temp)?,
        Err(error) => return Err(error),
    };
    file.write_all_at(header, 0)?;
    let length = file.length()?;
    file.sync_data()?;
    Ok((file, length))
}
