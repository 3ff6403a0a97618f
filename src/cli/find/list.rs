//! `plumb find list`: how many findings of which rule, by result.

use super::super::{Exit, Failure, print};
use super::Asked;
use comfy_table::{ContentArrangement, Table, presets};
use plumbline_replay::rules::register;
use serde_json::json;
use std::collections::BTreeMap;

/// 各规则的疑点数 / findings counted by rule and result
#[derive(clap::Args)]
pub struct List {
    #[command(flatten)]
    asked: Asked,
    /// JSON 输出 / as JSON
    #[arg(long)]
    json: bool,
}

impl List {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let answer = self.asked.judge()?;
        let mut counts: BTreeMap<&str, BTreeMap<&str, u64>> = BTreeMap::new();
        for finding in answer.judgement.findings.iter().filter(|one| self.asked.wants(one)) {
            *counts
                .entry(finding.rule)
                .or_default()
                .entry(finding.outcome.as_str())
                .or_default() += 1;
        }
        let compliant = &answer.judgement.compliant;
        if self.json {
            let rules: Vec<_> = register::all()
                .filter(|rule| counts.contains_key(rule.id) || compliant.contains_key(rule.id))
                .map(|rule| {
                    json!({
                        "rule": rule.id, "zh": rule.zh, "en": rule.en,
                        "results": counts.get(rule.id),
                        "compliant": compliant.get(rule.id).copied().unwrap_or(0),
                    })
                })
                .collect();
            print(&json!({"schema": "plumbline.findings/1", "rules": rules}).to_string())?;
        } else {
            let mut table = Table::new();
            table.load_style(presets::UTF8_BORDERS_ONLY);
            table.set_content_arrangement(ContentArrangement::Dynamic);
            table.set_header(["规则 / rule", "名称 / name", "结果 / results", "合规 / in order"]);
            for rule in register::all() {
                let Some(results) = counts.get(rule.id) else { continue };
                let results: Vec<String> =
                    results.iter().map(|(name, count)| format!("{name} {count}")).collect();
                let kept = compliant.get(rule.id).copied().unwrap_or(0);
                table.add_row([rule.id, rule.zh, &results.join("\n"), &kept.to_string()]);
            }
            print(&table.to_string())?;
        }
        answer.tell_not_asked(self.json);
        Ok(Exit::Done)
    }
}
