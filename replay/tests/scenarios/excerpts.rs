//! An excerpt of a case signals nothing that the whole case does not: what was
//! imported need not hold every step, so nothing may be made of one that is missing.

use super::alone::{by_stream, master};
use super::{samples, script, scripts};
use plumbline_replay::event::Event;
use plumbline_replay::integrity::json::{self, Json};
use plumbline_replay::rules::alone::{Alone, Stream, across};
use plumbline_replay::rules::{Ask, Check, Finding, Outcome, judge, register};
use plumbline_replay::state::{CaseKind, Moment, repairs_record};
use plumbline_replay::time::civil::{Micros, Zone};
use std::collections::BTreeSet;
use std::path::Path;

/// A rule and the stream on which it signals.
type Signal = (String, String);

fn ask(now: Micros) -> Ask {
    let moment = Moment { as_of: now, known_at: now };
    Ask { moment, zone: Zone::SHANGHAI, sealed_given: true, threads: 1 }
}

fn signals_of(found: Vec<Finding>) -> BTreeSet<Signal> {
    let signals = found.into_iter().filter(|one| one.outcome == Outcome::Signal);
    signals.map(|one| (one.rule.to_owned(), one.stream.to_string())).collect()
}

fn signals(entries: &[Vec<u8>], now: Micros) -> BTreeSet<Signal> {
    let entries = entries.to_vec();
    signals_of(judge(std::slice::from_ref(&entries), ask(now)).expect("a judgement").findings)
}

/// What the rules that look at one case signal of it.
fn signals_alone(alone: &Alone, stream: &str, entries: &[Vec<u8>]) -> BTreeSet<Signal> {
    let own = |entry: &&Vec<u8>| Event::read(entry).is_ok_and(|event| event.stream == stream);
    let own: Vec<&[u8]> = entries.iter().filter(own).map(Vec::as_slice).collect();
    let judged = alone.judge(Stream { name: stream, entries: &own }).expect("a judgement");
    signals_of(judged.findings)
}

/// Whether a script is about a rule that looks across cases: then every case of it is
/// judged among all.
fn is_across(path: &Path) -> bool {
    let name = path.file_stem().expect("a name").to_string_lossy();
    across().any(|rule| rule.id == name)
}

/// The same entry as if it had come with a file.
fn imported(entry: &[u8], coverage: Option<&'static str>) -> Vec<u8> {
    let mut json = json::parse(entry).expect("an entry");
    let mut source = json.get("source").cloned().unwrap_or(Json::Object(Vec::new()));
    source.set("kind", Json::text("import"));
    if let Some(coverage) = coverage {
        source.set("coverage", Json::text(coverage));
    }
    json.set("source", source);
    json.to_bytes()
}

/// Places of a case's acts among the entries, in the order in which they happened.
fn places(entries: &[Vec<u8>], stream: &str) -> Vec<usize> {
    let mut acts = Vec::new();
    for (place, entry) in entries.iter().enumerate() {
        let event = Event::read(entry).expect("an event");
        if event.stream == stream && !repairs_record(&event.kind) {
            acts.push((event.order(), place));
        }
    }
    acts.sort_unstable();
    acts.into_iter().map(|(_, place)| place).collect()
}

/// The entries without the act that is `lacking`-th in its case, of which the first
/// `imports` came with a file.
fn excerpt(entries: &[Vec<u8>], acts: &[usize], lacking: usize, imports: usize) -> Vec<Vec<u8>> {
    let mut out = Vec::with_capacity(entries.len());
    for (place, entry) in entries.iter().enumerate() {
        match acts.iter().position(|act| *act == place) {
            Some(at) if at == lacking => {}
            Some(at) if at < imports => out.push(imported(entry, None)),
            _ => out.push(entry.clone()),
        }
    }
    out
}

#[test]
fn an_excerpt_signals_nothing_that_the_whole_case_does_not() {
    let (mut tried, mut spurious) = (0, Vec::new());
    for path in scripts(&samples()) {
        let entries = script(&path).entries;
        let events: Vec<_> = entries.iter().filter_map(|entry| Event::read(entry).ok()).collect();
        let now = events.last().map_or(0, |event| event.recorded);
        let among_all = is_across(&path).then(|| signals(&entries, now));
        let alone = Alone::new(master(&by_stream(&script(&path)), now), ask(now));
        let streams: BTreeSet<&str> = events.iter().map(|event| event.stream.as_ref()).collect();
        for stream in streams.into_iter().filter(|name| CaseKind::of_stream(name).is_some()) {
            let acts = places(&entries, stream);
            let judged = |entries: &[Vec<u8>]| match among_all {
                Some(_) => signals(entries, now),
                None => signals_alone(&alone, stream, entries),
            };
            let whole = among_all.clone().unwrap_or_else(|| judged(&entries));
            // A single act leaves nothing behind that would have come with a file.
            for lacking in (0..acts.len()).filter(|_| acts.len() > 1) {
                // Wholly imported, and imported up to the missing act.
                let until = (lacking + 1).max(2);
                for imports in BTreeSet::from([until, acts.len()]) {
                    let part = excerpt(&entries, &acts, lacking, imports);
                    let act = Event::read(&entries[acts[lacking]]).expect("an event").kind;
                    for (rule, on) in judged(&part).difference(&whole) {
                        let name = path.file_stem().expect("a name").to_string_lossy();
                        spurious.push(format!(
                            "{name}: {rule} on {on} without {act} of {stream}, {imports} imported"
                        ));
                    }
                    tried += 1;
                }
            }
        }
    }
    spurious.sort();
    spurious.dedup();
    assert!(spurious.is_empty(), "{} of {tried}:\n{}", spurious.len(), spurious.join("\n"));
    assert!(tried > 500, "{tried}");
}

