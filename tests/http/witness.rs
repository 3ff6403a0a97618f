//! Witnesses and a log that is watched, as programs of their own: what is cosigned,
//! what is refused, and what becomes of a log that was cut back or split.

use super::receipts::{key_of, run};
use super::{Answer, call, event, plumb, start};
use plumbline_replay::integrity::add_checkpoint::AddCheckpoint;
use plumbline_replay::integrity::chain::Digest;
use plumbline_replay::integrity::checkpoint::{Checkpoint, SigningKey};
use plumbline_replay::integrity::cosignature::CosignerKey;
use plumbline_replay::integrity::note::Note;
use plumbline_replay::integrity::proof::{Nodes, consistency, root};
use plumbline_replay::integrity::tree::{Frontier, leaf_hash};
use serde_json::Value;
use std::collections::HashMap;
use std::convert::Infallible;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

pub struct Witness {
    child: Child,
    pub address: String,
    pub vkey: String,
}

impl Drop for Witness {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Witness {
    pub fn start(dir: &Path, arguments: &[&str]) -> Witness {
        let listen = match arguments.contains(&"--listen") {
            true => &[][..],
            false => &["--listen", "127.0.0.1:0"],
        };
        let mut child = plumb()
            .args(["witness", "--dir"])
            .arg(dir)
            .args(listen)
            .args(arguments)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        lines.read_line(&mut line).unwrap();
        let (words, address) = line.trim().split_once(" on http://").expect(&line);
        let vkey = words.rsplit(' ').next().unwrap().to_owned();
        let address = address.to_owned();
        std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
        Witness { child, address, vkey }
    }

    fn post(&self, request: &AddCheckpoint) -> Answer {
        call(&self.address, "POST", "/add-checkpoint", &[], &request.to_string())
    }

    pub fn seen(&self) -> Value {
        call(&self.address, "GET", "/checkpoints", &[], "").json()
    }
}

/// A tree of numbered leaves; `other` makes another history from some leaf on.
struct Log {
    nodes: HashMap<(u32, u64), Digest>,
    key: SigningKey,
}

impl Nodes for Log {
    type Error = Infallible;

    fn node(&self, level: u32, index: u64) -> Result<Digest, Infallible> {
        Ok(self.nodes[&(level, index)])
    }
}

impl Log {
    fn new(other_from: u64) -> Log {
        let (mut nodes, mut frontier) = (HashMap::new(), Frontier::new());
        for index in 0..64u64 {
            let leaf = if index < other_from { index } else { index + 1000 };
            frontier.push_with(leaf_hash(&leaf.to_be_bytes()), |level, index, hash| {
                nodes.insert((level, index), *hash);
            });
        }
        Log { nodes, key: SigningKey::from_seed("log.example/1", [3; 32]) }
    }

