//! One case judged by itself: by the rules that look at one case, from its own
//! entries, master data and what people have determined of its findings.
//!
//! What this module does not know: other cases. Which rules it could therefore not
//! ask, it names; where they are asked, a judging of everything ([`super::judge()`])
//! says of this case what is said here, and what they add.

use super::bench::{Bench, Case};
use super::case_file::Known;
use super::city::Topics;
use super::finding::Findings;
use super::judge::{Ask, JudgeError, Judgement, determine, in_order, judge_case};
use super::register;
use super::rule::{Check, Rule};
use crate::master::Master;
use crate::state::Moment;
use crate::time::calendar::Calendar;
use crate::time::civil::Micros;
use std::borrow::Cow;

/// The event type of human determinations (K02).
pub const DETERMINATION: &str = "finding.verified.v1";

/// Whoever judges one case after another, each by itself.
pub struct Alone {
    master: Master,
    calendar: Cow<'static, Calendar>,
    ask: Ask,
}

/// The entries of one stream, in order of position.
#[derive(Clone, Copy, Debug)]
pub struct Stream<'e> {
    pub name: &'e str,
    pub entries: &'e [&'e [u8]],
}

impl Alone {
    /// `master` as known at the moment asked about.
    pub fn new(master: Master, ask: Ask) -> Alone {
        let calendar = master.calendar_notices.calendar();
        Alone { master, calendar, ask }
    }

    pub fn bench(&self) -> Bench<'_> {
        Bench::new(&self.master, &self.calendar, self.ask)
    }

    /// Asks about another moment from here on. Between the two no master data may
    /// have been recorded and no calendar announced.
    pub fn turn_to(&mut self, moment: Moment) {
        self.ask.moment = moment;
    }

    /// The working days that cases are judged by.
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// What `work` makes of a case, and until when it is good if nothing is recorded;
    /// see [`Bench::good_until`].
    pub fn look<T>(
        &self,
        stream: Stream<'_>,
        work: impl FnOnce(&Case<'_>) -> T,
    ) -> Result<(T, Micros), JudgeError> {
        let bench = self.bench();
        let made = with_case(stream, &bench, work)?;
        Ok((made, bench.good_until()))
    }

    /// What the rules that look at one case find on this one.
    pub fn judge(&self, stream: Stream<'_>) -> Result<Judgement, JudgeError> {
        let bench = self.bench();
        let mut findings = Findings::default();
        with_case(stream, &bench, |case| judge_case(case, &mut findings))?;
        let Findings { mut found, compliant } = findings;
        in_order(&mut found);
        let entries = stream.entries.len() as u64;
        let topics = Topics::default();
        Ok(Judgement { findings: found, compliant, topics, streams: 1, entries })
    }

    /// Moves the findings of a judgement to what people have determined in these
    /// streams, whatever else those tell of.
    pub fn determine(
        &self,
        judgement: &mut Judgement,
        told: &[Stream<'_>],
    ) -> Result<(), JudgeError> {
        let bench = self.bench();
        for stream in told {
            with_case(*stream, &bench, |case| judgement.topics.note(case))?;
        }
        determine(&mut judgement.findings, &judgement.topics);
        Ok(())
    }
}

fn with_case<T>(
    stream: Stream<'_>,
    bench: &Bench<'_>,
    work: impl FnOnce(&Case<'_>) -> T,
) -> Result<T, JudgeError> {
    let failed = |error| JudgeError { stream: stream.name.to_owned(), error };
    let known = Known::of(stream.entries, bench).map_err(failed)?;
    let file = known.case(stream.name, bench).map_err(failed)?;
    Ok(work(&Case::new(bench, &file)))
}

/// Rules that look across cases, wholly or in part, in the order of the register:
/// judging one case alone does not ask them.
pub fn across() -> impl Iterator<Item = &'static Rule> {
    register::all().filter(|rule| looks_across(rule))
}

fn looks_across(rule: &Rule) -> bool {
    rule.checks.iter().any(|check| match check {
        Check::City(_) | Check::Sequel(_) => true,
        Check::With(other) => register::find(other).is_some_and(looks_across),
        Check::Case(_) | Check::None => false,
    })
}
