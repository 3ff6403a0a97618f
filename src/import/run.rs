//! Importing a file: read it once to see that it is whole, then translate it and
//! hand it on in batches.
//!
//! An event ends either in the sink or in the error file, and a file that breaks
//! off is refused before its first event is recorded. No event is decided on
//! here: the mapping translates and the ledger admits.

use super::batch::{self, Closing, FileFacts};
use super::csv::CsvReader;
use super::delivery::{Delivered, Delivery, Origin, Raw};
use super::headers::{Match, match_columns};
use super::input::{self, Charset, Meter};
use super::mapping::{Mapping, MappingError, SourceFormat};
use super::ndjson::NdjsonReader;
use super::profile::decision::Flag;
use super::record::{Case, SourceError};
use super::rejects::Rejects;
use super::translate::{Noticed, Translated, Translator};
use super::xes::{HeaderRow, XesReader};
use crate::ledger::submission::Submission;
use crate::ledger::{AppendError, Receipt};
use std::io::BufReader;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::Path;
use std::rc::Rc;

/// Takes submissions on their way into a ledger.
pub trait Sink {
    /// Records each submission on its own, in order, as one group: the results
    /// stand in the order of the batch and are as many. Waits while the ledger is
    /// busy; `Busy` means that it gave up. When it returns, what it accepted is
    /// durable.
    fn append(&mut self, batch: Vec<Submission>) -> Vec<Result<Receipt, AppendError>>;
}

/// How far an import has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Reading the file through before the first event is recorded.
    pub checking: bool,
    /// Bytes of the file read in this pass, before unpacking.
    pub bytes: u64,
    pub file_bytes: u64,
    /// Events of the source seen in this pass.
    pub events: u64,
}

/// Hears how far an import has come, and may end it.
pub type Watch<'a> = dyn FnMut(Progress) -> ControlFlow<()> + 'a;

/// Tells how far the import has come.
pub(super) fn reached(watch: &mut Watch<'_>, progress: Progress) -> Result<(), ImportError> {
    match watch(progress) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(ImportError::Interrupted),
    }
}

/// Why an import ended before the file did.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file cannot be opened or read: not the fault of its content.
    #[error("{path}: {reason}")]
    File { path: String, reason: String },
    /// Nothing of the file was recorded.
    #[error("文件不完整或有误,未导入任何事件 / the file is broken, nothing was imported: {0}")]
    Broken(#[from] SourceError),
    #[error(transparent)]
    Mapping(#[from] MappingError),
    /// The table has not the columns of the profile.
    #[error("{0}")]
    Header(String),
    #[error(
        "两次读取之间文件被改动,已导入的部分保留;请再次导入 / the file changed while it was read; \
             what was recorded stays, import it again"
    )]
    Changed,
    #[error(
        "账本停止接收;已入账的不会重复,请稍后再次导入 / the ledger took no more ({0}); run the \
             import again, nothing is recorded twice"
    )]
    Sink(AppendError),
    #[error(
        "已中断;已入账的保留,再次导入不会重复 / interrupted; what was recorded stays, and importing \
         again adds it nothing twice"
    )]
    Interrupted,
    #[error("错误清单写入失败 / the error file cannot be written: {0}")]
    Rejects(std::io::Error),
}

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub facts: FileFacts,
    pub delivered: Delivered,
    pub noticed: Noticed,
    /// Which column stands for which name of the mapping or the profile.
    pub columns: Vec<Match>,
    /// What is odd about rows that were imported all the same.
    pub flags: Vec<Flag>,
    /// Cells in which a natural person's name or number was masked.
    pub masked: u64,
}

/// What an import needs to know.
pub struct Job<'a> {
    pub path: &'a Path,
    /// RFC 3339: when the import is done.
    pub now: &'a str,
    /// Events handed on at a time.
    pub batch_events: usize,
}

/// A source file of any format, read case by case.
enum Source {
    Xes(Box<XesReader<Text>>),
    Csv(Box<CsvReader<Text>>),
    Ndjson(Box<NdjsonReader<Text>>),
}

type Text = BufReader<Box<dyn Read>>;

struct Opened {
    source: Source,
    meter: Rc<Meter>,
    file_bytes: u64,
    encoding: &'static str,
}

impl Source {
    fn next_case(&mut self) -> Result<Option<Case>, SourceError> {
        match self {
            Source::Xes(reader) => reader.next_case(),
            Source::Csv(reader) => reader.next_case(),
            Source::Ndjson(reader) => reader.next_case(),
        }
    }

    fn header(&self) -> &[HeaderRow] {
        match self {
            Source::Xes(reader) => reader.header(),
            Source::Csv(_) | Source::Ndjson(_) => &[],
        }
    }

