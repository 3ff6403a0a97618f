//! The index of streams and an extract (FORMAT.md §10): written by the naive
//! implementation, made and verified by the product.

use crate::naive::json::read;
use crate::naive::{blake3, entry, hex, note, streams, tree};
use crate::sample::{self, ORIGIN, SEED};
use crate::{list, number, stored, text};
use base64ct::{Base64, Encoding};
use plumbline_replay::extract::parse;
use plumbline_replay::integrity::chain::{Digest, entry_hash};
use plumbline_replay::integrity::checkpoint::VerifyingKey;
use plumbline_replay::integrity::entry::scan;
use plumbline_replay::streams::{IndexProof, StreamIndex};
use serde_json::{Value, json};

/// The case that the extract is of, and one that the log does not have.
const CASE: &str = "approval/990100-XK-2026-000417";
const NOWHERE: &str = "b";

fn stream_of(entry: &str) -> String {
    let value = read(entry.as_bytes()).expect("an entry is JSON");
    value.get("stream").and_then(|stream| stream.text()).expect("a stream").to_owned()
}

fn index(entries: &[String]) -> Vec<streams::Leaf> {
    let pair = |entry: &String| (stream_of(entry), blake3(entry.as_bytes()));
    streams::leaves(&entries.iter().map(pair).collect::<Vec<_>>())
}

fn base64(hashes: &[tree::Hash]) -> Vec<String> {
    hashes.iter().map(|hash| Base64::encode_string(hash)).collect()
}

fn leaf(leaves: &[streams::Leaf], at: usize) -> Value {
    let hashes: Vec<tree::Hash> = leaves.iter().map(streams::hash).collect();
    let (stream, count, last) = &leaves[at];
    json!({
        "stream": stream, "count": count, "last": hex(last), "index": at,
        "path": base64(&tree::inclusion(at, &hashes)),
    })
}

/// The sample's entries, a closing of them, and one more of the case.
fn closed() -> (Vec<String>, usize) {
    let mut entries: Vec<String> = sample::log().entries.into_iter().map(|e| e.text).collect();
    let size = entries.len();
    let leaves = index(&entries);
    let hashes: Vec<tree::Hash> = leaves.iter().map(streams::hash).collect();
    let root = hex(&tree::root(&hashes));
    let closing = format!(
        r#"{{"body":{{"root":"{root}","size":{size},"streams":{}}},"id":"closing-open-{size}","occurred_at":"2026-03-06T16:00:00.000000Z","precision":"minute","source":{{"system":"plumbline"}},"stream":"ledger/closings","type":"ledger.closing.recorded.v1"}}"#,
        leaves.len()
    );
    let late = format!(
        r#"{{"id":"8","occurred_at":"2026-03-07T09:00:00+08:00","precision":"minute","source":{{"system":"hall"}},"stream":"{CASE}","type":"approval.application.accepted.v1"}}"#
    );
    for (submission, revision) in [(closing, 0), (late, 2)] {
        let position = entries.len();
        let previous = blake3(entries[position - 1].as_bytes());
        let value = read(submission.as_bytes()).expect("JSON");
        let recorded_at = format!("2026-03-06T16:00:00.{position:06}Z");
        entries.push(entry::place(&value, position as i64, previous, &recorded_at, revision));
    }
    (entries, size)
}

fn extract(stream: &str) -> Value {
    let (entries, size) = closed();
    let hashes: Vec<tree::Hash> = entries.iter().map(|e| tree::leaf(e.as_bytes())).collect();
    let text = note::text(ORIGIN, hashes.len() as u64, &tree::root(&hashes));
    let own = entries.iter().enumerate().filter(|(_, entry)| stream_of(entry) == stream);
    let own: Vec<Value> = own
        .map(|(at, entry)| json!({"entry": entry, "path": base64(&tree::inclusion(at, &hashes))}))
        .collect();
    let leaves = index(&entries[..size]);
    let proof = match leaves.iter().position(|(name, ..)| name == stream) {
        Some(at) => json!({ "member": leaf(&leaves, at) }),
        None => {
            let after = leaves.partition_point(|(name, ..)| name.as_str() < stream);
            let before = after.checked_sub(1).map(|at| leaf(&leaves, at));
            let after = (after < leaves.len()).then(|| leaf(&leaves, after));
            json!({ "absent": { "before": before, "after": after } })
        }
    };
    json!({
        "schema": "plumbline.extract/1",
        "stream": stream,
        "vkey": note::vkey(ORIGIN, &SEED),
        "checkpoint": note::sign(&text, ORIGIN, &SEED),
        "entries": own,
        "coverage": {
            "closing": size,
            "index": proof,
            "frontier": base64(&tree::frontier(&hashes[..size])),
            "tail": entries[size..],
        },
    })
}

pub fn document() -> Value {
    let (entries, size) = closed();
    let indexes: Vec<Value> = (0..=size)
        .map(|size| {
            let leaves = index(&entries[..size]);
            let hashes: Vec<tree::Hash> = leaves.iter().map(streams::hash).collect();
            let written: Vec<Value> = leaves
                .iter()
                .map(|leaf| json!({"text": streams::text(leaf), "leaf": hex(&streams::hash(leaf))}))
                .collect();
            json!({"size": size, "leaves": written, "root": hex(&tree::root(&hashes))})
        })
        .collect();
    json!({
        "about": "The index of the streams of log.json at each size; then the log goes on with a closing and one more entry, and two extracts of it (FORMAT.md §10). Base64 as in an extract.",
        "entries": entries[size..],
        "indexes": indexes,
        "extracts": [extract(CASE), extract(NOWHERE)],
    })
}

#[test]
fn indexes_and_extracts_are_made_and_verified_as_the_vectors_say() {
    let vectors = stored("streams.json");
    let log = stored("log.json");
    let mut index = StreamIndex::default();
    let mut entries = list(&log, "entries").iter();
    for vector in list(&vectors, "indexes") {
        while index.size() < number(vector, "size") {
            let entry = text(entries.next().expect("an entry"), "entry");
            index.push(scan(entry.as_bytes()).unwrap().stream, entry_hash(entry.as_bytes()));
        }
        assert_eq!(index.root(), Digest(crate::hash(vector, "root")));
        assert_eq!(index.streams() as usize, vector["leaves"].as_array().unwrap().len());
        for leaf in vector["leaves"].as_array().unwrap() {
            let stream = text(leaf, "text").lines().nth(1).unwrap();
            let IndexProof::Member(found) = index.prove(stream) else { panic!("{stream}") };
            assert_eq!(found.head.text(), text(leaf, "text"));
            assert_eq!(found.head.leaf(), Digest(crate::hash(leaf, "leaf")));
        }
    }
    let key = VerifyingKey::parse(text(&log, "vkey")).unwrap();
    for (vector, count) in list(&vectors, "extracts").iter().zip([3, 0]) {
        let read = parse(vector.to_string().as_bytes()).expect("the product reads it");
        assert_eq!(read.verify(&key).expect("it is complete").entries, count);
        let written: Value = serde_json::from_str(&read.to_document()).unwrap();
        assert_eq!(&written, vector);
        let made = index.prove(&read.stream);
        assert_eq!(made, read.coverage.unwrap().index);
    }
}
