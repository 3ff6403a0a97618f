//! A log's further keys, private and public, whichever algorithm they are of.

use super::{Algorithm, ml_dsa, sm2};
use base64ct::{Base64, Encoding};
use plumbline_replay::integrity::checkpoint::Checkpoint;
use plumbline_replay::integrity::note::{Note, NoteError, key_id, key_parts, key_text, line};

const PRIVATE: &str = "PRIVATE+KEY+";
/// An SM2 public key before its 65 bytes, as X.509 writes it (GM/T 0006, GM/T 0015):
/// what OpenSSL and other tools read.
const SM2_SPKI: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x81, 0x1c, 0xcf, 0x55, 0x01, 0x82, 0x2d, 0x03, 0x42, 0x00,
];

/// A private key. Its name is the log's origin.
pub struct Signer {
    name: String,
    private: [u8; 32],
    public: FurtherKey,
}

impl Signer {
    /// A key from 32 random bytes; `None` if these are no key (for SM2 one in 2^32:
    /// draw again), or the name is one that the algorithm cannot sign under.
    pub fn from_seed(algorithm: Algorithm, name: &str, private: [u8; 32]) -> Option<Signer> {
        let bytes = public_bytes(algorithm, &private)?;
        if name.is_empty() || name.len() > usize::from(u8::MAX) {
            return None;
        }
        let public = FurtherKey::new(algorithm, name, bytes);
        Some(Signer { name: name.to_owned(), private, public })
    }

    /// `PRIVATE+KEY+name+id+base64(kind ‖ 32 bytes)`.
    pub fn to_text(&self) -> String {
        let kind = self.public.algorithm.kind();
        format!("{PRIVATE}{}", key_text(&self.name, kind, &self.public.bytes, &self.private))
    }

    /// Reads [`Signer::to_text`] of a key of this algorithm.
    pub fn parse(algorithm: Algorithm, text: &str) -> Result<Signer, NoteError> {
        let rest = text.trim().strip_prefix(PRIVATE).ok_or(NoteError::Key("not a private key"))?;
        let public = |private: &[u8; 32]| public_bytes(algorithm, private).unwrap_or_default();
        let (name, _, private) = key_parts(rest, algorithm.kind(), public)?;
        Signer::from_seed(algorithm, name, private).ok_or(NoteError::Key("no key of its algorithm"))
    }

    /// The public half.
    pub fn public(&self) -> &FurtherKey {
        &self.public
    }

    /// The signature line under a checkpoint, with its line end; always the same for
    /// the same checkpoint.
    pub fn line(&self, checkpoint: &Checkpoint) -> Result<String, NoteError> {
        let signature = match self.public.algorithm {
            Algorithm::Sm2 => sm2::sign(&self.private, checkpoint.text().as_bytes()),
            Algorithm::MlDsa44 => ml_dsa::sign(&self.private, &self.name, checkpoint),
        };
        self.line_of(signature)
    }

    /// The signature line under a text that is no checkpoint's and says in its first
    /// line what it is. Of the algorithms that sign texts, SM2 alone.
    pub fn text_line(&self, text: &str) -> Result<String, NoteError> {
        self.line_of(match self.public.algorithm {
            Algorithm::Sm2 => sm2::sign(&self.private, text.as_bytes()),
            Algorithm::MlDsa44 => None,
        })
    }

    fn line_of(&self, signature: Option<Vec<u8>>) -> Result<String, NoteError> {
        let signature = signature.ok_or(NoteError::Key("cannot sign this"))?;
        Ok(line(&self.name, self.public.id, &signature))
    }
}

fn public_bytes(algorithm: Algorithm, private: &[u8; 32]) -> Option<Vec<u8>> {
    match algorithm {
        Algorithm::Sm2 => sm2::public(private).map(Vec::from),
        Algorithm::MlDsa44 => Some(ml_dsa::public(private)),
    }
}

/// A public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FurtherKey {
    algorithm: Algorithm,
    name: String,
    id: [u8; 4],
    bytes: Vec<u8>,
}