    fn empty_cases(&self) -> u64 {
        match self {
            Source::Xes(reader) => reader.empty_cases(),
            Source::Csv(_) | Source::Ndjson(_) => 0,
        }
    }
}

/// Imports one file.
pub fn run(
    job: &Job<'_>,
    mut mapping: Mapping,
    sink: &mut dyn Sink,
    rejects: &mut dyn Rejects,
    progress: &mut Watch<'_>,
) -> Result<Summary, ImportError> {
    let charset = charset(job.path, &mapping)?;
    let (mut facts, columns) = check(job.path, charset, &mut mapping, progress)?;
    let Opened { mut source, meter, file_bytes, .. } = open(job.path, charset, &mapping)?;
    let mut delivery = Delivery::new(sink, rejects, job.batch_events);
    let mut translator = Translator::new(&mapping);
    let mut events = 0;
    while let Some(case) = source.next_case()? {
        events += case.records.len() as u64;
        for translated in translator.translate(case) {
            let Translated { record, case, case_attributes, result } = translated;
            let raw = Raw::Record { attributes: record.attributes, case_attributes };
            delivery.take(Origin { line: record.line, case, raw }, result)?;
        }
        reached(progress, Progress { checking: false, bytes: meter.bytes(), file_bytes, events })?;
    }
    delivery.flush()?;
    if meter.digest() != facts.digest {
        return Err(ImportError::Changed);
    }
    facts.cases = translator.cases();
    let noticed = translator.noticed.clone();
    let closing = Closing::of(&mapping);
    let delivered = delivery
        .close(&mut facts, |facts| batch::events(&closing, facts, source.header(), job.now))?;
    Ok(Summary { facts, delivered, noticed, columns, ..Summary::default() })
}

/// Reads the file through and forgets what it reads.
fn check(
    path: &Path,
    charset: Charset,
    mapping: &mut Mapping,
    progress: &mut Watch<'_>,
) -> Result<(FileFacts, Vec<Match>), ImportError> {
    let Opened { mut source, meter, file_bytes, encoding } = open(path, charset, mapping)?;
    let mut columns = Vec::new();
    if let Source::Csv(table) = &source {
        columns = match_columns(table.headers(), &mapping.column_names()).map_err(MappingError)?;
        mapping.resolve(table.headers(), &columns)?;
    }
    let mut events = 0;
    while let Some(case) = source.next_case()? {
        events += case.records.len() as u64;
        reached(progress, Progress { checking: true, bytes: meter.bytes(), file_bytes, events })?;
    }
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
    let facts = FileFacts {
        name: name.unwrap_or_default(),
        digest: meter.digest(),
        bytes: meter.bytes(),
        encoding,
        empty_cases: source.empty_cases(),
        source_events: events,
        ..FileFacts::default()
    };
    Ok((facts, columns))
}

fn charset(path: &Path, mapping: &Mapping) -> Result<Charset, ImportError> {
    match (mapping.format, mapping.encoding) {
        (SourceFormat::Xes, _) => Ok(Charset::Xml),
        (_, Some(encoding)) => Ok(Charset::Is(encoding)),
        (SourceFormat::Ndjson, None) => Ok(Charset::Json),
        (SourceFormat::Csv, None) => {
            Ok(Charset::Is(input::detect_text(path).map_err(|error| opening(path, &error))?))
        }
    }
}

fn open(path: &Path, charset: Charset, mapping: &Mapping) -> Result<Opened, ImportError> {
    let input = input::open(path, charset).map_err(|error| opening(path, &error))?;
    let source = match mapping.format {
        SourceFormat::Xes => Source::Xes(Box::new(XesReader::new(input.reader))),
        SourceFormat::Csv => Source::Csv(Box::new(CsvReader::new(input.reader, &mapping.dialect)?)),
        SourceFormat::Ndjson => Source::Ndjson(Box::new(NdjsonReader::new(input.reader))),
    };
    Ok(Opened {
        source,
        meter: input.meter,
        file_bytes: input.file_bytes,
        encoding: input.encoding.name(),
    })
}

/// A file that is not there is the caller's mistake; bytes that are no text or
/// no gzip are the file's.
pub(super) fn opening(path: &Path, error: &std::io::Error) -> ImportError {
    use std::io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
    match error.kind() {
        InvalidData | InvalidInput | UnexpectedEof => ImportError::Broken(SourceError {
            line: 1,
            element: String::new(),
            reason: error.to_string(),
        }),
        _ => ImportError::File { path: path.display().to_string(), reason: error.to_string() },
    }
}
