//! The BLAKE3 chain: each entry names the digest of the bytes before it.

use std::fmt;

/// A 32-byte digest, written as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest(pub [u8; 32]);

const HEX: &[u8; 16] = b"0123456789abcdef";

impl Digest {
    /// What `previous` holds at position 0.
    pub const ZERO: Digest = Digest([0; 32]);

    /// The 64 hexadecimal digits, without allocation.
    pub fn hex(&self) -> [u8; 64] {
        let mut out = [0u8; 64];
        for (pair, byte) in out.chunks_exact_mut(2).zip(self.0) {
            pair[0] = HEX[usize::from(byte >> 4)];
            pair[1] = HEX[usize::from(byte & 15)];
        }
        out
    }

    /// Reads exactly 64 lower-case hexadecimal digits; anything else is `None`.
    /// Upper case is refused, since one digest must have one spelling.
    pub fn from_hex(text: &[u8]) -> Option<Digest> {
        if text.len() != 64 {
            return None;
        }
        let mut out = [0u8; 32];
        let mut all = 0;
        for (byte, pair) in out.iter_mut().zip(text.as_chunks::<2>().0) {
            let [high, low] = pair.map(|digit| NIBBLES[usize::from(digit)]);
            all |= high | low;
            *byte = high << 4 | low & 15;
        }
        (all & FOREIGN == 0).then_some(Digest(out))
    }
}

/// What [`NIBBLES`] says of a character that is no lower-case hexadecimal digit.
const FOREIGN: u8 = 0x80;
/// The value of each hexadecimal digit.
const NIBBLES: [u8; 256] = {
    let mut nibbles = [FOREIGN; 256];
    let mut value = 0;
    while value < 16 {
        nibbles[HEX[value] as usize] = value as u8;
        value += 1;
    }
    nibbles
};

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.hex()).unwrap_or_default())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The link over one entry: plain BLAKE3-256 of its bytes, so that `b3sum`
/// checks it.
pub fn entry_hash(entry: &[u8]) -> Digest {
    Digest(*blake3::hash(entry).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_has_one_spelling() {
        let digest = entry_hash(b"abc");
        let text = digest.to_string();
        assert_eq!(Digest::from_hex(text.as_bytes()), Some(digest));
        assert_eq!(digest.hex().as_slice(), text.as_bytes());
        assert_eq!(Digest::from_hex(text.to_uppercase().as_bytes()), None);
        assert_eq!(Digest::from_hex(&text.as_bytes()[1..]), None);
        // The published BLAKE3 vector for "abc".
        assert_eq!(text, "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85");
    }
}
