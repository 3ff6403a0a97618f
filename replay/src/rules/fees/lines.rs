//! The lines of an assessment: what is charged for, how much of it, how much for
//! it. What this file does not know: what should have been charged.

use crate::event::Event;
use crate::integrity::json::Json;
use crate::rules::bench::Case;

/// What is not in any list: a fact, and R2.5.5's affair.
pub(in crate::rules) const UNLISTED: &str = "UNLISTED";

/// One line of one `fee.assessed`.
pub(super) struct Line<'e> {
    pub act: &'e Event<'e>,
    /// From 1, as people count.
    pub number: usize,
    pub code: Box<str>,
    pub quantity: Option<i64>,
    /// How much was measured, where the line says so beside the quantity charged.
    pub measured: Option<i64>,
    /// Fen that a percentage is taken of.
    pub base_fen: Option<i64>,
    pub amount_fen: Option<i64>,
}

impl Line<'_> {
    /// Tells findings of several lines apart.
    pub fn matter(&self) -> String {
        format!("{}#{}", self.act.id, self.number)
    }
}

/// The lines of an assessment, in order.
pub(super) fn of<'e>(act: &'e Event<'e>) -> Vec<Line<'e>> {
    let Some(Json::List(lines)) = act.body.json("lines") else { return Vec::new() };
    let read = |(index, line): (usize, &Json<'_>)| {
        let int = |name: &str| line.get(name).and_then(Json::as_int);
        Line {
            act,
            number: index + 1,
            code: line.get("fee_code").and_then(Json::as_str).unwrap_or(UNLISTED).into(),
            quantity: int("qty"),
            measured: int("measured_qty"),
            base_fen: int("base_fen"),
            amount_fen: int("amount_fen"),
        }
    };
    lines.iter().enumerate().map(read).collect()
}

/// All lines of a case that the decision may judge (R4.1).
pub(super) fn in_force<'c>(case: &'c Case<'_>) -> Vec<Line<'c>> {
    let acts = case.file.all("fee.assessed");
    acts.filter(|act| case.bench.decision_in_force(act.occurred.local_date()))
        .flat_map(of)
        .collect()
}

/// The fee that an act is about: the envelope's code, else the first line's.
pub(in crate::rules) fn code_of(case: &Case<'_>, act: &Event<'_>) -> Option<Box<str>> {
    let own = act.item.as_ref().and_then(|item| item.code.get()).map(Box::from);
    own.or_else(|| {
        let assessed = case.file.first("fee.assessed")?;
        let Some(Json::List(lines)) = assessed.body.json("lines") else { return None };
        lines.first()?.get("fee_code")?.as_str().map(Box::from)
    })
}
