//! Makes one report: judges, gathers case by case, puts the rows together, and
//! says what all of it was made from.

use super::names::{Names, names};
use super::register::Report;
use super::table::{Cell, Column, Row};
use crate::integrity::json::Json;
use crate::packed::{Packed, Packer, Unpacker};
use crate::rules::bench::Bench;
use crate::rules::finding::{EntryRef, Finding};
use crate::rules::{Ask, Docket, JudgeError, Judgement, register as rules};
use crate::state::Moment;
use crate::state::replay::Entries;
use crate::time::civil::{self, Micros, Zone};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// First and last day, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    pub from: NaiveDate,
    pub to: NaiveDate,
}

impl Period {
    /// Before any city's records: the first day where none is said.
    pub const BEGINNING: NaiveDate = NaiveDate::from_ymd_opt(1900, 1, 1).expect("a date");
    /// All days.
    pub const EVER: Period = Period { from: NaiveDate::MIN, to: NaiveDate::MAX };

    pub fn has(&self, day: NaiveDate) -> bool {
        self.from <= day && day <= self.to
    }
}

/// What a question is about. Reports ask about everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    pub stream: Option<String>,
    pub unit: Option<String>,
    pub party: Option<String>,
    pub item: Option<String>,
    pub officer: Option<String>,
    /// An earlier moment of knowledge to compare with.
    pub then: Option<Micros>,
}

impl About {
    /// Its parts by name.
    fn parts(&self) -> [(&'static str, &Option<String>); 5] {
        [
            ("about_item", &self.item),
            ("about_officer", &self.officer),
            ("about_party", &self.party),
            ("about_stream", &self.stream),
            ("about_unit", &self.unit),
        ]
    }

    /// Whether a part is asked about: all are, where none is named.
    pub fn asks(part: &Option<String>, value: Option<&str>) -> bool {
        part.is_none() || part.as_deref() == value
    }
}

/// What a report is asked for, and of which log.
#[derive(Clone, Debug)]
pub struct Request {
    pub about: About,
    pub period: Period,
    pub ask: Ask,
    /// Of the open log.
    pub origin: String,
    pub log_size: u64,
    /// BLAKE3 of the last entry, lower-case hex.
    pub head: String,
    /// Of the sealed log, if it is given.
    pub sealed_size: Option<u64>,
}

/// What one case contributed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// What rows are put together by.
    pub key: String,
    pub cells: Vec<Cell>,
    pub entries: Vec<EntryRef>,
}

/// With its entries by their places: no report tells more of them.
impl Packed for Note {
    fn pack(&self, to: &mut Packer) {
        self.key.pack(to);
        self.cells.pack(to);
        self.entries.len().pack(to);
        for entry in &self.entries {
            (entry.position << 1 | u64::from(entry.sealed)).pack(to);
        }
    }

    fn unpack(from: &mut Unpacker<'_>) -> Option<Note> {
        let (key, cells) = Packed::unpack(from)?;
        let places = Vec::<u64>::unpack(from)?.into_iter();
        let entry = |place: u64| EntryRef {
            sealed: place & 1 == 1,
            position: place >> 1,
            system: Box::default(),
            id: Box::default(),
        };
        Some(Note { key, cells, entries: places.map(entry).collect() })
    }
}

/// What cases contributed, in order of stream.
pub type Gathered = Vec<Note>;

/// The days by which a contribution falls into a period, any of them; of none it
/// belongs to every period.
pub type Days = [Option<NaiveDate>; 2];

/// What one case contributes, each with its days.
#[derive(Debug, Default)]
pub struct Gathering(pub(super) Vec<(Days, Note)>);

impl Gathering {
    /// A contribution to every period.
    pub fn push(&mut self, note: Note) {
        self.0.push((Days::default(), note));
    }

    /// A contribution to the periods that have this day. The report adds it for no
    /// other: what is kept of it for later periods rests on that.
    pub fn push_on(&mut self, day: NaiveDate, note: Note) {
        self.0.push(([Some(day), None], note));
    }

    /// A contribution to the periods that have any of these days.
    pub fn push_on_any(&mut self, days: Days, note: Note) {
        self.0.push((days, note));
    }

