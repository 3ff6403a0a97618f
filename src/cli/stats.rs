//! `plumb stats`: how much there is, by log, type and amount.

use super::{Dir, Exit, Failure, print};
use crate::config::Layout;
use crate::ledger::{LogName, open_log, read_config};
use crate::store::Store;
use plumbline_replay::integrity::entry::{Fields, scan};
use plumbline_replay::integrity::json::parse;
use serde_json::json;
use std::collections::{BTreeMap, HashSet};

const READ_BYTES: usize = 4 << 20;

/// 统计 / count entries, streams, types and amounts
#[derive(clap::Args)]
pub struct Stats {
    #[command(flatten)]
    dir: Dir,
    /// JSON 输出 / as JSON
    #[arg(long)]
    json: bool,
}

/// Sums over the open and the sealed log.
#[derive(Default)]
struct Totals {
    streams: HashSet<[u8; 32]>,
    by_type: BTreeMap<String, u64>,
    /// Event type → currency → minor units.
    amounts: BTreeMap<String, BTreeMap<String, i128>>,
}

impl Totals {
    fn add(&mut self, fields: &Fields<'_>) {
        self.streams.insert(*blake3::hash(fields.stream.as_bytes()).as_bytes());
        *self.by_type.entry(fields.kind.to_owned()).or_default() += 1;
        let Some(Ok(body)) = fields.body.map(parse) else {
            return;
        };
        let fen = body.get("amount_fen").and_then(|v| v.as_int()).map(|minor| ("CNY", minor));
        let minor = body.get("amount_minor").and_then(|v| v.as_int());
        let named = minor.zip(body.get("currency").and_then(|v| v.as_str()));
        if let Some((currency, minor)) = fen.or(named.map(|(minor, currency)| (currency, minor))) {
            let sums = self.amounts.entry(fields.kind.to_owned()).or_default();
            *sums.entry(currency.to_owned()).or_default() += i128::from(minor);
        }
    }

    fn amounts_text(&self) -> BTreeMap<&str, BTreeMap<&str, String>> {
        let sums = |by: &'_ BTreeMap<String, i128>| -> Vec<(String, String)> {
            by.iter().map(|(currency, minor)| (currency.clone(), decimal(*minor))).collect()
        };
        let mut out: BTreeMap<&str, BTreeMap<&str, String>> = BTreeMap::new();
        for (kind, by) in &self.amounts {
            for ((currency, _), (_, text)) in by.iter().zip(sums(by)) {
                out.entry(kind).or_default().insert(currency, text);
            }
        }
        out
    }
}

/// Minor units with two decimals.
fn decimal(minor: i128) -> String {
    let sign = if minor < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", minor.unsigned_abs() / 100, minor.unsigned_abs() % 100)
}

impl Stats {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let layout = Layout::new(&self.dir.dir);
        let config = read_config(&layout)?;
        let mut totals = Totals::default();
        let mut logs = Vec::new();
        for log in LogName::ALL {
            let store = open_log(&layout, &config, log)?;
            let size = store.size()?;
            let mut next = 0;
            while next < size {
                for block in store.read(next, READ_BYTES)? {
                    for (_, _, entry) in block.entries() {
                        if let Ok(fields) = scan(entry) {
                            totals.add(&fields);
                        }
                    }
                    next = block.first_position + u64::from(block.count);
                }
            }
            let bytes: u64 = store.segments()?.iter().map(|segment| segment.bytes).sum();
            logs.push(json!({"name": log.as_str(), "size": size, "bytes": bytes}));
        }
        let value = json!({
            "schema": "plumbline.stats/1",
            "logs": logs,
            "streams": totals.streams.len(),
            "by_type": totals.by_type,
            "amounts": totals.amounts_text(),
        });
        if self.json {
            print(&value.to_string())?;
        } else {
            print(&serde_json::to_string_pretty(&value).unwrap_or_default())?;
        }
        Ok(Exit::Done)
    }
}
