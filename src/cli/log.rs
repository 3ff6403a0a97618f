//! `plumb log`: entries in order of position, the stored bytes exactly.

use super::{Dir, Exit, Failure, damage, line};
use crate::config::Layout;
use crate::index::{Field, Query};
use crate::ledger::{LogName, read_config};
use crate::reader::Reader;
use crate::store::Store;
use plumbline_replay::integrity::entry::scan;
use plumbline_replay::time::civil::{Moment, parse_rfc3339};
use std::io::Write;

const READ_BYTES: usize = 4 << 20;
/// Entries found at once.
const PAGE_ENTRIES: usize = 1024;

/// 列出记录 / list entries
#[derive(clap::Args)]
pub struct Log {
    #[command(flatten)]
    dir: Dir,
    /// 每行一条原始记录 / one entry a line, the stored bytes exactly
    #[arg(long)]
    ndjson: bool,
    /// 哪个日志 / which log
    #[arg(long = "log", default_value = "open", value_parser = ["open", "sealed"])]
    log: String,
    /// 只看一个事件流 / only one stream
    #[arg(long)]
    stream: Option<String>,
    /// 只看一类事件 / only one event type
    #[arg(long = "type")]
    kind: Option<String>,
    /// 入账时间不早于 / recorded at or after this RFC 3339 time
    #[arg(long, value_parser = moment)]
    since: Option<Moment>,
    /// 入账时间早于 / recorded before this RFC 3339 time
    #[arg(long, value_parser = moment)]
    until: Option<Moment>,
    /// 起始序号 / first position
    #[arg(long, default_value_t = 0)]
    from: u64,
}

fn moment(text: &str) -> Result<Moment, String> {
    parse_rfc3339(text)
        .ok_or_else(|| "写作 2026-03-05T16:20:00+08:00 / write it as RFC 3339".to_owned())
}

impl Log {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let layout = Layout::new(&self.dir.dir);
        let config = read_config(&layout)?;
        let log = LogName::parse(&self.log).unwrap_or(LogName::Open);
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        let query = self.query();
        if query == Query::new() {
            self.all(&damage::store(&layout, &config, log)?, &mut out)?;
        } else {
            self.found(&damage::reader(&layout, &config, log)?, &query, &mut out)?;
        }
        match out.flush() {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                return Err(error.into());
            }
            _ => {}
        }
        Ok(Exit::Done)
    }

    fn query(&self) -> Query {
        let mut query = Query::new();
        for (field, text) in [(Field::Stream, &self.stream), (Field::Kind, &self.kind)] {
            if let Some(text) = text {
                query = query.with(field, text);
            }
        }
        if self.since.is_some() || self.until.is_some() {
            let micros = |moment: Moment| moment.micros;
            let since = self.since.map_or(i64::MIN, micros);
            query = query.recorded(since, self.until.map_or(i64::MAX, micros));
        }
        query
    }

    /// Writes all entries, straight from the log.
    fn all(&self, store: &dyn Store, out: &mut impl Write) -> Result<(), Failure> {
        let size = store.size()?;
        let mut next = self.from;
        while next < size {
            for block in store.read(next, READ_BYTES)? {
                for (position, _, entry) in block.entries() {
                    if position >= next && position < size && !self.write(out, entry)? {
                        return Ok(());
                    }
                }
                next = next.max(block.first_position + u64::from(block.count));
            }
        }
        Ok(())
    }

    /// Writes the entries that fit, by the lookup.
    fn found(&self, reader: &Reader, query: &Query, out: &mut impl Write) -> Result<(), Failure> {
        let size = reader.size();
        let mut next = self.from;
        loop {
            let page = reader.find(query, next, size, PAGE_ENTRIES)?;
            let Some((last, _)) = page.last() else { return Ok(()) };
            next = last + 1;
            for (_, entry) in &page {
                if !self.write(out, entry)? {
                    return Ok(());
                }
            }
        }
    }

    /// Writes an entry; false if nobody reads any more.
    fn write(&self, out: &mut impl Write, entry: &[u8]) -> Result<bool, Failure> {
        let fields = scan(entry).map_err(|error| Failure {
            exit: Exit::Broken,
            message: format!("不是记录 / not an entry: {error}; run `plumb verify`"),
        })?;
        if self.ndjson {
            return line(out, entry);
        }
        let zh = plumbline_replay::event::register::find(fields.kind).map_or("", |t| t.zh);
        let text = format!(
            "{:>8}  {}  {}  {}#{}  {zh}",
            fields.position, fields.occurred_at, fields.kind, fields.stream, fields.revision
        );
        line(out, text.as_bytes())
    }
}
