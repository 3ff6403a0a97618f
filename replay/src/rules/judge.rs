//! Judges all cases of a log at a moment, on as many threads as there are cores.
//!
//! Entries are dealt out by stream, master data are grown first, cases are judged
//! one by one, and last come the rules that look across cases. The same entries
//! give the same findings in the same order on any number of threads.

use super::alone::Alone;
use super::bench::{Bench, Case};
use super::case_file::Known;
use super::city::{City, Decision, Topics};
use super::coverage;
use super::finding::{Finding, Findings, Outcome};
use super::register;
use super::rule::{Check, Severity};
use crate::event::{Event, EventError};
use crate::integrity::chain::entry_hash;
use crate::integrity::entry::scan;
use crate::master::Master;
use crate::state::Moment;
use crate::state::replay::Entries;
use crate::time::calendar::Calendar;
use crate::time::civil::{Micros, Zone};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::hash::{DefaultHasher, Hasher};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Parts that streams are dealt into; fixed, so that nothing depends on the
/// number of threads.
const PARTS: usize = 64;

/// Why a log cannot be judged: an entry is not one.
#[derive(Debug)]
pub struct JudgeError {
    pub stream: String,
    pub error: EventError,
}

impl fmt::Display for JudgeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let JudgeError { stream, error } = self;
        write!(f, "an entry of {stream} cannot be read: {error}; verify the log first")
    }
}

impl std::error::Error for JudgeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

/// What was found, and how much was looked at.
#[derive(Default)]
pub struct Judgement {
    /// In order of stream, rule and matter.
    pub findings: Vec<Finding>,
    /// Acts found in order, by rule.
    pub compliant: BTreeMap<&'static str, u64>,
    /// What was gathered across cases.
    pub topics: Topics,
    pub streams: u64,
    pub entries: u64,
}

/// All streams, and the part of each that tells of master data.
struct Dealt<'a> {
    parts: Vec<Part<'a>>,
    master: BTreeMap<&'a str, usize>,
}

/// The streams of one part, each with its entries in order of position.
type Part<'a> = BTreeMap<&'a str, Vec<&'a [u8]>>;

/// What is asked of a judging.
#[derive(Clone, Copy, Debug)]
pub struct Ask {
    /// Finite in both times: a duty whose term ends later is not breached yet.
    pub moment: Moment,
    pub zone: Zone,
    pub sealed_given: bool,
    pub threads: usize,
}

/// All cases of a log, dealt out by stream, and its master data: what judging and
/// reporting begin with.
pub struct Docket<'a> {
    dealt: Dealt<'a>,
    master: Master,
    calendar: Cow<'static, Calendar>,
    ask: Ask,
}

impl<'a> Docket<'a> {
    /// Takes the entries of `blocks`: of one log in order of position, the sealed
    /// log's after the open one's if it is given.
    pub fn open<B: Entries>(blocks: &'a [B], ask: Ask) -> Result<Docket<'a>, JudgeError> {
        let dealt = deal(blocks)?;
        let master = grow(&dealt, ask.moment)?;
        let calendar = master.calendar_notices.calendar();
        Ok(Docket { dealt, master, calendar, ask })
    }

    pub fn bench(&self) -> Bench<'_> {
        Bench::new(&self.master, &self.calendar, self.ask)
    }

    /// Calls `work` with every case, each with a bench of its own that notes how long
    /// what is asked of it is good, and one state a part of the streams; the states
    /// come back in an order that does not depend on the number of threads.
    pub fn each<S: Default + Send>(
        &self,
        bench: &Bench<'_>,
        work: impl Fn(&Case<'_>, &mut S) + Sync,
    ) -> Result<Vec<S>, JudgeError> {
        let next = AtomicUsize::new(0);
        let done: Mutex<BTreeMap<usize, Result<S, JudgeError>>> = Mutex::default();
        std::thread::scope(|scope| {
            for _ in 0..self.ask.threads.max(1) {
                scope.spawn(|| {
                    while let Some((index, part)) = take(&next, &self.dealt.parts) {
                        let state = each_of(part, bench, &work);
                        done.lock().unwrap_or_else(PoisonError::into_inner).insert(index, state);
                    }
                });
            }
        });
        done.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().collect()
    }

    /// Applies every rule.
    pub fn judge(&self) -> Result<Judgement, JudgeError> {
        let bench = self.bench();
        let judged = self.each(&bench, |case, (found, noted): &mut (Findings, Topics)| {
            judge_case(case, found);
            noted.note(case);
        })?;
        let mut findings = Findings::default();
        let mut topics = Topics::default();
        for (found, noted) in judged {
            findings.join(found);
            topics.join(noted);
        }
        let (streams, entries) = (self.streams(), self.entries());
        Ok(Judgement { streams, entries, ..conclude(&bench, findings, topics) })
    }

    /// Every stream with its entries, and whether it tells of master data, in an order
    /// that does not depend on the number of threads.
    pub fn each_stream(&self) -> impl Iterator<Item = (&'a str, &[&'a [u8]], bool)> {
        let streams = self.dealt.parts.iter().flatten();
        streams.map(|(stream, entries)| {
            (*stream, entries.as_slice(), self.dealt.master.contains_key(stream))
        })
    }

