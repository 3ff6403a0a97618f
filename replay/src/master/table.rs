//! One bitemporal table: versions of rows by the day they are valid and by when
//! they were believed.
//!
//! A row is what one stream tells of (`md/fee-standard/SF-1`), unless its type says
//! otherwise; several rows may share a key (all posts of one unit). Of the versions
//! believed at a moment, the last recorded one that is valid on the day speaks. A
//! correction (X01) or a void (X02) ends a belief and may begin another in the same
//! place, so that what was believed before can still be asked for. What this file
//! does not know: what any column means.

use super::column::date;
use super::reads::{By, Changes, note};
use crate::event::Event;
use crate::integrity::json::Json;
use crate::time::civil::{Micros, Zone};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// Which day is asked about, and what was recorded by then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct At {
    pub on: NaiveDate,
    /// Inclusive.
    pub known_at: Micros,
}

/// The entry that a version comes from, or that repaired it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    pub position: u64,
    /// Id of the entry.
    pub id: Box<str>,
    pub recorded: Micros,
    pub stream: Box<str>,
    /// Who answers for it: the acting unit, else the recording one.
    pub unit: Option<Box<str>>,
    pub officer: Option<Box<str>>,
    /// Taken over from an older system, or keyed in from paper.
    pub imported: bool,
}

impl Origin {
    pub(super) fn of(event: &Event<'_>) -> Origin {
        let officer = event.actor.as_ref().and_then(|actor| actor.officer.get());
        let kind = event.source.kind.get();
        Origin {
            position: event.position,
            id: event.id.as_ref().into(),
            recorded: event.recorded,
            stream: event.stream.as_ref().into(),
            unit: event.unit().map(Box::from),
            officer: officer.map(Box::from),
            imported: matches!(kind, Some("import" | "paper_backfill")),
        }
    }
}

/// What an event does to its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    Registered,
    Changed,
    Ended,
}

/// One version of a row.
#[derive(Clone, Debug)]
pub struct Version<R> {
    pub row: R,
    /// The entry that told of it.
    pub origin: Origin,
    /// The correction (or the taking back of a void) since which it reads so.
    pub corrected_by: Option<Origin>,
    /// The correction or void until which it read so.
    pub superseded_by: Option<Origin>,
    /// Inclusive; absent where nothing says: valid ever since.
    pub valid_from: Option<NaiveDate>,
    /// Exclusive; `None` is open.
    pub valid_to: Option<NaiveDate>,
    pub verb: Verb,
    /// Valid before it was recorded: a classic way to cover something up (§2.0).
    pub retroactive: bool,
}

impl<R> Version<R> {
    /// Whether it speaks of a day.
    pub fn covers(&self, on: NaiveDate) -> bool {
        self.valid_from.is_none_or(|from| from <= on) && self.valid_to.is_none_or(|to| on < to)
    }

    /// The days on which it begins or ceases to speak.
    pub fn turns(&self) -> impl Iterator<Item = NaiveDate> {
        self.valid_from.into_iter().chain(self.valid_to)
    }

    /// The row ends here: from `valid_from` on there is none.
    pub fn ended(&self) -> bool {
        self.verb == Verb::Ended
    }

    /// Whether the ledger read so at a moment.
    pub fn believed_at(&self, known_at: Micros) -> bool {
        self.believed_from() <= known_at
            && self.superseded_by.as_ref().is_none_or(|by| known_at < by.recorded)
    }

    /// When the ledger began to read so.
    pub fn believed_from(&self) -> Micros {
        self.corrected_by.as_ref().unwrap_or(&self.origin).recorded
    }
}

