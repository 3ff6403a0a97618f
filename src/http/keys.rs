//! API keys, shown once and stored as digests, and what each was made for.
//!
//! A key is 32 random bytes, so a plain digest cannot be searched; the slow
//! hashes that passwords need would only slow every request down. Does not know which
//! address is for which purpose: that is said where each is answered.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// What a key may be shown for. Opening and administering need a role or a power of the
/// sealed log besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// Recording events.
    Submit,
    /// Reading the sealed log, and answers that rest on it.
    ReadSealed,
    /// Opening sealed members under a role.
    Open,
    /// Closing a log, erasing a subject.
    Administer,
    /// The sealed log's figures in `/metrics`.
    Metrics,
}

impl Purpose {
    pub const ALL: [Purpose; 5] = [
        Purpose::Submit,
        Purpose::ReadSealed,
        Purpose::Open,
        Purpose::Administer,
        Purpose::Metrics,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Purpose::Submit => "submit",
            Purpose::ReadSealed => "read-sealed",
            Purpose::Open => "open",
            Purpose::Administer => "administer",
            Purpose::Metrics => "metrics",
        }
    }

    pub fn parse(text: &str) -> Option<Purpose> {
        Purpose::ALL.into_iter().find(|purpose| purpose.as_str() == text)
    }
}

/// What a key may that was made before keys had purposes: what it was made for, and what
/// a role of the sealed log allows by name. Nobody ever said that it may read that log.
const UNSAID: [Purpose; 3] = [Purpose::Submit, Purpose::Open, Purpose::Administer];

/// Names of those who hold keys, with the keys' BLAKE3 digests and purposes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKeys {
    #[serde(default)]
    writers: BTreeMap<String, String>,
    /// None for a key that was made before there were any.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    purposes: BTreeMap<String, BTreeSet<Purpose>>,
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

    /// Adds the key of a name, or replaces it. Without purposes it keeps those that the
    /// name has, and a new one may submit.
    pub fn add(&mut self, name: &str, key: &str, purposes: &[Purpose]) {
        let digest = blake3::hash(key.as_bytes()).to_hex().to_string();
        let is_new = self.writers.insert(name.to_owned(), digest).is_none();
        match (purposes, is_new) {
            ([], true) => self.allow(name, &[Purpose::Submit]),
            ([], false) => true,
            (purposes, _) => self.allow(name, purposes),
        };
    }

    /// Says what a name's key is for, and that it is for nothing else. False if the name
    /// has no key.
    pub fn allow(&mut self, name: &str, purposes: &[Purpose]) -> bool {
        let known = self.writers.contains_key(name);
        if known {
            self.purposes.insert(name.to_owned(), purposes.iter().copied().collect());
        }
        known
    }

    /// Takes a name's key away. False if it had none.
    pub fn remove(&mut self, name: &str) -> bool {
        self.purposes.remove(name);
        self.writers.remove(name).is_some()
    }

    /// Who holds keys, by name, each with what its key may and whether that was ever said.
    pub fn holders(&self) -> impl Iterator<Item = (&str, Vec<Purpose>, bool)> {
        self.writers.keys().map(|name| {
            let may = Purpose::ALL.into_iter().filter(|purpose| self.may(name, *purpose));
            (name.as_str(), may.collect(), self.purposes.contains_key(name))
        })
    }

    /// Whether a name's key is for this.
    pub fn may(&self, name: &str, purpose: Purpose) -> bool {
        match self.purposes.get(name) {
            Some(said) => said.contains(&purpose),
            None => UNSAID.contains(&purpose),
        }
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

    /// The name that a presented key belongs to. Digests are compared, whose
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_file_of_before_still_holds_and_reads_no_sealed_log() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("writers.toml");
        let digest = blake3::hash(b"k").to_hex();
        std::fs::write(&path, format!("[writers]\nhall = \"{digest}\"\n")).unwrap();
        let mut keys = ApiKeys::read(&path).unwrap();
        assert_eq!(keys.owner("k"), Some("hall"));
        let may = |keys: &ApiKeys| {
            let [(_, may, said)] = keys.holders().collect::<Vec<_>>().try_into().unwrap();
            (may, said)
        };
        assert_eq!(may(&keys), (UNSAID.to_vec(), false));
        // Another key under the name is for what the name was.
        keys.add("hall", "other", &[]);
        assert_eq!(may(&keys), (UNSAID.to_vec(), false));
        assert!(keys.allow("hall", &[Purpose::ReadSealed]));
        keys.write(&path).unwrap();
        let keys = ApiKeys::read(&path).unwrap();
        assert_eq!(may(&keys), (vec![Purpose::ReadSealed], true));
        assert_eq!((keys.owner("k"), keys.owner("other")), (None, Some("hall")));
    }

    #[test]
    fn a_new_key_submits_and_no_more_unless_it_is_said() {
        let mut keys = ApiKeys::default();
        keys.add("hall", "k", &[]);
        assert!(
            Purpose::ALL.into_iter().all(|one| keys.may("hall", one) == (one == Purpose::Submit))
        );
        assert!(!keys.allow("nobody", &[Purpose::Submit]) && !keys.remove("nobody"));
        assert!(keys.remove("hall") && keys.owner("k").is_none());
    }

    #[test]
    fn words_of_purposes_are_those_of_the_file() {
        for purpose in Purpose::ALL {
            assert_eq!(serde_json::to_value(purpose).unwrap(), purpose.as_str());
            assert_eq!(Purpose::parse(purpose.as_str()), Some(purpose));
        }
        let unknown = "[writers]\nhall = \"x\"\n[purposes]\nhall = [\"rule\"]\n";
        assert!(
            toml::from_str::<ApiKeys>(unknown).is_err(),
            "a purpose nobody knows is passed over"
        );
    }
}
