//! The expected course of a penalty (§3.11.5): clue, first-violation question,
//! rectification or filing, investigation, review, notices, hearing, decision,
//! service, payment.

use super::beside;
use crate::event::Event;
use crate::integrity::json::Json;
use crate::rules::bench::Case;
use crate::rules::case_file::is;
use crate::rules::city::{City, Violation};
use crate::rules::coverage::Silence;
use crate::rules::enforcement::{certified, decision, rectified};
use crate::rules::finding::{Finding, Findings};
use crate::rules::noted::NotedAct;
use crate::rules::rule::{Check, Kind, Layer, Rule, Severity, Status};
use crate::rules::words::{when, yuan};
use crate::time::civil::parse_date;
use chrono::{Datelike, NaiveDate};
use serde_json::json;
use std::collections::BTreeMap;

pub(in crate::rules) const RULES: &[Rule] = &[
    NO_NOTICE, NO_HEARING, NO_REVIEW, UNTOLD, UNWARNED, AFTER_PASS, HOST, COLLECTED, TWICE,
    LIMITATION, HEAVIER,
];

/// What a national law asks of the course of a penalty.
const LAW: Rule = Rule {
    layer: Layer::L0,
    kind: Kind("R"),
    severity: Severity::Red,
    status: Status::Judged,
    ..Rule::ENTRY
};

const NO_NOTICE: Rule = Rule {
    id: "SEQ-P1",
    zh: "未经事先告知即作出处罚决定",
    en: "decision without prior notice",
    quote: "行政机关在作出行政处罚决定之前,应当告知当事人拟作出的行政处罚内容及事实、理由、依据",
    checks: &[Check::Case(no_notice)],
    ..LAW
};

const NO_HEARING: Rule = Rule {
    id: "SEQ-P2",
    zh: "达到听证标准而未告知听证权利",
    en: "hearing threshold reached, no right to a hearing",
    quote: "应当告知当事人有要求听证的权利",
    checks: &[Check::Case(no_hearing)],
    ..LAW
};

const NO_REVIEW: Rule = Rule {
    id: "SEQ-P3",
    zh: "应当法制审核而未审核",
    en: "legal review missing",
    quote: "未经法制审核或者审核未通过的,不得作出决定",
    checks: &[Check::Case(no_review)],
    ..LAW
};

const UNTOLD: Rule = Rule {
    id: "SEQ-P4",
    zh: "告知园区、主管部门之前作出决定",
    en: "decision before park and authority were told",
    quote: "告知园区、主管部门→处罚事先告知→决定",
    kind: Kind("R"),
    status: Status::Judged,
    checks: &[Check::Case(untold)],
    ..Rule::ENTRY
};

const UNWARNED: Rule = Rule {
    id: "SEQ-P5",
    zh: "首次违法未下达整改通知书即处罚",
    en: "first violation penalised without an order to put it right",
    quote: "首次→整改通知书→复查→确需处罚→立案",
    kind: Kind("R"),
    status: Status::Judged,
    checks: &[Check::With("R2.7.3")],
    ..Rule::ENTRY
};

const AFTER_PASS: Rule = Rule {
    id: "SEQ-P6",
    zh: "复查合格后仍作出处罚决定",
    en: "decision after a reinspection was passed",
    quote: "复查→合格→不予处罚/结案",
    kind: Kind("R"),
    status: Status::Judged,
    checks: &[Check::Case(after_pass)],
    ..Rule::ENTRY
};

const HOST: Rule = Rule {
    id: "SEQ-P7",
    zh: "调查人员主持听证",
    en: "an investigator hosts the hearing",
    quote: "听证由行政机关指定的非本案调查人员主持",
    checks: &[Check::Case(host)],
    silence: Silence::Nothing,
    ..LAW
};

const COLLECTED: Rule = Rule {
    id: "SEQ-P8",
    zh: "作出决定的机关自行收缴罚款",
    en: "the deciding organ collects the fine",
    quote: "作出罚款决定的行政机关应当与收缴罚款的机构分离",
    checks: &[Check::Case(collected)],
    silence: Silence::Nothing,
    ..LAW
};

