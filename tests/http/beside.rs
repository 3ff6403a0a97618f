//! Commands beside a running server, which holds the ledger: it does for them what must
//! be recorded, and what they make has the same bytes as without it.

use super::vault::{ARCHIVE, HANDLER, OFFICE, Vaulted, vaulted};
use super::{plumb, server};
use plumbline_replay::integrity::chain::Digest;
use plumbline_replay::integrity::checkpoint::{Checkpoint, SigningKey};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};

struct Beside {
    vaulted: Vaulted,
    ledger: PathBuf,
    via: String,
}

/// A server whose day is closed, so that its log does not grow by itself meanwhile.
fn beside() -> Beside {
    let vaulted = vaulted();
    for _ in 0..200 {
        let closings = vaulted.server.get("/api/v1/closings").json();
        if !closings["closings"].as_array().unwrap().is_empty() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    for (who, name) in [(HANDLER, "handler"), (ARCHIVE, "archive"), (OFFICE, "office")] {
        let place = vaulted.server.dir.path().join(name);
        std::fs::write(place, format!("{}\n", vaulted.keys[who])).unwrap();
    }
    let ledger = vaulted.server.dir.path().join("ledger");
    let via = format!("http://{}", vaulted.server.address);
    Beside { vaulted, ledger, via }
}

impl Beside {
    fn file(&self, name: &str) -> String {
        self.vaulted.server.dir.path().join(name).display().to_string()
    }

    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let output = plumb().args(arguments).arg("--dir").arg(&self.ledger).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }

    /// A full bundle, with more arguments.
    fn bundle(&self, name: &str, more: &[&str]) -> (i32, String, String) {
        let file = self.file(name);
        let mut arguments = vec!["bundle", "create", "fee/1", "--level", "full", "-o", &file];
        arguments.extend(["--role", "会办", "--purpose", "核查"]);
        arguments.extend(more);
        self.run(&arguments)
    }

    fn by_keys(&self, first: &str, second: &str) -> Vec<String> {
        let (first, second) = (self.file(first), self.file(second));
        ["--via", &self.via, "--key-file", &first, "--second-key-file", &second]
            .map(str::to_owned)
            .to_vec()
    }
}

fn texts(arguments: &[String]) -> Vec<&str> {
    arguments.iter().map(String::as_str).collect()
}

#[test]
fn a_full_bundle_beside_a_server_is_the_one_without_it() {
    let mut beside = beside();
    let approved = ["--approved-by", "handler", "--approved-by", "archive"];
    let (code, _, told) = beside.bundle("kept-out.zip", &approved);
    assert_eq!(code, 11, "{told}");
    assert!(told.contains("--via http://127.0.0.1:8710"), "{told}");
    let by_keys = beside.by_keys("handler", "archive");
    let (code, _, told) = beside.bundle("via.zip", &texts(&by_keys));
    assert_eq!(code, 0, "{told}");
    let who: Vec<Value> = beside.vaulted.sealed("access.recorded.v1");
    let who: Vec<&Value> = who.iter().map(|access| &access["body"]["who"]).collect();
    assert_eq!(who, [&json!("archive"), &json!("handler")], "each is on record");
    // Who is named must be who holds the keys.
    let strange = ["--approved-by", "handler", "--approved-by", "office"];
    let (code, _, told) = beside.bundle("strange.zip", &[&texts(&by_keys)[..], &strange].concat());
    assert_eq!(code, 12, "{told}");
    assert!(!Path::new(&beside.file("strange.zip")).exists());
    beside.vaulted.server.child.kill().unwrap();
    beside.vaulted.server.child.wait().unwrap();
    let (code, _, told) = beside.bundle("without.zip", &approved);
    assert_eq!(code, 0, "{told}");
    let read = |name: &str| std::fs::read(beside.file(name)).unwrap();
    assert!(read("via.zip") == read("without.zip"), "the same order has the same bytes");
    let key = super::receipts::key_of(&beside.ledger);
    let file = beside.file("via.zip");
    let verified = plumb().args(["verify", "bundle", &file, "--key", &key]).output().unwrap();
    assert_eq!(verified.status.code(), Some(0), "{}", String::from_utf8_lossy(&verified.stdout));
}

#[test]
fn whoever_may_not_gets_nothing_from_the_server() {
    let beside = beside();
    std::fs::write(beside.file("wrong"), "nonsense\n").unwrap();
    std::fs::write(beside.file("empty"), "\n").unwrap();
    for (first, second, code, words) in [
        ("wrong", "archive", 12, "no-valid-key"),
        ("handler", "wrong", 12, "no-second-key"),
        ("handler", "handler", 12, "one-approver"),
        ("handler", "office", 12, "not-allowed"),
        ("empty", "archive", 2, "PLUMB_KEY"),
        ("handler", "missing", 13, "missing"),
    ] {
        let (found, _, told) = beside.bundle("x.zip", &texts(&beside.by_keys(first, second)));
        assert_eq!(found, code, "{first} {second}: {told}");
        assert!(told.contains(words), "{first} {second}: {told}");
        assert!(!Path::new(&beside.file("x.zip")).exists());
    }
    let other = server();
    let mut elsewhere = beside.by_keys("handler", "archive");
    elsewhere[1] = format!("http://{}", other.address);
    let (code, _, told) = beside.bundle("x.zip", &texts(&elsewhere));
    assert!(code == 2 && told.contains("another ledger"), "{code} {told}");
    elsewhere[1] = "http://127.0.0.1:9".to_owned();
    let (code, _, told) = beside.bundle("x.zip", &texts(&elsewhere));
    assert!(code == 1 && told.contains("--via"), "{code} {told}");
}

