//! Fines by ground and tier, for comparing like with like.

use super::{Case, Topic};
use crate::packed::packed;
use crate::rules::accountability::Accountable;
use crate::rules::finding::EntryRef;
use crate::rules::openness::fine;
use crate::time::civil::Micros;
use std::collections::BTreeMap;

/// Fines of a tier below which nothing is compared.
const COMPARED_MIN: usize = 5;

/// One fine.
#[derive(Clone, Debug)]
pub struct Fine {
    pub fen: i64,
    pub stream: Box<str>,
    pub at: Micros,
    pub entry: EntryRef,
    pub accountable: Accountable,
}

/// All fines, by `ground tier`.
#[derive(Default)]
pub struct Fines(BTreeMap<Box<str>, Vec<Fine>>);

impl Fines {
    /// Fines of more than twice their tier's median, with the median (the lower of
    /// the middle two) and how many there are.
    pub fn far_above(&self) -> Vec<(&str, &Fine, i64, usize)> {
        let mut out = Vec::new();
        for (tier, fines) in self.0.iter().filter(|(_, fines)| fines.len() >= COMPARED_MIN) {
            let mut amounts: Vec<i64> = fines.iter().map(|fine| fine.fen).collect();
            amounts.sort_unstable();
            let Some(median) = amounts.get((amounts.len() - 1) / 2).copied() else { continue };
            let far = fines.iter().filter(|fine| fine.fen > median.saturating_mul(2));
            out.extend(far.map(|fine| (tier.as_ref(), fine, median, fines.len())));
        }
        out
    }
}

impl Topic for Fines {
    fn note(&mut self, case: &Case<'_>) {
        for act in case.file.all("penalty.decision.made") {
            let Some(fen) = fine(act) else { continue };
            let ground = act.body.text("ground_code").unwrap_or_default();
            let Some(tier) = act.body.text("tier_id") else { continue };
            let list = self.0.entry(format!("{ground} {tier}").into()).or_default();
            list.push(Fine {
                fen,
                stream: case.file.stream.into(),
                at: act.occurred.micros,
                entry: EntryRef::of(act),
                accountable: Accountable::of(case.bench, act),
            });
            list.sort_by(|a, b| a.entry.cmp(&b.entry));
        }
    }

    fn join(&mut self, other: Fines) {
        for (tier, fines) in other.0 {
            let list = self.0.entry(tier).or_default();
            list.extend(fines);
            list.sort_by(|a, b| a.entry.cmp(&b.entry));
        }
    }
}

packed! {
    Fine { fen, stream, at, entry, accountable }
    Fines { 0 }
}
