//! Many submitters at once, and requests that reach the sequencers in parts.

use super::city::{event, new_ledger, record};
use plumbline::ledger::submission::Submission;
use plumbline::ledger::{AppendError, LogName, Receipt, RefusalCode};
use plumbline::store::Store;
use plumbline_replay::integrity::json::Json;
use std::collections::BTreeSet;

const THREADS: u64 = 8;
/// Of each thread: one event at a time, and one request of several parts.
const SINGLES: u64 = 40;
const BATCH: u64 = 100;

/// Whoever sequences, a thread of the ledger or the submitter, the positions have
/// no gap, none is given twice, and one submitter's events stay in their order.
#[test]
fn submitters_at_once_leave_no_gap() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = new_ledger(dir.path());
    let share = |thread: u64| {
        let first = thread * (SINGLES + BATCH);
        let mut receipts: Vec<Receipt> =
            (first..first + SINGLES).flat_map(|number| record(&ledger, [number])).collect();
        receipts.extend(record(&ledger, first + SINGLES..first + SINGLES + BATCH));
        receipts
    };
    let all: Vec<Receipt> = std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..THREADS).map(|thread| scope.spawn(move || share(thread))).collect();
        threads
            .into_iter()
            .flat_map(|thread| {
                let receipts = thread.join().unwrap();
                assert!(receipts.windows(2).all(|pair| pair[0].position < pair[1].position));
                receipts
            })
            .collect()
    });
    let positions: BTreeSet<u64> = all.iter().map(|receipt| receipt.position).collect();
    // Entry 0 is the ledger's own.
    let count = THREADS * (SINGLES + BATCH);
    assert_eq!(positions, (1..=count).collect());
    assert!(all.iter().all(|receipt| receipt.log_size > receipt.position));
    assert_eq!(ledger.store(LogName::Open).size().unwrap(), count + 1);
}

/// A request whose parts go to both logs, with refused events in all of them and
/// nothing but refused ones in the last.
#[test]
fn answers_keep_the_order_of_a_request_in_parts() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = new_ledger(dir.path());
    let refused = |number: u64| number % 7 == 3 || number >= 150;
    let sealed = |number: u64| number.is_multiple_of(5);
    let submission = |number: u64| {
        let mut json = event(number).json;
        if sealed(number) {
            json.set("stream", Json::text("complaint/1"));
            json.set("type", Json::text("complaint.received.v1"));
        }
        if refused(number) {
            json.set("type", Json::text("no.such.type.v1"));
        }
        Submission::new(json)
    };
    let answers = ledger.append((0..200).map(submission).collect());
    assert_eq!(answers.len(), 200);
    let mut next = [1, 1];
    for (number, answer) in (0..).zip(answers) {
        if refused(number) {
            let Err(AppendError::Refused(refusal)) = answer else { panic!("{answer:?}") };
            assert_eq!(refusal.code, RefusalCode::UnknownEventType);
            assert_eq!(refusal.index as u64, number);
            continue;
        }
        let receipt = answer.unwrap();
        let log = usize::from(sealed(number));
        assert_eq!(receipt.id, format!("e-{number}"));
        assert_eq!(receipt.log, LogName::ALL[log]);
        assert_eq!(receipt.position, next[log]);
        next[log] += 1;
    }
}
