//! Tells a city to a ledger, through the ordinary append path.
//!
//! Every step goes in under the moment at which the city recorded it. Steps of
//! one log are gathered into atomic batches of a fixed size, so that the same
//! city makes the same commit frames on any machine. A telling that was
//! interrupted is completed by telling it again: what is there already comes
//! back as a duplicate.

use super::{Misconduct, Options, Planted, Step, demo_seed_bytes, founded_at, generate};
use crate::clock::{Micros, ScriptedClock};
use crate::config::{Config, Layout};
use crate::durable;
use crate::ledger::submission::Submission;
use crate::ledger::{
    AppendError, BATCH_EVENTS_MAX, Ledger, LogName, OpenError, Surroundings, create, read_config,
};
use plumbline_replay::event::register::{self, EventLog};
use plumbline_replay::integrity::json::Json;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// Demo ledgers have origins below this, and no other ledger should.
pub const ORIGIN_BASE: &str = "demo.plumbline.local";

/// The city's legal time.
const TIME_ZONE: &str = "Asia/Shanghai";

/// Why a city could not be told.
#[derive(Debug, thiserror::Error)]
pub enum TellError {
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Another ledger is there; it is not touched.
    #[error(
        "{place}: 这里是另一个账本({found});请用 --dir 另指文件夹 / another ledger is here; name \
         another folder with --dir"
    )]
    OtherLedger { place: String, found: String },
    #[error("{place}: 写不下埋设清单 / the list of what was planted cannot be written: {error}")]
    List { place: String, error: std::io::Error },
    #[error("{kind} ({stream}): {error}")]
    Append { kind: String, stream: String, error: Box<AppendError> },
}

/// What was told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Recorded by this telling.
    pub appended: u64,
    /// Recorded by an earlier one.
    pub duplicates: u64,
    pub by_type: BTreeMap<String, u64>,
    /// What must be found in the city, in order of stream and rule.
    pub planted: Vec<Planted>,
}

/// The origin of a city's ledger.
pub fn origin(options: Options) -> String {
    let kind = match options.misconduct {
        Misconduct::Whole => "",
        Misconduct::Near => "-near",
        Misconduct::None => "-lawful",
    };
    format!("{ORIGIN_BASE}/seed-{}-cases-{}{kind}", options.seed, options.cases)
}

/// Where a city's folder keeps the list of its planted misconduct.
pub const PLANTED_FILE: &str = "planted.json";

/// One line a finding that must be made, as scripts read it.
fn list(planted: &[Planted]) -> String {
    let line = |one: &Planted| {
        let entries = one.entries.iter().map(|id| Json::text(id.as_str())).collect();
        let members = [
            ("rule", Json::text(one.rule)),
            ("stream", Json::text(one.stream.as_str())),
            ("entries", Json::List(entries)),
        ];
        String::from_utf8(Json::object(members).to_bytes()).unwrap_or_default()
    };
    let lines: Vec<String> = planted.iter().map(line).collect();
    format!("[\n{}\n]\n", lines.join(",\n"))
}

/// Tells a city to a ledger in `root`, which is new, empty, or holds the same
/// city, and writes beside it what was planted in it. `progress` hears, after each
/// commit, the moment reached and how many events are told.
pub fn tell(
    root: &Path,
    options: Options,
    progress: &mut dyn FnMut(Micros, u64),
) -> Result<(Ledger, Told), TellError> {
    let clock = Arc::new(ScriptedClock::new(founded_at()));
    let ledger = ledger_for(root, options, clock.clone())?;
    let mut telling = Telling { ledger: &ledger, clock, told: Told::default(), progress };
    let mut gathered: Vec<Batch> = LogName::ALL.into_iter().map(Batch::new).collect();
    let mut course = generate(options);
    for step in course.by_ref() {
        let log = step.batch.first().map_or(LogName::Open, log_of);
        for batch in gathered.iter_mut().filter(|batch| batch.log == log) {
            if batch.events.len() + step.batch.len() > BATCH_EVENTS_MAX {
                telling.record(std::mem::replace(batch, Batch::new(log)))?;
            }
        }
        for batch in gathered.iter_mut().filter(|batch| batch.log == log) {
            batch.add(&step);
        }
    }
    for batch in gathered.into_iter().filter(|batch| !batch.events.is_empty()) {
        telling.record(batch)?;
    }
    let mut told = telling.told;
    told.planted = course.planted();
    if options.misconduct != Misconduct::None {
        let place = root.join(PLANTED_FILE);
        durable::replace(&place, &list(&told.planted))
            .map_err(|error| TellError::List { place: place.display().to_string(), error })?;
    }
    Ok((ledger, told))
}

