//! Judging a city with all rules, against typed JSON decoding of the same bytes on
//! as many cores, and a report against its whole making.

use super::append::BenchError;
use super::{median, rounded};
use crate::config::Layout;
use crate::demo::{Options, tell};
use crate::judging::{Extent, Loaded};
use crate::ledger::read_config;
use plumbline_replay::rules::judge;
use plumbline_replay::state::replay::{Entries, replay};
use plumbline_replay::time::civil::Zone;
use serde::Deserialize;
use serde_json::{Value, json};
use std::borrow::Cow;
use std::hint::black_box;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

const CASES: u32 = 4_000;
const SEED: u64 = 42;

/// An entry as a reader without this program would decode it.
#[derive(Deserialize)]
#[expect(dead_code, reason = "decoded to be measured")]
struct Typed<'a> {
    v: u32,
    position: u64,
    #[serde(borrow)]
    previous: Cow<'a, str>,
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    stream: Cow<'a, str>,
    revision: u64,
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    occurred_at: Cow<'a, str>,
    #[serde(borrow)]
    precision: Cow<'a, str>,
    #[serde(borrow)]
    recorded_at: Cow<'a, str>,
    source: Option<Value>,
    actor: Option<Value>,
    recorder: Option<Value>,
    item: Option<Value>,
    venue: Option<Value>,
    parties: Option<Vec<Value>>,
    body: Option<Value>,
}

/// Tells a city and judges it `rounds` times, decoding and replaying in turn.
pub fn run(dir: &Path, rounds: usize) -> Result<Value, BenchError> {
    let root = dir.join("city");
    let told = tell(&root, Options::lawful(SEED, CASES), &mut |_, _| {});
    let (ledger, _) = told.map_err(|error| BenchError::NotRecorded(error.to_string()))?;
    ledger.close();
    let layout = Layout::new(&root);
    let config = read_config(&layout)?;
    let loaded = Loaded::read(&layout, &config, Extent::WHOLE)?;
    let entries = loaded.blocks.iter().flat_map(Entries::entries).count() as f64;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let ask = loaded.ask(loaded.moment(None, None), Zone::SHANGHAI, threads);
    let failed = |error: &dyn std::fmt::Display| BenchError::NotRecorded(error.to_string());
    let (mut decoding, mut replaying, mut judging) = (Vec::new(), Vec::new(), Vec::new());
    let mut findings = 0;
    for _ in 0..rounds {
        let start = Instant::now();
        each(&loaded.blocks, threads, |entry| {
            let typed: Result<Typed<'_>, _> = serde_json::from_slice(entry);
            black_box(typed.is_ok());
        });
        decoding.push(entries / start.elapsed().as_secs_f64());
        let start = Instant::now();
        let states = replay(&loaded.blocks, ask.moment, threads).map_err(|error| failed(&error))?;
        replaying.push(entries / start.elapsed().as_secs_f64());
        drop(states);
        let start = Instant::now();
        let judged = judge(&loaded.blocks, ask).map_err(|error| failed(&error))?;
        judging.push(entries / start.elapsed().as_secs_f64());
        findings = judged.findings.len();
    }
    let [decoding, replaying, judging] = [decoding, replaying, judging].map(median);
    Ok(json!({
        "schema": "plumbline.bench.judging/1",
        "rounds": rounds,
        "threads": threads,
        "entries": entries as u64,
        "findings": findings,
        "entries_per_second": {
            "decoding": decoding as u64, "replay": replaying as u64, "judging": judging as u64,
        },
        "replay_to_decoding": rounded(replaying / decoding),
        // A quarter of decoding is what is asked for: replay's half, within a factor of two.
        "judging_to_decoding": rounded(judging / decoding),
    }))
}

/// Calls `work` with every entry, blocks taken by threads as they come.
fn each<B: Entries>(blocks: &[B], threads: usize, work: impl Fn(&[u8]) + Sync) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(block) = blocks.get(next.fetch_add(1, Ordering::Relaxed)) {
                    block.entries().for_each(&work);
                }
            });
        }
    });
}
