//! Entries held against their filing: R2.6.1 (consented before, and within what was
//! consented to), R2.6.2 (no entry without one, except in exempt domains) and R2.6.3
//! (special inspections ordered from above).

use super::claim;
use super::{FILING, SPECIAL_INSPECTION, UNAUTHORISED_ENTRY};
use crate::rules::bench::{Bench, Case};
use crate::rules::city::City;
use crate::rules::finding::{Finding, Findings, Outcome};
use crate::rules::noted::NotedAct;
use crate::rules::rule::Severity;
use crate::rules::visit::{self, Entry, Filing, Reply};
use crate::rules::words::{listed, listed_en, minute};
use serde_json::{Value, json};

/// The roles that may consent to a filing (C03).
const CONSENTING: [&str; 2] = ["工业主管部门", "效能办"];

pub(super) fn filed(case: &Case<'_>, out: &mut Findings) {
    let entries = visit::entries(case);
    if entries.is_empty() {
        return;
    }
    let filings = visit::filings(case);
    for entry in entries {
        let filing = visit::own_filing(&entry, &filings);
        // A filing of another case is sought when all cases have been read.
        if filing.is_some() || entry.filing_no.is_none() {
            judge(case.bench, &entry, filing, out);
        }
    }
}

pub(super) fn filed_elsewhere(city: &City<'_>, out: &mut Findings) {
    for (entry, filing) in city.topics.visits.elsewhere() {
        judge(city.bench, entry, filing, out);
    }
}

fn judge(bench: &Bench<'_>, entry: &Entry, filing: Option<&Filing>, out: &mut Findings) {
    if !bench.decision_in_force(entry.on) || entry.on_request {
        return;
    }
    let flaws = claim::flaws(bench, entry);
    let exempt = flaws.is_empty();
    match filing {
        None if exempt => filed_afterwards(bench, entry, None, out),
        None => out.add(unauthorised(bench, entry, &flaws)),
        Some(filing) => {
            if filing.is_ordered_from_above() {
                special(bench, entry, filing, out);
            } else if exempt {
                filed_afterwards(bench, entry, Some(filing), out);
            } else {
                consented(bench, entry, filing, &flaws, out);
            }
            within_scope(bench, entry, filing, out);
        }
    }
}

/// R2.6.2: neither a filing nor an exemption that holds.
fn unauthorised(bench: &Bench<'_>, entry: &Entry, flaws: &[(&str, &str)]) -> Finding {
    let (zh_flaws, en_flaws): (Vec<&str>, Vec<&str>) = flaws.iter().copied().unzip();
    let at = minute(bench.zone, entry.act.at);
    let zh = format!("{at}入企{},没有备案;{}", entry.kind, listed(&zh_flaws));
    let en = format!("entered at {at} without any filing; {}", listed_en(&en_flaws));
    let finding = bench.signal(&UNAUTHORISED_ENTRY, &entry.act, zh, en);
    let domain = entry.claim.as_ref().map(|claim| claim.domain.as_ref());
    finding.because(
        "entry",
        json!({
            "entered_at": at, "kind": entry.kind, "filing_no": entry.filing_no,
            "claimed_domain": domain, "flaws": zh_flaws,
        }),
    )
}

