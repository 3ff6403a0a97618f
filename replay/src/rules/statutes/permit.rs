//! T01–T10: 行政许可法 (2004, amended 2019; the articles quoted are unchanged).

use super::term::{Duty, judge_pair, not_before};
use super::{asked, clock};
use crate::event::Event;
use crate::integrity::json::Json;
use crate::rules::bench::Case;
use crate::rules::city::City;
use crate::rules::clocks::{self, ClockKind, day_of};
use crate::rules::coverage::Silence;
use crate::rules::defaults;
use crate::rules::finding::{Finding, Findings, Outcome};
use crate::rules::rule::{Check, Rule};
use crate::state::CaseKind;
use crate::time::clock::{Term, working_days_before};
use chrono::NaiveDate;
use serde_json::json;

pub(in crate::rules) const RULES: &[Rule] = &[T01, T02, T03, T04, T05, T06, T07, T08, T09, T10];

const SINCE: (i32, u32, u32) = (2004, 7, 1);

clock!(
    T01,
    "L0.T01",
    2,
    "补正一次告知和受理期限",
    "notice of what is missing or of acceptance",
    "申请材料不齐全或者不符合法定形式的,应当当场或者在五日内一次告知申请人需要补正的全部内容,逾期不告知的,自收到申请材料之日起即为受理(行政许可法第三十二条)",
    Yellow,
    notice
);
clock!(
    T02,
    "L0.T02",
    "许可决定期限",
    "term for the decision on a permit",
    "除可以当场作出行政许可决定的外,行政机关应当自受理行政许可申请之日起二十日内作出行政许可决定……经本行政机关负责人批准,可以延长十日,并应当将延长期限的理由告知申请人(行政许可法第四十二条)",
    Red,
    decision
);
clock!(
    T03,
    "L0.T03",
    "统一、联合、集中办理期限",
    "term for unified, joint or concentrated handling",
    "行政许可采取统一办理或者联合办理、集中办理的,办理的时间不得超过四十五日;……经本级人民政府负责人批准,可以延长十五日(行政许可法第四十二条)",
    Red,
    joint
);
clock!(
    T04,
    "L0.T04",
    "下级机关初审期限",
    "term for the lower organ's first review",
    "依法应当先经下级行政机关审查后报上级行政机关决定的行政许可,下级行政机关应当自其受理行政许可申请之日起二十日内审查完毕(行政许可法第四十三条)",
    Yellow,
    first_review
);
clock!(
    T05,
    "L0.T05",
    "颁发送达期限",
    "term for issuing and delivering",
    "行政机关作出准予行政许可的决定,应当自作出决定之日起十日内向申请人颁发、送达行政许可证件(行政许可法第四十四条)",
    Yellow,
    delivery
);
clock!(
    T06_TERM,
    "L0.T06",
    "特别程序所需时间告知",
    "notice of the time a special procedure takes",
    "依法需要听证、招标、拍卖、检验、检测、检疫、鉴定和专家评审的,所需时间不计算在本节规定的期限内。行政机关应当将所需时间书面告知申请人(行政许可法第四十五条)",
    Yellow,
    special
);
/// It asks what the applicant was told before.
const T06: Rule = Rule { silence: Silence::Whole, ..T06_TERM };
clock!(
    T07,
    "L0.T07",
    2,
    "许可听证期限",
    "terms of a permit hearing",
    "申请人、利害关系人在被告知听证权利之日起五日内提出听证申请的,行政机关应当在二十日内组织听证;行政机关应当于举行听证的七日前将举行听证的时间、地点通知(行政许可法第四十七条、第四十八条)",
    Yellow,
    hearing
);
clock!(
    T08,
    "L0.T08",
    "检验检测检疫指派期限",
    "term for assigning inspectors",
    "行政机关实施检验、检测、检疫,应当自受理申请之日起五日内指派两名以上工作人员按照技术标准、技术规范进行(行政许可法第五十五条)",
    Yellow,
    inspectors
);
clock!(
    T09,
    "L0.T09",
    "延续决定期限",
    "term for the decision on a renewal",
    "行政机关应当根据被许可人的申请,在该行政许可有效期届满前作出是否准予延续的决定;逾期未作决定的,视为准予延续(行政许可法第五十条)",
    Yellow,
    renewal
);

