//! Verification of what lies in a folder: finds the logs and the checkpoints kept
//! with them, reads every byte, and gives the report.
//!
//! Reads files and changes none: a copy elsewhere or a read-only disk is verified
//! as well. Knows where things lie in a ledger's folder and nothing of who wrote
//! them.

mod lines;
mod packs;
mod receipts;
mod tiles;

pub use packs::{PackError, is_pack, read_pack};
pub use receipts::{ProofFault, Receipt, Signed, another_log, read_receipts};

use crate::bundle::Against;
use crate::integrity::checkpoint::VerifyingKey;
use crate::integrity::policy::Policy;
use crate::succession::Later;
use crate::walk::report::Report;
use crate::walk::{Elsewhere, Form, Input, SM3_HEAD, Source, Walk, Witness, claimed_size};
use std::collections::BTreeSet;
use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};

/// Why nothing could be verified.
#[derive(Debug)]
pub enum AuditError {
    NoLedger(PathBuf),
    /// A file of which no line is an entry: the wrong one was taken.
    NoEntries {
        path: PathBuf,
        hint: &'static str,
    },
    Unreadable {
        path: PathBuf,
        reason: String,
    },
    NotAReceipt {
        path: PathBuf,
        line: usize,
        reason: String,
    },
    Key {
        key: String,
        reason: String,
    },
    /// What is given as changes of a key is none, or does not hold.
    KeyChanges {
        path: PathBuf,
        line: usize,
        reason: String,
    },
}

impl fmt::Display for AuditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AuditError::NoLedger(it) => {
                write!(f, "{}: 这里没有账本 / there is no ledger here", it.display())
            }
            AuditError::NoEntries { path, hint } => write!(
                f,
                "{}: 不是逐行导出的记录,对账本既不能证明、也不能否定 / no export of entries, one a line: it \
                 proves nothing for or against a log{hint}",
                path.display()
            ),
            AuditError::Unreadable { path, reason } => {
                write!(f, "不能读取 / cannot read {}: {reason}", path.display())
            }
            AuditError::NotAReceipt { path, line, reason } => write!(
                f,
                "{} 第 {line} 行不是回执 / line {line} is not a receipt: {reason}",
                path.display()
            ),
            AuditError::Key { key, reason } => write!(f, "--key {key}: {reason}"),
            AuditError::KeyChanges { path, line, reason } => write!(
                f,
                "{} 第 {line} 行:更换密钥不成立 / line {line}: the change of key does not hold: \
                 {reason}",
                path.display()
            ),
        }
    }
}

impl std::error::Error for AuditError {}

impl AuditError {
    /// As the commands end (design §8).
    pub fn exit_code(&self) -> u8 {
        match self {
            AuditError::NoLedger(_) => 10,
            AuditError::Unreadable { .. } | AuditError::NoEntries { .. } => 4,
            AuditError::NotAReceipt { .. } => 6,
            AuditError::Key { .. } => 2,
            AuditError::KeyChanges { .. } => 3,
        }
    }
}

/// What to verify, and against what.
#[derive(Debug, Default)]
pub struct Audit {
    /// A ledger's folder, one log's folder, a folder of tiles, or an export with one
    /// entry a line.
    pub path: PathBuf,
    /// Logs that must be there, whatever is found.
    pub expected: Vec<String>,
    /// The only log to read.
    pub only: Option<String>,
    /// Checkpoints kept elsewhere.
    pub checkpoints: Vec<Witness>,
    /// Keys obtained elsewhere.
    pub keys: Vec<String>,
    /// Files of entries that changed logs' keys, obtained elsewhere.
    pub key_changes: Vec<PathBuf>,
    /// Files of receipts.
    pub receipts: Vec<PathBuf>,
    /// Threads that check beside the one that reads.
    pub threads: usize,
}

/// Ending of a file with one entry a line.
const LINES: &str = "ndjson";

/// One log to read: its name, where it lies, and the checkpoints kept with it.
struct Found {
    name: String,
    path: PathBuf,
    own: Vec<Witness>,
}

impl Audit {
    /// Reads a checkpoint that is kept elsewhere.
    pub fn checkpoint(path: &Path) -> Result<Witness, AuditError> {
        let note = note(path).map_err(|error| unreadable(path, &error))?;
        Ok(Witness { place: path.display().to_string(), note, handed_in: true })
    }

    /// What a bundle under the path is held against.
    ///
    /// # Errors
    ///
    /// As [`read_key_changes`].
    pub fn against(&self, policy: Option<Policy>) -> Result<Against, AuditError> {
        let checkpoints = self.checkpoints.iter();
        Ok(Against {
            keys: self.keys.clone(),
            key_changes: read_key_changes(&self.key_changes)?,
            checkpoints: checkpoints.map(|held| (held.place.clone(), held.note.clone())).collect(),
            policy,
            threads: self.threads,
        })
    }