/// An exempt entry is filed as soon as any act must be recorded (P12).
fn filed_afterwards(bench: &Bench<'_>, entry: &Entry, filing: Option<&Filing>, out: &mut Findings) {
    let days = bench.recording_wd(entry.on);
    let known_at = bench.known_at;
    let due = bench.calendar.add_working_days(entry.on, days, known_at, |_| false);
    let Some(due) = due.map(|due| due.date) else { return };
    let end = bench.zone.end_of(due);
    let filed = filing.map(|filing| filing.submitted.at);
    if filed.is_some_and(|at| at <= end) {
        return out.compliant(&FILING);
    }
    if !bench.past(end) {
        return;
    }
    let at = minute(bench.zone, entry.act.at);
    let then = filed.map(|at| minute(bench.zone, at));
    let (zh, en) = match &then {
        Some(then) => (
            format!("{at}以豁免领域入企,应于{due}24时前补备案,{then}才备案"),
            format!("exempt entry at {at}: to be filed by the end of {due}, filed at {then}"),
        ),
        None => (
            format!("{at}以豁免领域入企,应于{due}24时前补备案,没有备案"),
            format!("exempt entry at {at}: to be filed by the end of {due}, never filed"),
        ),
    };
    let finding = bench.signal(&FILING, &entry.act, zh, en);
    let finding = finding.resting_on_noted(filing.map(|filing| &filing.submitted));
    out.add(finding.because(
        "filing_after_entry",
        json!({"entered_at": at, "due": due.to_string(), "filed_at": then}),
    ));
}

/// When it was consented to, beside when the entry was.
fn times(bench: &Bench<'_>, entry: &Entry, filing: &Filing) -> Value {
    let consent = filing.consent();
    json!({
        "filing_no": filing.number, "filed_at": minute(bench.zone, filing.submitted.at),
        "consented_at": consent.map(|answer| minute(bench.zone, answer.act.at)),
        "consented_by": consent.and_then(|answer| answer.by_unit.as_deref()),
        "entered_at": minute(bench.zone, entry.act.at),
    })
}

/// What came instead of a consent before the entry.
fn instead(bench: &Bench<'_>, filing: &Filing) -> (String, String) {
    if let Some(consent) = filing.consent() {
        let at = minute(bench.zone, consent.act.at);
        return (format!("{at}才同意备案"), format!("consented only at {at}"));
    }
    match filing.answers.last().map(|answer| answer.reply) {
        Some(Reply::Refused) => ("备案未获同意".into(), "the filing was refused".into()),
        Some(Reply::Returned) => ("备案被退回".into(), "the filing was returned".into()),
        Some(Reply::Withdrawn) => ("备案已撤回".into(), "the filing was withdrawn".into()),
        _ => ("备案没有答复".into(), "the filing was never answered".into()),
    }
}

/// R2.6.1: consent before entry, by a body that may give it.
fn consented(
    bench: &Bench<'_>,
    entry: &Entry,
    filing: &Filing,
    flaws: &[(&str, &str)],
    out: &mut Findings,
) {
    let at = minute(bench.zone, entry.act.at);
    let answers = filing.answers.iter().map(|answer| &answer.act);
    let signal = |zh: String, en: String| {
        let finding = bench.signal(&FILING, &entry.act, zh, en);
        let finding = finding.resting_on_noted([&filing.submitted]);
        finding.resting_on_noted(answers.clone()).because("filing", times(bench, entry, filing))
    };
    let Some(consent) = filing.consent_before(entry.act.order) else {
        let (zh, en) = instead(bench, filing);
        let finding = signal(format!("{at}入企,{zh}"), format!("entered at {at}; {en}"));
        let claimed = entry.claim.is_some();
        let why: Vec<&str> = flaws.iter().map(|flaw| flaw.0).filter(|_| claimed).collect();
        return out.add(finding.because("exemption_flaws", why));
    };
    match has_role(bench, consent.by_unit.as_deref(), consent.act.at, &CONSENTING) {
        Some(true) => task_between(bench, entry, filing, &consent.act, out),
        Some(false) => {
            let by = consent.by_unit.as_deref().unwrap_or("?");
            let zh = format!("同意备案的{by}当日既不是工业主管部门也不是效能办");
            let en = format!("{by}, which consented, had no power to consent on that day");
            out.add(signal(zh, en));
        }
        None => {
            let zh = "不知道同意备案的单位当日的职能,无法判定".to_owned();
            let en = "the role of the unit that consented is unknown: it cannot be told".to_owned();
            let finding = signal(zh, en).outcome(Outcome::Indeterminate);
            out.add(finding.because("missing", ["md.unit.roles"].as_slice()));
        }
    }
}

