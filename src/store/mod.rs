//! Where a log lives, in the words of a ledger.
//!
//! An engine keeps bytes and compares a head; it does not hash, number, or
//! understand entries: the sequencer has done that. Everything above sees only
//! this trait, so another engine is one file and one line in the contract suite.

pub mod memory;

use plumbline_replay::integrity::chain::Digest;
use plumbline_replay::integrity::frame::FrameHeader;
use plumbline_replay::integrity::tree::Frontier;

/// The end of a log: what the next frame must continue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Number of entries, which is also the next position.
    pub size: u64,
    /// BLAKE3 of the last entry; zero for an empty log.
    pub last_hash: Digest,
    /// RFC 6962 compact range over all entries.
    pub frontier: Frontier,
    /// The last entry's bytes; its `recorded_at` bounds the next one's.
    pub last_entry: Option<Vec<u8>>,
}

/// What opening for writing found and did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recovery {
    /// Bytes of a torn tail frame that were dropped. No receipt was ever given
    /// for them.
    pub torn_bytes_dropped: u64,
}

/// The right to append, until someone else acquires the log.
pub struct Acquired {
    pub writer: Box<dyn Writer>,
    pub head: Head,
    pub epoch: u64,
    pub recovery: Recovery,
}

/// A run of committed entries as they are stored: each entry after its length
/// as uint16 big-endian (a C2SP bundle). Not re-hashed: reading is not verifying.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    pub first_position: u64,
    pub count: u32,
    /// The segment that holds it, named by its first position.
    pub segment: u64,
    /// Byte offset in that segment of the first length.
    pub offset: u64,
    pub bytes: Vec<u8>,
    /// The frame's disclosures, as the vault framed them.
    pub disclosures: Vec<u8>,
}

/// A segment as readers see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SegmentInfo {
    pub first_position: u64,
    /// Committed entries in it.
    pub count: u64,
    /// Committed bytes in it, its header included.
    pub bytes: u64,
    /// No frame will be added to it any more.
    pub sealed: bool,
}

/// What a segment's first entry continues, as the segment's own header says it.
/// Nobody has compared it with the entries before: whoever relies on it must.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentStart {
    /// BLAKE3 of the entry before; zero at position 0.
    pub previous: Digest,
    /// RFC 6962 compact range over all entries before.
    pub frontier: Frontier,
}

/// Why an engine could not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process holds the log.
    #[error("账本正被另一进程占用 / the log is in use by another process ({0})")]
    Locked(String),
    /// Another writer acquired the log after this one.
    #[error("另一写入者已接管日志 / another writer has taken over the log")]
    Fenced,
    /// The frame does not continue the head.
    #[error(
        "提交帧不接日志,日志止于第 {0} 号 / the frame does not continue the log, which ends at position {0}"
    )]
    Conflict(u64),
    /// The frame may or may not be durable: only `acquire` may go on.
    #[error("写入是否完成未知 / the write may or may not have happened: {0}")]
    InDoubt(String),
    /// Nothing happened; the reason may pass (disk full, no descriptors).
    #[error("{0}")]
    Unavailable(String),
    /// The files are another user's.
    #[error("{0}")]
    NotPermitted(String),
    #[error(
        "{0} 字节的提交帧超过一段所能容 / a frame of {0} bytes is larger than a segment can hold"
    )]
    TooLarge(usize),
    /// Stored bytes are not as written. `position` is the first entry concerned.
    #[error("第 {position} 号记录起有损坏 / damaged at position {position}: {what}({place})")]
    Damaged { position: u64, what: String, place: String },
    /// No log there.
    #[error("此处没有日志 / no log at {0}")]
    Missing(String),
    /// Written by a newer program.
    #[error("{0} 的格式较新,请用新版程序 / {0} has a newer format than this program reads")]
    NewerFormat(String),
}

impl StoreError {
    /// What the system would not do at a place, where nothing has happened yet.
    pub fn not_done(place: impl std::fmt::Display, error: &std::io::Error) -> StoreError {
        let told = format!("{place}: {error}");
        match error.kind() {
            std::io::ErrorKind::PermissionDenied => StoreError::NotPermitted(told),
            _ => StoreError::Unavailable(told),
        }
    }
}

impl StoreError {
    /// The log was said to have `size` entries and has none at `position`.
    pub fn ends_early(position: u64, size: u64) -> StoreError {
        StoreError::Damaged {
            position,
            what: format!(
                "日志在此结束,不足 {size} 条 / the log ends here, before its size of {size}"
            ),
            place: "the end of the log".to_owned(),
        }
    }
}

