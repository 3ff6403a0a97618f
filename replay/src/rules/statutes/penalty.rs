//! T11–T19: 行政处罚法 as in force since 2021-07-15. Its terms of two, three, five
//! and seven days are working days (art. 85); ninety and fifteen are calendar days.

use super::permit::late_notice;
use super::term::{Duty, Span, judge, judge_pair, not_before, rolling};
use super::{asked, clock};
use crate::event::Event;
use crate::integrity::json::Json;
use crate::rules::bench::Case;
use crate::rules::case_file::is;
use crate::rules::clocks::{Stop, day_of};
use crate::rules::coverage::Silence;
use crate::rules::finding::{Finding, Findings, Outcome};
use crate::rules::rule::{Rule, Severity};
use crate::rules::served;
use crate::state::CaseKind;
use crate::time::civil::Micros;
use crate::time::clock::{Term, Unit};
use chrono::{Months, NaiveDate};
use serde_json::json;

pub(in crate::rules) const RULES: &[Rule] = &[T11, T12, T13, T14, T15, T16, T17, T18, T19];

const SINCE: (i32, u32, u32) = (2021, 7, 15);

clock!(
    T11,
    "L0.T11",
    2,
    "处罚决定期限",
    "term for the decision on a penalty",
    "行政机关应当自行政处罚案件立案之日起九十日内作出行政处罚决定。法律、法规、规章另有规定的,从其规定(行政处罚法第六十条)",
    Yellow,
    decision
);
clock!(
    T12,
    "L0.T12",
    2,
    "处罚送达期限",
    "term for serving a penalty",
    "行政处罚决定书应当在宣告后当场交付当事人;当事人不在场的,行政机关应当在七日内依照《中华人民共和国民事诉讼法》的有关规定,将行政处罚决定书送达当事人(行政处罚法第六十一条)",
    Yellow,
    service
);
clock!(
    T13_TERM,
    "L0.T13",
    2,
    "处罚听证期限",
    "terms of a penalty hearing",
    "当事人要求听证的,应当在行政机关告知后五日内提出;行政机关应当在举行听证的七日前,通知当事人及有关人员听证的时间、地点(行政处罚法第六十四条)",
    Yellow,
    hearing
);
/// It asks for a notice before the hearing.
const T13: Rule = Rule { silence: Silence::Whole, ..T13_TERM };
clock!(
    T14,
    "L0.T14",
    "先行登记保存处理期限",
    "term for dealing with preserved evidence",
    "在证据可能灭失或者以后难以取得的情况下,经行政机关负责人批准,可以先行登记保存,并应当在七日内及时作出处理决定(行政处罚法第五十六条)",
    Yellow,
    evidence
);
clock!(
    T15,
    "L0.T15",
    2,
    "罚款缴纳期限",
    "term for paying a fine",
    "当事人应当自收到行政处罚决定书之日起十五日内,到指定的银行或者通过电子支付系统缴纳罚款(行政处罚法第六十七条)",
    Blue,
    payment
);
clock!(
    T16,
    "L0.T16",
    2,
    "当场收缴罚款上交期限",
    "term for handing in fines collected on the spot",
    "执法人员当场收缴的罚款,应当自收缴罚款之日起二日内,交至行政机关;……行政机关应当在二日内将罚款缴付指定的银行(行政处罚法第七十一条)",
    Yellow,
    handed_in
);
clock!(
    T17,
    "L0.T17",
    "加处罚款限额",
    "limit of the surcharge",
    "到期不缴纳罚款的,每日按罚款数额的百分之三加处罚款,加处罚款的数额不得超出罚款的数额;……加处罚款的数额在行政复议或者行政诉讼期间不予计算(行政处罚法第七十二条、第七十三条)",
    Red,
    surcharge
);
clock!(
    T18,
    "L0.T18",
    "公示撤回期限",
    "term for withdrawing a published penalty",
    "公开的行政处罚决定被依法变更、撤销、确认违法或者确认无效的,行政机关应当在三日内撤回行政处罚决定信息并公开说明理由(行政处罚法第四十八条)",
    Yellow,
    withdrawal
);
clock!(
    T19_TERM,
    "L0.T19",
    2,
    "处罚时效",
    "limitation of penalties",
    "违法行为在二年内未被发现的,不再给予行政处罚;涉及公民生命健康安全、金融安全且有危害后果的,上述期限延长至五年(行政处罚法第三十六条)",
    Red,
    limitation
);
/// It asks when the act was first discovered.
const T19: Rule = Rule { silence: Silence::Whole, ..T19_TERM };

