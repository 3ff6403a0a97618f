//! A case at any moment out of many entries, against reading and decoding its
//! entries straight from the file, at places known beforehand.

use super::append::BenchError;
use super::cases::{ACTS, Typed, UNDER_WAY, act, numbers, occurred, stream, whole_cases};
use super::{median, rounded};
use crate::case::Case;
use crate::config::{Config, Layout};
use crate::ledger::submission::Submission;
use crate::ledger::{Ledger, LogName, Surroundings, create};
use crate::reader::Reader;
use crate::store::{Block, Store};
use plumbline_replay::state::Moment;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs::File;
use std::hint::black_box;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::Instant;

/// Events in one request while the ledger is filled.
const GROUP: u64 = 4_096;
/// Cases asked for in one round.
const QUESTIONS: u64 = 400;
/// Spreads the questions over all cases; a prime, so that none is asked twice.
const STRIDE: u64 = 1_000_003;

/// Where an entry is in a segment file.
struct Span {
    segment: u64,
    offset: u64,
    length: usize,
}

/// Fills a ledger with `entries` acts, then asks `rounds` times.
pub fn run(
    dir: &Path,
    rounds: usize,
    entries: u64,
    given: Surroundings,
) -> Result<Value, BenchError> {
    if whole_cases(entries) == 0 {
        return Err(BenchError::TooFew(UNDER_WAY * ACTS));
    }
    let root = dir.join("ledger");
    let config = Config::new("bench.example".to_owned(), "Asia/Shanghai".to_owned());
    let ledger = create(&root, &config, given)?;
    let filling = fill(&ledger, entries)?;
    ledger.close();
    let layout = Layout::new(&root);
    let start = Instant::now();
    let reader = Reader::open(&layout, &config, LogName::Open)?;
    let opening = start.elapsed().as_secs_f64();
    let cases = whole_cases(entries);
    let (mut direct, mut ours) = (Vec::new(), Vec::new());
    for round in 0..rounds as u64 {
        let asked: Vec<u64> = (0..QUESTIONS)
            .map(|question| (round * QUESTIONS + question).wrapping_mul(STRIDE) % cases)
            .collect();
        let spans =
            asked.iter().map(|case| spans(&reader, *case)).collect::<Result<Vec<_>, _>>()?;
        let files = open_files(&layout, &spans)?;
        let start = Instant::now();
        spans.iter().try_for_each(|spans| read_straight(&files, spans))?;
        direct.push(per_case(start));
        let start = Instant::now();
        asked.iter().try_for_each(|case| ask(&reader, *case))?;
        ours.push(per_case(start));
    }
    let (direct, ours) = (median(direct), median(ours));
    Ok(json!({
        "schema": "plumbline.bench.query/1",
        "rounds": rounds,
        "entries": reader.size(),
        "acts_per_case": ACTS,
        "filling_events_per_second": filling,
        "opening_seconds": rounded(opening),
        "microseconds_per_case": {"direct": rounded(direct), "case": rounded(ours)},
        "to_direct": rounded(ours / direct),
        "resident_bytes_max": resident_bytes_max(),
    }))
}

/// Events per second of each tenth of the filling.
fn fill(ledger: &Ledger, entries: u64) -> Result<Vec<u64>, BenchError> {
    let tenth = entries.div_ceil(10).max(1);
    let mut rates = Vec::new();
    let mut next = 0;
    while next < entries {
        let end = (next + tenth).min(entries);
        let (start, first) = (Instant::now(), next);
        while next < end {
            let group = next..(next + GROUP).min(end);
            next = group.end;
            for answer in ledger.append(group.map(act).map(Submission::new).collect()) {
                answer.map_err(|error| BenchError::NotRecorded(error.to_string()))?;
            }
        }
        rates.push(((end - first) as f64 / start.elapsed().as_secs_f64()) as u64);
    }
    Ok(rates)
}

fn missing(what: &str) -> BenchError {
    BenchError::NotRecorded(format!("{what} is not in the ledger"))
}

/// Places of a case's entries. The ledger's first entry is not an act.
fn spans(reader: &Reader, case: u64) -> Result<Vec<Span>, BenchError> {
    let span = |number: u64| {
        let position = number + 1;
        let blocks = reader.store().read(position, 1)?;
        let found = blocks.iter().find_map(|block: &Block| {
            let (_, offset, entry) = block.entries().find(|(at, _, _)| *at == position)?;
            Some(Span { segment: block.segment, offset, length: entry.len() })
        });
        found.ok_or_else(|| missing("an act"))
    };
    numbers(case).map(span).collect()
}

fn open_files(layout: &Layout, spans: &[Vec<Span>]) -> Result<HashMap<u64, File>, BenchError> {
    let mut files = HashMap::new();
    for span in spans.iter().flatten() {
        if let Entry::Vacant(place) = files.entry(span.segment) {
            let path = layout.log(LogName::Open).join(format!("{:020}.seg", span.segment));
            place.insert(File::open(path)?);
        }
    }
    Ok(files)
}

fn read_straight(files: &HashMap<u64, File>, spans: &[Span]) -> Result<(), BenchError> {
    for span in spans {
        let file = files.get(&span.segment).ok_or_else(|| missing("a segment"))?;
        let mut bytes = vec![0; span.length];
        file.read_exact_at(&mut bytes, span.offset)?;
        let typed: Typed<'_> = serde_json::from_slice(&bytes)
            .map_err(|error| BenchError::NotRecorded(error.to_string()))?;
        black_box(typed);
    }
    Ok(())
}

/// The state of a case at a moment in its midst.
fn ask(reader: &Reader, case: u64) -> Result<(), BenchError> {
    let refused = |error: crate::case::CaseError| BenchError::NotRecorded(error.to_string());
    let found = Case::find(reader, &stream(case)).map_err(refused)?;
    let found = found.ok_or_else(|| missing("a case"))?;
    let midst = numbers(case).nth(case as usize % ACTS as usize).unwrap_or_default();
    let moment = Moment { as_of: occurred(midst), ..Moment::LATEST };
    let state = found.state(moment).map_err(refused)?;
    if state.events == 0 {
        return Err(missing("an act of a case"));
    }
    black_box(state);
    Ok(())
}

/// Microseconds a case.
fn per_case(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1e6 / QUESTIONS as f64
}

/// The most memory that this process has held, as Linux tells it.
fn resident_bytes_max() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}
