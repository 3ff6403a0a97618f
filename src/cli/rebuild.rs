//! `plumb rebuild`: grows read models again beside the live ones, shows what
//! differs row by row, and swaps them in.

use super::{Dir, Exit, Failure, damage, models, print};
use crate::config::Layout;
use crate::following::{place, sources};
use crate::ledger::{LogName, read_config};
use crate::projection::{PROJECTIONS, Rebuilt, RowChange, definition, rebuild};
use crate::store::Store;
use serde_json::{Value, json};

/// 重建读模型 / grow read models again from the log, and show what differs
#[derive(clap::Args)]
pub struct Rebuild {
    #[command(flatten)]
    dir: Dir,
    /// 只重建一个读模型 / only this read model
    #[arg(long, value_name = "NAME")]
    projection: Option<String>,
    /// 只比较,不替换 / compare and leave the live one; exit 3 if they differ
    #[arg(long)]
    dry_run: bool,
    /// 每个读模型最多列出多少行差异 / rows shown of what differs
    #[arg(long, value_name = "N", default_value_t = 10)]
    show: usize,
    /// JSON 输出 / as JSON
    #[arg(long)]
    json: bool,
}

impl Rebuild {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let layout = Layout::new(&self.dir.dir);
        let config = read_config(&layout)?;
        let names = match &self.projection {
            Some(name) => vec![definition(name)?.name],
            None => PROJECTIONS.map(|definition| definition.name).to_vec(),
        };
        let mut all = Vec::new();
        let (mut same, mut whole) = (true, true);
        for log in LogName::ALL {
            let (store, sources) = sources(&layout, &config, log)?;
            let place = place(&layout, log);
            let size = store.size()?;
            whole &= damage::looked_at(log, &store)?;
            for name in &names {
                let bar = models::progress(log, 0, size);
                let mut go_on = |position| {
                    bar.set_position(position);
                    true
                };
                // What differs is told before anything is swapped.
                let mut decide = |rebuilt: &Rebuilt| {
                    bar.finish_and_clear();
                    if !self.json {
                        eprintln!("{}", words(log, rebuilt));
                    }
                    !self.dry_run
                };
                let done = rebuild(&place, &sources, name, self.show, &mut go_on, &mut decide)?;
                same &= done.unsound.is_none() && done.difference.is_empty();
                all.push((log, done));
            }
        }
        if self.json {
            let models = all.iter().map(|(log, done)| to_json(*log, done)).collect::<Vec<_>>();
            print(&json!({"schema": "plumbline.rebuild/1", "models": models}).to_string())?;
        } else {
            print(self.verdict(same))?;
        }
        Ok(if !whole || self.dry_run && !same { Exit::Broken } else { Exit::Done })
    }

    fn verdict(&self, same: bool) -> &'static str {
        match (same, self.dry_run) {
            (true, _) => "读模型与日志一致 / the read models are what the log says",
            (false, true) => {
                "读模型与日志不一致,未作改动;去掉 --dry-run 即可替换 / the read models differ from the \
                 log; nothing was changed, run again without --dry-run"
            }
            (false, false) => "已按日志重建读模型 / the read models were rebuilt from the log",
        }
    }
}

fn words(log: LogName, rebuilt: &Rebuilt) -> String {
    let found = &rebuilt.difference;
    let mut lines = vec![format!(
        "日志 {log} 读模型 {0} / read model {0}: {1} 条记录 / entries, {2} 行 / rows; 新增 / added {3}, \
         删除 / removed {4}, 变更 / changed {5}",
        rebuilt.name, rebuilt.position, rebuilt.rows, found.added, found.removed, found.changed
    )];
    if let Some(reason) = &rebuilt.unsound {
        lines.push(format!(
            "  现有读模型不可用,视为空 / the live one cannot be used and counts as empty: {reason}"
        ));
    }
    for change in &found.first {
        lines.push(format!("  {}", change.row));
        for (sign, value) in [("-", &change.before), ("+", &change.after)] {
            lines.extend(value.as_ref().map(|value| format!("    {sign} {value}")));
        }
    }
    let total = found.added + found.removed + found.changed;
    let hidden = total.saturating_sub(found.first.len() as u64);
    if hidden > 0 {
        lines.push(format!("  另有 {hidden} 行 / and {hidden} more rows (--show N)"));
    }
    lines.join("\n")
}

fn to_json(log: LogName, rebuilt: &Rebuilt) -> Value {
    let row = |change: &RowChange| json!({"row": change.row, "before": change.before, "after": change.after});
    json!({
        "log": log.as_str(),
        "name": rebuilt.name,
        "version": rebuilt.version,
        "position": rebuilt.position,
        "rows": rebuilt.rows,
        "digest": rebuilt.content.to_string(),
        "unsound": rebuilt.unsound,
        "added": rebuilt.difference.added,
        "removed": rebuilt.difference.removed,
        "changed": rebuilt.difference.changed,
        "first": rebuilt.difference.first.iter().map(row).collect::<Vec<_>>(),
        "swapped": rebuilt.swapped,
    })
}
