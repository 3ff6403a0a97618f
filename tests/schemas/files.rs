//! The committed schemas are those that the tables make, each valid and with an
//! example that it accepts.

use plumbline_replay::event::{register, schema};
use plumbline_replay::integrity::json::Json;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

pub const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/events");

/// Every file by name, as the tables make it.
pub fn made() -> BTreeMap<String, Json<'static>> {
    let types = register::all().map(|t| (format!("{}.json", t.name), schema::document(t)));
    types.chain([("envelope.json".to_owned(), schema::envelope_document())]).collect()
}

pub fn committed() -> BTreeMap<String, String> {
    let files = std::fs::read_dir(Path::new(FOLDER)).expect("schemas/events is there");
    files
        .map(|file| {
            let path = file.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(&path).unwrap())
        })
        .collect()
}

pub fn validator(document: &Json<'_>) -> jsonschema::Validator {
    let document: Value = serde_json::from_slice(&document.to_bytes()).unwrap();
    jsonschema::options().should_validate_formats(true).build(&document).unwrap()
}

pub fn value(json: &Json<'_>) -> Value {
    serde_json::from_slice(&json.to_bytes()).unwrap()
}

#[test]
fn what_is_committed_is_what_the_tables_make() {
    let (made, committed) = (made(), committed());
    let mut wrong = Vec::new();
    for (name, document) in &made {
        if committed.get(name) != Some(&schema::pretty(document)) {
            wrong.push(name.as_str());
        }
    }
    wrong.extend(committed.keys().filter(|name| !made.contains_key(*name)).map(String::as_str));
    assert!(
        wrong.is_empty(),
        "schemas/events differs from the tables: run `cargo run -- schema write schemas`, delete \
         what no type has any more, and read the diff as those would who rely on it: {wrong:?}"
    );
}

#[test]
fn every_schema_is_valid_and_accepts_its_example() {
    for (name, document) in made() {
        let plain = value(&document);
        assert!(jsonschema::meta::is_valid(&plain), "{name}");
        let validator = validator(&document);
        let examples = document.get("examples").and_then(Json::as_list).unwrap_or_default();
        assert_eq!(examples.len(), 1, "{name}");
        for example in examples {
            let example = value(example);
            let errors: Vec<String> = validator
                .iter_errors(&example)
                .map(|e| format!("{}: {e}", e.instance_path()))
                .collect();
            assert!(errors.is_empty(), "{name}: {errors:?}");
        }
        for member in ["title", "x-title-en", "description", "$id"] {
            assert!(document.get(member).is_some(), "{name}: no {member}");
        }
    }
}
