//! The strict reader: one pass over an entry's bytes that says whether they are
//! exactly what format v1 allows, without building anything.
//!
//! It says yes or no and never why. [`super::entry::scan`] with
//! [`super::json::is_canonical`] is the plain reader: slower by an order of
//! magnitude, it names place and reason, and whoever gets a no here asks there.
//! A yes here means a yes there; `tests/strict.rs` holds the two together.
//!
//! How it is fast: `marks` lists the quotes and backslashes first, so
//! that the end of a string is looked up and not searched for; names are compared
//! eight bytes at a time; nothing is copied or allocated.

use super::entry::{ENTRY_BYTES_MAX, FORMAT_VERSION, MEMBERS, index_of};
use super::json::{DEPTH_MAX, INTEGER_MAX, key_order};
use super::marks::Marks;
use super::shapes::{FIELDS, Shapes, Span, census};
use std::cmp::Ordering;

/// The bits that are set in a name's head if it holds other than ASCII.
const NOT_PLAIN: u64 = 0x8080_8080_8080_8080;

/// What chain and replay need of an entry that is as the format says. Texts are
/// the bytes between the quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Strict<'a> {
    pub position: u64,
    pub revision: u64,
    /// Not looked at beyond being a text: compare it with the digest expected.
    pub previous: &'a [u8],
    pub recorded_at: &'a [u8],
    pub stream: &'a [u8],
}

/// Reads entries one after another, keeping its working memory (140 KiB).
#[derive(Debug)]
pub struct StrictReader {
    marks: Marks,
    /// The last name read in the object open at each depth.
    names: [Name; DEPTH_MAX + 1],
    /// The texts, without their quotes, and the numbers of this entry, in order.
    values: Vec<Span>,
    shapes: Shapes,
}

/// A member's name where it stands in the entry, its raw bytes.
#[derive(Clone, Copy, Debug, Default)]
struct Name {
    /// The first eight bytes, the first one highest, zeros after a shorter name.
    head: u64,
    start: usize,
    end: usize,
}

/// Members by index in [`MEMBERS`], as `index_of` finds them.
const ID: usize = index_of("id");
const OCCURRED_AT: usize = index_of("occurred_at");
const POSITION: usize = index_of("position");
const PRECISION: usize = index_of("precision");
const PREVIOUS: usize = index_of("previous");
const RECORDED_AT: usize = index_of("recorded_at");
const REVISION: usize = index_of("revision");
const SOURCE: usize = index_of("source");
const STREAM: usize = index_of("stream");
const TYPE: usize = index_of("type");
const VERSION: usize = index_of("v");

/// Members that hold a text without escapes in every entry.
const TEXTS: u32 = 1 << ID
    | 1 << OCCURRED_AT
    | 1 << PRECISION
    | 1 << PREVIOUS
    | 1 << RECORDED_AT
    | 1 << STREAM
    | 1 << TYPE;
/// Members that every entry has.
const REQUIRED: u32 = TEXTS | 1 << POSITION | 1 << REVISION | 1 << SOURCE | 1 << VERSION;

/// The first eight bytes of each name in [`MEMBERS`], as [`Name::head`].
const HEADS: [u64; MEMBERS.len()] = {
    let mut heads = [0; MEMBERS.len()];
    let mut index = 0;
    while index < heads.len() {
        let name = MEMBERS[index].as_bytes();
        let mut at = 0;
        while at < 8 {
            heads[index] = heads[index] << 8 | if at < name.len() { name[at] as u64 } else { 0 };
            at += 1;
        }
        index += 1;
    }
    heads
};

/// Bits of a slot number.
const SLOT_BITS: u32 = 7;
/// Spreads the heads over the slots without a collision.
const SPREAD: u64 = spread();
/// The member whose head has a slot; 0 where there is none.
const BY_HEAD: [u8; 1 << SLOT_BITS] = {
    let mut members = [0; 1 << SLOT_BITS];
    let mut member = 0;
    while member < HEADS.len() {
        members[(HEADS[member].wrapping_mul(SPREAD) >> (64 - SLOT_BITS)) as usize] = member as u8;
        member += 1;
    }
    members
};

#[inline(always)]
fn slot(head: u64) -> usize {
    (head.wrapping_mul(SPREAD) >> (64 - SLOT_BITS)) as usize
}

