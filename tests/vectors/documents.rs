//! The vector files, made by the naive implementation and held against what is
//! stored.

use crate::naive::json::{read, write};
use crate::naive::{blake3, hex, note, tree};
use crate::sample::{self, FRAMES, ORIGIN, SEED, SUBJECT, SUBJECT_KEY};
use base64ct::{Base64, Encoding};
use serde_json::{Value, json};

/// Texts and their one spelling: published examples of RFC 8785 (§3.2.3 and its
/// test data, those without fractions), and what lies at the limits.
const SPELLINGS: [&str; 14] = [
    r#"[ 56 , { "d" : true , "10" : null , "1" : [ ] } ]"#,
    r#"{ "peach": "This sorting order", "péché": "is wrong according to French", "pêche": "but canonicalization MUST", "sin": "ignore locale" }"#,
    r#"{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}"#,
    r#"{"\u20ac":"Euro Sign","\r":"Carriage Return","\u000a":"Newline","1":"One","\u0080":"Control\u007f","\ud83d\ude02":"Smiley","\u00f6":"Latin Small Letter O With Diaeresis","\ufb33":"Hebrew Letter Dalet With Dagesh","</script>":"Browser Challenge"}"#,
    r#"{"Unnormalized Unicode":"A\u030a"}"#,
    r#"{"string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}"#,
    r#"{"1": {"f": {"f": "hi", "F": 5}, "\n": 56}, "10": {}, "": "empty", "a": {}, "111": [{"e": "yes", "E": "no"}], "A": {}}"#,
    r#""\b\t\n\f\r\"\\\/\u0000\u001f\u007f""#,
    r#"[9007199254740991, -9007199254740991, 0, -1]"#,
    " \t\r\n{ } ",
    r#"{"b":{"z":[],"a":{}},"a":[[],{}]}"#,
    r#"{"\ud83d\ude00":1,"\uffff":2,"\ue000":3,"\ud7ff":4}"#,
    r#"{"行政许可":"准予","审批":"受理"}"#,
    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
];

fn canonical() -> Value {
    let vector = |text: &&str| {
        let value = read(text.as_bytes()).expect("the example is JSON");
        json!({ "text": text, "canonical": write(&value) })
    };
    json!({
        "about": "`text` is read, `canonical` is its one spelling (FORMAT.md §1). The first seven are of RFC 8785.",
        "vectors": SPELLINGS.iter().map(vector).collect::<Vec<_>>(),
    })
}

fn digests(hashes: &[tree::Hash]) -> Vec<String> {
    hashes.iter().map(|hash| hex(hash)).collect()
}

fn log() -> Value {
    let log = sample::log();
    let entries: Vec<Value> = log
        .entries
        .iter()
        .map(|entry| {
            json!({
                "submission": entry.submission,
                "position": entry.position,
                "recorded_at": entry.recorded_at,
                "revision": entry.revision,
                "entry": entry.text,
                "link": hex(&blake3(entry.text.as_bytes())),
                "leaf": hex(&log.leaves[entry.position]),
            })
        })
        .collect();
    let segments: Vec<Value> = log
        .segments
        .iter()
        .map(|(first, bytes)| json!({ "name": format!("{first:020}.seg"), "bytes": hex(bytes) }))
        .collect();
    let roots: Vec<Value> = (0..=log.leaves.len())
        .map(|size| {
            let leaves = &log.leaves[..size];
            json!({ "size": size, "root": hex(&tree::root(leaves)), "frontier": digests(&tree::frontier(leaves)) })
        })
        .collect();
    json!({
        "about": "One log, byte by byte (FORMAT.md §2-§9): submissions, entries, files, roots, checkpoints, proofs, receipts.",
        "origin": ORIGIN,
        "seed": hex(&SEED),
        "vkey": note::vkey(ORIGIN, &SEED),
        "entries": entries,
        "segments": segments,
        "frames": FRAMES.iter().map(|(epoch, count, file)| json!({ "epoch": epoch, "entries": count, "segment": file })).collect::<Vec<_>>(),
        "roots": roots,
        "checkpoints": checkpoints(&log),
        "receipts": receipts(&log),
    })
}

fn checkpoint(log: &sample::Log, size: usize) -> String {
    let text = note::text(ORIGIN, size as u64, &tree::root(&log.leaves[..size]));
    note::sign(&text, ORIGIN, &SEED)
}

fn checkpoints(log: &sample::Log) -> Vec<Value> {
    let mut out: Vec<Value> =
        [0, 1, 3, 7].map(|size| json!({ "size": size, "note": checkpoint(log, size) })).to_vec();
    // Others may sign the same text: their lines are passed over.
    let own = checkpoint(log, 7);
    let (text, line) = own.split_once("\n\n").expect("a note has a blank line");
    let witness = note::sign(&format!("{text}\n"), "witness.example/w", &[0x77; 32]);
    let (_, foreign) = witness.split_once("\n\n").expect("a note has a blank line");
    out.push(json!({ "size": 7, "note": format!("{text}\n\n{foreign}{line}") }));
    out
}

