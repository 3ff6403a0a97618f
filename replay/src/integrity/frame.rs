//! Commit frames and segment headers: the bytes of a segment file.
//!
//! A frame is one group of appends, whole or not at all. Its trailer is a
//! BLAKE3 digest over the header, the link of every entry and the digest of the
//! disclosures, so checking a frame costs nothing beyond the chain. All numbers
//! are big-endian. `schemas/FORMAT.md` §7 and §8 draw both layouts.

use super::chain::{Digest, entry_hash};
use super::entry::ENTRY_BYTES_MAX;
use std::fmt;

/// Bytes of a segment header; the first frame follows.
pub const SEGMENT_HEADER_BYTES: usize = 4096;
/// Bytes of a frame header.
pub const FRAME_HEADER_BYTES: usize = 96;
/// Bytes of a frame trailer.
pub const FRAME_TRAILER_BYTES: usize = 32;
/// Most entries in one frame.
pub const FRAME_ENTRIES_MAX: usize = 65_536;
/// Most bytes of entries, or of disclosures, in one frame.
pub const FRAME_BYTES_MAX: usize = 32 << 20;
/// What a device writes whole or not at all; a torn frame lacks whole sectors.
pub const SECTOR_BYTES: usize = 512;

const SEGMENT_MAGIC: &[u8; 8] = b"PLUMBSEG";
const FRAME_MAGIC: &[u8; 4] = b"PLF1";
const SEGMENT_VERSION: u16 = 1;
/// What [`SegmentHeader::decode`] says of a sound header of another version.
pub const NEWER_SEGMENT: &str = "段文件的格式较新 / a segment of a newer format";
/// An RFC 6962 frontier has at most one node for each bit of the size.
const FRONTIER_MAX: usize = 64;

/// What a segment file says of itself before its first frame. It repeats the
/// state of chain and tree at its start, so that opening a log reads one
/// segment and not all; full verification recomputes and compares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentHeader {
    /// SHA-256 of the log's origin: a segment cannot stand in another log.
    pub origin: Digest,
    pub first_position: u64,
    /// BLAKE3 of the entry before `first_position`; zero at 0.
    pub previous: Digest,
    /// RFC 6962 compact range of the tree of size `first_position`, largest
    /// subtree first.
    pub frontier: Vec<Digest>,
}

/// Numbers at the head of a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameHeader {
    pub count: u32,
    /// The writer's epoch (design §3): who wrote it, in order of takeover.
    pub epoch: u64,
    pub first_position: u64,
    /// BLAKE3 of the entry before `first_position`.
    pub previous: Digest,
    /// Bytes of the entries, each with its two length bytes.
    pub entries_bytes: u32,
    pub disclosures_bytes: u32,
}

/// A frame read and checked: positions, links and trailer agree.
#[derive(Clone, Debug)]
pub struct Frame<'a> {
    pub header: FrameHeader,
    pub entries: Vec<&'a [u8]>,
    /// BLAKE3 of each entry.
    pub hashes: Vec<Digest>,
    pub disclosures: &'a [u8],
    /// Bytes of the whole frame.
    pub bytes: usize,
}

/// Why the bytes at a place are not a sound frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FrameError {
    /// Nothing but zeros from here: the preallocated part.
    Blank,
    /// The frame was never wholly written: at least one sector of it is still
    /// as preallocation left it, and so is everything after it. A writer leaves
    /// a preallocated sector after every frame until the segment is closed, so a
    /// frame that ends where its file ends was whole once.
    Torn,
    /// Wholly written once, other bytes now. Without a position the frame's own
    /// header is damaged, and only the reader knows where it stands.
    Damaged { position: Option<u64>, what: &'static str },
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FrameError::Blank => f.write_str("此处没有提交帧 / no frame here"),
            FrameError::Torn => {
                f.write_str("未写完的提交帧 / a torn frame: it was never wholly written")
            }
            FrameError::Damaged { what, .. } => what.fmt(f),
        }
    }
}

impl std::error::Error for FrameError {}

