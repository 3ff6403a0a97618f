//! The city's two years as the ledger holds them.

use plumbline::config::Layout;
use plumbline::demo::{Misconduct, Options, Step, TellError, Told, generate, tell};
use plumbline::ledger::{LogName, open_log, read_config};
use plumbline::store::Store;
use plumbline_replay::event::envelope::Event;
use plumbline_replay::event::register;
use plumbline_replay::state::{CaseKind, Moment, case_at};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

pub(super) const SMALL: Options = Options { seed: 7, cases: 160, misconduct: Misconduct::Whole };

pub(super) fn told(options: Options) -> (tempfile::TempDir, Told) {
    let dir = tempfile::tempdir().unwrap();
    let (ledger, told) = tell(&dir.path().join("city"), options, &mut |_, _| {}).unwrap();
    ledger.close();
    (dir, told)
}

pub(super) fn entries(root: &Path, log: LogName) -> Vec<Vec<u8>> {
    let layout = Layout::new(root);
    let store = open_log(&layout, &read_config(&layout).unwrap(), log).unwrap();
    let mut out = Vec::new();
    while (out.len() as u64) < store.size().unwrap() {
        for block in store.read(out.len() as u64, 1 << 20).unwrap() {
            out.extend(block.entries().map(|(_, _, entry)| entry.to_vec()));
        }
    }
    out
}

/// Everything that the log is, byte for byte.
fn log_bytes(root: &Path) -> Vec<Vec<u8>> {
    let mut files = Vec::new();
    for log in LogName::ALL {
        let folder = Layout::new(root).log(log);
        let mut segments: Vec<_> =
            std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
        segments.retain(|path| path.extension().is_some_and(|name| name == "seg"));
        segments.sort();
        files.extend(segments.iter().map(|path| std::fs::read(path).unwrap()));
    }
    files
}

#[test]
fn the_same_seed_makes_the_same_bytes_and_another_seed_others() {
    let (first, told_first) = told(SMALL);
    let (second, told_second) = told(SMALL);
    assert_eq!(told_first, told_second);
    let bytes = log_bytes(&first.path().join("city"));
    assert!(bytes == log_bytes(&second.path().join("city")));
    let (third, _) = told(Options { seed: 8, ..SMALL });
    assert!(bytes != log_bytes(&third.path().join("city")));
}

#[test]
fn telling_again_adds_nothing() {
    let (dir, first) = told(SMALL);
    let root = dir.path().join("city");
    let (ledger, again) = tell(&root, SMALL, &mut |_, _| {}).unwrap();
    ledger.close();
    assert_eq!((again.appended, again.duplicates), (0, first.appended));
    let other = tell(&root, Options { seed: 8, ..SMALL }, &mut |_, _| {});
    assert!(matches!(other, Err(TellError::OtherLedger { .. })));
}

#[test]
fn every_event_is_recorded_under_its_own_moment_after_it_happened() {
    let steps: Vec<Step> = generate(SMALL).collect();
    let (dir, told) = told(SMALL);
    let mut moments: BTreeMap<String, i64> = BTreeMap::new();
    for step in &steps {
        for submission in &step.batch {
            let id = submission.json.get("id").and_then(|id| id.as_str()).unwrap();
            assert!(moments.insert(id.to_owned(), step.recorded_at).is_none(), "{id} twice");
        }
    }
    assert_eq!(told.appended, moments.len() as u64);
    let root = dir.path().join("city");
    for entry in LogName::ALL.into_iter().flat_map(|log| entries(&root, log)) {
        let event = Event::read(&entry).unwrap();
        if event.kind == "ledger.created.v1" {
            continue;
        }
        let asked = moments[event.id.as_ref()];
        // Entries of one batch follow each other by a microsecond.
        assert!((0..4096).contains(&(event.recorded - asked)), "{}", event.id);
        assert!(event.recorded > event.occurred.micros, "{}", event.id);
    }
}

#[test]
fn all_four_kinds_of_cases_run_to_their_ends() {
    let (dir, _) = told(Options::lawful(42, 400));
    let mut streams: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new();
    for entry in entries(&dir.path().join("city"), LogName::Open) {
        let stream = Event::read(&entry).unwrap().stream.into_owned();
        streams.entry(stream).or_default().push(entry);
    }
    let mut ends: BTreeMap<CaseKind, BTreeMap<String, u32>> = BTreeMap::new();
    for (stream, entries) in &streams {
        let entries: Vec<&[u8]> = entries.iter().map(Vec::as_slice).collect();
        let state = case_at(stream, &entries, Moment::LATEST).unwrap();
        let Some(kind) = CaseKind::of_stream(stream) else {
            continue;
        };
        assert_eq!(state.kind(), kind, "{stream}");
        assert_eq!(state.late, 0, "{stream}: the city records in time");
        let end = state.state().code.into_owned();
        *ends.entry(state.kind()).or_default().entry(end).or_default() += 1;
    }
    let total = |kind: CaseKind| ends.get(&kind).map_or(0, |ends| ends.values().sum::<u32>());
    for kind in [
        CaseKind::Approval,
        CaseKind::Fee,
        CaseKind::Inspection,
        CaseKind::Penalty,
        CaseKind::Joint,
    ] {
        assert!(total(kind) > 5, "{kind:?}: {ends:?}");
    }
    // Two years are long enough for nearly every case to be finished.
    let closed = |kind: CaseKind, codes: &[&str]| {
        let ends = &ends[&kind];
        codes.iter().filter_map(|code| ends.get(*code)).sum::<u32>() * 10 >= total(kind) * 8
    };
    assert!(closed(CaseKind::Approval, &["closed"]), "{ends:?}");
}

#[test]
fn the_city_speaks_of_every_family_of_acts() {
    let mut families: BTreeSet<&'static str> = BTreeSet::new();
    let mut sealed = 0;
    for step in generate(Options::planted(42, 2000)) {
        for submission in &step.batch {
            let name = submission.json.get("type").and_then(|kind| kind.as_str()).unwrap();
            let event_type = register::find(name).unwrap_or_else(|| panic!("{name}"));
            families.insert(&event_type.code[..1]);
            sealed += u32::from(event_type.log == register::EventLog::Sealed);
        }
    }
    let expected = ["A", "B", "C", "D", "E", "F", "G", "M", "X"];
    let missing: Vec<&str> =
        expected.into_iter().filter(|family| !families.contains(family)).collect();
    assert_eq!(missing, [""; 0], "{families:?}");
    assert!(sealed > 0);
}
