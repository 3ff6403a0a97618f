//! `plumb master`: master data on any day, as known at any moment, with the history
//! of every row, and which rows were changed after the fact.

use super::{Dir, Exit, Failure, damage, line, print};
use crate::config::Layout;
use crate::ledger::{LogName, read_config};
use crate::master::{MasterError, grow};
use crate::reader::Reader;
use chrono::NaiveDate;
use plumbline_replay::integrity::json::Json;
use plumbline_replay::master::{At, Listing, Master, Origin, Told, Verb};
use plumbline_replay::time::civil::{Micros, Zone, parse_date};
use serde_json::{Map, Value, json};
use std::io::Write;

/// 主数据:任一日、按任一时刻所知 / master data on any day, as known at any moment
#[derive(clap::Args)]
pub struct MasterData {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    List(List),
    Show(Show),
    Retroactive(Retroactive),
}

/// 某日有效的各行;不写表名则列出各表 / rows in force on a day; without an entity, the tables
#[derive(clap::Args)]
struct List {
    /// 表,例如 fee_standard、post、certificate / the table
    entity: Option<String>,
    #[command(flatten)]
    place: Place,
}

/// 一行的现状与全部历史 / a row as in force, and its whole history
#[derive(clap::Args)]
struct Show {
    /// 表 / the table
    entity: String,
    /// 编码 / the key
    key: String,
    #[command(flatten)]
    place: Place,
}

/// 事后变更的各行:谁、何时、凭哪条记录 / rows changed after the fact: who, when, by which entry
#[derive(clap::Args)]
struct Retroactive {
    /// 只看一张表 / one table only
    #[arg(long)]
    entity: Option<String>,
    /// 也列出建账时导入的各行 / rows taken over from older systems too
    #[arg(long)]
    imported: bool,
    #[command(flatten)]
    place: Place,
}

#[derive(clap::Args)]
struct Place {
    #[command(flatten)]
    dir: Dir,
    /// 哪一日;默认为最后一条记录之日 / on which day; by default the day of the last entry
    #[arg(long, value_name = "DATE", value_parser = day)]
    on: Option<NaiveDate>,
    /// 截至何时入账 / known at: entries recorded by this time (RFC 3339, or a day's end)
    #[arg(long, value_name = "T")]
    known_at: Option<String>,
    /// JSON 输出 / as JSON
    #[arg(long)]
    json: bool,
}

fn day(text: &str) -> Result<NaiveDate, String> {
    parse_date(text).ok_or_else(|| "写作 2022-04-05 / write a date".to_owned())
}

impl From<MasterError> for Failure {
    fn from(error: MasterError) -> Failure {
        match error {
            MasterError::Log(error) => error.into(),
            MasterError::Entry { .. } => Failure { exit: Exit::Broken, message: error.to_string() },
        }
    }
}

impl MasterData {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        match self.command {
            Command::List(command) => command.run(),
            Command::Show(command) => command.run(),
            Command::Retroactive(command) => command.run(),
        }
    }
}

/// The tables of a ledger and the question that is put to them.
struct Asked {
    master: Master,
    at: At,
    zone: Zone,
    /// The log cannot be read to its end: what is told is not all.
    partial: bool,
}

impl Place {
    fn ask(&self, entity: Option<&str>) -> Result<Asked, Failure> {
        let layout = Layout::new(&self.dir.dir);
        let config = read_config(&layout)?;
        let reader = damage::reader(&layout, &config, LogName::Open)?;
        let zone = Zone::parse(&config.time_zone).unwrap_or(Zone::SHANGHAI);
        let known_at = match self.known_at.as_deref() {
            None => Micros::MAX,
            Some(text) => zone.instant(text).ok_or_else(|| Failure {
                exit: Exit::Usage,
                message: format!(
                    "--known-at {text}: 写作 2026-03-05 或 2026-03-05T16:20:00+08:00 / write a \
                     date or RFC 3339"
                ),
            })?,
        };
        if let Some(entity) = entity.filter(|name| !Master::ENTITIES.contains(name)) {
            let message = format!(
                "没有这张表 / there is no table {entity}; 各表 / the tables: {}",
                Master::ENTITIES.join(" ")
            );
            return Err(Failure { exit: Exit::Usage, message });
        }
        let wanted =
            |kind: &str| entity.is_none_or(|entity| Master::entity_of(kind) == Some(entity));
        let master = grow(&reader, known_at, wanted)?;
        let last = match self.on {
            Some(on) => on,
            None => zone.date(known_at.min(last_recorded(&reader)?)),
        };
        let partial = reader.damage().is_some();
        Ok(Asked { master, at: At { on: last, known_at }, zone, partial })
    }
}

