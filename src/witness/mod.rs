//! A witness of logs (c2sp.org/tlog-witness): it cosigns a checkpoint only if the
//! log continues what this witness saw of it before, and remembers it durably
//! before it answers.
//!
//! Knows notes and proofs, no entries and no ledger. Its answers are values; what
//! carries them is another's.

mod kept;

use kept::{Noted, Place};
use plumbline_replay::integrity::add_checkpoint::AddCheckpoint;
use plumbline_replay::integrity::checkpoint::{Checkpoint, NoteError, VerifyingKey};
use plumbline_replay::integrity::cosignature::Cosigner;
use plumbline_replay::integrity::note::Note;
use plumbline_replay::integrity::proof::verify_consistency;
use plumbline_replay::integrity::tree::empty_root;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

pub use kept::WitnessError;

/// The answer to one `add-checkpoint`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// 200: remembered, and cosigned with this line.
    Cosigned(String),
    /// 400: not a request, or its old size is larger than the checkpoint.
    Malformed(String),
    /// 403: no signature by a key that is trusted for the log, one that does not fit, or
    /// only one by a key that has been replaced: a later key has signed since.
    NotSigned,
    /// 404: nobody asked this witness to watch that log.
    UnknownLog,
    /// 409: the last checkpoint cosigned has this size.
    Size(u64),
    /// 409: the same, and what is shown now has fewer entries. A late request, or a log
    /// that was cut back: which, the log's own next request tells.
    Behind { theirs: u64, ours: u64 },
    /// 409: as large as the last one and with another root. The log's key has signed
    /// two histories; both notes are kept as evidence.
    Fork(u64),
    /// 422: the proof does not hold. Anyone can send a true checkpoint with a wrong
    /// proof, so this is no evidence against the log by itself.
    Inconsistent(String),
    /// 500: it could not be remembered, so it was not cosigned.
    Failed(String),
}

/// A witness with its key, and what it has seen of each log.
pub struct Witness {
    cosigner: Cosigner,
    place: Place,
    logs: Vec<Log>,
}

/// One log that is watched.
struct Log {
    origin: String,
    /// In the order in which they were added: each later one replaces those before.
    keys: Vec<VerifyingKey>,
    /// Compared and replaced under one lock: two requests never both pass.
    last: Mutex<Option<Last>>,
}

/// The last checkpoint cosigned.
struct Last {
    checkpoint: Checkpoint,
    /// The newest of the log's keys that signed it: older ones no longer suffice.
    key: usize,
}

impl Log {
    /// The newest key of the log that signed a note; none if a line of any of its keys
    /// does not fit (FORMAT.md §5).
    fn newest(&self, note: &Note<'_>) -> Option<usize> {
        let mut newest = None;
        for (at, key) in self.keys.iter().enumerate() {
            match key.verify_note(note) {
                Ok(()) => newest = Some(at),
                Err(NoteError::BadSignature(_)) => return None,
                Err(_) => {}
            }
        }
        newest
    }
}

/// What a witness says of one log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub origin: String,
    pub size: u64,
    /// The last checkpoint with the witness's line; none before the first.
    pub note: Option<String>,
    /// Forks that are proved: the log's key signed two roots over as many entries.
    pub forks: usize,
    /// Signed checkpoints whose proof did not hold, of which none has been shown to be of
    /// the history that was cosigned: a fork, or a wrong request of whomever.
    pub unproved: usize,
}

impl Witness {
    /// Opens a witness's folder, and makes it if `name` is given and nothing is
    /// there. `logs` are vkeys to watch besides those of its settings, and are added
    /// to them. `seed` is used for a new key only.
    pub fn open(
        dir: &Path,
        name: Option<&str>,
        logs: &[String],
        seed: [u8; 32],
    ) -> Result<Witness, WitnessError> {
        let place = Place::open(dir, name, seed)?;
        let cosigner = place.cosigner()?;
        let mut out = Witness { cosigner, place, logs: Vec::new() };
        for vkey in out.place.watch(logs)? {
            let key = VerifyingKey::parse(&vkey)
                .map_err(|error| WitnessError::Settings(format!("{vkey}: {error}")))?;
            if let Some(log) = out.logs.iter_mut().find(|log| log.origin == key.name()) {
                log.keys.push(key);
                continue;
            }
            let origin = key.name().to_owned();
            out.logs.push(Log { origin, keys: vec![key], last: Mutex::default() });
        }
        for log in &mut out.logs {
            let Some(kept) = out.place.last(&log.origin)? else { continue };
            let key = Note::parse(&kept.note).ok().and_then(|note| log.newest(&note));
            let last = Last { checkpoint: kept.checkpoint, key: key.unwrap_or(0) };
            log.last = Mutex::new(Some(last));
        }
        Ok(out)
    }

