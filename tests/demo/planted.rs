//! The planted misconduct: what is found in a city is what was planted in it, both
//! ways, and nothing is found in its lawful neighbours.

use plumbline::config::Layout;
use plumbline::demo::{CHAPTERS, Misconduct, Options, PLANTINGS, Planted, tell};
use plumbline::judging::{Extent, Loaded};
use plumbline::ledger::read_config;
use plumbline_replay::event::Event;
use plumbline_replay::rules::{Ask, Finding, Outcome, Rule, Status, judge, register};
use plumbline_replay::state::replay::Entries;
use plumbline_replay::time::civil::Zone;
use std::collections::{BTreeMap, BTreeSet};

/// Rules that can speak and of which nothing is planted yet. It only gets shorter.
const NOT_YET: &[&str] = &[];

/// What is compared: rule, stream, ids of the entries.
type Triple = (String, String, Vec<String>);

struct Judged {
    planted: BTreeSet<Triple>,
    found: BTreeSet<Triple>,
    sentences: BTreeMap<Triple, String>,
    /// Rules that yield to higher law somewhere.
    yielded: BTreeSet<&'static str>,
    /// Type of each entry, for words.
    kinds: BTreeMap<String, String>,
}

fn judged(options: Options) -> Judged {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("city");
    let (ledger, told) = tell(&root, options, &mut |_, _| {}).unwrap();
    ledger.close();
    let layout = Layout::new(&root);
    let loaded = Loaded::read(&layout, &read_config(&layout).unwrap(), Extent::WHOLE).unwrap();
    let ask = Ask {
        moment: loaded.moment(None, None),
        zone: Zone::SHANGHAI,
        sealed_given: true,
        threads: 2,
    };
    let judged = judge(&loaded.blocks, ask).unwrap();
    let mut kinds = BTreeMap::new();
    for entry in loaded.blocks.iter().flat_map(Entries::entries) {
        let event = Event::read(entry).unwrap();
        kinds.insert(event.id.to_string(), event.kind.to_string());
    }
    let planted =
        told.planted.into_iter().map(|one: Planted| (one.rule.to_owned(), one.stream, one.entries));
    let sentences: BTreeMap<Triple, String> =
        judged.findings.iter().map(|one| (triple(one), one.zh.clone())).collect();
    let yielded = judged.findings.iter().filter(|one| one.outcome == Outcome::Superseded);
    let yielded = yielded.map(|one| one.rule).collect();
    Judged {
        planted: planted.collect(),
        found: sentences.keys().cloned().collect(),
        sentences,
        yielded,
        kinds,
    }
}

fn triple(finding: &Finding) -> Triple {
    let entries = finding.entries.iter().map(|entry| entry.id.to_string()).collect();
    (finding.rule.to_owned(), finding.stream.to_string(), entries)
}

impl Judged {
    /// What differs, a line each.
    fn differences(&self) -> Vec<String> {
        let line = |what: &str, one: &Triple| {
            let kinds: Vec<&str> = one
                .2
                .iter()
                .map(|id| self.kinds.get(id).map_or("(never told)", String::as_str))
                .collect();
            let words = self.sentences.get(one).map_or("", String::as_str);
            format!("{what}: {} {} [{}] {words}", one.0, one.1, kinds.join(", "))
        };
        let found = self.found.difference(&self.planted).map(|one| line("found only", one));
        let planted = self.planted.difference(&self.found).map(|one| line("planted only", one));
        found.chain(planted).collect()
    }
}

/// The seeds of `PLUMB_SEEDS` (`100..130` or `7,9,11`), each a small city, or three.
fn cities() -> Vec<(u64, u32)> {
    const CASES: u32 = 40;
    let Ok(text) = std::env::var("PLUMB_SEEDS") else {
        return vec![(7, CASES), (42, CASES), (2026, 90)];
    };
    let number = |text: &str| -> u64 { text.trim().parse().expect("PLUMB_SEEDS names seeds") };
    let seeds: Vec<u64> = match text.split_once("..") {
        Some((from, to)) => (number(from)..number(to)).collect(),
        None => text.split(',').map(number).collect(),
    };
    seeds.into_iter().map(|seed| (seed, CASES)).collect()
}

#[test]
fn what_is_found_is_what_was_planted_for_any_seed() {
    for (seed, cases) in cities() {
        let judged = judged(Options::planted(seed, cases));
        let differences = judged.differences();
        assert!(differences.is_empty(), "seed {seed}:\n{}", differences.join("\n"));
        assert!(judged.yielded.contains("R2.7.3"), "seed {seed}: no rule yields to higher law");
        let rules: BTreeSet<&str> = judged.planted.iter().map(|one| one.0.as_str()).collect();
        for planting in PLANTINGS {
            for rule in planting.rules {
                assert!(rules.contains(rule), "seed {seed}: {rule} is not planted");
            }
        }
    }
}

#[test]
fn a_lawful_neighbour_is_found_nowhere() {
    let options = Options { seed: 11, cases: 1, misconduct: Misconduct::Near };
    let judged = judged(options);
    assert_eq!(judged.differences(), Vec::<String>::new());
    assert!(judged.found.is_empty());
}

#[test]
fn a_lawful_city_has_no_finding() {
    let judged = judged(Options::lawful(42, 400));
    assert_eq!(judged.differences(), Vec::<String>::new());
    assert!(judged.planted.is_empty());
}

#[test]
fn every_rule_that_can_speak_lies_in_one_chapter_and_is_planted_or_says_why_not() {
    // Some rules are applied together with another and have no check of their own.
    let speaks = |rule: &&Rule| {
        !rule.checks.is_empty() || matches!(rule.status, Status::Judged | Status::Signal)
    };
    let speaking: BTreeSet<&str> = register::all().filter(speaks).map(|rule| rule.id).collect();
    let mut owned: Vec<&str> =
        CHAPTERS.iter().flat_map(|(_, rules)| rules.iter().copied()).collect();
    owned.sort_unstable();
    let listed: BTreeSet<&str> = owned.iter().copied().collect();
    assert_eq!(owned.len(), listed.len(), "a rule lies in two chapters");
    let apart: Vec<_> = speaking.symmetric_difference(&listed).collect();
    assert!(apart.is_empty(), "in the register or in a chapter only: {apart:?}");
    let planted: BTreeSet<&str> =
        PLANTINGS.iter().flat_map(|planting| planting.rules.iter().copied()).collect();
    let missing: Vec<&str> =
        listed.iter().copied().filter(|rule| !planted.contains(rule)).collect();
    assert_eq!(missing, NOT_YET, "the list of what is not yet planted must be exact");
}
