//! What §3.11 leads one to expect of the order of acts. An act out of order is
//! recorded like any other and found here as `SEQ-…`. Where a clause of the
//! decision judges the same act, the sequence only notes the disorder (`INFO`) and
//! names the rule, so that one act does not draw two cards. What this module does
//! not know: whether an act in order is lawful.

pub(super) mod approval;
pub(super) mod fee;
pub(super) mod inspection;
pub(super) mod penalty;

use super::finding::Finding;
use super::rule::Severity;

/// Notes that a clause judges the same act.
fn beside(finding: Finding, rule: &'static str) -> Finding {
    finding.severity(Severity::Info).because("judged_by", rule)
}
