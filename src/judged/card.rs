//! What is kept of one stream, so that it is judged again only when something that it
//! rests on has changed: what the rules that look at one case say of it, what it tells
//! those that look across cases, what of master data was asked, and until when it is
//! good if nothing is recorded.

use crate::projection::Content;
use chrono::{Datelike, NaiveDate};
use plumbline_replay::event::register::{self, EventLog};
use plumbline_replay::integrity::entry::scan;
use plumbline_replay::master::{Changes, Master, Reads};
use plumbline_replay::packed::{Packed, Packer, Unpacker};
use plumbline_replay::report::{self, Contribution, Days, Note, Report};
use plumbline_replay::rules::city::Topics;
use plumbline_replay::rules::judge::{Said, StreamVersion};
use plumbline_replay::rules::{Finding, Judgement};
use plumbline_replay::time::civil::Micros;
use std::collections::{BTreeMap, BTreeSet};

/// Streams whose first entries stand within so many positions lie together: cases that
/// run at the same time change together.
const TOGETHER: u64 = 4096;
/// Of streams that stand in the sealed log alone.
const SEALED: i64 = 1 << 32;

/// Contributions to no month in particular.
pub(super) const EVER: i64 = i64::MIN;

/// What is kept of one stream.
pub(super) struct Card {
    pub stream: Box<str>,
    pub good_until: Micros,
    pub reads: Reads,
    /// By the rules that look at one case, before anybody determined anything.
    pub findings: Vec<Finding>,
    pub topics: Topics,
    /// Names its findings when all rules have spoken; zero if there are none.
    pub told: u64,
    /// The parts of reports' files that it stands in: the report's place in the
    /// register, the month.
    pub stands: Vec<(usize, i64)>,
    /// What it tells of master data, if it does.
    pub master: Option<StreamVersion>,
    /// Names what is kept of it.
    pub content: [u8; 16],
}

impl Card {
    /// Whether it must be looked at again.
    pub(super) fn stale(&self, as_of: Micros, changes: &Changes) -> bool {
        self.good_until <= as_of || self.reads.touched(changes)
    }

    /// What the rules that look at one case say of a stream, before the others speak.
    pub(super) fn of(stream: &str, said: Said, asked: Asked) -> Card {
        Card {
            stream: stream.into(),
            good_until: asked.good_until,
            reads: asked.reads,
            findings: said.findings.into_found(),
            topics: said.topics,
            told: 0,
            stands: Vec::new(),
            master: None,
            content: [0; 16],
        }
    }

    /// Takes in what the case contributes to reports now that all rules have spoken and
    /// `told` names what they said: where it stands, and the name of all that is kept.
    pub(super) fn contribute(&mut self, told: u64, all: &[Contribution], asked: Asked) {
        let mut stands = BTreeSet::new();
        let mut to = Packer::default();
        self.findings.pack(&mut to);
        self.topics.pack(&mut to);
        told.pack(&mut to);
        for (report, notes) in all {
            to.text(report.id);
            for (days, note) in notes {
                stands.extend(months(days).into_iter().map(|month| (place(report), month)));
                days.pack(&mut to);
                note.pack(&mut to);
            }
        }
        self.told = told;
        self.stands = stands.into_iter().collect();
        let digest = blake3::hash(&to.into_bytes());
        self.content = digest.as_bytes().first_chunk().copied().unwrap_or_default();
        self.reads = std::mem::take(&mut self.reads).and(asked.reads);
        self.good_until = self.good_until.min(asked.good_until);
    }
}

/// What a look at a case rests on.
pub(super) struct Asked {
    pub reads: Reads,
    pub good_until: Micros,
}

/// What a stream tells of master data, and where its card lies.
pub(super) fn of_stream(entries: &[&[u8]], known_at: Micros) -> (i64, Option<StreamVersion>) {
    let Some(first) = entries.first().and_then(|entry| scan(entry).ok()) else { return (0, None) };
    let sealed = register::find(first.kind).is_some_and(|kind| kind.log == EventLog::Sealed);
    let shelf = i64::try_from(first.position / TOGETHER).unwrap_or(SEALED);
    let tells = |entry: &&[u8]| scan(entry).is_ok_and(|fields| Master::wants(fields.kind));
    let master = entries.iter().any(tells).then(|| StreamVersion::of(entries, known_at));
    (if sealed { SEALED + shelf } else { shelf }, master)
}

