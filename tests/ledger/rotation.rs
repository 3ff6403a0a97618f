//! A log's key is replaced whatever step power fails at, and what was signed under any
//! of its keys stays verifiable, from the first key or from the last.

use super::city::{config, new_ledger, open, record, surroundings};
use super::signing::copy;
use plumbline::config::Layout;
use plumbline::ledger::checkpoints::{latest, signing_key};
use plumbline::ledger::submission::Submission;
use plumbline::ledger::{AppendError, Ledger, LogName, RefusalCode, rotation};
use plumbline::receipt::Signer;
use plumbline_replay::audit::Audit;
use plumbline_replay::integrity::checkpoint::{Checkpoint, SigningKey};
use plumbline_replay::integrity::json::Json;
use plumbline_replay::walk::Witness;
use plumbline_replay::walk::report::Report;
use std::path::{Path, PathBuf};

const SEED: [u8; 32] = [5; 32];

fn key(dir: &Path) -> SigningKey {
    signing_key(&Layout::new(dir), LogName::Open).unwrap()
}

fn sign(dir: &Path) -> String {
    latest(&Layout::new(dir), &config(), LogName::Open).unwrap()
}

fn grow(dir: &Path, numbers: std::ops::Range<u64>) {
    let ledger = open(dir);
    numbers.for_each(|number| drop(record(&ledger, [number])));
    ledger.close();
}

fn verify(dir: &Path, key: Option<&str>, notes: &[&str]) -> Report {
    let checkpoints = notes.iter().map(|note| Witness {
        place: "given".to_owned(),
        note: (*note).to_owned(),
        handed_in: true,
    });
    let audit = Audit {
        path: dir.to_owned(),
        only: Some("open".to_owned()),
        checkpoints: checkpoints.collect(),
        keys: key.map(str::to_owned).into_iter().collect(),
        threads: 2,
        ..Audit::default()
    };
    audit.run().unwrap()
}

fn bad_at(report: &Report) -> u64 {
    assert_eq!(report.exit_code(), 3, "{}", report.words());
    report.logs[0].first_bad.as_ref().unwrap().position
}

/// The folder at each step of a rotation, cut short after it.
fn cut_short(dir: &Path) -> Vec<(&'static str, PathBuf)> {
    let at = |name: &str| dir.join(name);
    let one = at("one");
    new_ledger(&one).close();
    grow(&one, 0..40);
    sign(&one);
    let mut states = Vec::new();
    let mut keep = |name: &'static str, from: &Path| {
        copy(from, &at(name));
        states.push((name, at(name)));
    };
    keep("nothing", &one);
    let layout = Layout::new(&one);
    rotation::prepare(&layout, LogName::Open, SEED).unwrap();
    keep("key made", &one);
    let ledger = open(&one);
    rotation::record(&ledger, LogName::Open, SEED).unwrap();
    ledger.close();
    keep("entry recorded", &one);
    let old = std::fs::read(layout.signing_key(LogName::Open)).unwrap();
    sign(&one);
    // Steps of one call, put together from what was before and after it.
    let finished = Layout::new(&one);
    let (head, beside) = (finished.head(LogName::Open), finished.checkpoint(LogName::Open));
    let put = |dir: &Path, from: &Path| {
        std::fs::copy(from, dir.join(from.strip_prefix(&one).unwrap())).unwrap();
    };
    let half = at("half");
    copy(&at("entry recorded"), &half);
    put(&half, &head);
    keep("head signed", &half);
    put(&half, &beside);
    keep("checkpoint signed", &half);
    std::fs::write(Layout::new(&half).retired_key(LogName::Open), &old).unwrap();
    keep("old key named", &half);
    put(&half, &finished.signing_key(LogName::Open));
    std::fs::remove_file(Layout::new(&half).next_key(LogName::Open)).unwrap();
    keep("new key in place", &half);
    keep("finished", &one);
    states
}

