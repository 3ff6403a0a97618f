//! What a witness keeps, in a folder that one process uses at a time:
//!
//! - `witness.toml`: its name, and the keys of the logs that it watches.
//! - `witness.key`: its private key; `vkey`: the public one.
//! - `logs/<SHA-256 of the origin>/checkpoint`: the last note it cosigned.
//! - `logs/<SHA-256 of the origin>/evidence/`: notes that contradict it: forks.
//! - `logs/<SHA-256 of the origin>/unproved/`: signed notes whose proof did not hold.
//!
//! A note is on the disk before anyone hears of it. One that cannot be read, or
//! that this witness did not cosign, stops the witness: it would forget.

use super::is_own;
use crate::durable::replace;
use plumbline_replay::integrity::checkpoint::Checkpoint;
use plumbline_replay::integrity::cosignature::Cosigner;
use plumbline_replay::integrity::note::Note;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Why a witness cannot work.
#[derive(Debug, thiserror::Error)]
pub enum WitnessError {
    #[error("{0}: 没有见证者;首次运行请给出 --name / no witness here; give --name the first time")]
    Missing(String),
    #[error("{0}: 另一进程正在使用 / another process uses it")]
    InUse(String),
    #[error("witness.toml: {0}")]
    Settings(String),
    /// What was remembered is not as written: cosigning on would forget it.
    #[error("{place}: 所存检查点不可信,不再见证 / what was remembered is damaged: {reason}")]
    Damaged { place: String, reason: String },
    #[error("{place}: {reason}")]
    Io { place: String, reason: String },
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    name: String,
    #[serde(default)]
    logs: Vec<String>,
}

/// The last checkpoint of a log, as it was cosigned.
pub(super) struct Kept {
    pub checkpoint: Checkpoint,
    pub note: String,
}

/// A witness's folder.
pub(super) struct Place {
    dir: PathBuf,
    /// Held for as long as the witness is.
    _lock: File,
}

impl Place {
    pub fn open(dir: &Path, name: Option<&str>, seed: [u8; 32]) -> Result<Place, WitnessError> {
        let settings = dir.join("witness.toml");
        if name.is_none() && !settings.exists() {
            return Err(WitnessError::Missing(dir.display().to_string()));
        }
        std::fs::create_dir_all(dir.join("logs")).map_err(|error| io(dir, &error))?;
        let lock = File::create(dir.join("lock")).map_err(|error| io(dir, &error))?;
        lock.try_lock().map_err(|_| WitnessError::InUse(dir.display().to_string()))?;
        let place = Place { dir: dir.to_owned(), _lock: lock };
        if let (Some(name), false) = (name, settings.exists()) {
            place.create(name, seed)?;
        }
        Ok(place)
    }

