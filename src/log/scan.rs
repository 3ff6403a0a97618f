//! Reading a segment from its start or from a known frame: the one path of
//! opening, recovery and following another process.

use crate::store::StoreError;
use plumbline_replay::integrity::chain::Digest;
use plumbline_replay::integrity::frame::{
    Frame, FrameError, SEGMENT_HEADER_BYTES, SegmentHeader, read,
};
use plumbline_replay::integrity::tree::{Frontier, leaf_hash};
use std::path::Path;

/// The state of chain and tree after some frame.
#[derive(Clone, Debug)]
pub(super) struct End {
    pub position: u64,
    pub last_hash: Digest,
    pub frontier: Frontier,
    pub last_entry: Option<Vec<u8>>,
    /// Offset in the segment where the next frame goes.
    pub offset: u64,
}

impl End {
    /// A log without segments.
    pub fn empty() -> End {
        End {
            position: 0,
            last_hash: Digest::ZERO,
            frontier: Frontier::new(),
            last_entry: None,
            offset: 0,
        }
    }
}

/// Why scanning a segment stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The end of the file, or preallocated zeros.
    Clean,
    /// A frame that was never wholly written: bytes from `End::offset` on.
    Torn { bytes: u64 },
}

/// A frame's place, for finding entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FrameAt {
    pub first_position: u64,
    pub offset: u64,
}

/// Reads and checks a segment's header against its name and its log.
pub(super) fn header(
    path: &Path,
    bytes: &[u8],
    named: u64,
    origin: Option<Digest>,
) -> Result<(SegmentHeader, End), StoreError> {
    let damaged = |what: &str| StoreError::Damaged {
        position: named,
        what: what.to_owned(),
        place: path.display().to_string(),
    };
    let header = SegmentHeader::decode(bytes).map_err(|what| {
        if what.contains("newer") {
            StoreError::NewerFormat(path.display().to_string())
        } else {
            damaged(what)
        }
    })?;
    if header.first_position != named {
        return Err(damaged("the segment's name and its header name different positions"));
    }
    if origin.is_some_and(|origin| origin != header.origin) {
        return Err(damaged("the segment belongs to another log"));
    }
    let frontier = Frontier::from_parts(header.first_position, header.frontier.clone())
        .ok_or_else(|| damaged("the segment header's tree nodes do not fit its position"))?;
    let end = End {
        position: header.first_position,
        last_hash: header.previous,
        frontier,
        last_entry: None,
        offset: SEGMENT_HEADER_BYTES as u64,
    };
    Ok((header, end))
}

/// Reads frames from `end` on. `bytes` is the file from `end.offset` to its end.
/// With `hash_leaves` the frontier is kept, which only a writer needs.
pub(super) fn frames(
    path: &Path,
    mut bytes: &[u8],
    end: &mut End,
    hash_leaves: bool,
    mut found: impl FnMut(FrameAt),
) -> Result<Stop, StoreError> {
    loop {
        if bytes.is_empty() {
            return Ok(Stop::Clean);
        }
        let frame = match read(bytes, end.offset) {
            Ok(frame) => frame,
            Err(FrameError::Blank) => return Ok(Stop::Clean),
            Err(FrameError::Torn) => {
                return Ok(Stop::Torn { bytes: bytes.len() as u64 });
            }
            Err(FrameError::Damaged { position, what }) => {
                let position = position.unwrap_or(end.position);
                return Err(damaged(path, position, end.offset, what));
            }
        };
        check_place(path, &frame, end)?;
        found(FrameAt { first_position: end.position, offset: end.offset });
        step(end, &frame, hash_leaves);
        bytes = &bytes[frame.bytes..];
    }
}

fn check_place(path: &Path, frame: &Frame<'_>, end: &End) -> Result<(), StoreError> {
    let what = if frame.header.first_position != end.position {
        "the frame stands at another position than its header says"
    } else if frame.header.previous != end.last_hash {
        "the frame does not continue the entry before it"
    } else if frame.entries.is_empty() {
        "a frame without entries"
    } else {
        return Ok(());
    };
    Err(damaged(path, end.position, end.offset, what))
}

fn step(end: &mut End, frame: &Frame<'_>, hash_leaves: bool) {
    if hash_leaves {
        for entry in &frame.entries {
            end.frontier.push(leaf_hash(entry));
        }
    }
    end.position += frame.entries.len() as u64;
    end.last_hash = frame.hashes.last().copied().unwrap_or(end.last_hash);
    end.last_entry = frame.entries.last().map(|entry| entry.to_vec());
    end.offset += frame.bytes as u64;
}

fn damaged(path: &Path, position: u64, offset: u64, what: &str) -> StoreError {
    StoreError::Damaged {
        position,
        what: what.to_owned(),
        place: format!("{} byte {offset}", path.display()),
    }
}
