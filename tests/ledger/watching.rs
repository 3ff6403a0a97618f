//! Watchers hear of every commit, in order, once it can be read.

use super::city::{new_ledger, record};
use plumbline::ledger::LogName;
use plumbline::store::Store;
use std::sync::{Arc, Mutex};

#[test]
fn a_watcher_hears_each_new_size_of_its_own_log() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = new_ledger(&dir.path().join("ledger"));
    let heard: Arc<Mutex<Vec<(u64, u64)>>> = Arc::default();
    let store = ledger.store(LogName::Open);
    let told = heard.clone();
    let watcher = move |size| told.lock().unwrap().push((size, store.size().unwrap()));
    ledger.watch(LogName::Open, Arc::new(watcher));
    ledger.watch(LogName::Sealed, Arc::new(|_| panic!("nothing is recorded there")));
    for number in 0..5 {
        record(&ledger, [2 * number, 2 * number + 1]);
    }
    // A repetition is not a commit.
    assert!(record(&ledger, [3]).iter().all(|receipt| receipt.duplicate));
    ledger.close();
    let heard = heard.lock().unwrap();
    assert_eq!(*heard, (1..=5).map(|n| (2 * n + 1, 2 * n + 1)).collect::<Vec<_>>());
}
