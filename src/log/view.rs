//! The log as readers see it: committed frames only, in this process or another.

use super::files::{FileHandle, Files, read_from};
use super::lock::{Lock, raise_epoch};
use super::scan::{self, End, FrameAt, Stop};
use super::writer::SegmentWriter;
use super::{Options, segment_path, segment_position};
use crate::store::{Acquired, Block, Head, Recovery, SegmentInfo, Store, StoreError};
use plumbline_replay::integrity::chain::Digest;
use plumbline_replay::integrity::frame::{FRAME_HEADER_BYTES, FrameHeader, SEGMENT_HEADER_BYTES};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A log in a directory of segment files.
pub struct SegmentLog {
    shared: Arc<Shared>,
}

/// What readers and the writer of one process share.
pub(super) struct Shared {
    pub files: Arc<dyn Files>,
    pub dir: PathBuf,
    pub origin: Option<Digest>,
    pub options: Options,
    pub view: Mutex<View>,
    /// The process's lock, from the first `acquire` on.
    pub lock: Mutex<Option<Lock>>,
}

/// The committed part of the log. Owned by the writer of this process if there
/// is one, else moved on by whoever asks for the size.
pub(super) struct View {
    /// First positions of all segments, ascending.
    pub segments: Vec<u64>,
    /// The end of the last segment.
    pub end: End,
    /// Frames of the last segment.
    pub frames: Vec<FrameAt>,
    /// The epoch of this process's writer, once there is one.
    pub epoch: Option<u64>,
    /// What ends the readable part, if it is not the end of the log.
    damage: Option<String>,
    /// Frames of the sealed segment that was read last: followers read in order.
    sealed: Option<(u64, Vec<FrameAt>)>,
}

impl SegmentLog {
    /// Makes an empty directory ready for a log. The first segment is created
    /// with the first frame.
    pub fn create(files: &dyn Files, dir: &Path) -> Result<(), StoreError> {
        std::fs::create_dir_all(dir)
            .and_then(|()| dir.parent().map_or(Ok(()), |parent| files.sync_dir(parent)))
            .map_err(|error| StoreError::Unavailable(format!("{}: {error}", dir.display())))
    }

    /// Opens a log for reading; [`Store::acquire`] makes it writable. `origin`
    /// is the SHA-256 of the log's origin, if the caller knows it.
    pub fn open(
        files: Arc<dyn Files>,
        dir: &Path,
        origin: Option<Digest>,
        options: Options,
    ) -> Result<SegmentLog, StoreError> {
        if !dir.is_dir() {
            return Err(StoreError::Missing(dir.display().to_string()));
        }
        let view = View {
            segments: Vec::new(),
            end: End::empty(),
            frames: Vec::new(),
            epoch: None,
            damage: None,
            sealed: None,
        };
        let (view, lock) = (Mutex::new(view), Mutex::new(None));
        let shared = Shared { files, dir: dir.to_owned(), origin, options, view, lock };
        Ok(SegmentLog { shared: Arc::new(shared) })
    }
}

impl SegmentLog {
    /// Why the readable part ends before the log does, after [`Store::size`].
    pub fn damage(&self) -> Option<String> {
        self.shared.view().damage.clone()
    }
}

impl Store for SegmentLog {
    fn acquire(&self, who: &str) -> Result<Acquired, StoreError> {
        let shared = &self.shared;
        let mut lock = shared.lock.lock().unwrap_or_else(PoisonError::into_inner);
        if lock.is_none() {
            *lock = Some(Lock::take(&shared.dir, who)?);
        }
        drop(lock);
        let epoch = raise_epoch(shared.files.as_ref(), &shared.dir)?;
        shared.remove_leftovers()?;
        let mut view = shared.view();
        view.epoch = Some(epoch);
        let stop = shared.look(&mut view, true)?;
        if view.end.position < shared.options.least_size {
            return Err(StoreError::Damaged {
                position: view.end.position,
                what: format!(
                    "a checkpoint was signed over {} entries, {} are left",
                    shared.options.least_size, view.end.position
                ),
                place: shared.dir.display().to_string(),
            });
        }
        let torn_bytes_dropped = match stop {
            Stop::Clean => 0,
            Stop::Torn { bytes } => bytes,
        };
        let head = Head {
            size: view.end.position,
            last_hash: view.end.last_hash,
            frontier: view.end.frontier.clone(),
            last_entry: view.end.last_entry.clone(),
        };
        let writer = SegmentWriter::new(shared.clone(), &view, epoch)?;
        let recovery = Recovery { torn_bytes_dropped };
        Ok(Acquired { writer: Box::new(writer), head, epoch, recovery })
    }

