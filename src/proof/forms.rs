//! How proofs are written down: hashes in Base64, one a line; and what a note that
//! was signed here is about.

use base64ct::{Base64, Encoding};
use plumbline_replay::integrity::chain::Digest;
use plumbline_replay::integrity::checkpoint::{Checkpoint, NoteError};

/// The checkpoint that a note is about. The signatures are not looked at: for notes
/// that were signed here, or verified before.
///
/// # Errors
///
/// [`NoteError`] if the text is no checkpoint.
pub fn signed_checkpoint(note: &str) -> Result<Checkpoint, NoteError> {
    let body = note.split_once("\n\n").map_or(note, |(body, _)| body);
    Checkpoint::parse(&format!("{body}\n"))
}

/// Hashes in Base64 with padding.
pub fn base64(hashes: &[Digest]) -> Vec<String> {
    hashes.iter().map(|hash| Base64::encode_string(&hash.0)).collect()
}
