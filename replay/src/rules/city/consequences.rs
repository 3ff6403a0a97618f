//! What was done about findings (K03–K12, B07, G11): who was ordered, criticised,
//! referred, by the finding that it names.

use super::{Case, Topic};
use crate::event::Event;
use crate::integrity::json::{self, Json};
use crate::packed::packed;
use crate::rules::finding::EntryRef;
use crate::time::civil::Micros;
use std::collections::{BTreeMap, BTreeSet};

/// One consequence.
#[derive(Clone, Debug)]
pub struct Consequence {
    /// Without its version: `account.rectification.ordered`.
    pub kind: Box<str>,
    pub at: Micros,
    pub entry: EntryRef,
    pub unit: Option<Box<str>>,
    /// 全市, 系统, 单位.
    pub scope: Option<Box<str>>,
    pub headcount: Option<i64>,
    pub post: Option<Box<str>>,
    /// To whom it was referred.
    pub to: Option<Box<str>>,
    /// 主要负责人 or 直接责任人, of a measure.
    pub role: Option<Box<str>>,
}

/// By finding id, in order of entries.
#[derive(Default)]
pub struct Consequences(BTreeMap<Box<str>, Vec<Consequence>>);

impl Consequences {
    /// Of these findings alone.
    pub fn of_these(&self, finding_ids: &BTreeSet<String>) -> Consequences {
        let own = self.0.iter().filter(|(id, _)| finding_ids.contains(id.as_ref()));
        Consequences(own.map(|(id, list)| (id.clone(), list.clone())).collect())
    }

    /// What was done about any of several findings, in order of entries.
    pub fn of<'c>(&'c self, finding_ids: &[&str]) -> Vec<&'c Consequence> {
        let mut all: Vec<&Consequence> =
            finding_ids.iter().filter_map(|id| self.0.get(*id)).flatten().collect();
        all.sort_by(|a, b| a.entry.cmp(&b.entry));
        all.dedup_by(|a, b| a.entry == b.entry);
        all
    }
}

/// The findings that an event names, in its body or its links.
fn findings_named(event: &Event<'_>) -> Vec<Box<str>> {
    let links = event.links.and_then(|links| json::parse(links.as_bytes()).ok());
    let mut ids = Vec::new();
    for name in ["finding_id", "finding_ids"] {
        let own = event.body.json(name);
        let linked = links.as_ref().and_then(|links| links.get(name));
        for value in own.as_ref().into_iter().chain(linked) {
            match value {
                Json::Text(id) => ids.push(Box::from(id.as_ref())),
                Json::List(list) => ids.extend(list.iter().filter_map(Json::as_str).map(Box::from)),
                _ => {}
            }
        }
    }
    ids.sort();
    ids.dedup();
    ids
}

impl Topic for Consequences {
    fn note(&mut self, case: &Case<'_>) {
        for event in &case.file.acts {
            let kind = event.kind.as_ref();
            let acts = ["account.", "fee.refund", "interview.held."];
            if !acts.iter().any(|head| kind.starts_with(head)) {
                continue;
            }
            let text = |name: &str| event.body.text(name).map(|text| Box::from(text.as_ref()));
            let consequence = Consequence {
                kind: kind.rsplit_once(".v").map_or(kind, |(name, _)| name).into(),
                at: event.occurred.micros,
                entry: EntryRef::of(event),
                unit: text("unit"),
                scope: text("scope"),
                headcount: event.body.int("headcount"),
                post: text("post"),
                to: text("to"),
                role: text("principal_or_direct"),
            };
            for id in findings_named(event) {
                let list = self.0.entry(id).or_default();
                list.push(consequence.clone());
                list.sort_by(|a, b| a.entry.cmp(&b.entry));
            }
        }
    }

    fn join(&mut self, other: Consequences) {
        for (finding, consequences) in other.0 {
            let list = self.0.entry(finding).or_default();
            list.extend(consequences);
            list.sort_by(|a, b| a.entry.cmp(&b.entry));
        }
    }
}

packed! {
    Consequence { kind, at, entry, unit, scope, headcount, post, to, role }
    Consequences { 0 }
}