#[test]
fn a_rotation_cut_short_at_any_step_is_finished_by_the_next_signing() {
    let dir = tempfile::tempdir().unwrap();
    let states = cut_short(dir.path());
    let first = key(&states[0].1).vkey();
    let next = SigningKey::from_seed("city.example/open", SEED).vkey();
    assert_eq!(states.len(), 8);
    for (number, (name, state)) in states.iter().enumerate() {
        for more in [0, 60] {
            let there = dir.path().join(format!("tried {number} {more}"));
            copy(state, &there);
            let old = std::fs::read_to_string(Layout::new(&there).signing_key(LogName::Open));
            grow(&there, 100..100 + more);
            let note = sign(&there);
            let layout = Layout::new(&there);
            let rotated = number >= 2;
            let due = if rotated { &next } else { &first };
            assert_eq!(key(&there).vkey(), *due, "{name} {more}");
            assert!(!layout.retired_key(LogName::Open).exists(), "{name}");
            assert_eq!(layout.next_key(LogName::Open).exists(), number == 1, "{name}");
            if rotated && number < 6 {
                let secret = old.unwrap();
                let kept = holds(&there, secret.trim());
                assert!(!kept, "{name}: the old private key is still in some file");
            }
            for trusted in [Some(first.as_str()), Some(due.as_str()), None] {
                let report = verify(&there, trusted, &[&note]);
                assert_eq!(report.exit_code(), 0, "{name} {more}: {}", report.words());
                assert_eq!(report.logs[0].changes.len(), usize::from(rotated));
            }
            // And the next one goes as smoothly.
            let ledger = open(&there);
            rotation::rotate(&ledger, LogName::Open, [6; 32]).unwrap();
            ledger.close();
            assert_eq!(verify(&there, Some(&first), &[&note]).exit_code(), 0, "{name}");
        }
    }
}

fn holds(dir: &Path, secret: &str) -> bool {
    std::fs::read_dir(dir).unwrap().any(|item| {
        let path = item.unwrap().path();
        if path.is_dir() {
            return holds(&path, secret);
        }
        let bytes = std::fs::read(&path).unwrap();
        bytes.windows(secret.len()).any(|window| window == secret.as_bytes())
    })
}

/// A ledger rotated twice, with a note and a receipt from before each time.
struct Rotated {
    dir: tempfile::TempDir,
    keys: Vec<SigningKey>,
    notes: Vec<String>,
    receipts: Vec<String>,
    /// Positions of the two rotations.
    at: Vec<u64>,
}

fn rotated() -> Rotated {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ledger");
    new_ledger(&path).close();
    let mut out = Rotated { dir, keys: vec![], notes: vec![], receipts: vec![], at: vec![] };
    for round in 0..3u8 {
        let ledger = open(&path);
        let from = u64::from(round) * 30;
        let receipts: Vec<_> = (from..from + 30).flat_map(|n| record(&ledger, [n])).collect();
        let signer = Signer::open(ledger.layout()).unwrap();
        out.receipts.push(signer.signed(&receipts[7]).to_string());
        out.keys.push(key(&path));
        out.notes.push(sign(&path));
        if round < 2 {
            let seed = [40 + round; 32];
            out.at.push(rotation::rotate(&ledger, LogName::Open, seed).unwrap().position);
        }
        ledger.close();
    }
    out
}

impl Rotated {
    fn path(&self) -> PathBuf {
        self.dir.path().join("ledger")
    }

    fn receipts(&self, text: &str, key: &str) -> Report {
        let file = self.dir.path().join("receipts");
        std::fs::write(&file, text).unwrap();
        let audit = Audit {
            path: self.path(),
            only: Some("open".to_owned()),
            keys: vec![key.to_owned()],
            receipts: vec![file],
            threads: 1,
            ..Audit::default()
        };
        audit.run().unwrap()
    }
}