fn of_penalty(case: &Case<'_>) -> bool {
    case.file.kind == CaseKind::Penalty
}

/// Ninety days, longer by what a sector's rule suspends or extends (D35).
fn decision(case: &Case<'_>, out: &mut Findings) {
    if !of_penalty(case) {
        return;
    }
    let zone = case.bench.zone;
    let Some(filed) = case.file.first("penalty.case.filed") else { return };
    let stops = [
        "penalty.decision.made",
        "penalty.exempted.decided",
        "penalty.case.transferred",
        "penalty.case.withdrawn",
    ];
    let order = filed.order();
    let stop = case.file.any(&stops).find(|act| act.order() >= order);
    let mut span = Span {
        from: filed.occurred,
        term: rolling(90, Unit::NaturalDay),
        extra: extra_days(case, filed, stop),
        stop: stop.map(|act| Stop::of(act, zone)),
        since: SINCE,
    };
    if let Some(day) = day_of(filed, "filed_on", zone) {
        span.from = crate::rules::clocks::day_start(day, zone);
    }
    span.judge(case, &T11, filed, stop, out);
}

/// Days that stood still or were added with a basis, up to the decision. What has run out
/// is neither stopped nor extended.
fn extra_days(case: &Case<'_>, filed: &Event<'_>, stop: Option<&Event<'_>>) -> u32 {
    let zone = case.bench.zone;
    let from = day_of(filed, "filed_on", zone).unwrap_or(zone.date(filed.occurred.micros));
    let over = |on: NaiveDate, extra: i64| {
        let n = 90 + u32::try_from(extra).unwrap_or(0);
        let term = case.bench.counted(rolling(n, Unit::NaturalDay), from);
        let calendar = case.bench.calendar;
        let due = calendar.add_days(from, n, term.roll, case.bench.known_at);
        due.is_some_and(|due| due.date < on)
    };
    let end = stop.map_or(Micros::MAX, |act| act.occurred.micros);
    let mut since: Option<NaiveDate> = None;
    let mut extra = 0;
    for act in case.file.acts.iter().filter(|act| act.occurred.micros <= end) {
        let on = zone.date(act.occurred.micros);
        if is(act, "penalty.clock.suspended") {
            since = since.or(Some(on).filter(|on| !over(*on, extra)));
        } else if is(act, "penalty.clock.resumed") {
            extra += since.take().map_or(0, |from| on.signed_duration_since(from).num_days());
        } else if is(act, "penalty.clock.extended") && (since.is_some() || !over(on, extra)) {
            extra += act.body.int("days").unwrap_or(0).max(0);
        }
    }
    extra += since.map_or(0, |from| zone.date(end).signed_duration_since(from).num_days());
    u32::try_from(extra).unwrap_or(0)
}

fn service(case: &Case<'_>, out: &mut Findings) {
    const DUTY: Duty = Duty::new(&[], &[], Term::working(7), SINCE);
    if !of_penalty(case) {
        return;
    }
    for decided in case.file.all("penalty.decision.made") {
        let order = decided.order();
        let revoked = case.file.all("penalty.decision.revoked").find(|act| act.order() >= order);
        let served = served::of(case, decided);
        let stop = served.into_iter().chain(revoked).min_by_key(|act| act.order());
        judge_pair(case, &T12, &DUTY, decided, stop, out);
    }
}