impl FurtherKey {
    fn new(algorithm: Algorithm, name: &str, bytes: Vec<u8>) -> FurtherKey {
        let id = key_id(name, algorithm.kind(), &bytes);
        FurtherKey { algorithm, name: name.to_owned(), id, bytes }
    }

    /// Reads a vkey of either algorithm.
    pub fn parse(vkey: &str) -> Result<FurtherKey, NoteError> {
        let vkey = vkey.trim();
        let own = |algorithm: Algorithm| {
            let kind = algorithm.kind();
            match algorithm {
                Algorithm::Sm2 => key_parts(vkey, kind, |bytes: &[u8; sm2::PUBLIC_BYTES]| *bytes)
                    .map(|(name, _, bytes)| FurtherKey::new(algorithm, name, bytes.to_vec())),
                Algorithm::MlDsa44 => {
                    key_parts(vkey, kind, |bytes: &[u8; ml_dsa::PUBLIC_BYTES]| *bytes)
                        .map(|(name, _, bytes)| FurtherKey::new(algorithm, name, bytes.to_vec()))
                }
            }
        };
        own(Algorithm::Sm2).or_else(|_| own(Algorithm::MlDsa44))
    }

    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The origin that it signs for.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key's id, in hexadecimal.
    pub fn id(&self) -> String {
        format!("{:08x}", u32::from_be_bytes(self.id))
    }

    /// `name+id+base64(kind ‖ public key)`.
    pub fn vkey(&self) -> String {
        key_text(&self.name, self.algorithm.kind(), &self.bytes, &self.bytes)
    }

    /// An SM2 key as OpenSSL reads it (`-----BEGIN PUBLIC KEY-----`).
    pub fn pem(&self) -> Option<String> {
        if self.algorithm != Algorithm::Sm2 {
            return None;
        }
        let text = Base64::encode_string(&[&SM2_SPKI[..], &self.bytes].concat());
        let lines: Vec<&str> =
            text.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
        let body = lines.join("\n");
        Some(format!("-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n"))
    }

    /// Checks this key's line under a checkpoint's note.
    ///
    /// # Errors
    ///
    /// [`NoteError::Unsigned`] if there is none, [`NoteError::BadSignature`] if one does
    /// not fit.
    pub fn verify(&self, note: &Note<'_>, checkpoint: &Checkpoint) -> Result<(), NoteError> {
        self.every(note, |signature| match self.algorithm {
            Algorithm::Sm2 => self.sm2(note.text, signature),
            Algorithm::MlDsa44 => self
                .bytes
                .as_slice()
                .try_into()
                .is_ok_and(|bytes| ml_dsa::verify(bytes, &self.name, checkpoint, signature)),
        })
    }

    /// Checks this key's line under a text that is no checkpoint's.
    ///
    /// # Errors
    ///
    /// As [`FurtherKey::verify`].
    pub fn verify_text(&self, note: &Note<'_>) -> Result<(), NoteError> {
        self.every(note, |signature| {
            self.algorithm == Algorithm::Sm2 && self.sm2(note.text, signature)
        })
    }

    fn sm2(&self, text: &str, signature: &[u8]) -> bool {
        let bytes = self.bytes.as_slice().try_into();
        bytes.is_ok_and(|bytes| sm2::verify(bytes, text.as_bytes(), signature))
    }

    /// Every line of this key must fit, and there must be one.
    fn every(&self, note: &Note<'_>, fits: impl Fn(&[u8]) -> bool) -> Result<(), NoteError> {
        let mut unsigned = Err(NoteError::Unsigned(self.vkey_short()));
        for signature in note.signatures(&self.name, self.id) {
            if !fits(&signature) {
                return Err(NoteError::BadSignature(self.vkey_short()));
            }
            unsigned = Ok(());
        }
        unsigned
    }

    /// For words: an ML-DSA key has 1,753 characters.
    fn vkey_short(&self) -> String {
        format!("{}+{} ({})", self.name, self.id(), self.algorithm)
    }
}
