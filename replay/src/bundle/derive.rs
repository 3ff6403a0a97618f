//! The files of a bundle that follow from its entries: what the rules find in them
//! alone, the rules themselves, the calendar, the rows of master data that the
//! cases name, and the documents that entries name by digest. Whoever verifies
//! makes them again and compares bytes.
//!
//! Knows nothing of proofs, keys and files.

use crate::event::member::{Kind, Member};
use crate::event::{self, Event};
use crate::integrity::json::{Json, parse};
use crate::master::{At, Master, Told};
use crate::rules::{Ask, Docket, Finding, JudgeError, register};
use crate::time::calendar::{Calendar, DayKind};
use chrono::{Datelike, Days, NaiveDate};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What follows from a bundle's entries.
pub struct Derived {
    /// What the rules find in the cases, judged by the bundle's entries alone: the
    /// lines that scripts read.
    pub alone: Vec<String>,
    /// The same without the words it is told in (`without_words`).
    pub facts: Vec<String>,
    pub calendar: Vec<u8>,
    pub catalogue: Vec<u8>,
    pub attachments: Vec<u8>,
    pub types: Vec<u8>,
    pub master_data: String,
    pub calendar_version: String,
}

impl Derived {
    /// Names [`Derived::facts`]: a later version may tell the same in other words.
    pub fn judged_alone(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for line in &self.facts {
            hasher.update(line.as_bytes());
            hasher.update(b"\n");
        }
        hasher.finalize().to_hex().as_str().to_owned()
    }

    /// `findings.ndjson`: what the rules found in the whole log, each line with
    /// `again`, which says that the bundle's entries alone lead to the same.
    pub fn findings(&self, found: &[&Finding], ask: &Ask) -> Vec<u8> {
        let alone: BTreeSet<&str> = self.alone.iter().map(String::as_str).collect();
        let mut out = Vec::new();
        for finding in found {
            let mut json = finding.to_json(ask.zone);
            json["again"] = json!(alone.contains(json.to_string().as_str()));
            out.extend_from_slice(json.to_string().as_bytes());
            out.push(b'\n');
        }
        out
    }
}

/// The rules in force, as published (`schemas/rules.json`).
pub fn rules() -> Vec<u8> {
    register::document().into_bytes()
}

/// BLAKE3 of the rules' words and of this package's version: who has others makes the
/// same files in other words, and is held to their facts alone.
pub fn words() -> String {
    let mut hasher = blake3::Hasher::new();
    for part in [&rules()[..], env!("CARGO_PKG_VERSION").as_bytes()] {
        hasher.update(part);
    }
    hasher.finalize().to_hex().as_str().to_owned()
}

/// Members that hold words for people and no fact: a later version may choose others.
const WORDS: [&str; 6] = ["zh", "en", "quote", "sentence_zh", "sentence_en", "explanation"];

/// A document of a bundle without its words, at whatever depth they stand.
pub(super) fn without_words(json: &mut Value) {
    match json {
        Value::Object(members) => {
            members.retain(|name, _| !WORDS.contains(&name.as_str()));
            members.values_mut().for_each(without_words);
        }
        Value::Array(items) => items.iter_mut().for_each(without_words),
        _ => {}
    }
}

/// Makes everything that follows. `entries` are all of the bundle's, in order of
/// position; `streams` are its cases.
///
/// # Errors
///
/// An entry that cannot be read.
pub fn derive(
    entries: &[Vec<Vec<u8>>],
    streams: &BTreeSet<&str>,
    ask: Ask,
) -> Result<Derived, JudgeError> {
    let docket = Docket::open(entries, ask)?;
    let judged = docket.judge()?;
    let own = judged.findings.iter().filter(|found| streams.contains(found.stream.as_ref()));
    let own: Vec<Value> = own.map(|found| found.to_json(ask.zone)).collect();
    let alone = own.iter().map(Value::to_string).collect();
    let facts = own.into_iter().map(|mut found| {
        without_words(&mut found);
        found.to_string()
    });
    let bench = docket.bench();
    let mut named = Named::default();
    let (mut attachments, mut kinds) = (Vec::new(), BTreeSet::new());
    for bytes in entries.iter().flatten() {
        let Ok(event) = Event::read(bytes) else { continue };
        if streams.contains(event.stream.as_ref()) {
            named.days.insert(ask.zone.date(event.occurred.micros));
            let entry = parse(bytes).unwrap_or(Json::Null);
            named.texts(&entry);
            kinds.extend(event.event_type.map(|known| known.name));
            attached(&event, &entry, &mut attachments);
        }
    }
    named.days.insert(ask.zone.date(ask.moment.as_of));
    let known_at = ask.moment.known_at;
    Ok(Derived {
        alone,
        facts: facts.collect(),
        calendar: calendar(bench.calendar, &named.days, known_at),
        catalogue: catalogue(bench.master, &named, known_at),
        attachments: document("plumbline.bundle.attachments/1", "documents", attachments),
        types: types(&kinds),
        master_data: docket.master_version(),
        calendar_version: bench.calendar.version(known_at),
    })
}

/// What the cases' entries speak of.
#[derive(Default)]
struct Named {
    texts: BTreeSet<String>,
    days: BTreeSet<NaiveDate>,
}

