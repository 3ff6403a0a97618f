//! `plumb append --dry-run`: says what would become of each line, and leaves
//! every byte of the ledger as it was.

use super::{append, city, event, lines, plumb};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;

fn contents(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut out = BTreeMap::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for item in std::fs::read_dir(folder).unwrap() {
            let path = item.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false => drop(out.insert(path.clone(), std::fs::read(&path).unwrap())),
            }
        }
    }
    out
}

#[test]
fn a_rehearsal_tells_what_would_happen_and_changes_nothing() {
    let city = city();
    append(&city, &lines(&[event("e-1", "fee/1")]));
    let mut other = event("e-1", "fee/1");
    other["body"]["amount_fen"] = json!(7);
    let mut twice = event("e-2", "fee/1");
    twice["body"]["amount_fen"] = json!(8);
    let input = [
        lines(&[event("e-1", "fee/1"), event("e-2", "fee/new"), event("e-2", "fee/new")]),
        lines(&[other, twice]),
        "{\n".to_owned(),
        lines(&[event("e-3", "fee/1")]),
    ]
    .concat();
    let file = city.path.with_file_name("events");
    std::fs::write(&file, input).unwrap();
    let before = contents(&city.path);
    let mut command = plumb();
    command.args(["append", "--dry-run", "--dir"]).arg(&city.path).arg(&file);
    let output = command.output().unwrap();
    assert!(before == contents(&city.path), "a rehearsal leaves no trace");
    assert_eq!(output.status.code(), Some(6));
    let told: Vec<Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let told: Vec<_> = told
        .iter()
        .map(|t| (t["line"].as_u64().unwrap(), &t["id"], t["duplicate"] == true))
        .collect();
    let id = |id: &str| json!(id);
    assert_eq!(
        told,
        [
            (1, &id("e-1"), true),
            (2, &id("e-2"), false),
            (3, &id("e-2"), true),
            (7, &id("e-3"), false)
        ]
    );
    let refused = String::from_utf8(output.stderr).unwrap();
    let refused: Vec<Value> =
        refused.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let refused: Vec<_> = refused.iter().map(|r| (r["line"].as_u64(), &r["code"])).collect();
    let (reused, malformed) = (json!("event-id-reused"), json!("malformed-json"));
    assert_eq!(refused, [(Some(4), &reused), (Some(5), &reused), (Some(6), &malformed)]);
    // And it foretold the truth.
    let (code, receipts, _) = append(&city, &std::fs::read_to_string(&file).unwrap());
    assert_eq!((code, receipts.len()), (Some(6), 4));
}

#[test]
fn a_rehearsal_needs_no_turn_beside_a_writer() {
    let city = city();
    let mut writer = plumb()
        .args(["append", "-", "--dir"])
        .arg(&city.path)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let file = city.path.with_file_name("events");
    std::fs::write(&file, lines(&[event("e-1", "fee/1")])).unwrap();
    let mut command = plumb();
    let output = command.args(["append", "--dry-run", "--dir"]).arg(&city.path).arg(&file).output();
    assert_eq!(output.unwrap().status.code(), Some(0));
    drop(writer.stdin.take());
    assert!(writer.wait().unwrap().success());
}
