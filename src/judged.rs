//! A read model of a judged ledger: what every case contributes to every report, day
//! by day, with the findings and master data that rows are put together with. From
//! it a report of any period is made without reading the log, byte for byte the one
//! that the log itself gives, as of the entry it was judged at.
//!
//! Files that any process reads beside any writer, since a report is asked for by a
//! command while a server holds the ledger; written whole and renamed, the head last,
//! and believed only as far as the head's digests go. A deleted, foreign or damaged
//! one is no error: the log answers. What this module does not know: who asks.

mod stored;

use crate::config::{Config, Layout};
use crate::derived::write_whole;
use crate::judging::{Extent, Loaded, zone};
use crate::ledger::{LogName, OpenError, open_log};
use crate::projection::codec::{decode, encode};
use crate::store::{Store, StoreError, entry_at};
use chrono::{Datelike, NaiveDate};
use plumbline_replay::integrity::chain::{Digest, entry_hash};
use plumbline_replay::report::{
    self, About, Days, Hearing, Kept, Note, Period, Report, Request, Sheet,
};
use plumbline_replay::rules::{Ask, JudgeError, register as rules};
use plumbline_replay::state::Moment;
use plumbline_replay::time::civil::{Micros, Zone};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// Changes when the files are written in another way.
const FORM: u32 = 1;
const HEAD: &str = "head";
const FINDINGS: &str = "findings";
const MASTER: &str = "master";

