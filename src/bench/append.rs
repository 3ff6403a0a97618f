//! Durable appending, against a raw file, against a bare loop, and against itself
//! without the lookup following.

use super::{event, median, rounded};
use crate::config::Config;
use crate::ledger::checkpoints::SignError;
use crate::ledger::submission::Draft;
use crate::ledger::{Ledger, LogName, OpenError, Surroundings, create};
use crate::projection::ModelError;
use crate::store::StoreError;
use plumbline_replay::integrity::chain::{Digest, entry_hash};
use plumbline_replay::integrity::entry::{Parts, Place};
use plumbline_replay::integrity::json::{Json, parse};
use plumbline_replay::integrity::tree::{Frontier, leaf_hash};
use serde_json::{Value, json};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::Instant;

/// Events in one request, with the requests of a round.
const GROUPS: [(usize, usize); 3] = [(1, 200), (256, 20), (4096, 5)];
/// Bytes of an entry in the raw candidates' files, for preallocation.
const ENTRY_BYTES: usize = 800;

/// Why a measurement could not be made.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Model(#[from] ModelError),
    #[error(transparent)]
    Sign(#[from] SignError),
    #[error("一个事件未入账 / an event was not recorded: {0}")]
    NotRecorded(String),
    /// Fewer than this many entries hold no whole case.
    #[error("--entries 至少 {0}:再少就没有一件完整的案件 / at least {0}: fewer hold no whole case")]
    TooFew(u64),
}

/// Runs every group size `rounds` times in an empty folder.
pub fn run(dir: &Path, rounds: usize, given: Surroundings) -> Result<Value, BenchError> {
    let config = Config::new("bench.example".to_owned(), "Asia/Shanghai".to_owned());
    let ledger = create(&dir.join("ledger"), &config, given)?;
    let mut groups = Vec::new();
    let mut number = 0;
    for (group, requests) in GROUPS {
        let (mut raw, mut floor) = (Vec::new(), Vec::new());
        let (mut alone, mut ours, mut followed) = (Vec::new(), Vec::new(), Vec::new());
        let events = (group * requests) as f64;
        for _ in 0..rounds {
            let texts = made(&mut number, group, requests);
            let batches = read(&texts)?;
            let stored: Vec<_> = texts.iter().map(|request| request.concat()).collect();
            raw.push(events / raw_file(&dir.join("raw"), &stored)?);
            floor.push(events / bare_loop(&dir.join("floor"), &batches)?);
            drop(stored);
            let start = Instant::now();
            ours.push(events / through_the_ledger(&ledger, batches)?);
            // The rate that can be kept up: until the lookup has come to the end.
            ledger.lookup(LogName::Open).follow(u64::MAX)?;
            followed.push(events / start.elapsed().as_secs_f64());
            let texts = made(&mut number, group, requests);
            let batches = read(&texts)?;
            let lookup = ledger.lookup(LogName::Open);
            let held = lookup.hold();
            alone.push(events / through_the_ledger(&ledger, batches)?);
            drop(held);
            lookup.follow(u64::MAX)?;
        }
        let [raw, floor, ours, alone, followed] = [raw, floor, ours, alone, followed].map(median);
        groups.push(json!({
            "group": group,
            "events_per_second": {
                "raw": raw as u64,
                "floor": floor as u64,
                "ledger": ours as u64,
                "without_lookup": alone as u64,
                "until_looked_up": followed as u64,
            },
            "to_raw": rounded(ours / raw),
            "to_floor": rounded(ours / floor),
            "following_to_alone": rounded(followed / alone),
        }));
    }
    ledger.close();
    Ok(json!({"schema": "plumbline.bench.append/1", "rounds": rounds, "groups": groups}))
}

/// Requests of new events, as they are sent.
fn made(number: &mut u64, group: usize, requests: usize) -> Vec<Vec<Vec<u8>>> {
    let mut next = || {
        *number += 1;
        event(*number).to_bytes()
    };
    (0..requests).map(|_| (0..group).map(|_| next()).collect()).collect()
}

/// The same read, outside the measured time: what the ledger and the bare loop are
/// both given. The texts are those of the requests, as they are for a listener.
fn read<'a>(requests: &'a [Vec<Vec<u8>>]) -> io::Result<Vec<Vec<Json<'a>>>> {
    let read = |request: &'a Vec<Vec<u8>>| {
        request.iter().map(|bytes| parse(bytes).map_err(io::Error::other)).collect()
    };
    requests.iter().map(read).collect()
}

/// A file whose blocks are written already, so that fdatasync changes no metadata.
fn preallocated(path: &Path, bytes: usize) -> io::Result<File> {
    let file = File::create(path)?;
    let zeros = vec![0; 1 << 20];
    for at in (0..bytes).step_by(zeros.len()) {
        file.write_all_at(&zeros, at as u64)?;
    }
    file.sync_all()?;
    Ok(file)
}

fn raw_file(path: &Path, requests: &[Vec<u8>]) -> io::Result<f64> {
    let file = preallocated(path, requests.iter().map(Vec::len).sum())?;
    let start = Instant::now();
    let mut at = 0;
    for bytes in requests {
        file.write_all_at(bytes, at)?;
        file.sync_data()?;
        at += bytes.len() as u64;
    }
    Ok(start.elapsed().as_secs_f64())
}

/// One core that serialises, hashes both ways, writes and syncs, nothing else.
fn bare_loop(path: &Path, batches: &[Vec<Json<'_>>]) -> io::Result<f64> {
    let events: usize = batches.iter().map(Vec::len).sum();
    let file = preallocated(path, events * ENTRY_BYTES)?;
    let start = Instant::now();
    let mut frontier = Frontier::new();
    let mut previous = Digest::ZERO;
    let mut at = 0;
    let mut bytes = Vec::new();
    for batch in batches {
        bytes.clear();
        for json in batch {
            let begin = bytes.len();
            // Admission has made sure of this shape long before a real append.
            let parts = Parts::of(json).ok_or_else(|| io::Error::other("not an object"))?;
            let recorded_at = "2026-03-05T08:20:11.000001Z";
            let position = frontier.size();
            let place = Place { position, previous, recorded_at, revision: 0 };
            parts.splice(&place, &mut bytes);
            previous = entry_hash(&bytes[begin..]);
            frontier.push(leaf_hash(&bytes[begin..]));
        }
        file.write_all_at(&bytes, at)?;
        file.sync_data()?;
        at += bytes.len() as u64;
    }
    Ok(start.elapsed().as_secs_f64())
}

fn through_the_ledger(ledger: &Ledger, batches: Vec<Vec<Json<'_>>>) -> Result<f64, BenchError> {
    let start = Instant::now();
    for batch in batches {
        for answer in ledger.append(batch.into_iter().map(Draft::new).collect()) {
            answer.map_err(|error| BenchError::NotRecorded(error.to_string()))?;
        }
    }
    Ok(start.elapsed().as_secs_f64())
}
