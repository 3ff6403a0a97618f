//! Applications that were not accepted because another organ is said to be the
//! right one (A09), by applicant.

use super::{Case, Topic};
use crate::packed::packed;
use crate::rules::accountability::Accountable;
use crate::rules::finding::EntryRef;
use crate::time::civil::Micros;
use std::collections::BTreeMap;

/// One refusal that names another organ.
#[derive(Clone, Debug)]
pub struct Refusal {
    pub stream: Box<str>,
    /// Who refused, and the name it goes by that day.
    pub unit: Box<str>,
    name: Box<str>,
    /// The organ that the applicant was sent to, by id or name.
    names: Box<str>,
    pub at: Micros,
    pub entry: EntryRef,
    pub accountable: Accountable,
}

/// All of them, by applicant.
#[derive(Default)]
pub struct Refusals(BTreeMap<Box<str>, Vec<Refusal>>);

impl Refusals {
    /// Pairs that name each other, the earlier first.
    pub fn of_each_other(&self) -> Vec<(&Refusal, &Refusal)> {
        let sends = |from: &Refusal, to: &Refusal| {
            from.names == to.unit || (!to.name.is_empty() && from.names == to.name)
        };
        let mut out = Vec::new();
        for list in self.0.values() {
            for (index, one) in list.iter().enumerate() {
                let rest = list.iter().skip(index + 1);
                let pairs = rest.filter(|other| sends(one, other) && sends(other, one));
                out.extend(pairs.map(|other| (one, other)));
            }
        }
        out
    }
}

impl Topic for Refusals {
    fn note(&mut self, case: &Case<'_>) {
        for act in case.file.all("approval.acceptance.refused") {
            let names = act.body.text("correct_organ").unwrap_or_default();
            let party = act.parties.iter().find_map(|party| party.id.get());
            let (Some(party), Some(unit)) = (party, act.unit()) else { continue };
            let at = case.bench.at(act.occurred.micros);
            let name = case.bench.master.units.at(unit, at).and_then(|row| row.row.name.clone());
            let list = self.0.entry(party.into()).or_default();
            list.push(Refusal {
                stream: case.file.stream.into(),
                unit: unit.into(),
                name: name.unwrap_or_default(),
                names: names.as_ref().into(),
                at: act.occurred.micros,
                entry: EntryRef::of(act),
                accountable: Accountable::of(case.bench, act),
            });
            list.sort_by(|a, b| a.entry.cmp(&b.entry));
        }
    }

    fn join(&mut self, other: Refusals) {
        for (party, refusals) in other.0 {
            let list = self.0.entry(party).or_default();
            list.extend(refusals);
            list.sort_by(|a, b| a.entry.cmp(&b.entry));
        }
    }
}

packed! {
    Refusal { stream, unit, name, names, at, entry, accountable }
    Refusals { 0 }
}
