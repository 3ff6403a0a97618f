//! Entries of what lies in a folder or a file, verified before anything is made of
//! them: an investigator's questions begin here.
//!
//! Verification is `audit`'s; this reads the same bytes once more for their
//! entries. What is proved broken is not replayed. Knows nothing of what the
//! entries say, but where each log ends.

use crate::audit::{Audit, AuditError, PackError, bytes, is_pack, read_pack};
use crate::bundle;
use crate::event::Event;
use crate::integrity::chain::{Digest, entry_hash};
use crate::integrity::frame::{self, SEGMENT_HEADER_BYTES};
use crate::state::Moment;
use crate::time::civil::{Micros, Zone};
use crate::walk::Outcome;
use crate::walk::report::Report;
use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

/// Why nothing can be replayed.
#[derive(Debug)]
pub enum EvidenceError {
    Audit(AuditError),
    /// The report says where.
    Broken(Box<Report>),
    BrokenBundle(Box<bundle::Report>),
    Pack(PackError),
    Unreadable {
        place: String,
        reason: String,
    },
}

impl fmt::Display for EvidenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EvidenceError::Audit(error) => error.fmt(f),
            EvidenceError::Broken(_) => {
                f.write_str("核验不通过,不据以重演 / proved broken: nothing is made of it")
            }
            EvidenceError::BrokenBundle(_) => {
                f.write_str("核验不通过,不据以重演 / proved broken: nothing is made of it")
            }
            EvidenceError::Pack(error) => error.fmt(f),
            EvidenceError::Unreadable { place, reason } => write!(f, "{place}: {reason}"),
        }
    }
}

impl std::error::Error for EvidenceError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            EvidenceError::Audit(error) => error.source(),
            EvidenceError::Pack(error) => error.source(),
            _ => None,
        }
    }
}

impl From<AuditError> for EvidenceError {
    fn from(error: AuditError) -> EvidenceError {
        EvidenceError::Audit(error)
    }
}

impl From<PackError> for EvidenceError {
    fn from(error: PackError) -> EvidenceError {
        EvidenceError::Pack(error)
    }
}

impl EvidenceError {
    /// As the commands end (design §8).
    pub fn exit_code(&self) -> u8 {
        match self {
            EvidenceError::Audit(error) => error.exit_code(),
            EvidenceError::Broken(_) | EvidenceError::BrokenBundle(_) => 3,
            EvidenceError::Pack(error) => error.exit_code(),
            EvidenceError::Unreadable { .. } => 4,
        }
    }
}

/// All entries under a path.
pub struct Evidence {
    /// One block a file: the open log's first, then the sealed log's.
    pub blocks: Vec<Vec<Vec<u8>>>,
    /// How many of them are the open log's: an entry alone does not tell, since both
    /// logs begin with one of the same type.
    open_blocks: usize,
    /// Origin of the open log, from its entry 0.
    pub origin: String,
    /// Entries of the open log.
    pub size: u64,
    /// BLAKE3 of its last entry.
    pub head: Digest,
    /// When it was recorded.
    pub last_recorded: Micros,
    pub sealed_size: Option<u64>,
    /// Verified against a checkpoint, or whole in itself only; of a bundle, against
    /// a key from elsewhere.
    pub verified: bool,
    /// The cases of a bundle and the moments that it was judged for; what its
    /// entries say of other streams is not the whole of them.
    pub bundle: Option<OfBundle>,
}

/// What a bundle is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfBundle {
    pub cases: BTreeSet<String>,
    pub moment: Moment,
    /// Positions of the entries of master data.
    master: BTreeSet<u64>,
}

impl OfBundle {
    /// Whether the bundle holds the whole stream that an entry stands in.
    fn is_whole(&self, stream: &str, position: u64) -> bool {
        position == 0 || self.cases.contains(stream) || self.master.contains(&position)
    }
}

impl Evidence {
    /// Verifies and reads what lies under a path, with keys obtained elsewhere.
    pub fn read(path: &Path, keys: &[String], threads: usize) -> Result<Evidence, EvidenceError> {
        let keys = keys.to_vec();
        Evidence::of(&Audit { path: path.to_owned(), keys, threads, ..Audit::default() })
    }

    /// The same, against all that an audit may be given.
    pub fn of(audit: &Audit) -> Result<Evidence, EvidenceError> {
        if is_pack(&audit.path) {
            return Evidence::of_bundle(audit);
        }
        let report = audit.run()?;
        let verified = match report.outcome() {
            Outcome::Fail => return Err(EvidenceError::Broken(Box::new(report))),
            outcome => outcome == Outcome::Pass,
        };
        let mut evidence = Evidence {
            blocks: Vec::new(),
            open_blocks: 0,
            origin: String::new(),
            size: 0,
            head: Digest::ZERO,
            last_recorded: 0,
            sealed_size: None,
            verified,
            bundle: None,
        };
        let mut files = audit.files()?;
        // A single log under another name is what is asked about.
        files.sort_by_key(|(name, _)| name == "sealed");
        for (name, paths) in files {
            evidence.take(name == "sealed", &paths)?;
        }
        Ok(evidence)
    }

