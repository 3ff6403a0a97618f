//! A log in memory that tests write to, its streams found by scanning, and what
//! its read models must hold, computed the plain way.

use plumbline::projection::{Models, PROJECTIONS, Sources, Streams, TypeTotals};
use plumbline::store::memory::MemoryLog;
use plumbline::store::{Store, StoreError, Writer};
use plumbline_replay::event::Event;
use plumbline_replay::event::amount::amounts;
use plumbline_replay::integrity::chain::{Digest, entry_hash};
use plumbline_replay::integrity::entry::{Parts, Place};
use plumbline_replay::integrity::frame::FrameBuilder;
use plumbline_replay::integrity::json::{Json, parse};
use plumbline_replay::integrity::tree::{Frontier, leaf_hash};
use plumbline_replay::state::replay::replay;
use plumbline_replay::state::{CaseState, Moment};
use plumbline_replay::time::civil::Zone;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

pub const STREAMS: [&str; 5] = ["approval/1", "penalty/1", "fee/1", "x/文", "fee/2"];
const TYPES: [&str; 10] = [
    "approval.application.submitted.v1",
    "approval.acceptance.granted.v1",
    "approval.decision.granted.v1",
    "approval.case.closed.v1",
    "fee.assessed.v1",
    "fee.paid.v1",
    "penalty.decision.made.v1",
    "import.activity.recorded.v1",
    "correction.recorded.v1",
    "record.voided.v1",
];

/// One event by its few choices: stream, type, day, number.
pub type Choice = (usize, usize, u32, u32);

