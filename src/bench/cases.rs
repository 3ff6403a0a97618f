//! Cases for measurements: approvals of twenty acts each, many of them under way
//! at once, as a city's are; and their entries as a typed structure, which is
//! what reading JSON costs whoever reads it.

use plumbline_replay::integrity::chain::{Digest, entry_hash};
use plumbline_replay::integrity::entry::{Parts, Place};
use plumbline_replay::integrity::json::Json;
use plumbline_replay::time::civil::Zone;
use serde::Deserialize;
use std::borrow::Cow;

/// Acts of one case.
pub const ACTS: u64 = 20;
/// Cases under way at once: their acts alternate.
pub const UNDER_WAY: u64 = 2_000;
/// 2026-03-02T01:00:00Z.
const BEGIN: i64 = 1_772_413_200_000_000;
const MINUTE: i64 = 60_000_000;

const TYPES: [&str; ACTS as usize] = [
    "approval.application.submitted.v1",
    "approval.materials.received.v1",
    "approval.supplement.requested.v1",
    "approval.supplement.submitted.v1",
    "approval.acceptance.granted.v1",
    "approval.case.assigned.v1",
    "approval.stage.started.v1",
    "approval.stage.completed.v1",
    "approval.stage.started.v1",
    "approval.site_verification.recorded.v1",
    "approval.stage.completed.v1",
    "approval.special_procedure.started.v1",
    "approval.special_procedure.ended.v1",
    "approval.stage.started.v1",
    "approval.stage.completed.v1",
    "fee.assessed.v1",
    "fee.paid.v1",
    "approval.decision.granted.v1",
    "approval.document.delivered.v1",
    "approval.case.closed.v1",
];

/// The case of an act, and which of its acts it is.
fn place(number: u64) -> (u64, u64) {
    let (wave, within) = (number / (UNDER_WAY * ACTS), number % (UNDER_WAY * ACTS));
    (wave * UNDER_WAY + within % UNDER_WAY, within / UNDER_WAY)
}

/// The numbers of a case's acts.
pub fn numbers(case: u64) -> impl Iterator<Item = u64> {
    let first = case / UNDER_WAY * UNDER_WAY * ACTS + case % UNDER_WAY;
    (0..ACTS).map(move |act| first + act * UNDER_WAY)
}

/// Cases of which all acts are among the first `acts`.
pub fn whole_cases(acts: u64) -> u64 {
    acts / (UNDER_WAY * ACTS) * UNDER_WAY
}

/// The name of a case's stream.
pub fn stream(case: u64) -> String {
    format!("approval/990100-XK-2026-{case:07}")
}

/// When an act happened, in microseconds since 1970 UTC.
pub fn occurred(number: u64) -> i64 {
    BEGIN + number as i64 * MINUTE / 50
}

/// One act as it is submitted.
pub fn act(number: u64) -> Json<'static> {
    let text = |value: String| Json::text(value);
    let (case, step) = place(number);
    let unit = format!("unit/9901{:02}", case % 40);
    let officer = format!("officer/9901-{:04}", (case + step / 5) % 700);
    let actor = Json::object([
        ("officer", text(officer.clone())),
        ("role", Json::text(if step < 6 { "窗口" } else { "承办人" })),
        ("unit", text(unit.clone())),
    ]);
    let party = Json::object([
        ("capacity", Json::text("申请人")),
        ("id", text(format!("party/{:08}", case % 200_000))),
    ]);
    Json::object([
        ("id", text(format!("01920000-0000-7000-8000-{number:012x}"))),
        ("stream", text(stream(case))),
        ("type", Json::text(TYPES.get(step as usize).copied().unwrap_or(TYPES[0]))),
        ("occurred_at", text(Zone::SHANGHAI.rfc3339(occurred(number)))),
        ("precision", Json::text("minute")),
        ("actor", actor),
        ("recorder", Json::object([("officer", text(officer)), ("unit", text(unit))])),
        ("parties", Json::List(vec![party])),
        ("item", Json::object([("code", text(format!("990100-{:05}", case % 300)))])),
        ("venue", Json::object([("kind", Json::text("main_hall"))])),
        ("source", Json::object([("kind", Json::text("native")), ("system", Json::text("hall"))])),
        ("body", body(number, case, step)),
    ])
}

fn body(number: u64, case: u64, step: u64) -> Json<'static> {
    let hash = blake3::hash(&number.to_le_bytes());
    let mut members = vec![
        ("opinion", Json::text("材料齐全,同意")),
        ("wd_used", Json::Int((number % 9) as i64)),
        ("materials_hash", Json::text(hash.to_hex().chars().take(32).collect::<String>())),
    ];
    match TYPES.get(step as usize).copied().unwrap_or_default() {
        "approval.acceptance.granted.v1" => {
            members.push(("legal_due", Json::text("2026-04-02")));
            members.push(("promised_due", Json::text("2026-03-16")));
        }
        "approval.decision.granted.v1" => {
            members.push(("decision_no", Json::text(format!("许〔2026〕{case}"))));
        }
        "fee.assessed.v1" | "fee.paid.v1" => members.push(("amount_fen", Json::Int(12_000))),
        _ => members.push(("stage", Json::text(format!("审查环节{}", step % 5)))),
    }
    Json::object(members)
}

