//! What a log's key says of a set of files: this manifest, with this digest, was
//! issued by whoever holds the key.

use super::base64::Base64;
use super::checkpoint::{SigningKey, VerifyingKey};
use super::note::{Note, NoteError};

/// What a manifest is of. A checkpoint begins with an origin and a receipt with a line
/// of its own, so none of these texts can be taken for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    Bundle,
    Archive,
}

impl Of {
    /// The first line of the signed text.
    fn head(self) -> &'static str {
        match self {
            Of::Bundle => "plumbline bundle v1",
            Of::Archive => "plumbline archive v1",
        }
    }

    /// The manifest's `schema`.
    pub fn schema(self) -> &'static str {
        match self {
            Of::Bundle => "plumbline.bundle.manifest/1",
            Of::Archive => "plumbline.archive/1",
        }
    }

    /// The manifest's file.
    pub fn manifest(self) -> &'static str {
        match self {
            Of::Bundle => "manifest.json",
            Of::Archive => "archive.json",
        }
    }

    /// The file of the log's signature over it.
    pub fn note(self) -> &'static str {
        match self {
            Of::Bundle => "manifest.note",
            Of::Archive => "archive.note",
        }
    }
}

/// The statement over one manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue<'a> {
    pub of: Of,
    /// The log's origin.
    pub origin: &'a str,
    /// SHA-256 of the manifest's bytes.
    pub manifest: [u8; 32],
}

impl Issue<'_> {
    /// The text that is signed: three lines.
    pub fn text(&self) -> String {
        let Issue { of, origin, manifest } = self;
        format!("{}\n{origin}\n{}\n", of.head(), Base64::encode_string(manifest))
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
        let parsed = Note::parse(note)?;
        if parsed.text != self.text() {
            return Err(NoteError::Malformed("it states another origin or manifest"));
        }
        // Nothing lists this file: a note holds nothing but its text and signatures.
        key.verify_note(&parsed)
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
        let issue = Issue { of: Of::Bundle, origin: "city/open", manifest: [1; 32] };
        let note = issue.sign(&key);
        assert_eq!(issue.verify(&public(&key), &note), Ok(()));
        assert!(matches!(issue.verify(&public(&other), &note), Err(NoteError::Unsigned(_))));
        assert!(public(&key).verify(&note).is_err(), "taken for a checkpoint");
        for wrong in [
            Issue { manifest: [2; 32], ..issue.clone() },
            Issue { of: Of::Archive, ..issue.clone() },
            Issue { origin: "x", ..issue },
        ] {
            assert!(matches!(wrong.verify(&public(&key), &note), Err(NoteError::Malformed(_))));
        }
        for more in [format!("{note}\n"), note.trim_end().to_owned(), format!("{note}x\n")] {
            assert!(matches!(issue.verify(&public(&key), &more), Err(NoteError::Malformed(_))));
        }
        let broken = note.replacen("\n\n— city/open ", "\n\n— city/open A", 1);
        let issue = Issue { of: Of::Bundle, origin: "city/open", manifest: [1; 32] };
        assert!(issue.verify(&public(&key), &broken).is_err());
    }
}
