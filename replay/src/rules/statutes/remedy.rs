//! T26–T27: 行政复议法 (2024) and 行政诉讼法 (2015).

use super::term::{Duty, Span, judge_pair, rolling};
use super::{asked, clock};
use crate::rules::bench::Case;
use crate::rules::clocks::{Stop, day_of, day_start};
use crate::rules::finding::Findings;
use crate::rules::rule::Rule;
use crate::rules::served;
use crate::time::clock::Unit;

pub(in crate::rules) const RULES: &[Rule] = &[T26, T27];

clock!(
    T26,
    "L0.T26",
    2,
    "复议申请和决定期限",
    "terms for asking for and deciding a review",
    "可以自知道或者应当知道该行政行为之日起六十日内提出行政复议申请(行政复议法第二十条);适用普通程序审理的行政复议案件,行政复议机关应当自受理申请之日起六十日内作出行政复议决定;……延长期限最多不得超过三十日。适用简易程序审理的,应当自受理申请之日起三十日内(行政复议法第六十二条)",
    Yellow,
    review
);
clock!(
    T27,
    "L0.T27",
    2,
    "起诉期限",
    "term for a lawsuit",
    "公民、法人或者其他组织不服复议决定的,可以在收到复议决定书之日起十五日内向人民法院提起诉讼;直接提起诉讼的,应当自知道或者应当知道作出行政行为之日起六个月内提出(行政诉讼法第四十五条、第四十六条)",
    Info,
    lawsuit
);

fn review(case: &Case<'_>, out: &mut Findings) {
    const ASKED: Duty = Duty::new(&[], &[], rolling(60, Unit::NaturalDay), (2024, 1, 1));
    let zone = case.bench.zone;
    if let (Some(served), Some(filed)) =
        (served::of_penalty(case), case.file.first("penalty.review.filed"))
    {
        asked::too_late(case, &T26, &ASKED, (served, filed), out);
    }
    for filed in case.file.all("penalty.review.filed") {
        let order = filed.order();
        let decided = case.file.all("penalty.review.decided").find(|act| act.order() >= order);
        let simple = filed.body.text("procedure").as_deref() == Some("简易");
        let extended = filed.body.int("extended_days").unwrap_or(0).clamp(0, 30);
        let accepted = day_of(filed, "accepted_on", zone);
        let accepted = accepted.unwrap_or(zone.date(filed.occurred.micros));
        let span = Span {
            from: day_start(accepted, zone),
            term: rolling(if simple { 30 } else { 60 }, Unit::NaturalDay),
            extra: u32::try_from(extended).unwrap_or(0),
            stop: decided.map(|act| Stop::of(act, zone)),
            since: (2024, 1, 1),
        };
        span.judge(case, &T26, filed, decided, out);
    }
}

/// A lawsuit that came too late breaches nothing: it is shown for whoever asks why
/// it was not heard.
fn lawsuit(case: &Case<'_>, out: &mut Findings) {
    const SINCE: (i32, u32, u32) = (2015, 5, 1);
    const DIRECT: Duty = Duty::new(&[], &[], rolling(6, Unit::Month), SINCE);
    const AFTER_REVIEW: Duty = Duty::new(&[], &[], rolling(15, Unit::NaturalDay), SINCE);
    let Some(filed) = case.file.first("penalty.litigation.filed") else { return };
    let order = filed.order();
    let reviewed = case.file.all("penalty.review.decided").rfind(|act| act.order() <= order);
    if let Some(reviewed) = reviewed {
        judge_pair(case, &T27, &AFTER_REVIEW, reviewed, Some(filed), out);
    } else if let Some(served) = served::of_penalty(case) {
        judge_pair(case, &T27, &DIRECT, served, Some(filed), out);
    }
}
