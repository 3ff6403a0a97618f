//! The RFC 6962 Merkle tree over entry bytes (RFC 6962 §2.1).
//!
//! Leaf `SHA-256(00 ‖ entry)`, node `SHA-256(01 ‖ left ‖ right)`, empty tree
//! `SHA-256("")`. Levels count from the leaves: node `(level, index)` covers
//! leaves `index·2^level` up to `(index+1)·2^level`.

use super::chain::Digest;
use sha2::{Digest as _, Sha256};
use std::marker::PhantomData;

/// `SHA-256(00 ‖ entry)`.
pub fn leaf_hash(entry: &[u8]) -> Digest {
    let mut hasher = Sha256::new();
    hasher.update([0u8]);
    hasher.update(entry);
    Digest(hasher.finalize().into())
}

/// `SHA-256(01 ‖ left ‖ right)`.
pub fn node_hash(left: &Digest, right: &Digest) -> Digest {
    let mut preimage = [0u8; 65];
    preimage[0] = 1;
    preimage[1..33].copy_from_slice(&left.0);
    preimage[33..].copy_from_slice(&right.0);
    Digest(Sha256::digest(preimage).into())
}

/// The root of the tree without leaves, `SHA-256("")`.
pub fn empty_root() -> Digest {
    Digest(Sha256::digest(b"").into())
}

/// How a tree hashes. Its shape, its proofs and its ranges are the same whichever
/// function it is; one tree has one.
pub trait Hashing: Clone + std::fmt::Debug + PartialEq + Eq + Default {
    /// The hash of a leaf's entry.
    fn leaf(entry: &[u8]) -> Digest;
    /// The hash of two neighbours.
    fn node(left: &Digest, right: &Digest) -> Digest;
    /// The root of the tree without leaves.
    fn empty() -> Digest;
}

/// RFC 6962's own function, SHA-256: what [`leaf_hash`] and [`node_hash`] give.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Rfc6962;

impl Hashing for Rfc6962 {
    fn leaf(entry: &[u8]) -> Digest {
        leaf_hash(entry)
    }

    fn node(left: &Digest, right: &Digest) -> Digest {
        node_hash(left, right)
    }

    fn empty() -> Digest {
        empty_root()
    }
}

/// The compact range of a tree: the roots of its maximal perfect subtrees,
/// largest first, one for each bit of its size. Enough to append and to give
/// the root, in memory logarithmic in the size.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Frontier<H = Rfc6962> {
    size: u64,
    nodes: Vec<Digest>,
    hashing: PhantomData<H>,
}

impl Frontier {
    /// The empty tree.
    pub fn new() -> Frontier {
        Frontier::default()
    }

    /// A frontier from its parts; `None` unless there is one node a bit.
    pub fn from_parts(size: u64, nodes: Vec<Digest>) -> Option<Frontier> {
        Frontier::of_nodes(size, nodes)
    }
}

impl<H: Hashing> Frontier<H> {
    /// [`Frontier::from_parts`], for a tree of any hash function.
    pub fn of_nodes(size: u64, nodes: Vec<Digest>) -> Option<Frontier<H>> {
        let complete = nodes.len() == size.count_ones() as usize;
        complete.then_some(Frontier { size, nodes, hashing: PhantomData })
    }

    /// Number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Largest subtree first.
    pub fn nodes(&self) -> &[Digest] {
        &self.nodes
    }

    /// Appends a leaf and calls `node(level, index, hash)` for the leaf and for
    /// each inner node that it completes, lowest level first.
    pub fn push_with(&mut self, leaf: Digest, mut node: impl FnMut(u32, u64, &Digest)) {
        let mut hash = leaf;
        let mut index = self.size;
        node(0, index, &hash);
        let completed = self.size.trailing_ones();
        for level in 1..=completed {
            let Some(left) = self.nodes.pop() else { break };
            hash = H::node(&left, &hash);
            index >>= 1;
            node(level, index, &hash);
        }
        self.nodes.push(hash);
        self.size += 1;
    }

    /// Appends a leaf.
    pub fn push(&mut self, leaf: Digest) {
        self.push_with(leaf, |_, _, _| {});
    }

    /// Appends the leaves of a range that begins where this tree ends; false and
    /// unchanged if it begins elsewhere.
    pub fn join(&mut self, range: &Range<H>) -> bool {
        if range.start != self.size {
            return false;
        }
        for (level, hash) in &range.nodes {
            let mut hash = *hash;
            for _ in 0..(self.size >> level).trailing_ones() {
                let Some(left) = self.nodes.pop() else { break };
                hash = H::node(&left, &hash);
            }
            self.nodes.push(hash);
            self.size += 1 << level;
        }
        true
    }

    /// The root of the tree so far.
    pub fn root(&self) -> Digest {
        let mut nodes = self.nodes.iter().rev();
        let Some(smallest) = nodes.next() else {
            return H::empty();
        };
        nodes.fold(*smallest, |right, left| H::node(left, &right))
    }
}

/// The compact range of leaves from any place on: the roots of the maximal
/// perfect subtrees that lie within it, from left to right. Ranges are hashed
/// apart from each other and then joined.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Range<H = Rfc6962> {
    start: u64,
    end: u64,
    /// Each with its level.
    nodes: Vec<(u32, Digest)>,
    hashing: PhantomData<H>,
}

impl Range {
    /// The empty range before leaf `start`.
    pub fn new(start: u64) -> Range {
        Range::at(start)
    }
}

impl<H: Hashing> Range<H> {
    /// [`Range::new`], for a tree of any hash function.
    pub fn at(start: u64) -> Range<H> {
        Range { start, end: start, nodes: Vec::new(), hashing: PhantomData }
    }

    /// The index of the leaf that comes next.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// Appends a leaf.
    pub fn push(&mut self, leaf: Digest) {
        let (mut level, mut hash) = (0, leaf);
        // The node before one of odd index is its sibling, if it is of its level
        // and so lies within the range.
        while self.end >> level & 1 == 1 {
            match self.nodes.last() {
                Some((found, left)) if *found == level => hash = H::node(left, &hash),
                _ => break,
            }
            self.nodes.pop();
            level += 1;
        }
        self.nodes.push((level, hash));
        self.end += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_cut_anywhere_join_to_the_same_tree() {
        let leaf = |index: u64| leaf_hash(&index.to_be_bytes());
        let mut trees = vec![Frontier::new()];
        for index in 0..70 {
            let mut next = trees[index as usize].clone();
            next.push(leaf(index));
            trees.push(next);
        }
        for first in 0..=70 {
            for second in first..=70 {
                let mut tree = trees[first as usize].clone();
                for (from, to) in [(first, second), (second, 70)] {
                    let mut range = Range::new(from);
                    (from..to).for_each(|index| range.push(leaf(index)));
                    assert!(tree.join(&range));
                }
                assert_eq!(tree, trees[70]);
                assert!(!tree.join(&Range::new(first + 71)));
            }
        }
    }
}
