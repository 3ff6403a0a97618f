//! RFC 6962 inclusion and consistency proofs (§2.1.1, §2.1.2): making them from
//! stored nodes and checking them from a root alone.
//!
//! Reads nodes through [`Nodes`]; does not know where they are kept.

use super::chain::Digest;
use super::tree::{Hashing, Rfc6962, empty_root, node_hash};
use std::fmt;
use std::ops::Range;

/// A source of complete tree nodes: `(level, index)` as in [`super::tree`].
pub trait Nodes {
    type Error;
    /// The hash of a complete node. Called only for nodes whose leaves all exist.
    fn node(&self, level: u32, index: u64) -> Result<Digest, Self::Error>;
}

/// Why a proof does not hold or cannot be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProofError {
    OutOfRange { index: u64, size: u64 },
    Backwards { old: u64, new: u64 },
    Length { found: usize, expected: usize },
    Root,
}

impl fmt::Display for ProofError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ProofError::OutOfRange { index, size } => {
                write!(
                    f,
                    "{size} 条的树里没有第 {index} 号 / position {index} is not in a tree of {size}"
                )
            }
            ProofError::Backwards { old, new } => {
                write!(
                    f,
                    "{old} 条多于 {new} 条,谈不上接续 / a tree of {old} is larger than one of {new}"
                )
            }
            ProofError::Length { found, expected } => {
                write!(
                    f,
                    "证明有 {found} 个哈希,应为 {expected} 个 / the proof has {found} hashes, \
                     {expected} are needed"
                )
            }
            ProofError::Root => f.write_str("证明通向另一个根 / the proof leads to another root"),
        }
    }
}

impl std::error::Error for ProofError {}

/// Largest power of two below `size`; `size` must be at least 2.
fn split(size: u64) -> u64 {
    1 << (63 - (size - 1).leading_zeros())
}

/// The root of leaves `from .. from + size`, where `from` is a multiple of the
/// largest power of two in `size` (so that all parts are stored nodes).
fn range_root<H: Hashing, N: Nodes>(nodes: &N, from: u64, size: u64) -> Result<Digest, N::Error> {
    if size == 0 {
        return Ok(H::empty());
    }
    if size.is_power_of_two() {
        let level = size.trailing_zeros();
        return nodes.node(level, from >> level);
    }
    let left = split(size);
    let left_root = range_root::<H, N>(nodes, from, left)?;
    let right_root = range_root::<H, N>(nodes, from + left, size - left)?;
    Ok(H::node(&left_root, &right_root))
}

/// The root of the first `size` leaves.
pub fn root<N: Nodes>(nodes: &N, size: u64) -> Result<Digest, N::Error> {
    range_root::<Rfc6962, N>(nodes, 0, size)
}

/// The audit path of leaf `index` in the tree of `size`, lowest hash first.
/// `None` if the leaf is not in the tree.
pub fn inclusion<N: Nodes>(
    nodes: &N,
    index: u64,
    size: u64,
) -> Result<Option<Vec<Digest>>, N::Error> {
    inclusion_by::<Rfc6962, N>(nodes, index, size)
}

/// [`inclusion`], in a tree of any hash function.
pub fn inclusion_by<H: Hashing, N: Nodes>(
    nodes: &N,
    index: u64,
    size: u64,
) -> Result<Option<Vec<Digest>>, N::Error> {
    if index >= size {
        return Ok(None);
    }
    let under = siblings(index, size).into_iter();
    let hash =
        |leaves: Range<u64>| range_root::<H, N>(nodes, leaves.start, leaves.end - leaves.start);
    under.map(hash).collect::<Result<_, _>>().map(Some)
}

/// The leaves under each hash of the audit path of leaf `index` in a tree of `size`,
/// lowest first; none if the leaf is not in the tree.
pub fn siblings(index: u64, size: u64) -> Vec<Range<u64>> {
    let mut out = Vec::new();
    if index >= size {
        return out;
    }
    let (mut from, mut rest, mut at) = (0, size, index);
    while rest > 1 {
        let left = split(rest);
        if at < left {
            out.push(from + left..from + rest);
            rest = left;
        } else {
            out.push(from..from + left);
            from += left;
            at -= left;
            rest -= left;
        }
    }
    out.reverse();
    out
}

