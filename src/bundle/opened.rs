//! Confidential values of a bundle's entries, as whoever called has opened them: by
//! role, on record, and never an informant's.

use plumbline_replay::integrity::entry::scan;
use plumbline_replay::integrity::json::{Json, parse};

/// One opened value.
#[derive(Clone, Debug)]
pub struct Value {
    pub position: u64,
    pub member: String,
    /// The disclosure as RFC 9901 writes it.
    pub text: String,
}

/// What was opened.
#[derive(Default)]
pub(super) struct Opened {
    pub values: Vec<Value>,
    /// Sealed members that stay closed: an informant's, of a class that the role does not
    /// open, or without a key.
    pub closed: u64,
}

impl Opened {
    /// Values opened of these entries; what else is sealed in them stays closed.
    pub fn of<'e>(values: Vec<Value>, entries: impl Iterator<Item = (u64, &'e [u8])>) -> Opened {
        let sealed: u64 = entries.map(|(_, entry)| sealed(entry)).sum();
        let closed = sealed.saturating_sub(values.len() as u64);
        Opened { values, closed }
    }

    /// `disclosures.ndjson`.
    pub fn to_ndjson(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for value in &self.values {
            let json = Json::object([
                ("disclosure", Json::text(value.text.as_str())),
                ("member", Json::text(value.member.as_str())),
                ("position", Json::Int(i64::try_from(value.position).unwrap_or(i64::MAX))),
            ]);
            out.extend(json.to_bytes());
            out.push(b'\n');
        }
        out
    }
}

/// How many digests stand in an entry's `_sd`.
fn sealed(entry: &[u8]) -> u64 {
    let body = scan(entry).ok().and_then(|fields| parse(fields.body?).ok());
    let digests = body.as_ref().and_then(|body| body.get("_sd")?.as_list()).unwrap_or_default();
    digests.len() as u64
}
