//! Evidence bundles of a small ledger: made twice alike, verified by both programs and by
//! the page's own program, found out wherever they were changed.

use super::{plumb, text};
use plumbline_replay::audit::read_pack;
use plumbline_replay::bundle::{Against, verify};
use plumbline_replay::integrity::cosignature::Cosigner;
use plumbline_replay::integrity::entry::strip;
use plumbline_replay::scenario::parse;
use plumbline_replay::walk::Outcome;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// A small ledger with a case that breaks its promise: the events of a scenario,
/// recorded through the ordinary path.
pub fn ledger() -> &'static Path {
    static LEDGER: OnceLock<PathBuf> = OnceLock::new();
    LEDGER.get_or_init(|| {
        let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("replay/samples");
        let read = |name: &str| std::fs::read_to_string(samples.join(name)).ok();
        let script = parse("SC03", &read("SC03.scn").expect("a scenario"), &read).expect("read");
        let submissions = script.entries.iter().flat_map(|entry| {
            let mut line = strip(entry).expect("a submission");
            line.push(b'\n');
            line
        });
        let dir = tempfile::tempdir().expect("a folder").keep();
        let events = dir.join("events.ndjson");
        // With a value that is sealed.
        let paid = r#"{"id":"fee-1","stream":"approval/1","type":"fee.paid.v1","occurred_at":"2022-04-18T16:20:00+08:00","source":{"system":"bank"},"body":{"amount_fen":12000,"payer":"某某某"}}"#;
        let other = r#"{"id":"fee-2","stream":"fee/77","type":"fee.paid.v1","occurred_at":"2022-04-18T16:30:00+08:00","source":{"system":"bank"},"body":{"amount_fen":500}}"#;
        let dir = dir.join("ledger");
        let done = |arguments: &[&str]| {
            let output = plumb(&[arguments, &["--dir", text(&dir)]].concat());
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            output.stdout
        };
        assert!(plumb(&["init", text(&dir), "--origin", "city.test"]).status.success());
        std::fs::write(&events, submissions.collect::<Vec<u8>>()).expect("written");
        done(&["append", text(&events)]);
        // A case that goes on after a closing, and another one beside it.
        done(&["closing", "run", "--log", "open"]);
        std::fs::write(&events, format!("{paid}\n{other}\n")).expect("written");
        done(&["append", text(&events)]);
        for member in ["A", "B"] {
            let grant = ["vault", "grant", "审查", member, "--class", "personal"];
            done(&[&grant[..], &["--purpose", "履职", "--by", "C", "--approved-by", "D"]].concat());
        }
        let note = String::from_utf8(done(&["checkpoint", "show"])).expect("text");
        let cut = note.find("\n\n").expect("a note");
        let cosigned = format!("{note}{}", witness().cosign(&note[..=cut], 1_700_000_000));
        std::fs::write(dir.join("heads/open.cosigned"), cosigned).expect("written");
        dir
    })
}

/// Who has seen the ledger's checkpoint: witness.test/w1.
pub fn witness() -> Cosigner {
    Cosigner::from_seed("witness.test/w1", [7; 32])
}

/// A command on the ledger, with what it printed.
#[track_caller]
pub fn asked(arguments: &[&str], exit: i32) -> Vec<u8> {
    let all: Vec<&str> = arguments.iter().copied().chain(["--dir", text(ledger())]).collect();
    let output = plumb(&all);
    let words = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(exit), "plumb {}: {words}", arguments.join(" "));
    output.stdout
}

pub const CASE: &str = "approval/1";

pub struct Made {
    pub masked: PathBuf,
    pub full: PathBuf,
    pub key: String,
}

#[rustfmt::skip]
pub const APPROVED: [&str; 11] = [
    "--level", "full", "--approved-by", "A", "--approved-by", "B", "--role", "审查",
    "--purpose", "复核", "--json",
];

/// One bundle of each level, made once.
pub fn made() -> &'static Made {
    static MADE: OnceLock<Made> = OnceLock::new();
    MADE.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a folder").keep();
        let (masked, full) = (folder.join("masked.zip"), folder.join("full.zip"));
        asked(&["bundle", "create", CASE, "-o", text(&masked)], 0);
        let mut create = vec!["bundle", "create", CASE, "-o", text(&full)];
        create.extend(APPROVED);
        asked(&create, 0);
        let keys: Value = serde_json::from_slice(&asked(&["keys", "show", "--json"], 0)).unwrap();
        let key = keys["open"]["vkey"].as_str().expect("the open log's key").to_owned();
        Made { masked, full, key }
    })
}

fn against(keys: &[&str]) -> Against {
    let keys = keys.iter().map(|key| (*key).to_owned()).collect();
    Against { keys, threads: 2, ..Against::default() }
}

