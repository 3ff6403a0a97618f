//! The public listener: the open log as strangers' programs read it.

use super::{Answer, JSON, Server, call, event, serving, start};
use std::io::Read;

const PUBLIC: [&str; 2] = ["--public", "127.0.0.1:0"];

impl Server {
    fn public(&self, path: &str) -> Answer {
        call(&self.public, "GET", path, &[], "")
    }

    /// Records events and waits until the published checkpoint has `least` entries.
    fn published(&self, ids: std::ops::Range<u32>, least: u64) -> (u64, String) {
        let lines: String = ids.map(|id| format!("{}\n", event(&format!("e-{id}")))).collect();
        let kind = "application/x-ndjson";
        assert_eq!(self.post("/api/v1/events:batch?atomic=true", kind, &[], &lines).status, 200);
        for _ in 0..400 {
            let note = String::from_utf8(self.public("/log/open/checkpoint").body).unwrap();
            let size: u64 = note.lines().nth(1).unwrap().parse().unwrap();
            if size >= least {
                return (size, note);
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        panic!("nothing of {least} entries was published");
    }
}

#[test]
fn a_tiled_log_has_its_addresses_and_headers() {
    let server = serving(&PUBLIC);
    let (size, note) = server.published(0..300, 300);
    let checkpoint = server.public("/log/open/checkpoint");
    assert_eq!(checkpoint.header("content-type"), Some("text/plain; charset=utf-8"));
    assert_eq!(checkpoint.header("cache-control"), Some("no-store"));
    let origin = note.lines().next().unwrap();
    assert!(note.contains(&format!("\n\n\u{2014} {origin} ")), "{note}");

    let full = server.public("/log/open/tile/0/000");
    assert_eq!((full.status, full.body.len()), (200, 8192));
    assert_eq!(full.header("content-type"), Some("application/octet-stream"));
    assert_eq!(full.header("cache-control"), Some("public, max-age=604800, immutable"));
    assert_eq!(full.header("access-control-allow-origin"), Some("*"));
    let width = size - 256;
    let partial = server.public(&format!("/log/open/tile/0/001.p/{width}"));
    assert_eq!((partial.status, partial.body.len() as u64), (200, width * 32));
    assert_eq!(server.public("/log/open/tile/1/000.p/1").body.len(), 32);
    let bundle = server.public("/log/open/tile/entries/000");
    assert!(bundle.body[2..].starts_with(br#"{"body":"#), "entries after their lengths");
    let head = call(&server.public, "HEAD", "/log/open/tile/0/000", &[], "");
    assert_eq!((head.status, head.header("content-length")), (200, Some("8192")));

    for path in [
        format!("tile/0/001.p/{}", width + 1),
        "tile/0/001".to_owned(),
        "tile/1/000".to_owned(),
        "tile/2/000.p/1".to_owned(),
        "tile/63/000".to_owned(),
        "tile/64/000".to_owned(),
        "tile/0/0".to_owned(),
        "tile/0/000.p/0".to_owned(),
        "tile/0/000.p/256".to_owned(),
        "tile/0/x000/000".to_owned(),
        "tile/entries/002.p/1".to_owned(),
        "tile/entries/x018/x446/x744/x073/x709/x551/615".to_owned(),
        "tile/".to_owned(),
        "tile/..%2f..%2fcheckpoint".to_owned(),
    ] {
        let answer = server.public(&format!("/log/open/{path}"));
        assert_eq!(answer.status, 404, "{path}");
        // A cache that kept it would hide the tile once there is one.
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "{path}");
    }
}

#[test]
fn bundles_come_squeezed_to_who_asks_and_are_the_same() {
    let server = serving(&PUBLIC);
    server.published(0..300, 300);
    let plain = server.public("/log/open/tile/entries/000");
    assert_eq!(plain.header("content-encoding"), None);
    let asked = [("accept-encoding", "gzip")];
    let path = "/log/open/tile/entries/000";
    let squeezed = call(&server.public, "GET", path, &asked, "");
    assert_eq!(squeezed.header("content-encoding"), Some("gzip"));
    assert_eq!(squeezed.header("vary"), Some("accept-encoding"));
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(squeezed.body.as_slice()).read_to_end(&mut bytes).unwrap();
    assert!(bytes == plain.body && squeezed.body.len() * 3 < plain.body.len());
    let tile = call(&server.public, "GET", "/log/open/tile/0/000", &asked, "");
    assert_eq!(tile.header("content-encoding"), None, "hashes do not shrink");
}

/// What was published stays, also over a restart.
#[test]
fn a_partial_tile_stays_when_the_log_has_grown() {
    let mut server = serving(&PUBLIC);
    let (size, _) = server.published(0..40, 40);
    let partial = format!("/log/open/tile/0/000.p/{size}");
    let bundle = format!("/log/open/tile/entries/000.p/{size}");
    let (hashes, entries) = (server.public(&partial).body, server.public(&bundle).body);
    assert_eq!(hashes.len() as u64, size * 32);
    server.published(40..300, 300);
    assert!(server.public(&partial).body == hashes && server.public(&bundle).body == entries);
    server.child.kill().unwrap();
    server.child.wait().unwrap();
    (server.child, server.address, server.public) =
        start(&server.dir.path().join("ledger"), &PUBLIC);
    assert!(server.public(&partial).body == hashes && server.public(&bundle).body == entries);
    assert!(server.public("/log/open/tile/0/000").body.starts_with(&hashes));
}

#[test]
fn nothing_else_is_public() {
    let server = serving(&PUBLIC);
    server.post("/api/v1/events", JSON, &[], &event("e-1").to_string());
    for path in [
        "/",
        "/log/sealed/checkpoint",
        "/log/sealed/tile/0/000.p/1",
        "/api/v1/events",
        "/metrics",
        "/api/v1/events/0",
        "/api/v1/checkpoints/latest?log=sealed",
        "/livez",
        "/log/open/",
        "/log/open/../sealed/checkpoint",
    ] {
        let answer = server.public(path);
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(answer.json()["code"], "no-such-address", "{path}");
    }
    for method in ["POST", "PUT", "DELETE", "PATCH"] {
        let path = "/log/open/checkpoint";
        assert_eq!(call(&server.public, method, path, &[], "x").status, 405);
    }
    // And the log is not served inside: there one asks for what one is allowed to see.
    assert_eq!(server.get("/log/open/checkpoint").status, 404);
}
