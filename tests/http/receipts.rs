//! Receipts as evidence: signed, proved, forged, and held against logs that broke
//! their promise.

use super::{JSON, Server, event, plumb, serving};
use plumbline_replay::integrity::checkpoint::VerifyingKey;
use plumbline_replay::integrity::tlog_proof::TlogProof;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;

pub fn key_of(ledger: &Path) -> String {
    let shown = plumb().args(["keys", "show", "--json", "--dir"]).arg(ledger).output().unwrap();
    let keys: Value = serde_json::from_slice(&shown.stdout).unwrap();
    keys["open"]["vkey"].as_str().unwrap().to_owned()
}

/// Exit code, output, and what was said besides.
pub fn run(command: &mut Command) -> (i32, String, String) {
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

struct Case {
    dir: tempfile::TempDir,
}

impl Case {
    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Holds receipts against something; gives exit code and report.
    fn verify(&self, receipts: &[Value], arguments: &[&str]) -> (i32, Value) {
        let file = self.path("receipts.ndjson");
        let lines: String = receipts.iter().map(|receipt| format!("{receipt}\n")).collect();
        std::fs::write(&file, lines).unwrap();
        let mut command = plumb();
        command.args(["verify", "receipt", "--json"]).arg(&file).args(arguments);
        let (code, out, told) = run(&mut command);
        let report = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out} {told}"));
        (code, report)
    }
}

fn reason(report: &Value) -> &str {
    report["first_bad"]["reason"].as_str().unwrap_or_else(|| panic!("{report}"))
}

fn signed_event(server: &Server, id: &str) -> Value {
    let made = server.post("/api/v1/events?signed=true", JSON, &[], &event(id).to_string());
    assert_eq!(made.status, 201);
    made.json()
}

