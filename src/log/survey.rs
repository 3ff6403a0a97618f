//! What a log's directory holds: the reading half of opening and of recovery.
//! Changes nothing.
//!
//! Every segment's header is read, and the last segment whole. Damage is a
//! finding, not an error: what is sound stays readable, and only a writer must
//! stay away.

use super::files::{FileHandle, Files, read_up_to};
use super::marks::Marks;
use super::scan::{self, BadHeader, Damage, End, Stop};
use super::view::Segment;
use super::{SEGMENT_BYTES_MAX, segment_path, segment_position};
use crate::store::StoreError;
use plumbline_replay::integrity::chain::Digest;
use plumbline_replay::integrity::frame::SEGMENT_HEADER_BYTES;
use plumbline_replay::integrity::tree::Frontier;
use std::io;
use std::path::Path;
use std::time::Duration;

/// What was found.
#[derive(Debug)]
pub(super) struct Survey {
    pub segments: Vec<Segment>,
    /// The state after the last sound frame.
    pub end: End,
    pub last_entry: Option<Vec<u8>>,
    /// The last frame with its offset, if the segment was not closed after it:
    /// only then can it be one that was never acknowledged.
    pub open_frame: Option<(u64, Vec<u8>)>,
    /// Bytes of a torn frame after the end.
    pub torn_bytes: u64,
    pub damage: Option<Damage>,
}

/// How often a reader looks again at bytes that look damaged, since it may have
/// come upon a frame in the middle of being written.
const LOOKS_MAX: u32 = 5;
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(2);

/// Where and how to look.
pub(super) struct Surveyor<'a> {
    pub files: &'a dyn Files,
    pub dir: &'a Path,
    /// SHA-256 of the log's origin; without it the segments must agree.
    pub origin: Option<Digest>,
    /// As a writer: keep the tree, and nobody else can be writing.
    pub to_write: bool,
}

