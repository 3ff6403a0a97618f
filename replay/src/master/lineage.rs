//! Who is the same as whom: units by 机构沿革 (trap 27), parties by rename, merger
//! and re-registration (trap 28), and parties whose records were put together (X04).

use super::reads::{By, Changes, note};
use super::table::{At, Origin, Repairs};
use super::{Master, Party, UnitLineage, Version};
use crate::event::Event;
use crate::integrity::json::Json;
use crate::time::civil::Micros;
use std::collections::{BTreeMap, BTreeSet};

/// Parties that were found to be one, or not to be one after all.
#[derive(Debug, Default)]
pub struct Identities {
    /// By position, and by when it was believed.
    told: BTreeMap<(u64, Micros), Told>,
}

#[derive(Debug)]
struct Told {
    together: bool,
    ids: Vec<Box<str>>,
    since: Micros,
    until: Option<Micros>,
}

const ENTITY: &str = "identity";
const MERGED: &str = "identity.merged.";
const SPLIT: &str = "identity.split.";

impl Identities {
    pub(super) fn wants(kind: &str) -> bool {
        kind.starts_with(MERGED) || kind.starts_with(SPLIT)
    }

    pub(super) fn apply(&mut self, event: &Event<'_>, repairs: Repairs<'_>) {
        let ids = event.body.json("ids");
        let ids = ids.as_ref().and_then(Json::as_list).unwrap_or_default();
        let since = repairs.since.map_or(event.recorded, |by: &Origin| by.recorded);
        let told = Told {
            together: event.kind.starts_with(MERGED),
            ids: ids.iter().filter_map(Json::as_str).map(Box::from).collect(),
            since,
            until: repairs.until.map(|by| by.recorded),
        };
        self.told.insert((event.position, since), told);
    }

    /// Parties found to be one are few: whoever asked of any asks again.
    pub(super) fn changes(&self, changes: &mut Changes) {
        if !self.told.is_empty() {
            changes.add(ENTITY, By::Whole, "");
        }
    }

    /// The pairs that hold at a moment: a later split undoes an earlier merger.
    fn pairs(&self, known_at: Micros) -> BTreeSet<(&str, &str)> {
        note(ENTITY, By::Whole, "");
        let mut pairs = BTreeSet::new();
        let known = self.told.values().filter(|told| {
            told.since <= known_at && told.until.is_none_or(|until| known_at < until)
        });
        for told in known {
            for (index, a) in told.ids.iter().enumerate() {
                for b in &told.ids[index + 1..] {
                    for pair in [(a.as_ref(), b.as_ref()), (b.as_ref(), a.as_ref())] {
                        if told.together {
                            pairs.insert(pair);
                        } else {
                            pairs.remove(&pair);
                        }
                    }
                }
            }
        }
        pairs
    }
}

impl Master {
    /// Every id under which a party is known on a day, itself included: renamed,
    /// merged, absorbed or registered anew by then, or found to be the same (X04).
    pub fn party_lineage(&self, party: &str, at: At) -> BTreeSet<Box<str>> {
        let pairs = self.identities.pairs(at.known_at);
        let mut all = BTreeSet::from([Box::from(party)]);
        let mut open: Vec<Box<str>> = vec![party.into()];
        while let Some(id) = open.pop() {
            // Its own row names its kin; so may its kin's.
            let own = self.parties.at(&id, at).into_iter().flat_map(|row| kin_of(row, at));
            let naming = self
                .parties
                .found_at(&id, at)
                .filter(|row| kin_of(row, at).any(|kin| kin == id.as_ref()));
            let mut next: Vec<&str> = own.collect();
            next.extend(naming.map(|row| row.row.party_id.as_ref()));
            next.extend(
                pairs.range((id.as_ref(), "")..).take_while(|p| p.0 == id.as_ref()).map(|p| p.1),
            );
            for kin in next {
                if all.insert(kin.into()) {
                    open.push(kin.into());
                }
            }
        }
        all
    }

    /// The units that carry on a unit's affairs on a day: itself while it lasts,
    /// its successors after, through every change that has taken effect by then.
    pub fn carried_on_by(&self, unit: &str, at: At) -> BTreeSet<Box<str>> {
        let mut last = BTreeSet::new();
        let mut seen = BTreeSet::from([Box::<str>::from(unit)]);
        let mut open: Vec<Box<str>> = vec![unit.into()];
        while let Some(id) = open.pop() {
            let successors: Vec<&str> = self.successors(&id, at).collect();
            // A unit that gave something away and kept its name lasts.
            if successors.is_empty() || successors.contains(&id.as_ref()) {
                last.insert(id.clone());
            }
            for successor in successors {
                if seen.insert(successor.into()) {
                    open.push(successor.into());
                }
            }
        }
        last
    }

    /// Every unit that was, is or became this one by a day, itself included: who
    /// went into it, and what came of it, but not what else came of its
    /// predecessors.
    pub fn unit_lineage(&self, unit: &str, at: At) -> BTreeSet<Box<str>> {
        let mut all = BTreeSet::from([Box::from(unit)]);
        for forwards in [true, false] {
            let mut open: Vec<Box<str>> = vec![unit.into()];
            while let Some(id) = open.pop() {
                let changes = self.unit_lineages.found_at(&id, at);
                for change in changes.filter(|change| in_effect(change, at)) {
                    let (from, to) = (&change.row.predecessors, &change.row.successors);
                    let (here, there) = if forwards { (from, to) } else { (to, from) };
                    if !here.iter().flatten().any(|own| *own == id) {
                        continue;
                    }
                    for other in there.iter().flatten() {
                        if all.insert(other.clone()) {
                            open.push(other.clone());
                        }
                    }
                }
            }
        }
        all
    }

    /// Whether two units are one by lineage: one became the other.
    pub fn same_unit(&self, a: &str, b: &str, at: At) -> bool {
        a == b || self.unit_lineage(a, at).contains(b)
    }

    fn successors<'m>(&'m self, unit: &'m str, at: At) -> impl Iterator<Item = &'m str> {
        let changes = self.unit_lineages.found_at(unit, at);
        let from = move |change: &&Version<UnitLineage>| {
            in_effect(change, at)
                && change.row.predecessors.iter().flatten().any(|own| own.as_ref() == unit)
        };
        let to = changes.filter(from).flat_map(|change| change.row.successors.iter().flatten());
        to.map(AsRef::as_ref)
    }
}

fn in_effect(change: &Version<UnitLineage>, at: At) -> bool {
    change.row.on.is_none_or(|on| on <= at.on)
}

fn kin_of(row: &Version<Party>, at: At) -> impl Iterator<Item = &str> {
    let kin = row.row.lineage.iter().flatten();
    kin.filter(move |kin| kin.on.is_none_or(|on| on <= at.on))
        .filter_map(|kin| kin.party_id.as_deref())
}
