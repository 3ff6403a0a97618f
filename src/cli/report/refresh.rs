//! `plumb report refresh`: brings what reports need of the judged ledger to the logs'
//! ends; and the thread that does so while a ledger is served.

use super::super::{Dir, Exit, Failure, print};
use crate::config::Layout;
use crate::http::Service;
use crate::judged::{Anew, Brought, Judged, JudgedError, Keeper, refresh};
use crate::judging::one::Logs;
use crate::ledger::{LogName, read_config};
use crate::reader::Reader;
use crossbeam_channel::{RecvTimeoutError, Sender, bounded};
use serde_json::json;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// 把报表所需的留存补到最新条目 / bring what reports need of the log to its last entry
#[derive(clap::Args)]
pub struct Refresh {
    #[command(flatten)]
    dir: Dir,
    /// 全部重新判定 / judge everything again
    #[arg(long)]
    whole: bool,
    /// JSON 输出 / as JSON
    #[arg(long)]
    json: bool,
}

impl Refresh {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let layout = Layout::new(&self.dir.dir);
        let config = read_config(&layout)?;
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let brought = refresh(&layout, &config, threads, self.whole)?;
        let Brought { ends: [open, sealed], looked_at, anew } = brought;
        if self.json {
            let json = json!({
                "schema": "plumbline.report.refresh/1",
                "log_size": open.size, "sealed_size": sealed.size,
                "looked_at": looked_at, "whole": anew.is_some(),
            });
            print(&json.to_string())?;
        } else {
            print(&format!(
                "已据前{0}条记录留存,重看{looked_at}个事件流 / kept as of the first {0} entries; \
                 {looked_at} streams were looked at again",
                open.size
            ))?;
            if let Some(why) = anew {
                print(&format!("全部重新判定 / everything was judged: {}", why.words()))?;
            }
        }
        Ok(Exit::Done)
    }
}

impl From<JudgedError> for Failure {
    fn from(error: JudgedError) -> Failure {
        match error {
            JudgedError::Open(error) => error.into(),
            JudgedError::Busy => Failure {
                exit: Exit::Locked,
                message: format!("另一进程正在补齐留存,稍后再试 / {error}"),
            },
            JudgedError::Log(error) => error.into(),
            JudgedError::Master(error) => error.into(),
            JudgedError::Io { .. } | JudgedError::NotGiven => {
                Failure { exit: Exit::Failed, message: error.to_string() }
            }
            JudgedError::Damaged(damage) => Failure {
                exit: Exit::Broken,
                message: format!(
                    "账本有损坏,不据以制表;先运行 plumb verify / the log is damaged; run plumb \
                     verify: {damage}"
                ),
            },
            JudgedError::Judge(_) => Failure { exit: Exit::Broken, message: error.to_string() },
        }
    }
}

/// How often is looked at most whether the logs have grown.
const LOOK: Duration = Duration::from_secs(10);
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
            let mut checked = false;
            // Not at once: a server that was just started has others to answer.
            while stopped.recv_timeout(rest) == Err(RecvTimeoutError::Timeout) {
                let began = Instant::now();
                match keep(&service, !checked) {
                    Ok(Some(brought)) => {
                        checked = true;
                        tell(&brought);
                    }
                    Ok(None) => {}
                    Err(error) => {
                        tracing::error!(%error, "reports are made from the log; trying again");
                    }
                }
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

fn tell(brought: &Brought) {
    let Brought { ends: [open, _], looked_at, anew } = brought;
    if *looked_at > 0 {
        let (entries, anew) = (open.size, anew.map(Anew::words));
        tracing::info!(entries, looked_at, anew, "kept what reports need");
    }
}

/// Brings the model to the logs' ends; at the first time every byte of it is looked at,
/// and what is damaged grows again.
fn keep(service: &Service, check: bool) -> Result<Option<Brought>, JudgedError> {
    let (layout, config) = (service.ledger.layout(), service.ledger.config());
    let Some(keeper) = Keeper::begin(layout, config)? else { return Ok(None) };
    let open = Reader::of(&service.ledger, LogName::Open)?;
    let sealed = Reader::of(&service.ledger, LogName::Sealed)?;
    let logs = Logs { open: &open, sealed: Some(&sealed) };
    if check && Judged::open(layout, config).is_some_and(|judged| !judged.is_whole()) {
        tracing::warn!("what is kept for reports is damaged; growing it again");
        return keeper.grow(logs, 1, Anew::Damaged).map(Some);
    }
    keeper.bring(logs, 1).map(Some)
}
