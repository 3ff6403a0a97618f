//! Proofs that an entry is in the SM3 tree, as text: a tlog-proof's form
//! (c2sp.org/tlog-proof) with another first line and an SM3 head for a checkpoint.
//!
//! No node of this tree is kept, so making one reads the log once; what is held
//! in memory is the path.

use super::gather;
use super::sm3::Sm3Tree;
use super::{FurtherKey, head};
use crate::store::{Store, StoreError};
use base64ct::{Base64, Encoding};
use plumbline_replay::integrity::chain::Digest;
use plumbline_replay::integrity::note::NoteError;
use plumbline_replay::integrity::proof::{Nodes, ProofError, inclusion_by, verify_inclusion_by};
use plumbline_replay::integrity::tree::{Frontier, Hashing};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::convert::Infallible;

const TITLE: &str = "plumbline sm3 proof v1";

/// A proof as a text says it; nothing of it is believed yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sm3Proof {
    pub index: u64,
    /// Lowest first.
    pub path: Vec<Digest>,
    /// The SM3 head with its signature.
    pub note: String,
}

/// Why a proof does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Sm3ProofError {
    #[error("SM3 检查点 / the SM3 head: {0}")]
    Head(NoteError),
    #[error("{0}")]
    Path(ProofError),
}

impl Sm3ProofError {
    /// Whether the key has signed nothing here: nothing is proved, for or against.
    pub fn is_unsigned(&self) -> bool {
        matches!(self, Sm3ProofError::Head(NoteError::Unsigned(_)))
    }
}

/// Whether a text begins as a proof by SM3 does.
pub fn is_sm3(text: &str) -> bool {
    text.strip_prefix(TITLE).is_some_and(|rest| rest.starts_with('\n'))
}

/// The nodes that a path needs, by level and index: first asked for, then found.
#[derive(Default)]
struct Wanted(RefCell<BTreeMap<(u32, u64), Digest>>);

impl Nodes for Wanted {
    type Error = Infallible;

    fn node(&self, level: u32, index: u64) -> Result<Digest, Infallible> {
        Ok(*self.0.borrow_mut().entry((level, index)).or_insert(Digest::ZERO))
    }
}

impl Sm3Proof {
    /// The proof of an entry under a head over `size` entries; `None` if it is not
    /// among them.
    pub fn make(
        store: &dyn Store,
        index: u64,
        size: u64,
        note: String,
    ) -> Result<Option<Sm3Proof>, StoreError> {
        let wanted = Wanted::default();
        let path = || match inclusion_by::<Sm3Tree, Wanted>(&wanted, index, size) {
            Ok(path) => path,
            Err(never) => match never {},
        };
        if path().is_none() {
            return Ok(None);
        }
        let mut tree = Frontier::<Sm3Tree>::default();
        gather::each(store, 0, size, |_, entry| {
            tree.push_with(Sm3Tree::leaf(entry), |level, index, hash| {
                if let Some(place) = wanted.0.borrow_mut().get_mut(&(level, index)) {
                    *place = *hash;
                }
            });
        })?;
        Ok(path().map(|path| Sm3Proof { index, path, note }))
    }

    /// Reads a proof's text.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Sm3Proof, String> {
        let (lines, note) = text.split_once("\n\n").ok_or("no SM3 head")?;
        let mut lines = lines.split('\n');
        if lines.next() != Some(TITLE) {
            return Err("another first line".to_owned());
        }
        let index = lines.next().and_then(|line| line.strip_prefix("index "));
        let index = index.and_then(|text| text.parse().ok()).ok_or("no index")?;
        let hash = |line: &str| Some(Digest(Base64::decode_vec(line).ok()?.try_into().ok()?));
        let path: Option<Vec<Digest>> = lines.map(hash).collect();
        Ok(Sm3Proof { index, path: path.ok_or("a line that is no hash")?, note: note.to_owned() })
    }

    /// Checks that the log of this key holds `entry` at the proof's index.
    ///
    /// # Errors
    ///
    /// Why it does not follow.
    pub fn verify(&self, key: &FurtherKey, entry: &[u8]) -> Result<(), Sm3ProofError> {
        let head = head::read(key, &self.note).map_err(Sm3ProofError::Head)?;
        let leaf = Sm3Tree::leaf(entry);
        verify_inclusion_by::<Sm3Tree>(&leaf, self.index, head.size, &head.root, &self.path)
            .map_err(Sm3ProofError::Path)
    }
}

impl std::fmt::Display for Sm3Proof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{TITLE}\nindex {}\n", self.index)?;
        for hash in &self.path {
            writeln!(f, "{}", Base64::encode_string(&hash.0))?;
        }
        write!(f, "\n{}", self.note)
    }
}