const TWICE: Rule = Rule {
    id: "SEQ-P9",
    zh: "一事两罚",
    en: "two fines for one act",
    quote: "对当事人的同一个违法行为,不得给予两次以上罚款的行政处罚",
    checks: &[Check::City(twice)],
    ..LAW
};

const LIMITATION: Rule = Rule {
    id: "SEQ-P10",
    zh: "超过处罚时效",
    en: "beyond the limitation period",
    quote: "违法行为在二年内未被发现的,不再给予行政处罚",
    checks: &[Check::Case(limitation)],
    ..LAW
};

const HEAVIER: Rule = Rule {
    id: "SEQ-P11",
    zh: "因陈述申辩加重处罚",
    en: "heavier penalty after the party's statement",
    quote: "行政机关不得因当事人陈述、申辩而给予更重的处罚",
    checks: &[Check::Case(heavier)],
    ..LAW
};

fn before<'c>(case: &'c Case<'_>, kind: &'c str, act: &Event<'_>) -> Option<&'c Event<'c>> {
    case.file.all(kind).rfind(|other| other.order() < act.order())
}

fn no_notice(case: &Case<'_>, out: &mut Findings) {
    for act in case.all("penalty.decision.made") {
        let notice = before(case, "penalty.prior_notice.served", act);
        // 简易程序: told on the spot, and the decision says so (art. 44, 52).
        if notice.is_some() || decision::says_yes(act, "informed_on_the_spot") {
            out.compliant(&NO_NOTICE);
            continue;
        }
        let later = case.first("penalty.prior_notice.served");
        let then = later.map_or("没有".to_owned(), |later| format!("{}才", when(later)));
        let zh = format!("{}作出处罚决定,{then}事先告知", when(act));
        let en = format!(
            "decided at {}, prior notice: {}",
            when(act),
            later.map_or("none".into(), when)
        );
        let finding = case.signal(&NO_NOTICE, act, zh, en).resting_on(later);
        out.add(finding.because("prior_notice_at", later.map(when)));
    }
}

/// 较大数额 for this party by P20, in fen.
fn threshold(case: &Case<'_>, act: &Event<'_>) -> (i64, &'static str) {
    const DEFAULTS: [(&str, i64, &str); 2] =
        [("person_fen", 500_000, "公民"), ("organisation_fen", 10_000_000, "单位")];
    let at = case.bench.at(act.occurred.micros);
    let party = decision::party_of(act);
    let party = party.as_deref().and_then(|party| case.bench.master.parties.at(party, at));
    let person = party.is_some_and(|party| party.row.kind.as_deref() == Some("自然人"));
    let (name, default, word) = DEFAULTS[usize::from(!person)];
    let set = case.bench.parameter("P20", at);
    let own = |set: &Json<'static>| set.get(name).and_then(Json::as_int);
    // An organ may have thresholds of its own under `units`.
    let by_unit = set.and_then(|set| set.get("units")?.get(act.unit()?)?.get(name)?.as_int());
    (by_unit.or(set.and_then(own)).unwrap_or(default), word)
}

/// Kinds for which art. 63 grants a hearing whatever the amount.
const GRAVE: [&str; 5] = ["吊销", "降低资质", "停产停业", "关闭", "限制从业"];

/// Why the party has a right to a hearing.
fn hearing_ground(case: &Case<'_>, act: &Event<'_>) -> Option<(String, String)> {
    let kinds = decision::kinds(act);
    let grave = kinds.iter().find(|kind| GRAVE.iter().any(|grave| kind.contains(grave)));
    if let Some(kind) = grave {
        return Some((format!("处罚种类为{kind}"), format!("the penalty is {kind}")));
    }
    let (limit, word) = threshold(case, act);
    let [income, goods] = decision::confiscated_fen(act);
    let sums = [
        ("罚款", "the fine", decision::fined_fen(act)),
        ("没收违法所得", "the confiscated income", income),
        ("没收非法财物", "the value of the confiscated goods", goods),
    ];
    let (zh, en, sum) = sums.into_iter().find(|(.., sum)| *sum >= limit)?;
    Some((
        format!("对{word}{zh}{}元,达到听证标准{}元", yuan(sum), yuan(limit)),
        format!("{en} of CNY {} reaches the threshold of {}", yuan(sum), yuan(limit)),
    ))
}

