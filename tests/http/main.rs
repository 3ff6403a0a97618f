//! The internal listener of the built program, over a real socket.

mod access;
mod beside;
mod bodies;
mod ceremony;
mod description;
mod feed;
mod judged;
mod public;
mod reading;
mod receipts;
mod vault;
mod witness;

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

struct Server {
    child: Child,
    address: String,
    /// Where the open log is served to anyone, if it is.
    public: String,
    key: String,
    dir: tempfile::TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    fn header(&self, name: &str) -> Option<&str> {
        let found = self.head.lines().find(|line| {
            line.split_once(':').is_some_and(|(known, _)| known.eq_ignore_ascii_case(name))
        })?;
        found.split_once(':').map(|(_, value)| value.trim())
    }
}

fn plumb() -> Command {
    Command::new(env!("CARGO_BIN_EXE_plumb"))
}

const EVERYTHING: &str = "submit,read-sealed,open,administer,metrics";

/// A key for these purposes, made beside whatever runs.
fn key(path: &std::path::Path, name: &str, purposes: &str) -> String {
    let mut made = plumb();
    let made = made.args(["keys", "add", name, "--for", purposes, "--dir"]).arg(path);
    let made = made.output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    String::from_utf8(made.stdout).unwrap().trim().to_owned()
}

fn server() -> Server {
    serving(&[])
}

/// A server with more arguments.
fn serving(arguments: &[&str]) -> Server {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ledger");
    assert!(plumb().arg("init").arg(&path).output().unwrap().status.success());
    let key = key(&path, "hall", EVERYTHING);
    let (child, address, public) = start(&path, arguments);
    Server { child, address, public, key, dir }
}

/// Starts a server over a ledger; gives its addresses once it listens.
fn start(path: &std::path::Path, arguments: &[&str]) -> (Child, String, String) {
    let mut child = plumb()
        .args(["serve", "--no-timers", "--listen", "127.0.0.1:0", "--dir"])
        .arg(path)
        .args(arguments)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    let (mut address, mut public) = (String::new(), String::new());
    while address.is_empty() || (arguments.contains(&"--public") && public.is_empty()) {
        let mut line = String::new();
        assert!(lines.read_line(&mut line).unwrap() > 0, "the server ended");
        let Some((words, named)) = line.trim().split_once("http://") else { continue };
        match named.split_once('/') {
            Some((named, _)) if words.contains("for anyone") => public = named.to_owned(),
            None if words.contains("serving on") => address = named.to_owned(),
            _ => {}
        }
    }
    std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
    (child, address, public)
}

