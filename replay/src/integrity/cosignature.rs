//! Cosignatures of witnesses (c2sp.org/tlog-cosignature): a witness states that,
//! as of a moment, this is the largest tree of the log that it has seen, and that
//! it continues all it saw before.

use super::note::{Kind, Note, NoteError, key_id, key_parts, key_text, line};
use ed25519_dalek::{Signer, Verifier};

/// What is signed: domain, moment, and the checkpoint's text.
fn message(text: &str, seconds: u64) -> String {
    format!("cosignature/v1\ntime {seconds}\n{text}")
}

/// A witness's private key.
pub struct Cosigner {
    name: String,
    key: ed25519_dalek::SigningKey,
}

impl Cosigner {
    /// A key from 32 random bytes, which no other witness and no log may have.
    pub fn from_seed(name: &str, seed: [u8; 32]) -> Cosigner {
        Cosigner { name: name.to_owned(), key: ed25519_dalek::SigningKey::from_bytes(&seed) }
    }

    /// `PRIVATE+KEY+name+id+base64(04 ‖ seed)`.
    pub fn to_text(&self) -> String {
        let (public, seed) = (self.public(), self.key.to_bytes());
        format!("PRIVATE+KEY+{}", key_text(&self.name, Kind::Cosignature, &public, &seed))
    }

    /// Reads [`Cosigner::to_text`].
    pub fn parse(text: &str) -> Result<Cosigner, NoteError> {
        let rest =
            text.trim().strip_prefix("PRIVATE+KEY+").ok_or(NoteError::Key("not a private key"))?;
        let public = |seed: &[u8; 32]| Cosigner::from_seed("", *seed).public();
        let (name, _, seed) = key_parts(rest, Kind::Cosignature, public)?;
        Ok(Cosigner::from_seed(name, seed))
    }

    fn public(&self) -> [u8; 32] {
        self.key.verifying_key().to_bytes()
    }

    /// The public half, as `name+id+base64(04 ‖ public key)`.
    pub fn vkey(&self) -> String {
        let public = self.public();
        key_text(&self.name, Kind::Cosignature, &public, &public)
    }

    /// The signature line for a checkpoint's text, with its line end. `seconds` since
    /// 1970 UTC. Whoever calls has verified the text and remembers it.
    pub fn cosign(&self, text: &str, seconds: u64) -> String {
        let signature = self.key.sign(message(text, seconds).as_bytes()).to_bytes();
        let stamped = [&seconds.to_be_bytes()[..], &signature].concat();
        line(&self.name, key_id(&self.name, Kind::Cosignature, &self.public()), &stamped)
    }
}

/// A witness's public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CosignerKey {
    name: String,
    id: [u8; 4],
    key: ed25519_dalek::VerifyingKey,
}

impl CosignerKey {
    /// Reads a vkey.
    pub fn parse(vkey: &str) -> Result<CosignerKey, NoteError> {
        let (name, id, data) = key_parts(vkey.trim(), Kind::Cosignature, |public| *public)?;
        let key = ed25519_dalek::VerifyingKey::from_bytes(&data)
            .map_err(|_| NoteError::Key("not a point of the curve"))?;
        Ok(CosignerKey { name: name.to_owned(), id, key })
    }

    /// The witness's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The public key itself: two names over one key are one witness.
    pub fn bytes(&self) -> [u8; 32] {
        self.key.to_bytes()
    }

    /// When this witness cosigned a note, in seconds since 1970 UTC; `None` if it did
    /// not.
    ///
    /// # Errors
    ///
    /// [`NoteError::BadSignature`] if its line is there and does not fit.
    pub fn verify(&self, note: &Note<'_>) -> Result<Option<u64>, NoteError> {
        let mut latest = None;
        for stamped in note.signatures(&self.name, self.id) {
            let bad = || NoteError::BadSignature(self.name.clone());
            let (seconds, signature) = stamped.split_first_chunk::<8>().ok_or_else(bad)?;
            let seconds = u64::from_be_bytes(*seconds);
            let signature = ed25519_dalek::Signature::from_slice(signature).map_err(|_| bad())?;
            let message = message(note.text, seconds);
            self.key.verify(message.as_bytes(), &signature).map_err(|_| bad())?;
            latest = latest.max(Some(seconds));
        }
        Ok(latest)
    }
}
