//! What is more than one frame can hold never stops a log: it goes into several
//! frames, or is refused with what to do.

use super::city::{event, new_ledger};
use plumbline::ledger::{AppendError, LogName, RefusalCode};
use plumbline::store::Store;

/// Segments of 8 KiB: about nine of these fit in one frame.
#[test]
fn more_events_than_a_frame_holds_go_into_several() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = new_ledger(dir.path());
    let answers = ledger.append((0..100).map(event).collect());
    for (position, answer) in answers.iter().enumerate() {
        let receipt = answer.as_ref().unwrap();
        // Entry 0 is the ledger's own.
        assert_eq!(receipt.position, position as u64 + 1);
        assert!(receipt.log_size > receipt.position && receipt.log_size <= 101);
    }
    let sizes: std::collections::BTreeSet<u64> =
        answers.iter().map(|answer| answer.as_ref().unwrap().log_size).collect();
    assert!(sizes.len() > 3, "one frame held them all: {sizes:?}");
    assert_eq!(ledger.store(LogName::Open).size().unwrap(), 101);
}

#[test]
fn an_atomic_request_beyond_a_frame_is_refused_and_the_log_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = new_ledger(dir.path());
    let answers = ledger.submit_atomic((0..100).map(event).collect()).unwrap().wait();
    assert_eq!(answers.len(), 100);
    for answer in answers {
        let Err(AppendError::Refused(refusal)) = answer else { panic!("{answer:?}") };
        assert_eq!(refusal.code, RefusalCode::TooLarge);
        assert!(refusal.detail.contains("send fewer at a time"), "{}", refusal.detail);
    }
    assert_eq!(ledger.store(LogName::Open).size().unwrap(), 1);
    let answers = ledger.submit_atomic((0..5).map(event).collect()).unwrap().wait();
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    assert_eq!(ledger.store(LogName::Open).size().unwrap(), 6);
}
