//! `plumb report run`: makes one report.

use super::super::case::At;
use super::super::{Dir, Exit, Failure};
use super::refresh::current;
use crate::config::{Config, Layout};
use crate::judged::{self, Judged};
use crate::judging::{Extent, Loaded, zone};
use crate::ledger::read_config;
use crate::printing::{Format, print};
use chrono::NaiveDate;
use plumbline_replay::report::{self, About, Period, Sheet};
use plumbline_replay::time::civil;
use std::io::Write;
use std::path::{Path, PathBuf};

/// 制作一份报表 / make a report
#[derive(clap::Args)]
pub struct Run {
    /// 报表编号 RP01… / which report
    id: String,
    #[command(flatten)]
    dir: Dir,
    /// 期间首日,默认为账本最早 / first day of the period
    #[arg(long, value_name = "DATE", value_parser = date)]
    from: Option<NaiveDate>,
    /// 期间末日,默认为截至日 / last day of the period
    #[arg(long, value_name = "DATE", value_parser = date)]
    to: Option<NaiveDate>,
    #[command(flatten)]
    at: At,
    /// 只用公开日志 / from the open log alone
    #[arg(long)]
    open_only: bool,
    /// 一律据日志重新判定,不用留存 / judge the log again, whatever is kept
    #[arg(long)]
    from_log: bool,
    /// 只用留存,止于其所据条目 / from what is kept, as of the entry it was kept at
    #[arg(long, conflicts_with_all = ["from_log", "open_only", "as_of", "known_at"])]
    kept: bool,
    /// 格式,默认按文件名,否则 json / by the file's name unless given
    #[arg(long, value_name = "json|csv|xlsx|html", value_parser = format)]
    format: Option<Format>,
    /// 写入文件 / write to a file
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

fn date(text: &str) -> Result<NaiveDate, String> {
    civil::parse_date(text).ok_or_else(|| "写作 2026-03-05 / write 2026-03-05".to_owned())
}

fn format(text: &str) -> Result<Format, String> {
    Format::parse(text).ok_or_else(|| "json|csv|xlsx|html".to_owned())
}

/// Where a file of exact columns says what it was made from.
pub(super) fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".json");
    PathBuf::from(name)
}

/// Before any city's records.
const BEGINNING: NaiveDate = NaiveDate::from_ymd_opt(1900, 1, 1).expect("a date");

impl Run {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let Some(report) = report::find(&self.id) else {
            let ids: Vec<&str> = report::all().map(|report| report.id).collect();
            let message = format!(
                "没有报表 {} / there is no report {}: {}",
                self.id,
                self.id,
                ids.join(", ")
            );
            return Err(Failure { exit: Exit::Usage, message });
        };
        let sheet = self.sheet(report)?;
        let by_name = self.output.as_ref().and_then(|file| file.extension()?.to_str());
        let format = self.format.or_else(|| by_name.and_then(Format::parse));
        let bytes = print(&sheet, format.unwrap_or(Format::Json))
            .map_err(|error| Failure { exit: Exit::Failed, message: error.to_string() })?;
        match &self.output {
            Some(file) => {
                std::fs::write(file, &bytes)?;
                if sheet.exact && format == Some(Format::Csv) {
                    std::fs::write(beside(file), report::to_json(&sheet))?;
                }
            }
            None => match std::io::stdout().lock().write_all(&bytes) {
                Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => {}
                other => other?,
            },
        }
        eprintln!(
            "{} {}:{} 行 / {} rows, digest {}",
            sheet.id,
            sheet.zh,
            sheet.rows.len(),
            sheet.rows.len(),
            report::digest(&sheet)
        );
        Ok(Exit::Done)
    }

    /// From what was kept where that is, or can be brought, at the logs' ends, else from
    /// the logs: the bytes are the same.
    fn sheet(&self, report: &'static report::Report) -> Result<Sheet, Failure> {
        let layout = Layout::new(&self.dir.dir);
        let config = read_config(&layout)?;
        let latest = self.at.limits(zone(&config))? == (None, None);
        if latest && !self.open_only && !self.from_log {
            let judged = match self.kept {
                true => Judged::open(&layout, &config),
                false => current(&layout, &config)?,
            };
            let sheet = |judged: Judged| judged.sheet(report, self.period(judged.last_day()));
            if let Some(sheet) = judged.and_then(sheet) {
                return Ok(sheet);
            }
        }
        if self.kept {
            let message = "没有可用的留存;先运行 plumb report refresh,或去掉 --kept / nothing usable is \
                           kept for this: run plumb report refresh, or leave out --kept";
            return Err(Failure { exit: Exit::CannotTell, message: message.to_owned() });
        }
        self.sheet_from_log(report, &layout, &config)
    }

    fn period(&self, last: NaiveDate) -> Period {
        Period { from: self.from.unwrap_or(BEGINNING), to: self.to.unwrap_or(last) }
    }

    fn sheet_from_log(
        &self,
        report: &'static report::Report,
        layout: &Layout,
        config: &Config,
    ) -> Result<Sheet, Failure> {
        let zone = zone(config);
        let extent = if self.open_only { Extent::OPEN } else { Extent::WHOLE };
        let loaded = Loaded::read(layout, config, extent)?;
        if let Some(damage) = &loaded.damage {
            let message = format!(
                "账本有损坏,不据以制表;先运行 plumb verify / the log is damaged; run plumb verify: \
                 {damage}"
            );
            return Err(Failure { exit: Exit::Broken, message });
        }
        let (as_of, known_at) = self.at.limits(zone)?;
        let moment = loaded.moment(as_of, known_at);
        let period = self.period(zone.date(moment.as_of));
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let ask = loaded.ask(moment, zone, threads);
        let request = judged::request(&loaded, config, About::default(), period, ask);
        report::run(report, &loaded.blocks, &request)
            .map_err(|error| Failure { exit: Exit::Broken, message: error.to_string() })
    }
}
