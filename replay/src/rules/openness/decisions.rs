//! R2.4.1: the five steps of a major decision, each before it is adopted, and the
//! review of legality before the discussion. How long they take is the law's
//! (L0.T32).

use crate::event::Event;
use crate::integrity::json::Json;
use crate::rules::bench::Case;
use crate::rules::finding::Findings;
use crate::rules::openness::FIVE_STEPS;
use crate::rules::rule::Severity;

/// Event type, name of the step, and whether nothing may stand without it.
const STEPS: [(&str, &str, &str, bool); 5] = [
    ("decision.public_participation.held", "公众参与", "public participation", false),
    ("decision.expert_argument.held", "专家论证", "expert argument", false),
    ("decision.risk.assessed", "风险评估", "risk assessment", false),
    ("decision.legality.reviewed", "合法性审查", "legality review", true),
    ("decision.collective_discussion.held", "集体讨论决定", "collective discussion", true),
];

pub(super) fn five_steps(case: &Case<'_>, out: &mut Findings) {
    let Some(adopted) = case.file.first("decision.adopted") else { return };
    if !case.bench.decision_in_force(adopted.occurred.local_date()) || minor(case) {
        return;
    }
    let by = adopted.order();
    let mut sound = true;
    for (kind, zh, en, grave) in STEPS {
        if case.file.all(kind).any(|act| act.order() <= by) {
            continue;
        }
        sound = false;
        let exempted = exemption(case, zh);
        let severity = match (exempted, grave) {
            (Some(_), _) => Severity::Info,
            (None, true) => Severity::Red,
            (None, false) => Severity::Yellow,
        };
        let (why_zh, why_en) = match exempted {
            Some(_) => ("(已记录豁免理由)", " (exempted with a recorded reason)"),
            None => ("", ""),
        };
        let zh = format!("决策作出前缺少「{zh}」{why_zh}");
        let en = format!("adopted without {en}{why_en}");
        let finding = case.signal(&FIVE_STEPS, adopted, zh, en).severity(severity);
        out.add(finding.matter(format!("{}#{kind}", adopted.id)).resting_on(exempted));
    }
    sound &= reviewed_first(case, out) & lawful(case, adopted, out) & as_the_law_says(case, out);
    if sound {
        out.compliant(&FIVE_STEPS);
    }
}

/// A procedure that says of itself that it is no major decision.
fn minor(case: &Case<'_>) -> bool {
    let started = case.file.first("decision.procedure.started");
    started.is_some_and(|act| act.body.json("is_major") == Some(Json::Bool(false)))
}

/// A step left out for a reason that was recorded (E09).
fn exemption<'f>(case: &'f Case<'_>, step: &str) -> Option<&'f Event<'f>> {
    let mut exempted = case.file.all("decision.step.exempted");
    exempted.find(|act| {
        let named = act
            .body
            .text("step")
            .is_some_and(|text| text.contains(step) || step.contains(text.as_ref()));
        named && act.body.text("ground").is_some_and(|ground| !ground.is_empty())
    })
}

fn reviewed_first(case: &Case<'_>, out: &mut Findings) -> bool {
    let reviewed = case.file.first("decision.legality.reviewed");
    let discussed = case.file.first("decision.collective_discussion.held");
    let (Some(reviewed), Some(discussed)) = (reviewed, discussed) else { return true };
    if reviewed.order() < discussed.order() {
        return true;
    }
    let zh = "合法性审查晚于集体讨论".to_owned();
    let en = "legality was reviewed after the collective discussion".to_owned();
    let finding = case.signal(&FIVE_STEPS, discussed, zh, en).resting_on([reviewed]);
    out.add(finding.matter(format!("{}#order", discussed.id)));
    false
}

/// A draft that failed the review may not be adopted as it was.
fn lawful(case: &Case<'_>, adopted: &Event<'_>, out: &mut Findings) -> bool {
    let by = adopted.order();
    let last = case.file.all("decision.legality.reviewed").rfind(|act| act.order() <= by);
    let Some(last) = last.filter(|act| act.body.text("opinion").as_deref() == Some("不合法"))
    else {
        return true;
    };
    let zh = "合法性审查结论为不合法,仍作出决策".to_owned();
    let en = "adopted although the review found the draft unlawful".to_owned();
    let finding = case.signal(&FIVE_STEPS, adopted, zh, en).resting_on([last]);
    out.add(finding.matter(format!("{}#unlawful", adopted.id)));
    false
}

/// A draft that failed the review may not be discussed (713号令 27), and the head of the
/// organ speaks last (30).
fn as_the_law_says(case: &Case<'_>, out: &mut Findings) -> bool {
    let mut sound = true;
    for discussed in case.file.all("decision.collective_discussion.held") {
        let order = discussed.order();
        let mut reviews = case.file.all("decision.legality.reviewed");
        let before = reviews.rfind(|act| act.order() < order);
        let failed = before.filter(|act| act.body.text("opinion").as_deref() == Some("不合法"));
        if let Some(review) = failed {
            sound = false;
            let zh = "合法性审查结论为不合法,仍提交集体讨论".to_owned();
            let en = "discussed although the review had found the draft unlawful".to_owned();
            let finding = case.signal(&FIVE_STEPS, discussed, zh, en).resting_on([review]);
            out.add(finding.matter(format!("{}#failed", discussed.id)));
        }
        if discussed.body.json("head_spoke_last") == Some(Json::Bool(false)) {
            sound = false;
            let zh = "集体讨论时行政首长没有最后发言".to_owned();
            let en = "the head of the organ did not speak last in the discussion".to_owned();
            let finding = case.signal(&FIVE_STEPS, discussed, zh, en).severity(Severity::Yellow);
            out.add(finding.matter(format!("{}#head", discussed.id)));
        }
    }
    sound
}
