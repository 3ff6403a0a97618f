//! R2.7.5 处罚前告知园区和主管部门: beside the notice to the party (行政处罚法 44).

use super::PARK_TOLD;
use crate::event::Event;
use crate::rules::bench::Case;
use crate::rules::finding::{Findings, Outcome};
use crate::rules::rule::Severity;
use crate::rules::words::{listed, listed_en, when};
use serde_json::{Value, json};

const PARK: &str = "penalty.park_notification.sent";
const AUTHORITY: &str = "penalty.authority_notification.sent";

/// Whether the party stood on a park's roster on a day; `None` if nothing is known
/// of it.
fn park_of(case: &Case<'_>, act: &Event<'_>) -> Option<Option<Box<str>>> {
    let master = case.bench.master;
    let at = case.bench.at(act.occurred.micros);
    let party = act.parties.iter().find_map(|party| party.id.get())?;
    let member = master.parks.each_at(at).find(|park| {
        park.row.members.iter().flatten().any(|member| {
            member.party_id.as_deref() == Some(party)
                && member.from.is_none_or(|from| from <= at.on)
                && member.to.is_none_or(|to| at.on < to)
        })
    });
    if let Some(park) = member {
        return Some(Some(park.row.park_id.clone()));
    }
    master.parties.at(party, at).map(|version| version.row.park.clone())
}

/// How one notification stood to the decision.
enum Standing<'c> {
    Before(&'c Event<'c>),
    /// Says that it was before; was recorded after the decision was, and late.
    Backdated(&'c Event<'c>),
    After(&'c Event<'c>),
    Never,
}

fn standing<'c>(case: &'c Case<'_>, kind: &str, decision: &Event<'_>) -> Standing<'c> {
    let sent: Vec<&Event<'_>> =
        case.file.acts.iter().filter(|act| crate::rules::case_file::is(act, kind)).collect();
    let before = sent.iter().copied().find(|act| act.order() < decision.order());
    if let Some(act) = before {
        let late = case.bench.recorded_late(act.occurred.local_date(), act.recorded);
        return match late && act.recorded > decision.recorded {
            true => Standing::Backdated(act),
            false => Standing::Before(act),
        };
    }
    sent.first().map_or(Standing::Never, |act| Standing::After(act))
}

pub(super) fn told(case: &Case<'_>, out: &mut Findings) {
    for act in case.all("penalty.decision.made") {
        if case.bench.decision_in_force(act.occurred.local_date()) {
            judge(case, act, out);
        }
    }
}

fn judge(case: &Case<'_>, decision: &Event<'_>, out: &mut Findings) {
    let park = park_of(case, decision);
    let mut zh = Vec::new();
    let mut en = Vec::new();
    let mut severity = Severity::Yellow;
    let mut detail = serde_json::Map::new();
    let mut rests = Vec::new();
    let addressees = [
        (PARK, "工业园区", "the park", matches!(park, Some(Some(_)))),
        (AUTHORITY, "主管部门", "the authority", true),
    ];
    for (kind, name, name_en, needed) in addressees {
        let standing = standing(case, kind, decision);
        let (word, sent): (&str, Option<&Event<'_>>) = match &standing {
            Standing::Before(act) => ("before", Some(act)),
            Standing::Backdated(act) => ("backdated", Some(act)),
            Standing::After(act) => ("after", Some(act)),
            Standing::Never => ("never", None),
        };
        let told = json!({"standing": word, "sent_at": sent.map(when), "needed": needed});
        detail.insert(kind.to_owned(), told);
        rests.extend(sent);
        if !needed {
            continue;
        }
        match standing {
            Standing::Before(_) => {}
            Standing::Backdated(act) => {
                zh.push(format!("告知{name}注明{},决定记录之后才补录", when(act)));
                en.push(format!(
                    "{name_en} told at {} as is claimed, recorded after the decision",
                    when(act)
                ));
            }
            Standing::After(act) => {
                zh.push(format!("{}才告知{name}", when(act)));
                en.push(format!("{name_en} told only at {}", when(act)));
            }
            Standing::Never => {
                severity = Severity::Red;
                zh.push(format!("没有告知{name}"));
                en.push(format!("{name_en} never told"));
            }
        }
    }
    let unknown = park.is_none() && matches!(standing(case, PARK, decision), Standing::Never);
    if zh.is_empty() && !unknown {
        return out.compliant(&PARK_TOLD);
    }
    let outcome = if zh.is_empty() { Outcome::Indeterminate } else { Outcome::Signal };
    if zh.is_empty() {
        zh.push("不知道当事人当日是否在园区名录,无法判定是否应告知园区".into());
        en.push("whether the party was on a park's roster is unknown".into());
    }
    let finding = case.signal(
        &PARK_TOLD,
        decision,
        format!("{}作出处罚决定,{}", when(decision), listed(&zh)),
        format!("penalised at {}; {}", when(decision), listed_en(&en)),
    );
    let finding = finding.severity(severity).outcome(outcome).resting_on(rests);
    let park = park.map(|park| park.map_or(Value::Null, |id| id.as_ref().into()));
    out.add(finding.because("notifications", detail).because("park", park.unwrap_or("?".into())));
}
