//! Rows on disk, in sled. The only file that names it.
//!
//! sled 0.34 needs three things of its user. `flush` writes and does not sync
//! (it calls sync_file_range), which corrupts the file when power fails: so
//! [`SledRows::sync`] calls fdatasync on sled's own `db` file afterwards. A
//! damaged file can make it panic: so every call is guarded. And it answers a
//! foreign lock like any other error: so the lock is a file of our own beside it.
//! Rows beyond 128 KiB it writes to files that it never syncs; what a loss of
//! power leaves of those, the digest in the model's mark finds.

use super::rows::{Batch, Rows, RowsError};
use std::fs::{File, TryLockError};
use std::io::ErrorKind;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::Duration;

/// sled's page cache, one a model. Hot rows are kept by the projections.
const CACHE_BYTES: u64 = 16 << 20;
/// How often, and how long apart, opening is tried while sled's own lock is held:
/// by threads of a database of this process that was closed a moment ago, since
/// the callers' lock keeps all others out.
const OPEN_ATTEMPTS: u32 = 100;
const OPEN_PAUSE: Duration = Duration::from_millis(20);

/// An open sled database.
#[derive(Debug)]
pub struct SledRows {
    /// Taken only by `drop`.
    db: Option<sled::Db>,
    /// sled's file, opened a second time for fdatasync.
    file: File,
}

impl SledRows {
    /// Opens or creates the rows in a folder. The caller holds their [`RowsLock`].
    pub fn open(path: &Path) -> Result<SledRows, RowsError> {
        let db = open_db(path)?;
        let rows = |file| SledRows { db: Some(db), file };
        let file = File::open(path.join("db")).map(rows).map_err(|error| io(path, &error))?;
        sync_folder(path)?;
        Ok(file)
    }

    fn guarded<T>(&self, call: impl FnOnce(&sled::Db) -> sled::Result<T>) -> Result<T, RowsError> {
        let closed = || RowsError::Io("the rows are closed".to_owned());
        let db = self.db.as_ref().ok_or_else(closed)?;
        match catch_unwind(AssertUnwindSafe(|| call(db))) {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(sled::Error::Io(error))) => Err(RowsError::Io(error.to_string())),
            Ok(Err(error)) => Err(RowsError::Damaged(error.to_string())),
            Err(_) => Err(panicked()),
        }
    }
}

impl Drop for SledRows {
    fn drop(&mut self) {
        // Closing writes, and over a damaged file that can panic like all else.
        let db = self.db.take();
        let _ = catch_unwind(AssertUnwindSafe(|| drop(db)));
    }
}

fn open_db(path: &Path) -> Result<sled::Db, RowsError> {
    let config = sled::Config::new()
        .path(path)
        .cache_capacity(CACHE_BYTES)
        // Batches are synced by whoever writes them.
        .flush_every_ms(None);
    for _ in 0..OPEN_ATTEMPTS {
        match catch_unwind(AssertUnwindSafe(|| config.open())) {
            Ok(Ok(db)) => return Ok(db),
            Ok(Err(sled::Error::Io(error))) if error.to_string().contains("acquire lock") => {
                std::thread::sleep(OPEN_PAUSE);
            }
            Ok(Err(sled::Error::Io(error))) if is_surroundings(error.kind()) => {
                return Err(io(path, &error));
            }
            Ok(Err(error)) => return Err(RowsError::Damaged(error.to_string())),
            Err(_) => return Err(panicked()),
        }
    }
    Err(RowsError::Locked(path.display().to_string()))
}

/// Errors that say nothing of the file's content; of all others sled's reading of
/// a damaged file makes use.
fn is_surroundings(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::PermissionDenied
            | ErrorKind::ReadOnlyFilesystem
            | ErrorKind::StorageFull
            | ErrorKind::QuotaExceeded
            | ErrorKind::OutOfMemory
    )
}

fn panicked() -> RowsError {
    RowsError::Damaged("the engine panicked over its file".to_owned())
}

fn io(path: &Path, error: &std::io::Error) -> RowsError {
    RowsError::Io(format!("{}: {error}", path.display()))
}

/// New names in a folder and in the one above it outlive a loss of power.
fn sync_folder(path: &Path) -> Result<(), RowsError> {
    for folder in [Some(path), path.parent()].into_iter().flatten() {
        let synced = File::open(folder).and_then(|folder| folder.sync_all());
        synced.map_err(|error| io(folder, &error))?;
    }
    Ok(())
}

impl Rows for SledRows {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, RowsError> {
        self.guarded(|db| db.get(key)).map(|value| value.map(|value| value.to_vec()))
    }

    fn scan(
        &self,
        prefix: &[u8],
        from: &[u8],
        visit: &mut dyn FnMut(&[u8], &[u8]) -> bool,
    ) -> Result<(), RowsError> {
        self.guarded(|db| {
            for row in db.range(from.max(prefix)..) {
                let (key, value) = row?;
                if !key.starts_with(prefix) || !visit(&key, &value) {
                    break;
                }
            }
            Ok(())
        })
    }

    fn write(&self, batch: Batch) -> Result<(), RowsError> {
        let mut writes = sled::Batch::default();
        for (key, value) in batch {
            match value {
                Some(value) => writes.insert(key, value),
                None => writes.remove(key),
            }
        }
        self.guarded(|db| db.apply_batch(writes))
    }

    fn sync(&self) -> Result<(), RowsError> {
        self.guarded(|db| db.flush())?;
        self.file.sync_data().map_err(|error| RowsError::Io(error.to_string()))
    }
}

/// The right to open the rows of one folder, held until dropped.
#[derive(Debug)]
pub struct RowsLock {
    _file: File,
}

impl RowsLock {
    /// Takes the lock, a file that may stay behind.
    pub fn take(path: &Path) -> Result<RowsLock, RowsError> {
        let file = File::options().create(true).append(true).open(path);
        let file = file.map_err(|error| io(path, &error))?;
        match file.try_lock() {
            Ok(()) => Ok(RowsLock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(RowsError::Locked(path.display().to_string())),
            Err(TryLockError::Error(error)) => Err(io(path, &error)),
        }
    }
}
