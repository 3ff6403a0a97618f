//! Every way of tampering with a small log, each found and located by the walk.

use plumbline_replay::integrity::chain::{Digest, entry_hash};
use plumbline_replay::integrity::checkpoint::{Checkpoint, SigningKey};
use plumbline_replay::integrity::entry::{Parts, Place};
use plumbline_replay::integrity::frame::{FrameBuilder, SegmentHeader};
use plumbline_replay::integrity::json::parse;
use plumbline_replay::integrity::tree::{Frontier, leaf_hash};
use plumbline_replay::walk::{Form, Outcome, Source, Verdict, Walk, Witness, claimed_size};
use sha2::{Digest as _, Sha256};

const ORIGIN: &str = "plumbline.example/1/open";

fn key() -> SigningKey {
    SigningKey::from_seed(ORIGIN, [7; 32])
}

/// The submissions of a small log: its creation, then five acts in two cases.
fn submissions() -> Vec<String> {
    let vkey = key().vkey();
    let mut all = vec![format!(
        r#"{{"body":{{"checkpoint_key":"{vkey}","format":1,"origin":"{ORIGIN}"}},"id":"e-0","occurred_at":"2026-01-01T00:00:00+08:00","precision":"minute","source":{{"system":"plumbline"}},"stream":"ledger/open","type":"ledger.created.v1"}}"#
    )];
    for n in 1..6 {
        let case = n % 2;
        all.push(format!(
            r#"{{"body":{{"n":{n}}},"id":"e-{n}","occurred_at":"2026-01-02T09:00:00+08:00","precision":"minute","source":{{"system":"s"}},"stream":"case/{case}","type":"approval.case.filed.v1"}}"#
        ));
    }
    all
}

/// A small log as its writer would have made it.
struct Made {
    segments: Vec<(u64, Vec<u8>)>,
    entries: Vec<Vec<u8>>,
    /// Where each frame stands: its segment, first byte, byte after, first and
    /// last position.
    frames: Vec<(usize, usize, usize, u64, u64)>,
    root: Digest,
}

/// Two segments, three frames of two entries.
fn made(submissions: &[String]) -> Made {
    let mut made = Made { segments: vec![], entries: vec![], frames: vec![], root: Digest::ZERO };
    let mut frontier = Frontier::new();
    let mut previous = Digest::ZERO;
    for (index, group) in submissions.chunks(2).enumerate() {
        let first = frontier.size();
        if index != 1 {
            let origin = Digest(Sha256::digest(ORIGIN.as_bytes()).into());
            let header = SegmentHeader {
                origin,
                first_position: first,
                previous,
                frontier: frontier.nodes().to_vec(),
            };
            made.segments.push((first, header.encode()));
        }
        let mut frame = FrameBuilder::new(1, first, previous);
        for submission in group {
            let stream = parse(submission.as_bytes()).unwrap();
            let stream = stream.get("stream").and_then(|s| s.as_str()).unwrap().to_owned();
            let needle = format!("\"stream\":\"{stream}\"");
            let before = made
                .entries
                .iter()
                .filter(|entry| std::str::from_utf8(entry).unwrap().contains(&needle));
            let recorded_at = format!("2026-01-03T00:00:00.{:06}Z", made.entries.len());
            let place = Place {
                position: made.entries.len() as u64,
                previous,
                recorded_at: &recorded_at,
                revision: before.count() as u64,
            };
            let parts = Parts::new(submission.clone().into_bytes()).unwrap();
            let (entry, hash) = frame.entry(|out| parts.splice(&place, out)).unwrap();
            made.entries.push(entry.to_vec());
            frontier.push(leaf_hash(entry));
            previous = hash;
        }
        let at = made.segments.len() - 1;
        let file = &mut made.segments[at].1;
        let start = file.len();
        file.extend_from_slice(frame.finish());
        made.frames.push((at, start, file.len(), first, frontier.size() - 1));
    }
    made.root = frontier.root();
    made
}

fn note(size: u64, root: Digest) -> Witness {
    let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size, root };
    Witness { place: "checkpoint".to_owned(), note: key().sign(&checkpoint), handed_in: true }
}

fn verdict(segments: &[(u64, Vec<u8>)], witnesses: &[Witness], key: Option<&str>) -> Verdict {
    let sizes = witnesses.iter().filter_map(|w| claimed_size(&w.note)).collect();
    let mut walk = Walk::new("open", sizes);
    for (first, bytes) in segments {
        walk.segment(&format!("{first:020}.seg"), *first, bytes);
    }
    let plainly = walk.finish(witnesses, key);
    assert_eq!(with_threads(segments, witnesses, key), plainly);
    plainly
}