fn call(address: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut stream = TcpStream::connect(address).unwrap();
    let mut head = format!(
        "{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    stream.write_all(format!("{head}\r\n{body}").as_bytes()).unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let at = bytes.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(bytes[..at].to_vec()).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, head, body: bytes[at + 4..].to_vec() }
}

impl Server {
    fn call(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        call(&self.address, method, path, headers, body)
    }

    fn post(&self, path: &str, kind: &str, more: &[(&str, &str)], body: &str) -> Answer {
        let bearer = format!("Bearer {}", self.key);
        let mut headers = vec![("authorization", bearer.as_str()), ("content-type", kind)];
        headers.extend_from_slice(more);
        self.call("POST", path, &headers, body)
    }

    fn get(&self, path: &str) -> Answer {
        self.call("GET", path, &[], "")
    }

    /// With the server's key: the sealed log is read by nobody without one.
    fn get_with_key(&self, path: &str) -> Answer {
        let bearer = format!("Bearer {}", self.key);
        self.call("GET", path, &[("authorization", &bearer)], "")
    }
}

fn event(id: &str) -> Value {
    json!({
        "id": id, "stream": "fee/1", "type": "fee.paid.v1",
        "occurred_at": "2026-03-05T16:20:00+08:00",
        "source": {"system": "bank"}, "body": {"amount_fen": 100},
    })
}

const JSON: &str = "application/json";

#[test]
fn one_event_is_recorded_once_and_read_back_as_stored() {
    let server = server();
    let made = server.post("/api/v1/events", JSON, &[], &event("e-1").to_string());
    assert_eq!(made.status, 201);
    // The ledger records entries of its own besides (anchors of the sealed log).
    let position = made.json()["position"].as_u64().unwrap();
    let again = server.post("/api/v1/events", JSON, &[], &event("e-1").to_string());
    assert_eq!((again.status, &again.json()["duplicate"]), (200, &json!(true)));
    let read = server.get(made.header("location").unwrap());
    assert_eq!(read.status, 200);
    let hash = blake3::hash(&read.body).to_hex();
    assert_eq!(made.json()["hash"], hash.as_str());
    let tag = read.header("etag").unwrap();
    let known =
        server.call("GET", &format!("/api/v1/events/{position}"), &[("if-none-match", tag)], "");
    assert_eq!(known.status, 304);
    let mut other = event("e-1");
    other["body"]["amount_fen"] = json!(7);
    let conflict = server.post("/api/v1/events", JSON, &[], &other.to_string());
    assert_eq!((conflict.status, &conflict.json()["code"]), (409, &json!("event-id-reused")));
    assert_eq!(conflict.header("content-type"), Some("application/problem+json"));
}

#[test]
fn only_a_key_may_write_and_errors_are_problems() {
    let server = server();
    let body = event("e-1").to_string();
    let without = server.call("POST", "/api/v1/events", &[("content-type", JSON)], &body);
    assert_eq!((without.status, &without.json()["code"]), (401, &json!("no-valid-key")));
    let wrong = [("authorization", "Bearer nonsense")];
    assert_eq!(server.call("POST", "/api/v1/events", &wrong, &body).status, 401);
    for (body, status, code) in [
        ("{", 400, "malformed-json"),
        (r#"{"a":1.5}"#, 400, "malformed-json"),
        ("{}", 422, "missing-member"),
        (r#"{"v":1}"#, 422, "ledger-member"),
    ] {
        let answer = server.post("/api/v1/events", JSON, &[], body);
        assert_eq!((answer.status, &answer.json()["code"]), (status, &json!(code)), "{body}");
    }
    assert_eq!(server.get("/api/v1/events/99").status, 404);
    assert_eq!(server.get("/api/v1/events?cursor=x").status, 400);
    assert_eq!(server.get("/nowhere").json()["code"], "no-such-address");
    let stored = std::fs::read_to_string(server.dir.path().join("ledger/keys/writers.toml"));
    assert!(!stored.unwrap().contains(&server.key), "the key is stored in the clear");
}

#[test]
fn an_expected_revision_that_is_not_met_names_the_current_one() {
    let server = server();
    let send = |id: &str, expected: &str| {
        let more = [("expected-revision", expected)];
        server.post("/api/v1/events", JSON, &more, &event(id).to_string())
    };
    assert_eq!(send("a", "exists").status, 409);
    assert_eq!(send("a", "no_stream").status, 201);
    assert_eq!(send("b", "0").status, 201);
    let late = send("c", "0");
    assert_eq!((late.status, &late.json()["current_revision"]), (409, &json!(1)));
    assert_eq!(send("c", "what").status, 400);
}

#[test]
fn a_batch_is_atomic_if_asked_and_pages_do_not_shift() {
    let server = server();
    let mut bad = event("bad");
    bad["type"] = json!("no.such.v1");
    let mixed = format!("{}\n{bad}\n", event("e-1"));
    let kind = "application/x-ndjson";
    let refused = server.post("/api/v1/events:batch?atomic=true", kind, &[], &mixed);
    assert_eq!((refused.status, &refused.json()["index"]), (422, &json!(1)));
    let each = server.post("/api/v1/events:batch", kind, &[], &mixed).json();
    assert_eq!(each["results"][0]["status"], 201);
    assert_eq!(each["results"][1]["problem"]["code"], "unknown-event-type");
    let more: String = (2..9).map(|i| format!("{}\n", event(&format!("e-{i}")))).collect();
    server.post("/api/v1/events:batch?atomic=true", kind, &[], &more);
    let first = server.get("/api/v1/events?limit=5&stream=fee%2F1");
    assert_eq!(String::from_utf8(first.body.clone()).unwrap().lines().count(), 5);
    server.post("/api/v1/events", JSON, &[], &event("later").to_string());
    let link = first.header("link").unwrap();
    let next = link.trim_start_matches('<').split('>').next().unwrap();
    let rest = String::from_utf8(server.get(next).body).unwrap();
    assert_eq!(rest.lines().count(), 3);
    assert!(!rest.contains("later"));
}

#[test]
fn cloudevents_and_checkpoints_speak_their_standards() {
    let server = server();
    let cloud = json!({
        "specversion": "1.0", "id": "c-1", "source": "hall", "type": "fee.paid.v1",
        "subject": "fee/9", "time": "2026-03-05T16:20:00+08:00", "data": {"amount_fen": 5},
    });
    let kind = "application/cloudevents+json";
    let made = server.post("/api/v1/events", kind, &[], &cloud.to_string());
    assert_eq!(made.status, 201);
    let position = made.json()["position"].as_u64().unwrap();
    let kind = "application/cloudevents-batch+json";
    let batch = server.post("/api/v1/events:batch", kind, &[], &json!([cloud]).to_string());
    assert_eq!(batch.json()["results"][0]["status"], 200);
    let stored = server.get(&format!("/api/v1/events/{position}")).json();
    assert_eq!((&stored["stream"], &stored["source"]["system"]), (&json!("fee/9"), &json!("hall")));
    let note = String::from_utf8(server.get("/api/v1/checkpoints/latest").body).unwrap();
    let size: u64 = note.lines().nth(1).unwrap().parse().unwrap();
    assert!(size > position, "{note}");
    let origin = note.lines().next().unwrap();
    assert!(note.contains(&format!("\n\n\u{2014} {origin} ")));
    assert_eq!(server.get("/livez").status, 200);
    assert_eq!(server.get("/readyz").status, 200);
}

/// The read model follows within a second or two.
fn listed_by_the_read_model(server: &Server, recorded: u64) {
    let mut list = Value::Null;
    for _ in 0..100 {
        list = server.get("/api/v1/cases?kind=approval&limit=1").json();
        if list["log_size"].as_u64().is_some_and(|size| size > recorded) {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    assert_eq!(list["cases"][0]["stream"], "approval/990100-XK-2026-1", "{list}");
    assert_eq!(list["cases"][0]["state"]["code"], "granted");
    assert_eq!(list["after"], Value::Null);
    let then = server.get("/api/v1/cases?as_of=2026-03-03&state=submitted").json();
    assert_eq!(then["cases"][0]["state"]["code"], "submitted");
}

#[test]
fn a_case_is_told_at_any_moment() {
    let server = server();
    let act = |id: &str, kind: &str, day: &str| {
        json!({
            "id": id, "stream": "approval/990100-XK-2026-1", "type": kind,
            "occurred_at": format!("{day}T09:00:00+08:00"), "source": {"system": "hall"},
            "actor": {"unit": "unit/1"},
        })
    };
    // The ledger records entries of its own besides (anchors of the sealed log).
    let mut positions = Vec::new();
    for event in [
        act("1", "approval.application.submitted.v1", "2026-03-02"),
        act("2", "approval.acceptance.granted.v1", "2026-03-04"),
        act("3", "approval.decision.granted.v1", "2026-03-10"),
    ] {
        let receipt = server.post("/api/v1/events", JSON, &[], &event.to_string());
        assert_eq!(receipt.status, 201);
        positions.push(receipt.json()["position"].as_u64().unwrap());
    }
    let case = "/api/v1/cases/approval/990100-XK-2026-1";
    let mut latest = server.get(case).json();
    assert_eq!(latest["schema"], "plumbline.case/1");
    assert_eq!(latest["case"]["state"]["code"], "granted");
    assert_eq!(latest["grounds"]["/state"], json!([positions[2]]));
    assert_eq!(latest["entries"].as_array().unwrap().len(), 3);
    assert!(latest["log_size"].as_u64().unwrap() > positions[2]);
    let mut encoded = server.get("/api/v1/cases/approval%2F990100-XK-2026-1").json();
    // An anchor may have been recorded between the two.
    for answer in [&mut latest, &mut encoded] {
        answer.as_object_mut().unwrap().remove("log_size");
    }
    assert_eq!(encoded, latest);
    // A date stands for its end; an offset's plus may come unencoded.
    let state =
        |query: &str| server.get(&format!("{case}?{query}")).json()["case"]["state"]["zh"].clone();
    assert_eq!(state("as_of=2026-03-04"), "已受理");
    assert_eq!(state("as_of=2026-03-04T08:59:59+08:00"), "已申请");
    assert_eq!(state("known_at=2026-03-31"), "无记录");
    let timeline = server.get(&format!("{case}/timeline?as_of=2026-03-04")).json();
    let counts: Vec<_> =
        timeline["timeline"].as_array().unwrap().iter().map(|row| &row["counts"]).collect();
    assert_eq!(counts, [true, true, false]);
    assert_eq!(timeline["timeline"][0]["hash"].as_str().unwrap().len(), 64);
    let diff = server.get(&format!("{case}/diff?from_as_of=2026-03-02&as_of=2026-03-04")).json();
    let change = diff["changes"].as_array().unwrap().iter().find(|c| c["member"] == "/state/code");
    assert_eq!(change.unwrap()["because"], json!([positions[1]]));
    listed_by_the_read_model(&server, positions[2]);
    for (path, status, code) in [
        ("/api/v1/cases/approval/none", 404, "no-such-case"),
        ("/api/v1/cases/approval/990100-XK-2026-1?as_of=yesterday", 400, "bad-time"),
        ("/api/v1/cases/approval/990100-XK-2026-1/diff", 400, "missing-moment"),
        ("/api/v1/cases/approval/990100-XK-2026-1/timeline?by=x", 400, "bad-order"),
        ("/api/v1/cases?kind=x", 400, "no-such-kind"),
        ("/api/v1/cases?log=x", 400, "no-such-log"),
    ] {
        let answer = server.get(path);
        assert_eq!((answer.status, &answer.json()["code"]), (status, &json!(code)), "{path}");
    }
}