impl Surveyor<'_> {
    pub fn survey(&self) -> Result<Survey, StoreError> {
        let names = self.files.list(self.dir).map_err(|error| {
            let place = self.dir.display().to_string();
            match error.kind() {
                io::ErrorKind::NotFound => StoreError::Missing(place),
                _ => StoreError::not_done(place, &error),
            }
        })?;
        let positions: Vec<u64> = names.iter().filter_map(|n| segment_position(n)).collect();
        let mut survey = Survey {
            segments: Vec::with_capacity(positions.len()),
            end: End {
                position: 0,
                last_hash: Digest::ZERO,
                frontier: Frontier::new(),
                epoch: 0,
                offset: 0,
            },
            last_entry: None,
            open_frame: None,
            torn_bytes: 0,
            damage: None,
        };
        if positions.first().is_some_and(|&first| first != 0) {
            let what = "the segments before the first one here are missing";
            survey.damage = Some(Damage::at(self.dir, 0, 0, what));
        }
        let mut origin = self.origin;
        for (index, &position) in positions.iter().enumerate() {
            let last = index + 1 == positions.len();
            self.segment(position, last, &mut origin, &mut survey)?;
        }
        Ok(survey)
    }

    fn segment(
        &self,
        position: u64,
        last: bool,
        origin: &mut Option<Digest>,
        survey: &mut Survey,
    ) -> Result<(), StoreError> {
        let path = segment_path(self.dir, position);
        let unreadable = |error| unavailable(&path, error);
        let file = self.files.open(&path, false).map_err(unreadable)?;
        let bytes = file.length().map_err(unreadable)?;
        survey.segments.push(Segment { first_position: position, bytes, marks: None });
        let head = read_up_to(file.as_ref(), 0, SEGMENT_HEADER_BYTES).map_err(unreadable)?;
        let header = match scan::header(&path, &head, position, *origin) {
            Ok((header, end)) => Some((header, end)),
            Err(BadHeader::Newer) => {
                return Err(StoreError::NewerFormat(path.display().to_string()));
            }
            Err(BadHeader::Damaged(damage)) => {
                survey.damage.get_or_insert(damage);
                None
            }
        };
        if let Some((header, _)) = &header {
            *origin = Some(header.origin);
        }
        match header {
            _ if !last => Ok(()),
            Some((_, start)) => self.last_segment(file.as_ref(), &path, &start, survey),
            None => {
                // Without the state that they continue, its frames cannot be told
                // from others.
                survey.end.position = position;
                Ok(())
            }
        }
    }

    /// Reads the last segment; again, if it looks damaged while another process
    /// may be writing it.
    fn last_segment(
        &self,
        file: &dyn FileHandle,
        path: &Path,
        start: &End,
        survey: &mut Survey,
    ) -> Result<(), StoreError> {
        let looks = if self.to_write { 1 } else { LOOKS_MAX };
        for look in 1..=looks {
            let found = self.whole_segment(file, path, start.clone(), survey)?;
            let suspect = match &found {
                Stop::Damaged(damage) => survey.damage.is_none().then(|| damage.clone()),
                Stop::Clean | Stop::Torn => None,
            };
            match suspect {
                Some(_) if look < looks => std::thread::sleep(LOOK_AGAIN_AFTER),
                Some(damage) => survey.damage = Some(damage),
                None => break,
            }
        }
        if self.to_write && survey.last_entry.is_none() && survey.segments.len() > 1 {
            self.entry_before(start, survey)?;
        }
        Ok(())
    }

    fn whole_segment(
        &self,
        file: &dyn FileHandle,
        path: &Path,
        mut end: End,
        survey: &mut Survey,
    ) -> Result<Stop, StoreError> {
        let segment = end.position;
        let bytes = whole(file, path, segment)?;
        let bytes = match bytes {
            Ok(bytes) => bytes,
            Err(damage) => {
                survey.end = end;
                return Ok(Stop::Damaged(damage));
            }
        };
        let mut marks = Marks::default();
        let rest = bytes.get(SEGMENT_HEADER_BYTES..).unwrap_or(&[]);
        let walked = scan::walk(path, rest, &mut end, self.to_write, |position, offset| {
            marks.add(position - segment, offset);
        });
        let after = bytes.get(end.offset as usize..).unwrap_or(&[]);
        survey.torn_bytes = match walked.stop {
            Stop::Torn => after.iter().rposition(|&byte| byte != 0).map_or(0, |at| at + 1) as u64,
            Stop::Clean | Stop::Damaged(_) => 0,
        };
        survey.last_entry = walked.last_entry.map(<[u8]>::to_vec);
        survey.open_frame = walked
            .last_frame
            .filter(|_| self.to_write && !after.is_empty())
            .map(|(offset, frame)| (offset, frame.to_vec()));
        if let Some(last) = survey.segments.last_mut() {
            last.bytes = end.offset;
            last.marks = Some(marks);
        }
        survey.end = end;
        Ok(walked.stop)
    }

    /// A segment without frames says nothing of the last entry; the one before
    /// it does, and must end where this one begins.
    fn entry_before(&self, start: &End, survey: &mut Survey) -> Result<(), StoreError> {
        let before = survey.segments[survey.segments.len() - 2].first_position;
        let path = segment_path(self.dir, before);
        let file = self.files.open(&path, false).map_err(|error| unavailable(&path, error))?;
        let bytes = match whole(file.as_ref(), &path, before)? {
            Ok(bytes) => bytes,
            Err(damage) => {
                survey.damage.get_or_insert(damage);
                return Ok(());
            }
        };
        let Ok((_, mut end)) = scan::header(&path, &bytes, before, self.origin) else {
            // Found when the headers were read.
            return Ok(());
        };
        let rest = bytes.get(SEGMENT_HEADER_BYTES..).unwrap_or(&[]);
        let walked = scan::walk(&path, rest, &mut end, true, |_, _| {});
        let closed = end.offset == bytes.len() as u64;
        let damage = match walked.stop {
            Stop::Damaged(damage) => damage,
            Stop::Clean
                if closed
                    && end.position == start.position
                    && end.last_hash == start.last_hash
                    && end.frontier == start.frontier =>
            {
                survey.last_entry = walked.last_entry.map(<[u8]>::to_vec);
                return Ok(());
            }
            Stop::Clean | Stop::Torn => {
                let what = "the segment does not end where the next one begins";
                Damage::at(&path, end.offset, end.position.min(start.position), what)
            }
        };
        survey.damage.get_or_insert(damage);
        Ok(())
    }
}

/// Reads a whole segment, unless it is larger than any writer makes one.
fn whole(
    file: &dyn FileHandle,
    path: &Path,
    segment: u64,
) -> Result<Result<Vec<u8>, Damage>, StoreError> {
    let unreadable = |error| unavailable(path, error);
    let length = file.length().map_err(unreadable)?;
    if length > SEGMENT_BYTES_MAX {
        let what = "the file is larger than a segment can be";
        return Ok(Err(Damage::at(path, SEGMENT_BYTES_MAX, segment, what)));
    }
    let bytes = read_up_to(file, 0, length as usize).map_err(unreadable)?;
    Ok(Ok(bytes))
}

/// The system would not do what was asked; nothing is known to be wrong with
/// what is stored.
pub(super) fn unavailable(path: &Path, error: io::Error) -> StoreError {
    StoreError::not_done(path.display(), &error)
}