impl SegmentHeader {
    /// The 4,096 bytes of the header.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(SEGMENT_HEADER_BYTES);
        out.extend_from_slice(SEGMENT_MAGIC);
        out.extend_from_slice(&SEGMENT_VERSION.to_be_bytes());
        out.extend_from_slice(&(self.frontier.len() as u16).to_be_bytes());
        out.extend_from_slice(&[0; 4]);
        out.extend_from_slice(&self.first_position.to_be_bytes());
        out.extend_from_slice(&self.origin.0);
        out.extend_from_slice(&self.previous.0);
        for node in &self.frontier {
            out.extend_from_slice(&node.0);
        }
        out.resize(SEGMENT_HEADER_BYTES - 32, 0);
        let check = entry_hash(&out);
        out.extend_from_slice(&check.0);
        out
    }

    /// Reads a header; `Err` says which part is not as written.
    pub fn decode(bytes: &[u8]) -> Result<SegmentHeader, &'static str> {
        let bytes = bytes
            .get(..SEGMENT_HEADER_BYTES)
            .ok_or("文件在段头之内即结束 / the file ends inside its header")?;
        if &bytes[..8] != SEGMENT_MAGIC {
            return Err("不是段文件 / not a segment file");
        }
        // Every format keeps magic, version and digest in these places, so that
        // a damaged version number is not taken for a newer format.
        let body = &bytes[..SEGMENT_HEADER_BYTES - 32];
        if entry_hash(body).0 != bytes[SEGMENT_HEADER_BYTES - 32..] {
            return Err("段头与其摘要不符 / the segment header does not match its digest");
        }
        if u16_at(bytes, 8) != SEGMENT_VERSION {
            return Err(NEWER_SEGMENT);
        }
        let nodes = usize::from(u16_at(bytes, 10));
        if nodes > FRONTIER_MAX {
            return Err("段头所列的树节点过多 / the segment header names too many tree nodes");
        }
        let frontier = (0..nodes).map(|index| digest_at(bytes, 88 + index * 32)).collect();
        Ok(SegmentHeader {
            origin: digest_at(bytes, 24),
            first_position: u64_at(bytes, 16),
            previous: digest_at(bytes, 56),
            frontier,
        })
    }
}

impl FrameHeader {
    fn encode(&self) -> [u8; FRAME_HEADER_BYTES] {
        let mut out = [0u8; FRAME_HEADER_BYTES];
        out[..4].copy_from_slice(FRAME_MAGIC);
        out[4..8].copy_from_slice(&self.count.to_be_bytes());
        out[8..16].copy_from_slice(&self.epoch.to_be_bytes());
        out[16..24].copy_from_slice(&self.first_position.to_be_bytes());
        out[24..56].copy_from_slice(&self.previous.0);
        out[56..60].copy_from_slice(&self.entries_bytes.to_be_bytes());
        out[60..64].copy_from_slice(&self.disclosures_bytes.to_be_bytes());
        let check = entry_hash(&out[..64]);
        out[64..].copy_from_slice(&check.0);
        out
    }

    /// Reads a frame header whose own digest holds. `None` if it does not.
    pub fn decode(bytes: &[u8]) -> Option<FrameHeader> {
        let bytes = bytes.get(..FRAME_HEADER_BYTES)?;
        if &bytes[..4] != FRAME_MAGIC || entry_hash(&bytes[..64]).0 != bytes[64..] {
            return None;
        }
        let header = FrameHeader {
            count: u32_at(bytes, 4),
            epoch: u64_at(bytes, 8),
            first_position: u64_at(bytes, 16),
            previous: digest_at(bytes, 24),
            entries_bytes: u32_at(bytes, 56),
            disclosures_bytes: u32_at(bytes, 60),
        };
        let sane = (1..=FRAME_ENTRIES_MAX).contains(&(header.count as usize))
            && header.entries_bytes as usize <= FRAME_BYTES_MAX
            && header.disclosures_bytes as usize <= FRAME_BYTES_MAX;
        sane.then_some(header)
    }

    /// Bytes of the whole frame.
    pub fn frame_bytes(&self) -> usize {
        FRAME_HEADER_BYTES
            + self.entries_bytes as usize
            + self.disclosures_bytes as usize
            + FRAME_TRAILER_BYTES
    }
}

