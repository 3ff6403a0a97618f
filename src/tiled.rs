//! Any tiled log (c2sp.org/tlog-tiles), read as a stranger reads it: over HTTP or
//! from a folder of files, up to a checkpoint that its key has signed.
//!
//! Believes nothing that it reads before it fits the signed root. Knows no ledger.

use crate::fetch::{Client, FetchError};
use plumbline_replay::integrity::chain::Digest;
use plumbline_replay::integrity::checkpoint::{Checkpoint, VerifyingKey};
use plumbline_replay::integrity::entry::scan;
use plumbline_replay::integrity::proof::{Nodes, ProofError, inclusion, root, verify_inclusion};
use plumbline_replay::integrity::tile::{Content, HEIGHT, Tile, WIDTH, nodes};
use plumbline_replay::integrity::tree::{Frontier, leaf_hash};
use plumbline_replay::succession::{HeadError, Later, Step, Succession};
use std::path::PathBuf;

/// Why a log could not be read, or does not hold.
#[derive(Debug, thiserror::Error)]
pub enum TiledError {
    /// Proved broken.
    #[error("{place}: {reason}")]
    Broken { place: String, reason: String },
    /// The checkpoint is not one of this key's: nothing is proved.
    #[error("{place}: {error}")]
    Note { place: String, error: HeadError },
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error("{place}: {reason}")]
    Unreadable { place: String, reason: String },
}

/// Beside the checkpoint: the entries that change the log's key, one a line.
const KEY_CHANGES: &str = "key-changes";

enum Source {
    Site(Client),
    Folder,
}

/// A log at a place.
pub struct TiledLog {
    source: Source,
    prefix: String,
}

impl TiledLog {
    /// A log at a URL or in a folder.
    pub fn new(place: &str) -> TiledLog {
        let site = place.starts_with("http://") || place.starts_with("https://");
        let source = if site { Source::Site(Client::default()) } else { Source::Folder };
        TiledLog { source, prefix: place.trim_end_matches('/').to_owned() }
    }

    /// The log's keys, if this is one of them: the log hands out the entries that
    /// change its key, each of which the key before has signed; others may be known from
    /// elsewhere. Where they stand in the log is held with its checkpoint.
    pub fn keys(&self, key: &VerifyingKey, later: &Later) -> Result<Succession, TiledError> {
        let place = self.place(KEY_CHANGES);
        let bytes = self.get(KEY_CHANGES)?.unwrap_or_default();
        let entries = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let keys = Succession::of_entries(entries).map_err(|(position, reason)| {
            broken(&place, &format!("position {position}: {reason}"))
        })?;
        let continued = |keys: &Succession| {
            later
                .continued(keys)
                .map_err(|(position, reason)| broken(&place, &format!("{position}: {reason}")))
        };
        let told = keys.map(|keys| continued(&keys)).transpose()?;
        match told.filter(|keys| keys.holds(key)) {
            Some(told) => Ok(told),
            None => continued(&Succession::of(key.clone())),
        }
    }

    /// The latest checkpoint with its note; the signature of the key in force fits, and
    /// each change of the log's key stands where it is said to.
    pub fn checkpoint(&self, keys: &Succession) -> Result<(Checkpoint, String), TiledError> {
        let place = self.place("checkpoint");
        let bytes = self.get("checkpoint")?.ok_or_else(|| TiledError::Unreadable {
            place: place.clone(),
            reason: "没有检查点 / no checkpoint there".to_owned(),
        })?;
        let note = String::from_utf8(bytes).map_err(|_| broken(&place, "not UTF-8"))?;
        let checkpoint = keys.verify(&note).map_err(|error| TiledError::Note { place, error })?;
        for step in keys.steps().iter().filter(|step| step.position < checkpoint.size) {
            let entry = self.entry(step.position, &checkpoint)?;
            let there = scan(&entry).ok().and_then(|fields| Step::of(&fields)?.ok());
            if there.is_none_or(|there| there.change != step.change) {
                let place = self.place(KEY_CHANGES);
                let reason = format!("position {}: the log holds another entry", step.position);
                return Err(broken(&place, &reason));
            }
        }
        Ok((checkpoint, note))
    }

