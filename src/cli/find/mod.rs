//! `plumb find`: what the rules find in a ledger at a moment, and who answers.

mod list;
mod run;
mod show;

use super::case::At;
use super::{Dir, Exit, Failure, damage};
use crate::config::{Config, Layout};
use crate::judging::one::{Logs, OneCase, OneError};
use crate::judging::{Extent, zone};
use crate::ledger::{LogName, read_config};
use clap::Subcommand;
use plumbline_replay::rules::{Finding, Judgement, Outcome, Severity, judge, register};
use plumbline_replay::time::civil::Zone;
use serde_json::json;

/// 疑点:规则在任一时刻认定的疑似违规 / what the rules find, at any moment
#[derive(clap::Args)]
pub struct Find {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Run(run::Run),
    List(list::List),
    Show(show::Show),
}

impl Find {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        match self.command {
            Command::Run(command) => command.run(),
            Command::List(command) => command.run(),
            Command::Show(command) => command.run(),
        }
    }
}

/// Which ledger, which moment, and which findings.
#[derive(clap::Args)]
struct Asked {
    #[command(flatten)]
    dir: Dir,
    #[command(flatten)]
    at: At,
    /// 只用公开日志,不读密封日志 / judge the open log alone
    #[arg(long)]
    open_only: bool,
    /// 只列这些规则,如 R2.5 / only rules whose id begins so; may be repeated
    #[arg(long = "rule", value_name = "ID")]
    rules: Vec<String>,
    /// 只判此案,只读其自身记录 / only this stream, judged from its own entries
    #[arg(long, value_name = "STREAM")]
    stream: Option<String>,
    /// 连同须跨案比对的规则,读全部日志 / with the rules that look across cases: reads all
    #[arg(long, requires = "stream")]
    across: bool,
    /// 只列此单位 / only this unit
    #[arg(long, value_name = "UNIT")]
    unit: Option<String>,
    /// 只列此结果,如 confirmed / only this result
    #[arg(long, value_name = "RESULT", value_parser = outcome)]
    result: Option<Outcome>,
    /// 只列此级别及以上 / only this severity and graver
    #[arg(long, value_name = "LEVEL", value_parser = severity)]
    severity: Option<Severity>,
}

fn outcome(text: &str) -> Result<Outcome, String> {
    Outcome::parse(text).ok_or_else(|| {
        "violation_signal|confirmed|dismissed|exempted|waived|indeterminate|superseded_by_higher_law"
            .to_owned()
    })
}

fn severity(text: &str) -> Result<Severity, String> {
    Severity::parse(text).ok_or_else(|| "info|blue|yellow|red|refer".to_owned())
}

/// What came of it.
struct Answer {
    judgement: Judgement,
    zone: Zone,
    /// Rules that one case alone cannot answer, where one was judged alone.
    not_asked: Vec<&'static str>,
}

impl Asked {
    /// Judges one case by itself if one is asked for, else everything.
    fn judge(&self) -> Result<Answer, Failure> {
        // A misspelt rule would be answered with silence, which reads as "none found".
        let known = |asked: &&String| register::all().any(|rule| of(rule.id, asked));
        if let Some(rule) = self.rules.iter().find(|rule| !known(rule)) {
            let message = format!(
                "没有规则 {rule},见 plumb rules list / there is no rule {rule}: `plumb rules list`"
            );
            return Err(Failure { exit: Exit::Usage, message });
        }
        let layout = Layout::new(&self.dir.dir);
        let config = read_config(&layout)?;
        match &self.stream {
            Some(stream) if !self.across => self.judge_one(stream, &layout, &config),
            _ => self.judge_all(),
        }
    }

    fn judge_one(&self, stream: &str, layout: &Layout, config: &Config) -> Result<Answer, Failure> {
        let zone = zone(config);
        let (as_of, known_at) = self.at.limits(zone)?;
        let open = damage::reader(layout, config, LogName::Open)?;
        let sealed = match self.open_only {
            true => None,
            false => Some(damage::reader(layout, config, LogName::Sealed)?),
        };
        let logs = Logs { open: &open, sealed: sealed.as_ref() };
        let found = logs.judge(stream, as_of, known_at, zone)?.ok_or_else(|| Failure {
            exit: Exit::NotFound,
            message: format!(
                "没有事件流 {stream};跨案规则的疑点加 --across / there is no stream {stream}; for \
                 what rules find across cases add --across"
            ),
        })?;
        let not_asked = found.not_asked().into_iter().filter(|rule| self.wants_rule(rule));
        let not_asked = not_asked.collect();
        let OneCase { judgement, .. } = found;
        Ok(Answer { judgement, zone, not_asked })
    }

    fn judge_all(&self) -> Result<Answer, Failure> {
        let layout = Layout::new(&self.dir.dir);
        let config = read_config(&layout)?;
        let zone = zone(&config);
        let extent = if self.open_only { Extent::OPEN } else { Extent::WHOLE };
        let loaded = damage::loaded(&layout, &config, extent)?;
        let given = self.at.limits(zone)?;
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let ask = loaded.ask(loaded.moment(given.0, given.1), zone, threads);
        let judgement = judge(&loaded.blocks, ask)
            .map_err(|error| Failure { exit: Exit::Broken, message: error.to_string() })?;
        Ok(Answer { judgement, zone, not_asked: Vec::new() })
    }

    fn wants_rule(&self, rule: &str) -> bool {
        self.rules.is_empty() || self.rules.iter().any(|id| of(rule, id))
    }

    /// Whether a finding is asked for.
    fn wants(&self, finding: &Finding) -> bool {
        let rule = self.wants_rule(finding.rule);
        let unit =
            self.unit.is_none() || finding.accountable.unit.as_deref() == self.unit.as_deref();
        let stream = self.stream.as_ref().is_none_or(|stream| stream == finding.stream.as_ref());
        let result = self.result.is_none_or(|result| finding.outcome == result);
        rule && unit
            && stream
            && result
            && self.severity.is_none_or(|grave| finding.severity >= grave)
    }
}

impl Answer {
    /// Says which rules were not asked, where one case was judged alone.
    fn tell_not_asked(&self, json: bool) {
        if self.not_asked.is_empty() {
            return;
        }
        if json {
            let not_asked = json!({
                "schema": "plumbline.findings.not-asked/1", "not_asked": self.not_asked,
            });
            eprintln!("{not_asked}");
            return;
        }
        eprintln!(
            "未问须跨案比对的规则(加 --across 可问) / rules that look across cases were not asked \
             (add --across): {}",
            self.not_asked.join(" ")
        );
    }
}

impl From<OneError> for Failure {
    fn from(error: OneError) -> Failure {
        match error {
            OneError::Log(error) => error.into(),
            OneError::Master(error) => error.into(),
            OneError::Judge(error) => Failure { exit: Exit::Broken, message: error.to_string() },
        }
    }
}

/// `R2.5` asks for R2.5.1 and R2.5.2, and not for R2.50.
fn of(rule: &str, asked: &str) -> bool {
    rule.strip_prefix(asked).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn a_rule_is_asked_for_by_its_beginning() {
        assert!(of("R2.5.1", "R2.5") && of("R2.5.1", "R2.5.1") && of("R2.2.4f", "R2.2.4"));
        assert!(!of("R2.10.1", "R2.1") && !of("R2.5.1", "R2.6"));
    }
}
