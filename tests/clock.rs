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

/// Every row of the table of working days (§7.1).
#[test]
fn working_days_of_the_specification() {
    for (from, days, expected) in [
        ("2022-03-28", 5, "2022-04-02"),
        ("2022-04-01", 5, "2022-04-11"),
        ("2022-04-01", 20, "2022-04-29"),
        ("2022-04-05", 20, "2022-05-05"),
        ("2022-04-06", 5, "2022-04-13"),
        ("2022-04-06", 7, "2022-04-15"),
        ("2022-04-06", 20, "2022-05-06"),
        ("2022-04-06", 30, "2022-05-19"),
        ("2022-04-06", 45, "2022-06-10"),
        ("2022-04-06", 60, "2022-07-01"),
        ("2022-01-24", 20, "2022-02-24"),
        ("2026-02-10", 5, "2026-02-24"),
        ("2026-02-10", 20, "2026-03-16"),
        ("2026-09-18", 20, "2026-10-22"),
        ("2026-09-18", 45, "2026-11-26"),
        ("2026-09-24", 7, "2026-10-12"),
        ("2025-12-26", 7, "2026-01-07"),
        ("2026-03-02", 20, "2026-03-30"),
        ("2026-09-29", 3, "2026-10-09"),
        ("2020-01-20", 10, "2020-02-11"),
    ] {
        let days: i32 = days;
        let answer = due(&["--from", from, "--days", &days.to_string(), "--unit", "working"]);
        assert_eq!(answer["schema"], "plumbline.clock/1");
        assert_eq!(answer["due"], expected, "{from} + {days}");
        assert_eq!(answer["provisional"], false, "{from} + {days}");
    }
}

#[test]
fn stretched_rolled_and_former_dates_of_the_specification() {
    for (arguments, expected) in [
        (
            &["--from", "2026-03-02", "--days", "20", "--suspend", "2026-03-10..2026-03-18"][..],
            "2026-04-09",
        ),
        (&["--from", "2020-01-20", "--days", "10", "--known-at", "2020-01-26"], "2020-02-07"),
        (&["--from", "2020-01-20", "--days", "10", "--known-at", "2020-01-27"], "2020-02-11"),
        (&["--from", "2026-07-05", "--days", "90", "--unit", "natural"], "2026-10-08"),
        (
            &["--from", "2026-07-05", "--days", "90", "--unit", "natural", "--roll", "none"],
            "2026-10-03",
        ),
        (&["--from", "2026-06-30", "--days", "90", "--unit", "natural"], "2026-09-28"),
        (&["--from", "2026-09-16", "--days", "15", "--unit", "natural"], "2026-10-08"),
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
