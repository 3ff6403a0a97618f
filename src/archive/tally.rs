//! What is counted over an archive's entries for the test of the four properties.
//!
//! Reads each log once, the open one before the sealed one: an anchor stands in the
//! open log and is opened by the salt in the sealed one. Judges nothing.

use plumbline_replay::event::Event;
use plumbline_replay::event::register;
use plumbline_replay::event::schema;
use plumbline_replay::identifier::{citizen_id, credit_code};
use plumbline_replay::integrity::chain::Digest;
use plumbline_replay::integrity::checkpoint::Checkpoint;
use plumbline_replay::integrity::json::{self, Json};
use plumbline_replay::integrity::tree::{Frontier, leaf_hash};
use plumbline_replay::walk::Outcome;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// Counted over all entries.
#[derive(Default)]
pub(super) struct Tally {
    pub entries: u64,
    pub unreadable: Count,
    pub unknown_types: Count,
    pub without_schema: Count,
    pub malformed: Count,
    pub incomplete: u64,
    pub dates_differ: Count,
    pub dated: u64,
    pub signatures: u64,
    pub documents: u64,
    pub undigested: Count,
    pub in_the_clear: Count,
    pub numbers: Count,
    pub sealed_values: u64,
    /// Openings of sealed values, and those without who or why.
    pub openings: u64,
    pub unexplained: Count,
    /// Anchors of the open log by id, and those that the sealed log does not open.
    pub anchors: BTreeMap<String, String>,
    pub unopened: Count,
    pub erasures: u64,
    pub types: BTreeSet<String>,
    pub streams: BTreeSet<[u8; 16]>,
}

/// The tree of the sealed log as it grows, which anchors are opened with.
#[derive(Default)]
struct Growing {
    origin: String,
    frontier: Frontier,
}

/// How many, and where the first is.
#[derive(Default)]
pub(super) struct Count {
    pub count: u64,
    pub first: Option<String>,
}

impl Count {
    pub fn add(&mut self, many: u64, place: &str) {
        if many > 0 {
            self.count += many;
            self.first.get_or_insert_with(|| place.to_owned());
        }
    }

    pub fn outcome(&self) -> Outcome {
        if self.count == 0 { Outcome::Pass } else { Outcome::Fail }
    }
}

impl Tally {
    /// Counts the entries of one log, one a line.
    pub fn read(&mut self, log: &str, path: &Path) -> std::io::Result<()> {
        let mut lines = BufReader::with_capacity(1 << 18, File::open(path)?);
        let mut line = Vec::new();
        let mut position = 0;
        let mut tree = Growing::default();
        while lines.read_until(b'\n', &mut line)? > 0 {
            let entry = line.strip_suffix(b"\n").unwrap_or(&line);
            let place = format!("{log} {position}");
            self.entry(entry, &place);
            if log == "sealed" {
                self.sealed(entry, &place, &mut tree);
            }
            position += 1;
            line.clear();
        }
        Ok(())
    }

    fn entry(&mut self, entry: &[u8], place: &str) {
        self.entries += 1;
        let (Ok(event), Ok(json)) = (Event::read(entry), json::parse(entry)) else {
            return self.unreadable.add(1, place);
        };
        self.streams.insert(short(&event.stream));
        self.types.insert(event.kind.to_string());
        self.signatures += u64::from(json.get("signature").is_some());
        self.sealed_values += event.body.sealed_count() as u64;
        self.documents(&json, place);
        if let Some(day) = event.body.text("decision_date") {
            self.dated += 1;
            let differs = event.occurred.local_date().to_string() != *day;
            self.dates_differ.add(u64::from(differs), place);
        }
        match event.kind.rsplit_once('.').map(|(name, _)| name) {
            Some("access.recorded") => {
                self.openings += 1;
                let told = |name| event.body.text(name).is_some_and(|text| !text.trim().is_empty());
                let explained = told("who") && told("purpose");
                self.unexplained.add(u64::from(!explained), place);
            }
            Some("vault.key.destroyed" | "redaction.applied") => self.erasures += 1,
            Some("ledger.anchor.recorded") => {
                let digest = event.body.text("digest").unwrap_or_default().into_owned();
                self.anchors.insert(event.id.to_string(), digest);
            }
            _ => {}
        }
        self.numbers.add(personal_numbers(entry), place);
        let Some(event_type) = register::find(&event.kind) else {
            return self.unknown_types.add(1, place);
        };
        let clear = event_type.sensitive().filter(|(name, _)| event.body.get(name).is_some());
        self.in_the_clear.add(clear.count() as u64, place);
        let departures = schema::check_recorded(event_type, &event.body);
        let malformed = departures.iter().filter(|found| found.is_malformed()).count();
        self.malformed.add(u64::from(malformed > 0), place);
        self.incomplete += u64::from(malformed == 0 && !departures.is_empty());
    }

