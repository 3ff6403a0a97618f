//! Disposable files: written beside their place and renamed, never synced. What a
//! power cut leaves of one does not match its digest, and it is made again.
//!
//! Knows paths and bytes; does not know what they are for.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Writes a file whole: at every moment its name means the old bytes or the new.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(dir) = path.parent() {
        std::fs::create_dir_all(dir)?;
    }
    let temp = temporary(path);
    std::fs::write(&temp, bytes).and_then(|()| std::fs::rename(&temp, path)).inspect_err(|_| {
        // Best effort: the room may be what is lacking.
        let _ = std::fs::remove_file(&temp);
    })
}

/// A name that nobody else uses: not another process, nor another writer of the
/// same file in this one.
fn temporary(path: &Path) -> PathBuf {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    path.with_extension(format!("{}-{number}.tmp", std::process::id()))
}

/// Removes what crashed processes left unfinished in a folder. Another process
/// that is just writing a file does without it then.
pub fn remove_unfinished(dir: &Path) {
    // Where the folder is missing or cannot be read there is nothing to remove.
    for item in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = item.path();
        if path.extension().is_some_and(|extension| extension == "tmp") {
            let _ = std::fs::remove_file(&path);
        }
    }
}