#[test]
fn a_signed_receipt_becomes_a_proof_that_holds_without_the_ledger() {
    let server = serving(&["--public", "127.0.0.1:0"]);
    let ledger = server.dir.path().join("ledger");
    let key = key_of(&ledger);
    let plain = server.post("/api/v1/events", JSON, &[], &event("e-0").to_string()).json();
    assert!(plain.get("signature").is_none(), "signed where nobody asked");
    let receipt = signed_event(&server, "e-1");
    let lines = format!("{}\n", event("e-2"));
    let kind = "application/x-ndjson";
    let batch = server.post("/api/v1/events:batch?signed=true", kind, &[], &lines).json();
    assert!(batch["results"][0]["receipt"]["signature"].is_string());

    let again = server.get("/api/v1/receipts/bank/e-1").json();
    for member in ["id", "log", "position", "hash", "revision", "origin", "signature"] {
        assert_eq!(again[member], receipt[member], "{member}");
    }
    assert_eq!(again["duplicate"], true);
    let proof = TlogProof::parse(again["proof"].as_str().unwrap()).unwrap();
    let entry = server.get(&format!("/api/v1/events/{}", receipt["position"])).body;
    let public = VerifyingKey::parse(&key).unwrap();
    proof.verify(&public, &entry).unwrap();
    assert!(proof.verify(&public, b"another entry").is_err());
    assert_eq!(server.get("/api/v1/receipts/bank/none").json()["code"], "no-such-entry");

    let case = Case { dir: tempfile::tempdir().unwrap() };
    let url = format!("http://{}/log/open", server.public);
    let against = ["--url", url.as_str(), "--key", key.as_str()];
    let mut result = (4, Value::Null);
    for _ in 0..200 {
        result = case.verify(&[plain.clone(), receipt.clone(), again.clone()], &against);
        if result.0 != 4 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert_eq!((result.0, &result.1["receipts"]["held"]), (0, &json!(3)), "{}", result.1);
    forged(&case, &receipt, &against);
    let folder = ledger.display().to_string();
    for against in [&against[..], &["--dir", &folder]] {
        forged_proofs(&case, &again, against);
    }
    let nowhere = ["--url", "http://127.0.0.1:9/log/open", "--key", &key];
    assert_eq!(case.verify(&[receipt], &nowhere).0, 4);
}

/// Whatever is changed in the proof in a receipt, it is found out, and which hash it is.
fn forged_proofs(case: &Case, receipt: &Value, against: &[&str]) {
    let text = receipt["proof"].as_str().unwrap();
    let proof = TlogProof::parse(text).unwrap();
    assert!(proof.path.len() >= 2, "{text}");
    let said = |text: String| {
        let mut changed = receipt.clone();
        changed["proof"] = json!(text);
        let (code, report) = case.verify(&[changed], against);
        assert_eq!(code, 3, "{text}: {report}");
        reason(&report).to_owned()
    };
    assert_eq!(case.verify(std::slice::from_ref(receipt), against).0, 0);
    for level in 0..proof.path.len() {
        let mut changed = proof.clone();
        changed.path[level].0[7] ^= 1;
        let reason = said(changed.to_string());
        assert!(
            reason.contains(&format!("the hash at level {level} is not the log's")),
            "{reason}"
        );
    }
    let mut shorter = proof.clone();
    shorter.path.pop();
    assert!(said(shorter.to_string()).contains("are needed"));
    let elsewhere = TlogProof { index: proof.index - 1, ..proof.clone() };
    assert!(said(elsewhere.to_string()).contains("not of"));
    said("no proof".to_owned());
    said(text.replacen("\n\n", "\n", 1));
}

/// Whatever is changed in a signed receipt, it is found out.
fn forged(case: &Case, receipt: &Value, against: &[&str]) {
    for (member, value) in [
        ("id", json!("e-9")),
        ("position", json!(0)),
        ("hash", json!("00".repeat(32))),
        ("hash", json!("no digest")),
        ("origin", json!("another.example/open")),
        ("signature", json!("!")),
    ] {
        let mut changed = receipt.clone();
        changed[member] = value;
        let (code, report) = case.verify(&[changed], against);
        assert_eq!(code, 3, "{member}: {report}");
        assert!(reason(&report).contains("not what the log signed"), "{member}: {report}");
    }
    let mut other = receipt.clone();
    let signature = receipt["signature"].as_str().unwrap();
    other["signature"] = json!(format!("AAAA{}", &signature[4..]));
    let (code, report) = case.verify(&[other], against);
    assert_eq!(code, 4, "another key proves nothing: {report}");
}

/// A ledger, and a copy of it that went on otherwise under the same key.
fn two_histories(case: &Case) -> (Value, PathBuf, PathBuf) {
    let (one, other) = (case.path("one"), case.path("other"));
    assert_eq!(run(plumb().arg("init").arg(&one)).0, 0);
    assert_eq!(run(Command::new("cp").arg("-r").arg(&one).arg(&other)).0, 0);
    let mut receipts = Vec::new();
    for (ledger, id) in [(&one, "e-1"), (&other, "e-2")] {
        let file = case.path(id);
        std::fs::write(&file, event(id).to_string()).unwrap();
        let mut command = plumb();
        command.args(["append", "--signed", "--dir"]).arg(ledger).arg(&file);
        let (code, out, told) = run(&mut command);
        assert_eq!(code, 0, "{told}");
        receipts.push(serde_json::from_str(out.trim()).unwrap());
    }
    (receipts.remove(0), one, other)
}

#[test]
fn a_signed_receipt_without_its_entry_proves_the_breach() {
    let case = Case { dir: tempfile::tempdir().unwrap() };
    let (receipt, one, other) = two_histories(&case);
    let dir = |path: &Path| path.display().to_string();
    let sound = case.verify(std::slice::from_ref(&receipt), &["--dir", &dir(&one)]);
    assert_eq!(sound.0, 0, "{}", sound.1);
    forged(&case, &receipt, &["--dir", &dir(&one)]);

    let (code, report) = case.verify(std::slice::from_ref(&receipt), &["--dir", &dir(&other)]);
    assert_eq!((code, &report["first_bad"]["position"]), (3, &receipt["position"]));
    assert!(reason(&report).contains("itself the proof of a breach"), "{report}");
    // Published elsewhere, and read without the ledger.
    let (tiles, key) = (case.path("tiles"), key_of(&other));
    let mut export = plumb();
    export.args(["export", "tiles"]).arg(&tiles).arg("--dir").arg(&other);
    assert_eq!(run(&mut export).0, 0);
    let published = ["--url", &dir(&tiles), "--key", &key];
    let (code, report) = case.verify(std::slice::from_ref(&receipt), &published);
    assert_eq!(code, 3, "{report}");
    assert!(reason(&report).contains("itself the proof of a breach"), "{report}");
    let mut unsigned = receipt.clone();
    unsigned.as_object_mut().unwrap().remove("signature");
    let (code, report) = case.verify(&[unsigned], &published);
    assert_eq!(code, 3);
    assert!(reason(&report).contains("the log's key did not sign"), "{report}");

    // The log was cut: a later promise has no entry at all.
    let mut later = plumb();
    let file = case.path("e-3");
    std::fs::write(&file, event("e-3").to_string()).unwrap();
    later.args(["append", "--signed", "--dir"]).arg(&one).arg(&file);
    let promised: Value = serde_json::from_str(run(&mut later).1.trim()).unwrap();
    let (code, report) = case.verify(std::slice::from_ref(&promised), &["--dir", &dir(&other)]);
    assert_eq!(code, 3);
    assert!(reason(&report).contains("are here"), "{report}");
    let (code, report) = case.verify(&[promised], &published);
    assert_eq!(code, 4, "a checkpoint that is only older proves nothing: {report}");
}

#[test]
fn receipts_are_upgraded_and_their_checkpoints_bind_the_log() {
    let case = Case { dir: tempfile::tempdir().unwrap() };
    let (receipt, one, other) = two_histories(&case);
    let file = case.path("one.ndjson");
    std::fs::write(&file, format!("{receipt}\n")).unwrap();
    let upgrade = |ledger: &Path| {
        run(plumb().args(["receipt", "upgrade"]).arg(&file).arg("--dir").arg(ledger))
    };
    let (code, out, told) = upgrade(&one);
    assert_eq!(code, 0, "{told}");
    let upgraded: Value = serde_json::from_str(out.trim()).unwrap();
    let proof = TlogProof::parse(upgraded["proof"].as_str().unwrap()).unwrap();
    assert_eq!(proof.index, receipt["position"].as_u64().unwrap());
    let (code, _, told) = upgrade(&other);
    assert_eq!(code, 3, "{told}");
    assert!(told.contains("what the receipt promises is not there"), "{told}");

    let mut command = plumb();
    command.args(["receipt", "show", "e-1", "--system", "bank", "--dir"]).arg(&one);
    let shown: Value = serde_json::from_str(run(&mut command).1.trim()).unwrap();
    assert_eq!(shown["signature"], receipt["signature"]);
    let mut missing = plumb();
    missing.args(["receipt", "show", "e-7", "--system", "bank", "--dir"]).arg(&one);
    assert_eq!(run(&mut missing).0, 13);

    let dir = |path: &Path| path.display().to_string();
    let (code, report) = case.verify(std::slice::from_ref(&upgraded), &["--dir", &dir(&one)]);
    assert_eq!(code, 0, "{report}");
    let places = report["logs"][0]["checkpoints"].to_string();
    assert!(places.contains("receipt e-1"), "its checkpoint is held against the log: {report}");
    let (code, report) = case.verify(&[upgraded], &["--dir", &dir(&other)]);
    assert_eq!(code, 3);
    // The log itself fails: another root was signed over as many entries.
    assert!(reason(&report).contains("root"), "{report}");
}