fn ledger_for(
    root: &Path,
    options: Options,
    clock: Arc<ScriptedClock>,
) -> Result<Ledger, TellError> {
    let surroundings = Surroundings {
        clock,
        randomness: Box::new(randomness(options.seed)),
        who: "plumb demo".to_owned(),
    };
    match read_config(&Layout::new(root)) {
        Ok(config) if config.origin == origin(options) => Ok(Ledger::open(root, surroundings)?),
        Ok(config) => {
            Err(TellError::OtherLedger { place: root.display().to_string(), found: config.origin })
        }
        Err(OpenError::Missing(_)) => {
            let config = Config::new(origin(options), TIME_ZONE.to_owned());
            Ok(create(root, &config, surroundings)?)
        }
        Err(error) => Err(error.into()),
    }
}

/// Keys that anyone who knows the seed can derive: never for a ledger that is
/// meant.
fn randomness(seed: u64) -> impl FnMut(&mut [u8]) -> Result<(), String> + Send {
    let mut drawn = 0u64;
    move |out: &mut [u8]| {
        let mut material = blake3::Hasher::new();
        material.update(&demo_seed_bytes(seed, "randomness"));
        material.update(&drawn.to_be_bytes());
        material.finalize_xof().fill(out);
        drawn += 1;
        Ok(())
    }
}

fn log_of(submission: &Submission) -> LogName {
    let kind = submission.json.get("type").and_then(Json::as_str).unwrap_or_default();
    match register::find(kind).map(|event_type| event_type.log) {
        Some(EventLog::Sealed) => LogName::Sealed,
        _ => LogName::Open,
    }
}

/// Whole steps of one log that share a commit frame.
struct Batch {
    log: LogName,
    moments: Vec<Micros>,
    events: Vec<Submission>,
}

impl Batch {
    fn new(log: LogName) -> Batch {
        Batch { log, moments: Vec::new(), events: Vec::new() }
    }

    fn add(&mut self, step: &Step) {
        self.moments.extend(std::iter::repeat_n(step.recorded_at, step.batch.len()));
        self.events.extend(step.batch.iter().cloned());
    }
}

struct Telling<'a> {
    ledger: &'a Ledger,
    clock: Arc<ScriptedClock>,
    told: Told,
    progress: &'a mut dyn FnMut(Micros, u64),
}

impl Telling<'_> {
    /// Records one batch and waits: the next one must not share its frame.
    fn record(&mut self, batch: Batch) -> Result<(), TellError> {
        let names: Vec<(String, String)> = batch.events.iter().map(name).collect();
        let reached = batch.moments.last().copied().unwrap_or_default();
        self.clock.follow(batch.moments);
        let failed = |error: AppendError, index: usize| {
            let (kind, stream) = names.get(index).cloned().unwrap_or_default();
            TellError::Append { kind, stream, error: Box::new(error) }
        };
        let pending = self.ledger.submit_atomic(batch.events).map_err(|error| {
            let index = match &error {
                AppendError::Refused(refusal) => refusal.index,
                _ => 0,
            };
            failed(error, index)
        })?;
        for (index, answer) in pending.wait().into_iter().enumerate() {
            let receipt = answer.map_err(|error| failed(error, index))?;
            self.told.appended += u64::from(!receipt.duplicate);
            self.told.duplicates += u64::from(receipt.duplicate);
        }
        for (kind, _) in names {
            *self.told.by_type.entry(kind).or_default() += 1;
        }
        (self.progress)(reached, self.told.appended + self.told.duplicates);
        Ok(())
    }
}

fn name(submission: &Submission) -> (String, String) {
    let text = |member| submission.json.get(member).and_then(Json::as_str).unwrap_or_default();
    (text("type").to_owned(), text("stream").to_owned())
}
