//! What every reader must refuse, and with which code (FORMAT.md §11).

use crate::naive::json::{self, Value as Naive};
use crate::naive::{blake3, entry, hex, note, segment, sha256, tree};
use crate::sample::{self, ORIGIN, SEED};
use crate::{bytes, hash, hashes, list, number, product, stored, text};
use base64ct::{Base64, Encoding};
use serde_json::{Value, json};

/// Texts that are not JSON of entries, each with one thing wrong.
const TEXTS: [(&str, &str); 27] = [
    ("ends-early", ""),
    ("ends-early", "{\"a\":1"),
    ("ends-early", "\"abc"),
    ("value-expected", "[1,]"),
    ("value-expected", "nul"),
    ("value-expected", "NaN"),
    ("expected", "{a:1}"),
    ("expected", "[1 2]"),
    ("expected", "{\"a\" 1}"),
    ("trailing", "{} x"),
    ("trailing", "{}{}"),
    ("duplicate", "{\"a\":1,\"a\":1}"),
    ("duplicate", "{\"a\":1,\"\\u0061\":2}"),
    ("number-fraction", "1.5"),
    ("number-fraction", "{\"\\n\":56.0}"),
    ("number-fraction", "1e3"),
    ("number-range", "9007199254740992"),
    ("number-range", "-9007199254740992"),
    ("number-range", "123456789012345678901234567890"),
    ("number-form", "01"),
    ("number-form", "-0"),
    ("escape", "\"\\x41\""),
    ("escape", "\"\\u12g4\""),
    ("surrogate", "\"\\ud800\""),
    ("surrogate", "\"\\ud800\\u0041\""),
    ("control", "\"a\nb\""),
    ("depth", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"),
];

fn texts() -> Vec<Value> {
    let mut out: Vec<Value> = TEXTS
        .iter()
        .map(|(code, text)| json!({ "code": code, "bytes": hex(text.as_bytes()) }))
        .collect();
    out.push(json!({ "code": "not-utf8", "bytes": "22ff22" }));
    out.push(json!({ "code": "not-utf8", "bytes": "22eda08022" }));
    out
}

/// Entries with one thing wrong, made from a good one.
fn entries() -> Vec<Value> {
    let good = sample::log().entries.swap_remove(3).text;
    let swap = |from: &str, to: &str| {
        assert!(good.contains(from), "{from} is not in {good}");
        good.replacen(from, to, 1)
    };
    let long = format!("{{\"docs\":[\"{}\"],\"id\"", "x".repeat(65_500));
    [
        ("spelling", swap("{\"id\"", "{ \"id\"")),
        ("spelling", swap("\"id\":\"3\"", "\"id\":\"\\u0033\"")),
        (
            "spelling",
            swap("\"precision\":\"day\",\"previous\"", "\"previous\"").replacen(
                "\"recorded_at\"",
                "\"precision\":\"day\",\"recorded_at\"",
                1,
            ),
        ),
        ("member", swap("{\"id\"", "{\"hash\":\"x\",\"id\"")),
        ("member", "[]".to_owned()),
        ("missing", swap("\"id\":\"3\",", "")),
        ("missing", swap(",\"revision\":0", "")),
        ("missing", swap(",\"v\":1", "")),
        ("missing", swap("\"source\":{\"system\":\"s\"},", "")),
        ("form", swap("\"position\":3", "\"position\":\"3\"")),
        ("form", swap("\"position\":3", "\"position\":-3")),
        ("form", swap("\"id\":\"3\"", "\"id\":3")),
        ("form", swap("\"stream\":\"a\"", "\"stream\":\"a\\n\"")),
        ("form", swap("\"previous\":\"", "\"previous\":\"A")),
        ("version", swap("\"v\":1", "\"v\":2")),
        ("length", swap("{\"id\"", &long)),
    ]
    .map(|(code, text)| json!({ "code": code, "entry": text }))
    .to_vec()
}

/// An entry that does not continue the first three of log.json.
fn chains() -> Vec<Value> {
    let log = sample::log();
    let good = &log.entries[3];
    let submission = json::read(good.submission.as_bytes()).expect("the sample is JSON");
    let last = blake3(log.entries[2].text.as_bytes());
    let at = |position, previous, time: &str, revision| {
        entry::place(&submission, position, previous, time, revision)
    };
    [
        ("position", at(4, last, &good.recorded_at, 0)),
        ("previous", at(3, blake3(log.entries[1].text.as_bytes()), &good.recorded_at, 0)),
        ("recorded-at", at(3, last, &log.entries[2].recorded_at, 0)),
        ("revision", at(3, last, &good.recorded_at, 1)),
    ]
    .map(|(code, text)| json!({ "code": code, "entry": text }))
    .to_vec()
}

fn segments() -> Vec<Value> {
    let origin = sha256(ORIGIN.as_bytes());
    let good = segment::header(&origin, 0, &[0; 32], &[]);
    let sealed = |mut header: Vec<u8>| {
        let digest = blake3(&header[..4064]);
        header[4064..].copy_from_slice(&digest);
        header
    };
    let changed = |at: usize, byte: u8| {
        let mut header = good.clone();
        header[at] = byte;
        header
    };
    [
        ("segment-short", good[..4095].to_vec()),
        ("segment-magic", changed(0, b'p')),
        ("segment-digest", changed(23, 1)),
        ("segment-digest", changed(9, 2)),
        ("segment-digest", changed(4095, good[4095] ^ 1)),
        ("segment-version", sealed(changed(9, 2))),
        ("segment-frontier", sealed(changed(11, 1))),
        ("segment-frontier", sealed(changed(23, 1))),
    ]
    .map(|(code, header)| json!({ "code": code, "bytes": hex(&header) }))
    .to_vec()
}

/// Files whose frame at byte 4096 is not sound. Its header is `header` and the
/// rest is given from there, since headers are looked at elsewhere.
fn frames() -> Vec<Value> {
    let entries: Vec<Vec<u8>> = (0..3).map(|n| vec![b'a' + n; 400]).collect();
    let texts: Vec<&[u8]> = entries.iter().map(Vec::as_slice).collect();
    let good = segment::frame(1, 0, &[0; 32], &texts, &[0xee; 60]);
    let blank = |mut frame: Vec<u8>, zeros: usize| {
        frame.resize(frame.len() + zeros, 0);
        frame
    };
    let zeroed = |from: usize, to: usize| {
        let mut frame = good.clone();
        frame[from..to.min(good.len())].fill(0);
        frame
    };
    let flipped = |at: usize| {
        let mut frame = good.clone();
        frame[at] ^= 1;
        frame
    };
    // The header's digest is made anew, so that only the wrong number is left.
    let numbered = |at: usize, byte: u8| {
        let mut frame = good.clone();
        frame[at] = byte;
        let digest = blake3(&frame[..64]);
        frame[64..96].copy_from_slice(&digest);
        frame
    };
    let follows = [zeroed(0, 512), good.clone()].concat();
    [
        ("torn", blank(zeroed(512, 1024), 1024)),
        ("torn", blank(zeroed(0, 512), 1024)),
        ("torn", blank(zeroed(1024, 4096), 512)),
        ("damaged", blank(zeroed(512, 1024), 511)),
        ("damaged", blank(zeroed(512, 1023), 1024)),
        ("damaged", zeroed(512, 1024)),
        ("damaged", blank(follows, 1024)),
        ("damaged", blank(flipped(20), 1024)),
        ("damaged", blank(flipped(700), 1024)),
        ("damaged", blank(flipped(good.len() - 1), 1024)),
        ("damaged", blank(flipped(good.len() - 40), 1024)),
        ("damaged", good[..good.len() - 1].to_vec()),
        ("damaged", blank(numbered(7, 4), 1024)),
        ("damaged", blank(numbered(7, 2), 1024)),
        ("damaged", blank(numbered(7, 0), 1024)),
        ("damaged", blank(numbered(56, 0xff), 1024)),
    ]
    .map(|(code, bytes)| json!({ "code": code, "bytes": hex(&bytes) }))
    .to_vec()
}

fn checkpoints() -> Vec<Value> {
    let root = tree::root(&sample::log().leaves);
    let vkey = note::vkey(ORIGIN, &SEED);
    let good = note::sign(&note::text(ORIGIN, 7, &root), ORIGIN, &SEED);
    let signed = |text: &str| note::sign(text, ORIGIN, &SEED);
    let root64 = good.lines().nth(2).expect("a note has three lines").to_owned();
    let other = note::vkey("other.example/log", &SEED);
    [
        ("note-form", signed(&format!("{ORIGIN}\n07\n{root64}\n")), vkey.clone()),
        ("note-form", signed(&format!("{ORIGIN}\n+7\n{root64}\n")), vkey.clone()),
        ("note-form", signed(&format!("{ORIGIN}\n\n{root64}\n")), vkey.clone()),
        ("note-form", signed(&format!("{ORIGIN}\n7\n{root64}\nmore\n")), vkey.clone()),
        ("note-form", signed(&format!("{ORIGIN}\n7\nAAAA\n")), vkey.clone()),
        ("note-form", signed(&format!("{ORIGIN}\n18446744073709551616\n{root64}\n")), vkey.clone()),
        ("note-form", good.replacen("\n\n", "\n", 1), vkey.clone()),
        ("note-origin", good.clone(), other),
        ("note-signature", good.replacen("\n7\n", "\n8\n", 1), vkey.clone()),
        ("note-form", good.replacen("\u{2014} ", "- ", 1), vkey.clone()),
        ("note-form", format!("{good}\u{2014} other.example AAAA\n"), vkey.clone()),
        ("note-form", format!("{good}\u{2014} other+example AAAAAAA=\n"), vkey.clone()),
        ("note-form", format!("{good}\n"), vkey.clone()),
        ("note-form", good.trim_end().to_owned(), vkey.clone()),
        ("note-signature", format!("{good}{}", cut_line(&good)), vkey.clone()),
        (
            "note-unsigned",
            note::sign(&note::text(ORIGIN, 7, &root), ORIGIN, &[9; 32]),
            vkey.clone(),
        ),
        ("key-form", good.clone(), format!("{ORIGIN}+00000000+AQ==")),
    ]
    .map(|(code, note, vkey)| json!({ "code": code, "note": note, "vkey": vkey }))
    .to_vec()
}

/// The signature line of a note without the signature's last bytes.
fn cut_line(note: &str) -> String {
    let (head, data) = note.trim_end().rsplit_once(' ').expect("a signature line");
    let line = head.rsplit('\n').next().expect("a line");
    let data = Base64::decode_vec(data).expect("base64");
    format!("{line} {}\n", Base64::encode_string(&data[..data.len() - 2]))
}

fn proofs() -> (Vec<Value>, Vec<Value>) {
    let log = sample::log();
    let digests = |proof: &[tree::Hash]| proof.iter().map(|h| hex(h)).collect::<Vec<_>>();
    let root = |size: usize| hex(&tree::root(&log.leaves[..size]));
    let path = tree::inclusion(4, &log.leaves);
    let leaf = hex(&log.leaves[4]);
    let longer = [path.clone(), vec![[0; 32]]].concat();
    let inclusion = [
        ("proof-range", 7, 7, root(7), digests(&path)),
        ("proof-length", 4, 7, root(7), digests(&path[..path.len() - 1])),
        ("proof-length", 4, 7, root(7), digests(&longer)),
        ("proof-root", 5, 7, root(7), digests(&path)),
        ("proof-root", 4, 7, root(6), digests(&path)),
    ]
    .map(|(code, index, size, root, proof)| {
        json!({ "code": code, "leaf": leaf, "index": index, "size": size, "root": root, "proof": proof })
    });
    let grown = tree::consistency(3, &log.leaves);
    let longer = [grown.clone(), vec![[0; 32]]].concat();
    let consistency = [
        ("proof-range", (7, root(7)), (3, root(3)), digests(&grown)),
        ("proof-length", (3, root(3)), (7, root(7)), digests(&grown[..grown.len() - 1])),
        ("proof-length", (3, root(3)), (7, root(7)), digests(&longer)),
        ("proof-length", (7, root(7)), (7, root(7)), digests(&grown)),
        ("proof-root", (3, root(2)), (7, root(7)), digests(&grown)),
        ("proof-root", (3, root(3)), (7, root(6)), digests(&grown)),
        ("proof-root", (7, root(7)), (7, root(6)), Vec::new()),
    ]
    .map(|(code, (old, old_root), (new, new_root), proof)| {
        json!({ "code": code, "old": old, "old_root": old_root, "new": new, "new_root": new_root, "proof": proof })
    });
    (inclusion.to_vec(), consistency.to_vec())
}

pub fn document() -> Value {
    let (inclusion, consistency) = proofs();
    json!({
        "about": "What every reader refuses, with the code of the reason (FORMAT.md §11). Bytes are hexadecimal.",
        "json": texts(),
        "entries": entries(),
        "chains": chains(),
        "segments": segments(),
        "frames": frames(),
        "checkpoints": checkpoints(),
        "inclusion": inclusion,
        "consistency": consistency,
    })
}

/// Both readers refuse, and for the reason that the vector names.
fn refused<A: std::fmt::Debug, B: std::fmt::Debug>(
    vector: &Value,
    naive: Result<A, &'static str>,
    product: Result<B, &'static str>,
) {
    let code = text(vector, "code");
    assert_eq!(naive.expect_err("the naive reader takes it"), code, "naive, {vector}");
    assert_eq!(product.expect_err("the product takes it"), code, "product, {vector}");
}

#[test]
fn texts_and_entries_are_refused_by_both() {
    let vectors = stored("refusals.json");
    for vector in list(&vectors, "json") {
        let bytes = bytes(vector, "bytes");
        refused(vector, json::read(&bytes), product::json(&bytes));
    }
    for vector in list(&vectors, "entries") {
        let bytes = text(vector, "entry").as_bytes();
        refused(vector, entry::read(bytes), product::entry(bytes));
    }
}

#[test]
fn entries_that_do_not_continue_are_refused_by_both() {
    let log = sample::log();
    for vector in list(&stored("refusals.json"), "chains") {
        let before = log.entries[..3].iter().map(|entry| entry.text.as_bytes());
        let entries: Vec<&[u8]> = before.chain([text(vector, "entry").as_bytes()]).collect();
        let mut chain = entry::Chain::default();
        let naive: Result<Vec<()>, _> = entries.iter().map(|entry| chain.next(entry)).collect();
        refused(vector, naive, product::chain(&entries));
    }
    let good: Vec<&[u8]> = log.entries.iter().map(|entry| entry.text.as_bytes()).collect();
    assert_eq!(product::chain(&good), Ok(()));
}

#[test]
fn files_are_refused_by_both() {
    let vectors = stored("refusals.json");
    for vector in list(&vectors, "segments") {
        let bytes = bytes(vector, "bytes");
        refused(vector, segment::read_header(&bytes), product::segment(&bytes));
    }
    for vector in list(&vectors, "frames") {
        let file = [vec![0; 4096], bytes(vector, "bytes")].concat();
        refused(vector, segment::read_frame(&file, 4096), product::frame(&file, 4096));
    }
}

#[test]
fn checkpoints_and_proofs_are_refused_by_both() {
    let vectors = stored("refusals.json");
    for vector in list(&vectors, "checkpoints") {
        let (note, vkey) = (text(vector, "note"), text(vector, "vkey"));
        refused(vector, note::read(note, vkey), product::checkpoint(note, vkey));
    }
    for vector in list(&vectors, "inclusion") {
        let (leaf, root, proof) =
            (hash(vector, "leaf"), hash(vector, "root"), hashes(vector, "proof"));
        let (index, size) = (number(vector, "index"), number(vector, "size"));
        let naive = match tree::included(leaf, index, size, &proof) {
            _ if index >= size => Err("proof-range"),
            None => Err("proof-length"),
            Some(found) if found == root => Ok(()),
            Some(_) => Err("proof-root"),
        };
        refused(vector, naive, product::inclusion(leaf, index, size, root, &proof));
    }
    for vector in list(&vectors, "consistency") {
        let old = (number(vector, "old"), hash(vector, "old_root"));
        let new = (number(vector, "new"), hash(vector, "new_root"));
        let proof = hashes(vector, "proof");
        let naive = if old.0 > new.0 {
            Err("proof-range")
        } else {
            match tree::continued(old.0, new.0, old.1, &proof) {
                None => Err("proof-length"),
                Some(found) if found == (old.1, new.1) => Ok(()),
                Some(_) => Err("proof-root"),
            }
        };
        refused(vector, naive, product::consistency(old, new, &proof));
    }
}

#[test]
fn the_good_ones_that_the_bad_ones_were_made_from_are_taken() {
    let good = sample::log().entries.swap_remove(3).text;
    assert!(matches!(entry::read(good.as_bytes()), Ok(Naive::Object(_))));
    assert!(product::entry(good.as_bytes()).is_ok());
    let header = segment::header(&sha256(ORIGIN.as_bytes()), 0, &[0; 32], &[]);
    assert_eq!(segment::read_header(&header), Ok(0));
    assert!(product::segment(&header).is_ok());
}
