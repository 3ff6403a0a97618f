//! T20–T25: 行政强制法 (2012) and the transfer of suspected crimes. Terms of ten
//! days and less are working days (art. 69); a limit on a power never rolls.

use super::clock;
use super::term::{Duty, Span, judge_pair, moment_of, not_before, rigid, rolling, to_the_minute};
use crate::event::Event;
use crate::integrity::json::Json;
use crate::rules::bench::Case;
use crate::rules::clocks::{Stop, day_of, day_start};
use crate::rules::coverage::Silence;
use crate::rules::finding::{Findings, Outcome};
use crate::rules::rule::Rule;
use crate::rules::served;
use crate::time::calendar::DayKind;
use crate::time::civil::DAY_MICROS;
use crate::time::clock::{Claims, Clock, Term, Unit};
use serde_json::json;

pub(in crate::rules) const RULES: &[Rule] = &[T20, T21, T22, T23, T24, T25];

const SINCE: (i32, u32, u32) = (2012, 1, 1);
const HOUR_MICROS: i64 = DAY_MICROS / 24;

clock!(
    T20,
    "L0.T20",
    2,
    "查封扣押期限",
    "limit of sealing and seizing",
    "查封、扣押的期限不得超过三十日;情况复杂的,经行政机关负责人批准,可以延长,但是延长期限不得超过三十日(行政强制法第二十五条)",
    Red,
    seizure
);
clock!(
    T21,
    "L0.T21",
    3,
    "冻结期限",
    "limit of freezing",
    "自冻结存款、汇款之日起三十日内,行政机关应当作出处理决定或者作出解除冻结决定;情况复杂的,可以延长,但是延长期限不得超过三十日(行政强制法第三十二条);应当在三日内向当事人交付冻结决定书(第三十一条)",
    Red,
    freezing
);
clock!(
    T22,
    "L0.T22",
    "紧急强制措施补批期限",
    "term for approving an urgent measure afterwards",
    "情况紧急,需要当场实施行政强制措施的,行政执法人员应当在二十四小时内向行政机关负责人报告,并补办批准手续(行政强制法第十九条)",
    Red,
    urgent
);
clock!(
    T23_TERM,
    "L0.T23",
    2,
    "催告与申请强制执行期限",
    "terms of demand and of applying to the court",
    "行政机关申请人民法院强制执行前,应当催告当事人履行义务。催告书送达十日后当事人仍未履行义务的,可以申请;……自期限届满之日起三个月内(行政强制法第五十三条、第五十四条)",
    Yellow,
    court
);
/// It asks for a demand before the application.
const T23: Rule = Rule { silence: Silence::Whole, ..T23_TERM };
clock!(
    T24,
    "L0.T24",
    "强制执行禁止时段",
    "times at which nothing is enforced",
    "行政机关不得在夜间或者法定节假日实施行政强制执行。但是,情况紧急的除外(行政强制法第四十三条)",
    Red,
    at_night
);
clock!(
    T25,
    "L0.T25",
    2,
    "移送涉嫌犯罪案件期限",
    "terms of transferring a suspected crime",
    "自接到报告之日起三日内作出批准移送或者不批准移送的决定。决定批准的,应当在二十四小时内向同级公安机关移送(行政执法机关移送涉嫌犯罪案件的规定第五条)",
    Red,
    crime
);

/// Whether a measure froze money, by what was approved or what was taken.
fn freezes(case: &Case<'_>, imposed: &Event<'_>) -> bool {
    let own = imposed.body.text("kind");
    let object = imposed.body.text("object_kind");
    let approved = case.file.first("coercion.approved").and_then(|act| act.body.text("kind"));
    let kind = own.or(approved);
    kind.is_some_and(|kind| kind.contains("冻结")) || object.as_deref() == Some("银行存款")
}

