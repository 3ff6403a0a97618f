//! The four real logs against figures that an independent parser counted.

use crate::memory::{Memory, import_whole, mapping, real_log, text};
use plumbline_replay::event::amount::Decimal;
use plumbline_replay::integrity::json::Json;
use std::collections::{BTreeMap, BTreeSet};

/// What was counted over the recorded entries.
#[derive(Default)]
struct Counted {
    cases: BTreeMap<String, Vec<String>>,
    activities: BTreeMap<String, u64>,
    officers: BTreeSet<String>,
    first: Option<(i64, String)>,
    last: Option<(i64, String)>,
    /// Event type → sum.
    sums: BTreeMap<String, Decimal>,
    flagged: u64,
}

impl Counted {
    fn of(memory: &Memory) -> Counted {
        let mut counted = Counted::default();
        for event in memory.events() {
            counted.add(&event);
        }
        counted
    }

    fn add(&mut self, event: &Json<'_>) {
        let activity = text(event, &["source", "activity"]).to_owned();
        *self.activities.entry(activity.clone()).or_default() += 1;
        self.cases.entry(text(event, &["source", "case"]).to_owned()).or_default().push(activity);
        let officer = text(event, &["actor", "officer"]);
        if !officer.is_empty() {
            self.officers.insert(officer.to_owned());
        }
        let at = text(event, &["occurred_at"]);
        let micros = chrono::DateTime::parse_from_rfc3339(at).unwrap().timestamp_micros();
        if self.first.as_ref().is_none_or(|(first, _)| micros < *first) {
            self.first = Some((micros, at.to_owned()));
        }
        if self.last.as_ref().is_none_or(|(last, _)| micros > *last) {
            self.last = Some((micros, at.to_owned()));
        }
        let body = event.get("body");
        let minor = body.and_then(|b| b.get("amount_minor")).and_then(Json::as_int);
        let exact = body.and_then(|b| b.get("amount_text")).and_then(Json::as_str);
        let amount = match (minor, exact) {
            (Some(minor), None) => Decimal::new(minor, 2),
            (None, Some(exact)) => {
                self.flagged += 1;
                assert_eq!(text(event, &["body", "amount_flag"]), "more-decimals");
                Decimal::parse(exact).unwrap()
            }
            (None, None) => return,
            both => panic!("{both:?}"),
        };
        assert_eq!(text(event, &["body", "currency"]), "EUR");
        let sum = self.sums.entry(text(event, &["type"]).to_owned()).or_default();
        *sum = sum.plus(amount);
    }

    fn variants(&self) -> usize {
        self.cases.values().collect::<BTreeSet<_>>().len()
    }

    fn events(&self) -> u64 {
        self.activities.values().sum()
    }

    fn sum(&self, event_type: &str) -> String {
        self.sums.get(event_type).map(Decimal::to_string).unwrap_or_default()
    }

    fn shape(&self) -> (usize, u64, usize, usize) {
        (self.cases.len(), self.events(), self.activities.len(), self.variants())
    }

    fn range(&self) -> (&str, &str) {
        let text = |at: &'_ Option<(i64, String)>| at.as_ref().map(|(_, text)| text.clone());
        (
            text(&self.first).map(|t| &*t.leak()).unwrap_or_default(),
            text(&self.last).map(|t| &*t.leak()).unwrap_or_default(),
        )
    }
}

/// Imports a log twice: the second time nothing is appended.
fn twice(file: &str, map: &str) -> Option<(Memory, Counted)> {
    let path = real_log(file)?;
    let mut memory = Memory::new();
    let first = import_whole(&mut memory, &path, mapping(map));
    let size = memory.entries.len();
    assert_eq!(first.delivered.duplicates, 0);
    assert_eq!(first.delivered.appended + first.delivered.batch_events, size as u64);
    let again = import_whole(&mut memory, &path, mapping(map));
    assert_eq!((again.delivered.appended, again.delivered.batch_events), (0, 0));
    assert_eq!(again.delivered.duplicates, first.delivered.appended);
    assert_eq!(memory.entries.len(), size);
    let counted = Counted::of(&memory);
    assert_eq!(first.facts.cases as usize, counted.cases.len());
    assert_eq!(first.facts.source_events, counted.events());
    assert_eq!(first.noticed.more_decimals, counted.flagged);
    let (first_at, last_at) = counted.range();
    assert_eq!(first.facts.first_at.as_deref(), Some(first_at));
    assert_eq!(first.facts.last_at.as_deref(), Some(last_at));
    Some((memory, counted))
}

