//! The product reads every vector as it says, and writes the same bytes.

use crate::naive::{self, entry, json, note, sealed, segment, tree};
use crate::product;
use crate::{bytes, hash, hashes, list, number, stored, text};
use plumbline::ledger::{LogName, Receipt};
use plumbline::vault::{
    Context, SubjectKey, open_record, parse_records, seal_member, subject_id, write_record,
};
use plumbline_replay::integrity::chain::{Digest, entry_hash};
use plumbline_replay::integrity::checkpoint::{Checkpoint, SigningKey};
use plumbline_replay::integrity::entry::{Parts, Place, strip};
use plumbline_replay::integrity::frame::{FrameBuilder, SegmentHeader};
use plumbline_replay::integrity::json as product_json;
use plumbline_replay::integrity::proof::{self, Nodes};
use plumbline_replay::integrity::tree::{Frontier, leaf_hash};
use serde_json::Value;
use std::collections::HashMap;
use std::convert::Infallible;

#[test]
fn every_text_has_its_one_spelling() {
    for vector in list(&stored("canonical.json"), "vectors") {
        let canonical = text(vector, "canonical");
        let value = product::json(text(vector, "text").as_bytes()).expect("the product reads it");
        assert_eq!(String::from_utf8(value.to_bytes()).as_deref(), Ok(canonical));
        assert!(product_json::is_canonical(canonical.as_bytes()));
        assert_eq!(json::write(&json::read(text(vector, "text").as_bytes()).unwrap()), canonical);
    }
}

#[test]
fn entries_are_spliced_linked_and_stripped_as_the_vectors_say() {
    let log = stored("log.json");
    let mut frontier = Frontier::new();
    let mut previous = Digest::ZERO;
    for (vector, root) in list(&log, "entries").iter().zip(&list(&log, "roots")[1..]) {
        let (submission, stored) = (text(vector, "submission"), text(vector, "entry"));
        let parts = Parts::new(submission.as_bytes().to_vec()).unwrap();
        let place = Place {
            position: number(vector, "position"),
            previous,
            recorded_at: text(vector, "recorded_at"),
            revision: number(vector, "revision"),
        };
        let mut written = Vec::new();
        parts.splice(&place, &mut written);
        assert_eq!(String::from_utf8(written).as_deref(), Ok(stored));
        let fields = product::entry(stored.as_bytes()).expect("the product reads it");
        assert_eq!((fields.position, fields.previous), (place.position, previous));
        assert_eq!((fields.recorded_at, fields.revision), (place.recorded_at, place.revision));
        assert_eq!(strip(stored.as_bytes()).unwrap(), submission.as_bytes());
        let value = entry::read(stored.as_bytes()).expect("the naive reader reads it");
        assert_eq!(entry::submission(&value), submission);
        previous = entry_hash(stored.as_bytes());
        assert_eq!(previous.0, hash(vector, "link"));
        assert_eq!(leaf_hash(stored.as_bytes()).0, hash(vector, "leaf"));
        frontier.push(leaf_hash(stored.as_bytes()));
        assert_eq!(frontier.root().0, hash(root, "root"));
        let nodes: Vec<[u8; 32]> = frontier.nodes().iter().map(|node| node.0).collect();
        assert_eq!(nodes, hashes(root, "frontier"));
    }
    assert_eq!(Frontier::new().root().0, hash(&log["roots"][0], "root"));
}

/// The segment files, written by the product's builder.
fn written_segments(log: &Value) -> Vec<Vec<u8>> {
    let entries = list(log, "entries");
    let sealed = stored("sealed.json");
    let mut files: Vec<Vec<u8>> = Vec::new();
    let mut frontier = Frontier::new();
    let (mut at, mut previous) = (0, Digest::ZERO);
    for frame in list(log, "frames") {
        if files.len() as u64 == number(frame, "segment") {
            let header = SegmentHeader {
                origin: Digest(naive::sha256(text(log, "origin").as_bytes())),
                first_position: at as u64,
                previous,
                frontier: frontier.nodes().to_vec(),
            };
            files.push(header.encode().to_vec());
        }
        let mut builder = FrameBuilder::new(number(frame, "epoch"), at as u64, previous);
        for vector in &entries[at..at + number(frame, "entries") as usize] {
            let text = text(vector, "entry").as_bytes();
            let (_, link) = builder.entry(|out| out.extend_from_slice(text)).unwrap();
            frontier.push(leaf_hash(text));
            previous = link;
            let own = |s: &&Value| number(s, "position") == number(vector, "position");
            for record in list(&sealed, "vectors").iter().filter(own) {
                builder.disclosures_mut().extend_from_slice(&bytes(record, "record"));
            }
        }
        at += number(frame, "entries") as usize;
        files.last_mut().unwrap().extend_from_slice(builder.finish());
    }
    files
}

