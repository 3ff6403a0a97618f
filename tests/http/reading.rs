//! Reading by id, by filters and in pages; proofs held by another implementation;
//! figures; and wrong requests, which are answered as problems.

use super::{JSON, Server, event, server};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

fn send(server: &Server, id: &str, change: impl FnOnce(&mut Value)) -> u64 {
    let mut event = event(id);
    change(&mut event);
    let made = server.post("/api/v1/events", JSON, &[], &event.to_string());
    assert_eq!(made.status, 201, "{}", String::from_utf8_lossy(&made.body));
    made.json()["position"].as_u64().unwrap()
}

fn ids(lines: &[u8]) -> Vec<String> {
    let lines = std::str::from_utf8(lines).unwrap().lines();
    lines
        .map(|line| {
            let entry: Value = serde_json::from_str(line).unwrap();
            entry["id"].as_str().unwrap().to_owned()
        })
        .collect()
}

#[test]
fn an_entry_is_found_by_its_system_and_id() {
    let server = server();
    send(&server, "票/1 a", |_| {});
    let found = server.get("/api/v1/events/by-id/bank/%E7%A5%A8%2F1%20a");
    assert_eq!((found.status, &found.json()["id"]), (200, &json!("票/1 a")));
    let tag = found.header("etag").unwrap();
    assert_eq!(tag, format!("\"{}\"", blake3::hash(&found.body)));
    let other = server.get("/api/v1/events/by-id/hall/%E7%A5%A8%2F1%20a");
    assert_eq!((other.status, &other.json()["code"]), (404, &json!("no-such-entry")));
}

#[test]
fn every_filter_narrows_and_pages_do_not_shift() {
    let server = server();
    for number in 0..7 {
        send(&server, &format!("e-{number}"), |event| {
            event["actor"] = json!({"unit": format!("U{}", number % 2), "officer": "o-1"});
            event["occurred_at"] = json!(format!("2026-03-{:02}T09:00:00+08:00", number + 1));
        });
    }
    let of = |filter: &str| ids(&server.get(&format!("/api/v1/events?{filter}")).body);
    assert_eq!(of("unit=U1"), ["e-1", "e-3", "e-5"]);
    assert_eq!(of("unit=U1&officer=o-2"), [""; 0]);
    assert_eq!(
        of("system=bank&occurred_from=2026-03-03&occurred_until=2026-03-05"),
        ["e-2", "e-3"]
    );
    assert_eq!(of("stream=fee/1&type=fee.paid.v1").len(), 7);
    assert_eq!(of("stream=fee/1&recorded_until=2020-01-01"), [""; 0]);
    // Two at a time; what comes meanwhile belongs to nobody's page.
    let mut address = "/api/v1/events?stream=fee/1&limit=2".to_owned();
    let mut told = Vec::new();
    for round in 0.. {
        let page = server.get(&address);
        assert_eq!(page.status, 200);
        told.extend(ids(&page.body));
        if round == 0 {
            send(&server, "late", |_| {});
        }
        let Some(link) = page.header("link") else { break };
        address = link.trim_start_matches('<').split('>').next().unwrap().to_owned();
        assert!(address.contains("stream=fee/1"), "{address}");
    }
    assert_eq!(told, ["e-0", "e-1", "e-2", "e-3", "e-4", "e-5", "e-6"]);
}

