//! R2.7.4 按时整改不予处罚: who put it right in time is not punished for the same
//! matter (行政处罚法 33).

use super::RECTIFIED;
use crate::event::Event;
use crate::rules::bench::Case;
use crate::rules::finding::Findings;
use crate::rules::words::when;
use crate::time::civil::parse_date;
use chrono::NaiveDate;
use serde_json::json;

/// A rectification that passed, with the day by which it had to.
pub(in crate::rules) struct Passed<'c> {
    pub reinspected: &'c Event<'c>,
    pub deadline: Option<NaiveDate>,
    /// When it was put right: the report, if it came in time, else the reinspection.
    pub on: NaiveDate,
}

impl Passed<'_> {
    pub fn in_time(&self) -> bool {
        self.deadline.is_none_or(|deadline| self.on <= deadline)
    }
}

fn day(act: &Event<'_>, name: &str) -> Option<NaiveDate> {
    act.body.text(name).and_then(|text| parse_date(text.get(..10).unwrap_or(&text)))
}

/// The last reinspection before an act, if it was passed.
pub(in crate::rules) fn passed_before<'c>(
    case: &'c Case<'_>,
    act: &Event<'_>,
) -> Option<Passed<'c>> {
    const DONE: [&str; 2] = ["penalty.rectification.reinspected", "inspection.reinspection.done"];
    let before = |other: &&Event<'_>| other.order() < act.order();
    let reinspected = case.file.any(&DONE).rfind(before)?;
    if reinspected.body.text("result").as_deref() != Some("合格") {
        return None;
    }
    let earlier = |other: &&Event<'_>| other.order() < reinspected.order();
    let notice = case.file.all("penalty.rectification.notice.issued").rfind(earlier);
    let extended = case.file.all("penalty.rectification.deadline.extended").rfind(earlier);
    let deadline = extended
        .and_then(|act| day(act, "new_deadline"))
        .or_else(|| notice.and_then(|act| day(act, "deadline")));
    let on = day(reinspected, "on").unwrap_or_else(|| reinspected.occurred.local_date());
    // What the reinspection verified was done when it was reported.
    let reported = case.file.all("penalty.rectification.reported").rfind(earlier);
    let on = reported.map_or(on, |act| act.occurred.local_date().min(on));
    Some(Passed { reinspected, deadline, on })
}

pub(super) fn rectified(case: &Case<'_>, out: &mut Findings) {
    for act in case.all("penalty.decision.made") {
        if !case.bench.decision_in_force(act.occurred.local_date()) {
            continue;
        }
        let Some(passed) = passed_before(case, act).filter(Passed::in_time) else {
            out.compliant(&RECTIFIED);
            continue;
        };
        let deadline = passed.deadline.map_or("未定".to_owned(), |day| day.to_string());
        let zh = format!(
            "整改期限{deadline},{}已整改,{}复查合格,{}仍作出处罚决定",
            passed.on,
            when(passed.reinspected),
            when(act)
        );
        let en = format!(
            "to be put right by {deadline}, put right on {}, reinspected and passed at {}; \
             penalised all the same at {}",
            passed.on,
            when(passed.reinspected),
            when(act)
        );
        let notices = case.any(&[
            "penalty.rectification.notice.issued",
            "penalty.rectification.deadline.extended",
        ]);
        let finding = case.signal(&RECTIFIED, act, zh, en).resting_on(notices);
        out.add(finding.resting_on([passed.reinspected]).because(
            "rectification",
            json!({
                "deadline": passed.deadline.map(|day| day.to_string()),
                "rectified_on": passed.on.to_string(),
                "reinspected_at": when(passed.reinspected), "decided_at": when(act),
            }),
        ));
    }
}
