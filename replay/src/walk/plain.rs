//! The plain reader: entry after entry, stopping at the first thing that is not
//! as written, with its place and the reason.

use super::closings::{Closings, Noted, noted};
use super::keys::{Stated, stated};
use super::openings::{Met, Openings, met};
use super::piece::Checked;
use super::revisions::{Keys, Revisions};
use super::verdict::{Breach, FirstBad};
use crate::integrity::chain::{Digest, entry_hash};
use crate::integrity::entry::{EntryError, Fields, scan};
use crate::integrity::frame::{
    FRAME_HEADER_BYTES, Frame, FrameError, FrameHeader, NEWER_SEGMENT, SEGMENT_HEADER_BYTES,
    SegmentHeader, read,
};
use crate::integrity::json::{is_canonical, parse};
use crate::integrity::tree::{Frontier, leaf_hash};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// Reads one log from its first segment to its last.
pub struct Walk {
    pub(super) log: String,
    pub(super) position: u64,
    pub(super) last_hash: Digest,
    pub(super) frontier: Frontier,
    last_recorded: String,
    revisions: Revisions,
    pub(super) keys: Keys,
    /// SHA-256 of the origin that the segments name.
    origin: Option<Digest>,
    pub(super) created: Option<Created>,
    /// Sizes whose root is asked for, rising.
    pub(super) sizes: Vec<u64>,
    pub(super) roots: BTreeMap<u64, Digest>,
    /// Positions whose entry is asked for, rising.
    pub(super) positions: Vec<u64>,
    entries: BTreeMap<u64, Seen>,
    /// Closings met, in order of position.
    pub(super) noted: Vec<Noted>,
    /// Changes of the log's key met, in order of position.
    pub(super) stated: Vec<Stated>,
    pub(super) closings: Closings,
    /// Grants, removals and openings met, in order of position.
    pub(super) met: Vec<Met>,
    pub(super) openings: Openings,
    /// What kind of thing is bad, where it is not an entry that was changed.
    pub(super) flaw: Breach,
    pub(super) bad: Option<FirstBad>,
    pub(super) torn_bytes: u64,
    /// What follows the last frame of the segment read last: nothing may, if another
    /// segment comes after it.
    after: Option<After>,
    pub(super) unread: Vec<String>,
}

/// What is no frame, after the last frame of a segment.
struct After {
    /// File and byte.
    place: String,
    what: &'static str,
}

/// What entry 0 says of its log.
pub(super) struct Created {
    pub origin: String,
    pub key: String,
}

/// An entry that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub hash: Digest,
    /// Its leaf in the tree.
    pub leaf: Digest,
    pub id: String,
}

/// What is wrong, and with which entry.
pub(super) struct Wrong {
    pub position: u64,
    pub reason: String,
    pub id: Option<String>,
    pub stream: Option<String>,
}

impl Wrong {
    pub(super) fn at(position: u64, reason: &str) -> Wrong {
        Wrong { position, reason: reason.to_owned(), id: None, stream: None }
    }

    fn in_entry(position: u64, reason: String, entry: &[u8]) -> Wrong {
        let fields = scan(entry).ok();
        let id = fields.map(|fields| fields.id.to_owned());
        let stream = fields.map(|fields| fields.stream.to_owned());
        Wrong { position, reason, id, stream }
    }
}

impl Walk {
    /// `sizes` are the sizes at which a checkpoint will ask for the root.
    pub fn new(log: &str, mut sizes: Vec<u64>) -> Walk {
        sizes.sort_unstable();
        Walk {
            log: log.to_owned(),
            position: 0,
            last_hash: Digest::ZERO,
            frontier: Frontier::new(),
            last_recorded: String::new(),
            revisions: Revisions::default(),
            keys: Keys::default(),
            origin: None,
            created: None,
            sizes,
            roots: BTreeMap::new(),
            positions: Vec::new(),
            entries: BTreeMap::new(),
            noted: Vec::new(),
            stated: Vec::new(),
            closings: Closings::default(),
            met: Vec::new(),
            openings: Openings::default(),
            flaw: Breach::Entry,
            bad: None,
            torn_bytes: 0,
            after: None,
            unread: Vec::new(),
        }
    }

    /// Asks for the entries at some positions, before anything is read.
    pub fn ask(&mut self, mut positions: Vec<u64>) {
        positions.sort_unstable();
        self.positions = positions;
    }

