//! A log as segment files: append-only, preallocated, one write and one
//! fdatasync a frame (design §3). Bytes: `plumbline_replay::integrity::frame`.
//!
//! Opening and recovery are one path: `scan` reads the tail the same way for a
//! writer, for a reader in this process and for one in another. This module does
//! not look inside entries, except for the last one of a segment's end.

mod files;
mod lock;
mod scan;
mod view;
mod writer;

pub use files::{FileHandle, Files, RealFiles};
pub use view::SegmentLog;

use std::path::{Path, PathBuf};

/// Bytes after which a new segment is started.
pub const SEGMENT_BYTES_DEFAULT: u64 = 64 << 20;

/// How a log is opened.
#[derive(Clone, Debug)]
pub struct Options {
    /// Bytes after which a new segment is started.
    pub segment_bytes: u64,
    /// Entries that must be there, because a checkpoint was signed over them.
    pub least_size: u64,
}

impl Default for Options {
    fn default() -> Options {
        Options { segment_bytes: SEGMENT_BYTES_DEFAULT, least_size: 0 }
    }
}

/// The file of the segment that begins at a position.
pub fn segment_path(dir: &Path, first_position: u64) -> PathBuf {
    dir.join(format!("{first_position:020}.seg"))
}

fn segment_position(name: &str) -> Option<u64> {
    let digits = name.strip_suffix(".seg")?;
    (digits.len() == 20).then(|| digits.parse().ok())?
}
