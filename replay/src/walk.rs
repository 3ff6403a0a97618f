//! Walks a whole log, as segments or as exported lines, and gives a verdict:
//! every byte is read and hashed again.
//!
//! Shares no line with the writer beyond the format's own functions. Does not
//! open files: segments are given to it, in order, as bytes.

use crate::integrity::chain::{Digest, entry_hash};
use crate::integrity::checkpoint::{NoteError, VerifyingKey};
use crate::integrity::entry::{EntryError, Fields, scan};
use crate::integrity::frame::{Frame, FrameError, SEGMENT_HEADER_BYTES, SegmentHeader, read};
use crate::integrity::json::{is_canonical, parse};
use crate::integrity::tree::{Frontier, leaf_hash};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;

/// What was found (design §1.6). "Cannot tell" is never shown as pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Pass,
    Fail,
    CannotTell,
}

/// The first place that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstBad {
    pub position: u64,
    pub reason: String,
    /// File and byte, or which checkpoint.
    pub place: String,
    /// The entry concerned, where it can still be read.
    pub id: Option<String>,
    pub stream: Option<String>,
}

/// The verdict over one log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub log: String,
    pub outcome: Outcome,
    /// Entries that stand in the log as far as can be told.
    pub available: u64,
    /// Entries read, hashed and found to be as written.
    pub checked: u64,
    pub first_bad: Option<FirstBad>,
    pub root: Digest,
    pub last_hash: Digest,
    /// Checkpoints given, and those that fit.
    pub checkpoints: (usize, usize),
    /// The largest size that a fitting checkpoint covers.
    pub covered: u64,
    /// Bytes of a frame that was never completed, after the last entry.
    pub torn_bytes: u64,
    /// What this verdict cannot tell, as stable codes.
    pub limits: Vec<&'static str>,
    /// Checkpoints that prove nothing, for or against, each with the reason.
    pub doubts: Vec<String>,
}

impl Verdict {
    /// 0 pass, 3 proved broken, 4 cannot tell (design §8).
    pub fn exit_code(&self) -> u8 {
        match self.outcome {
            Outcome::Pass => 0,
            Outcome::Fail => 3,
            Outcome::CannotTell => 4,
        }
    }

    pub fn word(&self) -> &'static str {
        match self.outcome {
            Outcome::Pass => "pass",
            Outcome::Fail => "fail",
            Outcome::CannotTell => "cannot_tell",
        }
    }

    pub fn to_json(&self) -> Value {
        json!({
            "log": self.log,
            "verdict": self.word(),
            "available": self.available,
            "checked": self.checked,
            "first_bad": self.first_bad.as_ref().map(|bad| json!({
                "log": self.log,
                "position": bad.position,
                "reason": bad.reason,
                "place": bad.place,
                "id": bad.id,
                "stream": bad.stream,
            })),
            "root": self.root.to_string(),
            "last_hash": self.last_hash.to_string(),
            "checkpoints": {"available": self.checkpoints.0, "ok": self.checkpoints.1},
            "covered_by_checkpoint": self.covered,
            "torn_bytes": self.torn_bytes,
            "limits": self.limits,
            "doubts": self.doubts,
        })
    }
}

/// A checkpoint to hold the log against.
#[derive(Clone, Debug)]
pub struct Witness {
    /// Where it comes from, for the report.
    pub place: String,
    pub note: String,
}

/// Reads one log from its first segment to its last.
pub struct Walk {
    log: String,
    position: u64,
    last_hash: Digest,
    frontier: Frontier,
    last_recorded: String,
    /// Next revision of each stream, by the first half of its BLAKE3 digest: an
    /// accidental collision is out of reach, and a made one only hides a gap in
    /// a number that the chain covers anyway.
    revisions: HashMap<[u8; 16], u64>,
    origin: Option<Digest>,
    created: Option<Created>,
    wanted: Vec<u64>,
    roots: HashMap<u64, Digest>,
    bad: Option<FirstBad>,
    torn_bytes: u64,
}

/// What entry 0 says of its log.
struct Created {
    origin: String,
    key: String,
}

impl Walk {
    /// `sizes` are the sizes at which a checkpoint will ask for the root.
    pub fn new(log: &str, sizes: Vec<u64>) -> Walk {
        Walk {
            log: log.to_owned(),
            position: 0,
            last_hash: Digest::ZERO,
            frontier: Frontier::new(),
            last_recorded: String::new(),
            revisions: HashMap::new(),
            origin: None,
            created: None,
            wanted: sizes,
            roots: HashMap::new(),
            bad: None,
            torn_bytes: 0,
        }
    }

