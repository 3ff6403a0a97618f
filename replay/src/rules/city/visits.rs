//! Entries into enterprises across cases: who was where in which month and year,
//! filings that stand in a case of their own, and entries that go by such a filing.

use super::{Case, Topic};
use crate::packed::packed;
use crate::rules::noted::NotedAct;
use crate::rules::visit::{self, Entry, Filing};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// One entry, as far as it counts.
#[derive(Clone, Debug)]
pub struct Visit {
    pub act: NotedAct,
    pub on: NaiveDate,
    pub item: Option<Box<str>>,
    pub research: bool,
    /// By a filing for a joint inspection.
    pub joint: bool,
}

/// All entries.
#[derive(Default)]
pub struct Visits {
    /// By enterprise, in order of the acts.
    by_enterprise: BTreeMap<Box<str>, Vec<Visit>>,
    /// Filings by number, of cases without an entry.
    filings: BTreeMap<Box<str>, Filing>,
    /// Entries by a filing of another case.
    elsewhere: Vec<Entry>,
}

impl Visits {
    /// Every enterprise with the entries into it, in order.
    pub fn by_enterprise(&self) -> impl Iterator<Item = (&str, &[Visit])> {
        self.by_enterprise.iter().map(|(id, visits)| (id.as_ref(), visits.as_slice()))
    }

    /// Entries whose filing is not in their own case, with the filing if there is one.
    pub fn elsewhere(&self) -> impl Iterator<Item = (&Entry, Option<&Filing>)> {
        self.elsewhere.iter().map(|entry| {
            let number = entry.filing_no.as_deref().unwrap_or_default();
            (entry, self.filings.get(number))
        })
    }
}

impl Visits {
    /// Of cases that file under one number the first submitted stands.
    fn file(&mut self, filing: Filing) {
        match self.filings.get_mut(&filing.number) {
            Some(known) if known.submitted.order <= filing.submitted.order => {}
            Some(known) => *known = filing,
            None => {
                self.filings.insert(filing.number.clone(), filing);
            }
        }
    }
}

impl Topic for Visits {
    fn note(&mut self, case: &Case<'_>) {
        let filed = case.first("inspection.filing.submitted").is_some();
        if !filed && case.first("inspection.entry.started").is_none() {
            return;
        }
        let filings = visit::filings(case);
        let entries = visit::entries(case);
        if entries.is_empty() {
            return filings.into_iter().for_each(|filing| self.file(filing));
        }
        for entry in entries {
            let filing = visit::own_filing(&entry, &filings);
            if let Some(enterprise) = &entry.enterprise {
                let visit = Visit {
                    act: entry.act.clone(),
                    on: entry.on,
                    item: entry.item.clone(),
                    research: entry.is_research(),
                    joint: filing.is_some_and(|filing| filing.kind.as_deref() == Some("联合")),
                };
                insert(self.by_enterprise.entry(enterprise.clone()).or_default(), visit);
            }
            if filing.is_none() && entry.filing_no.is_some() {
                self.elsewhere.push(entry);
            }
        }
        self.elsewhere.sort_by_key(|entry| entry.act.order);
    }

    fn join(&mut self, other: Visits) {
        for (enterprise, visits) in other.by_enterprise {
            let list = self.by_enterprise.entry(enterprise).or_default();
            visits.into_iter().for_each(|visit| insert(list, visit));
        }
        other.filings.into_values().for_each(|filing| self.file(filing));
        self.elsewhere.extend(other.elsewhere);
        self.elsewhere.sort_by_key(|entry| entry.act.order);
    }
}

fn insert(list: &mut Vec<Visit>, visit: Visit) {
    let place = list.partition_point(|known| known.act.order <= visit.act.order);
    list.insert(place, visit);
}

packed! {
    Visit { act, on, item, research, joint }
    Visits { by_enterprise, filings, elsewhere }
}