/// The last good and the first bad moment: what is missing may have been done before
/// the ledger kept the case, and not after.
#[test]
fn what_had_to_follow_is_missing_from_the_first_own_act_on() {
    let told = |kinds: [Option<&'static str>; 2]| {
        let text = "title x x / x\n\
            2022-04-01T09:00 md.unit.registered md/unit/a unit=unit/edit {\"unit_id\":\"unit/a\"}\n\
            2022-05-10T09:00 fee.assessed fee/1 unit=unit/a {\"fee_no\":\"1\",\"lines\":[]}\n\
            2022-05-11T09:00 fee.paid fee/1 unit=unit/a {\"amount_fen\":100,\"method\":\"现金\"}\n\
            2022-06-30T09:00 md.unit.registered md/unit/b unit=unit/edit {\"unit_id\":\"unit/b\"}\n\
            check\n";
        let script = plumbline_replay::scenario::parse("x", text, &|_| None).expect("a script");
        let mut entries = script.entries;
        for (place, kind) in [1, 2].into_iter().zip(kinds) {
            if let Some(coverage) = kind {
                let coverage = Some(coverage).filter(|word| *word == "whole");
                entries[place] = imported(&entries[place], coverage);
            }
        }
        let now = Event::read(entries.last().expect("an entry")).expect("an event").recorded;
        let found = judge(std::slice::from_ref(&entries), ask(now)).expect("a judgement").findings;
        let receipt = found.into_iter().find(|one| one.rule == "SEQ-F2").expect("no receipt");
        (receipt.outcome, receipt.explanation.contains_key("missing"))
    };
    assert_eq!(told([None, None]), (Outcome::Signal, false));
    // The payment came with a file: its receipt may lie where the file was made.
    assert_eq!(told([Some("excerpt"), Some("excerpt")]), (Outcome::Indeterminate, true));
    // The payment is the ledger's own first act: from here on silence counts.
    assert_eq!(told([Some("excerpt"), None]), (Outcome::Signal, false));
    // The ledger kept the case from its beginning, whatever a file tells later.
    assert_eq!(told([None, Some("excerpt")]), (Outcome::Signal, false));
    // Whoever made the file says that it holds the whole case.
    assert_eq!(told([Some("whole"), Some("whole")]), (Outcome::Signal, false));
}

/// What was recorded shows some breaches by itself, and a file shows them too.
#[test]
fn what_an_act_shows_by_itself_an_excerpt_shows_too() {
    use plumbline_replay::rules::coverage::Silence;
    let mut shown = BTreeSet::new();
    for path in scripts(&samples()) {
        let entries = script(&path).entries;
        let now = entries.last().and_then(|entry| Event::read(entry).ok());
        let now = now.map_or(0, |event| event.recorded);
        let all = |entry: &Vec<u8>| match Event::read(entry).map(|event| event.stream.to_string()) {
            Ok(stream) if CaseKind::of_stream(&stream).is_some() => imported(entry, None),
            _ => entry.clone(),
        };
        let entries: Vec<Vec<u8>> = entries.iter().map(all).collect();
        let of_case = |on: &str| CaseKind::of_stream(on).is_some();
        let found = signals(&entries, now).into_iter().filter(|(_, on)| of_case(on));
        shown.extend(found.map(|(rule, _)| rule));
    }
    let by_itself = register::all().filter(|rule| {
        rule.silence == Silence::Nothing
            && rule.checks.iter().any(|check| matches!(check, Check::Case(_)))
    });
    // These pass over imported acts, which seldom say where and how they were done, or
    // speak of what is no case (a card).
    let pass_over = ["R2.2.2c", "R2.2.3", "R4.1"];
    let missing: Vec<&str> = by_itself
        .map(|rule| rule.id)
        .filter(|id| !shown.contains(*id) && !pass_over.contains(id))
        .collect();
    assert_eq!(missing, Vec::<&str>::new());
    for rule in register::all().filter(|rule| rule.silence != Silence::Nothing) {
        assert!(!shown.contains(rule.id) || !of_cases(rule.id), "{} of an excerpt", rule.id);
    }
}

/// Rules that find on other streams than cases, whatever those came by.
fn of_cases(id: &str) -> bool {
    register::find(id)
        .is_some_and(|rule| rule.checks.iter().all(|check| matches!(check, Check::Case(_))))
}
