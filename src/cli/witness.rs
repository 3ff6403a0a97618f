//! `plumb witness`: watches logs, ours or others', and cosigns what continues what
//! it saw before.

use super::interrupt::Interrupt;
use super::{Exit, Failure, salt};
use crate::clock::SystemClock;
use crate::http::serve_witness;
use crate::witness::{Witness as Watching, WitnessError};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

/// 见证者(C2SP tlog-witness):只见证与所见一致的检查点 / a witness of logs
#[derive(clap::Args)]
pub struct Witness {
    /// 见证者文件夹 / the witness's folder
    #[arg(long = "dir", value_name = "W")]
    dir: PathBuf,
    /// 监听地址 / the address
    #[arg(long, default_value = "127.0.0.1:8712")]
    listen: SocketAddr,
    /// 首次运行:名称,写作网址去掉协议 / the first time: its name, a URL without scheme
    #[arg(long)]
    name: Option<String>,
    /// 增加受见证日志的公钥,可多次给出 / a log's vkey to watch from now on; may be repeated
    #[arg(long = "log", value_name = "VKEY")]
    logs: Vec<String>,
}

impl Witness {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        tracing_subscriber::fmt().with_writer(std::io::stderr).with_ansi(false).init();
        let witness = Watching::open(&self.dir, self.name.as_deref(), &self.logs, salt()?)?;
        let vkey = witness.vkey();
        let started = |address: SocketAddr| {
            eprintln!("见证者 / witness {vkey} on http://{address}");
        };
        let runtime = tokio::runtime::Runtime::new()?;
        let (witness, clock) = (Arc::new(witness), Arc::new(SystemClock));
        let interrupt = Interrupt::default();
        let told = interrupt.clone();
        let stop = async move { told.heard().await };
        let serving = serve_witness(witness, clock, self.listen, started, stop);
        runtime.block_on(serving).map_err(|error| Failure {
            exit: Exit::Failed,
            message: format!("{}: {error}", self.listen),
        })?;
        Ok(interrupt.exit().unwrap_or(Exit::Done))
    }
}

impl From<WitnessError> for Failure {
    fn from(error: WitnessError) -> Failure {
        let exit = match error {
            WitnessError::Missing(_) => Exit::NotFound,
            WitnessError::InUse(_) => Exit::Locked,
            WitnessError::Settings(_) => Exit::Usage,
            WitnessError::Damaged { .. } => Exit::Broken,
            WitnessError::Io { .. } => Exit::Failed,
        };
        Failure { exit, message: error.to_string() }
    }
}
