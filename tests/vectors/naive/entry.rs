//! FORMAT.md §2 and §3: the entry, what the ledger adds to a submission, and the
//! chain.

use super::json::{Value, read_canonical, write};
use super::{blake3, hex};

/// What stands in the table of §2, in the order of RFC 8785.
const MEMBERS: [&str; 25] = [
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
const ALWAYS: [&str; 11] = [
    "id",
    "stream",
    "type",
    "occurred_at",
    "precision",
    "source",
    "position",
    "previous",
    "recorded_at",
    "revision",
    "v",
];
const LEDGER: [&str; 5] = ["position", "previous", "recorded_at", "revision", "v"];

/// The entry of a submission at a place: the five members put where they belong.
pub fn place(
    submission: &Value,
    position: i64,
    previous: [u8; 32],
    recorded_at: &str,
    revision: i64,
) -> String {
    let Value::Object(mut members) = submission.clone() else { panic!("no object") };
    members.push(("position".to_owned(), Value::Int(position)));
    members.push(("previous".to_owned(), Value::Text(hex(&previous))));
    members.push(("recorded_at".to_owned(), Value::Text(recorded_at.to_owned())));
    members.push(("revision".to_owned(), Value::Int(revision)));
    members.push(("v".to_owned(), Value::Int(1)));
    write(&Value::Object(members))
}

/// The submission inside an entry.
pub fn submission(entry: &Value) -> String {
    let Value::Object(members) = entry else { panic!("no object") };
    let kept = members.iter().filter(|(name, _)| !LEDGER.contains(&name.as_str()));
    write(&Value::Object(kept.cloned().collect()))
}

/// Reads an entry by itself, or says with which code it is refused.
pub fn read(bytes: &[u8]) -> Result<Value, &'static str> {
    if bytes.len() > 65_535 {
        return Err("length");
    }
    let entry = read_canonical(bytes)?;
    let Value::Object(members) = &entry else { return Err("member") };
    if members.iter().any(|(name, _)| !MEMBERS.contains(&name.as_str())) {
        return Err("member");
    }
    if ALWAYS.iter().any(|name| entry.get(name).is_none()) {
        return Err("missing");
    }
    let number = |name: &str| entry.get(name).and_then(Value::int).filter(|n| *n >= 0);
    if number("v").ok_or("form")? != 1 {
        return Err("version");
    }
    number("position").ok_or("form")?;
    number("revision").ok_or("form")?;
    let previous = entry.get("previous").and_then(Value::text).ok_or("form")?;
    let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if previous.len() != 64 || !previous.bytes().all(digit) {
        return Err("form");
    }
    for name in ["id", "stream", "type", "occurred_at", "precision", "recorded_at"] {
        let text = entry.get(name).and_then(Value::text).ok_or("form")?;
        if text.chars().any(|c| c < ' ' || matches!(c, '"' | '\\')) {
            return Err("form");
        }
    }
    Ok(entry)
}

/// What a reader of a log remembers of the entries before.
#[derive(Default)]
pub struct Chain {
    position: i64,
    last: [u8; 32],
    recorded_at: String,
    revisions: std::collections::BTreeMap<String, i64>,
}

impl Chain {
    /// Takes the next entry, or says with which code it does not continue.
    pub fn next(&mut self, bytes: &[u8]) -> Result<(), &'static str> {
        let entry = read(bytes)?;
        let text = |name: &str| entry.get(name).and_then(Value::text).unwrap_or_default();
        let number = |name: &str| entry.get(name).and_then(Value::int);
        if number("position") != Some(self.position) {
            return Err("position");
        }
        if text("previous") != hex(&self.last) {
            return Err("previous");
        }
        if text("recorded_at") <= self.recorded_at.as_str() {
            return Err("recorded-at");
        }
        let revision = self.revisions.entry(text("stream").to_owned()).or_insert(0);
        if number("revision") != Some(*revision) {
            return Err("revision");
        }
        *revision += 1;
        self.recorded_at = text("recorded_at").to_owned();
        self.position += 1;
        self.last = blake3(bytes);
        Ok(())
    }
}
