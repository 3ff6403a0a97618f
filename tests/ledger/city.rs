//! A ledger in a temporary folder, and events for it.

use plumbline::clock::SystemClock;
use plumbline::config::Config;
use plumbline::ledger::submission::Submission;
use plumbline::ledger::{Ledger, Receipt, Surroundings, create};
use plumbline_replay::integrity::json::Json;
use std::path::Path;
use std::sync::Arc;

pub fn surroundings() -> Surroundings {
    Surroundings {
        clock: Arc::new(SystemClock),
        randomness: Box::new(|out| getrandom::fill(out).map_err(|error| error.to_string())),
        who: "test".to_owned(),
    }
}

pub fn config() -> Config {
    Config {
        schema: Config::SCHEMA.to_owned(),
        origin: "city.example".to_owned(),
        time_zone: "Asia/Shanghai".to_owned(),
    }
}

pub fn new_ledger(dir: &Path) -> Ledger {
    create(dir, &config(), surroundings()).unwrap()
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
