//! The index of a log's streams as its closings state it, kept in disposable files: one
//! for each of the last closings, so that the next one reads what came since, and an
//! extract the slices that its proof is made of.
//!
//! A file is never believed for itself. What the next closing is grown from must have
//! the root that the closing in the log states, and a proof from a file must lead there;
//! else the entries are read instead and the file is made again. So a file that was
//! changed, or is of another log, costs time and makes no closing false. What comes after
//! the last closing is followed as it is recorded (`Since`). Knows nothing of how entries
//! are recorded.
//!
//! All numbers are little-endian: magic, version, size, number of streams, bytes of all
//! names; where each name begins and where the last one ends; count and last link of
//! each stream; the nodes level by level from the leaves up; the names.

use crate::derived::write_whole;
use crate::store::{Store, StoreError, each_from};
use plumbline_replay::integrity::chain::{Digest, entry_hash};
use plumbline_replay::integrity::entry::scan;
use plumbline_replay::integrity::proof::Nodes;
use plumbline_replay::streams::{Closing, Head, IndexProof, Leaves, StreamIndex, prove};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

const MAGIC: &[u8; 8] = b"PLUMBSTR";
const VERSION: u64 = 1;
const NUMBER: u64 = 8;
const DIGEST: u64 = 32;
/// Magic and four numbers.
const HEADER: u64 = 5 * NUMBER;
/// A stream's count and last link.
const RECORD: u64 = NUMBER + DIGEST;
/// Files that are kept: an extract up to an older checkpoint needs the closing before.
const KEPT: usize = 2;
/// Longest name that is read; an entry is not longer.
const NAME_BYTES_MAX: u64 = 65_535;

/// Why there is no index.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An index of less than the log would be false for ever.
    #[error(
        "第 {0} 号记录读不出来,不作索引 / the entry at {0} cannot be read: no index is made; run \
         `plumb verify`"
    )]
    Unread(u64),
}

/// The streams of a log's entries since its last closing, followed as entries are
/// recorded: so a closing reads what came since the last look, and memory holds what a
/// day's entries are of.
#[derive(Debug, Default)]
pub struct Since {
    /// Entries that the closing covers.
    from: u64,
    /// What came after them; its size counts from there.
    index: StreamIndex,
}

impl Since {
    /// Takes the entries up to `size` that were not taken yet. Another closing than
    /// before begins anew.
    ///
    /// # Errors
    ///
    /// [`IndexError`] if an entry cannot be read.
    pub fn follow(
        &mut self,
        store: &dyn Store,
        last: Option<Closing>,
        size: u64,
    ) -> Result<(), IndexError> {
        let from = last.map_or(0, |closing| closing.size);
        if self.from != from || from + self.index.size() > size {
            *self = Since { from, index: StreamIndex::default() };
        }
        let (index, mut unread) = (&mut self.index, None);
        each_from(store, from + index.size(), size, |position, entry| match scan(entry) {
            Ok(fields) if position == from + index.size() => {
                index.push(fields.stream, entry_hash(entry));
            }
            _ => unread = unread.or(Some(position)),
        })?;
        unread.map_or(Ok(()), |position| Err(IndexError::Unread(position)))
    }
}

/// The files of one log.
pub struct StreamIndexes {
    dir: PathBuf,
}

impl StreamIndexes {
    pub fn new(dir: PathBuf) -> StreamIndexes {
        StreamIndexes { dir }
    }

    /// The index of a log's first `size` entries, grown from that of its last closing,
    /// if that one's file has the root which the closing states, by what was followed
    /// since. Without the file all entries are read.
    ///
    /// # Errors
    ///
    /// [`IndexError`] if an entry cannot be read.
    pub fn grown(
        &self,
        store: &dyn Store,
        last: Option<Closing>,
        since: &mut Since,
        size: u64,
    ) -> Result<StreamIndex, IndexError> {
        let last = last.filter(|closing| closing.size <= size);
        let kept = match last {
            // Nothing is before the entries that were followed.
            None => Some(StreamIndex::default()),
            Some(closing) => self.whole(&closing),
        };
        if let Some(mut index) = kept {
            since.follow(store, last, size)?;
            index.append(&since.index);
            return Ok(index);
        }
        let mut whole = Since::default();
        whole.follow(store, None, size)?;
        Ok(whole.index)
    }

