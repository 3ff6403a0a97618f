//! Signing the root of the SM3 tree, under the same rules as a checkpoint: nothing
//! below or beside a signed head is ever signed, and no entry is hashed twice for it.
//!
//! Between two heads the tree's frontier is kept in a file. It is believed only if
//! its root is the signed one, so it can be deleted or damaged without harm: it is
//! grown again from the entries.

use super::gather::grow;
use super::sm3::{Sm3Head, Sm3Tree};
use super::{FurtherKey, Signer};
use crate::derived::write_whole;
use crate::durable::replace;
use crate::store::{Store, StoreError};
use plumbline_replay::integrity::chain::Digest;
use plumbline_replay::integrity::checkpoint::Checkpoint;
use plumbline_replay::integrity::note::{Note, NoteError};
use plumbline_replay::integrity::tree::Frontier;
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

const MAGIC: &[u8; 8] = b"PLSM3T01";

/// Where a log's SM3 heads and the frontier between them lie.
#[derive(Clone, Debug)]
pub struct Places {
    /// The signed head, outside of the log's folder and beside the log.
    pub heads: [PathBuf; 2],
    /// Disposable.
    pub frontier: PathBuf,
}

/// Why no head was signed.
#[derive(Debug, thiserror::Error)]
pub enum HeadError {
    /// What is there contradicts what was signed.
    #[error("{0}")]
    Contradiction(String),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("{place}: {reason}")]
    Io { place: String, reason: String },
}

fn failed(path: &Path, error: &io::Error) -> HeadError {
    HeadError::Io { place: path.display().to_string(), reason: error.to_string() }
}

/// The signed head over a log's first `size` entries, which are durable; signs it
/// and writes it to both places if it is not there. One process at a time.
pub fn sign(
    signer: &Signer,
    origin: &str,
    store: &dyn Store,
    size: u64,
    places: &Places,
) -> Result<String, HeadError> {
    let mut signed = signed_heads(signer.public(), places)?;
    // A log that was restored goes on under another origin: what was signed under the
    // one before does not bind it.
    signed.retain(|signed| signed.head.origin == origin);
    if let [one, other] = signed.as_slice()
        && one.note == other.note
        && one.head.size == size
    {
        return Ok(one.note.clone());
    }
    for Signed { head, place, .. } in &signed {
        if head.size > size {
            return Err(HeadError::Contradiction(format!(
                "{place} 签过 {0} 条,现仅有 {size} 条 / {place} was signed over {0} entries, \
                 {size} are here",
                head.size
            )));
        }
    }
    let mut tree = begin(&signed, &places.frontier);
    let wanted: BTreeSet<u64> = signed.iter().map(|signed| signed.head.size).collect();
    let roots = grow(store, &mut tree, size, &wanted)?;
    for Signed { head, place, .. } in &signed {
        if roots.get(&head.size) != Some(&head.root) {
            return Err(HeadError::Contradiction(format!(
                "{place} 签过 {0} 条的另一个 SM3 根 / {place} holds another SM3 root for the first \
                 {0} entries",
                head.size
            )));
        }
    }
    let head = Sm3Head(Checkpoint { origin: origin.to_owned(), size, root: tree.root() });
    let text = head.text();
    let line = signer.text_line(&text);
    let line = line.map_err(|error| HeadError::Contradiction(error.to_string()))?;
    let note = format!("{text}\n{line}");
    for path in &places.heads {
        replace(path, &note).map_err(|error| failed(path, &error))?;
    }
    // Without it the next head reads the whole log.
    if let Err(error) = write_whole(&places.frontier, &encode(&tree)) {
        tracing::warn!(place = %places.frontier.display(), %error, "the SM3 frontier was not kept");
    }
    Ok(note)
}

/// A head signed before.
struct Signed {
    head: Checkpoint,
    note: String,
    place: String,
}

fn signed_heads(key: &FurtherKey, places: &Places) -> Result<Vec<Signed>, HeadError> {
    let mut out = Vec::new();
    for path in &places.heads {
        let place = path.display().to_string();
        match std::fs::read_to_string(path) {
            Ok(note) => match read(key, &note) {
                Ok(head) => out.push(Signed { head, note, place }),
                // Of a key that was renewed since. The checkpoint beside it binds the
                // same entries; the tree is grown from them anew.
                Err(NoteError::Unsigned(_)) => {
                    tracing::warn!(%place, "the SM3 head there is of another key and is replaced");
                }
                Err(error) => return Err(HeadError::Contradiction(format!("{place}: {error}"))),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed(path, &error)),
        }
    }
    Ok(out)
}

/// The head of a note, if it is signed by the key.
pub fn read(key: &FurtherKey, note: &str) -> Result<Checkpoint, NoteError> {
    let note = Note::parse(note)?;
    let Sm3Head(head) = Sm3Head::parse(note.text)?;
    key.verify_text(&note)?;
    Ok(head)
}

/// The kept frontier, if it has the root of the least signed head; else the empty
/// tree, from which the whole log is read.
fn begin(signed: &[Signed], path: &Path) -> Frontier<Sm3Tree> {
    let kept = std::fs::read(path).ok().and_then(|bytes| decode(&bytes));
    let least = signed.iter().map(|signed| &signed.head).min_by_key(|head| head.size);
    let believed = |tree: &Frontier<Sm3Tree>| {
        least.is_some_and(|head| head.size == tree.size() && head.root == tree.root())
    };
    kept.filter(believed).unwrap_or_default()
}

fn encode(tree: &Frontier<Sm3Tree>) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    out.extend_from_slice(&tree.size().to_be_bytes());
    tree.nodes().iter().for_each(|node| out.extend_from_slice(&node.0));
    out
}

fn decode(bytes: &[u8]) -> Option<Frontier<Sm3Tree>> {
    let (size, nodes) = bytes.strip_prefix(MAGIC)?.split_first_chunk::<8>()?;
    let (nodes, rest) = nodes.as_chunks::<32>();
    let nodes = nodes.iter().map(|node| Digest(*node)).collect();
    Frontier::of_nodes(u64::from_be_bytes(*size), nodes).filter(|_| rest.is_empty())
}
