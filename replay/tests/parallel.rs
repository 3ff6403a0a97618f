//! Reading with threads against reading entry after entry: the same verdict, for
//! any number of threads, on logs that are intact and on logs with several
//! damages at once.

use plumbline_replay::integrity::chain::Digest;
use plumbline_replay::integrity::entry::{Parts, Place};
use plumbline_replay::integrity::frame::{FrameBuilder, SegmentHeader};
use plumbline_replay::integrity::tree::{Frontier, leaf_hash};
use plumbline_replay::walk::{Form, Input, Source, Verdict, Walk};
use sha2::{Digest as _, Sha256};
use std::io::{Read, Seek, SeekFrom};

const ORIGIN: &str = "plumbline.example/1/open";
const SIZES: [u64; 4] = [1, 900, 2_000, 5_999];

type Segments = Vec<(u64, Vec<u8>)>;

fn submission(position: u64) -> Vec<u8> {
    if position == 0 {
        return format!(
            r#"{{"body":{{"checkpoint_key":"k","origin":"{ORIGIN}"}},"id":"0","occurred_at":"2026-01-01T00:00:00Z","precision":"minute","source":{{"system":"p"}},"stream":"ledger/open","type":"ledger.created.v1"}}"#
        )
        .into_bytes();
    }
    let pad = "准绳 ".repeat(60 + (position % 7) as usize);
    // Some with escapes, which no shape holds, and some of rare shapes.
    let text = if position.is_multiple_of(11) { format!("{pad}\\n\\\"") } else { pad };
    let extra =
        if position.is_multiple_of(97) { format!(",\"r{position}\":null") } else { String::new() };
    format!(
        r#"{{"body":{{"n":{position}{extra},"text":"{text}"}},"id":"e-{position}","occurred_at":"2026-01-02T09:00:00+08:00","precision":"minute","source":{{"system":"s"}},"stream":"case/{}","type":"approval.case.filed.v1"}}"#,
        position % 500
    )
    .into_bytes()
}

/// Two segments of about 2.5 MiB, frames of changing sizes.
fn made() -> Segments {
    let mut segments: Segments = Vec::new();
    let mut tree = Frontier::new();
    let mut previous = Digest::ZERO;
    let mut frame = FrameBuilder::new(1, 0, previous);
    let mut revisions = std::collections::BTreeMap::new();
    for position in 0..6_000u64 {
        if position % 3_000 == 0 {
            let header = SegmentHeader {
                origin: Digest(Sha256::digest(ORIGIN.as_bytes()).into()),
                first_position: position,
                previous,
                frontier: tree.nodes().to_vec(),
            };
            segments.push((position, header.encode()));
        }
        let stream = if position == 0 { 1_000 } else { position % 500 };
        let revision = revisions.entry(stream).or_insert(0);
        let recorded_at = format!("2026-01-03T00:00:00.{position:06}Z");
        let place = Place { position, previous, recorded_at: &recorded_at, revision: *revision };
        *revision += 1;
        let parts = Parts::new(submission(position)).unwrap();
        let (entry, hash) = frame.entry(|out| parts.splice(&place, out)).unwrap();
        tree.push(leaf_hash(entry));
        previous = hash;
        if frame.count() as u64 > position % 90 || (position + 1) % 3_000 == 0 {
            segments.last_mut().unwrap().1.extend_from_slice(frame.finish());
            frame.restart(position + 1, previous);
        }
    }
    segments
}

fn place(named: u64) -> String {
    format!("{named:020}.seg")
}

fn plainly(segments: &Segments) -> Verdict {
    let mut walk = Walk::new("open", SIZES.to_vec());
    for (named, bytes) in segments {
        walk.segment(&place(*named), *named, bytes);
    }
    walk.finish(&[], None)
}

fn with_threads(segments: &Segments, threads: usize) -> Verdict {
    let mut sources: Vec<Source<'_>> = segments
        .iter()
        .map(|(named, bytes)| {
            Source::from_bytes(&place(*named), Form::Segment { named: *named }, bytes)
        })
        .collect();
    let mut walk = Walk::new("open", SIZES.to_vec());
    walk.read(&mut sources, threads);
    walk.finish(&[], None)
}

/// A sequence that looks random and is the same in every run.
fn numbers() -> impl FnMut(usize) -> usize {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    move |below| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    }
}

#[test]
fn an_intact_log_is_the_same_for_one_to_eight_threads() {
    let segments = made();
    assert!(segments.iter().all(|(_, bytes)| bytes.len() > 2 << 20), "several pieces each");
    let expected = plainly(&segments);
    assert_eq!((expected.checked, &expected.first_bad), (6_000, &None));
    for threads in 1..=8 {
        assert_eq!(with_threads(&segments, threads), expected, "{threads} threads");
    }
}

#[test]
fn damages_are_the_same_for_any_number_of_threads() {
    let intact = made();
    let mut below = numbers();
    for round in 0..24 {
        let mut segments = intact.clone();
        // One to three damages of several kinds.
        for _ in 0..1 + round % 3 {
            let which = below(segments.len());
            let bytes = &mut segments[which].1;
            let at = below(bytes.len());
            match below(6) {
                0 | 1 => bytes[at] ^= 1 << below(8),
                2 => bytes[at..].fill(0),
                3 => bytes.truncate(at),
                4 => {
                    let end = (at + 512).min(bytes.len());
                    bytes[at..end].fill(0);
                }
                _ => bytes.extend_from_slice(&[0; 70_000]),
            }
        }
        let expected = plainly(&segments);
        for threads in [1, 2, 3, 8] {
            assert_eq!(with_threads(&segments, threads), expected, "round {round}");
        }
    }
}