#[test]
fn what_each_key_signed_is_verified_from_any_of_them() {
    let all = rotated();
    for trusted in &all.keys {
        let vkey = trusted.vkey();
        let notes: Vec<&str> = all.notes.iter().map(String::as_str).collect();
        let report = verify(&all.path(), Some(&vkey), &notes);
        assert_eq!(report.exit_code(), 0, "{}", report.words());
        assert!(report.words().contains("the key"), "rotations are told");
        let text = all.receipts.join("\n");
        let report = all.receipts(&text, &vkey);
        assert_eq!(report.exit_code(), 0, "{}", report.words());
        assert_eq!(report.receipts.unwrap().held, 3);
    }
    let stranger = SigningKey::from_seed("city.example/open", [99; 32]).vkey();
    assert_eq!(verify(&all.path(), Some(&stranger), &[]).exit_code(), 4, "proves nothing");
}

#[test]
fn a_key_outside_its_time_is_a_breach_at_the_entry_that_says_so() {
    let all = rotated();
    let [first, second, _] = all.keys.as_slice() else { panic!() };
    let vkey = first.vkey();
    let last = all.notes.last().unwrap();
    let size = last.lines().nth(1).unwrap().parse::<u64>().unwrap();
    let root_line = last.lines().nth(2).unwrap();
    let head = |size: u64| {
        Checkpoint::parse(&format!("city.example/open\n{size}\n{root_line}\n")).unwrap()
    };
    // The retired key signs on: even the true root.
    assert_eq!(bad_at(&verify(&all.path(), Some(&vkey), &[&first.sign(&head(size))])), all.at[0]);
    assert_eq!(bad_at(&verify(&all.path(), Some(&vkey), &[&second.sign(&head(size))])), all.at[1]);
    // The next key signs before it was introduced.
    let early = &all.notes[0];
    let early = Checkpoint::parse(
        early.split_once("\n\n").map(|(t, _)| format!("{t}\n")).unwrap().as_str(),
    );
    let early = second.sign(&early.unwrap());
    assert_eq!(bad_at(&verify(&all.path(), Some(&vkey), &[&early])), all.at[0]);
    // A receipt under a key that was retired before its entry.
    let mut receipt: serde_json::Value = serde_json::from_str(&all.receipts[2]).unwrap();
    let hash = receipt["hash"].as_str().unwrap().to_owned();
    let promise = plumbline_replay::integrity::receipt::Promise {
        origin: "city.example/open",
        id: receipt["id"].as_str().unwrap(),
        position: receipt["position"].as_u64().unwrap(),
        hash: plumbline_replay::integrity::chain::Digest::from_hex(hash.as_bytes()).unwrap(),
    };
    let signature = promise.sign(first);
    receipt["signature"] = signature.into();
    let report = all.receipts(&receipt.to_string(), &vkey);
    assert_eq!(report.exit_code(), 3, "{}", report.words());
    assert!(report.words().contains("retired"), "{}", report.words());
}

#[test]
fn nobody_but_the_ledger_rotates_and_a_lost_new_key_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ledger");
    let ledger = new_ledger(&path);
    record(&ledger, [1]);
    let text = |value: &str| Json::text(value.to_owned());
    let claim = Submission::new(Json::object([
        ("id", text("k-1")),
        ("stream", text("fee/1")),
        ("type", text("ledger.key.rotated.v1")),
        ("occurred_at", text("2026-03-05T16:20:00+08:00")),
        ("source", Json::object([("system", text("hall"))])),
    ]));
    let answer = ledger.append(vec![claim]).pop().unwrap();
    assert!(
        matches!(answer, Err(AppendError::Refused(refusal)) if refusal.code == RefusalCode::ReservedType)
    );
    rotation::record(&ledger, LogName::Open, SEED).unwrap();
    ledger.close();
    let layout = Layout::new(&path);
    std::fs::remove_file(layout.next_key(LogName::Open)).unwrap();
    let refused = latest(&layout, &config(), LogName::Open).unwrap_err().to_string();
    assert!(refused.contains("private half is not here"), "{refused}");
    let _ = Ledger::open(&path, surroundings()).unwrap();
}
