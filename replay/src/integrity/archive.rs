//! What a log says of an archive that was made of it: the digest of its manifest.
//! Signed, so that an archive whose files and manifest were changed together shows.

use super::chain::Digest;
use super::checkpoint::{SigningKey, VerifyingKey};
use super::note::{Note, NoteError};

/// First line of the text that is signed. No checkpoint and no receipt begins so.
const FIRST_LINE: &str = "plumbline archive v1";

/// The signed note of a manifest with this BLAKE3 digest.
pub fn sign_manifest(key: &SigningKey, digest: &Digest) -> String {
    key.sign_note(&text(key.name(), digest))
}

/// Checks [`sign_manifest`].
///
/// # Errors
///
/// [`NoteError::Malformed`] if the note is of another manifest or none;
/// [`NoteError::Unsigned`] and [`NoteError::BadSignature`] as for checkpoints.
pub fn verify_manifest(key: &VerifyingKey, note: &str, digest: &Digest) -> Result<(), NoteError> {
    let note = Note::parse(note)?;
    if note.text != text(key.name(), digest) {
        return Err(NoteError::Malformed("the note is not of this manifest"));
    }
    key.verify_note(&note)
}

fn text(origin: &str, digest: &Digest) -> String {
    format!("{FIRST_LINE}\n{origin}\n{digest}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifests_note_binds_its_digest_and_its_log() {
        let key = SigningKey::from_seed("city.example/open", [7; 32]);
        let public = VerifyingKey::parse(&key.vkey()).unwrap();
        let note = sign_manifest(&key, &Digest([1; 32]));
        assert_eq!(verify_manifest(&public, &note, &Digest([1; 32])), Ok(()));
        assert!(verify_manifest(&public, &note, &Digest([2; 32])).is_err());
        assert!(public.verify(&note).is_err(), "taken for a checkpoint");
        let other = SigningKey::from_seed("city.example/open", [8; 32]);
        let forged = sign_manifest(&other, &Digest([1; 32]));
        let refused = verify_manifest(&public, &forged, &Digest([1; 32]));
        assert!(matches!(refused, Err(NoteError::Unsigned(_))));
        let bent = note.replace("city.example/open\n", "city.example/shut\n");
        assert!(verify_manifest(&public, &bent, &Digest([1; 32])).is_err());
    }
}
