//! `plumb show`: one entry by position or by id.

use super::{Dir, Exit, Failure, damage, print};
use crate::config::Layout;
use crate::index::{Field, Query};
use crate::ledger::{LogName, read_config};
use crate::store::{Store, StoreError};
use plumbline_replay::integrity::chain::entry_hash;
use plumbline_replay::integrity::entry::scan;

/// 显示一条记录 / show one entry
#[derive(clap::Args)]
pub struct Show {
    /// 序号,或事件编号 / its position, or the event's id
    #[arg(value_name = "POSITION|ID")]
    which: String,
    #[command(flatten)]
    dir: Dir,
    /// 哪个日志 / which log
    #[arg(long = "log", default_value = "open", value_parser = ["open", "sealed"])]
    log: String,
    /// 报送系统;同一编号来自多个系统时须指明 / the source system, where several use the same id
    #[arg(long, value_name = "NAME")]
    system: Option<String>,
    /// 把参数当作编号,即使全是数字 / take the argument for an id even if it is a number
    #[arg(long)]
    id: bool,
    /// 原始字节 / the stored bytes exactly
    #[arg(long)]
    raw: bool,
}

impl Show {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let entry = match self.which.parse() {
            Ok(position) if !self.id && self.system.is_none() => self.at(position)?,
            _ => self.named()?,
        };
        if self.raw {
            print(&String::from_utf8_lossy(&entry))?;
        } else {
            print(&words(&entry)?)?;
        }
        Ok(Exit::Done)
    }

    fn log(&self) -> LogName {
        LogName::parse(&self.log).unwrap_or(LogName::Open)
    }

    /// Straight from the log: no lookup is needed, and damage elsewhere is no
    /// hindrance.
    fn at(&self, position: u64) -> Result<Vec<u8>, Failure> {
        let layout = Layout::new(&self.dir.dir);
        let store = damage::store(&layout, &read_config(&layout)?, self.log())?;
        let size = store.size()?;
        let blocks = if position < size { store.read(position, 1)? } else { Vec::new() };
        let mut entries = blocks.iter().flat_map(|block| block.entries());
        let found = entries.find(|(at, _, _)| *at == position);
        found.map(|(_, _, entry)| entry.to_vec()).ok_or_else(|| {
            let log = self.log();
            if let Some(damage) = store.damage() {
                return StoreError::from(damage).into();
            }
            missing(format!(
                "日志 {log} 没有第 {position} 号记录,共 {size} 条 / log {log} has no entry at \
                 position {position}, it has {size}"
            ))
        })
    }

    fn named(&self) -> Result<Vec<u8>, Failure> {
        let layout = Layout::new(&self.dir.dir);
        let reader = damage::reader(&layout, &read_config(&layout)?, self.log())?;
        let mut query = Query::new().with(Field::Id, &self.which);
        if let Some(system) = &self.system {
            query = query.system(system);
        }
        let mut found = reader.find(&query, 0, u64::MAX, 2)?;
        let (id, log) = (&self.which, self.log());
        if found.len() > 1 {
            return Err(Failure {
                exit: Exit::Usage,
                message: format!(
                    "编号 {id} 来自多个系统,请加 --system / several systems use the id {id}; name \
                     one with --system"
                ),
            });
        }
        if let Some((_, entry)) = found.pop() {
            return Ok(entry);
        }
        match reader.damage() {
            None => Err(missing(format!(
                "日志 {log} 没有编号为 {id} 的记录 / log {log} has no entry with the id {id}"
            ))),
            Some(damage) => Err(Failure {
                exit: Exit::CannotTell,
                message: format!(
                    "日志 {log} 前 {0} 条没有编号 {id},其后不可读 / not among the first {0} \
                     entries of log {log}; the rest cannot be read: {damage}; run `plumb verify`",
                    reader.size()
                ),
            }),
        }
    }
}

fn missing(message: String) -> Failure {
    Failure { exit: Exit::NotFound, message }
}

fn words(entry: &[u8]) -> Result<String, Failure> {
    let fields = scan(entry).map_err(|error| Failure {
        exit: Exit::Broken,
        message: format!("不是记录 / not an entry: {error}; run `plumb verify`"),
    })?;
    let (zh, en) = plumbline_replay::event::register::find(fields.kind)
        .map_or(("", ""), |found| (found.zh, found.en));
    let pretty = serde_json::from_slice::<serde_json::Value>(entry)
        .and_then(|value| serde_json::to_string_pretty(&value))
        .unwrap_or_else(|_| String::from_utf8_lossy(entry).into_owned());
    Ok(format!(
        "第 {} 号记录 / position {0}: {zh} / {en}\n发生时间 / occurred  {}\n\
         入账时间 / recorded  {}\n摘要 / BLAKE3  {}\n{pretty}",
        fields.position,
        fields.occurred_at,
        fields.recorded_at,
        entry_hash(entry)
    ))
}
