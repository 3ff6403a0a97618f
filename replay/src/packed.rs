//! Values as few bytes, for what is kept of a judged ledger and can be made again.
//!
//! Numbers take as many bytes as they need (LEB128, signed ones zigzag), lists their
//! length and their items, absent values a zero: a default value is zeros only. A text
//! that stood before is a number, since units, items and ids recur, and a UUID its
//! sixteen bytes. A type's bytes are its fields in the order in which `packed!` names
//! them, without a version; whoever keeps them keeps the program's version beside them.
//! Bytes that are no value give none, and a length that they claim is never an
//! allocation. What this module does not know: what any value means. It is no evidence.

use chrono::{Datelike, NaiveDate};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A value that can be kept as bytes.
pub trait Packed: Sized {
    fn pack(&self, to: &mut Packer);
    /// Takes the value off the front. `None` if it is not there.
    fn unpack(from: &mut Unpacker<'_>) -> Option<Self>;
}

/// Values on their way into bytes.
#[derive(Default)]
pub struct Packer {
    bytes: Vec<u8>,
    /// Texts that stood before, by place.
    texts: HashMap<Box<str>, usize>,
}

/// Values on their way out of bytes.
pub struct Unpacker<'b> {
    bytes: &'b [u8],
    texts: Vec<Cow<'b, str>>,
}

/// A value's bytes.
pub fn pack<T: Packed>(value: &T) -> Vec<u8> {
    let mut to = Packer::default();
    value.pack(&mut to);
    to.bytes
}

/// The value of some bytes, all of them.
pub fn unpack<T: Packed>(bytes: &[u8]) -> Option<T> {
    let mut from = Unpacker::new(bytes);
    let value = T::unpack(&mut from)?;
    from.is_empty().then_some(value)
}

/// A shorter text is not remembered: its number would take as many bytes.
const REMEMBERED_MIN: usize = 3;
/// How a text stands: written out, as the number of one before it, as a UUID.
const WRITTEN: usize = 0;
const BEFORE: usize = 1;
const UUID: usize = 2;

impl Packer {
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    pub fn text(&mut self, text: &str) {
        if let Some(place) = self.texts.get(text).copied() {
            return (place * 3 + BEFORE).pack(self);
        }
        match uuid_bytes(text) {
            Some(uuid) => {
                UUID.pack(self);
                self.bytes.extend(uuid);
            }
            None => {
                (text.len() * 3 + WRITTEN).pack(self);
                self.bytes.extend_from_slice(text.as_bytes());
            }
        }
        if text.len() >= REMEMBERED_MIN {
            self.texts.insert(text.into(), self.texts.len());
        }
    }

    /// Packs, and takes back what is a default value's bytes; whether it was another.
    fn unless_default(&mut self, value: &impl Packed) -> bool {
        let before = self.bytes.len();
        value.pack(self);
        let other = self.bytes[before..].iter().any(|byte| *byte != 0);
        if !other {
            self.bytes.truncate(before);
        }
        other
    }

    /// Several values of which most are defaults: a mark each, then the others.
    pub fn sparse<const N: usize>(&mut self, values: [&dyn Fn(&mut Packer) -> bool; N]) {
        let place = self.bytes.len();
        self.bytes.extend(std::iter::repeat_n(0, N.div_ceil(8)));
        for (index, value) in values.into_iter().enumerate() {
            if value(self) {
                self.bytes[place + index / 8] |= 1 << (index % 8);
            }
        }
    }
}

/// Packs one of several values, for [`Packer::sparse`].
pub fn one_of(value: &impl Packed) -> impl Fn(&mut Packer) -> bool {
    move |to| to.unless_default(value)
}

impl<'b> Unpacker<'b> {
    pub fn new(bytes: &'b [u8]) -> Unpacker<'b> {
        Unpacker { bytes, texts: Vec::new() }
    }

    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    fn take(&mut self, length: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*byte)
    }

