//! SEQ-A: approvals and joint approvals (§3.11.1, §3.11.2).

use super::beside;
use crate::event::Event;
use crate::rules::bench::Case;
use crate::rules::case_file::is;
use crate::rules::city::City;
use crate::rules::clocks::{self, ClockKind, StartBy};
use crate::rules::coverage::Silence;
use crate::rules::defaults::named_unit;
use crate::rules::finding::{Finding, Findings, Outcome};
use crate::rules::rule::{Check, Kind, Layer, Rule, Status};
use crate::state::CaseKind;
use serde_json::{Map, json};

pub(in crate::rules) const RULES: &[Rule] = &[
    ONE_ACCEPTANCE,
    DECIDED_AFTER,
    DELIVERED_AFTER,
    EXTENDED,
    ONE_ROUND,
    AUTHORISED,
    CERTIFICATE_ONCE,
    NUMBER_ONCE,
    CLOSED_AFTER,
    ABSENT_AFTER_RECEIPT,
    DEEMED_AFTER_DUE,
    UNIFIED_AFTER_OPINIONS,
];

macro_rules! expect {
    ($name:ident, $id:literal, $zh:literal, $en:literal, $quote:literal, $layer:ident, $silence:ident, $check:expr) => {
        const $name: Rule = Rule {
            id: $id,
            zh: $zh,
            en: $en,
            quote: $quote,
            layer: Layer::$layer,
            kind: Kind("R"),
            status: Status::Judged,
            silence: Silence::$silence,
            checks: &[$check],
            ..Rule::ENTRY
        };
    };
}

expect!(
    ONE_ACCEPTANCE,
    "SEQ-A1",
    "一件一受理",
    "one acceptance per application",
    "一件申请只受理一次",
    L0,
    Nothing,
    Check::Case(one_acceptance)
);
expect!(
    DECIDED_AFTER,
    "SEQ-A2",
    "先受理后决定",
    "decided only after acceptance, or on the spot",
    "受理之后方可决定;当场作出决定的除外(行政许可法第三十四条)",
    L0,
    Whole,
    Check::Case(decided_after)
);
expect!(
    DELIVERED_AFTER,
    "SEQ-A3",
    "先决定后送达,十日内送达",
    "delivered after the decision, within ten days",
    "自作出决定之日起十日内颁发、送达(行政许可法第四十四条)",
    L0,
    Whole,
    Check::Case(delivered_after)
);
expect!(
    EXTENDED,
    "SEQ-A4",
    "延期合法",
    "an extension is lawful",
    "届满前一次批准、由有权职务批准、并告知理由(行政许可法第四十二条)",
    L0,
    Whole,
    Check::Case(extended)
);
expect!(
    ONE_ROUND,
    "SEQ-A5",
    "补正不超过一轮",
    "one request to supplement",
    "一次告知需要补正的全部内容(行政许可法第三十二条)",
    L0,
    Nothing,
    Check::Case(one_round)
);
expect!(
    AUTHORISED,
    "SEQ-A6",
    "批准人当时有权",
    "the approver was authorised at that time",
    "决定由当时有权的人作出",
    L3,
    Nothing,
    Check::Case(authorised)
);
expect!(
    CERTIFICATE_ONCE,
    "SEQ-A7",
    "证号唯一",
    "a certificate's number is unique",
    "证照编号不重复",
    L0,
    Nothing,
    Check::City(certificate_once)
);
expect!(
    NUMBER_ONCE,
    "SEQ-A8",
    "文号唯一",
    "a decision's number is unique by unit and year",
    "同一单位同一年度决定文号不重复",
    L0,
    Nothing,
    Check::City(number_once)
);
expect!(
    CLOSED_AFTER,
    "SEQ-A9",
    "有结果方可办结",
    "closed only after a decision or another end",
    "作出决定或者终止之后方可办结归档",
    L3,
    Whole,
    Check::Case(closed_after)
);
expect!(
    ABSENT_AFTER_RECEIPT,
    "SEQ-A10",
    "签收之后方可缺席默认",
    "no default by absence without receipt",
    "签收通知是缺席默认的前提",
    L3,
    Whole,
    Check::Case(absent_after_receipt)
);
expect!(
    DEEMED_AFTER_DUE,
    "SEQ-A11",
    "届满之后方可超时默认",
    "no default on timeout before the term ends",
    "承诺时限届满而无决定方可超时默认",
    L3,
    Whole,
    Check::Case(deemed_after_due)
);
expect!(
    UNIFIED_AFTER_OPINIONS,
    "SEQ-A12",
    "会签齐全方可统一决定",
    "unified decision only after all opinions",
    "全部会签意见到齐之后统一决定",
    L3,
    Whole,
    Check::Case(unified_after_opinions)
);

