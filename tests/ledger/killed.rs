//! A process killed while it records: every receipt that it printed holds, nothing
//! is there twice, and nothing is missing in between.

use crate::city::{config, event, reader, surroundings};
use plumbline::ledger::create;
use plumbline_replay::integrity::chain::entry_hash;
use serde_json::Value;
use std::collections::{BTreeMap, HashSet};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

const KILLS: u64 = 60;
/// Lines that are sent again after a kill, though some had their receipts.
const AGAIN: u64 = 9;

/// What receipts said: number of the event → position and hash.
type Told = BTreeMap<u64, (u64, String)>;

fn remember(told: &mut Told, line: &str) {
    let receipt: Value = serde_json::from_str(line).unwrap();
    assert_eq!(receipt["schema"], "plumbline.receipt/1", "{line}");
    let number = receipt["id"].as_str().unwrap().strip_prefix("e-").unwrap().parse().unwrap();
    let place = (receipt["position"].as_u64().unwrap(), receipt["hash"].to_string());
    let before = told.insert(number, place.clone());
    if let Some(before) = before {
        assert_eq!(before, place, "the same event has the same receipt");
        assert_eq!(receipt["duplicate"], true, "{line}");
    }
}

/// Sends events from `first` on, in lots of many sizes, until nobody reads them.
fn send(mut pipe: impl Write, first: u64, kill: u64) {
    let mut next = first;
    for lot in 0..60 {
        for _ in 0..1 + (lot * 7 + kill) % 19 {
            let mut line = event(next).json.to_bytes();
            line.push(b'\n');
            if pipe.write_all(&line).is_err() {
                return;
            }
            next += 1;
        }
        if pipe.flush().is_err() {
            return;
        }
        std::thread::sleep(Duration::from_micros(kill * 131 % 900));
    }
}

/// Records until the given number of receipts, then kills. True if it was killed
/// before it had ended by itself.
fn record_until(dir: &Path, told: &mut Told, kill: u64) -> bool {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plumb"));
    command.args(["append", "-", "--dir"]).arg(dir);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let first = told.keys().next_back().map_or(0, |last| (last + 1).saturating_sub(AGAIN));
    let pipe = child.stdin.take().unwrap();
    let sender = std::thread::spawn(move || send(pipe, first, kill));
    let mut receipts = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    for _ in 0..kill * 5 {
        line.clear();
        if receipts.read_line(&mut line).unwrap() == 0 {
            break;
        }
        remember(told, &line);
    }
    std::thread::sleep(Duration::from_micros(kill * 977 % 5_000));
    child.kill().unwrap();
    let status = child.wait().unwrap();
    sender.join().unwrap();
    loop {
        line.clear();
        let read = receipts.read_line(&mut line).unwrap();
        if read == 0 || !line.ends_with('\n') {
            return status.code().is_none();
        }
        remember(told, &line);
    }
}

#[test]
fn what_a_killed_process_acknowledged_is_there_once() {
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("ledger");
    create(&dir, &config(), surroundings()).unwrap().close();
    let mut told = Told::new();
    let mut killed = 0;
    for kill in 0..KILLS {
        killed += u64::from(record_until(&dir, &mut told, kill));
    }
    assert!(killed >= 50, "{killed} of {KILLS} were killed while they recorded");
    assert!(told.len() > 500, "{} receipts", told.len());
    // What the last one left is taken up by the next writer, which signs.
    let mut command = Command::new(env!("CARGO_BIN_EXE_plumb"));
    let ended = command.args(["append", "/dev/null", "--dir"]).arg(&dir).output().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));

    let reader = reader(&dir);
    let mut ids = HashSet::new();
    for position in 0..reader.size() {
        let entry = reader.entry(position).unwrap().expect("no gap");
        let entry: Value = serde_json::from_slice(&entry).unwrap();
        assert_eq!(entry["position"], position);
        assert!(ids.insert((entry["source"]["system"].to_string(), entry["id"].to_string())));
    }
    for (number, (position, hash)) in &told {
        let entry = reader.entry(*position).unwrap().expect("an acknowledged entry");
        assert_eq!(*hash, format!("\"{}\"", entry_hash(&entry)));
        let entry: Value = serde_json::from_slice(&entry).unwrap();
        assert_eq!(entry["id"], format!("e-{number}"));
    }
    let mut verify = Command::new(env!("CARGO_BIN_EXE_plumb"));
    let verdict = verify.args(["verify", "--dir"]).arg(&dir).output().unwrap();
    assert_eq!(verdict.status.code(), Some(0), "{}", String::from_utf8_lossy(&verdict.stdout));
}
