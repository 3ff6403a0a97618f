//! R2.7.1 持证上岗: every officer of an enforcing act holds a certificate that was
//! valid that day, of the acting organ, for this kind of enforcement and this
//! region; two at least (行政处罚法 42, 55). Certificates are matched by number,
//! officers by id, never by name.

use super::CERTIFIED;
use crate::event::Event;
use crate::integrity::json::Json;
use crate::master::{At, Certificate, Version};
use crate::rules::bench::Case;
use crate::rules::finding::{Findings, Outcome};
use crate::rules::words::{listed, listed_en, when};
use serde_json::{Value, json};

/// Acts that officers do in person, the member that lists them, and the kind of
/// enforcement that the certificate must cover.
const ACTS: [(&str, &str, &str); 6] = [
    ("inspection.entry.started", "officers", "行政检查"),
    ("inspection.reinspection.done", "officers", "行政检查"),
    ("coercion.imposed", "officers", "行政强制"),
    ("penalty.case.filed", "handlers", "行政处罚"),
    ("penalty.investigation.step", "officers", "行政处罚"),
    ("penalty.rectification.reinspected", "officers", "行政处罚"),
];

/// Without a list of officers these cannot be judged; the others are then no acts
/// in person.
const NEED_LIST: [&str; 2] = ["inspection.entry.started", "coercion.imposed"];

/// An officer as an act names one.
pub(in crate::rules) struct Named {
    pub officer: Box<str>,
    pub cert_no: Option<Box<str>>,
    pub shown: Option<bool>,
}

/// The officers that an act lists; `None` if it lists none at all.
pub(in crate::rules) fn named(act: &Event<'_>, member: &str) -> Option<Vec<Named>> {
    let Some(Json::List(items)) = act.body.json(member) else { return None };
    let actor = act.actor.as_ref();
    let own = |officer: &str| {
        let actor = actor.filter(|actor| actor.officer.get() == Some(officer))?;
        actor.cert_no.get().map(Box::from)
    };
    let read = |item: &Json<'_>| {
        let inner = |name: &str| item.get(name).and_then(Json::as_str);
        let officer = item.as_str().or(inner("officer_id"))?;
        let cert_no = inner("cert_no").map(Box::from).or_else(|| own(officer));
        let shown = match item.get("shown") {
            Some(Json::Bool(shown)) => Some(*shown),
            _ => None,
        };
        Some(Named { officer: officer.into(), cert_no, shown })
    };
    Some(items.iter().filter_map(read).collect())
}

/// One officer, examined.
struct Examined {
    officer: Box<str>,
    cert_no: Option<Box<str>>,
    /// In both languages; none if the certificate holds.
    flaws: Vec<(String, String)>,
    detail: Value,
}

fn examine(case: &Case<'_>, act: &Event<'_>, named: &Named, kind: &str) -> Examined {
    let master = case.bench.master;
    let at = case.bench.at(act.occurred.micros);
    let unit = act.unit();
    let mut flaws: Vec<(String, String)> = Vec::new();
    let mut say = |zh: String, en: String| flaws.push((zh, en));
    let version = match &named.cert_no {
        Some(number) => master.certificates.at(number, at),
        // Where only the officer is named, any certificate of this organ will do.
        None => master.certificates.found_at(&named.officer, at).find(|version| {
            let organ = version.row.organ.as_deref();
            organ.is_none_or(|organ| unit.is_some_and(|unit| master.same_unit(organ, unit, at)))
        }),
    };
    match version {
        None => {
            let (zh, en) = why_none(case, named, at);
            say(zh, en);
        }
        Some(version) => certificate(case, act, named, kind, version, &mut say),
    }
    let officer = master.officers.at(&named.officer, at);
    if officer.is_some_and(|row| row.row.personnel_kind.as_deref() == Some("辅助")) {
        say("为辅助人员".into(), "is auxiliary staff".into());
    }
    if named.shown == Some(false) {
        say("没有出示证件".into(), "did not show it".into());
    }
    Examined {
        officer: named.officer.clone(),
        cert_no: named.cert_no.clone().or(version.map(|version| version.row.cert_no.clone())),
        detail: json!({
            "officer": named.officer, "cert_no": named.cert_no, "shown": named.shown,
            "certificate_entry": version.map(|version| version.origin.id.as_ref()),
            "valid_from": version.and_then(|v| v.valid_from).map(|day| day.to_string()),
            "valid_to": version.and_then(|v| v.valid_to).map(|day| day.to_string()),
            "flaws": flaws.iter().map(|flaw| flaw.0.as_str()).collect::<Vec<_>>(),
        }),
        flaws,
    }
}

