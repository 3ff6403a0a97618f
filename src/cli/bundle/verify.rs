//! `plumb verify bundle`: every file, proof, value and conclusion of a bundle.

use super::super::{Exit, Failure, print};
use plumbline_replay::audit::{read_key_changes, read_pack};
use plumbline_replay::bundle::{Against, verify};
use plumbline_replay::integrity::checkpoint::VerifyingKey;
use plumbline_replay::integrity::policy::Policy;
use serde_json::json;
use std::path::{Path, PathBuf};

/// What is asked of a bundle.
pub(in crate::cli) struct Verify {
    /// Its zip file, or the folder it was unpacked into.
    pub file: PathBuf,
    /// Public keys obtained elsewhere: without one the verdict is at best "cannot tell".
    pub key: Vec<String>,
    /// Checkpoints kept elsewhere.
    pub checkpoint: Vec<PathBuf>,
    /// Whose cosignatures are needed.
    pub policy: Option<PathBuf>,
    /// Changes of the log's key since the bundle was made.
    pub key_changes: Vec<PathBuf>,
    pub json: bool,
}

impl Verify {
    pub(in crate::cli) fn run(self) -> Result<Exit, Failure> {
        let json = self.json;
        match self.report() {
            Ok(report) => {
                print(&if json { report.to_json().to_string() } else { report.words() })?;
                Ok(match report.exit_code() {
                    0 => Exit::Done,
                    3 => Exit::Broken,
                    _ => Exit::CannotTell,
                })
            }
            Err(failure) => {
                if json {
                    print(
                        &json!({
                            "schema": "plumbline.verify.bundle/1",
                            "verdict": if failure.exit == Exit::Broken { "fail" } else { "cannot_tell" },
                            "exit_code": failure.exit as u8, "reason": failure.message, "checks": [],
                        })
                        .to_string(),
                    )?;
                }
                Err(failure)
            }
        }
    }

    fn report(&self) -> Result<plumbline_replay::bundle::Report, Failure> {
        for key in &self.key {
            VerifyingKey::parse(key).map_err(|error| Failure {
                exit: Exit::Usage,
                message: format!("--key {key}: {error}"),
            })?;
        }
        let read = |path: &Path| {
            std::fs::read_to_string(path).map_err(|error| Failure {
                exit: Exit::CannotTell,
                message: format!("{}: {error}", path.display()),
            })
        };
        let checkpoints: Result<Vec<(String, String)>, Failure> = self
            .checkpoint
            .iter()
            .map(|path| Ok((path.display().to_string(), read(path)?)))
            .collect();
        let policy = match &self.policy {
            Some(path) => Some(Policy::parse(&read(path)?).map_err(|error| Failure {
                exit: Exit::Usage,
                message: format!("{}: {error}", path.display()),
            })?),
            None => None,
        };
        let against = Against {
            keys: self.key.clone(),
            key_changes: read_key_changes(&self.key_changes)?,
            checkpoints: checkpoints?,
            policy,
            threads: std::thread::available_parallelism().map_or(1, usize::from),
        };
        Ok(verify(&read_pack(&self.file)?, &against))
    }
}
