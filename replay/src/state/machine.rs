//! Kinds of cases, their states and which event types lead to them, joined from
//! one file a kind. Adding a kind is one file and one line in [`MACHINES`].
//!
//! A *firm* move always counts. A *soft* one (a stage, a delivery, a publication)
//! does not lead out of a settled state: a notice delivered after a case was
//! closed leaves it closed. What this file does not know: any one case.

use super::case::{KeyDate, Purpose};
use super::{approval, fee, inspection, joint, penalty};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

/// What a stream is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "rows", derive(serde::Serialize, serde::Deserialize))]
pub enum CaseKind {
    Approval,
    Joint,
    Fee,
    Inspection,
    Penalty,
    /// Anything else: complaints, master data, imported logs of other kinds.
    Other,
}

/// Kinds that have a state machine.
pub(super) const MACHINE_COUNT: usize = 5;

/// The machines in the order of [`CaseKind`].
const MACHINES: [&Machine; MACHINE_COUNT] =
    [&approval::MACHINE, &joint::MACHINE, &fee::MACHINE, &inspection::MACHINE, &penalty::MACHINE];

/// The expected course of one kind of case.
pub(super) struct Machine {
    pub kind: CaseKind,
    pub code: &'static str,
    pub zh: &'static str,
    pub en: &'static str,
    /// Families of event types that make a stream this kind of case.
    pub families: &'static [&'static str],
    pub steps: &'static [Step],
    pub moves: &'static [Move],
    pub dates: &'static [(&'static str, KeyDate)],
    /// Event type, member of its body, name of the due date it tells.
    pub dues: &'static [(&'static str, &'static str, &'static str)],
    pub purposes: &'static [(&'static str, Purpose)],
}

/// One state.
pub(super) struct Step {
    pub code: &'static str,
    pub zh: &'static str,
    pub en: &'static str,
    /// Soft moves do not lead out of it.
    pub settled: bool,
}

/// An event type and the state it leads to.
pub(super) struct Move {
    pub on: &'static str,
    pub to: &'static str,
    pub firm: bool,
}

pub(super) const fn open(code: &'static str, zh: &'static str, en: &'static str) -> Step {
    Step { code, zh, en, settled: false }
}

pub(super) const fn settled(code: &'static str, zh: &'static str, en: &'static str) -> Step {
    Step { code, zh, en, settled: true }
}

pub(super) const fn firm(on: &'static str, to: &'static str) -> Move {
    Move { on, to, firm: true }
}

pub(super) const fn soft(on: &'static str, to: &'static str) -> Move {
    Move { on, to, firm: false }
}

/// A state as readers see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateName {
    /// Stable within its kind.
    pub code: Cow<'static, str>,
    pub zh: Cow<'static, str>,
    pub en: Cow<'static, str>,
}

impl StateName {
    pub(super) fn new(
        code: impl Into<Cow<'static, str>>,
        zh: impl Into<Cow<'static, str>>,
        en: impl Into<Cow<'static, str>>,
    ) -> StateName {
        StateName { code: code.into(), zh: zh.into(), en: en.into() }
    }
}

impl CaseKind {
    pub const ALL: [CaseKind; 6] = [
        CaseKind::Approval,
        CaseKind::Joint,
        CaseKind::Fee,
        CaseKind::Inspection,
        CaseKind::Penalty,
        CaseKind::Other,
    ];

    /// Stable name, also the first part of a stream's name.
    pub fn code(self) -> &'static str {
        self.machine().map_or("other", |machine| machine.code)
    }

    pub fn zh(self) -> &'static str {
        self.machine().map_or("其他", |machine| machine.zh)
    }

    pub fn en(self) -> &'static str {
        self.machine().map_or("other", |machine| machine.en)
    }

    pub fn parse(text: &str) -> Option<CaseKind> {
        CaseKind::ALL.into_iter().find(|kind| kind.code() == text)
    }

    /// The kind that a stream's name says it is.
    pub fn of_stream(stream: &str) -> Option<CaseKind> {
        let (prefix, _) = stream.split_once('/')?;
        let machine = MACHINES.iter().find(|machine| machine.code == prefix)?;
        Some(machine.kind)
    }

    pub(super) fn machine(self) -> Option<&'static Machine> {
        MACHINES.get(self as usize).copied()
    }
}