#[test]
fn missing_swapped_and_torn_segments_are_the_same() {
    let intact = made();
    let mut torn = intact.clone();
    let cut = torn[1].1.len() - 700;
    torn[1].1[cut..].fill(0);
    torn[1].1.extend_from_slice(&[0; 4096]);
    let swapped = vec![intact[1].clone(), intact[0].clone()];
    let doubled = vec![intact[0].clone(), intact[0].clone(), intact[1].clone()];
    let mut torn_first = torn.clone();
    let first_cut = intact[0].1.len() - 700;
    torn_first[0] = (0, [&intact[0].1[..first_cut], &[0; 8192]].concat());
    let zeros = |count: usize| {
        let mut segments = intact.clone();
        let end = segments[0].1.len() + count;
        segments[0].1.resize(end, 0);
        segments
    };
    let blank = plainly(&zeros(1)).first_bad.unwrap();
    assert!(blank.reason.contains("zeros"), "{blank:?}");
    assert_eq!(blank.position, intact[1].0);
    for segments in [
        torn,
        swapped,
        doubled,
        torn_first,
        zeros(1),
        zeros(100),
        zeros(3 << 20),
        intact[..1].to_vec(),
        intact[1..].to_vec(),
    ] {
        let expected = plainly(&segments);
        for threads in [1, 4] {
            assert_eq!(with_threads(&segments, threads), expected);
        }
    }
}

#[test]
fn revisions_and_times_are_compared_across_pieces() {
    // A log of one entry a segment piece apart: stream 7 skips a revision, or
    // time stands still, where only the joining can see it.
    for (what, from, to) in [
        ("revision", "\"revision\":5", "\"revision\":6"),
        ("recorded_at", "00:00:00.002507Z", "00:00:00.001000Z"),
    ] {
        let mut segments = made();
        let bytes = std::mem::take(&mut segments[0].1);
        let entry = b"\"position\":2507,";
        let at = bytes.windows(entry.len()).position(|found| found == entry).unwrap();
        let tail = String::from_utf8_lossy(&bytes[at..at + 400]).into_owned();
        assert!(tail.contains(from), "{tail}");
        let found = bytes[at..].windows(from.len()).position(|f| f == from.as_bytes()).unwrap();
        let mut changed = bytes.clone();
        changed[at + found..at + found + to.len()].copy_from_slice(to.as_bytes());
        segments[0].1 = changed;
        // As an export, where no frame's digest gives the change away first.
        let lines = exported(&segments, 2_508);
        let mut plain = Walk::new("open", vec![]);
        for (number, line) in (1..).zip(lines.split(|byte| *byte == b'\n')) {
            plain.line("export", number, line);
        }
        let expected = plain.finish(&[], None);
        assert!(expected.first_bad.as_ref().unwrap().reason.contains(what), "{expected:?}");
        for threads in [1, 3] {
            let mut walk = Walk::new("open", vec![]);
            walk.read(&mut [Source::from_bytes("export", Form::Lines, &lines)], threads);
            assert_eq!(walk.finish(&[], None), expected);
        }
    }
}

/// The first entries of a log as lines, whatever their digests say.
fn exported(segments: &Segments, count: usize) -> Vec<u8> {
    let mut lines: Vec<&[u8]> = Vec::new();
    for (_, bytes) in segments {
        let mut rest = &bytes[4096..];
        while rest.len() > 96 && lines.len() < count {
            let word = |at: usize| u32::from_be_bytes(*rest[at..].first_chunk::<4>().unwrap());
            let mut entries = &rest[96..96 + word(56) as usize];
            while let Some((length, after)) = entries.split_first_chunk::<2>() {
                let (entry, after) = after.split_at(usize::from(u16::from_be_bytes(*length)));
                lines.push(entry);
                entries = after;
            }
            rest = &rest[96 + word(56) as usize + word(60) as usize + 32..];
        }
    }
    lines.truncate(count);
    lines.join(&b'\n')
}

/// Gives an error from some byte on.
struct Failing<'a> {
    bytes: &'a [u8],
    at: u64,
    fails_at: u64,
}

impl Read for Failing<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if self.at >= self.fails_at {
            return Err(std::io::Error::other("a bad sector"));
        }
        let end = self.fails_at.min(self.at + out.len() as u64) as usize;
        let count = self.bytes[self.at as usize..end].len();
        out[..count].copy_from_slice(&self.bytes[self.at as usize..end]);
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Failing<'_> {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        if let SeekFrom::Start(at) = to {
            self.at = at;
        }
        Ok(self.at)
    }
}

#[test]
fn what_cannot_be_read_is_neither_pass_nor_fail() {
    let segments = made();
    let bytes = &segments[0].1;
    for fails_at in [0, 4096, bytes.len() as u64 / 2] {
        let open = move || Ok(Box::new(Failing { bytes, at: 0, fails_at }) as Box<dyn Input>);
        let source = Source {
            place: "a".to_owned(),
            form: Form::Segment { named: 0 },
            open: Box::new(open),
        };
        let mut walk = Walk::new("open", vec![]);
        walk.read(&mut [source], 2);
        let verdict = walk.finish(&[], None);
        assert_eq!(verdict.exit_code(), 4, "{verdict:?}");
        assert!(verdict.unread[0].contains("a bad sector"), "{verdict:?}");
    }
}
