//! R2.3.11, R2.3.12: whoever is first responsible stays so until another unit has
//! taken over, and nobody passes people on.

use super::{BUCK_PASSING, FIRST_HANDLER};
use crate::event::Event;
use crate::integrity::json::Json;
use crate::rules::bench::Case;
use crate::rules::case_file::is;
use crate::rules::city::City;
use crate::rules::clocks::workdays_between;
use crate::rules::defaults::named_unit;
use crate::rules::finding::{Finding, Findings, Outcome};
use crate::state::CaseKind;
use serde_json::json;

/// Working days for the other unit to take over.
const TAKE_OVER_WD: u32 = 1;
/// Working days without any act after which a transfer is worth a look (P22, resolve).
const IDLE_WD: i64 = 15;

pub(super) fn responsible(case: &Case<'_>, out: &mut Findings) {
    let bench = case.bench;
    if case.file.kind == CaseKind::Joint
        && let Some(opened) = case.file.first("joint.case.opened")
        && bench.decision_in_force(opened.occurred.local_date())
    {
        if case.file.first("matter.first_handler.designated").is_some() {
            out.compliant(&FIRST_HANDLER);
        } else {
            let zh = "涉及多个部门的事项没有首办单位".to_owned();
            let en = "a matter of several departments has no first handler".to_owned();
            out.add(case.signal(&FIRST_HANDLER, opened, zh, en));
        }
    }
    for moved in case.file.all("matter.first_handler.transferred") {
        let day = moved.occurred.local_date();
        let order = moved.order();
        let mut accepted = case.file.all("matter.first_handler.transfer_accepted");
        let accepted = accepted.find(|act| act.order() >= order);
        let until =
            accepted.map_or_else(|| bench.today(), |act| bench.zone.date(act.occurred.micros));
        let used = workdays_between(bench.calendar, day, until, bench.known_at);
        if !bench.decision_in_force(day) || (accepted.is_none() && used <= TAKE_OVER_WD) {
            continue;
        }
        if used <= TAKE_OVER_WD {
            out.compliant(&FIRST_HANDLER);
            continue;
        }
        let (zh, en) = match accepted {
            Some(_) => (
                format!("首办移交{day}发出,{until}才被接受,其间无人负责"),
                format!(
                    "passed on on {day}, taken over on {until}: nobody was responsible between"
                ),
            ),
            None => (
                format!("首办移交{day}发出,至今未被接受,首办单位仍须负责"),
                format!(
                    "passed on on {day}, not taken over: the first handler remains responsible"
                ),
            ),
        };
        out.add(case.signal(&FIRST_HANDLER, moved, zh, en).resting_on(accepted));
    }
}

/// Transfers without any act between, a transfer back to whoever had it, and a
/// matter that lies still after one.
pub(super) fn passed_on(case: &Case<'_>, out: &mut Findings) {
    let transfers: Vec<&Event<'_>> = case.file.all("matter.first_handler.transferred").collect();
    let (Some(first), Some(last)) = (transfers.first(), transfers.last()) else { return };
    if !case.bench.decision_in_force(last.occurred.local_date()) {
        return;
    }
    let mut holders: Vec<Box<str>> = vec![first.unit().unwrap_or_default().into()];
    let mut idle = 0;
    for moved in &transfers {
        let since = moved.order();
        let to = named_unit(moved);
        if holders.contains(&to) {
            let chain = holders.iter().map(AsRef::as_ref).collect::<Vec<_>>().join("→");
            let zh = format!("循环移交:{chain}→{to}");
            let en = format!("passed in a circle: {chain}→{to}");
            let finding = case.signal(&BUCK_PASSING, moved, zh, en);
            out.add(finding.matter("circle").resting_on(transfers.iter().copied()));
            break;
        }
        holders.push(to);
        let before = case.file.acts.iter().rev().filter(|act| act.order() < since);
        let mut before = before.filter(|act| !is(act, "matter.first_handler.transfer_accepted"));
        let straight = before.next().is_some_and(|act| is(act, "matter.first_handler.transferred"));
        idle += u32::from(straight);
    }
    if idle > 0 {
        let count = transfers.len();
        let zh = format!("连续移交{count}次,其间没有任何办理");
        let en = format!("passed on {count} times with nothing done between");
        let finding = case.signal(&BUCK_PASSING, last, zh, en);
        out.add(finding.matter("transfers").resting_on(transfers.iter().copied()));
    }
    lies_still(case, last, out);
}

fn lies_still(case: &Case<'_>, last: &Event<'_>, out: &mut Findings) {
    let bench = case.bench;
    let order = last.order();
    let next = case
        .file
        .acts
        .iter()
        .find(|act| act.order() > order && !is(act, "matter.first_handler.transfer_accepted"));
    let from = last.occurred.local_date();
    let until = next.map_or_else(|| bench.today(), |act| bench.zone.date(act.occurred.micros));
    let used = workdays_between(bench.calendar, from, until, bench.known_at);
    let set = bench.parameter("P22", bench.on(from)).and_then(|set| set.get("resolve"));
    if i64::from(used) > set.and_then(Json::as_int).unwrap_or(IDLE_WD) {
        let zh = format!("移交后{used}个工作日无任何办理");
        let en = format!("nothing was done for {used} working days after it was passed on");
        out.add(case.signal(&BUCK_PASSING, last, zh, en).matter("idle"));
    }
}

/// Two units that each refuse the same applicant and name the other.
pub(super) fn each_other(city: &City<'_>, out: &mut Findings) {
    for (one, other) in city.topics.refusals.of_each_other() {
        if !city.bench.decision_in_force(city.bench.zone.date(other.at)) {
            continue;
        }
        let (a, b) = (&one.unit, &other.unit);
        let zh = format!("{a}不予受理并指向{b},{b}不予受理并指向{a},申请人相同");
        let en = format!("{a} and {b} refused the same applicant, each naming the other");
        out.add(
            Finding {
                rule: BUCK_PASSING.id,
                rule_version: BUCK_PASSING.version,
                outcome: Outcome::Signal,
                severity: BUCK_PASSING.severity,
                stream: other.stream.clone(),
                matter: other.entry.id.clone(),
                entries: vec![one.entry.clone(), other.entry.clone()],
                at: other.at,
                accountable: other.accountable.clone(),
                zh,
                en,
                explanation: serde_json::Map::new(),
                silence: None,
            }
            .because("refusals", json!([one.stream, other.stream])),
        );
    }
}
