//! What the units, items and fees are called that a report's cells name by their ids,
//! for those who read a report rather than work with it. Names are never data: no
//! digest covers them, and whoever works with a report takes the ids.
//!
//! What this file does not know: pages, workbooks, terminals.

use super::table::{Cell, Row};
use crate::master::{At, Master};
use std::collections::{BTreeMap, BTreeSet};

/// By id.
pub type Names = BTreeMap<String, String>;

/// The tables that have names to show.
pub const NAMED: [&str; 3] = ["unit", "item", "fee_item"];

/// Names of whatever the cells of `rows` name, as in force and as known `at` then.
pub fn names(rows: &[Row], master: &Master, at: At) -> Names {
    let mut ids = BTreeSet::new();
    for cell in rows.iter().flat_map(|row| &row.cells) {
        if let Cell::Text(text) = cell {
            ids.extend(parts(text));
        }
    }
    let name = |id: &str| {
        let unit = master.units.at(id, at).and_then(|found| found.row.name.as_deref());
        let item = || master.items.at(id, at).and_then(|found| found.row.name.as_deref());
        let fee = || master.fee_items.at(id, at).and_then(|found| found.row.name.as_deref());
        unit.or_else(item).or_else(fee).map(str::to_owned)
    };
    ids.into_iter().filter_map(|id| Some((id.to_owned(), name(id)?))).collect()
}

/// The ids of a cell: one, or several as [`Cell::list`] joins them.
pub fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split('、')
}
