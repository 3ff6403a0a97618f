//! A read model of a judged ledger: what every case contributes to every report, day
//! by day, with the findings and master data that rows are put together with, and what
//! must be known of every case to follow the log. From it a report of any period is
//! made without reading the log, byte for byte the one that the log itself gives, as of
//! the entry that it has come to.
//!
//! Files that any process reads beside any writer, since a report is asked for by a
//! command while a server holds the ledger; one process at a time writes them. They are
//! believed only as far as the head's digests go: a deleted, foreign or damaged model
//! is no error, the log answers and the model grows again. What this module does not
//! know: who asks, and any rule.

mod asked;
mod book;
mod card;
mod follow;
mod grow;
mod parts;
mod stored;

pub use asked::Asked;

use crate::config::{Config, Layout};
use crate::judging::Loaded;
use crate::judging::one::Logs;
use crate::ledger::{LogName, OpenError, open_log};
use crate::master::MasterError;
use crate::reader::Reader;
use crate::store::{Store, StoreError, entry_at};
use book::{Book, Writing};
use card::{EVER, Rows, month_of};
use chrono::NaiveDate;
use follow::Stop;
use plumbline_replay::integrity::chain::{Digest, entry_hash};
use plumbline_replay::master::{At, Master};
use plumbline_replay::report::{self, About, Kept, Note, Period, Report, Request, Sheet};
use plumbline_replay::rules::{Ask, JudgeError, Judgement, register as rules};
use serde::{Deserialize, Serialize};
use std::io;
use std::path::PathBuf;

/// Why a ledger could not be judged and kept.
#[derive(Debug, thiserror::Error)]
pub enum JudgedError {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Log(#[from] StoreError),
    #[error(transparent)]
    Master(#[from] MasterError),
    #[error(transparent)]
    Judge(#[from] JudgeError),
    #[error(
        "没有给出密封日志 / the sealed log is not given; what only it shows cannot be kept as missing"
    )]
    NotGiven,
    #[error(
        "另一进程正在补全留存,请稍后再试 / another process is just bringing it to the logs' ends; try again"
    )]
    Busy,
    #[error(
        "日志有损坏,不据以留存 / the log is damaged: {0}; nothing is kept of what cannot be read whole"
    )]
    Damaged(String),
    #[error("{path}: {error}", path = .path.display())]
    Io { path: PathBuf, error: io::Error },
}

/// Where a log ends: its size and BLAKE3 of its last entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    pub size: u64,
    last: [u8; 32],
}

/// Where the open and the sealed log end.
pub type Ends = [End; 2];

/// What came of bringing the model to the ends of the logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Brought {
    pub ends: Ends,
    /// Streams whose entries were read.
    pub looked_at: u64,
    /// Why all were; else only those of which something may have changed.
    pub anew: Option<Anew>,
}

/// Why everything was judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anew {
    Asked,
    /// Nothing was kept that this program has made.
    NothingKept,
    /// It was made of another log, or of more than there is.
    OtherLog,
    Damaged,
    /// Days may be counted in another way.
    Calendar,
    /// So many streams had to be looked at again that reading all is quicker.
    Many,
}

impl Anew {
    /// In both languages.
    pub fn words(self) -> &'static str {
        match self {
            Anew::Asked => "按要求全部重判 / as asked",
            Anew::NothingKept => "此前无可用留存 / nothing usable was kept",
            Anew::OtherLog => "留存不属本日志 / what was kept is not of this log",
            Anew::Damaged => "留存有损坏 / what was kept is damaged",
            Anew::Calendar => "工作日历有变 / the calendar has changed",
            Anew::Many => "须重看者过多 / too many streams to look at one by one",
        }
    }
}

/// The rules and reports of this program.
fn program() -> String {
    let reports: Vec<String> =
        report::all().map(|report| format!("{}.{}", report.id, report.version)).collect();
    format!("{} {} {}", env!("CARGO_PKG_VERSION"), rules::digest(), reports.join(" "))
}