fn hearing(case: &Case<'_>, out: &mut Findings) {
    if !of_penalty(case) {
        return;
    }
    for notice in case.file.all("penalty.hearing.notified") {
        let dates = notice.body.json("dates");
        let first = dates.as_ref().and_then(Json::as_list).and_then(|list| list.first()?.as_str());
        let on = first.and_then(crate::time::civil::parse_date);
        late_notice(case, &T13, notice, on, SINCE, out);
    }
    requests(case, out);
}

/// Five days to ask for a hearing from being told; no decision in them unless it was
/// asked for or waived.
fn requests(case: &Case<'_>, out: &mut Findings) {
    const DUTY: Duty =
        Duty { start_member: "served_at", ..Duty::new(&[], &[], Term::working(5), SINCE) };
    const WAIVED: [&str; 2] = ["penalty.statement.waived", "penalty.hearing.terminated"];
    let right = |act: &&Event<'_>| act.body.json("hearing_right") == Some(Json::Bool(true));
    let Some(told) = case.file.all("penalty.prior_notice.served").rfind(right) else { return };
    let after = |act: &&Event<'_>| act.order() >= told.order();
    let asked = case.file.all("penalty.hearing.requested").find(after);
    if let Some(asked) = asked {
        return asked::too_late(case, &T13, &DUTY, (told, asked), out);
    }
    let decided = case.file.all("penalty.decision.made").find(after);
    if let Some(decided) = decided.filter(|_| !case.file.any(&WAIVED).any(|act| after(&act))) {
        asked::cut_short(case, &T13, &DUTY, (told, decided), out);
    }
}

fn evidence(case: &Case<'_>, out: &mut Findings) {
    const DUTY: Duty = Duty::new(
        &["penalty.evidence.preserved"],
        &["penalty.evidence.disposed", "coercion.imposed"],
        Term::working(7),
        SINCE,
    );
    judge(case, &T14, &DUTY, out);
}

/// The party's term. Nothing is said while the organ does what follows: deferral,
/// surcharge, demand or an application to the court.
fn payment(case: &Case<'_>, out: &mut Findings) {
    const DUTY: Duty = Duty::new(
        &[],
        &[
            "penalty.fine.paid",
            "penalty.fine.onsite_collected",
            "penalty.payment.deferred",
            "penalty.surcharge.started",
            "penalty.demand.served",
            "penalty.enforcement.applied",
            "penalty.decision.revoked",
            "penalty.performed",
        ],
        rolling(15, Unit::NaturalDay),
        SINCE,
    );
    let decided = case.file.first("penalty.decision.made");
    let Some(decided) = decided.filter(|decision| fine_of(decision).is_some()) else { return };
    let order = decided.order();
    let answers = |act: &&Event<'_>| DUTY.stops.iter().any(|kind| is(act, kind));
    let Some(served) = served::of(case, decided) else { return };
    let answer = case.file.acts.iter().filter(answers).find(|act| act.order() >= order);
    // The surcharge starts the day after: it answers the term, however late.
    let answered_by_organ = answer.is_some_and(|act| !is(act, "penalty.fine.paid"));
    if !answered_by_organ {
        judge_pair(case, &T15, &DUTY, served, answer, out);
    }
}

/// The fine of a decision in fen.
fn fine_of(decision: &Event<'_>) -> Option<i64> {
    let penalties = decision.body.json("penalties")?;
    let fines = penalties
        .as_list()?
        .iter()
        .filter(|one| one.get("kind").and_then(Json::as_str) == Some("罚款"));
    let amounts: Vec<i64> = fines.filter_map(|one| one.get("amount_fen")?.as_int()).collect();
    (!amounts.is_empty()).then(|| amounts.iter().fold(0_i64, |sum, one| sum.saturating_add(*one)))
}