    fn request(&self, old: u64, size: u64) -> AddCheckpoint {
        let Ok(root) = root(self, size);
        let Ok(proof) = consistency(self, old, size);
        let origin = "log.example/1".to_owned();
        let note = self.key.sign(&Checkpoint { origin, size, root });
        AddCheckpoint { old, proof: proof.unwrap_or_default(), note }
    }
}

fn text(answer: &Answer) -> &str {
    std::str::from_utf8(&answer.body).unwrap()
}

#[test]
fn a_witness_answers_as_the_specification_says() {
    let dir = tempfile::tempdir().unwrap();
    let log = Log::new(u64::MAX);
    let vkey = log.key.vkey();
    let arguments = ["--name", "witness.example/1", "--log", &vkey];
    let witness = Witness::start(dir.path(), &arguments);
    let key = CosignerKey::parse(&witness.vkey).unwrap();
    let cosigned = |request: &AddCheckpoint| {
        let answer = witness.post(request);
        assert_eq!(answer.status, 200, "{}", text(&answer));
        let note = format!("{}{}", request.note, text(&answer));
        assert!(key.verify(&Note::parse(&note).unwrap()).unwrap() > Some(1_700_000_000));
    };
    cosigned(&log.request(0, 5));
    cosigned(&log.request(5, 5));
    cosigned(&log.request(5, 9));
    let stale = witness.post(&log.request(5, 12));
    assert_eq!((stale.status, text(&stale)), (409, "9\n"));
    assert_eq!(stale.header("content-type"), Some("text/x.tlog.size"));
    // Rollback: a smaller checkpoint, whatever is claimed.
    assert_eq!(witness.post(&log.request(5, 7)).status, 409);
    let backwards = AddCheckpoint { old: 9, ..log.request(0, 7) };
    assert_eq!(witness.post(&backwards).status, 400);
    // Fork and split view.
    let other = Log::new(3);
    assert_eq!(witness.post(&other.request(9, 12)).status, 422);
    assert_eq!(witness.post(&other.request(9, 9)).status, 409);
    let noted = || {
        let log = witness.seen()["logs"][0].clone();
        (log["contradictions"].as_u64().unwrap(), log["unproved"].as_u64().unwrap())
    };
    assert_eq!(noted(), (1, 1), "one size with two roots is proof, a wrong proof is none");
    let no_proof = AddCheckpoint { proof: Vec::new(), ..log.request(9, 12) };
    assert_eq!(witness.post(&no_proof).status, 422);
    // Anyone can send a true checkpoint with a wrong proof, and lines of his own.
    for line in 0..3 {
        let stranger = SigningKey::from_seed("x.example", [line; 32]);
        let added = stranger.sign(
            &Checkpoint::parse_any("x.example\n0\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n")
                .unwrap(),
        );
        let lines = added.split("\n\n").nth(1).unwrap();
        let more = AddCheckpoint { note: format!("{}{lines}", no_proof.note), ..no_proof.clone() };
        assert_eq!(witness.post(&more).status, 422);
    }
    assert_eq!(noted(), (1, 2));
    // Others' keys and logs.
    let mut foreign = Log::new(u64::MAX);
    foreign.key = SigningKey::from_seed("log.example/1", [4; 32]);
    assert_eq!(witness.post(&foreign.request(9, 12)).status, 403);
    let mut unknown = log.request(9, 12);
    unknown.note = unknown.note.replace("log.example/1", "log.example/2");
    assert_eq!(witness.post(&unknown).status, 404);
    for body in ["", "old 9\n", "old 09\n\nx\n\ny", "old 9\nx\n\nlog.example/1\n9\n"] {
        assert_eq!(call(&witness.address, "POST", "/add-checkpoint", &[], body).status, 400);
    }
    assert_eq!(call(&witness.address, "GET", "/add-checkpoint", &[], "").status, 405);
    assert_eq!(witness.seen()["logs"][0]["size"], 9, "nothing refused was remembered");
    cosigned(&log.request(9, 12));
    // Now the one is known to be true and the other to be a fork.
    assert_eq!(noted(), (2, 0));
}

#[test]
fn a_witness_remembers_over_a_kill_and_stops_if_its_memory_is_damaged() {
    let dir = tempfile::tempdir().unwrap();
    let log = Log::new(u64::MAX);
    let vkey = log.key.vkey();
    let mut witness = Witness::start(dir.path(), &["--name", "w.example", "--log", &vkey]);
    let mut size = 0;
    for next in [4, 9, 10, 33, 64] {
        let answer = witness.post(&log.request(size, next));
        assert_eq!(answer.status, 200);
        size = next;
        // Killed as soon as the answer is there.
        let before = witness.vkey.clone();
        drop(witness);
        witness = Witness::start(dir.path(), &[]);
        assert_eq!(witness.vkey, before);
        let stale = witness.post(&log.request(0, 3));
        assert_eq!((stale.status, text(&stale)), (409, format!("{size}\n").as_str()));
    }
    let again =
        plumb().args(["witness", "--listen", "127.0.0.1:0", "--dir"]).arg(dir.path()).output();
    assert_eq!(again.unwrap().status.code(), Some(11), "two processes would remember two things");
    drop(witness);
    let logs = dir.path().join("logs");
    let folder = std::fs::read_dir(&logs).unwrap().next().unwrap().unwrap().path();
    let kept = std::fs::read_to_string(folder.join("checkpoint")).unwrap();
    for damaged in [kept.replace("\n64\n", "\n63\n"), String::new(), log.request(0, 5).note] {
        std::fs::write(folder.join("checkpoint"), damaged).unwrap();
        let mut command = plumb();
        command.args(["witness", "--listen", "127.0.0.1:0", "--dir"]).arg(dir.path());
        assert_eq!(run(&mut command).0, 3);
    }
    let none = tempfile::tempdir().unwrap();
    let mut command = plumb();
    command.args(["witness", "--listen", "127.0.0.1:0", "--dir"]).arg(none.path());
    assert_eq!(run(&mut command).0, 13);
}

#[test]
fn of_requests_at_once_one_wins() {
    let dir = tempfile::tempdir().unwrap();
    let log = Log::new(u64::MAX);
    let vkey = log.key.vkey();
    let witness = Witness::start(dir.path(), &["--name", "w.example", "--log", &vkey]);
    let mut size = 0;
    for round in 0..5 {
        let answers: Vec<(u64, u16)> = std::thread::scope(|scope| {
            let (witness, log) = (&witness, &log);
            let ask = |next: u64| {
                scope.spawn(move || (next, witness.post(&log.request(size, next)).status))
            };
            let asked: Vec<_> = (1..=6).map(|step| ask(size + step)).collect();
            asked.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let won: Vec<u64> =
            answers.iter().filter(|answer| answer.1 == 200).map(|answer| answer.0).collect();
        assert_eq!(won.len(), 1, "round {round}: {answers:?}");
        assert!(answers.iter().all(|answer| [200, 409].contains(&answer.1)));
        size = won[0];
        assert_eq!(witness.seen()["logs"][0]["size"], size);
    }
}

pub struct Watched {
    pub dir: tempfile::TempDir,
    pub witnesses: Vec<Witness>,
}

impl Watched {
    /// A ledger with two witnesses, both of whom must cosign.
    pub fn new(quorum: usize) -> Watched {
        let dir = tempfile::tempdir().unwrap();
        let ledger = dir.path().join("ledger");
        assert_eq!(run(plumb().arg("init").arg(&ledger)).0, 0);
        let key = key_of(&ledger);
        let mut witnesses = Vec::new();
        let mut settings = std::fs::read_to_string(ledger.join("plumbline.toml")).unwrap();
        settings += &format!("\n[policy]\nquorum = {quorum}\n");
        for number in 1..=2 {
            let folder = dir.path().join(format!("w{number}"));
            let name = format!("w{number}.example");
            let witness = Witness::start(&folder, &["--name", &name, "--log", &key]);
            settings += &format!(
                "\n[[witness]]\nurl = \"http://{}\"\nvkey = \"{}\"\n",
                witness.address, witness.vkey
            );
            witnesses.push(witness);
        }
        std::fs::write(ledger.join("plumbline.toml"), settings).unwrap();
        Watched { dir, witnesses }
    }

    pub fn ledger(&self) -> PathBuf {
        self.dir.path().join("ledger")
    }

    fn policy(&self) -> PathBuf {
        let mut command = plumb();
        command.args(["checkpoint", "policy", "--dir"]).arg(self.ledger());
        let path = self.dir.path().join("policy");
        std::fs::write(&path, run(&mut command).1).unwrap();
        path
    }

    /// Judges notes by the policy; gives the exit code and the report.
    pub fn judge(&self, notes: &[&str]) -> (i32, Value) {
        let mut command = plumb();
        command.args(["verify", "checkpoint", "--json", "--policy"]).arg(self.policy());
        for (number, note) in notes.iter().enumerate() {
            let path = self.dir.path().join(format!("note-{number}"));
            std::fs::write(&path, note).unwrap();
            command.arg(path);
        }
        let (code, out, told) = run(&mut command);
        (code, serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}{told}")))
    }
}

struct Serving(Child, String, String);

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn serve(ledger: &Path) -> Serving {
    let (child, address, public) = start(ledger, &["--public", "127.0.0.1:0"]);
    Serving(child, address, public)
}

/// Exit code, receipt and words of recording one event.
pub fn appended(ledger: &Path, id: &str) -> (i32, String, String) {
    let file = ledger.with_extension("event");
    std::fs::write(&file, event(id).to_string()).unwrap();
    run(plumb().args(["append", "--signed", "--dir"]).arg(ledger).arg(&file))
}

pub fn append(ledger: &Path, id: &str) {
    let (code, _, told) = appended(ledger, id);
    assert_eq!(code, 0, "{told}");
}

/// Lets commands ask no witness, as who hides from them would.
pub fn ask_nobody(ledger: &Path) {
    let path = ledger.join("plumbline.toml");
    let settings = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, settings.replace("[policy]", "[policy]\nwait_seconds = 0")).unwrap();
}

/// The published note, once it has so many entries.
fn published(public: &str, least: u64) -> String {
    for _ in 0..400 {
        let answer = call(public, "GET", "/log/open/checkpoint", &[], "");
        let note = String::from_utf8(answer.body).unwrap();
        let size = note.lines().nth(1).and_then(|size| size.parse::<u64>().ok());
        if answer.status == 200 && size >= Some(least) {
            return note;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("nothing of {least} entries is published");
}

#[test]
fn what_is_published_is_witnessed_and_judged_by_the_policy() {
    let mut watched = Watched::new(2);
    append(&watched.ledger(), "e-1");
    let serving = serve(&watched.ledger());
    let note = published(&serving.2, 2);
    assert_eq!(call(&serving.1, "GET", "/readyz", &[], "").status, 200);
    let (code, report) = watched.judge(&[&note]);
    assert_eq!(code, 0, "{report}");
    assert_eq!(report["policy"]["checkpoints"][0]["cosigned"].as_array().unwrap().len(), 2);

    // Each line taken away, changed, or taken from another note.
    let lines: Vec<&str> = note.lines().filter(|line| line.contains("w1.example")).collect();
    let without = note.replace(&format!("{}\n", lines[0]), "");
    let (code, report) = watched.judge(&[&without]);
    assert_eq!(
        (code, &report["policy"]["checkpoints"][0]["missing"][0]),
        (4, &"w1.example".into())
    );
    let (head, tail) = lines[0].split_at(lines[0].len() - 12);
    let forged = format!("{head}{}{}", if tail.starts_with('A') { "B" } else { "A" }, &tail[1..]);
    let (code, report) = watched.judge(&[&note.replace(lines[0], &forged)]);
    assert_eq!(code, 3, "{report}");
    let reason = report["policy"]["checkpoints"][0]["reason"].to_string();
    assert!(reason.contains("w1.example"), "names the witness: {reason}");
    let size = format!("\n{}\n", note.lines().nth(1).unwrap());
    assert_eq!(watched.judge(&[&note.replacen(&size, "\n999\n", 1)]).0, 3);
    assert_eq!(watched.judge(&["no note"]).0, 3);

    // A witness goes: what was published stays, and nothing newer appears.
    drop(watched.witnesses.pop());
    drop(serving);
    append(&watched.ledger(), "e-2");
    let serving = serve(&watched.ledger());
    std::thread::sleep(Duration::from_millis(1500));
    let still = published(&serving.2, 2);
    let (code, report) = watched.judge(&[&still]);
    assert_eq!(code, 0, "only what both cosigned is shown: {report}");
    let mut show = plumb();
    show.args(["checkpoint", "show", "--dir"]).arg(watched.ledger());
    let signed = run(&mut show).1;
    let size = |note: &str| note.lines().nth(1).unwrap().parse::<u64>().unwrap();
    assert!(size(&signed) > size(&still), "{signed}{still}");
}

#[test]
fn a_proxy_s_answer_contradicts_nobody() {
    let watched = Watched::new(1);
    append(&watched.ledger(), "e-1");
    let proxy = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = proxy.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for stream in proxy.incoming() {
            let mut stream = stream.unwrap();
            let _ = std::io::Read::read(&mut stream, &mut [0; 8192]);
            let answer = "HTTP/1.1 409 Conflict\r\ncontent-type: text/html\r\ncontent-length: 6\r\n\
                          connection: close\r\n\r\n<html>";
            let _ = std::io::Write::write_all(&mut stream, answer.as_bytes());
        }
    });
    let path = watched.ledger().join("plumbline.toml");
    let mut settings = std::fs::read_to_string(&path).unwrap();
    for witness in &watched.witnesses {
        settings = settings.replace(&witness.address, &address);
    }
    std::fs::write(&path, settings).unwrap();
    let mut command = plumb();
    let (code, _, told) =
        run(command.args(["checkpoint", "witness", "--dir"]).arg(watched.ledger()));
    assert_eq!(code, 4, "{told}");
    assert!(told.contains("status 409"), "{told}");
    // What is recorded and not witnessed is not called published.
    append(&watched.ledger(), "e-2");
    let mut command = plumb();
    let (_, out, _) = run(command.args(["doctor", "--json", "--dir"]).arg(watched.ledger()));
    let log = serde_json::from_str::<Value>(&out).unwrap()["logs"][0].clone();
    assert_eq!((&log["size"], &log["published_size"]), (&3.into(), &2.into()), "{log}");
}

#[test]
fn a_log_below_what_was_witnessed_takes_no_entries() {
    let watched = Watched::new(1);
    let (ledger, copy) = (watched.ledger(), watched.dir.path().join("copy"));
    append(&ledger, "e-1");
    assert_eq!(run(Command::new("cp").arg("-r").arg(&ledger).arg(&copy)).0, 0);
    append(&ledger, "e-2");
    let serving = serve(&ledger);
    let first = published(&serving.2, 3);
    drop(serving);
    // The copy is sound in itself, and older than what was witnessed.
    let mut command = plumb();
    command.args(["serve", "--listen", "127.0.0.1:0", "--dir"]).arg(&copy);
    let (code, _, told) = run(&mut command);
    assert_eq!(code, 3, "{told}");
    assert!(told.contains("restored from an older copy"), "{told}");
    assert!(told.contains("plumb restore plan"), "says what to do next: {told}");
    // Nor by a command that writes, which records nothing.
    let entries = || run(plumb().args(["log", "--ndjson", "--dir"]).arg(&copy)).1;
    let before = entries();
    let (code, out, told) = appended(&copy, "e-9");
    assert_eq!((code, out.as_str()), (3, ""), "{told}");
    assert_eq!(entries(), before);
    // Grown past it, it is another history.
    ask_nobody(&copy);
    for id in ["e-3", "e-4", "e-5", "e-6", "e-7"] {
        append(&copy, id);
    }
    let (code, _, told) = run(&mut command);
    assert_eq!(code, 3, "{told}");
    assert!(told.contains("another history"), "{told}");
    // Two signed heads over as many entries: anyone sees the split view.
    let mut show = plumb();
    show.args(["checkpoint", "show", "--dir"]).arg(&copy);
    let second = run(&mut show).1;
    assert_ne!(second.lines().nth(1), first.lines().nth(1));
    let file = watched.dir.path().join("first");
    std::fs::write(&file, &first).unwrap();
    let mut verify = plumb();
    verify.args(["verify", "checkpoint"]).arg(&file).arg("--dir").arg(&copy);
    assert_eq!(run(&mut verify).0, 3, "a fork");
}

#[test]
fn two_heads_of_one_size_are_a_split_view() {
    let watched = Watched::new(0);
    let (ledger, copy) = (watched.ledger(), watched.dir.path().join("copy"));
    assert_eq!(run(Command::new("cp").arg("-r").arg(&ledger).arg(&copy)).0, 0);
    let mut notes = Vec::new();
    for (ledger, id) in [(&ledger, "e-1"), (&copy, "e-2")] {
        ask_nobody(ledger);
        append(ledger, id);
        let mut show = plumb();
        show.args(["checkpoint", "show", "--dir"]).arg(ledger);
        notes.push(run(&mut show).1);
    }
    assert_eq!(watched.judge(&[&notes[0]]).0, 0, "no witness is asked for");
    assert_eq!(watched.judge(&[&notes[0], &notes[0]]).0, 0);
    let (code, report) = watched.judge(&[&notes[0], &notes[1]]);
    assert_eq!(code, 3, "{report}");
    assert!(report.to_string().contains("split view"), "{report}");
}
