//! `plumb bench`: ratios to the raw limit, measured in one run.

use super::{Exit, Failure, print, surroundings};
use crate::bench::append::BenchError;
use crate::bench::{append, http, judging, models, query, replay, report, verify};
use clap::builder::RangedU64ValueParser;
use std::path::PathBuf;

/// 测量 / measure
#[derive(clap::Args)]
pub struct Bench {
    /// 测什么 / what to measure
    #[arg(value_parser = ["append", "verify", "replay", "http", "query", "models", "report"])]
    what: String,
    /// 轮数 / rounds
    #[arg(long, default_value_t = 5, value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
    rounds: usize,
    /// query、models、report:账本中的记录数 / entries in the ledger, for query, models, report
    #[arg(long, default_value_t = 400_000)]
    entries: u64,
    /// replay:连同全部规则 / replay: with all rules, on a synthetic city
    #[arg(long)]
    rules: bool,
    /// 临时文件夹,须与账本同盘 / a folder on the ledger's disk for temporary files
    #[arg(long, default_value = ".")]
    on: PathBuf,
    /// JSON 输出 / as JSON
    #[arg(long)]
    json: bool,
}

impl Bench {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let value = match self.what.as_str() {
            "replay" if !self.rules => replay::run(self.rounds),
            _ => self.in_a_folder()?,
        };
        if self.json {
            print(&value.to_string())?;
        } else {
            print(&serde_json::to_string_pretty(&value).unwrap_or_default())?;
        }
        Ok(Exit::Done)
    }

    /// Measurements that need a disk; what they write is removed.
    fn in_a_folder(&self) -> Result<serde_json::Value, Failure> {
        let dir = self.on.join(format!("plumb-bench-{}", std::process::id()));
        std::fs::create_dir_all(&dir)?;
        let (rounds, entries, given) = (self.rounds, self.entries, surroundings("bench"));
        let result = match self.what.as_str() {
            "replay" => judging::run(&dir, rounds),
            "verify" => verify::run(&dir, rounds).map_err(BenchError::from),
            "http" => http::run(&dir, rounds, given),
            "query" => query::run(&dir, rounds, entries, given),
            "models" => models::run(&dir, rounds, entries, given),
            "report" => report::run(&dir, rounds, entries),
            _ => append::run(&dir, rounds, given),
        };
        std::fs::remove_dir_all(&dir)?;
        Ok(result?)
    }
}

impl From<BenchError> for Failure {
    fn from(error: BenchError) -> Failure {
        match error {
            BenchError::Open(error) => error.into(),
            BenchError::Store(error) => error.into(),
            BenchError::Model(error) => error.into(),
            few @ BenchError::TooFew(_) => Failure { exit: Exit::Usage, message: few.to_string() },
            other => Failure { exit: Exit::Failed, message: other.to_string() },
        }
    }
}
