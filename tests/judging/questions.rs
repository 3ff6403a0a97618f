//! `plumb ask`: each of the twenty-three questions, on the city.

use super::{asked, city};
use plumbline_replay::event::Event;
use plumbline_replay::evidence::Evidence;
use serde_json::Value;

/// The first act of a type that satisfies a condition: its stream, unit, officer
/// and party.
struct Subject {
    stream: String,
    unit: String,
    officer: String,
    party: String,
}

fn first(evidence: &Evidence, kind: &str) -> Subject {
    let entries = evidence.blocks.iter().flatten();
    let mut events = entries.filter_map(|entry| Event::read(entry).ok());
    let event = events.find(|event| event.kind.starts_with(kind));
    let event = event.unwrap_or_else(|| panic!("the city has no {kind}"));
    let actor = event.actor.as_ref();
    Subject {
        stream: event.stream.to_string(),
        unit: event.unit().unwrap_or_default().to_owned(),
        officer: actor.and_then(|who| who.officer.get()).unwrap_or_default().to_owned(),
        party: event.parties.iter().find_map(|p| p.id.get()).unwrap_or_default().to_owned(),
    }
}

fn answer(number: u8, options: &[&str]) -> Value {
    let number = number.to_string();
    let mut arguments = vec!["ask", &number, "--json"];
    arguments.extend(options);
    serde_json::from_slice(&asked(&arguments, 0)).expect("JSON")
}

/// Rows of an answer; each names what it rests on unless it says that nothing is
/// there.
fn rows(answer: &Value) -> &[Value] {
    answer["rows"].as_array().map(Vec::as_slice).unwrap_or_default()
}

#[test]
fn questions_about_one_approval_are_answered_from_its_own_entries() {
    let evidence = Evidence::read(city(), &[], 1).expect("the city verifies");
    let case = first(&evidence, "approval.special_procedure.started");
    for number in 1..=7 {
        let found = answer(number, &["--stream", &case.stream]);
        assert_eq!(found["report"], format!("Q{number:02}"));
        if matches!(number, 1..=5) {
            assert!(!rows(&found).is_empty(), "question {number} has no answer");
        }
    }
    let events = evidence.stream(&case.stream).len();
    assert_eq!(rows(&answer(1, &["--stream", &case.stream])).len(), events);
    let supplemented = first(&evidence, "approval.supplement.requested");
    assert!(!rows(&answer(6, &["--stream", &supplemented.stream])).is_empty());
    answer(20, &["--stream", &case.stream]);
}

#[test]
fn questions_about_units_money_and_enterprises_are_answered() {
    let evidence = Evidence::read(city(), &[], 1).expect("the city verifies");
    let granted = first(&evidence, "approval.decision.granted");
    for number in [8, 9, 11, 12] {
        answer(number, &["--unit", &granted.unit]);
    }
    assert!(!rows(&answer(10, &[])).is_empty());
    let entered = first(&evidence, "inspection.entry.started");
    assert!(!rows(&answer(13, &["--party", &entered.party])).is_empty());
    let decided = first(&evidence, "penalty.decision.made");
    for number in [14, 15, 16] {
        let found = answer(number, &["--stream", &decided.stream]);
        assert!(!rows(&found).is_empty(), "question {number} has no answer");
    }
}

#[test]
fn questions_about_oversight_and_the_record_are_answered() {
    let evidence = Evidence::read(city(), &[], 1).expect("the city verifies");
    answer(17, &[]);
    answer(18, &[]);
    answer(19, &["--then", "2025-01-31"]);
    let complaint = first(&evidence, "complaint.received");
    let about = evidence.stream(&complaint.stream);
    let received = Event::read(about[0]).expect("an event");
    let unit = received.body.text("about_unit").expect("a complaint is about a unit");
    assert!(!rows(&answer(21, &["--unit", &unit])).is_empty());
    let window = first(&evidence, "approval.materials.received");
    answer(22, &["--officer", &window.officer]);
    answer(23, &["--then", "2024-07-01"]);
}

#[test]
fn the_list_names_each_question_with_its_command() {
    let list = super::plumb(&["ask", "list", "--json"]);
    let list: Value = serde_json::from_slice(&list.stdout).expect("JSON");
    let questions = list["questions"].as_array().expect("a list");
    assert_eq!(questions.len(), 23);
    for question in questions {
        assert!(question["command"].as_str().is_some_and(|text| text.starts_with("plumb ask ")));
    }
    asked(&["ask", "24"], 2);
    asked(&["ask", "1"], 2);
}
