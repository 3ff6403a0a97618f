//! Ctrl-C, SIGTERM, and a disk that is full: the command says so, whatever was
//! acknowledged is there, and the ledger goes on afterwards.

use super::{City, append, city, entries, event, lines, plumb, run, verdict};
use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

fn signal(child: &Child, name: &str) {
    let pid = child.id().to_string();
    assert!(Command::new("kill").args([name, &pid]).status().unwrap().success());
}

#[test]
fn an_interrupted_append_has_recorded_what_it_acknowledged() {
    for (name, expected) in [("-INT", 130), ("-TERM", 143)] {
        let city = city();
        let mut child = plumb()
            .args(["append", "-", "--dir"])
            .arg(&city.path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        write!(input, "{}", lines(&[event("e-1", "fee/1"), event("e-2", "fee/1")])).unwrap();
        let mut receipts = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        receipts.read_line(&mut line).unwrap();
        receipts.read_line(&mut line).unwrap();
        signal(&child, name);
        // The input is still open: the signal ends it, not the end of the file.
        let ended = child.wait_with_output().unwrap();
        drop(input);
        assert_eq!(ended.status.code(), Some(expected), "{name}");
        let words = String::from_utf8_lossy(&ended.stderr);
        assert!(words.contains("interrupted"), "{words}");
        assert_eq!(entries(&city).len(), 3);
        assert_eq!(verdict(&city, &[]).0, Some(0), "it has signed what it recorded");
    }
}

/// A file of many events, for an import that takes a while.
fn many(city: &City, count: usize) -> PathBuf {
    let path = city.path.with_file_name("many.ndjson");
    let events: Vec<Value> = (0..count).map(|n| event(&format!("m-{n}"), "fee/1")).collect();
    std::fs::write(&path, lines(&events)).unwrap();
    path
}

fn import(city: &City, file: &Path) -> Command {
    let mut command = plumb();
    command.args(["import", "ndjson", "--json", "--dir"]).arg(&city.path).arg(file);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

#[test]
fn an_interrupted_import_is_completed_by_another() {
    let city = city();
    let count = 40_000;
    let file = many(&city, count);
    let child = import(&city, &file).spawn().unwrap();
    // In the middle: some of it is recorded, and not all.
    while entries(&city).len() < 100 {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    signal(&child, "-INT");
    let ended = child.wait_with_output().unwrap();
    let words = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert_eq!(ended.status.code(), Some(130), "{words}");
    assert!(words.contains("interrupted"), "{words}");
    let recorded = entries(&city).len() as u64 - 1;
    assert!(recorded < count as u64, "it was over before the signal came");
    assert_eq!(verdict(&city, &[]).0, Some(0));
    let again = import(&city, &file).output().unwrap();
    assert!(again.status.success(), "{}", String::from_utf8_lossy(&again.stderr));
    let text = String::from_utf8(again.stdout).unwrap();
    let summary: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert_eq!(summary["duplicates"], recorded);
    assert_eq!(summary["appended"], count as u64 - recorded);
    assert_eq!(verdict(&city, &[]).0, Some(0));
}

/// A limit on the size of files stops writing where a full disk would.
#[test]
fn a_full_disk_refuses_and_loses_nothing() {
    let city = city();
    let (code, receipts, _) = append(&city, &lines(&[event("e-0", "fee/1")]));
    assert_eq!((code, receipts.len()), (Some(0), 1));
    let file = many(&city, 4000);
    let script = format!(
        "trap '' XFSZ; ulimit -f 900; exec {} append --dir {} {}",
        env!("CARGO_BIN_EXE_plumb"),
        city.path.display(),
        file.display()
    );
    let full = Command::new("bash").args(["-c", &script]).output().unwrap();
    let words = String::from_utf8_lossy(&full.stderr).into_owned();
    assert_eq!(full.status.code(), Some(1), "{words}");
    assert!(!words.contains("panicked"), "{words}");
    assert!(words.contains("line"), "it should tell where: {words}");
    let acknowledged = String::from_utf8(full.stdout).unwrap().lines().count();
    let stored = entries(&city).len();
    assert!(stored >= 2 + acknowledged, "{acknowledged} receipts, {stored} entries");
    assert!(acknowledged < 4000);
    // With room again everything goes on, and nothing stands twice.
    let again = run(&city, &["append", file.to_str().unwrap()]);
    assert!(again.status.success(), "{}", String::from_utf8_lossy(&again.stderr));
    assert_eq!(entries(&city).len(), 2 + 4000);
    assert_eq!(verdict(&city, &[]).0, Some(0));
}
