//! Where entries are: from what they can be found by to their positions.
//!
//! Sorted immutable files, one a sealed segment, and the open segment's part in
//! memory. Hashes lead to entries and the entries are compared in full, so a
//! collision costs time, never a wrong answer. Knows nothing of the write path
//! and of read models.

mod bundle;
mod filter;
mod find;
mod follow;
mod gather;
mod keys;
mod lookup;
mod part;

pub use gather::{Note, Noted};
pub use keys::{Field, Hashing, Query};
pub use lookup::Lookup;
