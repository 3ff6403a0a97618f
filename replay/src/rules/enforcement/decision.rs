//! What a decision on a penalty says: fines, ground, party, day of the violation.
//! What this file does not know: whether any of it was lawful.

use crate::event::{Event, Value};
use crate::integrity::json::Json;
use crate::rules::bench::Case;
use crate::time::civil::parse_date;
use chrono::NaiveDate;

/// One fine of a decision.
pub(in crate::rules) struct Fine {
    /// From 1, among the penalties of the decision.
    pub number: usize,
    pub amount_fen: Option<i64>,
    pub illegal_income_fen: Option<i64>,
    pub goods_fen: Option<i64>,
    pub pieces: Option<i64>,
    pub days: Option<i64>,
}

/// Kinds of penalty, as the decision names them.
pub(in crate::rules) fn kinds(act: &Event<'_>) -> Vec<Box<str>> {
    let Some(Json::List(penalties)) = act.body.json("penalties") else { return Vec::new() };
    let kind = |penalty: &Json<'_>| penalty.get("kind").and_then(Json::as_str).map(Box::from);
    penalties.iter().filter_map(kind).collect()
}

/// The fines of a decision; what else it imposes has no lower bound.
pub(in crate::rules) fn fines(act: &Event<'_>) -> Vec<Fine> {
    let Some(Json::List(penalties)) = act.body.json("penalties") else { return Vec::new() };
    let read = |(index, penalty): (usize, &Json<'_>)| {
        let kind = penalty.get("kind").and_then(Json::as_str)?;
        let int = |name: &str| penalty.get(name).and_then(Json::as_int);
        (kind == "罚款").then(|| Fine {
            number: index + 1,
            amount_fen: int("amount_fen"),
            illegal_income_fen: int("illegal_income_fen"),
            goods_fen: int("goods_fen"),
            pieces: int("pieces"),
            days: int("days"),
        })
    };
    penalties.iter().enumerate().filter_map(read).collect()
}

/// All fines of a decision together.
pub(in crate::rules) fn fined_fen(act: &Event<'_>) -> i64 {
    fines(act).iter().filter_map(|fine| fine.amount_fen).fold(0, i64::saturating_add)
}

/// Illegal income and goods that a decision confiscates, apart from each other. The
/// income beside a fine is what the fine is reckoned from.
pub(in crate::rules) fn confiscated_fen(act: &Event<'_>) -> [i64; 2] {
    let Some(Json::List(penalties)) = act.body.json("penalties") else { return [0, 0] };
    let taken = penalties.iter().filter(|penalty| {
        penalty.get("kind").and_then(Json::as_str).is_some_and(|kind| kind.starts_with("没收"))
    });
    taken.fold([0, 0], |[income, goods]: [i64; 2], penalty| {
        let int = |name: &str| penalty.get(name).and_then(Json::as_int).unwrap_or(0);
        [income.saturating_add(int("illegal_income_fen")), goods.saturating_add(int("goods_fen"))]
    })
}

/// The ground that an act names: in its body, else in the envelope.
pub(in crate::rules) fn ground_of(act: &Event<'_>) -> Option<Box<str>> {
    let own = act.body.text("ground_code").map(|text| Box::from(text.as_ref()));
    own.or_else(|| act.item.as_ref().and_then(|item| item.code.get()).map(Box::from))
}

/// The day on which the violation ended: as the decision says, else the day on
/// which it was first recorded, else the day of the decision.
pub(in crate::rules) fn violation_day(case: &Case<'_>, act: &Event<'_>) -> NaiveDate {
    let day = |name: &str| act.body.text(name).and_then(|text| parse_date(&text));
    day("act_ended_on").or_else(|| day("act_date")).unwrap_or_else(|| {
        const FIRST: [&str; 3] =
            ["inspection.issue.found", "penalty.clue.registered", "penalty.clue.verified"];
        let found = case.file.any(&FIRST).next().unwrap_or(act);
        found.occurred.local_date().min(act.occurred.local_date())
    })
}

/// Facts that the decision counts as mitigating, with its ground in art. 32.
pub(in crate::rules) fn mitigating(act: &Event<'_>) -> bool {
    match act.body.json("mitigating") {
        Some(Json::List(facts)) => !facts.is_empty(),
        Some(Json::Text(text)) => !text.is_empty(),
        _ => false,
    }
}

/// A member that says yes.
pub(in crate::rules) fn says_yes(act: &Event<'_>, name: &str) -> bool {
    act.body.get(name) == Some(Value::Bool(true))
}

/// The party whom an act concerns.
pub(in crate::rules) fn party_of(act: &Event<'_>) -> Option<Box<str>> {
    act.parties.iter().find_map(|party| party.id.get()).map(Box::from)
}
