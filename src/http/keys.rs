//! API keys of submitting systems: shown once, stored as digests.
//!
//! A key is 32 random bytes, so a plain digest cannot be searched; the slow
//! hashes that passwords need would only slow every request down.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Names of submitting systems and the BLAKE3 digests of their keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKeys {
    #[serde(default)]
    writers: BTreeMap<String, String>,
}

/// Why the keys could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{place}: {reason}")]
pub struct KeyError {
    place: String,
    reason: String,
}

impl ApiKeys {
    /// Reads a key file; no file means no keys.
    pub fn read(path: &Path) -> Result<ApiKeys, KeyError> {
        let failed = |reason: String| KeyError { place: path.display().to_string(), reason };
        match std::fs::read_to_string(path) {
            Ok(text) => toml::from_str(&text).map_err(|error| failed(error.to_string())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(ApiKeys::default()),
            Err(error) => Err(failed(error.to_string())),
        }
    }

    /// Adds or replaces the key of a system.
    pub fn add(&mut self, name: &str, key: &str) {
        self.writers.insert(name.to_owned(), blake3::hash(key.as_bytes()).to_hex().to_string());
    }

    /// Writes the file anew, readable by its owner only.
    pub fn write(&self, path: &Path) -> Result<(), KeyError> {
        let failed = |reason: String| KeyError { place: path.display().to_string(), reason };
        let text = toml::to_string(self).map_err(|error| failed(error.to_string()))?;
        let temp = path.with_extension("new");
        let mut options = std::fs::OpenOptions::new();
        options
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&temp)
            .and_then(|mut file| {
                file.write_all(text.as_bytes())?;
                file.sync_all()
            })
            .and_then(|()| std::fs::rename(&temp, path))
            .map_err(|error| failed(error.to_string()))
    }

    /// The system that a presented key belongs to. Digests are compared, whose
    /// bytes an attacker cannot choose, so the time taken tells nothing.
    pub fn owner(&self, key: &str) -> Option<&str> {
        let digest = blake3::hash(key.as_bytes()).to_hex();
        let found = self.writers.iter().find(|(_, stored)| stored.as_str() == digest.as_str());
        found.map(|(name, _)| name.as_str())
    }

    pub fn is_empty(&self) -> bool {
        self.writers.is_empty()
    }
}