#[test]
fn segment_files_are_written_and_read_byte_for_byte() {
    let log = stored("log.json");
    let entries = list(&log, "entries");
    let written = written_segments(&log);
    assert_eq!(written.len(), list(&log, "segments").len());
    let mut position = 0;
    for (vector, written) in list(&log, "segments").iter().zip(written) {
        let file = bytes(vector, "bytes");
        assert!(file.starts_with(&written), "{} is written otherwise", text(vector, "name"));
        assert!(file[written.len()..].iter().all(|byte| *byte == 0));
        let header = product::segment(&file).expect("the product reads it");
        assert_eq!(header.first_position, position);
        assert_eq!(text(vector, "name"), format!("{position:020}.seg"));
        assert_eq!(segment::read_header(&file), Ok(position));
        let mut offset = 4096;
        while let Some(frame) = product::frame(&file, offset).expect("the product reads it") {
            let same = segment::read_frame(&file, offset).unwrap().expect("the naive reader too");
            assert_eq!(frame.header.first_position, position);
            assert_eq!((same.first, same.bytes), (position, frame.bytes));
            assert_eq!(same.entries, frame.entries);
            assert_eq!(same.sealed, frame.disclosures);
            for entry in &frame.entries {
                assert_eq!(entry, &text(&entries[position as usize], "entry").as_bytes());
                position += 1;
            }
            offset += frame.bytes;
        }
    }
    assert_eq!(position as usize, entries.len());
}

#[test]
fn checkpoints_are_signed_and_verified_as_the_vectors_say() {
    let log = stored("log.json");
    let (origin, vkey) = (text(&log, "origin"), text(&log, "vkey"));
    let key = SigningKey::from_seed(origin, hash(&log, "seed"));
    assert_eq!(key.vkey(), vkey);
    for (index, vector) in list(&log, "checkpoints").iter().enumerate() {
        let (note, size) = (text(vector, "note"), number(vector, "size"));
        let root = hash(&log["roots"][size as usize], "root");
        assert_eq!(product::checkpoint(note, vkey), Ok((size, root)));
        assert_eq!(note::read(note, vkey), Ok((size, root)));
        let signed = key.sign(&Checkpoint { origin: origin.to_owned(), size, root: Digest(root) });
        // The last one carries the line of a witness besides.
        assert_eq!(signed == note, index < 4, "{note}");
    }
}

/// The complete nodes of a tree, kept as they appear.
struct Kept(HashMap<(u32, u64), Digest>);

impl Kept {
    fn of(leaves: impl Iterator<Item = Digest>) -> Kept {
        let mut nodes = HashMap::new();
        let mut frontier = Frontier::new();
        for leaf in leaves {
            frontier.push_with(leaf, |level, index, hash| {
                nodes.insert((level, index), *hash);
            });
        }
        Kept(nodes)
    }
}

impl Nodes for Kept {
    type Error = Infallible;
    fn node(&self, level: u32, index: u64) -> Result<Digest, Infallible> {
        Ok(self.0[&(level, index)])
    }
}

#[test]
fn proofs_are_made_and_checked_as_the_vectors_say() {
    let vectors = stored("proofs.json");
    let leaf = |index: u64| leaf_hash(index.to_string().as_bytes());
    let kept = Kept::of((0..70_000).map(leaf));
    let root = |size| proof::root(&kept, size).unwrap().0;
    for published in list(&stored("tree.json"), "roots") {
        assert_eq!(root(number(published, "size")), hash(published, "root"));
    }
    for vector in list(&vectors, "inclusion") {
        let (index, size) = (number(vector, "index"), number(vector, "size"));
        let given = hashes(vector, "proof");
        let made = proof::inclusion(&kept, index, size).unwrap().expect("it is in the tree");
        assert_eq!(made.iter().map(|hash| hash.0).collect::<Vec<_>>(), given);
        assert_eq!(product::inclusion(leaf(index).0, index, size, root(size), &given), Ok(()));
        assert_eq!(tree::included(leaf(index).0, index, size, &given), Some(root(size)));
    }
    for vector in list(&vectors, "consistency") {
        let (old, new) = (number(vector, "old"), number(vector, "new"));
        let given = hashes(vector, "proof");
        let made = proof::consistency(&kept, old, new).unwrap().expect("it has grown");
        assert_eq!(made.iter().map(|hash| hash.0).collect::<Vec<_>>(), given);
        assert_eq!(product::consistency((old, root(old)), (new, root(new)), &given), Ok(()));
        if old > 0 {
            let roots = tree::continued(old, new, root(old), &given);
            assert_eq!(roots, Some((root(old), root(new))));
        }
    }
}

