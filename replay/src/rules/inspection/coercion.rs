//! R2.6.4 不得擅自检查、吊销、扣押、封存、冻结: a coercive measure stands only on a
//! law, an approval, certified officers, papers left on the spot and a term (行政
//! 强制法 18, 19, 22–25, 29–32). The word that decides is 擅自, not which organ acts;
//! judicial organs are outside the clause.

use super::COERCION;
use crate::event::Event;
use crate::integrity::json::Json;
use crate::rules::bench::Case;
use crate::rules::enforcement::certified;
use crate::rules::finding::{Findings, Outcome};
use crate::rules::rule::Severity;
use crate::rules::words::{listed, listed_en, minute, when};
use crate::time::calendar::Roll;
use crate::time::civil::{DAY_MICROS, Micros};
use crate::time::clock::{Term, Unit};
use serde_json::json;

/// Natural days of a first term, and with its one extension (art. 25, 32).
const TERM_DAYS: i64 = 30;
const EXTENDED_DAYS: i64 = 60;

/// Of what rank a norm is, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    Lower,
    Regulation,
    Law,
}

impl Rank {
    fn of(basis: &Json<'_>) -> Option<Rank> {
        let rank = basis.get("rank").and_then(Json::as_str);
        rank.or(basis.get("law_id").and_then(Json::as_str)).map(Rank::of_name)
    }

    /// `行政强制法第十八条`, `法律`.
    fn of_name(text: &str) -> Rank {
        match text.split('第').next().unwrap_or_default() {
            name if name.ends_with("办法") => Rank::Lower,
            name if name.ends_with('法') || name == "法律" => Rank::Law,
            name if name.ends_with("条例") || name.ends_with("法规") => Rank::Regulation,
            _ => Rank::Lower,
        }
    }

    pub(crate) fn zh(self) -> &'static str {
        match self {
            Rank::Law => "法律",
            Rank::Regulation => "法规",
            Rank::Lower => "规章以下文件",
        }
    }
}

/// What was found wrong, and what could not be told.
#[derive(Default)]
struct Defects {
    zh: Vec<String>,
    en: Vec<String>,
    missing: Vec<&'static str>,
    without_basis: bool,
}

impl Defects {
    fn say(&mut self, zh: impl Into<String>, en: impl Into<String>) {
        self.zh.push(zh.into());
        self.en.push(en.into());
    }
}

pub(super) fn lawful(case: &Case<'_>, out: &mut Findings) {
    for (act, approval) in measures(case) {
        let unit = act
            .unit()
            .and_then(|unit| case.bench.master.units.at(unit, case.bench.at(act.occurred.micros)));
        let judicial = unit.is_some_and(|unit| unit.row.kind.as_deref() == Some("司法机关"));
        if judicial || !case.bench.decision_in_force(act.occurred.local_date()) {
            continue;
        }
        let mut defects = Defects::default();
        on_a_law(act, approval, &mut defects);
        by_a_competent_organ(case, act, &mut defects);
        approved(act, approval, &mut defects);
        by_certified_officers(case, act, &mut defects);
        with_papers(act, &mut defects);
        within_term(case, act, &mut defects);
        report(case, act, approval, defects, out);
    }
    revoked_without_hearing(case, out);
}

fn report(
    case: &Case<'_>,
    act: &Event<'_>,
    approval: Option<&Event<'_>>,
    defects: Defects,
    out: &mut Findings,
) {
    let Defects { mut zh, mut en, missing, without_basis } = defects;
    if zh.is_empty() && missing.is_empty() {
        return out.compliant(&COERCION);
    }
    let outcome = if zh.is_empty() { Outcome::Indeterminate } else { Outcome::Signal };
    if zh.is_empty() {
        zh.push(format!("缺少{},无法判定", listed(&missing)));
        en.push(format!("{} missing: it cannot be told", listed_en(&missing)));
    }
    let object = act.body.text("object_kind").unwrap_or("对象未注明".into());
    let finding = case.signal(
        &COERCION,
        act,
        format!("{}对{object}实施强制措施:{}", when(act), listed(&zh)),
        format!("coercive measure at {}: {}", when(act), listed_en(&en)),
    );
    let finding = match without_basis {
        true => finding.severity(Severity::Refer),
        false => finding,
    };
    let finding = finding.outcome(outcome).resting_on(approval);
    out.add(finding.because(
        "coercion",
        json!({
            "object": object, "imposed_at": when(act), "approved_at": approval.map(when),
            "defects": zh, "missing": missing,
        }),
    ));
}