impl Named {
    fn texts(&mut self, json: &Json<'_>) {
        match json {
            Json::Text(text) => drop(self.texts.insert(text.to_string())),
            Json::List(items) => items.iter().for_each(|item| self.texts(item)),
            Json::Object(members) => members.iter().for_each(|(_, value)| self.texts(value)),
            Json::Null | Json::Bool(_) | Json::Int(_) => {}
        }
    }
}

fn document(schema: &str, member: &str, rows: Vec<Value>) -> Vec<u8> {
    let lines: Vec<String> = rows.iter().map(|row| format!("  {row}")).collect();
    let list =
        if lines.is_empty() { "[]".to_owned() } else { format!("[\n{}\n]", lines.join(",\n")) };
    format!("{{\"schema\": \"{schema}\", \"{member}\": {list}}}\n").into_bytes()
}

/// Types and members by the names that people know them by.
fn types(kinds: &BTreeSet<&str>) -> Vec<u8> {
    let known = kinds.iter().filter_map(|kind| event::register::find(kind));
    let rows = known.map(|known| {
        let mut members = Map::new();
        known.members.iter().for_each(|member| labels(member, &mut members));
        json!({"type": known.name, "zh": known.zh, "en": known.en, "members": members})
    });
    document("plumbline.bundle.types/1", "types", rows.collect())
}

fn labels(member: &Member, out: &mut Map<String, Value>) {
    out.entry(member.name).or_insert_with(|| json!({"zh": member.zh, "en": member.en}));
    inside(&member.kind, out);
}

fn inside(kind: &Kind, out: &mut Map<String, Value>) {
    match kind {
        Kind::Object(members) => members.iter().for_each(|member| labels(member, out)),
        Kind::List(kind) | Kind::Map(kind) => inside(kind, out),
        Kind::Either(kinds) => kinds.iter().for_each(|kind| inside(kind, out)),
        _ => {}
    }
}

/// The days that are not what their weekday says, from the year of the first act to
/// the year after the last, as known; and where the announced years end.
fn calendar(calendar: &Calendar, days: &BTreeSet<NaiveDate>, known_at: i64) -> Vec<u8> {
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return Vec::new() };
    let from = NaiveDate::from_ymd_opt(first.year(), 1, 1).unwrap_or(*first);
    let to = NaiveDate::from_ymd_opt(last.year().saturating_add(1), 12, 31).unwrap_or(*last);
    let mut rows = vec![json!({
        "version": calendar.version(known_at), "from": from.to_string(), "to": to.to_string(),
    })];
    let mut on = from;
    let mut announced = true;
    while on <= to {
        let day = calendar.day(on, known_at);
        if announced && day.provisional {
            rows.push(json!({"not_announced_from": on.to_string()}));
        }
        announced = !day.provisional;
        if matches!(day.kind, DayKind::DayOff | DayKind::MakeupWorkday) {
            rows.push(json!({
                "date": on.to_string(), "kind": day.kind.as_str(), "zh": day.kind.zh(),
                "holiday": day.holiday,
            }));
        }
        match on.checked_add_days(Days::new(1)) {
            Some(next) => on = next,
            None => break,
        }
    }
    document("plumbline.bundle.calendar/1", "days", rows)
}

/// The rows that the cases name, as valid on any day of theirs.
fn catalogue(master: &Master, named: &Named, known_at: i64) -> Vec<u8> {
    let mut rows = BTreeMap::new();
    for table in master.tables() {
        for text in &named.texts {
            for on in &named.days {
                for told in table.found(text, At { on: *on, known_at }) {
                    let place = (told.entity, text.as_str(), told.origin.position);
                    rows.entry(place).or_insert_with(|| row(&told));
                }
            }
        }
    }
    document("plumbline.bundle.catalogue/1", "rows", rows.into_values().collect())
}

fn row(told: &Told<'_>) -> Value {
    let columns = told.columns.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    let columns = Json::object(columns).to_bytes();
    json!({
        "entity": told.entity, "key": told.key,
        "valid_from": told.valid_from.map(|day| day.to_string()),
        "valid_to": told.valid_to.map(|day| day.to_string()),
        "entry": {"position": told.origin.position, "id": told.origin.id},
        "columns": serde_json::from_slice::<Value>(&columns).unwrap_or_default(),
    })
}

/// Documents that an entry names by digest: `docs`, and members of the body whose
/// names say that they are digests (`record_hash`, `evidence`).
fn attached(event: &Event<'_>, entry: &Json<'_>, out: &mut Vec<Value>) {
    let body = entry.get("body").and_then(Json::as_object).unwrap_or_default();
    let hashes = body
        .iter()
        .filter(|(name, _)| {
            name.ends_with("_hash") || name.ends_with("_hashes") || name == "evidence"
        })
        .map(|(name, value)| (name.as_ref(), value));
    let docs = entry.get("docs").map(|docs| ("docs", docs));
    for (member, value) in docs.into_iter().chain(hashes) {
        let value: Value = serde_json::from_slice(&value.to_bytes()).unwrap_or_default();
        out.push(json!({
            "position": event.position, "id": event.id, "type": event.kind, "member": member,
            "digests": value,
        }));
    }
}
