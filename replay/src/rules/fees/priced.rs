//! Lines of an assessment beside what standards and lists ask of them, by the same
//! arithmetic as the rules: what a table shows and what a rule finds is one figure.

use super::floor::standard;
use super::lines::{self, Line};
use super::listed::listing;
use super::price::{self, Measure};
use crate::event::Event;
use crate::master::{FeeStandard, Version};
use crate::rules::bench::Case;

/// One line.
pub(crate) struct Priced<'m> {
    pub code: Box<str>,
    pub quantity: Option<i64>,
    pub amount_fen: Option<i64>,
    /// In force on the day of the assessment.
    pub standard: Option<&'m Version<FeeStandard>>,
    /// What the standard makes of the whole line; absent where something is missing.
    pub floor_fen: Option<i64>,
    /// Whether the unit's licence or list had the fee that day; `None` where no list
    /// is known.
    pub listed: Option<bool>,
}

/// The lines of an assessment, in order.
pub(crate) fn priced<'m>(case: &Case<'m>, act: &Event<'_>) -> Vec<Priced<'m>> {
    let read = |line: Line<'_>| {
        let standard = standard(case, &line);
        let measure = Measure { quantity: line.quantity, base_fen: line.base_fen };
        let bounds = standard.and_then(|standard| price::bounds(&standard.row, measure).ok());
        Priced {
            quantity: line.quantity,
            amount_fen: line.amount_fen,
            floor_fen: bounds.map(|bounds| bounds.lower_fen),
            listed: listing(case, act, &line.code),
            standard,
            code: line.code,
        }
    };
    lines::of(act).into_iter().map(read).collect()
}
