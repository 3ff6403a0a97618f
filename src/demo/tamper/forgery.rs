//! Segment files taken apart and put together again with other content.
//!
//! What is written is framed as the writer would frame it, so that a reader finds
//! what was changed and not merely that something is broken.

use super::TamperError;
use plumbline_replay::integrity::chain::{Digest, entry_hash};
use plumbline_replay::integrity::entry::{Parts, Place, scan, strip};
use plumbline_replay::integrity::frame::{
    FRAME_HEADER_BYTES, FrameBuilder, FrameError, SEGMENT_HEADER_BYTES, SegmentHeader, read,
};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// The segment files of one log, by their first positions.
pub(super) struct Segments {
    dir: PathBuf,
    files: Vec<(u64, PathBuf)>,
}

/// One commit frame.
struct Group {
    epoch: u64,
    /// Where it stands in the file.
    offset: u64,
    entries: Vec<Vec<u8>>,
    disclosures: Vec<u8>,
}

/// One segment in memory.
pub(super) struct Segment {
    pub path: PathBuf,
    pub header: SegmentHeader,
    groups: Vec<Group>,
}

impl Segments {
    pub fn list(dir: &Path) -> Result<Segments, TamperError> {
        let failed = |error| TamperError::io(dir, &error);
        let mut files = Vec::new();
        for item in std::fs::read_dir(dir).map_err(failed)? {
            let path = item.map_err(failed)?.path();
            let is_segment = path.extension().is_some_and(|extension| extension == "seg");
            let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
            if let Ok(first) = stem.parse::<u64>()
                && is_segment
            {
                files.push((first, path));
            }
        }
        files.sort_unstable();
        Ok(Segments { dir: dir.to_owned(), files })
    }

    /// Entries in the log.
    pub fn size(&self) -> Result<u64, TamperError> {
        self.files.last().map_or(Ok(0), |(_, path)| Ok(Segment::read(path)?.end()))
    }

    /// The segment that holds a position.
    pub fn holding(&self, position: u64) -> Result<Segment, TamperError> {
        match self.files.iter().rfind(|(first, _)| *first <= position) {
            Some((_, path)) => Segment::read(path),
            None => Err(TamperError::Unreadable {
                place: self.dir.display().to_string(),
                reason: format!("没有第 {position} 号记录所在的段 / no segment holds {position}"),
            }),
        }
    }

    /// The segment that begins at a position.
    pub fn at(&self, position: u64) -> Result<Option<Segment>, TamperError> {
        let found = self.files.iter().find(|(first, _)| *first == position);
        found.map(|(_, path)| Segment::read(path)).transpose()
    }

    /// The files of all segments that begin after a position.
    pub fn after(&self, position: u64) -> Vec<PathBuf> {
        let later = self.files.iter().filter(|(first, _)| *first > position);
        later.map(|(_, path)| path.clone()).collect()
    }
}