/// The proof that the tree of `new` continues the tree of `old`. `None` if `old`
/// is larger.
pub fn consistency<N: Nodes>(
    nodes: &N,
    old: u64,
    new: u64,
) -> Result<Option<Vec<Digest>>, N::Error> {
    if old > new {
        return Ok(None);
    }
    if old == 0 || old == new {
        return Ok(Some(Vec::new()));
    }
    let (mut from, mut rest, mut cut) = (0, new, old);
    let mut whole = true;
    let mut path = Vec::new();
    while cut != rest {
        let left = split(rest);
        if cut <= left {
            path.push(range_root::<Rfc6962, N>(nodes, from + left, rest - left)?);
            rest = left;
        } else {
            path.push(range_root::<Rfc6962, N>(nodes, from, left)?);
            from += left;
            cut -= left;
            rest -= left;
            whole = false;
        }
    }
    if !whole {
        path.push(range_root::<Rfc6962, N>(nodes, from, rest)?);
    }
    path.reverse();
    Ok(Some(path))
}

/// Checks that `leaf` stands at `index` in the tree of `size` with `root`.
pub fn verify_inclusion(
    leaf: &Digest,
    index: u64,
    size: u64,
    root: &Digest,
    proof: &[Digest],
) -> Result<(), ProofError> {
    verify_inclusion_by::<Rfc6962>(leaf, index, size, root, proof)
}

/// [`verify_inclusion`], in a tree of any hash function.
pub fn verify_inclusion_by<H: Hashing>(
    leaf: &Digest,
    index: u64,
    size: u64,
    root: &Digest,
    proof: &[Digest],
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::OutOfRange { index, size });
    }
    let expected = inclusion_length(index, size);
    if proof.len() != expected {
        return Err(ProofError::Length { found: proof.len(), expected });
    }
    // RFC 9162 §2.1.3.2.
    let (mut node, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for sibling in proof {
        if node & 1 == 1 || node == last {
            hash = H::node(sibling, &hash);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = H::node(&hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    if hash == *root { Ok(()) } else { Err(ProofError::Root) }
}

fn inclusion_length(index: u64, size: u64) -> usize {
    let (mut at, mut rest, mut length) = (index, size, 0);
    while rest > 1 {
        let left = split(rest);
        if at < left {
            rest = left;
        } else {
            at -= left;
            rest -= left;
        }
        length += 1;
    }
    length
}

/// Checks that the tree of `new` with `new_root` continues the tree of `old`
/// with `old_root` (RFC 9162 §2.1.4.2).
pub fn verify_consistency(
    old: u64,
    old_root: &Digest,
    new: u64,
    new_root: &Digest,
    proof: &[Digest],
) -> Result<(), ProofError> {
    if old > new {
        return Err(ProofError::Backwards { old, new });
    }
    if old == 0 || old == new {
        if !proof.is_empty() {
            return Err(ProofError::Length { found: proof.len(), expected: 0 });
        }
        let same = if old == 0 { *old_root == empty_root() } else { old_root == new_root };
        return if same { Ok(()) } else { Err(ProofError::Root) };
    }
    let (mut node, mut last) = (old - 1, new - 1);
    while node & 1 == 1 {
        node >>= 1;
        last >>= 1;
    }
    let too_short = ProofError::Length { found: proof.len(), expected: proof.len() + 1 };
    let mut hashes = proof.iter();
    // A power of two is its own first node; it is not sent.
    let start = if old.is_power_of_two() {
        *old_root
    } else {
        *hashes.next().ok_or_else(|| too_short.clone())?
    };
    let (mut old_hash, mut new_hash) = (start, start);
    for sibling in hashes {
        if last == 0 {
            return Err(ProofError::Length { found: proof.len(), expected: proof.len() - 1 });
        }
        if node & 1 == 1 || node == last {
            old_hash = node_hash(sibling, &old_hash);
            new_hash = node_hash(sibling, &new_hash);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            new_hash = node_hash(&new_hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(too_short);
    }
    if old_hash == *old_root && new_hash == *new_root { Ok(()) } else { Err(ProofError::Root) }
}