    /// Keeps the index of a closing, and few of those before it. Where it cannot be
    /// written, the next closing reads the log from its beginning.
    pub fn keep(&self, index: &mut StreamIndex) {
        if let Err(error) = write_whole(&self.path(index.size()), &encode(index)) {
            tracing::warn!(%error, "the index of the streams is not kept");
            return;
        }
        let mut sizes = self.sizes();
        sizes.sort_unstable();
        let older = sizes.len().saturating_sub(KEPT);
        for size in &sizes[..older] {
            // It may have been removed by another process meanwhile.
            let _ = std::fs::remove_file(self.path(*size));
        }
    }

    /// What the index of a closing says of a stream, with the proof. Made of a few
    /// slices of its file, or of the entries where that does not lead to the root; the
    /// file is made again then.
    ///
    /// # Errors
    ///
    /// [`IndexError`] if an entry cannot be read.
    pub fn prove(
        &self,
        store: &dyn Store,
        closing: &Closing,
        stream: &str,
    ) -> Result<IndexProof, IndexError> {
        let kept = Kept::open(&self.path(closing.size)).ok().flatten();
        let proof = kept.and_then(|kept| prove(&kept, stream).ok());
        if let Some(proof) = proof.filter(|proof| proof.verify(stream, closing).is_ok()) {
            return Ok(proof);
        }
        let mut index = self.grown(store, None, &mut Since::default(), closing.size)?;
        self.keep(&mut index);
        Ok(index.prove(stream))
    }

    /// The index that a file holds, if it is the one that a closing states.
    fn whole(&self, closing: &Closing) -> Option<StreamIndex> {
        let kept = Kept::open(&self.path(closing.size)).ok()??;
        let mut index = kept.whole().ok()??;
        (index.closing() == *closing).then_some(index)
    }

    fn path(&self, size: u64) -> PathBuf {
        self.dir.join(format!("{size:020}.index"))
    }

    fn sizes(&self) -> Vec<u64> {
        let files = std::fs::read_dir(&self.dir).into_iter().flatten().flatten();
        let size = |name: &str| name.strip_suffix(".index")?.parse().ok();
        files.filter_map(|file| size(file.file_name().to_str()?)).collect()
    }
}

fn encode(index: &mut StreamIndex) -> Vec<u8> {
    let heads: Vec<Head> = index.heads().collect();
    let names: u64 = heads.iter().map(|head| head.stream.len() as u64).sum();
    let mut out = Vec::new();
    out.extend_from_slice(MAGIC);
    for number in [VERSION, index.size(), heads.len() as u64, names] {
        out.extend_from_slice(&number.to_le_bytes());
    }
    let mut at: u64 = 0;
    for head in &heads {
        out.extend_from_slice(&at.to_le_bytes());
        at += head.stream.len() as u64;
    }
    out.extend_from_slice(&at.to_le_bytes());
    for head in &heads {
        out.extend_from_slice(&head.count.to_le_bytes());
        out.extend_from_slice(&head.last.0);
    }
    for node in index.nodes().iter().flatten() {
        out.extend_from_slice(&node.0);
    }
    for head in &heads {
        out.extend_from_slice(head.stream.as_bytes());
    }
    out
}

/// One file, open. Nothing of it is checked but where its parts begin.
struct Kept {
    file: File,
    size: u64,
    streams: u64,
    names: u64,
}

impl Kept {
    /// `None` if it is no such file, of another version, or not as long as it must be.
    fn open(path: &Path) -> io::Result<Option<Kept>> {
        let file = File::open(path)?;
        let mut header = [0; HEADER as usize];
        file.read_exact_at(&mut header, 0)?;
        let length = file.metadata()?.len();
        let (magic, numbers) = header.split_at(MAGIC.len());
        let mut numbers = numbers.chunks_exact(NUMBER as usize).map(number);
        let mut next = || numbers.next().unwrap_or_default();
        let (version, size, streams, names) = (next(), next(), next(), next());
        let kept = Kept { file, size, streams, names };
        let sound = magic == MAGIC && version == VERSION && kept.length() == Some(length);
        Ok(sound.then_some(kept))
    }