const DECISIONS: [&str; 3] =
    ["approval.decision.granted", "approval.decision.refused", "approval.commitment.decided"];

fn of_approval(case: &Case<'_>) -> bool {
    matches!(case.file.kind, CaseKind::Approval | CaseKind::Joint)
}

/// A unit's own file of its part in a joint case has no application of its own.
fn has_application(case: &Case<'_>) -> bool {
    let kinds = [
        "approval.application.submitted",
        "approval.materials.received",
        "approval.acceptance.granted",
    ];
    case.file.any(&kinds).next().is_some()
}

fn one_acceptance(case: &Case<'_>, out: &mut Findings) {
    let mut acceptances = case.file.all("approval.acceptance.granted");
    let Some(first) = acceptances.next() else { return };
    let mut again = false;
    for act in acceptances {
        again = true;
        let zh = "同一申请重复受理".to_owned();
        let en = "the same application was accepted again".to_owned();
        out.add(case.signal(&ONE_ACCEPTANCE, act, zh, en).resting_on([first]));
    }
    if !again {
        out.compliant(&ONE_ACCEPTANCE);
    }
}

fn decided_after(case: &Case<'_>, out: &mut Findings) {
    if !of_approval(case) {
        return;
    }
    for decided in case.file.any(&DECISIONS) {
        let order = decided.order();
        let starts = [
            "approval.acceptance.granted",
            "approval.acceptance.deemed",
            "joint.case.opened",
            "approval.timeout.deemed_approved",
        ];
        let deemed = case.clocks().start.as_ref().is_some_and(|start| start.by == StartBy::Deemed);
        if deemed
            || case.file.any(&starts).any(|act| act.order() <= order)
            || on_the_spot(case, decided)
        {
            out.compliant(&DECIDED_AFTER);
            continue;
        }
        let zh = "未经受理即作出决定,且不属当场决定".to_owned();
        let en = "decided without acceptance and not on the spot".to_owned();
        out.add(case.signal(&DECIDED_AFTER, decided, zh, en));
    }
}

fn on_the_spot(case: &Case<'_>, decided: &Event<'_>) -> bool {
    use crate::integrity::json::Json;
    let said = decided.body.json("on_the_spot") == Some(Json::Bool(true));
    let kinds = ["approval.application.submitted", "approval.materials.received"];
    let received = case.file.any(&kinds).next();
    let zone = case.bench.zone;
    let day = |act: &Event<'_>| zone.date(act.occurred.micros);
    said && received.is_some_and(|act| day(act) == day(decided))
}

fn delivered_after(case: &Case<'_>, out: &mut Findings) {
    if !of_approval(case) {
        return;
    }
    let ends = [
        "approval.decision",
        "approval.commitment",
        "approval.deemed",
        "approval.alteration",
        "approval.renewal",
        "approval.acceptance.refused",
        "approval.not_required",
        "approval.case.terminated",
    ];
    for delivered in case.file.all("approval.document.delivered") {
        let order = delivered.order();
        let before = |act: &Event<'_>| {
            act.order() <= order && ends.iter().any(|end| act.kind.starts_with(end))
        };
        if case.file.acts.iter().any(before) {
            out.compliant(&DELIVERED_AFTER);
            continue;
        }
        let zh = "送达先于任何决定".to_owned();
        let en = "delivered before anything was decided".to_owned();
        out.add(case.signal(&DELIVERED_AFTER, delivered, zh, en));
    }
    if let Some(reading) = clocks::late(case, ClockKind::Delivery)
        && let Some(granted) = case.file.act(&reading.start.entry.id)
    {
        let finding =
            case.signal(&DELIVERED_AFTER, granted, reading.sentence_zh(), reading.sentence_en());
        out.add(beside(finding, "L0.T05"));
    }
}

