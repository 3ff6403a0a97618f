//! Read models on disk, against hashing the same bytes on one core; and what
//! everything derived weighs beside the log.

use super::append::BenchError;
use super::cases::act;
use super::{median, rounded};
use crate::config::{Config, Layout};
use crate::following::{place, sources};
use crate::ledger::submission::Submission;
use crate::ledger::{LogName, Surroundings, create};
use crate::projection::{Models, PROJECTIONS};
use crate::store::Store;
use plumbline_replay::integrity::chain::entry_hash;
use plumbline_replay::integrity::tree::{Frontier, leaf_hash};
use serde_json::{Value, json};
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

const GROUP: u64 = 4_096;
const READ_BYTES: usize = 4 << 20;

/// Folds `entries` acts into all read models `rounds` times, each time anew.
pub fn run(
    dir: &Path,
    rounds: usize,
    entries: u64,
    given: Surroundings,
) -> Result<Value, BenchError> {
    let root = dir.join("ledger");
    let config = Config::new("bench.example".to_owned(), "Asia/Shanghai".to_owned());
    let ledger = create(&root, &config, given)?;
    for first in (0..entries).step_by(GROUP as usize) {
        let group = first..(first + GROUP).min(entries);
        for answer in ledger.append(group.map(act).map(Submission::new).collect()) {
            answer.map_err(|error| BenchError::NotRecorded(error.to_string()))?;
        }
    }
    ledger.close();
    let layout = Layout::new(&root);
    let (store, sources) = sources(&layout, &config, LogName::Open)?;
    let size = store.size()?;
    let names = PROJECTIONS.map(|definition| definition.name);
    let (mut hashing, mut folding) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let start = Instant::now();
        hash(store.as_ref(), size)?;
        hashing.push(size as f64 / start.elapsed().as_secs_f64());
        match std::fs::remove_dir_all(layout.models(LogName::Open)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        let start = Instant::now();
        let mut models = Models::open(&place(&layout, LogName::Open), sources.clone(), &names)?;
        models.follow(size, &mut |_| true)?;
        folding.push(size as f64 / start.elapsed().as_secs_f64());
    }
    let log: u64 = store.segments()?.iter().map(|segment| segment.bytes).sum();
    let lookup = folder_bytes(&layout.lookup(LogName::Open))?;
    let models = folder_bytes(&layout.models(LogName::Open))?;
    let (hashing, folding) = (median(hashing), median(folding));
    Ok(json!({
        "schema": "plumbline.bench.models/1",
        "rounds": rounds,
        "entries": size,
        "entries_per_second": {"hashing": hashing as u64, "models": folding as u64},
        // 100,000 of 700,000 is what is asked for: 0.143.
        "to_hashing": rounded(folding / hashing),
        "bytes": {"log": log, "lookup": lookup, "models": models},
        "derived_to_log": rounded((lookup + models) as f64 / log as f64),
    }))
}

/// Reads and hashes both ways, on one core.
fn hash(store: &dyn Store, size: u64) -> Result<(), BenchError> {
    let mut frontier = Frontier::new();
    let mut next = 0;
    while next < size {
        for block in store.read(next, READ_BYTES)? {
            for (_, _, entry) in block.entries() {
                black_box(entry_hash(entry));
                frontier.push(leaf_hash(entry));
            }
            next = block.first_position + u64::from(block.count);
        }
    }
    black_box(frontier.root());
    Ok(())
}

/// Bytes that the files of a folder take on disk.
fn folder_bytes(folder: &Path) -> Result<u64, BenchError> {
    use std::os::unix::fs::MetadataExt;
    let mut bytes = 0;
    // A lookup that fits in memory has no files yet.
    if !folder.exists() {
        return Ok(bytes);
    }
    for item in std::fs::read_dir(folder)? {
        let item = item?;
        let metadata = item.metadata()?;
        bytes += match metadata.is_dir() {
            true => folder_bytes(&item.path())?,
            false => metadata.blocks() * 512,
        };
    }
    Ok(bytes)
}
