//! When guides to items were published (E12), by item.

use super::{Case, Topic};
use crate::master::{Item, Version};
use crate::packed::packed;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// Days of publication by item code; a guide to a unit's whole catalogue by unit and
/// version.
#[derive(Default)]
pub struct Guides(BTreeMap<Box<str>, Vec<NaiveDate>>);

impl Guides {
    /// The first guide for a version of an item: none of an earlier version counts
    /// once the row changed, unless it was published ahead of it.
    pub fn published(&self, version: &Version<Item>) -> Option<NaiveDate> {
        const AHEAD_DAYS: i64 = 90;
        let unit = version.row.subject_unit.as_deref().unwrap_or_default();
        let number = version.row.catalogue_version.as_deref().unwrap_or_default();
        let whole = self.0.get(format!("{unit} {number}").as_str());
        let days = self.0.get(&version.row.item_code).or(whole)?;
        let from = version.valid_from?;
        let ahead = from.checked_sub_signed(chrono::Duration::days(AHEAD_DAYS))?;
        days.iter().copied().filter(|day| ahead <= *day).min()
    }
}

impl Topic for Guides {
    fn note(&mut self, case: &Case<'_>) {
        for event in case.all("service_guide.published") {
            let named = event.body.text("item");
            let own = event.item.as_ref().and_then(|item| item.code.get());
            let key = match (named.as_deref().or(own), event.body.text("version"), event.unit()) {
                (Some(code), ..) => code.to_owned(),
                (None, Some(version), Some(unit)) => format!("{unit} {version}"),
                _ => continue,
            };
            self.0.entry(key.into()).or_default().push(event.occurred.local_date());
        }
    }

    fn join(&mut self, other: Guides) {
        for (code, days) in other.0 {
            self.0.entry(code).or_default().extend(days);
        }
    }
}

packed! {
    Guides { 0 }
}