/// What a table's rows are made of.
pub trait Row: Sized {
    /// The middle of the event types' names, `fee_standard`.
    const ENTITY: &'static str;
    /// Event types besides `md.<entity>.registered|changed|ended` that tell of such
    /// rows, without their version.
    const EVENTS: &'static [(&'static str, Verb)] = &[];

    /// Reads the columns. Never fails: a column that is missing or of another kind
    /// is absent, and a rule that needs it is indeterminate.
    fn read(event: &Event<'_>) -> Self;

    /// Fills in what the body does not say and the envelope does.
    fn complete(&mut self, _event: &Event<'_>) {}

    /// What rows are looked up by.
    fn key(&self) -> &str;

    /// What else rows are found by; of each type, its own words.
    fn others(&self) -> Vec<&str> {
        Vec::new()
    }

    /// Versions with the same identity are versions of one row.
    fn identity(&self, stream: &str) -> Box<str> {
        stream.into()
    }

    /// Every column that has a value, by the member's name.
    fn columns(&self) -> Vec<(&'static str, Json<'static>)>;

    /// Columns that rules cannot do without and that are absent.
    fn missing(&self) -> Vec<&'static str>;

    /// What an event of this type does, if it is one of these rows'.
    fn verb(kind: &str) -> Option<Verb> {
        let (name, _version) = kind.rsplit_once('.')?;
        let own = name.strip_prefix("md.").and_then(|rest| rest.strip_prefix(Self::ENTITY));
        match own.and_then(|rest| rest.strip_prefix('.')) {
            Some("registered") => return Some(Verb::Registered),
            Some("changed") => return Some(Verb::Changed),
            Some("ended") => return Some(Verb::Ended),
            _ => {}
        }
        Self::EVENTS.iter().find(|(known, _)| *known == name).map(|(_, verb)| *verb)
    }
}

/// Rows of one entity.
#[derive(Debug)]
pub struct Table<R> {
    /// Versions by identity, in order of recording; of one entry, in the order in
    /// which it was believed to say this or that.
    rows: BTreeMap<Box<str>, Vec<Version<R>>>,
    /// Identities by key, and by what else they are found by.
    keys: BTreeMap<Box<str>, BTreeSet<Box<str>>>,
    others: BTreeMap<Box<str>, BTreeSet<Box<str>>>,
}

impl<R> Default for Table<R> {
    fn default() -> Table<R> {
        Table { rows: BTreeMap::new(), keys: BTreeMap::new(), others: BTreeMap::new() }
    }
}

/// How an entry stood in the record: since which repair, until which.
#[derive(Clone, Copy, Default)]
pub(super) struct Repairs<'r> {
    pub since: Option<&'r Origin>,
    pub until: Option<&'r Origin>,
}

impl<R: Row> Table<R> {
    /// Adds what an entry says, or said for a while. In any order.
    pub(super) fn apply(&mut self, verb: Verb, event: &Event<'_>, repairs: Repairs<'_>) {
        let row = R::read(event);
        let (valid_from, valid_to) = validity(verb, event);
        let recorded_on = Zone::fixed(event.occurred.offset_minutes).date(event.recorded);
        let version = Version {
            origin: Origin::of(event),
            corrected_by: repairs.since.cloned(),
            superseded_by: repairs.until.cloned(),
            valid_from,
            valid_to,
            verb,
            retroactive: valid_from.is_some_and(|from| from < recorded_on),
            row,
        };
        let identity = version.row.identity(&event.stream);
        let row = &version.row;
        if !row.key().is_empty() {
            self.keys.entry(row.key().into()).or_default().insert(identity.clone());
        }
        for other in row.others() {
            self.others.entry(other.into()).or_default().insert(identity.clone());
        }
        let versions = self.rows.entry(identity).or_default();
        // Two logs number their entries each for itself: time goes first.
        let order = |version: &Version<R>| {
            (version.origin.recorded, version.origin.position, version.believed_from())
        };
        let place = versions.partition_point(|known| order(known) <= order(&version));
        versions.insert(place, version);
    }

    /// The row with this key that is in force; of several, the last recorded.
    pub fn at(&self, key: &str, at: At) -> Option<&Version<R>> {
        self.all_at(key, at).max_by_key(|version| version.origin.position)
    }

