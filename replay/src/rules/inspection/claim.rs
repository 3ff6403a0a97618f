//! The claim that a domain is exempt from filing first: whether it holds, and
//! whether what was looked at had anything to do with it (借名检查, §6 trap 38).

use super::UNAUTHORISED_ENTRY;
use crate::rules::bench::{Bench, Case};
use crate::rules::finding::{Findings, Outcome};
use crate::rules::visit::{self, Entry};
use crate::rules::words::{listed, listed_en, minute};
use serde_json::json;
use std::collections::BTreeSet;

/// What is wrong with a claim, in both languages; empty if it holds.
pub(super) fn flaws(bench: &Bench<'_>, entry: &Entry) -> Vec<(&'static str, &'static str)> {
    let Some(claim) = &entry.claim else {
        return vec![("没有主张豁免", "no exemption claimed")];
    };
    let at = bench.at(entry.act.at);
    let known = bench.master.exempt_domains.all_at("inspection", at).any(|domain| {
        let named = [&domain.row.name, &domain.row.code];
        named.iter().any(|name| name.as_deref() == Some(&claim.domain))
    });
    let checks = [
        (known, "所称领域不在当日有效的检查豁免清单", "the domain is not on the list in force"),
        (claim.basis.is_some(), "没有法律依据", "no legal basis is cited"),
        (entry.task_approved(), "入企前没有检查审批", "no task was approved before the entry"),
    ];
    checks.iter().filter(|check| !check.0).map(|check| (check.1, check.2)).collect()
}

/// Acts that say what was looked at.
const LOOKED_AT: [&str; 4] = [
    "inspection.record.signed",
    "inspection.sampling.taken",
    "inspection.issue.found",
    "inspection.result.notified",
];

/// R2.6.2: an exemption was claimed and nothing that was looked at touches it.
pub(super) fn borrowed(case: &Case<'_>, out: &mut Findings) {
    for entry in visit::entries(case) {
        let Some(claim) = &entry.claim else { continue };
        if !case.bench.decision_in_force(entry.on) {
            continue;
        }
        let after = |act: &&crate::event::Event<'_>| act.order() > entry.act.order;
        let acts: Vec<_> = case.any(&LOOKED_AT).filter(after).collect();
        let domains: BTreeSet<String> =
            acts.iter().filter_map(|act| act.body.text("domain")).map(String::from).collect();
        if domains.contains(claim.domain.as_ref()) {
            out.compliant(&UNAUTHORISED_ENTRY);
            continue;
        }
        let told = acts.iter().any(|act| act.kind.starts_with("inspection.result.notified"));
        if domains.is_empty() && !told {
            continue;
        }
        let names: Vec<&String> = domains.iter().collect();
        let (zh, en) = if domains.is_empty() {
            (
                format!(
                    "以“{}”名义入企,结果没有说明检查了哪一领域,无法判定是否借名检查",
                    claim.domain
                ),
                format!(
                    "entered in the name of “{}”; the result does not say what was looked at",
                    claim.domain
                ),
            )
        } else {
            (
                format!("以“{}”名义入企,实际检查的是{},疑似借名检查", claim.domain, listed(&names)),
                format!(
                    "entered in the name of “{}”, looked at {}: the name seems borrowed",
                    claim.domain,
                    listed_en(&names)
                ),
            )
        };
        let finding = case.bench.signal(&UNAUTHORISED_ENTRY, &entry.act, zh, en);
        let finding = match domains.is_empty() {
            true => {
                finding.outcome(Outcome::Indeterminate).because("missing", ["domain"].as_slice())
            }
            false => finding,
        };
        let finding = finding.matter(format!("{}@claim", entry.act.entry.id)).resting_on(acts);
        out.add(finding.because(
            "claim",
            json!({
                "domain": claim.domain, "basis": claim.basis, "looked_at": names,
                "entered_at": minute(case.bench.zone, entry.act.at),
            }),
        ));
    }
}
