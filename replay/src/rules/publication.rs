//! Within how many working days what must be published (P18): for rules, and for the
//! table that tells how well it was kept. What this file does not know: whether it was.

use super::bench::Case;
use super::clocks::{self, day_of};
use crate::event::Event;
use crate::integrity::json::Json;
use chrono::NaiveDate;

/// A member of P18 on a day, or its default.
fn term(case: &Case<'_>, on: NaiveDate, member: &str, default: u32) -> u32 {
    let set = case.bench.parameter("P18", case.bench.on(on)).and_then(|set| set.get(member));
    let days = set.and_then(Json::as_int).and_then(|days| u32::try_from(days).ok());
    days.unwrap_or(default)
}

/// Of a grant (双公示).
pub fn of_permit(case: &Case<'_>, granted: &Event<'_>) -> u32 {
    term(case, case.bench.zone.date(granted.occurred.micros), "permit", 7)
}

/// Of a penalty; market regulators have a term of their own (总局令45号 art. 9).
pub fn of_penalty(case: &Case<'_>, decided: &Event<'_>) -> u32 {
    let on = decided.occurred.local_date();
    let unit = decided.unit().and_then(|unit| case.bench.master.units.at(unit, case.bench.on(on)));
    let name = unit.and_then(|unit| unit.row.name.as_deref()).unwrap_or_default();
    match name.contains("市场监督管理") {
        true => term(case, on, "market_penalty", 20),
        false => term(case, on, "penalty", 7),
    }
}

/// Of a document that is to be disclosed (公开条例 art. 26).
pub fn of_document(case: &Case<'_>, created: &Event<'_>) -> u32 {
    term(case, formed_on(case, created), "other", 20)
}

/// The day on which a document was formed.
pub fn formed_on(case: &Case<'_>, created: &Event<'_>) -> NaiveDate {
    day_of(created, "formed_on", case.bench.zone).unwrap_or(created.occurred.local_date())
}

/// Whether the catalogue says that the case's item is not for publication.
pub fn secret(case: &Case<'_>) -> bool {
    let Some(code) = clocks::item_of(case) else { return false };
    let Some(first) = case.file.acts.first() else { return false };
    let item = case.bench.master.items.at(code, case.bench.at(first.occurred.micros));
    let word = item.and_then(|item| item.row.secrecy.as_deref());
    word.is_some_and(|word| !matches!(word, "none" | "无"))
}