/// A place inside a frame that is being gathered.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    bytes: usize,
    hashes: usize,
    disclosures: usize,
}

/// Gathers entries into one frame. The caller has made the entries and their
/// hashes; this puts bytes one after another.
#[derive(Debug)]
pub struct FrameBuilder {
    bytes: Vec<u8>,
    hashes: Vec<Digest>,
    disclosures: Vec<u8>,
    epoch: u64,
    first_position: u64,
    previous: Digest,
}

impl FrameBuilder {
    pub fn new(epoch: u64, first_position: u64, previous: Digest) -> FrameBuilder {
        let mut bytes = Vec::with_capacity(1 << 16);
        bytes.resize(FRAME_HEADER_BYTES, 0);
        FrameBuilder {
            bytes,
            hashes: Vec::new(),
            disclosures: Vec::new(),
            epoch,
            first_position,
            previous,
        }
    }

    /// Starts the next frame in the same buffers.
    pub fn restart(&mut self, first_position: u64, previous: Digest) {
        self.bytes.truncate(FRAME_HEADER_BYTES);
        self.hashes.clear();
        self.disclosures.clear();
        self.first_position = first_position;
        self.previous = previous;
    }

    /// Lets `make` append one entry's bytes, frames them, and returns them with
    /// their link. Fails without a trace if the entry is too long.
    pub fn entry(&mut self, make: impl FnOnce(&mut Vec<u8>)) -> Result<(&[u8], Digest), usize> {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(&[0, 0]);
        make(&mut self.bytes);
        let length = self.bytes.len() - start - 2;
        if length > ENTRY_BYTES_MAX {
            self.bytes.truncate(start);
            return Err(length);
        }
        self.bytes[start..start + 2].copy_from_slice(&(length as u16).to_be_bytes());
        let entry = &self.bytes[start + 2..];
        let hash = entry_hash(entry);
        self.hashes.push(hash);
        Ok((entry, hash))
    }

    /// Where encrypted disclosures are appended, as `schemas/FORMAT.md` frames them.
    pub fn disclosures_mut(&mut self) -> &mut Vec<u8> {
        &mut self.disclosures
    }

    /// Where the frame stands, to come back to with [`FrameBuilder::rollback`].
    pub fn mark(&self) -> Mark {
        Mark {
            bytes: self.bytes.len(),
            hashes: self.hashes.len(),
            disclosures: self.disclosures.len(),
        }
    }

    /// Forgets everything after a mark of this frame.
    pub fn rollback(&mut self, mark: &Mark) {
        self.bytes.truncate(mark.bytes);
        self.hashes.truncate(mark.hashes);
        self.disclosures.truncate(mark.disclosures);
    }

    /// The bytes of one gathered entry.
    pub fn gathered(&self, index: usize) -> Option<&[u8]> {
        let mut rest = self.bytes.get(FRAME_HEADER_BYTES..)?;
        for at in 0..=index {
            let (length, after) = rest.split_first_chunk::<2>()?;
            let (entry, after) =
                after.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
            if at == index {
                return Some(entry);
            }
            rest = after;
        }
        None
    }

    pub fn count(&self) -> usize {
        self.hashes.len()
    }

    /// Bytes gathered so far, for the writer's limit.
    pub fn len(&self) -> usize {
        self.bytes.len() + self.disclosures.len()
    }

    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    pub fn hashes(&self) -> &[Digest] {
        &self.hashes
    }

    pub fn first_position(&self) -> u64 {
        self.first_position
    }

    pub fn previous(&self) -> Digest {
        self.previous
    }

    /// The header that [`FrameBuilder::finish`] will write.
    pub fn header(&self) -> FrameHeader {
        FrameHeader {
            count: self.hashes.len() as u32,
            epoch: self.epoch,
            first_position: self.first_position,
            previous: self.previous,
            entries_bytes: (self.bytes.len() - FRAME_HEADER_BYTES) as u32,
            disclosures_bytes: self.disclosures.len() as u32,
        }
    }