    fn size(&self) -> Result<u64, StoreError> {
        let mut view = self.shared.view();
        if view.epoch.is_none() {
            // What is sound before a damage stays readable; `damage` tells of it.
            match self.shared.look(&mut view, false) {
                Ok(_) => view.damage = None,
                Err(error @ StoreError::Damaged { .. }) if view.end.position > 0 => {
                    view.damage = Some(error.to_string());
                }
                Err(error) => return Err(error),
            }
        }
        Ok(view.end.position)
    }

    fn segments(&self) -> Result<Vec<SegmentInfo>, StoreError> {
        self.size()?;
        let view = self.shared.view();
        let mut out = Vec::with_capacity(view.segments.len());
        for (index, &first_position) in view.segments.iter().enumerate() {
            let (next, bytes, sealed) = match view.segments.get(index + 1) {
                Some(&next) => (next, self.shared.open(first_position)?.length(), true),
                None => (view.end.position, Ok(view.end.offset), false),
            };
            let bytes = bytes.map_err(|error| self.shared.unreadable(first_position, &error))?;
            out.push(SegmentInfo { first_position, count: next - first_position, bytes, sealed });
        }
        Ok(out)
    }

    fn read(&self, from: u64, max_bytes: usize) -> Result<Vec<Block>, StoreError> {
        if from >= self.size()? {
            return Ok(Vec::new());
        }
        let mut blocks = Vec::new();
        let mut position = from;
        let mut bytes = 0;
        while bytes < max_bytes.max(1) {
            let Some(block) = self.shared.block(position)? else {
                break;
            };
            bytes += block.bytes.len();
            position = block.first_position + u64::from(block.count);
            blocks.push(block);
        }
        Ok(blocks)
    }

    fn slice(&self, segment: u64, offset: u64, length: usize) -> Result<Vec<u8>, StoreError> {
        let file = self.shared.open(segment)?;
        self.shared.read_exact(file.as_ref(), segment, offset, length)
    }
}

impl Shared {
    pub fn view(&self) -> MutexGuard<'_, View> {
        // The view only ever moves forward by whole frames; a panic elsewhere
        // cannot leave it half moved.
        self.view.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn open(&self, segment: u64) -> Result<Box<dyn FileHandle>, StoreError> {
        self.files
            .open(&segment_path(&self.dir, segment), false)
            .map_err(|error| self.unreadable(segment, &error))
    }

    pub fn unreadable(&self, segment: u64, error: &std::io::Error) -> StoreError {
        let path = segment_path(&self.dir, segment);
        StoreError::Unavailable(format!("{}: {error}", path.display()))
    }

    fn read_exact(
        &self,
        file: &dyn FileHandle,
        segment: u64,
        offset: u64,
        length: usize,
    ) -> Result<Vec<u8>, StoreError> {
        let mut bytes = vec![0; length];
        let read =
            file.read_at(&mut bytes, offset).map_err(|error| self.unreadable(segment, &error))?;
        if read < length {
            return Err(self.shorter(segment, offset));
        }
        Ok(bytes)
    }

    fn shorter(&self, segment: u64, offset: u64) -> StoreError {
        StoreError::Damaged {
            position: segment,
            what: "the file is shorter than what was read before".to_owned(),
            place: format!("{} byte {offset}", segment_path(&self.dir, segment).display()),
        }
    }

    /// Files that a crash left between two steps and nobody has been told of.
    fn remove_leftovers(&self) -> Result<(), StoreError> {
        let unavailable = |error: std::io::Error| StoreError::Unavailable(error.to_string());
        for name in self.files.list(&self.dir).map_err(unavailable)? {
            if name.ends_with(".tmp") {
                self.files.remove(&self.dir.join(name)).map_err(unavailable)?;
            }
        }
        Ok(())
    }

