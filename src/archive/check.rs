//! Checking an archive without the ledger that it was made of: every file against
//! the manifest, the manifest against the log's signature, every entry against chain
//! and checkpoint, and the report against the archive.

use super::about::About;
use super::folder::Folder;
use super::properties::test;
use super::{ABOUT, PAGE, REPORT};
use plumbline_replay::audit::{Audit, AuditError};
use plumbline_replay::integrity::issue::Issue;
use plumbline_replay::integrity::note::NoteError;
use plumbline_replay::manifest::{Flaw, Manifest, Of};
use plumbline_replay::walk::Outcome;
use plumbline_replay::walk::report::Report;
use std::path::Path;

/// What was found.
#[derive(Debug)]
pub struct Checked {
    /// Files that the manifest lists.
    pub files: u64,
    /// Proved to be other than they were.
    pub bad: Vec<Flaw>,
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
    let path = folder.join(Of::Archive.manifest());
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
    let manifest = match Manifest::read(Of::Archive, &bytes) {
        Ok(manifest) => manifest,
        Err(reason) => {
            let what = format!("不是归档清单,或已不在 / is no manifest, or is not there: {reason}");
            checked.add(Of::Archive.manifest(), what);
            return Ok(checked);
        }
    };
    checked.files = manifest.files.len() as u64;
    let (_, flaws) = manifest.hold(&Folder(folder))?;
    checked.bad.extend(flaws);
    let about = std::fs::read(folder.join(ABOUT)).ok().and_then(|bytes| About::parse(&bytes));
    let Some(about) = about else {
        checked.add(ABOUT, "不在或不可读 / is not there, or cannot be read");
        return Ok(checked);
    };
    checked.signed(folder, &about, &bytes);
    checked.sizes(&about);
    if checked.bad.is_empty() {
        checked.reported(folder, &about)?;
    }
    Ok(checked)
}

impl Checked {
    fn add(&mut self, path: &str, reason: impl Into<String>) {
        self.bad.push(Flaw { path: path.to_owned(), reason: reason.into() });
    }

    /// The open log signed this manifest.
    fn signed(&mut self, folder: &Path, about: &About, bytes: &[u8]) {
        let of = Of::Archive;
        let Ok(note) = std::fs::read_to_string(folder.join(of.note())) else {
            return self.add(of.note(), "签名不在或不可读 / the signature is missing or no text");
        };
        let open = self.entries.logs.iter().find(|log| log.log == "open");
        let Some(keys) = open.and_then(|log| log.keys.as_ref()) else {
            self.doubts
                .push("没有可用的公钥 / there is no key to check the manifest with".to_owned());
            return;
        };
        if !keys.origins().any(|origin| origin == about.origin) {
            let what = format!(
                "归档包称来自 {},日志是 {} / says that it is of {0}, the log is {1}",
                about.origin,
                keys.current().name()
            );
            return self.add(ABOUT, what);
        }
        let issue = Issue { of, origin: &about.origin, manifest: Manifest::digest(bytes) };
        // The one that was in force over the archive's entries: with one that was replaced
        // before, whoever got hold of it could make archives for ever.
        let size = about.logs.iter().find(|(name, _)| *name == "open").map_or(0, |log| log.1);
        let due = keys.at(size);
        match issue.verify(due, &note) {
            Ok(()) => {}
            // Which of the two was changed, they do not tell.
            Err(NoteError::Malformed(_)) => {
                for file in [of.manifest(), of.note()] {
                    self.add(
                        file,
                        "清单与签名不相应 / the manifest is not the one that was signed",
                    );
                }
            }
            Err(error) => self.add(of.note(), format!("签名不符 / {error}")),
        }
    }

    /// The logs are those that the archive names, each as long.
    fn sizes(&mut self, about: &About) {
        for (name, entries) in &about.logs {
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
    fn reported(&mut self, folder: &Path, about: &About) -> Result<(), AuditError> {
        let again = test(folder, &about.origin, &about.made_at)?;
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
