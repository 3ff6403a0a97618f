//! Which entries of a stream count at a moment: as of when acts happened, as
//! known when they were recorded.
//!
//! A correction (X01) and a void (X02) repair the record, never the act: they
//! count from when they were recorded, whatever moment is asked about, and the
//! later one wins. A repair that was itself voided has no effect. They concern
//! earlier entries of their own stream, named by `target_event` (the entry's id)
//! and, where two systems have used one id, `target_system`. A correction names
//! the member by a JSON pointer (RFC 6901) in `field_path`.

use super::case::CaseState;
use super::machine::{CORRECTION, VOID};
use crate::event::{Event, EventError};
use crate::integrity::json::{Json, parse};
use crate::time::civil::Micros;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A moment in both times, both inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Acts that happened after it do not count.
    pub as_of: Micros,
    /// Entries recorded after it were not known.
    pub known_at: Micros,
}

impl Moment {
    /// Everything, as known last.
    pub const LATEST: Moment = Moment { as_of: Micros::MAX, known_at: Micros::MAX };
}

/// An entry as it counts at a moment.
#[derive(Clone, Debug)]
pub struct Effective<'a> {
    pub position: u64,
    /// The entry's bytes, or the bytes with corrections applied.
    pub bytes: Cow<'a, [u8]>,
    /// Positions of the corrections that were applied.
    pub corrected_by: Vec<u64>,
    /// What stood there before each of them, by their positions; nothing where nothing
    /// did, or where it stands under seal.
    pub replaced: Vec<(u64, Json<'static>)>,
    /// Position of the entry that voided it: the act does not count.
    pub voided_by: Option<u64>,
}

/// What a repair says.
struct Repair<'e> {
    position: u64,
    target: Cow<'e, str>,
    target_system: Option<Cow<'e, str>>,
    /// `None` voids the target.
    change: Option<(Cow<'e, str>, Json<'e>)>,
}

/// The entries of one stream that were known at `known_at`, in the order given,
/// with repairs applied. Entries are given in order of position.
pub fn known<'a>(entries: &[&'a [u8]], known_at: Micros) -> Result<Vec<Effective<'a>>, EventError> {
    let mut events = Vec::with_capacity(entries.len());
    for entry in entries {
        let event = Event::read(entry)?;
        if event.recorded <= known_at {
            events.push((*entry, event));
        }
    }
    let mut voided = BTreeMap::new();
    let mut corrected: BTreeMap<u64, Vec<Repair<'_>>> = BTreeMap::new();
    // From the last to the first: a repair is effective unless a later one,
    // itself effective, has voided it.
    for (_, event) in events.iter().rev() {
        let Some(repair) = repair(event) else { continue };
        if voided.contains_key(&event.position) {
            continue;
        }
        let Some(target) = target(&events, event, &repair) else { continue };
        match repair.change {
            None => {
                voided.insert(target, event.position);
            }
            Some(_) => corrected.entry(target).or_default().push(repair),
        }
    }
    let effective = events.iter().map(|(entry, event)| {
        let repairs = corrected.remove(&event.position).unwrap_or_default();
        let mut effective = correct(entry, &repairs);
        effective.position = event.position;
        effective.voided_by = voided.get(&event.position).copied();
        effective
    });
    Ok(effective.collect())
}

/// The state of a stream at a moment, from all its entries in order of position.
pub fn case_at(stream: &str, entries: &[&[u8]], moment: Moment) -> Result<CaseState, EventError> {
    let mut state = CaseState::new(stream);
    for effective in known(entries, moment.known_at)? {
        let event = Event::read(&effective.bytes)?;
        if effective.voided_by.is_none() && counts(&event, moment) {
            state.apply(&event);
        }
    }
    Ok(state)
}

/// Whether a known entry counts as of the moment. Repairs always do: they are
/// no acts that happened to the case.
pub(super) fn counts(event: &Event<'_>, moment: Moment) -> bool {
    super::repairs_record(&event.kind) || event.occurred.micros <= moment.as_of
}