    /// Moves the view on to what the disk holds. `afresh` reads the last segment
    /// from its start and keeps the tree, as a writer needs it.
    fn look(&self, view: &mut View, afresh: bool) -> Result<Stop, StoreError> {
        let names = self
            .files
            .list(&self.dir)
            .map_err(|error| StoreError::Unavailable(format!("{}: {error}", self.dir.display())))?;
        let segments: Vec<u64> = names.iter().filter_map(|name| segment_position(name)).collect();
        let grown = segments != view.segments;
        if segments.is_empty() {
            return Ok(Stop::Clean);
        }
        if !(grown || afresh) {
            return self.continue_last(view);
        }
        self.check_headers(&segments)?;
        let last = segments[segments.len() - 1];
        let stop = self.scan_segment(view, last, afresh)?;
        if afresh && view.frames.is_empty() && segments.len() > 1 {
            // A segment that holds no frame yet says nothing of the last entry.
            let before = self.scan_alone(segments[segments.len() - 2])?;
            if before.position != last || before.last_hash != view.end.last_hash {
                return Err(self.hole(before.position));
            }
            view.end.last_entry = before.last_entry;
        }
        view.segments = segments;
        Ok(stop)
    }

    fn known_segments(&self, last: u64) -> Result<Vec<u64>, StoreError> {
        let names = self
            .files
            .list(&self.dir)
            .map_err(|error| StoreError::Unavailable(format!("{}: {error}", self.dir.display())))?;
        let positions = names.iter().filter_map(|name| segment_position(name));
        Ok(positions.filter(|&position| position <= last).collect())
    }

    fn hole(&self, position: u64) -> StoreError {
        StoreError::Damaged {
            position,
            what: "entries are missing between two segments".to_owned(),
            place: self.dir.display().to_string(),
        }
    }

    fn check_headers(&self, segments: &[u64]) -> Result<(), StoreError> {
        if segments.first() != Some(&0) {
            return Err(self.hole(0));
        }
        for &segment in segments {
            let file = self.open(segment)?;
            let mut bytes = vec![0; SEGMENT_HEADER_BYTES];
            let read =
                file.read_at(&mut bytes, 0).map_err(|error| self.unreadable(segment, &error))?;
            bytes.truncate(read);
            scan::header(&segment_path(&self.dir, segment), &bytes, segment, self.origin)?;
        }
        Ok(())
    }

    fn scan_alone(&self, segment: u64) -> Result<End, StoreError> {
        let path = segment_path(&self.dir, segment);
        let file = self.open(segment)?;
        let bytes =
            read_from(file.as_ref(), 0).map_err(|error| self.unreadable(segment, &error))?;
        let (_, mut end) = scan::header(&path, &bytes, segment, self.origin)?;
        let rest = bytes.get(SEGMENT_HEADER_BYTES..).unwrap_or(&[]);
        scan::frames(&path, rest, &mut end, false, |_| {})?;
        Ok(end)
    }

    fn scan_segment(
        &self,
        view: &mut View,
        segment: u64,
        hash_leaves: bool,
    ) -> Result<Stop, StoreError> {
        let path = segment_path(&self.dir, segment);
        let file = self.open(segment)?;
        let bytes =
            read_from(file.as_ref(), 0).map_err(|error| self.unreadable(segment, &error))?;
        let (_, mut end) = scan::header(&path, &bytes, segment, self.origin)?;
        let mut frames = Vec::new();
        let rest = bytes.get(SEGMENT_HEADER_BYTES..).unwrap_or(&[]);
        let stop = scan::frames(&path, rest, &mut end, hash_leaves, |frame| frames.push(frame));
        // What is sound before a damage stays readable.
        view.end = end;
        view.frames = frames;
        if !view.segments.contains(&segment) {
            view.segments = self.known_segments(segment)?;
        }
        stop
    }