/// Thirty days, thirty more if extended, and what testing took.
fn limit(case: &Case<'_>, rule: &'static Rule, frozen: bool, out: &mut Findings) {
    let zone = case.bench.zone;
    for imposed in case.file.all("coercion.imposed").filter(|act| freezes(case, act) == frozen) {
        let order = imposed.order();
        let ends = ["coercion.lifted", "coercion.disposed"];
        let stop = case.file.any(&ends).find(|act| act.order() >= order);
        let before = |act: &&Event<'_>| {
            act.order() >= order && stop.is_none_or(|stop| act.order() <= stop.order())
        };
        let tested = imposed.body.int("testing_days").unwrap_or(0).max(0);
        let day = day_of(imposed, "from", zone).unwrap_or(zone.date(imposed.occurred.micros));
        // One extension, by no more than thirty days, while the measure still stood: what
        // has run out is not extended.
        let stood = u32::try_from(30 + tested).unwrap_or(30);
        let term = case.bench.counted(rigid(stood, Unit::NaturalDay), day);
        let clock = Clock::plain(day_start(day, zone), zone, term);
        let last = clock.reckon(case.bench.calendar, case.bench.known_at, Claims::Recognised);
        let in_time = |act: &&Event<'_>| {
            last.as_ref().is_none_or(|last| zone.date(act.occurred.micros) <= last.date)
        };
        let extended = case.file.all("coercion.extended").filter(in_time).find(before);
        let by = extended.map_or(0, |act| extension(case, act, imposed));
        let span = Span {
            from: day_start(day, zone),
            term: rigid(30, Unit::NaturalDay),
            extra: u32::try_from(by + tested).unwrap_or(0),
            stop: stop.map(|act| Stop::of(act, zone)),
            since: SINCE,
        };
        span.judge(case, rule, imposed, stop, out);
    }
}

fn extension(case: &Case<'_>, extended: &Event<'_>, imposed: &Event<'_>) -> i64 {
    let zone = case.bench.zone;
    let from = day_of(imposed, "from", zone).unwrap_or(zone.date(imposed.occurred.micros));
    let due = day_of(extended, "new_due", zone);
    let days = due.map_or(30, |due| due.signed_duration_since(from).num_days() - 30);
    days.clamp(0, 30)
}

fn seizure(case: &Case<'_>, out: &mut Findings) {
    limit(case, &T20, false, out);
}

fn freezing(case: &Case<'_>, out: &mut Findings) {
    const DELIVER: Duty = Duty::new(&[], &[], Term::working(3), SINCE);
    limit(case, &T21, true, out);
    for imposed in case.file.all("coercion.imposed").filter(|act| freezes(case, act)) {
        let served = served::of(case, imposed);
        let handed = imposed.body.json("party_present") == Some(Json::Bool(true));
        if !handed {
            let mut found = Findings::default();
            judge_pair(case, &T21, &DELIVER, imposed, served, &mut found);
            let matter = format!("{}#delivery", imposed.id);
            found.move_to(out, |finding| finding.matter(matter.clone()));
        }
    }
}

/// Approved within a day of being imposed, where it was imposed before approval.
fn urgent(case: &Case<'_>, out: &mut Findings) {
    const DUTY: Duty = Duty::new(&[], &[], rigid(24, Unit::Hour), SINCE);
    for imposed in case.file.all("coercion.imposed") {
        let order = imposed.order();
        let mut approvals = case.file.all("coercion.approved");
        if approvals.any(|act| act.order() <= order) || !to_the_minute(imposed) {
            continue;
        }
        let approved = case.file.all("coercion.approved").find(|act| act.order() > order);
        judge_pair(case, &T22, &DUTY, imposed, approved, out);
    }
}

/// To the court no earlier than ten working days after the demand, and no later
/// than three months after the term for a lawsuit (six months from service).
fn court(case: &Case<'_>, out: &mut Findings) {
    let bench = case.bench;
    let zone = bench.zone;
    for applied in case.file.all("penalty.enforcement.applied") {
        let on = zone.date(applied.occurred.micros);
        let order = applied.order();
        let demand = case.file.all("penalty.demand.served").rfind(|act| act.order() <= order);
        let known_at = bench.known_at;
        if let Some(demand) = demand {
            let clock = Clock::plain(demand.occurred, zone, Term::working(10));
            let due = clock.reckon(bench.calendar, known_at, Claims::Recognised);
            if let Some(due) = due.filter(|due| on <= due.date) {
                let told = zone.date(demand.occurred.micros);
                let zh = format!("催告{told}送达,十个工作日至{},{on}即申请强制执行", due.date);
                let en = format!(
                    "demand served {told}, ten working days end on {}, applied on {on}",
                    due.date
                );
                let finding = case.signal(&T23, applied, zh, en).resting_on([demand]);
                out.add(not_before(finding, told, SINCE));
            }
        } else {
            let zh = "未经催告即申请强制执行".to_owned();
            let en = "applied to the court without a demand".to_owned();
            out.add(not_before(case.signal(&T23, applied, zh, en), on, SINCE));
        }
        let Some(served) = served::of_penalty(case) else { continue };
        let start = served.occurred;
        let term = bench.counted(rolling(9, Unit::Month), zone.date(start.micros));
        let nine_months = Clock::plain(start, zone, term);
        let due = nine_months.reckon(bench.calendar, known_at, Claims::Recognised);
        let disputed = case.file.any(&["penalty.review.filed", "penalty.litigation.filed"]).next();
        if let Some(due) = due.filter(|due| on > due.date && disputed.is_none()) {
            let zh = format!("起诉期限届满后三个月至{},{on}才申请强制执行", due.date);
            let en = format!(
                "applied on {on}, three months after the remedies expired end on {}",
                due.date
            );
            let finding = case.signal(&T23, applied, zh, en).matter(format!("{}#late", applied.id));
            out.add(not_before(finding.resting_on([served]), on, SINCE));
        }
    }
}