/// The first multiplier of a fixed sequence that gives each head its own slot.
const fn spread() -> u64 {
    let mut candidate = 0x9e37_79b9_7f4a_7c15_u64;
    loop {
        let mut taken = 0u128;
        let mut member = 0;
        while member < HEADS.len() {
            taken |= 1 << (HEADS[member].wrapping_mul(candidate) >> (64 - SLOT_BITS));
            member += 1;
        }
        if taken.count_ones() as usize == HEADS.len() {
            return candidate;
        }
        candidate = candidate.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(2);
    }
}

/// How far reading has come: a byte, and the first mark there or after it.
struct Place {
    at: usize,
    mark: usize,
}

/// Where the value of each member stands, and which were there.
struct Found {
    spans: [(usize, usize); MEMBERS.len()],
    seen: u32,
    /// Members whose value is a text without escapes.
    texts: u32,
}

impl Default for StrictReader {
    fn default() -> StrictReader {
        StrictReader::new()
    }
}

impl StrictReader {
    pub fn new() -> StrictReader {
        StrictReader {
            marks: Marks::default(),
            names: [Name::default(); DEPTH_MAX + 1],
            values: Vec::new(),
            shapes: Shapes::default(),
        }
    }

    /// The entry's places, or `None` if the bytes are not one entry of format v1
    /// in its one spelling.
    pub fn entry<'a>(&mut self, bytes: &'a [u8]) -> Option<Strict<'a>> {
        if bytes.len() > ENTRY_BYTES_MAX {
            return None;
        }
        let census = census(bytes);
        if !census.plain {
            return None;
        }
        let spans = match self.shapes.read(bytes, &census) {
            Some(spans) => spans,
            None => self.long_way(bytes)?,
        };
        let [position, previous, recorded_at, revision, stream, version] =
            spans.map(|(start, end)| bytes.get(start..end));
        if unsigned(version?)? != FORMAT_VERSION {
            return None;
        }
        Some(Strict {
            position: unsigned(position?)?,
            revision: unsigned(revision?)?,
            previous: previous?,
            recorded_at: recorded_at?,
            stream: stream?,
        })
    }

    /// Reads an entry of a new shape, and keeps the shape.
    fn long_way(&mut self, bytes: &[u8]) -> Option<[Span; FIELDS]> {
        self.values.clear();
        self.marks.list(bytes);
        let found = self.members(bytes)?;
        if found.seen & REQUIRED != REQUIRED || found.texts & TEXTS != TEXTS {
            return None;
        }
        let spans = [POSITION, PREVIOUS, RECORDED_AT, REVISION, STREAM, VERSION].map(|member| {
            let (start, end) = found.spans[member];
            let quotes = usize::from(TEXTS >> member & 1 == 1);
            (start + quotes, end - quotes)
        });
        self.shapes.learn(bytes, &self.values, &spans);
        Some(spans)
    }

    fn members(&mut self, bytes: &[u8]) -> Option<Found> {
        let mut found = Found { spans: [(0, 0); MEMBERS.len()], seen: 0, texts: 0 };
        let mut next = 0;
        if bytes.first() != Some(&b'{') {
            return None;
        }
        let mut place = Place { at: 1, mark: 0 };
        loop {
            let name = self.name(bytes, &mut place)?;
            let member = usize::from(BY_HEAD[slot(name.head)]);
            let known = MEMBERS[member].as_bytes();
            if member < next || HEADS[member] != name.head || known.len() != name.end - name.start {
                return None;
            }
            if known.len() > 8 && bytes.get(name.start..name.end)? != known {
                return None;
            }
            next = member + 1;
            let start = place.at;
            match *bytes.get(start)? {
                b'"' => {
                    let escaped = self.string(bytes, &mut place)?;
                    self.values.push((start + 1, place.at - 1));
                    found.texts |= u32::from(!escaped) << member;
                }
                b'{' | b'[' => self.nested(bytes, &mut place)?,
                _ => self.scalar(bytes, &mut place)?,
            }
            found.seen |= 1 << member;
            found.spans[member] = (start, place.at);
            match *bytes.get(place.at)? {
                b',' => place.at += 1,
                b'}' if place.at + 1 == bytes.len() => return Some(found),
                _ => return None,
            }
        }
    }

    /// Goes past a string that must start here; true if it holds an escape.
    #[inline(always)]
    fn string(&self, bytes: &[u8], place: &mut Place) -> Option<bool> {
        let end = self.marks.get(place.mark + 1);
        place.mark += 2;
        place.at = end + 1;
        match *bytes.get(end)? {
            b'"' => Some(false),
            _ => self.string_with_escapes(bytes, place).map(|()| true),
        }
    }

    /// Goes on from the first backslash of a string, which is behind `place`.
    #[cold]
    fn string_with_escapes(&self, bytes: &[u8], place: &mut Place) -> Option<()> {
        loop {
            let after = place.at - 1 + escape_length(bytes.get(place.at..)?)?;
            // An escaped quote or backslash is a mark too.
            while self.marks.get(place.mark) < after {
                place.mark += 1;
            }
            let end = self.marks.get(place.mark);
            place.mark += 1;
            place.at = end + 1;
            if *bytes.get(end)? == b'"' {
                return Some(());
            }
        }
    }

    /// Goes past a number, `true`, `false` or `null`.
    #[inline(always)]
    fn scalar(&mut self, bytes: &[u8], place: &mut Place) -> Option<()> {
        let start = place.at;
        place.at = match bytes.get(start)? {
            b'-' | b'0'..=b'9' => {
                let end = number_end(bytes, start)?;
                self.values.push((start, end));
                end
            }
            b't' => word(bytes, start, b"true")?,
            b'f' => word(bytes, start, b"false")?,
            b'n' => word(bytes, start, b"null")?,
            _ => return None,
        };
        Some(())
    }

    /// Goes past a member's name, its quotes and the colon after it.
    #[inline(always)]
    fn name(&self, bytes: &[u8], place: &mut Place) -> Option<Name> {
        if *bytes.get(place.at)? != b'"' {
            return None;
        }
        let start = place.at + 1;
        let escaped = self.string(bytes, place)?;
        let end = place.at - 1;
        if *bytes.get(place.at)? != b':' {
            return None;
        }
        place.at += 1;
        // The order of escaped names is not the order of their bytes.
        let head = if escaped { NOT_PLAIN } else { head(bytes, start, end) };
        Some(Name { head, start, end })
    }

    /// Goes past a list or object that starts here, inside the entry's object.
    fn nested(&mut self, bytes: &[u8], place: &mut Place) -> Option<()> {
        let mut depth = 1;
        // Bit d: what is open at depth d is an object.
        let mut objects = 0u64;
        loop {
            match *bytes.get(place.at)? {
                b'"' => {
                    let start = place.at + 1;
                    self.string(bytes, place)?;
                    self.values.push((start, place.at - 1));
                }
                open @ (b'{' | b'[') => {
                    depth += 1;
                    if depth > DEPTH_MAX {
                        return None;
                    }
                    place.at += 1;
                    let is_object = open == b'{';
                    objects = objects & !(1 << depth) | u64::from(is_object) << depth;
                    // What closes an object or a list comes two after what opens it.
                    if *bytes.get(place.at)? != open + 2 {
                        if is_object {
                            self.names[depth] = self.name(bytes, place)?;
                        }
                        continue;
                    }
                }
                _ => self.scalar(bytes, place)?,
            }
            loop {
                if depth == 1 {
                    return Some(());
                }
                let in_object = objects >> depth & 1 == 1;
                match *bytes.get(place.at)? {
                    b',' => {
                        place.at += 1;
                        if in_object {
                            self.next_name(bytes, place, depth)?;
                        }
                        break;
                    }
                    b'}' if in_object => {}
                    b']' if !in_object => {}
                    _ => return None,
                }
                depth -= 1;
                place.at += 1;
            }
        }
    }

    /// Goes past a name that must come after the last one at this depth.
    #[inline(always)]
    fn next_name(&mut self, bytes: &[u8], place: &mut Place, depth: usize) -> Option<()> {
        let name = self.name(bytes, place)?;
        let before = self.names[depth];
        let plain = (before.head | name.head) & NOT_PLAIN == 0;
        let rises = plain && before.head < name.head || rises(bytes, &before, &name);
        if !rises {
            return None;
        }
        self.names[depth] = name;
        Some(())
    }
}

