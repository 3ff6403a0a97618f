//! `plumb timers`: what time alone has brought about, recorded once; and the thread
//! that looks while a ledger is served.

use super::{Dir, Exit, Failure, close, line, print, witnessing};
use crate::clock::{Clock, SystemClock};
use crate::config::Layout;
use crate::http::Service;
use crate::judging::zone;
use crate::ledger::read_config;
use crate::timers::{self, TimerError, Watch};
use clap::Subcommand;
use crossbeam_channel::{RecvTimeoutError, Sender, bounded};
use plumbline_replay::timers::DueEvent;
use serde_json::json;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// 计时器:视为受理、缺席默认、超时默认、到期、发牌 / what time alone brings about
#[derive(clap::Args)]
pub struct Timers {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Run(Run),
}

/// 补发到期而未入账的事件,各一次 / record what is due and not recorded yet, each once
#[derive(clap::Args)]
struct Run {
    #[command(flatten)]
    dir: Dir,
    /// 截至此时,默认现在 / by this moment, now by default; never later than now
    #[arg(long, value_name = "T")]
    until: Option<String>,
    /// 只列出,不入账 / list what is due and record nothing
    #[arg(long)]
    dry_run: bool,
    /// JSON 输出 / as JSON
    #[arg(long)]
    json: bool,
}

impl Timers {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        match self.command {
            Command::Run(command) => command.run(),
        }
    }
}

impl Run {
    fn run(self) -> Result<Exit, Failure> {
        let layout = Layout::new(&self.dir.dir);
        let config = read_config(&layout)?;
        let now = SystemClock.now();
        let until = match &self.until {
            None => now,
            Some(text) => zone(&config).instant(text).ok_or_else(|| Failure {
                exit: Exit::Usage,
                message: format!("--until {text}: 写 2026-03-05 或 RFC 3339 时间 / write a date or an RFC 3339 time"),
            })?,
        };
        // What has not happened yet is not recorded as if it had.
        let until = until.min(now);
        if self.dry_run {
            let found = timers::due(&layout, &config, until)?;
            self.list(&found, zone(&config), now)?;
            return Ok(Exit::Done);
        }
        let ledger = witnessing::open(&self.dir.dir, "timers")?;
        let found = timers::due(&layout, &config, until)?;
        let new = timers::record(&ledger, &found, now);
        close(ledger)?;
        let new = new?;
        if self.json {
            print(&json!({"schema": "plumbline.timers/1", "recorded": new}).to_string())?;
        } else {
            print(&format!("已补发{new}件 / recorded {new} events"))?;
        }
        Ok(Exit::Done)
    }

    fn list(
        &self,
        found: &[DueEvent],
        zone: plumbline_replay::time::civil::Zone,
        now: i64,
    ) -> Result<(), Failure> {
        let mut out = std::io::stdout().lock();
        for event in found {
            let text = if self.json {
                timers::document(event, zone, now).to_string()
            } else {
                format!("{}\t{}\t{}", zone.rfc3339(event.occurred), event.kind, event.stream)
            };
            if !line(&mut out, text.as_bytes())? {
                return Ok(());
            }
        }
        if !self.json {
            eprintln!("{}件到期 / {} due", found.len(), found.len());
        }
        Ok(())
    }
}

impl From<TimerError> for Failure {
    fn from(error: TimerError) -> Failure {
        match error {
            TimerError::Open(error) => error.into(),
            other => Failure { exit: Exit::Failed, message: other.to_string() },
        }
    }
}

/// How often is looked at most.
const LOOK: Duration = Duration::from_secs(60);
/// Looking takes no more than one part in so many of the time.
const REST: u32 = 20;

/// The thread that records what is due. Ends when it is dropped.
pub(super) struct Ticking {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Ticking {
    pub(super) fn start(service: Arc<Service>) -> std::io::Result<Ticking> {
        let (stop, stopped) = bounded::<()>(0);
        let thread = std::thread::Builder::new().name("timers".to_owned()).spawn(move || {
            let mut watch = None;
            loop {
                let began = Instant::now();
                look(&service, &mut watch);
                // The first look at a large ledger takes long, and so does midnight: what is
                // due then is recorded minutes later, with midnight as its moment.
                let rest = LOOK.max(began.elapsed() * REST);
                if stopped.recv_timeout(rest) != Err(RecvTimeoutError::Timeout) {
                    break;
                }
            }
        })?;
        Ok(Ticking { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Ticking {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic there has been reported by its own message.
            let _ = thread.join();
        }
    }
}

fn look(service: &Service, watch: &mut Option<Watch>) {
    match timers::run(&service.ledger, watch, SystemClock.now()) {
        Ok(0) => {}
        Ok(new) => tracing::info!(new, "recorded what was due"),
        Err(error) => tracing::error!(%error, "what is due was not recorded; trying again"),
    }
}