    /// Link and id of an entry that was asked for, if it was read and is as written.
    pub fn answer(&self, position: u64) -> Option<(Digest, &str)> {
        self.entries.get(&position).map(|seen| (seen.hash, seen.id.as_str()))
    }

    /// The leaf in the tree of an entry that was asked for, likewise.
    pub fn leaf(&self, position: u64) -> Option<Digest> {
        self.entries.get(&position).map(|seen| seen.leaf)
    }

    /// Entries read and found to be as written so far.
    pub fn checked(&self) -> u64 {
        self.position
    }

    /// Everything was read and is as written so far.
    pub fn is_whole(&self) -> bool {
        self.bad.is_none() && self.unread.is_empty()
    }

    /// The origin that entry 0 names, once it has been read.
    pub fn origin(&self) -> Option<&str> {
        self.created.as_ref().map(|created| created.origin.as_str())
    }

    /// Whether the log has had this origin: entry 0 names the first, a restoration the
    /// next.
    pub(super) fn is_origin(&self, name: &str) -> bool {
        self.origin() == Some(name) || self.origins().iter().any(|origin| origin == name)
    }

    /// Every origin that the log has had, once it has been read.
    pub fn origins(&self) -> Vec<String> {
        let keys = self.succession();
        let known: Option<Vec<String>> =
            keys.map(|keys| keys.origins().map(str::to_owned).collect());
        known.unwrap_or_else(|| self.origin().map(str::to_owned).into_iter().collect())
    }

    /// Reads the next segment: the first position that its name gives, and all
    /// its bytes. Stops at the first thing that is not as written.
    pub fn segment(&mut self, place: &str, named: u64, bytes: &[u8]) {
        self.begin(place, named, bytes);
        if !self.unread.is_empty() {
            return;
        }
        let frames = bytes.get(SEGMENT_HEADER_BYTES..).unwrap_or_default();
        self.frames(place, frames, SEGMENT_HEADER_BYTES as u64);
    }

    /// Reads the next entry of an export, one entry a line without its line end.
    /// An export holds neither frames nor segment headers: chain, tree, and the
    /// entries themselves are checked.
    pub fn line(&mut self, place: &str, number: u64, entry: &[u8]) {
        if self.bad.is_some() {
            return;
        }
        if let Err(wrong) = self.next(entry, entry_hash(entry)) {
            self.wrong(wrong, &format!("{place} line {number}"));
        }
    }

    /// Notes what is wrong and where; the first such note ends the reading.
    pub(super) fn wrong(&mut self, wrong: Wrong, place: &str) {
        let Wrong { position, reason, id, stream } = wrong;
        self.bad = Some(FirstBad { position, reason, place: place.to_owned(), id, stream });
    }

    /// Reads a segment's header; `bytes` may go on after it.
    pub(super) fn begin(&mut self, place: &str, named: u64, bytes: &[u8]) {
        if self.bad.is_some() {
            return;
        }
        if let Some(After { place, what }) = self.after.take() {
            self.wrong(Wrong::at(self.position, what), &place);
            return;
        }
        match self.header(named, bytes) {
            Ok(()) => {}
            // Sound, and of a format that this program does not know: nothing is proved.
            Err(NEWER_SEGMENT) => {
                self.unread.push(format!("{place}: {NEWER_SEGMENT}; use a newer program"));
            }
            Err(what) => self.wrong(Wrong::at(self.position, what), &format!("{place} byte 0")),
        }
    }