/// When the last entry was recorded.
fn last_recorded(reader: &Reader) -> Result<Micros, Failure> {
    let last = reader.size().checked_sub(1);
    let entry = last.map(|position| reader.entry(position)).transpose()?.flatten();
    let event = entry.as_deref().and_then(|entry| plumbline_replay::event::Event::read(entry).ok());
    Ok(event.map_or(0, |event| event.recorded))
}

impl Asked {
    fn exit(&self) -> Exit {
        if self.partial { Exit::CannotTell } else { Exit::Done }
    }

    fn head(&self, more: Value) -> Value {
        let known_at = match self.at.known_at {
            Micros::MAX => Value::Null,
            micros => Value::String(self.zone.rfc3339(micros)),
        };
        let mut out = json!({
            "schema": "plumbline.master/1", "on": self.at.on.to_string(), "known_at": known_at,
            "complete": !self.partial,
        });
        if let (Value::Object(out), Value::Object(more)) = (&mut out, more) {
            out.extend(more);
        }
        out
    }

    fn table(&self, entity: &str) -> Option<&dyn Listing> {
        self.master.tables().into_iter().find(|table| table.entity() == entity)
    }

    fn origin(&self, origin: &Origin) -> Value {
        json!({
            "position": origin.position, "id": origin.id, "stream": origin.stream,
            "recorded_at": self.zone.rfc3339(origin.recorded), "unit": origin.unit,
            "officer": origin.officer, "imported": origin.imported,
        })
    }

    fn version(&self, told: &Told<'_>) -> Value {
        json!({
            "entity": told.entity, "key": told.key, "what": verb(told.verb).0,
            "valid_from": told.valid_from.map(|day| day.to_string()),
            "valid_to": told.valid_to.map(|day| day.to_string()),
            "retroactive": told.retroactive, "entry": self.origin(told.origin),
            "corrected_by": told.corrected_by.map(|by| self.origin(by)),
            "superseded_by": told.superseded_by.map(|by| self.origin(by)),
            "missing": told.missing, "row": row(told),
        })
    }

