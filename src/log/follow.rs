//! Following a log that another process writes: what has been committed since.
//!
//! A frame counts when it is wholly there and continues the one before. One that
//! is being written is simply not there yet, and neither is one that was torn or
//! damaged since opening: only opening and verifying tell these apart. A frame
//! that is whole but not yet synced may be seen here a moment before its writer
//! has acknowledged it.

use super::files::read_up_to;
use super::scan::{self, BadHeader, End};
use super::segment_path;
use super::survey::unavailable;
use super::view::Shared;
use crate::store::StoreError;
use plumbline_replay::integrity::frame::{FRAME_HEADER_BYTES, FrameHeader, SEGMENT_HEADER_BYTES};
use plumbline_replay::integrity::tree::Frontier;
use std::io;

/// Read at once where there are new frames; a longer one is read alone.
const READ_BYTES: usize = 256 << 10;

impl Shared {
    /// Moves the view on by what was committed since. The caller holds `looking`.
    pub(super) fn follow(&self) -> Result<(), StoreError> {
        loop {
            while self.follow_frames()? {}
            if !self.follow_segment()? {
                return Ok(());
            }
        }
    }

    /// Shows frames that follow the last one; true if there may be more.
    fn follow_frames(&self) -> Result<bool, StoreError> {
        let (segment, mut end) = {
            let view = self.view();
            let Some(last) = view.segments.last() else {
                return Ok(false);
            };
            let end = End {
                position: view.position,
                last_hash: view.last_hash,
                frontier: Frontier::new(),
                epoch: 0,
                offset: last.bytes,
            };
            (last.first_position, end)
        };
        let path = segment_path(&self.dir, segment);
        let file = self.handle(segment)?;
        let read = |length| {
            read_up_to(file.as_ref(), end.offset, length).map_err(|error| unavailable(&path, error))
        };
        // Most often there is nothing new: a header's worth tells.
        let Some(first) = FrameHeader::decode(&read(FRAME_HEADER_BYTES)?) else {
            return Ok(false);
        };
        let bytes = read(first.frame_bytes().max(READ_BYTES))?;
        let mut found = Vec::new();
        scan::walk(&path, &bytes, &mut end, false, |position, offset| {
            found.push((position, offset));
        });
        let moved = !found.is_empty();
        self.change(|view| {
            let Some(last) = view.segments.last_mut().filter(|_| moved) else {
                return;
            };
            let marks = last.marks.get_or_insert_default();
            for (position, offset) in found {
                marks.add(position - segment, offset);
            }
            last.bytes = end.offset;
            view.position = end.position;
            view.last_hash = end.last_hash;
            view.damage = None;
        });
        Ok(moved)
    }

    /// Shows the segment that begins where the last one ends, if it is there.
    fn follow_segment(&self) -> Result<bool, StoreError> {
        let (position, last_hash) = {
            let view = self.view();
            let last = view.segments.last();
            if last.is_some_and(|last| last.first_position == view.position) {
                return Ok(false);
            }
            (view.position, view.last_hash)
        };
        let path = segment_path(&self.dir, position);
        let file = match self.files.open(&path, false) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(unavailable(&path, error)),
        };
        let head = read_up_to(file.as_ref(), 0, SEGMENT_HEADER_BYTES)
            .map_err(|error| unavailable(&path, error))?;
        match scan::header(&path, &head, position, self.origin) {
            Ok((header, _)) if header.previous == last_hash => {
                self.change(|view| view.segment_begun(position));
                Ok(true)
            }
            // Not the continuation of what was read: opening anew says why.
            Ok(_) => Ok(false),
            Err(BadHeader::Newer) => Err(StoreError::NewerFormat(path.display().to_string())),
            Err(BadHeader::Damaged(damage)) => {
                self.change(|view| view.damage = Some(damage));
                Ok(false)
            }
        }
    }
}