/// Where the logs of a ledger end now.
pub fn ends(layout: &Layout, config: &Config) -> Result<Ends, OpenError> {
    let end = |log| {
        let failed = |error| OpenError::Store { log, error };
        let store = open_log(layout, config, log)?;
        let size = store.size().map_err(failed)?;
        end_of(&store, size).map_err(failed)
    };
    Ok([end(LogName::Open)?, end(LogName::Sealed)?])
}

fn end_of(store: &dyn Store, size: u64) -> Result<End, StoreError> {
    let last = match size.checked_sub(1) {
        Some(last) => entry_at(store, last)?.map_or(Digest::ZERO, |entry| entry_hash(&entry)),
        None => Digest::ZERO,
    };
    Ok(End { size, last: last.0 })
}

/// What is asked of a report on logs that were read, whether it is kept or told.
pub fn request(
    loaded: &Loaded,
    config: &Config,
    about: About,
    period: Period,
    ask: Ask,
) -> Request {
    Request {
        about,
        period,
        ask,
        origin: config.origin_of(LogName::Open),
        log_size: loaded.size,
        head: loaded.head.to_string(),
        sealed_size: loaded.sealed_size,
    }
}

/// Who may bring the model to the logs' ends: one process at a time.
pub struct Keeper<'k> {
    layout: &'k Layout,
    config: &'k Config,
    patient: bool,
    _writing: Writing,
}

impl<'k> Keeper<'k> {
    /// `None` while another process brings the model to the logs' ends.
    pub fn begin(
        layout: &'k Layout,
        config: &'k Config,
    ) -> Result<Option<Keeper<'k>>, JudgedError> {
        let writing = book::lock(layout)?;
        Ok(writing.map(|_writing| Keeper { layout, config, patient: false, _writing }))
    }

    /// Follows however many streams must be looked at one by one.
    pub fn patiently(self) -> Keeper<'k> {
        Keeper { patient: true, ..self }
    }

    /// Brings the model to where the logs end as they are read here, by what has changed
    /// if it can be told, else by judging everything on so many threads.
    pub fn bring(&self, logs: Logs<'_>, threads: usize) -> Result<Brought, JudgedError> {
        self.bring_to(sizes(logs), logs, threads)
    }

    /// Brings it to where the open and the sealed log had so many entries.
    pub fn bring_to(
        &self,
        sizes: [u64; 2],
        logs: Logs<'_>,
        threads: usize,
    ) -> Result<Brought, JudgedError> {
        let (layout, config) = (self.layout, self.config);
        let ends = ends_at(sizes, logs)?;
        let why = match Book::open(layout, config) {
            None => Anew::NothingKept,
            Some(book) if book.head.ends == ends => {
                return Ok(Brought { ends, looked_at: 0, anew: None });
            }
            Some(book) => match follow::follow((layout, config), logs, ends, book, self.patient) {
                Ok(brought) => return Ok(brought),
                Err(Stop::Failed(error)) => return Err(error),
                Err(Stop::Anew(why)) => why,
            },
        };
        grow::grow(layout, config, ends, (threads, why))
    }

    /// Judges everything and makes the model anew.
    pub fn grow(&self, logs: Logs<'_>, threads: usize, why: Anew) -> Result<Brought, JudgedError> {
        grow::grow(self.layout, self.config, ends_at(sizes(logs), logs)?, (threads, why))
    }
}

fn sizes(logs: Logs<'_>) -> [u64; 2] {
    [logs.open.size(), logs.sealed.map_or(0, Reader::size)]
}

fn ends_at([open, sealed]: [u64; 2], logs: Logs<'_>) -> Result<Ends, JudgedError> {
    let end = |reader: &Reader, size| match reader.damage() {
        Some(damage) => Err(JudgedError::Damaged(damage)),
        None => Ok(end_of(reader.store().as_ref(), size)?),
    };
    let sealed_log = logs.sealed.ok_or(JudgedError::NotGiven)?;
    Ok([end(logs.open, open)?, end(sealed_log, sealed)?])
}

/// Names everything that rules found, whatever it is about: the same findings, the same
/// name.
pub fn name_of(judgement: &Judgement) -> String {
    card::name_of(&card::told(judgement)).to_string()
}