impl Segment {
    fn read(path: &Path) -> Result<Segment, TamperError> {
        let unreadable = |reason: &str| TamperError::Unreadable {
            place: path.display().to_string(),
            reason: reason.to_owned(),
        };
        let bytes = std::fs::read(path).map_err(|error| TamperError::io(path, &error))?;
        let header = SegmentHeader::decode(&bytes).map_err(unreadable)?;
        let mut groups = Vec::new();
        let mut at = SEGMENT_HEADER_BYTES;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            match read(rest, at as u64) {
                Ok(frame) => {
                    groups.push(Group {
                        epoch: frame.header.epoch,
                        offset: at as u64,
                        entries: frame.entries.iter().map(|entry| entry.to_vec()).collect(),
                        disclosures: frame.disclosures.to_vec(),
                    });
                    at += frame.bytes;
                }
                Err(FrameError::Blank | FrameError::Torn) => break,
                Err(error) => return Err(unreadable(&error.to_string())),
            }
        }
        Ok(Segment { path: path.to_owned(), header, groups })
    }

    pub fn unreadable(&self, reason: &str) -> TamperError {
        TamperError::Unreadable {
            place: self.path.display().to_string(),
            reason: reason.to_owned(),
        }
    }

    /// The position after the last entry.
    pub fn end(&self) -> u64 {
        self.header.first_position + self.entries().count() as u64
    }

    pub fn entries(&self) -> impl Iterator<Item = &[u8]> {
        self.groups.iter().flat_map(|group| group.entries.iter().map(Vec::as_slice))
    }

    /// The group of a position, and its place in the group.
    fn place(&self, position: u64) -> Option<(usize, usize)> {
        let mut left = position.checked_sub(self.header.first_position)? as usize;
        for (group, held) in self.groups.iter().enumerate() {
            match left.checked_sub(held.entries.len()) {
                Some(more) => left = more,
                None => return Some((group, left)),
            }
        }
        None
    }

    /// An entry and where its bytes begin in the file.
    pub fn entry(&self, position: u64) -> Result<(&[u8], u64), TamperError> {
        let missing = || self.unreadable("这个位置没有记录 / no entry at this position");
        let (group, index) = self.place(position).ok_or_else(missing)?;
        let group = self.groups.get(group).ok_or_else(missing)?;
        let before: usize = group.entries.iter().take(index).map(|entry| entry.len() + 2).sum();
        let entry = group.entries.get(index).ok_or_else(missing)?;
        Ok((entry, group.offset + (FRAME_HEADER_BYTES + before + 2) as u64))
    }

    /// The first entry from a position on that names an amount.
    pub fn amount_from(&self, position: u64) -> Option<u64> {
        let skipped = position.saturating_sub(self.header.first_position) as usize;
        let found = self.entries().skip(skipped).position(|entry| amount(entry).is_some())?;
        Some(position + found as u64)
    }

    /// Writes one byte where it lies, and nothing else.
    pub fn write_byte(&self, offset: u64, byte: u8) -> Result<(), TamperError> {
        let failed = |error| TamperError::io(&self.path, &error);
        let file = std::fs::File::options().write(true).open(&self.path).map_err(failed)?;
        file.write_all_at(&[byte], offset).and_then(|()| file.sync_all()).map_err(failed)
    }

    /// Changes one byte of an entry in memory.
    pub fn replace_byte(&mut self, position: u64, at: usize, byte: u8) -> Result<(), TamperError> {
        let place = self.place(position);
        let entry = place
            .and_then(|(group, index)| self.groups.get_mut(group)?.entries.get_mut(index))
            .and_then(|entry| entry.get_mut(at));
        match entry {
            Some(old) => *old = byte,
            None => return Err(self.unreadable("no such byte")),
        }
        Ok(())
    }

    pub fn remove(&mut self, position: u64) {
        let Some((group, index)) = self.place(position) else { return };
        if let Some(group) = self.groups.get_mut(group) {
            group.entries.remove(index);
        }
    }

    /// Exchanges an entry with the next one.
    pub fn swap(&mut self, position: u64) -> Result<(), TamperError> {
        let first = self.entry(position)?.0.to_vec();
        let second = self.entry(position + 1)?.0.to_vec();
        for (position, entry) in [(position, second), (position + 1, first)] {
            if let Some((group, index)) = self.place(position)
                && let Some(old) =
                    self.groups.get_mut(group).and_then(|group| group.entries.get_mut(index))
            {
                *old = entry;
            }
        }
        Ok(())
    }

    /// Forgets everything from a position on.
    pub fn cut(&mut self, position: u64) {
        let Some((group, index)) = self.place(position) else { return };
        self.groups.truncate(group + 1);
        if let Some(last) = self.groups.last_mut() {
            last.entries.truncate(index);
        }
    }

    /// Chains the entries after a position anew; returns the last link.
    pub fn relink(&mut self, changed: u64) -> Result<Digest, TamperError> {
        let first = self.header.first_position;
        let path = self.path.clone();
        let unreadable = |error: &dyn std::fmt::Display| TamperError::Unreadable {
            place: path.display().to_string(),
            reason: error.to_string(),
        };
        let mut previous = self.header.previous;
        let entries = self.groups.iter_mut().flat_map(|group| group.entries.iter_mut());
        for (position, entry) in (first..).zip(entries) {
            if position > changed {
                let fields = scan(entry).map_err(|error| unreadable(&error))?;
                let (recorded_at, revision) = (fields.recorded_at, fields.revision);
                let place = Place { position, previous, recorded_at, revision };
                let parts = strip(entry).and_then(Parts::new);
                let parts = parts.map_err(|error| unreadable(&error))?;
                let mut anew = Vec::with_capacity(entry.len());
                parts.splice(&place, &mut anew);
                *entry = anew;
            }
            previous = entry_hash(entry);
        }
        Ok(previous)
    }

    /// Writes the segment in the place of its file.
    pub fn write(&self) -> Result<(), TamperError> {
        let mut bytes = self.header.encode();
        let (mut position, mut previous) = (self.header.first_position, self.header.previous);
        for group in self.groups.iter().filter(|group| !group.entries.is_empty()) {
            let mut frame = FrameBuilder::new(group.epoch, position, previous);
            for entry in &group.entries {
                let taken = frame.entry(|out| out.extend_from_slice(entry));
                taken.map_err(|_| self.unreadable("an entry is too long"))?;
            }
            frame.disclosures_mut().extend_from_slice(&group.disclosures);
            position += frame.count() as u64;
            previous = frame.hashes().last().copied().unwrap_or(previous);
            bytes.extend_from_slice(frame.finish());
        }
        let failed = |error| TamperError::io(&self.path, &error);
        let temp = self.path.with_extension("forged");
        std::fs::write(&temp, bytes).map_err(failed)?;
        std::fs::rename(&temp, &self.path).map_err(failed)
    }
}

