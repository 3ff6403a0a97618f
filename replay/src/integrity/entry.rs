//! The entry, format v1: one canonical JSON object, hashed as it is stored.
//!
//! A *submission* is an entry without the five members that the ledger sets.
//! Because canonical members are sorted, those five fall between fixed parts of
//! the submission: an entry is spliced together from the submission's own bytes
//! and never re-serialised. This file knows the names and the order of the
//! top-level members; it does not know what any of them means.

use super::chain::Digest;
use super::json;
use std::fmt;

/// Format version written as `v`.
pub const FORMAT_VERSION: u64 = 1;
/// Largest entry in bytes: the C2SP bundle frames entries with a uint16 length.
pub const ENTRY_BYTES_MAX: usize = 65_535;
/// The members that only the ledger sets.
pub const LEDGER_MEMBERS: [&str; 5] = ["position", "previous", "recorded_at", "revision", "v"];
/// Bytes that the ledger's own members can add to a submission.
pub const LEDGER_BYTES_MAX: usize = 256;

/// Every top-level member of format v1, in canonical order.
pub const MEMBERS: [&str; 25] = [
    "actor",
    "basis",
    "body",
    "docs",
    "effective_date",
    "id",
    "item",
    "late_reason",
    "links",
    "occurred_at",
    "parties",
    "position",
    "precision",
    "previous",
    "recorded_at",
    "recorder",
    "revision",
    "secrecy",
    "signature",
    "source",
    "stream",
    "type",
    "v",
    "venue",
    "visibility",
];

/// A canonical submission, cut where the ledger's members go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// The canonical bytes of the submission, `{…}`.
    pub bytes: Vec<u8>,
    /// Byte offsets: before `position`, `previous`, `revision`, `v`.
    pub cuts: [u32; 4],
}

/// What the ledger adds when it gives an entry its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    pub position: u64,
    pub previous: Digest,
    /// RFC 3339 in UTC with six decimals and `Z`.
    pub recorded_at: &'a str,
    pub revision: u64,
}

/// Why bytes are not an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryError {
    Shape { at: usize },
    Missing(&'static str),
    Form(&'static str),
    Version(u64),
    TooLong(usize),
}

impl fmt::Display for EntryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EntryError::Shape { at } => write!(
                f,
                "不是各成员依规范次序排列的 v1 记录(第 {at} 字节)/ not an object with the members of \
                 format v1 in canonical order (byte {at})"
            ),
            EntryError::Missing(it) => {
                write!(f, "缺少成员 `{it}` / the member `{it}` is missing")
            }
            EntryError::Form(it) => {
                write!(
                    f,
                    "成员 `{it}` 的写法不合格式 / the member `{it}` has not the form that the format \
                     asks for"
                )
            }
            EntryError::Version(it) => {
                write!(
                    f,
                    "`v` 为 {it},本程序只读版本 1 / `v` is {it}; this program reads version 1"
                )
            }
            EntryError::TooLong(it) => {
                write!(f, "{it} 字节,超过 65535 / {it} bytes, more than 65535")
            }
        }
    }
}

impl std::error::Error for EntryError {}

/// The top-level members of one entry, borrowed from its bytes. Texts are the
/// characters between the quotes; format v1 allows none there that JSON escapes.
/// Objects and lists are their raw canonical bytes.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'a> {
    pub position: u64,
    pub previous: Digest,
    pub id: &'a str,
    pub stream: &'a str,
    pub revision: u64,
    pub kind: &'a str,
    pub occurred_at: &'a str,
    pub precision: &'a str,
    pub recorded_at: &'a str,
    pub source: &'a [u8],
    pub actor: Option<&'a [u8]>,
    pub parties: Option<&'a [u8]>,
    pub item: Option<&'a [u8]>,
    pub body: Option<&'a [u8]>,
}

/// Each stands right after one of the cuts; `recorded_at` follows `previous`.
const AFTER_CUTS: [&str; 4] = ["position", "previous", "revision", "v"];
/// Room for the submissions that there are most of.
const USUAL_BYTES: usize = 1024;

impl Parts {
    /// Writes a submission and notes the four cuts on the way; `None` unless it is
    /// an object.
    pub fn of(submission: &json::Json<'_>) -> Option<Parts> {
        let mut bytes = Vec::with_capacity(USUAL_BYTES);
        let mut cuts = [0u32; 4];
        let mut next = 0;
        bytes.push(b'{');
        for (index, (name, value)) in submission.as_object()?.iter().enumerate() {
            while AFTER_CUTS.get(next).is_some_and(|after| name.as_ref() > *after) {
                cuts[next] = bytes.len() as u32;
                next += 1;
            }
            if index > 0 {
                bytes.push(b',');
            }
            json::write_string(name, &mut bytes);
            bytes.push(b':');
            value.write(&mut bytes);
        }
        cuts[next..].fill(bytes.len() as u32);
        bytes.push(b'}');
        Some(Parts { bytes, cuts })
    }

