//! How much of a case its stream can hold, and what that leaves of a finding.
//!
//! A file that was imported tells of the acts that it has lines for: a 双公示 table
//! of decisions alone, an event log of the activities that its mapping names. That
//! another act is not in the stream shows nothing then: the earlier steps may lie in
//! the system or the file room that the table was made from. The ledger keeps a case
//! itself from the first act on that was not imported; before that its stream is an
//! excerpt. Whoever maps a file that holds whole cases says so in the mapping
//! (`whole_cases`), and each of its events carries it (`source.coverage`).
//!
//! A rule says what it takes from silence ([`Silence`]), and a finding that takes more or
//! less than its rule's others says so itself; here alone a signal that
//! silence could undo becomes indeterminate. What this file does not know: what any
//! rule looks for.

use super::bench::Case;
use super::finding::{EntryRef, Finding, Outcome};
use super::register;
use crate::event::Event;
use crate::master::Master;
use crate::packed::packed;
use crate::time::civil::Micros;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What a rule's findings take from acts that are not there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Silence {
    /// Nothing: the acts that were recorded show the breach, and no other would undo it.
    Nothing,
    /// That what had to follow did not: since the acts that the finding rests on.
    After,
    /// That it is nowhere in the case. The safe assumption of any rule.
    #[default]
    Whole,
}

impl Silence {
    pub fn as_str(self) -> &'static str {
        match self {
            Silence::Nothing => "nothing",
            Silence::After => "after",
            Silence::Whole => "whole",
        }
    }
}

/// How much of a case the ledger can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// Recorded from its first act on, or imported as a whole.
    Whole,
    /// Imported acts stand before the first of the ledger's own, which has this place
    /// among the acts ([`Event::order`]).
    From((Micros, u64)),
    /// Nothing but imported acts.
    Excerpt,
}

impl Coverage {
    /// Of acts in their order.
    pub fn of(acts: &[Event<'_>]) -> Coverage {
        // What the ledger has derived by itself is nobody's record.
        let told = acts.iter().filter(|act| !derived(act));
        let mut own = told.clone().filter(|act| !excerpted(act));
        match (told.into_iter().next(), own.next()) {
            (Some(first), Some(own)) if first.order() < own.order() => Coverage::From(own.order()),
            (Some(_), None) => Coverage::Excerpt,
            _ => Coverage::Whole,
        }
    }

    /// Whether an act lies where the ledger holds whatever happened.
    pub fn reaches(self, act: &Event<'_>) -> bool {
        match self {
            Coverage::Whole => true,
            Coverage::From(own) => own <= act.order(),
            Coverage::Excerpt => false,
        }
    }
}

fn derived(act: &Event<'_>) -> bool {
    matches!(act.source.kind.get(), Some("timer" | "engine"))
}

/// Whether an act came with a file that need not hold the rest of its case. A row of
/// master data is no part of a case.
fn excerpted(act: &Event<'_>) -> bool {
    act.source.kind.get() == Some("import")
        && act.source.coverage.get() != Some("whole")
        && !Master::wants(&act.kind)
}

/// Weighs what was found on one case: `findings` are its own alone.
pub(super) fn weigh(acts: &[Event<'_>], coverage: Coverage, findings: &mut [Finding]) {
    if coverage == Coverage::Whole {
        return;
    }
    for finding in findings {
        let uncovered = match silence_of(finding) {
            Silence::Nothing => false,
            Silence::Whole => true,
            Silence::After => acts
                .iter()
                .any(|act| !coverage.reaches(act) && finding.entries.contains(&EntryRef::of(act))),
        };
        if uncovered {
            cannot_tell(finding, coverage);
        }
    }
}

/// Weighs what was found across cases: it may rest on acts of several, of which
/// `uncovered` knows those that lie in an excerpt.
pub(super) fn weigh_across(uncovered: &Uncovered, findings: &mut [Finding]) {
    if uncovered.acts.is_empty() {
        return;
    }
    for finding in findings {
        let unsure = match silence_of(finding) {
            Silence::Nothing => false,
            Silence::After => uncovered.under(finding),
            Silence::Whole => uncovered.under(finding) || uncovered.mixed.contains(&finding.stream),
        };
        if unsure {
            cannot_tell(finding, Coverage::Excerpt);
        }
    }
}

fn silence_of(finding: &Finding) -> Silence {
    let of_rule = || register::find(finding.rule).map_or(Silence::Whole, |rule| rule.silence);
    finding.silence.unwrap_or_else(of_rule)
}

fn cannot_tell(finding: &mut Finding, coverage: Coverage) {
    if finding.outcome != Outcome::Signal {
        return;
    }
    finding.outcome = Outcome::Indeterminate;
    finding.zh.push_str("(材料不足:本案系导入的历史数据,文件未必载有其他步骤,无法判定)");
    finding.en.push_str(
        " (the case was imported from a file that need not hold its other steps: cannot be told)",
    );
    let mut missing = match finding.explanation.remove("missing") {
        Some(Value::Array(list)) => list,
        _ => Vec::new(),
    };
    missing.push(json!("case-record-outside-the-import"));
    finding.explanation.insert("missing".to_owned(), Value::Array(missing));
    let kept = match coverage {
        Coverage::From((own, _)) => json!({"kept": "since-first-own-act", "first_own_act": own}),
        _ => json!({"kept": "excerpt"}),
    };
    finding.explanation.insert("coverage".to_owned(), kept);
}

/// Acts that lie in an excerpt, of all cases.
#[derive(Default)]
pub struct Uncovered {
    acts: Vec<(bool, u64)>,
    /// Streams that the ledger keeps since a later act than the first.
    mixed: BTreeSet<Box<str>>,
}

impl Uncovered {
    /// Notes the acts of one case.
    pub(super) fn note(&mut self, case: &Case<'_>) {
        let coverage = case.file.coverage;
        if coverage == Coverage::Whole {
            return;
        }
        let acts = case.file.acts.iter().filter(|act| !coverage.reaches(act));
        self.acts.extend(acts.map(|act| place(&EntryRef::of(act))));
        if matches!(coverage, Coverage::From(_)) {
            self.mixed.insert(case.file.stream.into());
        }
    }

    /// Takes in what another thread has noted.
    pub(super) fn join(&mut self, other: Uncovered) {
        self.acts.extend(other.acts);
        self.mixed.extend(other.mixed);
    }

    /// Puts the places in order; nothing is known before.
    pub(super) fn sort(&mut self) {
        self.acts.sort_unstable();
    }

    /// Whether a finding rests on such an act.
    fn under(&self, finding: &Finding) -> bool {
        finding.entries.iter().any(|entry| self.acts.binary_search(&place(entry)).is_ok())
    }
}

packed!(Silence: Nothing, After, Whole);
packed! {
    Uncovered { acts, mixed }
}

fn place(entry: &EntryRef) -> (bool, u64) {
    (entry.sealed, entry.position)
}
