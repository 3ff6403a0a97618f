//! An extract of one case that shows by itself that it is complete: all entries of
//! the case up to a checkpoint, and no other way of reading it.
//!
//! Three things show it (`schemas/FORMAT.md` §10): each entry's proof of inclusion;
//! the index of a closing, which counts the case's entries up to there; and every
//! entry after what the closing covers, whole, under the checkpoint's root, among
//! which those of the case are seen to be all. A closing that is not the last one
//! proves as much with a longer rest. Opens no files, knows no event's meaning; that
//! a closing's index is true is for those who read the whole log
//! ([`crate::walk`]).

mod document;
mod make;
mod report;
mod verify;

pub use document::{SCHEMA, parse};
pub use make::{Material, make};
pub use report::Judgement;
pub use verify::{Proved, Unproved};

use crate::integrity::chain::Digest;
use crate::streams::IndexProof;

/// One case's entries with what shows that they are all. Nothing of it is believed
/// until [`Extract::verify`] has been asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extract {
    pub stream: String,
    /// The log's key as the extract names it. It proves nothing: whoever made the
    /// extract wrote it.
    pub vkey: String,
    /// The checkpoint up to which the extract goes, with its signatures.
    pub note: String,
    /// The entries that changed the log's key: who holds an earlier key follows them.
    /// Each is vouched for by the key before it.
    pub key_changes: Vec<Vec<u8>>,
    /// By revision, from 0.
    pub entries: Vec<Included>,
    /// `None` where the log has no closing: then the entries are shown to be in the
    /// log, and not that there are no others.
    pub coverage: Option<Coverage>,
}

/// An entry as stored, and its path to the checkpoint's root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Included {
    pub entry: Vec<u8>,
    /// Lowest hash first.
    pub path: Vec<Digest>,
}

/// What shows that no entry was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// Position of the closing, which is one of the entries of the tail.
    pub closing: u64,
    pub index: IndexProof,
    /// Roots of the maximal perfect subtrees over what the closing covers, largest
    /// first.
    pub frontier: Vec<Digest>,
    /// Every entry after that up to the checkpoint, of whatever stream.
    pub tail: Vec<Vec<u8>>,
}
