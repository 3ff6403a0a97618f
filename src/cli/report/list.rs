//! `plumb report list`: the register of reports.

use super::super::{Exit, Failure, print};
use comfy_table::{ContentArrangement, Table, presets};
use plumbline_replay::report;
use serde_json::{Value, json};

/// 有哪些报表 / which reports there are
#[derive(clap::Args)]
pub struct List {
    /// JSON 输出,连同各列 / as JSON, with the columns
    #[arg(long)]
    json: bool,
}

impl List {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        if self.json {
            let reports: Vec<Value> = report::all().map(report::Report::to_json).collect();
            print(&json!({"schema": "plumbline.reports/1", "reports": reports}).to_string())?;
            return Ok(Exit::Done);
        }
        let mut table = Table::new();
        table.load_style(presets::UTF8_BORDERS_ONLY);
        table.set_content_arrangement(ContentArrangement::Dynamic);
        table.set_header(["编号 / id", "名称 / name", "每行 / a row", "读者 / readers"]);
        for report in report::all() {
            let name = format!("{}\n{}", report.zh, report.en);
            table.add_row([report.id, &name, report.rows_zh, report.readers_zh]);
        }
        print(&table.to_string())?;
        Ok(Exit::Done)
    }
}