    pub fn extend(&mut self, notes: impl IntoIterator<Item = Note>) {
        notes.into_iter().for_each(|note| self.push(note));
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// All of them, in the order in which they came.
    pub fn notes(self) -> impl Iterator<Item = Note> {
        self.0.into_iter().map(|(_, note)| note)
    }
}

/// Puts one row together of each note, in the order of streams.
pub fn one_row_a_note(_: &Ground<'_>, notes: Gathered) -> Vec<Row> {
    notes.into_iter().map(|note| Row::new(note.cells).resting_on(note.entries)).collect()
}

/// What a report may look at beside the case at hand.
pub struct Ground<'g> {
    pub bench: &'g Bench<'g>,
    pub judgement: &'g Judgement,
    /// The same log as known at [`About::then`].
    pub before: Option<&'g Judgement>,
    by_stream: BTreeMap<&'g str, Vec<&'g Finding>>,
    pub period: Period,
    pub about: &'g About,
    /// The log that the report is about, its size and BLAKE3 of its last entry.
    pub origin: &'g str,
    pub log_size: u64,
    pub head: &'g str,
}

impl<'g> Ground<'g> {
    pub(super) fn new(
        bench: &'g Bench<'g>,
        judgement: &'g Judgement,
        before: Option<&'g Judgement>,
        request: &'g Request,
    ) -> Ground<'g> {
        let mut by_stream: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
        for finding in &judgement.findings {
            by_stream.entry(&finding.stream).or_default().push(finding);
        }
        Ground {
            bench,
            judgement,
            before,
            by_stream,
            period: request.period,
            about: &request.about,
            origin: &request.origin,
            log_size: request.log_size,
            head: &request.head,
        }
    }
}

impl Ground<'_> {
    /// Findings of a stream, in order of rule.
    pub fn findings(&self, stream: &str) -> &[&Finding] {
        self.by_stream.get(stream).map(Vec::as_slice).unwrap_or_default()
    }

    /// A finding of one rule on a stream.
    pub fn finding(&self, stream: &str, rule: &str) -> Option<&Finding> {
        self.findings(stream).iter().find(|finding| finding.rule == rule).copied()
    }

    pub fn in_period(&self, moment: Micros) -> bool {
        self.period.has(self.bench.zone.date(moment))
    }
}

/// A finished report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    pub id: &'static str,
    pub version: u16,
    pub zh: &'static str,
    pub en: &'static str,
    pub columns: &'static [Column],
    /// See [`Report::exact`].
    pub exact: bool,
    pub rows: Vec<Row>,
    /// What it was made from, by name: everything that decides its bytes.
    pub made_from: Vec<(&'static str, Json<'static>)>,
    pub zone: Zone,
    /// For pages and workbooks; see [`super::names()`].
    pub names: Names,
}

/// A log that was judged once, for as many reports of one request as are asked for.
pub struct Hearing<'b> {
    docket: Docket<'b>,
    judgement: Judgement,
    before: Option<Judgement>,
    request: Request,
}

