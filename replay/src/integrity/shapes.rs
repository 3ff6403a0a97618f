//! Shapes met before: entries that differ only in their values.
//!
//! An entry is literals and values in turn: names, brackets, commas and words
//! are literals, texts and numbers are values. If the literals of an entry are,
//! one after another, those of an entry that the strict reader took, and its
//! values are texts without quotes or backslashes, and numbers in their one
//! spelling, then the strict reader would take it too: names, their order, the
//! depth and the kinds of the members are the same. So a log's few hundred
//! shapes are kept as a tree of steps, and an entry is compared along it, which
//! takes a fifth of reading it. What a shape allows never depends on what was
//! learnt before, only how fast that is seen.

use super::strict::number_end;

/// Steps that are kept; a log with more shapes is read the long way.
const STEPS_MAX: usize = 1 << 14;
/// Bytes of literals that are kept.
const LITERAL_BYTES_MAX: usize = 1 << 20;
/// Steps that are tried in one place.
const BRANCHES_MAX: usize = 64;

/// Values whose place the caller wants to know.
pub(super) const FIELDS: usize = 6;
/// A value that nobody asks for.
const NO_FIELD: u8 = FIELDS as u8;

/// A value's bytes: from, to.
pub(super) type Span = (usize, usize);

/// What an entry's bytes are like as a whole.
pub(super) struct Census {
    /// Quotes and backslashes.
    pub marks: u32,
    /// No character below U+0020, and UTF-8.
    pub plain: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    Text,
    Number,
    End,
}

/// A literal, and what follows it. Unless it is an end, the step that follows it
/// first of all is the next one in the list: so the way through a shape is known
/// before it is looked at.
#[derive(Clone, Copy, Debug)]
struct Step {
    /// The first eight bytes of the literal, the next, the eight before the last,
    /// and the last: they meet or overlap in a literal of up to 32. Those of one
    /// shorter than eight are the lowest of the first word.
    words: [u64; 4],
    /// Where its bytes stand in [`Shapes::literals`], and how many.
    from: u32,
    bytes: u32,
    /// Quotes and backslashes in the literals so far.
    marks: u32,
    /// How long the value was the last time: most often it is as long again.
    length: u32,
    then: Then,
    field: u8,
    /// Another step that may stand in place of this one; 0 if there is none.
    other: u16,
}

/// The shapes met so far.
#[derive(Debug, Default)]
pub(super) struct Shapes {
    steps: Vec<Step>,
    literals: Vec<u8>,
}

impl Shapes {
    /// The asked-for values of an entry of a known shape. `None` says nothing of
    /// the entry.
    pub(super) fn read(&mut self, bytes: &[u8], census: &Census) -> Option<[Span; FIELDS]> {
        // One more than the fields and rounded up, so that a mask keeps within.
        let mut spans = [(0, 0); 8];
        let mut at = 0;
        let mut number = 0;
        loop {
            let step = self.steps.get_mut(number)?;
            if !step.stands_at(bytes, at, &self.literals) {
                number = usize::from(step.other);
                if number == 0 {
                    return None;
                }
                continue;
            }
            at += step.bytes as usize;
            let end = match step.then {
                Then::Text => {
                    let end = text_end(bytes, at, step.length as usize)?;
                    step.length = (end - at) as u32;
                    end
                }
                Then::Number => number_end(bytes, at)?,
                Then::End => {
                    let whole = at == bytes.len() && census.marks == step.marks;
                    return spans.first_chunk().copied().filter(|_| whole);
                }
            };
            spans[usize::from(step.field & 7)] = (at, end);
            at = end;
            number += 1;
        }
    }

    /// Keeps the shape of an entry that the strict reader took. `values` are its
    /// texts, without their quotes, and its numbers, in order.
    pub(super) fn learn(&mut self, bytes: &[u8], values: &[Span], fields: &[Span; FIELDS]) {
        // All steps or none, so that none lacks the one after it.
        if self.steps.len() + values.len() >= STEPS_MAX
            || self.literals.len() + bytes.len() > LITERAL_BYTES_MAX
        {
            return;
        }
        let (mut at, mut marks) = (0, 0);
        let mut known = if self.steps.is_empty() { None } else { Some(0) };
        let end = (bytes.len(), bytes.len());
        for (index, &(start, stop)) in values.iter().chain([&end]).enumerate() {
            let Some(literal) = bytes.get(at..start) else { return };
            let then = match bytes.get(start.wrapping_sub(1)..=stop) {
                _ if index == values.len() => Then::End,
                Some([b'"', .., b'"']) => Then::Text,
                _ => Then::Number,
            };
            let field = fields.iter().position(|field| *field == (start, stop));
            marks += census(literal).marks;
            let (from, count) = (self.literals.len() as u32, literal.len() as u32);
            let from_end = |bytes: usize| literal.len().saturating_sub(bytes);
            let step = Step {
                words: [0, 8, from_end(16), from_end(8)].map(|at| low_word(literal, at)),
                from,
                bytes: count,
                marks,
                length: (stop - start) as u32,
                then,
                field: field.map_or(NO_FIELD, |field| field as u8),
                other: 0,
            };
            known = match known.map(|first| self.like(first, &step, literal)) {
                Some(Ok(number)) => Some(number + 1),
                Some(Err(None)) => return,
                Some(Err(Some(sibling))) => {
                    self.steps[sibling].other = self.steps.len() as u16;
                    None
                }
                None => None,
            };
            if known.is_none() {
                self.literals.extend_from_slice(literal);
                self.steps.push(step);
            }
            at = stop;
        }
    }

