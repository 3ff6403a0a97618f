//! A cursor over canonical JSON that takes what it is asked for and steps over
//! the rest, without building a tree: replay reads every entry of a log and
//! needs a dozen members of each.
//!
//! Verified entries are canonical, so nothing is checked here that walking over
//! them does not need. What this file does not know: which members there are.

use crate::integrity::json::{Json, parse};
use std::borrow::Cow;
use std::fmt;

/// The text is not canonical JSON at this byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed {
    pub at: usize,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Malformed { at } = self;
        write!(f, "not canonical JSON at byte {at}")
    }
}

impl std::error::Error for Malformed {}

/// Text that borrows where it can; `None` for any other kind of value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text<'a>(pub Option<Cow<'a, str>>);

impl Text<'_> {
    /// The text, unless absent or empty.
    pub fn get(&self) -> Option<&str> {
        self.0.as_deref().filter(|text| !text.is_empty())
    }
}

/// A place in a JSON text.
pub(super) struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Cursor<'a> {
        Cursor { text, at: 0 }
    }

    pub(super) fn malformed<T>(&self) -> Result<T, Malformed> {
        Err(Malformed { at: self.at })
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// True once the whole text was taken.
    pub(super) fn is_done(&self) -> bool {
        self.at == self.text.len()
    }

    #[inline]
    fn take(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    /// Calls `member` for each member of an object, with the cursor before its
    /// value, which `member` must take. A value of another kind is stepped over.
    pub(super) fn object(
        &mut self,
        mut member: impl FnMut(&mut Cursor<'a>, Cow<'a, str>) -> Result<(), Malformed>,
    ) -> Result<(), Malformed> {
        if !self.take(b'{') {
            return self.skip().map(|_| ());
        }
        if self.take(b'}') {
            return Ok(());
        }
        loop {
            let name = self.string()?;
            if !self.take(b':') {
                return self.malformed();
            }
            member(self, name)?;
            if self.take(b'}') {
                return Ok(());
            }
            if !self.take(b',') {
                return self.malformed();
            }
        }
    }

    /// Calls `item` for each item of a list, which it must take. A value of
    /// another kind is stepped over.
    pub(super) fn list(
        &mut self,
        mut item: impl FnMut(&mut Cursor<'a>) -> Result<(), Malformed>,
    ) -> Result<(), Malformed> {
        if !self.take(b'[') {
            return self.skip().map(|_| ());
        }
        if self.take(b']') {
            return Ok(());
        }
        loop {
            item(self)?;
            if self.take(b']') {
                return Ok(());
            }
            if !self.take(b',') {
                return self.malformed();
            }
        }
    }

    /// Takes any value; text is kept.
    pub(super) fn text(&mut self) -> Result<Text<'a>, Malformed> {
        if self.peek() == Some(b'"') {
            return self.string().map(|text| Text(Some(text)));
        }
        self.skip().map(|_| Text(None))
    }

    /// Takes a string.
    pub(super) fn string(&mut self) -> Result<Cow<'a, str>, Malformed> {
        let start = self.at;
        let escaped = self.step_over_string()?;
        if escaped {
            return match parse(self.text.as_bytes().get(start..self.at).unwrap_or_default()) {
                Ok(Json::Text(text)) => Ok(text),
                _ => Err(Malformed { at: start }),
            };
        }
        self.slice(start + 1, self.at - 1).map(Cow::Borrowed)
    }

    /// Takes a number without sign, fraction or exponent.
    pub(super) fn unsigned(&mut self) -> Result<u64, Malformed> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        let digits = self.slice(start, self.at)?;
        digits.parse().map_err(|_| Malformed { at: start })
    }

    /// Takes any value and gives it as written.
    pub(super) fn skip(&mut self) -> Result<&'a str, Malformed> {
        let start = self.at;
        match self.peek() {
            Some(b'"') => {
                self.step_over_string()?;
            }
            Some(b'{' | b'[') => self.step_over_nested()?,
            _ => {
                while let Some(byte) = self.peek()
                    && !matches!(byte, b',' | b'}' | b']')
                {
                    self.at += 1;
                }
                if self.at == start {
                    return self.malformed();
                }
            }
        }
        self.slice(start, self.at)
    }

    fn slice(&self, from: usize, to: usize) -> Result<&'a str, Malformed> {
        self.text.get(from..to).ok_or(Malformed { at: from })
    }

    /// Moves after the closing quote; true if there were escapes.
    fn step_over_string(&mut self) -> Result<bool, Malformed> {
        if !self.take(b'"') {
            return self.malformed();
        }
        let mut escaped = false;
        loop {
            let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
            let Some(step) = special(rest) else {
                return self.malformed();
            };
            self.at += step + 1;
            if rest.get(step) == Some(&b'"') {
                return Ok(escaped);
            }
            escaped = true;
            self.at += 1;
        }
    }

    fn step_over_nested(&mut self) -> Result<(), Malformed> {
        let mut depth = 0usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => {
                    self.step_over_string()?;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        self.at += 1;
                        return Ok(());
                    }
                }
                _ => {}
            }
            self.at += 1;
        }
        self.malformed()
    }
}

