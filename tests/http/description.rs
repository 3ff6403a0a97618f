//! The OpenAPI document: what is committed, printed and served is one, every
//! address in it answers, and real answers have the forms that it promises.

use super::{JSON, Server, event, plumb, server};
use serde_json::{Value, json};
use std::fs;

fn committed() -> String {
    fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/openapi.json")).unwrap()
}

#[test]
fn the_document_is_committed_printed_and_served_alike() {
    let printed = plumb().arg("openapi").output().unwrap();
    let printed = String::from_utf8(printed.stdout).unwrap();
    assert!(
        printed == committed(),
        "the interface has changed: `plumb openapi > schemas/openapi.json`, and read the diff as \
         those would who rely on it"
    );
    let served = server().get("/api/v1/openapi.json");
    assert_eq!((served.status, served.header("content-type")), (200, Some("application/json")));
    assert!(served.body == printed.as_bytes());
}

#[test]
fn every_address_of_the_document_answers() {
    let server = server();
    let document: Value = serde_json::from_str(&committed()).unwrap();
    let mut asked = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        // Where an entry is wanted there is none yet: that is said, not that the address is
        // unknown.
        let path = path.replace("{position}", "0").replace("{old}", "0").replace("{system}", "s");
        let path = path.replace("{id}", "i").replace("{stream}", "fee/1");
        let path = path.replace("{type}", "fee.paid.v1");
        for method in methods.as_object().unwrap().keys().filter(|_| !path.ends_with("/feed")) {
            let answer = server.call(&method.to_uppercase(), &path, &[], "");
            assert_ne!(answer.status, 405, "{method} {path}");
            if answer.status == 404 {
                assert_ne!(answer.json()["code"], json!("no-such-address"), "{method} {path}");
            }
            asked += 1;
            let told = &methods[method]["responses"];
            for (status, response) in told.as_object().unwrap() {
                let says = response["$ref"].is_string() || response["description"].is_string();
                assert!(says, "{method} {path} {status}: OpenAPI wants a description");
            }
        }
    }
    assert!(asked >= 15, "{asked}");
}

/// No form may be left that a real answer has members beyond.
fn closed(value: &mut Value) {
    if value["type"] == "object" && value["properties"].is_object() {
        value["additionalProperties"] = json!(false);
    }
    match value {
        Value::Object(members) => members.values_mut().for_each(closed),
        Value::Array(items) => items.iter_mut().for_each(closed),
        _ => {}
    }
}

pub fn has_form(name: &str, answer: &Value) {
    let mut document: Value = serde_json::from_str(&committed()).unwrap();
    let mut forms = document["components"]["schemas"].take();
    // What submitters nest is theirs.
    for (form, schema) in forms.as_object_mut().unwrap() {
        if !["Submission", "Entry", "CloudEvent"].contains(&form.as_str()) {
            closed(schema);
        }
    }
    let schema = json!({"$ref": format!("#/components/schemas/{name}"),
        "components": {"schemas": forms}});
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let wrong: Vec<String> =
        validator.iter_errors(answer).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(wrong.is_empty(), "{name}: {wrong:#?}\n{answer:#}");
}

fn gets(server: &Server, form: &str, path: &str) {
    let answer = server.get(path);
    assert!(form == "Problem" || answer.status == 200, "{path}: {}", answer.status);
    has_form(form, &answer.json());
}

