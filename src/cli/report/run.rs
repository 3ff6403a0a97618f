//! `plumb report run`: makes one report.

use super::super::case::At;
use super::super::{Dir, Exit, Failure, output};
use crate::config::Layout;
use crate::durable;
use crate::judged::{Asked, Judged, readers};
use crate::judging::{Extent, zone};
use crate::ledger::read_config;
use crate::printing::{Format, print};
use chrono::NaiveDate;
use plumbline_replay::report::{self, Sheet};
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
    durable::beside(file, "json")
}

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
        let by_name = self.output.as_ref().and_then(|file| file.extension()?.to_str());
        let format = self.format.or_else(|| by_name.and_then(Format::parse));
        let format = format.unwrap_or(Format::Json);
        let sheet = self.sheet(report, format)?;
        let bytes = print(&sheet, format)
            .map_err(|error| Failure { exit: Exit::Failed, message: error.to_string() })?;
        match &self.output {
            Some(file) => {
                output::write(file, &bytes)?;
                if sheet.exact && format == Format::Csv {
                    output::write(&beside(file), report::to_json(&sheet))?;
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

    fn sheet(&self, report: &'static report::Report, format: Format) -> Result<Sheet, Failure> {
        let layout = Layout::new(&self.dir.dir);
        let config = read_config(&layout)?;
        let (as_of, known_at) = self.at.limits(zone(&config))?;
        let named = format.has_names();
        let asked = Asked { report, from: self.from, to: self.to, as_of, known_at, named };
        if asked.is_backwards() {
            let message = "期间末日早于首日 / the period ends before it begins".to_owned();
            return Err(Failure { exit: Exit::Usage, message });
        }
        if self.kept {
            let judged = Judged::open(&layout, &config);
            let message = "没有可用的留存;先运行 plumb report refresh,或去掉 --kept / nothing usable is \
                           kept for this: run plumb report refresh, or leave out --kept";
            let none = || Failure { exit: Exit::CannotTell, message: message.to_owned() };
            let judged = judged.ok_or_else(none)?;
            return asked.of_kept(&judged, || readers(&layout, &config))?.ok_or_else(none);
        }
        Ok(match (self.open_only, self.from_log) {
            (true, _) => asked.of_logs(&layout, &config, Extent::OPEN)?,
            (false, true) => asked.of_logs(&layout, &config, Extent::WHOLE)?,
            (false, false) => asked.sheet(&layout, &config, || readers(&layout, &config))?,
        })
    }
}
