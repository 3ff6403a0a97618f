//! What an investigator replays without the ledger: a bundle, an export, a folder of
//! tiles. The same answers as from the ledger's own folder, and nothing of what was
//! changed.

use super::bundles::{CASE, asked, ledger, made};
use super::text;
use plumbline_replay::evidence::{Evidence, EvidenceError};
use plumbline_replay::integrity::chain::entry_hash;
use plumbline_replay::report::{self, About, Period, Request};
use plumbline_replay::rules::{Ask, judge};
use plumbline_replay::state::Moment;
use plumbline_replay::time::civil::Zone;
use std::path::{Path, PathBuf};

fn read(path: &Path) -> Evidence {
    let keys = [made().key.clone()];
    match Evidence::read(path, &keys, 2) {
        Ok(evidence) => evidence,
        Err(error) => panic!("{}: {error}", path.display()),
    }
}

fn tiles() -> PathBuf {
    let folder = tempfile::tempdir().expect("a folder").keep().join("tiles");
    asked(&["export", "tiles", text(&folder)], 0);
    folder
}

/// The case's entries, and its state at the moment that the bundle was made for.
fn told(evidence: &Evidence, moment: Moment) -> (Vec<Vec<u8>>, String) {
    let entries = evidence.stream(CASE);
    let state = plumbline_replay::state::case_at(CASE, &entries, moment).expect("a case");
    (entries.iter().map(|entry| entry.to_vec()).collect(), state.to_json().to_string())
}

#[test]
fn a_case_reads_the_same_wherever_it_lies() {
    let bundle = read(&made().masked);
    assert!(bundle.verified, "its key was given");
    let moment = bundle.moment(None, None);
    let export = tempfile::tempdir().expect("a folder").keep().join("open.ndjson");
    asked(&["export", "ndjson", "-o", text(&export)], 0);
    let due = told(&read(ledger()), moment);
    for path in [&made().masked, &made().full, &tiles(), &export] {
        assert!(told(&read(path), moment) == due, "{} differs", path.display());
    }
}

#[test]
fn a_bundle_s_own_entries_lead_to_the_findings_that_it_marks() {
    let bundle = read(&made().masked);
    let moment = bundle.moment(None, None);
    let ask = Ask { moment, zone: Zone::SHANGHAI, sealed_given: false, threads: 2 };
    let found = judge(&bundle.blocks, ask).expect("judged").findings;
    let alone: Vec<String> =
        found.iter().map(|finding| finding.to_json(Zone::SHANGHAI).to_string()).collect();
    let pack = plumbline_replay::audit::read_pack(&made().masked).expect("a bundle");
    let mut again = 0;
    for line in pack.lines("findings.ndjson") {
        let mut json: serde_json::Value = serde_json::from_slice(line).expect("JSON");
        let marked = json.as_object_mut().and_then(|object| object.remove("again"));
        let is_there = alone.contains(&json.to_string());
        assert_eq!(marked, Some(is_there.into()), "{json}");
        again += usize::from(is_there);
    }
    assert!(again > 0);
}

#[test]
fn a_report_made_from_a_bundle_says_so_and_is_no_report_of_the_log() {
    let mut bundle = read(&made().masked);
    let moment = bundle.moment(None, None);
    bundle.without_parts();
    let streams: Vec<_> = bundle.blocks.iter().flatten().collect();
    assert!(streams.iter().all(|entry| !String::from_utf8_lossy(entry).contains("fee/77")));
    let cases = bundle.bundle.as_ref().expect("a bundle").cases.clone();
    let request = Request {
        about: About::default(),
        period: Period { from: day(2022, 1, 1), to: day(2022, 12, 31) },
        ask: Ask { moment, zone: Zone::SHANGHAI, sealed_given: false, threads: 2 },
        origin: bundle.origin.clone(),
        log_size: bundle.size,
        head: bundle.head.to_string(),
        sealed_size: None,
    };
    let report = report::find("RP03").expect("a report");
    let sheet = report::run(report, &bundle.blocks, &request).expect("made");
    let whole = report::from_json(&report::to_json(&sheet)).expect("read");
    let bytes = report::to_json(&sheet.of_cases(&cases));
    let of_bundle = report::from_json(&bytes).expect("read");
    assert!(of_bundle.is_of(Some(&cases)) && !of_bundle.is_of(None));
    assert!(whole.is_of(None) && !whole.is_of(Some(&cases)));
    // The ledger's own program accuses nobody by it.
    let file = tempfile::tempdir().expect("a folder").keep().join("RP03.json");
    std::fs::write(&file, bytes).expect("written");
    asked(&["report", "verify", text(&file)], 4);
}

fn day(year: i32, month: u32, day: u32) -> chrono::NaiveDate {
    chrono::NaiveDate::from_ymd_opt(year, month, day).expect("a day")
}

#[test]
fn a_folder_of_tiles_is_read_whole_and_nothing_changed_in_it_passes() {
    let folder = tiles();
    assert!(read(&folder).verified, "its checkpoint covers it");
    for (name, at) in [("tile/entries", 30), ("tile/0", 5)] {
        let file = first_file(&folder.join(name));
        let sound = std::fs::read(&file).expect("read");
        let mut changed = sound.clone();
        changed[at] ^= 1;
        for bytes in [&changed[..], &sound[..sound.len() - 1]] {
            std::fs::write(&file, bytes).expect("written");
            let found = Evidence::read(&folder, std::slice::from_ref(&made().key), 2);
            assert!(
                matches!(found, Err(EvidenceError::Broken(_))),
                "{name}: {} bytes",
                bytes.len()
            );
        }
        std::fs::remove_file(&file).expect("removed");
        let found = Evidence::read(&folder, std::slice::from_ref(&made().key), 2);
        assert!(matches!(&found, Err(error) if error.exit_code() == 3), "{name} is gone");
        std::fs::write(&file, &sound).expect("written");
    }
    assert!(read(&folder).verified);
}

/// Both logs begin with an entry of one type, so that an entry does not tell its log.
#[test]
fn what_is_cut_ends_with_the_open_log_s_own_entry() {
    let mut evidence = read(ledger());
    let (size, sealed) = (evidence.size, evidence.sealed_size);
    let open: Vec<Vec<u8>> = evidence.blocks.concat().into_iter().take(size as usize).collect();
    let last = |count: u64| entry_hash(&open[count as usize - 1]);
    assert!(sealed.is_some_and(|size| size > 0));
    evidence.cut(size, sealed);
    assert_eq!((evidence.size, evidence.head), (size, last(size)));
    evidence.cut(size - 2, Some(0));
    assert_eq!((evidence.size, evidence.head), (size - 2, last(size - 2)));
    assert_eq!((evidence.blocks.concat().len() as u64, evidence.sealed_size), (size - 2, Some(0)));
}

/// The one file under a folder of a log this small.
fn first_file(folder: &Path) -> PathBuf {
    let item = std::fs::read_dir(folder).expect("a folder").next().expect("a file");
    let path = item.expect("read").path();
    if path.is_dir() { first_file(&path) } else { path }
}