/// The head approves the task after the filing was consented to and before the entry
/// (§3.11.4). A research visit inspects nothing and needs no task.
fn task_between(
    bench: &Bench<'_>,
    entry: &Entry,
    filing: &Filing,
    consent: &NotedAct,
    out: &mut Findings,
) {
    let tasks = || entry.tasks.iter().chain(&filing.tasks);
    let before = || tasks().filter(|task| task.order < entry.act.order);
    if entry.is_research() || before().any(|task| consent.order < task.order) {
        return out.compliant(&FILING);
    }
    let at = minute(bench.zone, entry.act.at);
    let early = before().max_by_key(|task| task.order);
    let approved = early.map(|task| minute(bench.zone, task.at));
    let agreed = minute(bench.zone, consent.at);
    let (zh, en) = match &approved {
        Some(then) => (
            format!("{then}即审批检查任务,{agreed}才同意备案"),
            format!("the task was approved at {then}, before the consent of {agreed}"),
        ),
        None => (
            format!("{agreed}同意备案,{at}入企,其间没有检查审批"),
            format!("consented at {agreed}, entered at {at}: no task was approved between"),
        ),
    };
    let finding = bench.signal(&FILING, &entry.act, zh, en).severity(Severity::Yellow);
    let finding = finding.matter(format!("{}@task", entry.act.entry.id));
    let finding = finding.resting_on_noted([&filing.submitted, consent]).resting_on_noted(early);
    out.add(finding.because(
        "task",
        json!({"consented_at": agreed, "approved_at": approved, "entered_at": at}),
    ));
}

/// Whether a unit had one of these roles on a day; `None` if the register does not
/// know the unit or its roles.
fn has_role(
    bench: &Bench<'_>,
    unit: Option<&str>,
    moment: crate::time::civil::Micros,
    roles: &[&str],
) -> Option<bool> {
    let version = bench.master.units.at(unit?, bench.at(moment))?;
    version.row.roles.as_ref()?;
    Some(roles.iter().any(|role| version.row.has_role(role)))
}

/// R2.6.3: reported by the counterpart department, consented by the industry
/// authority of that day, before the first entry, with the paper that ordered it.
fn special(bench: &Bench<'_>, entry: &Entry, filing: &Filing, out: &mut Findings) {
    let at = minute(bench.zone, entry.act.at);
    let mut zh = Vec::new();
    let mut en = Vec::new();
    let mut missing = Vec::new();
    match filing.consent_before(entry.act.order) {
        None => {
            let (why, why_en) = instead(bench, filing);
            zh.push(why);
            en.push(why_en);
        }
        Some(consent) => {
            let by = consent.by_unit.as_deref();
            match has_role(bench, by, consent.act.at, &CONSENTING[..1]) {
                Some(true) => {}
                Some(false) => {
                    zh.push(format!("同意备案的{}当日不是工业主管部门", by.unwrap_or("?")));
                    en.push("the unit that consented was not the industry authority".into());
                }
                None => missing.push("md.unit.roles"),
            }
        }
    }
    let own = entry.act.unit.as_deref();
    let filer = filing.submitted.unit.as_deref();
    if let (Some(own), Some(filer)) = (own, filer)
        && !bench.master.same_unit(own, filer, bench.at(entry.act.at))
    {
        zh.push(format!("备案由{filer}提出,不是入企的对口部门{own}"));
        en.push(format!("filed by {filer}, not by {own} that entered"));
    }
    if filing.origin_doc.is_none() {
        zh.push("没有注明布置专项检查的文件".into());
        en.push("the paper that ordered it is not cited".into());
    }
    if zh.is_empty() && missing.is_empty() {
        return out.compliant(&SPECIAL_INSPECTION);
    }
    let origin = filing.origin.as_deref().unwrap_or_default();
    let outcome = if zh.is_empty() { Outcome::Indeterminate } else { Outcome::Signal };
    if zh.is_empty() {
        zh.push("不知道同意备案单位的职能,无法判定".into());
        en.push("the role of the unit that consented is unknown".into());
    }
    let finding = bench.signal(
        &SPECIAL_INSPECTION,
        &entry.act,
        format!("{origin}统一布置的专项检查,{at}入企,{}", listed(&zh)),
        format!("special inspection ordered from above, entered at {at}; {}", listed_en(&en)),
    );
    let answers = filing.answers.iter().map(|answer| &answer.act);
    let finding = finding.resting_on_noted([&filing.submitted]).resting_on_noted(answers);
    let finding = finding.outcome(outcome).because("filing", times(bench, entry, filing));
    out.add(
        finding.because("missing", missing).because("origin_doc", filing.origin_doc.as_deref()),
    );
}