    pub fn text(&mut self) -> Option<Cow<'b, str>> {
        let how = usize::unpack(self)?;
        let text = match (how % 3, how / 3) {
            (BEFORE, place) => return self.texts.get(place).cloned(),
            (UUID, 0) => Cow::Owned(uuid_text(self.take(16)?)),
            (WRITTEN, length) => Cow::Borrowed(std::str::from_utf8(self.take(length)?).ok()?),
            _ => return None,
        };
        if text.len() >= REMEMBERED_MIN {
            self.texts.push(text.clone());
        }
        Some(text)
    }

    /// Marks of values that are not defaults; see [`Packer::sparse`].
    pub fn marks(&mut self, count: usize) -> Option<impl Fn(usize) -> bool + use<'b>> {
        let marks = self.take(count.div_ceil(8))?;
        Some(move |index: usize| marks.get(index / 8).is_some_and(|m| m >> (index % 8) & 1 == 1))
    }
}

/// The value, or the default where there is no mark of it.
pub fn marked<T: Packed + Default>(mark: bool, from: &mut Unpacker<'_>) -> Option<T> {
    if mark { T::unpack(from) } else { Some(T::default()) }
}

const HYPHENS: [usize; 4] = [8, 13, 18, 23];

/// The bytes of a UUID in its usual spelling, and of no other text.
fn uuid_bytes(text: &str) -> Option<[u8; 16]> {
    let bytes = text.as_bytes();
    if bytes.len() != 36 || HYPHENS.iter().any(|at| bytes[*at] != b'-') {
        return None;
    }
    let mut uuid = [0; 16];
    let mut digits = bytes.iter().enumerate().filter(|(at, _)| !HYPHENS.contains(at));
    for byte in &mut uuid {
        for _ in 0..2 {
            let digit = match digits.next()?.1 {
                digit @ b'0'..=b'9' => digit - b'0',
                digit @ b'a'..=b'f' => digit - b'a' + 10,
                _ => return None,
            };
            *byte = *byte << 4 | digit;
        }
    }
    Some(uuid)
}

