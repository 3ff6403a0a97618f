//! `plumb closing`: the daily closing (日清日结). The index of each log's streams is
//! recorded in it, on demand and once each civil day of a ledger that is being
//! served, and the sealed log is anchored in the open one.

use super::via::{Server, Via};
use super::{Dir, Exit, Failure, close, damage, print, witnessing};
use crate::config::Layout;
use crate::http::Service;
use crate::index::{Field, Query};
use crate::ledger::closing::{ClosingError, close_day, record, stated, to_json};
use crate::ledger::{LogName, anchor, read_config};
use crate::stream_index::IndexError;
use clap::Subcommand;
use crossbeam_channel::{RecvTimeoutError, Sender, bounded};
use plumbline_replay::integrity::entry::scan;
use plumbline_replay::streams::STREAM;
use plumbline_replay::time::civil::Zone;
use serde_json::Value;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

/// 日清日结:把各案的条数与末条写成可核验的索引 / closings: the verifiable index of all streams
#[derive(clap::Args)]
pub struct Closings {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// 现在日结 / close now
    Run {
        #[command(flatten)]
        dir: Dir,
        /// 只结一个日志 / one log only
        #[arg(long = "log", value_parser = ["open", "sealed"])]
        log: Option<String>,
        /// JSON 输出,一行一个日志 / as JSON, one log a line
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        via: Via,
    },
    /// 已作的日结 / the closings so far
    List {
        #[command(flatten)]
        dir: Dir,
        /// 哪个日志 / which log
        #[arg(long = "log", default_value = "open", value_parser = ["open", "sealed"])]
        log: String,
        /// JSON 输出,一行一次 / as JSON, one a line
        #[arg(long)]
        json: bool,
    },
}

impl Closings {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        match self.command {
            Command::Run { dir, log, json, via } => match via.server(None)? {
                Some(server) => run_by(&server, &dir, log.as_deref(), json),
                None => run(&dir, log.as_deref(), json),
            },
            Command::List { dir, log, json } => list(&dir, &log, json),
        }
    }
}

fn run(dir: &Dir, only: Option<&str>, as_json: bool) -> Result<Exit, Failure> {
    let ledger = witnessing::open(&dir.dir, "closing")?;
    let wanted = |log: &LogName| only.is_none_or(|only| only == log.as_str());
    let mut receipts = Vec::new();
    let mut failed = None;
    for log in LogName::ALL.into_iter().filter(wanted) {
        match record(&ledger, log) {
            Ok(receipt) => receipts.push(receipt),
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    close(ledger)?;
    for receipt in &receipts {
        print(&if as_json {
            receipt.to_line()
        } else {
            let (log, position) = (receipt.log, receipt.position);
            format!("{log}: 已日结,第 {position} 号 / closed at {position}")
        })?;
    }
    failed.map_or(Ok(Exit::Done), |error| Err(error.into()))
}

/// The same by the server that holds the ledger.
fn run_by(server: &Server, dir: &Dir, only: Option<&str>, as_json: bool) -> Result<Exit, Failure> {
    let layout = Layout::new(&dir.dir);
    server.is_of(&layout, &read_config(&layout)?)?;
    let wanted = |log: &LogName| only.is_none_or(|only| only == log.as_str());
    for log in LogName::ALL.into_iter().filter(wanted) {
        let receipt = close_by(server, log)?;
        print(&match as_json {
            true => receipt.to_string(),
            false => {
                let position = &receipt["position"];
                format!("{log}: 已日结,第 {position} 号 / closed at {position}")
            }
        })?;
    }
    Ok(Exit::Done)
}

/// Has a log closed by the server that holds the ledger; gives the receipt.
pub(super) fn close_by(server: &Server, log: LogName) -> Result<Value, Failure> {
    server.post(&format!("/api/v1/closings?log={log}"), &Value::Null)
}

fn list(dir: &Dir, log: &str, as_json: bool) -> Result<Exit, Failure> {
    let layout = Layout::new(&dir.dir);
    let config = read_config(&layout)?;
    let log = LogName::parse(log).unwrap_or(LogName::Open);
    let reader = damage::reader(&layout, &config, log)?;
    let query = Query::new().with(Field::Stream, STREAM);
    for (position, entry) in reader.find(&query, 0, reader.size(), usize::MAX)? {
        let (Some(closing), Ok(fields)) = (stated(&entry), scan(&entry)) else { continue };
        print(&if as_json {
            to_json(log, &entry).unwrap_or_default().to_string()
        } else {
            format!(
                "{position}\t{}\t{} 条 / entries\t{} 案 / streams\t{}",
                fields.recorded_at, closing.size, closing.streams, closing.root
            )
        })?;
    }
    Ok(Exit::Done)
}

impl From<ClosingError> for Failure {
    fn from(error: ClosingError) -> Failure {
        match error {
            ClosingError::Store(error) => error.into(),
            ClosingError::Index(IndexError::Store(error)) => error.into(),
            ClosingError::Index(IndexError::Unread(_)) => {
                Failure { exit: Exit::Broken, message: error.to_string() }
            }
            ClosingError::Append(_) => Failure { exit: Exit::Failed, message: error.to_string() },
        }
    }
}

/// How often the day is looked at.
const LOOK: Duration = Duration::from_secs(60);

/// The thread that closes each day. Ends when it is dropped.
pub(super) struct Closing {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Closing {
    pub(super) fn start(service: Arc<Service>) -> std::io::Result<Closing> {
        let (stop, stopped) = bounded::<()>(0);
        let thread = std::thread::Builder::new().name("closing".to_owned()).spawn(move || {
            loop {
                end_day(&service);
                if stopped.recv_timeout(LOOK) != Err(RecvTimeoutError::Timeout) {
                    break;
                }
            }
        })?;
        Ok(Closing { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Closing {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic there has been reported by its own message.
            let _ = thread.join();
        }
    }
}

fn end_day(service: &Service) {
    let zone = Zone::parse(&service.ledger.config().time_zone).unwrap_or(Zone::SHANGHAI);
    match super::salt() {
        Ok(salt) => match anchor::close_day(&service.ledger, zone, salt) {
            Ok(Some(receipt)) => {
                tracing::info!(position = receipt.position, "anchored the sealed log");
            }
            Ok(None) => {}
            Err(error) => {
                tracing::error!(%error, "the sealed log was not anchored; trying again");
            }
        },
        Err(_) => tracing::error!("no randomness: the sealed log is not anchored"),
    }
    for log in LogName::ALL {
        match close_day(&service.ledger, zone, log) {
            Ok(Some(receipt)) => {
                tracing::info!(%log, position = receipt.position, "closed the day");
            }
            Ok(None) => {}
            Err(error) => tracing::error!(%log, %error, "the day was not closed; trying again"),
        }
    }
}
