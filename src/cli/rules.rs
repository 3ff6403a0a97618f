//! `plumb rules`: the register of rules.

use super::{Exit, Failure, line, print};
use clap::Subcommand;
use plumbline_replay::rules::{Rule, register};

/// 规则登记表:每条引文、层级与判定方式 / the register of rules
#[derive(clap::Args)]
pub struct Rules {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    List(List),
    Show(Show),
}

/// 列出全部规则 / list all rules
#[derive(clap::Args)]
struct List {
    /// 输出 JSON 数组,每条规则一个对象 / one JSON array, an object a rule
    #[arg(long)]
    json: bool,
    /// 每行一条规则的 JSON 对象 / an object a line
    #[arg(long, conflicts_with = "json")]
    ndjson: bool,
}

/// 一条规则的全文 / one rule, with its quote
#[derive(clap::Args)]
struct Show {
    /// 规则编号,如 R2.5.1 / the rule's id
    id: String,
    /// 输出 JSON / as JSON
    #[arg(long)]
    json: bool,
}

impl Rules {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        match self.command {
            Command::List(command) => command.run(),
            Command::Show(command) => command.run(),
        }
    }
}

impl List {
    fn run(self) -> Result<Exit, Failure> {
        if self.json {
            print(register::document().trim_end())?;
            return Ok(Exit::Done);
        }
        let mut out = std::io::stdout().lock();
        for rule in register::all() {
            if self.ndjson {
                if !line(&mut out, rule.to_json().to_string().as_bytes())? {
                    break;
                }
                continue;
            }
            let (severity, status) = (rule.severity.as_str(), rule.status.as_str());
            let text = format!("{}\t{}\t{}\t{severity}\t{status}", rule.id, rule.zh, rule.en);
            if !line(&mut out, text.as_bytes())? {
                break;
            }
        }
        Ok(Exit::Done)
    }
}

impl Show {
    fn run(self) -> Result<Exit, Failure> {
        let Some(rule) = register::find(&self.id) else {
            let message = format!(
                "没有规则 {0};`plumb rules list` 列出全部 / there is no rule {0}; `plumb rules list` \
                 names them all",
                self.id
            );
            return Err(Failure { exit: Exit::NotFound, message });
        };
        print(&if self.json { rule.to_json().to_string() } else { words(rule) })?;
        Ok(Exit::Done)
    }
}

fn words(rule: &Rule) -> String {
    let severity = format!("{} {}", rule.severity.zh(), rule.severity.as_str());
    let status = format!("{} {}", rule.status.zh(), rule.status.as_str());
    format!(
        "{} {} / {}\n引文 quote     「{}」\n层级 layer     {}\n类别 kind      {}\n\
         缺项 silence   {}\n严重度 severity {severity}\n判定 status    {status}\n版本 version   {}",
        rule.id,
        rule.zh,
        rule.en,
        rule.quote,
        rule.layer.as_str(),
        rule.kind.0,
        rule.silence.as_str(),
        rule.version
    )
}
