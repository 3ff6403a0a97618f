//! The lock that keeps a second writer out, and the epoch that fences a former one.

use super::files::Files;
use crate::store::StoreError;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;

/// Held as long as the process writes; the system releases it if the process dies.
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock of a log or says who holds it.
    pub fn take(dir: &Path, who: &str) -> Result<Lock, StoreError> {
        let path = dir.join("lock");
        let unavailable =
            |error: std::io::Error| StoreError::Unavailable(format!("{}: {error}", path.display()));
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(unavailable)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // Only to tell the reader who it is; an unreadable note is no news.
                let _ = file.read_to_string(&mut holder);
                return Err(StoreError::Locked(holder.trim().to_owned()));
            }
            Err(TryLockError::Error(error)) => return Err(unavailable(error)),
        }
        let note = format!("{who}, pid {}\n", std::process::id());
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| file.write_all(note.as_bytes()))
            .map_err(unavailable)?;
        Ok(Lock { _file: file })
    }
}

/// Raises the epoch durably and returns it. Written beside, then renamed, so that
/// a crash leaves the old number or the new one.
pub(super) fn raise_epoch(files: &dyn Files, dir: &Path) -> Result<u64, StoreError> {
    let path = dir.join("epoch");
    let temp = dir.join("epoch.tmp");
    let unavailable =
        |error: std::io::Error| StoreError::Unavailable(format!("{}: {error}", path.display()));
    let before = read_epoch(files, &path)?;
    let epoch = before + 1;
    // A leftover of a crash; it is not the epoch.
    let _ = files.remove(&temp);
    let file = files.create(&temp).map_err(unavailable)?;
    let text = format!("{epoch}\n");
    file.write_all_at(text.as_bytes(), 0)
        .and_then(|()| file.sync_data())
        .and_then(|()| files.rename(&temp, &path))
        .and_then(|()| files.sync_dir(dir))
        .map_err(unavailable)?;
    Ok(epoch)
}

fn read_epoch(files: &dyn Files, path: &Path) -> Result<u64, StoreError> {
    let file = match files.open(path, false) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(0),
        Err(error) => return Err(StoreError::Unavailable(error.to_string())),
    };
    let bytes = super::files::read_from(file.as_ref(), 0)
        .map_err(|error| StoreError::Unavailable(error.to_string()))?;
    let text = String::from_utf8_lossy(&bytes);
    text.trim().parse().map_err(|_| {
        StoreError::Unavailable(format!(
            "{}: not a number; restore it from a backup",
            path.display()
        ))
    })
}