    /// Completes the frame and lends its bytes. Afterwards only
    /// [`FrameBuilder::restart`] may be called.
    pub fn finish(&mut self) -> &[u8] {
        let header = self.header().encode();
        self.bytes[..FRAME_HEADER_BYTES].copy_from_slice(&header);
        let trailer = trailer(&header, &self.hashes, &self.disclosures);
        self.bytes.extend_from_slice(&self.disclosures);
        self.bytes.extend_from_slice(&trailer.0);
        &self.bytes
    }
}

fn trailer(header: &[u8], hashes: &[Digest], disclosures: &[u8]) -> Digest {
    let links: Vec<u8> = hashes.iter().flat_map(|hash| hash.0).collect();
    seal(header, &links, disclosures)
}

/// BLAKE3 of nothing, which most frames need: few have disclosures.
const NOTHING: Digest = Digest([
    0xaf, 0x13, 0x49, 0xb9, 0xf5, 0xf9, 0xa1, 0xa6, 0xa0, 0x40, 0x4d, 0xea, 0x36, 0xdc, 0xc9, 0x49,
    0x9b, 0xcb, 0x25, 0xc9, 0xad, 0xc1, 0x12, 0xb7, 0xcc, 0x9a, 0x93, 0xca, 0xe4, 0x1f, 0x32, 0x62,
]);

/// A frame's trailer: over its header, the links of its entries one after another
/// (32 bytes each), and its disclosures.
pub fn seal(header: &[u8], links: &[u8], disclosures: &[u8]) -> Digest {
    let mut hasher = blake3::Hasher::new();
    hasher.update(header);
    hasher.update(links);
    hasher.update(&if disclosures.is_empty() { NOTHING } else { entry_hash(disclosures) }.0);
    Digest(*hasher.finalize().as_bytes())
}

/// Reads the frame that starts at byte `offset` of a segment file. `bytes` is
/// the file from there to its end: what follows a bad frame tells torn from
/// damaged.
pub fn read(bytes: &[u8], offset: u64) -> Result<Frame<'_>, FrameError> {
    let Some(header) = FrameHeader::decode(bytes) else {
        return Err(without_header(bytes, offset));
    };
    let first = header.first_position;
    let Some((whole, after)) = bytes.split_at_checked(header.frame_bytes()) else {
        let what = "文件在提交帧之内即结束 / the file ends inside the frame";
        return Err(FrameError::Damaged { position: Some(first), what });
    };
    checked(header, whole).map_err(|(position, what)| {
        let preallocated_after = after.len() >= SECTOR_BYTES && is_zero(after);
        if preallocated_after && has_unwritten_sector(whole, offset) {
            FrameError::Torn
        } else {
            FrameError::Damaged { position: Some(position), what }
        }
    })
}

fn checked(header: FrameHeader, whole: &[u8]) -> Result<Frame<'_>, (u64, &'static str)> {
    let first = header.first_position;
    let entries_end = FRAME_HEADER_BYTES + header.entries_bytes as usize;
    let mut entries = Vec::with_capacity(header.count as usize);
    let mut hashes = Vec::with_capacity(header.count as usize);
    let mut rest = &whole[FRAME_HEADER_BYTES..entries_end];
    for index in 0..u64::from(header.count) {
        let broken = (
            first + index,
            "各条记录的长度与提交帧不合 / the lengths of the entries do not fill the frame",
        );
        let (length, after) = rest.split_first_chunk::<2>().ok_or(broken)?;
        let length = usize::from(u16::from_be_bytes(*length));
        if after.len() < length {
            return Err(broken);
        }
        let (entry, after) = after.split_at(length);
        hashes.push(entry_hash(entry));
        entries.push(entry);
        rest = after;
    }
    if !rest.is_empty() {
        // The frame's last entry: one after it would blame an entry of another frame.
        let last = first + u64::from(header.count).max(1) - 1;
        return Err((last, "末条记录之后有多余的字节 / bytes are left over after the last entry"));
    }
    let (disclosures, stored) = whole[entries_end..].split_at(header.disclosures_bytes as usize);
    let expected = trailer(&whole[..FRAME_HEADER_BYTES], &hashes, disclosures);
    if expected.0 != stored {
        let at = damaged_entry(whole, &entries, &hashes, disclosures);
        return Err((
            first + at,
            "提交帧的摘要与其字节不符 / the frame's digest does not match its bytes",
        ));
    }
    Ok(Frame { header, entries, hashes, disclosures, bytes: whole.len() })
}

