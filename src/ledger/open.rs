//! Creating and opening a ledger: two logs, their keys, the vault, and a
//! sequencer for each log.

use super::admit::admit;
use super::queue::{Queue, refused};
use super::sequencer::{GroupLimits, History, Parts, Sequencer};
use super::submission::Submission;
use super::watch::{Watcher, Watchers};
use super::{Answers, AppendError, LogName, Pending, QueueLimits, Receipt, Refusal, RefusalCode};
use crate::clock::Clock;
use crate::config::{Config, Layout};
use crate::index::Directory;
use crate::log::{Options, RealFiles, SegmentLog};
use crate::store::{Recovery, Store, StoreError};
use crate::vault::{Randomness, Vault, VaultError};
use plumbline_replay::integrity::chain::Digest;
use plumbline_replay::integrity::checkpoint::SigningKey;
use plumbline_replay::integrity::json::Json;
use sha2::{Digest as _, Sha256};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;

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
    #[error("the first entry was not recorded: {0}")]
    Genesis(AppendError),
}

/// A ledger open for writing.
pub struct Ledger {
    config: Config,
    layout: Layout,
    vault: Arc<Vault>,
    lanes: Vec<Lane>,
}

/// One log with its sequencer.
struct Lane {
    log: LogName,
    store: Arc<SegmentLog>,
    queue: Queue,
    recovery: Recovery,
    watchers: Watchers,
    thread: JoinHandle<()>,
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

/// Opens a log for reading, beside a writer or without one.
pub fn open_log(layout: &Layout, config: &Config, log: LogName) -> Result<SegmentLog, OpenError> {
    let origin = Digest(Sha256::digest(config.origin_of(log).as_bytes()).into());
    let note = std::fs::read_to_string(layout.head(log)).unwrap_or_default();
    let least_size = plumbline_replay::walk::claimed_size(&note).unwrap_or(0);
    let options = Options { least_size, ..Options::default() };
    SegmentLog::open(Arc::new(RealFiles), &layout.log(log), Some(origin), options)
        .map_err(|error| OpenError::Store { log, error })
}

/// Creates a ledger in an empty or new folder, and opens it.
pub fn create(
    root: &Path,
    config: &Config,
    mut surroundings: Surroundings,
) -> Result<Ledger, OpenError> {
    let layout = Layout::new(root);
    let io = |error: std::io::Error| OpenError::Io {
        place: root.display().to_string(),
        reason: error.to_string(),
    };
    std::fs::create_dir_all(root).map_err(io)?;
    if std::fs::read_dir(root).map_err(io)?.next().is_some() {
        return Err(OpenError::NotEmpty(root.display().to_string()));
    }
    for folder in ["keys", "heads", "derived"] {
        std::fs::create_dir_all(root.join(folder)).map_err(io)?;
    }
    let mut vkeys = Vec::new();
    for log in LogName::ALL {
        SegmentLog::create(&RealFiles, &layout.log(log))
            .map_err(|error| OpenError::Store { log, error })?;
        let mut seed = [0; 32];
        (surroundings.randomness)(&mut seed)
            .map_err(|reason| OpenError::Vault(VaultError::NoRandomness(reason)))?;
        let key = SigningKey::from_seed(&config.origin_of(log), seed);
        write_private(&layout.signing_key(log), &key.to_text()).map_err(io)?;
        vkeys.push(key.vkey());
    }
    let now = crate::clock::TimeText::default().format(surroundings.clock.now()).to_owned();
    let ledger = Ledger::start(layout.clone(), config.clone(), surroundings)?;
    for (log, vkey) in LogName::ALL.into_iter().zip(&vkeys) {
        ledger.genesis(log, vkey, &now)?;
    }
    let text = toml::to_string(config).map_err(|error| OpenError::Config {
        place: layout.config().display().to_string(),
        reason: error.to_string(),
    })?;
    let temp = root.join("plumbline.toml.tmp");
    std::fs::write(&temp, text).map_err(io)?;
    std::fs::File::open(&temp).and_then(|file| file.sync_all()).map_err(io)?;
    std::fs::rename(&temp, layout.config()).map_err(io)?;
    std::fs::File::open(root).and_then(|dir| dir.sync_all()).map_err(io)?;
    Ok(ledger)
}

fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file =
        std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    writeln!(file, "{text}")?;
    file.sync_all()
}

impl Ledger {
    /// Opens a ledger for writing: locks, recovers, and starts the sequencers.
    pub fn open(root: &Path, surroundings: Surroundings) -> Result<Ledger, OpenError> {
        let layout = Layout::new(root);
        let config = read_config(&layout)?;
        Ledger::start(layout, config, surroundings)
    }

    fn start(layout: Layout, config: Config, given: Surroundings) -> Result<Ledger, OpenError> {
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
        let mut lanes = Vec::new();
        for (log, store, got) in acquired {
            let store_error = |error| OpenError::Store { log, error };
            let directory = Directory::read(store.clone()).map_err(store_error)?;
            let recovery = got.recovery.clone();
            let watchers = Watchers::default();
            let told = watchers.clone();
            let sequencer = Sequencer::new(Parts {
                log,
                acquired: got,
                history: Box::new(Past(directory)),
                clock: given.clock.clone(),
                vault: vault.clone(),
                on_commit: Box::new(move |size| told.tell(size)),
                limits: GroupLimits::default(),
                hash_key,
            })
            .map_err(store_error)?;
            let (queue, jobs) = Queue::new(QueueLimits::default());
            let thread = std::thread::Builder::new()
                .name(format!("sequencer-{log}"))
                .spawn(move || sequencer.run(&jobs))
                .map_err(|error| OpenError::Io {
                    place: "thread".to_owned(),
                    reason: error.to_string(),
                })?;
            lanes.push(Lane { log, store, queue, recovery, watchers, thread });
        }
        Ok(Ledger { config, layout, vault, lanes })
    }

