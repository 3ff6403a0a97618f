//! Reading committed frames and slices.
//!
//! Frames are found by hopping from a marked one over headers, which carry their
//! own digest. Their content is not hashed: reading is not verifying. What cannot
//! be a frame in its place is reported as damage with its position.

use super::files::{FileHandle, read_up_to};
use super::marks::Marks;
use super::scan::{self, BadHeader, Damage};
use super::segment_path;
use super::survey::unavailable;
use super::view::Shared;
use crate::store::{Block, SegmentStart, StoreError};
use plumbline_replay::integrity::frame::{FRAME_HEADER_BYTES, FrameHeader, SEGMENT_HEADER_BYTES};
use std::path::PathBuf;
use std::sync::Arc;

/// Read at once while looking for a frame: two strides of marks.
const HOP_BYTES: usize = 8 << 10;
/// Read at once while hopping through a whole segment.
const SWEEP_BYTES: usize = 256 << 10;
/// Read at once, at most, while taking frames.
const TAKE_BYTES_MAX: usize = 1 << 20;

/// Where to look for a position: a frame at or before it, and the end of the
/// committed part of its segment.
struct Start {
    segment: u64,
    position: u64,
    offset: u64,
    end_offset: u64,
    end_position: u64,
}

/// What the view knows of a position.
enum Found {
    At(Start),
    /// In a segment whose frames have not been looked for yet.
    Unmarked {
        segment: u64,
        end_offset: u64,
    },
    /// Nothing is committed there.
    Beyond,
}

impl Shared {
    /// Whole frames from the one that holds `from`; stops after the frame with
    /// which `max_bytes` is reached, or before damage.
    pub(super) fn blocks(&self, from: u64, max_bytes: usize) -> Result<Vec<Block>, StoreError> {
        let mut taken = Taken { next: from, bytes_left: max_bytes.max(1), blocks: Vec::new() };
        while taken.bytes_left > 0 {
            let read = match self.start(taken.next)? {
                Some(start) => self.take_frames(&start, &mut taken),
                None => break,
            };
            match read {
                // The sound frames first; the next read begins at the damage.
                Err(_) if !taken.blocks.is_empty() => break,
                read => read?,
            }
        }
        if taken.blocks.is_empty()
            && let Some(damage) = self.view().damage_at_end()
        {
            return Err(damage.into());
        }
        Ok(taken.blocks)
    }

    /// What a segment's header says of what came before it.
    pub(super) fn start_of(&self, segment: u64) -> Result<SegmentStart, StoreError> {
        let path = self.path(segment);
        let bytes = read_up_to(self.handle(segment)?.as_ref(), 0, SEGMENT_HEADER_BYTES)
            .map_err(|error| unavailable(&path, error))?;
        match scan::header(&path, &bytes, segment, self.origin) {
            Ok((_, end)) => Ok(SegmentStart { previous: end.last_hash, frontier: end.frontier }),
            Err(BadHeader::Newer) => Err(StoreError::NewerFormat(path.display().to_string())),
            Err(BadHeader::Damaged(damage)) => Err(damage.into()),
        }
    }

    /// Bytes of one segment within its committed part.
    pub(super) fn slice(
        &self,
        segment: u64,
        offset: u64,
        length: usize,
    ) -> Result<Vec<u8>, StoreError> {
        let end = offset.saturating_add(length as u64);
        if !self.is_committed(segment, end) {
            self.look()?;
            if !self.is_committed(segment, end) {
                return Err(self.cut_short(segment, offset, segment).into());
            }
        }
        let file = self.handle(segment)?;
        let bytes = read_up_to(file.as_ref(), offset, length)
            .map_err(|error| unavailable(&self.path(segment), error))?;
        if bytes.len() < length {
            return Err(self.cut_short(segment, offset, segment).into());
        }
        Ok(bytes)
    }

    fn is_committed(&self, segment: u64, end: u64) -> bool {
        let view = self.view();
        let found = view.segments.binary_search_by_key(&segment, |segment| segment.first_position);
        found.is_ok_and(|index| end <= view.segments[index].bytes)
    }

    fn path(&self, segment: u64) -> PathBuf {
        segment_path(&self.dir, segment)
    }