fn extended(case: &Case<'_>, out: &mut Findings) {
    if case.file.first("approval.extension.approved").is_none() {
        return;
    }
    for claim in &case.clocks().extensions {
        let Some(act) = case.file.act(&claim.approved.id) else { continue };
        let Some(why) = claim.refused else {
            out.compliant(&EXTENDED);
            continue;
        };
        // The notice may still come while the term runs.
        let pending = why == clocks::Unrecognised::NotNotified
            && clocks::legal(case).is_some_and(|reading| !reading.late && reading.stop.is_none());
        if pending {
            continue;
        }
        let days = claim.days;
        let zh = format!("延期{days}日不予认可:{}", why.zh());
        let en = format!("extension by {days} is not recognised: {}", why.as_str());
        let clock = clocks::legal(case).map(|reading| reading.explanation(case));
        out.add(case.signal(&EXTENDED, act, zh, en).because("clock", json!(clock)));
    }
}

fn one_round(case: &Case<'_>, out: &mut Findings) {
    let requests: Vec<&Event<'_>> = case.file.all("approval.supplement.requested").collect();
    let Some((first, more)) = requests.split_first() else { return };
    if more.is_empty() {
        out.compliant(&ONE_ROUND);
    }
    for (index, act) in more.iter().enumerate() {
        let round = index + 2;
        let zh = format!("第{round}轮补正告知");
        let en = format!("request to supplement no. {round}");
        let finding = case.signal(&ONE_ROUND, act, zh, en).resting_on([*first]);
        out.add(beside(finding, "R2.3.10"));
    }
}

/// By a chief representative's authorisation of that day, or as a leader of the
/// unit. Of a unit of which neither is known nothing is said.
fn authorised(case: &Case<'_>, out: &mut Findings) {
    if !of_approval(case) {
        return;
    }
    let master = case.bench.master;
    for decided in case.file.any(&DECISIONS) {
        let approver = decided.body.text("approver");
        let acting = decided.actor.as_ref().and_then(|actor| actor.officer.get());
        let (Some(unit), Some(officer)) = (decided.unit(), approver.as_deref().or(acting)) else {
            continue;
        };
        let at = case.bench.at(decided.occurred.micros);
        let known = master.authorisations.knows(unit) || master.posts.knows(unit);
        let mut empowered = false;
        for row in master.authorisations.all_at(unit, at) {
            empowered |= row.row.officer.as_deref() == Some(officer) && row.row.grants("决定");
        }
        for post in master.posts.all_at(unit, at) {
            const LEADS: [&str; 5] = ["负责人", "书记", "局长", "主任", "批准人"];
            empowered |= post.row.officer.as_ref() == officer
                && LEADS.iter().any(|word| post.row.post.contains(word));
        }
        if empowered {
            out.compliant(&AUTHORISED);
        } else if known {
            let day = at.on;
            let zh = format!("批准人{officer}于{day}没有{unit}的决定授权,也不任负责人");
            let en = format!("approver {officer} had no power to decide for {unit} on {day}");
            out.add(case.signal(&AUTHORISED, decided, zh, en));
        }
    }
}

fn certificate_once(city: &City<'_>, out: &mut Findings) {
    twice(city, &CERTIFICATE_ONCE, "certificate ", out);
}

fn number_once(city: &City<'_>, out: &mut Findings) {
    twice(city, &NUMBER_ONCE, "decision ", out);
}

fn twice(city: &City<'_>, rule: &'static Rule, series: &str, out: &mut Findings) {
    let numbers = city.topics.permits.numbers_used_twice();
    for (number, bearers) in numbers.filter(|(number, _)| number.series.starts_with(series)) {
        let Some((first, more)) = bearers.split_first() else { continue };
        for second in more {
            let no = &number.number;
            let zh = format!("{no}已用于{}", first.stream);
            let en = format!("{no} is already borne by {}", first.stream);
            out.add(
                Finding {
                    rule: rule.id,
                    rule_version: rule.version,
                    outcome: Outcome::Signal,
                    severity: rule.severity,
                    stream: second.stream.clone(),
                    matter: format!("{no}#{}", second.entry.id).into(),
                    entries: vec![first.entry.clone(), second.entry.clone()],
                    at: second.at,
                    accountable: second.accountable.clone(),
                    zh,
                    en,
                    explanation: Map::new(),
                    silence: None,
                }
                .because("series", number.series.as_ref()),
            );
        }
    }
}

