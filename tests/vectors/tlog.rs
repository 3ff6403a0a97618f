//! The conformance kit of schemas/vectors/tlog/, tried on the product. The kit was
//! written without it, for logs and readers of anyone.

use super::{bytes, hash, hashes, list, number, stored, text};
use plumbline_replay::integrity::chain::Digest;
use plumbline_replay::integrity::checkpoint::VerifyingKey;
use plumbline_replay::integrity::cosignature::CosignerKey;
use plumbline_replay::integrity::note::{Note, NoteError};
use plumbline_replay::integrity::proof::{verify_consistency, verify_inclusion};
use plumbline_replay::integrity::tile::{Content, Tile, all};
use plumbline_replay::integrity::tlog_proof::TlogProof;
use serde_json::Value;
use std::collections::BTreeMap;

fn digests(vector: &Value, name: &str) -> Vec<Digest> {
    hashes(vector, name).into_iter().map(Digest).collect()
}

#[test]
fn addresses_of_tiles() {
    let vectors = stored("tlog/paths.json");
    for good in list(&vectors, "good") {
        let path = text(good, "path");
        let tile = Tile::parse(path).unwrap_or_else(|| panic!("{path} is not taken"));
        let content = match good["kind"].as_u64() {
            Some(level) => Content::Hashes(level as u8),
            None => Content::Entries,
        };
        let width = number(good, "width") as u16;
        assert_eq!(tile, Tile { content, index: number(good, "index"), width });
        assert_eq!(tile.to_string(), path);
    }
    for bad in list(&vectors, "bad") {
        assert_eq!(Tile::parse(bad.as_str().unwrap()), None, "{bad}");
    }
}

#[test]
fn tiles_of_trees() {
    for tree in list(&stored("tlog/geometry.json"), "trees") {
        let size = number(tree, "size");
        let mut levels: BTreeMap<u8, (u64, u64)> = BTreeMap::new();
        // The large ones have millions of full tiles: the last of each level tells.
        let counts = |level: u8| (size >> (8 * u32::from(level)), level);
        for (count, level) in (0..8).map(counts).take_while(|(count, _)| *count > 0) {
            levels.insert(level, (count / 256, count % 256));
        }
        let expected: Vec<(u64, u64)> = tree["levels"]
            .as_array()
            .unwrap()
            .iter()
            .map(|level| (level[0].as_u64().unwrap(), level[1].as_u64().unwrap()))
            .collect();
        assert_eq!(levels.values().copied().collect::<Vec<_>>(), expected, "{size}");
        if size > 20_000_000 {
            continue;
        }
        let mut found: BTreeMap<u8, (u64, u64)> = BTreeMap::new();
        for tile in all(size) {
            if let Content::Hashes(level) = tile.content {
                let counts = found.entry(level).or_default();
                if tile.is_full() { counts.0 += 1 } else { counts.1 = u64::from(tile.width) }
            }
        }
        assert_eq!(found, levels, "{size}");
    }
}

#[test]
fn checkpoints_good_and_bad() {
    let vectors = stored("tlog/checkpoints.json");
    let key = VerifyingKey::parse(text(&vectors, "key")).unwrap();
    for case in list(&vectors, "cases") {
        let read = key.verify(text(case, "note"));
        match (text(case, "name"), text(case, "result")) {
            // Stricter here: FORMAT.md §5 has no extension lines.
            ("extension line", _) => assert!(read.is_err()),
            (name, "ok") => {
                let read = read.unwrap_or_else(|error| panic!("{name}: {error}"));
                assert_eq!((read.size, read.root.0), (number(case, "size"), hash(case, "root")));
            }
            // One rule for all readers: what is broken for one is broken for each.
            (name, result) => {
                let unsigned = matches!(read, Err(NoteError::Unsigned(_)));
                assert!(read.is_err() && unsigned == (result == "cannot-tell"), "{name}: {read:?}");
            }
        }
    }
    for vkey in list(&vectors, "bad_keys") {
        assert!(VerifyingKey::parse(vkey.as_str().unwrap()).is_err(), "{vkey}");
    }
}

#[test]
fn cosignatures_of_witnesses() {
    let vectors = stored("tlog/cosignatures.json");
    let witness = CosignerKey::parse(text(&vectors, "witness_key")).unwrap();
    assert!(CosignerKey::parse(text(&vectors, "log_key")).is_err(), "a log is no witness");
    for case in list(&vectors, "cases") {
        let note = Note::parse(text(case, "note")).unwrap();
        let found = witness.verify(&note);
        let fits = match (&found, &case["result"]) {
            (Ok(Some(seconds)), Value::Number(expected)) => expected.as_u64() == Some(*seconds),
            (Ok(None), Value::String(word)) => word == "missing",
            (Err(_), Value::String(word)) => word == "broken",
            _ => false,
        };
        assert!(fits, "{}: {found:?}", case["name"]);
    }
}

#[test]
fn proofs_of_inclusion_and_consistency() {
    let vectors = stored("tlog/proofs.json");
    for case in list(&vectors, "inclusion") {
        let (leaf, root) = (Digest(hash(case, "leaf")), Digest(hash(case, "root")));
        let (index, size) = (number(case, "index"), number(case, "size"));
        let judged = verify_inclusion(&leaf, index, size, &root, &digests(case, "proof"));
        assert_eq!(judged.is_ok(), case["holds"].as_bool().unwrap(), "{}", case["name"]);
    }
    for case in list(&vectors, "consistency") {
        let (old, new) = (number(case, "old"), number(case, "new"));
        let roots = (Digest(hash(case, "old_root")), Digest(hash(case, "new_root")));
        let judged = verify_consistency(old, &roots.0, new, &roots.1, &digests(case, "proof"));
        assert_eq!(judged.is_ok(), case["holds"].as_bool().unwrap(), "{}", case["name"]);
    }
}

#[test]
fn texts_of_proofs() {
    let vectors = stored("tlog/tlog_proofs.json");
    let key = VerifyingKey::parse(text(&vectors, "key")).unwrap();
    for case in list(&vectors, "cases") {
        let judged = TlogProof::parse(text(case, "text"))
            .and_then(|proof| proof.verify(&key, &bytes(case, "entry")));
        assert_eq!(
            judged.is_ok(),
            case["holds"].as_bool().unwrap(),
            "{}: {judged:?}",
            case["name"]
        );
    }
}
