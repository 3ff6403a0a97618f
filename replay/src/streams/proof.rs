//! Proofs from the root of an index, and their check.

use super::closing::Closing;
use super::index::Head;
use crate::integrity::chain::Digest;
use crate::integrity::proof::verify_inclusion;
use std::fmt;

/// What an index says of one stream, with the proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IndexProof {
    /// The stream has entries.
    Member(Neighbour),
    /// It has none: its neighbours stand side by side.
    Absent(Box<Absence>),
}

/// A leaf with its place and its path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Neighbour {
    pub head: Head,
    /// Its place in the order of streams, from 0.
    pub index: u64,
    /// Lowest hash first.
    pub path: Vec<Digest>,
}

/// The leaves between which a stream would stand; at an end of the index there is
/// one of them, in an empty index none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Absence {
    pub before: Option<Neighbour>,
    pub after: Option<Neighbour>,
}

/// Why a proof does not show what it claims.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProofFlaw {
    Root(String),
    OtherStream(String),
    NotNeighbours,
}

impl fmt::Display for ProofFlaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ProofFlaw::Root(it) => write!(f, "索引证明到不了日结的根 / the index proof of {it} does not lead to the closing's root"),
            ProofFlaw::OtherStream(it) => write!(f, "索引证明是 {it} 的 / the index proof is of the stream {it}"),
            ProofFlaw::NotNeighbours => f.write_str("邻项不相邻,不能证明没有此案 / the neighbours do not stand side by side around the stream: \
         its absence is not shown"),
        }
    }
}

impl std::error::Error for ProofFlaw {}

impl Neighbour {
    fn holds(&self, closing: &Closing) -> Result<(), ProofFlaw> {
        verify_inclusion(&self.head.leaf(), self.index, closing.streams, &closing.root, &self.path)
            .map_err(|_| ProofFlaw::Root(self.head.stream.clone()))
    }
}

impl IndexProof {
    /// What the closing's index says of the stream: entries and the last one's
    /// link, or `None` if it has none. The order of an index is checked by who
    /// reads the whole log; a proof from it takes it as given.
    ///
    /// # Errors
    ///
    /// [`ProofFlaw`] if the proof shows something else.
    pub fn verify(&self, stream: &str, closing: &Closing) -> Result<Option<&Head>, ProofFlaw> {
        match self {
            IndexProof::Member(found) => {
                if found.head.stream != stream {
                    return Err(ProofFlaw::OtherStream(found.head.stream.clone()));
                }
                found.holds(closing)?;
                Ok(Some(&found.head))
            }
            IndexProof::Absent(absence) => {
                absence.holds(stream, closing)?;
                Ok(None)
            }
        }
    }
}

impl Absence {
    fn holds(&self, stream: &str, closing: &Closing) -> Result<(), ProofFlaw> {
        let adjacent = match (&self.before, &self.after) {
            (None, None) => closing.streams == 0,
            (None, Some(after)) => after.index == 0,
            (Some(before), None) => before.index.checked_add(1) == Some(closing.streams),
            (Some(before), Some(after)) => before.index.checked_add(1) == Some(after.index),
        };
        let below = self.before.as_ref().is_none_or(|before| before.head.stream.as_str() < stream);
        let above = self.after.as_ref().is_none_or(|after| stream < after.head.stream.as_str());
        if !(adjacent && below && above) {
            return Err(ProofFlaw::NotNeighbours);
        }
        self.before.iter().chain(&self.after).try_for_each(|leaf| leaf.holds(closing))
    }
}
