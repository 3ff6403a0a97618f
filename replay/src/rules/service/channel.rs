//! R2.3.1, R2.3.2, R2.3.8: the green channel, its free agents and who may use it.

use super::{FREE_AGENCY, GREEN_CHANNEL, SPECIAL_HANDLING};
use crate::event::Event;
use crate::integrity::json::Json;
use crate::rules::bench::Case;
use crate::rules::finding::Findings;
use crate::rules::rule::Severity;

fn enrolled<'f>(case: &'f Case<'_>) -> impl Iterator<Item = &'f Event<'f>> {
    let acts = case.file.all("green_channel.enrolled");
    acts.filter(|act| case.bench.decision_in_force(act.occurred.local_date()))
}

fn named<'e>(act: &'e Event<'_>, member: &str) -> Option<std::borrow::Cow<'e, str>> {
    act.body.text(member).filter(|text| !text.is_empty())
}

/// R2.3.1: an enrolment names its project and the basis, and nothing else.
pub(super) fn enrolment(case: &Case<'_>, out: &mut Findings) {
    for act in enrolled(case) {
        let missing: Vec<&str> =
            ["project", "basis"].into_iter().filter(|name| named(act, name).is_none()).collect();
        if missing.is_empty() {
            out.compliant(&GREEN_CHANNEL);
            continue;
        }
        let missing = missing.join("、");
        let zh = format!("纳入绿色通道未写明{missing}");
        let en = format!("enrolled in the green channel without {missing}");
        out.add(case.signal(&GREEN_CHANNEL, act, zh, en));
    }
}

/// R2.3.2: an enrolled project has an agent by the next working day, and nobody is
/// charged for the service.
pub(super) fn agency(case: &Case<'_>, out: &mut Findings) {
    let bench = case.bench;
    for act in enrolled(case) {
        let day = act.occurred.local_date();
        let due = bench.calendar.add_working_days(day, 1, bench.known_at, |_| false);
        let Some(due) = due.map(|due| bench.zone.end_of(due.date)) else { continue };
        let assigned = case.file.first("agency_service.assigned");
        if assigned.is_some_and(|one| one.occurred.micros <= due) {
            out.compliant(&FREE_AGENCY);
        } else if bench.past(due) {
            let zh = format!("{day}纳入绿色通道,次一工作日内未指派代办员");
            let en = format!("enrolled on {day}, no agent assigned by the next working day");
            out.add(case.signal(&FREE_AGENCY, act, zh, en).resting_on(assigned));
        }
    }
    let acts = case.file.any(&["agency_service.assigned", "agency_service.completed"]);
    for act in acts.filter(|act| act.body.json("free_of_charge") == Some(Json::Bool(false))) {
        charged(case, act, out);
    }
    for act in case.file.all("fee.assessed") {
        let purpose = named(act, "purpose").is_some_and(|text| text.contains("代办"));
        let lines = act.body.json("lines");
        let lines = lines.as_ref().and_then(Json::as_list).unwrap_or_default();
        let says = |line: &Json<'_>| {
            ["name", "purpose"].iter().any(|name| {
                line.get(name).and_then(Json::as_str).is_some_and(|text| text.contains("代办"))
            })
        };
        if purpose || lines.iter().any(says) {
            charged(case, act, out);
        }
    }
}

fn charged(case: &Case<'_>, act: &Event<'_>, out: &mut Findings) {
    if case.bench.decision_in_force(act.occurred.local_date()) {
        let zh = "代办服务收费,代办应当无偿".to_owned();
        let en = "charged for agency service, which is free".to_owned();
        out.add(case.signal(&FREE_AGENCY, act, zh, en).severity(Severity::Red));
    }
}

/// R2.3.8: only projects and enterprises on a roster of that day are handled
/// specially.
pub(super) fn roster(case: &Case<'_>, out: &mut Findings) {
    let special = |act: &&Event<'_>| {
        act.body.json("special_handling") == Some(Json::Bool(true))
            || crate::rules::case_file::is(act, "green_channel.enrolled")
    };
    for act in case.file.acts.iter().filter(special) {
        let day = act.occurred.local_date();
        if !case.bench.decision_in_force(day) {
            continue;
        }
        let at = case.bench.on(day);
        let project = named(act, "project")
            .or_else(|| case.file.acts.iter().find_map(|one| named(one, "project_code")));
        let project = project.and_then(|code| case.bench.master.projects.at(&code, at));
        let on_roster = project.is_some_and(|project| {
            project.row.roster_from.is_none_or(|from| from <= day)
                && project.row.roster_to.is_none_or(|to| day < to)
        });
        let key = act.parties.iter().filter_map(|party| party.id.get()).any(|id| {
            let party = case.bench.master.parties.at(id, at);
            let key = party.and_then(|party| party.row.key_enterprise.as_ref());
            key.is_some_and(|key| key.holds(day))
        });
        if on_roster || key {
            out.compliant(&SPECIAL_HANDLING);
            continue;
        }
        let zh = format!("{day}按特事特办处理,当日既非在册重大项目,也非重点企业");
        let en = format!(
            "handled specially on {day}: neither a listed project nor a key enterprise that day"
        );
        out.add(case.signal(&SPECIAL_HANDLING, act, zh, en));
    }
}