    /// Holds an anchor's salt against what the open log recorded of it.
    fn sealed(&mut self, entry: &[u8], place: &str, tree: &mut Growing) {
        tree.frontier.push(leaf_hash(entry));
        let Ok(event) = Event::read(entry) else { return };
        if event.position == 0 {
            tree.origin = event.body.text("origin").unwrap_or_default().into_owned();
        }
        if event.kind != "ledger.anchor.prepared.v1" {
            return;
        }
        // A salt whose anchor was not recorded binds nothing: the power may have failed.
        let Some(recorded) = self.anchors.get(event.id.as_ref()) else { return };
        let salt = event.body.text("salt").and_then(|salt| Digest::from_hex(salt.as_bytes()));
        let (size, root) = (tree.frontier.size(), tree.frontier.root());
        let checkpoint = Checkpoint { origin: tree.origin.clone(), size, root };
        let opens = salt.is_some_and(|salt| checkpoint.salted(&salt.0).to_string() == *recorded);
        self.unopened.add(u64::from(!opens), place);
    }

    fn documents(&mut self, json: &Json<'_>, place: &str) {
        for document in json.get("docs").and_then(Json::as_list).unwrap_or(&[]) {
            self.documents += 1;
            let digests = ["hash_blake3", "hash_sm3"];
            let digested = digests.iter().any(|name| document.get(name).is_some());
            self.undigested.add(u64::from(!digested), place);
        }
    }
}

fn short(text: &str) -> [u8; 16] {
    let mut out = [0; 16];
    blake3::Hasher::new().update(text.as_bytes()).finalize_xof().fill(&mut out);
    out
}

/// Numbers that are valid citizen ids and no credit codes, standing alone: digits
/// within a digest are none.
fn personal_numbers(entry: &[u8]) -> u64 {
    let Ok(text) = std::str::from_utf8(entry) else { return 0 };
    let ever = chrono::NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or_default();
    let alone = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|run| run.len() == 18);
    let valid = |run: &&str| citizen_id(run, ever).is_empty() && !credit_code(run).is_empty();
    alone.filter(valid).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_citizens_number_is_found_where_it_stands_alone() {
        let found = |text: &str| personal_numbers(text.as_bytes());
        assert_eq!(found(r#"{"body":{"facts":"张某11010519491231002X无证"}}"#), 1);
        assert_eq!(found(r#"{"uscc":"91350100M000100Y43"}"#), 0);
        assert_eq!(found("a11010519491231002Xb 110105194912310021"), 0);
    }

    #[test]
    fn what_must_be_sealed_is_found_in_the_clear() {
        let entry = br#"{"body":{"party_named":{"name":"A"},"personal":{"x":"y"}},"id":"e","occurred_at":"2022-03-05T00:00:00+08:00","position":0,"previous":"00","recorded_at":"2022-03-05T00:00:00.000001Z","revision":0,"source":{"system":"s"},"stream":"penalty/1","type":"penalty.decision.made.v1","v":1}"#;
        let mut tally = Tally::default();
        tally.entry(entry, "open 0");
        assert_eq!(
            (tally.in_the_clear.count, tally.in_the_clear.first.as_deref()),
            (1, Some("open 0"))
        );
        tally.entry(b"{", "open 1");
        assert_eq!((tally.unreadable.count, tally.entries), (1, 2));
    }
}
