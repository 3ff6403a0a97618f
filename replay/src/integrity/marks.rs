//! Where the quotes and backslashes of an entry stand, found 64 bytes at a time.
//!
//! Knows bytes only, not JSON.

use super::entry::ENTRY_BYTES_MAX;
use super::shapes::gather;

const BLOCK: usize = 64;
/// More than the bytes of any entry, so that numbers can be cut to the table.
const LISTED_MAX: usize = 1 << 16;

/// The quotes and backslashes of one entry, in order.
#[derive(Debug)]
pub(super) struct Marks {
    listed: Box<[u16; LISTED_MAX]>,
}

impl Default for Marks {
    fn default() -> Marks {
        Marks { listed: Box::new([0; LISTED_MAX]) }
    }
}

impl Marks {
    /// Lists the marks of at most [`ENTRY_BYTES_MAX`] bytes.
    pub(super) fn list(&mut self, bytes: &[u8]) {
        debug_assert!(bytes.len() <= ENTRY_BYTES_MAX);
        let (blocks, rest) = bytes.as_chunks::<BLOCK>();
        let mut count = 0;
        for (index, block) in blocks.iter().enumerate() {
            count = self.add(look(block), index, count);
        }
        let mut last = [b' '; BLOCK];
        last[..rest.len()].copy_from_slice(rest);
        count = self.add(look(&last), blocks.len(), count);
        // Whoever goes on after the last mark is led past the last byte.
        for after in count..count + 4 {
            self.listed[after & (LISTED_MAX - 1)] = bytes.len() as u16;
        }
    }

    /// The mark with a number, counted from 0; after the last one, the length of
    /// the entry.
    #[inline(always)]
    pub(super) fn get(&self, number: usize) -> usize {
        usize::from(self.listed[number & (LISTED_MAX - 1)])
    }

    #[inline(always)]
    fn add(&mut self, mut marks: u64, block: usize, mut count: usize) -> usize {
        while marks != 0 {
            let at = block * BLOCK + marks.trailing_zeros() as usize;
            self.listed[count & (LISTED_MAX - 1)] = at as u16;
            count += 1;
            marks &= marks - 1;
        }
        count
    }
}

/// Quotes and backslashes, a bit each.
#[inline(always)]
fn look(block: &[u8; BLOCK]) -> u64 {
    // Loops over a block of known length become vector instructions.
    let mut hits = [0u8; BLOCK];
    for (hit, byte) in hits.iter_mut().zip(block) {
        *hit = u8::from(*byte == b'"' || *byte == b'\\');
    }
    gather(&hits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn marks_are_where_a_plain_search_finds_them(text in "[a\"\\\\é]{0,200}") {
            let mut marks = Marks::default();
            marks.list(text.as_bytes());
            let expected = text.bytes().enumerate().filter(|(_, b)| matches!(b, b'"' | b'\\'));
            let mut count = 0;
            for (number, (at, _)) in expected.enumerate() {
                prop_assert_eq!(marks.get(number), at);
                count = number + 1;
            }
            prop_assert_eq!(marks.get(count), text.len());
        }
    }
}
