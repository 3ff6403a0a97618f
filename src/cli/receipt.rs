//! `plumb receipt`: receipts signed by the log, and grown into proofs.

use super::{Dir, Exit, Failure, damage, print};
use crate::config::Layout;
use crate::ledger::{LogName, read_config};
use crate::publication::Publication;
use crate::receipt::{self, Kept, Signer};
use plumbline_replay::audit::{Receipt as Promised, read_receipts};
use plumbline_replay::integrity::chain::Digest;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// 回执 / receipts
#[derive(clap::Args)]
pub struct Receipt {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// 补取回执,由日志密钥签署 / the receipt of an event again, signed by the log
    Show {
        /// 事件编号 / the event's id
        id: String,
        /// 来源系统 / the source system
        #[arg(long)]
        system: String,
        #[command(flatten)]
        dir: Dir,
        /// 哪个日志 / which log
        #[arg(long = "log", default_value = "open", value_parser = ["open", "sealed"])]
        log: String,
    },
    /// 回执附上存在证明(tlog-proof),可离线核验 / add to receipts the proof that they are kept
    Upgrade {
        /// 回执,一行一张 / receipts, one a line
        file: PathBuf,
        #[command(flatten)]
        dir: Dir,
    },
}

impl Receipt {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        match self.action {
            Action::Show { id, system, dir, log } => show(&dir, &log, &system, &id),
            Action::Upgrade { file, dir } => upgrade(&dir, &file),
        }
    }
}

fn show(dir: &Dir, log: &str, system: &str, id: &str) -> Result<Exit, Failure> {
    let layout = Layout::new(&dir.dir);
    let log = LogName::parse(log).unwrap_or(LogName::Open);
    let reader = damage::reader(&layout, &read_config(&layout)?, log)?;
    let Some(found) = receipt::of_event(&reader, system, id)? else {
        let message = format!("账中没有 {system} 的 {id} / no event {id} of {system} in the log");
        return Err(Failure { exit: Exit::NotFound, message });
    };
    print(&Signer::open(&layout)?.signed(&found).to_string())?;
    Ok(Exit::Done)
}

fn upgrade(dir: &Dir, file: &Path) -> Result<Exit, Failure> {
    let layout = Layout::new(&dir.dir);
    let config = read_config(&layout)?;
    let mut promised = Vec::new();
    read_receipts(file, &mut promised)?;
    let text = std::fs::read_to_string(file)?;
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let mut logs: Vec<(LogName, Publication)> = Vec::new();
    for (receipt, line) in promised.iter().zip(lines) {
        let log = LogName::parse(&receipt.log).ok_or_else(|| not_a_receipt(receipt))?;
        if !logs.iter().any(|(name, _)| *name == log) {
            let reader = damage::reader(&layout, &config, log)?;
            logs.push((log, Publication::new(layout.clone(), config.clone(), reader)));
        }
        let found = logs.iter().find(|(name, _)| *name == log);
        let Some((_, publication)) = found else { continue };
        let hash = Digest::from_hex(receipt.hash.as_bytes());
        let hash = hash.ok_or_else(|| not_a_receipt(receipt))?;
        match receipt::prove(publication, receipt.position, &hash)? {
            Kept::Proved(proof) => {
                let mut value: Value = serde_json::from_str(line).unwrap_or_default();
                value["proof"] = json!(proof);
                print(&value.to_string())?;
            }
            Kept::Broken(found) => return Err(breach(receipt, found)),
        }
    }
    Ok(Exit::Done)
}

fn not_a_receipt(receipt: &Promised) -> Failure {
    let message = format!("{} 不是回执 / is not a receipt of either log", receipt.id);
    Failure { exit: Exit::Refused, message }
}

fn breach(receipt: &Promised, found: Option<Digest>) -> Failure {
    let Promised { id, log, position, .. } = receipt;
    let what = match found {
        Some(hash) => format!("该处记录的哈希是 {hash} / the entry there has the hash {hash}"),
        None => "该处没有记录 / there is no entry there".to_owned(),
    };
    let message = format!(
        "{id}({log} {position}):回执所承诺的记录不在,{what};请运行 plumb verify receipt / what the \
         receipt promises is not there; run `plumb verify receipt`"
    );
    Failure { exit: Exit::Broken, message }
}
