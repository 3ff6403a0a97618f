//! T28–T32: 政府信息公开条例 (2019), 双公示 (2018), 总局令45号 (2021) and 713号令
//! (2019).

use super::clock;
use super::term::{Duty, Span, judge, judge_pair, not_before};
use crate::rules::bench::Case;
use crate::rules::clocks::{GRANTS, Stop, day_of, workdays_between};
use crate::rules::finding::Findings;
use crate::rules::publication;
use crate::rules::rule::Rule;
use crate::state::CaseKind;
use crate::time::clock::Term;
use serde_json::json;

pub(in crate::rules) const RULES: &[Rule] = &[T28, T29, T30, T31, T32];

clock!(
    T28,
    "L0.T28",
    "主动公开期限",
    "term for publishing on one's own motion",
    "属于主动公开范围的政府信息,应当自该政府信息形成或者变更之日起20个工作日内及时公开(政府信息公开条例第二十六条)",
    Yellow,
    documents
);
clock!(
    T29,
    "L0.T29",
    "依申请公开答复期限",
    "term for answering a request for information",
    "行政机关不能当场答复的,应当自收到申请之日起20个工作日内予以答复;需要延长答复期限的,……延长的期限最长不得超过20个工作日;征求第三方和其他机关意见所需时间不计算在前款规定的期限内(政府信息公开条例第三十三条)",
    Yellow,
    answers
);
clock!(
    T30,
    "L0.T30",
    "双公示期限",
    "term for the double publication of permits and penalties",
    "自作出行政决定之日起7个工作日内上网公开(国家发展改革委办公厅关于进一步完善行政许可和行政处罚等信用信息公示工作的指导意见,发改办财金〔2018〕424号)",
    Yellow,
    double
);
clock!(
    T31,
    "L0.T31",
    "市场监管处罚公示期限",
    "term for publishing penalties of market regulators",
    "作出行政处罚决定的市场监督管理部门……应当自作出行政处罚决定之日起20个工作日内公示行政处罚信息(市场监督管理行政处罚信息公示规定第九条)",
    Yellow,
    market
);
clock!(
    T32,
    "L0.T32",
    "决策公开征求意见和合法性审查期限",
    "terms of public comment and legality review of a decision",
    "向社会公开征求意见的期限一般不少于30日;……送请合法性审查,应当保证必要的审查时间,一般不少于7个工作日(重大行政决策程序暂行条例第十五条、第二十六条)",
    Yellow,
    decisions
);

const DOUBLE_SINCE: (i32, u32, u32) = (2018, 7, 1);

fn documents(case: &Case<'_>, out: &mut Findings) {
    const DUTY: Duty = Duty::new(&[], &["document.published"], Term::working(20), (2019, 5, 15));
    for created in case.file.all("document.created") {
        let open = created.body.text("secrecy_level").as_deref() == Some("无")
            && created.body.text("disclosure_attr").as_deref() == Some("主动");
        if open {
            let order = created.order();
            let published = case.file.any(DUTY.stops).find(|act| act.order() >= order);
            let duty = Duty { start_member: "formed_on", ..DUTY };
            judge_pair(case, &T28, &duty, created, published, out);
        }
    }
}

fn answers(case: &Case<'_>, out: &mut Findings) {
    let zone = case.bench.zone;
    for received in case.file.all("disclosure.request.received") {
        let order = received.order();
        let answered =
            case.file.all("disclosure.request.answered").find(|act| act.order() >= order);
        let wd = |name: &str, most: i64| {
            let said = answered.and_then(|act| act.body.int(name));
            said.or(received.body.int(name)).unwrap_or(0).clamp(0, most)
        };
        let extra = wd("extended_wd", 20) + wd("third_party_wd", 365);
        let span = Span {
            from: received.occurred,
            term: Term::working(20),
            extra: u32::try_from(extra).unwrap_or(0),
            stop: answered.map(|act| Stop::of(act, zone)),
            since: (2019, 5, 15),
        };
        span.judge(case, &T29, received, answered, out);
    }
}

/// Grants that are no secret, and penalties, but for those of market regulators,
/// which have a term of their own (T31).
fn double(case: &Case<'_>, out: &mut Findings) {
    const PERMIT: Duty =
        Duty::new(&GRANTS, &["document.published"], Term::working(7), DOUBLE_SINCE);
    const PENALTY: Duty = Duty::new(
        &["penalty.decision.made"],
        &["penalty.published"],
        Term::working(7),
        DOUBLE_SINCE,
    );
    match case.file.kind {
        CaseKind::Approval | CaseKind::Joint if publication::secret(case) => {}
        CaseKind::Approval | CaseKind::Joint => judge(case, &T30, &PERMIT, out),
        CaseKind::Penalty if !by_market_regulator(case) => judge(case, &T30, &PENALTY, out),
        _ => {}
    }
}

fn market(case: &Case<'_>, out: &mut Findings) {
    const DUTY: Duty = Duty::new(
        &["penalty.decision.made"],
        &["penalty.published"],
        Term::working(20),
        (2021, 9, 1),
    );
    if case.file.kind == CaseKind::Penalty && by_market_regulator(case) {
        judge(case, &T31, &DUTY, out);
    }
}

/// Whether the deciding unit is a 市场监督管理部门, by its name of that day.
fn by_market_regulator(case: &Case<'_>) -> bool {
    let Some(decided) = case.file.first("penalty.decision.made") else { return false };
    let Some(unit) = decided.unit() else { return false };
    let at = case.bench.at(decided.occurred.micros);
    let name = case.bench.master.units.at(unit, at).and_then(|unit| unit.row.name.as_deref());
    name.is_some_and(|name| name.contains("市场监督管理"))
}

/// What was cut short stays short however the decision came out.
fn decisions(case: &Case<'_>, out: &mut Findings) {
    const SINCE: (i32, u32, u32) = (2019, 9, 1);
    let bench = case.bench;
    let zone = bench.zone;
    for act in case.file.all("decision.public_participation.held") {
        let (Some(from), Some(to)) = (day_of(act, "from", zone), day_of(act, "to", zone)) else {
            continue;
        };
        let comment = act.body.text("mode").as_deref() == Some("公开征求意见");
        let days = to.signed_duration_since(from).num_days();
        if !comment || days >= 30 {
            continue;
        }
        let zh = format!("公开征求意见{from}至{to},{days}日,少于30日");
        let en = format!("public comment from {from} to {to}: {days} day(s), fewer than 30");
        let finding = case.signal(&T32, act, zh, en).because("days", json!(days));
        out.add(not_before(finding, from, SINCE));
    }
    for act in case.file.all("decision.legality.reviewed") {
        let (Some(from), Some(to)) =
            (day_of(act, "received_on", zone), day_of(act, "completed_on", zone))
        else {
            continue;
        };
        let days = workdays_between(bench.calendar, from, to, bench.known_at);
        if days >= 7 {
            out.compliant(&T32);
            continue;
        }
        let zh = format!("合法性审查{from}送审、{to}完成,{days}个工作日,少于7个");
        let en = format!(
            "legality review received {from}, done {to}: {days} working day(s), fewer than 7"
        );
        let finding = case.signal(&T32, act, zh, en).because("working_days", json!(days));
        out.add(not_before(finding, from, SINCE));
    }
}
