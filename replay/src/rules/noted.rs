//! An act of a case, kept for later: as much of it as a finding needs when the case
//! is no longer at hand. What this file does not know: what any act means.

use super::accountability::Accountable;
use super::bench::{Bench, Case};
use super::city::City;
use super::finding::{EntryRef, Finding, Outcome};
use super::rule::Rule;
use crate::event::Event;
use crate::packed::packed;
use crate::time::civil::Micros;
use serde_json::Map;

/// One act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotedAct {
    pub stream: Box<str>,
    pub entry: EntryRef,
    pub at: Micros,
    /// Where it stands among the acts of its case ([`Event::order`]).
    pub order: (Micros, u64),
    pub unit: Option<Box<str>>,
    pub officer: Option<Box<str>>,
}

impl NotedAct {
    pub fn of(case: &Case<'_>, act: &Event<'_>) -> NotedAct {
        NotedAct {
            stream: case.file.stream.into(),
            entry: EntryRef::of(act),
            at: act.occurred.micros,
            order: act.order(),
            unit: act.unit().map(Box::from),
            officer: act.actor.as_ref().and_then(|actor| actor.officer.get()).map(Box::from),
        }
    }
}

impl Bench<'_> {
    /// A signal of a rule about a noted act: its unit, leader and actor answer for
    /// it. The caller adds what else it rests on and why.
    pub(super) fn signal(&self, rule: &Rule, act: &NotedAct, zh: String, en: String) -> Finding {
        let direct = act.officer.clone().into_iter().collect();
        Finding {
            rule: rule.id,
            rule_version: rule.version,
            outcome: Outcome::Signal,
            severity: rule.severity,
            stream: act.stream.clone(),
            matter: act.entry.id.clone(),
            entries: vec![act.entry.clone()],
            at: act.at,
            accountable: Accountable::unit(self, act.unit.as_deref(), act.at, direct),
            zh,
            en,
            explanation: Map::new(),
            silence: None,
        }
    }
}

impl City<'_> {
    /// A signal of a rule about a noted act.
    pub(super) fn signal(&self, rule: &Rule, act: &NotedAct, zh: String, en: String) -> Finding {
        self.bench.signal(rule, act, zh, en)
    }
}

impl Finding {
    /// Adds noted acts that it rests on, each once, in order of position.
    pub(super) fn resting_on_noted<'n>(
        mut self,
        acts: impl IntoIterator<Item = &'n NotedAct>,
    ) -> Finding {
        self.entries.extend(acts.into_iter().map(|act| act.entry.clone()));
        self.entries.sort();
        self.entries.dedup();
        self
    }
}

packed! {
    NotedAct { stream, entry, at, order, unit, officer }
}