/// Night is 22:00 to 6:00: the law names no hour, this is the usual reading.
fn at_night(case: &Case<'_>, out: &mut Findings) {
    let bench = case.bench;
    for act in case.file.all("penalty.enforcement.executed") {
        if act.body.json("urgent") == Some(Json::Bool(true)) {
            continue;
        }
        let on = bench.zone.date(act.occurred.micros);
        let since_midnight = act.occurred.micros - bench.zone.start_of(on);
        let hour = since_midnight / HOUR_MICROS;
        let night = to_the_minute(act) && !(6..22).contains(&hour);
        let holiday = bench.calendar.day(on, bench.known_at);
        if !night && holiday.kind != DayKind::DayOff {
            out.compliant(&T24);
            continue;
        }
        let name = holiday.holiday.filter(|_| holiday.kind == DayKind::DayOff);
        let zh = match name {
            Some(name) => format!("法定节假日({name},{on})实施强制执行"),
            None => format!("夜间({on} {hour}时)实施强制执行"),
        };
        let en = match name {
            Some(name) => format!("enforced on a public holiday ({name}, {on})"),
            None => format!("enforced at night ({on}, hour {hour})"),
        };
        let because = json!({"day": on.to_string(), "hour": hour, "holiday": name});
        let finding = case.signal(&T24, act, zh, en).because("time", because);
        out.add(not_before(finding, on, SINCE));
    }
}

/// Approval within three days of the report, the file within a day of approval.
fn crime(case: &Case<'_>, out: &mut Findings) {
    const SINCE: (i32, u32, u32) = (2001, 7, 9);
    let zone = case.bench.zone;
    for act in case.file.all("penalty.case.transferred") {
        let to = act.body.text("to").unwrap_or_default();
        if !["公安", "检察", "监察", "司法"].iter().any(|word| to.contains(word)) {
            continue;
        }
        let approved = moment_of(act, "approved_at");
        let sent = moment_of(act, "sent_at").unwrap_or(act.occurred.micros);
        if let Some(approved) = approved.filter(|approved| sent > approved + DAY_MICROS) {
            let (told, done) = (zone.rfc3339(approved), zone.rfc3339(sent));
            let zh = format!("{told}批准移送,{done}才移送,超过二十四小时");
            let en = format!("transfer approved {told}, sent {done}: more than 24 hours");
            let finding = case.signal(&T25, act, zh, en).matter(format!("{}#sent", act.id));
            out.add(not_before(finding, zone.date(approved), SINCE));
        }
        let reported =
            day_of(act, "reported_on", zone).or_else(|| day_of(act, "reported_at", zone));
        let decided = approved.map(|approved| zone.date(approved));
        let missing = [("approved_at", approved.is_none()), ("reported_on", reported.is_none())];
        let missing: Vec<&str> = missing.iter().filter(|one| one.1).map(|one| one.0).collect();
        if !missing.is_empty() {
            let zh = format!(
                "移送未记录{},是否在三日内批准、二十四小时内移送无法判定",
                missing.join("、")
            );
            let en = format!(
                "{} not recorded: whether it was in time cannot be told",
                missing.join(", ")
            );
            let finding = case.signal(&T25, act, zh, en).outcome(Outcome::Indeterminate);
            out.add(finding.matter(format!("{}#dates", act.id)).because("missing", json!(missing)));
        }
        if let (Some(reported), Some(decided)) = (reported, decided)
            && decided.signed_duration_since(reported).num_days() > 3
        {
            let zh = format!("{reported}报告,{decided}才批准移送,超过三日");
            let en = format!("reported on {reported}, approved on {decided}: more than three days");
            out.add(not_before(case.signal(&T25, act, zh, en), reported, SINCE));
        }
    }
}