    fn genesis(&self, log: LogName, vkey: &str, now: &str) -> Result<(), OpenError> {
        let queue = &self.lane(log).queue;
        let event = admit(created(&self.config, log, vkey, now), &self.vault)
            .map_err(|refusal| OpenError::Genesis(AppendError::Refused(refusal)))?;
        // The type belongs to the open log; each log begins with its own.
        let event = event.moved_to(log);
        let answers = queue.push(vec![event], true).map_err(OpenError::Genesis)?.wait();
        answers.into_iter().try_for_each(|answer| answer.map(drop)).map_err(OpenError::Genesis)
    }

    fn lane(&self, log: LogName) -> &Lane {
        let found = self.lanes.iter().find(|lane| lane.log == log);
        found.expect("both logs are opened together")
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

    /// What opening found in a log.
    pub fn recovery(&self, log: LogName) -> &Recovery {
        &self.lane(log).recovery
    }

    /// Registers a watcher of a log, for as long as the ledger is open. It hears
    /// of commits from now on; what was there before, [`Store::size`] tells.
    pub fn watch(&self, log: LogName, watcher: Watcher) {
        self.lane(log).watchers.add(watcher);
    }

    /// Records events that do not depend on each other; one answer each.
    pub fn append(&self, batch: Vec<Submission>) -> Answers {
        let mut answers: Vec<Option<Result<Receipt, AppendError>>> = vec![None; batch.len()];
        let mut waiting: Vec<(LogName, Vec<usize>, Vec<super::Admitted>)> =
            LogName::ALL.into_iter().map(|log| (log, Vec::new(), Vec::new())).collect();
        for (index, submission) in batch.into_iter().enumerate() {
            match admit(submission, &self.vault) {
                Ok(event) => {
                    if let Some(lane) = waiting.iter_mut().find(|lane| lane.0 == event.log()) {
                        lane.1.push(index);
                        lane.2.push(event);
                    }
                }
                Err(refusal) => answers[index] = Some(Err(refused(Refusal { index, ..refusal }))),
            }
        }
        for (log, places, events) in waiting {
            if events.is_empty() {
                continue;
            }
            let given = match self.lane(log).queue.push(events, false) {
                Ok(pending) => pending.wait(),
                Err(error) => vec![Err(error); places.len()],
            };
            for (place, answer) in places.into_iter().zip(given) {
                answers[place] = Some(answer);
            }
        }
        let lost = || Err(super::queue::stopped("an event was neither recorded nor refused"));
        answers.into_iter().map(|answer| answer.unwrap_or_else(lost)).collect()
    }

    /// Queues events of one log that are recorded together or not at all.
    pub fn submit_atomic(&self, batch: Vec<Submission>) -> Result<Pending, AppendError> {
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
            let event = admit(submission, &self.vault)
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

    /// Ends the sequencers after everything queued is answered.
    pub fn close(self) {
        for lane in self.lanes {
            drop(lane.queue);
            // A sequencer that panicked has answered nobody falsely; the next
            // opening reads what the disk holds.
            let _ = lane.thread.join();
        }
    }
}

fn whole_batch(code: RefusalCode, detail: String) -> AppendError {
    refused(Refusal { code, pointer: None, index: 0, detail, current_revision: None })
}

/// The first entry of a log (design §2).
fn created(config: &Config, log: LogName, vkey: &str, now: &str) -> Submission {
    let text = |value: &str| Json::text(value.to_owned());
    let body = Json::object([
        ("origin", text(&config.origin_of(log))),
        ("checkpoint_key", text(vkey)),
        ("time_zone", text(&config.time_zone)),
        ("format", Json::Int(1)),
        ("log", text(log.as_str())),
        // No rule set is in force yet: the digest of nothing.
        ("rule_set_digest", text(&Digest(*blake3::hash(b"").as_bytes()).to_string())),
    ]);
    let id = format!("ledger-created-{log}");
    Submission::new(Json::object([
        ("id", text(&id)),
        ("stream", text(&format!("ledger/{log}"))),
        ("type", text("ledger.created.v1")),
        ("occurred_at", text(now)),
        ("source", Json::object([("system", text("plumbline"))])),
        ("body", body),
    ]))
}

/// The directory as the sequencer asks it.
struct Past(Directory);

impl History for Past {
    fn position(&self) -> u64 {
        self.0.position()
    }

    fn find_id(&self, system: &str, id: &str) -> Result<Option<u64>, String> {
        self.0.find_id(system, id).map_err(|error| error.to_string())
    }

    fn stream_head(&self, stream: &str) -> Result<Option<u64>, String> {
        Ok(self.0.positions(stream).len().checked_sub(1).map(|revision| revision as u64))
    }

    fn entry(&self, position: u64) -> Result<Vec<u8>, String> {
        match self.0.entry(position) {
            Ok(Some(entry)) => Ok(entry),
            Ok(None) => Err(format!("no entry at position {position}")),
            Err(error) => Err(error.to_string()),
        }
    }
}
