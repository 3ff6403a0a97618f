//! `plumb log`: entries in order of position, the stored bytes exactly.

use super::{Dir, Exit, Failure, line};
use crate::config::Layout;
use crate::ledger::{LogName, open_log, read_config};
use crate::store::Store;
use plumbline_replay::integrity::entry::{Fields, scan};
use plumbline_replay::time::civil::{Moment, parse_rfc3339};
use std::io::Write;

const READ_BYTES: usize = 4 << 20;

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
        let store = open_log(&layout, &config, log)?;
        let size = store.size()?;
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        let mut next = self.from;
        while next < size {
            for block in store.read(next, READ_BYTES)? {
                for (position, _, entry) in block.entries() {
                    if position >= next && position < size && !self.write(&mut out, entry)? {
                        return Ok(Exit::Done);
                    }
                }
                next = next.max(block.first_position + u64::from(block.count));
            }
        }
        match out.flush() {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                return Err(error.into());
            }
            _ => {}
        }
        match store.damage() {
            None => Ok(Exit::Done),
            Some(damage) => Err(Failure {
                exit: Exit::Broken,
                message: format!(
                    "以上是完好的部分 / the sound part ends here: {damage}; run `plumb verify`"
                ),
            }),
        }
    }

    /// Writes an entry that was asked for; false if nobody reads any more.
    fn write(&self, out: &mut impl Write, entry: &[u8]) -> Result<bool, Failure> {
        let fields = scan(entry).map_err(|error| Failure {
            exit: Exit::Broken,
            message: format!("不是记录 / not an entry: {error}; run `plumb verify`"),
        })?;
        if !self.asked(&fields) {
            return Ok(true);
        }
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

    fn asked(&self, fields: &Fields<'_>) -> bool {
        let recorded = || parse_rfc3339(fields.recorded_at).map(|moment| moment.micros);
        self.stream.as_deref().is_none_or(|stream| stream == fields.stream)
            && self.kind.as_deref().is_none_or(|kind| kind == fields.kind)
            && self.since.is_none_or(|since| recorded() >= Some(since.micros))
            && self.until.is_none_or(|until| recorded() < Some(until.micros))
    }
}