/// Why no certificate was in force: never held, not yet, or no longer.
fn why_none(case: &Case<'_>, named: &Named, at: At) -> (String, String) {
    let Some(number) = &named.cert_no else {
        return ("没有有效的执法证".into(), "held no certificate in force".into());
    };
    let history = case.bench.master.certificates.history(number);
    let last = history.filter(|version| version.believed_at(at.known_at)).last();
    let Some(last) = last else {
        return (format!("执法证{number}不存在"), format!("there is no certificate {number}"));
    };
    match (last.valid_from, last.valid_to) {
        (Some(from), _) if at.on < from => (
            format!("执法证{number}自{from}起才有效"),
            format!("{number} is valid only from {from}"),
        ),
        (_, Some(to)) if to <= at.on => {
            let day = to.pred_opt().unwrap_or(to);
            (format!("执法证{number}有效期至{day}"), format!("{number} was valid until {day}"))
        }
        _ => (format!("执法证{number}已终止"), format!("{number} had ended")),
    }
}

fn certificate(
    case: &Case<'_>,
    act: &Event<'_>,
    named: &Named,
    kind: &str,
    version: &Version<Certificate>,
    say: &mut impl FnMut(String, String),
) {
    let row = &version.row;
    let number = &row.cert_no;
    let master = case.bench.master;
    let at = case.bench.at(act.occurred.micros);
    if row.officer_id.as_deref().is_some_and(|holder| holder != named.officer.as_ref()) {
        say(format!("执法证{number}是他人的"), format!("{number} is another officer's"));
    }
    let suspended = row.suspended_from.is_some_and(|from| from <= at.on)
        && row.suspended_to.is_none_or(|to| at.on < to);
    if suspended {
        say(format!("执法证{number}暂扣中"), format!("{number} was suspended"));
    }
    if row.revoked_on.is_some_and(|on| on <= at.on) {
        say(format!("执法证{number}已吊销"), format!("{number} was revoked"));
    }
    let joint = case
        .file
        .all("inspection.filing.submitted")
        .any(|filing| filing.body.text("kind").as_deref() == Some("联合"));
    if let (Some(organ), Some(unit)) = (row.organ.as_deref(), act.unit())
        && !joint
        && !master.same_unit(organ, unit, at)
    {
        say(
            format!("执法证{number}属{organ},不是{unit}"),
            format!("{number} is {organ}'s, not {unit}'s"),
        );
    }
    let covers = |kinds: &Vec<Box<str>>| kinds.iter().any(|own| own.as_ref() == kind);
    if row.enforcement_types.as_ref().is_some_and(|kinds| !covers(kinds)) {
        say(format!("执法证{number}不含{kind}"), format!("{number} does not cover {kind}"));
    }
    let region = act
        .parties
        .iter()
        .find_map(|party| master.parties.at(party.id.get()?, at)?.row.region.as_deref());
    if let (Some(scope), Some(region)) = (row.scope_region.as_deref(), region)
        && !within(region, scope)
    {
        say(
            format!("执法证{number}的区域{scope}不含{region}"),
            format!("{number} is for {scope}, not for {region}"),
        );
    }
}

/// Whether a region (GB/T 2260) lies in another: 990101 in 990100, 990000 in itself.
fn within(region: &str, scope: &str) -> bool {
    let head = match scope {
        scope if scope.ends_with("0000") => scope.get(..2),
        scope if scope.ends_with("00") => scope.get(..4),
        _ => Some(scope),
    };
    head.is_some_and(|head| region.starts_with(head))
}

/// Officers of an enforcing act, each with the certificate and with what is wrong with
/// it (nothing if it holds); `None` where that cannot be told.
pub(crate) fn state_of(case: &Case<'_>, act: &Event<'_>) -> Option<Vec<Certified>> {
    let one = |examined: Examined| Certified {
        officer: examined.officer,
        cert_no: examined.cert_no,
        flaws: examined.flaws.into_iter().map(|(zh, _)| zh).collect(),
    };
    Some(examined(case, act)?.into_iter().map(one).collect())
}

