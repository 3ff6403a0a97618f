//! The typed check and the published schemas say the same of any document: the
//! example of each type, whole, and as its mutations.

use super::files::{validator, value};
use plumbline_replay::event::member::{Kind, Member};
use plumbline_replay::event::register;
use plumbline_replay::event::schema;
use plumbline_replay::integrity::json::Json;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngSeed, TestRunner};

/// Rounds for each type; there are some three hundred.
const ROUNDS: u32 = 14;

/// Text that is near to what some kind wants, or far from it.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just("2026-02-29".to_owned()),
        Just("2024-02-29".to_owned()),
        Just("2026-03-05T23:59:60Z".to_owned()),
        Just("2026-03-05t09:30:00Z".to_owned()),
        Just("2026-03-05T09:30:00.5+08:00".to_owned()),
        Just("2026-03-05 09:30:00+08:00".to_owned()),
        Just("2026-Q3".to_owned()),
        Just("2026-03-05/2026-03-05".to_owned()),
        Just("其他:流动窗口".to_owned()),
        Just("其他:\n".to_owned()),
        Just("other".to_owned()),
        Just("-0.50".to_owned()),
        Just("1e5".to_owned()),
        Just("A".repeat(43)),
        Just("a".repeat(64)),
        Just("字".repeat(256)),
        Just("字".repeat(257)),
        Just("字".repeat(4000)),
        Just("字".repeat(4001)),
        "[0-9]{4}-[0-9]{2}-[0-9]{2}",
        "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})",
        "[0-9]{4}-(H|Q)?[0-9]{1,2}",
        "-?[0-9]{1,40}(\\.[0-9]{0,22})?",
        "(其他|other)[:;:].{0,3}",
        "[0-9a-fA-F]{63,65}",
        ".{0,12}",
    ]
}

/// Any JSON, small.
fn anything() -> impl Strategy<Value = Json<'static>> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        (-9_007_199_254_740_991i64..=9_007_199_254_740_991).prop_map(Json::Int),
        (-2i64..3).prop_map(Json::Int),
        text().prop_map(Json::text),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Json::List),
            prop::collection::vec(("(n|unit|name|_sd|blake3|x)", inner), 0..3)
                .prop_map(Json::object::<String, _>),
        ]
    })
}

/// Values of a kind, most of them right.
fn of(kind: Kind) -> BoxedStrategy<Json<'static>> {
    let right: BoxedStrategy<Json<'static>> = match kind {
        Kind::Word(words) => prop::sample::select(words.to_vec()).prop_map(Json::text).boxed(),
        Kind::Fen | Kind::Int => (-5i64..5).prop_map(Json::Int).boxed(),
        Kind::Count => (0i64..5).prop_map(Json::Int).boxed(),
        Kind::Bool => any::<bool>().prop_map(Json::Bool).boxed(),
        Kind::List(of_item) => {
            prop::collection::vec(of(*of_item), 0..3).prop_map(Json::List).boxed()
        }
        Kind::Map(of_value) => prop::collection::vec(("[a-z]{1,3}", of(*of_value)), 0..3)
            .prop_map(Json::object::<String, _>)
            .boxed(),
        Kind::Object(members) => object(members),
        Kind::Either(kinds) => prop::sample::select(kinds.to_vec()).prop_flat_map(of).boxed(),
        Kind::Any => anything().boxed(),
        Kind::Date => "20[0-9]{2}-0[1-9]-[12][0-9]".prop_map(Json::text).boxed(),
        Kind::Moment => {
            "20[0-9]{2}-0[1-9]-[12][0-9]T1[0-9]:[0-5][0-9]:00\\+08:00".prop_map(Json::text).boxed()
        }
        Kind::Period => "20[0-9]{2}(-0[1-9])?".prop_map(Json::text).boxed(),
        Kind::Decimal => "-?[0-9]{1,3}(\\.[0-9]{1,2})?".prop_map(Json::text).boxed(),
        Kind::Hex => "[0-9a-f]{64}".prop_map(Json::text).boxed(),
        Kind::Text | Kind::Name(_) => "[a-z一-龥]{1,9}".prop_map(Json::text).boxed(),
    };
    prop_oneof![40 => right, 1 => text().prop_map(Json::text), 1 => anything()].boxed()
}

/// An object of a table: each member there or not, some with a member too many.
fn object(members: &'static [Member]) -> BoxedStrategy<Json<'static>> {
    let each: Vec<_> = members
        .iter()
        .map(|member| {
            let there = if member.required { 30 } else { 2 };
            prop_oneof![
                there => of(member.kind).prop_map(move |value| Some((member.name, value))),
                1 => Just(None),
            ]
        })
        .collect();
    let extra = prop_oneof![
        30 => Just(None),
        1 => anything().prop_map(|value| Some(("unheard_of", value))),
    ];
    (each, extra)
        .prop_map(|(each, extra)| Json::object(each.into_iter().flatten().chain(extra)))
        .boxed()
}

/// Digests beside the members, in place of those that are sealed.
fn body(members: &'static [Member]) -> BoxedStrategy<Json<'static>> {
    let digests = prop_oneof![
        6 => Just(None),
        2 => Just(Some(Json::List(vec![Json::text("A".repeat(43))]))),
        1 => anything().prop_map(Some),
    ];
    (object(members), digests)
        .prop_map(|(mut body, digests)| {
            if let Some(digests) = digests {
                body.set(schema::SD, digests);
            }
            body
        })
        .boxed()
}

#[test]
fn the_check_and_the_schema_of_each_type_agree() {
    let mut counts = [0; 2];
    for (index, event_type) in register::all().enumerate() {
        let validator = validator(&schema::document(event_type));
        let config = Config { rng_seed: RngSeed::Fixed(index as u64), ..Config::default() };
        let mut runner = TestRunner::new(config);
        let strategy = body(event_type.members);
        for _ in 0..ROUNDS {
            let body = strategy.new_tree(&mut runner).unwrap().current();
            let found = schema::check(event_type, &body);
            let theirs = value(&body);
            let errors: Vec<String> =
                validator.iter_errors(&theirs).map(|e| e.to_string()).collect();
            assert_eq!(
                found.is_empty(),
                errors.is_empty(),
                "{}: {theirs}\nthe check: {found:?}\nthe schema: {errors:?}",
                event_type.name
            );
            counts[usize::from(found.is_empty())] += 1;
        }
    }
    // A generator that makes only one of them would prove nothing.
    let least = counts[0] + counts[1] / 10;
    assert!(counts.iter().all(|count| *count > least / 10), "{counts:?}");
}

#[test]
fn the_check_and_the_schema_of_the_envelope_agree() {
    let validator = validator(&schema::envelope_document());
    let mut runner = TestRunner::new(Config { rng_seed: RngSeed::Fixed(7), ..Config::default() });
    let strategy = object(schema::ENVELOPE);
    for _ in 0..600 {
        let submission = strategy.new_tree(&mut runner).unwrap().current();
        let found = schema::check_envelope(&submission);
        let theirs = value(&submission);
        let errors: Vec<String> = validator.iter_errors(&theirs).map(|e| e.to_string()).collect();
        assert_eq!(found.is_empty(), errors.is_empty(), "{theirs}\n{found:?}\n{errors:?}");
    }
}
