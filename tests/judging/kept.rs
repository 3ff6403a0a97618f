//! What was kept for reports: it answers for the log that it is of, and the log itself
//! answers where it is not whole. That it gives the log's own bytes is held over the
//! city beside the other reports (`reports.rs`).

use super::{plumb, text};
use serde_json::{Value, json};
use std::path::Path;

fn append(dir: &Path, number: u32) {
    let event = json!({"id": format!("e-{number}"), "stream": format!("fee/{number}"),
        "type": "fee.assessed.v1", "occurred_at": "2024-03-04T10:00:00+08:00",
        "source": {"system": "hall", "kind": "native"}, "actor": {"unit": "unit/a"},
        "body": {"lines": [{"fee_code": "SF-1", "qty": 1, "amount_fen": 100}]}});
    let file = dir.with_extension("ndjson");
    std::fs::write(&file, format!("{event}\n")).expect("written");
    let appended = plumb(&["append", "--dir", text(dir), text(&file)]);
    assert!(appended.status.success(), "{}", String::from_utf8_lossy(&appended.stderr));
}

#[test]
fn what_was_kept_answers_for_its_own_log_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path().join("ledger");
    assert!(plumb(&["init", text(&dir)]).status.success());
    append(&dir, 1);
    let run = |more: &[&str]| {
        let all = [&["report", "run", "RP06", "--dir", text(&dir)], more].concat();
        let made = plumb(&all);
        (made.status.code(), made.stdout)
    };
    assert_eq!(run(&["--kept"]).0, Some(4), "nothing is kept yet");
    let (_, first) = run(&[]);
    assert!(plumb(&["report", "refresh", "--dir", text(&dir)]).status.success());
    assert_eq!(run(&["--kept"]), (Some(0), first.clone()));
    assert_eq!(run(&[]), (Some(0), first.clone()));
    // The log has grown: what was kept is of its prefix until somebody asks for the end.
    append(&dir, 2);
    assert_eq!(run(&["--kept"]), (Some(0), first.clone()));
    let (_, second) = run(&["--from-log"]);
    assert_eq!(run(&[]), (Some(0), second.clone()));
    assert_eq!(run(&["--kept"]), (Some(0), second.clone()));
    let size = |bytes: &[u8]| {
        let json: Value = serde_json::from_slice(bytes).expect("JSON");
        json["made_from"]["log_size"].as_u64()
    };
    assert!(size(&second) > size(&first), "{:?} {:?}", size(&first), size(&second));
    let file = folder.path().join("kept.json");
    std::fs::write(&file, &first).expect("written");
    let verified = plumb(&["report", "verify", text(&file), "--dir", text(&dir)]);
    assert_eq!(verified.status.code(), Some(0), "the prefix makes it again");
    // One changed byte of what is kept, and the log answers.
    let state = || {
        let said = plumb(&["doctor", "--json", "--dir", text(&dir)]);
        let json: Value = serde_json::from_slice(&said.stdout).expect("JSON");
        json["judged"].clone()
    };
    let before = state();
    assert_eq!((&before["whole"], before["position"].as_u64()), (&json!(true), size(&second)));
    let files = std::fs::read_dir(dir.join("derived").join("judged")).expect("its folder");
    let mut paths = files.map(|file| file.expect("a file").path());
    let part = paths.find(|path| path.file_stem().is_some_and(|name| name == "RP06"));
    let part = part.expect("the report's part");
    let mut bytes = std::fs::read(&part).expect("a part");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&part, bytes).expect("damaged");
    assert_eq!(run(&["--kept"]).0, Some(4));
    assert_eq!(run(&[]), (Some(0), second.clone()));
    assert_eq!(state()["whole"], json!(false));
    let again = plumb(&["report", "refresh", "--whole", "--dir", text(&dir)]);
    assert!(again.status.success());
    assert_eq!(state(), before, "made anew, it is what it was");
    std::fs::remove_dir_all(dir.join("derived")).expect("removed");
    assert_eq!(run(&[]), (Some(0), second));
}
