//! The model brought to where the logs have grown: what rests on nothing that changed
//! since stays as it is, the rest is looked at again.
//!
//! Judged again by themselves are streams with new entries, those whose silence has
//! become another answer by now, and those that asked master data for something that
//! reads otherwise. Then the rules that look across cases speak, over what every stream
//! tells of itself, and who hears other findings than before contributes anew. Which
//! rows a rule read was noted by the tables, how long an answer is good by the bench:
//! nothing here knows any rule.

use super::book::{Book, Of};
use super::card::{Asked, Card, name_of, of_stream, sections, told};
use super::grow::looked_at;
use super::{Anew, Brought, Ends, JudgedError, stored};
use crate::config::{Config, Layout};
use crate::index::{Field, Query};
use crate::judging::one::Logs;
use crate::judging::zone;
use crate::master;
use crate::reader::Reader;
use crate::store::{StoreError, each_from};
use plumbline_replay::event::Event;
use plumbline_replay::integrity::chain::entry_hash;
use plumbline_replay::integrity::entry::scan;
use plumbline_replay::master::{Changes, Master, noting};
use plumbline_replay::report::{self, Collector, Contribution, Period};
use plumbline_replay::rules::alone::{Alone, Stream};
use plumbline_replay::rules::city::{Joining, Topics};
use plumbline_replay::rules::judge::{Said, StreamVersion, conclude, master_version};
use plumbline_replay::rules::{Ask, Findings, JudgeError, Judgement};
use plumbline_replay::state::Moment;
use plumbline_replay::time::civil::Micros;
use std::collections::{BTreeMap, BTreeSet};

/// Of so many streams one may have to be looked at again; of more, reading both logs
/// through is quicker.
const MANY: u64 = 4;

/// So few are looked at one by one in any ledger.
const FEW: u64 = 1024;

/// Streams with their entries in order of position, the open log's first.
type Streams = BTreeMap<Box<str>, Vec<Vec<u8>>>;

/// What the model says of a stream that is not looked at again.
struct Known {
    shelf: i64,
    told: u64,
    master: Option<StreamVersion>,
}

/// All that is known while the model is brought to new ends.
struct Follow<'f> {
    logs: Logs<'f>,
    ends: Ends,
    moment: Moment,
    alone: Alone,
    book: Book,
    /// Streams that are looked at again.
    streams: Streams,
    known: BTreeMap<Box<str>, Known>,
    /// What is said of streams that are not looked at again, then of those that are.
    findings: Findings,
    topics: Joining,
    fresh: BTreeMap<Box<str>, Card>,
}

/// Why the model does not follow.
pub(super) enum Stop {
    /// It must be made anew: what is kept does not tell, or reading all is quicker.
    Anew(Anew),
    Failed(JudgedError),
}

impl<E: Into<JudgedError>> From<E> for Stop {
    fn from(error: E) -> Stop {
        Stop::Failed(error.into())
    }
}

const DAMAGED: Stop = Stop::Anew(Anew::Damaged);

