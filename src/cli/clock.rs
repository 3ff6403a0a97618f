//! `plumb clock`: when a legal term ends, and day by day why.

use super::{Exit, Failure, damage, line, print};
use crate::config::Layout;
use crate::ledger::{LogName, read_config};
use crate::master::grow;
use chrono::NaiveDate;
use plumbline_replay::time::calendar::{Calendar, Roll};
use plumbline_replay::time::civil::{Micros, Moment, Zone, parse_date, parse_rfc3339};
use plumbline_replay::time::clock::{
    Claims, Clock as Counting, Extension, Reason, Reckoning, Suspension, Term, TraceDay, Unit,
};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::io::Write;
use std::path::PathBuf;

/// 期限 / when a term ends, and why
#[derive(clap::Args)]
pub struct Clock {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// 届满日及逐日依据 / the due date, with its reason day by day
    Due(Due),
}

/// The words of one question.
#[derive(clap::Args)]
struct Due {
    /// 起算日或时刻,当日不计 / the day or moment it starts from, which is not counted
    #[arg(long, value_name = "DATE|TIME", value_parser = start)]
    from: Moment,
    /// 期限数 / how many
    #[arg(long = "days", visible_alias = "n", value_name = "N")]
    n: u32,
    /// 单位 / counted in
    #[arg(long, default_value = "working", value_parser = ["working", "natural", "hour", "month", "year"])]
    unit: String,
    /// 末日逢休假日是否顺延 / whether a last day on a day off moves to the next working day
    #[arg(long, default_value = "next-working-day", value_parser = ["next-working-day", "none"])]
    roll: String,
    /// 不计入的期间,首尾均不计 / days that do not count, both ends included
    #[arg(long = "suspend", value_name = "FROM..TO", value_parser = interval)]
    suspensions: Vec<Suspension>,
    /// 依法延长 / lengthened by as many of the same unit
    #[arg(long = "extend", value_name = "N")]
    extensions: Vec<u32>,
    /// 按当时已知的日历;默认全部已知 / with the calendar as known then; by default all that is known
    #[arg(long, value_name = "DATE|TIME", value_parser = instant)]
    known_at: Option<Micros>,
    /// 账本文件夹:用账本自己的工作日历;不写则用随程序附带的 / the ledger whose own calendar
    /// counts; without it the one that ships with the program
    #[arg(long = "dir", env = "PLUMB_DIR", value_name = "D")]
    dir: Option<PathBuf>,
    /// JSON 输出 / as JSON
    #[arg(long)]
    json: bool,
}

fn start(text: &str) -> Result<Moment, String> {
    let zone = Zone::SHANGHAI;
    let day = |date| Moment { micros: zone.start_of(date), offset_minutes: zone.offset_minutes() };
    parse_date(text).map(day).or_else(|| parse_rfc3339(text)).ok_or_else(|| not_a_time(text))
}

fn instant(text: &str) -> Result<Micros, String> {
    Zone::SHANGHAI.instant(text).ok_or_else(|| not_a_time(text))
}

fn not_a_time(text: &str) -> String {
    format!(
        "“{text}”不是日期或时刻,例如 2022-03-28 或 2022-03-28T09:00:00+08:00 / not a date or time"
    )
}

fn interval(text: &str) -> Result<Suspension, String> {
    let wrong = || format!("“{text}”不是 起..止,例如 2026-03-10..2026-03-18 / not FROM..TO");
    let (from, to) = text.split_once("..").ok_or_else(wrong)?;
    let from = parse_date(from).ok_or_else(wrong)?;
    let to = parse_date(to).ok_or_else(wrong)?;
    if to < from {
        return Err(format!("“{text}”止早于起 / the end comes before the start"));
    }
    Ok(Suspension { from, to: Some(to), recognised: true })
}

impl Clock {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let What::Due(question) = self.what;
        question.run()
    }
}

