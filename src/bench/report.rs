//! A report from what was kept of the judged city, against its full replay: reading
//! both logs, judging and laying out, to the same bytes; and what is kept brought to the
//! logs' ends by the last thousandth of them.

use super::append::BenchError;
use super::{median, rounded};
use crate::config::{Config, Layout};
use crate::demo::{Options, tell};
use crate::judged::{self, Anew, Judged, JudgedError, Keeper, ends, readers};
use crate::judging::one::Logs;
use crate::judging::{Extent, Loaded};
use crate::ledger::read_config;
use plumbline_replay::report::{self, About, Period, Report, to_json};
use plumbline_replay::time::civil::Zone;
use serde_json::{Map, Value, json};
use std::path::Path;
use std::time::Instant;

const SEED: u64 = 42;
/// Entries of a case of the city, about; an enterprise and its officers included.
const ENTRIES_A_CASE: u64 = 16;
/// The days of the shorter period.
const MONTH: u64 = 31;

/// Tells a city of about so many entries, keeps what reports need of it, and makes
/// every report both ways `rounds` times: of all time, and of the last month.
pub fn run(dir: &Path, rounds: usize, entries: u64) -> Result<Value, BenchError> {
    let root = dir.join("city");
    let failed = |error: &dyn std::fmt::Display| BenchError::NotRecorded(error.to_string());
    let cases = u32::try_from(entries / ENTRIES_A_CASE).unwrap_or(u32::MAX);
    let told = tell(&root, Options::planted(SEED, cases), &mut |_, _| {});
    let (ledger, _) = told.map_err(|error| failed(&error))?;
    ledger.close();
    let layout = Layout::new(&root);
    let config = read_config(&layout)?;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let kept = grow_and_follow(&layout, &config, threads).map_err(|error| failed(&error))?;
    let start = Instant::now();
    let size = ends(&layout, &config)?.map(|end| end.size);
    let looked = start.elapsed().as_secs_f64();
    let mut reports = Map::new();
    for report in report::all() {
        let (mut full, mut kept) = (Vec::new(), [Vec::new(), Vec::new()]);
        let mut bytes = [0, 0];
        for _ in 0..rounds {
            let start = Instant::now();
            let reference = from_log(report, &layout, threads)?;
            full.push(start.elapsed().as_secs_f64());
            for (index, month) in [false, true].into_iter().enumerate() {
                let start = Instant::now();
                let made = from_kept(report, &layout, month)?;
                kept[index].push(start.elapsed().as_secs_f64());
                bytes[index] = made.len();
                if !month && made != reference {
                    let other = format!("{} differs from its full replay", report.id);
                    return Err(BenchError::NotRecorded(other));
                }
            }
        }
        let full = median(full);
        let [ever, month] = kept.map(median);
        reports.insert(
            report.id.to_owned(),
            json!({
                "full_s": rounded(full), "kept_ms": rounded(ever * 1e3),
                "kept_month_ms": rounded(month * 1e3), "bytes": bytes[0],
                // A hundredth is what is asked for: 0.01.
                "kept_to_full": rounded(ever / full), "kept_month_to_full": rounded(month / full),
            }),
        );
    }
    Ok(json!({
        "schema": "plumbline.bench.report/1",
        "rounds": rounds,
        "threads": threads,
        "entries": size[0] + size[1],
        "kept": kept,
        "find_the_end_ms": rounded(looked * 1e3),
        "reports": reports,
    }))
}

/// Judges all but the last thousandth of the open log, then follows to its end.
fn grow_and_follow(layout: &Layout, config: &Config, threads: usize) -> Result<Value, JudgedError> {
    let [open, sealed] = readers(layout, config)?;
    let logs = Logs { open: &open, sealed: Some(&sealed) };
    let keeper = Keeper::begin(layout, config)?.ok_or(JudgedError::Busy)?;
    let start = Instant::now();
    let first = open.size() - open.size() / 1000;
    keeper.bring_to([first, sealed.size()], logs, threads)?;
    let grown = start.elapsed().as_secs_f64();
    let start = Instant::now();
    let brought = keeper.bring(logs, threads)?;
    let followed = start.elapsed().as_secs_f64();
    let bytes = Judged::open(layout, config).map_or(0, |judged| judged.size());
    Ok(json!({
        "grown_s": rounded(grown),
        "followed_s": rounded(followed),
        "followed_entries": open.size() - first,
        "looked_at": brought.looked_at,
        "anew": brought.anew.map(Anew::words),
        "bytes": bytes,
    }))
}

fn from_kept(report: &'static Report, layout: &Layout, month: bool) -> Result<Vec<u8>, BenchError> {
    let config = read_config(layout)?;
    let none = || BenchError::NotRecorded("nothing is kept".to_owned());
    let judged = Judged::open(layout, &config).ok_or_else(none)?;
    let to = judged.last_day();
    let from = match month {
        true => to.checked_sub_days(chrono::Days::new(MONTH)).unwrap_or(to),
        false => beginning(),
    };
    judged.sheet(report, Period { from, to }).map(|sheet| to_json(&sheet)).ok_or_else(none)
}

fn beginning() -> chrono::NaiveDate {
    chrono::NaiveDate::from_ymd_opt(1900, 1, 1).unwrap_or_default()
}

fn from_log(
    report: &'static Report,
    layout: &Layout,
    threads: usize,
) -> Result<Vec<u8>, BenchError> {
    let config = read_config(layout)?;
    let loaded = Loaded::read(layout, &config, Extent::WHOLE)?;
    let moment = loaded.moment(None, None);
    let to = Zone::SHANGHAI.date(moment.as_of);
    let period = Period { from: beginning(), to };
    let ask = loaded.ask(moment, Zone::SHANGHAI, threads);
    let request = judged::request(&loaded, &config, About::default(), period, ask);
    let sheet = report::run(report, &loaded.blocks, &request);
    let sheet = sheet.map_err(|error| BenchError::NotRecorded(error.to_string()))?;
    Ok(to_json(&sheet))
}
