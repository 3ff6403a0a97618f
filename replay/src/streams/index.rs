//! The index as it is built from entries: leaves in order of stream, their tree,
//! and proofs from it.
//!
//! The tree is kept from one closing to the next: what has not changed, in place and in
//! content, is not hashed again.

use super::proof::{Absence, IndexProof, Neighbour};
use crate::integrity::chain::Digest;
use crate::integrity::proof::{Nodes, inclusion, root};
use crate::integrity::tree::{leaf_hash, node_hash};
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
    streams: BTreeMap<Box<str>, Row>,
    /// The complete nodes over the leaves as they were when the tree was last made, by
    /// level from the leaves up.
    tree: Vec<Vec<Digest>>,
    hashed: u64,
}

/// One stream.
#[derive(Clone, Debug)]
struct Row {
    count: u64,
    last: Digest,
    /// `None` if it has changed since the tree was last made.
    leaf: Option<Digest>,
}

impl StreamIndex {
    /// Takes the next entry: its stream and its link (BLAKE3).
    pub fn push(&mut self, stream: &str, link: Digest) {
        self.take(stream, 1, link);
    }

    /// Takes the entries of an index that begins where this one ends.
    pub fn append(&mut self, later: &StreamIndex) {
        for (stream, row) in &later.streams {
            self.take(stream, row.count, row.last);
        }
    }

    fn take(&mut self, stream: &str, more: u64, link: Digest) {
        self.size += more;
        match self.streams.get_mut(stream) {
            Some(row) => {
                *row = Row { count: row.count + more, last: link, leaf: None };
            }
            None => {
                self.streams.insert(stream.into(), Row { count: more, last: link, leaf: None });
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

    /// Leaves and nodes hashed so far, to measure by.
    pub fn hashed(&self) -> u64 {
        self.hashed
    }

    /// The root over the leaves, RFC 6962 as over entries.
    pub fn root(&mut self) -> Digest {
        let streams = self.streams();
        match root(&Complete(self.nodes()), streams) {
            Ok(root) => root,
            Err(never) => match never {},
        }
    }

    /// The statement that a closing makes of it.
    pub fn closing(&mut self) -> super::Closing {
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
            out.streams.insert(stream.into(), Row { count, last, leaf: None });
        }
        (counted == size).then_some(out)
    }

    /// The leaves in their order.
    pub fn heads(&self) -> impl Iterator<Item = Head> {
        self.streams.iter().map(|(stream, row)| Head {
            stream: stream.to_string(),
            count: row.count,
            last: row.last,
        })
    }

    /// What the index says of a stream, proved from its root: that it has so many
    /// entries, or none.
    pub fn prove(&mut self, stream: &str) -> IndexProof {
        let heads = self.heads().collect();
        let whole = Whole { heads, nodes: Complete(self.nodes()) };
        match prove(&whole, stream) {
            Ok(proof) => proof,
            Err(never) => match never {},
        }
    }

    /// Every complete node over the leaves, by level from the leaves up.
    pub fn nodes(&mut self) -> &[Vec<Digest>] {
        let before = std::mem::take(&mut self.tree);
        let mut hashed = 0;
        let leaves = self.streams.iter_mut().map(|(stream, row)| {
            *row.leaf.get_or_insert_with(|| {
                hashed += 1;
                leaf_hash(leaf_text(stream, row.count, &row.last).as_bytes())
            })
        });
        let mut levels: Vec<Vec<Digest>> = vec![leaves.collect()];
        while let Some(below) = levels.last().filter(|below| below.len() > 1) {
            let level = levels.len() - 1;
            let known = |index: usize, pair: &[Digest]| {
                let there = before.get(level)?.get(2 * index..2 * index + 2)?;
                before.get(level + 1)?.get(index).filter(|_| there == pair).copied()
            };
            let above = below.chunks_exact(2).enumerate().map(|(index, pair)| {
                known(index, pair).unwrap_or_else(|| {
                    hashed += 1;
                    node_hash(&pair[0], &pair[1])
                })
            });
            let above = above.collect();
            levels.push(above);
        }
        self.hashed += hashed;
        self.tree = levels;
        &self.tree
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

/// Complete nodes by level and place.
struct Complete<'a>(&'a [Vec<Digest>]);

impl Nodes for Complete<'_> {
    type Error = Infallible;

    fn node(&self, level: u32, index: u64) -> Result<Digest, Infallible> {
        // Asked for complete nodes only, which are all there.
        Ok(self.0[level as usize][index as usize])
    }
}

/// An index in memory.
struct Whole<'a> {
    heads: Vec<Head>,
    nodes: Complete<'a>,
}

impl Nodes for Whole<'_> {
    type Error = Infallible;

    fn node(&self, level: u32, index: u64) -> Result<Digest, Infallible> {
        self.nodes.node(level, index)
    }
}

impl Leaves for Whole<'_> {
    fn streams(&self) -> u64 {
        self.heads.len() as u64
    }

    fn head(&self, index: u64) -> Result<Head, Infallible> {
        Ok(self.heads[index as usize].clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(number: u64) -> Digest {
        leaf_hash(&number.to_be_bytes())
    }

    /// The same index made at once, so that nothing of an earlier tree is in it.
    fn anew(index: &StreamIndex) -> StreamIndex {
        StreamIndex::of(index.size(), index.heads()).unwrap()
    }

    #[test]
    fn a_tree_that_is_kept_is_the_one_made_anew() {
        let mut index = StreamIndex::default();
        assert_eq!(index.root(), anew(&index).root());
        // New streams at the end, in the middle and at the beginning, and old ones again.
        for (round, number) in (0..400u64).map(|at| (at, at.wrapping_mul(7_919) % 211)).enumerate()
        {
            index.push(&format!("case/{:03}", number.1), link(round as u64));
            if round % 3 == 0 {
                let mut whole = anew(&index);
                assert_eq!(index.closing(), whole.closing(), "{round}");
                assert_eq!(index.nodes(), whole.nodes(), "{round}");
                assert_eq!(index.prove("case/100"), whole.prove("case/100"));
            }
        }
        let mut later = StreamIndex::default();
        for number in 0..40 {
            later.push(&format!("case/{:03}", number * 9), link(number));
        }
        index.append(&later);
        assert_eq!(index.size(), 440);
        assert_eq!(index.closing(), anew(&index).closing());
    }

    #[test]
    fn what_has_not_changed_is_not_hashed_again() {
        let mut index = StreamIndex::default();
        for number in 0..1 << 14 {
            index.push(&format!("case/{number:06}"), link(number));
        }
        index.closing();
        let whole = index.hashed();
        assert_eq!(whole, (2 << 14) - 1, "a leaf each, and the nodes above");
        // The statement, the nodes for the file and the proofs are of one tree.
        index.closing();
        index.nodes();
        index.prove("case/000007");
        assert_eq!(index.hashed(), whole);
        // Entries of ten streams: their leaves, and what is above these.
        for number in 0..10 {
            index.push(&format!("case/{:06}", number * 1_600), link(number));
        }
        index.closing();
        let more = index.hashed() - whole;
        assert!(more <= 10 * 15, "{more} hashes for ten streams of {}", 1 << 14);
        // New streams at the end leave what is before them.
        let before = index.hashed();
        index.push("case/zzz", link(1));
        index.closing();
        assert_eq!(index.hashed() - before, 1, "a leaf that completes no node");
    }
}