/// As a program reads it; the verdict must be the same.
fn with_threads(segments: &[(u64, Vec<u8>)], witnesses: &[Witness], key: Option<&str>) -> Verdict {
    let sizes = witnesses.iter().filter_map(|w| claimed_size(&w.note)).collect();
    let mut sources: Vec<Source<'_>> = segments
        .iter()
        .map(|(first, bytes)| {
            Source::from_bytes(&format!("{first:020}.seg"), Form::Segment { named: *first }, bytes)
        })
        .collect();
    let mut walk = Walk::new("open", sizes);
    walk.read(&mut sources, 2);
    walk.finish(witnesses, key)
}

fn exported(entries: &[Vec<u8>], witnesses: &[Witness]) -> Verdict {
    let sizes = witnesses.iter().filter_map(|w| claimed_size(&w.note)).collect();
    let mut walk = Walk::new("open", sizes);
    for (number, entry) in (1..).zip(entries) {
        walk.line("export.ndjson", number, entry);
    }
    walk.finish(witnesses, None)
}

fn position(verdict: &Verdict) -> u64 {
    assert_eq!(verdict.exit_code(), 3, "{verdict:?}");
    verdict.first_bad.as_ref().unwrap().position
}

#[test]
fn an_intact_log_passes_as_segments_and_as_export() {
    let made = made(&submissions());
    let note = note(6, made.root);
    let whole = verdict(&made.segments, std::slice::from_ref(&note), Some(&key().vkey()));
    assert_eq!((whole.exit_code(), whole.checked, whole.covered), (0, 6, 6), "{whole:?}");
    assert_eq!(exported(&made.entries, std::slice::from_ref(&note)).outcome, Outcome::Pass);
    // Without a checkpoint nothing tells a rewritten log from the first one.
    assert_eq!(verdict(&made.segments, &[], None).outcome, Outcome::CannotTell);
}

#[test]
fn every_changed_byte_of_every_segment_is_found_and_located() {
    let made = made(&submissions());
    let mut segments = made.segments.clone();
    for index in 0..segments.len() {
        for at in 0..segments[index].1.len() {
            for flip in [0x01, 0x80] {
                segments[index].1[at] ^= flip;
                let found = verdict(&segments, &[], None);
                segments[index].1[at] ^= flip;
                let bad = position(&found);
                let inside = made.frames.iter().find(|f| f.0 == index && f.1 <= at && at < f.2);
                let (first, last) = match inside {
                    Some(&(_, _, _, first, last)) => (first, last),
                    None => (segments[index].0, segments[index].0),
                };
                assert!((first..=last).contains(&bad), "segment {index} byte {at}: {found:?}");
            }
        }
    }
}

#[test]
fn every_changed_byte_of_an_export_is_found() {
    let made = made(&submissions());
    let note = [note(6, made.root)];
    let mut entries = made.entries.clone();
    for index in 0..entries.len() {
        for at in 0..entries[index].len() {
            entries[index][at] ^= 1;
            let witnesses = if index + 1 == entries.len() { &note[..] } else { &[] };
            let found = exported(&entries, witnesses);
            entries[index][at] ^= 1;
            let bad = position(&found);
            // A change that keeps the entry well formed shows in the link after
            // it, and in the last entry in the signed root.
            assert!(bad == index as u64 || bad == index as u64 + 1, "{index} byte {at}: {found:?}");
        }
    }
}

#[test]
fn dropped_swapped_and_doubled_entries_are_found() {
    let made = made(&submissions());
    let note = [note(6, made.root)];
    for index in 0..made.entries.len() - 1 {
        let mut dropped = made.entries.clone();
        dropped.remove(index);
        assert_eq!(position(&exported(&dropped, &note)), index as u64);
        let mut swapped = made.entries.clone();
        swapped.swap(index, index + 1);
        assert_eq!(position(&exported(&swapped, &note)), index as u64);
        let mut doubled = made.entries.clone();
        doubled.insert(index + 1, doubled[index].clone());
        assert_eq!(position(&exported(&doubled, &note)), index as u64 + 1);
    }
    let swapped: Vec<_> = made.segments.iter().rev().cloned().collect();
    assert_eq!(position(&verdict(&swapped, &note, None)), 0);
    assert_eq!(position(&verdict(&made.segments[1..], &note, None)), 0);
}

