//! Confidential members in scripts: sealed as a ledger seals them, opened for who
//! may see them, and gone once their key is destroyed.
//!
//! Stands for the vault of a ledger, with the disclosures of RFC 9901 and no
//! encryption: a script is read by everybody. What this file does not know: which
//! member is confidential; the register of event types says so.

use super::script::Reader;
use crate::event::Event;
use crate::event::register::{EventType, Sensitivity, Visibility};
use crate::integrity::base64::Base64UrlUnpadded;
use crate::integrity::json::Json;
use crate::time::civil::Micros;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// A sealed member.
#[derive(Debug)]
struct Opening {
    member: &'static str,
    value: String,
    subject: String,
}

/// The openings of a script's sealed members, by event id.
#[derive(Debug, Default)]
pub struct Keyring(BTreeMap<String, Vec<Opening>>);

impl Keyring {
    /// Puts digests in place of the confidential members of a submission's body.
    pub(super) fn seal(&mut self, known: &'static EventType, submission: &mut Json<'static>) {
        let text =
            |json: &Json<'_>, name: &str| json.get(name).and_then(Json::as_str).map(str::to_owned);
        let id = text(submission, "id").unwrap_or_default();
        let stream = text(submission, "stream").unwrap_or_default();
        let party = submission.get("parties").and_then(Json::as_list).and_then(<[_]>::first);
        let party = party.and_then(|party| text(party, "id"));
        let Some(mut body) = submission.get("body").cloned() else { return };
        let mut digests = Vec::new();
        for (member, class) in known.sensitive() {
            let Some(value) = body.remove(member) else { continue };
            let subject = match class {
                Sensitivity::Informant => format!("informant/{id}"),
                Sensitivity::Internal | Sensitivity::Discipline => stream.clone(),
                _ => party.clone().unwrap_or_else(|| stream.clone()),
            };
            let salt = Base64UrlUnpadded::encode_string(id.as_bytes());
            let shown = match &value {
                Json::Text(text) => text.to_string(),
                other => String::from_utf8_lossy(&other.to_bytes()).into_owned(),
            };
            let disclosure = Json::List(vec![Json::text(salt), Json::text(member), value]);
            let disclosure = Base64UrlUnpadded::encode_string(&disclosure.to_bytes());
            let digest = Sha256::digest(disclosure.as_bytes());
            digests.push(Base64UrlUnpadded::encode_string(&digest));
            self.0.entry(id.clone()).or_default().push(Opening { member, value: shown, subject });
        }
        if !digests.is_empty() {
            digests.sort();
            let digests = digests.into_iter().map(Json::text).collect();
            body.set("_sd", Json::List(digests));
            submission.set("body", body);
        }
    }
}

/// What a reader sees of a stream, an entry a line: its type, and each confidential
/// member with its value or why there is none. The public does not see what was
/// redacted, nor beside a case that something was.
pub(super) fn seen(
    entries: &[Vec<u8>],
    keyring: &Keyring,
    (stream, by, known_at): (&str, Reader, Micros),
) -> Vec<String> {
    let events = entries.iter().filter_map(|entry| Event::read(entry).ok());
    let events: Vec<Event<'_>> = events.filter(|event| event.recorded <= known_at).collect();
    let own: BTreeSet<&str> = events
        .iter()
        .filter(|event| event.stream == stream)
        .map(|event| event.id.as_ref())
        .collect();
    let subjects: BTreeSet<&str> = own.iter().flat_map(|id| keyring.subjects(id)).collect();
    let of_kind =
        |name: &'static str| events.iter().filter(move |event| event.kind.starts_with(name));
    let redacted: BTreeSet<String> = of_kind("redaction.applied.").flat_map(targets).collect();
    let destroyed: BTreeSet<String> = of_kind("vault.key.destroyed.")
        .filter_map(|event| event.body.text("subject_key_id").map(|key| key.into_owned()))
        .collect();
    let concerns = |event: &Event<'_>| {
        event.stream == stream
            || targets(event).iter().any(|id| own.contains(id.as_str()))
            || event.body.text("subject_key_id").is_some_and(|key| subjects.contains(key.as_ref()))
    };
    let visible = |event: &Event<'_>| match by {
        Reader::Investigator => true,
        Reader::Public => {
            is_public(event)
                && !redacted.contains(event.id.as_ref())
                && !event.kind.starts_with("redaction.applied.")
        }
    };
    let shown = events.iter().filter(|event| concerns(event) && visible(event));
    shown.map(|event| keyring.line(event, by, &destroyed)).collect()
}

impl Keyring {
    fn subjects(&self, id: &str) -> impl Iterator<Item = &str> {
        self.0.get(id).into_iter().flatten().map(|opening| opening.subject.as_str())
    }

    fn line(&self, event: &Event<'_>, by: Reader, destroyed: &BTreeSet<String>) -> String {
        let kind = event.kind.as_ref();
        let mut line = kind.rsplit_once(".v").map_or(kind, |(name, _)| name).to_owned();
        for opening in self.0.get(event.id.as_ref()).into_iter().flatten() {
            let value = match by {
                Reader::Public => "(不公开)",
                Reader::Investigator if destroyed.contains(&opening.subject) => "(已销毁)",
                Reader::Investigator => &opening.value,
            };
            line.push_str(&format!(" {}={value}", opening.member));
        }
        line
    }
}

/// The entries that a redaction names.
fn targets(event: &Event<'_>) -> Vec<String> {
    let list = event.body.json("targets");
    let list = list.as_ref().and_then(Json::as_list).unwrap_or_default();
    list.iter().filter_map(|id| id.as_str().map(str::to_owned)).collect()
}

/// As the entry says, else as its type is.
fn is_public(event: &Event<'_>) -> bool {
    match event.visibility.get() {
        Some(word) => word == Visibility::Public.as_str(),
        None => event.event_type.is_some_and(|known| known.visibility == Visibility::Public),
    }
}