    fn versions(&self, told: &[Told<'_>]) -> Vec<Value> {
        told.iter().map(|one| self.version(one)).collect()
    }

    /// One version in words, one line.
    fn words(&self, told: &Told<'_>) -> String {
        let day = |day: Option<NaiveDate>| day.map_or("…".to_owned(), |day| day.to_string());
        let by = |origin: &Origin| {
            let officer = origin.officer.as_deref().unwrap_or("-");
            let unit = origin.unit.as_deref().unwrap_or("-");
            let recorded = self.zone.rfc3339(origin.recorded);
            format!("#{} {recorded} {unit} {officer}", origin.position)
        };
        let mut text = format!(
            "{} {}  [{} .. {})  {}  {}",
            told.entity,
            told.key,
            day(told.valid_from),
            day(told.valid_to),
            verb(told.verb).1,
            by(told.origin)
        );
        if told.retroactive {
            text.push_str("  追溯 retroactive");
        }
        for (word, origin) in
            [("更正自 corrected by", told.corrected_by), ("至此为止 until", told.superseded_by)]
        {
            if let Some(origin) = origin {
                text.push_str(&format!("  {word} {}", by(origin)));
            }
        }
        if !told.missing.is_empty() {
            text.push_str(&format!("  缺 lacks {}", told.missing.join(" ")));
        }
        text
    }
}

fn verb(verb: Verb) -> (&'static str, &'static str) {
    match verb {
        Verb::Registered => ("registered", "登记 registered"),
        Verb::Changed => ("changed", "变更 changed"),
        Verb::Ended => ("ended", "终止 ended"),
    }
}

fn row(told: &Told<'_>) -> Map<String, Value> {
    let columns = told.columns.iter();
    columns.map(|(name, json)| ((*name).to_owned(), plain(json))).collect()
}

/// The same value for `serde_json`.
fn plain(json: &Json<'_>) -> Value {
    serde_json::from_slice(&json.to_bytes()).unwrap_or(Value::Null)
}

/// Writes lines until nobody reads any more.
fn tell(lines: impl IntoIterator<Item = String>) -> Result<(), Failure> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for text in lines {
        if !line(&mut out, text.as_bytes())? {
            return Ok(());
        }
    }
    match out.flush() {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

impl List {
    fn run(self) -> Result<Exit, Failure> {
        let Some(entity) = self.entity.as_deref() else { return self.tables() };
        let asked = self.place.ask(Some(entity))?;
        let rows = asked.table(entity).map(|table| table.in_force(asked.at)).unwrap_or_default();
        if self.place.json {
            let rows = asked.versions(&rows);
            print(&asked.head(json!({ "entity": entity, "rows": rows })).to_string())?;
        } else {
            tell(
                rows.iter()
                    .map(|told| format!("{}\n    {}", asked.words(told), Value::Object(row(told)))),
            )?;
        }
        Ok(asked.exit())
    }

    /// How many rows of each table are in force.
    fn tables(&self) -> Result<Exit, Failure> {
        let asked = self.place.ask(None)?;
        let tables = asked.master.tables();
        let counts = tables.iter().map(|table| (table.entity(), table.in_force(asked.at).len()));
        if self.place.json {
            let tables: Vec<Value> =
                counts.map(|(entity, rows)| json!({ "entity": entity, "rows": rows })).collect();
            print(&asked.head(json!({ "tables": tables })).to_string())?;
        } else {
            tell(counts.map(|(entity, rows)| format!("{rows:>8}  {entity}")))?;
        }
        Ok(asked.exit())
    }
}

impl Show {
    fn run(self) -> Result<Exit, Failure> {
        let asked = self.place.ask(Some(&self.entity))?;
        let table = asked.table(&self.entity);
        let history = table.map(|table| table.history(&self.key)).unwrap_or_default();
        if history.is_empty() {
            let exit = if asked.partial { Exit::CannotTell } else { Exit::NotFound };
            let message = format!(
                "{0} 中没有 {1} / {0} has no {1}: plumb master list {0}",
                self.entity, self.key
            );
            return Err(Failure { exit, message });
        }
        let found = table.map(|table| table.found(&self.key, asked.at)).unwrap_or_default();
        if self.place.json {
            let (found, history) = (asked.versions(&found), asked.versions(&history));
            let more = json!({
                "entity": self.entity, "key": self.key, "in_force": found, "history": history,
            });
            print(&asked.head(more).to_string())?;
            return Ok(asked.exit());
        }
        let mut lines = vec![format!("{} 有效 / in force on {}", found.len(), asked.at.on)];
        for told in &found {
            lines.push(asked.words(told));
            let columns = row(told).into_iter();
            lines.extend(columns.map(|(name, value)| format!("    {name}: {value}")));
        }
        lines.push("历史 / history".to_owned());
        lines.extend(history.iter().map(|told| asked.words(told)));
        tell(lines)?;
        Ok(asked.exit())
    }
}

impl Retroactive {
    fn run(self) -> Result<Exit, Failure> {
        let asked = self.place.ask(self.entity.as_deref())?;
        let tables = asked.master.tables();
        let mut rows: Vec<Told<'_>> = tables
            .iter()
            .filter(|table| self.entity.as_deref().is_none_or(|own| table.entity() == own))
            .flat_map(|table| table.rewritten())
            .collect();
        // What an older system had said before there was a ledger was not changed
        // after the fact, unless a repair changed it here.
        let repaired = |told: &Told<'_>| told.corrected_by.or(told.superseded_by).is_some();
        rows.retain(|told| self.imported || !told.origin.imported || repaired(told));
        let when = |told: &Told<'_>| {
            let repaired = told.corrected_by.or(told.superseded_by).map(|by| by.recorded);
            (repaired.unwrap_or(told.origin.recorded), told.origin.position)
        };
        rows.sort_by_key(when);
        if self.place.json {
            print(&asked.head(json!({ "rows": asked.versions(&rows) })).to_string())?;
        } else {
            tell(rows.iter().map(|told| asked.words(told)))?;
        }
        Ok(asked.exit())
    }
}
