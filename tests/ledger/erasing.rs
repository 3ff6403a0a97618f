//! An erasure cut short after every one of its steps, as a crash would: until the key is
//! destroyed the value opens, from then on nothing opens it, and the same erasure once
//! more leaves the same record.

use super::city::{new_ledger, open, surroundings};
use plumbline::ledger::submission::Submission;
use plumbline::ledger::{Ledger, LogName};
use plumbline::opening::{
    Ask, Erasing, Erasure, Granting, Opened, Step, Target, erase, grant, open as opened,
};
use plumbline::store::{Store, each};
use plumbline_replay::integrity::entry::scan;
use plumbline_replay::integrity::json::Json;
use std::path::Path;

/// More than one `redaction.applied` names.
const EVENTS: usize = 301;
const SECRET: &str = "密封样例·某某某";

fn paid(number: usize) -> Submission {
    let text = |value: &str| Json::text(value.to_owned());
    let party = Json::object([("id", text("party/1")), ("capacity", text("申请人"))]);
    Submission::new(Json::object([
        ("id", Json::text(format!("e-{number}"))),
        ("stream", Json::text(format!("fee/{}", number % 300))),
        ("type", text("fee.paid.v1")),
        ("occurred_at", text("2026-03-05T16:20:00+08:00")),
        ("source", Json::object([("system", text("bank"))])),
        ("parties", Json::List(vec![party])),
        ("body", Json::object([("amount_fen", Json::Int(1)), ("payer", text(SECRET))])),
    ]))
}

fn ledger(dir: &Path) {
    let ledger = new_ledger(dir);
    let batch = (0..EVENTS).map(paid).collect();
    assert!(ledger.append(batch).into_iter().all(|answer| answer.is_ok()));
    let classes = ["personal".to_owned()];
    grant(
        &ledger,
        &Granting {
            role: "r",
            member: "m",
            classes: &classes,
            powers: &[],
            from: None,
            until: None,
            purpose: "x",
            by: "a",
            approved_by: "b",
        },
    )
    .unwrap();
}

const ERASURE: Erasure<'static> = Erasure {
    subject: "party/1",
    ground: "个保法47",
    basis: "申请〔2026〕1号",
    approved_by: ["officer/1", "officer/2"],
};

fn shown(ledger: &Ledger) -> Vec<Opened> {
    let ask = Ask {
        who: "m",
        role: "r",
        purpose: "x",
        log: LogName::Open,
        target: Target::Stream("fee/0"),
        classes: &[],
    };
    opened(ledger, &ask).unwrap()
}

/// Types and ids of what the ledger told of the erasure.
fn told(ledger: &Ledger) -> Vec<(String, String)> {
    let mut out = Vec::new();
    let store = ledger.store(LogName::Open);
    each(store.as_ref(), store.size().unwrap(), |_, entry| {
        let fields = scan(entry).unwrap();
        if fields.stream == "ledger/erasures" {
            out.push((fields.kind.to_owned(), fields.id.to_owned()));
        }
    })
    .unwrap();
    out
}

/// Whether some file under a folder holds these bytes.
fn holds(folder: &Path, needle: &[u8]) -> bool {
    std::fs::read_dir(folder).unwrap().any(|item| {
        let path = item.unwrap().path();
        if path.is_dir() {
            return holds(&path, needle);
        }
        std::fs::read(&path).unwrap().windows(needle.len()).any(|window| window == needle)
    })
}

fn key(dir: &Path) -> Vec<u8> {
    let name = blake3::hash(b"plumbline subject v1\0party/1");
    let store = std::fs::read(dir.join("vault/keys")).unwrap();
    let slot = store.chunks(128).find(|slot| &slot[16..48] == name.as_bytes()).unwrap();
    slot[48..80].to_vec()
}

#[test]
fn an_erasure_cut_short_anywhere_is_finished_by_the_same_erasure() {
    use Step::{KeyDestroyed, Redacted, Told};
    let steps = [Redacted, Redacted, KeyDestroyed, Told];
    let mut whole = None;
    for cut in (0..=steps.len()).rev() {
        let dir = tempfile::tempdir().unwrap();
        ledger(dir.path());
        let secret = key(dir.path());
        let first = open(dir.path());
        let mut erasing = Erasing::begin(&first, &ERASURE).unwrap();
        for step in &steps[..cut] {
            assert_eq!(erasing.step().unwrap(), Some(*step));
        }
        if cut == steps.len() {
            assert_eq!(erasing.step().unwrap(), None);
        }
        // What a crash leaves: nothing is closed in order, everything acknowledged is
        // there.
        let copy = tempfile::tempdir().unwrap();
        copied(dir.path(), copy.path());
        drop(erasing);
        drop(first);
        let again = Ledger::open(copy.path(), surroundings()).unwrap();
        let destroyed = cut > 2;
        for member in shown(&again) {
            assert_eq!(member.disclosure.is_none(), destroyed, "after {cut} steps");
        }
        assert_eq!(holds(copy.path(), &secret), !destroyed, "after {cut} steps");
        let erased = erase(&again, &ERASURE).unwrap();
        assert_eq!((erased.events, erased.destroyed), (EVENTS as u64, !destroyed));
        assert!(shown(&again).iter().all(|member| member.disclosure.is_none()));
        let told = told(&again);
        again.close();
        assert!(!holds(copy.path(), &secret) && !holds(copy.path(), SECRET.as_bytes()));
        assert_eq!(*whole.get_or_insert_with(|| told.clone()), told, "after {cut} steps");
    }
    let kinds: Vec<String> = whole.unwrap().into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, ["redaction.applied.v1", "redaction.applied.v1", "vault.key.destroyed.v1"]);
}

fn copied(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for item in std::fs::read_dir(from).unwrap() {
        let path = item.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copied(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}
