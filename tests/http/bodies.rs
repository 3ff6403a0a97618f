//! What a request says of its body and of what it has already: kinds, character sets,
//! lists, tags, limits, and who may ask.

use super::{JSON, event, server};
use serde_json::json;

#[test]
fn a_body_of_a_kind_that_cannot_be_read_is_refused_and_not_guessed_at() {
    let server = server();
    let body = event("e-1").to_string();
    for kind in [
        "application/xml",
        "multipart/form-data; boundary=x",
        "text/html",
        "application/json; charset=gbk",
    ] {
        let answer = server.post("/api/v1/events", kind, &[], &body);
        assert_eq!(
            (answer.status, &answer.json()["code"]),
            (415, &json!("unsupported-media-type"))
        );
        assert_eq!(answer.json()["header"], "content-type", "{kind}");
    }
    let packed = server.post("/api/v1/events", JSON, &[("content-encoding", "gzip")], &body);
    assert_eq!((packed.status, &packed.json()["header"]), (415, &json!("content-encoding")));
    // One address takes one event, the other many.
    let list = "application/cloudevents-batch+json";
    assert_eq!(server.post("/api/v1/events", list, &[], "[]").status, 415);
    let one = "application/cloudevents+json";
    assert_eq!(server.post("/api/v1/events:batch", one, &[], "{}").status, 415);
    // Nothing of all that was recorded; what curl sends unasked is.
    assert_eq!(server.get("/api/v1/events/by-id/bank/e-1").status, 404);
    for (id, kind) in [
        ("k-1", "application/x-www-form-urlencoded"),
        ("k-2", "Application/JSON; Charset=\"UTF-8\""),
        ("k-3", "text/plain"),
    ] {
        let answer = server.post("/api/v1/events", kind, &[], &event(id).to_string());
        assert_eq!(answer.status, 201, "{kind}");
    }
}

#[test]
fn a_batch_may_be_one_json_array() {
    let server = server();
    let mut bad = event("bad");
    bad["type"] = json!("no.such.v1");
    let list = json!([event("e-1"), bad, event("e-2")]).to_string();
    let told = server.post("/api/v1/events:batch", JSON, &[], &list).json();
    let statuses: Vec<_> = (0..3).map(|at| told["results"][at]["status"].clone()).collect();
    assert_eq!(statuses, [json!(201), json!(422), json!(201)], "{told}");
    let refused = server.post("/api/v1/events:batch?atomic=true", JSON, &[], &list);
    assert_eq!((refused.status, &refused.json()["index"]), (422, &json!(1)));
    // Lines under the same name still count as lines.
    let lines = format!("\n{}\n{}\n", event("e-3"), event("e-4"));
    let told = server.post("/api/v1/events:batch", JSON, &[], &lines).json();
    assert_eq!((&told["results"][1]["status"], &told["results"][2]), (&json!(201), &json!(null)));
    assert_eq!(server.post("/api/v1/events:batch", JSON, &[], "[1,").status, 400);
}

#[test]
fn an_entry_that_is_known_is_not_sent_again() {
    let server = server();
    let read = server.get("/api/v1/events/0");
    let tag = read.header("etag").unwrap();
    for given in [tag.to_owned(), format!("W/{tag}"), format!("\"x\", {tag}"), "*".to_owned()] {
        let headers = [("if-none-match", given.as_str())];
        let known = server.call("GET", "/api/v1/events/0", &headers, "");
        assert_eq!((known.status, known.body.len()), (304, 0), "{given}");
    }
    let other = server.call("GET", "/api/v1/events/0", &[("if-none-match", "\"x\", W/\"y\"")], "");
    assert_eq!(other.status, 200);
}

#[test]
fn a_refusal_says_how_to_be_let_in_and_which_limits_there_are() {
    let server = server();
    let without = server.call("POST", "/api/v1/events", &[("content-type", JSON)], "{}");
    assert_eq!(without.status, 401);
    assert_eq!(without.header("www-authenticate"), Some("Bearer realm=\"plumbline\""));
    for address in ["/api/v1/events?limit=0", "/api/v1/events?limit=501", "/api/v1/cases?limit=0"] {
        let answer = server.get(address);
        assert_eq!(
            (answer.status, &answer.json()["code"]),
            (400, &json!("bad-limit")),
            "{address}"
        );
    }
    assert_eq!(server.get("/api/v1/events?limit=500").status, 200);
    let misspelt = server.get("/api/v1/events?steam=x").json();
    assert!(misspelt["detail"].as_str().unwrap().starts_with("网址中的参数有误"), "{misspelt}");
}
