//! Keys that are rotated and ledgers that are restored under the eyes of witnesses.

use super::plumb;
use super::receipts::{key_of, run};
use super::witness::{Watched, Witness, append, appended};
use serde_json::Value;
use std::path::{Path, PathBuf};

fn command(ledger: &Path, words: &[&str]) -> (i32, String, String) {
    run(plumb().args(words).arg("--dir").arg(ledger))
}

fn size_of(note: &str) -> u64 {
    note.lines().nth(1).unwrap().parse().unwrap()
}

fn written(dir: &Path, name: &str, text: &str) -> PathBuf {
    let path = dir.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn commands_that_write_ask_the_witnesses_and_say_who_is_missing() {
    let mut watched = Watched::new(2);
    let ledger = watched.ledger();
    append(&ledger, "e-1");
    let (code, note, told) = command(&ledger, &["checkpoint", "published"]);
    assert_eq!((code, size_of(&note)), (0, 2), "witnessed without a server: {told}");
    assert_eq!(watched.judge(&[&note]).0, 0);
    // One goes: what is recorded is recorded, and the words name it.
    drop(watched.witnesses.pop());
    let (code, receipt, told) = appended(&ledger, "e-2");
    assert_eq!(code, 0, "{told}");
    assert!(receipt.contains("\"position\":2"), "{receipt}");
    assert!(told.contains("w2.example") && told.contains("checkpoint witness"), "{told}");
    let (code, out, told) = command(&ledger, &["checkpoint", "witness", "--wait", "2"]);
    assert_eq!((code, out.as_str()), (4, ""), "{told}");
    assert!(told.contains("w2.example"), "{told}");
    let (_, still, _) = command(&ledger, &["checkpoint", "published"]);
    assert_eq!(still, note, "nothing newer counts as published");
    assert_eq!(watched.witnesses[0].seen()["logs"][0]["size"], 3, "the other has cosigned");
}

#[test]
fn a_rotation_is_followed_by_witnesses_that_were_told_of_the_key() {
    let mut watched = Watched::new(2);
    let ledger = watched.ledger();
    append(&ledger, "e-1");
    let first = key_of(&ledger);
    let (code, next, told) = command(&ledger, &["keys", "rotate", "--prepare"]);
    assert_eq!(code, 0, "{told}");
    let shown = |ledger: &Path| -> Value {
        serde_json::from_str(&command(ledger, &["keys", "show", "--json"]).1).unwrap()
    };
    assert_eq!(shown(&ledger)["open"]["next"], next.trim());
    assert_eq!(shown(&ledger)["open"]["vkey"], first.as_str());
    // Only the first witness is told.
    let folder = watched.dir.path().join("w1");
    let address = watched.witnesses[0].address.clone();
    drop(watched.witnesses.remove(0));
    let arguments = ["--listen", &address, "--log", next.trim()];
    watched.witnesses.insert(0, Witness::start(&folder, &arguments));
    let (code, _, told) = command(&ledger, &["keys", "rotate"]);
    assert_eq!(code, 0, "{told}");
    let second = key_of(&ledger);
    assert_eq!(second, next.trim());
    assert_eq!(shown(&ledger)["open"]["history"][0]["old"], first.as_str());
    // The first head with the new key carries both lines, so both cosign it; the next
    // one is for those who know the new key.
    let (_, both, _) = command(&ledger, &["checkpoint", "published"]);
    assert_eq!(size_of(&both), 3);
    assert_eq!(watched.judge(&[&both]).0, 0);
    let (code, _, told) = appended(&ledger, "e-2");
    assert_eq!(code, 0, "{told}");
    assert!(told.contains("w2.example") && !told.contains("w1.example did not"), "{told}");
    for key in [&first, &second] {
        let file = written(watched.dir.path(), "both", &both);
        let mut verify = plumb();
        verify.args(["verify", "checkpoint", "--key", key]).arg(&file);
        let (code, words, _) = run(verify.arg("--dir").arg(&ledger));
        assert_eq!(code, 0, "{words}");
    }
    // A stranger with the first key follows the published log to the second.
    let tiles = watched.dir.path().join("tiles");
    assert_eq!(run(plumb().args(["export", "tiles"]).arg(&tiles).arg("--dir").arg(&ledger)).0, 0);
    let receipt = written(watched.dir.path(), "receipt", &appended(&ledger, "e-2").1);
    for key in [&first, &second] {
        let mut verify = plumb();
        verify.args(["verify", "receipt", "--key", key, "--url"]).arg(&tiles).arg(&receipt);
        let (code, words, _) = run(&mut verify);
        assert_eq!(code, 0, "{words}");
    }
}

struct Lost {
    watched: Watched,
    /// The ledger as it was brought back, and a receipt of what is lost.
    copy: PathBuf,
    receipt: String,
    /// The last checkpoint of what is lost.
    head: PathBuf,
    first: String,
}

/// A ledger with three events of which a backup has one.
fn lost() -> Lost {
    let watched = Watched::new(2);
    let (ledger, copy) = (watched.ledger(), watched.dir.path().join("copy"));
    append(&ledger, "e-1");
    assert_eq!(run(std::process::Command::new("cp").arg("-r").arg(&ledger).arg(&copy)).0, 0);
    append(&ledger, "e-2");
    let receipt = appended(&ledger, "e-3").1;
    let note = command(&ledger, &["checkpoint", "published"]).1;
    let head = written(watched.dir.path(), "head", &note);
    let first = key_of(&copy);
    Lost { watched, copy, receipt, head, first }
}

impl Lost {
    fn file(&self, name: &str) -> PathBuf {
        self.watched.dir.path().join(name)
    }

    fn person(&self, name: &str) -> String {
        let (code, key, told) = run(plumb().args(["keys", "person", name]));
        assert_eq!(code, 0);
        std::fs::write(self.file(name), key).unwrap();
        told.rsplit(' ').next().unwrap().trim().to_owned()
    }

    fn plan(&self, persons: [&str; 2]) -> (i32, String) {
        let mut plan = plumb();
        plan.args(["restore", "plan", "--origin", "city.example/2", "--reason", "磁盘损坏"]);
        plan.args(["--person", persons[0], "--person", persons[1], "--lost"]).arg(&self.head);
        plan.arg("-o").arg(self.file("ceremony")).arg("--dir").arg(&self.copy);
        let (code, out, told) = run(&mut plan);
        (code, out + &told)
    }

    fn approve(&self, name: &str) -> i32 {
        let mut approve = plumb();
        approve.args(["restore", "approve"]).arg(self.file("ceremony"));
        run(approve.arg("--key").arg(self.file(name))).0
    }

    fn run(&self) -> (i32, String) {
        let mut restore = plumb();
        restore.args(["restore", "run"]).arg(self.file("ceremony")).arg("--dir").arg(&self.copy);
        let (code, out, told) = run(&mut restore);
        (code, out + &told)
    }

    fn verify(&self, words: &[&str]) -> (i32, Value) {
        let mut verify = plumb();
        verify.arg("verify").args(words).args(["--json", "--dir"]).arg(&self.copy);
        let (code, out, told) = run(&mut verify);
        (code, serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}{told}")))
    }
}

#[test]
fn a_ledger_goes_on_from_a_backup_by_a_ceremony_that_stays_visible() {
    let lost = lost();
    let (one, two) = (lost.person("officer-1"), lost.person("officer-2"));
    // Not by one person, not unsigned, not by who is not named.
    assert_eq!(lost.plan([&one, &one]).0, 2);
    let (code, words) = lost.plan([&one, &two]);
    assert_eq!(code, 0, "{words}");
    assert!(words.contains("磁盘损坏"), "{words}");
    assert_eq!(lost.run().0, 12);
    assert_eq!(lost.approve("officer-1"), 0);
    assert_eq!(lost.approve("officer-1"), 0, "again changes nothing");
    let (code, words) = lost.run();
    assert_eq!(code, 12, "{words}");
    lost.person("officer-3");
    assert_eq!(lost.approve("officer-3"), 2);
    assert_eq!(lost.verify(&[]).0, 0, "nothing has changed so far");
    assert_eq!(lost.approve("officer-2"), 0);
    let (code, words) = lost.run();
    assert_eq!(code, 0, "{words}");

    // It goes on, under another origin, and every report tells.
    let (code, report) = lost.verify(&["--key", &lost.first]);
    assert_eq!(code, 0, "{report}");
    let change = &report["logs"][0]["key_changes"][0];
    assert_eq!((&change["position"], &change["restored"]["lost"]), (&2.into(), &4.into()));
    assert_eq!(change["restored"]["persons"], serde_json::json!(["officer-1", "officer-2"]));
    assert!(report["logs"][0]["limits"].to_string().contains("restored-from-a-backup"));
    let second = key_of(&lost.copy);
    assert!(second.starts_with("city.example/2/open+"), "{second}");
    assert_eq!(lost.verify(&["--key", &second]).0, 0);
    for words in [&["doctor"][..], &["stats"], &["checkpoint", "show"]] {
        let (_, out, told) = command(&lost.copy, words);
        assert!((out + &told).contains("磁盘损坏"), "{words:?}");
    }

    // What is lost says so, and is a breach all the same.
    let receipt = written(lost.watched.dir.path(), "receipt", &lost.receipt);
    let (code, report) = lost.verify(&["receipt", receipt.to_str().unwrap(), "--key", &lost.first]);
    assert_eq!(code, 3, "{report}");
    let reason = report["first_bad"]["reason"].to_string();
    assert!(reason.contains("officer-1") && reason.contains("own key signed"), "{reason}");
    let (code, report) = lost.verify(&["checkpoint", lost.head.to_str().unwrap()]);
    assert_eq!((code, &report["first_bad"]["position"]), (3, &2.into()), "{report}");
    assert!(report["first_bad"]["reason"].to_string().contains("磁盘损坏"));

    // No witness is shown a fork: the old origin stays where it was, the new one is
    // cosigned once a witness watches it.
    let (code, _, told) = appended(&lost.copy, "e-4");
    assert_eq!(code, 0, "{told}");
    assert!(told.contains("w1.example") && told.contains("404"), "{told}");
    let seen = lost.watched.witnesses[0].seen();
    assert_eq!(
        (&seen["logs"][0]["size"], &seen["logs"][0]["contradictions"]),
        (&4.into(), &0.into())
    );
    let Lost { mut watched, copy, first, .. } = lost;
    for number in [1, 2] {
        let folder = watched.dir.path().join(format!("w{number}"));
        let address = watched.witnesses[0].address.clone();
        drop(watched.witnesses.remove(0));
        watched.witnesses.push(Witness::start(&folder, &["--listen", &address, "--log", &second]));
    }
    let (code, note, told) = command(&copy, &["checkpoint", "witness"]);
    assert_eq!(code, 0, "{told}");
    assert_eq!(note.lines().next(), Some("city.example/2/open"));
    let file = written(watched.dir.path(), "note", &note);
    let mut verify = plumb();
    verify.args(["verify", "checkpoint", "--key", &first]).arg(&file).arg("--dir").arg(&copy);
    assert_eq!(run(&mut verify).0, 0);
}

#[test]
fn a_ceremony_is_of_one_state_and_is_finished_if_it_was_cut_short() {
    let lost = lost();
    let (one, two) = (lost.person("officer-1"), lost.person("officer-2"));
    assert_eq!(lost.plan([&one, &two]).0, 0);
    assert_eq!((lost.approve("officer-1"), lost.approve("officer-2")), (0, 0));
    // Grown since it was signed: the two persons signed another state.
    super::witness::ask_nobody(&lost.copy);
    append(&lost.copy, "e-9");
    let (code, words) = lost.run();
    assert_eq!(code, 12, "{words}");
    assert!(words.contains("plan it again"), "{words}");
    assert_eq!(lost.verify(&[]).0, 0);
    // A text that was changed after it was signed is signed by nobody.
    assert_eq!(lost.plan([&one, &two]).0, 0);
    assert_eq!((lost.approve("officer-1"), lost.approve("officer-2")), (0, 0));
    let text = std::fs::read_to_string(lost.file("ceremony")).unwrap();
    std::fs::write(lost.file("ceremony"), text.replace("磁盘损坏", "例行维护")).unwrap();
    assert_eq!(lost.run().0, 12);
    std::fs::write(lost.file("ceremony"), &text).unwrap();
    // Cut short right after it was begun: nobody writes, and running again ends it.
    let begun = lost.watched.dir.path().join("begun");
    let copied = run(std::process::Command::new("cp").arg("-r").arg(&lost.copy).arg(&begun));
    assert_eq!(copied.0, 0);
    assert_eq!(lost.run().0, 0);
    let done = |ledger: &Path| command(ledger, &["verify", "--key", &lost.first]).0;
    assert_eq!(done(&lost.copy), 0);
    // The intent is what the finished one recorded: put it back beside the old state.
    let entry = command(&lost.copy, &["keys", "history"]).1;
    let stated: Value = serde_json::from_str(entry.lines().next().unwrap()).unwrap();
    let sealed = command(&lost.copy, &["keys", "history", "--log", "sealed"]).1;
    let sealed: Value = serde_json::from_str(sealed.lines().next().unwrap()).unwrap();
    let part = |stated: &Value| {
        let mut part = serde_json::json!({"note": stated["body"]["note"]});
        if !stated["body"]["lost_note"].is_null() {
            part["lost"] = stated["body"]["lost_note"].clone();
        }
        part
    };
    let intent = serde_json::json!({
        "schema": "plumbline.restoration/1", "origin": "city.example/2",
        "open": part(&stated), "sealed": part(&sealed),
    });
    std::fs::write(begun.join("heads/restoration.json"), intent.to_string()).unwrap();
    let (code, _, told) = appended(&begun, "e-8");
    assert_eq!(code, 1, "{told}");
    assert!(told.contains("restore run"), "{told}");
    let (code, _, told) = command(&begun, &["restore", "run"]);
    assert_eq!(code, 0, "{told}");
    assert_eq!(done(&begun), 0);
    assert!(!begun.join("heads/restoration.json").exists());
}