/// To the organ within two days, from the organ to the bank within two more. One entry
/// that says it went to the bank does not say when the organ had it.
fn handed_in(case: &Case<'_>, out: &mut Findings) {
    const DUTY: Duty = Duty::new(&[], &[], Term::working(2), SINCE);
    const BOTH: Duty = Duty::new(&[], &[], Term::working(4), SINCE);
    for collected in case.file.all("penalty.fine.onsite_collected") {
        let order = collected.order();
        let next = case.file.all("penalty.fine.onsite_collected").find(|act| act.order() > order);
        let after = |act: &&Event<'_>| {
            act.order() >= order && next.is_none_or(|next| act.order() < next.order())
        };
        let mut handed = case.file.all("penalty.fine.onsite_remitted").filter(after);
        let (first, second) = (handed.next(), handed.next());
        let bank = |act: &Event<'_>| {
            act.body.text("channel").is_some_and(|channel| channel.contains("银行"))
        };
        let mut found = Findings::default();
        judge_pair(case, &T16, &DUTY, collected, first, &mut found);
        let at_once = first.is_some_and(bank) && second.is_none();
        let late = !found.found.is_empty();
        if at_once && late {
            found = Findings::default();
            judge_pair(case, &T16, &BOTH, collected, first, &mut found);
            if found.found.is_empty() {
                out.extend(first.map(|act| undated(case, collected, act)));
                continue;
            }
        }
        out.join(found);
        if let (Some(first), Some(second)) = (first, second) {
            judge_pair(case, &T16, &DUTY, first, Some(second), out);
        }
    }
}

/// Paid in on the third or fourth day: in time if the organ had it by the second.
fn undated(case: &Case<'_>, collected: &Event<'_>, paid_in: &Event<'_>) -> Finding {
    let zone = case.bench.zone;
    let (from, to) = (zone.date(collected.occurred.micros), zone.date(paid_in.occurred.micros));
    let zh = format!("{from}当场收缴,{to}缴付银行;何时交至机关未记录,是否各在二日内无法判定");
    let en = format!(
        "collected on {from}, paid in on {to}; when the organ had it is not recorded: whether each \
         took two days cannot be told"
    );
    let finding = case.signal(&T16, paid_in, zh, en).matter(collected.id.as_ref());
    let finding = finding.resting_on([collected]).outcome(Outcome::Indeterminate);
    finding.because("missing", json!(["penalty.fine.onsite_remitted (to the organ)"]))
}

/// Three per cent a day from the day after the term, no more than the fine, and
/// not for days of a review or a lawsuit.
fn surcharge(case: &Case<'_>, out: &mut Findings) {
    let Some(started) = case.file.first("penalty.surcharge.started") else { return };
    let zone = case.bench.zone;
    let fine = case.file.first("penalty.decision.made").and_then(fine_of);
    let kinds = ["penalty.surcharge.stopped", "penalty.fine.paid"];
    let order = started.order();
    for act in case.file.any(&kinds).filter(|act| act.order() >= order) {
        let (Some(taken), Some(fine)) = (act.body.int("surcharge_fen"), fine) else { continue };
        let from = day_of(started, "from", zone).unwrap_or(zone.date(started.occurred.micros));
        let to = zone.date(act.occurred.micros);
        let days = to.signed_duration_since(from).num_days() + 1 - disputed_days(case, from, to);
        let days = days.max(0);
        let allowed = fine.saturating_mul(3).saturating_mul(days) / 100;
        let allowed = allowed.min(fine);
        if taken <= allowed {
            out.compliant(&T17);
            continue;
        }
        let zh = format!("加处罚款{taken}分,{days}日×3%以罚款{fine}分为限,至多{allowed}分");
        let en = format!(
            "surcharge of {taken} fen; {days} day(s) at 3 %, at most the fine of {fine}: {allowed} fen"
        );
        let finding = case.signal(&T17, act, zh, en).resting_on([started]).because(
            "surcharge",
            json!({"fine_fen": fine, "days": days, "per_mille_a_day": 30, "allowed_fen": allowed, "taken_fen": taken}),
        );
        out.add(not_before(finding, from, SINCE));
    }
}