    /// Reads all there is and gives the report.
    pub fn run(&self) -> Result<Report, AuditError> {
        self.check_keys()?;
        let later = read_key_changes(&self.key_changes)?;
        let mut receipts = Vec::new();
        for path in &self.receipts {
            read_receipts(path, &mut receipts)?;
        }
        let mut found = self.find()?;
        found.retain(|log| self.only.as_ref().is_none_or(|only| *only == log.name));
        if found.is_empty() {
            return Err(AuditError::NoLedger(self.path.clone()));
        }
        let walks: Result<Vec<Walk>, AuditError> =
            found.iter().map(|log| self.read(log, &receipts)).collect();
        let walks = walks?;
        // A log whose entry 0 is gone still has the checkpoints kept with it.
        let kept_origin = |log: &Found| Some(log.own.first()?.note.lines().next()?.to_owned());
        let origins: Vec<Vec<String>> = found
            .iter()
            .zip(&walks)
            .map(|(log, walk)| match walk.origins() {
                origins if origins.is_empty() => kept_origin(log).into_iter().collect(),
                origins => origins,
            })
            .collect();
        let key_of = |index: usize| {
            self.keys.iter().map(String::as_str).find(|key| {
                let name = VerifyingKey::parse(key).map(|key| key.name().to_owned());
                belongs(&name.unwrap_or_default(), index, &origins)
            })
        };
        let read: Vec<receipts::Read<'_>> = found
            .iter()
            .zip(&walks)
            .enumerate()
            .map(|(index, (log, walk))| receipts::Read {
                found: log,
                walk,
                keys: walk.succession_under(&Elsewhere { key: key_of(index), later: &later }),
            })
            .collect();
        let held = self.receipts.first().map(|_| receipts::hold(&receipts, &read));
        let proved: Vec<Witness> = receipts.iter().filter_map(Receipt::checkpoint).collect();
        let mut logs = Vec::with_capacity(found.len());
        for (index, (log, walk)) in found.into_iter().zip(walks).enumerate() {
            let mut witnesses = log.own;
            let given = self.checkpoints.iter().chain(&proved).filter(|given| {
                let origin = given.note.lines().next().unwrap_or_default();
                belongs(origin, index, &origins)
            });
            let kept_here = witnesses.len();
            witnesses.extend(given.cloned());
            let from_outside = witnesses.len() > kept_here;
            let elsewhere = Elsewhere { key: key_of(index), later: &later };
            let mut verdict = walk.finish_under(&witnesses, &elsewhere);
            if tiles::is_tiled(&log.path) {
                tiles::hold(&log.path, &mut verdict)?;
            }
            if log.path.join("checkpoint.sm3").is_file() {
                verdict.limits.push(SM3_HEAD);
            }
            // What lies on this machine, whoever has the machine can make anew.
            if !from_outside {
                verdict.limits.push("no-checkpoint-from-outside");
            }
            logs.push(verdict);
        }
        Ok(Report { logs, only: self.only.clone(), receipts: held })
    }

    fn check_keys(&self) -> Result<(), AuditError> {
        let wrong = |key: &String, reason: String| AuditError::Key { key: key.clone(), reason };
        self.keys.iter().try_for_each(|key| {
            VerifyingKey::parse(key).map(drop).map_err(|error| wrong(key, error.to_string()))
        })
    }

    /// The files of each log under the path, in order, by the log's name.
    pub fn files(&self) -> Result<Vec<(String, Vec<PathBuf>)>, AuditError> {
        let mut out = Vec::new();
        for log in self.find()? {
            let wanted = self.only.as_ref().is_none_or(|only| *only == log.name);
            let paths = if tiles::is_tiled(&log.path) {
                tiles::bundles(&log.path)?
            } else if log.path.is_dir() {
                segments(&log.path)?
            } else {
                vec![log.path]
            };
            out.extend(wanted.then_some((log.name, paths)));
        }
        Ok(out)
    }

    fn find(&self) -> Result<Vec<Found>, AuditError> {
        let path = &self.path;
        let name_of =
            |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_file() {
            lines::hold(path)?;
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            return Ok(vec![Found { name, path: path.clone(), own: Vec::new() }]);
        }
        let logs = path.join("logs");
        if !logs.is_dir() {
            if !tiles::is_tiled(path) && (!path.is_dir() || segments(path)?.is_empty()) {
                return Err(AuditError::NoLedger(path.clone()));
            }
            let own = kept(&[path.join("checkpoint")])?;
            return Ok(vec![Found { name: name_of(path), path: path.clone(), own }]);
        }
        // A log whose folder is gone still has its last signed head.
        let mut names: BTreeSet<String> = self.expected.iter().cloned().collect();
        let lines_of = |name: &str| logs.join(format!("{name}.{LINES}"));
        names.extend(listed(&logs)?.iter().filter(|path| path.is_dir()).map(|path| name_of(path)));
        // An archive keeps each log as one file with an entry a line.
        let as_lines = listed(&logs)?;
        names.extend(as_lines.iter().filter_map(|path| {
            name_of(path).strip_suffix(LINES)?.strip_suffix('.').map(str::to_owned)
        }));
        let heads = path.join("heads");
        if heads.is_dir() {
            let checkpoints = listed(&heads)?;
            let names_of_heads = checkpoints
                .iter()
                .filter_map(|path| name_of(path).strip_suffix(".checkpoint").map(str::to_owned));
            names.extend(names_of_heads);
        }
        let mut found = Vec::new();
        for name in names {
            let folder = logs.join(&name);
            let lines = lines_of(&name);
            let folder = if lines.is_file() && !folder.is_dir() { lines } else { folder };
            let head = heads.join(format!("{name}.checkpoint"));
            let cosigned = heads.join(format!("{name}.cosigned"));
            let mut places = vec![head, cosigned];
            if !folder.is_file() {
                places.insert(1, folder.join("checkpoint"));
            }
            let own = kept(&places)?;
            found.push(Found { name, path: folder, own });
        }
        Ok(found)
    }

