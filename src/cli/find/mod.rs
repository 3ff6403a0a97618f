//! `plumb find`: what the rules find in a ledger at a moment, and who answers.

mod list;
mod run;
mod show;

use super::case::At;
use super::{Dir, Exit, Failure};
use crate::judging::{Extent, Loaded, zone};
use crate::ledger::read_config;
use clap::Subcommand;
use plumbline_replay::rules::{Ask, Finding, Judgement, Severity, judge};
use plumbline_replay::time::civil::Zone;

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
    /// 只列此案 / only this stream
    #[arg(long, value_name = "STREAM")]
    stream: Option<String>,
    /// 只列此单位 / only this unit
    #[arg(long, value_name = "UNIT")]
    unit: Option<String>,
    /// 只列此结果,如 confirmed / only this result
    #[arg(long, value_name = "RESULT")]
    result: Option<String>,
    /// 只列此级别及以上 / only this severity and graver
    #[arg(long, value_name = "LEVEL", value_parser = severity)]
    severity: Option<Severity>,
}

fn severity(text: &str) -> Result<Severity, String> {
    Severity::parse(text).ok_or_else(|| "info|blue|yellow|red|refer".to_owned())
}

/// What came of it.
struct Answer {
    judgement: Judgement,
    zone: Zone,
    damage: Option<String>,
}

impl Asked {
    fn judge(&self) -> Result<Answer, Failure> {
        let layout = crate::config::Layout::new(&self.dir.dir);
        let config = read_config(&layout)?;
        let zone = zone(&config);
        let extent = if self.open_only { Extent::OPEN } else { Extent::WHOLE };
        let loaded = Loaded::read(&layout, &config, extent)?;
        let given = self.at.limits(zone)?;
        let ask = Ask {
            moment: loaded.moment(given.0, given.1),
            zone,
            sealed_given: loaded.sealed_size.is_some(),
            threads: std::thread::available_parallelism().map_or(1, usize::from),
        };
        let judgement = judge(&loaded.blocks, ask)
            .map_err(|error| Failure { exit: Exit::Broken, message: error.to_string() })?;
        if let Some(damage) = &loaded.damage {
            eprintln!(
                "日志只读到第 {} 条,以下结果以此为限 / the log can be read up to entry {} only: {damage}",
                loaded.size, loaded.size
            );
        }
        Ok(Answer { judgement, zone, damage: loaded.damage })
    }

    /// Whether a finding is asked for.
    fn wants(&self, finding: &Finding) -> bool {
        let rule = self.rules.is_empty() || self.rules.iter().any(|id| of(finding.rule, id));
        let unit =
            self.unit.is_none() || finding.accountable.unit.as_deref() == self.unit.as_deref();
        let stream = self.stream.as_ref().is_none_or(|stream| stream == finding.stream.as_ref());
        let result = self
            .result
            .as_ref()
            .is_none_or(|result| result.eq_ignore_ascii_case(finding.outcome.as_str()));
        rule && unit
            && stream
            && result
            && self.severity.is_none_or(|grave| finding.severity >= grave)
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