fn no_hearing(case: &Case<'_>, out: &mut Findings) {
    for act in case.all("penalty.decision.made") {
        let Some((zh, en)) = hearing_ground(case, act) else { continue };
        let Some(notice) = before(case, "penalty.prior_notice.served", act) else { continue };
        if decision::says_yes(notice, "hearing_right") {
            out.compliant(&NO_HEARING);
            continue;
        }
        let zh = format!("{zh},{}的事先告知没有告知听证权利", when(notice));
        let en = format!("{en}; the notice of {} grants no hearing", when(notice));
        let finding = case.signal(&NO_HEARING, act, zh, en).resting_on([notice]);
        let (limit, _) = threshold(case, act);
        out.add(
            finding.because("threshold_fen", limit).because("fined_fen", decision::fined_fen(act)),
        );
    }
}

/// Art. 58: after a hearing, and where the decision itself says that it is due.
fn no_review(case: &Case<'_>, out: &mut Findings) {
    const HEARD: [&str; 2] = ["penalty.hearing.held", "penalty.hearing.requested"];
    for act in case.all("penalty.decision.made") {
        let heard = case.any(&HEARD).find(|other| other.order() < act.order());
        let procedure = act.body.text("procedure").as_deref() == Some("听证");
        if heard.is_none() && !procedure && !decision::says_yes(act, "legal_review_required") {
            continue;
        }
        let review = before(case, "penalty.legal_review.done", act);
        let failed = review.is_some_and(|review| {
            review.body.text("opinion").is_some_and(|opinion| opinion.contains("不通过"))
        });
        if review.is_some() && !failed {
            out.compliant(&NO_REVIEW);
            continue;
        }
        let what = if failed { "法制审核未通过" } else { "没有法制审核" };
        let what_en = if failed { "the legal review failed" } else { "no legal review" };
        let zh = format!("经听证或应当审核的案件,{what},{}作出决定", when(act));
        let en = format!("{what_en} before the decision of {}", when(act));
        let finding = case.signal(&NO_REVIEW, act, zh, en).resting_on(heard).resting_on(review);
        out.add(finding.because("reviewed_at", review.map(when)));
    }
}

fn untold(case: &Case<'_>, out: &mut Findings) {
    const SENT: [&str; 2] =
        ["penalty.park_notification.sent", "penalty.authority_notification.sent"];
    for act in case.all("penalty.decision.made") {
        if !case.bench.decision_in_force(act.occurred.local_date()) {
            continue;
        }
        let late: Vec<&Event<'_>> = case
            .any(&SENT)
            .filter(|sent| before(case, kind_of(sent, &SENT), act).is_none())
            .collect();
        let Some(first) = late.first() else {
            out.compliant(&UNTOLD);
            continue;
        };
        let zh = format!("{}作出决定,{}才告知园区或主管部门", when(act), when(first));
        let en =
            format!("decided at {}, park or authority told only at {}", when(act), when(first));
        out.add(beside(case.signal(&UNTOLD, act, zh, en).resting_on(late), "R2.7.5"));
    }
}

fn kind_of(act: &Event<'_>, kinds: &[&'static str]) -> &'static str {
    kinds.iter().find(|kind| is(act, kind)).copied().unwrap_or_default()
}

/// Noted where R2.7.3 is found.
pub(in crate::rules) fn unwarned(
    city: &City<'_>,
    act: &NotedAct,
    zh: String,
    en: String,
) -> Finding {
    beside(city.signal(&UNWARNED, act, zh, en), "R2.7.3")
}

fn after_pass(case: &Case<'_>, out: &mut Findings) {
    for act in case.all("penalty.decision.made") {
        // Who put it right too late may be punished after all (逾期:确需处罚).
        let passed = rectified::passed_before(case, act);
        let Some(passed) = passed.filter(rectified::Passed::in_time) else { continue };
        let zh = format!("{}复查合格,{}仍作出处罚决定", when(passed.reinspected), when(act));
        let en = format!("passed at {}, decided at {}", when(passed.reinspected), when(act));
        let finding = case.signal(&AFTER_PASS, act, zh, en).resting_on([passed.reinspected]);
        let judged = case.bench.decision_in_force(act.occurred.local_date());
        out.add(if judged { beside(finding, "R2.7.4") } else { finding });
    }
}

