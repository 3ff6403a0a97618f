//! C2SP checkpoints as signed notes: `origin\nsize\nbase64(root)\n`, a blank
//! line, then signature lines (c2sp.org/tlog-checkpoint, c2sp.org/signed-note).
//!
//! Knows Ed25519 (type 01). Signature lines of other keys or types are ignored,
//! as the specification asks, so that others may ride along.

use super::chain::Digest;
use base64ct::{Base64, Encoding};
use ed25519_dalek::{Signer, Verifier};
use sha2::{Digest as _, Sha256};

const ED25519: u8 = 1;
/// The em dash and blank before a signature line's key name.
const SIGNATURE_MARK: &str = "\u{2014} ";

/// What a checkpoint states: this log, at this size, has this root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    pub origin: String,
    pub size: u64,
    pub root: Digest,
}

/// Why a note is not a checkpoint signed by the expected key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    #[error("not a checkpoint: {0}")]
    Malformed(&'static str),
    #[error("not a key: {0}")]
    Key(&'static str),
    /// Nothing is proved, for or against.
    #[error("no signature by the key {0}")]
    Unsigned(String),
    /// The key's line is there and does not fit: proved broken.
    #[error("the signature by the key {0} does not fit the text")]
    BadSignature(String),
    #[error("the checkpoint is of the log {found}, not of {expected}")]
    Origin { found: String, expected: String },
}

impl Checkpoint {
    /// The text that is signed: three lines, no extension lines.
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, Base64::encode_string(&self.root.0))
    }

    /// The digest of the text under a salt (BLAKE3, keyed): it says nothing to who
    /// does not know the salt, not even whether two are of the same checkpoint.
    pub fn salted(&self, salt: &[u8; 32]) -> Digest {
        Digest(*blake3::keyed_hash(salt, self.text().as_bytes()).as_bytes())
    }

    /// Reads the signed text.
    pub fn parse(text: &str) -> Result<Checkpoint, NoteError> {
        let malformed = NoteError::Malformed;
        let body = text.strip_suffix('\n').ok_or(malformed("no line end after the root"))?;
        let mut lines = body.split('\n');
        let (Some(origin), Some(size), Some(root), None) =
            (lines.next(), lines.next(), lines.next(), lines.next())
        else {
            return Err(malformed("not three lines"));
        };
        if origin.is_empty() {
            return Err(malformed("no origin"));
        }
        let decimal = size.bytes().all(|byte| byte.is_ascii_digit());
        if !decimal || (size.len() > 1 && size.starts_with('0')) {
            return Err(malformed("the size is not a decimal number without leading zeros"));
        }
        let size = size.parse().map_err(|_| malformed("the size is too large"))?;
        let root = Base64::decode_vec(root).map_err(|_| malformed("the root is not base64"))?;
        let root = root.try_into().map_err(|_| malformed("the root has not 32 bytes"))?;
        Ok(Checkpoint { origin: origin.to_owned(), size, root: Digest(root) })
    }
}

fn key_id(name: &str, public: &[u8; 32]) -> [u8; 4] {
    let mut hasher = Sha256::new();
    hasher.update(name.as_bytes());
    hasher.update([b'\n', ED25519]);
    hasher.update(public);
    let hash: [u8; 32] = hasher.finalize().into();
    [hash[0], hash[1], hash[2], hash[3]]
}

fn hex8(id: [u8; 4]) -> String {
    format!("{:08x}", u32::from_be_bytes(id))
}

/// A log's key. Its name is the log's origin.
pub struct SigningKey {
    name: String,
    key: ed25519_dalek::SigningKey,
}

impl SigningKey {
    /// A key from 32 random bytes.
    pub fn from_seed(name: &str, seed: [u8; 32]) -> SigningKey {
        SigningKey { name: name.to_owned(), key: ed25519_dalek::SigningKey::from_bytes(&seed) }
    }

    /// `PRIVATE+KEY+name+id+base64(01 ‖ seed)`, as Go's note package writes it.
    pub fn to_text(&self) -> String {
        let public = self.key.verifying_key().to_bytes();
        let mut data = vec![ED25519];
        data.extend_from_slice(&self.key.to_bytes());
        let id = hex8(key_id(&self.name, &public));
        format!("PRIVATE+KEY+{}+{id}+{}", self.name, Base64::encode_string(&data))
    }

    /// Reads [`SigningKey::to_text`].
    pub fn parse(text: &str) -> Result<SigningKey, NoteError> {
        let rest =
            text.trim().strip_prefix("PRIVATE+KEY+").ok_or(NoteError::Key("not a private key"))?;
        let (name, id, data) = key_parts(rest)?;
        let key = SigningKey::from_seed(name, data);
        if hex8(key_id(name, &key.key.verifying_key().to_bytes())) != id {
            return Err(NoteError::Key("its id does not fit"));
        }
        Ok(key)
    }

    /// The public half, as `name+id+base64(01 ‖ public key)`.
    pub fn vkey(&self) -> String {
        let public = self.key.verifying_key().to_bytes();
        let mut data = vec![ED25519];
        data.extend_from_slice(&public);
        format!(
            "{}+{}+{}",
            self.name,
            hex8(key_id(&self.name, &public)),
            Base64::encode_string(&data)
        )
    }

