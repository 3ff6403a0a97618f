//! Within how many working days what must be published (P18), and how long a penalty
//! stays so (P19): for rules, timers, and the table that tells how well it was kept.
//! What this file does not know: whether it was.

use super::bench::Case;
use super::clocks::{self, day_of};
use crate::event::Event;
use crate::integrity::json::Json;
use crate::time::civil;
use chrono::{Months, NaiveDate};

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

/// Since when 信用修复管理办法 says how long (P19: `revised_from`).
const REVISED: NaiveDate = NaiveDate::from_ymd_opt(2026, 4, 1).expect("a date");

/// How long one published penalty may and must stay published (P19).
pub struct Publicity {
    /// From the day of publication, or under the revised terms from the decision's.
    pub from: NaiveDate,
    /// 轻微, 一般, 严重, as published; absent if the publication does not say.
    pub class: Option<Box<str>>,
    /// The day on which it ends at the latest.
    pub until: NaiveDate,
    /// Where the class is not said: the latest day of the mildest.
    pub surely_until: NaiveDate,
    /// The first day on which it may end, under the revised terms.
    pub not_before: Option<NaiveDate>,
}

/// P19 for one publication; `None` if it says no day.
pub fn publicity(case: &Case<'_>, published: &Event<'_>) -> Option<Publicity> {
    let zone = case.bench.zone;
    let shown = day_of(published, "from", zone).unwrap_or(published.occurred.local_date());
    let set = case.bench.parameter("P19", case.bench.on(shown));
    let months = |name: &str, default: u32| {
        let said = set.and_then(|set| set.get(name)).and_then(Json::as_int);
        Months::new(said.and_then(|said| u32::try_from(said).ok()).unwrap_or(default))
    };
    let revised = set.and_then(|set| set.get("revised_from")?.as_str());
    let revised = revised.and_then(civil::parse_date).unwrap_or(REVISED) <= shown;
    let decided =
        case.file.all("penalty.decision.made").rfind(|act| act.order() <= published.order());
    let from = decided.filter(|_| revised).map_or(shown, |act| {
        day_of(act, "decision_date", zone).unwrap_or(act.occurred.local_date())
    });
    let class = published.body.text("class").filter(|class| !class.is_empty());
    let (minor, serious) = (months("minor", 3), months("serious", 36));
    let most = match class.as_deref() {
        Some("轻微") => minor,
        // Before the revision there were two terms, three months and three years.
        Some("一般") if revised => months("general", 12),
        _ => serious,
    };
    let least = match class.as_deref() {
        Some("一般") if revised => Some(months("general_least", 3)),
        Some("严重") if revised => Some(months("serious_least", 12)),
        _ => None,
    };
    // How early it may end only the decision's day says.
    let least = least.filter(|_| decided.is_some());
    Some(Publicity {
        from,
        class: class.as_deref().map(Box::from),
        until: from.checked_add_months(most)?,
        surely_until: from.checked_add_months(minor)?,
        not_before: least.and_then(|least| from.checked_add_months(least)),
    })
}

/// The day on which publicity ends: as published, and never later than P19 lets it.
pub fn ends_on(case: &Case<'_>, published: &Event<'_>) -> Option<NaiveDate> {
    let said = day_of(published, "until", case.bench.zone);
    let most = publicity(case, published).map(|publicity| publicity.until);
    match (said, most) {
        (Some(said), Some(most)) => Some(said.min(most)),
        (said, most) => said.or(most),
    }
}
