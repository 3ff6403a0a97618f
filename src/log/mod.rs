//! A log as segment files: append-only, preallocated, one write and one
//! fdatasync a frame (design §3). Bytes: `plumbline_replay::integrity::frame`.
//!
//! A log's directory holds, and a crash at any step leaves no more than:
//!
//! - `<first position, 20 digits>.seg`: segments. Only the last may have
//!   preallocated zeros after its frames; closing a log cuts them off.
//! - `epoch`: how often the log was taken over, a decimal number.
//! - `lock`: held by the process that writes; says who that is.
//! - `epoch.tmp`, `segment.tmp`, `ahead-<epoch>.tmp`: files under way. Nobody has
//!   been told of them; `acquire` removes them.
//!
//! Opening and recovery are one path: `survey` reads a log the same way for a
//! writer and for a reader. What it takes for a torn tail, only `acquire` drops.
//! This module does not look inside entries and hashes them only to check frames.

mod ahead;
mod epoch;
mod files;
mod follow;
mod handles;
mod marks;
mod read;
mod scan;
mod segment;
mod survey;
mod takeover;
mod view;
mod writer;

pub use files::{FileHandle, Files, LockAttempt, LockGuard, RealFiles};
pub use scan::Damage;
pub use view::SegmentLog;

use std::path::{Path, PathBuf};

/// Bytes after which a new segment is started.
pub const SEGMENT_BYTES_DEFAULT: u64 = 64 << 20;
/// The limits of [`Options::segment_bytes`]: offsets in a segment fit 32 bits,
/// and its header leaves room for a frame.
pub const SEGMENT_BYTES_MIN: u64 = 8 << 10;
pub const SEGMENT_BYTES_MAX: u64 = 1 << 30;

/// How a log is opened.
#[derive(Clone, Debug)]
pub struct Options {
    /// Bytes after which a new segment is started, brought within
    /// [`SEGMENT_BYTES_MIN`] and [`SEGMENT_BYTES_MAX`]. No frame is larger.
    pub segment_bytes: u64,
    /// Entries that must be there, because a checkpoint was signed over them or
    /// a receipt given. If fewer are found nobody may append: what is missing
    /// would be written anew.
    pub least_size: u64,
    /// Fill the next segment with zeros in a thread of its own, so that starting
    /// it costs the appender nothing.
    pub fill_ahead: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options { segment_bytes: SEGMENT_BYTES_DEFAULT, least_size: 0, fill_ahead: true }
    }
}

/// The file of the segment that begins at a position.
pub fn segment_path(dir: &Path, first_position: u64) -> PathBuf {
    dir.join(format!("{first_position:020}.seg"))
}

/// The position in a segment file's name.
fn segment_position(name: &str) -> Option<u64> {
    let digits = name.strip_suffix(".seg")?;
    let plain = digits.len() == 20 && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| digits.parse().ok())?
}