    /// Reads the next segment: the first position that its name gives, and all
    /// its bytes. Stops at the first thing that is not as written.
    pub fn segment(&mut self, place: &str, named: u64, bytes: &[u8]) {
        if self.bad.is_some() {
            return;
        }
        if self.torn_bytes > 0 {
            self.fail(self.position, "a torn frame stands before a later segment", place);
            return;
        }
        if let Err((wrong, at)) = self.read_segment(named, bytes) {
            self.wrong(wrong, &format!("{place} byte {at}"));
        }
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

    /// The origin that entry 0 names, once it has been read.
    pub fn origin(&self) -> Option<&str> {
        self.created.as_ref().map(|created| created.origin.as_str())
    }

    fn wrong(&mut self, wrong: Wrong, place: &str) {
        let Wrong { position, reason, id, stream } = wrong;
        self.bad = Some(FirstBad { position, reason, place: place.to_owned(), id, stream });
    }

    fn fail(&mut self, position: u64, reason: &str, place: &str) {
        self.wrong(Wrong::at(position, reason), place);
    }

    fn read_segment(&mut self, named: u64, bytes: &[u8]) -> Result<(), (Wrong, u64)> {
        let here = self.position;
        let bad = |what: &str| (Wrong::at(here, what), 0);
        let header = SegmentHeader::decode(bytes).map_err(bad)?;
        if named != here || header.first_position != here {
            return Err(bad("entries are missing before this segment, or it is not in its place"));
        }
        if header.previous != self.last_hash || header.frontier != self.frontier.nodes() {
            return Err(bad("the segment header does not continue the entries before it"));
        }
        if self.origin.is_some_and(|origin| origin != header.origin) {
            return Err(bad("the segment belongs to another log"));
        }
        self.origin = Some(header.origin);
        let mut offset = SEGMENT_HEADER_BYTES;
        while offset < bytes.len() {
            match read(&bytes[offset..], offset as u64) {
                Ok(frame) => {
                    let length = frame.bytes;
                    self.frame(&frame).map_err(|wrong| (wrong, offset as u64))?;
                    offset += length;
                }
                Err(FrameError::Blank) => break,
                Err(FrameError::Torn) => {
                    self.torn_bytes = (bytes.len() - offset) as u64;
                    break;
                }
                Err(FrameError::Damaged { position, what }) => {
                    let position = position.unwrap_or(self.position);
                    return Err((Wrong::at(position, what), offset as u64));
                }
            }
        }
        Ok(())
    }

    fn frame(&mut self, frame: &Frame<'_>) -> Result<(), Wrong> {
        let header = &frame.header;
        if header.first_position != self.position || header.previous != self.last_hash {
            let what = "the frame does not continue the entries before it";
            return Err(Wrong::at(self.position, what));
        }
        for (entry, hash) in frame.entries.iter().zip(&frame.hashes) {
            self.next(entry, *hash)?;
        }
        Ok(())
    }

    fn next(&mut self, entry: &[u8], hash: Digest) -> Result<(), Wrong> {
        self.entry(entry).map_err(|reason| Wrong::in_entry(self.position, reason, entry))?;
        self.last_hash = hash;
        self.frontier.push(leaf_hash(entry));
        self.position += 1;
        if self.wanted.contains(&self.position) {
            self.roots.insert(self.position, self.frontier.root());
        }
        Ok(())
    }

    fn entry(&mut self, entry: &[u8]) -> Result<(), String> {
        let fields = scan(entry).map_err(|error: EntryError| error.to_string())?;
        if !is_canonical(entry) {
            return Err("the entry is not canonical JSON (RFC 8785)".to_owned());
        }
        if fields.position != self.position {
            return Err(format!("the entry says that its position is {}", fields.position));
        }
        if fields.previous != self.last_hash {
            return Err("`previous` is not the digest of the entry before".to_owned());
        }
        // RFC 3339 in UTC with six decimals: text order is time order.
        if fields.recorded_at <= self.last_recorded.as_str() {
            return Err("`recorded_at` does not rise".to_owned());
        }
        self.last_recorded = fields.recorded_at.to_owned();
        self.revision(&fields)?;
        if self.position == 0 {
            let created = created(&fields)?;
            let named = Digest(Sha256::digest(created.origin.as_bytes()).into());
            if self.origin.is_some_and(|origin| origin != named) {
                return Err("the segment header is of another log than entry 0".to_owned());
            }
            self.created = Some(created);
        }
        Ok(())
    }

    fn revision(&mut self, fields: &Fields<'_>) -> Result<(), String> {
        let hash = blake3::hash(fields.stream.as_bytes());
        let mut key = [0; 16];
        key.copy_from_slice(&hash.as_bytes()[..16]);
        let next = self.revisions.entry(key).or_insert(0);
        if fields.revision != *next {
            return Err(format!(
                "the stream {} is at revision {next}, the entry says {}",
                fields.stream, fields.revision
            ));
        }
        *next += 1;
        Ok(())
    }

    /// The verdict, after the last segment. Without `key` the one that entry 0
    /// names is used, which proves less: whoever rewrote the log wrote it too.
    pub fn finish(mut self, witnesses: &[Witness], key: Option<&str>) -> Verdict {
        let mut limits = vec!["pre-entry-truth", "omission"];
        if key.is_none() {
            limits.push("key-taken-from-the-log");
        }
        let mut fitting = 0;
        let mut covered = 0;
        let mut doubts = Vec::new();
        for witness in witnesses {
            match self.check_witness(witness, key) {
                Ok(size) => {
                    fitting += 1;
                    covered = covered.max(size);
                }
                Err(Doubt::Fails(position, reason)) if self.bad.is_none() => {
                    self.fail(position, &reason, &witness.place);
                }
                Err(Doubt::Fails(..)) => {}
                Err(Doubt::Unknown(reason)) => doubts.push(format!("{}: {reason}", witness.place)),
            }
        }
        if covered < self.position {
            limits.push("entries-after-the-checkpoint-by-chain-only");
        }
        if fitting == 0 {
            limits.push("no-checkpoint");
        }
        let empty = self.position == 0;
        let outcome = match &self.bad {
            Some(_) => Outcome::Fail,
            None if empty || !doubts.is_empty() || fitting == 0 => Outcome::CannotTell,
            None => Outcome::Pass,
        };
        let missing = self.bad.as_ref().map_or(0, |bad| bad.position);
        Verdict {
            log: self.log,
            outcome,
            available: self.position.max(missing),
            checked: self.position,
            root: self.frontier.root(),
            last_hash: self.last_hash,
            first_bad: self.bad,
            checkpoints: (witnesses.len(), fitting),
            covered,
            torn_bytes: self.torn_bytes,
            limits,
            doubts,
        }
    }

    fn check_witness(&self, witness: &Witness, key: Option<&str>) -> Result<u64, Doubt> {
        let created = self.created.as_ref();
        let unknown = |reason: &str| Doubt::Unknown(reason.to_owned());
        let own = created.map(|created| created.key.as_str());
        let vkey = key.or(own).ok_or_else(|| unknown("no key: entry 0 could not be read"))?;
        let key = VerifyingKey::parse(vkey).map_err(|error| unknown(&error.to_string()))?;
        let checkpoint = key.verify(&witness.note).map_err(|error| match error {
            NoteError::Unsigned(_) | NoteError::Key(_) => Doubt::Unknown(error.to_string()),
            // The log's own checkpoint under a key of another log: a wrong key
            // was given, which says nothing of the log.
            NoteError::Origin { ref found, .. } if self.origin() == Some(found) => {
                Doubt::Unknown(format!("the key {} is of another log", key.name()))
            }
            other => Doubt::Fails(self.position, other.to_string()),
        })?;
        if created.is_some_and(|created| created.origin != checkpoint.origin) {
            let reason = format!("the checkpoint is of the log {}", checkpoint.origin);
            return Err(Doubt::Fails(0, reason));
        }
        if self.bad.is_none() && checkpoint.size > self.position {
            let reason = format!(
                "the checkpoint was signed over {} entries, {} are here",
                checkpoint.size, self.position
            );
            return Err(Doubt::Fails(self.position, reason));
        }
        let root = if checkpoint.size == 0 {
            Some(crate::integrity::tree::empty_root())
        } else {
            self.roots.get(&checkpoint.size).copied()
        };
        match root {
            Some(root) if root == checkpoint.root => Ok(checkpoint.size),
            Some(_) => {
                let reason = "the root of the entries is not the signed one: some entry before \
                              was replaced and the chain was made anew";
                Err(Doubt::Fails(checkpoint.size.saturating_sub(1), reason.to_owned()))
            }
            None => Err(unknown("the entries that it covers could not be read")),
        }
    }
}

/// Why a checkpoint does not support the log.
enum Doubt {
    Fails(u64, String),
    /// The key is not known or what it covers was not read.
    Unknown(String),
}

/// What is wrong, and with which entry.
struct Wrong {
    position: u64,
    reason: String,
    id: Option<String>,
    stream: Option<String>,
}

impl Wrong {
    fn at(position: u64, reason: &str) -> Wrong {
        Wrong { position, reason: reason.to_owned(), id: None, stream: None }
    }

    fn in_entry(position: u64, reason: String, entry: &[u8]) -> Wrong {
        let fields = scan(entry).ok();
        let id = fields.map(|fields| fields.id.to_owned());
        let stream = fields.map(|fields| fields.stream.to_owned());
        Wrong { position, reason, id, stream }
    }
}

/// The size that a note claims, whoever signed it.
pub fn claimed_size(note: &str) -> Option<u64> {
    note.split('\n').nth(1)?.parse().ok()
}

fn created(fields: &Fields<'_>) -> Result<Created, String> {
    let what = "entry 0 is not a `ledger.created` that names origin and key";
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
