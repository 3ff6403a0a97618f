//! Rows of any table in one form, for whoever prints them. What this file does not
//! know: what any column means.

use super::table::{At, Origin, Row, Table, Verb, Version};
use crate::integrity::json::Json;
use chrono::NaiveDate;

/// One version of one row.
#[derive(Clone, Debug)]
pub struct Told<'m> {
    pub entity: &'static str,
    pub key: &'m str,
    /// Every column that has a value, by the member's name.
    pub columns: Vec<(&'static str, Json<'static>)>,
    /// Columns that rules cannot do without and that are absent.
    pub missing: Vec<&'static str>,
    pub origin: &'m Origin,
    pub corrected_by: Option<&'m Origin>,
    pub superseded_by: Option<&'m Origin>,
    pub valid_from: Option<NaiveDate>,
    pub valid_to: Option<NaiveDate>,
    pub verb: Verb,
    pub retroactive: bool,
}

impl<'m> Told<'m> {
    fn of<R: Row>(version: &'m Version<R>) -> Told<'m> {
        Told {
            entity: R::ENTITY,
            key: version.row.key(),
            columns: version.row.columns(),
            missing: version.row.missing(),
            origin: &version.origin,
            corrected_by: version.corrected_by.as_ref(),
            superseded_by: version.superseded_by.as_ref(),
            valid_from: version.valid_from,
            valid_to: version.valid_to,
            verb: version.verb,
            retroactive: version.retroactive,
        }
    }
}

/// A table, whatever its rows are.
pub trait Listing {
    fn entity(&self) -> &'static str;
    /// Rows in force.
    fn in_force(&self, at: At) -> Vec<Told<'_>>;
    /// Rows in force with this key.
    fn found(&self, key: &str, at: At) -> Vec<Told<'_>>;
    /// Every version of every row with this key, whenever it was believed.
    fn history(&self, key: &str) -> Vec<Told<'_>>;
    /// Versions that were valid before they were recorded, and those that a repair
    /// made or took away.
    fn rewritten(&self) -> Vec<Told<'_>>;
}

impl<R: Row> Listing for Table<R> {
    fn entity(&self) -> &'static str {
        R::ENTITY
    }

    fn in_force(&self, at: At) -> Vec<Told<'_>> {
        self.each_at(at).map(Told::of).collect()
    }

    fn found(&self, key: &str, at: At) -> Vec<Told<'_>> {
        self.all_at(key, at).map(Told::of).collect()
    }

    fn history(&self, key: &str) -> Vec<Told<'_>> {
        Table::history(self, key).map(Told::of).collect()
    }

    fn rewritten(&self) -> Vec<Told<'_>> {
        let rewritten = |version: &&Version<R>| {
            version.retroactive || version.corrected_by.is_some() || version.superseded_by.is_some()
        };
        self.versions().filter(rewritten).map(Told::of).collect()
    }
}