    /// Where the records begin, after one offset more than there are streams.
    fn records(&self) -> Option<u64> {
        self.streams.checked_add(1)?.checked_mul(NUMBER)?.checked_add(HEADER)
    }

    fn nodes(&self) -> Option<u64> {
        self.records()?.checked_add(self.streams.checked_mul(RECORD)?)
    }

    fn names_at(&self) -> Option<u64> {
        // Fewer nodes than twice the leaves, so what fits above fits here.
        let count: u64 = (0..u64::BITS).map(|level| self.streams >> level).sum();
        self.nodes()?.checked_add(count.checked_mul(DIGEST)?)
    }

    fn length(&self) -> Option<u64> {
        // More leaves than half of all numbers: no such file.
        (self.streams < u64::MAX / 4).then_some(())?;
        self.names_at()?.checked_add(self.names)
    }

    fn read(&self, at: Option<u64>, length: u64) -> io::Result<Vec<u8>> {
        let at = at.ok_or(io::ErrorKind::InvalidData)?;
        let mut out = vec![0; usize::try_from(length).map_err(|_| io::ErrorKind::InvalidData)?];
        self.file.read_exact_at(&mut out, at)?;
        Ok(out)
    }

    /// The whole index; `None` if these leaves are none.
    fn whole(&self) -> io::Result<Option<StreamIndex>> {
        let offsets = self.read(Some(HEADER), (self.streams + 1) * NUMBER)?;
        let records = self.read(self.records(), self.streams * RECORD)?;
        let names = self.read(self.names_at(), self.names)?;
        let offsets: Vec<u64> = offsets.chunks_exact(NUMBER as usize).map(number).collect();
        let mut heads = Vec::new();
        for (bounds, record) in offsets.windows(2).zip(records.chunks_exact(RECORD as usize)) {
            let bounds = bounds[0] as usize..bounds[1] as usize;
            let Some(head) = names.get(bounds).and_then(|name| head(name, record)) else {
                return Ok(None);
            };
            heads.push(head);
        }
        Ok(StreamIndex::of(self.size, heads))
    }
}

fn number(bytes: &[u8]) -> u64 {
    bytes.try_into().map(u64::from_le_bytes).unwrap_or_default()
}

fn head(name: &[u8], record: &[u8]) -> Option<Head> {
    let (count, last) = record.split_at_checked(NUMBER as usize)?;
    let stream = std::str::from_utf8(name).ok()?.to_owned();
    Some(Head { stream, count: number(count), last: Digest(last.try_into().ok()?) })
}

impl Nodes for Kept {
    type Error = io::Error;

    fn node(&self, level: u32, index: u64) -> io::Result<Digest> {
        let below: u64 = (0..level).map(|level| self.streams >> level).sum();
        let at = self.nodes().map(|at| at + (below + index) * DIGEST);
        let bytes = self.read(at, DIGEST)?;
        bytes.try_into().map(Digest).map_err(|_| io::ErrorKind::InvalidData.into())
    }
}

impl Leaves for Kept {
    fn streams(&self) -> u64 {
        self.streams
    }

    fn head(&self, index: u64) -> io::Result<Head> {
        let bounds = self.read(Some(HEADER + index * NUMBER), 2 * NUMBER)?;
        let (from, to) = bounds.split_at(NUMBER as usize);
        let (from, to) = (number(from), number(to));
        let length = to.checked_sub(from).filter(|length| *length <= NAME_BYTES_MAX);
        let length = length.ok_or(io::ErrorKind::InvalidData)?;
        let at = self.names_at().and_then(|at| at.checked_add(from));
        let name = self.read(at, length)?;
        let record = self.read(self.records().map(|at| at + index * RECORD), RECORD)?;
        head(&name, &record).ok_or_else(|| io::ErrorKind::InvalidData.into())
    }
}
