//! Full verification, against hashing the same bytes on as many cores.
//!
//! The floor hashes entries that lie in memory, both ways, and builds the tree.
//! Verification reads segment files (from the page cache) and checks everything.

use super::{event, median};
use plumbline_replay::integrity::chain::{Digest, entry_hash};
use plumbline_replay::integrity::entry::{Parts, Place};
use plumbline_replay::integrity::frame::{FrameBuilder, SegmentHeader};
use plumbline_replay::integrity::tree::{Frontier, Range, leaf_hash};
use plumbline_replay::walk::{Form, Input, Source, Walk};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::hint::black_box;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

const ENTRIES: u64 = 150_000;
const SEGMENTS: u64 = 3;
const GROUP: u64 = 256;
const ORIGIN: &str = "bench.example/open";

/// A log in segment files, and its entries in memory.
struct Made {
    /// First positions and paths.
    segments: Vec<(u64, PathBuf)>,
    entries: Vec<Vec<u8>>,
}

/// Verifies a log `rounds` times, with its files in an empty folder.
pub fn run(dir: &Path, rounds: usize) -> io::Result<Value> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let made = make(dir)?;
    let bytes: usize = made.entries.iter().map(Vec::len).sum();
    let (mut hashing, mut walking) = (Vec::new(), Vec::new());
    let mut checked = 0;
    for _ in 0..rounds {
        let start = Instant::now();
        hash(&made.entries, threads);
        hashing.push(ENTRIES as f64 / start.elapsed().as_secs_f64());
        let start = Instant::now();
        checked = verify(&made.segments, threads);
        walking.push(ENTRIES as f64 / start.elapsed().as_secs_f64());
    }
    let (hashing, walking) = (median(hashing), median(walking));
    Ok(json!({
        "schema": "plumbline.bench.verify/1",
        "rounds": rounds,
        "threads": threads,
        "entries": checked,
        "entry_bytes": bytes as u64 / ENTRIES,
        "entries_per_second": {"hashing": hashing as u64, "verify": walking as u64},
        "to_hashing": (walking / hashing * 1000.0).round() / 1000.0,
    }))
}

fn hash(entries: &[Vec<u8>], threads: usize) {
    let share = entries.len().div_ceil(threads);
    let mut tree = Frontier::new();
    std::thread::scope(|scope| {
        let shares: Vec<_> = entries
            .chunks(share)
            .enumerate()
            .map(|(index, entries)| {
                scope.spawn(move || {
                    let mut range = Range::new((index * share) as u64);
                    for entry in entries {
                        black_box(entry_hash(entry));
                        range.push(leaf_hash(entry));
                    }
                    range
                })
            })
            .collect();
        for range in shares {
            tree.join(&range.join().expect("hashing does not panic"));
        }
    });
    black_box(tree.root());
}

fn verify(segments: &[(u64, PathBuf)], threads: usize) -> u64 {
    let mut sources: Vec<Source<'_>> = segments
        .iter()
        .map(|(named, path)| Source {
            place: path.display().to_string(),
            form: Form::Segment { named: *named },
            open: Box::new(move || Ok(Box::new(File::open(path)?) as Box<dyn Input>)),
        })
        .collect();
    let mut walk = Walk::new("open", Vec::new());
    walk.read(&mut sources, threads);
    walk.finish(&[], None).checked
}

/// A log of stage events.
fn make(dir: &Path) -> io::Result<Made> {
    let mut made = Made { segments: Vec::new(), entries: Vec::new() };
    let mut tree = Frontier::new();
    let mut previous = Digest::ZERO;
    let share = ENTRIES / SEGMENTS;
    for segment in 0..SEGMENTS {
        let first = segment * share;
        let header = SegmentHeader {
            origin: Digest(Sha256::digest(ORIGIN.as_bytes()).into()),
            first_position: first,
            previous,
            frontier: tree.nodes().to_vec(),
        };
        let mut bytes = header.encode();
        let mut frame = FrameBuilder::new(1, first, previous);
        for position in first..first + share {
            let json = if position == 0 { created() } else { event(position + 14).to_bytes() };
            let parts = Parts::new(json).expect("a benchmark event is an object");
            let recorded_at = format!("2026-03-05T08:20:00.{position:06}Z");
            let revision = if position == 0 { 0 } else { (position - 1) % 15 };
            let place = Place { position, previous, recorded_at: &recorded_at, revision };
            let made_entry = frame.entry(|out| parts.splice(&place, out));
            let (entry, hash) = made_entry.expect("a benchmark event is short");
            tree.push(leaf_hash(entry));
            made.entries.push(entry.to_vec());
            previous = hash;
            if (position + 1) % GROUP == 0 || position + 1 == first + share {
                bytes.extend_from_slice(frame.finish());
                frame.restart(position + 1, previous);
            }
        }
        let path = dir.join(format!("{first:020}.seg"));
        std::fs::write(&path, &bytes)?;
        made.segments.push((first, path));
    }
    Ok(made)
}

fn created() -> Vec<u8> {
    format!(
        r#"{{"body":{{"checkpoint_key":"k","origin":"{ORIGIN}"}},"id":"0","occurred_at":"2026-03-05T08:20:00Z","precision":"minute","source":{{"system":"plumbline"}},"stream":"ledger/open","type":"ledger.created.v1"}}"#
    )
    .into_bytes()
}