/// Length of an escape in its one spelling, backslash included; `after` follows
/// the backslash.
fn escape_length(after: &[u8]) -> Option<usize> {
    match after {
        [b'"' | b'\\' | b'b' | b't' | b'n' | b'f' | b'r', ..] => Some(2),
        // U+0008 to U+000A, U+000C and U+000D have short escapes.
        [b'u', b'0', b'0', b'0', b'0'..=b'7' | b'b' | b'e' | b'f', ..] => Some(6),
        [b'u', b'0', b'0', b'1', b'0'..=b'9' | b'a'..=b'f', ..] => Some(6),
        _ => None,
    }
}

fn word(bytes: &[u8], at: usize, word: &[u8]) -> Option<usize> {
    bytes.get(at..)?.starts_with(word).then_some(at + word.len())
}

/// The end of a number in its one spelling.
#[inline(always)]
pub(super) fn number_end(bytes: &[u8], at: usize) -> Option<usize> {
    let negative = *bytes.get(at)? == b'-';
    let start = at + usize::from(negative);
    let mut end = start;
    let mut magnitude = 0i64;
    while let Some(digit @ b'0'..=b'9') = bytes.get(end) {
        magnitude = magnitude.saturating_mul(10).saturating_add(i64::from(digit - b'0'));
        end += 1;
    }
    let leading_zero = bytes.get(start) == Some(&b'0') && (end - start > 1 || negative);
    (end > start && !leading_zero && magnitude <= INTEGER_MAX).then_some(end)
}