#[test]
fn building_permits_agree() {
    let Some((memory, counted)) =
        twice("permits/building_permits_municipality_1.xes.gz", "building_permits.toml")
    else {
        return;
    };
    assert_eq!(counted.shape(), (1_199, 52_217, 398, 1_170));
    assert_eq!(counted.officers.len(), 23);
    assert_eq!(counted.sum("approval.application.submitted.v1"), "1999689.00386");
    let (mut fees, mut negative, mut due, mut late) = (0, 0, 0, 0);
    for event in memory.events() {
        let minor = event.get("body").and_then(|b| b.get("amount_minor")).and_then(Json::as_int);
        let exact = text(&event, &["body", "amount_text"]);
        fees += u64::from(minor.is_some() || !exact.is_empty());
        negative += u64::from(minor.is_some_and(|minor| minor < 0) || exact.starts_with('-'));
        let due_at = text(&event, &["source", "attributes", "dueDate", "value"]);
        if !due_at.is_empty() {
            due += 1;
            // Days compare as text: both are local to the municipality.
            late += u64::from(text(&event, &["occurred_at"])[..10] > due_at[..10]);
        }
    }
    assert_eq!((fees, negative, due, late), (906, 5, 3_340, 142));
}

#[test]
fn travel_declarations_agree() {
    let Some((_, counted)) =
        twice("approvals/travel_declarations_domestic.xes.gz", "travel_declarations.toml")
    else {
        return;
    };
    assert_eq!(counted.shape(), (10_357, 55_628, 14, 90));
    assert_eq!(counted.activities["Declaration SUBMITTED by EMPLOYEE"], 11_371);
    assert_eq!(counted.activities["Request Payment"], 9_914);
    // The source disturbed its amounts: nearly all have more than two decimals.
    assert!(counted.flagged > 20_000, "{}", counted.flagged);
}

#[test]
fn environmental_receipts_agree() {
    let Some((memory, counted)) = twice("receipt/receipt.xes.gz", "environmental_receipt.toml")
    else {
        return;
    };
    assert_eq!(counted.shape(), (1_434, 8_577, 27, 116));
    assert_eq!(counted.officers.len(), 48);
    for attribute in ["deadline", "enddate_planned", "channel", "responsible"] {
        let carried = memory.events().filter(|event| {
            let kept = event.get("source").and_then(|s| s.get("case_attributes"));
            kept.and_then(|kept| kept.get(attribute)).is_some()
        });
        assert_eq!(carried.count(), 1_434, "{attribute}");
    }
}

/// Euro cents of one fine.
#[derive(Default)]
struct Fine {
    fine: i64,
    penalty: Option<i64>,
    expenses: i64,
    paid: i64,
    payments: u32,
    running_sum_wrong: bool,
    collected: bool,
}

#[test]
fn road_traffic_fines_agree() {
    let Some((memory, counted)) =
        twice("fines/road_traffic_fines_before_2007.xes.gz", "fines.toml")
    else {
        return;
    };
    assert_eq!(counted.shape(), (89_991, 348_016, 11, 187));
    assert_eq!(counted.officers.len(), 112);
    assert_eq!(counted.range(), ("2000-01-01T00:00:00+01:00", "2012-03-26T00:00:00+02:00"));
    assert_eq!(counted.sum("penalty.decision.made.v1"), "3812167.22");
    assert_eq!(counted.sum("penalty.fine.paid.v1"), "2042622.37");
    assert_eq!(counted.sum("penalty.document.served.v1"), "694227.53");
    assert_eq!(counted.flagged, 0);
    drop(counted);
    let fines = fines(&memory);
    let mut tally = [0u32; 4];
    let (mut collected, mut collected_though_paid, mut wrong_sum, mut instalments) = (0, 0, 0, 0);
    for fine in fines.values() {
        let due = fine.penalty.unwrap_or(fine.fine) + fine.expenses;
        let kind = match fine.paid {
            0 => 3,
            paid if paid > due => 0,
            paid if paid == due => 1,
            _ => 2,
        };
        tally[kind] += 1;
        collected += u32::from(fine.collected);
        collected_though_paid += u32::from(fine.collected && fine.paid >= due);
        wrong_sum += u32::from(fine.running_sum_wrong);
        instalments += u32::from(fine.payments > 1);
    }
    assert_eq!(tally, [943, 32_597, 7_638, 48_813]);
    assert_eq!((collected, collected_though_paid), (38_041, 3));
    assert_eq!((wrong_sum, instalments), (44, 5_860));
}

fn fines(memory: &Memory) -> BTreeMap<String, Fine> {
    let mut fines: BTreeMap<String, Fine> = BTreeMap::new();
    for event in memory.events() {
        let fine = fines.entry(text(&event, &["source", "case"]).to_owned()).or_default();
        let body = event.get("body");
        let amount = body.and_then(|b| b.get("amount_minor")).and_then(Json::as_int).unwrap_or(0);
        match text(&event, &["type"]) {
            "penalty.decision.made.v1" => fine.fine = amount,
            "penalty.surcharge.started.v1" => fine.penalty = Some(amount),
            "penalty.document.served.v1" => fine.expenses += amount,
            "penalty.enforcement.applied.v1" => fine.collected = true,
            "penalty.fine.paid.v1" => {
                fine.paid += amount;
                fine.payments += 1;
                let path = ["source", "attributes", "totalPaymentAmount", "value"];
                let total = Decimal::parse(text(&event, &path)).unwrap();
                let same = total.plus(Decimal::new(-fine.paid, 2)).is_zero();
                fine.running_sum_wrong |= !same;
            }
            _ => {}
        }
    }
    fines
}
