//! What the tables of members say about one body: where it departs from them,
//! and the schemas and examples that are published from them.
//!
//! A departure is told, not refused (§3.0, §6 trap 1): a missing member, a word
//! that no list has, a member nobody knows are facts about the record and are
//! listed as its quality. Only a member of another JSON type than its kind is
//! [`Departure::is_malformed`]: whoever reads it by name would not find it, and
//! admission refuses it. What this module does not know: files, admission, rules.

mod departure;
mod document;
mod envelope;
mod example;

pub use departure::{Departure, Lack};
pub use document::{DIALECT, ENVELOPE_NAME, ID_BASE, document, envelope_document, pretty, summary};
pub use envelope::ENVELOPE;
pub use example::{body as example_body, submission as example};

use super::body::{Body, Value};
use super::member::{Kind, Member, NAME_CHARS_MAX, Of, TEXT_CHARS_MAX};
use super::register::EventType;
use crate::integrity::json::{Json, parse};
use crate::time::civil::{parse_date, parse_rfc3339};
use departure::{Path, shape_of};
use std::borrow::Cow;

/// The member of a body that holds digests of sealed ones (RFC 9901).
pub const SD: &str = "_sd";
/// What begins a word that a list does not have, with a colon of either width.
pub const OTHER: [&str; 2] = ["其他", "other"];

/// Where the body of a submission or of an entry departs from its type's table,
/// in the order of the table, unknown members last. Empty exactly for what the
/// published schema of the type accepts.
pub fn check(event_type: &EventType, body: &Json<'_>) -> Vec<Departure> {
    let mut found = Vec::new();
    let Some(members) = body.as_object() else {
        found.push(Departure::wrong_type(&Path::root(), Kind::Object(event_type.members), body));
        return found;
    };
    let sealed = members.iter().find(|(name, _)| name == SD);
    if let Some((_, digests)) = sealed {
        check_digests(digests, &Path::root().member(SD), &mut found);
    }
    check_members(event_type.members, members, sealed.is_some(), &Path::root(), &mut found);
    found
}

/// [`check`] for a recorded body that is looked into by name.
pub fn check_recorded(event_type: &EventType, body: &Body<'_>) -> Vec<Departure> {
    let value = |value: Value<'_>| match value {
        Value::Text(text) => Json::Text(text.into_owned().into()),
        Value::Int(number) => Json::Int(number),
        Value::Bool(value) => Json::Bool(value),
        Value::Nested(text) => parse(text.as_bytes()).map_or(Json::Null, Json::into_owned),
    };
    let members = body.members().map(|(name, raw)| (name.to_owned(), value(raw)));
    check(event_type, &Json::object(members))
}

/// Where a submission without its body departs from the envelope (§3.0).
pub fn check_envelope(submission: &Json<'_>) -> Vec<Departure> {
    let mut found = Vec::new();
    let Some(members) = submission.as_object() else {
        found.push(Departure::wrong_type(&Path::root(), Kind::Object(ENVELOPE), submission));
        return found;
    };
    check_members(ENVELOPE, members, false, &Path::root(), &mut found);
    found
}

/// Whether nothing in a body is [`Departure::is_malformed`]: the answer of [`check`]
/// without its telling where, for whoever asks of every event and seldom hears no.
pub fn is_readable(event_type: &EventType, body: &Json<'_>) -> bool {
    let digests = |value: &Json<'_>| match value {
        Json::List(items) => {
            items.iter().all(|item| item == &Json::Null || item.as_str().is_some_and(is_digest))
        }
        other => *other == Json::Null,
    };
    match body {
        Json::Object(members) => members.iter().all(|(name, value)| match name.as_ref() {
            SD => digests(value),
            _ => reads_as(event_type.members, name, value).unwrap_or(true),
        }),
        other => *other == Json::Null,
    }
}

/// The same of a submission without its body, which also has no member that the
/// envelope does not name.
pub fn is_envelope(submission: &Json<'_>) -> bool {
    let named = |(name, value): &(Cow<'_, str>, Json<'_>)| reads_as(ENVELOPE, name, value);
    let members = submission.as_object();
    members.is_some_and(|members| members.iter().all(|member| named(member) == Some(true)))
}

/// Whether a member has the JSON types of its row; `None` if the table has no row.
fn reads_as(table: &[Member], name: &str, value: &Json<'_>) -> Option<bool> {
    let row = table.iter().find(|row| row.name == name)?;
    Some(is_as_due(&row.kind, value))
}

/// Whether a value and all inside it have the JSON types of a kind. `null` is a way
/// of leaving out.
fn is_as_due(kind: &Kind, value: &Json<'_>) -> bool {
    match (kind, value) {
        (_, Json::Null) | (Kind::Any, _) => true,
        (Kind::Either(kinds), _) => {
            kinds.iter().find(|kind| is_of(kind, value)).is_some_and(|kind| is_as_due(kind, value))
        }
        (Kind::List(of), Json::List(items)) => items.iter().all(|item| is_as_due(of, item)),
        (Kind::Map(of), Json::Object(members)) => {
            members.iter().all(|(_, value)| is_as_due(of, value))
        }
        (Kind::Object(table), Json::Object(members)) => {
            members.iter().all(|(name, value)| reads_as(table, name, value).unwrap_or(true))
        }
        _ => is_of(kind, value),
    }
}