/// The digits of a number that is not negative; the form was checked on the way.
fn unsigned(digits: &[u8]) -> Option<u64> {
    let mut number = 0u64;
    for digit in digits {
        if !digit.is_ascii_digit() {
            return None;
        }
        number = number.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
    }
    Some(number)
}

/// Keeps the first n bytes of a head.
const KEEP: [u64; 9] = {
    let mut keep = [0; 9];
    let mut length = 1;
    while length < keep.len() {
        keep[length] = !0 << (64 - 8 * length);
        length += 1;
    }
    keep
};

#[inline(always)]
fn head(bytes: &[u8], start: usize, end: usize) -> u64 {
    let length = end - start;
    let word = match bytes.get(start..start + 8).and_then(|eight| eight.first_chunk::<8>()) {
        Some(eight) => u64::from_be_bytes(*eight),
        None => near_end(bytes, start),
    };
    word & KEEP[length.min(8)]
}

#[cold]
fn near_end(bytes: &[u8], start: usize) -> u64 {
    let mut eight = [0; 8];
    for (to, from) in eight.iter_mut().zip(&bytes[start.min(bytes.len())..]) {
        *to = *from;
    }
    u64::from_be_bytes(eight)
}

/// True if `after` comes after `before` in the order of names (RFC 8785 §3.2.3),
/// for names that their first eight bytes do not tell apart.
#[cold]
fn rises(bytes: &[u8], before: &Name, after: &Name) -> bool {
    let raw = |name: &Name| {
        let text = std::str::from_utf8(bytes.get(name.start..name.end)?).ok()?;
        (!text.contains('\\')).then_some(text)
    };
    match (raw(before), raw(after)) {
        (Some(before), Some(after)) => key_order(before, after) == Ordering::Less,
        _ => units(bytes, before).lt(units(bytes, after)),
    }
}

/// The UTF-16 code units of a name whose escapes have been checked.
fn units<'a>(bytes: &'a [u8], name: &Name) -> impl Iterator<Item = u16> + 'a {
    let text = bytes.get(name.start..name.end).and_then(|raw| std::str::from_utf8(raw).ok());
    let mut rest = text.unwrap_or_default();
    let mut second = None;
    std::iter::from_fn(move || {
        if let Some(unit) = second.take() {
            return Some(unit);
        }
        let mut chars = rest.chars();
        let mut next = chars.next()?;
        if next == '\\' {
            next = match chars.next()? {
                'b' => '\u{8}',
                't' => '\t',
                'n' => '\n',
                'f' => '\u{c}',
                'r' => '\r',
                'u' => {
                    let digits = chars.as_str().get(..4)?;
                    chars = chars.as_str().get(4..)?.chars();
                    char::from(u8::from_str_radix(digits, 16).ok()?)
                }
                itself => itself,
            };
        }
        rest = chars.as_str();
        let mut pair = [0; 2];
        let units = next.encode_utf16(&mut pair);
        second = units.get(1).copied();
        units.first().copied()
    })
}