    fn header(&mut self, named: u64, bytes: &[u8]) -> Result<(), &'static str> {
        let header = SegmentHeader::decode(bytes)?;
        if named != self.position || header.first_position != self.position {
            return Err(
                "此段之前缺少记录,或此段不在其位 / entries are missing before this segment, or it is not in its place",
            );
        }
        if header.previous != self.last_hash || header.frontier != self.frontier.nodes() {
            return Err(
                "段头不接前面的记录 / the segment header does not continue the entries before it",
            );
        }
        if self.origin.is_some_and(|origin| origin != header.origin) {
            return Err("此段属于另一日志 / the segment belongs to another log");
        }
        self.origin = Some(header.origin);
        Ok(())
    }

    /// Reads frames; `bytes` are those of the segment from `offset` to its end.
    pub(super) fn frames(&mut self, place: &str, bytes: &[u8], offset: u64) {
        let read = self.sound_frames(bytes, offset);
        let Stopped { at, why } = match read {
            Ok(stopped) => stopped,
            Err((wrong, at)) => {
                return self.wrong(wrong, &format!("{place} byte {}", offset + at as u64));
            }
        };
        match why {
            None => {}
            Some(FrameError::Blank) => self.zeros(place, offset + at as u64),
            Some(FrameError::Torn) => {
                self.torn_bytes = (bytes.len() - at) as u64;
                let what = "后面还有段文件,此处却有未写完的提交帧 / a torn frame stands before a later \
                            segment";
                self.after =
                    Some(After { place: format!("{place} byte {}", offset + at as u64), what });
            }
            Some(FrameError::Damaged { position, what }) => {
                let position = position.unwrap_or(self.position);
                let (wrong, inside) = self.before_damage(&bytes[at..], position, what);
                self.wrong(wrong, &format!("{place} byte {}", offset + (at + inside) as u64));
            }
        }
    }

    /// Notes zeros from `offset` to the end of a segment.
    pub(super) fn zeros(&mut self, place: &str, offset: u64) {
        let what = "段文件末帧之后有零,而它不是日志的最后一段 / zeros follow the last frame of a \
                    segment before this entry: only the log's \
                    last segment may have them, a writer cuts them off before the next one begins";
        self.after = Some(After { place: format!("{place} byte {offset}"), what });
    }

    /// Reads a damaged frame up to the entry that is not as written: those before it
    /// are held by their links like any others, and a frame may hold thousands.
    /// Gives what is wrong, and where in the frame.
    fn before_damage(&mut self, frame: &[u8], position: u64, what: &str) -> (Wrong, usize) {
        let continues = |header: &FrameHeader| {
            header.first_position == self.position && header.previous == self.last_hash
        };
        let mut at = FRAME_HEADER_BYTES;
        if FrameHeader::decode(frame).is_some_and(|header| continues(&header)) {
            while let Some((length, rest)) = frame.get(at..).and_then(<[u8]>::split_first_chunk) {
                let length = usize::from(u16::from_be_bytes(*length));
                let Some(entry) = rest.get(..length) else { break };
                if self.position >= position {
                    return (Wrong::in_entry(position, what.to_owned(), entry), at + 2);
                }
                if let Err(wrong) = self.next(entry, entry_hash(entry)) {
                    return (wrong, at + 2);
                }
                at += 2 + length;
            }
        }
        (Wrong::at(position, what), 0)
    }

    /// Reads frames up to the end of `bytes` or to what is no sound frame, which
    /// only the bytes after it tell apart from a torn one.
    pub(super) fn sound_frames(
        &mut self,
        bytes: &[u8],
        offset: u64,
    ) -> Result<Stopped, (Wrong, usize)> {
        let mut at = 0;
        while self.bad.is_none() && at < bytes.len() {
            match read(&bytes[at..], offset + at as u64) {
                Ok(frame) => {
                    self.frame(&frame).map_err(|wrong| (wrong, at))?;
                    at += frame.bytes;
                }
                Err(error) => return Ok(Stopped { at, why: Some(error) }),
            }
        }
        Ok(Stopped { at, why: None })
    }

    fn frame(&mut self, frame: &Frame<'_>) -> Result<(), Wrong> {
        let header = &frame.header;
        if header.first_position != self.position || header.previous != self.last_hash {
            let what = "提交帧不接前面的记录 / the frame does not continue the entries before it";
            return Err(Wrong::at(self.position, what));
        }
        for (entry, hash) in frame.entries.iter().zip(&frame.hashes) {
            self.next(entry, *hash)?;
        }
        Ok(())
    }

    fn next(&mut self, entry: &[u8], hash: Digest) -> Result<(), Wrong> {
        let fields =
            self.entry(entry).map_err(|reason| Wrong::in_entry(self.position, reason, entry))?;
        if self.positions.binary_search(&self.position).is_ok() {
            let (leaf, id) = (leaf_hash(entry), fields.id.to_owned());
            self.entries.insert(self.position, Seen { hash, leaf, id });
        }
        self.noted.extend(noted(&fields));
        self.met.extend(met(&fields));
        if let Some(stated) = stated(&fields) {
            self.stated.push(stated);
            self.roots.insert(self.position, self.frontier.root());
        }
        self.last_hash = hash;
        self.frontier.push(leaf_hash(entry));
        self.position += 1;
        if self.sizes.binary_search(&self.position).is_ok() {
            self.roots.insert(self.position, self.frontier.root());
        }
        Ok(())
    }

    fn entry<'a>(&mut self, entry: &'a [u8]) -> Result<Fields<'a>, String> {
        let fields = scan(entry).map_err(|error: EntryError| error.to_string())?;
        if !is_canonical(entry) {
            let what =
                "记录不是规范的 JSON 写法(RFC 8785)/ the entry is not canonical JSON (RFC 8785)";
            return Err(what.to_owned());
        }
        if fields.position != self.position {
            return Err(format!(
                "记录自称第 {} 号 / the entry says that its position is {0}",
                fields.position
            ));
        }
        if fields.previous != self.last_hash {
            return Err("`previous` 不是前一条记录的摘要 / `previous` is not the digest of the entry before".to_owned());
        }
        // RFC 3339 in UTC with six decimals: text order is time order.
        if fields.recorded_at <= self.last_recorded.as_str() {
            return Err("`recorded_at` 没有后移 / `recorded_at` does not rise".to_owned());
        }
        self.last_recorded = fields.recorded_at.to_owned();
        self.revision(&fields)?;
        if self.position == 0 {
            self.created = Some(self.named_log(&fields)?);
        }
        Ok(fields)
    }

    /// The log that entry 0 names, if it is the one of the segment headers.
    fn named_log(&self, fields: &Fields<'_>) -> Result<Created, String> {
        let created = created(fields)?;
        let named = Digest(Sha256::digest(created.origin.as_bytes()).into());
        if self.origin.is_some_and(|origin| origin != named) {
            let what = "段头与第 0 号记录不属同一日志 / the segment header is of another log than \
                        entry 0";
            return Err(what.to_owned());
        }
        Ok(created)
    }

    fn revision(&mut self, fields: &Fields<'_>) -> Result<(), String> {
        let next = self.revisions.next(self.keys.of(fields.stream.as_bytes()));
        if fields.revision != *next {
            return Err(format!(
                "事件流 {} 应为第 {next} 版,记录写作 {} / the stream {0} is at revision {next}, the \
                 entry says {1}",
                fields.stream, fields.revision
            ));
        }
        *next += 1;
        Ok(())
    }

    /// Takes a piece that a thread vouches for. False and nothing changed if it
    /// does not continue what was read: then the plain reader says why.
    pub(super) fn join(&mut self, checked: &Checked) -> bool {
        let continues = checked.tree_start() == self.position
            && checked.previous == self.last_hash
            && checked.first_recorded.as_bytes() > self.last_recorded.as_bytes();
        let created = checked.created.as_ref().map(|entry| self.named_log(&scan(entry).ok()?).ok());
        if !continues || created.as_ref().is_some_and(Option::is_none) {
            return false;
        }
        if !self.join_revisions(checked) {
            return false;
        }
        self.created = created.flatten().or(self.created.take());
        for (size, range) in &checked.ranges {
            let mut tree = self.frontier.clone();
            tree.join(range);
            self.roots.insert(*size, tree.root());
        }
        self.frontier.join(&checked.tree);
        self.position = checked.tree.end();
        self.last_hash = checked.last_hash;
        self.last_recorded.clone_from(&checked.last_recorded);
        self.entries.extend(checked.seen.iter().cloned());
        self.noted.extend(checked.noted.iter().cloned());
        self.met.extend(checked.met.iter().cloned());
        self.stated.extend(checked.stated.iter().cloned());
        true
    }

    fn join_revisions(&mut self, checked: &Checked) -> bool {
        for (index, stream) in checked.streams.iter().enumerate() {
            let next = self.revisions.next(stream.key);
            if *next == stream.first {
                *next = stream.next;
                continue;
            }
            for taken in &checked.streams[..index] {
                *self.revisions.next(taken.key) = taken.first;
            }
            return false;
        }
        true
    }
}

/// Where reading frames stopped, in bytes after its start, and why before the end.
pub(super) struct Stopped {
    pub at: usize,
    pub why: Option<FrameError>,
}

fn created(fields: &Fields<'_>) -> Result<Created, String> {
    let what = "第 0 号记录不是写明来源与公钥的 `ledger.created` / entry 0 is not a \
                `ledger.created` that names origin and key";
    if fields.kind != "ledger.created.v1" {
        return Err(what.to_owned());
    }
    let body = parse(fields.body.unwrap_or(b"{}")).map_err(|error| error.to_string())?;
    let text = |name: &str| body.get(name).and_then(|value| value.as_str()).map(str::to_owned);
    match (text("origin"), text("checkpoint_key")) {
        (Some(origin), Some(key)) => Ok(Created { origin, key }),
        _ => Err(what.to_owned()),
    }
}
