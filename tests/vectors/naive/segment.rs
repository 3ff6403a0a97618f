//! FORMAT.md §7 and §8: segment files and commit frames.

use super::blake3;
use super::tree::Hash;

const HEADER: usize = 4096;
const SECTOR: usize = 512;

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_be_bytes(bytes[at..at + 8].try_into().expect("eight bytes were taken"))
}

fn u32_at(bytes: &[u8], at: usize) -> usize {
    u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four bytes were taken")) as usize
}

/// A segment's header.
pub fn header(origin: &Hash, first: u64, previous: &Hash, frontier: &[Hash]) -> Vec<u8> {
    let mut out = b"PLUMBSEG\x00\x01".to_vec();
    out.extend_from_slice(&(frontier.len() as u16).to_be_bytes());
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(&first.to_be_bytes());
    out.extend_from_slice(origin);
    out.extend_from_slice(previous);
    for node in frontier {
        out.extend_from_slice(node);
    }
    out.resize(HEADER - 32, 0);
    out.extend_from_slice(&blake3(&out));
    out
}

/// Reads a header: the first position, or the code of its refusal.
pub fn read_header(bytes: &[u8]) -> Result<u64, &'static str> {
    let bytes = bytes.get(..HEADER).ok_or("segment-short")?;
    if !bytes.starts_with(b"PLUMBSEG") {
        return Err("segment-magic");
    }
    if blake3(&bytes[..HEADER - 32]) != bytes[HEADER - 32..] {
        return Err("segment-digest");
    }
    if bytes[8..10] != [0, 1] {
        return Err("segment-version");
    }
    let first = u64_at(bytes, 16);
    let nodes = u32::from(bytes[10]) << 8 | u32::from(bytes[11]);
    if nodes != first.count_ones() { Err("segment-frontier") } else { Ok(first) }
}

/// A commit frame.
pub fn frame(epoch: u64, first: u64, previous: &Hash, entries: &[&[u8]], sealed: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    for entry in entries {
        body.extend_from_slice(&(entry.len() as u16).to_be_bytes());
        body.extend_from_slice(entry);
    }
    let mut out = b"PLF1".to_vec();
    out.extend_from_slice(&(entries.len() as u32).to_be_bytes());
    out.extend_from_slice(&epoch.to_be_bytes());
    out.extend_from_slice(&first.to_be_bytes());
    out.extend_from_slice(previous);
    out.extend_from_slice(&(body.len() as u32).to_be_bytes());
    out.extend_from_slice(&(sealed.len() as u32).to_be_bytes());
    out.extend_from_slice(&blake3(&out));
    let trailer = trailer(&out, entries, sealed);
    [&out[..], &body, sealed, &trailer].concat()
}

fn trailer(header: &[u8], entries: &[&[u8]], sealed: &[u8]) -> Hash {
    let links: Vec<u8> = entries.iter().flat_map(|entry| blake3(entry)).collect();
    blake3(&[header, &links, &blake3(sealed)].concat())
}

/// A frame that was read.
#[derive(Debug, PartialEq)]
pub struct Frame {
    pub first: u64,
    pub entries: Vec<Vec<u8>>,
    pub sealed: Vec<u8>,
    pub bytes: usize,
}

/// Reads the frame at `offset` of a file: `Ok(None)` where only zeros follow,
/// else the frame or the code of its refusal, `torn` or `damaged`.
pub fn read_frame(file: &[u8], offset: usize) -> Result<Option<Frame>, &'static str> {
    let bytes = &file[offset..];
    if bytes.iter().all(|byte| *byte == 0) {
        return Ok(None);
    }
    if !is_header(bytes) {
        let head = &file[offset..file.len().min(offset + 96)];
        let rest = &file[offset + head.len()..];
        let blank_end = rest.len() >= SECTOR && rest[rest.len() - SECTOR..].iter().all(|b| *b == 0);
        let later = (0..rest.len()).any(|at| is_header(&rest[at..]));
        let torn = blank_end && lacks_a_sector(head, offset) && !later;
        return Err(if torn { "torn" } else { "damaged" });
    }
    let length = 96 + u32_at(bytes, 56) + u32_at(bytes, 60) + 32;
    let Some(whole) = bytes.get(..length) else { return Err("damaged") };
    match sound(whole) {
        Some(frame) => Ok(Some(frame)),
        None => {
            let after = &bytes[length..];
            let blank = after.len() >= SECTOR && after.iter().all(|byte| *byte == 0);
            Err(if blank && lacks_a_sector(whole, offset) { "torn" } else { "damaged" })
        }
    }
}

fn is_header(bytes: &[u8]) -> bool {
    let Some(bytes) = bytes.get(..96) else { return false };
    bytes.starts_with(b"PLF1")
        && blake3(&bytes[..64]) == bytes[64..]
        && (1..=65_536).contains(&u32_at(bytes, 4))
        && u32_at(bytes, 56) <= 32 << 20
        && u32_at(bytes, 60) <= 32 << 20
}

/// True if the share of some sector of the file is all zeros.
fn lacks_a_sector(part: &[u8], offset: usize) -> bool {
    let mut from = 0;
    while from < part.len() {
        let to = part.len().min(from + SECTOR - (offset + from) % SECTOR);
        if part[from..to].iter().all(|byte| *byte == 0) {
            return true;
        }
        from = to;
    }
    false
}

fn sound(whole: &[u8]) -> Option<Frame> {
    let end = 96 + u32_at(whole, 56);
    let mut entries: Vec<&[u8]> = Vec::new();
    let mut at = 96;
    while at < end {
        let length = usize::from(*whole.get(at)?) << 8 | usize::from(*whole.get(at + 1)?);
        entries.push(whole[..end].get(at + 2..at + 2 + length)?);
        at += 2 + length;
    }
    let sealed = &whole[end..whole.len() - 32];
    let fits = entries.len() == u32_at(whole, 4)
        && trailer(&whole[..96], &entries, sealed) == whole[whole.len() - 32..];
    fits.then(|| Frame {
        first: u64_at(whole, 16),
        entries: entries.iter().map(|entry| entry.to_vec()).collect(),
        sealed: sealed.to_vec(),
        bytes: whole.len(),
    })
}
