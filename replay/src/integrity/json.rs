//! The JSON that entries are made of: RFC 8785 (JCS) without floating point.
//!
//! One value has exactly one spelling: members sorted by UTF-16 code units, no
//! blanks, integers within ±(2^53−1), the short escapes of RFC 8785. Reading is
//! lenient about spelling (order, blanks, escapes) and strict about content
//! (duplicates, floats, lone surrogates, depth), so that a submission may be
//! written by any tool while the stored bytes are always the same.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

/// Nesting that is accepted, the outermost object counting as 1.
pub const DEPTH_MAX: usize = 32;
/// Largest integer magnitude, 2^53 − 1: beyond it JavaScript and jq lose digits.
pub const INTEGER_MAX: i64 = 9_007_199_254_740_991;

/// A JSON value whose objects are sorted and free of duplicates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json<'a> {
    Null,
    Bool(bool),
    /// Within ±[`INTEGER_MAX`].
    Int(i64),
    Text(Cow<'a, str>),
    List(Vec<Json<'a>>),
    /// Sorted by [`key_order`], no name twice. Build with [`Json::object`].
    Object(Vec<(Cow<'a, str>, Json<'a>)>),
}

/// Where reading stopped, as a byte offset into the input, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    pub at: usize,
    pub what: JsonProblem,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let JsonError { at, what } = self;
        write!(f, "第 {at} 字节 / byte {at}: {what}")
    }
}

impl std::error::Error for JsonError {}

/// Why a text is not JSON that an entry may hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JsonProblem {
    NotUtf8,
    EndsEarly,
    ValueExpected,
    Expected(char),
    Trailing,
    Duplicate(String),
    Float,
    IntegerRange,
    NumberForm,
    Escape,
    LoneSurrogate,
    Control,
    TooDeep,
}

impl fmt::Display for JsonProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            JsonProblem::NotUtf8 => "不是 UTF-8 / not UTF-8",
            JsonProblem::EndsEarly => "文本未完 / the text ends too early",
            JsonProblem::ValueExpected => "此处应为一个值 / a value was expected",
            JsonProblem::Expected(sign) => {
                return write!(f, "此处应为 `{sign}` / expected `{sign}`");
            }
            JsonProblem::Trailing => "值之后还有内容 / something follows the value",
            JsonProblem::Duplicate(name) => {
                return write!(
                    f,
                    "成员 {name:?} 在同一对象中出现两次 / the member {name:?} stands twice in one object"
                );
            }
            JsonProblem::Float => {
                "数带小数或指数;用整数(金额以分计)或字符串 / a number with a fraction or exponent; \
                 use an integer (money in minor units) or a string"
            }
            JsonProblem::IntegerRange => {
                "整数超出 ±9007199254740991;写作字符串 / an integer beyond ±9007199254740991; \
                 write it as a string"
            }
            JsonProblem::NumberForm => {
                "数不得以零开头,不得为 -0 / a number may not begin with a zero or be -0"
            }
            JsonProblem::Escape => "字符串中有不识的转义 / an unknown escape in a string",
            JsonProblem::LoneSurrogate => "代理项不成对 / half of a surrogate pair",
            JsonProblem::Control => "控制字符须转义 / a control character must be escaped",
            JsonProblem::TooDeep => {
                return write!(f, "嵌套超过 {DEPTH_MAX} 层 / nested deeper than {DEPTH_MAX}");
            }
        })
    }
}

impl std::error::Error for JsonProblem {}

/// The order of member names in RFC 8785 §3.2.3: by UTF-16 code units.
pub fn key_order(a: &str, b: &str) -> Ordering {
    if a.is_ascii() && b.is_ascii() {
        return a.as_bytes().cmp(b.as_bytes());
    }
    a.encode_utf16().cmp(b.encode_utf16())
}

