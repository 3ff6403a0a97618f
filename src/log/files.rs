//! The file operations a log needs, as a trait, so that tests can fail each one,
//! forget what was not synced, and tear what was.
//!
//! Knows paths and bytes; does not know what a segment or a frame is.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;

/// One open file. Offsets are absolute; there is no cursor to race for.
pub trait FileHandle: Send + Sync {
    /// Reads as many bytes as there are, up to the buffer's length.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize>;
    /// Writes all bytes, or fails having written any part of them.
    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()>;
    /// Makes the content durable, and the metadata needed to read it back: the
    /// length too, whether it grew or shrank. After a failure nothing is known
    /// of what was written since the last success, however often it is repeated:
    /// the system may hold bytes in memory, call them clean, and lose them.
    fn sync_data(&self) -> io::Result<()>;
    /// Cuts off, or extends with zeros.
    fn set_len(&self, length: u64) -> io::Result<()>;
    /// Bytes in the file.
    fn length(&self) -> io::Result<u64>;
}

/// A file system, as far as a log sees one.
pub trait Files: Send + Sync {
    /// Creates a file that must not exist yet.
    fn create(&self, path: &Path) -> io::Result<Box<dyn FileHandle>>;
    fn open(&self, path: &Path, write: bool) -> io::Result<Box<dyn FileHandle>>;
    /// Renames within one directory, replacing what had the name: at every moment
    /// the new name means the old file or the new one.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Creates a directory and what is missing above it, durably.
    fn create_dir(&self, dir: &Path) -> io::Result<()>;
    /// Makes creations, renames and removals in a directory durable.
    fn sync_dir(&self, dir: &Path) -> io::Result<()>;
    /// Names of the files in a directory, sorted; `NotFound` if there is none.
    fn list(&self, dir: &Path) -> io::Result<Vec<String>>;
    /// Takes an exclusive lock that ends with the process, creating the file if
    /// need be, and writes `note` into it for whoever finds it taken.
    fn lock(&self, path: &Path, note: &str) -> io::Result<LockAttempt>;
}

/// What came of trying to lock.
pub enum LockAttempt {
    Held(LockGuard),
    /// Someone else holds it; the note that they left.
    HeldBy(String),
}

/// A lock, held until this is dropped.
pub struct LockGuard {
    _holding: Box<dyn Send + Sync>,
}

impl LockGuard {
    /// Wraps whatever releases the lock when it is dropped.
    pub fn new(holding: impl Send + Sync + 'static) -> LockGuard {
        LockGuard { _holding: Box::new(holding) }
    }
}

/// The machine's file system.
#[derive(Clone, Copy, Debug, Default)]
pub struct RealFiles;

impl FileHandle for File {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut done = 0;
        while done < buffer.len() {
            match FileExt::read_at(self, &mut buffer[done..], offset + done as u64) {
                Ok(0) => break,
                Ok(count) => done += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(done)
    }

    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        FileExt::write_all_at(self, bytes, offset)
    }

    fn sync_data(&self) -> io::Result<()> {
        File::sync_data(self)
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        File::set_len(self, length)
    }

    fn length(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }
}

impl Files for RealFiles {
    fn create(&self, path: &Path) -> io::Result<Box<dyn FileHandle>> {
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create_new(true).open(path)?;
        Ok(Box::new(file))
    }

    fn open(&self, path: &Path, write: bool) -> io::Result<Box<dyn FileHandle>> {
        let file = OpenOptions::new().read(true).write(write).open(path)?;
        Ok(Box::new(file))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        std::fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        std::fs::remove_file(path)
    }

    fn create_dir(&self, dir: &Path) -> io::Result<()> {
        if dir.is_dir() {
            return Ok(());
        }
        let above = dir.parent().filter(|parent| !parent.as_os_str().is_empty());
        if let Some(parent) = above {
            self.create_dir(parent)?;
        }
        match std::fs::create_dir(dir) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
            _ => self.sync_dir(above.unwrap_or(Path::new("."))),
        }
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        File::open(dir)?.sync_all()
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(dir)? {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
        names.sort_unstable();
        Ok(names)
    }

    fn lock(&self, path: &Path, note: &str) -> io::Result<LockAttempt> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let mut file = options.open(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut note = Vec::new();
                // Only to tell who it is: without it the lock is as much taken.
                let _ = file.take(1024).read_to_end(&mut note);
                let note = String::from_utf8_lossy(&note).trim().to_owned();
                return Ok(LockAttempt::HeldBy(note));
            }
            Err(TryLockError::Error(error)) => return Err(error),
        }
        file.set_len(0)?;
        file.rewind()?;
        file.write_all(note.as_bytes())?;
        Ok(LockAttempt::Held(LockGuard::new(file)))
    }
}

/// Reads exactly `length` bytes, or fewer where the file ends.
pub(super) fn read_up_to(file: &dyn FileHandle, offset: u64, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    let read = file.read_at(&mut bytes, offset)?;
    bytes.truncate(read);
    Ok(bytes)
}

/// Writes zeros over a range.
pub(super) fn write_zeros(file: &dyn FileHandle, from: u64, to: u64) -> io::Result<()> {
    static ZEROS: [u8; 1 << 18] = [0; 1 << 18];
    let mut at = from;
    while at < to {
        let length = (to - at).min(ZEROS.len() as u64);
        file.write_all_at(&ZEROS[..length as usize], at)?;
        at += length;
    }
    Ok(())
}

/// True if the operation failed because there is no room: nothing is wrong with
/// what is stored already.
pub(super) fn is_full(error: &io::Error) -> bool {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge)
}
