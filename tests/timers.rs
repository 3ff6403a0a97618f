//! `plumb timers`: what time alone brings about gets into a ledger once.

use std::path::Path;
use std::process::Command;

fn plumb(arguments: &[&str]) -> (Option<i32>, String) {
    let program = Command::new(env!("CARGO_BIN_EXE_plumb")).args(arguments).output();
    let program = program.expect("the program runs");
    let text = String::from_utf8(program.stdout).expect("text");
    assert!(program.status.success(), "{}", String::from_utf8_lossy(&program.stderr));
    (program.status.code(), text)
}

fn submission(id: u32, stream: &str, kind: &str, at: &str, body: &str) -> String {
    format!(
        r#"{{"id":"018f0000-0000-7000-8000-{id:012}","stream":"{stream}","type":"{kind}","occurred_at":"{at}","source":{{"system":"window","kind":"native"}},"actor":{{"unit":"unit/a"}},"body":{body}}}"#
    )
}

/// A ledger with one application that nobody answered.
fn ledger(folder: &Path) -> String {
    let dir = folder.join("ledger").display().to_string();
    plumb(&["init", &dir]);
    let lines = submission(
        1,
        "approval/1",
        "approval.application.submitted.v1",
        "2024-03-04T10:00:00+08:00",
        r#"{"application_no":"申1","channel":"窗口"}"#,
    );
    let file = folder.join("in.ndjson");
    std::fs::write(&file, lines + "\n").expect("a file");
    plumb(&["append", "--dir", &dir, &file.display().to_string()]);
    dir
}

fn entries(dir: &str) -> Vec<serde_json::Value> {
    let (_, text) = plumb(&["export", "--dir", dir, "ndjson"]);
    let lines = text.lines().filter(|line| line.starts_with('{'));
    lines.map(|line| serde_json::from_str(line).expect("an entry")).collect()
}

#[test]
fn what_is_due_is_recorded_once_with_the_moment_it_became_due() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = ledger(folder.path());
    let before = entries(&dir).len();
    let run = |until: &str| plumb(&["timers", "run", "--dir", &dir, "--until", until, "--json"]).1;
    // A dry run lists and records nothing.
    let (_, listed) =
        plumb(&["timers", "run", "--dir", &dir, "--until", "2024-03-20", "--dry-run", "--json"]);
    assert!(listed.contains("approval.acceptance.deemed.v1"), "{listed}");
    assert_eq!(entries(&dir).len(), before);
    // Five working days end on 11 March.
    assert!(run("2024-03-11").contains("\"recorded\":0"));
    assert!(run("2024-03-20").contains("\"recorded\":1"));
    assert!(run("2024-03-20").contains("\"recorded\":0"));
    let all = entries(&dir);
    let kind = "approval.acceptance.deemed.v1";
    let deemed: Vec<_> = all.iter().filter(|entry| entry["type"] == kind).collect();
    assert_eq!(deemed.len(), 1);
    assert_eq!(deemed[0]["occurred_at"], "2024-03-12T00:00:00+08:00");
    assert_eq!(deemed[0]["source"]["kind"], "timer");
    assert_eq!(deemed[0]["body"]["deemed_on"], "2024-03-04");
    assert!(deemed[0]["late_reason"].is_string());
    // Regrowing what can be regrown emits nothing.
    plumb(&["rebuild", "--dir", &dir]);
    assert_eq!(entries(&dir).len(), all.len());
}