    /// Streams that tell of master data, in order.
    pub fn master_streams(&self) -> impl Iterator<Item = &'a str> {
        self.dealt.master.keys().copied()
    }

    /// Master data and what was asked, for judging one case after another.
    pub fn into_alone(self) -> Alone {
        Alone::new(self.master, self.ask)
    }

    /// Names the catalogue and all other master data as known at the moment.
    pub fn master_version(&self) -> String {
        let streams = self.dealt.master.iter();
        let entries = streams.filter_map(|(stream, part)| self.dealt.parts.get(*part)?.get(stream));
        let known_at = self.ask.moment.known_at;
        master_version(entries.map(|entries| StreamVersion::of(entries, known_at)))
    }

    fn streams(&self) -> u64 {
        self.dealt.parts.iter().map(|part| part.len() as u64).sum()
    }

    fn entries(&self) -> u64 {
        self.dealt.parts.iter().flat_map(BTreeMap::values).map(|list| list.len() as u64).sum()
    }
}

/// Names what a stream told of master data by a moment: how many entries, and BLAKE3
/// of their hashes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StreamVersion {
    pub entries: u64,
    pub digest: [u8; 32],
}

impl StreamVersion {
    pub fn of(entries: &[&[u8]], known_at: Micros) -> StreamVersion {
        let mut hasher = blake3::Hasher::new();
        let mut count = 0;
        for entry in entries {
            if Event::read(entry).is_ok_and(|event| event.recorded <= known_at) {
                hasher.update(&entry_hash(entry).0);
                count += 1;
            }
        }
        StreamVersion { entries: count, digest: *hasher.finalize().as_bytes() }
    }
}

/// Names master data by the streams that tell of them, in order: the number of their
/// entries and BLAKE3 of the streams' digests.
pub fn master_version(streams: impl Iterator<Item = StreamVersion>) -> String {
    let mut hasher = blake3::Hasher::new();
    let mut count = 0;
    for stream in streams.filter(|stream| stream.entries > 0) {
        hasher.update(&stream.digest);
        count += stream.entries;
    }
    let digest = hasher.finalize().to_hex();
    format!("{count}-{}", digest.get(..16).unwrap_or_default())
}

/// What the rules that look at one case say of it, and what it tells those that look
/// across cases.
#[derive(Default)]
pub struct Said {
    pub findings: Findings,
    pub topics: Topics,
}

impl Said {
    pub fn of(case: &Case<'_>) -> Said {
        let mut said = Said::default();
        judge_case(case, &mut said.findings);
        said.topics.note(case);
        said
    }
}

/// What follows from all cases together: what the rules find that look across them,
/// what people determined, and what had to follow. Streams and entries are not counted.
pub fn conclude(bench: &Bench<'_>, mut findings: Findings, mut topics: Topics) -> Judgement {
    topics.uncovered.sort();
    let city = City::new(bench, &topics);
    for rule in register::all() {
        for check in rule.checks {
            if let Check::City(check) = check {
                check(&city, &mut findings);
            }
        }
    }
    coverage::weigh_across(&topics.uncovered, &mut findings.found);
    determine(&mut findings.found, &topics);
    in_order(&mut findings.found);
    let mut sequels = Findings::default();
    for check in register::all().flat_map(|rule| rule.checks) {
        if let Check::Sequel(check) = check {
            check(&city, &findings.found, &mut sequels);
        }
    }
    determine(&mut sequels.found, &topics);
    findings.join(sequels);
    let Findings { mut found, compliant } = findings;
    in_order(&mut found);
    Judgement { findings: found, compliant, topics, ..Judgement::default() }
}