/// The first `count` acts as stored entries, one chain from position 0.
pub fn entries(count: u64) -> Vec<Vec<u8>> {
    let mut previous = Digest::ZERO;
    let mut out = Vec::with_capacity(count as usize);
    for position in 0..count {
        let parts = Parts::new(act(position).to_bytes()).expect("an act is an object");
        let recorded_at = Zone::UTC.rfc3339(occurred(position) + 5 * MINUTE + 1);
        let revision = place(position).1;
        let mut entry = Vec::new();
        let place = Place { position, previous, recorded_at: &recorded_at, revision };
        parts.splice(&place, &mut entry);
        previous = entry_hash(&entry);
        out.push(entry);
    }
    out
}

/// An entry as a reader would declare it. Text borrows where it can.
#[derive(Debug, Deserialize)]
pub struct Typed<'a> {
    pub v: u32,
    pub position: u64,
    #[serde(borrow)]
    pub previous: Cow<'a, str>,
    #[serde(borrow)]
    pub id: Cow<'a, str>,
    #[serde(borrow)]
    pub stream: Cow<'a, str>,
    pub revision: u64,
    #[serde(borrow, rename = "type")]
    pub kind: Cow<'a, str>,
    #[serde(borrow)]
    pub occurred_at: Cow<'a, str>,
    #[serde(borrow)]
    pub precision: Cow<'a, str>,
    #[serde(borrow)]
    pub recorded_at: Cow<'a, str>,
    #[serde(borrow)]
    pub actor: Person<'a>,
    #[serde(borrow)]
    pub recorder: Person<'a>,
    #[serde(borrow)]
    pub parties: Vec<Party<'a>>,
    #[serde(borrow)]
    pub item: Item<'a>,
    #[serde(borrow)]
    pub venue: Venue<'a>,
    #[serde(borrow)]
    pub source: Source<'a>,
    #[serde(borrow)]
    pub body: Body<'a>,
}

/// `actor` and `recorder`.
#[derive(Debug, Deserialize)]
pub struct Person<'a> {
    #[serde(borrow)]
    pub unit: Cow<'a, str>,
    #[serde(borrow)]
    pub officer: Cow<'a, str>,
    #[serde(borrow, default)]
    pub role: Option<Cow<'a, str>>,
}

/// One of `parties`.
#[derive(Debug, Deserialize)]
pub struct Party<'a> {
    #[serde(borrow)]
    pub id: Cow<'a, str>,
    #[serde(borrow)]
    pub capacity: Cow<'a, str>,
}

/// `item`.
#[derive(Debug, Deserialize)]
pub struct Item<'a> {
    #[serde(borrow)]
    pub code: Cow<'a, str>,
}

/// `venue`.
#[derive(Debug, Deserialize)]
pub struct Venue<'a> {
    #[serde(borrow)]
    pub kind: Cow<'a, str>,
}

/// `source`.
#[derive(Debug, Deserialize)]
pub struct Source<'a> {
    #[serde(borrow)]
    pub kind: Cow<'a, str>,
    #[serde(borrow)]
    pub system: Cow<'a, str>,
}

/// `body`, with the members that the acts here have.
#[derive(Debug, Deserialize)]
pub struct Body<'a> {
    #[serde(borrow)]
    pub opinion: Cow<'a, str>,
    pub wd_used: i64,
    #[serde(borrow)]
    pub materials_hash: Cow<'a, str>,
    #[serde(borrow, default)]
    pub stage: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub legal_due: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub promised_due: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub decision_no: Option<Cow<'a, str>>,
    #[serde(default)]
    pub amount_fen: Option<i64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acts_make_whole_cases_of_realistic_entries() {
        let count = UNDER_WAY * ACTS;
        let entries = entries(count);
        let bytes: usize = entries.iter().map(Vec::len).sum();
        assert!((600..=800).contains(&(bytes as u64 / count)), "{}", bytes as u64 / count);
        assert_eq!(whole_cases(count), UNDER_WAY);
        assert_eq!(whole_cases(count - 1), 0);
        for case in [0, 7, UNDER_WAY - 1] {
            for (revision, number) in numbers(case).enumerate() {
                let typed: Typed<'_> = serde_json::from_slice(&entries[number as usize]).unwrap();
                assert_eq!((typed.position, typed.revision), (number, revision as u64));
                assert_eq!(typed.stream, stream(case));
            }
        }
    }
}
