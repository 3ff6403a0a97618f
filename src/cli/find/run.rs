//! `plumb find run`: judges, and prints every finding: a script each by itself, a
//! person what cannot be told once a case.

use super::super::{Exit, Failure, line};
use super::{Asked, severity};
use plumbline_replay::rules::{Finding, Outcome, Severity};
use plumbline_replay::visible::visible;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
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
        // Who asks about one case is told each reason.
        let summed = !self.json && self.asked.stream.is_none();
        let untold = if summed { Untold::by_stream(&found) } else { BTreeMap::new() };
        let mut told = BTreeSet::new();
        for finding in &found {
            let untold = untold.get(finding.stream.as_ref());
            let text = match untold.filter(|_| finding.outcome == Outcome::Indeterminate) {
                Some(untold) if told.insert(finding.stream.as_ref()) => untold.line(),
                Some(_) => continue,
                None if self.json => finding.to_json(answer.zone).to_string(),
                None => words(finding, answer.zone.rfc3339(finding.at).as_str()),
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

/// Adds words, each where it comes first.
fn once<'f>(list: &mut Vec<&'f str>, words: impl IntoIterator<Item = &'f str>) {
    for word in words {
        if !list.contains(&word) {
            list.push(word);
        }
    }
}

/// What cannot be told of one stream, and what is missing for it.
#[derive(Default)]
struct Untold<'f> {
    stream: &'f str,
    unit: Option<&'f str>,
    rules: Vec<&'f str>,
    missing: Vec<&'f str>,
}

impl<'f> Untold<'f> {
    fn by_stream(found: &[&'f Finding]) -> BTreeMap<&'f str, Untold<'f>> {
        let mut out: BTreeMap<&str, Untold<'_>> = BTreeMap::new();
        for finding in found.iter().filter(|one| one.outcome == Outcome::Indeterminate) {
            let own = out.entry(&finding.stream).or_default();
            own.stream = &finding.stream;
            own.unit = own.unit.or(finding.accountable.unit.as_deref());
            let missing = finding.explanation.get("missing").and_then(Value::as_array);
            let missing = missing.into_iter().flatten().filter_map(Value::as_str);
            once(&mut own.rules, [finding.rule]);
            once(&mut own.missing, missing);
        }
        out
    }

    /// One line: `无法判定 / cannot tell  STREAM  UNIT  缺 / missing: …  (RULES)`.
    fn line(&self) -> String {
        let Untold { stream, unit, rules, missing } = self;
        let missing = match missing.is_empty() {
            true => String::new(),
            false => format!("  缺 / missing: {}", missing.join("、")),
        };
        let (unit, rules) = (unit.unwrap_or("-"), rules.join(" "));
        let line = format!("无法判定 / cannot tell  {stream}  {unit}{missing}  ({rules})");
        visible(&line).into_owned()
    }
}
