//! The tables against themselves, and the check against small bodies by hand.

use super::*;
use crate::event::member::{may, must};
use crate::event::register::{self, EventLog, Sensitivity, Visibility};
use std::collections::BTreeSet;

fn departures(name: &str, body: &str) -> Vec<(String, Lack)> {
    let event_type = register::find(name).unwrap();
    let body = parse(body.as_bytes()).unwrap();
    check(event_type, &body).into_iter().map(|found| (found.pointer, found.lack)).collect()
}

fn of(pointer: &str, lack: Lack) -> Vec<(String, Lack)> {
    vec![(pointer.to_owned(), lack)]
}

#[test]
fn each_departure_is_told_with_its_place() {
    let refund = |members: &str| departures("fee.refunded.v1", members);
    assert!(refund(r#"{"amount_fen":1,"reason":"退"}"#).is_empty());
    assert_eq!(refund(r#"{"amount_fen":1}"#), of("/reason", Lack::Missing));
    assert_eq!(refund(r#"{"amount_fen":"1","reason":"退"}"#), of("/amount_fen", Lack::WrongType));
    assert_eq!(refund(r#"{"amount_fen":1,"reason":""}"#), of("/reason", Lack::Value));
    assert_eq!(refund(r#"{"amount_fen":1,"reason":"退","a/b":1}"#), of("/a~1b", Lack::Unknown));
    assert_eq!(refund(r#"{"amount_fen":null,"reason":"退"}"#), of("/amount_fen", Lack::WrongType));
    let lines = r#"{"fee_no":"1","in_hall":true,"payer":"甲","lines":[{"fee_code":"UNLISTED",
        "standard_version":"1","qty":1,"unit":"台","unit_fen":1,"amount_fen":"1"}]}"#;
    let found = departures("fee.assessed.v1", lines);
    assert_eq!(found, of("/lines/0/amount_fen", Lack::WrongType));
}

#[test]
fn only_another_json_type_is_malformed() {
    let event_type = register::find("fee.refunded.v1").unwrap();
    let malformed = |body: &str| {
        let body = parse(body.as_bytes()).unwrap();
        check(event_type, &body).iter().any(Departure::is_malformed)
    };
    assert!(malformed(r#"{"amount_fen":"200.00"}"#));
    assert!(malformed(r#"{"reason":["退"]}"#));
    // Leaving out, writing null, an impossible date and a new member are facts.
    assert!(!malformed(r#"{"amount_fen":null,"due":"2026-02-30","more":[1]}"#));
    assert!(!malformed("{}"));
}

#[test]
fn a_refusal_names_what_is_due_and_an_example() {
    let event_type = register::find("fee.refunded.v1").unwrap();
    let body = parse(r#"{"amount_fen":"200.00","reason":"退"}"#.as_bytes()).unwrap();
    let told = check(event_type, &body)[0].to_string();
    for words in ["/amount_fen", "整数,单位:分", "an integer of fen", "20000", "文本"] {
        assert!(told.contains(words), "{told}");
    }
}

#[test]
fn sealed_members_may_stand_as_digests() {
    let digest = "A".repeat(43);
    let body = |sd: &str| format!(r#"{{"_sd":["{sd}"],"request_no":"1","due":"2026-03-05"}}"#);
    assert!(departures("disclosure.request.received.v1", &body(&digest)).is_empty());
    let short = departures("disclosure.request.received.v1", &body("x"));
    assert_eq!(short, of("/_sd/0", Lack::WrongType));
    let bare = r#"{"request_no":"1","due":"2026-03-05"}"#;
    let found = departures("disclosure.request.received.v1", bare);
    assert_eq!(found, of("/applicant", Lack::Missing));
}

#[test]
fn a_recorded_body_is_read_like_a_submitted_one() {
    let text = r#"{"_sd":["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"],"due":"2026-3-5","request_no":1}"#;
    let event_type = register::find("disclosure.request.received.v1").unwrap();
    let found = check_recorded(event_type, &Body::read(text).unwrap());
    let found: Vec<_> = found.into_iter().map(|found| (found.pointer, found.lack)).collect();
    let due = of("/due", Lack::Value).into_iter();
    assert_eq!(
        found,
        of("/request_no", Lack::WrongType).into_iter().chain(due).collect::<Vec<_>>()
    );
}

#[test]
fn words_off_the_list_are_marked_as_such() {
    let word = Kind::Word(&["窗口", "网上"]);
    for (text, fits) in [
        ("窗口", true),
        ("其他:流动窗口", true),
        ("其他：流动窗口", true),
        ("other: van", true),
        ("其他", false),
        ("其他:", false),
        ("流动窗口", false),
        ("", false),
    ] {
        assert_eq!(text_fits(&word, text), fits, "{text}");
    }
}

#[test]
fn periods_are_years_to_days_and_ranges() {
    for text in ["2026", "2026-H2", "2026-Q4", "2026-12", "2026-03-05", "2026-03-01/2026-03-07"] {
        assert!(is_period(text), "{text}");
    }
    for text in [
        "",
        "26",
        "2026-",
        "2026-13",
        "2026-Q5",
        "2026-3",
        "2026-03-32",
        "2026-03/2026-04",
        "/",
        "2026-03-05-1",
    ] {
        assert!(!is_period(text), "{text}");
    }
}

/// Every table, its own objects included, by the name of the type.
fn tables() -> Vec<(&'static str, &'static [Member])> {
    fn inside(name: &'static str, kind: &Kind, out: &mut Vec<(&'static str, &'static [Member])>) {
        match kind {
            Kind::Object(members) => {
                out.push((name, members));
                members.iter().for_each(|member| inside(name, &member.kind, out));
            }
            Kind::List(kind) | Kind::Map(kind) => inside(name, kind, out),
            Kind::Either(kinds) => kinds.iter().for_each(|kind| inside(name, kind, out)),
            _ => {}
        }
    }
    let mut out = Vec::new();
    for event_type in register::all() {
        inside(event_type.name, &Kind::Object(event_type.members), &mut out);
    }
    inside("envelope", &Kind::Object(ENVELOPE), &mut out);
    out
}

#[test]
fn no_table_names_a_member_twice_or_without_words() {
    for (name, table) in tables() {
        let names: BTreeSet<_> = table.iter().map(|member| member.name).collect();
        assert_eq!(names.len(), table.len(), "{name}: a member stands twice");
        for member in table {
            let told = !member.zh.is_empty() && !member.en.is_empty();
            assert!(told && !member.name.starts_with('_'), "{name}: {}", member.name);
            let form = member
                .name
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
            assert!(form, "{name}: {}", member.name);
        }
    }
}

/// A member is sealed whole: nobody would look for a mark inside of it.
#[test]
fn only_members_of_a_body_are_marked_confidential() {
    let bodies: Vec<_> = register::all().map(|event_type| event_type.members.as_ptr()).collect();
    for (name, table) in tables() {
        let inner = !bodies.contains(&table.as_ptr());
        let marked = table.iter().any(|member| member.sensitivity.is_some());
        assert!(!(inner && marked), "{name}: a mark inside a member is never read");
    }
}

/// A name, a telephone number or an account may stand in sealed members only.
#[test]
fn persons_stand_in_sealed_members_only() {
    fn person(kind: &Kind) -> bool {
        match kind {
            Kind::Object(members) => members.iter().any(|m| matches!(m.name, "phone" | "id_no")),
            Kind::List(kind) | Kind::Map(kind) => person(kind),
            Kind::Either(kinds) => kinds.iter().any(person),
            _ => false,
        }
    }
    for event_type in register::all() {
        for member in event_type.members {
            let personal = person(&member.kind) || matches!(member.name, "phone" | "id_no");
            let sealed = member.sensitivity.is_some();
            assert!(!personal || sealed, "{}: {} is open", event_type.name, member.name);
        }
    }
}

#[test]
fn alternatives_differ_in_their_json_type() {
    fn inside(name: &str, kind: &Kind) {
        match kind {
            Kind::Either(kinds) => {
                let shapes: Vec<_> = kinds.iter().map(shape_of).collect();
                let distinct: BTreeSet<_> = shapes.iter().map(|s| format!("{s:?}")).collect();
                assert!(distinct.len() == kinds.len(), "{name}: {shapes:?} cannot be told apart");
                assert!(
                    shapes.iter().all(Option::is_some),
                    "{name}: an alternative of alternatives"
                );
                kinds.iter().for_each(|kind| inside(name, kind));
            }
            Kind::List(kind) | Kind::Map(kind) => inside(name, kind),
            Kind::Object(members) => members.iter().for_each(|member| inside(name, &member.kind)),
            _ => {}
        }
    }
    for event_type in register::all() {
        inside(event_type.name, &Kind::Object(event_type.members));
    }
    inside("envelope", &Kind::Object(ENVELOPE));
}

#[test]
fn amounts_are_fen_and_named_so() {
    for (name, table) in tables() {
        for member in table {
            let fen = member.kind == Kind::Fen;
            assert_eq!(fen, member.name.ends_with("_fen"), "{name}: {}", member.name);
        }
    }
    for event_type in register::all() {
        if let Some(list) = event_type.items {
            let listed = event_type.member(list).is_some_and(|m| matches!(m.kind, Kind::List(_)));
            assert!(listed, "{}: no list {list}", event_type.name);
        }
    }
}

#[test]
fn every_example_is_whole_and_departs_from_nothing() {
    for event_type in register::all() {
        let found = check(event_type, &example_body(event_type));
        assert!(found.is_empty(), "{}: {found:?}", event_type.name);
        let found = check_envelope(&example(event_type));
        assert!(found.is_empty(), "{}: {found:?}", event_type.name);
    }
}

/// The body with one value after another, however deep, put in place of what is there.
fn changed(value: &Json<'static>, put: &Json<'static>, each: &mut dyn FnMut(Json<'static>)) {
    each(put.clone());
    match value {
        Json::Object(members) => {
            for (name, inner) in members {
                changed(inner, put, &mut |inner| {
                    let mut value = value.clone();
                    value.set(name.clone(), inner);
                    each(value);
                });
            }
        }
        Json::List(items) => {
            for (index, inner) in items.iter().enumerate() {
                changed(inner, put, &mut |inner| {
                    let mut items = items.clone();
                    items[index] = inner;
                    each(Json::List(items));
                });
            }
        }
        _ => {}
    }
}

#[test]
fn whether_anything_is_malformed_is_said_as_by_looking_for_it() {
    let malformed = |found: Vec<Departure>| found.iter().any(Departure::is_malformed);
    let puts = [
        Json::Null,
        Json::Bool(true),
        Json::Int(1),
        Json::text("x"),
        Json::List(vec![Json::Null]),
        Json::List(vec![Json::text("A".repeat(43))]),
        Json::object([("x", Json::Int(1))]),
    ];
    let (mut bad, mut good) = (0, 0);
    for event_type in register::all() {
        let mut body = example_body(event_type);
        body.set(SD, Json::List(vec![Json::text("A".repeat(43))]));
        for put in &puts {
            changed(&body, put, &mut |body| {
                let readable = is_readable(event_type, &body);
                assert_eq!(readable, !malformed(check(event_type, &body)), "{body:?}");
                *if readable { &mut good } else { &mut bad } += 1;
            });
        }
    }
    let mut envelope = example(register::find("fee.refunded.v1").unwrap());
    envelope.set("actor", Json::object([("unit", Json::text("u"))]));
    envelope.set("zzz", Json::Null);
    for put in &puts {
        changed(&envelope, put, &mut |mut envelope| {
            let found = check_envelope(&envelope);
            assert!(!is_envelope(&envelope), "{envelope:?}");
            let foreign = |one: &Departure| {
                one.lack == Lack::Unknown && one.pointer.matches('/').count() == 1
            };
            assert!(found.iter().any(foreign) || envelope.as_object().is_none());
            if envelope.remove("zzz").is_some() {
                let found = check_envelope(&envelope);
                assert_eq!(is_envelope(&envelope), !malformed(found), "{envelope:?}");
            }
        });
    }
    assert!(bad > 1000 && good > 1000, "{bad} {good}");
}

#[test]
fn a_document_says_what_its_table_says() {
    const TABLE: &[Member] = &[
        must("who", Kind::Text, "谁", "who").sealed(Sensitivity::Personal),
        may("days", Kind::Count, "天数", "days").unit("wd"),
    ];
    let event_type = EventType {
        code: "Z01",
        name: "z.v1",
        zh: "例",
        en: "example",
        visibility: Visibility::Party,
        log: EventLog::Open,
        members: TABLE,
        items: None,
        own: false,
    };
    let document = document(&event_type);
    let at = |path: &[&str]| path.iter().try_fold(&document, |json, name| json.get(name)).cloned();
    let text = |words: &'static str| Some(Json::text(words));
    assert_eq!(at(&["$id"]), text("urn:plumbline:schema:z.v1"));
    assert_eq!(at(&["x-visibility"]), text("party"));
    assert_eq!(at(&["properties", "who", "x-sensitivity"]), text("personal"));
    assert_eq!(at(&["properties", "days", "x-unit"]), text("wd"));
    assert_eq!(at(&["required"]), None);
    let told = pretty(&document);
    assert!(told.contains("\"_sd\": {") && told.ends_with("}\n"), "{told}");
    assert_eq!(parse(told.as_bytes()).unwrap(), document);
}
