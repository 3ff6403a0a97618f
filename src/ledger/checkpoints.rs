//! Signing a log's head, after reading back what the disk holds.
//!
//! A bit flip that was signed, or two heads that contradict each other, cannot
//! be taken back. So every entry is read and hashed again before a signature,
//! the last signed head is kept in two places, one outside the log's folder, and
//! nothing below or beside it is ever signed.

use super::{LogName, OpenError, open_log};
use crate::config::{Config, Layout};
use crate::store::{Store, StoreError};
use plumbline_replay::integrity::chain::{Digest, entry_hash};
use plumbline_replay::integrity::checkpoint::{Checkpoint, NoteError, SigningKey, VerifyingKey};
use plumbline_replay::integrity::entry::scan;
use plumbline_replay::integrity::tree::{Frontier, empty_root, leaf_hash};
use std::fs::File;
use std::io::Write;
use std::path::Path;

const READ_BYTES: usize = 4 << 20;

/// Why no checkpoint was signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// What the disk holds contradicts what was signed or chained: proved broken.
    #[error(
        "不予签发:{0} / not signed: run `plumb verify`, and restore from a replica if it fails"
    )]
    Contradiction(String),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("{place}: {reason}")]
    Key { place: String, reason: String },
    #[error("{place}: {reason}")]
    Io { place: String, reason: String },
}

/// The latest signed note of a log; signs one first if entries are newer.
pub fn latest(layout: &Layout, config: &Config, log: LogName) -> Result<String, SignError> {
    let key = signing_key(layout, log)?;
    let _turn = turn(layout, log)?;
    let signed = signed_heads(layout, log, &key)?;
    let store = open_log(layout, config, log)?;
    let sizes: Vec<u64> = signed.iter().map(|(head, _)| head.size).collect();
    let (size, root, roots) = read_back(&store, &sizes)?;
    for ((head, place), root_there) in signed.iter().zip(&roots) {
        match root_there {
            Some(root) if *root == head.root => {}
            Some(_) => {
                return Err(SignError::Contradiction(format!(
                    "{place} 签过 {} 条的另一个根 / {place} holds another root for the first {0} \
                     entries",
                    head.size
                )));
            }
            None => {
                return Err(SignError::Contradiction(format!(
                    "{place} 签过 {} 条,现仅有 {size} 条 / {place} was signed over {0} entries, \
                     {size} are here",
                    head.size
                )));
            }
        }
    }
    let note = key.sign(&Checkpoint { origin: config.origin_of(log), size, root });
    // Outside first: if power fails between the two, the higher head still binds.
    for path in [layout.head(log), layout.checkpoint(log)] {
        replace(&path, &note).map_err(|error| io_error(&path, &error))?;
    }
    Ok(note)
}

fn io_error(path: &Path, error: &std::io::Error) -> SignError {
    SignError::Io { place: path.display().to_string(), reason: error.to_string() }
}

fn signing_key(layout: &Layout, log: LogName) -> Result<SigningKey, SignError> {
    let path = layout.signing_key(log);
    let failed = |reason: String| SignError::Key { place: path.display().to_string(), reason };
    let text = std::fs::read_to_string(&path).map_err(|error| failed(error.to_string()))?;
    SigningKey::parse(&text).map_err(|error| failed(error.to_string()))
}

/// Only one process signs at a time.
fn turn(layout: &Layout, log: LogName) -> Result<File, SignError> {
    let path = layout.head(log).with_extension("lock");
    let file = File::create(&path).map_err(|error| io_error(&path, &error))?;
    file.lock().map_err(|error| io_error(&path, &error))?;
    Ok(file)
}

/// Heads signed before, with their places. One that does not verify is no reason
/// to sign past it.
fn signed_heads(
    layout: &Layout,
    log: LogName,
    key: &SigningKey,
) -> Result<Vec<(Checkpoint, String)>, SignError> {
    let public = VerifyingKey::parse(&key.vkey()).map_err(|error: NoteError| SignError::Key {
        place: layout.signing_key(log).display().to_string(),
        reason: error.to_string(),
    })?;
    let mut out = Vec::new();
    for path in [layout.head(log), layout.checkpoint(log)] {
        let place = path.display().to_string();
        match std::fs::read_to_string(&path) {
            Ok(note) => {
                let head = public
                    .verify(&note)
                    .map_err(|error| SignError::Contradiction(format!("{place}: {error}")))?;
                out.push((head, place));
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(io_error(&path, &error)),
        }
    }
    Ok(out)
}

/// Size and root of what the disk holds, and the root at each of `sizes` that it
/// reaches.
fn read_back(
    store: &dyn Store,
    sizes: &[u64],
) -> Result<(u64, Digest, Vec<Option<Digest>>), SignError> {
    let size = store.size()?;
    let mut frontier = Frontier::new();
    let mut previous = Digest::ZERO;
    let mut roots: Vec<Option<Digest>> =
        sizes.iter().map(|&size| (size == 0).then(empty_root)).collect();
    while frontier.size() < size {
        for block in store.read(frontier.size(), READ_BYTES)? {
            for (position, _, entry) in block.entries() {
                let linked =
                    scan(entry).is_ok_and(|f| f.previous == previous && f.position == position);
                if !linked || position != frontier.size() {
                    return Err(SignError::Contradiction(format!(
                        "第 {position} 号记录不接前一条 / the entry at position {position} does \
                         not continue the one before it"
                    )));
                }
                previous = entry_hash(entry);
                frontier.push(leaf_hash(entry));
                for (at, root) in sizes.iter().zip(&mut roots) {
                    if *at == frontier.size() {
                        *root = Some(frontier.root());
                    }
                }
            }
        }
    }
    Ok((frontier.size(), frontier.root(), roots))
}

/// Replaces a file whole: beside it, synced, renamed, folder synced.
fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let temp = path.with_extension("new");
    let mut file = File::create(&temp)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&temp, path)?;
    match path.parent() {
        Some(parent) => File::open(parent)?.sync_all(),
        None => Ok(()),
    }
}
