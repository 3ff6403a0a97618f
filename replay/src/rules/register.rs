//! The register of rules: the articles in the order of the decision.

use super::rule::Rule;
use super::{
    approval_powers, deliveries, effect, enforcement, fees, goals, hall, inspection, later, meta,
    openness, quality, sequence, service, statutes,
};

/// One table an article (§1.0 counts 111 entries).
const ARTICLES: &[&[Rule]] = &[
    meta::RULES,
    goals::RULES,
    approval_powers::RULES,
    hall::RULES,
    service::RULES,
    openness::RULES,
    fees::RULES,
    inspection::RULES,
    enforcement::RULES,
    later::RULES,
    effect::RULES,
    sequence::approval::RULES,
    sequence::fee::RULES,
    sequence::inspection::RULES,
    sequence::penalty::RULES,
    statutes::permit::RULES,
    statutes::penalty::RULES,
    statutes::coercion::RULES,
    statutes::remedy::RULES,
    statutes::disclosure::RULES,
    statutes::credit::RULES,
    quality::RULES,
    deliveries::RULES,
];

/// Every rule.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    ARTICLES.iter().flat_map(|article| article.iter())
}

/// The rule with this id.
pub fn find(id: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.id == id)
}

/// Whether a confirmed breach of a rule goes to discipline, grave as its signal is.
pub fn refers(id: &str) -> bool {
    approval_powers::REFERRED.contains(&id)
}

/// The register as JSON, one object a line between brackets: `schemas/rules.json`.
pub fn document() -> String {
    let lines: Vec<String> = all().map(|rule| format!("  {}", rule.to_json())).collect();
    format!("[\n{}\n]\n", lines.join(",\n"))
}

/// Names the rule set: BLAKE3 of every id with its version and what it takes from
/// silence, in order.
pub fn digest() -> String {
    let mut hasher = blake3::Hasher::new();
    for rule in all() {
        hasher.update(rule.id.as_bytes());
        hasher.update(&rule.version.to_be_bytes());
        hasher.update(rule.silence.as_str().as_bytes());
    }
    hasher.finalize().to_hex().as_str().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn ids_are_unique_and_every_rule_says_what_it_quotes() {
        let ids: BTreeSet<_> = all().map(|rule| rule.id).collect();
        assert_eq!(ids.len(), all().count(), "an id stands twice");
        // A subsection may add an entry of its own (R2.5.1b); none is lost.
        assert!(ids.len() >= 111, "§1.0 counts 111 entries, the register {}", ids.len());
        for rule in all() {
            assert!(!rule.quote.is_empty() && !rule.kind.0.is_empty(), "{}", rule.id);
            assert!(!rule.zh.is_empty() && !rule.en.is_empty() && rule.version > 0, "{}", rule.id);
        }
    }
}
