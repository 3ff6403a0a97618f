//! R2.7.3 提出限时整改要求: a 整改通知书 says by when (P10), and gives no longer than P10
//! allows where it sets a limit. What this file does not know: whether the violation
//! was the first.

use super::FIRST_VIOLATION;
use crate::event::Event;
use crate::integrity::json::Json;
use crate::rules::bench::{Bench, Case};
use crate::rules::clocks::{day_of, workdays_between};
use crate::rules::coverage::Silence;
use crate::rules::finding::Findings;
use crate::rules::rule::Severity;
use crate::time::clock::Unit;
use chrono::NaiveDate;
use serde_json::json;

/// P10 as set for a day.
pub(in crate::rules) struct NoticeTerm {
    /// A notice without a day is no order to put right within a time.
    pub stated: bool,
    /// The longest term; none by default, since the decision only says 限时.
    limit: Option<(i64, Unit)>,
}

impl NoticeTerm {
    /// `{"limit": "none" | days | {"n", "unit"}, "stated_in_notice": true}`
    pub fn on(bench: &Bench<'_>, on: NaiveDate) -> NoticeTerm {
        let set = bench.parameter("P10", bench.on(on));
        let limit = set.and_then(|set| set.get("limit").or(Some(set)));
        let limit = limit.and_then(|limit| match limit {
            Json::Int(days) => Some((*days, Unit::NaturalDay)),
            other => {
                let unit = match other.get("unit").and_then(Json::as_str) {
                    Some("工作日" | "working") => Unit::WorkingDay,
                    _ => Unit::NaturalDay,
                };
                Some((other.get("n")?.as_int()?, unit))
            }
        });
        let stated = set.and_then(|set| set.get("stated_in_notice"));
        NoticeTerm { stated: stated != Some(&Json::Bool(false)), limit }
    }
}

const GIVING: [(&str, &str); 2] = [
    ("penalty.rectification.notice.issued", "deadline"),
    ("penalty.rectification.deadline.extended", "new_deadline"),
];

pub(super) fn stated(case: &Case<'_>, out: &mut Findings) {
    let Some(first) = case.first(GIVING[0].0) else { return };
    for (kind, member) in GIVING {
        for act in case.all(kind) {
            if case.bench.decision_in_force(act.occurred.local_date()) {
                judge(case, (first, act, member), out);
            }
        }
    }
}

fn judge(
    case: &Case<'_>,
    (first, act, member): (&Event<'_>, &Event<'_>, &str),
    out: &mut Findings,
) {
    let bench = case.bench;
    let term = NoticeTerm::on(bench, act.occurred.local_date());
    let from = day_of(first, "served_at", bench.zone).unwrap_or(first.occurred.local_date());
    let deadline = day_of(act, member, bench.zone);
    let given = |unit: Unit, to: NaiveDate| match unit {
        Unit::WorkingDay => i64::from(workdays_between(bench.calendar, from, to, bench.known_at)),
        _ => to.signed_duration_since(from).num_days(),
    };
    let (zh, en) = match (deadline, term.limit) {
        (None, _) if term.stated => (
            "整改通知书未载明整改期限".to_owned(),
            "the notice says no day by which to put it right".to_owned(),
        ),
        (Some(day), Some((n, unit))) if given(unit, day) > n => (
            format!("整改期限{from}起至{day},超过最长{n}{}", unit.zh()),
            format!("from {from} to put right by {day}: longer than {n} ({})", unit.as_str()),
        ),
        _ => return out.compliant(&FIRST_VIOLATION),
    };
    let limit = term.limit.map(|(n, unit)| json!({"n": n, "unit": unit.as_str()}));
    let finding = case
        .signal(&FIRST_VIOLATION, act, zh, en)
        .severity(Severity::Yellow)
        .matter(format!("{}#term", act.id))
        .resting_on([first])
        .by_silence(Silence::Nothing);
    out.add(finding.because(
        "term",
        json!({
            "parameter": "P10", "limit": limit, "stated_in_notice": term.stated,
            "from": from.to_string(), "deadline": deadline.map(|day| day.to_string()),
        }),
    ));
}
