//! The files of the model: the head, and what it says of the others.
//!
//! The head is written last and names all else by digest, so that a reader sees one
//! state and a crash leaves the one before. What this file does not know: how any of
//! it came about.

use super::card::{Card, Section, place};
use super::parts::Parts;
use super::{Ends, JudgedError, program};
use crate::config::{Config, Layout};
use crate::derived::write_whole;
use crate::judging::zone;
use crate::ledger::LogName;
use crate::projection::Content;
use crate::projection::codec::{decode, encode};
use plumbline_replay::integrity::chain::Digest;
use plumbline_replay::packed::{pack, unpack};
use plumbline_replay::report::{self, About, Period, Report, Request};
use plumbline_replay::rules::Ask;
use plumbline_replay::state::Moment;
use plumbline_replay::time::civil::{Micros, Zone};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

/// Changes when the files are written in another way.
pub(super) const FORM: u32 = 2;
const HEAD: &str = "head";
const LOCK: &str = "lock";
/// What is kept of each stream, by when it began.
const CARDS: &str = "cards";
/// Findings that a report looks at, by its place in the register.
const FINDINGS: &str = "findings";
/// Entries of master data that a report looks at, likewise.
const MASTER: &str = "master";

/// What the model is of, and where its parts are.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Head {
    form: u32,
    /// The rules and reports that made it.
    program: String,
    pub origin: String,
    pub ends: Ends,
    pub as_of: Micros,
    pub known_at: Micros,
    pub zone_minutes: i32,
    pub catalogue: String,
    pub calendar: String,
    /// When days may be counted in another way though no entry says so.
    pub calendar_until: Micros,
    pub streams: u64,
    pub content: Content,
    /// Names all findings.
    pub findings: Content,
    files: BTreeMap<String, Parts>,
}

/// The model's folder.
pub(super) struct Book {
    dir: PathBuf,
    pub head: Head,
}

/// Held by the one process that writes.
pub(super) struct Writing(#[expect(dead_code, reason = "the lock ends with the file")] File);

fn io(path: &Path) -> impl Fn(std::io::Error) -> JudgedError {
    let path = path.to_owned();
    move |error| JudgedError::Io { path: path.clone(), error }
}

/// Takes the right to write; `None` while another process has it.
pub(super) fn lock(layout: &Layout) -> Result<Option<Writing>, JudgedError> {
    let dir = layout.judged();
    std::fs::create_dir_all(&dir).map_err(io(&dir))?;
    let path = dir.join(LOCK);
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    let file = options.open(&path).map_err(io(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Writing(file))),
        Err(std::fs::TryLockError::WouldBlock) => Ok(None),
        Err(std::fs::TryLockError::Error(error)) => Err(io(&path)(error)),
    }
}

/// What a model is begun with.
pub(super) struct Of<'o> {
    pub layout: &'o Layout,
    pub config: &'o Config,
    pub ends: Ends,
    pub moment: Moment,
}

impl Head {
    /// Makes it that of other ends.
    pub(super) fn turn_to(&mut self, of: &Of<'_>) {
        self.ends = of.ends;
        (self.as_of, self.known_at) = (of.moment.as_of, of.moment.known_at);
    }
}

impl Book {
    /// An empty model. Its files have other names than those of the model before it,
    /// which is read until this one is closed.
    pub(super) fn new(of: &Of<'_>) -> Book {
        let before = Book::open(of.layout, of.config).map(|book| book.head.files);
        let files = before.into_iter().flatten().map(|(name, parts)| (name, parts.emptied()));
        let head = Head {
            form: FORM,
            program: program(),
            origin: of.config.origin_of(LogName::Open),
            ends: of.ends,
            as_of: of.moment.as_of,
            known_at: of.moment.known_at,
            zone_minutes: zone(of.config).offset_minutes(),
            catalogue: String::new(),
            calendar: String::new(),
            calendar_until: Micros::MAX,
            streams: 0,
            content: Content::default(),
            findings: Content::default(),
            files: files.collect(),
        };
        Book { dir: of.layout.judged(), head }
    }

    /// The model of a ledger, if one is there that this program has made and whose head
    /// is whole.
    pub(super) fn open(layout: &Layout, config: &Config) -> Option<Book> {
        let dir = layout.judged();
        let bytes = std::fs::read(dir.join(HEAD)).ok()?;
        let (digest, body) = bytes.split_first_chunk::<32>()?;
        if blake3::hash(body) != *digest {
            return None;
        }
        let head: Head = decode(body).ok()?;
        let own = head.form == FORM
            && head.program == program()
            && head.origin == config.origin_of(LogName::Open)
            && head.zone_minutes == zone(config).offset_minutes();
        own.then_some(Book { dir, head })
    }

    /// Whether every byte that the head names is there.
    pub(super) fn is_whole(&self) -> bool {
        self.head
            .files
            .iter()
            .all(|(name, parts)| parts.read(&self.dir, name, parts.keys()).is_some())
    }

    /// Bytes of all that it names.
    pub(super) fn size(&self) -> u64 {
        self.head.files.values().map(Parts::size).sum()
    }

    fn read(&self, name: &str, keys: impl Iterator<Item = i64>) -> Option<Vec<(i64, Vec<u8>)>> {
        match self.head.files.get(name) {
            Some(parts) => parts.read(&self.dir, name, keys),
            None => Some(Vec::new()),
        }
    }

