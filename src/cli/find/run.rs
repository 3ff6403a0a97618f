//! `plumb find run`: judges, and prints every finding.

use super::super::{Exit, Failure, line};
use super::{Asked, severity};
use plumbline_replay::rules::{Finding, Outcome, Severity};
use plumbline_replay::visible::visible;
use std::io::Write;

/// 对账本作一次全面判定,或只判一案 / judge the whole ledger at a moment, or one case
#[derive(clap::Args)]
pub struct Run {
    #[command(flatten)]
    asked: Asked,
    /// 每行一个 JSON / one JSON object a line
    #[arg(long)]
    json: bool,
    /// 有未否定的疑点达到此级别时以 5 退出 / exit 5 where a finding is as grave
    #[arg(long, value_name = "LEVEL", value_parser = severity)]
    fail_on: Option<Severity>,
}

impl Run {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let answer = self.asked.judge()?;
        let found: Vec<&Finding> =
            answer.judgement.findings.iter().filter(|one| self.asked.wants(one)).collect();
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        for finding in &found {
            let text = if self.json {
                finding.to_json(answer.zone).to_string()
            } else {
                words(finding, answer.zone.rfc3339(finding.at).as_str())
            };
            if !line(&mut out, text.as_bytes())? {
                return Ok(Exit::Done);
            }
        }
        out.flush().or_else(|error| match error.kind() {
            std::io::ErrorKind::BrokenPipe => Ok(()),
            _ => Err(error),
        })?;
        let looked = &answer.judgement;
        eprintln!(
            "共判定 {} 条记录、{} 个事件流:{} 项结果,{} 项行为合规 / {} entries of {} streams judged: \
             {} results, {} acts in order",
            looked.entries,
            looked.streams,
            found.len(),
            looked.compliant.values().sum::<u64>(),
            looked.entries,
            looked.streams,
            found.len(),
            looked.compliant.values().sum::<u64>(),
        );
        answer.tell_not_asked(self.json);
        let grave = |finding: &&&Finding| {
            let stands = matches!(finding.outcome, Outcome::Signal | Outcome::Confirmed);
            stands && self.fail_on.is_some_and(|level| finding.severity >= level)
        };
        if answer.damage.is_some() {
            return Ok(Exit::Broken);
        }
        Ok(if found.iter().any(|finding| grave(&finding)) { Exit::Findings } else { Exit::Done })
    }
}

fn words(finding: &Finding, at: &str) -> String {
    let unit = finding.accountable.unit.as_deref().unwrap_or("-");
    let words = format!(
        "{}  {}·{}  {}  {}  {}\n    {}\n    {}\n    {}",
        finding.rule,
        finding.outcome.zh(),
        finding.severity.zh(),
        finding.stream,
        unit,
        at,
        finding.zh,
        finding.en,
        finding.id(),
    );
    visible(&words).into_owned()
}