/// Whether a text is a digest of RFC 9901 over SHA-256: base64url, no padding.
pub fn is_digest(text: &str) -> bool {
    text.len() == 43 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

fn check_digests(value: &Json<'_>, path: &Path<'_>, found: &mut Vec<Departure>) {
    let kind = Kind::List(&Kind::Name(Of::No));
    let Some(digests) = value.as_list() else {
        found.push(Departure::wrong_type(path, kind, value));
        return;
    };
    for (index, digest) in digests.iter().enumerate() {
        if !digest.as_str().is_some_and(is_digest) {
            found.push(Departure::wrong_type(&path.item(index), Kind::Name(Of::No), digest));
        }
    }
}

/// `sealed`: confidential members may stand as digests in [`SD`] beside these.
fn check_members(
    table: &[Member],
    members: &[(Cow<'_, str>, Json<'_>)],
    sealed: bool,
    path: &Path<'_>,
    found: &mut Vec<Departure>,
) {
    for member in table {
        match members.iter().find(|(name, _)| name == member.name) {
            Some((_, value)) => {
                check_value(&member.kind, value, &path.member(member.name), found);
            }
            None if member.required && !(sealed && member.sensitivity.is_some()) => {
                found.push(Departure::missing(&path.member(member.name), member.kind));
            }
            None => {}
        }
    }
    for (name, _) in members {
        let known = table.iter().any(|member| name == member.name) || (sealed && name == SD);
        if !known {
            found.push(Departure::unknown(&path.member(name)));
        }
    }
}

fn check_value(kind: &Kind, value: &Json<'_>, path: &Path<'_>, found: &mut Vec<Departure>) {
    match (kind, value) {
        (Kind::Any, _) => {}
        (Kind::Either(kinds), _) => match kinds.iter().find(|kind| is_of(kind, value)) {
            Some(kind) => check_value(kind, value, path, found),
            None => found.push(Departure::wrong_type(path, *kind, value)),
        },
        (Kind::List(of), Json::List(items)) => {
            for (index, item) in items.iter().enumerate() {
                check_value(of, item, &path.item(index), found);
            }
        }
        (Kind::Map(of), Json::Object(members)) => {
            for (name, value) in members {
                check_value(of, value, &path.member(name), found);
            }
        }
        (Kind::Object(table), Json::Object(members)) => {
            check_members(table, members, false, path, found);
        }
        _ if !is_of(kind, value) => found.push(Departure::wrong_type(path, *kind, value)),
        (_, Json::Text(text)) if !text_fits(kind, text) => {
            found.push(Departure::value(path, *kind, text));
        }
        (Kind::Count, Json::Int(number)) if *number < 0 => {
            found.push(Departure::value(path, *kind, &number.to_string()));
        }
        _ => {}
    }
}

/// Whether a value has the JSON type of a kind.
fn is_of(kind: &Kind, value: &Json<'_>) -> bool {
    match kind {
        Kind::Any => true,
        Kind::Either(kinds) => kinds.iter().any(|kind| is_of(kind, value)),
        _ => shape_of(kind) == Some(departure::shape(value)),
    }
}

fn text_fits(kind: &Kind, text: &str) -> bool {
    match kind {
        Kind::Text => (1..=TEXT_CHARS_MAX).contains(&text.chars().count()),
        Kind::Name(_) => (1..=NAME_CHARS_MAX).contains(&text.chars().count()),
        Kind::Word(words) => words.contains(&text) || is_other(text),
        Kind::Date => parse_date(text).is_some(),
        // A leap second never stands in an office's record.
        Kind::Moment => parse_rfc3339(text).is_some() && text.get(17..19) != Some("60"),
        Kind::Period => is_period(text),
        Kind::Decimal => super::amount::Decimal::parse(text).is_some(),
        Kind::Hex => text.len() == 64 && text.bytes().all(is_hex),
        _ => true,
    }
}

fn is_hex(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

/// `其他:现场代收`: a word of the submitter's own, marked as such.
fn is_other(text: &str) -> bool {
    let rest = OTHER.iter().find_map(|word| text.strip_prefix(word));
    let own = rest.and_then(|rest| rest.strip_prefix([':', '：']));
    own.is_some_and(|own| !own.is_empty()) && text.chars().count() <= NAME_CHARS_MAX
}

/// A year, a half, a quarter, a month, a day, or two days with a slash.
fn is_period(text: &str) -> bool {
    let digits =
        |part: &str, count| part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit());
    let within = |part: &str, range: std::ops::RangeInclusive<u8>| {
        digits(part, 2) && part.parse().is_ok_and(|number| range.contains(&number))
    };
    let day = |text: &str| {
        let mut parts = text.splitn(3, '-');
        parts.next().is_some_and(|year| digits(year, 4))
            && parts.next().is_some_and(|month| within(month, 1..=12))
            && parts.next().is_some_and(|day| within(day, 1..=31))
    };
    match text.split_once('/') {
        Some((from, to)) => day(from) && day(to),
        None => match text.split_once('-') {
            None => digits(text, 4),
            Some((year, part)) if digits(year, 4) => {
                matches!(part, "H1" | "H2" | "Q1" | "Q2" | "Q3" | "Q4")
                    || within(part, 1..=12)
                    || day(text)
            }
            Some(_) => false,
        },
    }
}

#[cfg(test)]
mod tests;