/// What kind of measure: as imposed, else as approved.
fn kind_of(act: &Event<'_>, approval: Option<&Event<'_>>) -> String {
    let own = act.body.text("kind");
    let kind = own.or_else(|| approval.and_then(|approval| approval.body.text("kind")));
    kind.unwrap_or_default().into_owned()
}

/// A law or regulation; freezing takes a law (art. 10, 29).
fn on_a_law(act: &Event<'_>, approval: Option<&Event<'_>>, defects: &mut Defects) {
    let best = rank_of(act, approval);
    let freezing = kind_of(act, approval).contains("冻结");
    let least = if freezing { Rank::Law } else { Rank::Regulation };
    match best {
        Some(best) if best >= least => {}
        Some(best) => defects.say(
            format!("依据仅为{},应为{}", best.zh(), least.zh()),
            "the basis is of too low a rank",
        ),
        None => {
            defects.without_basis = true;
            defects.say("没有法律、法规依据", "no law or regulation is cited");
        }
    }
}

/// The highest norm that a measure or its approval cites.
pub(crate) fn rank_of(act: &Event<'_>, approval: Option<&Event<'_>>) -> Option<Rank> {
    let texts = [act.basis, approval.and_then(|approval| approval.basis)];
    let parsed: Vec<Json<'_>> = texts
        .into_iter()
        .flatten()
        .filter_map(|text| crate::integrity::json::parse(text.as_bytes()).ok())
        .collect();
    let rows = parsed.iter().filter_map(Json::as_list).flatten().filter_map(Rank::of);
    let named = approval.and_then(|approval| approval.body.text("basis"));
    let named = named.filter(|text| !text.is_empty());
    rows.chain(named.as_deref().map(Rank::of_name)).max()
}

fn by_a_competent_organ(case: &Case<'_>, act: &Event<'_>, defects: &mut Defects) {
    let Some(unit) = act.unit() else { return defects.missing.push("actor.unit") };
    let at = case.bench.at(act.occurred.micros);
    let mut held = case.bench.master.qualifications.all_at(unit, at).peekable();
    if held.peek().is_none() {
        if case.bench.master.qualifications.is_empty() {
            return defects.missing.push("md.qualification");
        }
        return defects.say(
            format!("{unit}当日没有执法主体资格"),
            format!("{unit} had no standing to enforce on that day"),
        );
    }
    let may =
        held.any(|row| row.row.types.iter().flatten().any(|kind| kind.as_ref() == "行政强制"));
    if !may {
        defects.say(
            format!("{unit}的执法主体资格不含行政强制"),
            format!("{unit} has no standing for coercive measures"),
        );
    }
}

/// Approved before, or within 24 hours where it was urgent (art. 18, 19).
fn approved(act: &Event<'_>, approval: Option<&Event<'_>>, defects: &mut Defects) {
    let Some(approval) = approval else {
        return defects.say("没有负责人批准", "no approval by the head of the organ");
    };
    let late = approval.order().0 - act.order().0;
    if late <= 0 {
        return;
    }
    let urgent = matches!(approval.body.get("urgent"), Some(crate::event::Value::Bool(true)));
    if !urgent {
        defects.say(
            format!("非紧急情况,{}才批准", when(approval)),
            format!("not urgent, and approved only at {}", when(approval)),
        );
    } else if late > DAY_MICROS {
        defects.say(
            format!("紧急情况下{}才补办批准,超过24小时", when(approval)),
            format!("urgent, and approved only at {}, after more than 24 hours", when(approval)),
        );
    }
}

/// Hours by which an approval came late; for SEQ-I4.
pub(in crate::rules) fn late_approval(act: &Event<'_>, approval: Option<&Event<'_>>) -> bool {
    let mut defects = Defects::default();
    approved(act, approval, &mut defects);
    !defects.zh.is_empty()
}

fn by_certified_officers(case: &Case<'_>, act: &Event<'_>, defects: &mut Defects) {
    match certified::valid_count(case, act) {
        Some(count) if count < 2 => defects.say(
            format!("有效持证执法人员{count}名,不足两名"),
            format!("{count} certified officers, fewer than two"),
        ),
        Some(_) => {}
        None => defects.missing.push("officers"),
    }
}

