//! A report as somebody asks for it: from what was kept where that is, or can be
//! brought, at the logs' ends, else from the logs. The bytes are the same.
//!
//! What this file does not know: who asks, and in which format.

use super::{Judged, JudgedError, Keeper, ends, request};
use crate::config::{Config, Layout};
use crate::judging::one::Logs;
use crate::judging::{Extent, Loaded, zone};
use crate::ledger::OpenError;
use crate::master;
use crate::reader::Reader;
use chrono::NaiveDate;
use plumbline_replay::master::Master;
use plumbline_replay::report::{self, About, NAMED, Period, Report, Sheet, names};
use plumbline_replay::time::civil::Micros;
use std::time::Duration;

/// Which report, of which period, at which moment.
pub struct Asked {
    pub report: &'static Report,
    /// By default before any record.
    pub from: Option<NaiveDate>,
    /// By default the day of the moment.
    pub to: Option<NaiveDate>,
    /// By default the last entry's.
    pub as_of: Option<Micros>,
    pub known_at: Option<Micros>,
    /// Whether what its cells name is to be called by its name too.
    pub named: bool,
}

impl Asked {
    /// Whether it is about the logs' ends.
    pub fn is_latest(&self) -> bool {
        self.as_of.is_none() && self.known_at.is_none()
    }

    /// Whether a period ends before it begins, as far as it is said.
    pub fn is_backwards(&self) -> bool {
        self.from.zip(self.to).is_some_and(|(from, to)| to < from)
    }

    fn period(&self, last: NaiveDate) -> Period {
        Period { from: self.from.unwrap_or(Period::BEGINNING), to: self.to.unwrap_or(last) }
    }

    /// From what was kept, as of the entry that it has come to. `None` if that is damaged.
    pub fn of_kept(
        &self,
        judged: &Judged,
        readers: impl Fn() -> Result<[Reader; 2], OpenError>,
    ) -> Result<Option<Sheet>, JudgedError> {
        let sheet = judged.sheet(self.report, self.period(judged.last_day()));
        let Some(mut sheet) = sheet else { return Ok(None) };
        if self.named && !sheet.exact {
            let [open, _] = readers()?;
            let has_names =
                |kind: &str| Master::entity_of(kind).is_some_and(|entity| NAMED.contains(&entity));
            let master = master::grow(&open, judged.at().known_at, has_names)?;
            sheet.names = names(&sheet.rows, &master, judged.at());
        }
        Ok(Some(sheet))
    }

    /// From the logs, read and judged whole.
    pub fn of_logs(
        &self,
        layout: &Layout,
        config: &Config,
        extent: Extent,
    ) -> Result<Sheet, JudgedError> {
        let zone = zone(config);
        let loaded = Loaded::read(layout, config, extent)?;
        if let Some(damage) = &loaded.damage {
            return Err(JudgedError::Damaged(damage.clone()));
        }
        let moment = loaded.moment(self.as_of, self.known_at);
        let period = self.period(zone.date(moment.as_of));
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let ask = loaded.ask(moment, zone, threads);
        let request = request(&loaded, config, About::default(), period, ask);
        Ok(report::run(self.report, &loaded.blocks, &request)?)
    }

    /// From either; `readers` are opened only if what was kept must be brought on.
    pub fn sheet(
        &self,
        layout: &Layout,
        config: &Config,
        readers: impl Fn() -> Result<[Reader; 2], OpenError>,
    ) -> Result<Sheet, JudgedError> {
        let judged = match self.is_latest() {
            true => current(layout, config, &readers)?,
            false => None,
        };
        let sheet = match judged {
            Some(judged) => self.of_kept(&judged, &readers)?,
            None => None,
        };
        sheet.map_or_else(|| self.of_logs(layout, config, Extent::WHOLE), Ok)
    }
}

/// Between two looks whether another process is done.
const TURN: Duration = Duration::from_millis(100);
/// Looks after which the log is quicker.
const TURNS: u32 = 50;

/// The model at the logs' ends, brought there if something is kept that can be. `None`
/// where the log must answer.
fn current(
    layout: &Layout,
    config: &Config,
    readers: impl Fn() -> Result<[Reader; 2], OpenError>,
) -> Result<Option<Judged>, JudgedError> {
    let Some(judged) = Judged::open(layout, config) else { return Ok(None) };
    let now = ends(layout, config)?;
    if judged.ends() == now {
        return Ok(Some(judged));
    }
    for _ in 0..TURNS {
        match Keeper::begin(layout, config) {
            Ok(Some(keeper)) => {
                let [open, sealed] = readers()?;
                let logs = Logs { open: &open, sealed: Some(&sealed) };
                let threads = std::thread::available_parallelism().map_or(1, usize::from);
                // A folder that cannot be written, or a damaged log: the log tells.
                let brought = keeper.bring(logs, threads).ok();
                let judged = Judged::open(layout, config);
                return Ok(judged.filter(|judged| {
                    brought.is_some_and(|brought| brought.ends == judged.ends())
                }));
            }
            Ok(None) => std::thread::sleep(TURN),
            Err(_) => return Ok(None),
        }
        let judged = Judged::open(layout, config).filter(|judged| judged.ends() == now);
        if judged.is_some() {
            return Ok(judged);
        }
    }
    Ok(None)
}
