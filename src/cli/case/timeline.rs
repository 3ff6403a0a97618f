//! `plumb case timeline`: what happened in one case and when it was recorded.

use super::super::print;
use super::words::moment_words;
use super::{At, Exit, Failure, Where};
use crate::case::Case;
use comfy_table::{ContentArrangement, Table, presets};
use plumbline_replay::event::Precision;
use plumbline_replay::state::Moment;
use plumbline_replay::state::timeline::{By, Row};
use plumbline_replay::time::civil::Zone;

/// 案件时间线 / the entries of a case in order
#[derive(clap::Args)]
pub struct Timeline {
    /// 事件流 / the case's stream
    stream: String,
    #[command(flatten)]
    place: Where,
    #[command(flatten)]
    at: At,
    /// 按发生还是入账排序 / by when it happened, or when it was recorded
    #[arg(long, default_value = "occurred", value_parser = ["occurred", "recorded"])]
    by: String,
    /// JSON 输出 / as JSON
    #[arg(long)]
    json: bool,
}

impl Timeline {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let (case, zone) = self.place.case(&self.stream)?;
        let moment = self.at.moment(zone)?;
        let by = if self.by == "recorded" { By::Recorded } else { By::Occurred };
        if self.json {
            print(&case.timeline_json(moment, by, zone)?.to_string())?;
        } else {
            print(&words(&case, &self.stream, (moment, by), zone)?)?;
        }
        Ok(Exit::Done)
    }
}

fn words(
    case: &Case,
    stream: &str,
    (moment, by): (Moment, By),
    zone: Zone,
) -> Result<String, Failure> {
    let mut table = Table::new();
    table.load_style(presets::UTF8_BORDERS_ONLY);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header([
        "序号\nposition",
        "发生\noccurred",
        "入账\nrecorded",
        "行为\nact",
        "单位、人员\nunit, officer",
        "标记\nmarks",
        "摘要\nBLAKE3",
    ]);
    for row in case.timeline(moment, by)? {
        let occurred = Zone::fixed(row.offset_minutes);
        let occurred = match row.precision {
            Precision::Day => occurred.date(row.occurred).to_string(),
            Precision::Minute => occurred.rfc3339(row.occurred),
        };
        let act = match &row.activity {
            Some(activity) => format!("{} {activity}", row.zh),
            None => row.zh.clone(),
        };
        let who = [row.unit.as_deref(), row.officer.as_deref()];
        // The beginning is enough to tell entries apart; `case show` has it whole.
        let hash = case.hash(row.position).map(|hash| hash.to_string());
        let hash = hash.and_then(|hash| hash.get(..16).map(str::to_owned));
        table.add_row([
            row.position.to_string(),
            occurred,
            zone.rfc3339(row.recorded),
            act,
            who.into_iter().flatten().collect::<Vec<_>>().join("\n"),
            marks(&row),
            hash.unwrap_or_default(),
        ]);
    }
    Ok(format!("{stream}\n{}\n{table}", moment_words(moment, zone)))
}

fn marks(row: &Row) -> String {
    let mut marks = Vec::new();
    if row.late {
        let reason = row.late_reason.as_deref().unwrap_or("未说明 / no reason");
        marks.push(format!("迟录 / late: {reason}"));
    }
    if let Some(by) = row.voided_by {
        marks.push(format!("由 {by} 作废 / voided by {by}"));
    }
    for by in &row.corrected_by {
        marks.push(format!("由 {by} 更正 / corrected by {by}"));
    }
    if !row.counts && row.voided_by.is_none() {
        marks.push("此后发生 / later".to_owned());
    }
    marks.join("\n")
}
