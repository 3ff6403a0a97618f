//! What people have said of findings: `finding.verified` (K02), by finding id.

use super::{Case, Topic};
use crate::packed::packed;
use crate::rules::finding::EntryRef;
use crate::time::civil::Micros;
use std::collections::{BTreeMap, BTreeSet};

/// What people made of a signal (§3.8, K02).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    Confirmed,
    Dismissed,
    Exempted,
    Waived,
}

impl Decision {
    fn parse(text: &str) -> Option<Decision> {
        Some(match text {
            "confirmed" => Decision::Confirmed,
            "dismissed" => Decision::Dismissed,
            "exempted" => Decision::Exempted,
            "waived" => Decision::Waived,
            _ => return None,
        })
    }
}

/// One determination.
#[derive(Clone, Debug)]
pub struct Determination {
    pub decision: Decision,
    pub at: Micros,
    pub by_unit: Box<str>,
    pub by: Box<str>,
    pub reason: Box<str>,
    pub entry: EntryRef,
}

/// All determinations.
#[derive(Default)]
pub struct Determinations(BTreeMap<Box<str>, Vec<Determination>>);

impl Determinations {
    /// Of these findings alone.
    pub fn of_these(&self, finding_ids: &BTreeSet<String>) -> Determinations {
        let own = self.0.iter().filter(|(id, _)| finding_ids.contains(id.as_ref()));
        Determinations(own.map(|(id, list)| (id.clone(), list.clone())).collect())
    }

    /// Of one finding, in order of recording: the last one holds.
    pub fn of(&self, finding_id: &str) -> &[Determination] {
        self.0.get(finding_id).map(Vec::as_slice).unwrap_or_default()
    }

    pub fn all(&self) -> impl Iterator<Item = (&str, &[Determination])> {
        self.0.iter().map(|(id, list)| (id.as_ref(), list.as_slice()))
    }
}

impl Topic for Determinations {
    fn note(&mut self, case: &Case<'_>) {
        for event in case.all("finding.verified") {
            let text = |name: &str| event.body.text(name).unwrap_or_default();
            let Some(decision) = Decision::parse(&text("decision")) else { continue };
            let list = self.0.entry(text("finding_id").as_ref().into()).or_default();
            list.push(Determination {
                decision,
                at: event.occurred.micros,
                by_unit: event.unit().unwrap_or_default().into(),
                by: text("by").as_ref().into(),
                reason: text("reason").as_ref().into(),
                entry: EntryRef::of(event),
            });
            list.sort_by_key(|one| one.entry.position);
        }
    }

    fn join(&mut self, other: Determinations) {
        for (finding, determinations) in other.0 {
            let list = self.0.entry(finding).or_default();
            list.extend(determinations);
            list.sort_by_key(|one| one.entry.position);
        }
    }
}

packed!(Decision: Confirmed, Dismissed, Exempted, Waived);
packed! {
    Determination { decision, at, by_unit, by, reason, entry }
    Determinations { 0 }
}