    /// All rows with this key that are in force, in order of identity.
    pub fn all_at<'t>(&'t self, key: &str, at: At) -> impl Iterator<Item = &'t Version<R>> {
        let found = self.keyed(key).filter_map(move |versions| in_force(versions, at));
        found.filter(move |version| version.row.key() == key)
    }

    /// All rows in force that are found by something else than their key: the posts
    /// of an officer, the windows of a unit ([`Row::others`] says by what).
    pub fn found_at<'t>(&'t self, by: &str, at: At) -> impl Iterator<Item = &'t Version<R>> {
        note(R::ENTITY, By::Other, by);
        let found = self.of(&self.others, by).filter_map(move |versions| in_force(versions, at));
        found.filter(move |version| version.row.others().contains(&by))
    }

    /// Of each row with this key the version that speaks of the day, even where it
    /// says that the row has ended.
    pub fn speaking_at<'t>(&'t self, key: &str, at: At) -> impl Iterator<Item = &'t Version<R>> {
        let found = self.keyed(key).filter_map(move |versions| speaking(versions, at));
        found.filter(move |version| version.row.key() == key)
    }

    /// Every row in force, in order of identity.
    pub fn each_at(&self, at: At) -> impl Iterator<Item = &Version<R>> {
        note(R::ENTITY, By::Whole, "");
        self.rows.values().filter_map(move |versions| in_force(versions, at))
    }

    /// Every version of every row with this key, whenever it was believed, in order
    /// of recording in each row.
    pub fn history<'t>(&'t self, key: &str) -> impl Iterator<Item = &'t Version<R>> {
        self.keyed(key).flatten()
    }

    /// Every version of every row, in order of recording in each row.
    pub fn versions(&self) -> impl Iterator<Item = &Version<R>> {
        note(R::ENTITY, By::Whole, "");
        self.rows.values().flatten()
    }

    /// Whether any version of any row has this key, in force or not.
    pub fn knows(&self, key: &str) -> bool {
        note(R::ENTITY, By::Key, key);
        self.keys.contains_key(key)
    }

    /// Every key, in order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        note(R::ENTITY, By::Whole, "");
        self.keys.keys().map(AsRef::as_ref)
    }

    pub fn is_empty(&self) -> bool {
        note(R::ENTITY, By::Whole, "");
        self.rows.is_empty()
    }

    /// Adds what a question would have asked to hear another answer, now that the
    /// rows of `part` have changed: whatever any version of them is found by.
    pub(super) fn changes(&self, part: &Table<R>, changes: &mut Changes) {
        for (identity, told) in &part.rows {
            changes.add(R::ENTITY, By::Whole, "");
            for version in self.rows.get(identity).into_iter().flatten().chain(told) {
                changes.add(R::ENTITY, By::Key, version.row.key());
                for other in version.row.others() {
                    changes.add(R::ENTITY, By::Other, other);
                }
            }
        }
    }

    /// Versions of every row with this key.
    fn keyed<'t>(&'t self, key: &str) -> impl Iterator<Item = &'t [Version<R>]> {
        note(R::ENTITY, By::Key, key);
        self.of(&self.keys, key)
    }

    fn of<'t>(
        &'t self,
        index: &'t BTreeMap<Box<str>, BTreeSet<Box<str>>>,
        by: &str,
    ) -> impl Iterator<Item = &'t [Version<R>]> {
        let identities = index.get(by).into_iter().flatten();
        identities.filter_map(|identity| self.rows.get(identity)).map(Vec::as_slice)
    }
}

/// From when to when a version is valid. A registration that names no day is valid
/// ever since; a change or an end that names none, from the day of the act on.
fn validity(verb: Verb, event: &Event<'_>) -> (Option<NaiveDate>, Option<NaiveDate>) {
    let named = |names: &[&str]| {
        names.iter().find_map(|name| event.body.text(name).and_then(|text| date(&text)))
    };
    let acted = event.occurred.local_date();
    let effective = event.effective_date.get().and_then(date);
    let hall = event.kind.starts_with("hall.");
    match verb {
        Verb::Ended => {
            // A full row carries the day on which it began: only a later one can be
            // the day on which it ends.
            let named_end = named(&["valid_to", "to"]).or(effective);
            let end = named_end.or_else(|| named(&["at"]).filter(|_| hall));
            let begun = named(&["valid_from"]).unwrap_or(acted);
            (Some(end.unwrap_or(acted.max(begun))), None)
        }
        Verb::Registered | Verb::Changed => {
            let from = named(&["valid_from", "from", "on", "at"]).or(effective);
            let ever = verb == Verb::Registered && !hall;
            (from.or((!ever).then_some(acted)), named(&["valid_to", "to"]))
        }
    }
}

fn in_force<R>(versions: &[Version<R>], at: At) -> Option<&Version<R>> {
    speaking(versions, at).filter(|version| !version.ended())
}

/// The version that speaks of the day, even if it says that the row has ended.
fn speaking<R>(versions: &[Version<R>], at: At) -> Option<&Version<R>> {
    let believed = versions.iter().rev().filter(|version| version.believed_at(at.known_at));
    believed.into_iter().find(|version| version.covers(at.on))
}