impl<'a> Json<'a> {
    /// An object from members in any order; later duplicates replace earlier
    /// ones, so callers that read foreign input must use [`parse`].
    pub fn object<K, I>(members: I) -> Json<'a>
    where
        K: Into<Cow<'a, str>>,
        I: IntoIterator<Item = (K, Json<'a>)>,
    {
        let mut out: Vec<(Cow<'a, str>, Json<'a>)> = Vec::new();
        for (name, value) in members {
            insert(&mut out, name.into(), value);
        }
        Json::Object(out)
    }

    /// A text value.
    pub fn text(value: impl Into<Cow<'a, str>>) -> Json<'a> {
        Json::Text(value.into())
    }

    /// A member of an object; `None` for other kinds of value.
    pub fn get(&self, name: &str) -> Option<&Json<'a>> {
        match self {
            Json::Object(members) => members.iter().find(|(n, _)| n == name).map(|(_, v)| v),
            _ => None,
        }
    }

    /// Sets a member, keeping the order. Does nothing on other kinds of value.
    pub fn set(&mut self, name: impl Into<Cow<'a, str>>, value: Json<'a>) {
        if let Json::Object(members) = self {
            insert(members, name.into(), value);
        }
    }

    /// Takes a member out.
    pub fn remove(&mut self, name: &str) -> Option<Json<'a>> {
        match self {
            Json::Object(members) => {
                let at = members.iter().position(|(n, _)| n == name)?;
                Some(members.remove(at).1)
            }
            _ => None,
        }
    }

    pub fn as_str(&self) -> Option<&str> {
        match self {
            Json::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn as_int(&self) -> Option<i64> {
        match self {
            Json::Int(number) => Some(*number),
            _ => None,
        }
    }

    pub fn as_list(&self) -> Option<&[Json<'a>]> {
        match self {
            Json::List(items) => Some(items),
            _ => None,
        }
    }

    pub fn as_object(&self) -> Option<&[(Cow<'a, str>, Json<'a>)]> {
        match self {
            Json::Object(members) => Some(members),
            _ => None,
        }
    }

    /// Null, `""`, `[]` or `{}`: what an entry leaves out (design §2).
    pub fn is_empty(&self) -> bool {
        match self {
            Json::Null => true,
            Json::Text(text) => text.is_empty(),
            Json::List(items) => items.is_empty(),
            Json::Object(members) => members.is_empty(),
            Json::Bool(_) | Json::Int(_) => false,
        }
    }

    /// The same value with no borrowed text.
    pub fn into_owned(self) -> Json<'static> {
        match self {
            Json::Null => Json::Null,
            Json::Bool(value) => Json::Bool(value),
            Json::Int(value) => Json::Int(value),
            Json::Text(text) => Json::Text(Cow::Owned(text.into_owned())),
            Json::List(items) => Json::List(items.into_iter().map(Json::into_owned).collect()),
            Json::Object(members) => Json::Object(
                members
                    .into_iter()
                    .map(|(name, value)| (Cow::Owned(name.into_owned()), value.into_owned()))
                    .collect(),
            ),
        }
    }

    /// The one spelling of this value, appended to `out`.
    pub fn write(&self, out: &mut Vec<u8>) {
        match self {
            Json::Null => out.extend_from_slice(b"null"),
            Json::Bool(true) => out.extend_from_slice(b"true"),
            Json::Bool(false) => out.extend_from_slice(b"false"),
            Json::Int(value) => write_integer(*value, out),
            Json::Text(text) => write_string(text, out),
            Json::List(items) => {
                out.push(b'[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    item.write(out);
                }
                out.push(b']');
            }
            Json::Object(members) => {
                out.push(b'{');
                for (index, (name, value)) in members.iter().enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    write_string(name, out);
                    out.push(b':');
                    value.write(out);
                }
                out.push(b'}');
            }
        }
    }

    /// The canonical bytes of this value.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(&mut out);
        out
    }
}

fn insert<'a>(members: &mut Vec<(Cow<'a, str>, Json<'a>)>, name: Cow<'a, str>, value: Json<'a>) {
    match members.binary_search_by(|(n, _)| key_order(n, &name)) {
        Ok(at) => members[at].1 = value,
        Err(at) => members.insert(at, (name, value)),
    }
}

/// An integer in decimal digits.
pub fn write_integer(value: i64, out: &mut Vec<u8>) {
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    let mut rest = value.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if value < 0 {
        at -= 1;
        digits[at] = b'-';
    }
    out.extend_from_slice(&digits[at..]);
}

