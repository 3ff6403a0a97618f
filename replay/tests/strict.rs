//! The strict reader, which only says yes or no, against the plain readers, which
//! say why: on entries of many shapes and on every change of their bytes.

use plumbline_replay::integrity::chain::Digest;
use plumbline_replay::integrity::entry::{Parts, Place, scan};
use plumbline_replay::integrity::json::{Json, is_canonical, parse};
use plumbline_replay::integrity::strict::StrictReader;
use proptest::prelude::*;

/// What the plain readers take.
fn plainly(entry: &[u8]) -> bool {
    scan(entry).is_ok() && is_canonical(entry)
}

/// Both must say the same of the entry, and of its places.
fn agree(reader: &mut StrictReader, entry: &[u8]) {
    let strict = reader.entry(entry);
    let plain = plainly(entry);
    assert_eq!(strict.is_some(), plain, "{}", String::from_utf8_lossy(entry));
    if let (Some(strict), Ok(fields)) = (strict, scan(entry)) {
        assert_eq!(strict.position, fields.position);
        assert_eq!(strict.revision, fields.revision);
        assert_eq!(strict.previous, fields.previous.hex());
        assert_eq!(strict.recorded_at, fields.recorded_at.as_bytes());
        assert_eq!(strict.stream, fields.stream.as_bytes());
    }
}

/// The strict reader leaves it to whoever compares links that `previous` is a
/// digest; the plain one looks.
fn is_about_previous(entry: &[u8]) -> bool {
    matches!(scan(entry), Err(plumbline_replay::integrity::entry::EntryError::Form("previous")))
}

fn entry_with(body: Json<'static>, more: Vec<(&'static str, Json<'static>)>) -> Vec<u8> {
    let text = |value: &'static str| Json::text(value);
    let mut submission = Json::object([
        ("body", body),
        ("id", text("e-1")),
        ("occurred_at", text("2026-03-05T16:20:00+08:00")),
        ("precision", text("minute")),
        ("source", Json::object([("system", text("s"))])),
        ("stream", text("case/承办-7")),
        ("type", text("fee.paid.v1")),
    ]);
    for (name, value) in more {
        submission.set(name, value);
    }
    let place = Place {
        position: 41,
        previous: Digest([0xab; 32]),
        recorded_at: "2026-03-05T08:20:11.000001Z",
        revision: 3,
    };
    let mut entry = Vec::new();
    Parts::new(submission.to_bytes()).unwrap().splice(&place, &mut entry);
    entry
}

