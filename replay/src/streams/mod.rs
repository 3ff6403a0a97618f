//! The index of a log's streams: how many entries each has and which is its last,
//! under one Merkle root that a closing (日清日结) writes into the log itself.
//!
//! An inclusion proof shows that an entry is in a log, not that none was left out.
//! With the index a stream's entries are counted, and a stream that has none is
//! shown to have none (`schemas/FORMAT.md` §10). Does not know what entries mean,
//! besides which ones are closings; does not know where a log is kept.

mod closing;
mod index;
mod proof;

pub use closing::{Closing, KIND_OPEN, KIND_SEALED, STREAM};
pub use index::{Head, Leaves, StreamIndex, prove};
pub use proof::{Absence, IndexProof, Neighbour, ProofFlaw};
