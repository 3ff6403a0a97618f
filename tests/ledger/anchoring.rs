//! The sealed log anchored in the open one: opened by who holds it, telling
//! nothing to who does not, and no longer opened once it was cut.

use super::city::{self, new_ledger, record, surroundings};
use plumbline::clock::Clock;
use plumbline::config::Layout;
use plumbline::ledger::anchor::{Anchors, check, close_day, record as anchor};
use plumbline::ledger::submission::Submission;
use plumbline::ledger::{AppendError, Ledger, LogName, RefusalCode, Surroundings, open_log};
use plumbline_replay::integrity::json::parse;
use plumbline_replay::time::civil::Zone;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

const DAY_MICROS: i64 = 86_400_000_000;

/// A clock that stands where the test puts it.
struct Standing(AtomicI64);

impl Clock for Standing {
    fn now(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

fn checked(dir: &Path) -> Anchors {
    let (layout, config) = (Layout::new(dir), city::config());
    let open = open_log(&layout, &config, LogName::Open).unwrap();
    let sealed = open_log(&layout, &config, LogName::Sealed).unwrap();
    check(&open, &sealed, &config.origin_of(LogName::Sealed)).unwrap()
}

fn complaint(number: u64) -> Submission {
    let text = format!(
        r#"{{"id":"c-{number}","stream":"complaint/{number}","type":"complaint.received.v1","occurred_at":"2026-03-05T16:20:00+08:00","source":{{"system":"hotline"}},"body":{{}}}}"#
    );
    Submission::read(text.as_bytes()).unwrap()
}

fn entries(ledger: &Ledger, log: LogName) -> Vec<String> {
    use plumbline::store::Store;
    let store = ledger.store(log);
    let blocks = store.read(0, 1 << 20).unwrap();
    let all = blocks.iter().flat_map(|block| block.entries());
    all.map(|(_, _, entry)| String::from_utf8(entry.to_vec()).unwrap()).collect()
}

#[test]
fn every_anchor_opens_with_the_sealed_log_and_none_tells_of_it() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = new_ledger(dir.path());
    anchor(&ledger, [1; 32]).unwrap();
    // Nothing happened in the sealed log between these two.
    anchor(&ledger, [2; 32]).unwrap();
    for first in (0..40).step_by(10) {
        let answers = ledger.append((first..first + 10).map(complaint).collect());
        assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    }
    record(&ledger, 0..5);
    let receipt = anchor(&ledger, [3; 32]).unwrap();
    assert_eq!(receipt.log, LogName::Open);
    let open = entries(&ledger, LogName::Open);
    let anchors: Vec<&String> = open.iter().filter(|e| e.contains("anchor.recorded")).collect();
    let lengths: Vec<usize> = anchors.iter().map(|entry| entry.len()).collect();
    assert_eq!(anchors.len(), 3);
    // Positions have one or two digits; the rest is as long whatever is sealed.
    assert!(lengths.iter().max().unwrap() - lengths.iter().min().unwrap() <= 1, "{lengths:?}");
    for salt in ["01", "02", "03"] {
        assert!(!open.iter().any(|entry| entry.contains(&salt.repeat(32))));
    }
    let digests: Vec<_> = anchors
        .iter()
        .map(|entry| parse(entry.as_bytes()).unwrap().into_owned().get("body").cloned())
        .collect();
    assert_ne!(digests[0], digests[1], "the same checkpoint shows as the same");
    ledger.close();
    assert_eq!(checked(dir.path()), Anchors { recorded: 3, opened: 3, unopened: vec![] });
}

#[test]
fn a_sealed_log_of_another_history_opens_no_anchor() {
    let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for (dir, complaints) in [(&dir, 3), (&other, 2)] {
        let ledger = new_ledger(dir.path());
        let answers = ledger.append((0..complaints).map(complaint).collect());
        assert!(answers.iter().all(Result::is_ok), "{answers:?}");
        anchor(&ledger, [7; 32]).unwrap();
        ledger.close();
    }
    assert_eq!(checked(dir.path()).opened, 1);
    let (layout, config) = (Layout::new(dir.path()), city::config());
    let open = open_log(&layout, &config, LogName::Open).unwrap();
    let foreign = open_log(&Layout::new(other.path()), &config, LogName::Sealed).unwrap();
    let origin = config.origin_of(LogName::Sealed);
    let found = check(&open, &foreign, &origin).unwrap();
    assert_eq!((found.recorded, found.opened), (1, 0));
    assert_eq!(found.unopened[0].1, "another-history");
    // A log that ends before the salt has nothing to open it with.
    let empty = plumbline::store::memory::MemoryLog::new(8);
    let found = check(&open, &empty, &origin).unwrap();
    assert_eq!(found.unopened[0].1, "salt-missing");
}

#[test]
fn a_day_is_closed_once() {
    let dir = tempfile::tempdir().unwrap();
    new_ledger(dir.path()).close();
    let clock = Arc::new(Standing(AtomicI64::new(4_000_000_000_000_000)));
    let given = Surroundings { clock: clock.clone(), ..surroundings() };
    let ledger = Ledger::open(dir.path(), given).unwrap();
    let close = |salt| close_day(&ledger, Zone::SHANGHAI, [salt; 32]).unwrap().is_some();
    assert!(close(1));
    assert!(!close(2));
    clock.0.store(4_000_000_000_000_000 + DAY_MICROS, Ordering::Relaxed);
    assert!(close(3));
    assert!(!close(4));
    ledger.close();
    assert_eq!(checked(dir.path()).opened, 2);
}

#[test]
fn what_is_refused_for_secrecy_leaves_its_digest_and_no_content() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = new_ledger(dir.path());
    let secret = || {
        let text = r#"{"id":"s-1","stream":"approval/x","type":"approval.stage.completed.v1","occurred_at":"2026-03-05T16:20:00+08:00","source":{"system":"hall"},"docs":[{"title":"某某规划图","secrecy":"机密"}]}"#;
        Submission::read(text.as_bytes()).unwrap()
    };
    for _ in 0..2 {
        let answers = ledger.append(vec![secret(), city::event(1)]);
        let Err(AppendError::Refused(refusal)) = &answers[0] else { panic!("{answers:?}") };
        assert_eq!(refusal.code, RefusalCode::StateSecret);
        assert!(answers[1].is_ok());
    }
    assert!(ledger.submit_atomic(vec![secret()]).is_err());
    let open = entries(&ledger, LogName::Open);
    let traces: Vec<&String> = open.iter().filter(|e| e.contains("intake.refused")).collect();
    assert_eq!(traces.len(), 1, "{open:?}");
    assert!(traces[0].contains(r#""place":"/docs/0/secrecy""#), "{}", traces[0]);
    assert!(!open.iter().any(|entry| entry.contains("规划图") || entry.contains("s-1")));
    // A guess cannot be confirmed by who holds the open log only.
    let plain = blake3::hash(&secret().json.to_bytes()).to_hex();
    assert!(!traces[0].contains(plain.as_str()));
}