    /// The settings last: where they are, a witness is.
    fn create(&self, name: &str, seed: [u8; 32]) -> Result<(), WitnessError> {
        let fits = |c: char| c.is_ascii_graphic() && c != '+';
        if name.is_empty() || !name.chars().all(fits) {
            let reason = "--name: 可见 ASCII 字符,不含 + / visible ASCII without +";
            return Err(WitnessError::Settings(reason.to_owned()));
        }
        let cosigner = Cosigner::from_seed(name, seed);
        let path = self.dir.join("witness.key");
        let mut options = std::fs::OpenOptions::new();
        options
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&path)
            .and_then(|mut file| {
                writeln!(file, "{}", cosigner.to_text())?;
                file.sync_all()
            })
            .map_err(|error| io(&path, &error))?;
        self.write("vkey", &format!("{}\n", cosigner.vkey()))?;
        self.settle(&Settings { name: name.to_owned(), logs: Vec::new() })
    }

    fn settle(&self, settings: &Settings) -> Result<(), WitnessError> {
        let text = toml::to_string(settings);
        self.write("witness.toml", &text.map_err(|e| WitnessError::Settings(e.to_string()))?)
    }

    fn write(&self, name: &str, text: &str) -> Result<(), WitnessError> {
        let path = self.dir.join(name);
        replace(&path, text).map_err(|error| io(&path, &error))
    }

    pub fn cosigner(&self) -> Result<Cosigner, WitnessError> {
        let path = self.dir.join("witness.key");
        let text = std::fs::read_to_string(&path).map_err(|error| io(&path, &error))?;
        Cosigner::parse(&text).map_err(|error| damaged(&path, &error.to_string()))
    }

    /// Adds logs to the settings; gives all that are watched.
    pub fn watch(&self, more: &[String]) -> Result<Vec<String>, WitnessError> {
        let path = self.dir.join("witness.toml");
        let text = std::fs::read_to_string(&path).map_err(|error| io(&path, &error))?;
        let mut settings: Settings =
            toml::from_str(&text).map_err(|error| WitnessError::Settings(error.to_string()))?;
        let before = settings.logs.len();
        for vkey in more {
            if !settings.logs.contains(vkey) {
                settings.logs.push(vkey.clone());
            }
        }
        if settings.logs.len() > before {
            self.settle(&settings)?;
        }
        Ok(settings.logs)
    }

    fn log(&self, origin: &str) -> PathBuf {
        let hash = plumbline_replay::integrity::chain::Digest(Sha256::digest(origin).into());
        self.dir.join("logs").join(hash.to_string())
    }

    /// The last checkpoint cosigned of a log; `None` if there was none.
    pub fn last(&self, origin: &str) -> Result<Option<Kept>, WitnessError> {
        let path = self.log(origin).join("checkpoint");
        let note = match std::fs::read_to_string(&path) {
            Ok(note) => note,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(io(&path, &error)),
        };
        let read = Note::parse(&note).and_then(|note| Checkpoint::parse_any(note.text));
        let checkpoint = read.map_err(|error| damaged(&path, &error.to_string()))?;
        let own = self.cosigner()?.vkey();
        if checkpoint.origin != origin || is_own(&note, &own) != Ok(true) {
            return Err(damaged(&path, "not cosigned by this witness"));
        }
        Ok(Some(Kept { checkpoint, note }))
    }

    /// Remembers a checkpoint durably.
    pub fn keep(&self, origin: &str, note: &str) -> Result<(), WitnessError> {
        let dir = self.log(origin);
        let made = std::fs::create_dir_all(&dir)
            .and_then(|()| File::open(self.dir.join("logs"))?.sync_all());
        made.map_err(|error| io(&dir, &error))?;
        let path = dir.join("checkpoint");
        replace(&path, note).map_err(|error| io(&path, &error))
    }

    /// Keeps a signed note that was not cosigned, once for each text that was signed:
    /// lines of others may follow it in any number.
    pub fn note_down(
        &self,
        noted: Noted,
        origin: &str,
        note: &Note<'_>,
        text: &str,
    ) -> Result<(), WitnessError> {
        let dir = self.log(origin).join(noted.folder());
        std::fs::create_dir_all(&dir).map_err(|error| io(&dir, &error))?;
        let path = dir.join(format!("{}.note", blake3::hash(note.text.as_bytes()).to_hex()));
        if path.exists() || (noted == Noted::Unproved && files(&dir)?.len() >= UNPROVED_MAX) {
            return Ok(());
        }
        replace(&path, text).map_err(|error| io(&path, &error))
    }

    /// How many such notes there are.
    pub fn noted(&self, noted: Noted, origin: &str) -> Result<usize, WitnessError> {
        Ok(files(&self.log(origin).join(noted.folder()))?.len())
    }

    /// Decides the unproved notes over as many entries as are cosigned now. With the same
    /// root the log was right, and whoever asked sent a wrong proof; with another one its
    /// key has signed two histories. What cannot be moved stays and says no more than it
    /// did.
    pub fn settle_noted(&self, origin: &str, cosigned: &Checkpoint) {
        let dir = self.log(origin).join(Noted::Unproved.folder());
        for path in files(&dir).unwrap_or_default() {
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let Ok(note) = Note::parse(&text) else { continue };
            let Ok(read) = Checkpoint::parse_any(note.text) else { continue };
            let fork = read.size == cosigned.size && read.root != cosigned.root;
            let kept = !fork || self.note_down(Noted::Fork, origin, &note, &text).is_ok();
            if kept && read.size == cosigned.size {
                let _ = std::fs::remove_file(&path);
            }
        }
    }
}

/// Unproved notes kept of one log: whoever can reach a witness can make it keep some.
const UNPROVED_MAX: usize = 64;

/// Why a signed note was not cosigned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Noted {
    /// It contradicts one that was: proof against the log.
    Fork,
    /// Its proof does not hold, which may be its sender's doing.
    Unproved,
}

impl Noted {
    fn folder(self) -> &'static str {
        match self {
            Noted::Fork => "evidence",
            Noted::Unproved => "unproved",
        }
    }
}

/// The files of a folder; none if there is none.
fn files(dir: &Path) -> Result<Vec<PathBuf>, WitnessError> {
    let failed = |error: std::io::Error| io(dir, &error);
    let items = match std::fs::read_dir(dir) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        items => items.map_err(failed)?,
    };
    items.map(|item| Ok(item.map_err(failed)?.path())).collect()
}

fn io(place: &Path, error: &std::io::Error) -> WitnessError {
    WitnessError::Io { place: place.display().to_string(), reason: error.to_string() }
}

fn damaged(place: &Path, reason: &str) -> WitnessError {
    WitnessError::Damaged { place: place.display().to_string(), reason: reason.to_owned() }
}
