//! Complete extracts as a stranger gets them: made, verified, and found out.

use super::{City, append, city, event, lines, run, verdict};
use serde_json::Value;
use std::path::PathBuf;

/// A closed ledger of two cases, and where the extract goes.
fn closed() -> (City, PathBuf) {
    let city = city();
    let acts = [event("1", "fee/1"), event("2", "fee/2"), event("3", "fee/1")];
    append(&city, &lines(&acts));
    let closing = run(&city, &["closing", "run"]);
    assert_eq!(closing.status.code(), Some(0), "{}", String::from_utf8_lossy(&closing.stderr));
    append(&city, &lines(&[event("4", "fee/2"), event("5", "fee/1")]));
    let file = city.path.with_file_name("F.json");
    (city, file)
}

fn key(city: &City) -> String {
    let output = run(city, &["keys", "show", "--json"]);
    let keys: Value = serde_json::from_slice(&output.stdout).unwrap();
    keys["open"]["vkey"].as_str().unwrap_or_else(|| panic!("{keys}")).to_owned()
}

fn judged(file: &PathBuf, key: &str) -> (Option<i32>, Value) {
    let mut command = super::plumb();
    command.args(["verify", "bundle", "--json"]).arg(file).env_remove("PLUMB_DIR");
    if !key.is_empty() {
        command.args(["--key", key]);
    }
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let value = text.lines().last().map(|line| serde_json::from_str(line).unwrap());
    (output.status.code(), value.unwrap_or(Value::Null))
}

#[test]
fn an_extract_shows_by_itself_that_it_is_all() {
    let (city, file) = closed();
    let out = file.to_str().unwrap();
    assert_eq!(run(&city, &["extract", "fee/1", "-o", out]).status.code(), Some(0));
    let key = key(&city);
    let (code, found) = judged(&file, &key);
    assert_eq!((code, &found["verdict"]), (Some(0), &Value::from("pass")), "{found}");
    assert_eq!(found["extract"]["entries"], 3);
    assert_eq!(found["extract"]["complete"], true);
    // Its own key proves nothing; the ledger's own folder knows the key.
    assert_eq!(judged(&file, "").0, Some(4));
    assert_eq!(run(&city, &["verify", "bundle", out]).status.code(), Some(0));

    let whole: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let mut less = whole.clone();
    less["entries"].as_array_mut().unwrap().remove(1);
    std::fs::write(&file, less.to_string()).unwrap();
    let (code, found) = judged(&file, &key);
    assert_eq!(code, Some(3));
    // The third act of the case stands where the second should.
    assert_eq!(found["first_bad"]["position"], 6, "{found}");
    std::fs::write(&file, "{}").unwrap();
    assert_eq!(judged(&file, &key).0, Some(6));
    std::fs::remove_file(&file).unwrap();
    assert_eq!(judged(&file, &key).0, Some(4));
}

#[test]
fn a_stream_without_entries_is_shown_to_have_none() {
    let (city, file) = closed();
    let out = file.to_str().unwrap();
    assert_eq!(run(&city, &["extract", "fee/11", "-o", out]).status.code(), Some(13));
    assert!(!file.exists());
    assert_eq!(run(&city, &["extract", "fee/11", "--absent", "-o", out]).status.code(), Some(0));
    let (code, found) = judged(&file, &key(&city));
    assert_eq!((code, &found["extract"]["entries"]), (Some(0), &Value::from(0)), "{found}");
}

#[test]
fn without_a_closing_an_extract_says_what_it_does_not_show() {
    let city = city();
    append(&city, &lines(&[event("1", "fee/1")]));
    let file = city.path.with_file_name("F.json");
    let out = file.to_str().unwrap();
    assert_eq!(run(&city, &["extract", "fee/1", "-o", out]).status.code(), Some(4));
    assert_eq!(judged(&file, &key(&city)).0, Some(4));
    assert_eq!(run(&city, &["extract", "fee/1", "--close", "-o", out]).status.code(), Some(0));
    assert_eq!(judged(&file, &key(&city)).0, Some(0));
}

#[test]
fn closings_are_listed_and_verified_and_nobody_else_records_them() {
    let (city, _) = closed();
    let listed = run(&city, &["closing", "list", "--json"]);
    let listed: Value = serde_json::from_slice(&listed.stdout).unwrap();
    assert_eq!((&listed["position"], &listed["size"]), (&Value::from(4), &Value::from(4)));
    // The ledger's own stream and two cases.
    assert_eq!(listed["streams"], 3);
    let (code, found) = verdict(&city, &[]);
    assert_eq!(code, Some(0), "{found}");
    for log in found["logs"].as_array().unwrap() {
        assert_eq!(log["closings"]["recorded"], 1, "{log}");
        assert_eq!(log["closings"]["ok"], 1, "{log}");
    }
    let mut foreign = event("9", "ledger/closings");
    foreign["type"] = Value::from("ledger.closing.recorded.v1");
    foreign["body"] = serde_json::json!({"size": 1, "streams": 1, "root": "0".repeat(64)});
    let (code, _, words) = append(&city, &lines(&[foreign]));
    assert_eq!(code, Some(6), "{words}");
    assert!(words.contains("reserved-type"), "{words}");
}

#[test]
fn an_extract_of_the_sealed_log_tells_of_no_other_case() {
    let city = city();
    let complaint = |id: &str, stream: &str| {
        serde_json::json!({
            "id": id, "stream": stream, "type": "complaint.received.v1",
            "occurred_at": "2026-03-05T16:20:00+08:00",
            "source": {"system": "hotline", "kind": "native"}, "body": {},
        })
    };
    append(&city, &lines(&[complaint("1", "complaint/1"), complaint("2", "complaint/2")]));
    run(&city, &["closing", "run"]);
    append(&city, &lines(&[complaint("3", "complaint/2")]));
    let file = city.path.with_file_name("F.json");
    let out = file.to_str().unwrap();
    let sealed = |stream, more: &[&str]| {
        let arguments = ["extract", stream, "--log", "sealed", "-o", out];
        run(&city, &[&arguments[..], more].concat()).status.code()
    };
    assert_eq!(sealed("complaint/1", &[]), Some(12));
    assert_eq!(sealed("complaint/3", &["--absent"]), Some(12));
    assert!(!file.exists());
    assert_eq!(sealed("complaint/1", &["--close"]), Some(0));
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(!text.contains("complaint/2"), "{text}");
    assert_eq!(run(&city, &["verify", "bundle", out]).status.code(), Some(0));
}
