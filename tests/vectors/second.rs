//! Second digests and signatures (FORMAT.md §16): what others have published, and
//! heads of the sample log with all their lines. scripts/check_vectors.py holds the
//! same file with school arithmetic and another library.

use crate::naive::hex;
use crate::{bytes, hash, list, number, path, stored, text};
use plumbline::second::sm3::{Sm3Head, Sm3Tree};
use plumbline::second::{Algorithm, FurtherKey, Signer, head, ml_dsa, sm2, sm3};
use plumbline_replay::integrity::checkpoint::{Checkpoint, SigningKey};
use plumbline_replay::integrity::note::Note;
use plumbline_replay::integrity::tree::{Frontier, Hashing, leaf_hash};
use serde_json::{Value, json};

/// The seeds of the sample's further keys.
const SEEDS: [(Algorithm, u8); 2] = [(Algorithm::Sm2, 21), (Algorithm::MlDsa44, 22)];

fn signer(origin: &str, (algorithm, seed): (Algorithm, u8)) -> Signer {
    Signer::from_seed(algorithm, origin, [seed; 32]).unwrap()
}

fn key(log: &Value) -> SigningKey {
    SigningKey::from_seed(text(log, "origin"), hash(log, "seed"))
}

/// The heads of the sample log at a few sizes, with the sample's key and the further
/// ones.
fn heads(log: &Value) -> Value {
    let key = key(log);
    let signers = SEEDS.map(|seed| signer(key.name(), seed));
    let entries: Vec<&[u8]> =
        list(log, "entries").iter().map(|entry| text(entry, "entry").as_bytes()).collect();
    let (mut first, mut second) = (Frontier::new(), Frontier::<Sm3Tree>::default());
    let mut out = Vec::new();
    for size in 0..=entries.len() {
        if size.is_power_of_two() || size == 0 || size == entries.len() {
            let (origin, size) = (key.name().to_owned(), size as u64);
            let checkpoint = Checkpoint { origin: origin.clone(), size, root: first.root() };
            let lines: String = signers.iter().map(|s| s.line(&checkpoint).unwrap()).collect();
            let text = Sm3Head(Checkpoint { origin, size, root: second.root() }).text();
            let sm3 = format!("{text}\n{}", signers[0].text_line(&text).unwrap());
            let checkpoint = key.sign(&checkpoint) + &lines;
            out.push(json!({"size": size, "checkpoint": checkpoint, "sm3_head": sm3}));
        }
        if let Some(entry) = entries.get(size) {
            first.push(leaf_hash(entry));
            second.push(Sm3Tree::leaf(entry));
        }
    }
    json!(out)
}

#[test]
fn digests_are_those_of_the_national_standard() {
    for vector in list(&stored("second.json"), "sm3") {
        let input = bytes(vector, "input");
        assert_eq!(sm3::digest(&input).0, hash(vector, "digest"), "{}", text(vector, "source"));
    }
    // An empty tree is the digest of nothing.
    assert_eq!(Sm3Tree::empty(), sm3::digest(b""));
}

#[test]
fn signatures_are_those_of_the_national_standard() {
    for vector in list(&stored("second.json"), "sm2") {
        let private = hash(vector, "private");
        let public: [u8; 65] = bytes(vector, "public").try_into().unwrap();
        let (message, der) = (bytes(vector, "message"), bytes(vector, "der"));
        assert_eq!(sm2::public(&private), Some(public));
        assert!(sm2::verify(&public, &message, &der), "{}", text(vector, "source"));
        assert!(!sm2::verify(&public, b"another", &der));
        let own = sm2::sign(&private, &message).unwrap();
        assert!(sm2::verify(&public, &message, &own));
        for at in 0..der.len() {
            let mut changed = der.clone();
            changed[at] ^= 1;
            assert!(!sm2::verify(&public, &message, &changed), "byte {at}");
        }
    }
}

#[test]
fn ml_dsa_signs_as_published() {
    for vector in list(&stored("second.json"), "ml_dsa_44") {
        let (seed, message) = (hash(vector, "seed"), bytes(vector, "message"));
        let public = ml_dsa::public(&seed);
        let signature = ml_dsa::sign_message(&seed, &message).unwrap();
        for (found, name) in [(&public, "public"), (&signature, "signature")] {
            if std::env::var_os("PLUMB_WRITE_VECTORS").is_some() {
                println!("{name} {}", hex(found));
                continue;
            }
            // The publication's first and last bytes, typed from it; the rest is held by
            // another library.
            let found = hex(found);
            assert_eq!(found, text(vector, name));
            assert!(found.starts_with(text(vector, &format!("{name}_begins"))));
            assert!(found.ends_with(text(vector, &format!("{name}_ends"))));
        }
    }
}

#[test]
fn heads_of_the_sample_are_signed_so() {
    let (second, log) = (stored("second.json"), stored("log.json"));
    let found = heads(&log);
    if std::env::var_os("PLUMB_WRITE_VECTORS").is_some() {
        let mut second = second;
        let origin = key(&log).name().to_owned();
        let [sm2, ml_dsa] = SEEDS.map(|seed| signer(&origin, seed).public().vkey());
        second["sm2_vkey"] = json!(sm2);
        second["ml_dsa_44_vkey"] = json!(ml_dsa);
        second["heads"] = found;
        let text = serde_json::to_string_pretty(&second).unwrap() + "\n";
        std::fs::write(path("second.json"), text).unwrap();
        return;
    }
    assert_eq!(list(&second, "heads"), found.as_array().unwrap().as_slice());
    for vector in list(&second, "heads") {
        let note = Note::parse(text(vector, "checkpoint")).unwrap();
        let checkpoint = Checkpoint::parse(note.text).unwrap();
        for name in ["sm2_vkey", "ml_dsa_44_vkey"] {
            let key = FurtherKey::parse(text(&second, name)).unwrap();
            assert_eq!(key.verify(&note, &checkpoint), Ok(()));
        }
        let key = FurtherKey::parse(text(&second, "sm2_vkey")).unwrap();
        let head = head::read(&key, text(vector, "sm3_head")).unwrap();
        assert_eq!(head.size, number(vector, "size"));
    }
}