/// Days between two dates on which a review or a lawsuit was pending.
fn disputed_days(case: &Case<'_>, from: NaiveDate, to: NaiveDate) -> i64 {
    let zone = case.bench.zone;
    let pairs = [
        ("penalty.review.filed", "penalty.review.decided"),
        ("penalty.litigation.filed", "penalty.litigation.judged"),
    ];
    let mut days = 0;
    for (opens, closes) in pairs {
        for opened in case.file.all(opens) {
            let order = opened.order();
            let mut ends = case.file.all(closes);
            let end = ends.find(|act| act.order() >= order);
            let start = zone.date(opened.occurred.micros).max(from);
            let end = end.map_or(to, |act| zone.date(act.occurred.micros)).min(to);
            days += (end.signed_duration_since(start).num_days() + 1).max(0);
        }
    }
    days
}

fn withdrawal(case: &Case<'_>, out: &mut Findings) {
    const DUTY: Duty = Duty::new(
        &[
            "penalty.decision.altered",
            "penalty.decision.revoked",
            "penalty.decision.declared_illegal",
            "penalty.decision.declared_void",
        ],
        &["penalty.publicity.withdrawn", "penalty.publicity.expired"],
        Term::working(3),
        SINCE,
    );
    let Some(published) = case.file.first("penalty.published") else { return };
    let expired = case.file.first("penalty.publicity.expired").map(Event::order);
    for change in case.file.any(DUTY.starts) {
        let order = change.order();
        if order < published.order() || expired.is_some_and(|expired| expired < order) {
            continue;
        }
        let stop = case.file.any(DUTY.stops).find(|act| act.order() >= order);
        judge_pair(case, &T18, &DUTY, change, stop, out);
    }
}

/// Two years from the act, or five, to its discovery; indeterminate where nothing says
/// when the act was done or ended.
fn limitation(case: &Case<'_>, out: &mut Findings) {
    let Some(decided) = case.file.first("penalty.decision.made") else { return };
    let zone = case.bench.zone;
    let sources = ["penalty.clue.registered", "penalty.case.filed", "penalty.decision.made"];
    // What the decision says holds, else the filing, else the clue.
    let ended = case.file.any(&sources).rev().find_map(|act| {
        day_of(act, "act_ended_on", zone).or_else(|| day_of(act, "act_date", zone))
    });
    let Some(ended) = ended else {
        let zh = "处罚决定、立案和线索均未记录违法行为日期,时效无法判定".to_owned();
        let en = "no act says when the violation was done or ended: the limitation cannot be told";
        let finding = case.signal(&T19, decided, zh, en.to_owned()).severity(Severity::Info);
        let finding = finding.outcome(Outcome::Indeterminate);
        return out.add(finding.because("missing", json!(["act_date", "act_ended_on"])));
    };
    let found = case.file.any(&["penalty.clue.registered", "penalty.case.filed"]).next();
    let found = found.unwrap_or(decided);
    let years = years_of(case, decided);
    let Some(last) = ended.checked_add_months(Months::new(years * 12)) else { return };
    let on = zone.date(found.occurred.micros);
    if on <= last {
        return out.compliant(&T19);
    }
    let zh = format!("违法行为终了于{ended},{on}才发现,超过{years}年时效({last}届满)仍予处罚");
    let en = format!(
        "act ended on {ended}, discovered on {on}: past the limitation of {years} year(s), {last}"
    );
    let finding = case.signal(&T19, decided, zh, en).resting_on([found]).severity(Severity::Red);
    let finding = finding.because(
        "clock",
        json!({"ended": ended.to_string(), "years": years, "last": last.to_string(), "discovered": on.to_string()}),
    );
    out.add(not_before(Finding { at: decided.occurred.micros, ..finding }, on, SINCE));
}

/// Five years where the penalty ground says so, else two.
fn years_of(case: &Case<'_>, decided: &Event<'_>) -> u32 {
    let code = decided.body.text("ground_code").unwrap_or_default();
    let at = case.bench.at(decided.occurred.micros);
    match case.bench.master.penalty_grounds.at(&code, at) {
        Some(ground) if ground.row.limitation_years == Some(5) => 5,
        _ => 2,
    }
}