    fn of_bundle(audit: &Audit) -> Result<Evidence, EvidenceError> {
        let path = &audit.path;
        let pack = read_pack(path)?;
        let against = audit.against(None)?;
        let report = bundle::verify(&pack, &against);
        let outcome = report.outcome();
        let unreadable = |reason: &str| EvidenceError::Unreadable {
            place: path.display().to_string(),
            reason: reason.to_owned(),
        };
        let about = match (outcome, &report.about) {
            (Outcome::Fail, _) => return Err(EvidenceError::BrokenBundle(Box::new(report))),
            (_, Some(about)) => about,
            (_, None) => return Err(unreadable("about.json")),
        };
        let zone = Zone::fixed(about.time_zone_minutes);
        let instant = |text: &str| zone.instant(text).ok_or_else(|| unreadable(text));
        let moment = Moment { as_of: instant(&about.as_of)?, known_at: instant(&about.known_at)? };
        Ok(Evidence {
            blocks: bundle::entries_of(&pack),
            open_blocks: usize::MAX,
            origin: about.origin.clone(),
            size: about.log_size,
            head: Digest::from_hex(about.head.as_bytes()).unwrap_or(Digest::ZERO),
            last_recorded: moment.known_at,
            sealed_size: None,
            verified: outcome == Outcome::Pass,
            bundle: Some(OfBundle {
                cases: about.cases.iter().map(|case| case.stream.clone()).collect(),
                moment,
                master: pack
                    .lines(bundle::file::MASTER)
                    .iter()
                    .filter_map(|line| Some(Event::read(line).ok()?.position))
                    .collect(),
            }),
        })
    }

    fn take(&mut self, sealed: bool, paths: &[std::path::PathBuf]) -> Result<(), EvidenceError> {
        let mut count = 0;
        for path in paths {
            let failed = |reason: String| EvidenceError::Unreadable {
                place: path.display().to_string(),
                reason,
            };
            let bytes = bytes(path)?;
            let segment = path.extension().is_some_and(|extension| extension == "seg");
            let block = if segment { framed(&bytes).map_err(failed)? } else { lines(&bytes) };
            count += block.len() as u64;
            if !sealed && let Some(last) = block.last() {
                self.head = entry_hash(last);
                self.last_recorded = Event::read(last).map_or(0, |event| event.recorded);
            }
            if !sealed && self.origin.is_empty() {
                let first = block.first().and_then(|entry| Event::read(entry).ok());
                let origin =
                    first.and_then(|event| event.body.text("origin").map(|o| o.into_owned()));
                self.origin = origin.unwrap_or_default();
            }
            self.blocks.push(block);
        }
        if sealed {
            self.sealed_size = Some(count);
        } else {
            self.size = count;
            self.open_blocks = self.blocks.len();
        }
        Ok(())
    }

    /// Keeps of a bundle's entries the cases' and the master data, which are whole; of
    /// other streams it holds only what findings rest on.
    pub fn without_parts(&mut self) {
        let Some(bundle) = &self.bundle else { return };
        for block in &mut self.blocks {
            block.retain(|entry| {
                let event = Event::read(entry);
                event.is_ok_and(|event| bundle.is_whole(&event.stream, event.position))
            });
        }
    }

    /// The moment asked about; by default the last entry's.
    pub fn moment(&self, as_of: Option<Micros>, known_at: Option<Micros>) -> Moment {
        let last = Moment { as_of: self.last_recorded, known_at: self.last_recorded };
        let own = self.bundle.as_ref().map_or(last, |bundle| bundle.moment);
        Moment { as_of: as_of.unwrap_or(own.as_of), known_at: known_at.unwrap_or(own.known_at) }
    }

    /// The entries of one stream, in order of position.
    pub fn stream(&self, stream: &str) -> Vec<&[u8]> {
        let all = self.blocks.iter().flatten().map(Vec::as_slice);
        all.filter(|entry| Event::read(entry).is_ok_and(|event| event.stream == stream)).collect()
    }

    /// Keeps only what a report was made from: so many entries of each log.
    pub fn cut(&mut self, open: u64, sealed: Option<u64>) {
        for (at, block) in self.blocks.iter_mut().enumerate() {
            let end = if at < self.open_blocks { open } else { sealed.unwrap_or(0) };
            block.retain(|entry| Event::read(entry).map_or(u64::MAX, |event| event.position) < end);
        }
        let mut open_entries = self.blocks.iter().take(self.open_blocks).flatten();
        if let Some(last) = open_entries.next_back() {
            self.head = entry_hash(last);
        }
        self.size = self.size.min(open);
        self.sealed_size = sealed.and(self.sealed_size.map(|size| size.min(sealed.unwrap_or(0))));
    }
}

/// Entries of a segment file; the zeros after the last frame are none.
fn framed(bytes: &[u8]) -> Result<Vec<Vec<u8>>, String> {
    let mut at = SEGMENT_HEADER_BYTES;
    let mut entries = Vec::new();
    while let Some(rest) = bytes.get(at..).filter(|rest| rest.iter().any(|byte| *byte != 0)) {
        match frame::read(rest, at as u64) {
            Ok(frame) => {
                entries.extend(frame.entries.iter().map(|entry| entry.to_vec()));
                at += frame.bytes;
            }
            // A frame that a power cut tore was never acknowledged.
            Err(frame::FrameError::Torn) => break,
            Err(error) => return Err(error.to_string()),
        }
    }
    Ok(entries)
}

fn lines(bytes: &[u8]) -> Vec<Vec<u8>> {
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines.map(<[u8]>::to_vec).collect()
}