/// What of an entry lies outside its filing, in both languages.
pub(in crate::rules) fn outside_scope(entry: &Entry, filing: &Filing) -> Vec<(String, String)> {
    let mut out = Vec::new();
    let mut say = |zh: String, en: String| out.push((zh, en));
    if let Some(enterprise) = &entry.enterprise
        && !filing.enterprises.is_empty()
        && !filing.enterprises.contains(enterprise)
    {
        say(format!("企业{enterprise}不在备案对象之内"), format!("{enterprise} is not filed"));
    }
    let on = entry.on;
    if filing.from.is_some_and(|from| on < from) || filing.to.is_some_and(|to| to < on) {
        let [from, to] =
            [filing.from, filing.to].map(|day| day.map_or("…".to_owned(), |day| day.to_string()));
        say(
            format!("{on}不在备案日期{from}至{to}之内"),
            format!("{on} lies outside the filed dates {from} to {to}"),
        );
    }
    if let Some(item) = &entry.item
        && !filing.items.is_empty()
        && !filing.items.contains(item)
    {
        say(format!("事项{item}未备案"), format!("the item {item} is not filed"));
    }
    let strangers: Vec<&str> = entry
        .officers
        .iter()
        .filter(|officer| !filing.team.is_empty() && !filing.team.contains(officer))
        .map(AsRef::as_ref)
        .collect();
    if !strangers.is_empty() {
        say(
            format!("{}不在备案的检查人员之内", listed(&strangers)),
            format!("{} not among the filed team", listed_en(&strangers)),
        );
    }
    if let (Some(purpose), Some(filed)) = (&entry.purpose, &filing.purpose)
        && purpose != filed
    {
        say(
            format!("目的“{purpose}”与备案的“{filed}”不同"),
            format!("the purpose “{purpose}” is not the filed “{filed}”"),
        );
    }
    out
}

fn within_scope(bench: &Bench<'_>, entry: &Entry, filing: &Filing, out: &mut Findings) {
    let outside = outside_scope(entry, filing);
    if outside.is_empty() {
        return;
    }
    let (zh, en): (Vec<String>, Vec<String>) = outside.into_iter().unzip();
    let at = minute(bench.zone, entry.act.at);
    let finding = bench.signal(
        &FILING,
        &entry.act,
        format!("{at}入企超出备案范围:{}", listed(&zh)),
        format!("the entry at {at} goes beyond its filing: {}", listed_en(&en)),
    );
    let finding = finding.matter(format!("{}@scope", entry.act.entry.id));
    let finding = finding.resting_on_noted([&filing.submitted]);
    out.add(finding.because(
        "scope",
        json!({
            "filing_no": filing.number, "enterprises": filing.enterprises,
            "from": filing.from.map(|day| day.to_string()),
            "to": filing.to.map(|day| day.to_string()), "items": filing.items,
            "team": filing.team, "outside": zh,
        }),
    ));
}
