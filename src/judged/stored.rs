//! Findings and what people said and did about them, as they are kept. A finding's
//! rule is named by its id and its arithmetic is JSON text.

use crate::projection::codec::{decode, encode};
use plumbline_replay::rules::accountability::Accountable;
use plumbline_replay::rules::city::{Consequences, Determinations};
use plumbline_replay::rules::finding::EntryRef;
use plumbline_replay::rules::{Finding, Judgement, Outcome, Severity, register};
use plumbline_replay::time::civil::Micros;
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Serialize, Deserialize)]
struct Stored {
    rule: String,
    rule_version: u16,
    outcome: Outcome,
    severity: Severity,
    stream: Box<str>,
    matter: Box<str>,
    entries: Vec<EntryRef>,
    at: Micros,
    accountable: Accountable,
    zh: String,
    en: String,
    explanation: String,
}

/// What reports look at of a judgement, as bytes.
pub(super) fn findings(judgement: &Judgement) -> Vec<u8> {
    let stored = |finding: &Finding| Stored {
        rule: finding.rule.to_owned(),
        rule_version: finding.rule_version,
        outcome: finding.outcome,
        severity: finding.severity,
        stream: finding.stream.clone(),
        matter: finding.matter.clone(),
        entries: finding.entries.clone(),
        at: finding.at,
        accountable: finding.accountable.clone(),
        zh: finding.zh.clone(),
        en: finding.en.clone(),
        explanation: Value::Object(finding.explanation.clone()).to_string(),
    };
    let all: Vec<Stored> = judgement.findings.iter().map(stored).collect();
    encode(&(all, &judgement.topics.determinations, &judgement.topics.consequences))
}

/// What was kept of a judgement. `None` if the bytes are not that.
pub(super) fn judgement(bytes: &[u8]) -> Option<Judgement> {
    type All = (Vec<Stored>, Determinations, Consequences);
    let (all, determinations, consequences): All = decode(bytes).ok()?;
    let mut judgement = Judgement::default();
    for one in all {
        judgement.findings.push(Finding {
            rule: register::find(&one.rule)?.id,
            rule_version: one.rule_version,
            outcome: one.outcome,
            severity: one.severity,
            stream: one.stream,
            matter: one.matter,
            entries: one.entries,
            at: one.at,
            accountable: one.accountable,
            zh: one.zh,
            en: one.en,
            explanation: serde_json::from_str(&one.explanation).ok()?,
        });
    }
    judgement.topics.determinations = determinations;
    judgement.topics.consequences = consequences;
    Some(judgement)
}
