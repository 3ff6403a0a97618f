//! `plumb stats`: how much there is, by log, type and amount, from the `totals`
//! read model.

use super::{Dir, Exit, Failure, models, print};
use crate::config::Layout;
use crate::ledger::{LogName, read_config};
use crate::projection::TypeTotals;
use crate::store::Store;
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use plumbline_replay::event::register::find;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// 统计 / count entries, streams, types and amounts
#[derive(clap::Args)]
pub struct Stats {
    #[command(flatten)]
    dir: Dir,
    /// JSON 输出 / as JSON
    #[arg(long)]
    json: bool,
}

/// Size and bytes of one log.
struct LogSize {
    log: LogName,
    size: u64,
    bytes: u64,
    /// Positions and words of its restorations from backups.
    restored: Vec<(u64, String)>,
    /// Why it cannot be read to its end.
    damage: Option<String>,
}

impl Stats {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let layout = Layout::new(&self.dir.dir);
        let config = read_config(&layout)?;
        let mut logs = Vec::new();
        let mut totals = TypeTotals::default();
        for log in LogName::ALL {
            let opened = models::open(&layout, &config, log, &["totals"])?;
            let bytes = opened.store.segments()?.iter().map(|segment| segment.bytes).sum();
            let restored = super::restore::told(&layout, &config, log)?;
            let damage = opened.store.damage().map(|damage| damage.to_string());
            logs.push(LogSize { log, size: opened.size, bytes, restored, damage });
            totals.add(opened.models.totals()?);
        }
        if self.json {
            print(&to_json(&logs, &totals).to_string())?;
        } else {
            print(&words(&logs, &totals))?;
        }
        Ok(Exit::Done)
    }
}

fn to_json(logs: &[LogSize], totals: &TypeTotals) -> Value {
    let log = |log: &LogSize| {
        let restored = log.restored.iter();
        let restored: Vec<Value> =
            restored.map(|(at, words)| json!({"position": at, "words": words})).collect();
        json!({
            "name": log.log.as_str(), "size": log.size, "bytes": log.bytes,
            "restorations": restored, "damage": log.damage,
        })
    };
    let amounts: BTreeMap<&str, BTreeMap<&str, String>> = totals
        .amounts
        .iter()
        .map(|(kind, sums)| {
            let sums = sums.iter().map(|(currency, sum)| (currency.as_str(), sum.to_string()));
            (kind.as_str(), sums.collect())
        })
        .collect();
    json!({
        "schema": "plumbline.stats/1",
        "logs": logs.iter().map(log).collect::<Vec<_>>(),
        "streams": totals.streams,
        "by_type": totals.by_type,
        "amounts": amounts,
    })
}

fn words(logs: &[LogSize], totals: &TypeTotals) -> String {
    let mut lines = Vec::new();
    for log in logs {
        lines.push(format!(
            "日志 {0} / log {0}: {1} 条 / entries, {2} 字节 / bytes",
            log.log, log.size, log.bytes
        ));
        if let Some(damage) = &log.damage {
            lines.push(format!("  损坏,其后未计 / damaged, and not counted from there: {damage}"));
        }
        for (position, words) in &log.restored {
            lines.push(format!("  第 {position} 号 / at {position}: {words}"));
        }
    }
    lines.push(format!("事件流 / streams: {}", totals.streams));
    let mut table = Table::new();
    table.load_style(presets::UTF8_BORDERS_ONLY);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(["类型 / type", "名称 / name", "条数 / entries", "金额 / amounts"]);
    for (kind, count) in &totals.by_type {
        let sums = totals.amounts.get(kind).into_iter().flatten();
        let sums: Vec<String> = sums.map(|(currency, sum)| format!("{sum} {currency}")).collect();
        let name = find(kind).map_or("", |known| known.zh);
        table.add_row([kind.clone(), name.to_owned(), count.to_string(), sums.join("\n")]);
    }
    for column in [2, 3] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    lines.push(table.to_string());
    lines.join("\n")
}