#[test]
fn each_command_that_is_kept_out_says_what_to_do() {
    let beside = beside();
    let event = beside.file("event");
    std::fs::write(&event, format!("{}\n", super::event("e-9"))).unwrap();
    let open = ["vault", "open", "fee/1", "--role", "办案人员", "--purpose", "核查"];
    let erase = ["vault", "erase", "party/1", "--basis", "申请1"];
    let grant = ["vault", "grant", "r", "m", "--class", "personal", "--purpose", "p", "--by", "a"];
    for (arguments, words) in [
        (vec!["append", event.as_str()], "POST /api/v1/events"),
        ([&open[..], &["--as", "handler"]].concat(), "--via"),
        ([&erase[..], &["--approved-by", "a", "--approved-by", "b"]].concat(), "--second-key-file"),
        (vec!["closing", "run"], "--via"),
        (vec!["extract", "fee/1", "--close"], "--via"),
        (vec!["timers", "run"], "once a minute"),
        ([&grant[..], &["--approved-by", "b"]].concat(), "nobody writes"),
        (vec!["keys", "rotate"], "nobody writes"),
    ] {
        let (code, _, told) = beside.run(&arguments);
        assert_eq!(code, 11, "{arguments:?}: {told}");
        assert!(told.contains(words), "{arguments:?}: {told}");
    }
    let key = |name: &str| {
        ["--via".to_owned(), beside.via.clone(), "--key-file".to_owned(), beside.file(name)]
    };
    let (handler, office) = (key("handler"), key("office"));
    let (code, out, told) = beside.run(&[&open[..], &texts(&handler)].concat());
    assert_eq!(code, 0, "{told}");
    assert!(out.contains("\tpersonal\tpayer\t\"密封样例\""), "{out}");
    let (code, out, told) =
        beside.run(&[&["closing", "run", "--log", "open", "--json"][..], &texts(&office)].concat());
    assert_eq!(code, 0, "{told}");
    let receipt: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(receipt["log"], "open");
    let file = beside.file("extract.json");
    let extract = ["extract", "fee/1", "--close", "-o", &file];
    let (code, _, told) = beside.run(&[&extract[..], &texts(&office)].concat());
    assert_eq!(code, 0, "{told}");
    let text = std::fs::read_to_string(&file).unwrap();
    let extract: Value = serde_json::from_str(&text).unwrap();
    assert!(extract["coverage"]["closing"].as_u64() > receipt["position"].as_u64(), "{receipt}");
    let second = ["--second-key-file".to_owned(), beside.file("archive")];
    let asked = [&erase[..], &texts(&office), &texts(&second)].concat();
    let (code, out, told) = beside.run(&[&asked[..], &["--json"]].concat());
    assert_eq!(code, 0, "{told}");
    assert_eq!(serde_json::from_str::<Value>(&out).unwrap()["destroyed"], json!(true));
    let (_, out, _) = beside.run(&[&open[..], &texts(&handler)].concat());
    assert!(out.contains("the key was destroyed"), "{out}");
    // What was sealed under the destroyed key is gone; a masked bundle needs no server.
    let masked = beside.file("masked.zip");
    let (code, _, told) = beside.run(&["bundle", "create", "fee/1", "-o", &masked]);
    assert_eq!(code, 0, "{told}");
}

/// Answers everything with this note, and tells what it was sent.
fn impostor(note: String) -> (String, std::sync::mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (told, heard) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut bytes = vec![0; 4096];
            let read = stream.read(&mut bytes).unwrap_or_default();
            let _ = told.send(String::from_utf8_lossy(&bytes[..read]).to_lowercase());
            let head = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length";
            let _ = stream.write_all(format!("{head}: {}\r\n\r\n{note}", note.len()).as_bytes());
        }
    });
    (url, heard)
}

#[test]
fn no_key_is_shown_to_a_server_that_has_not_the_logs_key() {
    let beside = beside();
    let shown: Value = serde_json::from_str(&beside.run(&["keys", "show", "--json"]).1).unwrap();
    let origin = shown["open"]["origin"].as_str().unwrap().to_owned();
    let stranger = SigningKey::from_seed(&origin, [7; 32]);
    let head = Checkpoint { origin, size: 3, root: Digest([1; 32]) };
    let (url, heard) = impostor(stranger.sign(&head));
    let key_file = beside.file("handler");
    let asked = ["vault", "open", "fee/1", "--role", "办案人员", "--purpose", "核查", "--key-file"];
    let open = |via: &str, more: &[&str]| {
        beside.run(&[&asked[..], &[key_file.as_str(), "--via", via], more].concat())
    };
    let (code, _, told) = open(&url, &[]);
    assert!(code == 3 && told.contains("no key was shown"), "{code} {told}");
    let sent: Vec<String> = heard.try_iter().collect();
    assert_eq!(sent.len(), 1, "{sent:?}");
    assert!(sent[0].starts_with("get ") && !sent[0].contains("bearer"), "{sent:?}");
    // The key may be given instead of being read from the folder.
    let stranger = stranger.public_key().vkey();
    for (key, due) in [(shown["open"]["vkey"].as_str().unwrap(), 0), (stranger.as_str(), 3)] {
        let (code, _, told) = open(&beside.via, &["--via-key", key]);
        assert_eq!(code, due, "{told}");
    }
}
