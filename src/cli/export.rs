//! `plumb export`: entries in the forms that other tools read.

use super::{Dir, Exit, Failure, archive, damage, print, tiles};
use crate::config::Layout;
use crate::export::{Each, Entries, ExportError, Exported, Selection, csv, ndjson, ocel, xes};
use crate::index::{Field, Query};
use crate::ledger::{LogName, read_config};
use crate::reader::Reader;
use crate::store::Store;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

const READ_BYTES: usize = 4 << 20;

/// 导出 / export entries
#[derive(clap::Args)]
pub struct Export {
    /// 格式 / the form
    #[arg(value_parser = ["ndjson", "csv", "xes", "ocel", "tiles", "archive"])]
    format: String,
    /// tiles 写入的文件夹,可由任何网页服务器提供;archive 写入的空文件夹或 .zip 文件 / for `tiles`: the folder, for
    /// any web server to serve; for `archive`: a new or empty one, or a file NAME.zip
    #[arg(value_name = "DIR", required_if_eq_any([("format", "tiles"), ("format", "archive")]))]
    folder: Option<PathBuf>,
    #[command(flatten)]
    dir: Dir,
    /// 哪个日志 / which log
    #[arg(long = "log", default_value = "open", value_parser = ["open", "sealed"])]
    log: String,
    /// 事件流名以此开头 / streams that begin so
    #[arg(long, value_name = "PREFIX")]
    stream: Option<String>,
    /// 来源系统 / from this source system
    #[arg(long)]
    system: Option<String>,
    /// 事件类型 / of this event type
    #[arg(long = "type")]
    kind: Option<String>,
    /// 归档包连同密封日志 / for `archive`: the sealed log too
    #[arg(long)]
    sealed: bool,
    /// 归档时间,默认现在;给定则逐字节可复现 / for `archive`: when it is made, now unless given; the
    /// same moment makes the same bytes
    #[arg(long, value_name = "RFC3339")]
    at: Option<String>,
    /// CSV 不加字节序标记和防变形的制表符 / CSV without byte-order mark and guards for spreadsheets
    #[arg(long)]
    plain: bool,
    /// 写入文件而非标准输出 / into a file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Export {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let layout = Layout::new(&self.dir.dir);
        if let (Some(folder), "archive") = (&self.folder, self.format.as_str()) {
            return archive::export(&layout, folder, self.sealed, self.at.as_deref());
        }
        let config = read_config(&layout)?;
        let log = LogName::parse(&self.log).unwrap_or(LogName::Open);
        let reader = damage::reader(&layout, &config, log)?;
        if let Some(damage) = reader.damage() {
            return Err(Failure { exit: Exit::Broken, message: damage });
        }
        match (&self.folder, self.format.as_str()) {
            (Some(folder), "tiles") => return tiles::write(layout, config, reader, folder),
            (Some(folder), format) => {
                let folder = folder.display();
                let message = format!(
                    "{folder}: {format} 用 -o 指定文件 / name the file of a {format} export with -o"
                );
                return Err(Failure { exit: Exit::Usage, message });
            }
            (None, _) => {}
        }
        let entries = LogEntries(reader);
        match &self.output {
            Some(path) => {
                let exported = self.write_file(&entries, path)?;
                let path = path.display();
                print(&format!(
                    "已导出 {} 件 / exported {} events: {path}",
                    exported.events, exported.events
                ))?;
                note(exported);
            }
            None => match self.write(&entries, &mut BufWriter::new(io::stdout().lock())) {
                Ok(exported) => note(exported),
                // Whoever reads has what it wanted.
                Err(ExportError::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {}
                Err(error) => return Err(error.into()),
            },
        }
        Ok(Exit::Done)
    }

    fn write(&self, entries: &LogEntries, out: &mut dyn Write) -> Result<Exported, ExportError> {
        let selection = Selection {
            stream: self.stream.clone(),
            system: self.system.clone(),
            kind: self.kind.clone(),
        };
        match self.format.as_str() {
            "csv" => {
                let options = csv::Options { spreadsheet: !self.plain };
                csv::write(entries, &selection, options, out)
            }
            "xes" => xes::write(entries, &selection, out),
            "ocel" => ocel::write(entries, &selection, out),
            _ => ndjson::write(entries, &selection, out),
        }
    }

    /// The file appears whole or not at all.
    fn write_file(&self, entries: &LogEntries, path: &Path) -> Result<Exported, Failure> {
        let failed = |error: io::Error| Failure {
            exit: Exit::Failed,
            message: format!("{}: {error}", path.display()),
        };
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".part");
        let part = path.with_file_name(name);
        let file = File::create(&part).map_err(failed)?;
        let mut out = BufWriter::with_capacity(1 << 20, file);
        let written = self.write(entries, &mut out).map_err(Failure::from).and_then(|exported| {
            let file = out.into_inner().map_err(|error| failed(error.into_error()))?;
            file.sync_all().and_then(|()| std::fs::rename(&part, path)).map_err(failed)?;
            Ok(exported)
        });
        if written.is_err() {
            // What is left of it is of no use; the reason is told anyway.
            let _ = std::fs::remove_file(&part);
        }
        written
    }
}

fn note(exported: Exported) {
    if exported.replaced_characters > 0 {
        let count = exported.replaced_characters;
        eprintln!(
            "{count} 个 XML 不能容纳的字符已换作 U+FFFD / characters that XML cannot hold became \
             U+FFFD"
        );
    }
}

impl From<ExportError> for Failure {
    fn from(error: ExportError) -> Failure {
        let exit = match error {
            ExportError::Entry { .. } => Exit::Broken,
            ExportError::Output(_) | ExportError::Source(_) => Exit::Failed,
        };
        Failure { exit, message: error.to_string() }
    }
}

/// A log up to where it went when the export began.
pub(super) struct LogEntries(pub(super) Reader);

impl Entries for LogEntries {
    fn each(&self, each: &mut Each<'_>) -> Result<(), ExportError> {
        let (size, mut next) = (self.0.size(), 0);
        while next < size {
            let blocks = self.0.store().read(next, READ_BYTES).map_err(source)?;
            for block in &blocks {
                for (position, _, entry) in block.entries() {
                    if (next..size).contains(&position) {
                        each(position, entry)?;
                        next = position + 1;
                    }
                }
            }
            if blocks.is_empty() {
                return Err(ExportError::Source(format!("no entry at position {next}")));
            }
        }
        Ok(())
    }

    fn positions(&self, stream: &str) -> Result<Vec<u64>, ExportError> {
        let query = Query::new().with(Field::Stream, stream);
        self.0.lookup().positions(&query, 0, self.0.size(), usize::MAX).map_err(source)
    }

    fn entry(&self, position: u64) -> Result<Vec<u8>, ExportError> {
        let entry = self.0.entry(position).map_err(source)?;
        entry.ok_or_else(|| ExportError::Source(format!("no entry at position {position}")))
    }
}

fn source(error: impl std::fmt::Display) -> ExportError {
    ExportError::Source(error.to_string())
}