#[test]
fn members_are_sealed_and_opened_as_the_vectors_say() {
    let vectors = stored("sealed.json");
    let key = SubjectKey(hash(&vectors, "key"));
    let subject = subject_id(text(&vectors, "subject"));
    assert_eq!(subject.to_vec(), bytes(&vectors, "subject_id"));
    for vector in list(&vectors, "vectors") {
        let (member, digest) = (text(vector, "member"), text(vector, "digest"));
        let class = number(vector, "class") as u8;
        let context = Context { system: text(vector, "system"), id: text(vector, "id"), member };
        let value = product_json::parse(text(vector, "value").as_bytes()).unwrap().into_owned();
        let sealed = seal_member((subject, &key), class, context, value.clone());
        assert_eq!(sealed.digest, digest);
        assert_eq!(sealed.record.nonce.to_vec(), bytes(vector, "nonce"));
        assert_eq!(sealed.record.ciphertext, bytes(vector, "ciphertext"));
        let given = bytes(vector, "record");
        let records = parse_records(&given).expect("the product reads it");
        let [(index, record)] = &records[..] else { panic!("{} records", records.len()) };
        assert_eq!(record, &sealed.record);
        let mut written = Vec::new();
        write_record(*index, record, &mut written);
        assert_eq!(written, given);
        let open = open_record(record, &key, &[digest]).expect("the product opens it");
        assert_eq!((open.text.as_str(), open.name.as_str()), (text(vector, "disclosure"), member));
        assert_eq!(open.value, value);
        let (name, value) = sealed::open(&key.0, &given, digest).expect("so does the naive one");
        assert_eq!((name.as_str(), json::write(&value).as_str()), (member, text(vector, "value")));
        let entry =
            text(&stored("log.json")["entries"][number(vector, "position") as usize], "entry")
                .to_owned();
        assert!(entry.contains(&format!("\"_sd\":[\"{digest}\"]")), "{entry}");
        assert!(!entry.contains(member), "{entry}");
    }
}

#[test]
fn receipts_and_proofs_of_inclusion_say_the_same() {
    let log = stored("log.json");
    let entries = list(&log, "entries");
    for vector in list(&log, "receipts") {
        let given = &vector["receipt"];
        let position = number(given, "position");
        let entry = text(&entries[position as usize], "entry").as_bytes();
        let receipt = Receipt {
            id: text(given, "id").to_owned(),
            log: LogName::Open,
            position,
            hash: entry_hash(entry),
            log_size: number(given, "log_size"),
            revision: number(&entries[position as usize], "revision"),
            duplicate: false,
        };
        assert_eq!(&serde_json::to_value(&receipt).unwrap(), given);
        let proof = text(vector, "tlog_proof");
        let (head, note) = proof.split_once("\n\n").expect("a blank line before the checkpoint");
        let mut lines = head.lines();
        assert_eq!(lines.next(), Some("c2sp.org/tlog-proof@v1"));
        assert_eq!(lines.next(), Some(format!("index {position}").as_str()));
        let (size, root) = product::checkpoint(note, text(&log, "vkey")).expect("a good note");
        let leaves = entries.iter().map(|e| leaf_hash(text(e, "entry").as_bytes()));
        let made = proof::inclusion(&Kept::of(leaves), position, size).unwrap().expect("in it");
        let spelled: Vec<String> = made.iter().map(|hash| base64(&hash.0)).collect();
        assert_eq!(lines.collect::<Vec<_>>(), spelled);
        let made: Vec<[u8; 32]> = made.iter().map(|hash| hash.0).collect();
        assert_eq!(tree::included(tree::leaf(entry), position, size, &made), Some(root));
    }
}

fn base64(bytes: &[u8]) -> String {
    use base64ct::Encoding;
    base64ct::Base64::encode_string(bytes)
}
