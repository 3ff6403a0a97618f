//! `plumb master` as an investigator calls it: rows on any day, as known at any
//! moment, and who rewrote them; and the ledger's own calendar under `plumb clock`.

use serde_json::{Value, json};
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

struct City {
    _dir: tempfile::TempDir,
    path: PathBuf,
}

fn plumb(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_plumb")).args(arguments).output().unwrap()
}

impl City {
    fn new() -> City {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ledger");
        let made = plumb(&["init", "--origin", "city.example/1", path.to_str().unwrap()]);
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        City { _dir: dir, path }
    }

    /// Records events: id, type, stream, kind of source, body.
    fn append(&self, events: &[(&str, &str, &str, &str, Value)]) {
        let lines: String = events
            .iter()
            .map(|(id, kind, stream, source, body)| {
                let event = json!({
                    "id": id, "stream": stream, "type": format!("{kind}.v1"),
                    "occurred_at": "2022-04-01T09:00:00+08:00",
                    "source": {"system": "registry", "kind": source},
                    "actor": {"unit": "unit/fin", "officer": "officer/7"},
                    "body": body,
                });
                format!("{event}\n")
            })
            .collect();
        let mut child = Command::new(env!("CARGO_BIN_EXE_plumb"))
            .args(["append", "-", "--dir"])
            .arg(&self.path)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
        let out = child.wait_with_output().unwrap();
        assert_eq!(out.status.code(), Some(0), "{}", String::from_utf8_lossy(&out.stderr));
    }

    fn run(&self, arguments: &[&str]) -> Output {
        plumb(&[arguments, &["--dir", self.path.to_str().unwrap()]].concat())
    }

    #[track_caller]
    fn json(&self, arguments: &[&str]) -> Value {
        let out = self.run(&[arguments, &["--json"]].concat());
        assert_eq!(out.status.code(), Some(0), "{}", String::from_utf8_lossy(&out.stderr));
        serde_json::from_slice(&out.stdout).unwrap()
    }
}

fn with_fees() -> City {
    let city = City::new();
    let standard = |lower: i64| {
        json!({
            "fee_code": "SF-1", "pricing": "range", "lower_fen": lower, "upper_fen": 300,
            "valid_from": "2022-04-05",
        })
    };
    let item = json!({"fee_code": "SF-1", "nature": "行政事业性收费", "valid_from": "2022-04-05"});
    let promise = json!({"item": "A", "promised_wd": 5, "valid_from": "2100-01-01"});
    city.append(&[
        ("e1", "md.fee_standard.registered", "md/fee-standard/SF-1", "native", standard(100)),
        ("e2", "md.fee_item.registered", "md/fee-item/SF-1", "import", item),
        ("e3", "md.promise.registered", "md/promise/A", "native", promise),
    ]);
    city
}

#[test]
fn a_row_is_told_as_it_was_known() {
    let city = with_fees();
    let before = city.json(&["master", "show", "fee_standard", "SF-1", "--on", "2022-04-05"]);
    assert_eq!(before["schema"], "plumbline.master/1");
    assert_eq!(before["complete"], true);
    assert_eq!(before["in_force"][0]["row"]["lower_fen"], 100);
    let known = before["in_force"][0]["entry"]["recorded_at"].as_str().unwrap().to_owned();
    city.append(&[(
        "fix",
        "correction.recorded",
        "md/fee-standard/SF-1",
        "native",
        json!({"target_event": "e1", "field_path": "/body/lower_fen", "new_value": 10}),
    )]);
    let list = |more: &[&str]| {
        city.json(&[&["master", "list", "fee_standard", "--on", "2022-04-05"], more].concat())
    };
    assert_eq!(list(&[])["rows"][0]["row"]["lower_fen"], 10);
    assert_eq!(list(&["--known-at", &known])["rows"][0]["row"]["lower_fen"], 100);
    let early = city.json(&["master", "list", "fee_standard", "--on", "2022-04-04"]);
    assert_eq!(early["rows"], json!([]));

    let after = city.json(&["master", "show", "fee_standard", "SF-1"]);
    let history = after["history"].as_array().unwrap();
    let lower: Vec<_> = history.iter().map(|one| one["row"]["lower_fen"].clone()).collect();
    assert_eq!(lower, [100, 10]);
    assert_eq!(history[0]["superseded_by"]["id"], "fix");
    assert_eq!(history[1]["corrected_by"]["officer"], "officer/7");
    assert_eq!(history[1]["entry"]["id"], "e1");
    let words = String::from_utf8(city.run(&["master", "show", "fee_standard", "SF-1"]).stdout);
    assert!(words.unwrap().contains("更正自 corrected by"));
}

