//! The index as it is built from entries: leaves in order of stream, their tree,
//! and proofs from it.

use super::proof::{Absence, IndexProof, Neighbour};
use crate::integrity::chain::Digest;
use crate::integrity::proof::{Nodes, inclusion};
use crate::integrity::tree::{Frontier, leaf_hash};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::ops::Bound::{Excluded, Unbounded};

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

    /// What the index says of a stream, proved from its root: that it has so many
    /// entries, or none.
    pub fn prove(&self, stream: &str) -> IndexProof {
        let nodes = Complete::of(self.leaves());
        let place = |name: &str| self.streams.range::<str, _>((Unbounded, Excluded(name))).count();
        let neighbour = |name: &str| {
            let (count, last) = *self.streams.get(name)?;
            let index = place(name) as u64;
            let head = Head { stream: name.to_owned(), count, last };
            Some(Neighbour { head, index, path: nodes.path(index) })
        };
        if let Some(found) = neighbour(stream) {
            return IndexProof::Member(found);
        }
        let before = self.streams.range::<str, _>((Unbounded, Excluded(stream))).next_back();
        let after = self.streams.range::<str, _>((Excluded(stream), Unbounded)).next();
        IndexProof::Absent(Box::new(Absence {
            before: before.and_then(|(name, _)| neighbour(name)),
            after: after.and_then(|(name, _)| neighbour(name)),
        }))
    }

    fn leaves(&self) -> impl Iterator<Item = Digest> {
        self.streams
            .iter()
            .map(|(stream, (count, last))| leaf_hash(leaf_text(stream, *count, last).as_bytes()))
    }
}

/// Every complete node of a tree, by level.
struct Complete {
    levels: Vec<Vec<Digest>>,
}

impl Complete {
    fn of(leaves: impl Iterator<Item = Digest>) -> Complete {
        let mut levels: Vec<Vec<Digest>> = vec![Vec::new()];
        let mut frontier = Frontier::new();
        for leaf in leaves {
            frontier.push_with(leaf, |level, _, hash| {
                let level = level as usize;
                if levels.len() <= level {
                    levels.resize(level + 1, Vec::new());
                }
                levels[level].push(*hash);
            });
        }
        Complete { levels }
    }

    fn path(&self, index: u64) -> Vec<Digest> {
        let size = self.levels[0].len() as u64;
        match inclusion(self, index, size) {
            Ok(path) => path.unwrap_or_default(),
            Err(never) => match never {},
        }
    }
}

impl Nodes for Complete {
    type Error = Infallible;

    fn node(&self, level: u32, index: u64) -> Result<Digest, Infallible> {
        // Asked for complete nodes only, which are all there.
        Ok(self.levels[level as usize][index as usize])
    }
}
