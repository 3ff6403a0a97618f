//! Which entries a case's facts rest on.
//!
//! An entry supports a fact if, folded alone, it says the same: the decision
//! supports the state "granted", and every entry that names a unit supports it.
//! Sums, counts and lists are supported by every entry that adds to them. A fact
//! that no entry says alone (all opinions are in) is supported by those that say
//! anything of it. A correction that shaped an entry stands beside it.

use super::case::CaseState;
use super::moment::{Moment, counts, known};
use crate::event::{Event, EventError};
use serde_json::Value;
use std::collections::BTreeMap;

/// Members of [`CaseState::to_json`] and how deep their facts lie: a state is one
/// fact, each role's officers are one, each purpose's sum in a currency is one.
const FACTS: [(&str, usize); 14] = [
    ("kind", 0),
    ("state", 0),
    ("opened", 0),
    ("last", 0),
    ("unit", 0),
    ("item", 0),
    ("subcases", 0),
    ("officers", 1),
    ("parties", 1),
    ("documents", 1),
    ("dates", 1),
    ("dues", 1),
    ("flags", 1),
    ("amounts", 2),
];

/// Members that several entries add up to, so that none says the whole of it.
const ADDED_UP: [&str; 6] = ["subcases", "officers", "parties", "documents", "flags", "amounts"];

/// Facts by JSON pointer into [`CaseState::to_json`], each with the positions of
/// the entries that it rests on, ascending. `entries` are all entries of the
/// stream in order of position.
pub fn grounds(
    stream: &str,
    entries: &[&[u8]],
    moment: Moment,
) -> Result<BTreeMap<String, Vec<u64>>, EventError> {
    let mut whole = CaseState::new(stream);
    let mut said = Vec::new();
    for effective in known(entries, moment.known_at)? {
        let event = Event::read(&effective.bytes)?;
        if effective.voided_by.is_some() || !counts(&event, moment) {
            continue;
        }
        whole.apply(&event);
        let mut alone = CaseState::new(stream);
        alone.apply(&event);
        let mut positions = vec![effective.position];
        positions.extend(effective.corrected_by);
        said.push((facts(&alone), positions));
    }
    let mut out = BTreeMap::new();
    if said.is_empty() {
        // What the stream's name says of its kind rests on no entry.
        return Ok(out);
    }
    for (fact, value) in facts(&whole) {
        let same = |alone: &&Value| **alone == value;
        let exact = !adds_up(&fact)
            && said.iter().any(|(alone, _)| alone.get(&fact).is_some_and(|v| same(&v)));
        let mut on: Vec<u64> = said
            .iter()
            .filter(|(alone, _)| alone.get(&fact).is_some_and(|value| !exact || same(&value)))
            .flat_map(|(_, positions)| positions.iter().copied())
            .collect();
        on.sort_unstable();
        on.dedup();
        out.insert(fact, on);
    }
    Ok(out)
}

fn adds_up(fact: &str) -> bool {
    let member = fact.trim_start_matches('/').split('/').next();
    member.is_some_and(|member| ADDED_UP.contains(&member))
}

fn facts(state: &CaseState) -> BTreeMap<String, Value> {
    let json = state.to_json();
    let mut out = BTreeMap::new();
    for (member, depth) in FACTS {
        collect(format!("/{member}"), &json[member], depth, &mut out);
    }
    out
}

fn collect(pointer: String, value: &Value, depth: usize, out: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(members) if depth > 0 => {
            for (name, value) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                collect(format!("{pointer}/{name}"), value, depth - 1, out);
            }
        }
        // Nothing is said by an absent member, an empty list or a count of none.
        Value::Null | Value::Bool(false) => {}
        Value::Array(items) if items.is_empty() => {}
        Value::Number(number) if number.as_u64() == Some(0) => {}
        value => {
            out.insert(pointer, value.clone());
        }
    }
}