/// Why a ledger could not be judged and kept.
#[derive(Debug, thiserror::Error)]
pub enum JudgedError {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Judge(#[from] JudgeError),
    #[error("the log is damaged: {0}; nothing is kept of what cannot be read whole")]
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

/// What the model is of, and where its parts are.
#[derive(Serialize, Deserialize)]
struct Head {
    form: u32,
    /// The rules and reports that made it.
    program: String,
    origin: String,
    ends: Ends,
    moment: (Micros, Micros),
    zone_minutes: i32,
    catalogue: String,
    calendar: String,
    /// By file.
    parts: BTreeMap<String, Vec<Part>>,
}

/// Bytes of a file that are read together.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Part {
    /// Year × 12 + month − 1 of the days by which it falls into a period.
    month: Option<i32>,
    offset: u64,
    length: u64,
    digest: [u8; 32],
}

/// What a case contributes: its place in the order of streams, its days, the note.
type Kind = (u32, [Option<i32>; 2], Note);

/// The rules and reports of this program.
fn program() -> String {
    let reports: Vec<String> =
        report::all().map(|report| format!("{}.{}", report.id, report.version)).collect();
    format!("{} {} {}", env!("CARGO_PKG_VERSION"), rules::digest(), reports.join(" "))
}

fn month_of(day: NaiveDate) -> i32 {
    day.year() * 12 + i32::try_from(day.month0()).unwrap_or(0)
}

/// Where the logs of a ledger end now.
pub fn ends(layout: &Layout, config: &Config) -> Result<Ends, OpenError> {
    let end = |log| {
        let failed = |error| OpenError::Store { log, error };
        let store = open_log(layout, config, log)?;
        let size = store.size().map_err(failed)?;
        let last = last_hash(&store, size).map_err(failed)?;
        Ok::<End, OpenError>(End { size, last: last.0 })
    };
    Ok([end(LogName::Open)?, end(LogName::Sealed)?])
}

fn last_hash(store: &dyn Store, size: u64) -> Result<Digest, StoreError> {
    let Some(last) = size.checked_sub(1) else { return Ok(Digest::ZERO) };
    Ok(entry_at(store, last)?.map_or(Digest::ZERO, |entry| entry_hash(&entry)))
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

/// Judges a ledger as it stands and keeps what reports need of it. Returns where the
/// logs ended.
pub fn refresh(layout: &Layout, config: &Config, threads: usize) -> Result<Ends, JudgedError> {
    let ends = ends(layout, config)?;
    let extent = Extent { open: ends[0].size, sealed: Some(ends[1].size) };
    let loaded = Loaded::read(layout, config, extent)?;
    if let Some(damage) = &loaded.damage {
        return Err(JudgedError::Damaged(damage.clone()));
    }
    let moment = loaded.moment(None, None);
    let zone = zone(config);
    let last = zone.date(moment.as_of);
    let ask = loaded.ask(moment, zone, threads);
    let period = Period { from: last, to: last };
    let request = request(&loaded, config, About::default(), period, ask);
    let hearing = Hearing::open(&loaded.blocks, &request)?;
    keep(&layout.judged(), &hearing, &request, ends)?;
    Ok(ends)
}

/// Writes what was judged.
fn keep(
    dir: &Path,
    hearing: &Hearing<'_>,
    request: &Request,
    ends: Ends,
) -> Result<(), JudgedError> {
    let mut parts = BTreeMap::new();
    let mut write = |name: &str, sections: Vec<(Option<i32>, Vec<u8>)>| {
        let mut bytes = Vec::new();
        let mut table = Vec::new();
        for (month, section) in sections {
            let (offset, length) = (bytes.len() as u64, section.len() as u64);
            let digest = *blake3::hash(&section).as_bytes();
            table.push(Part { month, offset, length, digest });
            bytes.extend(section);
        }
        parts.insert(name.to_owned(), table);
        let path = dir.join(name);
        write_whole(&path, &bytes).map_err(|error| JudgedError::Io { path, error })
    };
    for (report, contributions) in hearing.contributions()? {
        write(report, by_month(contributions))?;
    }
    write(FINDINGS, vec![(None, stored::findings(hearing.judgement()))])?;
    write(MASTER, vec![(None, encode(&hearing.docket().master_entries()))])?;
    let Ask { moment, zone, .. } = request.ask;
    let docket = hearing.docket();
    let head = Head {
        form: FORM,
        program: program(),
        origin: request.origin.clone(),
        ends,
        moment: (moment.as_of, moment.known_at),
        zone_minutes: zone.offset_minutes(),
        catalogue: docket.master_version(),
        calendar: docket.bench().calendar.version(moment.known_at),
        parts,
    };
    let path = dir.join(HEAD);
    let body = encode(&head);
    let bytes = [blake3::hash(&body).as_bytes().as_slice(), &body].concat();
    write_whole(&path, &bytes).map_err(|error| JudgedError::Io { path, error })
}

/// Contributions in parts that are read together, by the months of their days; one
/// with days in two months stands in both.
fn by_month(contributions: Vec<(Days, Note)>) -> Vec<(Option<i32>, Vec<u8>)> {
    let mut months: BTreeMap<Option<i32>, Vec<&(Days, Note)>> = BTreeMap::new();
    let mut places: BTreeMap<Option<i32>, Vec<u32>> = BTreeMap::new();
    for (place, one) in (0..).zip(&contributions) {
        let of: std::collections::BTreeSet<Option<i32>> = match one.0 {
            [None, None] => [None].into(),
            days => days.into_iter().flatten().map(|day| Some(month_of(day))).collect(),
        };
        for month in of {
            months.entry(month).or_default().push(one);
            places.entry(month).or_default().push(place);
        }
    }
    let sections = months.into_iter().zip(places.into_values());
    let encoded = sections.map(|((month, ones), places)| {
        let rows: Vec<(u32, [Option<i32>; 2], &Note)> = places
            .into_iter()
            .zip(ones)
            .map(|(place, (days, note))| {
                (place, days.map(|day| day.map(|day| day.num_days_from_ce())), note)
            })
            .collect();
        (month, encode(&rows))
    });
    encoded.collect()
}

/// The model as it lies in a ledger's folder.
pub struct Judged {
    dir: PathBuf,
    head: Head,
}

impl Judged {
    /// The model of a ledger, if one is there that this program has made and that is
    /// whole as far as its head tells.
    pub fn open(layout: &Layout, config: &Config) -> Option<Judged> {
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
        own.then_some(Judged { dir, head })
    }

    /// Where the logs ended when they were judged.
    pub fn ends(&self) -> Ends {
        self.head.ends
    }

    /// The last day that it can answer for.
    pub fn last_day(&self) -> NaiveDate {
        self.zone().date(self.head.moment.0)
    }

    fn zone(&self) -> Zone {
        Zone::fixed(self.head.zone_minutes)
    }

    /// A report of a period, as of the entry at which the ledger was judged. `None` if
    /// a file is not what the head says: then the log answers.
    pub fn sheet(&self, report: &'static Report, period: Period) -> Option<Sheet> {
        let mut master = plumbline_replay::master::Master::default();
        let (as_of, known_at) = self.head.moment;
        if report.looks_at_master() {
            let streams: Vec<Vec<Vec<u8>>> = decode(&self.one(MASTER)?).ok()?;
            for entries in streams {
                let entries: Vec<&[u8]> = entries.iter().map(Vec::as_slice).collect();
                master.add_stream(&entries, known_at).ok()?;
            }
        }
        let judgement = match report.looks_at_findings() {
            true => stored::judgement(&self.one(FINDINGS)?)?,
            false => Default::default(),
        };
        let request = Request {
            about: About::default(),
            period,
            ask: Ask {
                moment: Moment { as_of, known_at },
                zone: self.zone(),
                sealed_given: true,
                threads: 1,
            },
            origin: self.head.origin.clone(),
            log_size: self.head.ends[0].size,
            head: Digest(self.head.ends[0].last).to_string(),
            sealed_size: Some(self.head.ends[1].size),
        };
        let kept = Kept {
            request,
            master,
            judgement,
            catalogue: self.head.catalogue.clone(),
            calendar: self.head.calendar.clone(),
        };
        Some(kept.sheet(report, period, self.notes(report, period)?))
    }

    /// What cases contribute in a period, in the order of streams.
    fn notes(&self, report: &Report, period: Period) -> Option<Vec<Note>> {
        let months = month_of(period.from)..=month_of(period.to);
        let parts = self.head.parts.get(report.id)?;
        let mut rows: Vec<Kind> = Vec::new();
        let falls = |part: &&Part| part.month.is_none_or(|month| months.contains(&month));
        for bytes in self.read(report.id, parts.iter().filter(falls))? {
            rows.extend(decode::<Vec<Kind>>(&bytes).ok()?);
        }
        let (from, to) = (period.from.num_days_from_ce(), period.to.num_days_from_ce());
        rows.retain(|(_, days, _)| match days {
            [None, None] => true,
            days => days.iter().flatten().any(|day| (from..=to).contains(day)),
        });
        rows.sort_by_key(|(place, _, _)| *place);
        rows.dedup_by_key(|(place, _, _)| *place);
        Some(rows.into_iter().map(|(_, _, note)| note).collect())
    }

    fn one(&self, name: &str) -> Option<Vec<u8>> {
        self.read(name, self.head.parts.get(name)?.iter())?.pop()
    }

    fn read<'p>(&self, name: &str, parts: impl Iterator<Item = &'p Part>) -> Option<Vec<Vec<u8>>> {
        let mut file = std::fs::File::open(self.dir.join(name)).ok()?;
        let size = file.metadata().ok()?.len();
        let mut out = Vec::new();
        for part in parts {
            if part.offset.checked_add(part.length).is_none_or(|end| end > size) {
                return None;
            }
            let mut bytes = vec![0; usize::try_from(part.length).ok()?];
            file.seek(SeekFrom::Start(part.offset)).ok()?;
            file.read_exact(&mut bytes).ok()?;
            if blake3::hash(&bytes) != part.digest {
                return None;
            }
            out.push(bytes);
        }
        Some(out)
    }
}