    /// The signed note of a checkpoint. Ed25519 is deterministic: the same
    /// checkpoint always gives the same note.
    pub fn sign(&self, checkpoint: &Checkpoint) -> String {
        let text = checkpoint.text();
        let mut line = key_id(&self.name, &self.key.verifying_key().to_bytes()).to_vec();
        line.extend_from_slice(&self.key.sign(text.as_bytes()).to_bytes());
        format!("{text}\n{SIGNATURE_MARK}{} {}\n", self.name, Base64::encode_string(&line))
    }
}

/// Splits `name+id+base64(01 ‖ 32 bytes)`. Base64 may hold `+`, a name may not.
fn key_parts(text: &str) -> Result<(&str, &str, [u8; 32]), NoteError> {
    let mut parts = text.splitn(3, '+');
    let (Some(name), Some(id), Some(data)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(NoteError::Key("not name+id+key"));
    };
    let data = Base64::decode_vec(data).map_err(|_| NoteError::Key("not base64"))?;
    match data.split_first() {
        Some((&ED25519, key)) => {
            let key = key.try_into().map_err(|_| NoteError::Key("not 32 bytes"))?;
            Ok((name, id, key))
        }
        _ => Err(NoteError::Key("not an Ed25519 key (type 01)")),
    }
}

/// The public half of a log's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyingKey {
    name: String,
    id: [u8; 4],
    key: ed25519_dalek::VerifyingKey,
}

impl VerifyingKey {
    /// Reads a vkey.
    pub fn parse(vkey: &str) -> Result<VerifyingKey, NoteError> {
        let (name, id, data) = key_parts(vkey.trim())?;
        let expected = key_id(name, &data);
        if hex8(expected) != id {
            return Err(NoteError::Key("its id does not fit"));
        }
        let key = ed25519_dalek::VerifyingKey::from_bytes(&data)
            .map_err(|_| NoteError::Key("not a point of the curve"))?;
        Ok(VerifyingKey { name: name.to_owned(), id: expected, key })
    }

    /// The key's name, which is the origin it signs for.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Checks a signed note and gives what it states.
    pub fn verify(&self, note: &str) -> Result<Checkpoint, NoteError> {
        let (text, signatures) = note
            .split_once("\n\n")
            .ok_or(NoteError::Malformed("no blank line before the signatures"))?;
        let text = format!("{text}\n");
        let checkpoint = Checkpoint::parse(&text)?;
        if checkpoint.origin != self.name {
            let (found, expected) = (checkpoint.origin, self.name.clone());
            return Err(NoteError::Origin { found, expected });
        }
        for line in signatures.lines() {
            let Some(signature) = self.own_signature(line) else {
                continue;
            };
            return match self.key.verify(text.as_bytes(), &signature) {
                Ok(()) => Ok(checkpoint),
                Err(_) => Err(NoteError::BadSignature(self.name.clone())),
            };
        }
        Err(NoteError::Unsigned(self.name.clone()))
    }

    /// The signature on a line, if the line is this key's.
    fn own_signature(&self, line: &str) -> Option<ed25519_dalek::Signature> {
        let (name, data) = line.strip_prefix(SIGNATURE_MARK)?.split_once(' ')?;
        if name != self.name {
            return None;
        }
        let data = Base64::decode_vec(data).ok()?;
        let (id, signature) = data.split_at_checked(4)?;
        (id == self.id).then_some(())?;
        ed25519_dalek::Signature::from_slice(signature).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed() -> (SigningKey, Checkpoint, String) {
        let key = SigningKey::from_seed("plumbline.example/1/open", [7; 32]);
        let root = super::super::tree::empty_root();
        let checkpoint = Checkpoint { origin: "plumbline.example/1/open".into(), size: 0, root };
        let note = key.sign(&checkpoint);
        (key, checkpoint, note)
    }

    #[test]
    fn a_note_verifies_with_its_key_only() {
        let (key, checkpoint, note) = signed();
        let public = VerifyingKey::parse(&key.vkey()).unwrap();
        assert_eq!(public.verify(&note), Ok(checkpoint));
        let other = SigningKey::from_seed("plumbline.example/1/open", [8; 32]);
        let other = VerifyingKey::parse(&other.vkey()).unwrap();
        assert!(matches!(other.verify(&note), Err(NoteError::Unsigned(_))));
        let changed = note.replacen("\n0\n", "\n1\n", 1);
        assert!(matches!(public.verify(&changed), Err(NoteError::BadSignature(_))));
        let padded = note.replacen("\n0\n", "\n00\n", 1);
        assert!(matches!(public.verify(&padded), Err(NoteError::Malformed(_))));
    }

    #[test]
    fn foreign_signature_lines_are_ignored() {
        let (key, checkpoint, note) = signed();
        let public = VerifyingKey::parse(&key.vkey()).unwrap();
        let foreign = format!("{SIGNATURE_MARK}witness.example AAAA\n");
        assert_eq!(public.verify(&format!("{note}{foreign}")), Ok(checkpoint));
    }

    #[test]
    fn keys_come_back_from_their_text() {
        let (key, _, _) = signed();
        assert_eq!(SigningKey::parse(&key.to_text()).unwrap().vkey(), key.vkey());
        assert!(VerifyingKey::parse("x+00000000+AQ==").is_err());
    }
}
