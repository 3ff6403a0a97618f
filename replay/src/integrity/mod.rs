//! Bytes, never meaning: canonical JSON, entries, the BLAKE3 chain, the
//! RFC 6962 tree, proofs, checkpoints and commit frames.
//!
//! This module does not know what an approval or a fee is, has no calendar and
//! does not open files. `schemas/FORMAT.md` describes every byte it handles.

pub mod chain;
pub mod checkpoint;
pub mod entry;
pub mod frame;
pub mod json;
mod marks;
pub mod proof;
mod shapes;
pub mod strict;
pub mod tile;
pub mod tree;
