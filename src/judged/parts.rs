//! Files in parts that are replaced one by one: a part that changed is written anew at
//! the end, and what it was before is left for whoever is just reading it. A file of
//! which most is left over is written anew under another name.
//!
//! What this file does not know: what a part holds. Where each is stands in the head,
//! which is written last, with its digest: what a crash left unfinished is nobody's.

use crate::derived::write_whole;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// Left-over bytes below which a file is never written anew.
const LEFT_MIN: u64 = 1 << 20;

/// Where the bytes of a part are.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Part {
    offset: u64,
    length: u64,
    digest: [u8; 32],
}

/// One file and its parts, by key.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Parts {
    /// Times that it was written anew; in its name.
    number: u32,
    /// What comes after it is nobody's.
    end: u64,
    parts: BTreeMap<i64, Part>,
}

impl Parts {
    /// The name of its file.
    pub(super) fn file(&self, name: &str) -> String {
        format!("{name}.{}", self.number)
    }

    /// The same file without any part: what comes is written under another name.
    pub(super) fn emptied(self) -> Parts {
        Parts { number: self.number, ..Parts::default() }
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = i64> {
        self.parts.keys().copied()
    }

    /// Bytes of the parts, without what is left over.
    pub(super) fn size(&self) -> u64 {
        self.parts.values().map(|part| part.length).sum()
    }

    /// The bytes of some parts, in order of key; keys without one are passed over.
    /// `None` if the file is not what was written.
    pub(super) fn read(
        &self,
        dir: &Path,
        name: &str,
        keys: impl Iterator<Item = i64>,
    ) -> Option<Vec<(i64, Vec<u8>)>> {
        let mut wanted = keys.filter_map(|key| Some((key, self.parts.get(&key)?))).peekable();
        if wanted.peek().is_none() {
            return Some(Vec::new());
        }
        let mut file = File::open(dir.join(self.file(name))).ok()?;
        let size = file.metadata().ok()?.len();
        let mut out = Vec::new();
        for (key, part) in wanted {
            if part.offset.checked_add(part.length).is_none_or(|end| end > size) {
                return None;
            }
            let mut bytes = vec![0; usize::try_from(part.length).ok()?];
            file.seek(SeekFrom::Start(part.offset)).ok()?;
            file.read_exact(&mut bytes).ok()?;
            if blake3::hash(&bytes) != part.digest {
                return None;
            }
            out.push((key, bytes));
        }
        Some(out)
    }

    /// Replaces parts; empty bytes take one away. Other parts must be whole.
    pub(super) fn replace(
        &mut self,
        dir: &Path,
        name: &str,
        changed: Vec<(i64, Vec<u8>)>,
    ) -> io::Result<()> {
        let same = |key: &i64, bytes: &[u8]| match self.parts.get(key) {
            Some(part) => *blake3::hash(bytes).as_bytes() == part.digest,
            None => bytes.is_empty(),
        };
        let changed: Vec<_> =
            changed.into_iter().filter(|(key, bytes)| !same(key, bytes)).collect();
        if changed.is_empty() {
            return Ok(());
        }
        for (key, _) in &changed {
            self.parts.remove(key);
        }
        let kept = self.size();
        let new: u64 = changed.iter().map(|(_, bytes)| bytes.len() as u64).sum();
        let left = self.end.saturating_sub(kept);
        if self.end > 0 && left <= LEFT_MIN.max(kept + new) {
            return self.append(dir, name, changed);
        }
        let damaged = || io::Error::new(io::ErrorKind::InvalidData, "a part is damaged");
        let mut all = self.read(dir, name, self.parts.keys().copied()).ok_or_else(damaged)?;
        all.extend(changed);
        all.sort_by_key(|(key, _)| *key);
        *self = Parts { number: self.number + 1, ..Parts::default() };
        let bytes = self.place(all);
        write_whole(&dir.join(self.file(name)), &bytes)
    }

    fn append(&mut self, dir: &Path, name: &str, changed: Vec<(i64, Vec<u8>)>) -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).open(dir.join(self.file(name)))?;
        file.seek(SeekFrom::Start(self.end))?;
        let bytes = self.place(changed);
        file.write_all(&bytes)
    }

    /// Gives parts their places at the end; returns their bytes together.
    fn place(&mut self, parts: Vec<(i64, Vec<u8>)>) -> Vec<u8> {
        let mut together = Vec::new();
        for (key, bytes) in parts.into_iter().filter(|(_, bytes)| !bytes.is_empty()) {
            let (offset, length) = (self.end, bytes.len() as u64);
            let digest = *blake3::hash(&bytes).as_bytes();
            self.parts.insert(key, Part { offset, length, digest });
            self.end += length;
            together.extend(bytes);
        }
        together
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(parts: &Parts, dir: &Path) -> Option<BTreeMap<i64, Vec<u8>>> {
        let keys: Vec<i64> = parts.keys().collect();
        parts.read(dir, "x", keys.into_iter()).map(|all| all.into_iter().collect())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn parts_are_what_was_written_last(
            rounds in proptest::collection::vec(
                proptest::collection::btree_map(0i64..6, 0usize..400_000, 1..4),
                1..12,
            ),
        ) {
            let dir = tempfile::tempdir().expect("a folder");
            let mut parts = Parts::default();
            let mut model = BTreeMap::new();
            for (round, changed) in rounds.into_iter().enumerate() {
                let before = (parts.clone(), model.clone());
                let changed: Vec<(i64, Vec<u8>)> = changed
                    .into_iter()
                    .map(|(key, length)| (key, vec![round as u8 + 1; length]))
                    .collect();
                for (key, bytes) in &changed {
                    model.remove(key);
                    if !bytes.is_empty() {
                        model.insert(*key, bytes.clone());
                    }
                }
                parts.replace(dir.path(), "x", changed).expect("written");
                prop_assert!(all(&parts, dir.path()).as_ref() == Some(&model));
                // Whoever still has the old head reads what it says.
                prop_assert!(all(&before.0, dir.path()) == Some(before.1));
                prop_assert!(parts.end <= 2 * parts.size() + 2 * LEFT_MIN);
            }
        }
    }

    #[test]
    fn a_changed_byte_is_no_part() {
        let dir = tempfile::tempdir().expect("a folder");
        let mut parts = Parts::default();
        parts
            .replace(dir.path(), "x", vec![(1, vec![7; 100]), (2, vec![8; 100])])
            .expect("written");
        let path = dir.path().join(parts.file("x"));
        let mut bytes = std::fs::read(&path).expect("there");
        bytes[150] ^= 1;
        std::fs::write(&path, &bytes).expect("damaged");
        assert!(parts.read(dir.path(), "x", [1].into_iter()).is_some());
        assert!(parts.read(dir.path(), "x", [1, 2].into_iter()).is_none());
        std::fs::write(&path, &bytes[..120]).expect("cut");
        assert!(parts.read(dir.path(), "x", [2].into_iter()).is_none());
    }
}