    fn replace(&mut self, name: &str, changed: Vec<(i64, Vec<u8>)>) -> Result<(), JudgedError> {
        let parts = self.head.files.entry(name.to_owned()).or_default();
        parts.replace(&self.dir, name, changed).map_err(io(&self.dir.join(name)))
    }

    pub(super) fn zone(&self) -> Zone {
        Zone::fixed(self.head.zone_minutes)
    }

    /// What the logs were judged for, asked about a period.
    pub(super) fn request(&self, period: Period) -> Request {
        let Head { as_of, known_at, .. } = self.head;
        let [open, sealed] = self.head.ends;
        Request {
            about: About::default(),
            period,
            ask: Ask {
                moment: Moment { as_of, known_at },
                zone: self.zone(),
                sealed_given: true,
                threads: 1,
            },
            origin: self.head.origin.clone(),
            log_size: open.size,
            head: Digest(open.last).to_string(),
            sealed_size: Some(sealed.size),
        }
    }

    /// Takes note of a card that was put on its shelf, or taken from it.
    pub(super) fn added(&mut self, card: &Card) {
        self.head.content.add(card.stream.as_bytes(), &card.content);
    }

    pub(super) fn removed(&mut self, card: &Card) {
        self.head.content.take(card.stream.as_bytes(), &card.content);
    }

    /// The shelves that cards lie on.
    pub(super) fn shelves(&self) -> Vec<i64> {
        self.head.files.get(CARDS).map(|parts| parts.keys().collect()).unwrap_or_default()
    }

    /// The cards of one shelf. `None` if they are damaged, as with all that is read here.
    pub(super) fn cards(&self, shelf: i64) -> Option<Vec<Card>> {
        match self.read(CARDS, [shelf].into_iter())?.pop() {
            Some((_, bytes)) => unpack(&bytes),
            None => Some(Vec::new()),
        }
    }

    pub(super) fn put_cards(
        &mut self,
        shelves: BTreeMap<i64, Vec<Card>>,
    ) -> Result<(), JudgedError> {
        let packed = shelves.into_iter().map(|(shelf, cards)| (shelf, pack(&cards)));
        self.replace(CARDS, packed.collect())
    }

    /// What cases contribute to a report in some months.
    pub(super) fn sections(
        &self,
        report: &Report,
        months: impl Fn(i64) -> bool,
    ) -> Option<Vec<Section>> {
        let Some(parts) = self.head.files.get(report.id) else { return Some(Vec::new()) };
        let read = parts.read(&self.dir, report.id, parts.keys().filter(|month| months(*month)))?;
        read.into_iter().map(|(_, bytes)| unpack(&bytes)).collect()
    }

    pub(super) fn put_sections(
        &mut self,
        sections: BTreeMap<(usize, i64), Section>,
    ) -> Result<(), JudgedError> {
        let mut by_report: BTreeMap<usize, Vec<(i64, Vec<u8>)>> = BTreeMap::new();
        for ((report, month), section) in sections {
            let bytes = if section.is_empty() { Vec::new() } else { pack(&section) };
            by_report.entry(report).or_default().push((month, bytes));
        }
        for (place, report) in report::all().enumerate() {
            if let Some(changed) = by_report.remove(&place) {
                self.replace(report.id, changed)?;
            }
        }
        Ok(())
    }

    /// Packed findings that a report looks at; nothing if it looks at none.
    pub(super) fn findings(&self, report: &Report) -> Option<Option<Vec<u8>>> {
        self.one(FINDINGS, report)
    }

    pub(super) fn put_findings(&mut self, by: Vec<(i64, Vec<u8>)>) -> Result<(), JudgedError> {
        self.replace(FINDINGS, by)
    }

    /// Entries that a report looks at, by stream.
    pub(super) fn master(&self, report: &Report) -> Option<MasterEntries> {
        match self.one(MASTER, report)? {
            Some(bytes) => decode(&bytes).ok(),
            None => Some(MasterEntries::new()),
        }
    }

    pub(super) fn put_master(
        &mut self,
        by: Vec<(&Report, MasterEntries)>,
    ) -> Result<(), JudgedError> {
        let encoded = by.into_iter().map(|(report, entries)| (key(report), encode(&entries)));
        self.replace(MASTER, encoded.collect())
    }

    fn one(&self, name: &str, report: &Report) -> Option<Option<Vec<u8>>> {
        Some(self.read(name, [key(report)].into_iter())?.pop().map(|(_, bytes)| bytes))
    }

    /// Makes what was written the model, and takes away what no head names any more.
    pub(super) fn close(&self) -> Result<(), JudgedError> {
        let path = self.dir.join(HEAD);
        let body = encode(&self.head);
        let bytes = [blake3::hash(&body).as_bytes().as_slice(), &body].concat();
        write_whole(&path, &bytes).map_err(io(&path))?;
        let named: Vec<String> =
            self.head.files.iter().map(|(name, parts)| parts.file(name)).collect();
        for file in std::fs::read_dir(&self.dir).into_iter().flatten().flatten() {
            let name = file.file_name().to_string_lossy().into_owned();
            if !named.contains(&name) && name != HEAD && name != LOCK {
                // What cannot be removed is in nobody's way.
                let _ = std::fs::remove_file(file.path());
            }
        }
        Ok(())
    }
}

/// Entries of master data by stream, each in order of position.
pub(super) type MasterEntries = BTreeMap<String, Vec<Vec<u8>>>;

/// The key of what is kept for one report.
pub(super) fn key(report: &Report) -> i64 {
    i64::try_from(place(report)).unwrap_or(i64::MAX)
}
