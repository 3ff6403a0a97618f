//! Who may ask for what: the sealed log is read by nobody without a key, and the tables
//! of addresses in the READMEs are the routers' own.

use super::{JSON, Server, event, server};
use serde_json::{Value, json};
use std::fs;

fn document() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/openapi.json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// Every operation: method, path, and what the document says of it.
fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    let of = |(path, methods): (&String, &Value)| {
        let methods = methods.as_object().unwrap().iter();
        let told =
            methods.map(|(method, told)| (method.to_uppercase(), path.clone(), told.clone()));
        told.collect::<Vec<_>>()
    };
    paths.iter().flat_map(of).collect()
}

fn parameter(told: &Value, name: &str) -> bool {
    let parameters = told["parameters"].as_array();
    parameters.is_some_and(|all| all.iter().any(|one| one["name"] == name))
}

fn answers(server: &Server, path: &str, key: Option<&str>) -> super::Answer {
    let bearer = format!("Bearer {}", key.unwrap_or_default());
    let given = [("authorization", bearer.as_str())];
    server.call("GET", path, if key.is_some() { &given } else { &[] }, "")
}

#[test]
fn the_sealed_log_is_read_by_nobody_without_a_key() {
    let server = server();
    server.post("/api/v1/events", JSON, &[], &event("e-1").to_string());
    let document = document();
    let mut asked = 0;
    for (method, path, told) in operations(&document) {
        // Of findings the log is not asked for: they rest on both, if there is a key.
        if method != "GET" || !parameter(&told, "log") {
            continue;
        }
        let path =
            path.replace("{position}", "0").replace("{old}", "0").replace("{system}", "bank");
        let path = path.replace("{id}", "e-1").replace("{stream}", "fee/1");
        let sealed = format!("{path}?log=sealed");
        for key in [None, Some("nonsense"), Some("")] {
            let refused = answers(&server, &sealed, key);
            let code = refused.json()["code"].clone();
            assert_eq!((refused.status, code), (401, json!("no-valid-key")), "{sealed} {key:?}");
        }
        asked += 1;
        // What is followed never ends; that it begins, another test sees.
        if !path.ends_with("/feed") {
            assert_ne!(answers(&server, &sealed, Some(&server.key)).status, 401, "{sealed}");
            // The open log is anyone's on this listener, whatever key is shown.
            let open = sealed.replace("log=sealed", "log=open");
            for key in [None, Some("nonsense")] {
                assert_ne!(answers(&server, &open, key).status, 401, "{open}");
            }
        }
        assert_eq!(told["security"], json!([{}, {"key": []}]), "{path}");
        assert!(told["responses"]["401"].is_object(), "{path}");
    }
    assert_eq!(asked, 13);
}

#[test]
fn what_rests_on_the_sealed_log_is_told_to_keys_alone() {
    let server = server();
    let act = json!({
        "id": "a-1", "stream": "approval/1", "type": "approval.application.submitted.v1",
        "occurred_at": "2026-03-02T09:00:00+08:00", "source": {"system": "hall"},
    });
    assert_eq!(server.post("/api/v1/events", JSON, &[], &act.to_string()).status, 201);
    let findings = "/api/v1/cases/approval/1/findings";
    assert_eq!(server.get(findings).json()["sealed_size"], Value::Null);
    assert!(server.get_with_key(findings).json()["sealed_size"].as_u64().is_some());
    let figures = |answer: super::Answer| String::from_utf8(answer.body).unwrap();
    // A figure that was told once is not left for the next who asks.
    let told = figures(server.get_with_key("/metrics"));
    assert!(told.contains("plumbline_log_entries{log=\"sealed\"}"), "{told}");
    let told = figures(server.get("/metrics"));
    assert!(
        told.contains("plumbline_log_entries{log=\"open\"}") && !told.contains("sealed"),
        "{told}"
    );
    // A case that only the sealed log has is none for whoever has no key.
    let complaint = json!({
        "id": "c-1", "stream": "complaint/1", "type": "complaint.received.v1",
        "occurred_at": "2026-03-02T09:00:00+08:00", "source": {"system": "hall"},
    });
    let sent = server.post("/api/v1/events", JSON, &[], &complaint.to_string());
    assert_eq!((sent.status, &sent.json()["log"]), (201, &json!("sealed")));
    let findings = "/api/v1/cases/complaint/1/findings";
    assert_eq!(server.get(findings).json()["code"], "no-such-case");
    assert_eq!(server.get_with_key(findings).status, 200);
}

