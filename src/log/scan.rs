//! Reading the frames of a segment in order, checking that each continues the
//! one before: the one path of opening, recovery and following another process.
//!
//! Works on bytes; knows nothing of directories and of who reads.

use crate::store::StoreError;
use plumbline_replay::integrity::chain::Digest;
use plumbline_replay::integrity::frame::{
    self, Frame, FrameError, NEWER_SEGMENT, SEGMENT_HEADER_BYTES, SegmentHeader,
};
use plumbline_replay::integrity::tree::{Frontier, leaf_hash};
use std::fmt;
use std::path::Path;

/// Positions are integers of the entry format: below 2^53.
const POSITION_MAX: u64 = (1 << 53) - 1;

/// Stored bytes that are not as they were written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// The first entry concerned.
    pub position: u64,
    pub what: String,
    /// File and byte.
    pub place: String,
}

impl Damage {
    pub(super) fn at(path: &Path, offset: u64, position: u64, what: &str) -> Damage {
        Damage {
            position,
            what: what.to_owned(),
            place: format!("{} byte {offset}", path.display()),
        }
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        StoreError::from(self.clone()).fmt(f)
    }
}

impl From<Damage> for StoreError {
    fn from(damage: Damage) -> StoreError {
        StoreError::Damaged { position: damage.position, what: damage.what, place: damage.place }
    }
}

/// The state of chain and tree after some frame of a segment.
#[derive(Clone, Debug)]
pub(super) struct End {
    /// Entries before this place.
    pub position: u64,
    pub last_hash: Digest,
    /// Kept only where the caller asks for the tree.
    pub frontier: Frontier,
    /// The epoch of the last frame; 0 before the first.
    pub epoch: u64,
    /// Where in the segment the next frame goes.
    pub offset: u64,
}

/// Where walking ended and why.
#[derive(Debug)]
pub(super) struct Walked<'a> {
    pub stop: Stop,
    /// The last sound frame: its offset in the file and its bytes.
    pub last_frame: Option<(u64, &'a [u8])>,
    pub last_entry: Option<&'a [u8]>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The end of the bytes, or zeros up to it.
    Clean,
    /// A frame that was never wholly written.
    Torn,
    Damaged(Damage),
}

/// Why a segment's header cannot be used.
#[derive(Debug)]
pub(super) enum BadHeader {
    Newer,
    Damaged(Damage),
}

/// Reads a segment's header against its name and its log, and gives the state
/// that its first frame continues. `origin` is the SHA-256 of the log's origin.
pub(super) fn header(
    path: &Path,
    bytes: &[u8],
    named: u64,
    origin: Option<Digest>,
) -> Result<(SegmentHeader, End), BadHeader> {
    let damaged = |what| BadHeader::Damaged(Damage::at(path, 0, named, what));
    let header = SegmentHeader::decode(bytes).map_err(|what| match what {
        NEWER_SEGMENT => BadHeader::Newer,
        what => damaged(what),
    })?;
    if named > POSITION_MAX {
        return Err(damaged("no log has that many entries"));
    }
    if header.first_position != named {
        return Err(damaged("the segment's name and its header name different positions"));
    }
    if origin.is_some_and(|origin| origin != header.origin) {
        return Err(damaged("the segment belongs to another log"));
    }
    let frontier = Frontier::from_parts(named, header.frontier.clone()).ok_or(
        BadHeader::Damaged(Damage::at(path, 0, named, "the tree nodes do not fit the position")),
    )?;
    let end = End {
        position: named,
        last_hash: header.previous,
        frontier,
        epoch: 0,
        offset: SEGMENT_HEADER_BYTES as u64,
    };
    Ok((header, end))
}

/// Reads frames from `end` on and moves it behind the last sound one. `bytes` is
/// the file from `end.offset` to its end. With `tree` the frontier is kept, which
/// only a writer needs. `found(position, offset)` hears of each frame.
pub(super) fn walk<'a>(
    path: &Path,
    mut bytes: &'a [u8],
    end: &mut End,
    tree: bool,
    mut found: impl FnMut(u64, u64),
) -> Walked<'a> {
    let mut last_frame = None;
    let mut last_entry = None;
    let stop = loop {
        let frame = match frame::read(bytes, end.offset) {
            Ok(frame) => frame,
            Err(FrameError::Blank) => break Stop::Clean,
            Err(FrameError::Torn) => break Stop::Torn,
            Err(FrameError::Damaged { position, what }) => {
                let position = position.unwrap_or(end.position);
                break Stop::Damaged(Damage::at(path, end.offset, position, what));
            }
        };
        if let Some(what) = misplaced(&frame, end) {
            break Stop::Damaged(Damage::at(path, end.offset, end.position, what));
        }
        found(end.position, end.offset);
        last_frame = Some((end.offset, &bytes[..frame.bytes]));
        last_entry = frame.entries.last().copied();
        bytes = &bytes[frame.bytes..];
        step(end, &frame, tree);
    };
    Walked { stop, last_frame, last_entry }
}

fn misplaced(frame: &Frame<'_>, end: &End) -> Option<&'static str> {
    if frame.header.first_position != end.position {
        return Some("the frame stands at another position than its header says");
    }
    let continues = frame.header.previous == end.last_hash;
    (!continues).then_some("the frame does not continue the entry before it")
}

fn step(end: &mut End, frame: &Frame<'_>, tree: bool) {
    if tree {
        for entry in &frame.entries {
            end.frontier.push(leaf_hash(entry));
        }
    }
    end.position += frame.entries.len() as u64;
    end.last_hash = frame.hashes.last().copied().unwrap_or(end.last_hash);
    end.epoch = frame.header.epoch;
    end.offset += frame.bytes as u64;
}
