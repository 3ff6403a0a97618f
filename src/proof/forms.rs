//! How proofs are written down: hashes in Base64, one a line, and the C2SP
//! tlog-proof around them.

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

/// A tlog-proof (c2sp.org/tlog-proof): the path of the entry at `position` to the
/// root of the checkpoint in `note`, with the note.
pub fn tlog_proof(position: u64, path: &[Digest], note: &str) -> String {
    let hashes: String = base64(path).into_iter().map(|hash| hash + "\n").collect();
    format!("c2sp.org/tlog-proof@v1\nindex {position}\n{hashes}\n{note}")
}