    /// Takes canonical submission bytes and finds the four cuts.
    pub fn new(bytes: Vec<u8>) -> Result<Parts, EntryError> {
        let mut cuts = [0u32; 4];
        let mut members = Members::new(&bytes)?;
        let mut next = 0;
        let end = bytes.len() - 1;
        let mut last_end = 1;
        while let Some((name, _, span)) = members.next_member()? {
            while AFTER_CUTS.get(next).is_some_and(|after| name > after.as_bytes()) {
                cuts[next] = last_end as u32;
                next += 1;
            }
            last_end = span.1;
        }
        for cut in &mut cuts[next..] {
            *cut = end as u32;
        }
        Ok(Parts { bytes, cuts })
    }

    /// The entry at one place, appended to `out`: the only function that makes
    /// entry bytes.
    pub fn splice(&self, place: &Place<'_>, out: &mut Vec<u8>) {
        let [a, b, c, d] = self.cuts.map(|cut| cut as usize);
        out.reserve(self.bytes.len() + LEDGER_BYTES_MAX);
        out.extend_from_slice(&self.bytes[..a]);
        out.extend_from_slice(b",\"position\":");
        json::write_integer(place.position as i64, out);
        out.extend_from_slice(&self.bytes[a..b]);
        out.extend_from_slice(b",\"previous\":\"");
        out.extend_from_slice(&place.previous.hex());
        out.extend_from_slice(b"\",\"recorded_at\":\"");
        out.extend_from_slice(place.recorded_at.as_bytes());
        out.push(b'"');
        out.extend_from_slice(&self.bytes[b..c]);
        out.extend_from_slice(b",\"revision\":");
        json::write_integer(place.revision as i64, out);
        out.extend_from_slice(&self.bytes[c..d]);
        out.extend_from_slice(b",\"v\":1");
        out.extend_from_slice(&self.bytes[d..]);
    }
}

/// The submission inside a stored entry: its bytes without the ledger's five
/// members. Equal submissions give equal bytes, so this is what idempotency
/// compares.
pub fn strip(entry: &[u8]) -> Result<Vec<u8>, EntryError> {
    let mut out = Vec::with_capacity(entry.len());
    out.push(b'{');
    let mut members = Members::new(entry)?;
    while let Some((name, _, (start, end))) = members.next_member()? {
        if LEDGER_MEMBERS.iter().any(|set| set.as_bytes() == name) {
            continue;
        }
        if out.len() > 1 {
            out.push(b',');
        }
        out.extend_from_slice(&entry[start..end]);
    }
    out.push(b'}');
    Ok(out)
}

/// The raw value of one member of a canonical object, whatever the object is;
/// `None` if it is not there or the bytes are no object.
pub fn member<'a>(object: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let mut members = Members::new(object).ok()?;
    while let Some((found, value, _)) = members.next_member().ok()? {
        if found == name.as_bytes() {
            return Some(value);
        }
    }
    None
}

/// Reads the top-level members of an entry. Checks names, order and the form of
/// the ledger's own members, not the inside of nested values: use
/// [`json::is_canonical`] for that.
pub fn scan(entry: &[u8]) -> Result<Fields<'_>, EntryError> {
    if entry.len() > ENTRY_BYTES_MAX {
        return Err(EntryError::TooLong(entry.len()));
    }
    let mut found: [Option<&[u8]>; MEMBERS.len()] = [None; MEMBERS.len()];
    let mut members = Members::new(entry)?;
    let mut next = 0;
    while let Some((name, value, (start, _))) = members.next_member()? {
        let step = MEMBERS[next..].iter().position(|known| known.as_bytes() == name);
        let index = next + step.ok_or(EntryError::Shape { at: start })?;
        found[index] = Some(value);
        next = index + 1;
    }
    fields(&found)
}

/// The place of a name in [`MEMBERS`], looked for when the program is compiled.
pub(super) const fn index_of(name: &str) -> usize {
    let mut index = 0;
    while index < MEMBERS.len() {
        if same(MEMBERS[index].as_bytes(), name.as_bytes()) {
            return index;
        }
        index += 1;
    }
    panic!("not a member of format v1")
}

const fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut at = 0;
    while at < a.len() {
        if a[at] != b[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// One member of format v1, by its place.
struct Named {
    name: &'static str,
    index: usize,
}

const fn named(name: &'static str) -> Named {
    Named { name, index: index_of(name) }
}

fn fields<'a>(found: &[Option<&'a [u8]>; MEMBERS.len()]) -> Result<Fields<'a>, EntryError> {
    let needed = |of: Named| found[of.index].ok_or(EntryError::Missing(of.name));
    let text = |of: Named| plain_text(of.name, needed(of)?);
    let number = |of: Named| unsigned(of.name, needed(of)?);
    let version = number(const { named("v") })?;
    if version != FORMAT_VERSION {
        return Err(EntryError::Version(version));
    }
    let previous = text(const { named("previous") })?;
    let previous = Digest::from_hex(previous.as_bytes()).ok_or(EntryError::Form("previous"))?;
    Ok(Fields {
        position: number(const { named("position") })?,
        previous,
        id: text(const { named("id") })?,
        stream: text(const { named("stream") })?,
        revision: number(const { named("revision") })?,
        kind: text(const { named("type") })?,
        occurred_at: text(const { named("occurred_at") })?,
        precision: text(const { named("precision") })?,
        recorded_at: text(const { named("recorded_at") })?,
        source: needed(const { named("source") })?,
        actor: found[const { index_of("actor") }],
        parties: found[const { index_of("parties") }],
        item: found[const { index_of("item") }],
        body: found[const { index_of("body") }],
    })
}

fn plain_text<'a>(name: &'static str, value: &'a [u8]) -> Result<&'a str, EntryError> {
    match value {
        [b'"', inner @ .., b'"'] if !inner.contains(&b'\\') => {
            std::str::from_utf8(inner).map_err(|_| EntryError::Form(name))
        }
        _ => Err(EntryError::Form(name)),
    }
}

fn unsigned(name: &'static str, value: &[u8]) -> Result<u64, EntryError> {
    let form = EntryError::Form(name);
    if value.is_empty() || value.len() > 16 || (value.len() > 1 && value[0] == b'0') {
        return Err(form);
    }
    let mut number = 0u64;
    for &digit in value {
        if !digit.is_ascii_digit() {
            return Err(form);
        }
        number = number * 10 + u64::from(digit - b'0');
    }
    Ok(number)
}

/// One top-level member: its raw name, its raw value, and where `"name":value`
/// starts and ends.
type Member<'a> = (&'a [u8], &'a [u8], (usize, usize));

/// Walks the top-level members of an object without looking inside its values.
struct Members<'a> {
    bytes: &'a [u8],
    at: usize,
    first: bool,
}

impl<'a> Members<'a> {
    fn new(bytes: &'a [u8]) -> Result<Members<'a>, EntryError> {
        match bytes {
            [b'{', .., b'}'] => Ok(Members { bytes, at: 1, first: true }),
            _ => Err(EntryError::Shape { at: 0 }),
        }
    }

    fn next_member(&mut self) -> Result<Option<Member<'a>>, EntryError> {
        let end = self.bytes.len() - 1;
        if self.at == end {
            return Ok(None);
        }
        if !self.first {
            self.byte(b',')?;
        }
        self.first = false;
        let start = self.at;
        self.byte(b'"')?;
        let name_end = string_end(self.bytes, self.at).ok_or_else(|| self.ends_early())?;
        let name = &self.bytes[self.at..name_end - 1];
        self.at = name_end;
        self.byte(b':')?;
        let value_start = self.at;
        self.at = value_end(self.bytes, self.at).ok_or_else(|| self.ends_early())?;
        if self.at > end || self.at == value_start {
            return Err(EntryError::Shape { at: value_start });
        }
        Ok(Some((name, &self.bytes[value_start..self.at], (start, self.at))))
    }

    fn byte(&mut self, byte: u8) -> Result<(), EntryError> {
        if self.bytes.get(self.at) != Some(&byte) {
            return Err(EntryError::Shape { at: self.at });
        }
        self.at += 1;
        Ok(())
    }

    fn ends_early(&self) -> EntryError {
        EntryError::Shape { at: self.bytes.len() }
    }
}

/// The offset after the closing quote of a string whose inside starts at `at`;
/// `None` if there is none.
fn string_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    while let Some(eight) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let hits = ends(u64::from_be_bytes(*eight).swap_bytes());
        at += (hits.trailing_zeros() / 8) as usize;
        if hits != 0 {
            match bytes[at] {
                b'"' => return Some(at + 1),
                _ => at += 2,
            }
        }
    }
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// The offset after the value that starts at `at`.
fn value_end(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes.get(at) {
        Some(b'"') => string_end(bytes, at + 1),
        Some(b'{' | b'[') => nested_end(bytes, at),
        _ => {
            let rest = bytes.get(at..)?;
            let length = rest.iter().position(|byte| matches!(byte, b',' | b'}'));
            Some(at + length.unwrap_or(rest.len()))
        }
    }
}

