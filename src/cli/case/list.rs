//! `plumb case list`: cases in order of name. The latest states come from the
//! read model; those of another moment are folded from each case's entries.

use super::super::{models, print};
use super::words::moment_words;
use super::{At, Exit, Failure, Where};
use crate::case::{Listing, Page};
use comfy_table::{ContentArrangement, Table, presets};
use plumbline_replay::state::{Act, CaseKind};
use plumbline_replay::time::civil::Zone;

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

impl List {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let config = self.place.config()?;
        let zone = self.place.zone(&config);
        let log = self.place.log();
        let opened = models::open(&self.place.layout(), &config, log, &["cases"])?;
        // The latest states are in the rows already.
        let past = match self.at.is_latest() {
            true => None,
            false => Some((self.place.reader(&config)?, self.at.moment(zone)?)),
        };
        let past = past.as_ref().map(|(reader, moment)| (reader, *moment));
        let (page, ()) =
            self.listing().page(|from, visit| opened.models.cases(from, visit), past)?;
        if self.json {
            print(&page.to_json(log.as_str(), opened.size).to_string())?;
        } else {
            print(&self.words(&page, zone)?)?;
        }
        Ok(Exit::Done)
    }

    fn listing(&self) -> Listing {
        Listing {
            kind: self.kind.as_deref().and_then(CaseKind::parse),
            state: self.state.clone(),
            unit: self.unit.clone(),
            limit: self.limit,
            after: self.after.clone(),
        }
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
            let at =
                |act: &Option<Act>| act.as_ref().map(|act| act.when.text()).unwrap_or_default();
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
        if let Some(after) = page.next_after() {
            lines.push(format!("后面还有:--after '{after}' / more: --after '{after}'"));
        }
        Ok(lines.join("\n"))
    }
}