    /// The entry at a position of the tree that this checkpoint signs; its leaf has
    /// been proved to lead to the root.
    ///
    /// # Errors
    ///
    /// [`TiledError::Broken`] if the log shows something else than was signed.
    pub fn entry(&self, position: u64, head: &Checkpoint) -> Result<Vec<u8>, TiledError> {
        let (index, size) = (position / WIDTH, head.size);
        let width = (size - index * WIDTH).min(WIDTH) as u16;
        let tile = Tile { content: Content::Entries, index, width };
        let bundle = self.tile(&tile)?;
        let place = self.place(&tile.to_string());
        let entry = nth(&bundle, (position % WIDTH) as usize)
            .ok_or_else(|| broken(&place, "the bundle ends before this entry"))?;
        let tree = Tiles { log: self, size };
        let path = inclusion(&tree, position, size)?.unwrap_or_default();
        let leaf = leaf_hash(entry);
        verify_inclusion(&leaf, position, size, &head.root, &path).map_err(
            |error| match error {
                ProofError::Root => broken(&place, "the entry does not lead to the signed root"),
                other => broken(&place, &other.to_string()),
            },
        )?;
        Ok(entry.to_vec())
    }

    /// The root over the first entries, by the tiles.
    pub fn root(&self, size: u64) -> Result<Digest, TiledError> {
        root(&Tiles { log: self, size }, size)
    }

    /// The root over the first `size` entries, by the tiles of a later checkpoint.
    pub fn earlier_root(&self, size: u64, head: &Checkpoint) -> Result<Digest, TiledError> {
        root(&Tiles { log: self, size: head.size }, size)
    }

    /// The audit path of an entry in the tree of the first `size`, likewise.
    pub fn path(
        &self,
        position: u64,
        size: u64,
        head: &Checkpoint,
    ) -> Result<Vec<Digest>, TiledError> {
        let path = inclusion(&Tiles { log: self, size: head.size }, position, size)?;
        Ok(path.unwrap_or_default())
    }

    /// The bytes of a tile or bundle of a tree; the full one may have replaced it.
    fn tile(&self, tile: &Tile) -> Result<Vec<u8>, TiledError> {
        let path = tile.to_string();
        if let Some(bytes) = self.get(&path)? {
            return Ok(bytes);
        }
        let full = Tile { width: WIDTH as u16, ..*tile };
        let found = if tile.is_full() { None } else { self.get(&full.to_string())? };
        found.ok_or_else(|| {
            broken(&self.place(&path), "the signed tree has it, and it is not there")
        })
    }

    fn get(&self, path: &str) -> Result<Option<Vec<u8>>, TiledError> {
        let place = self.place(path);
        match &self.source {
            Source::Site(client) => {
                let answer = client.get(&place)?;
                match answer.status {
                    200 => Ok(Some(answer.body)),
                    404 | 410 => Ok(None),
                    status => {
                        let reason = format!("status {status}");
                        Err(TiledError::Unreadable { place, reason })
                    }
                }
            }
            Source::Folder => match std::fs::read(PathBuf::from(&place)) {
                Ok(bytes) => Ok(Some(bytes)),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
                Err(error) => Err(TiledError::Unreadable { place, reason: error.to_string() }),
            },
        }
    }

    fn place(&self, path: &str) -> String {
        format!("{}/{path}", self.prefix)
    }
}

/// The complete nodes of the first `size` entries.
struct Tiles<'a> {
    log: &'a TiledLog,
    size: u64,
}

impl Nodes for Tiles<'_> {
    type Error = TiledError;

    fn node(&self, level: u32, index: u64) -> Result<Digest, TiledError> {
        let (tile_level, above) = ((level / HEIGHT) as u8, level % HEIGHT);
        let first = index << above;
        let tile = first / WIDTH;
        let width = (nodes(tile_level, self.size) - tile * WIDTH).min(WIDTH) as u16;
        let tile = Tile { content: Content::Hashes(tile_level), index: tile, width };
        let bytes = self.log.tile(&tile)?;
        let (hashes, rest) = bytes.as_chunks::<32>();
        let from = (first % WIDTH) as usize;
        let under = hashes.get(from..from + (1 << above)).filter(|_| rest.is_empty());
        let under = under.ok_or_else(|| {
            broken(&self.log.place(&tile.to_string()), "not as long as its address says")
        })?;
        let mut frontier = Frontier::new();
        under.iter().for_each(|hash| frontier.push(Digest(*hash)));
        Ok(frontier.root())
    }
}

fn nth(bundle: &[u8], number: usize) -> Option<&[u8]> {
    let mut rest = bundle;
    for at in 0..=number {
        let (length, after) = rest.split_first_chunk::<2>()?;
        let (entry, after) = after.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        if at == number {
            return Some(entry);
        }
        rest = after;
    }
    None
}

fn broken(place: &str, reason: &str) -> TiledError {
    TiledError::Broken { place: place.to_owned(), reason: reason.to_owned() }
}
