//! One case judged by itself says what a judging of everything says of it, over all
//! scripts under `replay/samples/`; and it is good for as long as it says.

use super::{samples, script, scripts};
use plumbline_replay::event::Event;
use plumbline_replay::master::Master;
use plumbline_replay::rules::alone::{Alone, DETERMINATION, Stream, across};
use plumbline_replay::rules::judge::judge_case;
use plumbline_replay::rules::{Ask, Finding, Findings, judge};
use plumbline_replay::scenario::Script;
use plumbline_replay::state::Moment;
use plumbline_replay::time::civil::{DAY_MICROS, Micros, Zone};
use plumbline_replay::timers::{DueEvent, due};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn by_stream(script: &Script) -> BTreeMap<String, Vec<&[u8]>> {
    let mut streams: BTreeMap<String, Vec<&[u8]>> = BTreeMap::new();
    for entry in &script.entries {
        let stream = Event::read(entry).expect("an event").stream.into_owned();
        streams.entry(stream).or_default().push(entry);
    }
    streams
}

pub(super) fn master(streams: &BTreeMap<String, Vec<&[u8]>>, known_at: Micros) -> Master {
    let mut master = Master::default();
    for entries in streams.values() {
        let wanted =
            |entry: &&[u8]| Event::read(entry).is_ok_and(|event| Master::wants(&event.kind));
        if entries.iter().any(wanted) {
            master.add_stream(entries, known_at).expect("master data");
        }
    }
    master
}

#[test]
fn a_case_alone_is_judged_as_among_all() {
    let across: BTreeSet<&str> = across().map(|rule| rule.id).collect();
    let (mut compared, mut moved) = (0, 0);
    for path in scripts(&samples()) {
        let script = script(&path);
        let last = script.entries.last().and_then(|entry| Event::read(entry).ok());
        let now = last.map_or(0, |event| event.recorded);
        let moment = Moment { as_of: now, known_at: now };
        let ask = Ask { moment, zone: Zone::SHANGHAI, sealed_given: true, threads: 1 };
        let all = judge(std::slice::from_ref(&script.entries), ask).expect("a judgement").findings;
        let streams = by_stream(&script);
        let told: Vec<Stream<'_>> = streams
            .iter()
            .filter(|(_, entries)| {
                let says = |entry: &&[u8]| {
                    Event::read(entry).is_ok_and(|event| event.kind == DETERMINATION)
                };
                entries.iter().any(says)
            })
            .map(|(name, entries)| Stream { name, entries })
            .collect();
        let alone = Alone::new(master(&streams, now), ask);
        for (name, entries) in &streams {
            let mut judged = alone.judge(Stream { name, entries }).expect("a judgement");
            alone.determine(&mut judged, &told).expect("determinations");
            for finding in &judged.findings {
                // A rule that looks across cases too may know better of the same matter.
                let known =
                    across.contains(finding.rule) && all.iter().any(|one| one.id() == finding.id());
                let said = known || all.contains(finding);
                assert!(said, "{}: alone only: {finding:?}", path.display());
            }
            let of_case = all.iter().filter(|one| one.stream.as_ref() == name.as_str());
            for finding in of_case.filter(|one| !across.contains(one.rule)) {
                let found = judged.findings.contains(finding);
                assert!(found, "{}: not alone: {finding:?}", path.display());
            }
            compared += judged.findings.len();
            let of_people = |one: &&plumbline_replay::rules::Finding| {
                one.explanation.contains_key("determination")
            };
            moved += judged.findings.iter().filter(of_people).count();
        }
    }
    assert!(compared > 200 && moved > 2, "{compared} compared, {moved} determined");
}

/// Steps in time, of each script.
const STEPS: i64 = 5;

/// What is found on a case and what is due in it, and until when that is so.
fn look(
    alone: &mut Alone,
    stream: Stream<'_>,
    at: Micros,
) -> ((Vec<Finding>, Vec<DueEvent>), Micros) {
    alone.turn_to(Moment { as_of: at, known_at: Micros::MAX - 1 });
    let looked = alone.look(stream, |case| {
        let mut findings = Findings::default();
        judge_case(case, &mut findings);
        (findings.into_found(), due(case))
    });
    looked.expect("a case")
}

#[test]
fn what_is_said_of_a_case_is_good_until_it_says() {
    let (mut changed, mut lasting) = (0, 0);
    for path in scripts(&samples()) {
        let script = script(&path);
        let streams = by_stream(&script);
        let moment = Moment { as_of: 0, known_at: Micros::MAX - 1 };
        let ask = Ask { moment, zone: Zone::SHANGHAI, sealed_given: true, threads: 1 };
        let mut alone = Alone::new(master(&streams, Micros::MAX - 1), ask);
        for (name, entries) in streams.iter().filter(|(name, _)| !name.starts_with("md/")) {
            let stream = Stream { name, entries };
            let happened = entries.iter().map(|entry| Event::read(entry).expect("an event"));
            let days: Vec<Micros> = happened.map(|event| event.occurred.micros).collect();
            let first = days.iter().min().copied().unwrap_or(0) - DAY_MICROS;
            let last = days.iter().max().copied().unwrap_or(0) + 100 * DAY_MICROS;
            let mut at = first;
            while at < last {
                let (said, until) = look(&mut alone, stream, at);
                assert!(until > at);
                let end = until.min(last + 3_650 * DAY_MICROS) - 1;
                let (then, _) = look(&mut alone, stream, end);
                assert_eq!(said, then, "{} {name}: {at} to {until}", path.display());
                if until > end + 1 {
                    lasting += 1;
                    break;
                }
                changed += usize::from(look(&mut alone, stream, until).0 != said);
                at = until.max(at + (last - first) / STEPS);
            }
        }
    }
    assert!(changed > 50 && lasting > 50, "{changed} changed, {lasting} lasted");
}
