//! `plumb bench`: ratios to the raw limit, measured in one run.

use super::{Exit, Failure, print, surroundings};
use crate::bench::append::BenchError;
use crate::bench::{append, verify};
use std::path::PathBuf;

/// 测量 / measure
#[derive(clap::Args)]
pub struct Bench {
    /// 测什么 / what to measure
    #[arg(value_parser = ["append", "verify"])]
    what: String,
    /// 轮数 / rounds
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// 临时文件夹,须与账本同盘 / a folder on the ledger's disk for temporary files
    #[arg(long, default_value = ".")]
    on: PathBuf,
    /// JSON 输出 / as JSON
    #[arg(long)]
    json: bool,
}

impl Bench {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let value = if self.what == "verify" {
            verify::run(self.rounds)
        } else {
            let dir = self.on.join(format!("plumb-bench-{}", std::process::id()));
            std::fs::create_dir_all(&dir)?;
            let result = append::run(&dir, self.rounds, surroundings("bench"));
            std::fs::remove_dir_all(&dir)?;
            result?
        };
        if self.json {
            print(&value.to_string())?;
        } else {
            print(&serde_json::to_string_pretty(&value).unwrap_or_default())?;
        }
        Ok(Exit::Done)
    }
}

impl From<BenchError> for Failure {
    fn from(error: BenchError) -> Failure {
        match error {
            BenchError::Open(error) => error.into(),
            other => Failure { exit: Exit::Failed, message: other.to_string() },
        }
    }
}
