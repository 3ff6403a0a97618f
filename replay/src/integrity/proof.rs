//! RFC 6962 inclusion and consistency proofs: making and checking them.
//!
//! Reads nodes through [`Nodes`]; does not know where they are kept.

use super::chain::Digest;

/// A source of complete tree nodes: `(level, index)` as in [`super::tree`].
pub trait Nodes {
    type Error;
    /// The hash of a complete node. Called only for nodes whose leaves all exist.
    fn node(&self, level: u32, index: u64) -> Result<Digest, Self::Error>;
}
