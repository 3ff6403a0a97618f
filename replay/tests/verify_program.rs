//! `plumb-replay verify` as an investigator runs it: on copies, on read-only
//! folders, with receipts, with keys and checkpoints that are missing or wrong.

#![allow(clippy::disallowed_methods, reason = "a test makes folders and runs the program")]

use plumbline_replay::integrity::chain::{Digest, entry_hash};
use plumbline_replay::integrity::checkpoint::{Checkpoint, SigningKey};
use plumbline_replay::integrity::entry::{Parts, Place};
use plumbline_replay::integrity::frame::{FrameBuilder, SegmentHeader};
use plumbline_replay::integrity::tree::{Frontier, leaf_hash};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A folder that is removed afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("plumb-replay-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A ledger with two logs of four entries, each in two segments, and its receipts.
fn ledger(folder: &Folder) -> Vec<String> {
    let mut receipts = Vec::new();
    for log in ["open", "sealed"] {
        let origin = format!("city.example/1/{log}");
        let key = SigningKey::from_seed(&origin, [log.len() as u8; 32]);
        let dir = folder.0.join("logs").join(log);
        std::fs::create_dir_all(&dir).unwrap();
        std::fs::create_dir_all(folder.0.join("heads")).unwrap();
        let mut tree = Frontier::new();
        let mut previous = Digest::ZERO;
        for first in [0u64, 2] {
            let header = SegmentHeader {
                origin: Digest(Sha256::digest(origin.as_bytes()).into()),
                first_position: first,
                previous,
                frontier: tree.nodes().to_vec(),
            };
            let mut frame = FrameBuilder::new(1, first, previous);
            for position in first..first + 2 {
                let (kind, body) = match position {
                    0 => (
                        "ledger.created.v1",
                        format!(r#"{{"checkpoint_key":"{}","origin":"{origin}"}}"#, key.vkey()),
                    ),
                    n => ("fee.paid.v1", format!(r#"{{"amount_fen":{n}}}"#)),
                };
                let submission = format!(
                    r#"{{"body":{body},"id":"{log}-{position}","occurred_at":"2026-01-02T09:00:00+08:00","precision":"minute","source":{{"system":"s"}},"stream":"s/{position}","type":"{kind}"}}"#
                );
                let recorded_at = format!("2026-01-03T00:00:00.{position:06}Z");
                let place = Place { position, previous, recorded_at: &recorded_at, revision: 0 };
                let parts = Parts::new(submission.into_bytes()).unwrap();
                let (entry, hash) = frame.entry(|out| parts.splice(&place, out)).unwrap();
                receipts.push(format!(
                    r#"{{"schema":"plumbline.receipt/1","id":"{log}-{position}","log":"{log}","position":{position},"hash":"{}","duplicate":false}}"#,
                    entry_hash(entry)
                ));
                tree.push(leaf_hash(entry));
                previous = hash;
            }
            let bytes = [header.encode(), frame.finish().to_vec()].concat();
            std::fs::write(dir.join(format!("{first:020}.seg")), bytes).unwrap();
        }
        let note = key.sign(&Checkpoint { origin, size: 4, root: tree.root() });
        std::fs::write(folder.0.join("heads").join(format!("{log}.checkpoint")), &note).unwrap();
        std::fs::write(dir.join("checkpoint"), &note).unwrap();
    }
    receipts
}

fn run(path: &Path, more: &[&str]) -> (i32, Value, String) {
    let program = env!("CARGO_BIN_EXE_plumb-replay");
    let mut command = Command::new(program);
    command.arg("verify").arg(path).args(more);
    let words = command.output().unwrap();
    let json = command.arg("--json").output().unwrap();
    let (code, same) = (words.status.code().unwrap(), json.status.code().unwrap());
    assert_eq!(code, same, "text and JSON end alike");
    let text = String::from_utf8(json.stdout).unwrap();
    let value: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert_eq!(value["schema"], "plumbline.verify/1");
    assert_eq!(value["exit_code"].as_i64(), Some(i64::from(code)));
    let words = [words.stdout, words.stderr].concat();
    (code, value, String::from_utf8(words).unwrap())
}

fn segment(folder: &Folder, log: &str, first: u64) -> PathBuf {
    folder.0.join("logs").join(log).join(format!("{first:020}.seg"))
}

#[test]
fn a_copy_without_keys_on_a_read_only_folder_is_verified() {
    let folder = Folder::new("copy");
    ledger(&folder);
    for path in [segment(&folder, "open", 0), folder.0.join("logs/open"), folder.0.clone()] {
        let mut rights = std::fs::metadata(&path).unwrap().permissions();
        rights.set_readonly(true);
        std::fs::set_permissions(&path, rights).unwrap();
    }
    let (code, value, words) = run(&folder.0, &[]);
    for path in [folder.0.clone(), folder.0.join("logs/open"), segment(&folder, "open", 0)] {
        let mut rights = std::fs::metadata(&path).unwrap().permissions();
        #[expect(clippy::permissions_set_readonly_false, reason = "a folder of this test alone")]
        rights.set_readonly(false);
        std::fs::set_permissions(&path, rights).unwrap();
    }
    assert_eq!((code, &value["verdict"], &value["checked"]), (0, &"pass".into(), &8.into()));
    assert_eq!(value["available"], 8);
    assert!(words.starts_with("核验通过 / verified\n"), "{words}");
    assert!(words.contains("取自账本"), "the key's origin is told: {words}");
    let (code, value, words) = run(&folder.0, &["--log", "open"]);
    assert_eq!((code, &value["checked"], &value["only"]), (0, &4.into(), &"open".into()));
    assert!(words.contains("仅日志 open"), "{words}");
}

#[test]
fn every_changed_byte_of_the_files_is_found() {
    let folder = Folder::new("bytes");
    ledger(&folder);
    let path = segment(&folder, "open", 2);
    let bytes = std::fs::read(&path).unwrap();
    for at in (0..bytes.len()).step_by(53).chain([bytes.len() - 1]) {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        std::fs::write(&path, &changed).unwrap();
        let (code, value, words) = run(&folder.0, &[]);
        assert_eq!((code, &value["verdict"]), (3, &"fail".into()), "byte {at}");
        let position = value["first_bad"]["position"].as_u64().unwrap();
        assert!((2..4).contains(&position), "byte {at}: {value}");
        assert_eq!(value["first_bad"]["log"], "open");
        assert!(words.contains("核验不通过") && words.contains("首处异常"), "{words}");
    }
}

#[test]
fn zeros_between_segments_are_found_with_file_and_byte() {
    let folder = Folder::new("zeros");
    ledger(&folder);
    let (first, last) = (segment(&folder, "open", 0), segment(&folder, "open", 2));
    let (bytes, end) = (std::fs::read(&first).unwrap(), std::fs::read(&last).unwrap());
    for count in [1, 95, 96, 512, 70_000] {
        std::fs::write(&first, [&bytes[..], &vec![0; count]].concat()).unwrap();
        let (code, value, words) = run(&folder.0, &[]);
        let bad = &value["first_bad"];
        assert_eq!(
            (code, &bad["log"], &bad["position"]),
            (3, &"open".into(), &2.into()),
            "{value}"
        );
        let place = format!("{} byte {}", first.display(), bytes.len());
        assert_eq!(bad["place"], place.as_str());
        assert!(bad["reason"].as_str().unwrap().contains("zeros"), "{bad}");
        assert!(words.contains(&place), "{words}");
    }
    // After the last frame of the last one they are what a writer has ready.
    std::fs::write(&first, &bytes).unwrap();
    std::fs::write(&last, [&end[..], &vec![0; 70_000]].concat()).unwrap();
    assert_eq!(run(&folder.0, &[]).0, 0);
}

#[test]
fn what_is_missing_is_told_and_never_passes() {
    let folder = Folder::new("missing");
    ledger(&folder);
    std::fs::remove_file(segment(&folder, "sealed", 2)).unwrap();
    let (code, value, _) = run(&folder.0, &[]);
    assert_eq!((code, &value["first_bad"]["position"]), (3, &2.into()), "{value}");
    assert_eq!((&value["checked"], &value["available"]), (&6.into(), &8.into()));
    // A whole log that is gone leaves its signed head.
    std::fs::remove_dir_all(folder.0.join("logs/sealed")).unwrap();
    assert_eq!(run(&folder.0, &[]).0, 4);
    let key = SigningKey::from_seed("city.example/1/sealed", [6; 32]).vkey();
    assert_eq!(run(&folder.0, &["--key", &key]).0, 3);
    // Neither a checkpoint nor a folder.
    std::fs::remove_dir_all(folder.0.join("heads")).unwrap();
    std::fs::remove_file(folder.0.join("logs/open/checkpoint")).unwrap();
    let (code, value, words) = run(&folder.0, &[]);
    assert_eq!((code, &value["verdict"]), (4, &"cannot_tell".into()));
    assert!(words.contains("没有检查点"), "{words}");
    assert_eq!(run(&folder.0.join("nothing"), &[]).0, 10);
    let absent = folder.0.join("none").display().to_string();
    assert_eq!(run(&folder.0, &["--checkpoint", &absent]).0, 4);
}

#[test]
fn a_checkpoint_that_cannot_be_verified_is_not_called_missing() {
    let folder = Folder::new("unverified");
    ledger(&folder);
    let stranger = SigningKey::from_seed("city.example/1/open", [9; 32]).vkey();
    let (code, value, words) = run(&folder.0, &["--log", "open", "--key", &stranger]);
    assert_eq!(code, 4, "{value}");
    let limits = value["logs"][0]["limits"].to_string();
    assert!(limits.contains("no-checkpoint-could-be-verified"), "{limits}");
    assert!(!limits.contains("\"no-checkpoint\""), "{limits}");
    assert!(words.contains("有检查点,但未能用该公钥核对"), "{words}");
}

#[test]
fn receipts_are_held_against_the_entries() {
    let folder = Folder::new("receipts");
    let receipts = ledger(&folder);
    let file = folder.0.join("receipts.ndjson");
    let arguments = ["--receipts", &file.display().to_string()];
    let with = |lines: &[String]| {
        std::fs::write(&file, lines.join("\n")).unwrap();
        run(&folder.0, &arguments)
    };
    let (code, value, _) = with(&receipts);
    assert_eq!((code, &value["receipts"]["held"]), (0, &8.into()), "{value}");
    let other = receipts[5].replace("\"hash\":\"", "\"hash\":\"0").replacen("0\",", "\",", 1);
    let (code, value, _) = with(&[receipts[0].clone(), other]);
    assert_eq!((code, &value["first_bad"]["position"]), (3, &1.into()), "{value}");
    assert_eq!(value["first_bad"]["log"], "sealed");
    let beyond = receipts[3].replace("\"position\":3", "\"position\":4");
    assert_eq!(with(&[beyond]).0, 3);
    let renamed = receipts[3].replace("open-3", "open-4");
    assert_eq!(with(&[renamed]).0, 3);
    let elsewhere = receipts[3].replace("\"log\":\"open\"", "\"log\":\"county\"");
    let (code, value, _) = with(&[elsewhere]);
    assert_eq!((code, &value["verdict"]), (4, &"cannot_tell".into()));
    assert_eq!(with(&["{}".to_owned()]).0, 6);
}

#[test]
fn a_file_that_holds_no_entry_is_another_file_and_no_breach() {
    let folder = Folder::new("no-entries");
    ledger(&folder);
    let note = std::fs::read_to_string(folder.0.join("heads/open.checkpoint")).unwrap();
    let proof = format!("c2sp.org/tlog-proof@v1\nindex 0\n\n{note}");
    for (content, hint) in
        [(note.as_str(), "--checkpoint"), (&proof, "inclusion"), ("a letter\n", "")]
    {
        let file = folder.0.join("file.ndjson");
        std::fs::write(&file, content).unwrap();
        let (code, _, words) = run(&file, &[]);
        assert_eq!(code, 4, "{words}");
        assert!(words.contains(hint), "{words}");
    }
    // One changed line among entries is a breach all the same.
    let file = folder.0.join("file.ndjson");
    std::fs::write(&file, "no entry\n{\"v\":1}\n").unwrap();
    assert_eq!(run(&file, &[]).0, 3);
}

#[test]
fn help_is_shown_wherever_it_is_asked_for_and_what_is_misspelt_is_refused() {
    let program = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_plumb-replay")).args(arguments).output();
        let output = output.unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    for arguments in [&["--help"][..], &["verify", "--help"], &["report", "-h"], &["-h"]] {
        let (code, out) = program(arguments);
        assert_eq!(code, Some(0), "{arguments:?}");
        assert!(out.contains("plumb-replay verify PATH"), "{out}");
    }
    let folder = Folder::new("misspelt");
    ledger(&folder);
    let path = folder.0.to_str().unwrap();
    assert_eq!(program(&["findings", path, "--rule", "R9.9.9"]).0, Some(2));
    let period = ["--from", "2026-02-01", "--to", "2026-01-01"];
    assert_eq!(program(&[&["report", "RP03", path], &period[..]].concat()).0, Some(2));
}
