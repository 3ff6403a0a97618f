//! `plumb show`: one entry by position or by id.

use super::{Dir, Exit, Failure, print};
use crate::config::Layout;
use crate::index::Directory;
use crate::ledger::{LogName, open_log, read_config};
use crate::store::Store;
use plumbline_replay::integrity::chain::entry_hash;
use plumbline_replay::integrity::entry::scan;
use std::sync::Arc;

/// 显示一条记录 / show one entry
#[derive(clap::Args)]
pub struct Show {
    /// 序号 / its position
    position: u64,
    #[command(flatten)]
    dir: Dir,
    /// 哪个日志 / which log
    #[arg(long = "log", default_value = "open", value_parser = ["open", "sealed"])]
    log: String,
    /// 原始字节 / the stored bytes exactly
    #[arg(long)]
    raw: bool,
}

impl Show {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let layout = Layout::new(&self.dir.dir);
        let config = read_config(&layout)?;
        let log = LogName::parse(&self.log).unwrap_or(LogName::Open);
        let store: Arc<dyn Store> = Arc::new(open_log(&layout, &config, log)?);
        let Some(entry) = Directory::new(store).entry(self.position)? else {
            let message = format!("没有第 {0} 号记录 / no entry at position {0}", self.position);
            return Err(Failure { exit: Exit::NotFound, message });
        };
        let text = String::from_utf8_lossy(&entry);
        if self.raw {
            print(&text)?;
            return Ok(Exit::Done);
        }
        let fields = scan(&entry).map_err(|error| Failure {
            exit: Exit::Broken,
            message: format!("不是记录 / not an entry: {error}"),
        })?;
        let (zh, en) = plumbline_replay::event::register::find(fields.kind)
            .map_or(("", ""), |found| (found.zh, found.en));
        let pretty = serde_json::from_slice::<serde_json::Value>(&entry)
            .and_then(|value| serde_json::to_string_pretty(&value))
            .unwrap_or_else(|_| text.into_owned());
        print(&format!(
            "第 {} 号记录 / position {0}: {zh} / {en}\n发生时间 / occurred  {}\n\
             入账时间 / recorded  {}\n摘要 / BLAKE3  {}\n{pretty}",
            fields.position,
            fields.occurred_at,
            fields.recorded_at,
            entry_hash(&entry)
        ))?;
        Ok(Exit::Done)
    }
}
