//! R2.3.3, R2.3.5, R2.3.9: promises, the time that stages take, and time that was
//! handed down.

use super::{PROMISE, SINGLE_DEPARTMENT, TIME_LIMIT};
use crate::master::Limit;
use crate::rules::bench::Case;
use crate::rules::city::City;
use crate::rules::clocks::{self, Unrecognised, workdays_between};
use crate::rules::finding::Findings;
use crate::state::CaseKind;
use serde_json::json;

/// Kinds of items that people apply for.
const APPLIED_FOR: [&str; 5] = ["行政许可", "行政确认", "行政给付", "其他行政权力", "公共服务"];

/// R2.3.3: every item that people apply for has a published promise no longer than
/// the law's term.
pub(super) fn published(city: &City<'_>, out: &mut Findings) {
    let bench = city.bench;
    let at = bench.at_now();
    if !bench.decision_in_force(at.on) {
        return;
    }
    for item in bench.master.items.each_at(at) {
        let row = &item.row;
        let applied = row.item_kind.as_deref().is_some_and(|kind| APPLIED_FOR.contains(&kind));
        if !applied || row.disposition.as_deref() == Some("cancelled") {
            continue;
        }
        let promise = bench.master.promises.at(&row.item_code, at);
        let legal = row.legal_limit.as_ref().and_then(most_working_days);
        let told = promise.and_then(|promise| promise.row.promised_wd);
        let open = promise.and_then(|promise| promise.row.published_on);
        let name = row.name.as_deref().unwrap_or(&row.item_code);
        let (zh, en) = match (told, open, legal) {
            (None, ..) => (
                format!("「{name}」没有公布承诺时限"),
                format!("no promise is published for {name}"),
            ),
            (Some(_), None, _) => (
                format!("「{name}」的承诺时限没有公布日期"),
                format!("the promise for {name} has no day of publication"),
            ),
            (Some(_), Some(open), _) if open > at.on => (
                format!("「{name}」的承诺时限至{}尚未公布", at.on),
                format!("the promise for {name} is not published by {}", at.on),
            ),
            (Some(told), _, Some(legal)) if told > legal => (
                format!("「{name}」承诺{told}个工作日,长于法定期限(至多{legal}个工作日)"),
                format!("{name} promises {told} working days, the law allows {legal} at most"),
            ),
            _ => {
                out.compliant(&PROMISE);
                continue;
            }
        };
        let unit = row.subject_unit.as_deref();
        let finding = city.told_by(&PROMISE, &item.origin, (unit, at), zh, en);
        out.add(finding.because("promise", json!({"promised_wd": told, "legal_wd": legal})));
    }
}

/// The most working days that a term of the catalogue can hold: a promise is in those,
/// the law's term may be in days or months. Make-up days may add two a holiday.
fn most_working_days(limit: &Limit) -> Option<i64> {
    let n = limit.n?;
    let in_days = |days: i64| days / 7 * 5 + (days % 7).min(5) + 2;
    match limit.unit.as_deref() {
        None | Some("工作日" | "working") => Some(n),
        Some("自然日" | "日" | "天" | "natural") => Some(in_days(n).min(n)),
        Some("月" | "个月" | "month") => Some(in_days(n.checked_mul(31)?)),
        Some("年" | "year") => Some(in_days(n.checked_mul(366)?)),
        _ => None,
    }
}

/// R2.3.5: a stage that took longer than planned for it: worth a look even where the
/// whole was in time. Suspended days do not count.
pub(super) fn stages(case: &Case<'_>, out: &mut Findings) {
    if case.file.kind != CaseKind::Approval {
        return;
    }
    let bench = case.bench;
    let zone = bench.zone;
    for started in case.file.all("approval.stage.started") {
        let Some(planned) = started.body.int("wd_planned").filter(|days| *days > 0) else {
            continue;
        };
        let (name, order) = (started.body.text("stage"), started.order());
        let mut ends = case.file.all("approval.stage.completed");
        let end = ends.find(|act| act.order() >= order && act.body.text("stage") == name);
        let from = zone.date(started.occurred.micros);
        let to = end.map_or_else(|| bench.today(), |act| zone.date(act.occurred.micros));
        if to.signed_duration_since(from).num_days() <= planned
            || !bench.decision_in_force(from)
            || (end.is_none() && clocks_stopped(case))
        {
            continue;
        }
        let known_at = bench.known_at;
        let claims = case.clocks().suspensions.iter().filter(|claim| claim.recognised());
        let suspended = clocks::workdays_suspended(case, claims, (from, to));
        let used = workdays_between(bench.calendar, from, to, known_at) - suspended;
        let used = i64::from(used);
        if used <= planned {
            out.compliant(&TIME_LIMIT);
            continue;
        }
        let name = name.unwrap_or_default();
        let zh = format!("环节「{name}」计划{planned}个工作日,用{used}个工作日({from}至{to})");
        let en = format!(
            "stage {name} planned for {planned} working day(s) took {used} ({from} to {to})"
        );
        let finding = case.signal(&TIME_LIMIT, end.unwrap_or(started), zh, en);
        let finding = finding.matter(started.id.as_ref()).resting_on([started]);
        out.add(finding.because("stage", json!({"planned_wd": planned, "used_wd": used})));
    }
}

fn clocks_stopped(case: &Case<'_>) -> bool {
    clocks::legal(case).is_none_or(|reading| reading.stop.is_some())
}

/// R2.3.9: time at a subordinate institution, or wherever else no law sends the
/// case, is the department's own: such a procedure stops no clock.
pub(super) fn handed_down(case: &Case<'_>, out: &mut Findings) {
    if case.file.first("approval.special_procedure.started").is_none() {
        return;
    }
    for claim in &case.clocks().suspensions {
        let Some(act) = case.file.act(&claim.started.id) else { continue };
        if !case.bench.decision_in_force(act.occurred.local_date()) {
            continue;
        }
        if claim.refused != Some(Unrecognised::NoStatutoryKind) {
            out.compliant(&SINGLE_DEPARTMENT);
            continue;
        }
        let kind = &claim.kind;
        let zh = format!("以「{kind}」停止计时,不属法定情形;交所属单位或者内部办理,时间照计");
        let en =
            format!("stopped the clock for “{kind}”, which no law lists: time handed down counts");
        let clock = clocks::legal(case).map(|reading| reading.explanation(case));
        out.add(case.signal(&SINGLE_DEPARTMENT, act, zh, en).because("clock", json!(clock)));
    }
}
