//! The demo's city writes what the tables say, whole and by their names.

use plumbline::demo::{Options, generate};
use plumbline_replay::event::{register, schema};
use plumbline_replay::integrity::json::Json;
use std::collections::BTreeMap;

#[test]
fn the_city_departs_from_no_table() {
    let mut wrong: BTreeMap<String, u32> = BTreeMap::new();
    let (mut seen, mut types) = (0, BTreeMap::new());
    for step in generate(Options::planted(11, 600)) {
        for submission in step.batch {
            let json = submission.json;
            let name = json.get("type").and_then(Json::as_str).unwrap_or_default().to_owned();
            let event_type = register::find(&name).unwrap();
            let empty = Json::Object(Vec::new());
            let body = json.get("body").unwrap_or(&empty);
            let found = schema::check(event_type, body).into_iter();
            for departure in found.chain(schema::check_envelope(&json)) {
                *wrong.entry(format!("{name} {departure}")).or_default() += 1;
            }
            seen += 1;
            *types.entry(name).or_insert(0) += 1;
        }
    }
    assert!(seen > 5_000 && types.len() > 100, "{seen} events of {} types", types.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
}
