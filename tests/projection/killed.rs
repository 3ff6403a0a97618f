//! A process killed while it folds: the next one goes on, and loses nothing.

use plumbline::ledger::submission::Submission;
use plumbline::ledger::{Surroundings, create};
use plumbline::{clock::SystemClock, config::Config};
use plumbline_replay::integrity::json::parse;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

const EVENTS: usize = 6_000;
const KILLS: u64 = 12;

fn ledger(dir: &Path) {
    let config = Config::new("city.example".to_owned(), "Asia/Shanghai".to_owned());
    let given = Surroundings {
        clock: Arc::new(SystemClock),
        randomness: Box::new(|out| getrandom::fill(out).map_err(|error| error.to_string())),
        who: "test".to_owned(),
    };
    let ledger = create(dir, &config, given).unwrap();
    let numbers: Vec<usize> = (0..EVENTS).collect();
    for part in numbers.chunks(1_000) {
        let submission = |n: &usize| {
            let text = format!(
                r#"{{"actor":{{"unit":"u-{}"}},"body":{{"amount_fen":{n}}},"id":"e-{n}",
                "occurred_at":"2026-02-03T09:00:00+08:00","source":{{"system":"test"}},
                "stream":"fee/{}","type":"fee.paid.v1"}}"#,
                n % 17,
                n % 1_500,
            );
            Submission::new(parse(text.as_bytes()).unwrap().into_owned())
        };
        for answer in ledger.append(part.iter().map(submission).collect()) {
            answer.unwrap();
        }
    }
    ledger.close();
}

fn doctor(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plumb"));
    command.args(["doctor", "--json", "--dir"]).arg(dir);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// What the doctor says of the read models.
fn models(dir: &Path) -> serde_json::Value {
    let output = doctor(dir).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let plain = |model: &serde_json::Value| {
        let members = ["log", "name", "version", "position", "rows", "digest"];
        members.map(|member| model[member].clone()).to_vec()
    };
    let models: Vec<_> = json["projections"].as_array().unwrap().iter().map(plain).collect();
    serde_json::json!(models)
}

#[test]
fn a_fold_that_is_killed_goes_on_as_if_nothing_had_happened() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("ledger");
    ledger(&root);
    let whole = models(&root);
    assert_eq!(whole[1][3], EVENTS as u64 + 1, "{whole}");
    for kill in 0..KILLS {
        std::fs::remove_dir_all(root.join("derived")).unwrap();
        // From before anything is opened to after everything is written.
        let mut child = doctor(&root).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(kill * 60));
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(models(&root), whole, "killed after {} ms", kill * 60);
    }
}
