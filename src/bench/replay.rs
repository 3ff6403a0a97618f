//! Replay into case states, against typed JSON decoding of the same bytes on as
//! many cores.

use super::cases::{Typed, entries};
use super::{median, rounded};
use plumbline_replay::integrity::chain::entry_hash;
use plumbline_replay::integrity::tree::leaf_hash;
use plumbline_replay::state::Moment;
use plumbline_replay::state::replay::replay;
use serde_json::{Value, json};
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

const ENTRIES: u64 = 200_000;
/// Entries that a thread takes at once.
const BLOCK: usize = 1_024;

/// Replays entries in memory `rounds` times, the two candidates in turn.
///
/// # Panics
///
/// If an entry made here does not read: the measurement would mean nothing.
pub fn run(rounds: usize) -> Value {
    let entries = entries(ENTRIES);
    let bytes: usize = entries.iter().map(Vec::len).sum();
    let blocks: Vec<Vec<&[u8]>> =
        entries.chunks(BLOCK).map(|block| block.iter().map(Vec::as_slice).collect()).collect();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let (mut decoding, mut replaying, mut hashing) = (Vec::new(), Vec::new(), Vec::new());
    let mut cases = 0;
    for _ in 0..rounds {
        let start = Instant::now();
        each(&blocks, threads, |entry| {
            let typed: Typed<'_> = serde_json::from_slice(entry).expect("an act decodes");
            black_box(typed);
        });
        decoding.push(rate(start));
        let start = Instant::now();
        let states = replay(&blocks, Moment::LATEST, threads).expect("an act is an event");
        replaying.push(rate(start));
        cases = states.len();
        drop(states);
        let start = Instant::now();
        each(&blocks, threads, |entry| {
            black_box((entry_hash(entry), leaf_hash(entry)));
        });
        hashing.push(rate(start));
    }
    let [decoding, replaying, hashing] = [decoding, replaying, hashing].map(median);
    json!({
        "schema": "plumbline.bench.replay/1",
        "rounds": rounds,
        "threads": threads,
        "entries": ENTRIES,
        "entry_bytes": bytes as u64 / ENTRIES,
        "cases": cases,
        "entries_per_second": {
            "decoding": decoding as u64,
            "replay": replaying as u64,
            "hashing": hashing as u64,
        },
        "to_decoding": rounded(replaying / decoding),
    })
}

fn rate(start: Instant) -> f64 {
    ENTRIES as f64 / start.elapsed().as_secs_f64()
}

/// Calls `work` with every entry, blocks taken by threads as they come.
fn each(blocks: &[Vec<&[u8]>], threads: usize, work: impl Fn(&[u8]) + Sync) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(block) = blocks.get(next.fetch_add(1, Ordering::Relaxed)) {
                    block.iter().for_each(|entry| work(entry));
                }
            });
        }
    });
}
