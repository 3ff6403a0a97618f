//! Opening a ledger: two logs, the vault, and a lane for each log; and what
//! submitters ask of it.

use super::admit::{admit, secret_mark};
use super::further::FurtherError;
use super::lane::{self, Lane};
use super::queue::{Queue, refused};
use super::request::Request;
use super::submission::Draft;
use super::watch::Watcher;
use super::{
    Admitted, Answers, AppendError, LogName, Pending, Receipt, Refusal, RefusalCode, turned_away,
};
use crate::clock::{Clock, Micros};
use crate::config::{Config, Layout};
use crate::index::Lookup;
use crate::log::{Options, RealFiles, SEGMENT_BYTES_DEFAULT, SegmentLog};
use crate::store::{Recovery, Store, StoreError};
use crate::stream_index::Since;
use crate::vault::{Randomness, Vault, VaultError};
use plumbline_replay::integrity::chain::Digest;
use sha2::{Digest as _, Sha256};
use std::path::Path;
use std::sync::{Arc, MutexGuard, PoisonError};

/// Most events in one request.
pub const BATCH_EVENTS_MAX: usize = 4096;

/// Why a ledger could not be created or opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("{0}: 这里没有账本;先运行 plumb init / no ledger here; run `plumb init` first")]
    Missing(String),
    #[error("{0}: 文件夹不是空的 / the folder is not empty; name another or empty it")]
    NotEmpty(String),
    #[error("{place}: {reason}")]
    Config { place: String, reason: String },
    #[error("日志 {log} / log {log}: {error}")]
    Store { log: LogName, error: StoreError },
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error("{place}: {reason}")]
    Io { place: String, reason: String },
    #[error("第一条记录未能入账 / the first entry was not recorded: {0}")]
    Genesis(AppendError),
    #[error(transparent)]
    Further(Box<FurtherError>),
    /// A restoration was cut short.
    #[error(
        "{0}: 恢复尚未完成,运行 plumb restore run 完成它 / a restoration was begun and not ended; \
         `plumb restore run` ends it"
    )]
    Restoring(String),
}

impl From<FurtherError> for OpenError {
    fn from(error: FurtherError) -> OpenError {
        OpenError::Further(Box::new(error))
    }
}

/// A ledger open for writing.
pub struct Ledger {
    config: Config,
    layout: Layout,
    vault: Arc<Vault>,
    clock: Arc<dyn Clock>,
    lanes: Vec<Lane>,
}

/// What opening is given from outside.
pub struct Surroundings {
    pub clock: Arc<dyn Clock>,
    pub randomness: Randomness,
    /// Who writes, for the lock's note.
    pub who: String,
}

/// Reads a ledger's configuration.
pub fn read_config(layout: &Layout) -> Result<Config, OpenError> {
    let path = layout.config();
    let place = path.display().to_string();
    let text = std::fs::read_to_string(&path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => OpenError::Missing(layout.root().display().to_string()),
        std::io::ErrorKind::PermissionDenied => {
            let error = StoreError::not_done(&place, &error);
            OpenError::Store { log: LogName::Open, error }
        }
        _ => OpenError::Config { place: place.clone(), reason: error.to_string() },
    })?;
    let config: Config = toml::from_str(&text)
        .map_err(|error| OpenError::Config { place: place.clone(), reason: error.to_string() })?;
    if config.schema != Config::SCHEMA {
        let error = StoreError::NewerFormat(place);
        return Err(OpenError::Store { log: LogName::Open, error });
    }
    Ok(config)
}

/// Refuses a ledger that is neither the old one nor yet the restored one.
pub(super) fn not_restoring(layout: &Layout) -> Result<(), OpenError> {
    let path = layout.restoration();
    match path.exists() {
        true => Err(OpenError::Restoring(path.display().to_string())),
        false => Ok(()),
    }
}

/// Opens a log for reading, beside a writer or without one.
pub fn open_log(layout: &Layout, config: &Config, log: LogName) -> Result<SegmentLog, OpenError> {
    let origin = Digest(Sha256::digest(config.founding_origin_of(log).as_bytes()).into());
    let note = std::fs::read_to_string(layout.head(log)).unwrap_or_default();
    let least_size = plumbline_replay::walk::claimed_size(&note).unwrap_or(0);
    let segment_bytes = config.segment_bytes.unwrap_or(SEGMENT_BYTES_DEFAULT);
    let options = Options { least_size, segment_bytes, ..Options::default() };
    SegmentLog::open(Arc::new(RealFiles), &layout.log(log), Some(origin), options)
        .map_err(|error| OpenError::Store { log, error })
}

impl Ledger {
    /// Opens a ledger for writing: locks, recovers, and starts the sequencers.
    pub fn open(root: &Path, surroundings: Surroundings) -> Result<Ledger, OpenError> {
        let layout = Layout::new(root);
        let config = read_config(&layout)?;
        not_restoring(&layout)?;
        Ledger::start(layout, config, surroundings)
    }

    pub(super) fn start(
        layout: Layout,
        config: Config,
        given: Surroundings,
    ) -> Result<Ledger, OpenError> {
        let mut hash_key = [0; 16];
        getrandom::fill(&mut hash_key)
            .map_err(|error| VaultError::NoRandomness(error.to_string()))?;
        let mut acquired = Vec::new();
        // Both locks are taken before anything is changed or any thread started.
        for log in LogName::ALL {
            let store = Arc::new(open_log(&layout, &config, log)?);
            let got = store.acquire(&given.who).map_err(|error| OpenError::Store { log, error })?;
            acquired.push((log, store, got));
        }
        let vault = Arc::new(Vault::open(&layout.vault(), given.randomness)?);
        let segment_bytes = config.segment_bytes.unwrap_or(SEGMENT_BYTES_DEFAULT);
        let mut lanes = Vec::new();
        for (log, store, got) in acquired {
            let lookup = lane::Lookups { dir: layout.lookup(log), key: config.lookup_key(log) };
            let with = lane::Shared { clock: &given.clock, vault: &vault, segment_bytes, hash_key };
            lanes.push(Lane::start(log, store, got, lookup, with)?);
        }
        Ok(Ledger { config, layout, vault, clock: given.clock, lanes })
    }