impl Packed for Card {
    fn pack(&self, to: &mut Packer) {
        self.stream.pack(to);
        self.good_until.pack(to);
        self.reads.marks().to_vec().pack(to);
        self.findings.pack(to);
        self.topics.pack(to);
        self.told.pack(to);
        self.stands.pack(to);
        self.master.map(|told| (told.entries, halves(&told.digest))).pack(to);
        halves(&self.content).pack(to);
    }

    fn unpack(from: &mut Unpacker<'_>) -> Option<Card> {
        Some(Card {
            stream: Packed::unpack(from)?,
            good_until: Packed::unpack(from)?,
            reads: Reads::from_marks(Packed::unpack(from)?),
            findings: Packed::unpack(from)?,
            topics: Packed::unpack(from)?,
            told: Packed::unpack(from)?,
            stands: Packed::unpack(from)?,
            master: Option::<(u64, Vec<u64>)>::unpack(from)?
                .map(|(entries, digest)| Some(StreamVersion { entries, digest: whole(&digest)? }))
                .map_or(Some(None), |version| version.map(Some))?,
            content: whole(&Vec::<u64>::unpack(from)?)?,
        })
    }
}

/// Bytes as numbers, and back.
fn halves(bytes: &[u8]) -> Vec<u64> {
    bytes.as_chunks::<8>().0.iter().map(|eight| u64::from_le_bytes(*eight)).collect()
}

fn whole<const N: usize>(numbers: &[u64]) -> Option<[u8; N]> {
    let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
    bytes.try_into().ok()
}

/// Names the findings of each stream that has any, as they stand when all rules have
/// spoken.
pub(super) fn told(judgement: &Judgement) -> BTreeMap<&str, u64> {
    let findings = judgement.findings.as_slice();
    let streams = findings.chunk_by(|one, next| one.stream == next.stream);
    let named = streams.filter_map(|of_one| {
        let mut to = Packer::default();
        of_one.iter().for_each(|finding| finding.pack(&mut to));
        let digest = blake3::hash(&to.into_bytes());
        let name = u64::from_le_bytes(*digest.as_bytes().first_chunk()?);
        // Zero stands for none.
        Some((of_one.first()?.stream.as_ref(), name.max(1)))
    });
    named.collect()
}

/// Names all findings, by the names of each stream's.
pub(super) fn name_of(told: &BTreeMap<&str, u64>) -> Content {
    let mut all = Content::default();
    for (stream, name) in told {
        all.add(stream.as_bytes(), &name.to_le_bytes());
    }
    all
}

/// A report's place in the register.
pub(super) fn place(report: &Report) -> usize {
    report::all().position(|one| one.id == report.id).unwrap_or(usize::MAX)
}

/// The months in whose parts a contribution with these days stands.
pub(super) fn months(days: &Days) -> BTreeSet<i64> {
    match days {
        [None, None] => [EVER].into(),
        days => days.iter().flatten().map(|day| month_of(*day)).collect(),
    }
}

/// Year × 12 + month − 1.
pub(super) fn month_of(day: NaiveDate) -> i64 {
    i64::from(day.year()) * 12 + i64::from(day.month0())
}

/// What a stream contributes to a part: the place among its contributions, the days.
pub(super) type Rows = Vec<(u32, Days, Note)>;

/// What a part of a report's file holds, in order of stream.
pub(super) type Section = Vec<(Box<str>, Rows)>;

/// What some streams contribute, by the report's place and the month.
pub(super) fn sections<'c>(
    all: impl Iterator<Item = (&'c str, &'c [Contribution])>,
) -> BTreeMap<(usize, i64), Section> {
    let mut sections: BTreeMap<(usize, i64), Section> = BTreeMap::new();
    for (stream, contributions) in all {
        for (report, notes) in contributions {
            let mut own: BTreeMap<i64, Rows> = BTreeMap::new();
            for (number, (days, note)) in (0..).zip(notes) {
                for month in months(days) {
                    own.entry(month).or_default().push((number, *days, note.clone()));
                }
            }
            for (month, rows) in own {
                sections.entry((place(report), month)).or_default().push((stream.into(), rows));
            }
        }
    }
    sections
}
