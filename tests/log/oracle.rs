//! Reads a log's files from the format's description alone: no function of the
//! program is used, so that both must be wrong in the same way to agree.

use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// What a log's files hold.
#[derive(Debug, PartialEq, Eq)]
pub struct Found {
    pub entries: Vec<Vec<u8>>,
    /// RFC 6962 root over them.
    pub root: [u8; 32],
    /// First position of each segment.
    pub segments: Vec<u64>,
}

/// Reads all segments among a directory's files, by name. `Err` says what is not
/// as the format asks for.
pub fn read(files: &BTreeMap<String, Vec<u8>>) -> Result<Found, String> {
    let mut entries: Vec<Vec<u8>> = Vec::new();
    let mut segments = Vec::new();
    let mut last = [0u8; 32];
    let named: Vec<_> = files.iter().filter(|(n, _)| n.ends_with(".seg")).collect();
    for (index, (name, bytes)) in named.iter().enumerate() {
        let at = |what: &str| format!("{name}: {what}");
        let first = entries.len() as u64;
        if **name != format!("{first:020}.seg") {
            return Err(at(&format!("expected a segment that begins at {first}")));
        }
        segments.push(first);
        segment_header(bytes, first, &last, &entries).map_err(|what| at(&what))?;
        let mut rest = &bytes[4096..];
        while rest.iter().any(|byte| *byte != 0) {
            let length = frame(rest, &mut entries, &mut last).map_err(|what| at(&what))?;
            rest = &rest[length..];
        }
        if index + 1 < named.len() && !rest.is_empty() {
            return Err(at("zeros at the end of a segment that is not the last"));
        }
    }
    let root = root(&entries);
    Ok(Found { entries, root, segments })
}

fn segment_header(
    bytes: &[u8],
    first: u64,
    last: &[u8; 32],
    entries: &[Vec<u8>],
) -> Result<(), String> {
    let header = bytes.get(..4096).ok_or("no header")?;
    if &header[..8] != b"PLUMBSEG" || header[8..10] != [0, 1] {
        return Err("magic or version".to_owned());
    }
    if blake3::hash(&header[..4064]).as_bytes() != &header[4064..] {
        return Err("header digest".to_owned());
    }
    if header[16..24] != first.to_be_bytes() || header[24..56] != [7; 32] {
        return Err("position or origin".to_owned());
    }
    if &header[56..88] != last {
        return Err("previous".to_owned());
    }
    let nodes = usize::from(header[10]) * 256 + usize::from(header[11]);
    let peaks = peaks(entries);
    if nodes != peaks.len() || header[88..88 + 32 * nodes] != peaks.concat() {
        return Err("tree nodes".to_owned());
    }
    Ok(())
}

fn frame(bytes: &[u8], entries: &mut Vec<Vec<u8>>, last: &mut [u8; 32]) -> Result<usize, String> {
    let number = |at: usize, length: usize| {
        let digits = bytes.get(at..at + length).ok_or("the file ends in a frame")?;
        Ok::<usize, String>(digits.iter().fold(0, |n, d| n << 8 | usize::from(*d)))
    };
    if bytes.get(..4) != Some(b"PLF1") {
        return Err("no frame where one should be".to_owned());
    }
    let (count, position) = (number(4, 4)?, number(16, 8)?);
    let (entry_bytes, disclosure_bytes) = (number(56, 4)?, number(60, 4)?);
    if position != entries.len() || &bytes[24..56] != last {
        return Err("the frame does not continue".to_owned());
    }
    let total = 96 + entry_bytes + disclosure_bytes + 32;
    let whole = bytes.get(..total).ok_or("the file ends in a frame")?;
    let mut summary = blake3::Hasher::new();
    summary.update(&whole[..96]);
    let mut at = 96;
    for _ in 0..count {
        let length = number(at, 2)?;
        let entry = bytes[at + 2..at + 2 + length].to_vec();
        let named = format!("\"previous\":\"{}\"", blake3::Hash::from(*last).to_hex());
        if !String::from_utf8_lossy(&entry).contains(&named) {
            return Err(format!("entry {} has another previous", entries.len()));
        }
        *last = *blake3::hash(&entry).as_bytes();
        summary.update(last);
        entries.push(entry);
        at += 2 + length;
    }
    if at != 96 + entry_bytes {
        return Err("lengths of the entries".to_owned());
    }
    summary.update(blake3::hash(&whole[at..at + disclosure_bytes]).as_bytes());
    if summary.finalize().as_bytes() != &whole[total - 32..] {
        return Err(format!("trailer of the frame at {position}"));
    }
    Ok(total)
}

/// RFC 6962 §2.1, as it is written there.
pub fn root(entries: &[Vec<u8>]) -> [u8; 32] {
    match entries {
        [] => Sha256::digest(b"").into(),
        [entry] => Sha256::new().chain_update([0]).chain_update(entry).finalize().into(),
        _ => {
            let k = entries.len().next_power_of_two() / 2;
            let (left, right) = entries.split_at(k);
            Sha256::new()
                .chain_update([1])
                .chain_update(root(left))
                .chain_update(root(right))
                .finalize()
                .into()
        }
    }
}

/// The roots of the perfect subtrees, largest first.
fn peaks(entries: &[Vec<u8>]) -> Vec<[u8; 32]> {
    let mut rest = entries;
    let mut out = Vec::new();
    while !rest.is_empty() {
        let width = 1 << rest.len().ilog2();
        out.push(root(&rest[..width]));
        rest = &rest[width..];
    }
    out
}
