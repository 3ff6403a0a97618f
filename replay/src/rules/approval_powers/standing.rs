//! Where an item stands for an act: in force, cancelled, handed down, entrusted or
//! in no catalogue. Knows the catalogue and the batches, and no rule.

use crate::event::Event;
use crate::master::{InBatch, Item, ItemStatus, Version};
use crate::rules::bench::{Bench, Case};
use crate::state::CaseKind;
use chrono::NaiveDate;
use serde_json::{Value, json};

/// What the catalogue, or else a declared batch, says of an item on a day.
#[derive(Clone, Copy)]
pub(super) enum Standing<'m> {
    InForce(&'m Version<Item>),
    Cancelled(Told<'m>),
    /// Exercised by the counties: handed down, or theirs from the first.
    Countys(Told<'m>),
    /// Handed to the counties in the city's name; no row of the catalogue.
    Entrusted,
    /// The catalogue knows the code and not for that day.
    NotInForce(&'m Version<Item>),
    Unlisted,
}

impl<'m> Standing<'m> {
    /// The row of the catalogue that speaks, if one does.
    pub fn version(&self) -> Option<&'m Version<Item>> {
        match *self {
            Standing::InForce(version) | Standing::NotInForce(version) => Some(version),
            Standing::Cancelled(told) | Standing::Countys(told) => told.version,
            Standing::Entrusted | Standing::Unlisted => None,
        }
    }
}

/// Who says so, since when.
#[derive(Clone, Copy)]
pub(super) struct Told<'m> {
    pub since: Option<NaiveDate>,
    version: Option<&'m Version<Item>>,
    batch: Option<InBatch<'m>>,
}

impl<'m> Told<'m> {
    fn by_row(since: Option<NaiveDate>, version: &'m Version<Item>) -> Told<'m> {
        Told { since, version: Some(version), batch: None }
    }

    fn by_batch(row: InBatch<'m>) -> Told<'m> {
        Told { since: row.effective_on, version: None, batch: Some(row) }
    }

    /// What the notice says of running cases; of the batch even where the
    /// catalogue has a row of its own.
    pub fn transitional(
        &self,
        bench: &'m Bench<'_>,
        code: &str,
        day: NaiveDate,
    ) -> Option<&'m str> {
        let own = self.batch.and_then(|row| row.transitional_cases);
        own.or_else(|| {
            let rows = bench.master.batch_items(code, bench.on(day));
            rows.into_iter().find_map(|row| row.transitional_cases)
        })
    }

    /// The line of the arithmetic that names the row.
    pub fn to_json(self, code: &str) -> Value {
        json!({
            "item_code": code, "since": self.since.map(|on| on.to_string()),
            "entry": self.version.map(|version| version.origin.id.as_ref())
                .or(self.batch.map(|row| row.entry)),
            "catalogue_version": self.version.and_then(|v| v.row.catalogue_version.as_deref()),
            "batch": self.batch.map(|row| row.batch),
            "name": self.version.and_then(|version| version.row.name.as_deref()),
        })
    }
}

/// The version of a row of the catalogue, as an explanation cites it.
pub(super) fn cite(version: &Version<Item>) -> Value {
    json!({
        "item_code": version.row.item_code, "name": version.row.name,
        "entry": version.origin.id, "catalogue_version": version.row.catalogue_version,
        "disposition": version.row.disposition, "exercise_level": version.row.exercise_level,
        "valid_from": version.valid_from.map(|on| on.to_string()),
        "valid_to": version.valid_to.map(|on| on.to_string()),
    })
}

/// Where an item stands on a day.
pub(super) fn standing<'m>(bench: &'m Bench<'_>, code: &str, day: NaiveDate) -> Standing<'m> {
    let at = bench.on(day);
    match bench.master.item_status(code, at) {
        ItemStatus::Cancelled { since, version } => {
            Standing::Cancelled(Told::by_row(since, version))
        }
        ItemStatus::Delegated { since, version } => Standing::Countys(Told::by_row(since, version)),
        ItemStatus::InForce(version) if of_county(version) => {
            Standing::Countys(Told::by_row(version.valid_from, version))
        }
        ItemStatus::InForce(version) => Standing::InForce(version),
        ItemStatus::NotYet(version)
        | ItemStatus::Moved { version, .. }
        | ItemStatus::Ended { version, .. } => Standing::NotInForce(version),
        ItemStatus::Unlisted => {
            let rows = bench.master.batch_items(code, at);
            let of = |kind: &str| rows.iter().find(|row| row.kind == Some(kind)).copied();
            match (of("取消"), of("下放"), of("委托")) {
                (Some(row), ..) => Standing::Cancelled(Told::by_batch(row)),
                (_, Some(row), _) => Standing::Countys(Told::by_batch(row)),
                (.., Some(_)) => Standing::Entrusted,
                _ => Standing::Unlisted,
            }
        }
    }
}

/// An entrusted item stays the city's: acting itself is lawful.
fn of_county(version: &Version<Item>) -> bool {
    let level = version.row.exercise_level.as_deref();
    is_county(level) && version.row.disposition.as_deref() != Some("entrusted")
}

fn is_county(level: Option<&str>) -> bool {
    matches!(level, Some("县" | "区" | "县(区)" | "乡" | "村"))
}

/// Whether a unit is the city's own on a day.
pub(super) fn is_municipal(bench: &Bench<'_>, unit: &str, day: NaiveDate) -> bool {
    let row = bench.master.units.at(unit, bench.on(day));
    row.is_some_and(|row| row.row.level.as_deref() == Some("市"))
}

/// Whether an act exercises a power of approval: not what applicants do, nor advice,
/// nor telling that no permit is needed, nor the end of a permit.
pub(super) fn exercises(act: &Event<'_>) -> bool {
    let Some(rest) = act.kind.strip_prefix("approval.") else { return false };
    let Some((name, _version)) = rest.rsplit_once(".v") else { return false };
    matches!(
        name,
        "supplement.requested"
            | "acceptance.granted"
            | "case.assigned"
            | "stage.started"
            | "stage.completed"
            | "handoff.recorded"
            | "site_verification.recorded"
            | "special_procedure.started"
            | "extension.requested"
            | "extension.approved"
            | "hearing.announced"
            | "hearing.held"
            | "decision.granted"
            | "decision.refused"
            | "commitment.decided"
            | "certificate.issued"
            | "initial_review.forwarded"
            | "alteration.decided"
            | "renewal.decided"
            | "deemed.confirmed"
            | "deemed.document_issued"
    )
}

/// Whether an act decides on the matter.
pub(super) fn decides(act: &Event<'_>) -> bool {
    let Some(rest) = act.kind.strip_prefix("approval.") else { return false };
    let Some((name, _version)) = rest.rsplit_once(".v") else { return false };
    matches!(
        name,
        "decision.granted"
            | "decision.refused"
            | "commitment.decided"
            | "alteration.decided"
            | "renewal.decided"
    )
}

/// Code and name of the item that an act names.
pub(super) fn item_of<'e>(act: &'e Event<'_>) -> Option<(&'e str, Option<&'e str>)> {
    let item = act.item.as_ref()?;
    item.code.get().map(|code| (code, item.name.get()))
}

/// The acts of one item in one case that exercise it.
pub(super) struct Exercised<'f, 'e> {
    pub code: &'f str,
    pub name: Option<&'f str>,
    /// In order of when they happened; never empty.
    pub acts: Vec<&'f Event<'e>>,
}

/// The acts of approval of a case, by item; nothing of other kinds of case.
pub(super) fn exercised<'f, 'e>(case: &'f Case<'e>) -> Vec<Exercised<'f, 'e>> {
    let mut out: Vec<Exercised<'f, 'e>> = Vec::new();
    if !matches!(case.file.kind, CaseKind::Approval | CaseKind::Joint) {
        return out;
    }
    for act in case.file.acts.iter().filter(|act| exercises(act)) {
        let Some((code, name)) = item_of(act) else { continue };
        let known = out.iter_mut().find(|one| {
            one.code == code && (code != UNLISTED || one.name == name || name.is_none())
        });
        match known {
            Some(one) => one.acts.push(act),
            None => out.push(Exercised { code, name, acts: vec![act] }),
        }
    }
    out
}

/// What systems write for an item that no list knows.
pub(super) const UNLISTED: &str = "UNLISTED";