/// True for bytes that RFC 8785 writes with an escape.
#[inline]
fn needs_escape(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

/// A string with its quotes and the escapes of RFC 8785 §3.2.2.2.
pub fn write_string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let mut rest = text.as_bytes();
    // Most texts need none, and looking at all bytes is quicker than looking for one.
    if !rest.iter().fold(false, |found, &byte| found | needs_escape(byte)) {
        out.extend_from_slice(rest);
        out.push(b'"');
        return;
    }
    while let Some(at) = rest.iter().position(|&byte| needs_escape(byte)) {
        out.extend_from_slice(&rest[..at]);
        match rest[at] {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            0x08 => out.extend_from_slice(b"\\b"),
            0x09 => out.extend_from_slice(b"\\t"),
            0x0a => out.extend_from_slice(b"\\n"),
            0x0c => out.extend_from_slice(b"\\f"),
            0x0d => out.extend_from_slice(b"\\r"),
            control => {
                out.extend_from_slice(b"\\u00");
                out.push(b"0123456789abcdef"[usize::from(control >> 4)]);
                out.push(b"0123456789abcdef"[usize::from(control & 15)]);
            }
        }
        rest = &rest[at + 1..];
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

/// Reads one JSON value that fills the whole input.
pub fn parse(input: &[u8]) -> Result<Json<'_>, JsonError> {
    let text = std::str::from_utf8(input)
        .map_err(|error| JsonError { at: error.valid_up_to(), what: JsonProblem::NotUtf8 })?;
    let mut reader = Reader { text, bytes: input, at: 0 };
    reader.blanks();
    let value = reader.value(1)?;
    reader.blanks();
    if reader.at < input.len() {
        return Err(reader.problem(JsonProblem::Trailing));
    }
    Ok(value)
}

/// True if the bytes are already the one spelling of their value.
pub fn is_canonical(input: &[u8]) -> bool {
    match parse(input) {
        Ok(value) => value.to_bytes() == input,
        Err(_) => false,
    }
}

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn problem(&self, what: JsonProblem) -> JsonError {
        JsonError { at: self.at, what }
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    #[inline]
    fn blanks(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn expect(&mut self, byte: u8) -> Result<(), JsonError> {
        match self.peek() {
            Some(found) if found == byte => {
                self.at += 1;
                Ok(())
            }
            Some(_) => Err(self.problem(JsonProblem::Expected(char::from(byte)))),
            None => Err(self.problem(JsonProblem::EndsEarly)),
        }
    }

    fn value(&mut self, depth: usize) -> Result<Json<'a>, JsonError> {
        match self.peek() {
            None => Err(self.problem(JsonProblem::EndsEarly)),
            Some(b'"') => Ok(Json::Text(self.string()?)),
            Some(b'{') => self.object(depth),
            Some(b'[') => self.list(depth),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Json::Bool(true)),
            Some(b'f') => self.word("false", Json::Bool(false)),
            Some(b'n') => self.word("null", Json::Null),
            Some(_) => Err(self.problem(JsonProblem::ValueExpected)),
        }
    }

    fn word(&mut self, word: &str, value: Json<'a>) -> Result<Json<'a>, JsonError> {
        if self.bytes[self.at..].starts_with(word.as_bytes()) {
            self.at += word.len();
            Ok(value)
        } else {
            Err(self.problem(JsonProblem::ValueExpected))
        }
    }

    fn number(&mut self) -> Result<Json<'a>, JsonError> {
        let start = self.at;
        let negative = self.peek() == Some(b'-');
        if negative {
            self.at += 1;
        }
        let digits = self.at;
        let mut magnitude: i64 = 0;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            magnitude = magnitude.saturating_mul(10).saturating_add(i64::from(digit - b'0'));
            self.at += 1;
        }
        let count = self.at - digits;
        if count == 0 {
            return Err(self.problem(JsonProblem::ValueExpected));
        }
        let problem = if matches!(self.peek(), Some(b'.' | b'e' | b'E')) {
            Some(JsonProblem::Float)
        } else if self.bytes[digits] == b'0' && (count > 1 || negative) {
            Some(JsonProblem::NumberForm)
        } else if magnitude > INTEGER_MAX {
            Some(JsonProblem::IntegerRange)
        } else {
            None
        };
        match problem {
            Some(what) => Err(JsonError { at: start, what }),
            None => Ok(Json::Int(if negative { -magnitude } else { magnitude })),
        }
    }

    #[cfg_attr(
        not(test),
        expect(clippy::string_slice, reason = "both ends stand beside ASCII bytes")
    )]
    fn string(&mut self) -> Result<Cow<'a, str>, JsonError> {
        self.expect(b'"')?;
        let start = self.at;
        loop {
            match self.peek() {
                None => return Err(self.problem(JsonProblem::EndsEarly)),
                Some(b'"') => {
                    let text = &self.text[start..self.at];
                    self.at += 1;
                    return Ok(Cow::Borrowed(text));
                }
                Some(b'\\') => return self.string_with_escapes(start).map(Cow::Owned),
                Some(byte) if byte < 0x20 => return Err(self.problem(JsonProblem::Control)),
                Some(_) => self.at += 1,
            }
        }
    }

    #[cfg_attr(
        not(test),
        expect(clippy::string_slice, reason = "both ends stand beside ASCII bytes")
    )]
    fn string_with_escapes(&mut self, start: usize) -> Result<String, JsonError> {
        let mut out = String::from(&self.text[start..self.at]);
        loop {
            let plain = self.at;
            while self.peek().is_some_and(|byte| !needs_escape(byte)) {
                self.at += 1;
            }
            out.push_str(&self.text[plain..self.at]);
            match self.peek() {
                None => return Err(self.problem(JsonProblem::EndsEarly)),
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => out.push(self.escape()?),
                Some(_) => return Err(self.problem(JsonProblem::Control)),
            }
        }
    }

    fn escape(&mut self) -> Result<char, JsonError> {
        let start = self.at;
        self.at += 1;
        let plain = match self.peek() {
            None => return Err(self.problem(JsonProblem::EndsEarly)),
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(start),
            Some(_) => {
                return Err(JsonError { at: start, what: JsonProblem::Escape });
            }
        };
        self.at += 1;
        Ok(plain)
    }

    fn unicode_escape(&mut self, start: usize) -> Result<char, JsonError> {
        let lone = JsonError { at: start, what: JsonProblem::LoneSurrogate };
        let first = self.four_digits(start)?;
        let code = match first {
            0xd800..=0xdbff => {
                if !self.bytes[self.at..].starts_with(b"\\u") {
                    return Err(lone);
                }
                self.at += 1;
                let second = self.four_digits(start)?;
                if !(0xdc00..=0xdfff).contains(&second) {
                    return Err(lone);
                }
                0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)
            }
            other => other,
        };
        char::from_u32(code).ok_or(lone)
    }

    /// The four digits after `\u`, with `self.at` on the `u`.
    fn four_digits(&mut self, start: usize) -> Result<u32, JsonError> {
        let bad = JsonError { at: start, what: JsonProblem::Escape };
        let digits = self.bytes.get(self.at + 1..self.at + 5).ok_or_else(|| bad.clone())?;
        let mut code = 0;
        for &digit in digits {
            code = code * 16 + char::from(digit).to_digit(16).ok_or_else(|| bad.clone())?;
        }
        self.at += 5;
        Ok(code)
    }

    fn list(&mut self, depth: usize) -> Result<Json<'a>, JsonError> {
        if depth > DEPTH_MAX {
            return Err(self.problem(JsonProblem::TooDeep));
        }
        self.at += 1;
        let mut items = Vec::new();
        self.blanks();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Json::List(items));
        }
        loop {
            self.blanks();
            items.push(self.value(depth + 1)?);
            self.blanks();
            if self.peek() == Some(b',') {
                self.at += 1;
                continue;
            }
            self.expect(b']')?;
            return Ok(Json::List(items));
        }
    }

    fn object(&mut self, depth: usize) -> Result<Json<'a>, JsonError> {
        if depth > DEPTH_MAX {
            return Err(self.problem(JsonProblem::TooDeep));
        }
        let start = self.at;
        self.at += 1;
        let mut members: Vec<(Cow<'a, str>, Json<'a>)> = Vec::new();
        self.blanks();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Json::Object(members));
        }
        let mut sorted = true;
        loop {
            self.blanks();
            let name = self.string()?;
            self.blanks();
            self.expect(b':')?;
            self.blanks();
            let value = self.value(depth + 1)?;
            if let Some((last, _)) = members.last() {
                sorted &= key_order(last, &name) == Ordering::Less;
            }
            members.push((name, value));
            self.blanks();
            if self.peek() == Some(b',') {
                self.at += 1;
                continue;
            }
            self.expect(b'}')?;
            break;
        }
        if !sorted {
            members.sort_by(|(a, _), (b, _)| key_order(a, b));
            if let Some(pair) = members.windows(2).find(|pair| pair[0].0 == pair[1].0) {
                let name = pair[0].0.clone().into_owned();
                return Err(JsonError { at: start, what: JsonProblem::Duplicate(name) });
            }
        }
        Ok(Json::Object(members))
    }
}
