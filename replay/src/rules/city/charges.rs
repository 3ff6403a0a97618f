//! What was charged for which case: `fee.assessed` that name the case they are for, and
//! which item each approval is about.

use super::{Case, Topic};
use crate::integrity::json::Json;
use crate::packed::packed;
use crate::rules::clocks::item_of;
use crate::rules::noted::NotedAct;
use crate::state::CaseKind;
use std::collections::BTreeMap;

/// One fee assessed for one case.
#[derive(Clone, Debug)]
pub struct Charge {
    pub act: NotedAct,
    pub amount_fen: i64,
}

/// By the case that a fee is for, and the fee's code. Fees that went back whole are
/// left out.
#[derive(Default)]
pub struct Charges {
    by_case: BTreeMap<(Box<str>, Box<str>), Vec<Charge>>,
    /// The item of each approval, by stream.
    items: BTreeMap<Box<str>, Box<str>>,
}

impl Charges {
    /// Every case and fee with its charges, in order of the acts.
    pub fn all(&self) -> impl Iterator<Item = (&(Box<str>, Box<str>), &[Charge])> {
        self.by_case.iter().map(|(key, charges)| (key, charges.as_slice()))
    }

    /// The item that an approval is about.
    pub fn item_of(&self, stream: &str) -> Option<&str> {
        self.items.get(stream).map(AsRef::as_ref)
    }
}

impl Topic for Charges {
    fn note(&mut self, case: &Case<'_>) {
        if case.file.kind == CaseKind::Approval
            && let Some(item) = item_of(case)
        {
            self.items.insert(case.file.stream.into(), item.into());
        }
        let sum = |kind: &str| -> i64 {
            case.all(kind).filter_map(|act| act.body.int("amount_fen")).sum()
        };
        let mut assessed = case.all("fee.assessed").peekable();
        if assessed.peek().is_none() {
            return;
        }
        let (paid, back) = (sum("fee.paid"), sum("fee.refunded"));
        if paid > 0 && back >= paid {
            return;
        }
        for act in assessed {
            let Some(case_ref) = act.body.text("case_ref") else { continue };
            let Some(Json::List(lines)) = act.body.json("lines") else { continue };
            let mut sums: BTreeMap<&str, i64> = BTreeMap::new();
            for line in &lines {
                let Some(code) = line.get("fee_code").and_then(Json::as_str) else { continue };
                let amount = line.get("amount_fen").and_then(Json::as_int).unwrap_or(0);
                *sums.entry(code).or_default() += amount;
            }
            for (code, amount_fen) in sums {
                let key = (Box::from(case_ref.as_ref()), Box::from(code));
                let charge = Charge { act: NotedAct::of(case, act), amount_fen };
                insert(self.by_case.entry(key).or_default(), charge);
            }
        }
    }

    fn join(&mut self, other: Charges) {
        self.items.extend(other.items);
        for (key, charges) in other.by_case {
            let list = self.by_case.entry(key).or_default();
            charges.into_iter().for_each(|charge| insert(list, charge));
        }
    }
}

fn insert(list: &mut Vec<Charge>, charge: Charge) {
    let place = list.partition_point(|known| known.act.order <= charge.act.order);
    list.insert(place, charge);
}

packed! {
    Charge { act, amount_fen }
    Charges { by_case, items }
}