const T10: Rule = Rule {
    id: "L0.T10",
    version: 1,
    zh: "再申请禁止期",
    en: "time in which no new application may be granted",
    quote: "申请人在一年内不得再次申请该行政许可……申请人在三年内不得再次申请该行政许可(行政许可法第七十八条、第七十九条)",
    layer: crate::rules::rule::Layer::L0,
    kind: crate::rules::rule::Kind("R"),
    severity: crate::rules::rule::Severity::Yellow,
    status: crate::rules::rule::Status::Judged,
    silence: Silence::Nothing,
    checks: &[Check::City(banned)],
};

/// The signal that one of the case's own clocks has run out.
fn out_of_time(case: &Case<'_>, rule: &'static Rule, kind: ClockKind, out: &mut Findings) {
    let Some(reading) = clocks::late(case, kind) else {
        if clocks::runs_at_all(case, kind) {
            out.compliant(rule);
        }
        return;
    };
    let by_id = |id: &str| case.file.acts.iter().find(|act| act.id == id);
    let start = by_id(&reading.start.entry.id);
    let stop = reading.stop.as_ref().and_then(|stop| by_id(&stop.entry.id));
    let Some(act) = stop.or(start) else { return };
    let finding = case
        .signal(rule, act, reading.sentence_zh(), reading.sentence_en())
        .matter(reading.start.entry.id.clone())
        .resting_on(start)
        .because("clock", reading.explanation(case));
    let finding = Finding { at: reading.last.saturating_add(1), ..finding };
    out.add(not_before(finding, reading.start.on, SINCE));
}

fn notice(case: &Case<'_>, out: &mut Findings) {
    if matches!(case.file.kind, CaseKind::Approval | CaseKind::Joint) {
        out_of_time(case, &T01, ClockKind::Acceptance, out);
    }
}

fn decision(case: &Case<'_>, out: &mut Findings) {
    if case.file.kind == CaseKind::Approval {
        out_of_time(case, &T02, ClockKind::Legal, out);
    }
}

fn joint(case: &Case<'_>, out: &mut Findings) {
    if case.file.kind == CaseKind::Joint {
        out_of_time(case, &T03, ClockKind::Legal, out);
    }
}

fn delivery(case: &Case<'_>, out: &mut Findings) {
    if matches!(case.file.kind, CaseKind::Approval | CaseKind::Joint) {
        out_of_time(case, &T05, ClockKind::Delivery, out);
    }
}

fn first_review(case: &Case<'_>, out: &mut Findings) {
    const DUTY: Duty = Duty::new(&[], &[], Term::working(20), SINCE);
    let Some(forwarded) = case.file.first("approval.initial_review.forwarded") else { return };
    let clocks = case.clocks();
    let Some(start) = &clocks.start else { return };
    let Some(act) = case.file.acts.iter().find(|act| *act.id == *start.entry.id) else { return };
    judge_pair(
        case,
        &T04,
        &Duty { stop_member: "forwarded_on", ..DUTY },
        act,
        Some(forwarded),
        out,
    );
}

/// A statutory procedure that was not announced in writing, or that took longer
/// than announced: 挂起滥用, the parked clock.
fn special(case: &Case<'_>, out: &mut Findings) {
    if case.file.first("approval.special_procedure.started").is_none() {
        return;
    }
    let bench = case.bench;
    for claim in &case.clocks().suspensions {
        let by_id = |id: &str| case.file.acts.iter().find(|act| act.id == id);
        let Some(start) = by_id(&claim.started.id) else { continue };
        let end = claim.ended.as_ref().and_then(|entry| by_id(&entry.id));
        match (claim.refused, claim.expected_wd) {
            (Some(clocks::Unrecognised::NoStatutoryKind), _) => continue,
            (Some(_), _) | (None, None) => {
                let zh =
                    format!("特别程序({})未将所需时间书面告知申请人,期限不停止计算", claim.kind);
                let en = format!(
                    "special procedure ({}) without written notice of the time it takes: the clock runs on",
                    claim.kind
                );
                let finding = case.signal(&T06, start, zh, en).because("legal", both(case));
                out.add(not_before(finding, claim.from, SINCE));
            }
            (None, Some(expected)) => {
                let until = claim.to.unwrap_or_else(|| bench.today());
                let known_at = bench.known_at;
                // The day of the notice is not counted (民法典 art. 201).
                let taken = clocks::workdays_between(bench.calendar, claim.from, until, known_at);
                if taken <= expected {
                    out.compliant(&T06);
                    continue;
                }
                let zh = format!(
                    "挂起滥用:特别程序({})告知需{expected}个工作日,{}至{until}用{taken}个工作日",
                    claim.kind, claim.from
                );
                let en = format!(
                    "parked clock: special procedure ({}) announced for {expected} working day(s) took {taken}, {} to {until}",
                    claim.kind, claim.from
                );
                let finding = case.signal(&T06, start, zh, en).resting_on(end);
                let finding = finding.because("legal", both(case)).because("taken_wd", taken);
                out.add(not_before(finding, claim.from, SINCE));
            }
        }
    }
}

