//! Documents by number: when they were published, and which decisions cite them.

use super::{Case, Topic};
use crate::packed::packed;
use crate::rules::accountability::Accountable;
use crate::rules::finding::EntryRef;
use crate::rules::openness::cited_documents;
use crate::time::civil::Micros;
use std::collections::{BTreeMap, BTreeSet};

/// A decision that rests on a document.
#[derive(Clone, Debug)]
pub struct Citation {
    pub stream: Box<str>,
    pub at: Micros,
    pub entry: EntryRef,
    pub accountable: Accountable,
}

/// All of both. A document that the ledger does not know is not judged.
#[derive(Default)]
pub struct Papers {
    known: BTreeSet<Box<str>>,
    published: BTreeMap<Box<str>, Micros>,
    cited: BTreeMap<Box<str>, Vec<Citation>>,
}

const DECISIONS: [&str; 4] = [
    "approval.decision.granted",
    "approval.decision.refused",
    "penalty.decision.made",
    "coercion.imposed",
];

impl Papers {
    /// Documents with the decisions that cite them before they were published.
    pub fn cited_before_publication(&self) -> impl Iterator<Item = (&str, &Citation)> {
        let known = self.cited.iter().filter(|(no, _)| self.known.contains(*no));
        known.flat_map(|(no, list)| {
            let open = self.published.get(no).copied();
            let early = list.iter().filter(move |one| open.is_none_or(|open| one.at < open));
            early.map(|one| (no.as_ref(), one))
        })
    }

    fn open(&mut self, number: &str, at: Micros) {
        let first = self.published.entry(number.into()).or_insert(at);
        *first = at.min(*first);
    }
}

impl Topic for Papers {
    fn note(&mut self, case: &Case<'_>) {
        for act in case.file.all("document.created") {
            self.known.extend(act.body.text("doc_no").map(|no| no.as_ref().into()));
        }
        for act in case.file.any(&["document.published", "decision.published"]) {
            if let Some(number) = act.body.text("doc_no") {
                self.open(&number, act.occurred.micros);
            }
        }
        for act in case.file.any(&DECISIONS) {
            for number in cited_documents(act) {
                let list = self.cited.entry(number).or_default();
                list.push(Citation {
                    stream: case.file.stream.into(),
                    at: act.occurred.micros,
                    entry: EntryRef::of(act),
                    accountable: Accountable::of(case.bench, act),
                });
                list.sort_by(|a, b| a.entry.cmp(&b.entry));
            }
        }
    }

    fn join(&mut self, other: Papers) {
        self.known.extend(other.known);
        for (number, at) in other.published {
            self.open(&number, at);
        }
        for (number, citations) in other.cited {
            let list = self.cited.entry(number).or_default();
            list.extend(citations);
            list.sort_by(|a, b| a.entry.cmp(&b.entry));
        }
    }
}

packed! {
    Citation { stream, at, entry, accountable }
    Papers { known, published, cited }
}