    fn cut_short(&self, segment: u64, offset: u64, position: u64) -> Damage {
        let what = "the segment holds fewer bytes than are asked for";
        Damage::at(&self.path(segment), offset, position, what)
    }

    /// Where to start reading for a committed position.
    fn start(&self, position: u64) -> Result<Option<Start>, StoreError> {
        loop {
            let found = self.find(position);
            match found {
                Found::At(start) => return Ok(Some(start)),
                Found::Beyond => return Ok(None),
                Found::Unmarked { segment, end_offset } => {
                    let marks = self.sweep(segment, end_offset)?;
                    self.change(|view| view.set_marks(segment, marks));
                }
            }
        }
    }

    fn find(&self, position: u64) -> Found {
        let view = self.view();
        if position >= view.position {
            return Found::Beyond;
        }
        let after = view.segments.partition_point(|segment| segment.first_position <= position);
        let Some(segment) = after.checked_sub(1).and_then(|at| view.segments.get(at)) else {
            // The segments before the first one here are missing.
            return Found::At(Start {
                segment: 0,
                position: 0,
                offset: 0,
                end_offset: 0,
                end_position: view.segments.first().map_or(0, |s| s.first_position),
            });
        };
        let next = view.segments.get(after);
        let (first, end_offset) = (segment.first_position, segment.bytes);
        let Some(marks) = &segment.marks else {
            return Found::Unmarked { segment: first, end_offset };
        };
        let (relative, offset) =
            marks.before(position - first).unwrap_or((0, SEGMENT_HEADER_BYTES as u64));
        Found::At(Start {
            segment: first,
            position: first + relative,
            offset,
            end_offset,
            end_position: next.map_or(view.position, |next| next.first_position),
        })
    }

    /// Marks the frames of a segment, up to its end or to damage, which whoever
    /// reads there will meet again.
    fn sweep(&self, segment: u64, end_offset: u64) -> Result<Marks, StoreError> {
        let mut marks = Marks::default();
        self.hop(segment, end_offset, |position, offset| marks.add(position - segment, offset))?;
        Ok(marks)
    }

    /// Zeros after the last frame of a segment that is not the last (FORMAT.md §7), which
    /// reading passes over: the first such place. Looks at the last byte of each segment,
    /// and only where that is a zero at its frames: a frame ends with a digest.
    pub(super) fn zeros_between(&self) -> Result<Option<Damage>, StoreError> {
        let segments: Vec<u64> =
            self.view().segments.iter().map(|segment| segment.first_position).collect();
        for pair in segments.windows(2) {
            let (segment, next) = (pair[0], pair[1]);
            let (file, path) = (self.handle(segment)?, self.path(segment));
            let unreadable = |error| unavailable(&path, error);
            let length = file.length().map_err(unreadable)?;
            let last = length.saturating_sub(1);
            if read_up_to(file.as_ref(), last, 1).map_err(unreadable)? != [0] {
                continue;
            }
            let end = self.hop(segment, length, |_, _| {})?;
            let rest = read_up_to(file.as_ref(), end, (length - end.min(length)) as usize);
            let rest = rest.map_err(unreadable)?;
            if !rest.is_empty() && rest.iter().all(|byte| *byte == 0) {
                let what = format!(
                    "{} zeros follow the last frame of a segment that is not the last",
                    rest.len()
                );
                return Ok(Some(Damage::at(&path, end, next, &what)));
            }
        }
        Ok(None)
    }

    /// Goes from frame header to frame header; gives where the last of these frames ends.
    fn hop(
        &self,
        segment: u64,
        end_offset: u64,
        mut found: impl FnMut(u64, u64),
    ) -> Result<u64, StoreError> {
        let mut window = Window::new(self.handle(segment)?, SWEEP_BYTES, end_offset);
        let mut offset = SEGMENT_HEADER_BYTES as u64;
        while offset < end_offset {
            let head = window
                .bytes(offset, FRAME_HEADER_BYTES)
                .map_err(|error| unavailable(&self.path(segment), error))?;
            let Some(header) = head.and_then(FrameHeader::decode) else {
                break;
            };
            if header.first_position < segment {
                break;
            }
            found(header.first_position, offset);
            offset += header.frame_bytes() as u64;
        }
        Ok(offset)
    }

