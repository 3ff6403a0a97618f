//! The tree of SM3 (GB/T 32905-2016) over a log's entries: that of RFC 6962 with
//! another hash function, and the text that states its root.

use plumbline_replay::integrity::chain::Digest;
use plumbline_replay::integrity::checkpoint::{Checkpoint, NoteError};
use plumbline_replay::integrity::note::Note;
use plumbline_replay::integrity::tree::Hashing;
use sm3::{Digest as _, Sm3};

/// The first line of the text: no checkpoint and no other signed text begins so.
const TITLE: &str = "plumbline sm3 checkpoint v1";

/// SM3 in the place of SHA-256: leaf `SM3(00 ‖ entry)`, node `SM3(01 ‖ left ‖ right)`,
/// empty tree `SM3("")`.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Sm3Tree;

impl Hashing for Sm3Tree {
    fn leaf(entry: &[u8]) -> Digest {
        let mut hasher = Sm3::new();
        hasher.update([0u8]);
        hasher.update(entry);
        Digest(hasher.finalize().into())
    }

    fn node(left: &Digest, right: &Digest) -> Digest {
        let mut preimage = [0u8; 65];
        preimage[0] = 1;
        preimage[1..33].copy_from_slice(&left.0);
        preimage[33..].copy_from_slice(&right.0);
        digest(&preimage)
    }

    fn empty() -> Digest {
        digest(b"")
    }
}

/// SM3 of some bytes.
pub fn digest(bytes: &[u8]) -> Digest {
    Digest(Sm3::digest(bytes).into())
}

/// The size that a note's text states, whoever signed it; `None` if it is no SM3
/// head's.
pub fn stated_size(note: &str) -> Option<u64> {
    let note = Note::parse(note).ok()?;
    Sm3Head::parse(note.text).ok().map(|head| head.0.size)
}

/// The origin that a note states, if it is an SM3 head's; else nothing.
pub fn stated_origin(note: &str) -> &str {
    note.lines().nth(1).filter(|_| is_head(note)).unwrap_or_default()
}

/// Whether a note begins as an SM3 head does.
pub fn is_head(note: &str) -> bool {
    note.strip_prefix(TITLE).is_some_and(|rest| rest.starts_with('\n'))
}

/// What is signed of the tree: origin, size and root, as in a checkpoint, after a
/// line that says which tree it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sm3Head(pub Checkpoint);

impl Sm3Head {
    /// The text that is signed.
    pub fn text(&self) -> String {
        format!("{TITLE}\n{}", self.0.text())
    }

    /// Reads [`Sm3Head::text`].
    pub fn parse(text: &str) -> Result<Sm3Head, NoteError> {
        let rest = text.strip_prefix(TITLE).and_then(|rest| rest.strip_prefix('\n'));
        let rest = rest.ok_or(NoteError::Malformed("the first line is another"))?;
        Checkpoint::parse(rest).map(Sm3Head)
    }
}
