//! Admission and the tables: every example is recorded, what is confidential in it
//! is not to be found in the logs, and what is malformed is refused with its place.

use plumbline::clock::SystemClock;
use plumbline::ledger::submission::Submission;
use plumbline::ledger::{AppendError, Ledger, RefusalCode, Surroundings};
use plumbline_replay::event::{register, schema};
use plumbline_replay::integrity::json::{Json, parse};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

fn ledger(path: &Path) -> Ledger {
    let plumb = env!("CARGO_BIN_EXE_plumb");
    let made = Command::new(plumb).args(["init", "--origin", "city.example/1"]).arg(path).output();
    assert!(made.unwrap().status.success());
    let surroundings = Surroundings {
        clock: Arc::new(SystemClock),
        randomness: Box::new(|out| {
            out.fill(7);
            Ok(())
        }),
        who: "a test".to_owned(),
    };
    Ledger::open(path, surroundings).unwrap()
}

/// The texts that an example seals.
fn sealed_texts(json: &Json<'_>, out: &mut Vec<String>) {
    match json {
        Json::Text(text) => out.push(text.to_string()),
        Json::List(items) => items.iter().for_each(|item| sealed_texts(item, out)),
        Json::Object(members) => members.iter().for_each(|(_, value)| sealed_texts(value, out)),
        _ => {}
    }
}

/// All bytes below a folder's logs.
fn stored(folder: &Path) -> Vec<u8> {
    let mut out = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.is_dir() {
            out.extend(stored(&path));
        } else {
            out.extend(std::fs::read(&path).unwrap());
        }
    }
    out
}

#[test]
fn every_example_is_recorded_and_tells_nothing_confidential() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ledger");
    let ledger = ledger(&path);
    let mut confidential = Vec::new();
    for event_type in register::all().filter(|event_type| !event_type.own) {
        let example = schema::example(event_type);
        let body = example.get("body").cloned().unwrap_or(Json::Null);
        for (member, _) in event_type.sensitive() {
            let value = body.get(member).expect("an example has every member");
            let mut texts = Vec::new();
            sealed_texts(value, &mut texts);
            confidential.extend(texts.into_iter().filter(|text| text.contains("密封样例")));
        }
        let answer = ledger.append(vec![Submission::new(example)]).pop().unwrap();
        assert!(answer.is_ok(), "{}: {answer:?}", event_type.name);
    }
    ledger.close();
    assert!(confidential.len() > 60, "{}", confidential.len());
    let bytes = stored(&path);
    let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    // The search itself finds what is there.
    assert!(holds("例〔2026〕17号") && holds("approval.application.submitted.v1"));
    // The mark that all of them begin with is enough, and quicker than each.
    assert!(!holds("密封样例"), "a confidential value stands in the clear");
}

#[test]
fn no_entry_has_a_confidential_member_by_name() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ledger");
    let ledger = ledger(&path);
    for event_type in register::all().filter(|t| t.sensitive().next().is_some()) {
        let answer = ledger.append(vec![Submission::new(schema::example(event_type))]).pop();
        let receipt = answer.unwrap().unwrap();
        let lookup = ledger.lookup(receipt.log);
        lookup.follow(u64::MAX).unwrap();
        let entry = lookup.entry(receipt.position).unwrap().unwrap();
        let entry = parse(&entry).unwrap();
        let body = entry.get("body").unwrap();
        for (member, _) in event_type.sensitive() {
            assert!(body.get(member).is_none(), "{}: {member} is open", event_type.name);
        }
        let digests = body.get(schema::SD).and_then(Json::as_list).unwrap_or_default();
        assert_eq!(digests.len(), event_type.sensitive().count(), "{}", event_type.name);
        let found = schema::check(event_type, body);
        assert!(found.is_empty(), "{}: {found:?}", event_type.name);
    }
    ledger.close();
}

fn submission(kind: &str, change: impl Fn(&mut Json<'static>)) -> Submission {
    let event_type = register::find("fee.refunded.v1").unwrap();
    let mut json = schema::example(event_type);
    let source =
        Json::object([("system", Json::text("example")), ("kind", Json::text(kind.to_owned()))]);
    json.set("source", source);
    change(&mut json);
    Submission::new(json)
}

fn in_body(member: &'static str, value: Json<'static>) -> impl Fn(&mut Json<'static>) {
    move |json| {
        let mut body = json.remove("body").unwrap();
        body.set(member, value.clone());
        json.set("body", body);
    }
}

#[test]
fn another_json_type_is_refused_with_its_place_unless_it_is_imported() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = ledger(&dir.path().join("ledger"));
    let append = |submission| ledger.append(vec![submission]).pop().unwrap();
    let wrong = || in_body("amount_fen", Json::text("200.00"));
    match append(submission("native", wrong())) {
        Err(AppendError::Refused(refusal)) => {
            assert_eq!(refusal.code, RefusalCode::WrongType);
            assert_eq!(refusal.pointer.as_deref(), Some("/body/amount_fen"));
            for words in ["分", "fen", "20000"] {
                assert!(refusal.detail.contains(words), "{}", refusal.detail);
            }
        }
        other => panic!("{other:?}"),
    }
    let actor = |json: &mut Json<'static>| {
        json.set("actor", Json::object([("unit", Json::List(Vec::new()))]));
    };
    match append(submission("exchange", actor)) {
        Err(AppendError::Refused(refusal)) => {
            assert_eq!(refusal.pointer.as_deref(), Some("/actor/unit"));
        }
        other => panic!("{other:?}"),
    }
    assert!(append(submission("import", wrong())).is_ok());
    ledger.close();
}

#[test]
fn what_lacks_or_exceeds_the_table_is_recorded() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = ledger(&dir.path().join("ledger"));
    type Change = Box<dyn Fn(&mut Json<'static>)>;
    let changes: [(&str, Change); 5] = [
        ("nothing at all", Box::new(|json| drop(json.remove("body")))),
        ("a member nobody knows", Box::new(in_body("unheard_of", Json::Int(1)))),
        ("a day that is none", Box::new(in_body("due", Json::text("2026-02-30")))),
        ("null", Box::new(in_body("amount_fen", Json::Null))),
        (
            "an unlisted fee",
            Box::new(|json| {
                json.set(
                    "item",
                    Json::object([
                        ("code", Json::text("UNLISTED")),
                        ("name", Json::text("卫生费")),
                    ]),
                );
            }),
        ),
    ];
    for (index, (what, change)) in changes.into_iter().enumerate() {
        let mut submission = submission("native", change);
        submission.json.set("id", Json::text(format!("e-{index}")));
        let answer = ledger.append(vec![submission]).pop().unwrap();
        assert!(answer.is_ok(), "{what}: {answer:?}");
    }
    ledger.close();
}