/// The decision and the list, left on the spot (art. 24, 31).
fn with_papers(act: &Event<'_>, defects: &mut Defects) {
    if act.body.text("decision_no").is_none_or(|text| text.is_empty()) {
        defects.say("没有当场交付决定书", "no decision was handed over");
    }
    if act.body.get("list_hash").is_none() {
        defects.say("没有当场交付清单", "no list was handed over");
    }
}

/// Each measure with the approval of its own: the first that is left.
pub(crate) fn measures<'c>(
    case: &'c Case<'_>,
) -> impl Iterator<Item = (&'c Event<'c>, Option<&'c Event<'c>>)> {
    let mut approvals = case.file.all("coercion.approved");
    case.file.all("coercion.imposed").map(move |act| (act, approvals.next()))
}

/// Thirty days, extended once to sixty; lifted by its end.
fn within_term(case: &Case<'_>, act: &Event<'_>, defects: &mut Defects) {
    let Some(days) = act.body.int("term_days") else { return defects.missing.push("term_days") };
    let after = |event: &&Event<'_>| event.order() > act.order();
    let extensions: Vec<&Event<'_>> = case.all("coercion.extended").filter(after).collect();
    if days > TERM_DAYS {
        defects.say(
            format!("期限{days}日,超过{TERM_DAYS}日"),
            format!("the term of {days} days is longer than {TERM_DAYS}"),
        );
    }
    let start = act.occurred.local_date();
    let due = |days: i64| {
        let days = u32::try_from(days).ok()?;
        let term = Term { n: days, unit: Unit::NaturalDay, roll: Roll::None };
        let roll = case.bench.counted(term, start).roll;
        case.bench.calendar.add_days(start, days, roll, case.bench.known_at).map(|due| due.date)
    };
    // What testing takes does not count (art. 25).
    let tested = act.body.int("testing_days").unwrap_or(0).max(0);
    let named = |event: &&Event<'_>| {
        event.body.text("new_due").and_then(|text| crate::time::civil::parse_date(&text))
    };
    let end = extensions.last().and_then(named).or_else(|| due(days.saturating_add(tested)));
    let longest = due(EXTENDED_DAYS.saturating_add(tested));
    if let (Some(end), Some(longest)) = (end.filter(|_| !extensions.is_empty()), longest)
        && end > longest
    {
        defects.say(
            format!("延长至{end},超过共{EXTENDED_DAYS}日"),
            format!("extended to {end}, beyond {EXTENDED_DAYS} days in all"),
        );
    }
    let Some(end) = end else { return };
    let expires: Micros = case.bench.zone.end_of(end);
    let closed = case.any(&["coercion.lifted", "coercion.disposed"]).find(after);
    let still = match closed {
        Some(closed) => closed.order().0 > expires,
        None => case.bench.past(expires),
    };
    if still {
        let then = closed.map(|closed| minute(case.bench.zone, closed.order().0));
        let then = then.unwrap_or_else(|| "尚未".to_owned());
        defects.say(
            format!("{end}期满,{then}解除或处理"),
            format!("ran out on {end} and was not lifted in time"),
        );
    }
}

/// 吊销 is a penalty with the right to a hearing (行政处罚法 63).
fn revoked_without_hearing(case: &Case<'_>, out: &mut Findings) {
    let notice = case.last("penalty.prior_notice.served");
    let told = notice.is_some_and(|notice| {
        matches!(notice.body.get("hearing_right"), Some(crate::event::Value::Bool(true)))
    });
    for act in case.all("penalty.decision.made") {
        let Some(Json::List(penalties)) = act.body.json("penalties") else { continue };
        let revokes = penalties.iter().any(|penalty| {
            penalty.get("kind").and_then(Json::as_str).is_some_and(|kind| kind.contains("吊销"))
        });
        if !revokes || !case.bench.decision_in_force(act.occurred.local_date()) {
            continue;
        }
        if told {
            out.compliant(&COERCION);
            continue;
        }
        let zh = "吊销证照,事前没有告知听证权利".to_owned();
        let en = "a licence was revoked without notice of the right to a hearing".to_owned();
        let finding = case.signal(&COERCION, act, zh, en).resting_on(notice);
        out.add(finding.because("hearing_right", told));
    }
}