/// The first step of a kind in which an officer took part.
fn investigated<'c>(
    case: &'c Case<'_>,
    host: &str,
    (kind, member): (&'static str, &str),
) -> Option<&'c Event<'c>> {
    case.file.all(kind).find(|step| {
        let listed = certified::named(step, member).unwrap_or_default();
        let actor = step.actor.as_ref().and_then(|actor| actor.officer.get());
        // Who approves the filing is no investigator.
        let acts = kind != "penalty.case.filed" && actor == Some(host);
        acts || listed.iter().any(|one| one.officer.as_ref() == host)
    })
}

fn host(case: &Case<'_>, out: &mut Findings) {
    const BY: [(&str, &str); 3] = [
        ("penalty.case.filed", "handlers"),
        ("penalty.investigation.step", "officers"),
        ("penalty.investigation.concluded", "officers"),
    ];
    for act in case.all("penalty.hearing.held") {
        let Some(host) = act.body.text("host") else { continue };
        let Some(step) = BY.iter().find_map(|by| investigated(case, &host, *by)) else {
            out.compliant(&HOST);
            continue;
        };
        let zh = format!("听证主持人{host}是本案调查人员({})", when(step));
        let en = format!("the host {host} had investigated the case (at {})", when(step));
        let finding = case.signal(&HOST, act, zh, en).resting_on([step]);
        let mut finding = finding.because("host", &*host);
        finding.accountable = finding.accountable.with_direct([&*host]);
        out.add(finding);
    }
}

/// Fen up to which a fine may be collected on the spot (art. 68).
const ON_SPOT_FEN: i64 = 10_000;

fn collected(case: &Case<'_>, out: &mut Findings) {
    let decided = case.last("penalty.decision.made").and_then(|act| act.unit());
    for act in case.any(&["penalty.fine.onsite_collected", "penalty.fine.paid"]) {
        let amount = act.body.int("amount_fen");
        let own = act.unit().is_some() && act.unit() == decided;
        let on_site = is(act, "penalty.fine.onsite_collected");
        let ground = act.body.text("ground").unwrap_or_default();
        let lawful = on_site
            && (amount.is_some_and(|amount| amount <= ON_SPOT_FEN)
                || ["68", "69"].iter().any(|article| ground.starts_with(article)));
        if lawful || !(on_site || own) {
            out.compliant(&COLLECTED);
            continue;
        }
        let sum = amount.map_or("?".to_owned(), yuan);
        let zh = format!("{}由执法机关收缴罚款{sum}元,不属可以当场收缴的情形", when(act));
        let en =
            format!("CNY {sum} collected by the organ at {}, outside arts. 68 and 69", when(act));
        let finding = case.signal(&COLLECTED, act, zh, en);
        out.add(finding.because("amount_fen", amount).because("ground", &*ground));
    }
}

/// Fines that stand, by what they are for: the same case, or the same issue of an
/// inspection.
fn twice(city: &City<'_>, out: &mut Findings) {
    let mut by_cause: BTreeMap<(&str, Option<&str>), Vec<&NotedAct>> = BTreeMap::new();
    for one in city.topics.violations.all() {
        let fines =
            one.decisions.iter().filter(|decided| decided.fined && stands(one, decided.act.order));
        for decided in fines {
            let causes: Vec<&str> = match one.causes.is_empty() {
                true => vec![one.stream.as_ref()],
                false => one.causes.iter().map(AsRef::as_ref).collect(),
            };
            for cause in causes {
                by_cause.entry((cause, one.party.as_deref())).or_default().push(&decided.act);
            }
        }
    }
    for ((cause, party), mut fines) in by_cause {
        fines.sort_by_key(|act| act.order);
        let [first, again @ ..] = fines.as_slice() else { continue };
        for act in again {
            let zh = format!("同一违法行为({cause})已罚款({}),又罚款", first.stream);
            let en = format!("one act ({cause}) fined before ({}), and fined again", first.stream);
            let finding = city.signal(&TWICE, act, zh, en).resting_on_noted([*first]);
            out.add(
                finding.because(
                    "fines",
                    json!({"cause": cause, "party": party, "first": first.stream}),
                ),
            );
        }
    }
}