pub fn choices(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Choice>> {
    prop::collection::vec((0..STREAMS.len(), 0..TYPES.len(), 1u32..29, 0u32..40), count)
}

/// A fixed run of choices that holds every type in every stream.
pub fn plenty(count: usize) -> Vec<Choice> {
    let choice = |n: usize| {
        let n32 = n as u32;
        (n * 7 % STREAMS.len(), n * 3 % TYPES.len(), n32 * 5 % 28 + 1, n32 * 11 % 40)
    };
    (0..count).map(choice).collect()
}

pub struct Book {
    pub log: MemoryLog,
    writer: Box<dyn Writer>,
    frame: FrameBuilder,
    tree: Frontier,
    pub entries: Vec<Vec<u8>>,
    revisions: BTreeMap<usize, u64>,
}

impl Book {
    pub fn new() -> Book {
        let log = MemoryLog::new(4);
        let writer = log.acquire("test").unwrap().writer;
        let frame = FrameBuilder::new(1, 0, Digest::ZERO);
        let (tree, entries, revisions) = Default::default();
        Book { log, writer, frame, tree, entries, revisions }
    }

    pub fn of(choices: &[Choice], a_frame: usize) -> Book {
        let mut book = Book::new();
        choices.chunks(a_frame.max(1)).for_each(|frame| book.append(frame));
        book
    }

    /// Appends one frame.
    pub fn append(&mut self, choices: &[Choice]) {
        let mut previous = self.entries.last().map_or(Digest::ZERO, |entry| entry_hash(entry));
        self.frame.restart(self.entries.len() as u64, previous);
        for &choice in choices {
            let entry = self.entry(choice, previous);
            let (bytes, hash) = self.frame.entry(|out| out.extend_from_slice(&entry)).unwrap();
            self.tree.push(leaf_hash(bytes));
            previous = hash;
            self.entries.push(entry);
        }
        let header = self.frame.header();
        self.writer.append(&header, self.frame.finish(), previous, &self.tree).unwrap();
    }

    fn entry(&mut self, (stream, kind, day, number): Choice, previous: Digest) -> Vec<u8> {
        let position = self.entries.len() as u64;
        let revision = self.revisions.entry(stream).and_modify(|r| *r += 1).or_insert(0);
        let text = format!(
            r#"{{"actor":{{"officer":"o-{number}","role":"承办人","unit":"u-{}"}},
            "body":{{"activity":"a{number}","amount_fen":{number},"field_path":"/actor/unit",
            "new_value":"u-{day}","target":"e-{number}","decision_no":"〔2026〕{number}"}},
            "id":"e-{position}","occurred_at":"2026-02-{day:02}T23:30:00+08:00",
            "precision":"minute","source":{{"kind":"native","system":"test"}},
            "stream":"{}","type":"{}"}}"#,
            number % 3,
            STREAMS[stream],
            TYPES[kind],
        );
        let json: Json<'_> = parse(text.as_bytes()).unwrap();
        let from = Zone::UTC.instant("2026-02-01T00:00:00Z").unwrap();
        let recorded_at = Zone::UTC.rfc3339(from + position as i64 * 3_600_000_000);
        let place = Place { position, previous, recorded_at: &recorded_at, revision: *revision };
        let mut entry = Vec::new();
        Parts::new(json.to_bytes()).unwrap().splice(&place, &mut entry);
        entry
    }

    pub fn sources(&self) -> Sources {
        let store = Arc::new(self.log.clone());
        Sources { streams: Arc::new(Scanned(self.log.clone())), store }
    }

    pub fn size(&self) -> u64 {
        self.entries.len() as u64
    }

    /// The latest states by replay, which shares no code with the read model but
    /// the fold itself.
    pub fn states(&self, threads: usize) -> BTreeMap<Box<str>, CaseState> {
        replay(std::slice::from_ref(&self.entries), Moment::LATEST, threads).unwrap()
    }

    /// Counts and sums in one pass over all entries.
    pub fn totals(&self) -> TypeTotals {
        let mut out = TypeTotals { streams: self.revisions.len() as u64, ..Default::default() };
        for entry in &self.entries {
            let event = Event::read(entry).unwrap();
            *out.by_type.entry(event.kind.to_string()).or_default() += 1;
            for amount in amounts(event.event_type, &event.body) {
                let sums = out.amounts.entry(event.kind.to_string()).or_default();
                let sum = sums.entry(amount.currency).or_default();
                *sum = sum.plus(amount.value);
            }
        }
        out
    }

    /// Holds what the models say against the plain computation.
    pub fn check(&self, models: &Models) {
        assert!(models.grown().iter().all(|model| model.position == self.size()));
        let mut cases = BTreeMap::new();
        models
            .cases("", &mut |state| {
                cases.insert(state.stream.clone(), state);
                true
            })
            .unwrap();
        assert_eq!(cases, self.states(2));
        assert_eq!(models.totals().unwrap(), self.totals());
        let mut days: BTreeMap<(String, String, String), u64> = BTreeMap::new();
        for entry in &self.entries {
            let event = Event::read(entry).unwrap();
            let unit = event.unit().unwrap_or_default().to_owned();
            let date = event.occurred.local_date().to_string();
            *days.entry((date, unit, event.kind.to_string())).or_default() += 1;
        }
        let date = |text| plumbline_replay::time::civil::parse_date(text).unwrap();
        let found = models.activity(None, date("2026-01-01"), date("2026-12-31")).unwrap();
        let found: BTreeMap<_, _> = found
            .into_iter()
            .map(|day| ((day.date.to_string(), day.unit, day.event_type), day.count))
            .collect();
        assert_eq!(found, days);
    }
}

/// Streams by reading the whole log.
struct Scanned(MemoryLog);

impl Streams for Scanned {
    fn entries(&self, stream: &str, before: u64) -> Result<Vec<Vec<u8>>, StoreError> {
        let blocks = self.0.read(0, usize::MAX)?;
        let all = blocks.iter().flat_map(|block| block.entries());
        let of = all.filter(|(position, _, entry)| {
            *position < before && Event::read(entry).unwrap().stream == stream
        });
        Ok(of.map(|(_, _, entry)| entry.to_vec()).collect())
    }
}

/// All models.
pub fn names() -> Vec<&'static str> {
    PROJECTIONS.iter().map(|definition| definition.name).collect()
}

/// Folds whatever there is.
pub fn follow(models: &mut Models) {
    models.follow(u64::MAX, &mut |_| true).unwrap();
}

/// Models folded in one go, in memory.
pub fn grown_at_once(book: &Book) -> Models {
    let mut models = Models::in_memory(book.sources(), &names()).unwrap();
    follow(&mut models);
    models
}