/// Brings the model to the ends of the logs.
pub(super) fn follow(
    (layout, config): (&Layout, &Config),
    logs: Logs<'_>,
    ends: Ends,
    book: Book,
    patient: bool,
) -> Result<Brought, Stop> {
    let grown = book.head.ends.iter().zip(&ends).all(|(old, new)| old.size <= new.size);
    if !grown || !continues(logs, &book.head.ends)? {
        return Err(Stop::Anew(Anew::OtherLog));
    }
    let last = logs.open.entry(ends[0].size.saturating_sub(1))?;
    let Some(recorded) = last.and_then(|last| Some(Event::read(&last).ok()?.recorded)) else {
        return Err(Stop::Anew(Anew::OtherLog));
    };
    if recorded >= book.head.calendar_until {
        return Err(Stop::Anew(Anew::Calendar));
    }
    let moment = Moment { as_of: recorded, known_at: recorded };
    let ask = Ask { moment, zone: zone(config), sealed_given: true, threads: 1 };
    let master = master::grow(logs.open, recorded, |_| true)?;
    let streams = news(logs, &book.head.ends, &ends)?;
    let changes = changes(&master, &streams, recorded)?;
    let changes = changes.ok_or(Stop::Anew(Anew::Calendar))?;
    let of = Of { layout, config, ends, moment };
    let mut follow = Follow {
        logs,
        ends,
        moment,
        alone: Alone::new(master, ask),
        book,
        streams,
        known: BTreeMap::new(),
        findings: Findings::default(),
        topics: Joining::default(),
        fresh: BTreeMap::new(),
    };
    let many = if patient { u64::MAX } else { (follow.book.head.streams / MANY).max(FEW) };
    follow.sort_out(&changes, many)?;
    follow.judge()?;
    follow.conclude(&of)
}