#[test]
fn answers_have_the_forms_that_are_promised() {
    let server = server();
    let first = event("e-1");
    has_form("Submission", &first);
    let sent = server.post("/api/v1/events", JSON, &[], &first.to_string());
    has_form("Receipt", &sent.json());
    let lines = format!("{}\n{}\n", event("e-2"), json!({"id": "e-3"}));
    let batch = server.post("/api/v1/events:batch", "application/x-ndjson", &[], &lines).json();
    has_form("Batch", &batch);
    assert!(
        batch["results"][0]["receipt"].is_object() && batch["results"][1]["problem"].is_object()
    );
    let cloud = json!({"specversion": "1.0", "id": "c-1", "source": "bank", "type": "fee.paid.v1",
        "subject": "fee/1", "time": "2026-03-05T09:00:00+08:00",
        "data": first["body"].clone()});
    has_form("CloudEvent", &cloud);
    let kind = "application/cloudevents+json";
    let sent = server.post("/api/v1/events", kind, &[], &cloud.to_string());
    assert_eq!(sent.status, 201, "{}", String::from_utf8_lossy(&sent.body));
    gets(&server, "Entry", &format!("/api/v1/events/{}", sent.json()["position"]));
    // Read models open beside the listener and may not be there yet.
    for _ in 0..300 {
        if server.get("/api/v1/cases").status != 503 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    gets(&server, "CaseList", "/api/v1/cases?as_of=2027-01-01");
    gets(&server, "Case", "/api/v1/cases/fee/1?as_of=2027-01-01");
    gets(&server, "Timeline", "/api/v1/cases/fee/1/timeline?by=recorded");
    gets(&server, "Diff", "/api/v1/cases/fee/1/diff?from_as_of=2020-01-01");
    gets(&server, "CaseFindings", "/api/v1/cases/fee/1/findings?as_of=2027-01-01");
    gets(&server, "Findings", "/api/v1/findings?as_of=2027-01-01&limit=2");
    gets(&server, "Reports", "/api/v1/reports");
    gets(&server, "Schemas", "/api/v1/schemas");
    gets(&server, "Consistency", "/api/v1/proofs/consistency/1");
    for wrong in [
        "/nowhere",
        "/api/v1/events/x",
        "/api/v1/events?unti=1",
        "/api/v1/cases/none/1",
        "/api/v1/cases/none/1/findings",
        "/api/v1/cases/fee/1/findings?log=open",
        "/api/v1/findings?severity=grave",
        "/api/v1/findings?result=guilty",
        "/api/v1/findings?cursor=7",
        "/api/v1/findings?cursor=900.0",
        "/api/v1/reports/RP99",
        "/api/v1/reports/RP06?format=pdf",
        "/api/v1/reports/RP06?from=2026-13-01",
        "/api/v1/reports/RP06?from=2026-03-02&to=2026-03-01",
        "/api/v1/reports/RP06?periode=2026",
        "/api/v1/schemas/fee.payd.v1",
        "/api/v1/cases/fee/1?by=recorded",
        "/api/v1/cases/fee/1/timeline?from_as_of=2020-01-01",
        "/api/v1/events/feed?limit=3",
    ] {
        assert!(matches!(server.get(wrong).status, 400 | 404), "{wrong}");
        gets(&server, "Problem", wrong);
    }
    let unsigned = server.call("POST", "/api/v1/events", &[], "{}");
    assert_eq!(unsigned.status, 401);
    has_form("Problem", &unsigned.json());
    let torn = server.post("/api/v1/events:batch", "application/x-ndjson", &[], "{\n");
    has_form("Problem", &torn.json());
}

#[test]
fn the_schema_of_a_type_is_the_committed_one() {
    let served = server().get("/api/v1/schemas/fee.paid.v1");
    assert_eq!(served.header("content-type"), Some("application/schema+json"));
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/events/fee.paid.v1.json");
    assert!(served.body == fs::read(file).unwrap());
    assert_eq!(server().get("/api/v1/schemas/envelope").status, 200);
}

#[test]
fn reading_may_begin_at_a_position() {
    let server = server();
    for id in ["e-1", "e-2", "e-3"] {
        server.post("/api/v1/events", JSON, &[], &event(id).to_string());
    }
    let all = String::from_utf8(server.get("/api/v1/events?stream=fee/1").body).unwrap();
    let last: Value = serde_json::from_str(all.lines().last().unwrap()).unwrap();
    let from = format!("/api/v1/events?stream=fee/1&from={}", last["position"]);
    let told = String::from_utf8(server.get(&from).body).unwrap();
    assert_eq!(told.trim_end(), all.lines().last().unwrap());
}
