//! Bytes, never meaning: canonical JSON, entries, the BLAKE3 chain, the
//! RFC 6962 tree, its tiles and proofs, checkpoints with their witnesses, receipts
//! and commit frames.
//!
//! This module does not know what an approval or a fee is, has no calendar and
//! does not open files. `schemas/FORMAT.md` describes every byte it handles.

pub mod add_checkpoint;
pub mod base64;
pub mod chain;
pub mod checkpoint;
pub mod cosignature;
pub mod entry;
pub mod frame;
pub mod issue;
pub mod json;
pub mod links;
mod marks;
pub mod note;
pub mod policy;
pub mod proof;
pub mod receipt;
mod shapes;
pub mod strict;
pub mod tile;
pub mod tlog_proof;
pub mod tree;