const READ_BYTES: usize = 4 << 20;

/// Reads a log block by block up to its `size`th entry; the last block may hold
/// entries behind it.
pub fn each_block(
    store: &dyn Store,
    size: u64,
    found: impl FnMut(&Block) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    each_block_from(store, 0, size, found)
}

fn each_block_from(
    store: &dyn Store,
    from: u64,
    size: u64,
    mut found: impl FnMut(&Block) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut at = from;
    while at < size {
        let before = at;
        for block in store.read(at, READ_BYTES)? {
            at = at.max(block.first_position + u64::from(block.count));
            found(&block)?;
        }
        if at == before {
            return Err(StoreError::ends_early(at, size));
        }
    }
    Ok(())
}

/// Reads a log's first `size` entries, each with its position.
pub fn each(store: &dyn Store, size: u64, found: impl FnMut(u64, &[u8])) -> Result<(), StoreError> {
    each_from(store, 0, size, found)
}

/// Reads a log's entries from a position up to its `size`th, each with its position.
pub fn each_from(
    store: &dyn Store,
    from: u64,
    size: u64,
    mut found: impl FnMut(u64, &[u8]),
) -> Result<(), StoreError> {
    each_block_from(store, from, size, |block| {
        let asked = |position: u64| (from..size).contains(&position);
        for (position, _, entry) in block.entries().filter(|(position, ..)| asked(*position)) {
            found(position, entry);
        }
        Ok(())
    })
}

/// One entry's bytes; `None` if the log has no such position.
pub fn entry_at(store: &dyn Store, position: u64) -> Result<Option<Vec<u8>>, StoreError> {
    let blocks = store.read(position, 1)?;
    let mut entries = blocks.iter().flat_map(Block::entries);
    Ok(entries.find(|(at, _, _)| *at == position).map(|(_, _, entry)| entry.to_vec()))
}

/// Appends frames to one log.
pub trait Writer: Send {
    /// Makes one frame durable. When it returns `Ok`, every byte of the frame
    /// has survived as if power failed now; on `Err` other than [`InDoubt`]
    /// nothing of it will ever be read. After `InDoubt` or `Fenced` every
    /// further call fails: the state is unknown until someone acquires again.
    ///
    /// `next` is the frontier after the frame: an engine that starts a new
    /// segment with the following frame writes it into that segment's header.
    ///
    /// [`InDoubt`]: StoreError::InDoubt
    fn append(
        &mut self,
        header: &FrameHeader,
        frame: &[u8],
        last_hash: Digest,
        next: &Frontier,
    ) -> Result<(), StoreError>;
}

/// One log. Reading never waits for writing, and sees whole frames only.
pub trait Store: Send + Sync {
    /// Fences off older writers durably, then reads the tail.
    fn acquire(&self, who: &str) -> Result<Acquired, StoreError>;

    /// Committed entries. In a process that does not write, looks again at what
    /// another process has committed since.
    fn size(&self) -> Result<u64, StoreError>;

    /// All segments in order of position.
    fn segments(&self) -> Result<Vec<SegmentInfo>, StoreError>;

    /// The start of a segment, named by its first position.
    fn segment_start(&self, segment: u64) -> Result<SegmentStart, StoreError>;

    /// Whole frames, the first of which holds `from`; stops after the frame with
    /// which `max_bytes` is reached. Empty only if `from` is the size.
    fn read(&self, from: u64, max_bytes: usize) -> Result<Vec<Block>, StoreError>;

    /// Bytes of one segment, at an offset that a [`Block`] has named.
    fn slice(&self, segment: u64, offset: u64, length: usize) -> Result<Vec<u8>, StoreError>;
}

impl Block {
    /// The entries with their positions and byte offsets in the segment.
    pub fn entries(&self) -> impl Iterator<Item = (u64, u64, &[u8])> {
        let mut rest = self.bytes.as_slice();
        let mut offset = self.offset;
        let mut position = self.first_position;
        std::iter::from_fn(move || {
            let (length, after) = rest.split_first_chunk::<2>()?;
            let length = usize::from(u16::from_be_bytes(*length));
            let (entry, after) = after.split_at_checked(length)?;
            let item = (position, offset + 2, entry);
            rest = after;
            offset += 2 + length as u64;
            position += 1;
            Some(item)
        })
    }
}