    fn read(&self, log: &Found, receipts: &[Receipt]) -> Result<Walk, AuditError> {
        let proved: Vec<Witness> = receipts.iter().filter_map(Receipt::checkpoint).collect();
        let witnesses = log.own.iter().chain(&self.checkpoints).chain(&proved);
        let sizes = witnesses.filter_map(|witness| claimed_size(&witness.note)).collect();
        let mut walk = Walk::new(&log.name, sizes);
        let asked = receipts.iter().filter(|receipt| receipt.log == log.name);
        walk.ask(asked.map(|receipt| receipt.position).collect());
        walk.read(&mut log.sources()?, self.threads);
        Ok(walk)
    }
}

impl Found {
    /// What holds its entries, in order.
    fn sources(&self) -> Result<Vec<Source<'static>>, AuditError> {
        let mut sources = Vec::new();
        if self.path.is_file() {
            sources.push(source(&self.path, Form::Lines));
        } else if tiles::is_tiled(&self.path) {
            sources.extend(tiles::bundles(&self.path)?.iter().map(|path| tiles::source(path)));
        } else if self.path.is_dir() {
            for path in segments(&self.path)? {
                let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
                // A name that is no position fails as a segment out of its place.
                let named = stem.parse().unwrap_or(u64::MAX);
                sources.push(source(&path, Form::Segment { named }));
            }
        }
        Ok(sources)
    }
}

/// Changes of logs' keys that were obtained elsewhere.
///
/// # Errors
///
/// [`AuditError::KeyChanges`] at the first line that is none or does not hold.
pub fn read_key_changes(paths: &[PathBuf]) -> Result<Later, AuditError> {
    let mut out = Later::default();
    for path in paths {
        let text = std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
        let read = Later::read(&text);
        let path = path.clone();
        out.extend(read.map_err(|(line, reason)| AuditError::KeyChanges { path, line, reason })?);
    }
    Ok(out)
}

/// The note in a file. Bytes that are no text are no note, which whoever reads it says:
/// the empty text is none either.
pub fn note(path: &Path) -> std::io::Result<String> {
    let bytes = std::fs::read(path)?;
    Ok(String::from_utf8(bytes).unwrap_or_default())
}

/// All bytes of a file that [`Audit::files`] has named; a bundle of a tiled log as
/// its entries, one a line.
pub fn bytes(path: &Path) -> Result<Vec<u8>, AuditError> {
    let bytes = std::fs::read(path).map_err(|error| unreadable(path, &error))?;
    if !tiles::is_bundle(path) {
        return Ok(bytes);
    }
    let entries = tiles::entries(&bytes).into_iter();
    Ok(entries.flat_map(|entry| entry.iter().chain(b"\n")).copied().collect())
}

fn source(path: &Path, form: Form) -> Source<'static> {
    let file = path.to_owned();
    let open = Box::new(move || Ok(Box::new(File::open(&file)?) as Box<dyn Input>));
    Source { place: path.display().to_string(), form, open }
}

/// What is named by an origin goes to the log of that origin; what fits no log
/// goes to the first, where it is reported and not passed over.
fn belongs(name: &str, index: usize, origins: &[Vec<String>]) -> bool {
    match origins.iter().position(|of_log| of_log.iter().any(|origin| origin == name)) {
        Some(own) => own == index,
        None => index == 0,
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> AuditError {
    AuditError::Unreadable { path: path.to_owned(), reason: error.to_string() }
}

/// The checkpoints that lie with the log. A missing file is no error: the
/// verdict then says that there was none.
fn kept(paths: &[PathBuf]) -> Result<Vec<Witness>, AuditError> {
    let mut out = Vec::new();
    for path in paths {
        match note(path) {
            Ok(note) => {
                let place = path.display().to_string();
                out.push(Witness { place, note, handed_in: false });
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(unreadable(path, &error)),
        }
    }
    Ok(out)
}

fn listed(folder: &Path) -> Result<Vec<PathBuf>, AuditError> {
    let mut paths = Vec::new();
    for item in std::fs::read_dir(folder).map_err(|error| unreadable(folder, &error))? {
        paths.push(item.map_err(|error| unreadable(folder, &error))?.path());
    }
    paths.sort_unstable();
    Ok(paths)
}

fn segments(folder: &Path) -> Result<Vec<PathBuf>, AuditError> {
    let mut paths = listed(folder)?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "seg"));
    Ok(paths)
}