fn repair<'e>(event: &Event<'e>) -> Option<Repair<'e>> {
    let target = event.body.text("target_event").or(event.body.text("target"))?;
    let change = match event.kind.as_ref() {
        VOID => None,
        CORRECTION => {
            let path = event.body.text("field_path")?;
            let value = event.body.json("new_value").unwrap_or(Json::Null);
            Some((path, value))
        }
        _ => return None,
    };
    Some(Repair {
        position: event.position,
        target,
        target_system: event.body.text("target_system"),
        change,
    })
}

/// The position of the entry that a repair names.
fn target(events: &[(&[u8], Event<'_>)], by: &Event<'_>, repair: &Repair<'_>) -> Option<u64> {
    let system = repair.target_system.as_deref();
    let named = |event: &&Event<'_>| {
        event.id == repair.target
            && event.position < by.position
            && system.is_none_or(|system| event.source.system.get() == Some(system))
    };
    let mut found = events.iter().map(|(_, event)| event).filter(named);
    found.next().map(|event| event.position)
}

/// The entry with its corrections applied, the first recorded first, and which of them
/// had an effect. `repairs` are given last first.
fn correct<'a>(entry: &'a [u8], repairs: &[Repair<'_>]) -> Effective<'a> {
    let mut bytes = Cow::Borrowed(entry);
    let (mut corrected_by, mut replaced) = (Vec::new(), Vec::new());
    for repair in repairs.iter().rev() {
        let Some((path, value)) = &repair.change else { continue };
        let Ok(mut json) = parse(&bytes).map(Json::into_owned) else { continue };
        let before = at_pointer(&json, path).cloned();
        if !set(&mut json, path, value.clone().into_owned()) {
            continue;
        }
        // A correction that makes the entry unreadable (an `occurred_at` that is
        // no time) has no effect: the record stands as it was.
        let candidate = json.to_bytes();
        if Event::read(&candidate).is_ok() {
            bytes = Cow::Owned(candidate);
            corrected_by.push(repair.position);
            replaced.extend(before.map(|before| (repair.position, before)));
        }
    }
    Effective { position: 0, bytes, corrected_by, replaced, voided_by: None }
}

/// The names of a JSON pointer.
fn names(pointer: &str) -> Option<Vec<String>> {
    let path = pointer.strip_prefix('/')?;
    Some(path.split('/').map(|name| name.replace("~1", "/").replace("~0", "~")).collect())
}

/// The value at a JSON pointer.
fn at_pointer<'j>(json: &'j Json<'static>, pointer: &str) -> Option<&'j Json<'static>> {
    names(pointer)?.iter().try_fold(json, |at, name| match at {
        Json::List(items) => items.get(name.parse::<usize>().ok()?),
        other => other.get(name),
    })
}

/// Members that no correction changes: where an entry stands, who sent it and of
/// what type it is. An entry of the wrong type is voided and recorded anew.
const FIXED: [&str; 9] =
    ["position", "previous", "recorded_at", "revision", "v", "id", "stream", "source", "type"];

/// Sets the value at a JSON pointer; null takes the member away.
fn set(json: &mut Json<'_>, pointer: &str, value: Json<'static>) -> bool {
    let Some(names) = names(pointer) else { return false };
    let Some((last, parents)) = names.split_last() else { return false };
    if names.first().is_some_and(|name| FIXED.contains(&name.as_str())) {
        return false;
    }
    let mut at = json;
    for name in parents {
        let next = match at {
            Json::Object(members) => {
                let found = members.iter_mut().find(|(known, _)| known == name);
                found.map(|(_, value)| value)
            }
            Json::List(items) => name.parse().ok().and_then(|i: usize| items.get_mut(i)),
            _ => None,
        };
        match next {
            Some(next) => at = next,
            None => return false,
        }
    }
    match at {
        Json::Object(_) if value == Json::Null => at.remove(last).is_some(),
        Json::Object(_) => {
            at.set(last.clone(), value);
            true
        }
        Json::List(items) => match last.parse().ok().and_then(|i: usize| items.get_mut(i)) {
            Some(item) => {
                *item = value;
                true
            }
            None => false,
        },
        _ => false,
    }
}
