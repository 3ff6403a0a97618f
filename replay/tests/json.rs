//! The one spelling of a JSON value, and every way in which a text is refused.

use plumbline_replay::integrity::json::{
    DEPTH_MAX, INTEGER_MAX, Json, JsonError, JsonProblem, is_canonical, parse,
};
use proptest::prelude::*;

fn canonical(text: &str) -> String {
    String::from_utf8(parse(text.as_bytes()).unwrap().to_bytes()).unwrap()
}

fn problem(text: &str) -> JsonProblem {
    parse(text.as_bytes()).unwrap_err().what
}

#[test]
fn sorts_by_utf16_as_rfc_8785_3_2_3_shows() {
    // The example of the RFC: € \r דּ 1 😀 U+0080 ö.
    let input = "{\"\\u20ac\":1,\"\\r\":2,\"\\ufb33\":3,\"1\":4,\"\\ud83d\\ude00\":5,\"\\u0080\":6,\"\\u00f6\":7}";
    assert_eq!(
        canonical(input),
        "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\u{fb33}\":3}"
    );
}

#[test]
fn writes_the_escapes_of_the_rfc_and_no_others() {
    assert_eq!(
        canonical(r#""\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/""#),
        "\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\""
    );
    assert_eq!(canonical("\"\\u007f\u{7f}\""), "\"\u{7f}\u{7f}\"");
}

#[test]
fn refuses_what_an_entry_may_not_hold() {
    assert_eq!(problem("1.5"), JsonProblem::Float);
    assert_eq!(problem("1e3"), JsonProblem::Float);
    assert_eq!(problem("-0"), JsonProblem::NumberForm);
    assert_eq!(problem("01"), JsonProblem::NumberForm);
    assert_eq!(problem("9007199254740992"), JsonProblem::IntegerRange);
    assert_eq!(problem("99999999999999999999999999"), JsonProblem::IntegerRange);
    assert_eq!(canonical("-9007199254740991"), "-9007199254740991");
    assert_eq!(problem("NaN"), JsonProblem::ValueExpected);
    assert_eq!(problem(r#"{"a":1,"a":2}"#), JsonProblem::Duplicate("a".into()));
    assert_eq!(problem(r#"{"b":1,"a":1,"\u0062":2}"#), JsonProblem::Duplicate("b".into()));
    assert_eq!(problem(r#""\ud800""#), JsonProblem::LoneSurrogate);
    assert_eq!(problem(r#""\ud800\u0041""#), JsonProblem::LoneSurrogate);
    assert_eq!(problem("\"a\nb\""), JsonProblem::Control);
    assert_eq!(problem("{} x"), JsonProblem::Trailing);
    assert_eq!(problem(r#"{"a":1"#), JsonProblem::EndsEarly);
    assert_eq!(problem("[1,]"), JsonProblem::ValueExpected);
    assert_eq!(parse(b"\xff").unwrap_err(), JsonError { at: 0, what: JsonProblem::NotUtf8 });
}

#[test]
fn depth_is_bounded_at_the_named_limit() {
    let nested = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
    assert!(parse(nested(DEPTH_MAX).as_bytes()).is_ok());
    assert_eq!(problem(&nested(DEPTH_MAX + 1)), JsonProblem::TooDeep);
    assert_eq!(problem(&"[".repeat(1_000_000)), JsonProblem::TooDeep);
}

fn any_json() -> impl Strategy<Value = Json<'static>> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        (-INTEGER_MAX..=INTEGER_MAX).prop_map(Json::Int),
        any::<String>().prop_map(|text| Json::Text(text.into())),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Json::List),
            prop::collection::vec((any::<String>(), inner), 0..6).prop_map(Json::object),
        ]
    })
}

proptest! {
    #[test]
    fn canonical_bytes_come_back_as_themselves(value in any_json()) {
        let bytes = value.to_bytes();
        prop_assert!(is_canonical(&bytes));
        prop_assert_eq!(parse(&bytes).unwrap(), value.clone());
        // An independent parser reads the same value.
        let other: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        let respelled = serde_json::to_vec_pretty(&other).unwrap();
        prop_assert_eq!(parse(&respelled).unwrap().to_bytes(), bytes);
    }

    #[test]
    fn foreign_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse(&bytes);
    }
}
