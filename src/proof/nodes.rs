//! The tree nodes that a sealed segment's entries complete, of every level, one
//! disposable file a segment.
//!
//! All numbers are little-endian: magic, version, the positions of the segment's
//! first entry and of the next segment's, BLAKE3 of the frontier at either, the
//! nodes level by level from the leaves up, BLAKE3 of all that. Each level begins
//! at a place that the two positions give, so a node or a tile is a slice. A file
//! counts only between exactly the two frontiers that the segments' own headers
//! name, so one of another log or of an older copy is made again. Its digest is
//! checked before its first slice is given out.

use crate::derived::write_whole;
use crate::store::{Store, StoreError};
use plumbline_replay::integrity::chain::Digest;
use plumbline_replay::integrity::tree::{Frontier, leaf_hash};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

const MAGIC: &[u8; 8] = b"PLUMBNOD";
const VERSION: u64 = 1;
const DIGEST: usize = 32;
/// Magic, three numbers and two digests.
const HEADER: usize = 8 + 3 * 8 + 2 * DIGEST;
const READ_BYTES: usize = 4 << 20;

/// The leaves of one segment: from `first` up to `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Extent {
    pub first: u64,
    pub end: u64,
}

impl Extent {
    /// The index of the first node of a level that these leaves complete.
    pub fn first_node(&self, level: u32) -> u64 {
        self.first.checked_shr(level).unwrap_or(0)
    }

    /// The index after the last one.
    pub fn end_node(&self, level: u32) -> u64 {
        self.end.checked_shr(level).unwrap_or(0)
    }

    fn count(&self, level: u32) -> u64 {
        self.end_node(level) - self.first_node(level)
    }

    fn total(&self) -> u64 {
        (0..u64::BITS).map(|level| self.count(level)).sum()
    }

    /// Where a node stands in the file.
    fn offset(&self, level: u32, index: u64) -> u64 {
        let below: u64 = (0..level).map(|level| self.count(level)).sum();
        HEADER as u64 + DIGEST as u64 * (below + index - self.first_node(level))
    }
}

/// The nodes that the entries of a segment complete, in memory.
#[derive(Debug, Default)]
pub(super) struct Levels {
    first: u64,
    levels: Vec<Vec<Digest>>,
}

impl Levels {
    pub fn new(first: u64) -> Levels {
        Levels { first, levels: Vec::new() }
    }

    pub fn first(&self) -> u64 {
        self.first
    }

    /// Reads entries from the frontier up to `end` and adds what they complete.
    ///
    /// # Errors
    ///
    /// [`StoreError::Damaged`] if the log ends before.
    pub fn read(
        &mut self,
        store: &dyn Store,
        frontier: &mut Frontier,
        end: u64,
    ) -> Result<(), StoreError> {
        while frontier.size() < end {
            let blocks = store.read(frontier.size(), READ_BYTES)?;
            if blocks.is_empty() {
                return Err(StoreError::ends_early(frontier.size(), end));
            }
            for (position, _, entry) in blocks.iter().flat_map(|block| block.entries()) {
                if position == frontier.size() && position < end {
                    frontier.push_with(leaf_hash(entry), |level, _, hash| self.add(level, hash));
                }
            }
        }
        Ok(())
    }

    fn add(&mut self, level: u32, hash: &Digest) {
        let level = level as usize;
        if self.levels.len() <= level {
            self.levels.resize_with(level + 1, Vec::new);
        }
        self.levels[level].push(*hash);
    }

    /// Up to `count` nodes of a level; fewer if it has no more.
    pub fn slice(&self, level: u32, index: u64, count: u64) -> &[Digest] {
        let nodes = self.levels.get(level as usize).map_or(&[][..], Vec::as_slice);
        let first = self.first.checked_shr(level).unwrap_or(0);
        let from = index.checked_sub(first).and_then(|from| usize::try_from(from).ok());
        let rest = from.and_then(|from| nodes.get(from..)).unwrap_or(&[]);
        &rest[..rest.len().min(count as usize)]
    }
}

/// The nodes of one sealed segment.
#[derive(Debug)]
pub(super) struct Sealed {
    extent: Extent,
    path: PathBuf,
    /// What the file must begin with.
    header: Vec<u8>,
    held: Mutex<Held>,
}

#[derive(Debug)]
enum Held {
    /// In a file whose digest nobody has compared yet.
    Unchecked,
    /// In a file that was whole when it was first read, or has just been written.
    Checked,
    /// In memory, since the file cannot be written.
    Memory(Levels),
}

impl Sealed {
    /// The nodes between two frontiers, if there is a file that claims to hold
    /// just these.
    pub fn find(dir: &Path, start: &Frontier, end: &Frontier) -> Option<Sealed> {
        let sealed = Sealed::new(dir, start, end, Held::Unchecked);
        let file = File::open(&sealed.path).ok()?;
        let mut begins = vec![0; sealed.header.len()];
        file.read_exact_at(&mut begins, 0).ok()?;
        let length = file.metadata().ok()?.len();
        (begins == sealed.header && length == sealed.file_bytes()).then_some(sealed)
    }