/// What an event type does to a case.
#[derive(Clone, Debug, Default)]
pub(super) struct Meaning {
    /// For each machine: the step it leads to, and whether firmly.
    pub moves: [Option<(u8, bool)>; MACHINE_COUNT],
    pub kind: Option<CaseKind>,
    pub date: Option<KeyDate>,
    /// Member of the body, name of the due date.
    pub dues: Vec<(&'static str, &'static str)>,
    pub purpose: Option<Purpose>,
}

/// The meaning of a registered type; `None` for types that move no machine.
pub(super) fn meaning(event_type: &str) -> Option<&'static Meaning> {
    static MEANINGS: OnceLock<HashMap<&'static str, Meaning>> = OnceLock::new();
    MEANINGS.get_or_init(meanings).get(event_type)
}

fn meanings() -> HashMap<&'static str, Meaning> {
    let mut out: HashMap<&'static str, Meaning> = HashMap::new();
    for event_type in crate::event::register::all() {
        let name = event_type.name;
        let family = name.split('.').next().unwrap_or_default();
        let own = MACHINES.iter().find(|m| m.families.contains(&family));
        if let Some(machine) = own {
            out.entry(name).or_default().kind = Some(machine.kind);
        }
    }
    for (index, machine) in MACHINES.iter().enumerate() {
        for row in machine.moves {
            let step = machine.steps.iter().position(|step| step.code == row.to);
            let step = step.expect("a test holds that every move leads to a step of its machine");
            out.entry(row.on).or_default().moves[index] = Some((step as u8, row.firm));
        }
        for (name, date) in machine.dates {
            out.entry(name).or_default().date = Some(*date);
        }
        for (name, member, due) in machine.dues {
            out.entry(name).or_default().dues.push((member, due));
        }
        for (name, purpose) in machine.purposes {
            out.entry(name).or_default().purpose = Some(*purpose);
        }
    }
    out
}

/// Event types that repair the record and are no acts of the case.
pub(super) const CORRECTION: &str = "correction.recorded.v1";
pub(super) const VOID: &str = "record.voided.v1";
pub(super) const DISPUTE: &str = "record.dispute.noted.v1";

/// Whether an event of this type changes what earlier entries count for, so that
/// a state that was folded before it must be folded again.
pub fn repairs_record(event_type: &str) -> bool {
    matches!(event_type, CORRECTION | VOID)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::register::find;
    use std::collections::BTreeSet;

    #[test]
    fn machines_stand_in_the_order_of_kinds_and_hold_together() {
        for (index, machine) in MACHINES.iter().enumerate() {
            assert_eq!(machine.kind as usize, index);
            let codes: BTreeSet<_> = machine.steps.iter().map(|step| step.code).collect();
            assert_eq!(codes.len(), machine.steps.len(), "{}", machine.code);
            let mut types = BTreeSet::new();
            for row in machine.moves {
                assert!(find(row.on).is_some(), "{} is not registered", row.on);
                assert!(codes.contains(row.to), "{} is no step", row.to);
                assert!(types.insert(row.on), "{} moves twice", row.on);
            }
            let reached: BTreeSet<_> = machine.moves.iter().map(|row| row.to).collect();
            for step in machine.steps {
                // Derived steps are named in `case.rs`.
                let derived = ["suspended", "all_receipts", "all_opinions"];
                assert!(
                    reached.contains(step.code) || derived.contains(&step.code),
                    "nothing leads to {} {}",
                    machine.code,
                    step.code
                );
            }
            let dates = machine.dates.iter().map(|(name, _)| name);
            let dues = machine.dues.iter().map(|(name, _, _)| name);
            let purposes = machine.purposes.iter().map(|(name, _)| name);
            for name in dates.chain(dues).chain(purposes) {
                assert!(find(name).is_some(), "{name} is not registered");
            }
        }
        for name in [CORRECTION, VOID, DISPUTE] {
            assert!(find(name).is_some());
        }
    }

    #[test]
    fn kinds_have_one_name() {
        for kind in CaseKind::ALL {
            assert_eq!(CaseKind::parse(kind.code()), Some(kind));
            assert!(!kind.zh().is_empty() && !kind.en().is_empty());
        }
        assert_eq!(CaseKind::of_stream("penalty/1"), Some(CaseKind::Penalty));
        assert_eq!(CaseKind::of_stream("penalty"), None);
        assert_eq!(CaseKind::of_stream("other/1"), None);
    }
}