    /// The step among `first` and its others that is like `step`; or the last of
    /// them, or nothing if there are too many.
    fn like(&self, first: usize, step: &Step, literal: &[u8]) -> Result<usize, Option<usize>> {
        let mut number = first;
        for _ in 0..BRANCHES_MAX {
            let known = &self.steps[number];
            let same =
                (known.then, known.field, known.bytes) == (step.then, step.field, step.bytes);
            if same && self.literals[known.from as usize..].starts_with(literal) {
                return Ok(number);
            }
            if known.other == 0 {
                return Err(Some(number));
            }
            number = usize::from(known.other);
        }
        Err(None)
    }
}

impl Step {
    /// True if the literal stands at a place.
    #[inline(always)]
    fn stands_at(&self, bytes: &[u8], at: usize, literals: &[u8]) -> bool {
        let length = self.bytes as usize;
        let word = |at: usize| {
            let eight = bytes.get(at..at + 8).and_then(|eight| eight.first_chunk::<8>());
            eight.map(word_of)
        };
        let same = || {
            let literal = literals.get(self.from as usize..self.from as usize + length);
            literal.is_some_and(|literal| bytes.get(at..at + length) == Some(literal))
        };
        let [first, second, before, last] = self.words;
        match word(at) {
            Some(found) if length <= 8 => found & LOW[length & 15] == first,
            // The end before the middle: that is where literals of the same
            // beginning differ.
            Some(found) if length <= 16 => found == first && word(at + length - 8) == Some(last),
            Some(found) if length <= 32 => {
                found == first
                    && word(at + length - 8) == Some(last)
                    && word(at + 8) == Some(second)
                    && word(at + length - 16) == Some(before)
            }
            _ => same(),
        }
    }
}

/// Keeps the first n bytes of a little-endian word.
const LOW: [u64; 16] = {
    let mut low = [!0; 16];
    let mut length = 0;
    while length < 8 {
        low[length] = (1 << (8 * length)) - 1;
        length += 1;
    }
    low
};

/// Eight bytes as a word whose lowest byte is the first. A way to compare text, not
/// a number that a file holds: those are big-endian.
#[inline(always)]
fn word_of(eight: &[u8; 8]) -> u64 {
    u64::from_be_bytes(*eight).swap_bytes()
}

fn low_word(bytes: &[u8], at: usize) -> u64 {
    let mut word = [0; 8];
    for (to, from) in word.iter_mut().zip(bytes.iter().skip(at)) {
        *to = *from;
    }
    word_of(&word)
}

/// Where a text ends, tried first at the length it had before. That this is the
/// next quote need not be checked: the number of quotes tells it in the end.
#[inline(always)]
fn text_end(bytes: &[u8], at: usize, length: usize) -> Option<usize> {
    if bytes.get(at + length) == Some(&b'"') {
        return Some(at + length);
    }
    bytes.get(at..)?.iter().position(|byte| *byte == b'"').map(|length| at + length)
}

const BLOCK: usize = 64;

/// Bytes whose marks are counted at once; a count of eight bits holds them.
const COUNTED: usize = 128;

