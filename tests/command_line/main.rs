//! The installed program, as a script would use it: receipts, idempotency,
//! refusals, locks, tampering and death by SIGKILL.

mod beginning;
mod extracting;
mod handed_on;
mod hostile;
mod interrupted;
mod reading;
mod rehearsing;
mod restoring;
mod second;
mod segments;
mod telling;
mod vault;

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

struct City {
    _dir: tempfile::TempDir,
    path: PathBuf,
}

fn plumb() -> Command {
    Command::new(env!("CARGO_BIN_EXE_plumb"))
}

fn city() -> City {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ledger");
    let made = plumb().args(["init", "--origin", "city.example/1"]).arg(&path).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    City { _dir: dir, path }
}

fn run(city: &City, arguments: &[&str]) -> Output {
    let mut command = plumb();
    command.args(arguments).arg("--dir").arg(&city.path);
    command.output().unwrap()
}

fn append(city: &City, input: &str) -> (Option<i32>, Vec<Value>, String) {
    let mut child = plumb()
        .args(["append", "-", "--dir"])
        .arg(&city.path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that was kept out by the lock ends without reading its input.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let receipts = String::from_utf8(output.stdout).unwrap();
    let receipts = receipts.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (output.status.code(), receipts, String::from_utf8(output.stderr).unwrap())
}

fn event(id: &str, stream: &str) -> Value {
    json!({
        "id": id, "stream": stream, "type": "fee.paid.v1",
        "occurred_at": "2026-03-05T16:20:00+08:00",
        "source": {"system": "bank", "kind": "native"},
        "body": {"amount_fen": 100, "method": "扫码", "payer": "某某某"},
    })
}

fn lines(events: &[Value]) -> String {
    events.iter().map(|event| format!("{event}\n")).collect()
}

fn entries(city: &City) -> Vec<String> {
    let output = run(city, &["log", "--ndjson"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

fn verdict(city: &City, more: &[&str]) -> (Option<i32>, Value) {
    let mut arguments = vec!["verify", "--json"];
    arguments.extend_from_slice(more);
    let output = run(city, &arguments);
    let text = String::from_utf8(output.stdout).unwrap();
    let last = text.lines().last().unwrap_or_else(|| {
        panic!("no verdict: {}", String::from_utf8_lossy(&output.stderr));
    });
    (output.status.code(), serde_json::from_str(last).unwrap())
}

#[test]
fn receipts_name_what_the_log_then_holds() {
    let city = city();
    let events: Vec<Value> = (0..50).map(|i| event(&format!("e-{i}"), "fee/1")).collect();
    let (code, receipts, _) = append(&city, &lines(&events));
    assert_eq!((code, receipts.len()), (Some(0), 50));
    let stored = entries(&city);
    assert_eq!(stored.len(), 51);
    for (index, receipt) in receipts.iter().enumerate() {
        assert_eq!(receipt["schema"], "plumbline.receipt/1");
        assert_eq!(receipt["id"], events[index]["id"]);
        let position = receipt["position"].as_u64().unwrap() as usize;
        let hash = blake3::hash(stored[position].as_bytes());
        assert_eq!(receipt["hash"], hash.to_hex().as_str());
    }
    // Each entry names the digest of the bytes before it.
    for pair in stored.windows(2) {
        let next: Value = serde_json::from_str(&pair[1]).unwrap();
        assert_eq!(next["previous"], blake3::hash(pair[0].as_bytes()).to_hex().as_str());
    }
    assert_eq!(verdict(&city, &[]).0, Some(0));
}

#[test]
fn sending_again_appends_nothing_and_other_content_is_refused() {
    let city = city();
    let first = event("e-1", "fee/1");
    append(&city, &lines(std::slice::from_ref(&first)));
    let (code, receipts, _) = append(&city, &lines(&[first.clone(), first.clone()]));
    assert_eq!(code, Some(0));
    assert!(receipts.iter().all(|receipt| receipt["duplicate"] == true));
    let mut other = first.clone();
    other["body"]["amount_fen"] = json!(101);
    let mut sealed = first;
    sealed["body"]["payer"] = json!("别人");
    let (code, receipts, refusals) = append(&city, &lines(&[other, sealed]));
    assert_eq!((code, receipts.len()), (Some(6), 0));
    assert_eq!(refusals.matches("event-id-reused").count(), 2);
    assert_eq!(entries(&city).len(), 2);
}

#[test]
fn a_printed_entry_can_be_submitted_again_under_a_new_id() {
    let city = city();
    append(&city, &lines(&[event("e-1", "fee/1")]));
    let mut again: Value = serde_json::from_str(&entries(&city)[1]).unwrap();
    let object = again.as_object_mut().unwrap();
    for member in ["v", "position", "previous", "recorded_at", "revision"] {
        assert!(object.remove(member).is_some(), "{member}");
    }
    object["id"] = json!("e-2");
    let (code, receipts, refusals) = append(&city, &lines(&[again]));
    assert_eq!(code, Some(0), "{refusals}");
    assert_eq!(receipts[0]["revision"], 1);
}

#[test]
fn nothing_confidential_is_in_any_file_in_the_clear() {
    let city = city();
    append(&city, &lines(&[event("e-1", "fee/1")]));
    let mut files = vec![city.path.clone()];
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        let needle = "某某某".as_bytes();
        assert!(!bytes.windows(needle.len()).any(|window| window == needle), "{path:?}");
    }
}

#[test]
fn bad_lines_are_refused_with_line_code_and_place_and_good_ones_recorded() {
    let city = city();
    let with = |member: &str, value: Value| {
        let mut bad = event("bad", "fee/1");
        bad[member] = value;
        bad.to_string()
    };
    let cases = [
        ("{".to_owned(), "malformed-json"),
        ("[1]".to_owned(), "wrong-type"),
        (r#"{"a":NaN}"#.to_owned(), "malformed-json"),
        (r#"{"id":1e400}"#.to_owned(), "malformed-json"),
        (format!("{}{}", "[".repeat(5000), "]".repeat(5000)), "malformed-json"),
        (with("position", json!(3)), "ledger-member"),
        (with("colour", json!("red")), "unknown-member"),
        (with("stream", json!(7)), "wrong-type"),
        (with("stream", json!("a\nb")), "bad-identifier"),
        (with("type", json!("fee.pade.v1")), "unknown-event-type"),
        (with("occurred_at", json!("05/03/2026")), "bad-time"),
        (with("source", json!({})), "missing-member"),
        (with("docs", json!([{"secrecy": "机密"}])), "state-secret"),
        (with("late_reason", json!("x".repeat(70_000))), "too-large"),
    ];
    for (number, (line, code)) in cases.iter().enumerate() {
        let good = event(&format!("good-{number}"), "fee/2");
        let (exit, receipts, refusals) = append(&city, &format!("\n{line}\n{good}\n"));
        assert_eq!((exit, receipts.len()), (Some(6), 1), "{code}: {refusals}");
        let refusal: Value = serde_json::from_str(refusals.lines().next().unwrap()).unwrap();
        assert_eq!((&refusal["code"], &refusal["line"]), (&json!(code), &json!(2)));
    }
    // The genesis, a good line of each case, and one trace of the state secret.
    assert_eq!(entries(&city).len(), 1 + cases.len() + 1);
}

#[test]
fn a_second_writer_is_kept_out_and_readers_are_not() {
    let city = city();
    let mut first = plumb()
        .args(["append", "-", "--dir"])
        .arg(&city.path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = first.stdin.take().unwrap();
    writeln!(input, "{}", event("e-1", "fee/1")).unwrap();
    let mut receipts = BufReader::new(first.stdout.take().unwrap());
    let mut receipt = String::new();
    // The receipt comes while the input is still open.
    receipts.read_line(&mut receipt).unwrap();
    assert!(receipt.contains("\"position\":1"), "{receipt}");
    let (code, _, message) = append(&city, &lines(&[event("e-2", "fee/1")]));
    assert_eq!(code, Some(11), "{message}");
    assert_eq!(entries(&city).len(), 2);
    drop(input);
    assert!(first.wait().unwrap().success());
}

#[test]
fn missing_ledgers_and_entries_have_their_own_exit_codes() {
    let city = city();
    let nowhere = City { path: city.path.join("none"), _dir: tempfile::tempdir().unwrap() };
    assert_eq!(run(&nowhere, &["verify"]).status.code(), Some(10));
    assert_eq!(run(&nowhere, &["log"]).status.code(), Some(10));
    assert_eq!(run(&city, &["show", "99"]).status.code(), Some(13));
    assert_eq!(run(&city, &["no-such-command"]).status.code(), Some(2));
    let again = plumb().arg("init").arg(&city.path).output().unwrap();
    assert_eq!(again.status.code(), Some(1));
}

fn segment(city: &City) -> PathBuf {
    city.path.join("logs/open/00000000000000000000.seg")
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for item in std::fs::read_dir(from).unwrap() {
        let item = item.unwrap();
        let target = to.join(item.file_name());
        if item.path().is_dir() {
            copy(&item.path(), &target);
        } else {
            std::fs::copy(item.path(), target).unwrap();
        }
    }
}

#[test]
fn a_cut_tail_needs_the_checkpoint_and_the_checkpoint_shows_it() {
    let city = city();
    append(&city, &lines(&[event("e-1", "fee/1")]));
    let before = std::fs::metadata(segment(&city)).unwrap().len();
    append(&city, &lines(&[event("e-2", "fee/1")]));
    let outside = city.path.with_extension("outside");
    let note = run(&city, &["checkpoint", "show"]).stdout;
    std::fs::write(&outside, note).unwrap();
    let file = std::fs::OpenOptions::new().write(true).open(segment(&city)).unwrap();
    file.set_len(before).unwrap();
    let (code, found) = verdict(&city, &[]);
    assert_eq!((code, found["first_bad"]["position"].as_u64()), (Some(3), Some(2)));
    // Nothing is signed below the last signed head, and no writer goes on.
    assert_eq!(run(&city, &["checkpoint", "show"]).status.code(), Some(3));
    assert_eq!(append(&city, &lines(&[event("e-3", "fee/1")])).0, Some(3));
    // Whoever also removes the ledger's own copies is shown by the one outside.
    std::fs::remove_file(city.path.join("heads/open.checkpoint")).unwrap();
    std::fs::remove_file(city.path.join("logs/open/checkpoint")).unwrap();
    assert_eq!(verdict(&city, &[]).0, Some(4));
    let (code, _) = verdict(&city, &["--checkpoint", outside.to_str().unwrap()]);
    assert_eq!(code, Some(3));
}

#[test]
fn a_ledger_made_anew_does_not_pass_under_an_outside_checkpoint() {
    let (city, forged) = (city(), city());
    append(&city, &lines(&[event("e-1", "fee/1")]));
    append(&forged, &lines(&[event("e-1", "fee/1")]));
    let outside = city.path.with_extension("outside");
    std::fs::write(&outside, run(&city, &["checkpoint", "show"]).stdout).unwrap();
    let (code, _) = verdict(&forged, &["--checkpoint", outside.to_str().unwrap()]);
    assert_ne!(code, Some(0));
    let vkey: Value = serde_json::from_str(&entries(&city)[0]).unwrap();
    let vkey = vkey["body"]["checkpoint_key"].as_str().unwrap().to_owned();
    let outside = outside.to_str().unwrap();
    let (code, _) = verdict(&forged, &["--checkpoint", outside, "--key", &vkey]);
    assert_eq!(code, Some(3));
    assert_eq!(verdict(&city, &["--checkpoint", outside, "--key", &vkey]).0, Some(0));
}

/// Fifty deaths: every receipt that was printed is there afterwards, nothing
/// twice, no gap.
#[test]
fn sigkill_at_any_moment_loses_no_receipt() {
    let city = city();
    let mut promised: BTreeMap<u64, (String, String)> = BTreeMap::new();
    let mut sent = 0u64;
    for round in 0..50u64 {
        let mut child = plumb()
            .args(["append", "-", "--dir"])
            .arg(&city.path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        let feeder = std::thread::spawn(move || {
            let mut next = sent;
            loop {
                let stream = format!("fee/{}", next % 7);
                // The pipe breaks when the child dies; that ends the feeding.
                if writeln!(input, "{}", event(&format!("k-{next}"), &stream)).is_err() {
                    return next;
                }
                next += 1;
            }
        });
        let mut receipts = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        // Another number of receipts each round, the first round none at all.
        for _ in 0..round * 37 % 400 {
            line.clear();
            if receipts.read_line(&mut line).unwrap() == 0 {
                break;
            }
            note(&mut promised, &line);
        }
        child.kill().unwrap();
        child.wait().unwrap();
        loop {
            line.clear();
            if receipts.read_line(&mut line).unwrap() == 0 || !line.ends_with('\n') {
                break;
            }
            note(&mut promised, &line);
        }
        sent = feeder.join().unwrap() + 1;
    }
    let stored = entries(&city);
    assert!(promised.len() > 1000, "only {} receipts", promised.len());
    for (position, (id, hash)) in &promised {
        let entry = &stored[*position as usize];
        assert_eq!(blake3::hash(entry.as_bytes()).to_hex().as_str(), hash);
        let entry: Value = serde_json::from_str(entry).unwrap();
        assert_eq!(entry["id"], id.as_str());
    }
    let mut ids: Vec<String> = stored
        .iter()
        .enumerate()
        .map(|(position, entry)| {
            let entry: Value = serde_json::from_str(entry).unwrap();
            assert_eq!(entry["position"], position);
            entry["id"].as_str().unwrap().to_owned()
        })
        .collect();
    ids.sort_unstable();
    let count = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), count, "an event stands twice");
    assert_eq!(verdict(&city, &[]).0, Some(0));
}

fn note(promised: &mut BTreeMap<u64, (String, String)>, line: &str) {
    let receipt: Value = serde_json::from_str(line).unwrap();
    let text = |name: &str| receipt[name].as_str().unwrap().to_owned();
    let known = promised.insert(receipt["position"].as_u64().unwrap(), (text("id"), text("hash")));
    assert!(known.is_none(), "a position was promised twice: {line}");
}

#[test]
fn every_flipped_byte_of_a_closed_log_is_found_and_placed() {
    let city = city();
    let events: Vec<Value> = (0..4).map(|i| event(&format!("e-{i}"), "fee/1")).collect();
    append(&city, &lines(&events));
    let whole = std::fs::read(segment(&city)).unwrap();
    let notes = run(&city, &["checkpoint", "show"]).stdout;
    let witness = plumbline_replay::walk::Witness {
        place: "outside".to_owned(),
        note: String::from_utf8(notes).unwrap(),
        handed_in: true,
    };
    let check = |bytes: &[u8]| {
        let size = plumbline_replay::walk::claimed_size(&witness.note).unwrap();
        let mut walk = plumbline_replay::walk::Walk::new("open", vec![size]);
        walk.segment("segment", 0, bytes);
        walk.finish(std::slice::from_ref(&witness), None)
    };
    assert_eq!(check(&whole).exit_code(), 0);
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 1 << (at % 8);
        let found = check(&changed);
        assert_eq!(found.exit_code(), 3, "byte {at} was flipped unseen");
        let bad = found.first_bad.unwrap();
        assert!(bad.position <= 5, "byte {at}: {bad:?}");
    }
    let cut = city.path.with_extension("copy");
    copy(&city.path, &cut);
    for length in [whole.len() - 1, whole.len() / 2, 4096, 100] {
        assert_ne!(check(&whole[..length]).exit_code(), 0, "cut to {length}");
    }
}

#[test]
fn a_damaged_log_is_read_up_to_the_damage_and_takes_no_more() {
    let city = city();
    append(&city, &lines(&[event("e-1", "fee/1")]));
    append(&city, &lines(&[event("e-2", "fee/1")]));
    let mut bytes = std::fs::read(segment(&city)).unwrap();
    let last = bytes.len() - 100;
    bytes[last] ^= 1;
    std::fs::write(segment(&city), bytes).unwrap();
    let output = run(&city, &["log", "--ndjson"]);
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), 2);
    assert!(String::from_utf8(output.stderr).unwrap().contains("position 2"));
    assert_eq!(append(&city, &lines(&[event("e-3", "fee/1")])).0, Some(3));
}

#[test]
fn a_proof_holds_against_its_own_checkpoint() {
    use base64ct::{Base64, Encoding};
    use plumbline_replay::integrity::{chain::Digest, checkpoint::Checkpoint, proof, tree};
    let city = city();
    let events: Vec<Value> = (0..13).map(|i| event(&format!("e-{i}"), "fee/1")).collect();
    append(&city, &lines(&events));
    let stored = entries(&city);
    for (position, entry) in stored.iter().enumerate() {
        let output = run(&city, &["prove", "inclusion", &position.to_string()]);
        let text = String::from_utf8(output.stdout).unwrap();
        let (head, note) = text.split_once("\n\n").unwrap();
        let mut head = head.lines();
        assert_eq!(head.next(), Some("c2sp.org/tlog-proof@v1"));
        assert_eq!(head.next(), Some(format!("index {position}").as_str()));
        let path: Vec<Digest> = head
            .map(|line| Digest(Base64::decode_vec(line).unwrap().try_into().unwrap()))
            .collect();
        let (body, _) = note.split_once("\n\n").unwrap();
        let checkpoint = Checkpoint::parse(&format!("{body}\n")).unwrap();
        let leaf = tree::leaf_hash(entry.as_bytes());
        let (position, size) = (position as u64, checkpoint.size);
        proof::verify_inclusion(&leaf, position, size, &checkpoint.root, &path).unwrap();
    }
    assert_eq!(run(&city, &["prove", "inclusion", "14"]).status.code(), Some(13));
}

#[test]
fn a_reader_who_leaves_early_is_no_error() {
    let city = city();
    let events: Vec<Value> = (0..3000).map(|i| event(&format!("e-{i}"), "fee/1")).collect();
    append(&city, &lines(&events));
    let mut child = plumb()
        .args(["log", "--ndjson", "--dir"])
        .arg(&city.path)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_doctor_and_the_manual_know_every_part() {
    let city = city();
    let output = run(&city, &["doctor", "--json"]);
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(found["logs"][0]["size"], 1);
    let hash = blake3::hash(entries(&city)[0].as_bytes()).to_hex();
    assert_eq!(found["logs"][0]["last_hash"], hash.as_str());
    let words = run(&city, &["doctor"]);
    let words = String::from_utf8(words.stdout).unwrap();
    for part in ["日志 open", "已签 / signed       全部 / all", "损坏 / damage       无", "totals"]
    {
        assert!(words.contains(part), "{part} is missing:\n{words}");
    }
    let shell = plumb().args(["completions", "bash"]).output().unwrap();
    assert!(String::from_utf8(shell.stdout).unwrap().contains("checkpoint"));
    let pages = city.path.with_extension("man");
    assert!(plumb().arg("man").arg(&pages).output().unwrap().status.success());
    assert!(pages.join("plumb-append.1").is_file());
}