fn uuid_text(uuid: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(36);
    for byte in uuid {
        if HYPHENS.contains(&text.len()) {
            text.push('-');
        }
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

/// Structures by their fields, and enumerations without values by their variants, whose
/// order must not change.
macro_rules! packed {
    ($($type:ty { $($field:tt),* $(,)? })*) => {$(
        impl $crate::packed::Packed for $type {
            fn pack(&self, to: &mut $crate::packed::Packer) {
                $($crate::packed::Packed::pack(&self.$field, to);)*
            }

            fn unpack(from: &mut $crate::packed::Unpacker<'_>) -> Option<Self> {
                Some(Self { $($field: $crate::packed::Packed::unpack(from)?,)* })
            }
        }
    )*};
    ($type:ident: $($variant:ident),* $(,)?) => {
        impl $crate::packed::Packed for $type {
            fn pack(&self, to: &mut $crate::packed::Packer) {
                const ALL: &[$type] = &[$($type::$variant,)*];
                let place = ALL.iter().position(|one| one == self).unwrap_or(ALL.len());
                $crate::packed::Packed::pack(&place, to);
            }

            fn unpack(from: &mut $crate::packed::Unpacker<'_>) -> Option<Self> {
                const ALL: &[$type] = &[$($type::$variant,)*];
                ALL.get(<usize as $crate::packed::Packed>::unpack(from)?).copied()
            }
        }
    };
}
pub(crate) use packed;

impl Packed for u128 {
    fn pack(&self, to: &mut Packer) {
        let mut rest = *self;
        loop {
            let low = (rest & 0x7f) as u8;
            rest >>= 7;
            if rest == 0 {
                return to.bytes.push(low);
            }
            to.bytes.push(low | 0x80);
        }
    }

    fn unpack(from: &mut Unpacker<'_>) -> Option<u128> {
        let mut value = 0u128;
        for shift in (0..u128::BITS).step_by(7) {
            let byte = from.byte()?;
            let low = u128::from(byte & 0x7f);
            value |= low.checked_shl(shift).filter(|moved| moved >> shift == low)?;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }
}

impl Packed for u64 {
    fn pack(&self, to: &mut Packer) {
        let mut rest = *self;
        while rest >= 0x80 {
            to.bytes.push((rest & 0x7f) as u8 | 0x80);
            rest >>= 7;
        }
        to.bytes.push(rest as u8);
    }

    fn unpack(from: &mut Unpacker<'_>) -> Option<u64> {
        let mut value = 0u64;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = from.byte()?;
            let low = u64::from(byte & 0x7f);
            value |= low.checked_shl(shift).filter(|moved| moved >> shift == low)?;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }
}

macro_rules! through {
    ($($narrow:ty as $wide:ty;)*) => {$(
        impl Packed for $narrow {
            fn pack(&self, to: &mut Packer) {
                (*self as $wide).pack(to);
            }

            fn unpack(from: &mut Unpacker<'_>) -> Option<$narrow> {
                <$wide>::unpack(from)?.try_into().ok()
            }
        }
    )*};
}

through! {
    u32 as u64;
    u16 as u64;
    usize as u64;
    i32 as i64;
}

impl Packed for i64 {
    fn pack(&self, to: &mut Packer) {
        (((self << 1) ^ (self >> 63)) as u64).pack(to);
    }

    fn unpack(from: &mut Unpacker<'_>) -> Option<i64> {
        let folded = u64::unpack(from)?;
        Some((folded >> 1) as i64 ^ -((folded & 1) as i64))
    }
}

impl Packed for i128 {
    fn pack(&self, to: &mut Packer) {
        (((self << 1) ^ (self >> 127)) as u128).pack(to);
    }

    fn unpack(from: &mut Unpacker<'_>) -> Option<i128> {
        let folded = u128::unpack(from)?;
        Some((folded >> 1) as i128 ^ -((folded & 1) as i128))
    }
}

impl Packed for bool {
    fn pack(&self, to: &mut Packer) {
        to.bytes.push(u8::from(*self));
    }

    fn unpack(from: &mut Unpacker<'_>) -> Option<bool> {
        match from.byte()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl Packed for NaiveDate {
    fn pack(&self, to: &mut Packer) {
        self.num_days_from_ce().pack(to);
    }

    fn unpack(from: &mut Unpacker<'_>) -> Option<NaiveDate> {
        NaiveDate::from_num_days_from_ce_opt(i32::unpack(from)?)
    }
}

impl Packed for String {
    fn pack(&self, to: &mut Packer) {
        to.text(self);
    }

    fn unpack(from: &mut Unpacker<'_>) -> Option<String> {
        from.text().map(Cow::into_owned)
    }
}

impl Packed for Box<str> {
    fn pack(&self, to: &mut Packer) {
        to.text(self);
    }

    fn unpack(from: &mut Unpacker<'_>) -> Option<Box<str>> {
        from.text().map(Box::from)
    }
}

impl<T: Packed> Packed for Option<T> {
    fn pack(&self, to: &mut Packer) {
        self.is_some().pack(to);
        if let Some(value) = self {
            value.pack(to);
        }
    }

    fn unpack(from: &mut Unpacker<'_>) -> Option<Option<T>> {
        match bool::unpack(from)? {
            true => T::unpack(from).map(Some),
            false => Some(None),
        }
    }
}

impl<T: Packed> Packed for Vec<T> {
    fn pack(&self, to: &mut Packer) {
        self.len().pack(to);
        self.iter().for_each(|item| item.pack(to));
    }

    fn unpack(from: &mut Unpacker<'_>) -> Option<Vec<T>> {
        let length = usize::unpack(from)?;
        let mut items = Vec::with_capacity(length.min(from.bytes.len() / size_of::<T>().max(1)));
        for _ in 0..length {
            items.push(T::unpack(from)?);
        }
        Some(items)
    }
}

impl<K: Packed + Ord, V: Packed> Packed for BTreeMap<K, V> {
    fn pack(&self, to: &mut Packer) {
        self.len().pack(to);
        for (key, value) in self {
            key.pack(to);
            value.pack(to);
        }
    }

    fn unpack(from: &mut Unpacker<'_>) -> Option<BTreeMap<K, V>> {
        let length = usize::unpack(from)?;
        (0..length).map(|_| Some((K::unpack(from)?, V::unpack(from)?))).collect()
    }
}

impl<K: Packed + Ord> Packed for BTreeSet<K> {
    fn pack(&self, to: &mut Packer) {
        self.len().pack(to);
        self.iter().for_each(|key| key.pack(to));
    }

    fn unpack(from: &mut Unpacker<'_>) -> Option<BTreeSet<K>> {
        let length = usize::unpack(from)?;
        (0..length).map(|_| K::unpack(from)).collect()
    }
}

impl<T: Packed, const N: usize> Packed for [T; N] {
    fn pack(&self, to: &mut Packer) {
        self.iter().for_each(|item| item.pack(to));
    }

    fn unpack(from: &mut Unpacker<'_>) -> Option<[T; N]> {
        let items: Option<Vec<T>> = (0..N).map(|_| T::unpack(from)).collect();
        items?.try_into().ok()
    }
}

macro_rules! tuples {
    ($(($($name:ident $place:tt),*);)*) => {$(
        impl<$($name: Packed),*> Packed for ($($name,)*) {
            fn pack(&self, to: &mut Packer) {
                $(self.$place.pack(to);)*
            }

            fn unpack(from: &mut Unpacker<'_>) -> Option<Self> {
                Some(($($name::unpack(from)?,)*))
            }
        }
    )*};
}

tuples! {
    (A 0, B 1);
    (A 0, B 1, C 2);
    (A 0, B 1, C 2, D 3);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Row = (Vec<(String, Option<i64>)>, BTreeMap<Box<str>, Vec<bool>>, u64, i128);

    proptest! {
        #[test]
        fn a_value_is_its_bytes_and_nothing_more(
            list in proptest::collection::vec((".*", proptest::option::of(any::<i64>())), 0..5),
            map in proptest::collection::btree_map(
                ".*".prop_map(Box::<str>::from),
                proptest::collection::vec(any::<bool>(), 0..3),
                0..4,
            ),
            number: u64,
            wide: i128,
            cut: usize,
        ) {
            let row: Row = (list, map, number, wide);
            let bytes = pack(&row);
            prop_assert_eq!(unpack::<Row>(&bytes), Some(row));
            let shorter = bytes.len() - 1 - cut % bytes.len();
            prop_assert_eq!(unpack::<Row>(&bytes[..shorter]), None);
            let mut longer = bytes;
            longer.push(0);
            prop_assert_eq!(unpack::<Row>(&longer), None);
        }

        #[test]
        fn foreign_bytes_are_no_value_and_no_panic(bytes: Vec<u8>) {
            let _ = unpack::<Row>(&bytes);
            let _ = unpack::<(NaiveDate, [Option<u32>; 2])>(&bytes);
        }
    }

    #[test]
    fn a_default_is_zeros_and_a_claimed_length_is_no_allocation() {
        assert!(pack(&Row::default()).iter().all(|byte| *byte == 0));
        let huge = pack(&u64::MAX);
        assert_eq!(unpack::<Vec<u64>>(&huge), None);
        assert_eq!(unpack::<String>(&huge), None);
        // Eleven bytes are no u64, nor is a tenth with more than its last bit.
        assert_eq!(unpack::<u64>(&[0xff; 11]), None);
        let mut beyond = [0xff; 10];
        beyond[9] = 2;
        assert_eq!(unpack::<u64>(&beyond), None);
    }

    #[test]
    fn a_text_that_stood_before_is_a_number_and_a_uuid_sixteen_bytes() {
        let id = "01890a5d-ac96-774b-bcce-b302099a8057".to_owned();
        let upper = id.to_uppercase();
        let unit = "unit/9901-10".to_owned();
        let texts = vec![id.clone(), unit.clone(), upper.clone(), id, unit, upper, String::new()];
        let bytes = pack(&texts);
        assert_eq!(unpack(&bytes), Some(texts));
        assert_eq!(bytes.len(), 1 + (1 + 16) + (1 + 12) + (1 + 36) + 3 + 1);
        // A number of a text that never stood there.
        assert_eq!(unpack::<String>(&[BEFORE as u8]), None);
    }
}
