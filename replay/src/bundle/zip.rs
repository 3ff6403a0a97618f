//! Zip files whose members are stored as they are (APPNOTE 6.3.10, method 0), the
//! only kind a bundle is: what is verified is what lies in the file.
//!
//! Reads by the central directory and holds the local headers against it, so that
//! no reader shows other members than this one. Writes nothing.

use std::collections::BTreeMap;

const LOCAL: u32 = 0x0403_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
const END_BYTES: usize = 22;

/// Whether a file begins as a zip file does.
pub fn is_zip(head: &[u8]) -> bool {
    number(head, 0, 4) == Some(u64::from(LOCAL))
}

/// All members by name.
///
/// # Errors
///
/// Where and why, for a person.
pub fn read(bytes: &[u8]) -> Result<BTreeMap<String, Vec<u8>>, String> {
    let end = bytes.len().checked_sub(END_BYTES).ok_or("shorter than a zip file")?;
    // A comment after the directory would be bytes that nothing covers.
    if number(bytes, end, 4) != Some(u64::from(END)) || number(bytes, end + 20, 2) != Some(0) {
        return Err("it does not end with a zip directory".to_owned());
    }
    let field = |at: usize, width: usize| number(bytes, at, width).unwrap_or(u64::MAX);
    let (count, start) = (field(end + 10, 2), field(end + 16, 4));
    if field(end + 4, 4) != 0 || field(end + 8, 2) != count {
        return Err("a part of a split archive".to_owned());
    }
    if start.checked_add(field(end + 12, 4)) != Some(end as u64) {
        return Err("its directory has another length than it says".to_owned());
    }
    let (mut at, mut filled) = (start as usize, 0usize);
    let mut out = BTreeMap::new();
    for _ in 0..count {
        let member = Member::read(bytes, at)?;
        // Members follow each other without gaps: no byte is left unread.
        if member.offset != filled {
            return Err(format!("{}: bytes before it that belong to no member", member.name));
        }
        let content = member.content(bytes)?;
        filled = member.offset + member.local_bytes() + content.len();
        at += member.central_bytes();
        if out.insert(member.name.clone(), content.to_vec()).is_some() {
            return Err(format!("{} stands twice", member.name));
        }
    }
    if at != end || filled != start as usize {
        return Err("bytes that belong to no member".to_owned());
    }
    Ok(out)
}

struct Member {
    name: String,
    offset: usize,
    size: usize,
    /// Version, flags, method, time, date, checksum and sizes, as both headers
    /// carry them.
    twice: Vec<u8>,
    checksum: u32,
    central_extra: usize,
}

impl Member {
    fn read(bytes: &[u8], at: usize) -> Result<Member, String> {
        let field = |offset: usize, width: usize| number(bytes, at + offset, width);
        if field(0, 4) != Some(u64::from(CENTRAL)) {
            return Err(format!("byte {at}: no entry of the directory"));
        }
        let get = |offset, width| field(offset, width).unwrap_or(u64::MAX) as usize;
        let (name_bytes, extra) = (get(28, 2), get(30, 2) + get(32, 2));
        let name = bytes.get(at + 46..at + 46 + name_bytes).unwrap_or_default();
        let name = std::str::from_utf8(name).map_err(|_| format!("byte {at}: a name"))?.to_owned();
        let plain = !name.is_empty()
            && !name.starts_with('/')
            && !name.contains('\\')
            && name.split('/').all(|part| !part.is_empty() && part != "." && part != "..");
        if !plain {
            return Err(format!("byte {at}: a name that is no plain path"));
        }
        // Bit 11 says that the name is UTF-8; all others change how it is read.
        if get(8, 2) & !0x0800 != 0 || get(10, 2) != 0 {
            return Err(format!("{name}: compressed or encrypted; bundles store their files"));
        }
        if get(20, 4) != get(24, 4) || extra != 0 {
            return Err(format!("{name}: its directory entry holds more than a plain file needs"));
        }
        Ok(Member {
            offset: get(42, 4),
            size: get(24, 4),
            twice: bytes.get(at + 6..at + 30).unwrap_or_default().to_vec(),
            checksum: get(16, 4) as u32,
            central_extra: extra,
            name,
        })
    }

    fn central_bytes(&self) -> usize {
        46 + self.name.len() + self.central_extra
    }

    fn local_bytes(&self) -> usize {
        30 + self.name.len()
    }

    fn content<'b>(&self, bytes: &'b [u8]) -> Result<&'b [u8], String> {
        let Member { name, offset: at, .. } = self;
        let broken = |what: &str| Err(format!("{name}: {what}"));
        if number(bytes, *at, 4) != Some(u64::from(LOCAL)) {
            return broken("no file where the directory says");
        }
        let own = bytes.get(at + 4..at + 28).unwrap_or_default();
        let own_name = bytes.get(at + 30..at + 30 + name.len());
        if own != self.twice || number(bytes, at + 28, 2) != Some(0) {
            return broken("its header differs from the directory");
        }
        if own_name != Some(name.as_bytes()) {
            return broken("its name differs from the directory");
        }
        let from = at + self.local_bytes();
        match from.checked_add(self.size).and_then(|to| bytes.get(from..to)) {
            Some(content) if crc32(content) == self.checksum => Ok(content),
            Some(_) => broken("its checksum does not fit"),
            None => broken("the file ends early"),
        }
    }
}

/// A little-endian number.
fn number(bytes: &[u8], at: usize, width: usize) -> Option<u64> {
    let field = bytes.get(at..at.checked_add(width)?)?;
    Some(field.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte)))
}

/// CRC-32 of ISO 3309, as zip files carry it.
fn crc32(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 256] = table();
    let step = |crc: u32, byte: &u8| TABLE[usize::from(crc as u8 ^ *byte)] ^ (crc >> 8);
    !bytes.iter().fold(!0, step)
}

const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut at = 0;
    while at < 256 {
        let (mut value, mut bit) = (at as u32, 0);
        while bit < 8 {
            value = if value & 1 == 1 { 0xedb8_8320 ^ (value >> 1) } else { value >> 1 };
            bit += 1;
        }
        table[at] = value;
        at += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_published_one() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn bytes_from_outside_never_panic() {
        let mut bytes = vec![0; 64];
        bytes[42..46].copy_from_slice(&END.to_le_bytes());
        for at in 0..64 {
            for value in [0, 1, 0xff] {
                let mut bytes = bytes.clone();
                bytes[at] = value;
                let _ = read(&bytes);
            }
        }
        assert!(read(b"PK").is_err());
    }
}