/// Which entry of a frame is not as written, told from the links between its
/// entries: the entry before a broken link, or the one after it if that names a
/// wrong digest. Without a broken link it is the last entry, which no entry of
/// this frame links to, or what follows it.
fn damaged_entry(whole: &[u8], entries: &[&[u8]], hashes: &[Digest], disclosures: &[u8]) -> u64 {
    let linked = |index: usize| {
        let next = super::entry::scan(entries.get(index + 1)?).ok()?;
        Some(next.previous)
    };
    let broken = |index: usize| linked(index).is_some_and(|hash| hash != hashes[index]);
    let Some(at) = (0..hashes.len()).find(|&index| broken(index)) else {
        // An entry that cannot be scanned hides the link to the one before.
        let unreadable = entries.iter().position(|entry| super::entry::scan(entry).is_err());
        return unreadable.unwrap_or(entries.len().max(1) - 1) as u64;
    };
    let mut repaired = hashes.to_vec();
    repaired[at] = linked(at).unwrap_or(hashes[at]);
    let header = &whole[..FRAME_HEADER_BYTES];
    let stored = &whole[whole.len() - FRAME_TRAILER_BYTES..];
    let before = at + 2 < entries.len() && !broken(at + 1)
        || trailer(header, &repaired, disclosures).0 == stored;
    (if before { at } else { at + 1 }) as u64
}

/// Tells apart what stands where a frame header should be.
fn without_header(bytes: &[u8], offset: u64) -> FrameError {
    if is_zero(bytes) {
        return FrameError::Blank;
    }
    let (head, after) = bytes.split_at(bytes.len().min(FRAME_HEADER_BYTES));
    let preallocated_end =
        after.len() >= SECTOR_BYTES && is_zero(&after[after.len() - SECTOR_BYTES..]);
    if preallocated_end && has_unwritten_sector(head, offset) && !holds_a_frame(after) {
        return FrameError::Torn;
    }
    FrameError::Damaged {
        position: None,
        what: "提交帧的头与其摘要不符 / the frame header does not match its digest",
    }
}

/// True if some sector's share of the frame is still as preallocation left it.
/// Every written sector holds something other than zeros: headers and trailers
/// are digests, entries are text, disclosures are ciphertext.
fn has_unwritten_sector(frame: &[u8], offset: u64) -> bool {
    let first = SECTOR_BYTES - (offset % SECTOR_BYTES as u64) as usize;
    let (head, rest) = frame.split_at(first.min(frame.len()));
    is_zero(head) || rest.chunks(SECTOR_BYTES).any(is_zero)
}

/// A later frame proves that the one before it was once whole: the writer never
/// starts a frame before the former is durable.
fn holds_a_frame(bytes: &[u8]) -> bool {
    // Entries are text and disclosures ciphertext, so a block without the magic
    // is the rule: most are zeros, skipped a sector at a time.
    let mut at = 0;
    while at < bytes.len() {
        let sector = &bytes[at..bytes.len().min(at + SECTOR_BYTES)];
        if !is_zero(sector) {
            let starts = sector.iter().enumerate().filter(|(_, byte)| **byte == FRAME_MAGIC[0]);
            for (start, _) in starts {
                if FrameHeader::decode(&bytes[at + start..]).is_some() {
                    return true;
                }
            }
        }
        at += SECTOR_BYTES;
    }
    false
}

fn is_zero(bytes: &[u8]) -> bool {
    const ZEROS: [u8; SECTOR_BYTES] = [0; SECTOR_BYTES];
    bytes.chunks(SECTOR_BYTES).all(|chunk| chunk == &ZEROS[..chunk.len()])
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let mut word = [0; 4];
    word.copy_from_slice(&bytes[at..at + 4]);
    u32::from_be_bytes(word)
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    let mut word = [0; 8];
    word.copy_from_slice(&bytes[at..at + 8]);
    u64::from_be_bytes(word)
}

fn digest_at(bytes: &[u8], at: usize) -> Digest {
    let mut digest = [0; 32];
    digest.copy_from_slice(&bytes[at..at + 32]);
    Digest(digest)
}