/// Counts the marks of an entry and looks for what none may hold.
pub(super) fn census(bytes: &[u8]) -> Census {
    // Each a loop of its own, which becomes vector instructions.
    let is_mark = |byte: &u8| u8::from((*byte == b'"') | (*byte == b'\\'));
    let count = |part: &[u8]| u32::from(part.iter().map(is_mark).sum::<u8>());
    let marks = bytes.chunks(COUNTED).map(count).sum();
    let least = bytes.iter().fold(u8::MAX, |least, byte| least.min(*byte));
    let mut utf8 = Utf8 { bytes, begun: 0, sound: true };
    let (blocks, rest) = bytes.as_chunks::<BLOCK>();
    let mut last = [b' '; BLOCK];
    last[..rest.len()].copy_from_slice(rest);
    for (index, block) in blocks.iter().chain([&last]).enumerate() {
        let words = block.as_chunks::<8>().0.iter().map(word_of);
        let foreign = words.fold(0, |all, word| all | word) & NOT_ASCII != 0;
        if foreign || utf8.begun != 0 {
            utf8.block(index * BLOCK, high_bits(block));
        }
    }
    Census { marks, plain: least >= b' ' && utf8.sound && utf8.begun == 0 }
}

const NOT_ASCII: u64 = 0x8080_8080_8080_8080;

/// A bit for each byte above 0x7f.
fn high_bits(block: &[u8; BLOCK]) -> u64 {
    let mut hits = [0u8; BLOCK];
    for (hit, byte) in hits.iter_mut().zip(block) {
        *hit = byte >> 7;
    }
    gather(&hits)
}

/// Bytes of 0 or 1 as bits.
#[inline(always)]
pub(super) fn gather(hits: &[u8; BLOCK]) -> u64 {
    let mut bits = 0;
    for (index, eight) in hits.as_chunks::<8>().0.iter().enumerate() {
        // The product moves byte i to bit 56 + i.
        let product = word_of(eight).wrapping_mul(0x0102_0408_1020_4080);
        bits |= product >> 56 << (8 * index);
    }
    bits
}

/// Looks at the characters beyond ASCII, block by block.
struct Utf8<'a> {
    bytes: &'a [u8],
    /// Bits of the next block that belong to a character begun before it.
    begun: u64,
    sound: bool,
}

impl Utf8<'_> {
    /// `foreign` has a bit for each byte of the block that is above 0x7f.
    fn block(&mut self, start: usize, foreign: u64) {
        self.sound &= foreign & self.begun == self.begun;
        let mut left = foreign & !self.begun;
        self.begun = 0;
        while left != 0 {
            let bit = left.trailing_zeros();
            let length = character(self.bytes, start + bit as usize);
            let here = ((1 << length) - 1) << bit;
            self.sound &= length != 0 && left & here == here;
            self.begun = (1 << (bit + length).saturating_sub(BLOCK as u32)) - 1;
            left &= !here & (left - 1);
        }
    }
}

/// Bytes of the character of two to four bytes at a place; 0 if none is there
/// (Unicode, table 3-7).
#[inline(always)]
fn character(bytes: &[u8], at: usize) -> u32 {
    if let Some(word) = bytes.get(at..at + 4).and_then(|four| four.first_chunk::<4>()) {
        let word = u32::from_be_bytes(*word);
        // E1 to EC, EE and EF have the same form.
        if word & 0xf0c0_c000 == 0xe080_8000 && !matches!(word >> 24 & 0xf, 0 | 0xd) {
            return 3;
        }
    }
    rare_character(bytes.get(at..).unwrap_or_default())
}

fn rare_character(bytes: &[u8]) -> u32 {
    let tail = |byte: u8| byte & 0xc0 == 0x80;
    match *bytes {
        [0xc2..=0xdf, b, ..] if tail(b) => 2,
        [0xe0, 0xa0..=0xbf, c, ..] if tail(c) => 3,
        [0xe1..=0xec | 0xee..=0xef, b, c, ..] if tail(b) && tail(c) => 3,
        [0xed, 0x80..=0x9f, c, ..] if tail(c) => 3,
        [0xf0, 0x90..=0xbf, c, d, ..] if tail(c) && tail(d) => 4,
        [0xf1..=0xf3, b, c, d, ..] if tail(b) && tail(c) && tail(d) => 4,
        [0xf4, 0x80..=0x8f, c, d, ..] if tail(c) && tail(d) => 4,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn utf_8_is_what_the_standard_library_takes_for_it(
            text in "[a-z\"é承🦀\u{7ff}\u{800}\u{d7ff}\u{ffff}\u{10000}]{0,90}",
            change in prop::option::of((any::<prop::sample::Index>(), any::<u8>())),
        ) {
            let mut bytes = text.into_bytes();
            if let Some((at, byte)) = change && !bytes.is_empty() {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            let seen = census(&bytes);
            let plain = bytes.iter().all(|byte| *byte >= 0x20);
            prop_assert_eq!(seen.plain, plain && std::str::from_utf8(&bytes).is_ok());
            let marks = bytes.iter().filter(|byte| matches!(byte, b'"' | b'\\')).count();
            prop_assert_eq!(seen.marks as usize, marks);
        }
    }
}
