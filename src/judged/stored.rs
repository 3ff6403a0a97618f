//! Findings that reports look at, and what people said and did about them, by report:
//! few of a city's, so that a report need not take up all.

use super::book::key;
use plumbline_replay::packed::{pack, unpack};
use plumbline_replay::report;
use plumbline_replay::rules::city::{Consequences, Determinations};
use plumbline_replay::rules::{Finding, Judgement};
use std::collections::BTreeSet;

/// Of each report that looks at any, by its key; of the others nothing.
pub(super) fn by_report(judgement: &Judgement) -> Vec<(i64, Vec<u8>)> {
    let of_one = |report: &report::Report| {
        let all = judgement.findings.iter().filter(|finding| (report.looks_at.findings)(finding));
        let all: Vec<Finding> = all.cloned().collect();
        let ids: BTreeSet<String> = all.iter().flat_map(Finding::ids).collect();
        let topics = &judgement.topics;
        let determinations = topics.determinations.of_these(&ids);
        let consequences = topics.consequences.of_these(&ids);
        match all.is_empty() {
            true => Vec::new(),
            false => pack(&(all, determinations, consequences)),
        }
    };
    report::all().map(|report| (key(report), of_one(report))).collect()
}

/// What was kept of a judgement. `None` if the bytes are not that.
pub(super) fn judgement(bytes: Option<&[u8]>) -> Option<Judgement> {
    let mut judgement = Judgement::default();
    if let Some(bytes) = bytes {
        type All = (Vec<Finding>, Determinations, Consequences);
        let (findings, determinations, consequences) = unpack::<All>(bytes)?;
        judgement.findings = findings;
        judgement.topics.determinations = determinations;
        judgement.topics.consequences = consequences;
    }
    Some(judgement)
}
