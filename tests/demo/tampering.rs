//! The drill of tampering, through the built program: every kind is found, and
//! what only a checkpoint from elsewhere can show is said to be so without one.

use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const KINDS: [&str; 5] = ["byte", "drop", "swap", "truncate", "rewrite"];
const EVENTS: usize = 400;

struct City {
    _dir: tempfile::TempDir,
    path: PathBuf,
    /// The head as someone elsewhere keeps it.
    outside: PathBuf,
}

fn plumb(arguments: &[&str], dir: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plumb"));
    command.args(arguments).arg("--dir").arg(dir).stdin(Stdio::null()).output().unwrap()
}

/// A ledger of several segments, each of several commits.
fn city(origin: &str) -> City {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ledger");
    let mut init = Command::new(env!("CARGO_BIN_EXE_plumb"));
    assert!(init.args(["init", "--origin", origin]).arg(&path).output().unwrap().status.success());
    let config = path.join("plumbline.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, format!("{text}segment_bytes = 65536\n")).unwrap();
    for part in 0..8 {
        let events: String = (0..EVENTS / 8)
            .map(|n| {
                let event = json!({
                    "id": format!("e-{part}-{n}"), "stream": format!("fee/{}", n % 7),
                    "type": "fee.paid.v1", "occurred_at": "2026-03-05T16:20:00+08:00",
                    "source": {"system": "bank", "note": "x".repeat(300)},
                    "body": {"amount_fen": 12_000 + n, "payer": "某某某"},
                });
                format!("{event}\n")
            })
            .collect();
        let file = dir.path().join("events");
        std::fs::write(&file, events).unwrap();
        let appended = plumb(&["append", file.to_str().unwrap()], &path);
        assert!(appended.status.success(), "{}", String::from_utf8_lossy(&appended.stderr));
    }
    let outside = dir.path().join("outside");
    std::fs::write(&outside, plumb(&["checkpoint", "show"], &path).stdout).unwrap();
    let segments = std::fs::read_dir(path.join("logs/open")).unwrap();
    let segments = segments.filter(|f| f.as_ref().unwrap().path().extension().is_some());
    assert!(segments.count() >= 3, "the chain must be made anew over several files");
    City { _dir: dir, path, outside }
}

impl City {
    fn tamper(&self, kind: &str, more: &[&str]) -> (PathBuf, Value) {
        let copy = self.path.with_file_name(format!("{kind}{}", more.concat()));
        let mut arguments = vec!["demo", "tamper", "--kind", kind, "--json", "--copy-to"];
        arguments.push(copy.to_str().unwrap());
        arguments.extend_from_slice(more);
        let output = plumb(&arguments, &self.path);
        assert!(output.status.success(), "{kind}: {}", String::from_utf8_lossy(&output.stderr));
        (copy.clone(), serde_json::from_slice(&output.stdout).unwrap())
    }

    fn verify(&self, dir: &Path, outside: bool) -> (i32, Value) {
        let mut arguments = vec!["verify", "--json"];
        if outside {
            arguments.extend(["--checkpoint", self.outside.to_str().unwrap()]);
        }
        let output = plumb(&arguments, dir);
        let text = String::from_utf8(output.stdout).unwrap();
        let last = serde_json::from_str(text.lines().last().unwrap()).unwrap();
        (output.status.code().unwrap(), last)
    }
}

fn open(verdict: &Value) -> &Value {
    &verdict["logs"][0]
}

fn limits(verdict: &Value, limit: &str) -> bool {
    open(verdict)["limits"].as_array().unwrap().contains(&json!(limit))
}

#[test]
fn every_kind_is_found_with_a_checkpoint_from_elsewhere() {
    let city = city("demo.plumbline.local/drill");
    assert_eq!(city.verify(&city.path, true).0, 0);
    for kind in KINDS {
        let (dir, done) = city.tamper(kind, &[]);
        let (code, verdict) = city.verify(&dir, true);
        assert_eq!((code, &verdict["verdict"]), (3, &json!("fail")), "{kind}: {verdict}");
        let bad = &verdict["first_bad"];
        assert_eq!(bad["log"], "open", "{kind}");
        // A replaced entry is not told from the others by a root alone.
        let expected = match kind {
            "rewrite" => json!(EVENTS),
            _ => done["position"].clone(),
        };
        assert_eq!(bad["position"], expected, "{kind}: {verdict}");
        let parts = ["ok", "failed", "cannot_tell"].map(|name| open(&verdict)[name].as_u64());
        let sum: u64 = parts.iter().map(|part| part.unwrap()).sum();
        assert_eq!(Some(sum), open(&verdict)["available"].as_u64(), "{kind}: {verdict}");
        assert!(open(&verdict)["impact"].is_string(), "{kind}: {verdict}");
        // Whoever rewrote the log signed a head that fits: it counts for nothing.
        let position = done["position"].as_u64().unwrap();
        let stands = open(&verdict)["ok"].as_u64().unwrap();
        assert!(stands <= if kind == "rewrite" { 0 } else { position }, "{kind}: {verdict}");
    }
    // The original has not been touched.
    assert_eq!(city.verify(&city.path, true).0, 0);
}

#[test]
fn without_one_the_verdict_says_what_it_cannot_tell() {
    let city = city("demo.plumbline.local/drill");
    for kind in ["byte", "drop", "swap"] {
        let (dir, done) = city.tamper(kind, &[]);
        let (code, verdict) = city.verify(&dir, false);
        assert_eq!((code, &verdict["first_bad"]["position"]), (3, &done["position"]), "{kind}");
        // What stands before is verified, in the same commit too, and of what comes
        // after nothing is claimed.
        assert_eq!(open(&verdict)["ok"], done["position"], "{kind}: {verdict}");
        assert!(kind != "byte" || verdict["first_bad"]["stream"] == done["stream"], "{verdict}");
        assert_eq!(open(&verdict)["failed"], 1);
        assert!(open(&verdict)["cannot_tell"].as_u64().unwrap() > 0);
    }
    let (dir, done) = city.tamper("truncate", &[]);
    assert_eq!(done["size_after"], done["position"]);
    let (code, verdict) = city.verify(&dir, false);
    assert_eq!((code, &verdict["verdict"]), (4, &json!("cannot_tell")), "{verdict}");
    assert!(limits(&verdict, "no-checkpoint"), "{verdict}");
    // A whole rewriting under the ledger's own key is no other ledger to look at.
    let (dir, _) = city.tamper("rewrite", &[]);
    let (code, verdict) = city.verify(&dir, false);
    assert_eq!(code, 0, "{verdict}");
    assert!(limits(&verdict, "no-checkpoint-from-outside"), "{verdict}");
    let words = String::from_utf8(plumb(&["verify"], &dir).stdout).unwrap();
    assert!(words.contains("没有给出外部检查点"), "{words}");
    // So it is with the true one, which the same words are said of.
    let words = String::from_utf8(plumb(&["verify"], &city.path).stdout).unwrap();
    assert!(words.contains("没有给出外部检查点"), "{words}");
}

#[test]
fn the_first_and_the_last_entries_are_found_as_well() {
    let city = city("demo.plumbline.local/drill");
    for kind in KINDS {
        let last = if kind == "swap" { EVENTS - 1 } else { EVENTS };
        for position in [1, last] {
            let text = position.to_string();
            let (dir, done) = city.tamper(kind, &["--position", &text]);
            assert_eq!(city.verify(&dir, true).0, 3, "{kind} {done}");
        }
    }
}

#[test]
fn a_ledger_that_is_no_demo_is_not_touched() {
    let city = city("city.example/1");
    let refused = plumb(&["demo", "tamper", "--kind", "byte"], &city.path);
    let words = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(12), "{words}");
    assert!(words.contains("--copy-to"), "{words}");
    assert_eq!(city.verify(&city.path, true).0, 0);
    let (dir, _) = city.tamper("byte", &[]);
    assert_eq!(city.verify(&dir, true).0, 3);
    assert_eq!(city.verify(&city.path, true).0, 0);
    let beyond = plumb(
        &["demo", "tamper", "--kind", "byte", "--position", "9999", "--yes-this-destroys-evidence"],
        &city.path,
    );
    assert_eq!(beyond.status.code(), Some(13));
    let forced =
        plumb(&["demo", "tamper", "--kind", "byte", "--yes-this-destroys-evidence"], &city.path);
    assert!(forced.status.success());
    assert_eq!(city.verify(&city.path, false).0, 3);
}
