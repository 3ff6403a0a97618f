//! What has become of an item of the catalogue by a day (§2.2), who holds a post and
//! who belongs in the hall.

use super::{At, BatchItem, HallRegister, Item, Master, Post, Version, base_of};
use chrono::NaiveDate;

/// What the catalogue says of an item on a day.
#[derive(Clone, Copy, Debug)]
pub enum ItemStatus<'m> {
    /// It may be exercised: retained, or handed down or entrusted and exercised by
    /// whom the row says.
    InForce(&'m Version<Item>),
    /// A row of the city that was handed down: the counties exercise it now.
    Delegated { since: Option<NaiveDate>, version: &'m Version<Item> },
    /// No approval may be given or fee charged.
    Cancelled { since: Option<NaiveDate>, version: &'m Version<Item> },
    /// Merged or moved: `successor_item` says into what.
    Moved { since: Option<NaiveDate>, version: &'m Version<Item> },
    /// Every version is of later days.
    NotYet(&'m Version<Item>),
    /// Its term has run out, or it was ended without a word why.
    Ended { since: Option<NaiveDate>, version: &'m Version<Item> },
    /// The catalogue does not know the code.
    Unlisted,
}

impl<'m> ItemStatus<'m> {
    /// The version that speaks, whatever it says.
    pub fn version(&self) -> Option<&'m Version<Item>> {
        match *self {
            ItemStatus::InForce(version) | ItemStatus::NotYet(version) => Some(version),
            ItemStatus::Delegated { version, .. }
            | ItemStatus::Cancelled { version, .. }
            | ItemStatus::Moved { version, .. }
            | ItemStatus::Ended { version, .. } => Some(version),
            ItemStatus::Unlisted => None,
        }
    }
}

/// Levels below the city's.
const COUNTY_AND_BELOW: [&str; 5] = ["县", "区", "县(区)", "乡", "村"];

impl Master {
    /// What the catalogue says of an item on a day. An item that was registered as
    /// cancelled from the first (valid for no day) is cancelled since that day.
    pub fn item_status(&self, code: &str, at: At) -> ItemStatus<'_> {
        if let Some(version) = self.item_spoken_of(code, at) {
            return of_version(version);
        }
        let believed: Vec<&Version<Item>> =
            self.items.history(code).filter(|version| version.believed_at(at.known_at)).collect();
        let empty = |version: &&&Version<Item>| {
            disposition(version) == Some("cancelled")
                && version.valid_from.is_none_or(|from| from <= at.on)
        };
        if let Some(version) = believed.iter().rev().find(empty) {
            return ItemStatus::Cancelled { since: version.valid_from, version };
        }
        let past = |version: &&&Version<Item>| version.valid_to.is_some_and(|to| to <= at.on);
        match believed.iter().rev().find(past) {
            Some(version) => ItemStatus::Ended { since: version.valid_to, version },
            None => believed.first().map_or(ItemStatus::Unlisted, |v| ItemStatus::NotYet(v)),
        }
    }

    /// The last recorded version that speaks of the day, ended or not.
    fn item_spoken_of(&self, code: &str, at: At) -> Option<&Version<Item>> {
        self.items.speaking_at(code, at).max_by_key(|version| version.origin.position)
    }

    /// 行使层级 of an item that is in force: 市, 县, …
    pub fn exercise_level_at(&self, code: &str, at: At) -> Option<&str> {
        match self.item_status(code, at) {
            ItemStatus::InForce(version) => version.row.exercise_level.as_deref(),
            _ => None,
        }
    }

    /// The rows of the declared batches that concern an item by its own or its base
    /// code and have taken effect, with the batch's kind (下放, 委托, 取消) and the
    /// entry that declared it. An item of a batch need not stand in the catalogue.
    pub fn batch_items(&self, code: &str, at: At) -> Vec<InBatch<'_>> {
        let mut found = Vec::new();
        for by in [Some(code), base_of(code)].into_iter().flatten() {
            for batch in self.batches.found_at(by, at) {
                let own = |row: &&BatchItem| {
                    [&row.item_code, &row.base_code].iter().any(|own| own.as_deref() == Some(by))
                        && row.effective_on.is_none_or(|on| on <= at.on)
                };
                found.extend(batch.row.rows.iter().flatten().filter(own).map(|row| InBatch {
                    batch: &batch.row.batch_id,
                    kind: batch.row.kind.as_deref(),
                    effective_on: row.effective_on,
                    from_unit: row.from_unit.as_deref(),
                    transitional_cases: row.transitional_cases.as_deref(),
                    entry: &batch.origin.id,
                }));
            }
            for row in self.batch_rows.found_at(by, at) {
                if row.row.effective_on.is_none_or(|on| on <= at.on) {
                    found.push(InBatch {
                        batch: &row.row.batch_id,
                        kind: row.row.kind.as_deref(),
                        effective_on: row.row.effective_on,
                        from_unit: row.row.from_unit.as_deref(),
                        transitional_cases: row.row.transitional_cases.as_deref(),
                        entry: &row.origin.id,
                    });
                }
            }
        }
        found
    }

    /// Who holds a post of a unit on a day; of several, the last appointed.
    pub fn holder(&self, unit: &str, post: &str, at: At) -> Option<&Version<Post>> {
        let posts = self.posts.all_at(unit, at).filter(|held| held.row.post.as_ref() == post);
        posts.max_by_key(|held| (held.valid_from, held.origin.position))
    }

    /// The units that belong in the hall, with their items, fees and headcounts.
    pub fn in_hall_roster(&self, at: At) -> impl Iterator<Item = &Version<HallRegister>> {
        self.hall_registers.each_at(at)
    }
}

/// An item as a declared batch names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InBatch<'m> {
    pub batch: &'m str,
    /// 下放, 委托, 取消.
    pub kind: Option<&'m str>,
    pub effective_on: Option<NaiveDate>,
    pub from_unit: Option<&'m str>,
    /// What becomes of cases that were running: 按原规定办结, …
    pub transitional_cases: Option<&'m str>,
    /// Id of the entry that declared it.
    pub entry: &'m str,
}

fn disposition(version: &Version<Item>) -> Option<&str> {
    version.row.disposition.as_deref()
}

fn of_version(version: &Version<Item>) -> ItemStatus<'_> {
    let since = version.valid_from;
    let lower = |level: &str| COUNTY_AND_BELOW.contains(&level);
    match disposition(version) {
        Some("cancelled") => ItemStatus::Cancelled { since, version },
        Some("merged" | "moved") => ItemStatus::Moved { since, version },
        _ if version.ended() => ItemStatus::Ended { since, version },
        Some("delegated") if !version.row.exercise_level.as_deref().is_some_and(lower) => {
            ItemStatus::Delegated { since, version }
        }
        _ => ItemStatus::InForce(version),
    }
}
