//! `plumb clock due` as scripts and people call it, held to the vectors of the
//! specification (§7.1).

use serde_json::Value;
use std::process::{Command, Output};

fn plumb(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_plumb")).args(arguments).output().unwrap()
}

#[track_caller]
fn due(arguments: &[&str]) -> Value {
    let out = plumb(&[&["clock", "due", "--json"], arguments].concat());
    assert_eq!(out.status.code(), Some(0), "{}", String::from_utf8_lossy(&out.stderr));
    serde_json::from_slice(&out.stdout).unwrap()
}

#[test]
fn due_dates_of_the_specification() {
    for (arguments, expected) in [
        (&["--from", "2022-03-28", "--days", "5", "--unit", "working"][..], "2022-04-02"),
        (&["--from", "2022-04-05", "--days", "20"], "2022-05-05"),
        (&["--from", "2025-12-26", "--days", "7"], "2026-01-07"),
        (
            &["--from", "2026-03-02", "--days", "20", "--suspend", "2026-03-10..2026-03-18"],
            "2026-04-09",
        ),
        (&["--from", "2020-01-20", "--days", "10", "--known-at", "2020-01-26"], "2020-02-07"),
        (&["--from", "2020-01-20", "--days", "10"], "2020-02-11"),
        (&["--from", "2026-07-05", "--days", "90", "--unit", "natural"], "2026-10-08"),
        (
            &["--from", "2026-09-01", "--days", "30", "--unit", "natural", "--roll", "none"],
            "2026-10-01",
        ),
        (
            &["--from", "2026-01-31", "--days", "1", "--unit", "month", "--roll", "none"],
            "2026-02-28",
        ),
        (&["--from", "2022-04-06", "--days", "20", "--extend", "10"], "2022-05-19"),
    ] {
        let answer = due(arguments);
        assert_eq!(answer["schema"], "plumbline.clock/1");
        assert_eq!(answer["due"], expected, "{arguments:?}");
        assert_eq!(answer["provisional"], false, "{arguments:?}");
    }
    let answer = due(&["--from", "2026-05-09T17:30:00+08:00", "--days", "24", "--unit", "hour"]);
    assert_eq!(answer["last_moment"], "2026-05-10T17:30:00+08:00");
}

#[test]
fn the_trace_counts_up_to_the_due_date() {
    let answer = due(&["--from", "2026-09-24", "--days", "7"]);
    assert_eq!(answer["due"], "2026-10-12");
    let trace = answer["trace"].as_array().unwrap();
    let counted: Vec<&str> = trace
        .iter()
        .filter(|day| day["counted"] == true)
        .map(|day| day["date"].as_str().unwrap())
        .collect();
    assert_eq!(
        counted,
        [
            "2026-09-28",
            "2026-09-29",
            "2026-09-30",
            "2026-10-08",
            "2026-10-09",
            "2026-10-10",
            "2026-10-12"
        ]
    );
    let saturday = trace.iter().find(|day| day["date"] == "2026-10-10").unwrap();
    assert_eq!(saturday["kind"], "makeup-workday");
    assert_eq!(saturday["holiday"], "国庆节");
}

#[test]
fn beyond_the_announced_years_the_answer_says_so() {
    assert_eq!(due(&["--from", "2026-12-28", "--days", "10"])["provisional"], true);
    let out = plumb(&["clock", "due", "--from", "2026-12-28", "--days", "10"]);
    assert!(String::from_utf8(out.stdout).unwrap().contains("暂定"));
}

#[test]
fn wrong_words_are_wrong_usage() {
    for arguments in [
        &["--from", "28/03/2022", "--days", "5"][..],
        &["--from", "2022-03-28", "--days", "-1"],
        &["--from", "2022-03-28", "--days", "5", "--unit", "fortnight"],
        &["--from", "2022-03-28", "--days", "5", "--suspend", "2022-04-02..2022-04-01"],
        &["--from", "2022-03-28", "--days", "5", "--suspend", "2022-04-02"],
        &["--days", "5"],
    ] {
        let out = plumb(&[&["clock", "due"], arguments].concat());
        assert_eq!(out.status.code(), Some(2), "{arguments:?}");
        assert!(out.stdout.is_empty());
    }
    let out = plumb(&["clock", "due", "--from", "2022-03-28", "--days", "4000000000"]);
    assert_eq!(out.status.code(), Some(1));
}