/// The offset of the first quote or backslash, eight bytes at a time.
#[inline]
fn special(bytes: &[u8]) -> Option<usize> {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const HIGH: u64 = u64::from_le_bytes([0x80; 8]);
    // A byte of `word ^ pattern` is zero where the byte is the one looked for;
    // subtracting 1 from each byte sets the high bit of such a byte. The lowest
    // set bit is always right, borrows only disturb bytes above it.
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word & HIGH;
    let mut at = 0;
    while let Some((chunk, _)) = bytes.get(at..).and_then(|rest| rest.split_first_chunk::<8>()) {
        let word = u64::from_le_bytes(*chunk);
        let found =
            zeros(word ^ (ONES * u64::from(b'"'))) | zeros(word ^ (ONES * u64::from(b'\\')));
        if found != 0 {
            return Some(at + found.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    let rest = bytes.get(at..)?;
    rest.iter().position(|byte| matches!(byte, b'"' | b'\\')).map(|step| at + step)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn members_are_taken_or_stepped_over() {
        let text = r#"{"a":"x\"y","b":[1,{"c":"]}"}],"d":{"e":5},"f":-1,"g":"文"}"#;
        let mut cursor = Cursor::new(text);
        let mut seen = Vec::new();
        cursor
            .object(|cursor, name| {
                let value = match name.as_ref() {
                    "a" | "g" => cursor.string()?.into_owned(),
                    _ => cursor.skip()?.to_owned(),
                };
                seen.push(format!("{name}={value}"));
                Ok(())
            })
            .unwrap();
        assert!(cursor.is_done());
        assert_eq!(seen, ["a=x\"y", r#"b=[1,{"c":"]}"}]"#, r#"d={"e":5}"#, "f=-1", "g=文"]);
    }

    #[test]
    fn other_kinds_are_stepped_over() {
        let mut cursor = Cursor::new(r#"[{"a":1},"text",7]"#);
        let mut objects = 0;
        let mut items = 0;
        let taken = cursor.list(|cursor| {
            items += 1;
            cursor.object(|cursor, _| {
                objects += 1;
                cursor.skip().map(|_| ())
            })
        });
        assert_eq!((taken, items, objects, cursor.is_done()), (Ok(()), 3, 1, true));
        for bad in ["", "{", "{\"a\"}", "{\"a\":}", "{\"a\":1", "[1", "\"x", "\"\\", "{a:1}"] {
            let mut cursor = Cursor::new(bad);
            let taken = cursor.object(|cursor, _| cursor.skip().map(|_| ()));
            assert!(taken.is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn the_first_special_byte_is_found(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let expected = bytes.iter().position(|byte| matches!(byte, b'"' | b'\\'));
            prop_assert_eq!(special(&bytes), expected);
        }

        #[test]
        fn foreign_text_never_panics(text in r#"[\[\]{}:,"\\a1é]{0,30}"#) {
            let walk = |cursor: &mut Cursor<'_>| cursor.skip().map(|_| ());
            let _ = Cursor::new(&text).object(|cursor, _| walk(cursor));
            let _ = Cursor::new(&text).list(walk);
            let _ = Cursor::new(&text).text();
            let _ = Cursor::new(&text).unsigned();
        }
    }
}
