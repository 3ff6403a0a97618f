//! A ledger in a temporary folder, and events for it.

use plumbline::clock::SystemClock;
use plumbline::config::{Config, Layout};
use plumbline::ledger::submission::Submission;
use plumbline::ledger::{Ledger, LogName, Receipt, Surroundings, create, read_config};
use plumbline::reader::Reader;
use plumbline_replay::integrity::json::Json;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub fn surroundings() -> Surroundings {
    Surroundings {
        clock: Arc::new(SystemClock),
        randomness: Box::new(|out| getrandom::fill(out).map_err(|error| error.to_string())),
        who: "test".to_owned(),
    }
}

/// Segments of 8 KiB hold about 25 of the events below.
pub fn config() -> Config {
    let config = Config::new("city.example".to_owned(), "Asia/Shanghai".to_owned());
    Config { segment_bytes: Some(8 << 10), ..config }
}

pub fn new_ledger(dir: &Path) -> Ledger {
    create(dir, &config(), surroundings()).unwrap()
}

pub fn open(dir: &Path) -> Ledger {
    Ledger::open(dir, surroundings()).unwrap()
}

/// Opens the open log for reading.
pub fn reader(dir: &Path) -> Reader {
    let layout = Layout::new(dir);
    Reader::open(&layout, &read_config(&layout).unwrap(), LogName::Open).unwrap()
}

/// The files in a folder, by name.
pub fn files(dir: &Path) -> Vec<PathBuf> {
    let items = std::fs::read_dir(dir).unwrap();
    let mut all: Vec<PathBuf> = items.map(|item| item.unwrap().path()).collect();
    all.sort();
    all
}

/// The lookup files of the open log.
pub fn lookup_files(dir: &Path) -> Vec<PathBuf> {
    files(&Layout::new(dir).lookup(LogName::Open))
}

/// The segment files of the open log.
pub fn segments(dir: &Path) -> Vec<PathBuf> {
    let mut all = files(&Layout::new(dir).log(LogName::Open));
    all.retain(|path| path.extension().is_some_and(|extension| extension == "seg"));
    all
}

/// The `number`th event of the open log; three of them share a stream.
pub fn event(number: u64) -> Submission {
    let text = |value: String| Json::text(value);
    Submission::new(Json::object([
        ("id", text(format!("e-{number}"))),
        ("stream", text(format!("approval/990100-{}", number / 3))),
        ("type", Json::text("approval.stage.completed.v1")),
        ("occurred_at", Json::text("2026-03-05T16:20:00+08:00")),
        ("source", Json::object([("system", Json::text("hall"))])),
        ("body", Json::object([("stage", text(format!("s{}", number % 3)))])),
    ]))
}

/// Records events in one request; every one must be accepted.
pub fn record(ledger: &Ledger, numbers: impl IntoIterator<Item = u64>) -> Vec<Receipt> {
    let batch = numbers.into_iter().map(event).collect();
    ledger.append(batch).into_iter().map(|answer| answer.unwrap()).collect()
}
