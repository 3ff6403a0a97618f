//! Checking an archive without the ledger that it was made of: every file against
//! the manifest, the manifest against the log's signature, every entry against chain
//! and checkpoint, and the report against the archive.

use super::manifest::{Listed, Manifest, digest, files};
use super::properties::test;
use super::{MANIFEST, NOTE, PAGE, REPORT};
use plumbline_replay::audit::{Audit, AuditError};
use plumbline_replay::integrity::archive::verify_manifest;
use plumbline_replay::integrity::checkpoint::VerifyingKey;
use plumbline_replay::integrity::note::NoteError;
use plumbline_replay::walk::Outcome;
use plumbline_replay::walk::report::Report;
use std::collections::BTreeSet;
use std::path::Path;

/// A file that is not as the archive says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bad {
    pub file: String,
    /// Chinese and English.
    pub what: String,
}

/// What was found.
#[derive(Debug)]
pub struct Checked {
    /// Files that the manifest lists.
    pub files: u64,
    /// Proved to be other than they were.
    pub bad: Vec<Bad>,
    /// What cannot be told, and why.
    pub doubts: Vec<String>,
    /// The entries' own verdict.
    pub entries: Report,
}

impl Checked {
    pub fn outcome(&self) -> Outcome {
        let files = match (self.bad.is_empty(), self.doubts.is_empty()) {
            (false, _) => Outcome::Fail,
            (true, false) => Outcome::CannotTell,
            (true, true) => Outcome::Pass,
        };
        files.and(self.entries.outcome())
    }
}

/// Checks a folder. The audit carries keys and checkpoints from elsewhere.
///
/// # Errors
///
/// There is no archive, or it cannot be read.
pub fn check(folder: &Path, audit: &Audit) -> Result<Checked, AuditError> {
    let path = folder.join(MANIFEST);
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !folder.is_dir() => {
            return Err(AuditError::NoLedger(folder.to_owned()));
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(AuditError::Unreadable { path, reason: error.to_string() }),
    };
    let entries = audit.run()?;
    let mut checked = Checked { files: 0, bad: Vec::new(), doubts: Vec::new(), entries };
    let Some(manifest) = Manifest::parse(&bytes) else {
        checked.add(MANIFEST, "不是归档清单,或已不在 / is no manifest, or is not there");
        return Ok(checked);
    };
    checked.files = manifest.files.len() as u64;
    checked.listed(folder, &manifest)?;
    checked.signed(folder, &manifest, &bytes);
    checked.sizes(&manifest);
    if checked.bad.is_empty() {
        checked.reported(folder, &manifest)?;
    }
    Ok(checked)
}

impl Checked {
    fn add(&mut self, file: &str, what: impl Into<String>) {
        self.bad.push(Bad { file: file.to_owned(), what: what.into() });
    }

    /// Every file has its size and digests, and none is there besides.
    fn listed(&mut self, folder: &Path, manifest: &Manifest) -> Result<(), AuditError> {
        for listed in &manifest.files {
            let path = folder.join(&listed.path);
            let found = match Listed::of(folder, &listed.path) {
                Ok(found) => found,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                    self.add(&listed.path, "清单所列,不在包内 / listed and not there");
                    continue;
                }
                Err(error) => {
                    return Err(AuditError::Unreadable { path, reason: error.to_string() });
                }
            };
            if found.bytes != listed.bytes {
                let what = format!(
                    "应有 {} 字节,实有 {} / should have {0} bytes and has {1}",
                    listed.bytes, found.bytes
                );
                self.add(&listed.path, what);
            } else if found.blake3 != listed.blake3 || found.sha256 != listed.sha256 {
                self.add(&listed.path, "摘要不符 / does not fit its digests");
            }
        }
        let known: BTreeSet<&str> = manifest.files.iter().map(|file| file.path.as_str()).collect();
        let there = files(folder).map_err(|error| AuditError::Unreadable {
            path: folder.to_owned(),
            reason: error.to_string(),
        })?;
        for path in there.iter().filter(|path| !known.contains(path.as_str())) {
            self.add(path, "不在清单内 / is not listed");
        }
        Ok(())
    }

    /// The open log signed this manifest.
    fn signed(&mut self, folder: &Path, manifest: &Manifest, bytes: &[u8]) {
        let Ok(note) = std::fs::read_to_string(folder.join(NOTE)) else {
            return self.add(NOTE, "签名不在或不可读 / the signature is missing or no text");
        };
        let open = self.entries.logs.iter().find(|log| log.log == "open");
        let key = open.and_then(|log| VerifyingKey::parse(&log.key.as_ref()?.vkey).ok());
        let Some(key) = key else {
            self.doubts
                .push("没有可用的公钥 / there is no key to check the manifest with".to_owned());
            return;
        };
        if key.name() != manifest.origin {
            let what = format!(
                "清单称来自 {},日志是 {} / says that it is of {0}, the log is {1}",
                manifest.origin,
                key.name()
            );
            return self.add(MANIFEST, what);
        }
        match verify_manifest(&key, &note, &digest(bytes)) {
            Ok(()) => {}
            // Which of the two was changed, they do not tell.
            Err(NoteError::Malformed(_)) => {
                for file in [MANIFEST, NOTE] {
                    self.add(
                        file,
                        "清单与签名不相应 / the manifest is not the one that was signed",
                    );
                }
            }
            Err(error) => self.add(NOTE, format!("签名不符 / {error}")),
        }
    }

    /// The logs are those that the manifest names, each as long.
    fn sizes(&mut self, manifest: &Manifest) {
        for (name, entries) in &manifest.logs {
            let found = self.entries.logs.iter().find(|log| log.log == *name);
            let found = found.map_or(0, |log| log.checked);
            if found != *entries {
                let what = format!(
                    "应有 {entries} 条,核验 {found} 条 / should have {entries} entries, {found} checked"
                );
                self.add(&format!("logs/{name}.ndjson"), what);
            }
        }
    }

    /// The report is the one that this program makes of the archive.
    fn reported(&mut self, folder: &Path, manifest: &Manifest) -> Result<(), AuditError> {
        let again = test(folder, &manifest.origin, &manifest.made_at)?;
        let same = |path: &str, bytes: &[u8]| {
            std::fs::read(folder.join(path)).is_ok_and(|found| found == bytes)
        };
        for (path, bytes) in [(REPORT, again.to_bytes()), (PAGE, super::page::render(&again))] {
            if !same(path, &bytes) {
                // Signed as it is, so another version of the program made it.
                self.doubts.push(format!(
                    "{path}: 与本版本重新生成的不同 / differs from what this version makes of the \
                     archive"
                ));
            }
        }
        Ok(())
    }
}
