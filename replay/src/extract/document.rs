//! The extract as a JSON document, `plumbline.extract/1`: entries are texts, so
//! that their bytes stay as they are stored.

use super::{Coverage, Extract, Included};
use crate::document::{self, Member, Members, Misread, document};
use crate::integrity::base64::Base64;
use crate::integrity::chain::Digest;
use crate::streams::{Absence, Head, IndexProof, Neighbour};
use serde_core::ser::SerializeStructVariant;
use serde_core::{Serialize, Serializer};
use serde_json::Value;

/// The document's `schema`.
pub const SCHEMA: &str = "plumbline.extract/1";

struct Document {
    schema: String,
    stream: String,
    vkey: String,
    checkpoint: String,
    entries: Vec<Entry>,
    coverage: Option<Covered>,
    key_changes: Option<Vec<String>>,
}

document!(Document { schema, stream, vkey, checkpoint, entries, coverage; key_changes });

struct Entry {
    entry: String,
    path: Vec<String>,
}

document!(Entry { entry, path });

struct Covered {
    closing: u64,
    index: Index,
    frontier: Vec<String>,
    tail: Vec<String>,
}

document!(Covered { closing, index, frontier, tail });

enum Index {
    Member(Leaf),
    Absent { before: Option<Leaf>, after: Option<Leaf> },
}

impl Serialize for Index {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Index::Member(leaf) => to.serialize_newtype_variant("Index", 0, "member", leaf),
            Index::Absent { before, after } => {
                let mut out = to.serialize_struct_variant("Index", 1, "absent", 2)?;
                out.serialize_field("before", before)?;
                out.serialize_field("after", after)?;
                out.end()
            }
        }
    }
}

impl Member for Index {
    fn read(value: Value) -> Result<Index, Misread> {
        let mut members = Members::of(value)?;
        let (leaf, gap): (Option<Leaf>, Option<Value>) =
            (members.take("member")?, members.take("absent")?);
        members.end()?;
        match (leaf, gap) {
            (Some(leaf), None) => Ok(Index::Member(leaf)),
            (None, Some(gap)) => {
                let mut members = Members::of(gap)?;
                let read = Index::Absent {
                    before: members.take("before")?,
                    after: members.take("after")?,
                };
                members.end()?;
                Ok(read)
            }
            _ => {
                let reason = "须有 member 或 absent 之一 / one of `member` and `absent`";
                Err(Misread::here(reason.to_owned()))
            }
        }
    }
}

struct Leaf {
    stream: String,
    count: u64,
    last: String,
    index: u64,
    path: Vec<String>,
}

document!(Leaf { stream, count, last, index, path });

/// Reads a document; nothing of it is believed yet.
///
/// # Errors
///
/// What is wrong with its form, with the place.
pub fn parse(bytes: &[u8]) -> Result<Extract, String> {
    let document: Document = document::read(bytes).map_err(|error| error.to_string())?;
    if document.schema != SCHEMA {
        return Err(format!("schema `{}`, not `{SCHEMA}`", document.schema));
    }
    let entries: Result<Vec<Included>, String> = document
        .entries
        .into_iter()
        .map(|one| Ok(Included { entry: one.entry.into_bytes(), path: hashes(&one.path)? }))
        .collect();
    let coverage = document.coverage.map(covered).transpose()?;
    let Document { stream, vkey, checkpoint: note, key_changes, .. } = document;
    let key_changes = key_changes.into_iter().flatten().map(String::into_bytes).collect();
    Ok(Extract { stream, vkey, note, key_changes, entries: entries?, coverage })
}

fn covered(document: Covered) -> Result<Coverage, String> {
    let index = match document.index {
        Index::Member(leaf) => IndexProof::Member(neighbour(leaf)?),
        Index::Absent { before, after } => IndexProof::Absent(Box::new(Absence {
            before: before.map(neighbour).transpose()?,
            after: after.map(neighbour).transpose()?,
        })),
    };
    Ok(Coverage {
        closing: document.closing,
        index,
        frontier: hashes(&document.frontier)?,
        tail: document.tail.into_iter().map(String::into_bytes).collect(),
    })
}

fn neighbour(leaf: Leaf) -> Result<Neighbour, String> {
    let Leaf { stream, count, last, index, path } = leaf;
    let link = Digest::from_hex(last.as_bytes());
    let last = link.ok_or_else(|| format!("`{last}` is no digest in hexadecimal"))?;
    Ok(Neighbour { head: Head { stream, count, last }, index, path: hashes(&path)? })
}

fn hashes(texts: &[String]) -> Result<Vec<Digest>, String> {
    let hash = |text: &String| {
        let bytes = Base64::decode_vec(text).ok().and_then(|bytes| bytes.try_into().ok());
        bytes.map(Digest).ok_or_else(|| format!("`{text}` is no hash in Base64"))
    };
    texts.iter().map(hash).collect()
}

impl Extract {
    /// The document, with a line end. The same extract gives the same bytes.
    pub fn to_document(&self) -> String {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let document = Document {
            schema: SCHEMA.to_owned(),
            stream: self.stream.clone(),
            vkey: self.vkey.clone(),
            checkpoint: self.note.clone(),
            entries: self
                .entries
                .iter()
                .map(|one| Entry { entry: text(&one.entry), path: base64(&one.path) })
                .collect(),
            coverage: self.coverage.as_ref().map(|coverage| Covered {
                closing: coverage.closing,
                index: index(&coverage.index),
                frontier: base64(&coverage.frontier),
                tail: coverage.tail.iter().map(|entry| text(entry)).collect(),
            }),
            key_changes: (!self.key_changes.is_empty())
                .then(|| self.key_changes.iter().map(|entry| text(entry)).collect()),
        };
        // Texts and numbers are always written; there is nothing that could fail.
        let mut out = serde_json::to_string_pretty(&document).unwrap_or_default();
        out.push('\n');
        out
    }
}

fn index(proof: &IndexProof) -> Index {
    match proof {
        IndexProof::Member(found) => Index::Member(leaf(found)),
        IndexProof::Absent(absence) => Index::Absent {
            before: absence.before.as_ref().map(leaf),
            after: absence.after.as_ref().map(leaf),
        },
    }
}

fn leaf(found: &Neighbour) -> Leaf {
    let Head { stream, count, last } = &found.head;
    Leaf {
        stream: stream.clone(),
        count: *count,
        last: last.to_string(),
        index: found.index,
        path: base64(&found.path),
    }
}

fn base64(hashes: &[Digest]) -> Vec<String> {
    hashes.iter().map(|hash| Base64::encode_string(&hash.0)).collect()
}
