//! Judges all cases of a log at a moment, on as many threads as there are cores.
//!
//! Entries are dealt out by stream, master data are grown first, cases are judged
//! one by one, and last come the rules that look across cases. The same entries
//! give the same findings in the same order on any number of threads.

use super::bench::{Bench, Case};
use super::case_file::Known;
use super::city::{City, Decision, Topics};
use super::finding::{Finding, Findings, Outcome};
use super::register;
use super::rule::Check;
use crate::event::EventError;
use crate::integrity::entry::scan;
use crate::master::Master;
use crate::state::Moment;
use crate::state::replay::Entries;
use crate::time::calendar::Calendar;
use crate::time::civil::Zone;
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hasher};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Parts that streams are dealt into; fixed, so that nothing depends on the
/// number of threads.
const PARTS: usize = 64;

/// Why a log cannot be judged: an entry is not one.
#[derive(Debug, thiserror::Error)]
#[error("an entry of {stream} cannot be read: {error}; verify the log first")]
pub struct JudgeError {
    pub stream: String,
    #[source]
    pub error: EventError,
}

/// What was found, and how much was looked at.
#[derive(Debug, Default)]
pub struct Judgement {
    /// In order of stream, rule and matter.
    pub findings: Vec<Finding>,
    /// Acts found in order, by rule.
    pub compliant: BTreeMap<&'static str, u64>,
    pub streams: u64,
    pub entries: u64,
}

/// All streams, and the part of each that tells of master data.
struct Dealt<'a> {
    parts: Vec<Part<'a>>,
    master: BTreeMap<&'a str, usize>,
}

/// What came of one part.
type Judged = Result<(Findings, Topics), JudgeError>;

/// The streams of one part, each with its entries in order of position.
type Part<'a> = BTreeMap<&'a str, Vec<&'a [u8]>>;

/// What is asked of a judging.
#[derive(Clone, Copy, Debug)]
pub struct Ask {
    /// Finite in both times; see [`Bench::moment`].
    pub moment: Moment,
    pub zone: Zone,
    pub sealed_given: bool,
    pub threads: usize,
}

/// Judges the entries of `blocks`: of one log in order of position, the sealed
/// log's after the open one's if it is given.
pub fn judge<B: Entries>(blocks: &[B], ask: Ask) -> Result<Judgement, JudgeError> {
    let Ask { moment, zone, sealed_given, threads } = ask;
    let dealt = deal(blocks)?;
    let master = grow(&dealt, moment)?;
    let parts = &dealt.parts;
    let calendar = Calendar::china();
    let bench = Bench { master: &master, calendar, moment, zone, sealed_given };
    let judged = judge_parts(parts, &bench, threads)?;
    let mut findings = Findings::default();
    let mut topics = Topics::default();
    for (found, noted) in judged {
        findings.join(found);
        topics.join(noted);
    }
    let city = City { bench: &bench, topics: &topics };
    for rule in register::all() {
        for check in rule.checks {
            if let Check::City(check) = check {
                check(&city, &mut findings);
            }
        }
    }
    let Findings { mut found, compliant } = findings;
    determine(&mut found, &topics);
    found.sort_by(|a, b| key(a).cmp(&key(b)));
    Ok(Judgement {
        findings: found,
        compliant,
        streams: parts.iter().map(|part| part.len() as u64).sum(),
        entries: parts.iter().flat_map(BTreeMap::values).map(|list| list.len() as u64).sum(),
    })
}

fn key(finding: &Finding) -> (&str, &str, &str) {
    (&finding.stream, finding.rule, &finding.matter)
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

fn judge_parts(
    parts: &[Part<'_>],
    bench: &Bench<'_>,
    threads: usize,
) -> Result<Vec<(Findings, Topics)>, JudgeError> {
    let next = AtomicUsize::new(0);
    let done: Mutex<BTreeMap<usize, Judged>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(part) = parts.get(index) else { break };
                    let judged = judge_part(part, bench);
                    done.lock().unwrap_or_else(PoisonError::into_inner).insert(index, judged);
                }
            });
        }
    });
    done.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().collect()
}

fn judge_part(part: &Part<'_>, bench: &Bench<'_>) -> Judged {
    let mut findings = Findings::default();
    let mut topics = Topics::default();
    for (stream, entries) in part {
        let failed = |error| JudgeError { stream: (*stream).to_owned(), error };
        let known = Known::of(entries, bench.moment).map_err(failed)?;
        let file = known.case(stream, bench.moment).map_err(failed)?;
        let case = Case::new(bench, &file);
        judge_case(&case, &mut findings);
        topics.note(&case);
    }
    Ok((findings, topics))
}

/// Applies every rule that looks at one case alone.
pub fn judge_case(case: &Case<'_>, findings: &mut Findings) {
    if case.file.acts.is_empty() {
        return;
    }
    for rule in register::all() {
        for check in rule.checks {
            if let Check::Case(check) = check {
                check(case, findings);
            }
        }
    }
}

/// Moves signals to what people have determined; the last determination holds.
fn determine(findings: &mut [Finding], topics: &Topics) {
    for finding in findings {
        let Some(last) = topics.determinations.of(&finding.id()).last() else { continue };
        finding.outcome = match last.decision {
            Decision::Confirmed => Outcome::Confirmed,
            Decision::Dismissed => Outcome::Dismissed,
            Decision::Exempted => Outcome::Exempted,
            Decision::Waived => Outcome::Waived,
        };
        let by = serde_json::json!({
            "by": last.by, "by_unit": last.by_unit, "reason": last.reason,
            "entry": last.entry.id, "at": last.at,
        });
        finding.explanation.insert("determination".to_owned(), by);
    }
}
