//! R2.4.7: every document that is no secret stands on the portal in time, after a
//! review of secrecy; what is kept back says why.

use crate::event::Event;
use crate::rules::bench::Case;
use crate::rules::finding::{Finding, Findings, Outcome};
use crate::rules::openness::DOCUMENTS;
use crate::rules::publication;
use serde_json::json;

pub(super) fn published(case: &Case<'_>, out: &mut Findings) {
    for created in case.file.all("document.created") {
        if !case.bench.decision_in_force(created.occurred.local_date()) {
            continue;
        }
        let text = |name: &str| created.body.text(name).unwrap_or_default();
        let members = ["secrecy_level", "disclosure_attr"];
        let missing: Vec<&str> = members.into_iter().filter(|name| text(name).is_empty()).collect();
        if !missing.is_empty() {
            let list = missing.join("、");
            let zh = format!("公文未记录{list},是否应当公开无法判定");
            let en = format!("{list} not recorded: whether it is to be published cannot be told");
            let finding = case.signal(&DOCUMENTS, created, zh, en).outcome(Outcome::Indeterminate);
            out.add(finding.because("missing", json!(missing)));
            continue;
        }
        if !matches!(text("secrecy_level").as_ref(), "无" | "none") {
            continue;
        }
        match text("disclosure_attr").as_ref() {
            "主动" | "主动公开" => on_the_portal(case, created, out),
            "不予" | "不予公开" if text("ground").is_empty() => {
                let zh = "定为不予公开而未写明理由".to_owned();
                let en = "kept back without a ground".to_owned();
                out.add(case.signal(&DOCUMENTS, created, zh, en));
            }
            _ => out.compliant(&DOCUMENTS),
        }
    }
}

fn on_the_portal(case: &Case<'_>, created: &Event<'_>, out: &mut Findings) {
    let bench = case.bench;
    let zone = bench.zone;
    let order = created.order();
    let published = case.file.all("document.published").find(|act| {
        act.order() >= order && act.body.text("url").is_some_and(|url| !url.is_empty())
    });
    let formed = publication::formed_on(case, created);
    let days = publication::of_document(case, created);
    let due = bench.calendar.add_working_days(formed, days, bench.known_at, |_| false);
    let Some(due) = due else { return };
    let until = published.map_or_else(|| bench.today(), |act| zone.date(act.occurred.micros));
    let mut sound = published.is_some();
    if until > due.date {
        sound = false;
        let (due, done) =
            (due.date, published.map_or("至今未公开".to_owned(), |_| format!("{until}公开")));
        let zh = format!("主动公开文件{formed}形成,应于{due}前在门户网站公开,{done}");
        let en = format!("document formed on {formed} was to be on the portal by {due}");
        let finding = case.signal(&DOCUMENTS, published.unwrap_or(created), zh, en);
        let finding = finding.matter(created.id.as_ref()).resting_on([created]);
        let finding =
            finding.because("term", json!({"working_days": days, "due": due.to_string()}));
        out.add(Finding { at: zone.end_of(due).saturating_add(1), ..finding });
    }
    if let Some(published) = published {
        let by = published.order();
        let reviewed = case.file.all("document.secrecy_reviewed").any(|act| act.order() <= by);
        if !reviewed {
            sound = false;
            let zh = "公开前未经保密审查".to_owned();
            let en = "published without a review of secrecy".to_owned();
            let finding = case.signal(&DOCUMENTS, published, zh, en).resting_on([created]);
            out.add(finding.matter(format!("{}#secrecy", published.id)));
        }
    }
    if sound {
        out.compliant(&DOCUMENTS);
    }
}
