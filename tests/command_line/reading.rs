//! What is answered from a damaged log: the sound part is told, and no command ends as if
//! it were the whole.

use super::{City, append, city, event, lines, run};

/// A ledger whose last entry of three is damaged.
fn damaged() -> City {
    let city = city();
    for id in ["e-1", "e-2", "e-3"] {
        assert_eq!(append(&city, &lines(&[event(id, "fee/1")])).0, Some(0));
    }
    let path = city.path.join("logs/open/00000000000000000000.seg");
    let mut bytes = std::fs::read(&path).unwrap();
    let at = bytes.windows(5).position(|window| window == b"\"e-3\"").expect("the entry");
    bytes[at + 1] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    city
}

#[test]
fn no_command_ends_well_that_read_a_damaged_log() {
    let city = damaged();
    let answered: &[&[&str]] = &[
        &["log"],
        &["log", "--stream", "fee/1"],
        &["show", "1"],
        &["show", "e-1"],
        &["case", "list"],
        &["case", "show", "fee/1"],
        &["case", "show", "fee/1", "--json"],
        &["case", "timeline", "fee/1"],
        &["case", "diff", "fee/1", "--from-as-of", "2020-01-01"],
        &["case", "find-first", "fee/1", "/state/code"],
        &["find", "run"],
        &["find", "run", "--stream", "fee/1", "--json"],
        &["find", "run", "--fail-on", "blue"],
        &["find", "list", "--stream", "fee/1"],
        &["find", "list"],
        &["master", "list"],
        &["keys", "show"],
        &["stats"],
        &["rebuild", "--json"],
        &["doctor"],
    ];
    let silent: &[&[&str]] = &[
        // Nothing of what is asked is in the sound part; whether it is behind it, who knows.
        &["show", "e-9"],
        &["show", "9"],
        &["case", "show", "fee/9"],
        &["case", "find-first", "fee/1", "/dates/none"],
        &["find", "run", "--stream", "fee/9"],
        &["closing", "list"],
        &["keys", "history"],
        &["checkpoint", "policy"],
        &["receipt", "show", "e-9", "--system", "bank"],
        &["export", "ndjson"],
        &["ask", "1", "--stream", "fee/1"],
        &["prove", "inclusion", "1"],
        &["report", "run", "RP06"],
        &["verify"],
    ];
    for (commands, answers) in [(answered, true), (silent, false)] {
        for command in commands {
            let output = run(&city, command);
            let told = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(output.status.code(), Some(3), "{command:?}: {told}");
            if answers {
                assert!(!output.stdout.is_empty(), "{command:?} gives no answer: {told}");
            }
        }
    }
    // What was not read is no hindrance.
    assert_eq!(run(&city, &["vault", "roles"]).status.code(), Some(0));
    let told = run(&city, &["case", "show", "fee/1"]).stderr;
    let told = String::from_utf8(told).unwrap();
    assert!(told.contains("plumb verify") && told.contains("position 3"), "{told}");
}

#[test]
fn what_another_user_may_not_read_is_not_allowed() {
    let city = city();
    let config = city.path.join("plumbline.toml");
    std::fs::set_permissions(&config, std::os::unix::fs::PermissionsExt::from_mode(0o000)).unwrap();
    // Whoever may read everything is not held up by this.
    if std::fs::read(&config).is_ok() {
        return;
    }
    assert_eq!(run(&city, &["stats"]).status.code(), Some(12));
}