/// One officer of an act, for tables.
pub(crate) struct Certified {
    pub officer: Box<str>,
    pub cert_no: Option<Box<str>>,
    /// In Chinese.
    pub flaws: Vec<String>,
}

fn listed_in<'a>(act: &Event<'_>) -> Option<(&'a str, &'a str, &'a str)> {
    ACTS.into_iter().find(|(name, _, _)| crate::rules::case_file::is(act, name))
}

fn examined(case: &Case<'_>, act: &Event<'_>) -> Option<Vec<Examined>> {
    let (_, member, kind) = listed_in(act)?;
    let named = named(act, member)?;
    if case.bench.master.certificates.is_empty() {
        return None;
    }
    Some(named.iter().map(|one| examine(case, act, one, kind)).collect())
}

/// How many officers of an act hold a certificate that holds; `None` if that cannot
/// be told.
pub(in crate::rules) fn valid_count(case: &Case<'_>, act: &Event<'_>) -> Option<usize> {
    let examined = examined(case, act)?;
    Some(examined.iter().filter(|one| one.flaws.is_empty()).count())
}

pub(super) fn certified(case: &Case<'_>, out: &mut Findings) {
    const NAMES: [&str; 6] = [ACTS[0].0, ACTS[1].0, ACTS[2].0, ACTS[3].0, ACTS[4].0, ACTS[5].0];
    for act in case.any(&NAMES) {
        if !case.bench.decision_in_force(act.occurred.local_date()) {
            continue;
        }
        match examined(case, act) {
            Some(officers) => judge(case, act, &officers, out),
            None => untold(case, act, out),
        }
    }
}

fn untold(case: &Case<'_>, act: &Event<'_>, out: &mut Findings) {
    let Some((name, member, _)) = listed_in(act) else { return };
    let unlisted = named(act, member).is_none();
    if unlisted && !NEED_LIST.contains(&name) {
        return;
    }
    let missing = if unlisted { member } else { "md.certificate" };
    let zh = format!("缺少{missing},无法判定执法人员是否持证");
    let en = format!("{missing} missing: whether the officers were certified cannot be told");
    let finding = case.signal(&CERTIFIED, act, zh, en).outcome(Outcome::Indeterminate);
    out.add(finding.because("missing", [missing].as_slice()));
}

fn judge(case: &Case<'_>, act: &Event<'_>, officers: &[Examined], out: &mut Findings) {
    let flawed: Vec<&Examined> = officers.iter().filter(|one| !one.flaws.is_empty()).collect();
    let valid = officers.len() - flawed.len();
    if flawed.is_empty() && valid >= 2 {
        return out.compliant(&CERTIFIED);
    }
    let mut zh: Vec<String> = Vec::new();
    let mut en: Vec<String> = Vec::new();
    for one in &flawed {
        let (words, words_en): (Vec<&str>, Vec<&str>) =
            one.flaws.iter().map(|flaw| (flaw.0.as_str(), flaw.1.as_str())).unzip();
        zh.push(format!("{}{}", one.officer, words.join(",")));
        en.push(format!("{}: {}", one.officer, words_en.join("; ")));
    }
    if valid < 2 {
        zh.push(format!("有效持证人员{valid}名,不足两名"));
        en.push(format!("{valid} certified officers, fewer than two"));
    }
    let finding = case.signal(
        &CERTIFIED,
        act,
        format!("{}执法人员持证不符:{}", when(act), listed(&zh)),
        format!("officers at {}: {}", when(act), listed_en(&en)),
    );
    let mut finding = finding
        .because("officers", officers.iter().map(|one| one.detail.clone()).collect::<Vec<_>>());
    let direct = flawed.iter().map(|one| one.officer.as_ref());
    finding.accountable = finding.accountable.with_direct(direct);
    let numbers: Vec<_> = officers.iter().map(|one| one.cert_no.as_deref()).collect();
    out.add(finding.because("valid_count", valid).because("certificates", numbers));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_city_covers_its_counties_and_no_other_city() {
        assert!(within("990101", "990100") && within("990100", "990100"));
        assert!(within("990101", "990000"));
        assert!(!within("990201", "990100") && !within("990100", "990101"));
    }
}
