//! What changed in a case between two moments, and which entries changed it.
//!
//! The way from one moment to the other is walked entry by entry: first along
//! the time of acts, then along the time of knowledge. A member that differs in
//! the end is laid to every entry at whose step it changed, so that a value that
//! was set, taken back and set again names all three.

use super::case::CaseState;
use super::moment::{Moment, case_at, known};
use crate::event::{Event, EventError};
use crate::time::civil::Micros;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// One member that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// JSON pointer into [`CaseState::to_json`].
    pub member: String,
    /// `None` where the member was absent.
    pub before: Option<Value>,
    pub after: Option<Value>,
    /// Positions of the entries that caused it, in order.
    pub because: Vec<u64>,
}

impl Change {
    pub fn to_json(&self) -> Value {
        json!({
            "member": self.member,
            "before": self.before,
            "after": self.after,
            "because": self.because,
        })
    }
}

type Members = BTreeMap<String, Value>;

/// The members of a case that differ between two moments, in order of name.
/// `entries` are all entries of the stream in order of position.
pub fn diff(
    stream: &str,
    entries: &[&[u8]],
    from: Moment,
    to: Moment,
) -> Result<Vec<Change>, EventError> {
    let mut causes: BTreeMap<String, BTreeSet<u64>> = BTreeMap::new();
    let first = members(&case_at(stream, entries, from)?);
    let mut here = first.clone();
    for (moment, positions) in way(entries, from, to)? {
        let next = members(&case_at(stream, entries, moment)?);
        for member in changed(&here, &next) {
            causes.entry(member).or_default().extend(&positions);
        }
        here = next;
    }
    let changes = changed(&first, &here).into_iter().map(|member| Change {
        before: first.get(&member).cloned(),
        after: here.get(&member).cloned(),
        because: causes.remove(&member).unwrap_or_default().into_iter().collect(),
        member,
    });
    Ok(changes.collect())
}

/// Longest way that is walked step by step; a longer one takes several entries a
/// step, so that the cost stays in proportion to the entries.
const STEPS_MAX: usize = 64;

/// The moments on the way, each with the positions of the entries that begin or
/// cease to count at it.
fn way(entries: &[&[u8]], from: Moment, to: Moment) -> Result<Vec<(Moment, Vec<u64>)>, EventError> {
    let known_at = from.known_at;
    let mut acts = Vec::new();
    for effective in known(entries, known_at)? {
        // With the corrections of that time, which may have moved the act.
        let event = Event::read(&effective.bytes)?;
        acts.push((event.occurred.micros, event.position));
    }
    let mut records = Vec::new();
    for entry in entries {
        let event = Event::read(entry)?;
        records.push((event.recorded, event.position));
    }
    let along_acts = between(acts, from.as_of, to.as_of);
    let along_records = between(records, known_at, to.known_at);
    let acts = along_acts.into_iter().map(|(as_of, at)| (Moment { as_of, known_at }, at));
    let as_of = to.as_of;
    let records = along_records.into_iter().map(|(known_at, at)| (Moment { as_of, known_at }, at));
    Ok(acts.chain(records).collect())
}

/// The times in (low, high] in the direction of travel, each standing for the
/// state that holds once it was passed.
fn between(mut times: Vec<(Micros, u64)>, from: Micros, to: Micros) -> Vec<(Micros, Vec<u64>)> {
    let (low, high) = (from.min(to), from.max(to));
    times.retain(|(time, _)| low < *time && *time <= high);
    times.sort_unstable();
    let forward = from <= to;
    if !forward {
        times.reverse();
    }
    let mut groups: Vec<(Micros, Vec<u64>)> = Vec::new();
    for (time, position) in times {
        let at = if forward { time } else { time.saturating_sub(1) };
        match groups.last_mut() {
            Some((last, positions)) if *last == at => positions.push(position),
            _ => groups.push((at, vec![position])),
        }
    }
    let a_step = groups.len().div_ceil(STEPS_MAX).max(1);
    groups
        .chunks(a_step)
        .filter_map(|chunk| {
            let (at, _) = chunk.last()?;
            let positions = chunk.iter().flat_map(|(_, positions)| positions);
            Some((*at, positions.copied().collect()))
        })
        .collect()
}

/// The case as leaves by JSON pointer.
fn members(state: &CaseState) -> Members {
    let mut out = Members::new();
    flatten("", &state.to_json(), &mut out);
    out
}

fn flatten(pointer: &str, value: &Value, out: &mut Members) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                flatten(&format!("{pointer}/{name}"), value, out);
            }
        }
        Value::Null => {}
        leaf => {
            out.insert(pointer.to_owned(), leaf.clone());
        }
    }
}

fn changed(before: &Members, after: &Members) -> BTreeSet<String> {
    let names = before.keys().chain(after.keys());
    names.filter(|name| before.get(*name) != after.get(*name)).cloned().collect()
}
