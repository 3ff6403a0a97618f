//! Every byte of the vectors counts: changed in any one of them, both readers
//! refuse, for the same reason, or see something else.

use crate::naive::{entry, json, note, sealed, segment, tree};
use crate::product;
use crate::{bytes, hash, hashes, list, number, stored, text};
use plumbline::vault::{SubjectKey, open_record, parse_records};

/// The entries of a file as a reader sees them, up to where it refuses.
fn naive_file(file: &[u8]) -> Result<Vec<Vec<u8>>, &'static str> {
    segment::read_header(file)?;
    let mut out = Vec::new();
    let mut offset = 4096;
    while let Some(frame) = segment::read_frame(file, offset)? {
        out.extend(frame.entries);
        offset += frame.bytes;
    }
    Ok(out)
}

fn product_file(file: &[u8]) -> Result<Vec<Vec<u8>>, &'static str> {
    product::segment(file)?;
    let mut out = Vec::new();
    let mut offset = 4096;
    while let Some(frame) = product::frame(file, offset)? {
        out.extend(frame.entries.iter().map(|entry| entry.to_vec()));
        offset += frame.bytes;
    }
    Ok(out)
}

#[test]
fn no_byte_of_a_segment_file_can_change_unseen() {
    for vector in list(&stored("log.json"), "segments") {
        let mut file = bytes(vector, "bytes");
        assert_eq!(naive_file(&file), product_file(&file));
        assert!(naive_file(&file).is_ok());
        for at in 0..file.len() {
            for bit in [0x01, 0x80] {
                file[at] ^= bit;
                let found = product_file(&file);
                assert!(found.is_err(), "{} byte {at} ^ {bit:#x}", text(vector, "name"));
                assert_eq!(found, naive_file(&file), "{} byte {at}", text(vector, "name"));
                file[at] ^= bit;
            }
        }
    }
}

#[test]
fn no_byte_of_an_entry_can_change_unseen() {
    for vector in list(&stored("log.json"), "entries") {
        let mut entry_bytes = text(vector, "entry").as_bytes().to_vec();
        let (link, leaf) = (hash(vector, "link"), hash(vector, "leaf"));
        for at in 0..entry_bytes.len() {
            entry_bytes[at] ^= 1;
            let (naive, read) = (entry::read(&entry_bytes), product::entry(&entry_bytes));
            assert_eq!(naive.is_ok(), read.is_ok(), "byte {at}: {naive:?}, {read:?}");
            let linked = plumbline_replay::integrity::chain::entry_hash(&entry_bytes);
            assert_ne!(linked.0, link);
            assert_ne!(tree::leaf(&entry_bytes), leaf);
            entry_bytes[at] ^= 1;
        }
    }
}

#[test]
fn no_byte_of_a_spelling_can_change_and_mean_the_same() {
    for vector in list(&stored("canonical.json"), "vectors") {
        let canonical = text(vector, "canonical").as_bytes();
        let value = json::read(canonical).expect("it is JSON");
        for at in 0..canonical.len() {
            let mut bent = canonical.to_vec();
            bent[at] ^= 1;
            let (naive, read) = (json::read_canonical(&bent), product::json(&bent));
            assert!(naive.as_ref().ok() != Some(&value), "byte {at} of {canonical:?}");
            let spelled = read.as_ref().is_ok_and(|value| value.to_bytes() == bent);
            assert_eq!(naive.is_ok(), spelled, "byte {at}: {naive:?}, {read:?}");
        }
    }
}

#[test]
fn no_byte_of_a_checkpoint_can_change_and_still_vouch() {
    let log = stored("log.json");
    let vkey = text(&log, "vkey");
    for vector in &list(&log, "checkpoints")[..4] {
        let note = text(vector, "note").as_bytes();
        for at in 0..note.len() {
            let mut bent = note.to_vec();
            bent[at] ^= 1;
            let Ok(bent) = String::from_utf8(bent) else { continue };
            let found = product::checkpoint(&bent, vkey);
            assert_eq!(found, note::read(&bent, vkey), "byte {at}: {bent}");
            // The last line end is not signed; whatever follows the signature is
            // another line.
            let end = at + 1 == note.len();
            assert!(found.is_err() || end, "byte {at}: {bent}");
        }
    }
}

#[test]
fn no_hash_of_a_proof_can_change_and_still_prove() {
    let leaf = |index: u64| tree::leaf(index.to_string().as_bytes());
    let roots: Vec<(u64, [u8; 32])> = list(&stored("tree.json"), "roots")
        .iter()
        .map(|root| (number(root, "size"), hash(root, "root")))
        .collect();
    let root = |size: u64| roots.iter().find(|(known, _)| *known == size).map(|(_, root)| *root);
    let mut checked = 0;
    for vector in list(&stored("proofs.json"), "inclusion") {
        let (index, size) = (number(vector, "index"), number(vector, "size"));
        let mut proof = hashes(vector, "proof");
        let root = root(size).expect("tree.json has it");
        for at in 0..proof.len() {
            proof[at][at % 32] ^= 0x10;
            assert!(product::inclusion(leaf(index), index, size, root, &proof).is_err());
            assert_ne!(tree::included(leaf(index), index, size, &proof), Some(root));
            proof[at][at % 32] ^= 0x10;
            checked += 1;
        }
    }
    for vector in list(&stored("proofs.json"), "consistency") {
        let (old, new) = (number(vector, "old"), number(vector, "new"));
        let (Some(old_root), Some(new_root)) = (root(old), root(new)) else { continue };
        let mut proof = hashes(vector, "proof");
        for at in 0..proof.len() {
            proof[at][at % 32] ^= 0x10;
            assert!(product::consistency((old, old_root), (new, new_root), &proof).is_err());
            proof[at][at % 32] ^= 0x10;
            checked += 1;
        }
    }
    assert!(checked > 200, "only {checked} hashes");
}

#[test]
fn no_byte_of_a_sealed_record_can_change_and_still_open() {
    let vectors = stored("sealed.json");
    let key = SubjectKey(hash(&vectors, "key"));
    for vector in list(&vectors, "vectors") {
        let digest = text(vector, "digest");
        let given = bytes(vector, "record");
        // Index, subject and class say where it belongs; nonce, length and
        // ciphertext are what opening rests on.
        for at in 21..given.len() {
            let mut bent = given.clone();
            bent[at] ^= 1;
            let open = parse_records(&bent)
                .and_then(|records| open_record(&records.first()?.1, &key, &[digest]));
            assert!(open.is_none(), "byte {at}");
            assert_eq!(sealed::open(&key.0, &bent, digest), Err("disclosure"), "byte {at}");
        }
        let mut wrong = digest.to_owned();
        wrong.replace_range(0..1, if digest.starts_with('A') { "B" } else { "A" });
        assert_eq!(sealed::open(&key.0, &given, &wrong), Err("disclosure"));
    }
}