/// Brings the model of a ledger to its logs' ends, or makes it anew.
pub fn refresh(
    layout: &Layout,
    config: &Config,
    threads: usize,
    whole: bool,
) -> Result<Brought, JudgedError> {
    let keeper = Keeper::begin(layout, config)?.ok_or(JudgedError::Busy)?;
    let [open, sealed] = readers(layout, config)?;
    let logs = Logs { open: &open, sealed: Some(&sealed) };
    if whole { keeper.grow(logs, threads, Anew::Asked) } else { keeper.bring(logs, threads) }
}

/// Both logs of a ledger, open for reading.
pub fn readers(layout: &Layout, config: &Config) -> Result<[Reader; 2], OpenError> {
    let open = Reader::open(layout, config, LogName::Open)?;
    Ok([open, Reader::open(layout, config, LogName::Sealed)?])
}

/// The model as it lies in a ledger's folder.
pub struct Judged {
    book: Book,
}

impl Judged {
    /// The model of a ledger, if one is there that this program has made and that is
    /// whole as far as its head tells.
    pub fn open(layout: &Layout, config: &Config) -> Option<Judged> {
        Book::open(layout, config).map(|book| Judged { book })
    }

    /// Where the logs ended when they were judged.
    pub fn ends(&self) -> Ends {
        self.book.head.ends
    }

    /// The moment that it answers for: master data of its day, as known then.
    pub fn at(&self) -> At {
        At { on: self.last_day(), known_at: self.book.head.known_at }
    }

    /// The last day that it can answer for.
    pub fn last_day(&self) -> NaiveDate {
        self.book.zone().date(self.book.head.as_of)
    }

    /// Whether all of it is there as it was written.
    pub fn is_whole(&self) -> bool {
        self.book.is_whole()
    }

    /// Of the way in which it is written.
    pub fn version(&self) -> u32 {
        book::FORM
    }

    /// Streams of which something is kept.
    pub fn streams(&self) -> u64 {
        self.book.head.streams
    }

    /// Names all that is kept of cases: the same for the same entries, rules and
    /// reports, however it came about.
    pub fn content(&self) -> String {
        self.book.head.content.to_string()
    }

    /// Names all findings; see [`name_of`].
    pub fn findings(&self) -> String {
        self.book.head.findings.to_string()
    }

    /// Bytes that it takes, without what is left over.
    pub fn size(&self) -> u64 {
        self.book.size()
    }

    /// A report of a period, as of the entry that the model has come to. `None` if a
    /// file is not what the head says: then the log answers.
    pub fn sheet(&self, report: &'static Report, period: Period) -> Option<Sheet> {
        let mut master = Master::default();
        for entries in self.book.master(report)?.into_values() {
            let entries: Vec<&[u8]> = entries.iter().map(Vec::as_slice).collect();
            master.add_stream(&entries, self.book.head.known_at).ok()?;
        }
        let kept = Kept {
            request: self.book.request(period),
            master,
            judgement: stored::judgement(self.book.findings(report)?.as_deref())?,
            catalogue: self.book.head.catalogue.clone(),
            calendar: self.book.head.calendar.clone(),
        };
        Some(kept.sheet(report, period, self.notes(report, period)?))
    }

    /// What cases contribute in a period, in the order of streams.
    fn notes(&self, report: &Report, period: Period) -> Option<Vec<Note>> {
        let months = month_of(period.from)..=month_of(period.to);
        let falls = |month: i64| month == EVER || months.contains(&month);
        let mut sections = self.book.sections(report, falls)?;
        let several = sections.len() > 1;
        let mut all: Vec<(Box<str>, Rows)> = sections.drain(..).flatten().collect();
        if several {
            all.sort_by(|one, other| one.0.cmp(&other.0));
        }
        let mut notes = Vec::new();
        for of_one in all.chunk_by_mut(|one, next| one.0 == next.0) {
            let mut rows: Rows = of_one.iter_mut().flat_map(|(_, rows)| rows.drain(..)).collect();
            rows.sort_by_key(|(number, ..)| *number);
            rows.dedup_by_key(|(number, ..)| *number);
            let within = rows.into_iter().filter(|(_, days, _)| match days {
                [None, None] => true,
                days => days.iter().flatten().any(|day| period.has(*day)),
            });
            notes.extend(within.map(|(_, _, note)| note));
        }
        Some(notes)
    }
}