fn closed_after(case: &Case<'_>, out: &mut Findings) {
    if !of_approval(case) || !has_application(case) {
        return;
    }
    let Some(closed) = case.file.first("approval.case.closed") else { return };
    let order = closed.order();
    let ends = [
        "approval.decision.",
        "approval.commitment.",
        "approval.deemed.",
        "approval.acceptance.refused",
        "approval.not_required",
        "approval.application.withdrawn",
        "approval.case.terminated",
        "approval.timeout.deemed_approved",
        "approval.renewal.",
        "approval.alteration.decided",
        "approval.initial_review.forwarded",
    ];
    let ended =
        |act: &Event<'_>| act.order() <= order && ends.iter().any(|end| act.kind.starts_with(end));
    if case.file.acts.iter().any(ended) {
        return out.compliant(&CLOSED_AFTER);
    }
    let zh = "没有决定也没有终止即办结".to_owned();
    let en = "closed without a decision or another end".to_owned();
    out.add(case.signal(&CLOSED_AFTER, closed, zh, en));
}

fn absent_after_receipt(case: &Case<'_>, out: &mut Findings) {
    for deemed in case.file.all("joint.absence.deemed_consent") {
        let unit = named_unit(deemed);
        let known = crate::rules::defaults::absences(case);
        if known.iter().any(|absence| absence.unit == unit) {
            out.compliant(&ABSENT_AFTER_RECEIPT);
            continue;
        }
        let zh = format!("{unit}未签收通知、已到会、已说明理由或者已有意见,不应作缺席默认");
        let en = format!(
            "{unit} had not acknowledged the notice, or came, excused itself or gave an opinion"
        );
        out.add(case.signal(&ABSENT_AFTER_RECEIPT, deemed, zh, en));
    }
}

fn deemed_after_due(case: &Case<'_>, out: &mut Findings) {
    for deemed in case.file.all("approval.acceptance.deemed") {
        if clocks::late(case, ClockKind::Acceptance).is_some() {
            out.compliant(&DEEMED_AFTER_DUE);
            continue;
        }
        let zh = "已在期限内告知,不应视为受理;告知系事后补录".to_owned();
        let en = "deemed accepted although a notice, recorded later, came in time".to_owned();
        let notices = ["approval.supplement.requested", "approval.acceptance.granted"];
        out.add(
            case.signal(&DEEMED_AFTER_DUE, deemed, zh, en)
                .resting_on(case.file.any(&notices).next()),
        );
    }
    for deemed in case.file.all("approval.timeout.deemed_approved") {
        let own = deemed.body.text("subcase");
        let mut defaults = crate::rules::defaults::timeouts(case).into_iter();
        let known = defaults.find(|one| one.subcase.as_deref() == own.as_deref());
        let over = match &known {
            Some(timeout) => deemed.occurred.micros > timeout.last,
            None => clocks::late(case, ClockKind::Promise)
                .is_some_and(|reading| own.is_none() && deemed.occurred.micros > reading.last),
        };
        if over {
            out.compliant(&DEEMED_AFTER_DUE);
            continue;
        }
        let zh = "承诺时限尚未届满或者已有决定,不应超时默认".to_owned();
        let en = "deemed approved although the term had not run out in silence".to_owned();
        out.add(case.signal(&DEEMED_AFTER_DUE, deemed, zh, en));
    }
}

fn unified_after_opinions(case: &Case<'_>, out: &mut Findings) {
    if case.file.kind != CaseKind::Joint {
        return;
    }
    let Some(decided) = case.file.any(&DECISIONS).next() else { return };
    let order = decided.order();
    let answers = [
        "joint.subcase.opinion_given",
        "joint.absence.deemed_consent",
        "approval.timeout.deemed_approved",
    ];
    let answered = |sent: &Event<'_>| {
        let subcase = sent.body.text("subcase");
        case.file.any(&answers).any(|act| {
            let same = act.body.text("subcase").is_some_and(|named| Some(named) == subcase);
            act.order() <= order && (same || named_unit(act) == named_unit(sent))
        })
    };
    let open: Vec<Box<str>> = case
        .file
        .all("joint.subcase.dispatched")
        .filter(|sent| is(sent, "joint.subcase.dispatched") && !answered(sent))
        .map(named_unit)
        .collect();
    if open.is_empty() {
        return out.compliant(&UNIFIED_AFTER_OPINIONS);
    }
    let units = open.join("、");
    let zh = format!("会签意见未齐即统一决定:缺{units}");
    let en = format!("decided before the opinions of {units} were in");
    out.add(case.signal(&UNIFIED_AFTER_OPINIONS, decided, zh, en));
}
