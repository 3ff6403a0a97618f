//! What a log's key says of a set of files: this manifest, with this digest, was
//! issued by whoever holds the key.

use super::base64::Base64;
use super::checkpoint::{SigningKey, VerifyingKey};
use super::note::{Note, NoteError};

/// The first line of the signed text. A checkpoint begins with an origin and a
/// receipt with a line of its own: none can be taken for another.
const HEAD: &str = "plumbline bundle v1";

/// The statement over one manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue<'a> {
    /// The log's origin.
    pub origin: &'a str,
    /// SHA-256 of the manifest's bytes.
    pub manifest: [u8; 32],
}

impl Issue<'_> {
    /// The text that is signed: three lines.
    pub fn text(&self) -> String {
        let Issue { origin, manifest } = self;
        format!("{HEAD}\n{origin}\n{}\n", Base64::encode_string(manifest))
    }

    /// The signed note (FORMAT.md §5) of this text.
    pub fn sign(&self, key: &SigningKey) -> String {
        key.sign_note(&self.text())
    }

    /// Checks that a note is this statement, signed by the key.
    ///
    /// # Errors
    ///
    /// [`NoteError::Malformed`] if it states something else,
    /// [`NoteError::Unsigned`] if another key signed, and
    /// [`NoteError::BadSignature`] if the signature does not fit.
    pub fn verify(&self, key: &VerifyingKey, note: &str) -> Result<(), NoteError> {
        let note = Note::parse(note)?;
        if note.text != self.text() {
            return Err(NoteError::Malformed("it states another origin or manifest"));
        }
        key.verify_note(&note)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_binds_manifest_origin_and_key() {
        let key = SigningKey::from_seed("city/open", [7; 32]);
        let other = SigningKey::from_seed("city/open", [8; 32]);
        let public = |key: &SigningKey| VerifyingKey::parse(&key.vkey()).unwrap();
        let issue = Issue { origin: "city/open", manifest: [1; 32] };
        let note = issue.sign(&key);
        assert_eq!(issue.verify(&public(&key), &note), Ok(()));
        assert!(matches!(issue.verify(&public(&other), &note), Err(NoteError::Unsigned(_))));
        for wrong in [Issue { manifest: [2; 32], ..issue.clone() }, Issue { origin: "x", ..issue }]
        {
            assert!(matches!(wrong.verify(&public(&key), &note), Err(NoteError::Malformed(_))));
        }
        let broken = note.replacen("\n\n— city/open ", "\n\n— city/open A", 1);
        let issue = Issue { origin: "city/open", manifest: [1; 32] };
        assert!(issue.verify(&public(&key), &broken).is_err());
    }
}
