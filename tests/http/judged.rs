//! What is judged, over HTTP: findings in pages that do not shift, and reports with the
//! bytes of the command line.

use super::{Answer, JSON, Server, plumb, server};
use serde_json::{Value, json};

/// A charge for what stands in no catalogue, at nine on a day of March.
fn charge(server: &Server, day: u32) {
    let event = json!({
        "id": format!("f-{day}"), "stream": format!("fee/{day}"), "type": "fee.assessed.v1",
        "occurred_at": format!("2026-03-{day:02}T09:00:00+08:00"),
        "source": {"system": "hall", "kind": "native"},
        "actor": {"unit": format!("unit/{}", day % 2)},
        "body": {"fee_no": format!("{day:04}"), "in_hall": true,
                 "lines": [{"fee_code": "UNLISTED", "qty": 1, "amount_fen": 100}]},
    });
    let made = server.post("/api/v1/events", JSON, &[], &event.to_string());
    assert_eq!(made.status, 201, "{}", String::from_utf8_lossy(&made.body));
}

/// With the key that may read both logs.
fn read(server: &Server, path: &str) -> Answer {
    let bearer = format!("Bearer {}", server.key);
    server.call("GET", path, &[("authorization", bearer.as_str())], "")
}

fn streams(page: &Value) -> Vec<String> {
    let found = page["findings"].as_array().expect("a list");
    found.iter().map(|one| one["stream"].as_str().expect("a stream").to_owned()).collect()
}

#[test]
fn findings_come_in_pages_that_do_not_shift() {
    let server = server();
    (2..7).for_each(|day| charge(&server, day));
    let get = |filter: &str| read(&server, &format!("/api/v1/findings?rule=R2.5.5{filter}")).json();
    let first = get("&limit=2");
    assert_eq!(streams(&first), ["fee/2", "fee/3"]);
    // What comes meanwhile belongs to nobody's page.
    charge(&server, 1);
    let next = |page: &Value| get(&format!("&limit=2&cursor={}", page["cursor"].as_str().unwrap()));
    let second = next(&first);
    assert_eq!(
        (streams(&second), &second["log_size"]),
        (vec!["fee/4".to_owned(), "fee/5".to_owned()], &first["log_size"],)
    );
    let last = next(&second);
    assert_eq!((streams(&last), &last["cursor"]), (vec!["fee/6".to_owned()], &Value::Null));
    assert_eq!(streams(&get("")).len(), 6);
    assert_eq!(streams(&get("&unit=unit/1&occurred_from=2026-03-03")), ["fee/3", "fee/5"]);
    assert_eq!(streams(&get("&occurred_until=2026-03-02")), ["fee/1", "fee/2"]);
    assert_eq!(streams(&get("&stream=fee/4&severity=refer")), ["fee/4"]);
    assert_eq!(streams(&get("&result=confirmed")), [""; 0]);
    let open = server.get("/api/v1/findings?rule=R2.5.5&limit=2").json();
    assert_eq!((streams(&open).len(), &open["sealed_size"]), (2, &Value::Null));
    let cursor = format!("/api/v1/findings?cursor={}", first["cursor"].as_str().unwrap());
    assert_eq!(server.get(&cursor).status, 401);
    // Before the first charge there was nothing to find.
    assert_eq!(streams(&get("&as_of=2026-03-01T08:00:00%2B08:00")), [""; 0]);
}

#[test]
fn a_report_has_the_bytes_of_the_command_line() {
    let server = server();
    (2..5).for_each(|day| charge(&server, day));
    let dir = server.dir.path().join("ledger");
    for (format, kind) in [
        ("json", "application/json"),
        ("csv", "text/csv; charset=utf-8"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("html", "text/html; charset=utf-8"),
    ] {
        let address = format!("/api/v1/reports/rp06?from=2026-03-03&to=2026-03-31&format={format}");
        let run = || {
            let mut command = plumb();
            command.args(["report", "run", "RP06", "--from", "2026-03-03", "--to", "2026-03-31"]);
            command.args(["--format", format, "--dir"]).arg(&dir).output().unwrap().stdout
        };
        // The server may just be recording a closing of the day.
        let same = (0..20).any(|_| {
            let served = read(&server, &address);
            assert_eq!((served.status, served.header("content-type")), (200, Some(kind)));
            assert!(
                served.header("etag").is_some_and(|tag| tag.ends_with(&format!("-{format}\"")))
            );
            let before = run();
            served.body == before || {
                std::thread::sleep(std::time::Duration::from_millis(100));
                false
            }
        });
        assert!(same, "{format}");
    }
    // Without a key nothing rests on the sealed log.
    let served = server.get("/api/v1/reports/RP06?from=2026-03-03").json();
    assert_eq!(
        (&served["row_count"], &served["made_from"]["sealed_size"]),
        (&json!(2), &Value::Null)
    );
    assert_eq!(server.get("/api/v1/reports").json()["reports"].as_array().map(Vec::len), Some(23));
    let backwards = ["report", "run", "RP06", "--from", "2026-03-03", "--to", "2026-03-02"];
    let refused = plumb().args(backwards).arg("--dir").arg(&dir).output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
}