fn receipts(log: &sample::Log) -> Vec<Value> {
    let size = log.leaves.len();
    let frame_end = [1, 3, 3, 7, 7, 7, 7];
    log.entries
        .iter()
        .map(|entry| {
            let position = entry.position;
            let value = read(entry.text.as_bytes()).expect("an entry is JSON");
            let proof = tree::inclusion(position, &log.leaves);
            let lines: String =
                proof.iter().map(|hash| format!("{}\n", Base64::encode_string(hash))).collect();
            json!({
                "receipt": {
                    "schema": "plumbline.receipt/1",
                    "id": value.get("id").and_then(|id| id.text()),
                    "log": "open",
                    "position": position,
                    "hash": hex(&blake3(entry.text.as_bytes())),
                    "revision": entry.revision,
                    "log_size": frame_end[position],
                    "duplicate": false,
                },
                "tlog_proof": format!("c2sp.org/tlog-proof@v1\nindex {position}\n{lines}\n{}", checkpoint(log, size)),
            })
        })
        .collect()
}

fn sealed() -> Value {
    let log = sample::log();
    let vectors: Vec<Value> = log
        .entries
        .iter()
        .filter_map(|entry| Some((entry.position, entry.sealed.as_ref()?)))
        .map(|(position, sealed)| {
            json!({
                "position": position,
                "system": sealed.system,
                "id": sealed.id,
                "member": sealed.member,
                "class": sealed.class,
                "value": write(&sealed.value),
                "salt": sealed.parts.salt,
                "disclosure": sealed.parts.disclosure,
                "digest": sealed.parts.digest,
                "nonce": hex(&sealed.parts.nonce),
                "ciphertext": hex(&sealed.parts.ciphertext),
                "record": hex(&sealed.record),
            })
        })
        .collect();
    json!({
        "about": "Sealed members of the entries in log.json (FORMAT.md §6). `value` is canonical JSON.",
        "subject": SUBJECT,
        "subject_id": hex(&blake3(&[b"plumbline subject v1\0", SUBJECT.as_bytes()].concat())[..16]),
        "key": hex(&SUBJECT_KEY),
        "vectors": vectors,
    })
}

/// Sizes of the trees in tree.json, over leaves "0", "1", ….
const SIZES: [usize; 9] = [1, 2, 3, 7, 255, 256, 257, 65_536, 70_000];
const GROWTHS: [(usize, usize); 16] = [
    (0, 7),
    (1, 1),
    (1, 2),
    (1, 3),
    (2, 3),
    (3, 7),
    (4, 7),
    (6, 7),
    (7, 255),
    (255, 256),
    (255, 257),
    (256, 257),
    (257, 65_536),
    (65_536, 70_000),
    (1, 70_000),
    (69_999, 70_000),
];

fn proofs() -> Value {
    let leaves: Vec<tree::Hash> =
        (0..70_000).map(|index: u32| tree::leaf(index.to_string().as_bytes())).collect();
    let mut inclusion = Vec::new();
    for size in SIZES {
        let mut places = vec![0, size / 2, size - 1];
        places.dedup();
        for index in places {
            let proof = digests(&tree::inclusion(index, &leaves[..size]));
            inclusion.push(json!({ "index": index, "size": size, "proof": proof }));
        }
    }
    let consistency: Vec<Value> = GROWTHS
        .iter()
        .map(|(old, new)| json!({ "old": old, "new": new, "proof": digests(&tree::consistency(*old, &leaves[..*new])) }))
        .collect();
    json!({
        "about": "Proofs over the trees of tree.json (RFC 6962 §2.1.1, §2.1.2): leaf i is the decimal text of i. Roots are in tree.json, or follow from the leaves.",
        "inclusion": inclusion,
        "consistency": consistency,
    })
}

/// Each file with what it must hold.
fn documents() -> Vec<(&'static str, Value)> {
    vec![
        ("canonical.json", canonical()),
        ("log.json", log()),
        ("sealed.json", sealed()),
        ("proofs.json", proofs()),
        ("streams.json", crate::streams::document()),
        ("keys.json", crate::keys::document()),
        ("refusals.json", crate::refusals::document()),
    ]
}

#[test]
fn stored_vectors_are_what_the_naive_implementation_writes() {
    for (name, document) in documents() {
        if std::env::var_os("PLUMB_WRITE_VECTORS").is_some() {
            let text = serde_json::to_string_pretty(&document).expect("JSON can be written");
            std::fs::write(crate::path(name), text + "\n").expect("the vectors can be written");
        }
        assert!(
            crate::stored(name) == document,
            "{name} is not what FORMAT.md gives: either the naive implementation or the file was \
             changed; version 1 may not change"
        );
    }
}