fn samples() -> Vec<Vec<u8>> {
    let body = |text: &str| parse(text.as_bytes()).unwrap().into_owned();
    vec![
        entry_with(body("{}"), vec![]),
        entry_with(body(r#"{"a":[],"b":{},"c":[[],{}],"n":-12,"t":true,"z":null}"#), vec![]),
        entry_with(body(r#"{"意见":"同意","机关":"某市","机关二":[1,2,{"x":"y"}]}"#), vec![]),
        entry_with(
            body(r#"{"a\n":"b\"c\\d","a\u0001":"\u001f","😀":"🦀","\ufb33":1,"é":"\t"}"#),
            vec![("venue", body(r#"{"kind":"main_hall"}"#))],
        ),
        entry_with(
            body(r#"{"aaaaaaaa":1,"aaaaaaaab":2,"aaaaaaaabb":3,"long":9007199254740991}"#),
            vec![("links", body(r#"["a","b"]"#)), ("secrecy", body(r#""none""#))],
        ),
    ]
}

#[test]
fn every_changed_dropped_and_added_byte_is_judged_alike() {
    let mut reader = StrictReader::new();
    for sample in samples() {
        for _ in 0..2 {
            agree(&mut reader, &sample);
        }
        assert!(plainly(&sample));
        let judge = |reader: &mut StrictReader, changed: &[u8]| {
            if is_about_previous(changed) {
                return;
            }
            agree(reader, changed);
        };
        for at in 0..sample.len() {
            let mut changed = sample.clone();
            for byte in (at % 3) as u8..=255 {
                if byte > 0x7f && byte % 16 != 0 {
                    continue;
                }
                changed[at] = byte;
                judge(&mut reader, &changed);
            }
            let mut dropped = sample.clone();
            dropped.remove(at);
            judge(&mut reader, &dropped);
            for byte in *b"\"\\,:{}[]0-9a \x7f\x80\xe4" {
                let mut added = sample.clone();
                added.insert(at, byte);
                judge(&mut reader, &added);
            }
            judge(&mut reader, &sample[..at]);
        }
    }
}

#[test]
fn depth_and_length_end_where_the_format_says() {
    let mut reader = StrictReader::new();
    for depth in [1, 30, 31, 32, 33, 63, 64, 65, 200] {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let inner = if open == "[" { "" } else { "1" };
            let text = format!("{}{inner}{}", open.repeat(depth), close.repeat(depth));
            let entry = entry_with(Json::object([("k", Json::Null)]), vec![]);
            let text = String::from_utf8(entry).unwrap().replacen("{\"k\":null}", &text, 1);
            agree(&mut reader, text.as_bytes());
        }
    }
    let room = 65_535 - entry_with(Json::object([("k", Json::text(""))]), vec![]).len();
    for length in [room - 1, room, room + 1] {
        for filler in ["a", "\""] {
            let text = filler.repeat(length / if filler == "a" { 1 } else { 2 });
            let entry = entry_with(Json::object([("k", Json::text(text))]), vec![]);
            agree(&mut reader, &entry);
        }
    }
}

#[test]
fn a_shape_met_before_lends_nothing_to_another() {
    let mut reader = StrictReader::new();
    let text = |entry: &[u8]| String::from_utf8(entry.to_vec()).unwrap();
    let known = text(&entry_with(Json::object([("k", Json::text("v"))]), vec![]));
    agree(&mut reader, known.as_bytes());
    for (from, to) in [
        ("\"k\":\"v\"", "\"k\":\"v\",\"k\":\"v\""),
        ("\"k\":\"v\"", "\"k\":\"\\u0041\""),
        ("\"k\":\"v\"", "\"k\":\"a\\nb\""),
        ("\"k\":\"v\"", "\"k\":7"),
        ("\"k\":\"v\"", "\"k\":\"\u{1}\""),
        ("\"position\":41", "\"position\":041"),
        ("\"position\":41", "\"position\":-41"),
        ("\"position\":41", "\"position\":9007199254740992"),
        ("\"position\":41", "\"position\":\"41\""),
        ("\"v\":1", "\"v\":2"),
        ("\"v\":1", "\"v\":1,\"venue\":{}"),
        ("e-1", "e\\u00411"),
        ("e-1", "\",\"item\":\""),
        ("case/承办-7", "case/\"-7"),
    ] {
        let changed = known.replacen(from, to, 1);
        assert_ne!(changed, known);
        agree(&mut reader, changed.as_bytes());
        agree(&mut reader, known.as_bytes());
    }
    let mut cut = known.clone().into_bytes();
    let at = cut.windows(3).position(|bytes| bytes == "承".as_bytes()).unwrap();
    cut[at + 1] = b'x';
    agree(&mut reader, &cut);
}

fn any_json() -> impl Strategy<Value = Json<'static>> {
    let word = prop_oneof!["[a-c]{0,3}", "[a-h]{7,10}", "[ab\"\\\\\n\u{1}é承😀\u{fb33}]{0,6}"];
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        (-1000i64..1000).prop_map(Json::Int),
        word.clone().prop_map(|text| Json::Text(text.into())),
    ];
    leaf.prop_recursive(4, 32, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Json::List),
            prop::collection::vec((word.clone(), inner), 0..6).prop_map(Json::object),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn random_entries_and_their_changes_are_judged_alike(
        bodies in prop::collection::vec(any_json(), 1..8),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4u8), 12),
    ) {
        let mut reader = StrictReader::new();
        let entries: Vec<Vec<u8>> =
            bodies.into_iter().map(|body| entry_with(Json::object([("b", body)]), vec![])).collect();
        for entry in entries.iter().chain(&entries) {
            prop_assert!(plainly(entry));
            agree(&mut reader, entry);
        }
        for (at, byte, kind) in changes {
            let mut changed = entries[at.index(entries.len())].clone();
            let place = at.index(changed.len());
            match kind {
                0 => changed[place] = byte,
                1 => { changed.remove(place); }
                2 => changed.insert(place, byte),
                // Two neighbours change places: members, brackets, digits.
                _ => changed.swap(place, (place + 1) % entries[0].len().min(entries.last().unwrap().len())),
            }
            if !is_about_previous(&changed) {
                agree(&mut reader, &changed);
            }
        }
    }
}