#[test]
fn what_was_rewritten_is_listed_with_who_did_it() {
    let city = with_fees();
    let ids = |more: &[&str]| -> Vec<String> {
        let found = city.json(&[&["master", "retroactive"], more].concat());
        let rows = found["rows"].as_array().unwrap();
        rows.iter().map(|row| row["entry"]["id"].as_str().unwrap().to_owned()).collect()
    };
    // Valid since 2022 and recorded today; the import is an older system's word.
    assert_eq!(ids(&[]), ["e1"]);
    assert_eq!(ids(&["--imported"]), ["e1", "e2"]);
    assert_eq!(ids(&["--entity", "promise"]), [""; 0]);
    let voided = json!({"target": "e2", "ground": "重复录入"});
    city.append(&[("v", "record.voided", "md/fee-item/SF-1", "native", voided)]);
    let found = city.json(&["master", "retroactive", "--entity", "fee_item"]);
    assert_eq!(found["rows"][0]["superseded_by"]["id"], "v");
    assert_eq!(found["rows"][0]["superseded_by"]["unit"], "unit/fin");
    assert_eq!(city.json(&["master", "list", "fee_item", "--on", "2022-05-01"])["rows"], json!([]));
}

#[test]
fn the_tables_are_counted_and_wrong_names_are_told() {
    let city = with_fees();
    let tables = city.json(&["master", "list", "--on", "2022-05-01"]);
    let count = |entity: &str| {
        let tables = tables["tables"].as_array().unwrap();
        tables.iter().find(|table| table["entity"] == entity).unwrap()["rows"].clone()
    };
    assert_eq!((count("fee_standard"), count("promise")), (json!(1), json!(0)));
    let wrong = city.run(&["master", "list", "fees"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("fee_standard"));
    assert_eq!(city.run(&["master", "show", "fee_standard", "SF-9"]).status.code(), Some(13));
    assert_eq!(city.run(&["master", "list", "--known-at", "soon"]).status.code(), Some(2));
    let nowhere = plumb(&["master", "list", "--dir", "/nowhere/at/all"]);
    assert_eq!(nowhere.status.code(), Some(10));
}

#[test]
fn a_clock_counts_with_the_ledgers_own_calendar() {
    let city = with_fees();
    let question = ["clock", "due", "--from", "2027-01-04", "--days", "5"];
    let born = city.json(&question);
    assert_eq!(born["calendar"]["source"], "ledger");
    assert_eq!((&born["due"], &born["provisional"]), (&json!("2027-01-11"), &json!(true)));
    let days = json!([{"date": "2027-01-06", "name": "停工", "is_off_day": true}]);
    city.append(&[(
        "cal",
        "md.calendar.published",
        "md/calendar/2027",
        "native",
        json!({"year": 2027, "issued_on": "2026-11-04", "days": days}),
    )]);
    let told = city.json(&question);
    assert_eq!((&told["due"], &told["provisional"]), (&json!("2027-01-12"), &json!(false)));
    // The notice was there to read from its day on; before, the year was unknown.
    let early = city.json(&[&question[..], &["--known-at", "2026-11-03"]].concat());
    assert_eq!((&early["due"], &early["provisional"]), (&json!("2027-01-11"), &json!(true)));
    let out = plumb(&[&question[..], &["--json"]].concat());
    let shipped: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(shipped["calendar"]["source"], "program");
    assert_eq!(shipped["due"], "2027-01-11");
}