fn take<'p, P>(next: &AtomicUsize, parts: &'p [P]) -> Option<(usize, &'p P)> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    parts.get(index).map(|part| (index, part))
}

fn each_of<S: Default>(
    part: &Part<'_>,
    bench: &Bench<'_>,
    work: &impl Fn(&Case<'_>, &mut S),
) -> Result<S, JudgeError> {
    let mut state = S::default();
    for (stream, entries) in part {
        let failed = |error| JudgeError { stream: (*stream).to_owned(), error };
        let own = bench.unasked();
        let known = Known::of(entries, &own).map_err(failed)?;
        let file = known.case(stream, &own).map_err(failed)?;
        work(&Case::new(&own, &file), &mut state);
    }
    Ok(state)
}

/// Judges the entries of `blocks`; see [`Docket`].
pub fn judge<B: Entries>(blocks: &[B], ask: Ask) -> Result<Judgement, JudgeError> {
    Docket::open(blocks, ask)?.judge()
}

/// Puts findings in order of stream, rule and matter.
pub(super) fn in_order(findings: &mut [Finding]) {
    fn key(finding: &Finding) -> (&str, &str, &str) {
        (&finding.stream, finding.rule, &finding.matter)
    }
    findings.sort_by(|a, b| key(a).cmp(&key(b)));
}

fn deal<B: Entries>(blocks: &[B]) -> Result<Dealt<'_>, JudgeError> {
    let mut parts: Vec<Part<'_>> = vec![Part::new(); PARTS];
    let mut master = BTreeMap::new();
    for entry in blocks.iter().flat_map(Entries::entries) {
        let fields = scan(entry)
            .map_err(|_| JudgeError { stream: "?".to_owned(), error: EventError::NotUtf8 })?;
        let mut hasher = DefaultHasher::new();
        hasher.write(fields.stream.as_bytes());
        let part = usize::try_from(hasher.finish() % PARTS as u64).unwrap_or(0);
        if Master::wants(fields.kind) {
            master.insert(fields.stream, part);
        }
        parts[part].entry(fields.stream).or_default().push(entry);
    }
    Ok(Dealt { parts, master })
}

/// Master data as known at the moment, with what was believed before; whatever day
/// they are asked about, so `as_of` does not cut them.
fn grow(dealt: &Dealt<'_>, moment: Moment) -> Result<Master, JudgeError> {
    let mut master = Master::default();
    for (stream, part) in &dealt.master {
        let Some(entries) = dealt.parts[*part].get(stream) else { continue };
        let failed = |error| JudgeError { stream: (*stream).to_owned(), error };
        master.add_stream(entries, moment.known_at).map_err(failed)?;
    }
    Ok(master)
}

/// Applies every rule that looks at one case alone.
pub fn judge_case(case: &Case<'_>, findings: &mut Findings) {
    if case.file.acts.is_empty() {
        return;
    }
    let before = findings.found.len();
    for rule in register::all() {
        for check in rule.checks {
            if let Check::Case(check) = check {
                check(case, findings);
            }
        }
    }
    let own = findings.found.get_mut(before..).unwrap_or_default();
    coverage::weigh(&case.file.acts, case.file.coverage, own);
}

/// Moves signals to what people have determined; the last determination holds.
pub(super) fn determine(findings: &mut [Finding], topics: &Topics) {
    for finding in findings {
        let Some(last) = topics.determinations.of(&finding.id()).last() else { continue };
        finding.outcome = match last.decision {
            Decision::Confirmed => Outcome::Confirmed,
            Decision::Dismissed => Outcome::Dismissed,
            Decision::Exempted => Outcome::Exempted,
            Decision::Waived => Outcome::Waived,
        };
        if finding.outcome == Outcome::Confirmed && register::refers(finding.rule) {
            finding.severity = Severity::Refer;
        }
        let by = serde_json::json!({
            "by": last.by, "by_unit": last.by_unit, "reason": last.reason,
            "entry": last.entry.id, "at": last.at,
        });
        finding.explanation.insert("determination".to_owned(), by);
    }
}
