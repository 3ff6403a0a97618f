//! What an entry can be found by: the texts, and the 64-bit hashes that stand for
//! them in the lookup files.
//!
//! Texts are compared as they stand between the quotes of canonical JSON, where
//! each text has one spelling. Hashes only lead to entries; [`Query::fits`] looks
//! into the entry itself, so a collision costs time and never a wrong answer.

use plumbline_replay::integrity::entry::{Fields, member, scan};
use plumbline_replay::integrity::json::{self, Json};
use plumbline_replay::time::civil::parse_rfc3339;
use siphasher::sip::SipHasher13;
use std::borrow::Cow;
use std::hash::Hasher;

/// A member that lookup files lead from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// `id`, whatever the source system.
    Id,
    Stream,
    /// `type`
    Kind,
    /// `actor.unit`
    Unit,
    /// `actor.officer`
    Officer,
    /// `parties[].id`
    Party,
    /// `item.code`
    Item,
}

/// Hashes the texts of one lookup folder under one key.
#[derive(Clone, Copy)]
pub struct Hashing {
    key: [u8; 16],
}

impl Hashing {
    pub fn new(key: [u8; 16]) -> Hashing {
        Hashing { key }
    }

    pub fn key(&self) -> &[u8; 16] {
        &self.key
    }

    /// The lowest bit tells ids and streams, which the filter over all segments
    /// holds, from the rest, which it does not.
    pub fn hash(&self, field: Field, raw: &[u8]) -> u64 {
        let mut hasher = SipHasher13::new_with_key(&self.key);
        hasher.write(&[field as u8]);
        hasher.write(raw);
        let unique = matches!(field, Field::Id | Field::Stream);
        (hasher.finish() & !1) | u64::from(unique)
    }
}

/// Whether a hash stands for an id or a stream.
pub fn is_unique(hash: u64) -> bool {
    hash & 1 == 1
}

/// What the lookup keeps of one entry.
pub struct Extract {
    pub occurred: i64,
    pub recorded: i64,
}

/// A text as it stands between the quotes of canonical JSON.
pub(super) fn raw(text: &str) -> Cow<'_, [u8]> {
    let escaped = |byte: u8| byte < 0x20 || byte == b'"' || byte == b'\\';
    if !text.bytes().any(escaped) {
        return Cow::Borrowed(text.as_bytes());
    }
    let mut out = Vec::with_capacity(text.len() + 8);
    json::write_string(text, &mut out);
    out.pop();
    out.remove(0);
    Cow::Owned(out)
}

fn inner(value: &[u8]) -> Option<&[u8]> {
    value.strip_prefix(b"\"")?.strip_suffix(b"\"")
}

fn text_in<'a>(object: Option<&'a [u8]>, name: &str) -> Option<&'a [u8]> {
    inner(member(object?, name)?)
}

fn parties(list: Option<&[u8]>, mut each: impl FnMut(&[u8])) {
    let Some(Ok(parsed)) = list.map(json::parse) else { return };
    for party in parsed.as_list().unwrap_or(&[]) {
        if let Some(id) = party.get("id").and_then(|id| id.as_str()) {
            each(&raw(id));
        }
    }
}

/// Calls `each` with every text of an entry that leads to it, and returns its
/// times. An unreadable time counts as the earliest.
pub fn extract(fields: &Fields<'_>, mut each: impl FnMut(Field, &[u8])) -> Extract {
    each(Field::Id, fields.id.as_bytes());
    each(Field::Stream, fields.stream.as_bytes());
    each(Field::Kind, fields.kind.as_bytes());
    let nested = [
        (Field::Unit, fields.actor, "unit"),
        (Field::Officer, fields.actor, "officer"),
        (Field::Item, fields.item, "code"),
    ];
    for (field, object, name) in nested {
        if let Some(text) = text_in(object, name) {
            each(field, text);
        }
    }
    parties(fields.parties, |id| each(Field::Party, id));
    Extract { occurred: micros(fields.occurred_at), recorded: micros(fields.recorded_at) }
}

/// The same of a submission as it will stand in its entry: the texts that
/// [`extract`] will find there, and when the act occurred.
pub(super) fn extract_submitted(json: &Json<'_>, mut each: impl FnMut(Field, &[u8])) -> i64 {
    let mut text = |field, object: Option<&Json<'_>>, name| {
        if let Some(text) = object.and_then(|object| object.get(name)).and_then(Json::as_str) {
            each(field, &raw(text));
        }
    };
    text(Field::Id, Some(json), "id");
    text(Field::Stream, Some(json), "stream");
    text(Field::Kind, Some(json), "type");
    let actor = json.get("actor");
    text(Field::Unit, actor, "unit");
    text(Field::Officer, actor, "officer");
    text(Field::Item, json.get("item"), "code");
    for party in json.get("parties").and_then(Json::as_list).unwrap_or(&[]) {
        text(Field::Party, Some(party), "id");
    }
    micros(json.get("occurred_at").and_then(Json::as_str).unwrap_or_default())
}

fn micros(text: &str) -> i64 {
    parse_rfc3339(text).map_or(i64::MIN, |moment| moment.micros)
}

/// What entries are asked for. Everything named must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    keys: Vec<(Field, Vec<u8>)>,
    system: Option<Vec<u8>>,
    occurred: Option<(i64, i64)>,
    recorded: Option<(i64, i64)>,
}

impl Query {
    pub fn new() -> Query {
        Query::default()
    }

    /// Entries whose member is this text.
    pub fn with(mut self, field: Field, text: &str) -> Query {
        self.keys.push((field, raw(text).into_owned()));
        self
    }

    /// Entries of one source system.
    pub fn system(mut self, system: &str) -> Query {
        self.system = Some(raw(system).into_owned());
        self
    }

    /// Entries of acts at or after `from` and before `until`, in microseconds
    /// since 1970 UTC.
    pub fn occurred(mut self, from: i64, until: i64) -> Query {
        self.occurred = Some((from, until));
        self
    }

    /// Entries recorded at or after `from` and before `until`, likewise.
    pub fn recorded(mut self, from: i64, until: i64) -> Query {
        self.recorded = Some((from, until));
        self
    }

    pub(super) fn hashes(&self, hashing: &Hashing) -> Vec<u64> {
        self.keys.iter().map(|(field, raw)| hashing.hash(*field, raw)).collect()
    }

    pub(super) fn occurred_range(&self) -> Option<(i64, i64)> {
        self.occurred
    }

    pub(super) fn recorded_range(&self) -> Option<(i64, i64)> {
        self.recorded
    }

    /// Whether an entry is among those asked for: the full comparison.
    pub fn fits(&self, entry: &[u8]) -> bool {
        let Ok(fields) = scan(entry) else { return false };
        let mut found = vec![false; self.keys.len()];
        let times = extract(&fields, |field, raw| {
            for ((wanted, text), found) in self.keys.iter().zip(&mut found) {
                *found |= *wanted == field && text == raw;
            }
        });
        let within =
            |range: Option<(i64, i64)>, at| range.is_none_or(|(from, to)| from <= at && at < to);
        found.iter().all(|found| *found)
            && self
                .system
                .as_deref()
                .is_none_or(|s| text_in(Some(fields.source), "system") == Some(s))
            && within(self.occurred, times.occurred)
            && within(self.recorded, times.recorded)
    }
}