impl Due {
    fn run(self) -> Result<Exit, Failure> {
        let unit = Unit::parse(&self.unit).unwrap_or(Unit::WorkingDay);
        let rolls =
            self.roll == "next-working-day" && !matches!(unit, Unit::WorkingDay | Unit::Hour);
        let roll = if rolls { Roll::NextWorkday } else { Roll::None };
        let extensions = self.extensions.iter().map(|&n| Extension { n, recognised: true });
        let clock = Counting {
            start: self.from,
            zone: Zone::SHANGHAI,
            term: Term { n: self.n, unit, roll },
            suspensions: self.suspensions.clone(),
            extensions: extensions.collect(),
        };
        let known_at = self.known_at.unwrap_or(Micros::MAX);
        let calendar = self.calendar(known_at)?;
        let found = clock.reckon(&calendar, known_at, Claims::Recognised);
        let found = found.ok_or_else(|| Failure {
            exit: Exit::Failed,
            message: "该期限一百年内不会届满,请核对数字 / the term does not end within a century; check the number".to_owned(),
        })?;
        if self.json {
            let mut answer = answer(&found, unit);
            answer["calendar"] = json!({
                "version": calendar.version(known_at),
                "source": if self.dir.is_some() { "ledger" } else { "program" },
            });
            print(&answer.to_string())?;
        } else {
            self.tell(&found, unit)?;
        }
        Ok(Exit::Done)
    }

    /// The calendar that counts: the ledger's own, if one is named.
    fn calendar(&self, known_at: Micros) -> Result<Cow<'static, Calendar>, Failure> {
        let Some(dir) = &self.dir else { return Ok(Cow::Borrowed(Calendar::china())) };
        let layout = Layout::new(dir);
        let config = read_config(&layout)?;
        let reader = damage::reader(&layout, &config, LogName::Open)?;
        if let Some(damage) = reader.damage() {
            let message = format!(
                "日志读不到末尾,日历可能不全 / the log cannot be read to its end, so the calendar \
                 may not be all: {damage}; run `plumb verify`"
            );
            return Err(Failure { exit: Exit::CannotTell, message });
        }
        let master = grow(&reader, known_at, |kind| kind.starts_with("md.calendar"))?;
        Ok(master.calendar_notices.calendar())
    }

    fn tell(&self, found: &Reckoning<'_>, unit: Unit) -> Result<(), Failure> {
        let mut out = std::io::stdout().lock();
        for day in &found.trace {
            if !line(&mut out, trace_line(day).as_bytes())? {
                return Ok(());
            }
        }
        let provisional = if found.provisional {
            "(暂定:涉及尚未公布的年度安排 / provisional: a year is not announced yet)"
        } else {
            ""
        };
        let end = match unit {
            Unit::Hour => Zone::SHANGHAI.rfc3339(found.last),
            _ => format!("{} 24:00", found.date),
        };
        let text = format!("{}{} → {end} {provisional}", found.n, unit.zh());
        if line(&mut out, text.trim_end().as_bytes())? {
            out.flush().or_else(closed_is_fine)?;
        }
        Ok(())
    }
}

fn closed_is_fine(error: std::io::Error) -> Result<(), Failure> {
    match error.kind() {
        std::io::ErrorKind::BrokenPipe => Ok(()),
        _ => Err(error.into()),
    }
}

fn weekday(date: NaiveDate) -> &'static str {
    use chrono::{Datelike, Weekday};
    match date.weekday() {
        Weekday::Mon => "周一",
        Weekday::Tue => "周二",
        Weekday::Wed => "周三",
        Weekday::Thu => "周四",
        Weekday::Fri => "周五",
        Weekday::Sat => "周六",
        Weekday::Sun => "周日",
    }
}

fn trace_line(day: &TraceDay<'_>) -> String {
    let number = match day.reason {
        Reason::Counted if day.count > 0 => day.count.to_string(),
        _ => "-".to_owned(),
    };
    let holiday = day.day.holiday.map(|name| format!(" {name}")).unwrap_or_default();
    let provisional = if day.day.provisional { " 暂定" } else { "" };
    format!(
        "{} {}\t{}{holiday}{provisional}\t{number}\t{}",
        day.date,
        weekday(day.date),
        day.day.kind.zh(),
        day.reason.zh()
    )
}

/// `plumbline.clock/1`.
fn answer(found: &Reckoning<'_>, unit: Unit) -> Value {
    let trace: Vec<Value> = found.trace.iter().map(trace_row).collect();
    json!({
        "schema": "plumbline.clock/1",
        "due": found.date.to_string(),
        "last_moment": Zone::SHANGHAI.rfc3339(found.last),
        "provisional": found.provisional,
        "n": found.n,
        "unit": unit.as_str(),
        "trace": trace,
    })
}

fn trace_row(day: &TraceDay<'_>) -> Value {
    json!({
        "date": day.date.to_string(),
        "kind": day.day.kind.as_str(),
        "kind_zh": day.day.kind.zh(),
        "holiday": day.day.holiday,
        "provisional": day.day.provisional,
        "counted": day.reason == Reason::Counted,
        "reason": day.reason.as_str(),
        "reason_zh": day.reason.zh(),
        "count": day.count,
    })
}