/// Whether the logs still begin with what the model was made of.
fn continues(logs: Logs<'_>, from: &Ends) -> Result<bool, StoreError> {
    for (reader, end) in readers(logs).zip(from) {
        let Some(last) = end.size.checked_sub(1) else { continue };
        let entry = reader.entry(last)?;
        if entry.is_none_or(|entry| entry_hash(&entry).0 != end.last) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn readers(logs: Logs<'_>) -> impl Iterator<Item = &Reader> {
    std::iter::once(logs.open).chain(logs.sealed)
}

/// Streams that have new entries, whole.
fn news(logs: Logs<'_>, from: &Ends, to: &Ends) -> Result<Streams, StoreError> {
    let mut names = BTreeSet::new();
    for (reader, (from, to)) in readers(logs).zip(from.iter().zip(to)) {
        each_from(reader.store().as_ref(), from.size, to.size, |_, entry| {
            names.extend(scan(entry).ok().map(|fields| Box::from(fields.stream)));
        })?;
    }
    let mut streams = Streams::new();
    for name in names {
        let entries = stream(logs, to, &name)?;
        streams.insert(name, entries);
    }
    Ok(streams)
}

/// The entries of a stream, as far as the model goes.
fn stream(logs: Logs<'_>, to: &Ends, name: &str) -> Result<Vec<Vec<u8>>, StoreError> {
    let query = Query::new().with(Field::Stream, name);
    let mut entries = Vec::new();
    for (reader, end) in readers(logs).zip(to) {
        let found = reader.find(&query, 0, end.size, usize::MAX)?;
        entries.extend(found.into_iter().map(|(_, entry)| entry));
    }
    Ok(entries)
}

fn slices(entries: &[Vec<u8>]) -> Vec<&[u8]> {
    entries.iter().map(Vec::as_slice).collect()
}

/// What of master data reads otherwise now that these streams have grown. `None` where
/// anything may.
fn changes(
    master: &Master,
    streams: &Streams,
    known_at: Micros,
) -> Result<Option<Changes>, JudgedError> {
    let mut part = Master::default();
    for (name, entries) in streams {
        let slices = slices(entries);
        if slices.iter().any(|entry| scan(entry).is_ok_and(|one| Master::wants(one.kind))) {
            let failed = |error| JudgeError { stream: name.to_string(), error };
            part.add_stream(&slices, known_at).map_err(failed)?;
        }
    }
    Ok(master.changes(&part))
}

impl Follow<'_> {
    /// Goes through all cards: what is stale joins the streams to be looked at again,
    /// the rest is taken as it stands.
    fn sort_out(&mut self, changes: &Changes, many: u64) -> Result<(), Stop> {
        for shelf in self.book.shelves() {
            for card in self.book.cards(shelf).ok_or(DAMAGED)? {
                let changed = self.streams.contains_key(&card.stream);
                if !changed && card.stale(self.moment.as_of, changes) {
                    let entries = stream(self.logs, &self.ends, &card.stream)?;
                    self.streams.insert(card.stream.clone(), entries);
                }
                let Card { stream, findings, topics, told, master, .. } = card;
                if !self.streams.contains_key(&stream) {
                    self.findings.extend(findings);
                    self.topics.add(topics);
                }
                self.known.insert(stream, Known { shelf, told, master });
            }
            if self.streams.len() as u64 > many {
                return Err(Stop::Anew(Anew::Many));
            }
        }
        Ok(())
    }

    /// What the rules that look at one case say of the streams that are looked at again.
    fn judge(&mut self) -> Result<(), JudgedError> {
        for (name, entries) in &self.streams {
            let slices = slices(entries);
            let of = Stream { name, entries: &slices };
            let mut topics = Topics::default();
            let (looked, reads) = noting(|| {
                self.alone.look(of, |case| {
                    topics.note(case);
                    Said::of(case)
                })
            });
            let (said, good_until) = looked?;
            let mut card = Card::of(name, said, Asked { reads, good_until });
            card.master = of_stream(&slices, self.moment.known_at).1;
            self.findings.extend(card.findings.iter().cloned());
            self.topics.add(topics);
            self.fresh.insert(name.clone(), card);
        }
        Ok(())
    }

    /// Lets the rules that look across cases speak, and writes what has changed.
    fn conclude(mut self, of: &Of<'_>) -> Result<Brought, Stop> {
        let bench = self.alone.bench();
        let findings = std::mem::take(&mut self.findings);
        let topics = std::mem::take(&mut self.topics).joined();
        let judgement = conclude(&bench, findings, topics);
        self.book.head.turn_to(of);
        self.book.head.calendar = bench.calendar.version(self.moment.known_at);
        self.book.head.calendar_until = bench.calendar.known_until(self.moment.known_at);
        let told = told(&judgement);
        self.book.head.findings = name_of(&told);
        let contributed = self.contributions(&judgement, &told)?;
        let looked_at = contributed.len() as u64;
        let moved = self.update_cards(contributed)?;
        self.update_sections(&moved)?;
        self.update_master()?;
        self.book.put_findings(stored::by_report(&judgement))?;
        let all = self.known.values().filter_map(|known| known.master);
        self.book.head.catalogue = master_version(all);
        self.book.head.streams = self.known.len() as u64;
        self.book.close()?;
        Ok(Brought { ends: self.ends, looked_at, anew: None })
    }

    /// What the streams contribute that were looked at again, or of which other findings
    /// are told than before.
    fn contributions(
        &self,
        judgement: &Judgement,
        told: &BTreeMap<&str, u64>,
    ) -> Result<Contributed, JudgedError> {
        let bench = self.alone.bench();
        let request = self.book.request(Period::EVER);
        let collector = Collector::new(&bench, judgement, &request);
        let mut all = Contributed::new();
        let other = self.known.iter().filter(|(name, known)| {
            let now = told.get(name.as_ref()).copied().unwrap_or(0);
            now != known.told && !self.streams.contains_key(*name)
        });
        let names = self.streams.keys().chain(other.map(|(name, _)| name));
        for name in names {
            let own = self.streams.get(name).cloned();
            let entries = own.map_or_else(|| stream(self.logs, &self.ends, name), Ok)?;
            let slices = slices(&entries);
            let of = Stream { name, entries: &slices };
            let (looked, reads) = noting(|| self.alone.look(of, |case| collector.of(case)));
            let (contributions, good_until) = looked?;
            let told = told.get(name.as_ref()).copied().unwrap_or(0);
            let shelf = of_stream(&slices, self.moment.known_at).0;
            let asked = Asked { reads, good_until };
            all.insert(name.clone(), Contributing { told, shelf, contributions, asked });
        }
        Ok(all)
    }
}

/// What a stream contributes now.
struct Contributing {
    told: u64,
    /// Where its card lies, if it is new.
    shelf: i64,
    contributions: Vec<Contribution>,
    asked: Asked,
}

type Contributed = BTreeMap<Box<str>, Contributing>;

/// What a stream contributes now, and where it stood before.
type Moved = BTreeMap<Box<str>, (Vec<Contribution>, Vec<(usize, i64)>)>;

impl Follow<'_> {
    /// Replaces the cards of the streams that contribute anew; returns those that
    /// contribute something else.
    fn update_cards(&mut self, contributed: Contributed) -> Result<Moved, Stop> {
        let mut by_shelf: BTreeMap<i64, Contributed> = BTreeMap::new();
        for (name, one) in contributed {
            let shelf = self.known.get(&name).map_or(one.shelf, |known| known.shelf);
            by_shelf.entry(shelf).or_default().insert(name, one);
        }
        let mut moved = Moved::new();
        let mut shelves = BTreeMap::new();
        for (shelf, mut changed) in by_shelf {
            let mut cards = self.book.cards(shelf).ok_or(DAMAGED)?;
            for card in &mut cards {
                if let Some(one) = changed.remove(&card.stream) {
                    self.update(card, one, &mut moved);
                }
            }
            for (name, one) in changed {
                let Some(mut card) = self.fresh.remove(&name) else { continue };
                card.contribute(one.told, &one.contributions, one.asked);
                self.book.added(&card);
                let known = Known { shelf, told: card.told, master: card.master };
                self.known.insert(name.clone(), known);
                moved.insert(name, (one.contributions, Vec::new()));
                cards.push(card);
            }
            cards.sort_by(|one, other| one.stream.cmp(&other.stream));
            shelves.insert(shelf, cards);
        }
        self.book.put_cards(shelves)?;
        Ok(moved)
    }

    fn update(&mut self, card: &mut Card, one: Contributing, moved: &mut Moved) {
        self.book.removed(card);
        let (content, stood) = (card.content, std::mem::take(&mut card.stands));
        if let Some(fresh) = self.fresh.remove(&card.stream) {
            *card = fresh;
        }
        card.contribute(one.told, &one.contributions, one.asked);
        self.book.added(card);
        if let Some(known) = self.known.get_mut(&card.stream) {
            (known.told, known.master) = (card.told, card.master);
        }
        if card.content != content {
            moved.insert(card.stream.clone(), (one.contributions, stood));
        }
    }

    /// Replaces what cases contribute to reports where it is another now.
    fn update_sections(&mut self, moved: &Moved) -> Result<(), Stop> {
        let new = moved.iter().map(|(name, (all, _))| (name.as_ref(), all.as_slice()));
        let mut changed = sections(new);
        for place in moved.values().flat_map(|(_, stood)| stood) {
            changed.entry(*place).or_default();
        }
        for ((place, month), section) in &mut changed {
            let Some(report) = report::all().nth(*place) else { continue };
            let before = self.book.sections(report, |one| one == *month).ok_or(DAMAGED)?;
            let stays = before.into_iter().flatten().filter(|(name, _)| !moved.contains_key(name));
            section.extend(stays);
            section.sort_by(|one, other| one.0.cmp(&other.0));
        }
        self.book.put_sections(changed)?;
        Ok(())
    }

    /// Replaces entries that reports look at.
    fn update_master(&mut self) -> Result<(), Stop> {
        let mut changed = Vec::new();
        for report in report::all().filter(|report| !report.looks_at.master.is_empty()) {
            let looking = |entries: &[Vec<u8>]| looked_at(report, &slices(entries));
            let mut new = self.streams.iter().filter(|(_, entries)| looking(entries)).peekable();
            if new.peek().is_none() {
                continue;
            }
            let mut all = self.book.master(report).ok_or(DAMAGED)?;
            all.extend(new.map(|(name, entries)| (name.to_string(), entries.clone())));
            changed.push((report, all));
        }
        self.book.put_master(changed)?;
        Ok(())
    }
}
