//! One case judged from its own entries: it is told what a judging of everything
//! tells of it, and other cases' entries are not read.

use super::{asked, city, plumb, text};
use plumbline::config::Layout;
use plumbline::judging::one::Logs;
use plumbline::judging::zone;
use plumbline::ledger::{LogName, read_config};
use plumbline::reader::Reader;
use plumbline_replay::rules::alone::across;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

fn lines(bytes: &[u8]) -> Vec<Value> {
    let text = std::str::from_utf8(bytes).expect("UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect("a JSON line")).collect()
}

/// The scripts' every case is compared in `replay/tests/scenarios/alone.rs`; here stands what a
/// stored ledger adds: lookups, two logs, determinations that have to be found.
#[test]
fn one_case_alone_is_what_all_say_of_it() {
    let mut all: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for finding in lines(&asked(&["find", "run", "--json"], 0)) {
        let stream = finding["stream"].as_str().expect("a stream").to_owned();
        all.entry(stream).or_default().push(finding);
    }
    let layout = Layout::new(city());
    let config = read_config(&layout).expect("a configuration");
    let zone = zone(&config);
    let open = Reader::open(&layout, &config, LogName::Open).expect("the open log");
    let sealed = Reader::open(&layout, &config, LogName::Sealed).expect("the sealed log");
    let logs = Logs { open: &open, sealed: Some(&sealed) };
    let across: BTreeSet<&str> = across().map(|rule| rule.id).collect();
    for (stream, told) in all.iter().take(60) {
        let Some(alone) = logs.judge(stream, None, None, zone).expect("it is judged") else {
            // A stream of which nothing is recorded: what is missing is the finding.
            let of_many = |one: &Value| across.contains(one["rule"].as_str().unwrap_or_default());
            assert!(told.iter().all(of_many), "{stream} is not found");
            continue;
        };
        let alone: Vec<Value> =
            alone.judgement.findings.iter().map(|finding| finding.to_json(zone)).collect();
        for finding in &alone {
            // A rule that looks across cases too may know better of the same matter.
            let same = |one: &Value| one["finding_id"] == finding["finding_id"];
            let known = across.contains(finding["rule"].as_str().unwrap_or_default())
                && told.iter().any(same);
            assert!(known || told.contains(finding), "only {stream} alone says {finding}");
        }
        for finding in told {
            let rule = finding["rule"].as_str().expect("a rule");
            let said = alone.contains(finding) || across.contains(rule);
            assert!(said, "{stream} alone does not say {finding}");
        }
    }
}

/// A ledger of many segments, most of them with entries of `fee/more` alone.
fn small(dir: &Path) {
    assert!(plumb(&["init", text(dir)]).status.success());
    let config = dir.join("plumbline.toml");
    let old = std::fs::read_to_string(&config).expect("a configuration");
    std::fs::write(&config, format!("segment_bytes = 8192\n{old}")).expect("written");
    let fee = |id: String, stream: &str, amount: i64| {
        json!({"id": id, "stream": stream, "type": "fee.paid.v1",
            "occurred_at": "2022-05-01T09:00:00+08:00",
            "source": {"system": "bank", "kind": "native"}, "actor": {"unit": "unit/a"},
            "body": {"amount_fen": amount}})
    };
    let asked = json!({"id": "a", "stream": "approval/1",
        "type": "approval.application.submitted.v1", "occurred_at": "2024-03-04T10:00:00+08:00",
        "source": {"system": "hall", "kind": "native"}, "actor": {"unit": "unit/a"},
        "body": {"application_no": "申1", "channel": "窗口"}});
    let mut all = vec![fee("other".to_owned(), "fee/other", 1), asked];
    all.extend((0..60).map(|number| fee(format!("e{number}"), "fee/more", number)));
    let late = fee("late".to_owned(), "fee/more", 1);
    let mut late = late.clone();
    late["occurred_at"] = json!("2024-06-01T09:00:00+08:00");
    all.push(late);
    for (number, group) in all.chunks(8).enumerate() {
        let file = dir.with_extension(format!("{number}.ndjson"));
        let lines: String = group.iter().map(|event| format!("{event}\n")).collect();
        std::fs::write(&file, lines).expect("written");
        let appended = plumb(&["append", "--dir", text(dir), text(&file)]);
        assert!(appended.status.success(), "{}", String::from_utf8_lossy(&appended.stderr));
    }
}

/// Breaks the first or the last entry of the log's fourth segment, which is none of
/// `approval/1`. The lookup hashes the last one.
fn damage(dir: &Path, last: bool) {
    let folder = dir.join("logs").join("open");
    let items = std::fs::read_dir(folder).expect("the log").flatten();
    let mut segments: Vec<_> = items
        .map(|item| item.path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "seg"))
        .collect();
    segments.sort();
    let mut bytes = std::fs::read(&segments[3]).expect("a segment");
    let id = b"\"stream\":\"fee/more\"";
    let mut places = (0..bytes.len()).filter(|at| bytes[*at..].starts_with(id));
    let at = if last { places.next_back() } else { places.next() };
    bytes[at.expect("an entry of another case")] = 0;
    std::fs::write(&segments[3], bytes).expect("damaged");
}

#[test]
fn what_is_damaged_elsewhere_does_not_disturb_a_case() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path().join("ledger");
    small(&dir);
    let find =
        |more: &[&str]| plumb(&[&["find", "run", "--json", "--dir", text(&dir)], more].concat());
    let alone = ["--stream", "approval/1"];
    let before = find(&alone);
    let words = String::from_utf8_lossy(&before.stderr).into_owned();
    assert_eq!(before.status.code(), Some(0), "{words}");
    assert!(!lines(&before.stdout).is_empty(), "nobody answered the application: {words}");
    assert!(words.contains("not_asked") && words.contains("RX.1"), "{words}");
    damage(&dir, false);
    let after = find(&alone);
    assert_eq!((after.status.code(), &after.stdout), (Some(0), &before.stdout));
    // Who reads everything hears of it.
    for more in [&["--stream", "approval/1", "--across"][..], &[]] {
        assert_ne!(find(more).status.code(), Some(0), "{more:?}");
    }
    assert_eq!(find(&["--stream", "approval/none"]).status.code(), Some(13));
    // Where the lookup ends at the damage, what lies behind it may hold the stream: it is
    // not said to be missing, and the damage is.
    damage(&dir, true);
    let behind = find(&["--stream", "approval/none"]);
    let words = String::from_utf8_lossy(&behind.stderr);
    assert_eq!(behind.status.code(), Some(3), "{words}");
    assert!(words.contains("plumb verify"), "{words}");
}