    fn continue_last(&self, view: &mut View) -> Result<Stop, StoreError> {
        let Some(&segment) = view.segments.last() else {
            return Ok(Stop::Clean);
        };
        let path = segment_path(&self.dir, segment);
        let file = self.open(segment)?;
        let mut head = [0; FRAME_HEADER_BYTES];
        let offset = view.end.offset;
        let read =
            file.read_at(&mut head, offset).map_err(|error| self.unreadable(segment, &error))?;
        if read < head.len() || FrameHeader::decode(&head).is_none() {
            return Ok(Stop::Clean);
        }
        let bytes =
            read_from(file.as_ref(), offset).map_err(|error| self.unreadable(segment, &error))?;
        let View { end, frames, .. } = view;
        scan::frames(&path, &bytes, end, false, |frame| frames.push(frame))
    }

    /// The frame that holds a committed position.
    fn block(&self, position: u64) -> Result<Option<Block>, StoreError> {
        let (segment, at) = {
            let mut view = self.view();
            if position >= view.end.position {
                return Ok(None);
            }
            let index = view.segments.partition_point(|&first| first <= position).max(1) - 1;
            let segment = view.segments[index];
            if index + 1 == view.segments.len() {
                (segment, find_frame(&view.frames, position))
            } else {
                let cached = matches!(&view.sealed, Some((known, _)) if *known == segment);
                if !cached {
                    let next = view.segments[index + 1];
                    view.sealed = Some((segment, self.hop(segment, next)?));
                }
                let frames = view.sealed.as_ref().map_or(&[][..], |(_, frames)| frames);
                (segment, find_frame(frames, position))
            }
        };
        let at = at.ok_or_else(|| self.hole(position))?;
        self.read_block(segment, at.offset).map(Some)
    }

    /// Frames of a sealed segment, from their headers alone.
    fn hop(&self, segment: u64, next_segment: u64) -> Result<Vec<FrameAt>, StoreError> {
        let file = self.open(segment)?;
        let mut frames = Vec::new();
        let mut offset = SEGMENT_HEADER_BYTES as u64;
        let mut position = segment;
        while position < next_segment {
            let header = self.frame_header(file.as_ref(), segment, offset)?;
            frames.push(FrameAt { first_position: position, offset });
            position += u64::from(header.count);
            offset += header.frame_bytes() as u64;
        }
        Ok(frames)
    }

    fn frame_header(
        &self,
        file: &dyn FileHandle,
        segment: u64,
        offset: u64,
    ) -> Result<FrameHeader, StoreError> {
        let head = self.read_exact(file, segment, offset, FRAME_HEADER_BYTES)?;
        FrameHeader::decode(&head).ok_or_else(|| StoreError::Damaged {
            position: segment,
            what: "the frame header does not match its digest".to_owned(),
            place: format!("{} byte {offset}", segment_path(&self.dir, segment).display()),
        })
    }

    fn read_block(&self, segment: u64, offset: u64) -> Result<Block, StoreError> {
        let file = self.open(segment)?;
        let header = self.frame_header(file.as_ref(), segment, offset)?;
        let start = offset + FRAME_HEADER_BYTES as u64;
        let entries = header.entries_bytes as usize;
        let length = entries + header.disclosures_bytes as usize;
        let mut bytes = self.read_exact(file.as_ref(), segment, start, length)?;
        let disclosures = bytes.split_off(entries);
        Ok(Block {
            first_position: header.first_position,
            count: header.count,
            segment,
            offset: start,
            bytes,
            disclosures,
        })
    }
}

fn find_frame(frames: &[FrameAt], position: u64) -> Option<FrameAt> {
    let index = frames.partition_point(|frame| frame.first_position <= position);
    frames.get(index.checked_sub(1)?).copied()
}

impl View {
    /// A new last segment, still without frames.
    pub fn segment_added(&mut self, segment: u64) {
        self.segments.push(segment);
        self.frames.clear();
        self.end.offset = SEGMENT_HEADER_BYTES as u64;
    }

    /// A frame that is durable now.
    pub fn frame_added(&mut self, at: FrameAt, offset: u64, position: u64, last_hash: Digest) {
        self.frames.push(at);
        self.end.offset = offset;
        self.end.position = position;
        self.end.last_hash = last_hash;
    }
}
