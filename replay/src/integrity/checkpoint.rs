//! C2SP checkpoints as signed notes: `origin\nsize\nbase64(root)\n`, a blank
//! line, then signature lines (c2sp.org/tlog-checkpoint, c2sp.org/signed-note).
//!
//! Knows Ed25519 (type 01). Signature lines of other keys or types are ignored,
//! as the specification asks, so that others may ride along.

use super::base64::Base64;
use super::chain::Digest;
use super::note::{Kind, Note, has_line, key_id, key_parts, key_text, line};
use ed25519_dalek::{Signer, Verifier};

pub use super::note::NoteError;

/// What a checkpoint states: this log, at this size, has this root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    pub origin: String,
    pub size: u64,
    pub root: Digest,
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

    /// Reads the signed text of any log: other logs may add lines of their own, which
    /// are passed over.
    pub fn parse_any(text: &str) -> Result<Checkpoint, NoteError> {
        let malformed = NoteError::Malformed;
        let after = text.match_indices('\n').nth(2);
        let (at, _) = after.ok_or(malformed("应为三行 / not three lines"))?;
        let (head, more) = text.split_at(at + 1);
        let lines = more
            .strip_suffix('\n')
            .map_or(more.is_empty(), |more| more.split('\n').all(|line| !line.is_empty()));
        if !lines {
            return Err(malformed(
                "根之后有空行,或有未结束的行 / an empty line, or one without an end, after the root",
            ));
        }
        Checkpoint::parse(head)
    }

    /// Reads the signed text.
    pub fn parse(text: &str) -> Result<Checkpoint, NoteError> {
        let malformed = NoteError::Malformed;
        let body = text
            .strip_suffix('\n')
            .ok_or(malformed("根之后没有换行 / no line end after the root"))?;
        let mut lines = body.split('\n');
        let (Some(origin), Some(size), Some(root), None) =
            (lines.next(), lines.next(), lines.next(), lines.next())
        else {
            return Err(malformed("应为三行 / not three lines"));
        };
        if origin.is_empty() {
            return Err(malformed("没有来源 / no origin"));
        }
        let decimal = size.bytes().all(|byte| byte.is_ascii_digit());
        if !decimal || (size.len() > 1 && size.starts_with('0')) {
            return Err(malformed(
                "条数应为不带前导零的十进制数 / the size is not a decimal number without leading zeros",
            ));
        }
        // Other readers keep sizes in signed numbers of 64 bits.
        let size = size.parse::<u64>().ok().filter(|size| *size < 1 << 63);
        let size = size.ok_or(malformed("条数过大 / the size is too large"))?;
        let root = Base64::decode_vec(root)
            .map_err(|_| malformed("根不是 Base64 / the root is not base64"))?;
        let root =
            root.try_into().map_err(|_| malformed("根不是 32 字节 / the root has not 32 bytes"))?;
        Ok(Checkpoint { origin: origin.to_owned(), size, root: Digest(root) })
    }
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
        let (public, seed) = (self.public(), self.key.to_bytes());
        format!("PRIVATE+KEY+{}", key_text(&self.name, Kind::Text, &public, &seed))
    }

    /// Reads [`SigningKey::to_text`].
    pub fn parse(text: &str) -> Result<SigningKey, NoteError> {
        let rest = text
            .trim()
            .strip_prefix("PRIVATE+KEY+")
            .ok_or(NoteError::Key("不是私钥 / not a private key"))?;
        let public = |seed: &[u8; 32]| SigningKey::from_seed("", *seed).public();
        let (name, _, seed) = key_parts(rest, Kind::Text, public)?;
        Ok(SigningKey::from_seed(name, seed))
    }

    /// The key's name, which is the origin it signs for.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn public(&self) -> [u8; 32] {
        self.key.verifying_key().to_bytes()
    }

    /// The public half, as `name+id+base64(01 ‖ public key)`.
    pub fn vkey(&self) -> String {
        let public = self.public();
        key_text(&self.name, Kind::Text, &public, &public)
    }

    /// The public half.
    pub fn public_key(&self) -> VerifyingKey {
        let (name, key) = (self.name.clone(), self.key.verifying_key());
        VerifyingKey { id: key_id(&name, Kind::Text, &key.to_bytes()), name, key }
    }

    /// The signed note of a checkpoint. Ed25519 is deterministic: the same
    /// checkpoint always gives the same note.
    pub fn sign(&self, checkpoint: &Checkpoint) -> String {
        self.sign_note(&checkpoint.text())
    }

    /// A text with this key's signature line. One that is no checkpoint's must say in
    /// its first line what it is.
    pub(super) fn sign_note(&self, text: &str) -> String {
        format!("{text}\n{}", self.line(text))
    }

    /// This key's signature line under a text, with its line end: a note has one for
    /// each key that signed it.
    pub fn line(&self, text: &str) -> String {
        let id = key_id(&self.name, Kind::Text, &self.public());
        line(&self.name, id, &self.key.sign(text.as_bytes()).to_bytes())
    }

    /// The key's id and its signature over a text that is no checkpoint's: its
    /// first line must say what it is.
    pub(super) fn sign_text(&self, text: &str) -> Vec<u8> {
        let id = key_id(&self.name, Kind::Text, &self.public());
        [&id[..], &self.key.sign(text.as_bytes()).to_bytes()].concat()
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
        let (name, id, data) = key_parts(vkey.trim(), Kind::Text, |public| *public)?;
        let key = ed25519_dalek::VerifyingKey::from_bytes(&data)
            .map_err(|_| NoteError::Key("不是曲线上的点 / not a point of the curve"))?;
        Ok(VerifyingKey { name: name.to_owned(), id, key })
    }

    /// The key's name, which is the origin it signs for.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether another name stands over the same public key.
    pub fn is_same_key(&self, other: &VerifyingKey) -> bool {
        self.key == other.key
    }

    /// The key as text.
    pub fn vkey(&self) -> String {
        let public = self.key.to_bytes();
        key_text(&self.name, Kind::Text, &public, &public)
    }

    /// Checks a signed note and gives what it states.
    pub fn verify(&self, note: &str) -> Result<Checkpoint, NoteError> {
        let note = Note::parse(note)?;
        let checkpoint = Checkpoint::parse(note.text)?;
        if checkpoint.origin != self.name {
            let (found, expected) = (checkpoint.origin, self.name.clone());
            return Err(NoteError::Origin { found, expected });
        }
        self.verify_note(&note)?;
        Ok(checkpoint)
    }

    /// Whether a text has a signature line of this key, whatever else it has.
    pub fn has_line_in(&self, text: &str) -> bool {
        has_line(text, &self.name, self.id)
    }

    /// Whether a signature with its id before it, in Base64, says that this key made it.
    pub fn is_named_by(&self, signature: &str) -> bool {
        Base64::decode_vec(signature).is_ok_and(|signed| signed.starts_with(&self.id))
    }

    /// Checks this key's signature on a note, whatever its text says. Every line of the
    /// key must fit.
    pub fn verify_note(&self, note: &Note<'_>) -> Result<(), NoteError> {
        let mut found = Err(NoteError::Unsigned(self.name.clone()));
        for signature in note.signatures(&self.name, self.id) {
            self.fits(note.text, &signature)?;
            found = Ok(());
        }
        found
    }

    /// Checks [`SigningKey::sign_text`].
    pub(super) fn verify_text(&self, text: &str, signed: &[u8]) -> Result<(), NoteError> {
        match signed.split_at_checked(4) {
            Some((id, signature)) if id == self.id => self.fits(text, signature),
            _ => Err(NoteError::Unsigned(self.name.clone())),
        }
    }

    fn fits(&self, text: &str, signature: &[u8]) -> Result<(), NoteError> {
        let signature = ed25519_dalek::Signature::from_slice(signature).ok();
        match signature.map(|signature| self.key.verify(text.as_bytes(), &signature)) {
            Some(Ok(())) => Ok(()),
            _ => Err(NoteError::BadSignature(self.name.clone())),
        }
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
        let foreign = "\u{2014} witness.example AAAAAAA=\n";
        assert_eq!(public.verify(&format!("{note}{foreign}")), Ok(checkpoint));
    }

    #[test]
    fn a_line_that_is_none_makes_the_note_none() {
        let (key, _, note) = signed();
        let public = VerifyingKey::parse(&key.vkey()).unwrap();
        for more in [
            "\u{2014} witness.example AAAA\n",
            "\u{2014} witness.example AAAAAAA\n",
            "\u{2014} wit+ness AAAAAAA=\n",
            "\u{2014} wit\u{3000}ness AAAAAAA=\n",
            "\u{2014}  AAAAAAA=\n",
            "- witness.example AAAAAAA=\n",
            "\u{2014} witness.example AAAAAAA=\r\n",
            "\u{2014} witness.example AAAAAAA=",
            "\n",
            "more\n",
        ] {
            let read = public.verify(&format!("{note}{more}"));
            assert!(matches!(read, Err(NoteError::Malformed(_))), "{more:?}: {read:?}");
        }
        let bare = note.split_at(note.find("\n\n").unwrap() + 2).0;
        assert!(matches!(public.verify(bare), Err(NoteError::Malformed(_))));
    }

    #[test]
    fn every_line_of_a_known_key_must_fit() {
        let (key, checkpoint, note) = signed();
        let public = VerifyingKey::parse(&key.vkey()).unwrap();
        let own = key_id(key.name(), Kind::Text, &key.public());
        let twice = format!("{note}{}", key.line(&checkpoint.text()));
        assert_eq!(public.verify(&twice), Ok(checkpoint));
        for signature in [vec![0; 64], vec![0; 63], vec![0; 65], vec![0]] {
            for note in [
                format!("{note}{}", line(key.name(), own, &signature)),
                note.replacen("\n\n", &format!("\n\n{}", line(key.name(), own, &signature)), 1),
            ] {
                assert!(matches!(public.verify(&note), Err(NoteError::BadSignature(_))), "{note}");
            }
        }
    }

    #[test]
    fn keys_come_back_from_their_text() {
        let (key, _, _) = signed();
        assert_eq!(SigningKey::parse(&key.to_text()).unwrap().vkey(), key.vkey());
        assert!(VerifyingKey::parse("x+00000000+AQ==").is_err());
    }
}
