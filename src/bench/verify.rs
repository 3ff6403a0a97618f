//! Full verification, against hashing the same bytes on one core.

use super::{event, median};
use plumbline_replay::integrity::chain::{Digest, entry_hash};
use plumbline_replay::integrity::entry::{Parts, Place};
use plumbline_replay::integrity::frame::{FrameBuilder, SegmentHeader};
use plumbline_replay::integrity::tree::{Frontier, leaf_hash};
use plumbline_replay::walk::Walk;
use serde_json::{Value, json};
use std::hint::black_box;
use std::time::Instant;

const ENTRIES: u64 = 50_000;
const GROUP: u64 = 256;

/// Verifies a segment in memory `rounds` times.
pub fn run(rounds: usize) -> Value {
    let (segment, entries) = segment();
    let bytes: usize = entries.iter().map(Vec::len).sum();
    let (mut hashing, mut walking) = (Vec::new(), Vec::new());
    let mut checked = 0;
    for _ in 0..rounds {
        let start = Instant::now();
        let mut frontier = Frontier::new();
        for entry in &entries {
            black_box(entry_hash(entry));
            frontier.push(leaf_hash(entry));
        }
        black_box(frontier.root());
        hashing.push(ENTRIES as f64 / start.elapsed().as_secs_f64());
        let start = Instant::now();
        let mut walk = Walk::new("open", Vec::new());
        walk.segment("memory", 0, &segment);
        checked = walk.finish(&[], None).checked;
        walking.push(ENTRIES as f64 / start.elapsed().as_secs_f64());
    }
    let (hashing, walking) = (median(hashing), median(walking));
    json!({
        "schema": "plumbline.bench.verify/1",
        "rounds": rounds,
        "entries": checked,
        "entry_bytes": bytes as u64 / ENTRIES,
        "entries_per_second": {"hashing": hashing as u64, "verify": walking as u64},
        "to_hashing": (walking / hashing * 1000.0).round() / 1000.0,
    })
}

/// One segment of stage events, and its entries.
fn segment() -> (Vec<u8>, Vec<Vec<u8>>) {
    let header = SegmentHeader {
        origin: Digest::ZERO,
        first_position: 0,
        previous: Digest::ZERO,
        frontier: Vec::new(),
    };
    let mut bytes = header.encode();
    let mut entries = Vec::new();
    let mut previous = Digest::ZERO;
    let mut frame = FrameBuilder::new(1, 0, previous);
    for position in 0..ENTRIES {
        let json = if position == 0 { created() } else { event(position - 1 + 15).to_bytes() };
        let parts = Parts::new(json).expect("a benchmark event is an object");
        let recorded_at = format!("2026-03-05T08:20:{:02}.{:06}Z", position / 1_000_000, position);
        let revision = if position == 0 { 0 } else { (position - 1) % 15 };
        let place = Place { position, previous, recorded_at: &recorded_at, revision };
        let made = frame.entry(|out| parts.splice(&place, out));
        let (entry, hash) = made.expect("a benchmark event is short");
        entries.push(entry.to_vec());
        previous = hash;
        if (position + 1) % GROUP == 0 || position + 1 == ENTRIES {
            bytes.extend_from_slice(frame.finish());
            frame.restart(position + 1, previous);
        }
    }
    (bytes, entries)
}

fn created() -> Vec<u8> {
    br#"{"body":{"checkpoint_key":"k","origin":"bench.example/open"},"id":"0","occurred_at":"2026-03-05T08:20:00Z","precision":"minute","source":{"system":"plumbline"},"stream":"ledger/open","type":"ledger.created.v1"}"#
        .to_vec()
}
