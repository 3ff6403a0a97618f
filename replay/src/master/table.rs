//! One bitemporal table: versions of rows by the day they are valid and the
//! moment they were recorded.
//!
//! A row is what one stream tells of (`md/fee-standard/SF-1`); several rows may
//! share a key (all posts of one unit). Of the versions known, the last recorded
//! one that is valid on the day speaks. What this file does not know: what any
//! column means.

use crate::event::{Body, Event};
use crate::time::civil::{self, Micros};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// Which day is asked about, and what was recorded by then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct At {
    pub on: NaiveDate,
    /// Inclusive.
    pub known_at: Micros,
}

/// The entry that a version comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    pub position: u64,
    /// Id of the entry.
    pub id: Box<str>,
    pub recorded: Micros,
}

/// One version of a row.
#[derive(Clone, Debug)]
pub struct Version<R> {
    pub row: R,
    pub origin: Origin,
    /// Inclusive; absent where the entry names none: valid ever since.
    pub valid_from: Option<NaiveDate>,
    /// Exclusive; `None` is open.
    pub valid_to: Option<NaiveDate>,
    /// The row ends here: from `valid_from` on there is none.
    pub ended: bool,
    /// Valid before it was recorded: a classic way to cover something up (§2.0).
    pub retroactive: bool,
}

impl<R> Version<R> {
    fn covers(&self, on: NaiveDate) -> bool {
        self.valid_from.is_none_or(|from| from <= on) && self.valid_to.is_none_or(|to| on < to)
    }
}

/// What a table's rows are made of.
pub trait Row: Sized {
    /// The middle of the event types' names, `fee_standard`.
    const ENTITY: &'static str;
    /// Reads the columns. Never fails: a column that is missing or of another
    /// kind is absent, and a rule that needs it is indeterminate.
    fn read(body: &Body<'_>) -> Self;
    /// What rows are looked up by.
    fn key(&self) -> &str;
}

/// Rows of one entity.
#[derive(Debug)]
pub struct Table<R> {
    /// Versions by stream, in order of recording.
    rows: BTreeMap<Box<str>, Vec<Version<R>>>,
    /// Streams by key, in order of first recording.
    keys: BTreeMap<Box<str>, Vec<Box<str>>>,
}

impl<R> Default for Table<R> {
    fn default() -> Table<R> {
        Table { rows: BTreeMap::new(), keys: BTreeMap::new() }
    }
}

impl<R: Row> Table<R> {
    pub(super) fn apply(&mut self, verb: &str, event: &Event<'_>) {
        let row = R::read(&event.body);
        let ended = verb == "ended";
        let date = |name: &str| event.body.text(name).and_then(|text| civil::parse_date(&text));
        let (from, to) = (date("valid_from"), date("valid_to"));
        let stream: Box<str> = event.stream.as_ref().into();
        if !row.key().is_empty() {
            let streams = self.keys.entry(row.key().into()).or_default();
            if !streams.contains(&stream) {
                streams.push(stream.clone());
            }
        }
        let recorded_on = event.occurred.local_date();
        let version = Version {
            row,
            origin: Origin {
                position: event.position,
                id: event.id.as_ref().into(),
                recorded: event.recorded,
            },
            valid_from: if ended { to.or(from) } else { from },
            valid_to: if ended { None } else { to },
            ended,
            retroactive: from.is_some_and(|from| from < recorded_on),
        };
        self.rows.entry(stream).or_default().push(version);
    }

    /// The row with this key that is in force.
    pub fn at(&self, key: &str, at: At) -> Option<&Version<R>> {
        self.all_at(key, at).next()
    }

    /// All rows with this key that are in force.
    pub fn all_at<'t>(
        &'t self,
        key: &str,
        at: At,
    ) -> impl Iterator<Item = &'t Version<R>> + use<'t, R> {
        let streams = self.keys.get(key).map(Vec::as_slice).unwrap_or_default();
        let versions = streams.iter().filter_map(|stream| self.rows.get(stream));
        versions.filter_map(move |versions| in_force(versions, at))
    }

    /// Every row in force, in order of stream.
    pub fn each_at(&self, at: At) -> impl Iterator<Item = &Version<R>> {
        self.rows.values().filter_map(move |versions| in_force(versions, at))
    }

    /// Every version of every row with this key, in order of recording in each.
    pub fn history<'t>(&'t self, key: &str) -> impl Iterator<Item = &'t Version<R>> + use<'t, R> {
        let streams = self.keys.get(key).map(Vec::as_slice).unwrap_or_default();
        streams.iter().filter_map(|stream| self.rows.get(stream)).flatten()
    }

    /// Whether any version of any row has this key, in force or not.
    pub fn knows(&self, key: &str) -> bool {
        self.keys.contains_key(key)
    }
}

fn in_force<R>(versions: &[Version<R>], at: At) -> Option<&Version<R>> {
    let known = versions.iter().rev().filter(|version| version.origin.recorded <= at.known_at);
    let speaking = known.into_iter().find(|version| version.covers(at.on))?;
    (!speaking.ended).then_some(speaking)
}
