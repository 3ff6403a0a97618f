//! The index as it is built from entries: leaves in order of stream, their tree,
//! and proofs from it.

use super::proof::{Absence, IndexProof, Neighbour};
use crate::integrity::chain::Digest;
use crate::integrity::proof::{Nodes, inclusion};
use crate::integrity::tree::{Frontier, leaf_hash};
use std::collections::BTreeMap;
use std::convert::Infallible;

/// What the index says of one stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    pub stream: String,
    /// Entries that the stream has; at least one.
    pub count: u64,
    /// BLAKE3 of the last of them.
    pub last: Digest,
}

impl Head {
    /// The text that a leaf of the index hashes. It is no entry's: those begin
    /// with a brace.
    pub fn text(&self) -> String {
        leaf_text(&self.stream, self.count, &self.last)
    }

    /// `SHA-256(00 ‖ text)`, as in the tree over entries.
    pub fn leaf(&self) -> Digest {
        leaf_hash(self.text().as_bytes())
    }
}

fn leaf_text(stream: &str, count: u64, last: &Digest) -> String {
    format!("plumbline stream v1\n{stream}\n{count}\n{last}\n")
}

/// Every stream of a log's first entries, grown entry by entry.
#[derive(Clone, Debug, Default)]
pub struct StreamIndex {
    size: u64,
    /// In the order of their names' bytes.
    streams: BTreeMap<Box<str>, (u64, Digest)>,
}

impl StreamIndex {
    /// Takes the next entry: its stream and its link (BLAKE3).
    pub fn push(&mut self, stream: &str, link: Digest) {
        self.size += 1;
        match self.streams.get_mut(stream) {
            Some((count, last)) => {
                *count += 1;
                *last = link;
            }
            None => {
                self.streams.insert(stream.into(), (1, link));
            }
        }
    }

    /// Entries taken.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Streams among them.
    pub fn streams(&self) -> u64 {
        self.streams.len() as u64
    }

    /// The root over the leaves, RFC 6962 as over entries.
    pub fn root(&self) -> Digest {
        let mut frontier = Frontier::new();
        self.leaves().for_each(|leaf| frontier.push(leaf));
        frontier.root()
    }

    /// The statement that a closing makes of it.
    pub fn closing(&self) -> super::Closing {
        super::Closing { size: self.size, streams: self.streams(), root: self.root() }
    }

    /// An index of these leaves, if they may be one: in the order of their names' bytes,
    /// none twice, each with an entry, and as many entries as `size` says.
    pub fn of(size: u64, heads: impl IntoIterator<Item = Head>) -> Option<StreamIndex> {
        let mut out = StreamIndex { size, ..StreamIndex::default() };
        let mut counted: u64 = 0;
        for Head { stream, count, last } in heads {
            let rises = out.streams.last_key_value().is_none_or(|(name, _)| **name < *stream);
            counted = counted.checked_add(count)?;
            if !rises || count == 0 {
                return None;
            }
            out.streams.insert(stream.into(), (count, last));
        }
        (counted == size).then_some(out)
    }

    /// The leaves in their order.
    pub fn heads(&self) -> impl Iterator<Item = Head> {
        self.streams.iter().map(|(stream, (count, last))| Head {
            stream: stream.to_string(),
            count: *count,
            last: *last,
        })
    }

    /// What the index says of a stream, proved from its root: that it has so many
    /// entries, or none.
    pub fn prove(&self, stream: &str) -> IndexProof {
        let whole = Whole { heads: self.heads().collect(), nodes: self.nodes() };
        match prove(&whole, stream) {
            Ok(proof) => proof,
            Err(never) => match never {},
        }
    }

    /// Every complete node over the leaves, by level from the leaves up.
    pub fn nodes(&self) -> Vec<Vec<Digest>> {
        let mut levels: Vec<Vec<Digest>> = vec![Vec::new()];
        let mut frontier = Frontier::new();
        for leaf in self.leaves() {
            frontier.push_with(leaf, |level, _, hash| {
                let level = level as usize;
                if levels.len() <= level {
                    levels.resize(level + 1, Vec::new());
                }
                levels[level].push(*hash);
            });
        }
        levels
    }

    fn leaves(&self) -> impl Iterator<Item = Digest> {
        self.streams
            .iter()
            .map(|(stream, (count, last))| leaf_hash(leaf_text(stream, *count, last).as_bytes()))
    }
}

/// An index wherever it is kept, to be asked for proofs.
pub trait Leaves: Nodes {
    /// How many leaves there are.
    fn streams(&self) -> u64;
    /// A leaf by its place in the order. Called only for places below [`Leaves::streams`].
    fn head(&self, index: u64) -> Result<Head, Self::Error>;
}

/// What an index says of a stream, proved from its root. Asks for as many leaves and
/// nodes as the index has levels, about.
///
/// # Errors
///
/// Those of the index, where it cannot be read.
pub fn prove<L: Leaves>(leaves: &L, stream: &str) -> Result<IndexProof, L::Error> {
    let (mut low, mut high) = (0, leaves.streams());
    while low < high {
        let middle = low + (high - low) / 2;
        if leaves.head(middle)?.stream.as_str() < stream {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    let neighbour = |index: u64| -> Result<Neighbour, L::Error> {
        let path = inclusion(leaves, index, leaves.streams())?.unwrap_or_default();
        Ok(Neighbour { head: leaves.head(index)?, index, path })
    };
    let after = if low < leaves.streams() { Some(neighbour(low)?) } else { None };
    Ok(match after {
        Some(found) if found.head.stream == stream => IndexProof::Member(found),
        after => {
            let before = low.checked_sub(1).map(neighbour).transpose()?;
            IndexProof::Absent(Box::new(Absence { before, after }))
        }
    })
}

/// An index in memory.
struct Whole {
    heads: Vec<Head>,
    nodes: Vec<Vec<Digest>>,
}

impl Nodes for Whole {
    type Error = Infallible;

    fn node(&self, level: u32, index: u64) -> Result<Digest, Infallible> {
        // Asked for complete nodes only, which are all there.
        Ok(self.nodes[level as usize][index as usize])
    }
}

impl Leaves for Whole {
    fn streams(&self) -> u64 {
        self.heads.len() as u64
    }

    fn head(&self, index: u64) -> Result<Head, Infallible> {
        Ok(self.heads[index as usize].clone())
    }
}
