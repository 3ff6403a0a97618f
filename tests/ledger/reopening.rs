//! What a ledger knows of its past when it is opened again, with its lookup
//! files, without them, and with damaged ones.

use super::city::{event, lookup_files, new_ledger, open, reader, record};
use plumbline::config::Layout;
use plumbline::ledger::submission::Submission;
use plumbline::ledger::{AppendError, Expected, Ledger, LogName, RefusalCode};
use plumbline_replay::integrity::json::Json;
use std::path::Path;

/// Enough for a dozen segments.
const EVENTS: u64 = 300;

fn grown(dir: &Path) {
    let ledger = new_ledger(dir);
    for first in (0..EVENTS).step_by(7) {
        record(&ledger, first..EVENTS.min(first + 7));
    }
    ledger.close();
}

/// Every event is known by its id, every stream by its revision, and nothing
/// else is.
fn knows_its_past(ledger: &Ledger) {
    for number in (0..EVENTS).step_by(11) {
        let receipt = record(ledger, [number]).remove(0);
        assert!(receipt.duplicate, "event {number} was recorded twice");
        // The log's own first entry comes before them all.
        assert_eq!((receipt.position, receipt.revision), (number + 1, number % 3));
    }
    let other = Submission::new(with_body(event(5).json, "something else"));
    let answer = ledger.append(vec![other]).remove(0);
    let Err(AppendError::Refused(refusal)) = answer else { panic!("{answer:?}") };
    assert_eq!(refusal.code, RefusalCode::EventIdReused);
    let mut late = event(1_000_000);
    late.json.set("stream", Json::text("approval/990100-2"));
    let answer = ledger.append(vec![late.expecting(Expected::Exact(9))]).remove(0);
    let Err(AppendError::Refused(refusal)) = answer else { panic!("{answer:?}") };
    assert_eq!(refusal.code, RefusalCode::RevisionConflict);
    assert_eq!(refusal.current_revision, Some(2));
}

fn with_body(mut json: Json<'static>, text: &str) -> Json<'static> {
    json.set("body", Json::object([("stage", Json::text(text.to_owned()))]));
    json
}

#[test]
fn ids_and_streams_of_old_segments_are_known_after_reopening() {
    let dir = tempfile::tempdir().unwrap();
    grown(dir.path());
    let ledger = open(dir.path());
    assert!(lookup_files(dir.path()).len() > 5, "there are few segments to be looked up");
    knows_its_past(&ledger);
    ledger.close();
}

#[test]
fn deleting_everything_derived_loses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    grown(dir.path());
    let before: Vec<_> = contents(dir.path());
    assert!(before.len() > 5);
    std::fs::remove_dir_all(dir.path().join("derived")).unwrap();
    let ledger = open(dir.path());
    knows_its_past(&ledger);
    ledger.close();
    assert_eq!(contents(dir.path()), before, "the files did not regrow as they were");
}

fn contents(dir: &Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    // The last segments may have been sealed only when the ledger was opened.
    drop(reader(dir));
    lookup_files(dir).into_iter().map(|path| (path.clone(), std::fs::read(path).unwrap())).collect()
}

#[test]
fn a_damaged_lookup_file_is_made_again() {
    let dir = tempfile::tempdir().unwrap();
    grown(dir.path());
    let before = contents(dir.path());
    let files = lookup_files(dir.path());
    let mut flipped = std::fs::read(&files[1]).unwrap();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 0x10;
    std::fs::write(&files[1], flipped).unwrap();
    std::fs::write(&files[2], b"").unwrap();
    std::fs::remove_file(&files[3]).unwrap();
    std::fs::write(files[4].with_extension("77-1.tmp"), b"half a file").unwrap();
    let ledger = open(dir.path());
    knows_its_past(&ledger);
    ledger.close();
    assert_eq!(contents(dir.path()), before);
}

#[test]
fn a_folder_that_cannot_be_written_is_done_without() {
    let dir = tempfile::tempdir().unwrap();
    grown(dir.path());
    let lookup = Layout::new(dir.path()).lookup(LogName::Open);
    std::fs::remove_dir_all(&lookup).unwrap();
    std::fs::write(&lookup, b"a file in the way").unwrap();
    let ledger = open(dir.path());
    knows_its_past(&ledger);
    ledger.close();
}
