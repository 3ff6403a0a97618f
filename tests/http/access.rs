//! Who may ask for what: the sealed log is read by nobody without a key, and the tables
//! of addresses in the READMEs are the routers' own.

use super::{EVERYTHING, JSON, Server, event, key, plumb, server, start};
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
        assert_eq!(told["security"], json!([{}, {"key": ["read-sealed"]}]), "{path}");
        for status in ["401", "403"] {
            assert!(told["responses"][status].is_object(), "{path} {status}");
        }
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

/// The purpose that an operation's key must be for, and whether it answers without one.
fn purpose(told: &Value) -> Option<(String, bool)> {
    let security = told["security"].as_array()?;
    let named = security.iter().find_map(|one| one["key"][0].as_str());
    Some((named.expect("a key without a purpose").to_owned(), security.contains(&json!({}))))
}

/// What key an operation needs, in the words of a README.
fn key_of(told: &Value, words: [&'static str; 4]) -> String {
    let [none, without, one, two] = words;
    match purpose(told) {
        None => none.to_owned(),
        Some((purpose, true)) => without.replace("{}", &purpose),
        Some((purpose, false)) if parameter(told, "Second-Authorization") => {
            two.replace("{}", &purpose)
        }
        Some((purpose, false)) => one.replace("{}", &purpose),
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
        row(listeners[0], &method, &path, &key_of(&told, words));
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
            ["不须", "开放账不须;封存账须有,用途 `{}`", "须有,用途 `{}`", "须两人各一把,用途 `{}`"],
            ["内部", "公开(`--public`)", "见证(`plumb witness`)"],
        ),
        (
            "README.en.md",
            ["listener", "address", "key"],
            [
                "none",
                "none for the open log, one for `{}` for the sealed log",
                "one for `{}`",
                "two for `{}`, of two persons",
            ],
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
        assert_eq!(found, due, "{file}: PLUMB_WRITE_TABLES=1 cargo test --test http the_readmes");
    }
}

#[test]
fn an_address_that_says_so_needs_its_key() {
    let server = server();
    let document = document();
    for (method, path, told) in operations(&document) {
        let needs = purpose(&told).is_some_and(|(_, without)| !without);
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

/// A server whose keys are each for one purpose, and one as they were made before keys
/// had any.
fn server_of_many_keys() -> (Server, Vec<(String, String)>) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ledger");
    assert!(plumb().arg("init").arg(&path).output().unwrap().status.success());
    let mut keys: Vec<(String, String)> = EVERYTHING
        .split(',')
        .map(|purpose| (purpose.to_owned(), key(&path, purpose, purpose)))
        .collect();
    keys.push(("of before".to_owned(), key(&path, "of before", "metrics")));
    let file = path.join("keys/writers.toml");
    let text = fs::read_to_string(&file).unwrap();
    let unsaid = text.replace("\"of before\" = [\"metrics\"]\n", "");
    assert!(unsaid.len() < text.len(), "{text}");
    fs::write(&file, unsaid).unwrap();
    let (child, address, public) = start(&path, &[]);
    (Server { child, address, public, key: keys[0].1.clone(), dir }, keys)
}

/// Whether a key does not open an address, and what it is said to lack.
fn lacks(server: &Server, (method, path): (&str, &str), key: &str) -> Option<Value> {
    let bearer = format!("Bearer {key}");
    let given = [("authorization", bearer.as_str()), ("second-authorization", bearer.as_str())];
    let answer = server.call(method, path, &given, "{}");
    let problem = (answer.status == 403).then(|| answer.json());
    problem
        .filter(|problem| problem["code"] == "purpose-missing")
        .map(|told| told["purpose"].clone())
}

#[test]
fn a_key_opens_only_what_it_was_made_for_and_is_told_which_purpose_it_lacks() {
    let (server, keys) = server_of_many_keys();
    let mut held = 0;
    for (method, path, told) in operations(&document()) {
        let Some((due, without)) = purpose(&told) else { continue };
        // Of reports, findings and figures less is told, and nothing refused.
        if path.ends_with("/feed") || (without && !parameter(&told, "log")) {
            continue;
        }
        let path = path.replace("{position}", "0").replace("{old}", "0").replace("{system}", "s");
        let path = path.replace("{id}", "i").replace("{stream}", "fee/1");
        let path = if without { format!("{path}?log=sealed") } else { path };
        for (name, key) in &keys {
            let may = match name.as_str() {
                "of before" => ["submit", "open", "administer"].contains(&due.as_str()),
                name => name == due,
            };
            let lacking = lacks(&server, (&method, &path), key);
            let due = (!may).then(|| json!(due));
            assert_eq!(lacking, due, "{method} {path} by the key for {name}");
            held += 1;
        }
    }
    assert!(held >= 17 * keys.len(), "{held}");
    let figures = |name: &str| {
        let key = keys.iter().find(|(of, _)| of == name).map(|(_, key)| key.as_str());
        String::from_utf8(answers(&server, "/metrics", key).body).unwrap()
    };
    assert!(figures("metrics").contains("log=\"sealed\""));
    for name in ["submit", "read-sealed", "of before"] {
        assert!(!figures(name).contains("log=\"sealed\""), "{name}");
    }
}

#[test]
fn purposes_are_said_listed_and_taken_away_by_commands() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ledger");
    assert!(plumb().arg("init").arg(&path).output().unwrap().status.success());
    let run = |arguments: &[&str]| {
        let done = plumb().arg("keys").args(arguments).arg("--dir").arg(&path).output().unwrap();
        (done.status.code(), String::from_utf8(done.stdout).unwrap())
    };
    assert_eq!(run(&["add", "hall"]).0, Some(0));
    assert_eq!(run(&["add", "desk", "--for", "read-sealed", "--for", "metrics"]).0, Some(0));
    let listed = |name: &str| {
        let value: Value = serde_json::from_str(&run(&["list", "--json"]).1).unwrap();
        let keys = value["keys"].as_array().unwrap().clone();
        keys.into_iter().find(|key| key["name"] == name).map(|key| key["purposes"].clone())
    };
    assert_eq!(listed("hall"), Some(json!(["submit"])));
    assert_eq!(listed("desk"), Some(json!(["read-sealed", "metrics"])));
    assert_eq!(run(&["allow", "hall", "--for", "submit,open"]).0, Some(0));
    // Another key in its place is for the same.
    assert_eq!(run(&["add", "hall"]).0, Some(0));
    assert_eq!(listed("hall"), Some(json!(["submit", "open"])));
    assert_eq!(run(&["add", "x", "--for", "rule"]).0, Some(2));
    assert_eq!(run(&["allow", "hall"]).0, Some(2));
    assert_eq!(run(&["allow", "nobody", "--for", "open"]).0, Some(13));
    assert_eq!(run(&["remove", "desk"]).0, Some(0));
    assert_eq!((listed("desk"), run(&["remove", "desk"]).0), (None, Some(13)));
}
