//! What commands say where not all is well: a damaged log is told of wherever it is
//! counted, a wrong file is no proof of anything, and help is in Chinese first.

use super::{append, city, event, lines, plumb, run, segment, verdict};
use serde_json::Value;

fn words(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn what_counts_a_damaged_log_says_so_and_ends_with_3() {
    let city = city();
    for id in ["e-1", "e-2", "e-3"] {
        append(&city, &lines(&[event(id, "fee/1")]));
    }
    let path = segment(&city);
    let mut bytes = std::fs::read(&path).unwrap();
    let at = bytes.windows(3).position(|found| found == b"e-2").unwrap();
    bytes[at] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    for command in [&["stats"][..], &["case", "list"], &["rebuild"], &["stats", "--json"]] {
        let told = run(&city, command);
        assert_eq!(told.status.code(), Some(3), "{command:?}");
        let words = words(&told.stderr);
        assert!(words.contains("只读到前 2 条"), "{command:?}: {words}");
    }
    let stats: Value = serde_json::from_slice(&run(&city, &["stats", "--json"]).stdout).unwrap();
    assert_eq!((&stats["logs"][0]["size"], &stats["logs"][1]["damage"]), (&2.into(), &Value::Null));
    assert!(stats["logs"][0]["damage"].as_str().unwrap().contains("第 2 号"), "{stats}");
    // It is not said that there is no such entry: it is there and cannot be read.
    let shown = run(&city, &["show", "3"]);
    assert_eq!(shown.status.code(), Some(3), "{}", words(&shown.stderr));
    let sound = run(&city, &["show", "1"]);
    assert_eq!((sound.status.code(), sound.stdout.is_empty()), (Some(3), false));
}

#[test]
fn a_file_that_is_no_checkpoint_of_this_log_proves_nothing() {
    let (here, other) = (city(), city());
    append(&here, &lines(&[event("e-1", "fee/1")]));
    let note = run(&here, &["checkpoint", "show"]).stdout;
    let foreign = words(&run(&other, &["checkpoint", "show"]).stdout)
        .replace("city.example/1/open", "city.example/2/open");
    let file = here.path.with_file_name("given");
    let given = file.to_str().unwrap();
    let half = words(&note[..note.len() / 3]);
    for (what, text) in [("nothing", ""), ("text", "hello\n"), ("half", &half), ("other", &foreign)]
    {
        std::fs::write(&file, text).unwrap();
        let (code, told) = verdict(&here, &["--checkpoint", given]);
        assert_eq!((code, &told["first_bad"]), (Some(4), &Value::Null), "{what}: {told}");
        let doubts = told["logs"][0]["doubts"].to_string();
        assert!(doubts.contains("不是本日志的检查点"), "{what}: {doubts}");
    }
    // One that this log's key signed is proof, whatever was made of it.
    let changed = words(&note).replacen("city.example/1/open\n", "city.example/3/open\n", 1);
    std::fs::write(&file, changed).unwrap();
    assert_eq!(verdict(&here, &["--checkpoint", given]).0, Some(3));
    std::fs::write(&file, &note).unwrap();
    assert_eq!(verdict(&here, &["--checkpoint", given]).0, Some(0));
}

#[test]
fn a_receipt_of_another_log_accuses_nobody() {
    let here = city();
    append(&here, &lines(&[event("e-1", "fee/1")]));
    let elsewhere = tempfile::tempdir().unwrap();
    let other = elsewhere.path().join("ledger");
    assert!(plumb().arg("init").arg(&other).status().unwrap().success());
    let file = here.path.with_file_name("event");
    std::fs::write(&file, lines(&[event("x-1", "fee/2")])).unwrap();
    let signed =
        plumb().args(["append", "--signed", "--dir"]).arg(&other).arg(&file).output().unwrap();
    std::fs::write(&file, &signed.stdout).unwrap();
    let ask = |city: &std::path::Path| {
        let mut command = plumb();
        command.args(["verify", "receipt", "--json", "--dir"]).arg(city).arg(&file);
        command.output().unwrap()
    };
    let told = ask(&here.path);
    assert_eq!(told.status.code(), Some(4), "{}", words(&told.stdout));
    assert!(words(&told.stdout).contains("出自另一日志"), "{}", words(&told.stdout));
    assert_eq!(ask(&other).status.code(), Some(0));
    // Nor where the log is read as strangers do.
    let tiles = here.path.with_file_name("tiles");
    assert!(run(&here, &["export", "tiles", tiles.to_str().unwrap()]).status.success());
    let keys = run(&here, &["keys", "show", "--json"]).stdout;
    let keys: serde_json::Value = serde_json::from_slice(&keys).unwrap();
    let mut command = plumb();
    command.args(["verify", "receipt", "--key", keys["open"]["vkey"].as_str().unwrap()]);
    let told = command.arg("--url").arg(&tiles).arg(&file).output().unwrap();
    assert_eq!(told.status.code(), Some(4), "{}", words(&told.stdout));
    assert!(words(&told.stdout).contains("出自另一日志"), "{}", words(&told.stdout));
}

#[test]
fn a_file_that_is_no_proof_and_no_checkpoint_accuses_nobody() {
    let here = city();
    append(&here, &lines(&[event("e-1", "fee/1")]));
    let proof = run(&here, &["prove", "inclusion", "1"]).stdout;
    let note = run(&here, &["checkpoint", "show"]).stdout;
    let file = here.path.with_file_name("file");
    for (content, command) in [
        (&note[..], &["verify", "inclusion"][..]),
        (b"{}", &["verify", "inclusion"]),
        (b"", &["verify", "inclusion"]),
        (&proof, &["verify", "checkpoint"]),
    ] {
        std::fs::write(&file, content).unwrap();
        let output = run(&here, &[command, &[file.to_str().unwrap()]].concat());
        let said = [output.stdout, output.stderr].concat();
        assert_eq!(output.status.code(), Some(4), "{command:?}: {}", words(&said));
    }
    std::fs::write(&file, "a letter\n").unwrap();
    let output = plumb().args(["verify", "archive"]).arg(&file).output().unwrap();
    assert_eq!(output.status.code(), Some(4), "{}", words(&output.stderr));
    // A checkpoint that was changed accuses the checkpoint and no entry.
    let changed = String::from_utf8(note).unwrap().replacen("\n2\n", "\n1\n", 1);
    std::fs::write(&file, changed).unwrap();
    let output = run(&here, &["verify", "checkpoint", "--json", file.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(3));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let log = &report["logs"][0];
    assert_eq!((&log["failed"], &log["ok"], &log["available"]), (&0.into(), &2.into(), &2.into()));
    assert!(!log["impact"].as_str().unwrap().contains("replaced"), "{report}");
}

#[test]
fn the_standing_checkpoint_is_shown_to_who_cannot_sign() {
    let city = city();
    append(&city, &lines(&[event("e-1", "fee/1")]));
    let note = run(&city, &["checkpoint", "show"]).stdout;
    let key = city.path.join("keys/open.key");
    let kept = std::fs::read(&key).unwrap();
    std::fs::remove_file(&key).unwrap();
    let shown = run(&city, &["checkpoint", "show"]);
    assert_eq!((shown.status.code(), shown.stdout), (Some(0), note), "{}", words(&shown.stderr));
    assert_eq!(run(&city, &["prove", "inclusion", "1"]).status.code(), Some(0));
    // Not where something is newer than it.
    std::fs::write(&key, kept).unwrap();
    let before = std::fs::read(city.path.join("heads/open.checkpoint")).unwrap();
    append(&city, &lines(&[event("e-2", "fee/1")]));
    for place in ["heads/open.checkpoint", "logs/open/checkpoint"] {
        std::fs::write(city.path.join(place), &before).unwrap();
    }
    std::fs::remove_file(&key).unwrap();
    assert_eq!(run(&city, &["checkpoint", "show"]).status.code(), Some(4));
}

#[test]
fn help_and_wrong_usage_are_in_chinese_first() {
    let help = plumb().args(["verify", "--help"]).output().unwrap();
    assert_eq!(help.status.code(), Some(0));
    for part in ["用法 / Usage:", "命令 / Commands:", "选项 / Options:", "显示帮助 / print help"]
    {
        assert!(words(&help.stdout).contains(part), "{part}");
    }
    for (arguments, part) in [
        (&["stats"][..], "用法有误 / error: 缺少必需的参数 / "),
        (&["log", "--since", "x", "--dir", "y"], "取值有误 / "),
        (&["nothing"], "没有这个命令 / "),
        (&["types", "--nothing"], "没有这个选项"),
    ] {
        let wrong = plumb().args(arguments).env_remove("PLUMB_DIR").output().unwrap();
        assert_eq!((wrong.status.code(), wrong.stdout.len()), (Some(2), 0), "{arguments:?}");
        assert!(words(&wrong.stderr).contains(part), "{}", words(&wrong.stderr));
    }
}

#[test]
fn the_entry_since_which_something_holds_is_named() {
    let city = city();
    let events: Vec<Value> =
        ["approval.application.submitted.v1", "approval.acceptance.granted.v1"]
            .iter()
            .enumerate()
            .map(|(at, kind)| {
                let mut event = event(&format!("e-{at}"), "approval/1");
                event["type"] = Value::from(*kind);
                event["body"] = serde_json::json!({});
                event["occurred_at"] = Value::from(format!("2026-03-0{}T09:00:00+08:00", 6 - at));
                event
            })
            .collect();
    append(&city, &lines(&events));
    let found = |member: &str, value: &str, by: &str| {
        let output =
            run(&city, &["case", "find-first", "approval/1", member, value, "--by", by, "--json"]);
        let told: Value = serde_json::from_slice(&output.stdout).unwrap();
        (output.status.code(), told["found"]["position"].clone())
    };
    let shown = run(&city, &["case", "show", "approval/1", "--json"]);
    let shown: Value = serde_json::from_slice(&shown.stdout).unwrap();
    let state = shown["case"]["state"]["code"].as_str().unwrap().to_owned();
    // Known from the second entry on, though the act in it is told of as the earlier one.
    assert_eq!(found("/events", "2", "recorded"), (Some(0), 2.into()));
    assert_eq!(found("/events", "1", "occurred"), (Some(0), 2.into()));
    assert_eq!(found("/state/code", &state, "recorded").0, Some(0));
    assert_eq!(found("/state/code", "nothing", "recorded"), (Some(13), Value::Null));
    let wrong = run(&city, &["case", "find-first", "approval/1", "state"]);
    assert_eq!(wrong.status.code(), Some(2));
}
