//! The entry, format v1: one canonical JSON object, hashed as it is stored.
//!
//! A *submission* is an entry without the five members that the ledger sets.
//! Because canonical members are sorted, those five fall between fixed parts of
//! the submission: an entry is spliced together from the submission's own bytes
//! and never re-serialised. This file knows the names and the order of the
//! top-level members; it does not know what any of them means.

use super::chain::Digest;
use super::json;

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
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    #[error("not an object with the members of format v1 in canonical order (byte {at})")]
    Shape { at: usize },
    #[error("the member `{0}` is missing")]
    Missing(&'static str),
    #[error("the member `{0}` has not the form that the format asks for")]
    Form(&'static str),
    #[error("`v` is {0}; this program reads version 1")]
    Version(u64),
    #[error("{0} bytes, more than 65535")]
    TooLong(usize),
}

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

impl Parts {
    /// Takes canonical submission bytes and finds the four cuts.
    pub fn new(bytes: Vec<u8>) -> Result<Parts, EntryError> {
        let mut cuts = [0u32; 4];
        let mut members = Members::new(&bytes)?;
        let limits = ["position", "previous", "revision", "v"];
        let mut next = 0;
        let end = bytes.len() - 1;
        let mut last_end = 1;
        while let Some((name, _, span)) = members.next_member()? {
            while next < limits.len() && name > limits[next].as_bytes() {
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

fn fields<'a>(found: &[Option<&'a [u8]>; MEMBERS.len()]) -> Result<Fields<'a>, EntryError> {
    let get = |name: &'static str| {
        MEMBERS.iter().position(|known| *known == name).and_then(|index| found[index])
    };
    let text = |name: &'static str| plain_text(name, get(name).ok_or(EntryError::Missing(name))?);
    let number = |name: &'static str| unsigned(name, get(name).ok_or(EntryError::Missing(name))?);
    let version = number("v")?;
    if version != FORMAT_VERSION {
        return Err(EntryError::Version(version));
    }
    let previous = text("previous")?;
    let previous = Digest::from_hex(previous.as_bytes()).ok_or(EntryError::Form("previous"))?;
    Ok(Fields {
        position: number("position")?,
        previous,
        id: text("id")?,
        stream: text("stream")?,
        revision: number("revision")?,
        kind: text("type")?,
        occurred_at: text("occurred_at")?,
        precision: text("precision")?,
        recorded_at: text("recorded_at")?,
        source: get("source").ok_or(EntryError::Missing("source"))?,
        actor: get("actor"),
        parties: get("parties"),
        item: get("item"),
        body: get("body"),
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
        let name_end = self.string_end(self.at)?;
        let name = &self.bytes[self.at..name_end - 1];
        self.at = name_end;
        self.byte(b':')?;
        let value_start = self.at;
        self.at = self.value_end()?;
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

    /// The offset after the closing quote of a string whose inside starts at `at`.
    fn string_end(&self, mut at: usize) -> Result<usize, EntryError> {
        loop {
            match self.bytes.get(at) {
                Some(b'"') => return Ok(at + 1),
                Some(b'\\') => at += 2,
                Some(_) => at += 1,
                None => {
                    return Err(EntryError::Shape { at: self.bytes.len() });
                }
            }
        }
    }

    fn value_end(&self) -> Result<usize, EntryError> {
        match self.bytes.get(self.at) {
            Some(b'"') => self.string_end(self.at + 1),
            Some(b'{' | b'[') => self.nested_end(),
            _ => {
                let rest = &self.bytes[self.at..];
                let length = rest.iter().position(|byte| matches!(byte, b',' | b'}'));
                Ok(self.at + length.unwrap_or(rest.len()))
            }
        }
    }

    fn nested_end(&self) -> Result<usize, EntryError> {
        let mut depth = 0usize;
        let mut at = self.at;
        while let Some(byte) = self.bytes.get(at) {
            match byte {
                b'"' => {
                    at = self.string_end(at + 1)?;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => {
                    depth -= 1;
                    if depth == 0 {
                        return Ok(at + 1);
                    }
                }
                _ => {}
            }
            at += 1;
        }
        Err(EntryError::Shape { at: self.bytes.len() })
    }
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
        }
    }
}
