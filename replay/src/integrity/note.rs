//! C2SP signed notes (c2sp.org/signed-note): a text, an empty line, and a signature
//! line for each key that signed it.
//!
//! Knows which bytes stand for which kind of key, and no algorithm; does not know
//! what a text says.

use super::base64::Base64;
use sha2::{Digest as _, Sha256};
use std::fmt;

/// The em dash and blank before a signature line's key name.
const MARK: &str = "\u{2014} ";

/// What a key signs, and how: the bytes before it in a vkey, and in its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The text itself, Ed25519 (type 01).
    Text,
    /// A cosignature with its moment, Ed25519 (type 04).
    Cosignature,
    /// A cosignature of the tree, ML-DSA-44 (type 06).
    MlDsa44,
    /// The text itself, SM2 with SM3 (GB/T 32918.2) under the default user id. The
    /// specification has no byte for it: FF and the object identifier of the algorithm.
    Sm2,
}

impl Kind {
    fn identifier(self) -> &'static [u8] {
        match self {
            Kind::Text => &[1],
            Kind::Cosignature => &[4],
            Kind::MlDsa44 => &[6],
            Kind::Sm2 => b"\xffoid/1.2.156.10197.1.501",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Kind::Text => "not an Ed25519 key (type 01)",
            Kind::Cosignature => "not an Ed25519 cosignature key (type 04)",
            Kind::MlDsa44 => "not an ML-DSA-44 key (type 06)",
            Kind::Sm2 => "not an SM2 key (type ff, oid/1.2.156.10197.1.501)",
        }
    }
}

/// Why a note is not a checkpoint signed by the expected key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoteError {
    Malformed(&'static str),
    Key(&'static str),
    /// Nothing is proved, for or against.
    Unsigned(String),
    /// The key's line is there and does not fit: proved broken.
    BadSignature(String),
    Origin {
        found: String,
        expected: String,
    },
}

impl fmt::Display for NoteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoteError::Malformed(it) => write!(f, "not a checkpoint: {it}"),
            NoteError::Key(it) => write!(f, "not a key: {it}"),
            NoteError::Unsigned(it) => write!(f, "no signature by the key {it}"),
            NoteError::BadSignature(it) => {
                write!(f, "the signature by the key {it} does not fit the text")
            }
            NoteError::Origin { found, expected } => {
                write!(f, "the checkpoint is of the log {found}, not of {expected}")
            }
        }
    }
}

impl std::error::Error for NoteError {}

/// A note taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Note<'a> {
    /// What is signed, with its last line end.
    pub text: &'a str,
    lines: &'a str,
}

impl<'a> Note<'a> {
    /// Cuts a note at its empty line.
    pub fn parse(note: &'a str) -> Result<Note<'a>, NoteError> {
        let at =
            note.find("\n\n").ok_or(NoteError::Malformed("no blank line before the signatures"))?;
        let (text, lines) = note.split_at(at + 1);
        Ok(Note { text, lines: lines.strip_prefix('\n').unwrap_or(lines) })
    }

    /// The signatures under one key's name and id; lines of others are passed over.
    pub fn signatures(&self, name: &str, id: [u8; 4]) -> impl Iterator<Item = Vec<u8>> {
        self.lines.lines().filter_map(move |line| {
            let (found, data) = line.strip_prefix(MARK)?.split_once(' ')?;
            let data = Base64::decode_vec(data).ok().filter(|_| found == name)?;
            let (found, signature) = data.split_at_checked(4)?;
            (found == id).then(|| signature.to_vec())
        })
    }

    /// Whether a key of this name has signed with another algorithm than Ed25519, whose
    /// signatures have 64 bytes: lines that this package does not check.
    pub fn carries_other_algorithms(&self, name: &str) -> bool {
        self.lines.lines().any(|line| {
            let parts = line.strip_prefix(MARK).and_then(|line| line.split_once(' '));
            parts.is_some_and(|(found, data)| {
                found == name && Base64::decode_vec(data).is_ok_and(|data| data.len() != 68)
            })
        })
    }

    /// The well-formed signature lines, each with its line end.
    pub fn lines(&self) -> impl Iterator<Item = String> + 'a {
        let formed = |line: &&str| {
            let parts = line.strip_prefix(MARK).and_then(|line| line.split_once(' '));
            parts.is_some_and(|(_, data)| Base64::decode_vec(data).is_ok_and(|data| data.len() > 4))
        };
        self.lines.lines().filter(formed).map(|line| format!("{line}\n"))
    }
}

/// A signature line, with its line end.
pub fn line(name: &str, id: [u8; 4], signature: &[u8]) -> String {
    let data = [&id[..], signature].concat();
    format!("{MARK}{name} {}\n", Base64::encode_string(&data))
}

/// The first four bytes of `SHA-256(name ‖ 0A ‖ kind ‖ public key)`.
pub fn key_id(name: &str, kind: Kind, public: &[u8]) -> [u8; 4] {
    let mut hasher = Sha256::new();
    hasher.update(name.as_bytes());
    hasher.update(b"\n");
    hasher.update(kind.identifier());
    hasher.update(public);
    let hash: [u8; 32] = hasher.finalize().into();
    [hash[0], hash[1], hash[2], hash[3]]
}

fn hex8(id: [u8; 4]) -> String {
    format!("{:08x}", u32::from_be_bytes(id))
}

/// `name+id+base64(kind ‖ data)`: the form of vkeys, and of private keys after
/// their prefix, whose id is that of the public key.
pub fn key_text(name: &str, kind: Kind, public: &[u8], data: &[u8]) -> String {
    let id = hex8(key_id(name, kind, public));
    let data = [kind.identifier(), data].concat();
    format!("{name}+{id}+{}", Base64::encode_string(&data))
}

/// Splits [`key_text`]; `public` makes the public key from the data.
pub fn key_parts<const N: usize, P: AsRef<[u8]>>(
    text: &str,
    kind: Kind,
    public: impl FnOnce(&[u8; N]) -> P,
) -> Result<(&str, [u8; 4], [u8; N]), NoteError> {
    // Base64 may hold `+`, a name may not.
    let mut parts = text.splitn(3, '+');
    let (Some(name), Some(id), Some(data)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(NoteError::Key("not name+id+key"));
    };
    let data = Base64::decode_vec(data).map_err(|_| NoteError::Key("not base64"))?;
    let key = data.strip_prefix(kind.identifier()).ok_or(NoteError::Key(kind.words()))?;
    let key: [u8; N] = key.try_into().map_err(|_| NoteError::Key("not of its length"))?;
    let expected = key_id(name, kind, public(&key).as_ref());
    if hex8(expected) != id {
        return Err(NoteError::Key("its id does not fit"));
    }
    Ok((name, expected, key))
}