/// The legal clock with the procedures and without them.
fn both(case: &Case<'_>) -> serde_json::Value {
    let Some(with) = clocks::legal(case) else { return json!(null) };
    let bench = case.bench;
    let plain = crate::time::clock::Clock { suspensions: Vec::new(), ..with.clock.clone() };
    let claims = crate::time::clock::Claims::Recognised;
    let without = plain.reckon(bench.calendar, bench.known_at, claims);
    json!({
        "due_with": with.due.to_string(), "late_with": with.late,
        "due_without": without.as_ref().map(|due| due.date.to_string()),
        "late_without": without.as_ref().map(|due| match &with.stop {
            Some(stop) => stop.on > due.date,
            None => bench.past(due.last),
        }),
        "clock": with.explanation(case),
    })
}

/// The first day a hearing's notice names, else the day it was held.
fn hearing_day(notice: &Event<'_>, case: &Case<'_>) -> Option<NaiveDate> {
    let dates = notice.body.json("dates");
    let named = dates.as_ref().and_then(Json::as_list).and_then(|list| list.first()?.as_str());
    let named = named.and_then(crate::time::civil::parse_date);
    named.or_else(|| day_of(notice, "date", case.bench.zone))
}

fn hearing(case: &Case<'_>, out: &mut Findings) {
    const ORGANISE: Duty = Duty::new(
        &["approval.hearing.requested"],
        &["approval.hearing.held", "approval.application.withdrawn", "approval.case.terminated"],
        Term::working(20),
        SINCE,
    );
    if case.file.kind != CaseKind::Approval {
        return;
    }
    super::term::judge(case, &T07, &ORGANISE, out);
    requests(case, out);
    for notice in case.file.all("approval.hearing.announced") {
        late_notice(case, &T07, notice, hearing_day(notice, case), SINCE, out);
    }
}

/// Five days to ask for a hearing from being told; no decision in them.
fn requests(case: &Case<'_>, out: &mut Findings) {
    const DUTY: Duty =
        Duty { start_member: "served_at", ..Duty::new(&[], &[], Term::working(5), SINCE) };
    let Some(told) = case.file.last("approval.hearing.right_notified") else { return };
    let after = |act: &&Event<'_>| act.order() >= told.order();
    if let Some(asked) = case.file.all("approval.hearing.requested").find(after) {
        let stop = Duty { stop_member: "requested_on", ..DUTY };
        return asked::too_late(case, &T07, &stop, (told, asked), out);
    }
    const DECIDED: [&str; 2] = ["approval.decision.granted", "approval.decision.refused"];
    if let Some(decided) = case.file.any(&DECIDED).find(after) {
        asked::cut_short(case, &T07, &DUTY, (told, decided), out);
    }
}

/// A notice of a hearing that came fewer than seven working days before it.
pub(super) fn late_notice(
    case: &Case<'_>,
    rule: &'static Rule,
    notice: &Event<'_>,
    on: Option<NaiveDate>,
    since: (i32, u32, u32),
    out: &mut Findings,
) {
    let bench = case.bench;
    let Some(on) = on else { return };
    let last = working_days_before(bench.calendar, on, 7, bench.known_at);
    let told = bench.zone.date(notice.occurred.micros);
    let Some(last) = last else { return };
    if told <= last {
        return out.compliant(rule);
    }
    let zh = format!("{on}听证,最迟应于{last}通知(七个工作日前),实际{told}通知");
    let en =
        format!("hearing on {on}: notice was due by {last} (7 working days before), given {told}");
    let finding = case.signal(rule, notice, zh, en).because(
        "clock",
        json!({"hearing": on.to_string(), "working_days_before": 7, "latest": last.to_string()}),
    );
    out.add(not_before(finding, told, since));
}

