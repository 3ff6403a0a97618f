//! `plumb doctor`: the state of a ledger's parts, without changing any.

use super::{Dir, Exit, Failure, print};
use crate::config::Layout;
use crate::ledger::{LogName, open_log, read_config};
use crate::store::Store;
use plumbline_replay::integrity::chain::entry_hash;
use plumbline_replay::walk::claimed_size;
use serde_json::{Value, json};

/// 诊断 / the state of each part
#[derive(clap::Args)]
pub struct Doctor {
    #[command(flatten)]
    dir: Dir,
    /// JSON 输出 / as JSON
    #[arg(long)]
    json: bool,
}

impl Doctor {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let layout = Layout::new(&self.dir.dir);
        let config = read_config(&layout)?;
        let mut exit = Exit::Done;
        let mut logs = Vec::new();
        for log in LogName::ALL {
            let store = open_log(&layout, &config, log)?;
            let size = store.size()?;
            let damage = store.damage().map(|damage| damage.to_string());
            if damage.is_some() {
                exit = Exit::Broken;
            }
            let signed =
                |path| std::fs::read_to_string(path).ok().and_then(|note| claimed_size(&note));
            logs.push(json!({
                "name": log.as_str(),
                "origin": config.origin_of(log),
                "size": size,
                "last_hash": last_hash(&store, size)?,
                "segments": store.segments()?.len(),
                "signed_size": signed(layout.head(log)),
                "published_size": signed(layout.checkpoint(log)),
                "damage": damage,
            }));
        }
        let value = json!({
            "schema": "plumbline.doctor/1",
            "logs": logs,
            // Nothing is kept besides the logs yet, so nothing can lag behind them.
            "projections": [],
        });
        if self.json {
            print(&value.to_string())?;
        } else {
            print(&serde_json::to_string_pretty(&value).unwrap_or_default())?;
        }
        Ok(exit)
    }
}

fn last_hash(store: &dyn Store, size: u64) -> Result<Value, Failure> {
    let Some(last) = size.checked_sub(1) else { return Ok(Value::Null) };
    let blocks = store.read(last, 1)?;
    let entry = blocks.iter().flat_map(|block| block.entries()).last();
    Ok(entry.map_or(Value::Null, |(_, _, entry)| json!(entry_hash(entry).to_string())))
}
