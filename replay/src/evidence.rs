//! Entries of what lies in a folder or a file, verified before anything is made of
//! them: an investigator's questions begin here.
//!
//! Verification is `audit`'s; this reads the same bytes once more for their
//! entries. What is proved broken is not replayed. Knows nothing of what the
//! entries say, but where each log ends.

use crate::audit::{Audit, AuditError, bytes};
use crate::event::Event;
use crate::integrity::chain::{Digest, entry_hash};
use crate::integrity::frame::{self, SEGMENT_HEADER_BYTES};
use crate::state::Moment;
use crate::time::civil::Micros;
use crate::walk::Outcome;
use crate::walk::report::Report;
use std::path::Path;

/// Why nothing can be replayed.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    #[error(transparent)]
    Audit(#[from] AuditError),
    /// The report says where.
    #[error("核验不通过,不据以重演 / proved broken: nothing is made of it")]
    Broken(Box<Report>),
    #[error("{place}: {reason}")]
    Unreadable { place: String, reason: String },
}

impl EvidenceError {
    /// As the commands end (design §8).
    pub fn exit_code(&self) -> u8 {
        match self {
            EvidenceError::Audit(error) => error.exit_code(),
            EvidenceError::Broken(_) => 3,
            EvidenceError::Unreadable { .. } => 4,
        }
    }
}

/// All entries under a path.
pub struct Evidence {
    /// One block a file: the open log's first, then the sealed log's.
    pub blocks: Vec<Vec<Vec<u8>>>,
    /// Origin of the open log, from its entry 0.
    pub origin: String,
    /// Entries of the open log.
    pub size: u64,
    /// BLAKE3 of its last entry.
    pub head: Digest,
    /// When it was recorded.
    pub last_recorded: Micros,
    pub sealed_size: Option<u64>,
    /// Verified against a checkpoint, or whole in itself only.
    pub verified: bool,
}

impl Evidence {
    /// Verifies and reads what lies under a path.
    pub fn read(path: &Path, threads: usize) -> Result<Evidence, EvidenceError> {
        let audit = Audit { path: path.to_owned(), threads, ..Audit::default() };
        let report = audit.run()?;
        let verified = match report.outcome() {
            Outcome::Fail => return Err(EvidenceError::Broken(Box::new(report))),
            outcome => outcome == Outcome::Pass,
        };
        let mut evidence = Evidence {
            blocks: Vec::new(),
            origin: String::new(),
            size: 0,
            head: Digest::ZERO,
            last_recorded: 0,
            sealed_size: None,
            verified,
        };
        let mut files = audit.files()?;
        // A single log under another name is what is asked about.
        files.sort_by_key(|(name, _)| name == "sealed");
        for (name, paths) in files {
            evidence.take(name == "sealed", &paths)?;
        }
        Ok(evidence)
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
        }
        Ok(())
    }

    /// The moment asked about; by default the last entry's.
    pub fn moment(&self, as_of: Option<Micros>, known_at: Option<Micros>) -> Moment {
        Moment {
            as_of: as_of.unwrap_or(self.last_recorded),
            known_at: known_at.unwrap_or(self.last_recorded),
        }
    }

    /// The entries of one stream, in order of position.
    pub fn stream(&self, stream: &str) -> Vec<&[u8]> {
        let all = self.blocks.iter().flatten().map(Vec::as_slice);
        all.filter(|entry| Event::read(entry).is_ok_and(|event| event.stream == stream)).collect()
    }

    /// Keeps only what a report was made from: so many entries of each log.
    pub fn cut(&mut self, open: u64, sealed: Option<u64>) {
        let sealed_from = |entry: &[u8]| {
            Event::read(entry).is_ok_and(|event| {
                event
                    .event_type
                    .is_some_and(|known| known.log == crate::event::register::EventLog::Sealed)
            })
        };
        for block in &mut self.blocks {
            block.retain(|entry| {
                let position = Event::read(entry).map_or(u64::MAX, |event| event.position);
                if sealed_from(entry) {
                    sealed.is_some_and(|end| position < end)
                } else {
                    position < open
                }
            });
        }
        let mut open_entries = self.blocks.iter().flatten().filter(|entry| !sealed_from(entry));
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
