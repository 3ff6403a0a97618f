//! `plumb case`: cases at any moment, by when acts happened and by when they were
//! recorded.

mod diff;
mod find_first;
mod list;
mod show;
mod timeline;
mod words;

use super::{Dir, Exit, Failure, damage};
use crate::case::Case as Found;
use crate::config::{Config, Layout};
use crate::ledger::{LogName, read_config};
use crate::reader::Reader;
use clap::Subcommand;
use plumbline_replay::state::Moment;
use plumbline_replay::time::civil::{Micros, Zone};

/// 案件:任一时刻的状态、时间线与差异 / cases at any moment
#[derive(clap::Args)]
pub struct Case {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    List(list::List),
    Show(show::Show),
    Timeline(timeline::Timeline),
    Diff(diff::Diff),
    FindFirst(find_first::FindFirst),
}

impl Case {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        match self.command {
            Command::List(command) => command.run(),
            Command::Show(command) => command.run(),
            Command::Timeline(command) => command.run(),
            Command::Diff(command) => command.run(),
            Command::FindFirst(command) => command.run(),
        }
    }
}

/// Which ledger and log, and how times are read and written.
#[derive(clap::Args)]
struct Where {
    #[command(flatten)]
    dir: Dir,
    /// 哪个日志 / which log
    #[arg(long = "log", default_value = "open", value_parser = ["open", "sealed"])]
    log: String,
    /// 时区,默认为账本的时区 / time zone; the ledger's unless given
    #[arg(long, value_name = "ZONE", value_parser = zone)]
    tz: Option<Zone>,
}

/// The moment asked about.
#[derive(clap::Args)]
pub(super) struct At {
    /// 截至何时发生 / as of: acts that happened by this time (RFC 3339, or a day's end)
    #[arg(long, value_name = "T")]
    as_of: Option<String>,
    /// 截至何时入账 / known at: entries recorded by this time (RFC 3339, or a day's end)
    #[arg(long, value_name = "T")]
    known_at: Option<String>,
}

fn zone(text: &str) -> Result<Zone, String> {
    Zone::parse(text).ok_or_else(|| "写作 Asia/Shanghai 或 +08:00 / or +08:00".to_owned())
}

impl Where {
    fn layout(&self) -> Layout {
        Layout::new(&self.dir.dir)
    }

    fn config(&self) -> Result<Config, Failure> {
        Ok(read_config(&self.layout())?)
    }

    fn log(&self) -> LogName {
        LogName::parse(&self.log).unwrap_or(LogName::Open)
    }

    fn zone(&self, config: &Config) -> Zone {
        self.tz.or_else(|| Zone::parse(&config.time_zone)).unwrap_or(Zone::SHANGHAI)
    }

    fn reader(&self, config: &Config) -> Result<Reader, Failure> {
        damage::reader(&self.layout(), config, self.log())
    }

    /// A case, and the zone in which its times are told.
    fn case(&self, stream: &str) -> Result<(Found, Zone), Failure> {
        let config = self.config()?;
        let reader = self.reader(&config)?;
        if let Some(found) = Found::find(&reader, stream)? {
            return Ok((found, self.zone(&config)));
        }
        let log = self.log();
        let message =
            format!("日志 {log} 中没有事件流 {stream} / log {log} has no stream {stream}");
        Err(Failure { exit: Exit::NotFound, message })
    }
}

impl At {
    /// Both times, where they are given.
    pub(in crate::cli) fn limits(
        &self,
        zone: Zone,
    ) -> Result<(Option<Micros>, Option<Micros>), Failure> {
        let as_of = instant("--as-of", self.as_of.as_deref(), zone)?;
        let known_at = instant("--known-at", self.known_at.as_deref(), zone)?;
        Ok((as_of, known_at))
    }

    fn moment(&self, zone: Zone) -> Result<Moment, Failure> {
        let (as_of, known_at) = self.limits(zone)?;
        Ok(Moment {
            as_of: as_of.unwrap_or(Moment::LATEST.as_of),
            known_at: known_at.unwrap_or(Moment::LATEST.known_at),
        })
    }

    fn is_latest(&self) -> bool {
        self.as_of.is_none() && self.known_at.is_none()
    }
}

fn instant(option: &str, text: Option<&str>, zone: Zone) -> Result<Option<Micros>, Failure> {
    let Some(text) = text else { return Ok(None) };
    let bad = || Failure {
        exit: Exit::Usage,
        message: format!(
            "{option} {text}: 写作 2026-03-05 或 2026-03-05T16:20:00+08:00 / write a date or \
             RFC 3339"
        ),
    };
    zone.instant(text).map(Some).ok_or_else(bad)
}
