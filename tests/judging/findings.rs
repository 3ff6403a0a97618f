//! `plumb find`.

use super::{asked, city};
use plumbline_replay::evidence::Evidence;
use plumbline_replay::rules::{Ask, judge, register};
use plumbline_replay::time::civil::Zone;
use serde_json::Value;
use std::collections::BTreeSet;

fn lines(bytes: &[u8]) -> Vec<Value> {
    let text = std::str::from_utf8(bytes).expect("UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect("a JSON line")).collect()
}

#[test]
fn findings_have_the_members_that_scripts_read_and_one_order() {
    let first = asked(&["find", "run", "--json"], 0);
    assert_eq!(first, asked(&["find", "run", "--json"], 0), "twice is not the same");
    for finding in lines(&first) {
        for member in [
            "rule",
            "result",
            "severity",
            "stream",
            "entries",
            "unit",
            "principal_leader",
            "direct",
            "sentence_zh",
            "sentence_en",
            "explanation",
            "finding_id",
        ] {
            assert!(finding.get(member).is_some(), "{member} is missing: {finding}");
        }
        let rule = finding["rule"].as_str().expect("a rule's id");
        assert!(register::find(rule).is_some(), "{rule} is in no register");
    }
}

/// The city's own list of its misconduct, both ways.
#[test]
fn what_is_found_is_what_the_citys_list_says() {
    let list = std::fs::read(city().join("planted.json")).expect("the list");
    let planted: Vec<Value> = serde_json::from_slice(&list).expect("a JSON list");
    let triple = |one: &Value| {
        let text = |name: &str| one[name].as_str().unwrap_or_default().to_owned();
        (text("rule"), text("stream"), one["entries"].to_string())
    };
    let planted: BTreeSet<_> = planted.iter().map(triple).collect();
    let found: BTreeSet<_> =
        lines(&asked(&["find", "run", "--json"], 0)).iter().map(triple).collect();
    let missing: Vec<_> = planted.difference(&found).collect();
    let beyond: Vec<_> = found.difference(&planted).collect();
    assert!(missing.is_empty() && beyond.is_empty(), "not found {missing:#?}, beyond {beyond:#?}");
}

/// What the investigator's program finds in the folder is what the service finds,
/// whatever the number of threads.
#[test]
fn the_pure_package_finds_the_same_in_any_number_of_threads() {
    let found = asked(&["find", "run", "--json"], 0);
    let evidence = Evidence::read(city(), &[], 2).expect("the city verifies");
    for threads in [1, 2, 3, 8] {
        let ask = Ask {
            moment: evidence.moment(None, None),
            zone: Zone::SHANGHAI,
            sealed_given: true,
            threads,
        };
        let judged = judge(&evidence.blocks, ask).expect("the city is judged");
        let text: Vec<String> = judged
            .findings
            .iter()
            .map(|one| format!("{}\n", one.to_json(Zone::SHANGHAI)))
            .collect();
        assert_eq!(text.concat().as_bytes(), found, "in {threads} threads");
    }
}

#[test]
fn a_finding_is_shown_by_its_id_and_fails_a_script_that_asks() {
    let found = lines(&asked(&["find", "run", "--json"], 0));
    if let Some(first) = found.first() {
        let id = first["finding_id"].as_str().expect("an id");
        let shown = asked(&["find", "show", id], 0);
        let shown: Value = serde_json::from_slice(&shown).expect("JSON");
        assert_eq!(&shown, first);
        let signal = found.iter().any(|one| one["result"] == "VIOLATION_SIGNAL");
        asked(&["find", "run", "--fail-on", "info"], if signal { 5 } else { 0 });
    }
    asked(&["find", "show", "F-00000000000000000000"], 13);
    asked(&["find", "run", "--fail-on", "much"], 2);
}