fn nested_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    let mut depth = 0usize;
    loop {
        match bytes.get(at)? {
            b'"' => {
                at = string_end(bytes, at + 1)?;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
}

/// The high bits of the bytes that end a plain run of a string, quote or backslash:
/// of the first one surely, of those after it perhaps. The first byte is the lowest.
fn ends(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word;
    let quotes = zeros(word ^ (ONES * b'"' as u64));
    let backslashes = zeros(word ^ (ONES * b'\\' as u64));
    (quotes | backslashes) & 0x8080_8080_8080_8080
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PLACE: Place<'static> = Place {
        position: 7,
        previous: Digest([0xab; 32]),
        recorded_at: "2026-03-05T08:20:11.000001Z",
        revision: 3,
    };

    fn submission() -> json::Json<'static> {
        json::parse(
            br#"{"id":"e-1","stream":"approval/990100-1","type":"t.v1","precision":"minute",
            "occurred_at":"2026-03-05T16:20:00+08:00","source":{"system":"s"},
            "body":{"position":1,"n\"":"}{\\"},"venue":{"kind":"platform"}}"#,
        )
        .unwrap()
    }

    #[test]
    fn an_entry_is_canonical_and_gives_its_submission_back() {
        let bytes = submission().to_bytes();
        let parts = Parts::new(bytes.clone()).unwrap();
        let mut entry = Vec::new();
        parts.splice(&PLACE, &mut entry);
        assert!(json::is_canonical(&entry), "{}", String::from_utf8_lossy(&entry));
        assert_eq!(strip(&entry).unwrap(), bytes);
        let fields = scan(&entry).unwrap();
        assert_eq!((fields.position, fields.revision), (7, 3));
        assert_eq!(fields.previous, PLACE.previous);
        assert_eq!(fields.stream, "approval/990100-1");
        assert_eq!(fields.body, Some(br#"{"n\"":"}{\\","position":1}"#.as_slice()));
    }

    #[test]
    fn members_are_listed_in_canonical_order() {
        assert!(MEMBERS.windows(2).all(|pair| json::key_order(pair[0], pair[1]).is_lt()));
    }

    #[test]
    fn unknown_or_disordered_members_are_refused() {
        let mut entry = Vec::new();
        Parts::new(submission().to_bytes()).unwrap().splice(&PLACE, &mut entry);
        let text = String::from_utf8(entry).unwrap();
        let swap = text.replace("\"id\":\"e-1\",", "").replace('{', "{\"id\":\"e-1\",");
        assert!(matches!(scan(swap.as_bytes()), Err(EntryError::Shape { .. })));
        let foreign = text.replacen("\"venue\"", "\"zzz\"", 1);
        assert!(matches!(scan(foreign.as_bytes()), Err(EntryError::Shape { .. })));
        let version = text.replacen("\"v\":1", "\"v\":2", 1);
        assert_eq!(scan(version.as_bytes()).unwrap_err(), EntryError::Version(2));
        let missing = text.replacen("\"stream\":\"approval/990100-1\",", "", 1);
        assert_eq!(scan(missing.as_bytes()).unwrap_err(), EntryError::Missing("stream"));
    }

    proptest! {
        #[test]
        fn foreign_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = scan(&bytes);
            let _ = strip(&bytes);
            let _ = Parts::new(bytes);
        }

        #[test]
        fn any_subset_of_members_splices_to_canonical_bytes(mask in any::<u32>(), text in any::<String>()) {
            let members = MEMBERS.iter().enumerate().filter(|(index, name)| {
                !LEDGER_MEMBERS.contains(name) && (**name == "id" || mask >> index & 1 == 1)
            });
            let value = json::Json::object(members.map(|(_, name)| {
                (*name, json::Json::object([("k", json::Json::text(text.clone()))]))
            }));
            let bytes = value.to_bytes();
            let parts = Parts::new(bytes.clone()).unwrap();
            let mut entry = Vec::new();
            parts.splice(&PLACE, &mut entry);
            prop_assert!(json::is_canonical(&entry));
            prop_assert_eq!(strip(&entry).unwrap(), bytes);
            prop_assert_eq!(Parts::of(&value), Some(parts));
        }
    }
}