impl<'b> Hearing<'b> {
    /// Judges the entries of `blocks`; see [`Docket::open`].
    pub fn open<B: Entries>(blocks: &'b [B], request: &Request) -> Result<Hearing<'b>, JudgeError> {
        let docket = Docket::open(blocks, request.ask)?;
        let judgement = docket.judge()?;
        let before = match request.about.then {
            Some(then) => {
                let moment = Moment { as_of: then, known_at: then };
                Some(Docket::open(blocks, Ask { moment, ..request.ask })?.judge()?)
            }
            None => None,
        };
        Ok(Hearing { docket, judgement, before, request: request.clone() })
    }

    /// Makes one report.
    pub fn sheet(&self, report: &'static Report) -> Result<Sheet, JudgeError> {
        let sheet = self.sheets(&[report])?.pop();
        Ok(sheet.expect("a sheet for each report that was asked for"))
    }

    /// Makes several reports, for which every case is read once.
    pub fn sheets(&self, reports: &[&'static Report]) -> Result<Vec<Sheet>, JudgeError> {
        let Hearing { docket, judgement, before, request } = self;
        let bench = docket.bench();
        let ground = Ground::new(&bench, judgement, before.as_ref(), request);
        let gathered = gather(docket, &ground, reports)?;
        let (catalogue, known_at) = (docket.master_version(), request.ask.moment.known_at);
        let sheets = reports.iter().zip(gathered).map(|(report, notes)| {
            let rows = (report.rows)(&ground, notes);
            let calendar = bench.calendar.version(known_at);
            let mut sheet = laid_out(report, rows, made_from(request, catalogue.clone(), calendar));
            if !sheet.exact {
                let on = bench.zone.date(request.ask.moment.as_of);
                sheet.names = names(&sheet.rows, bench.master, bench.on(on));
            }
            sheet
        });
        Ok(sheets.collect())
    }

    pub fn judgement(&self) -> &Judgement {
        &self.judgement
    }

    /// Makes reports of another period from here on.
    pub fn turn_to(&mut self, period: Period) {
        self.request.period = period;
    }
}

/// What cases contribute to each report, in order of stream.
fn gather(
    docket: &Docket<'_>,
    ground: &Ground<'_>,
    reports: &[&'static Report],
) -> Result<Vec<Gathered>, JudgeError> {
    let parts = docket.each(ground.bench, |case, out: &mut Vec<(String, usize, Gathering)>| {
        for (place, report) in reports.iter().enumerate() {
            let mut gathering = Gathering::default();
            (report.gather)(case, ground, &mut gathering);
            if gathering.count() > 0 {
                out.push((case.file.stream.to_owned(), place, gathering));
            }
        }
    })?;
    let mut flat: Vec<_> = parts.into_iter().flatten().collect();
    flat.sort_by(|one, other| one.0.cmp(&other.0));
    let mut all: Vec<Gathered> = reports.iter().map(|_| Gathered::new()).collect();
    for (_, place, gathering) in flat {
        if let Some(gathered) = all.get_mut(place) {
            gathered.extend(gathering.notes());
        }
    }
    Ok(all)
}

/// A finished report of these rows.
pub(super) fn laid_out(
    report: &'static Report,
    rows: Vec<Row>,
    (made_from, zone): (MadeFrom, Zone),
) -> Sheet {
    Sheet {
        id: report.id,
        version: report.version,
        zh: report.zh,
        en: report.en,
        columns: report.columns,
        exact: report.exact,
        rows,
        made_from,
        zone,
        names: Names::new(),
    }
}

/// Makes one report from the entries of `blocks`; see [`Hearing`].
pub fn run<B: Entries>(
    report: &'static Report,
    blocks: &[B],
    request: &Request,
) -> Result<Sheet, JudgeError> {
    Hearing::open(blocks, request)?.sheet(report)
}

/// By name, everything that decides a report's bytes.
type MadeFrom = Vec<(&'static str, Json<'static>)>;

/// What a report is made from, and the zone of its days.
pub(super) fn made_from(
    request: &Request,
    catalogue: String,
    calendar: String,
) -> (MadeFrom, Zone) {
    let zone = request.ask.zone;
    let text = |text: String| Json::text(text);
    let number = |size: u64| Json::Int(i64::try_from(size).unwrap_or(i64::MAX));
    let parts = request.about.parts().into_iter();
    let about = parts.filter_map(|(name, part)| Some((name, text(part.clone()?))));
    let mut made_from: MadeFrom = about.collect();
    made_from.extend(request.about.then.map(|then| ("about_then", text(zone.rfc3339(then)))));
    made_from.extend([
        ("as_of", text(zone.rfc3339(request.ask.moment.as_of))),
        ("calendar", text(calendar)),
        ("catalogue", text(catalogue)),
        ("head", text(request.head.clone())),
        ("known_at", text(zone.rfc3339(request.ask.moment.known_at))),
        ("log_size", number(request.log_size)),
        ("origin", text(request.origin.clone())),
        ("period_from", text(request.period.from.to_string())),
        ("period_to", text(request.period.to.to_string())),
        ("rule_set", text(rules::digest())),
        ("sealed_size", request.sealed_size.map_or(Json::Null, number)),
        ("time_zone_minutes", Json::Int(i64::from(zone.offset_minutes()))),
    ]);
    (made_from, zone)
}

impl Request {
    /// What a report file says that it was made from, asked for again. `None` if
    /// the file does not say it in full.
    pub fn again(made_from: &Json<'_>, threads: usize) -> Option<Request> {
        let text = |name: &str| made_from.get(name).and_then(Json::as_str);
        let size = |name: &str| {
            made_from.get(name).and_then(Json::as_int).and_then(|size| u64::try_from(size).ok())
        };
        let moment = |name: &str| civil::parse_rfc3339(text(name)?).map(|moment| moment.micros);
        let minutes = made_from.get("time_zone_minutes").and_then(Json::as_int)?;
        let sealed_size = size("sealed_size");
        let part = |name: &str| text(name).map(str::to_owned);
        Some(Request {
            about: About {
                stream: part("about_stream"),
                unit: part("about_unit"),
                party: part("about_party"),
                item: part("about_item"),
                officer: part("about_officer"),
                then: moment("about_then"),
            },
            period: Period {
                from: civil::parse_date(text("period_from")?)?,
                to: civil::parse_date(text("period_to")?)?,
            },
            ask: Ask {
                moment: Moment { as_of: moment("as_of")?, known_at: moment("known_at")? },
                zone: Zone::fixed(i32::try_from(minutes).ok()?),
                sealed_given: sealed_size.is_some(),
                threads,
            },
            origin: text("origin")?.to_owned(),
            log_size: size("log_size")?,
            head: text("head")?.to_owned(),
            sealed_size,
        })
    }
}
