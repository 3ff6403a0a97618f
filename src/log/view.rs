//! A log as its readers see it: committed frames only, whoever writes.
//!
//! In the process that writes, the writer moves the view on after each durable
//! frame, and nothing unacknowledged is ever visible. In any other process,
//! asking for the size looks at the files again (see `follow`).

use super::files::{FileHandle, Files, LockGuard};
use super::handles::Handles;
use super::marks::Marks;
use super::scan::{Damage, End};
use super::survey::{Survey, Surveyor, unavailable};
use super::{Options, SEGMENT_BYTES_MAX, SEGMENT_BYTES_MIN, segment_path, takeover};
use crate::store::{Acquired, Block, SegmentInfo, SegmentStart, Store, StoreError};
use plumbline_replay::integrity::chain::Digest;
use plumbline_replay::integrity::frame::SEGMENT_HEADER_BYTES;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, Weak};

/// A log in a directory of segment files.
pub struct SegmentLog {
    shared: Arc<Shared>,
}

/// What readers and writers of one process share.
pub(super) struct Shared {
    pub files: Arc<dyn Files>,
    pub dir: PathBuf,
    pub origin: Option<Digest>,
    pub options: Options,
    /// Held during each append and each takeover, so that a takeover reads the
    /// tail when the old writer's frame is whole or not begun.
    pub gate: Mutex<Gate>,
    /// One look at the files at a time. Taken after `gate`.
    pub looking: Mutex<()>,
    /// A writer of this process moves the view; nobody else looks.
    pub writing: AtomicBool,
    /// Taken last, and never during a file operation.
    view: RwLock<View>,
    handles: Mutex<Handles>,
}

/// Who may append.
#[derive(Default)]
pub(super) struct Gate {
    /// The epoch of the last takeover in this process.
    pub epoch: u64,
    /// The process's lock, kept by its writers.
    pub lock: Weak<LockGuard>,
}

/// The committed part of a log.
#[derive(Debug)]
pub(super) struct View {
    /// The files have been looked at.
    pub surveyed: bool,
    pub segments: Vec<Segment>,
    /// Committed entries.
    pub position: u64,
    pub last_hash: Digest,
    pub damage: Option<Damage>,
}

/// One segment, its committed part.
#[derive(Debug)]
pub(super) struct Segment {
    pub first_position: u64,
    /// Bytes up to the end of the last committed frame.
    pub bytes: u64,
    /// Read from the file when they are first needed.
    pub marks: Option<Marks>,
}

/// A lock whose data is whole between any two statements that change it, so that
/// a panic elsewhere while it was held is no reason to stop.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl SegmentLog {
    /// Makes an empty directory for a log, durably. The first segment is made
    /// with the first frame.
    pub fn create(files: &dyn Files, dir: &Path) -> Result<(), StoreError> {
        files.create_dir(dir).map_err(|error| unavailable(dir, error))
    }

    /// Opens a log for reading; [`Store::acquire`] makes it writable. Reads no
    /// segment yet. `origin` is the SHA-256 of the log's origin, if the caller
    /// knows it; without it a log that has no segment cannot be written.
    pub fn open(
        files: Arc<dyn Files>,
        dir: &Path,
        origin: Option<Digest>,
        mut options: Options,
    ) -> Result<SegmentLog, StoreError> {
        if let Err(error) = files.list(dir) {
            return Err(match error.kind() {
                std::io::ErrorKind::NotFound => StoreError::Missing(dir.display().to_string()),
                _ => unavailable(dir, error),
            });
        }
        let bytes = options.segment_bytes;
        options.segment_bytes = bytes.clamp(SEGMENT_BYTES_MIN, SEGMENT_BYTES_MAX);
        let view = View {
            surveyed: false,
            segments: Vec::new(),
            position: 0,
            last_hash: Digest::ZERO,
            damage: None,
        };
        let shared = Shared {
            files,
            dir: dir.to_owned(),
            origin,
            options,
            gate: Mutex::default(),
            looking: Mutex::default(),
            writing: AtomicBool::new(false),
            view: RwLock::new(view),
            handles: Mutex::default(),
        };
        Ok(SegmentLog { shared: Arc::new(shared) })
    }

    /// What is not as written, as far as the last look at the files told: after
    /// [`Store::size`], why the log ends where it does, if that is not its end.
    /// Such a log can be read up to the damage and not be acquired.
    pub fn damage(&self) -> Option<Damage> {
        self.shared.view().damage.clone()
    }

    /// Zeros after the last frame of a segment that is not the last, which no writer
    /// leaves there and which reading passes over: after [`Store::size`], the first.
    pub fn zeros_between(&self) -> Result<Option<Damage>, StoreError> {
        self.shared.zeros_between()
    }

    /// Makes durable what [`Store::size`] has shown last. In another process than
    /// the writer's that may be a frame whose sync has not returned yet; whoever
    /// vouches for it must not rely on that.
    pub fn sync(&self) -> Result<(), StoreError> {
        let Some(last) = self.shared.view().segments.last().map(|last| last.first_position) else {
            return Ok(());
        };
        let path = segment_path(&self.shared.dir, last);
        let file = self.shared.handle(last)?;
        file.sync_data().map_err(|error| unavailable(&path, error))?;
        let dir = &self.shared.dir;
        self.shared.files.sync_dir(dir).map_err(|error| unavailable(dir, error))
    }
}

