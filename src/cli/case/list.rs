//! `plumb case list`: cases in order of name. The latest states come from the
//! read model; those of another moment are folded from each case's entries.

use super::super::{models, print};
use super::words::moment_words;
use super::{At, Exit, Failure, Where};
use crate::case::Case;
use crate::ledger::LogName;
use comfy_table::{ContentArrangement, Table, presets};
use plumbline_replay::state::{CaseKind, CaseState};
use plumbline_replay::time::civil::Zone;
use serde_json::json;

/// 列出案件 / list cases
#[derive(clap::Args)]
pub struct List {
    #[command(flatten)]
    place: Where,
    #[command(flatten)]
    at: At,
    /// 类别 / kind
    #[arg(long, value_parser = ["approval", "joint", "fee", "inspection", "penalty", "other"])]
    kind: Option<String>,
    /// 状态代码 / state by its code, `granted`
    #[arg(long)]
    state: Option<String>,
    /// 单位 / unit
    #[arg(long)]
    unit: Option<String>,
    /// 最多多少件 / at most this many
    #[arg(long, default_value_t = 50)]
    limit: usize,
    /// 从此事件流之后开始 / begin after this stream: the next page
    #[arg(long, value_name = "STREAM")]
    after: Option<String>,
    /// JSON 输出 / as JSON
    #[arg(long)]
    json: bool,
}

/// One page of cases.
struct Page {
    cases: Vec<CaseState>,
    log_size: u64,
    /// There are more cases after the last one of this page.
    more: bool,
}

impl List {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let config = self.place.config()?;
        let zone = self.place.zone(&config);
        let page = self.page(zone)?;
        let log = self.place.log();
        if self.json {
            print(&self.to_json(log, &page).to_string())?;
        } else {
            print(&self.words(&page, zone)?)?;
        }
        Ok(Exit::Done)
    }

    fn page(&self, zone: Zone) -> Result<Page, Failure> {
        let config = self.place.config()?;
        let layout = self.place.layout();
        let opened = models::open(&layout, &config, self.place.log(), &["cases"])?;
        let moment = self.at.moment(zone)?;
        // The latest state is in the row already.
        let reader = match self.at.is_latest() {
            true => None,
            false => Some(self.place.reader(&config)?),
        };
        let mut page = Page { cases: Vec::new(), log_size: opened.size, more: false };
        let mut failed = None;
        // The least name after the last one of the page before.
        let from = self.after.as_ref().map(|after| format!("{after}\0")).unwrap_or_default();
        opened.models.cases(&from, &mut |latest| {
            let state = match &reader {
                None => Ok(Some(latest)),
                Some(reader) => Case::find(reader, &latest.stream)
                    .and_then(|case| case.map(|case| case.state(moment)).transpose()),
            };
            match state {
                Ok(Some(state)) if state.events > 0 && self.asked(&state) => {
                    page.more = page.cases.len() == self.limit;
                    if !page.more {
                        page.cases.push(state);
                    }
                }
                Ok(_) => {}
                Err(error) => failed = Some(error),
            }
            !page.more && failed.is_none()
        })?;
        failed.map_or(Ok(page), |error| Err(error.into()))
    }

    fn asked(&self, state: &CaseState) -> bool {
        let kind = self.kind.as_deref().and_then(CaseKind::parse);
        kind.is_none_or(|kind| kind == state.kind())
            && self.state.as_ref().is_none_or(|code| *code == state.state().code)
            && self.unit.as_ref().is_none_or(|unit| state.unit() == Some(unit))
    }

    fn to_json(&self, log: LogName, page: &Page) -> serde_json::Value {
        let next = page.cases.last().filter(|_| page.more).map(|case| &case.stream);
        json!({
            "schema": "plumbline.case.list/1",
            "log": log.as_str(),
            "log_size": page.log_size,
            "cases": page.cases.iter().map(CaseState::to_json).collect::<Vec<_>>(),
            "after": next,
        })
    }

    fn words(&self, page: &Page, zone: Zone) -> Result<String, Failure> {
        let mut table = Table::new();
        table.load_style(presets::UTF8_BORDERS_ONLY);
        table.set_content_arrangement(ContentArrangement::Dynamic);
        table.set_header([
            "事件流\nstream",
            "类别\nkind",
            "状态\nstate",
            "单位\nunit",
            "始于\nopened",
            "最近\nlast act",
            "记录\nentries",
        ]);
        for case in &page.cases {
            let state = case.state();
            let at = |act: &Option<plumbline_replay::state::Act>| {
                act.as_ref().map(|act| act.when.text()).unwrap_or_default()
            };
            table.add_row([
                case.stream.to_string(),
                case.kind().zh().to_owned(),
                format!("{}\n{}", state.zh, state.code),
                case.unit().unwrap_or_default().to_owned(),
                at(&case.opened),
                at(&case.last),
                case.events.to_string(),
            ]);
        }
        let mut lines = vec![moment_words(self.at.moment(zone)?, zone), table.to_string()];
        if let Some(last) = page.cases.last().filter(|_| page.more) {
            lines.push(format!("后面还有:--after '{0}' / more: --after '{0}'", last.stream));
        }
        Ok(lines.join("\n"))
    }
}