    /// Writes the nodes of a segment that has been read. Where that fails they are
    /// kept in memory: the room may be what is lacking.
    pub fn write(dir: &Path, start: &Frontier, end: &Frontier, levels: Levels) -> Sealed {
        let mut sealed = Sealed::new(dir, start, end, Held::Checked);
        if write_whole(&sealed.path, &sealed.encode(&levels)).is_err() {
            sealed.held = Mutex::new(Held::Memory(levels));
        }
        sealed
    }

    fn new(dir: &Path, start: &Frontier, end: &Frontier, held: Held) -> Sealed {
        Sealed {
            extent: Extent { first: start.size(), end: end.size() },
            path: dir.join(format!("{:020}.nodes", start.size())),
            header: header(start, end),
            held: Mutex::new(held),
        }
    }

    pub fn extent(&self) -> &Extent {
        &self.extent
    }

    /// Up to `count` nodes of a level; fewer if the segment completes no more. A
    /// file that is not as written is made again from the entries.
    pub fn slice(
        &self,
        store: &dyn Store,
        level: u32,
        index: u64,
        count: u64,
    ) -> Result<Vec<Digest>, StoreError> {
        let count = count.min(self.extent.end_node(level).saturating_sub(index));
        let mut bytes = vec![0; count as usize * DIGEST];
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*held, Held::Unchecked) {
            *held = self.checked(store)?;
        }
        let mut read = self.read(&held, level, index, &mut bytes);
        if read.is_err() {
            // Deleted under the running program.
            *held = self.checked(store)?;
            read = self.read(&held, level, index, &mut bytes);
        }
        read.map_err(|error| {
            StoreError::Unavailable(format!("{}: {error}; delete it", self.path.display()))
        })?;
        let (digests, _) = bytes.as_chunks::<DIGEST>();
        Ok(digests.iter().map(|digest| Digest(*digest)).collect())
    }

    fn read(&self, held: &Held, level: u32, index: u64, out: &mut [u8]) -> io::Result<()> {
        if let Held::Memory(levels) = held {
            let nodes = levels.slice(level, index, (out.len() / DIGEST) as u64);
            out.chunks_exact_mut(DIGEST)
                .zip(nodes)
                .for_each(|(to, node)| to.copy_from_slice(&node.0));
            return Ok(());
        }
        File::open(&self.path)?.read_exact_at(out, self.extent.offset(level, index))
    }

    fn checked(&self, store: &dyn Store) -> Result<Held, StoreError> {
        let whole = |bytes: Vec<u8>| {
            let (content, digest) = bytes.split_last_chunk::<DIGEST>()?;
            let fits = content.starts_with(&self.header)
                && bytes.len() as u64 == self.file_bytes()
                && blake3::hash(content).as_bytes() == digest;
            fits.then_some(())
        };
        if std::fs::read(&self.path).ok().and_then(whole).is_some() {
            return Ok(Held::Checked);
        }
        let Extent { first, end } = self.extent;
        let mut frontier = store.segment_start(first)?.frontier;
        let start = frontier.clone();
        let mut levels = Levels::new(first);
        levels.read(store, &mut frontier, end)?;
        if header(&start, &frontier) != self.header {
            return Err(discontinuous(first, end));
        }
        match write_whole(&self.path, &self.encode(&levels)) {
            Ok(()) => Ok(Held::Checked),
            Err(_) => Ok(Held::Memory(levels)),
        }
    }

    fn encode(&self, levels: &Levels) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.file_bytes() as usize);
        out.extend_from_slice(&self.header);
        for hash in levels.levels.iter().flatten() {
            out.extend_from_slice(&hash.0);
        }
        let digest = blake3::hash(&out);
        out.extend_from_slice(digest.as_bytes());
        out
    }

    fn file_bytes(&self) -> u64 {
        (HEADER + DIGEST) as u64 + DIGEST as u64 * self.extent.total()
    }
}

/// The entries of a segment do not lead to where the next one begins.
pub(super) fn discontinuous(first: u64, end: u64) -> StoreError {
    StoreError::Damaged {
        position: first,
        what: "the tree over the segment is not the one that the next segment continues".to_owned(),
        place: format!("entries {first} to {end}"),
    }
}

fn header(start: &Frontier, end: &Frontier) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    for number in [VERSION, start.size(), end.size()] {
        out.extend_from_slice(&number.to_le_bytes());
    }
    for frontier in [start, end] {
        let mut hasher = blake3::Hasher::new();
        for node in frontier.nodes() {
            hasher.update(&node.0);
        }
        out.extend_from_slice(hasher.finalize().as_bytes());
    }
    out
}