/// RFC 9162 §2.1.3.2, written from its text.
fn root_from(leaf: [u8; 32], index: u64, size: u64, path: &[[u8; 32]]) -> [u8; 32] {
    let node = |left: [u8; 32], right: [u8; 32]| -> [u8; 32] {
        Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
    };
    let (mut at, mut last, mut hash) = (index, size - 1, leaf);
    for sibling in path {
        assert_ne!(last, 0, "the path is too long");
        if at % 2 == 1 || at == last {
            hash = node(*sibling, hash);
            while at.is_multiple_of(2) && at != 0 {
                (at, last) = (at >> 1, last >> 1);
            }
        } else {
            hash = node(hash, *sibling);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    assert_eq!(last, 0, "the path is too short");
    hash
}

fn digest(base64: &str) -> [u8; 32] {
    use base64ct::{Base64, Encoding};
    Base64::decode_vec(base64).unwrap().try_into().unwrap()
}

#[test]
fn a_proof_leads_from_the_stored_bytes_to_the_signed_root() {
    let server = server();
    for number in 0..9 {
        send(&server, &format!("e-{number}"), |_| {});
        for position in [0, number] {
            let proof = server.get(&format!("/api/v1/proofs/inclusion/{position}"));
            assert_eq!(proof.status, 200);
            let text = String::from_utf8(proof.body).unwrap();
            let (head, note) = text.split_once("\n\n").unwrap();
            let mut lines = head.lines();
            assert_eq!(lines.next(), Some("c2sp.org/tlog-proof@v1"));
            assert_eq!(lines.next(), Some(format!("index {position}").as_str()));
            let path: Vec<[u8; 32]> = lines.map(digest).collect();
            let mut note = note.lines().skip(1);
            let size: u64 = note.next().unwrap().parse().unwrap();
            let root = digest(note.next().unwrap());
            let entry = server.get(&format!("/api/v1/events/{position}")).body;
            let leaf = Sha256::new().chain_update([0]).chain_update(entry).finalize().into();
            assert_eq!(root_from(leaf, position, size, &path), root, "{position} of {size}");
        }
    }
    let continued = server.get("/api/v1/proofs/consistency/3").json();
    assert_eq!(
        (&continued["schema"], &continued["old"]),
        (&json!("plumbline.consistency/1"), &json!(3))
    );
    assert!(!continued["hashes"].as_array().unwrap().is_empty());
    let beyond = server.get("/api/v1/proofs/inclusion/100000");
    assert_eq!((beyond.status, &beyond.json()["code"]), (404, &json!("beyond-the-log")));
}

#[test]
fn figures_are_told_by_route_and_log() {
    let server = server();
    send(&server, "e-1", |_| {});
    server.get("/api/v1/cases/fee/1");
    server.get("/nowhere");
    let metrics = server.get("/metrics");
    assert_eq!(metrics.status, 200);
    let text = String::from_utf8(metrics.body).unwrap();
    for line in [
        r#"plumbline_http_requests_total{route="/api/v1/events",method="POST",status="201"} 1"#,
        r#"plumbline_http_requests_total{route="other",method="GET",status="404"} 1"#,
        r#"plumbline_http_request_seconds_count{route="/api/v1/cases/{*stream}"} 1"#,
    ] {
        assert!(text.lines().any(|known| known == line), "{line}\n{text}");
    }
    let entries =
        text.lines().find_map(|line| line.strip_prefix("plumbline_log_entries{log=\"open\"} "));
    assert!(entries.unwrap().parse::<f64>().unwrap() >= 2.0);
}

#[test]
fn wrong_requests_are_problems_that_say_what_to_do() {
    let server = server();
    for (path, status, code) in [
        ("/api/v1/events?unti=U1", 400, "bad-query"),
        ("/api/v1/events?limit=many", 400, "bad-query"),
        ("/api/v1/events?occurred_from=yesterday", 400, "bad-time"),
        ("/api/v1/events?cursor=x", 400, "bad-cursor"),
        ("/api/v1/events?cursor=99999.0", 400, "bad-cursor"),
        ("/api/v1/events?log=secret", 400, "no-such-log"),
        ("/api/v1/events/first", 400, "bad-position"),
        ("/api/v1/events/99999999999999999999", 400, "bad-position"),
        ("/api/v1/events/99999", 404, "no-such-entry"),
        ("/api/v1/proofs/inclusion/-1", 400, "bad-position"),
        ("/api/v1/cases?as_off=2026-01-01", 400, "bad-query"),
        ("/api/v1/checkpoints/latest?log=both", 400, "no-such-log"),
    ] {
        let answer = server.get(path);
        assert_eq!((answer.status, &answer.json()["code"]), (status, &json!(code)), "{path}");
        assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{path}");
    }
    let method = server.call("DELETE", "/api/v1/events/0", &[], "");
    assert_eq!((method.status, &method.json()["code"]), (405, &json!("no-such-method")));
    let batch = server.post("/api/v1/events:batch?atomik=true", "application/x-ndjson", &[], "");
    assert_eq!((batch.status, &batch.json()["code"]), (400, &json!("bad-query")));
    let large = " ".repeat(33 << 20);
    let large = server.post("/api/v1/events", JSON, &[], &large);
    assert_eq!((large.status, &large.json()["code"]), (413, &json!("body-too-large")));
    for (body, status, code) in [
        ("[".repeat(100_000), 400, "malformed-json"),
        (r#"{"id":"\ud800"}"#.to_owned(), 400, "malformed-json"),
        (r#"{"id":"a","id":"b"}"#.to_owned(), 400, "malformed-json"),
        (r#"{"n":123456789012345678901234567890}"#.to_owned(), 400, "malformed-json"),
        (r#"{"n":NaN}"#.to_owned(), 400, "malformed-json"),
        (
            event("x").to_string().replace("2026-03-05T16:20:00+08:00", "2026-02-30T00:00:00Z"),
            422,
            "",
        ),
    ] {
        let answer = server.post("/api/v1/events", JSON, &[], &body);
        assert_eq!(answer.status, status, "{}", String::from_utf8_lossy(&answer.body));
        assert!(code.is_empty() || answer.json()["code"] == code, "{}", answer.json());
    }
    // Nothing of it was recorded.
    assert!(server.get("/api/v1/events?system=bank").body.is_empty());
}
