//! A published log as a folder of files, which any web server can serve.
//!
//! Tiles and bundles first, the checkpoint last, each beside its place and
//! renamed: whoever reads the checkpoint finds every tile that it needs. A further
//! run writes what is new. Partial tiles are left where they are, for readers of
//! an older checkpoint.

use super::{Publication, PublishError};
use crate::derived::write_whole;
use crate::proof::forms::signed_checkpoint;
use crate::store::StoreError;
use plumbline_replay::integrity::chain::Digest;
use plumbline_replay::integrity::checkpoint::Checkpoint;
use plumbline_replay::integrity::tile::{Content, Tile, new_between};
use plumbline_replay::integrity::tree::leaf_hash;
use std::fs::File;
use std::path::{Path, PathBuf};

/// Why the folder was not brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    #[error(transparent)]
    Publish(#[from] PublishError),
    #[error("{}: {reason}", place.display())]
    Io { place: PathBuf, reason: String },
    /// What stands there contradicts this log.
    #[error(
        "{}: 该文件夹所存的是另一历史:{reason} / the folder holds another history: {reason}",
        place.display()
    )]
    Contradiction { place: PathBuf, reason: String },
}

/// What a run has written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Entries of the checkpoint that stands in the folder now.
    pub size: u64,
    /// Tiles and bundles written.
    pub files: u64,
}

/// Brings a folder up to the log's head, signing it first if it has grown.
///
/// # Errors
///
/// [`FolderError::Contradiction`] if the folder's checkpoint is not of an earlier
/// state of this log: nothing is written then.
pub fn write_folder(publication: &Publication, dir: &Path) -> Result<Written, FolderError> {
    let head = publication.sign()?;
    let place = dir.join("checkpoint");
    let old = match std::fs::read_to_string(&place) {
        Ok(note) => standing(publication, &place, &note, &head.checkpoint)?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => 0,
        Err(error) => return Err(failed(&place, &error)),
    };
    let size = head.checkpoint.size;
    let mut written = Written { size, files: 0 };
    for tile in new_between(old, size) {
        let path = dir.join(tile.to_string());
        let bytes = sound(publication, &tile, size)?;
        write_whole(&path, &bytes).map_err(|error| failed(&path, &error))?;
        written.files += 1;
    }
    let keys = dir.join("key-changes");
    let changes = publication.key_changes(size).map_err(PublishError::from)?;
    if !changes.is_empty() {
        write_whole(&keys, &changes).map_err(|error| failed(&keys, &error))?;
    }
    // A checkpoint that outlives a power cut must not have lost its tiles.
    std::fs::create_dir_all(dir)
        .and_then(|()| Ok(rustix::fs::syncfs(File::open(dir)?)?))
        .map_err(|error| failed(dir, &error))?;
    if let Some(sm3) = &head.sm3 {
        let place = dir.join("checkpoint.sm3");
        write_whole(&place, sm3.as_bytes()).map_err(|error| failed(&place, &error))?;
    }
    write_whole(&place, head.note.as_bytes()).map_err(|error| failed(&place, &error))?;
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(|error| failed(dir, &error))?;
    Ok(written)
}

/// The size of the checkpoint that stands in the folder, if it is of this log.
fn standing(
    publication: &Publication,
    place: &Path,
    note: &str,
    head: &Checkpoint,
) -> Result<u64, FolderError> {
    let contradiction =
        |reason: String| Err(FolderError::Contradiction { place: place.to_owned(), reason });
    let old = match signed_checkpoint(note) {
        Ok(old) => old,
        Err(error) => return contradiction(error.to_string()),
    };
    if old.origin != head.origin {
        return contradiction(format!("the log {}, not {}", old.origin, head.origin));
    }
    if old.size > head.size {
        return contradiction(format!("{} entries, {} are here", old.size, head.size));
    }
    let root = publication.tree().root(old.size).map_err(PublishError::from)?;
    if root != old.root {
        return contradiction(format!("another root over the first {} entries", old.size));
    }
    Ok(old.size)
}

/// The bytes of a tile or bundle. Entries are hashed once more: what is written
/// here may be served for years.
fn sound(publication: &Publication, tile: &Tile, size: u64) -> Result<Vec<u8>, PublishError> {
    let missing = || StoreError::ends_early(tile.first(), size);
    let bytes = publication.bytes(tile, size)?.ok_or_else(missing)?;
    if tile.content == Content::Entries {
        let hashes = Tile { content: Content::Hashes(0), ..*tile };
        let hashes = publication.bytes(&hashes, size)?.ok_or_else(missing)?;
        if leaves(&bytes) != hashes {
            let (position, what) = (tile.first(), "an entry has another hash than was signed");
            let place = format!("{tile}; run `plumb verify`");
            return Err(StoreError::Damaged { position, what: what.to_owned(), place }.into());
        }
    }
    Ok(bytes)
}

/// The leaf hashes of a bundle's entries, one after another.
fn leaves(bundle: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = bundle;
    while let Some((length, after)) = rest.split_first_chunk::<2>() {
        let length = usize::from(u16::from_be_bytes(*length)).min(after.len());
        let (entry, after) = after.split_at(length);
        let Digest(hash) = leaf_hash(entry);
        out.extend_from_slice(&hash);
        rest = after;
    }
    out
}

fn failed(place: &Path, error: &std::io::Error) -> FolderError {
    FolderError::Io { place: place.to_owned(), reason: error.to_string() }
}
