//! The demo's city writes what the tables say, whole and by their names.

use plumbline::demo::{Options, generate};
use plumbline_replay::event::register;
use plumbline_replay::event::schema::{self, Lack};
use plumbline_replay::integrity::json::Json;
use std::collections::BTreeMap;

/// What planted stories leave out, since a rule asks for just that.
const LEFT_OUT: [(&str, &str); 2] =
    [("green_channel.enrolled.v1", "/basis"), ("md.inspection_plan.registered.v1", "/items")];

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
                let pointer = departure.to_string();
                let planted = LEFT_OUT.iter().any(|(kind, member)| {
                    *kind == name && pointer.starts_with(member) && departure.lack == Lack::Missing
                });
                if planted {
                    continue;
                }
                *wrong.entry(format!("{name} {departure}")).or_default() += 1;
            }
            seen += 1;
            *types.entry(name).or_insert(0) += 1;
        }
    }
    assert!(seen > 5_000 && types.len() > 100, "{seen} events of {} types", types.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
}