/// What key an operation needs, in the words of a README.
fn key_of(told: &Value, words: [&'static str; 4]) -> &'static str {
    let [none, sealed, one, two] = words;
    match &told["security"] {
        Value::Null => none,
        needed if *needed == json!([{}, {"key": []}]) => sealed,
        _ if parameter(told, "Second-Authorization") => two,
        _ => one,
    }
}

/// The addresses of a router without a description, as its source names them.
fn named_in(source: &str) -> Vec<(&'static str, String)> {
    let path = format!("{}/src/http/{source}", env!("CARGO_MANIFEST_DIR"));
    let source = fs::read_to_string(path).unwrap();
    let routes = source.lines().filter_map(|line| line.trim().strip_prefix(".route(\""));
    let route = |line: &str| {
        let (path, rest) = line.split_once('"').unwrap();
        (if rest.contains("post(") { "POST" } else { "GET" }, path.to_owned())
    };
    routes.map(route).collect()
}

fn table(heads: [&str; 3], words: [&'static str; 4], listeners: [&str; 3]) -> String {
    let [none, ..] = words;
    let mut out = format!("| {} |\n|---|---|---|\n", heads.join(" | "));
    let mut row = |listener: &str, method: &str, path: &str, key: &str| {
        out += &format!("| {listener} | `{method} {path}` | {key} |\n");
    };
    for (method, path, told) in operations(&document()) {
        row(listeners[0], &method, &path, key_of(&told, words));
    }
    for (listener, source) in [(listeners[1], "public.rs"), (listeners[2], "witness.rs")] {
        for (method, path) in named_in(source) {
            row(listener, method, &path, none);
        }
    }
    out
}

/// The tables between the marks of a README; `PLUMB_WRITE_TABLES=1` writes them.
#[test]
fn the_readmes_name_every_address_and_the_key_it_needs() {
    for (file, heads, words, listeners) in [
        (
            "README.md",
            ["监听", "地址", "密钥"],
            ["不须", "读开放账不须;读封存账须有", "须有", "须两人各一把"],
            ["内部", "公开(`--public`)", "见证(`plumb witness`)"],
        ),
        (
            "README.en.md",
            ["listener", "address", "key"],
            ["none", "none for the open log, one for the sealed log", "one", "two, of two persons"],
            ["internal", "public (`--public`)", "witness (`plumb witness`)"],
        ),
    ] {
        let place = format!("{}/{file}", env!("CARGO_MANIFEST_DIR"));
        let page = fs::read_to_string(&place).unwrap();
        let (before, rest) = page.split_once("<!-- addresses -->\n").expect("the mark");
        let (found, after) = rest.split_once("<!-- end addresses -->").expect("the end mark");
        let due = table(heads, words, listeners);
        if std::env::var_os("PLUMB_WRITE_TABLES").is_some() {
            let page = format!("{before}<!-- addresses -->\n{due}<!-- end addresses -->{after}");
            fs::write(&place, page).unwrap();
            continue;
        }
        assert_eq!(found, due, "{file}: PLUMB_WRITE_TABLES=1 cargo test --test http addresses");
    }
}

#[test]
fn an_address_that_says_so_needs_its_key() {
    let server = server();
    let document = document();
    for (method, path, told) in operations(&document) {
        let needs = told["security"] == json!([{"key": []}]);
        let path = path.replace("{position}", "0").replace("{old}", "0").replace("{system}", "s");
        let path = path.replace("{id}", "i").replace("{stream}", "fee/1");
        let path = path.replace("{type}", "fee.paid.v1");
        if path.ends_with("/feed") {
            continue;
        }
        let without = server.call(&method, &path, &[], "{}");
        assert_eq!(without.status == 401, needs, "{method} {path}: {}", without.status);
    }
}
