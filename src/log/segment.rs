//! The segment that is being written: made, preallocated, closed.
//!
//! Each step says what its failure leaves. Knows nothing of epochs and readers.

use super::ahead::Filled;
use super::files::{FileHandle, Files, is_full, write_zeros};
use super::segment_path;
use plumbline_replay::integrity::frame::{SECTOR_BYTES, SEGMENT_HEADER_BYTES, SegmentHeader};
use std::io;
use std::path::{Path, PathBuf};

/// The first preallocation of a segment; it doubles from there, so that a ledger
/// of one event is not 64 MiB.
const GROW_BYTES_MIN: u64 = 256 << 10;
const GROW_BYTES_MAX: u64 = 8 << 20;

/// Preallocated zeros that always follow the last frame of a segment under way.
/// A frame that ends where its file ends is therefore known to have been whole,
/// and damage to it is never mistaken for a torn write.
pub(super) const BLANK_BYTES: u64 = SECTOR_BYTES as u64;

/// A file operation that failed, by what the writer may do next.
#[derive(Debug)]
pub(super) enum Failed {
    /// Nothing that anyone could read has changed: trying again is safe.
    Nothing(io::Error),
    /// What the disk holds is not known.
    Doubt(io::Error),
}

/// The last segment of a log, open for writing.
pub(super) struct OpenSegment {
    pub path: PathBuf,
    pub file: Box<dyn FileHandle>,
    /// Where the next frame goes.
    pub offset: u64,
    /// Zero-filled and synced up to here: a frame below changes no metadata.
    pub allocated: u64,
}

/// A segment that has its header but not yet its name.
pub(super) struct Unnamed {
    temp: PathBuf,
    file: Box<dyn FileHandle>,
    allocated: u64,
}

impl Unnamed {
    /// Writes the header, durably, into the file that was filled ahead or into a
    /// new one.
    pub fn make(
        files: &dyn Files,
        dir: &Path,
        header: &SegmentHeader,
        filled: Option<Filled>,
    ) -> Result<Unnamed, Failed> {
        let (temp, file, allocated) = match filled {
            Some(filled) => (filled.path, filled.file, filled.bytes),
            None => {
                let temp = dir.join("segment.tmp");
                match files.remove(&temp) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => {
                        return Err(Failed::Nothing(error));
                    }
                    _ => {}
                }
                let file = files.create(&temp).map_err(Failed::Nothing)?;
                (temp, file, SEGMENT_HEADER_BYTES as u64)
            }
        };
        file.write_all_at(&header.encode(), 0).map_err(full_or_doubt)?;
        file.sync_data().map_err(Failed::Doubt)?;
        Ok(Unnamed { temp, file, allocated })
    }

    /// Gives the segment its name, durably: from here on it is part of the log.
    pub fn name(
        self,
        files: &dyn Files,
        dir: &Path,
        first_position: u64,
    ) -> Result<OpenSegment, Failed> {
        let path = segment_path(dir, first_position);
        files.rename(&self.temp, &path).map_err(Failed::Doubt)?;
        files.sync_dir(dir).map_err(Failed::Doubt)?;
        Ok(OpenSegment {
            path,
            file: self.file,
            offset: SEGMENT_HEADER_BYTES as u64,
            allocated: self.allocated,
        })
    }
}

impl OpenSegment {
    /// Preallocates so that a frame of `length` bytes fits and zeros follow it.
    /// `segment_bytes` bounds what is filled beyond need.
    pub fn make_room(&mut self, length: u64, segment_bytes: u64) -> Result<(), Failed> {
        let needed = self.offset + length + BLANK_BYTES;
        if needed <= self.allocated {
            return Ok(());
        }
        let step = self.allocated.clamp(GROW_BYTES_MIN, GROW_BYTES_MAX);
        let ample = (self.allocated + step).min(segment_bytes).max(needed);
        match self.fill(ample) {
            // Where there is no room for plenty there may be for this frame.
            Err(Failed::Nothing(_)) if ample > needed => self.fill(needed),
            filled => filled,
        }
    }

    fn fill(&mut self, end: u64) -> Result<(), Failed> {
        let file = self.file.as_ref();
        if let Err(error) = write_zeros(file, self.allocated, end) {
            if is_full(&error) {
                // Gives the room back, for whatever must be written to go on at
                // all. Zeros that stay mean nothing.
                let _ = file.set_len(self.allocated);
            }
            return Err(full_or_doubt(error));
        }
        file.sync_data().map_err(Failed::Doubt)?;
        self.allocated = end;
        Ok(())
    }

    /// Cuts off what was preallocated and not used, durably, so that every byte
    /// of a closed segment belongs to a frame. It may be closed again.
    pub fn close(&mut self) -> Result<(), Failed> {
        if self.allocated > self.offset {
            self.file.set_len(self.offset).map_err(Failed::Doubt)?;
            self.file.sync_data().map_err(Failed::Doubt)?;
            self.allocated = self.offset;
        }
        Ok(())
    }
}

fn full_or_doubt(error: io::Error) -> Failed {
    if is_full(&error) { Failed::Nothing(error) } else { Failed::Doubt(error) }
}
