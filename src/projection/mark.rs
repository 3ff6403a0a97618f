//! What a read model says of itself, written in the same batch as its rows: how
//! far it has come, over which entry, and what all its rows add up to.
//!
//! The sum makes rows that vanished without a trace (a damaged file that opens
//! all the same) as visible as rows that changed.

use blake3::Hasher;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The key of the mark's row. Rows of projections begin with a tag above it.
pub(super) const MARK_KEY: [u8; 1] = [0];

/// The mark as it was last written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Mark {
    /// The projection's version.
    pub version: u32,
    /// Entries that are folded in.
    pub position: u64,
    /// BLAKE3 of the last of them; zeros if there are none.
    pub last: [u8; 32],
    /// Rows, this one apart.
    pub rows: u64,
    pub content: Content,
}

/// A digest of a set of rows that does not depend on their order and can be kept
/// up to date row by row: the sum of their BLAKE3 hashes in four lanes of 64 bits.
/// It finds damage; it is no evidence, which the log's own hashes are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content([u64; 4]);

impl Content {
    /// Adds a row.
    pub fn add(&mut self, key: &[u8], value: &[u8]) {
        for (lane, part) in self.0.iter_mut().zip(lanes(key, value)) {
            *lane = lane.wrapping_add(part);
        }
    }

    /// Takes away a row that was added.
    pub fn take(&mut self, key: &[u8], value: &[u8]) {
        for (lane, part) in self.0.iter_mut().zip(lanes(key, value)) {
            *lane = lane.wrapping_sub(part);
        }
    }
}

fn lanes(key: &[u8], value: &[u8]) -> [u64; 4] {
    let mut hasher = Hasher::new();
    hasher.update(&(key.len() as u64).to_le_bytes());
    hasher.update(key);
    hasher.update(value);
    let hash = *hasher.finalize().as_bytes();
    let mut out = [0; 4];
    for (lane, bytes) in out.iter_mut().zip(hash.as_chunks::<8>().0) {
        *lane = u64::from_le_bytes(*bytes);
    }
    out
}

impl fmt::Display for Content {
    /// 64 hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|lane| write!(f, "{lane:016x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_is_a_set_of_rows() {
        let (mut one, mut other) = (Content::default(), Content::default());
        one.add(b"a", b"1");
        one.add(b"b", b"2");
        other.add(b"b", b"2");
        other.add(b"a", b"0");
        assert_ne!(one, other);
        other.take(b"a", b"0");
        other.add(b"a", b"1");
        assert_eq!(one, other);
        // Where a key ends is part of the row.
        let mut shifted = Content::default();
        shifted.add(b"ab", b"2");
        shifted.add(b"a", b"1");
        assert_ne!(one, shifted);
        assert_eq!(one.to_string().len(), 64);
    }
}
