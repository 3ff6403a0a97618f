//! A clock that runs backwards: recorded time still rises, and one entry an
//! anomaly says so, whoever records and however often.

use super::city::{config, event, surroundings};
use plumbline::clock::{Clock, Micros};
use plumbline::ledger::{Ledger, LogName, Surroundings, create};
use plumbline::store::Store;
use plumbline_replay::integrity::json::{Json, parse};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

const SECOND: Micros = 1_000_000;
const NOON: Micros = 1_772_690_400 * SECOND;

#[derive(Default)]
struct SetClock(AtomicI64);

impl Clock for SetClock {
    fn now(&self) -> Micros {
        self.0.load(Ordering::SeqCst)
    }
}

fn given(clock: &Arc<SetClock>) -> Surroundings {
    Surroundings { clock: clock.clone(), ..surroundings() }
}

/// Skews in milliseconds of the anomalies recorded in the open log.
fn anomalies(ledger: &Ledger) -> Vec<i64> {
    let blocks = ledger.store(LogName::Open).read(0, usize::MAX >> 1).unwrap();
    let entries = blocks.iter().flat_map(|block| block.entries());
    let mut skews = Vec::new();
    let mut last = String::new();
    for (_, _, entry) in entries {
        let json = parse(entry).unwrap();
        let text = |name| json.get(name).and_then(Json::as_str).unwrap();
        assert!(text("recorded_at") > last.as_str(), "recorded time must rise");
        last = text("recorded_at").to_owned();
        if text("type") == "clock.anomaly.detected.v1" {
            assert_eq!(text("stream"), "ledger/clock");
            let body = json.get("body").unwrap();
            assert_eq!(body.get("source").and_then(Json::as_str), Some("system-clock"));
            skews.push(body.get("skew_ms").and_then(Json::as_int).unwrap());
        }
    }
    skews
}

fn record(ledger: &Ledger, numbers: std::ops::Range<u64>) {
    for number in numbers {
        assert!(ledger.append(vec![event(number)])[0].is_ok());
    }
}

fn new(dir: &Path) -> (Arc<SetClock>, Ledger) {
    let clock = Arc::new(SetClock::default());
    clock.0.store(NOON, Ordering::SeqCst);
    let ledger = create(dir, &config(), given(&clock)).unwrap();
    (clock, ledger)
}

#[test]
fn one_entry_tells_of_a_clock_set_back_until_it_has_caught_up() {
    let dir = tempfile::tempdir().unwrap();
    let (clock, ledger) = new(dir.path());
    let set = |to: Micros| clock.0.store(to, Ordering::SeqCst);
    record(&ledger, 0..3);
    assert!(anomalies(&ledger).is_empty());
    // Within a second it is a clock being set right.
    set(NOON - SECOND / 2);
    record(&ledger, 3..6);
    assert!(anomalies(&ledger).is_empty());
    set(NOON - 3600 * SECOND);
    record(&ledger, 6..40);
    assert_eq!(anomalies(&ledger).len(), 1);
    assert_eq!(anomalies(&ledger)[0], 3_600_000);
    set(NOON - 1800 * SECOND);
    record(&ledger, 40..50);
    assert_eq!(anomalies(&ledger).len(), 1, "it is the same one while the clock is behind");
    set(NOON + 60 * SECOND);
    record(&ledger, 50..52);
    set(NOON);
    record(&ledger, 52..55);
    assert_eq!(anomalies(&ledger).len(), 2, "after catching up it is another");
}

#[test]
fn restarting_while_the_clock_is_behind_tells_it_once() {
    let dir = tempfile::tempdir().unwrap();
    let (clock, ledger) = new(dir.path());
    record(&ledger, 0..3);
    ledger.close();
    clock.0.store(NOON - 3600 * SECOND, Ordering::SeqCst);
    for round in 0..4u64 {
        let ledger = Ledger::open(dir.path(), given(&clock)).unwrap();
        record(&ledger, 3 + 3 * round..6 + 3 * round);
        assert_eq!(anomalies(&ledger).len(), 1, "round {round}");
        ledger.close();
    }
    // Nothing is recorded, so nothing is told either.
    clock.0.store(NOON + 60 * SECOND, Ordering::SeqCst);
    let ledger = Ledger::open(dir.path(), given(&clock)).unwrap();
    record(&ledger, 20..22);
    clock.0.store(NOON + 30 * SECOND, Ordering::SeqCst);
    record(&ledger, 22..24);
    assert_eq!(anomalies(&ledger).len(), 2);
}

#[test]
fn an_atomic_request_that_is_refused_takes_no_anomaly_with_it() {
    let dir = tempfile::tempdir().unwrap();
    let (clock, ledger) = new(dir.path());
    record(&ledger, 0..2);
    clock.0.store(NOON - 7200 * SECOND, Ordering::SeqCst);
    // The second event of the request has an id that is taken by other content.
    let mut other = event(1);
    other.json.set("late_reason", Json::text("x"));
    let answers = ledger.submit_atomic(vec![event(7), other]).unwrap().wait();
    assert!(answers.iter().all(Result::is_err));
    record(&ledger, 8..10);
    assert_eq!(anomalies(&ledger).len(), 1);
}