fn stands(one: &Violation, order: (i64, u64)) -> bool {
    one.fell.is_none_or(|fell| fell < order)
}

/// Two years, five where life, health or money are at stake, from the end of the
/// violation to its discovery (art. 36). Judged where the decision says when it was.
fn limitation(case: &Case<'_>, out: &mut Findings) {
    const FOUND: [&str; 4] = [
        "inspection.issue.found",
        "penalty.clue.registered",
        "penalty.clue.verified",
        "penalty.case.filed",
    ];
    for act in case.all("penalty.decision.made") {
        let day = |name: &str| act.body.text(name).and_then(|text| parse_date(&text));
        let Some(ended) = day("act_ended_on").or_else(|| day("act_date")) else {
            continue;
        };
        let at = case.bench.at(act.occurred.micros);
        let code = decision::ground_of(act);
        let ground = code.and_then(|code| case.bench.master.penalty_grounds.at(&code, at));
        let years = ground.and_then(|ground| ground.row.limitation_years).unwrap_or(2);
        let Some(last) = later(ended, years) else { continue };
        let found = case.any(&FOUND).next().unwrap_or(act);
        let on = found.occurred.local_date();
        if on <= last {
            out.compliant(&LIMITATION);
            continue;
        }
        let zh = format!("违法行为{ended}终了,{years}年至{last},{on}才发现,仍予处罚");
        let en = format!("the violation ended on {ended}; {years} years to {last}; found on {on}");
        let finding = case.signal(&LIMITATION, act, zh, en).resting_on([found]);
        out.add(finding.because(
            "limitation",
            json!({
                "ended_on": ended.to_string(), "years": years, "last_day": last.to_string(),
                "found_on": on.to_string(), "ground_entry": ground.map(|ground| ground.origin.id.as_ref()),
            }),
        ));
    }
}

/// The same day years later; the month's end where there is none.
fn later(day: NaiveDate, years: i64) -> Option<NaiveDate> {
    let year = day.year().checked_add(i32::try_from(years).ok()?)?;
    day.with_year(year).or_else(|| NaiveDate::from_ymd_opt(year, day.month(), 28))
}

/// The fine that a notice announces; none where it announces another kind of penalty.
fn proposed_fen(notice: &Event<'_>) -> Option<i64> {
    let proposed = notice.body.json("proposed")?;
    let amount = proposed.get("amount_fen").and_then(Json::as_int);
    let no_fine = || {
        let kind = proposed.get("kind").and_then(Json::as_str)?;
        (!kind.is_empty() && !kind.contains("罚")).then_some(0)
    };
    amount.or_else(no_fine)
}

fn heavier(case: &Case<'_>, out: &mut Findings) {
    const SPOKE: [&str; 3] =
        ["penalty.statement.made", "penalty.hearing.requested", "penalty.hearing.held"];
    for act in case.all("penalty.decision.made") {
        let Some(spoke) = case.any(&SPOKE).find(|other| other.order() < act.order()) else {
            continue;
        };
        let Some(notice) = before(case, "penalty.prior_notice.served", spoke) else { continue };
        let Some(proposed) = proposed_fen(notice) else { continue };
        let fined = decision::fined_fen(act);
        if fined <= proposed {
            out.compliant(&HEAVIER);
            continue;
        }
        let zh = format!(
            "告知拟罚款{}元,当事人{}陈述申辩后罚款{}元,加重{}元",
            yuan(proposed),
            when(spoke),
            yuan(fined),
            yuan(fined - proposed)
        );
        let en = format!(
            "CNY {} proposed, {} fined after the party spoke at {}",
            yuan(proposed),
            yuan(fined),
            when(spoke)
        );
        let finding = case.signal(&HEAVIER, act, zh, en).resting_on([notice, spoke]);
        out.add(finding.because("proposed_fen", proposed).because("fined_fen", fined));
    }
}
