//! `plumb doctor`: the state of a ledger's parts. It changes none but the read
//! models, which opening brings up to the log.

use super::{Dir, Exit, Failure, models, print};
use crate::config::{Config, Layout};
use crate::ledger::{LogName, open_log, read_config};
use crate::projection::PROJECTIONS;
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
        let mut projections = Vec::new();
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
            projections.extend(read_models(&layout, &config, log)?);
        }
        let value = json!({
            "schema": "plumbline.doctor/1",
            "logs": logs,
            "projections": projections,
        });
        if self.json {
            print(&value.to_string())?;
        } else {
            print(&serde_json::to_string_pretty(&value).unwrap_or_default())?;
        }
        Ok(exit)
    }
}

/// Each read model of a log: the digest is the same for the same entries and
/// version, so two machines can compare theirs.
fn read_models(layout: &Layout, config: &Config, log: LogName) -> Result<Vec<Value>, Failure> {
    let names = PROJECTIONS.map(|definition| definition.name);
    let opened = models::open(layout, config, log, &names)?;
    let set_aside = opened.models.set_aside();
    let models = opened.models.grown().into_iter().map(|model| {
        let reason = set_aside.iter().find(|one| one.name == model.name);
        json!({
            "log": log.as_str(),
            "name": model.name,
            "version": model.version,
            "position": model.position,
            "rows": model.rows,
            "digest": model.content.to_string(),
            "grown_again": reason.map(|one| &one.reason),
            "in_memory": opened.in_memory,
        })
    });
    Ok(models.collect())
}

fn last_hash(store: &dyn Store, size: u64) -> Result<Value, Failure> {
    let Some(last) = size.checked_sub(1) else { return Ok(Value::Null) };
    let blocks = store.read(last, 1)?;
    let entry = blocks.iter().flat_map(|block| block.entries()).last();
    Ok(entry.map_or(Value::Null, |(_, _, entry)| json!(entry_hash(entry).to_string())))
}