    /// The witness's public key.
    pub fn vkey(&self) -> String {
        self.cosigner.vkey()
    }

    /// What is known of each log.
    pub fn seen(&self) -> Result<Vec<Seen>, WitnessError> {
        let seen = |log: &Log| {
            let last = self.place.last(&log.origin)?;
            Ok(Seen {
                origin: log.origin.clone(),
                size: last.as_ref().map_or(0, |kept| kept.checkpoint.size),
                note: last.map(|kept| kept.note),
                forks: self.place.noted(Noted::Fork, &log.origin)?,
                unproved: self.place.noted(Noted::Unproved, &log.origin)?,
            })
        };
        self.logs.iter().map(seen).collect()
    }

    /// Judges a request; `seconds` since 1970 UTC stand in the cosignature.
    pub fn add_checkpoint(&self, body: &[u8], seconds: u64) -> Answer {
        let malformed = |what: &str| Answer::Malformed(what.to_owned());
        let Some(request) = std::str::from_utf8(body).ok().and_then(AddCheckpoint::parse) else {
            return malformed("not a request of c2sp.org/tlog-witness");
        };
        let note = match Note::parse(&request.note) {
            Ok(note) => note,
            Err(error) => return Answer::Malformed(error.to_string()),
        };
        let origin = note.text.lines().next().unwrap_or_default();
        let Some(log) = self.logs.iter().find(|log| log.origin == origin) else {
            return Answer::UnknownLog;
        };
        let Some(key) = log.newest(&note) else { return Answer::NotSigned };
        let checkpoint = match Checkpoint::parse_any(note.text) {
            Ok(checkpoint) => checkpoint,
            Err(error) => return Answer::Malformed(error.to_string()),
        };
        if request.old > checkpoint.size {
            return malformed("the old size is larger than the checkpoint");
        }
        let mut last = log.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.as_ref().is_some_and(|last| key < last.key) {
            return Answer::NotSigned;
        }
        let before = last.as_ref().map(|last| &last.checkpoint);
        if let Some(refusal) = self.refusal(&request, &checkpoint, before) {
            let noted = match refusal {
                Answer::Fork(_) => Some(Noted::Fork),
                Answer::Inconsistent(_) => Some(Noted::Unproved),
                _ => None,
            };
            let kept = noted.map(|noted| self.place.note_down(noted, origin, &note, &request.note));
            return match kept.transpose() {
                Ok(_) => refusal,
                Err(error) => Answer::Failed(error.to_string()),
            };
        }
        let line = self.cosigner.cosign(note.text, seconds);
        let kept = format!("{}{line}", request.note);
        match self.place.keep(origin, &kept) {
            Ok(()) => {
                self.place.settle_noted(origin, &checkpoint);
                *last = Some(Last { checkpoint, key });
                Answer::Cosigned(line)
            }
            Err(error) => Answer::Failed(error.to_string()),
        }
    }

    /// Why a signed checkpoint is not cosigned, if it is not.
    fn refusal(
        &self,
        request: &AddCheckpoint,
        new: &Checkpoint,
        last: Option<&Checkpoint>,
    ) -> Option<Answer> {
        let (size, root) = last.map_or((0, empty_root()), |last| (last.size, last.root));
        if new.size < size {
            return Some(Answer::Behind { theirs: new.size, ours: size });
        }
        if request.old != size {
            return Some(Answer::Size(size));
        }
        if new.size == size && last.is_some() && new.root != root {
            return Some(Answer::Fork(size));
        }
        let proved = verify_consistency(size, &root, new.size, &new.root, &request.proof);
        proved.err().map(|error| Answer::Inconsistent(error.to_string()))
    }
}

/// Whether a stored note is one that this witness cosigned.
fn is_own(note: &str, vkey: &str) -> Result<bool, NoteError> {
    let key = plumbline_replay::integrity::cosignature::CosignerKey::parse(vkey)?;
    Ok(key.verify(&Note::parse(note)?)?.is_some())
}