    fn lane(&self, log: LogName) -> &Lane {
        let found = self.lanes.iter().find(|lane| lane.log == log);
        found.expect("both logs are opened together")
    }

    pub(super) fn queue(&self, log: LogName) -> &Queue {
        &self.lane(log).queue
    }

    /// The subjects' keys.
    pub fn vault(&self) -> &Vault {
        &self.vault
    }

    /// The present moment by the ledger's clock.
    pub fn now(&self) -> Micros {
        self.clock.now()
    }

    pub fn config(&self) -> &Config {
        &self.config
    }

    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The stored log, for reading.
    pub fn store(&self, log: LogName) -> Arc<SegmentLog> {
        self.lane(log).store.clone()
    }

    /// The log's lookup, which follows by itself a few milliseconds behind; to ask
    /// of what has just been acknowledged, follow it first.
    pub fn lookup(&self, log: LogName) -> Arc<Lookup> {
        self.lane(log).lookup.clone()
    }

    /// The streams of a log's entries since its last closing, as far as they were
    /// followed. Whoever holds it makes others wait.
    pub(super) fn since_closing(&self, log: LogName) -> MutexGuard<'_, Since> {
        // What a panic left is whole between any two entries, and grown anew where it is not
        // what the log has.
        self.lane(log).since_closing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What opening found in a log.
    pub fn recovery(&self, log: LogName) -> &Recovery {
        &self.lane(log).recovery
    }

    /// Registers a watcher of a log, for as long as the ledger is open. It hears
    /// of commits from now on; what was there before, [`Store::size`] tells.
    pub fn watch(&self, log: LogName, watcher: Watcher) {
        self.lane(log).watchers.add(watcher);
    }

    /// Records events that do not depend on each other; one answer each. They go to
    /// the sequencer in parts, which it places while the next are admitted.
    pub fn append(&self, batch: Vec<Draft<'_>>) -> Answers {
        let mut request = Request::new(batch.len());
        for (index, submission) in batch.into_iter().enumerate() {
            match self.admitted(submission) {
                Ok(event) => request.take(index, self.lane(event.log()), event),
                Err(refusal) => request.refuse(index, refusal),
            }
        }
        request.answers()
    }

    /// Queues events of one log that are recorded together or not at all.
    pub fn submit_atomic(&self, batch: Vec<Draft<'_>>) -> Result<Pending, AppendError> {
        let count = batch.len();
        if count == 0 {
            return Err(whole_batch(RefusalCode::EmptyBatch, "没有事件 / no events".to_owned()));
        }
        if count > BATCH_EVENTS_MAX {
            let detail =
                format!("{count} 件,上限 {BATCH_EVENTS_MAX} / {count} events are too many");
            return Err(whole_batch(RefusalCode::TooManyInBatch, detail));
        }
        let mut events = Vec::with_capacity(count);
        for (index, submission) in batch.into_iter().enumerate() {
            let event = self
                .admitted(submission)
                .map_err(|refusal| refused(Refusal { index, ..refusal }))?;
            events.push(event);
        }
        let log = events[0].log();
        if events.iter().any(|event| event.log() != log) {
            let detail = "两个日志不能同批原子写入 / events of both logs cannot be atomic together";
            return Err(whole_batch(RefusalCode::MixedLogs, detail.to_owned()));
        }
        self.lane(log).queue.push(events, true)
    }

    /// Admits a submission. One that is refused for secrecy is recorded by digest
    /// before its submitter hears of it.
    fn admitted(&self, submission: Draft<'_>) -> Result<Admitted, Refusal> {
        if secret_mark(&submission.json).is_some() {
            self.record_turned_away(&submission);
        }
        admit(submission, &self.vault, Some(&|log| self.lane(log).lookup.hashing()))
    }

    fn record_turned_away(&self, submission: &Draft<'_>) {
        let traced = turned_away::trace(submission, &self.vault, self.now());
        let trace = traced.ok().flatten().and_then(|trace| admit(trace, &self.vault, None).ok());
        let answers = trace.and_then(|event| self.queue(event.log()).push(vec![event], true).ok());
        let recorded = answers.is_some_and(|pending| {
            // Tried before: its trace is there, with the time of the first attempt.
            let there = |answer: &Result<Receipt, AppendError>| match answer {
                Ok(_) => true,
                Err(AppendError::Refused(refusal)) => refusal.code == RefusalCode::EventIdReused,
                Err(_) => false,
            };
            pending.wait().iter().all(there)
        });
        if !recorded {
            tracing::error!("a submission marked as a state secret was refused without a trace");
        }
    }

    /// Ends the sequencers after everything queued is answered.
    /// So does dropping it.
    pub fn close(self) {}
}

impl Drop for Ledger {
    fn drop(&mut self) {
        self.lanes.drain(..).for_each(Lane::close);
    }
}

fn whole_batch(code: RefusalCode, detail: String) -> AppendError {
    refused(Refusal { code, pointer: None, index: 0, detail, current_revision: None })
}
