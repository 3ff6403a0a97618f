//! Filling the next segment with zeros while the current one is written.
//!
//! A file is filled under a temporary name, by a thread that shares nothing with
//! the writer but that name: whatever befalls it, the writer makes the segment
//! itself, only slower.

use super::files::{FileHandle, Files, write_zeros};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

/// Filled and synced at once: small enough that the writer's own syncs do not
/// wait long behind it.
const STEP_BYTES: u64 = 4 << 20;

/// A file of zeros, durable, that is no segment yet.
pub(super) struct Filled {
    pub path: PathBuf,
    pub file: Box<dyn FileHandle>,
    pub bytes: u64,
}

/// At most one file being filled.
#[derive(Default)]
pub(super) struct Ahead {
    running: Option<Running>,
}

struct Running {
    give_up: Arc<AtomicBool>,
    thread: JoinHandle<io::Result<Filled>>,
}

impl Ahead {
    pub fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// Begins to fill a file of `bytes` bytes.
    pub fn start(&mut self, files: Arc<dyn Files>, path: PathBuf, bytes: u64) {
        let give_up = Arc::new(AtomicBool::new(false));
        let seen = give_up.clone();
        let thread = std::thread::Builder::new().name("fill-ahead".to_owned()).spawn(move || {
            let file = files.create(&path)?;
            let filled = fill(file.as_ref(), bytes, &seen);
            if let Err(error) = filled {
                // Frees the room; removed at the next takeover if it stays.
                let _ = files.remove(&path);
                return Err(error);
            }
            Ok(Filled { path, file, bytes })
        });
        // Without a thread to spare the writer makes the segment itself.
        self.running = thread.ok().map(|thread| Running { give_up, thread });
    }

    /// The filled file, once it is; `None` if none was begun or it failed.
    pub fn take(&mut self) -> Option<Filled> {
        self.running.take()?.thread.join().ok()?.ok()
    }

    /// Ends the filling and removes the file.
    pub fn cancel(&mut self, files: &dyn Files) {
        if let Some(running) = &self.running {
            running.give_up.store(true, Ordering::Relaxed);
        }
        if let Some(filled) = self.take() {
            // Removed at the next takeover if this fails.
            let _ = files.remove(&filled.path);
        }
    }
}

fn fill(file: &dyn FileHandle, bytes: u64, give_up: &AtomicBool) -> io::Result<()> {
    let mut at = 0;
    while at < bytes {
        if give_up.load(Ordering::Relaxed) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let end = bytes.min(at + STEP_BYTES);
        write_zeros(file, at, end)?;
        file.sync_data()?;
        at = end;
    }
    Ok(())
}
