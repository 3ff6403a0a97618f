//! A restoration of a ledger with further signatures, cut short after every one of its
//! steps, as a crash would: running it again ends it, to the same ledger.

use super::second::{both, more, second_city, shown, written};
use super::{City, append, entries, event, handed_on, lines, run};
use plumbline::clock::SystemClock;
use plumbline::ledger::LogName::{Open, Sealed};
use plumbline::ledger::Surroundings;
use plumbline::ledger::restoration::Ceremony;
use plumbline::ledger::restoring::Done::{
    Ended, HandedOver, HeadsAside, KeysMade, KeysTold, OriginChanged, Signed, Stated,
};
use plumbline::ledger::restoring::Restoring;
use serde_json::Value;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

fn surroundings() -> Surroundings {
    Surroundings {
        clock: Arc::new(SystemClock),
        randomness: Box::new(|out| getrandom::fill(out).map_err(|error| error.to_string())),
        who: "test".to_owned(),
    }
}

fn copied(from: &Path, to: &Path) {
    let done = Command::new("cp").arg("-r").args([from, to]).status();
    assert!(done.unwrap().success());
}

/// A backup that lacks what was signed, with a renewal in it that was told of and not
/// ended; and the head that shows the loss.
fn backup() -> (City, std::path::PathBuf) {
    let city = second_city(1);
    let key = city.path.join("keys/open.sm2.key");
    let old = std::fs::read(&key).unwrap();
    shown(&city, &["keys", "also", "--sm", "--renew"]);
    let new = std::fs::read(&key).unwrap();
    std::fs::write(&key, old).unwrap();
    std::fs::write(key.with_extension("key.next"), new).unwrap();
    let backup = city.path.with_file_name("backup");
    copied(&city.path, &backup);
    more(&city, 2);
    let head = written(&city, "last", &shown(&city, &["checkpoint", "show"]));
    std::fs::remove_dir_all(&city.path).unwrap();
    std::fs::rename(&backup, &city.path).unwrap();
    (city, head)
}

/// What the open log tells of keys under the new origin.
fn told_keys(city: &City) -> usize {
    let told = entries(city).into_iter().filter(|entry| {
        let entry: Value = serde_json::from_str(entry).unwrap();
        let kind = entry["type"].as_str().unwrap();
        kind.contains("signature_key") && entry.to_string().contains("city.example/2/")
    });
    told.count()
}

/// Files of keys that are of the origin that ended.
fn left_behind(city: &City) -> Vec<String> {
    let files = std::fs::read_dir(city.path.join("keys")).unwrap();
    let texts = files.filter_map(|file| std::fs::read_to_string(file.unwrap().path()).ok());
    texts.filter(|text| text.contains("+city.example/1/")).collect()
}

#[test]
fn a_restoration_cut_short_at_any_step_is_ended_by_running_it_again() {
    let steps = [
        HeadsAside,
        KeysMade,
        Stated(Open),
        KeysTold(Open),
        Stated(Sealed),
        KeysTold(Sealed),
        OriginChanged,
        HandedOver(Open),
        HandedOver(Sealed),
        Ended,
        Signed,
    ];
    let (city, head) = backup();
    let ceremony = handed_on::approved(&city, "city.example/2", &head);
    let signed = Ceremony::parse(&std::fs::read_to_string(&ceremony).unwrap()).unwrap();
    for cut in 0..=steps.len() {
        let dir = tempfile::tempdir().unwrap();
        let (one, path) = (dir.path().join("one"), dir.path().join("ledger"));
        copied(&city.path, &one);
        let mut first = Restoring::begin(&one, Some(signed.clone()), surroundings()).unwrap();
        for step in &steps[..cut] {
            assert_eq!(first.step().unwrap(), Some(*step));
        }
        if cut == steps.len() {
            assert_eq!(first.step().unwrap(), None);
        }
        // What a crash leaves: nothing is closed in order.
        copied(&one, &path);
        drop(first);
        let again = City { _dir: dir, path };
        if cut < 10 {
            let (code, receipts, told) = append(&again, &lines(&[event("early", "fee/1")]));
            assert!(code != Some(0) && receipts.is_empty(), "after {cut} steps: {told}");
            shown(&again, &["restore", "run"]);
        }
        let (code, _, told) = append(&again, &lines(&[event("late", "fee/1")]));
        assert_eq!(code, Some(0), "after {cut} steps: {told}");
        let (code, report) = both(&again);
        assert_eq!(code, Some(0), "after {cut} steps: {report}");
        let note = shown(&again, &["checkpoint", "show"]);
        let signatures = note.lines().filter(|line| line.starts_with('—'));
        assert!(note.starts_with("city.example/2/open\n"), "{note}");
        assert_eq!(signatures.count(), 3, "after {cut} steps: {note}");
        assert_eq!(told_keys(&again), 2, "after {cut} steps");
        assert_eq!(left_behind(&again), Vec::<String>::new(), "after {cut} steps");
        assert_eq!(
            run(&again, &["restore", "run"]).status.code().map(|code| code != 0),
            Some(true)
        );
    }
}