impl Store for SegmentLog {
    fn acquire(&self, who: &str) -> Result<Acquired, StoreError> {
        takeover::acquire(&self.shared, who)
    }

    /// Entries up to the end, or up to damage at the end.
    fn size(&self) -> Result<u64, StoreError> {
        self.shared.look()?;
        Ok(self.shared.view().position)
    }

    fn segments(&self) -> Result<Vec<SegmentInfo>, StoreError> {
        self.shared.look()?;
        let view = self.shared.view();
        let info = |(index, segment): (usize, &Segment)| {
            let next = view.segments.get(index + 1);
            let end = next.map_or(view.position, |next| next.first_position);
            SegmentInfo {
                first_position: segment.first_position,
                count: end.saturating_sub(segment.first_position),
                bytes: segment.bytes,
                sealed: next.is_some(),
            }
        };
        Ok(view.segments.iter().enumerate().map(info).collect())
    }

    fn segment_start(&self, segment: u64) -> Result<SegmentStart, StoreError> {
        self.shared.start_of(segment)
    }

    fn read(&self, from: u64, max_bytes: usize) -> Result<Vec<Block>, StoreError> {
        self.shared.look()?;
        self.shared.blocks(from, max_bytes)
    }

    fn slice(&self, segment: u64, offset: u64, length: usize) -> Result<Vec<u8>, StoreError> {
        self.shared.slice(segment, offset, length)
    }
}

impl Shared {
    pub fn view(&self) -> RwLockReadGuard<'_, View> {
        self.view.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves the view on.
    pub fn change(&self, change: impl FnOnce(&mut View)) {
        change(&mut self.view.write().unwrap_or_else(PoisonError::into_inner));
    }

    pub fn handle(&self, segment: u64) -> Result<Arc<dyn FileHandle>, StoreError> {
        lock(&self.handles)
            .get(self.files.as_ref(), &self.dir, segment)
            .map_err(|error| unavailable(&segment_path(&self.dir, segment), error))
    }

    pub fn survey(&self, to_write: bool) -> Result<Survey, StoreError> {
        let surveyor =
            Surveyor { files: self.files.as_ref(), dir: &self.dir, origin: self.origin, to_write };
        surveyor.survey()
    }

    /// Brings the view up to what is committed.
    pub fn look(&self) -> Result<(), StoreError> {
        if self.writing.load(Ordering::Acquire) {
            return Ok(());
        }
        let _one = lock(&self.looking);
        // A takeover may have ended while this waited.
        if self.writing.load(Ordering::Acquire) {
            return Ok(());
        }
        if self.view().surveyed {
            return self.follow();
        }
        let survey = self.survey(false)?;
        self.change(|view| view.show(survey.segments, &survey.end, survey.damage));
        Ok(())
    }
}

impl View {
    /// Shows what a survey has found.
    pub fn show(&mut self, segments: Vec<Segment>, end: &End, damage: Option<Damage>) {
        self.surveyed = true;
        self.segments = segments;
        self.position = end.position;
        self.last_hash = end.last_hash;
        self.damage = damage;
    }

    /// Shows a new last segment, still without frames.
    pub fn segment_begun(&mut self, first_position: u64) {
        self.segments.push(Segment {
            first_position,
            bytes: SEGMENT_HEADER_BYTES as u64,
            marks: Some(Marks::default()),
        });
    }

    /// Shows one more frame, which the last segment holds at `offset`.
    pub fn frame_committed(&mut self, offset: u64, bytes: u64, count: u64, last_hash: Digest) {
        if let Some(segment) = self.segments.last_mut() {
            let relative = self.position - segment.first_position;
            segment.marks.get_or_insert_default().add(relative, offset);
            segment.bytes = offset + bytes;
        }
        self.position += count;
        self.last_hash = last_hash;
    }

    pub fn set_marks(&mut self, segment: u64, marks: Marks) {
        let found = self.segments.binary_search_by_key(&segment, |segment| segment.first_position);
        if let Ok(index) = found {
            self.segments[index].marks.get_or_insert(marks);
        }
    }

    /// The damage that ends what can be read, if that is why it ends.
    pub fn damage_at_end(&self) -> Option<Damage> {
        let at_end = |damage: &&Damage| damage.position >= self.position;
        self.damage.as_ref().filter(at_end).cloned()
    }
}
