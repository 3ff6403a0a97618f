//! C2SP signed notes (c2sp.org/signed-note): a text, an empty line, and a signature
//! line for each key that signed it.
//!
//! One rule for all readers (FORMAT.md §5): a note of which any line is not of its form
//! is none; lines of keys that are not known are passed over; every line of a known key
//! must fit.
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
            Kind::Text => "不是 Ed25519 公钥(类型 01)/ not an Ed25519 key (type 01)",
            Kind::Cosignature => {
                "不是 Ed25519 见证公钥(类型 04)/ not an Ed25519 cosignature key (type 04)"
            }
            Kind::MlDsa44 => "不是 ML-DSA-44 公钥(类型 06)/ not an ML-DSA-44 key (type 06)",
            Kind::Sm2 => {
                "不是 SM2 公钥(类型 ff, oid/1.2.156.10197.1.501)/ not an SM2 key (type ff, oid/1.2.156.10197.1.501)"
            }
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
            NoteError::Malformed(it) => write!(f, "不是检查点 / not a checkpoint: {it}"),
            NoteError::Key(it) => write!(f, "不是公钥 / not a key: {it}"),
            NoteError::Unsigned(it) => {
                write!(f, "没有公钥 {it} 的签名 / no signature by the key {it}")
            }
            NoteError::BadSignature(it) => {
                write!(
                    f,
                    "公钥 {it} 的签名与正文不符 / the signature by the key {it} does not fit the text"
                )
            }
            NoteError::Origin { found, expected } => {
                write!(
                    f,
                    "检查点属于日志 {found},不是 {expected} / the checkpoint is of the log {found}, \
                     not of {expected}"
                )
            }
        }
    }
}

impl std::error::Error for NoteError {}

/// A note taken apart. Every signature line has its form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Note<'a> {
    /// What is signed, with its last line end.
    pub text: &'a str,
    lines: &'a str,
}

impl<'a> Note<'a> {
    /// Cuts a note at its empty line.
    ///
    /// # Errors
    ///
    /// [`NoteError::Malformed`] if any part of it, any signature line too, has not its
    /// form: whoever signed it or put it here did not do so.
    pub fn parse(note: &'a str) -> Result<Note<'a>, NoteError> {
        let malformed = NoteError::Malformed;
        let (text, lines) =
            cut(note).ok_or(malformed("签名之前没有空行 / no blank line before the signatures"))?;
        if note.bytes().any(|byte| byte < b' ' && byte != b'\n') {
            return Err(malformed("有控制字符 / a control character"));
        }
        let body = lines.strip_suffix('\n').ok_or(malformed(match lines {
            "" => "没有签名行 / no signature line",
            _ => "末行没有换行,或被命令行截去 / the last line has no end (shells cut it off)",
        }))?;
        if body.split('\n').any(|line| parts(line).is_none()) {
            return Err(malformed(
                "空行之后有不是签名行的行 / a line after the blank one that is no signature line",
            ));
        }
        Ok(Note { text, lines })
    }

    /// The signatures under one key's name and id; lines of others are passed over.
    pub fn signatures(&self, name: &str, id: [u8; 4]) -> impl Iterator<Item = Vec<u8>> {
        let own = self.lines.split('\n').filter_map(parts).filter(move |line| line.name == name);
        own.filter(move |line| line.id == id).map(|line| line.signature)
    }

    /// Whether a key of this name has signed with another algorithm than Ed25519, whose
    /// signatures have 64 bytes: lines that this package does not check.
    pub fn carries_other_algorithms(&self, name: &str) -> bool {
        let mut lines = self.lines.split('\n').filter_map(parts);
        lines.any(|line| line.name == name && line.signature.len() != 64)
    }

    /// The signature lines, each with its line end.
    pub fn lines(&self) -> impl Iterator<Item = &'a str> + 'a {
        self.lines.split_inclusive('\n')
    }
}

/// The text of a note with its last line end, and what follows its empty line; `None` if
/// it has none. No text of this format has an empty line of its own.
fn cut(note: &str) -> Option<(&str, &str)> {
    let (text, lines) = note.split_at(note.find("\n\n")? + 1);
    Some((text, lines.strip_prefix('\n')?))
}

/// The text of a note that nobody may have signed yet.
pub fn text_of(note: &str) -> Option<&str> {
    cut(note).map(|(text, _)| text)
}

/// Whether a text, be it a note or not, has a signature line under a key's name and id.
pub fn has_line(text: &str, name: &str, id: [u8; 4]) -> bool {
    text.split('\n').filter_map(parts).any(|line| line.name == name && line.id == id)
}

/// A signature line taken apart.
struct Line<'a> {
    name: &'a str,
    id: [u8; 4],
    signature: Vec<u8>,
}

/// The parts of a line without its end; `None` if it is no signature line.
fn parts(line: &str) -> Option<Line<'_>> {
    let (name, data) = line.strip_prefix(MARK)?.split_once(' ')?;
    let named = !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c == '+');
    let data = Base64::decode_vec(data).ok().filter(|_| named)?;
    let (id, signature) = data.split_first_chunk::<4>()?;
    let (id, signature) = (*id, signature.to_vec());
    (!signature.is_empty()).then_some(Line { name, id, signature })
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
        return Err(NoteError::Key("应写作 名称+编号+公钥 / not name+id+key"));
    };
    let data = Base64::decode_vec(data).map_err(|_| NoteError::Key("不是 Base64 / not base64"))?;
    let key = data.strip_prefix(kind.identifier()).ok_or(NoteError::Key(kind.words()))?;
    let key: [u8; N] =
        key.try_into().map_err(|_| NoteError::Key("长度不对 / not of its length"))?;
    let expected = key_id(name, kind, public(&key).as_ref());
    if hex8(expected) != id {
        return Err(NoteError::Key("编号与公钥不符 / its id does not fit"));
    }
    Ok((name, expected, key))
}