#[test]
fn the_same_order_gives_the_same_bytes() {
    let made = made();
    let again = made.masked.with_file_name("again.zip");
    asked(&["bundle", "create", CASE, "-o", text(&again)], 0);
    assert!(std::fs::read(&again).unwrap() == std::fs::read(&made.masked).unwrap());
}

#[test]
fn a_bundle_is_verified_with_its_key_and_only_then() {
    let made = made();
    for file in [&made.masked, &made.full] {
        let pack = read_pack(file).expect("a bundle");
        let report = verify(&pack, &against(&[&made.key]));
        assert_eq!(report.outcome(), Outcome::Pass, "{}", report.words());
        let unkeyed = verify(&pack, &against(&[]));
        assert_eq!(unkeyed.outcome(), Outcome::CannotTell, "{}", unkeyed.words());
        let verified = plumb(&["verify", "bundle", text(file), "--key", &made.key, "--json"]);
        assert_eq!(verified.status.code(), Some(0));
        let json: Value = serde_json::from_slice(&verified.stdout).expect("JSON");
        assert_eq!(json["verdict"], "pass");
        assert_eq!(plumb(&["verify", "bundle", text(file)]).status.code(), Some(4));
    }
}

#[test]
fn values_are_opened_by_two_persons_and_on_record() {
    let made = made();
    let pack = read_pack(&made.full).expect("a bundle");
    assert!(!pack.lines("disclosures.ndjson").is_empty(), "nothing was opened");
    assert!(read_pack(&made.masked).unwrap().get("disclosures.ndjson").is_none());
    let log = asked(&["export", "ndjson", "--log", "sealed", "--type", "access.recorded.v1"], 0);
    let log = String::from_utf8(log).expect("text");
    for who in ["A", "B"] {
        assert!(log.contains(&format!("\"who\":\"{who}\"")) && log.contains("复核"), "{log}");
    }
    let dir = text(ledger());
    // Somebody without the role: refused, on record, and no file.
    let mut create = vec!["bundle", "create", CASE, "--dir", dir, "-o", "/dev/null"];
    create.extend(APPROVED.map(|word| if word == "B" { "E" } else { word }));
    assert_eq!(plumb(&create).status.code(), Some(12));
    let log = asked(&["export", "ndjson", "--log", "sealed", "--type", "access.recorded.v1"], 0);
    let log = String::from_utf8(log).expect("text");
    assert!(log.contains("not-of-that-role") && log.contains("\"who\":\"E\""), "{log}");
    assert_eq!(plumb(&["verify", "--dir", dir]).status.code(), Some(0));
    for one in [&APPROVED[..4], &["--level", "full", "--approved-by", "A", "--approved-by", "A"]] {
        let mut create = vec!["bundle", "create", CASE, "--dir", dir, "-o", "/dev/null"];
        create.extend(one);
        assert_eq!(plumb(&create).status.code(), Some(12), "{one:?}");
    }
    let none = plumb(&["bundle", "create", "approval/none", "--dir", dir, "-o", "/dev/null"]);
    assert_eq!(none.status.code(), Some(13));
}

#[test]
fn findings_are_those_of_the_whole_log_and_are_marked() {
    let made = made();
    let pack = read_pack(&made.masked).expect("a bundle");
    let lines = pack.lines("findings.ndjson");
    let asked = asked(&["find", "run", "--open-only", "--json", "--across", "--stream", CASE], 0);
    assert_eq!(lines.len(), asked.split(|byte| *byte == b'\n').filter(|l| !l.is_empty()).count());
    let again = |line: &&[u8]| line.windows(12).any(|part| part == b"\"again\":true");
    assert!(lines.iter().any(again), "no finding follows from the bundle alone");
}

#[test]
fn a_proof_of_the_bundle_is_the_log_s_own() {
    let made = made();
    let proof = plumb(&["bundle", "inspect", text(&made.masked), "--proof", "0"]).stdout;
    // With its witness's line besides.
    let (proof, own) = (text_of(proof), text_of(asked(&["prove", "inclusion", "0"], 0)));
    assert!(proof.starts_with(own.trim_end()), "{proof}");
    assert!(proof.contains("witness.test/w1"), "{proof}");
}

fn text_of(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("text")
}

#[test]
fn a_folder_is_verified_like_the_file() {
    let made = made();
    let folder = made.masked.with_file_name("unpacked");
    for (path, bytes) in read_pack(&made.masked).unwrap().files() {
        let file = folder.join(path);
        std::fs::create_dir_all(file.parent().unwrap_or(Path::new(""))).unwrap();
        std::fs::write(file, bytes).unwrap();
    }
    let verified = plumb(&["verify", "bundle", text(&folder), "--key", &made.key]);
    assert_eq!(verified.status.code(), Some(0));
}