/// Inspection by the organ itself; an outside agency is asked under art. 45.
fn inspectors(case: &Case<'_>, out: &mut Findings) {
    const DUTY: Duty = Duty::new(&[], &[], Term::working(5), SINCE);
    if case.file.kind != CaseKind::Approval {
        return;
    }
    for act in case.file.all("approval.special_procedure.started") {
        let kind = act.body.text("kind").unwrap_or_default();
        let own = act.body.text("agency").is_none_or(|agency| Some(agency.as_ref()) == act.unit());
        if !matches!(kind.as_ref(), "检验" | "检测" | "检疫") || !own {
            continue;
        }
        let Some(start) = &case.clocks().start else { continue };
        let accepted = case.file.acts.iter().find(|one| *one.id == *start.entry.id);
        if let Some(accepted) = accepted {
            judge_pair(case, &T08, &DUTY, accepted, Some(act), out);
        }
        let order = act.order();
        let visits = case.file.all("approval.site_verification.recorded");
        let visit = visits.into_iter().find(|one| one.order() >= order);
        let named = act.body.json("officers").or_else(|| visit?.body.json("officers"));
        let count = named.as_ref().and_then(Json::as_list).map(<[_]>::len);
        let (outcome, zh, en) = match count {
            Some(2..) => continue,
            Some(few) => (
                Outcome::Signal,
                format!("{kind}仅指派{few}名工作人员,应为两名以上"),
                format!("{few} person(s) assigned for {kind}, at least two are required"),
            ),
            None => (
                Outcome::Indeterminate,
                format!("{kind}指派人员未记录"),
                format!("who was assigned for {kind} is not recorded"),
            ),
        };
        let finding = case.signal(&T08, act, zh, en).outcome(outcome);
        out.add(finding.matter(format!("{}#officers", act.id)));
    }
}

/// Undecided when the permit expires: deemed renewed, and the organ was late.
/// Only an application thirty working days before expiry has that right.
fn renewal(case: &Case<'_>, out: &mut Findings) {
    let zone = case.bench.zone;
    for renewal in defaults::renewals(case) {
        let (on, expires) = (renewal.on, renewal.expires);
        let said = renewal.decided.map_or("至今未作决定".to_owned(), |act| {
            format!("{}才作决定", zone.date(act.occurred.micros))
        });
        let zh = format!("许可{expires}届满,{on}申请延续,{said},依法视为准予延续");
        let en = format!(
            "permit expires {expires}, renewal applied for {on}, not decided by then: deemed renewed"
        );
        let finding = case.signal(&T09, renewal.decided.unwrap_or(renewal.applied), zh, en);
        let finding = finding.matter(renewal.applied.id.as_ref()).resting_on([renewal.applied]);
        let finding = Finding { at: zone.end_of(expires).saturating_add(1), ..finding };
        out.add(not_before(finding, on, SINCE));
    }
}

/// A grant to whoever may not apply again yet.
fn banned(city: &City<'_>, out: &mut Findings) {
    for (ban, grant) in city.topics.permits.granted_while_banned() {
        let years = ban.years;
        let zh = format!("{}因{}被禁止{years}年内再次申请,{}又获准予", ban.on, ban.why, grant.on);
        let en = format!(
            "granted on {} although the applicant may not apply again for {years} year(s) since {}",
            grant.on, ban.on
        );
        out.add(Finding {
            rule: T10.id,
            rule_version: T10.version,
            outcome: Outcome::Signal,
            severity: T10.severity,
            stream: grant.stream.clone(),
            matter: grant.entry.id.clone(),
            entries: vec![ban.entry.clone(), grant.entry.clone()],
            at: grant.at,
            accountable: grant.accountable.clone(),
            zh,
            en,
            explanation: serde_json::Map::new(),
            silence: None,
        });
    }
}
