//! The text of a proof that an entry is in a log (c2sp.org/tlog-proof): its place,
//! the path to the root, and the checkpoint with that root.

use super::base64::Base64;
use super::chain::Digest;
use super::checkpoint::{NoteError, VerifyingKey};
use super::proof::{ProofError, verify_inclusion};
use super::tree::leaf_hash;
use std::fmt;

const HEAD: &str = "c2sp.org/tlog-proof@v1";

/// Whether a text says of itself that it is such a proof. One that does not is another
/// file, which proves nothing for or against a log.
pub fn is_proof(text: &str) -> bool {
    text.split('\n').next() == Some(HEAD)
}

/// A proof as a text says it; nothing of it is believed yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlogProof {
    pub index: u64,
    /// Lowest first.
    pub path: Vec<Digest>,
    /// The checkpoint with its signatures.
    pub note: String,
}

/// Why a proof does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TlogProofError {
    Malformed(&'static str),
    Note(NoteError),
    Proof(ProofError),
}

impl fmt::Display for TlogProofError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TlogProofError::Malformed(it) => write!(f, "not a tlog-proof: {it}"),
            TlogProofError::Note(error) => error.fmt(f),
            TlogProofError::Proof(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for TlogProofError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            TlogProofError::Note(error) => error.source(),
            TlogProofError::Proof(error) => error.source(),
            _ => None,
        }
    }
}

impl From<NoteError> for TlogProofError {
    fn from(error: NoteError) -> TlogProofError {
        TlogProofError::Note(error)
    }
}

impl From<ProofError> for TlogProofError {
    fn from(error: ProofError) -> TlogProofError {
        TlogProofError::Proof(error)
    }
}

impl TlogProof {
    /// Reads a proof's text. Extra data is passed over: nobody signed it.
    pub fn parse(text: &str) -> Result<TlogProof, TlogProofError> {
        let malformed = TlogProofError::Malformed;
        let (head, note) = text.split_once("\n\n").ok_or(malformed("no checkpoint"))?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(HEAD) {
            return Err(malformed("another first line"));
        }
        if let Some(extra) = lines.peek().and_then(|line| line.strip_prefix("extra ")) {
            Base64::decode_vec(extra).map_err(|_| malformed("extra data that is no base64"))?;
            lines.next();
        }
        let index = lines.next().and_then(|line| line.strip_prefix("index "));
        let plain = |text: &&str| {
            text.bytes().all(|byte| byte.is_ascii_digit())
                && (*text == "0" || !text.starts_with('0'))
        };
        let index = index.filter(plain).and_then(|text| text.parse().ok());
        let index = index.ok_or(malformed("no index, or one with leading zeros"))?;
        let hash = |line: &str| Some(Digest(Base64::decode_vec(line).ok()?.try_into().ok()?));
        let path: Option<Vec<Digest>> = lines.map(hash).collect();
        let path = path.ok_or(malformed("a line that is no hash"))?;
        Ok(TlogProof { index, path, note: note.to_owned() })
    }

    /// Checks that the log of this key holds `entry` at the proof's index.
    pub fn verify(&self, key: &VerifyingKey, entry: &[u8]) -> Result<(), TlogProofError> {
        let head = key.verify(&self.note)?;
        let leaf = leaf_hash(entry);
        Ok(verify_inclusion(&leaf, self.index, head.size, &head.root, &self.path)?)
    }
}

impl std::fmt::Display for TlogProof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{HEAD}\nindex {}\n", self.index)?;
        for hash in &self.path {
            writeln!(f, "{}", Base64::encode_string(&hash.0))?;
        }
        write!(f, "\n{}", self.note)
    }
}