#[test]
fn a_log_made_anew_is_found_by_its_checkpoint() {
    let first = made(&submissions());
    let mut altered = submissions();
    altered[3] = altered[3].replace("\"n\":3", "\"n\":4");
    let second = made(&altered);
    assert_ne!(entry_hash(&first.entries[3]), entry_hash(&second.entries[3]));
    // By itself the new chain is whole; the signed root tells.
    assert_eq!(verdict(&second.segments, &[note(6, second.root)], None).exit_code(), 0);
    let found = verdict(&second.segments, &[note(6, first.root)], None);
    assert_eq!(found.exit_code(), 3, "{found:?}");
}

#[test]
fn a_cut_tail_is_found_by_its_checkpoint() {
    let made = made(&submissions());
    let note = [note(6, made.root)];
    let &(at, start, end, first, _) = made.frames.last().unwrap();
    for cut in start..end {
        let mut segments = made.segments.clone();
        segments[at].1.truncate(cut);
        assert_eq!(position(&verdict(&segments, &note, None)), first, "cut at {cut}");
    }
}

#[test]
fn a_wrong_key_proves_nothing_and_a_wrong_origin_is_refused() {
    let made = made(&submissions());
    let own = [note(6, made.root)];
    let stranger = SigningKey::from_seed(ORIGIN, [8; 32]);
    let found = verdict(&made.segments, &own, Some(&stranger.vkey()));
    assert_eq!((found.exit_code(), found.doubts().len()), (4, 1), "{found:?}");
    let elsewhere = SigningKey::from_seed("plumbline.example/2/open", [7; 32]);
    let found = verdict(&made.segments, &own, Some(&elsewhere.vkey()));
    assert_eq!(found.exit_code(), 4, "{found:?}");
    let root = made.root;
    let checkpoint = Checkpoint { origin: "plumbline.example/2/open".to_owned(), size: 6, root };
    let note = elsewhere.sign(&checkpoint);
    let foreign = Witness { place: "given".to_owned(), note, handed_in: true };
    assert_eq!(position(&verdict(&made.segments, &[foreign], Some(&elsewhere.vkey()))), 0);
}

#[test]
fn a_segment_of_another_log_is_found() {
    let made = made(&submissions());
    let mut segments = made.segments.clone();
    let mut header = SegmentHeader::decode(&segments[0].1).unwrap();
    header.origin = Digest([1; 32]);
    segments[0].1.splice(..4096, header.encode());
    assert_eq!(position(&verdict(&segments, &[note(6, made.root)], None)), 0);
}

#[test]
fn a_wrong_file_from_elsewhere_proves_nothing_and_one_kept_with_the_log_does() {
    let made = made(&submissions());
    let own = note(6, made.root);
    let stranger = SigningKey::from_seed("plumbline.example/2/open", [7; 32]);
    let origin = "plumbline.example/2/open".to_owned();
    let other = stranger.sign(&Checkpoint { origin, size: 6, root: made.root });
    for text in ["", "hello\n", other.as_str()] {
        let given = |handed_in| {
            let wrong = Witness { place: "given".to_owned(), note: text.to_owned(), handed_in };
            verdict(&made.segments, &[own.clone(), wrong], None)
        };
        let found = given(true);
        assert_eq!((found.exit_code(), found.doubts().len()), (4, 1), "{text}: {found:?}");
        assert_eq!((found.covered, found.first_bad), (6, None));
        assert_eq!(given(false).exit_code(), 3, "{text}");
    }
}

#[test]
fn a_segment_of_a_later_format_is_not_taken_for_damage() {
    let made = made(&submissions());
    let own = [note(6, made.root)];
    let mut segments = made.segments.clone();
    let bytes = &mut segments[1].1;
    bytes[9] = 2;
    // A damaged version is damage: only its digest makes it a later format.
    assert_eq!(verdict(&segments, &own, None).exit_code(), 3);
    let bytes = &mut segments[1].1;
    let digest = entry_hash(&bytes[..4064]);
    bytes[4064..4096].copy_from_slice(&digest.0);
    let found = verdict(&segments, &own, None);
    assert_eq!((found.exit_code(), found.unread.len()), (4, 1), "{found:?}");
    assert_eq!((found.checked, found.first_bad), (segments[1].0, None));
}
