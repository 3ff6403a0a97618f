//! `plumb report refresh`: judges the ledger once and keeps what reports need of it;
//! and the thread that does so while a ledger is served.

use super::super::{Dir, Exit, Failure, print};
use crate::config::Layout;
use crate::http::Service;
use crate::judged::{self, JudgedError};
use crate::ledger::read_config;
use crossbeam_channel::{RecvTimeoutError, Sender, bounded};
use serde_json::json;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// 判定一次并留存报表所需,之后出表即时 / judge once, so that reports need not read the log
#[derive(clap::Args)]
pub struct Refresh {
    #[command(flatten)]
    dir: Dir,
    /// JSON 输出 / as JSON
    #[arg(long)]
    json: bool,
}

impl Refresh {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let layout = Layout::new(&self.dir.dir);
        let config = read_config(&layout)?;
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let [open, sealed] = judged::refresh(&layout, &config, threads)?;
        if self.json {
            let json = json!({
                "schema": "plumbline.report.refresh/1",
                "log_size": open.size, "sealed_size": sealed.size,
            });
            print(&json.to_string())?;
        } else {
            print(&format!("已据前{0}条记录留存 / kept as of the first {0} entries", open.size))?;
        }
        Ok(Exit::Done)
    }
}

impl From<JudgedError> for Failure {
    fn from(error: JudgedError) -> Failure {
        match error {
            JudgedError::Open(error) => error.into(),
            JudgedError::Io { .. } => Failure { exit: Exit::Failed, message: error.to_string() },
            JudgedError::Judge(_) | JudgedError::Damaged(_) => {
                Failure { exit: Exit::Broken, message: error.to_string() }
            }
        }
    }
}

/// How often is looked at most whether the logs have grown.
const LOOK: Duration = Duration::from_secs(60);
/// Judging takes no more than one part in so many of the time.
const REST: u32 = 20;

/// The thread that keeps what reports need. Ends when it is dropped.
pub(in crate::cli) struct Keeping {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Keeping {
    pub(in crate::cli) fn start(service: Arc<Service>) -> std::io::Result<Keeping> {
        let (stop, stopped) = bounded::<()>(0);
        let thread = std::thread::Builder::new().name("judged".to_owned()).spawn(move || {
            let mut rest = LOOK;
            // Not at once: a server that was just started has others to answer.
            while stopped.recv_timeout(rest) == Err(RecvTimeoutError::Timeout) {
                let began = Instant::now();
                keep(&service);
                rest = LOOK.max(began.elapsed() * REST);
            }
        })?;
        Ok(Keeping { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Keeping {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic there has been reported by its own message.
            let _ = thread.join();
        }
    }
}

fn keep(service: &Service) {
    let (layout, config) = (service.ledger.layout(), service.ledger.config());
    let kept = judged::Judged::open(layout, config).map(|judged| judged.ends());
    let current = judged::ends(layout, config).is_ok_and(|ends| Some(ends) == kept);
    if current {
        return;
    }
    match judged::refresh(layout, config, 1) {
        Ok([open, _]) => tracing::info!(entries = open.size, "kept what reports need"),
        Err(error) => tracing::error!(%error, "reports are made from the log; trying again"),
    }
}
