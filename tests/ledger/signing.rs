//! Heads are signed over what the disk holds, and nothing below or beside a
//! signed head is ever signed.

use super::city::{config, new_ledger, open, reader, record, segments, surroundings};
use plumbline::config::Layout;
use plumbline::ledger::checkpoints::{SignError, latest};
use plumbline::ledger::{Ledger, LogName, create};
use plumbline_replay::integrity::checkpoint::Checkpoint;
use plumbline_replay::integrity::frame::SegmentHeader;
use plumbline_replay::integrity::tree::{Frontier, leaf_hash};
use std::path::Path;

fn sign(dir: &Path) -> Result<Checkpoint, SignError> {
    let note = latest(&Layout::new(dir), &config(), LogName::Open)?;
    let body = note.split_once("\n\n").unwrap().0;
    Ok(Checkpoint::parse(&format!("{body}\n")).unwrap())
}

/// Records events one a frame, so that damage is always inside of one.
fn grow(ledger: &Ledger, numbers: std::ops::Range<u64>) {
    numbers.for_each(|number| drop(record(ledger, [number])));
}

fn contradicts(result: Result<Checkpoint, SignError>, words: &str) {
    match result {
        Err(SignError::Contradiction(text)) => assert!(text.contains(words), "{text}"),
        other => panic!("signed, or refused for another reason: {other:?}"),
    }
}

#[test]
fn each_head_is_the_root_of_all_entries() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = new_ledger(dir.path());
    let mut next = 0;
    // Within a segment, over several, and nothing new at all.
    for more in [1, 3, 30, 0, 100, 2, 60] {
        grow(&ledger, next..next + more);
        next += more;
        let head = sign(dir.path()).unwrap();
        let reader = reader(dir.path());
        let mut frontier = Frontier::new();
        for position in 0..reader.size() {
            frontier.push(leaf_hash(&reader.entry(position).unwrap().unwrap()));
        }
        assert_eq!((head.size, head.root), (next + 1, frontier.root()));
    }
    ledger.close();
}

/// Two ledgers with the same keys: what one has signed binds the other.
fn twins(dir: &Path) -> (std::path::PathBuf, std::path::PathBuf) {
    let (one, other) = (dir.join("one"), dir.join("other"));
    create(&one, &config(), surroundings()).unwrap().close();
    copy(&one, &other);
    (one, other)
}

pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for item in std::fs::read_dir(from).unwrap() {
        let path = item.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

/// Puts the entries of one ledger in the place of another's, not its heads.
fn replace_log(of: &Path, by: &Path) {
    let (of, by) = (Layout::new(of), Layout::new(by));
    let published = std::fs::read(of.checkpoint(LogName::Open)).unwrap();
    std::fs::remove_dir_all(of.log(LogName::Open)).unwrap();
    copy(&by.log(LogName::Open), &of.log(LogName::Open));
    std::fs::write(of.checkpoint(LogName::Open), published).unwrap();
}

#[test]
fn nothing_beside_a_signed_head_is_signed() {
    let dir = tempfile::tempdir().unwrap();
    let (one, other) = twins(dir.path());
    let ledger = open(&one);
    grow(&ledger, 0..90);
    ledger.close();
    sign(&one).unwrap();
    let ledger = open(&other);
    grow(&ledger, 1000..1200);
    ledger.close();
    replace_log(&one, &other);
    contradicts(sign(&one), "another root for the first 91");
}

#[test]
fn nothing_below_a_signed_head_is_signed() {
    let dir = tempfile::tempdir().unwrap();
    let (one, early) = (dir.path().join("one"), dir.path().join("early"));
    let ledger = new_ledger(&one);
    grow(&ledger, 0..60);
    ledger.close();
    copy(&one, &early);
    let ledger = open(&one);
    grow(&ledger, 60..70);
    ledger.close();
    sign(&one).unwrap();
    replace_log(&one, &early);
    contradicts(sign(&one), "signed over 71 entries, 61 are here");
    // The head that lies outside of the log binds alone, and so does the other.
    std::fs::remove_file(Layout::new(&one).checkpoint(LogName::Open)).unwrap();
    contradicts(sign(&one), "signed over 71 entries");
}

#[test]
fn a_head_that_only_one_place_still_has_binds() {
    let dir = tempfile::tempdir().unwrap();
    let (one, other) = twins(dir.path());
    let ledger = open(&one);
    grow(&ledger, 0..30);
    ledger.close();
    sign(&one).unwrap();
    let ledger = open(&other);
    grow(&ledger, 1000..1100);
    ledger.close();
    replace_log(&one, &other);
    std::fs::remove_file(Layout::new(&one).head(LogName::Open)).unwrap();
    contradicts(sign(&one), "another root for the first 31");
}

#[test]
fn a_segment_header_that_lies_about_the_entries_before_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = new_ledger(dir.path());
    grow(&ledger, 0..100);
    sign(dir.path()).unwrap();
    grow(&ledger, 100..110);
    ledger.close();
    // The segment that holds the last signed entry, with one tree node changed.
    let holds = |path: &&std::path::PathBuf| {
        path.file_stem().unwrap().to_str().unwrap().parse::<u64>().unwrap() < 101
    };
    let path = segments(dir.path()).iter().rfind(holds).unwrap().clone();
    let mut bytes = std::fs::read(&path).unwrap();
    let mut header = SegmentHeader::decode(&bytes).unwrap();
    header.frontier[0].0[0] ^= 1;
    bytes[..4096].copy_from_slice(&header.encode());
    std::fs::write(&path, bytes).unwrap();
    contradicts(sign(dir.path()), "another root for the first 101");
}

#[test]
fn a_newer_entry_that_is_not_as_written_is_not_signed() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = new_ledger(dir.path());
    grow(&ledger, 0..40);
    sign(dir.path()).unwrap();
    grow(&ledger, 40..140);
    ledger.close();
    // In a segment between the signed head and the end: text of an entry, which no
    // reader hashes.
    let newer = |path: &&std::path::PathBuf| {
        path.file_stem().unwrap().to_str().unwrap().parse::<u64>().unwrap() > 60
    };
    let path = segments(dir.path()).iter().find(newer).unwrap().clone();
    let mut bytes = std::fs::read(&path).unwrap();
    let at = bytes.windows(6).position(|text| text == b"990100").unwrap();
    bytes[at] = b'8';
    std::fs::write(&path, bytes).unwrap();
    contradicts(sign(dir.path()), "does not continue the one before it");
}

#[test]
fn signing_reads_no_segment_before_the_signed_head() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = new_ledger(dir.path());
    grow(&ledger, 0..140);
    sign(dir.path()).unwrap();
    grow(&ledger, 140..150);
    ledger.close();
    let first = &segments(dir.path())[0];
    let mut bytes = std::fs::read(first).unwrap();
    bytes[4096..].fill(0xee);
    std::fs::write(first, bytes).unwrap();
    // What was signed stays signed; verifying finds the damage, signing looks only
    // at what it vouches for anew.
    assert_eq!(sign(dir.path()).unwrap().size, 151);
}