    fn take_frames(&self, start: &Start, taken: &mut Taken) -> Result<(), StoreError> {
        let segment = start.segment;
        let path = self.path(segment);
        let damaged =
            |offset, position, what| Err(Damage::at(&path, offset, position, what).into());
        let (mut position, mut offset) = (start.position, start.offset);
        if start.end_offset == 0 {
            return damaged(offset, position, "the segment is missing");
        }
        let mut window = Window::new(self.handle(segment)?, HOP_BYTES, start.end_offset);
        while offset < start.end_offset {
            let unreadable = |error| unavailable(&path, error);
            let head = window.bytes(offset, FRAME_HEADER_BYTES).map_err(unreadable)?;
            let Some(header) = head.and_then(FrameHeader::decode) else {
                return damaged(offset, position, "the frame header does not match its digest");
            };
            if header.first_position != position {
                let what = "the frame stands at another position than its header says";
                return damaged(offset, position, what);
            }
            let end = position + u64::from(header.count);
            if end > taken.next {
                window.widen(taken.bytes_left.min(TAKE_BYTES_MAX));
                let frame = window.bytes(offset, header.frame_bytes()).map_err(unreadable)?;
                let Some(frame) = frame else {
                    return damaged(offset, position, "the file ends inside the frame");
                };
                let Some(block) = block(segment, offset, &header, frame) else {
                    let what = "the lengths of the entries do not fill the frame";
                    return damaged(offset, position, what);
                };
                taken.add(block, end);
                if taken.bytes_left == 0 {
                    return Ok(());
                }
            }
            position = end;
            offset += header.frame_bytes() as u64;
        }
        if position != start.end_position {
            let what = "the segment does not end where the next one begins";
            return damaged(offset, position.min(start.end_position), what);
        }
        Ok(())
    }
}

/// Blocks taken so far.
struct Taken {
    /// The position to go on from.
    next: u64,
    bytes_left: usize,
    blocks: Vec<Block>,
}

impl Taken {
    fn add(&mut self, block: Block, next: u64) {
        self.bytes_left = self.bytes_left.saturating_sub(block.bytes.len());
        self.next = next;
        self.blocks.push(block);
    }
}

/// The entries and disclosures of a frame; `None` if the entries' lengths do not
/// add up to what the header says.
fn block(segment: u64, offset: u64, header: &FrameHeader, frame: &[u8]) -> Option<Block> {
    let body = frame.get(FRAME_HEADER_BYTES..)?;
    let (bytes, rest) = body.split_at_checked(header.entries_bytes as usize)?;
    let mut after = bytes;
    for _ in 0..header.count {
        let (length, entry) = after.split_first_chunk::<2>()?;
        after = entry.get(usize::from(u16::from_be_bytes(*length))..)?;
    }
    after.is_empty().then(|| Block {
        first_position: header.first_position,
        count: header.count,
        segment,
        offset: offset + FRAME_HEADER_BYTES as u64,
        bytes: bytes.to_vec(),
        disclosures: rest[..header.disclosures_bytes as usize].to_vec(),
    })
}

/// A piece of a file in memory that moves forward.
struct Window {
    file: Arc<dyn FileHandle>,
    size: usize,
    end: u64,
    start: u64,
    buffer: Vec<u8>,
}

impl Window {
    /// Reads `size` bytes at a time and none from `end` on.
    fn new(file: Arc<dyn FileHandle>, size: usize, end: u64) -> Window {
        Window { file, size, end, start: 0, buffer: Vec::new() }
    }

    fn widen(&mut self, size: usize) {
        self.size = self.size.max(size);
    }

    /// The bytes at an offset; `None` if they are not all there.
    fn bytes(&mut self, offset: u64, length: usize) -> std::io::Result<Option<&[u8]>> {
        let end = offset.saturating_add(length as u64);
        if end > self.end {
            return Ok(None);
        }
        let held = self.start..self.start + self.buffer.len() as u64;
        if offset < held.start || end > held.end {
            let most = self.end - offset;
            let size = (self.size.max(length) as u64).min(most);
            self.buffer = read_up_to(self.file.as_ref(), offset, size as usize)?;
            self.start = offset;
        }
        let at = (offset - self.start) as usize;
        Ok(self.buffer.get(at..at + length))
    }
}
