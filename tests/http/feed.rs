//! Following a log: what is there, what comes, resuming, and the end of the server.

use super::{JSON, Server, event, server};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

struct Feed {
    lines: BufReader<TcpStream>,
}

impl Feed {
    /// Opens a feed; returns it with the status.
    fn open(server: &Server, query: &str, last: Option<&str>) -> (u16, Feed) {
        let mut stream = TcpStream::connect(&server.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let last = last.map_or(String::new(), |last| format!("last-event-id: {last}\r\n"));
        let head = format!("GET /api/v1/events/feed{query} HTTP/1.0\r\nhost: x\r\n{last}\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let mut lines = BufReader::new(stream);
        let mut line = String::new();
        lines.read_line(&mut line).unwrap();
        let status = line.split(' ').nth(1).unwrap().parse().unwrap();
        while line.trim() != "" {
            line.clear();
            lines.read_line(&mut line).unwrap();
        }
        (status, Feed { lines })
    }

    /// The id and data of the next event.
    fn next(&mut self) -> (u64, String) {
        let (mut id, mut data) = (None, None);
        loop {
            let mut line = String::new();
            assert_ne!(self.lines.read_line(&mut line).unwrap(), 0, "the feed ended");
            if let Some(text) = line.strip_prefix("id: ") {
                id = Some(text.trim().parse().unwrap());
            } else if let Some(text) = line.strip_prefix("data: ") {
                data = Some(text.trim_end_matches('\n').to_owned());
            } else if line.trim().is_empty()
                && let (Some(id), Some(data)) = (id, data.clone())
            {
                return (id, data);
            }
        }
    }
}

fn send(server: &Server, id: &str, stream: &str) -> u64 {
    let mut event = event(id);
    event["stream"] = stream.into();
    let made = server.post("/api/v1/events", JSON, &[], &event.to_string());
    assert_eq!(made.status, 201);
    made.json()["position"].as_u64().unwrap()
}

#[test]
fn entries_come_as_they_are_recorded_and_a_feed_is_resumed() {
    let server = server();
    let first = send(&server, "e-1", "fee/1");
    let (status, mut feed) = Feed::open(&server, "?stream=fee/1&from=0", None);
    assert_eq!(status, 200);
    let (id, data) = feed.next();
    assert_eq!(id, first);
    let stored = server.get(&format!("/api/v1/events/{first}")).body;
    assert_eq!(data.as_bytes(), stored);
    send(&server, "other", "fee/2");
    let second = send(&server, "e-2", "fee/1");
    assert_eq!(feed.next().0, second);
    drop(feed);
    // More than one page, recorded while nobody listened.
    let missed: Vec<u64> = (3..150).map(|n| send(&server, &format!("e-{n}"), "fee/1")).collect();
    let (_, mut feed) = Feed::open(&server, "?stream=fee/1", Some(&second.to_string()));
    let told: Vec<u64> = missed.iter().map(|_| feed.next().0).collect();
    assert_eq!(told, missed);
}

#[test]
fn a_feed_tells_from_now_on_unless_it_is_asked_for_more() {
    let server = server();
    send(&server, "before", "fee/1");
    let (_, mut feed) = Feed::open(&server, "?stream=fee/1", None);
    let after = send(&server, "after", "fee/1");
    assert_eq!(feed.next().0, after);
}

#[test]
fn a_follower_that_knows_more_than_the_log_is_told_so() {
    let server = server();
    assert_eq!(Feed::open(&server, "", Some("5000")).0, 409);
    assert_eq!(Feed::open(&server, "", Some("x")).0, 400);
    assert_eq!(Feed::open(&server, "?unti=U1", None).0, 400);
}

#[test]
fn a_server_that_stops_ends_its_feeds_and_closes_its_ledger() {
    let mut server = server();
    let (_, mut feed) = Feed::open(&server, "", None);
    send(&server, "e-1", "fee/1");
    feed.next();
    let pid = server.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    let mut rest = Vec::new();
    feed.lines.read_to_end(&mut rest).unwrap();
    // Told to end, it ends as interrupted, and in order.
    assert_eq!(server.child.wait().unwrap().code(), Some(143));
    let verified = super::plumb()
        .args(["verify", "--dir"])
        .arg(server.dir.path().join("ledger"))
        .output()
        .unwrap();
    assert_eq!(verified.status.code(), Some(0), "{}", String::from_utf8_lossy(&verified.stdout));
}