/// One byte of an entry to change.
pub(super) struct Altered {
    pub at: usize,
    pub byte: u8,
    /// The member as it stands, and as it will.
    pub before: String,
    pub after: String,
}

/// The place of the first digit of an amount.
fn amount(entry: &[u8]) -> Option<usize> {
    const NAME: &[u8] = b"_fen\":";
    let at = memchr::memmem::find(entry, NAME)? + NAME.len();
    entry.get(at).filter(|byte| byte.is_ascii_digit()).map(|_| at)
}

/// What is changed in an entry: the first digit of an amount, or else the minute
/// in which the act is said to have happened. The entry stays as long and as well
/// formed as it was.
pub(super) fn alter(entry: &[u8]) -> Altered {
    const OCCURRED: &[u8] = b"\"occurred_at\":\"";
    const MINUTE: usize = "2026-03-05T16:2".len();
    let minute = || Some(memchr::memmem::rfind(entry, OCCURRED)? + OCCURRED.len() + MINUTE);
    let at = amount(entry).or_else(minute).filter(|at| *at < entry.len()).unwrap_or(0);
    let old = entry.get(at).copied().unwrap_or_default();
    let byte = match old {
        // Never a leading zero, which JSON does not know.
        b'0'..=b'8' => old + 1,
        b'9' if amount(entry).is_some() => b'1',
        b'9' => b'0',
        other => other ^ 1,
    };
    let mut forged = entry.to_vec();
    if let Some(place) = forged.get_mut(at) {
        *place = byte;
    }
    Altered { at, byte, before: member_around(entry, at), after: member_around(&forged, at) }
}

/// The member that a byte belongs to, as it is written.
fn member_around(entry: &[u8], at: usize) -> String {
    let ends = |byte: &u8| matches!(byte, b',' | b'{' | b'}');
    let start = entry.iter().take(at).rposition(ends).map_or(0, |before| before + 1);
    let rest = entry.get(at..).unwrap_or_default();
    let end = rest.iter().position(ends).map_or(entry.len(), |after| at + after);
    String::from_utf8_lossy(entry.get(start..end).unwrap_or_default()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_changed_where_there_is_one_and_else_the_minute() {
        let shown = |entry: &str| {
            let Altered { before, after, .. } = alter(entry.as_bytes());
            (before, after)
        };
        let is = |before: &str, after: &str| (before.to_owned(), after.to_owned());
        for (entry, expected) in [
            (
                r#"{"body":{"amount_fen":12000,"x":1}}"#,
                is(r#""amount_fen":12000"#, r#""amount_fen":22000"#),
            ),
            (r#"{"body":{"amount_fen":9}}"#, is(r#""amount_fen":9"#, r#""amount_fen":1"#)),
            (r#"{"body":{"amount_fen":0}}"#, is(r#""amount_fen":0"#, r#""amount_fen":1"#)),
            (
                r#"{"occurred_at":"2026-03-05T16:29:00+08:00","v":1}"#,
                is(
                    r#""occurred_at":"2026-03-05T16:29:00+08:00""#,
                    r#""occurred_at":"2026-03-05T16:20:00+08:00""#,
                ),
            ),
        ] {
            assert_eq!(shown(entry), expected);
        }
    }
}
