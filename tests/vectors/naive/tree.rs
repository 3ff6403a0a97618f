//! FORMAT.md §4: the tree of RFC 6962 §2.1 and its proofs, by their definitions.

use super::sha256;

pub type Hash = [u8; 32];

pub fn leaf(entry: &[u8]) -> Hash {
    sha256(&[&[0], entry].concat())
}

fn node(left: &Hash, right: &Hash) -> Hash {
    sha256(&[&[1][..], left, right].concat())
}

/// The largest power of two below `n`.
fn split(n: usize) -> usize {
    let mut k = 1;
    while k * 2 < n {
        k *= 2;
    }
    k
}

/// MTH(D\[n\]).
pub fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => sha256(b""),
        [one] => *one,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            node(&root(left), &root(right))
        }
    }
}

/// The roots of the maximal perfect subtrees, largest first.
pub fn frontier(leaves: &[Hash]) -> Vec<Hash> {
    let mut out = Vec::new();
    let mut rest = leaves;
    for bit in (0..usize::BITS - 1).rev() {
        if leaves.len() >> bit & 1 == 1 {
            let (first, after) = rest.split_at(1 << bit);
            out.push(root(first));
            rest = after;
        }
    }
    out
}

/// PATH(m, D\[n\]).
pub fn inclusion(m: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() <= 1 {
        return Vec::new();
    }
    let k = split(leaves.len());
    let (left, right) = leaves.split_at(k);
    if m < k {
        [inclusion(m, left), vec![root(right)]].concat()
    } else {
        [inclusion(m - k, right), vec![root(left)]].concat()
    }
}

/// PROOF(m, D\[n\]).
pub fn consistency(m: usize, leaves: &[Hash]) -> Vec<Hash> {
    if m == 0 { Vec::new() } else { subproof(m, leaves, true) }
}

fn subproof(m: usize, leaves: &[Hash], whole: bool) -> Vec<Hash> {
    if m == leaves.len() {
        return if whole { Vec::new() } else { vec![root(leaves)] };
    }
    let k = split(leaves.len());
    let (left, right) = leaves.split_at(k);
    if m <= k {
        [subproof(m, left, whole), vec![root(right)]].concat()
    } else {
        [subproof(m - k, right, false), vec![root(left)]].concat()
    }
}

/// The root that an inclusion proof leads to, by undoing PATH; `None` if it has
/// not as many hashes as the place needs.
pub fn included(leaf: Hash, m: u64, n: u64, proof: &[Hash]) -> Option<Hash> {
    if m >= n {
        return None;
    }
    if n == 1 {
        return proof.is_empty().then_some(leaf);
    }
    let k = split(usize::try_from(n).ok()?) as u64;
    let (last, inner) = proof.split_last()?;
    if m < k {
        Some(node(&included(leaf, m, k, inner)?, last))
    } else {
        Some(node(last, &included(leaf, m - k, n - k, inner)?))
    }
}

/// The roots of the old and the new tree that a consistency proof leads to, by
/// undoing PROOF. `old_root` stands in where the old tree is a subtree.
pub fn continued(m: u64, n: u64, old_root: Hash, proof: &[Hash]) -> Option<(Hash, Hash)> {
    undo(m, n, true, old_root, proof)
}

fn undo(m: u64, n: u64, whole: bool, old_root: Hash, proof: &[Hash]) -> Option<(Hash, Hash)> {
    if m == n {
        return match proof {
            [] if whole => Some((old_root, old_root)),
            [one] if !whole => Some((*one, *one)),
            _ => None,
        };
    }
    let k = split(usize::try_from(n).ok()?) as u64;
    let (last, inner) = proof.split_last()?;
    if m <= k {
        let (old, new) = undo(m, k, whole, old_root, inner)?;
        Some((old, node(&new, last)))
    } else {
        let (old, new) = undo(m - k, n - k, false, old_root, inner)?;
        Some((node(last, &old), node(last, &new)))
    }
}
