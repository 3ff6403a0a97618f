//! `plumb ask`: the investigator's questions (specification §5.2).

use super::case::At;
use super::{Exit, Failure, damage, print};
use crate::config::Layout;
use crate::judged;
use crate::judging::{Extent, zone};
use crate::ledger::read_config;
use crate::printing::{Format, print as laid_out};
use chrono::NaiveDate;
use comfy_table::{ContentArrangement, Table, presets};
use plumbline_replay::inquiry::{self, Question};
use plumbline_replay::report::{self, About, Period, Sheet, shown};
use plumbline_replay::time::civil;
use serde_json::{Value, json};
use std::io::Write;
use std::path::PathBuf;

/// 办案二十三问:plumb ask list 列出,plumb ask N 作答 / the investigator's questions
#[derive(clap::Args)]
pub struct Ask {
    /// 问题编号 1–23,或 list / the question's number, or list
    question: String,
    /// 账本文件夹 / the ledger's folder
    #[arg(long = "dir", env = "PLUMB_DIR", value_name = "D")]
    dir: Option<PathBuf>,
    /// 案件 / the case's stream
    #[arg(long, value_name = "S")]
    stream: Option<String>,
    /// 单位 / the unit
    #[arg(long, value_name = "U")]
    unit: Option<String>,
    /// 企业或当事人 / the party
    #[arg(long, value_name = "P")]
    party: Option<String>,
    /// 事项 / the item
    #[arg(long, value_name = "I")]
    item: Option<String>,
    /// 人员 / the officer
    #[arg(long, value_name = "O")]
    officer: Option<String>,
    /// 与哪一时刻所知相比 / the earlier moment to compare with
    #[arg(long, value_name = "T")]
    then: Option<String>,
    /// 期间首日 / first day
    #[arg(long, value_name = "DATE", value_parser = date)]
    from: Option<NaiveDate>,
    /// 期间末日 / last day
    #[arg(long, value_name = "DATE", value_parser = date)]
    to: Option<NaiveDate>,
    #[command(flatten)]
    at: At,
    /// 格式,默认为表格 / a table unless given
    #[arg(long, value_name = "json|csv|xlsx|html", value_parser = format)]
    format: Option<Format>,
    /// JSON 输出 / as JSON
    #[arg(long)]
    json: bool,
}

fn date(text: &str) -> Result<NaiveDate, String> {
    civil::parse_date(text).ok_or_else(|| "写作 2026-03-05 / write 2026-03-05".to_owned())
}

fn format(text: &str) -> Result<Format, String> {
    Format::parse(text).ok_or_else(|| "json|csv|xlsx|html".to_owned())
}

impl Ask {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        if self.question == "list" {
            return list(self.json);
        }
        let number = self.question.trim_start_matches(['Q', 'q']).parse().ok();
        let Some(question) = number.and_then(inquiry::find) else {
            let message = format!(
                "没有第 {} 问;plumb ask list 列出各问 / there is no such question; see plumb ask list",
                self.question
            );
            return Err(Failure { exit: Exit::Usage, message });
        };
        let sheet = self.answer(question)?;
        let format = if self.json { Some(Format::Json) } else { self.format };
        let Some(format) = format else {
            print(&table(&sheet))?;
            return Ok(Exit::Done);
        };
        let bytes = laid_out(&sheet, format)
            .map_err(|error| Failure { exit: Exit::Failed, message: error.to_string() })?;
        match std::io::stdout().lock().write_all(&bytes) {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
            _ => Ok(Exit::Done),
        }
    }

    fn answer(&self, question: &Question) -> Result<Sheet, Failure> {
        let usage = |message: String| Failure { exit: Exit::Usage, message };
        let Some(dir) = &self.dir else {
            return Err(usage("写明 --dir / name the ledger with --dir".to_owned()));
        };
        let layout = Layout::new(dir);
        let config = read_config(&layout)?;
        let zone = zone(&config);
        let then = match &self.then {
            Some(text) => Some(zone.instant(text).ok_or_else(|| {
                usage(format!("--then {text}: 写作日期或 RFC 3339 / write a date or RFC 3339"))
            })?),
            None => None,
        };
        let about = About {
            stream: self.stream.clone(),
            unit: self.unit.clone(),
            party: self.party.clone(),
            item: self.item.clone(),
            officer: self.officer.clone(),
            then,
        };
        if let Some(need) = question.needs.iter().find(|need| !need.is_met(&about)) {
            let option = need.option();
            return Err(usage(format!(
                "第 {} 问须写明 {option} / this question needs {option}",
                question.number
            )));
        }
        let loaded = damage::loaded(&layout, &config, Extent::WHOLE)?;
        if let Some(damage) = &loaded.damage {
            let message = format!("账本有损坏;先运行 plumb verify / run plumb verify: {damage}");
            return Err(Failure { exit: Exit::Broken, message });
        }
        let (as_of, known_at) = self.at.limits(zone)?;
        let moment = loaded.moment(as_of, known_at);
        let period = Period {
            from: self.from.unwrap_or(Period::BEGINNING),
            to: self.to.unwrap_or(zone.date(moment.as_of)),
        };
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let ask = loaded.ask(moment, zone, threads);
        let request = judged::request(&loaded, &config, about, period, ask);
        report::run(question.answer, &loaded.blocks, &request)
            .map_err(|error| Failure { exit: Exit::Broken, message: error.to_string() })
    }
}

fn command(question: &Question) -> String {
    let options = question.needs.iter().map(|need| format!(" {} …", need.option()));
    format!("plumb ask {}{}", question.number, options.collect::<String>())
}

fn list(as_json: bool) -> Result<Exit, Failure> {
    if as_json {
        let questions: Vec<Value> = inquiry::all()
            .map(|question| {
                json!({
                    "question": question.number, "zh": question.answer.zh,
                    "en": question.answer.en, "command": command(question),
                    "see_also": question.see_also,
                })
            })
            .collect();
        print(&json!({"schema": "plumbline.questions/1", "questions": questions}).to_string())?;
        return Ok(Exit::Done);
    }
    for question in inquiry::all() {
        print(&format!(
            "{:>2}  {}\n    {}",
            question.number, question.answer.zh, question.answer.en
        ))?;
        print(&format!("    {}", command(question)))?;
        for other in question.see_also {
            print(&format!("    {other}"))?;
        }
    }
    Ok(Exit::Done)
}

fn table(sheet: &Sheet) -> String {
    let mut out = Table::new();
    out.load_style(presets::UTF8_BORDERS_ONLY);
    out.set_content_arrangement(ContentArrangement::Dynamic);
    let heads = sheet.columns.iter().map(|column| format!("{}\n{}", column.zh, column.en));
    out.set_header(heads.chain(["所据记录\nrests on".to_owned()]));
    for row in &sheet.rows {
        let cells = row.cells.iter().zip(sheet.columns);
        let cells = cells.map(|(cell, column)| shown(cell, column.holds, sheet.zone));
        let places: Vec<String> = row.entries.iter().take(6).map(|entry| entry.place()).collect();
        let more = if row.entries.len() > places.len() { " …" } else { "" };
        out.add_row(cells.chain([format!("{}{more}", places.join(" "))]));
    }
    let names = sheet.names.iter().map(|(id, name)| format!("\n{id}  {name}"));
    format!(
        "{}\n{}\n共 {} 行 / {} rows\n{out}{}",
        sheet.zh,
        sheet.en,
        sheet.rows.len(),
        sheet.rows.len(),
        names.collect::<String>()
    )
}
