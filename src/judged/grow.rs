//! The model made from whole logs: every case is judged and read for reports, each once.

use super::book::{Book, MasterEntries, Of};
use super::card::{Asked, Card, name_of, of_stream, sections, told};
use super::{Anew, Brought, Ends, JudgedError, stored};
use crate::config::{Config, Layout};
use crate::judging::{Extent, Loaded, zone};
use plumbline_replay::integrity::entry::scan;
use plumbline_replay::master::{Master, noting};
use plumbline_replay::report::{self, Collector, Contribution};
use plumbline_replay::rules::city::{Joining, Topics};
use plumbline_replay::rules::judge::{Said, conclude, master_version};
use plumbline_replay::rules::{Docket, Findings, Judgement};
use std::collections::BTreeMap;

/// Cards by stream, each with the shelf that it lies on.
type Cards<'a> = BTreeMap<&'a str, (i64, Card)>;

/// Judges the logs up to their ends and writes the model anew.
pub(super) fn grow(
    layout: &Layout,
    config: &Config,
    ends: Ends,
    (threads, why): (usize, Anew),
) -> Result<Brought, JudgedError> {
    let extent = Extent { open: ends[0].size, sealed: Some(ends[1].size) };
    let loaded = Loaded::read(layout, config, extent)?;
    if let Some(damage) = &loaded.damage {
        return Err(JudgedError::Damaged(damage.clone()));
    }
    let moment = loaded.moment(None, None);
    let docket = Docket::open(&loaded.blocks, loaded.ask(moment, zone(config), threads))?;
    let (mut cards, judgement) = judge(&docket)?;
    for (stream, entries, _) in docket.each_stream() {
        if let Some((shelf, card)) = cards.get_mut(stream) {
            (*shelf, card.master) = of_stream(entries, moment.known_at);
        }
    }
    let of = Of { layout, config, ends, moment };
    let mut book = Book::new(&of);
    let told = told(&judgement);
    book.head.findings = name_of(&told);
    let contributed = contributions(&docket, (&judgement, &told), &book, &mut cards)?;
    let bench = docket.bench();
    book.head.catalogue = master_version(cards.values().filter_map(|(_, card)| card.master));
    book.head.calendar = bench.calendar.version(moment.known_at);
    book.head.calendar_until = bench.calendar.known_until(moment.known_at);
    book.head.streams = cards.len() as u64;
    let streams = cards.len() as u64;
    let mut shelves: BTreeMap<i64, Vec<Card>> = BTreeMap::new();
    for (shelf, card) in cards.into_values() {
        book.added(&card);
        shelves.entry(shelf).or_default().push(card);
    }
    book.put_cards(shelves)?;
    let by_stream = contributed.iter().map(|(stream, all)| (stream.as_str(), all.as_slice()));
    book.put_sections(sections(by_stream))?;
    book.put_findings(stored::by_report(&judgement))?;
    book.put_master(master_by_report(&docket))?;
    book.close()?;
    Ok(Brought { ends, looked_at: streams, anew: Some(why) })
}

/// What the rules say of every stream, and what follows from all together.
fn judge<'a>(docket: &Docket<'a>) -> Result<(Cards<'a>, Judgement), JudgedError> {
    type Part = (Vec<Card>, Findings, Topics);
    let bench = docket.bench();
    let parts = docket.each(&bench, |case, (cards, findings, topics): &mut Part| {
        let (said, reads) = noting(|| Said::of(case));
        let card =
            Card::of(case.file.stream, said, Asked { reads, good_until: case.bench.good_until() });
        findings.extend(card.findings.iter().cloned());
        topics.note(case);
        cards.push(card);
    })?;
    let mut cards: BTreeMap<Box<str>, Card> = BTreeMap::new();
    let (mut findings, mut topics) = (Findings::default(), Joining::default());
    for (of_part, found, noted) in parts {
        cards.extend(of_part.into_iter().map(|card| (card.stream.clone(), card)));
        findings.extend(found.into_found());
        topics.add(noted);
    }
    let own = docket.each_stream().filter_map(|(stream, _, _)| {
        let card = cards.remove(stream)?;
        Some((stream, (0, card)))
    });
    let own = own.collect();
    Ok((own, conclude(&bench, findings, topics.joined())))
}

/// What every stream contributes to reports, in order of stream; its card takes note.
fn contributions(
    docket: &Docket<'_>,
    (judgement, told): (&Judgement, &BTreeMap<&str, u64>),
    book: &Book,
    cards: &mut Cards<'_>,
) -> Result<BTreeMap<String, Vec<Contribution>>, JudgedError> {
    let bench = docket.bench();
    let request = book.request(report::Period::EVER);
    let collector = Collector::new(&bench, judgement, &request);
    let parts = docket.each(&bench, |case, out: &mut Vec<_>| {
        let (contributions, reads) = noting(|| collector.of(case));
        let asked = Asked { reads, good_until: case.bench.good_until() };
        out.push((case.file.stream.to_owned(), contributions, asked));
    })?;
    let mut all = BTreeMap::new();
    for (stream, contributions, asked) in parts.into_iter().flatten() {
        let Some((_, card)) = cards.get_mut(stream.as_str()) else { continue };
        let told = told.get(stream.as_str()).copied().unwrap_or(0);
        card.contribute(told, &contributions, asked);
        all.insert(stream, contributions);
    }
    Ok(all)
}

/// Entries that each report looks at.
fn master_by_report(docket: &Docket<'_>) -> Vec<(&'static report::Report, MasterEntries)> {
    let looking = report::all().filter(|report| !report.looks_at.master.is_empty());
    let mut all: Vec<_> = looking.map(|report| (report, MasterEntries::new())).collect();
    for (stream, entries, _) in docket.each_stream().filter(|(_, _, tells)| *tells) {
        for (report, own) in &mut all {
            if looked_at(report, entries) {
                let entries = entries.iter().map(|entry| entry.to_vec()).collect();
                own.insert(stream.to_owned(), entries);
            }
        }
    }
    all
}

/// Whether a report looks at what a stream tells of master data.
pub(super) fn looked_at(report: &report::Report, entries: &[&[u8]]) -> bool {
    let entity = |entry: &&[u8]| Master::entity_of(scan(entry).ok()?.kind);
    entries.iter().filter_map(entity).any(|entity| report.looks_at.master.contains(&entity))
}
