//! The register of rules: the articles in the order of the decision.

use super::fees;
use super::rule::Rule;

/// One table an article (§1.0 counts 111 entries).
const ARTICLES: &[&[Rule]] = &[fees::RULES];

/// Every rule.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    ARTICLES.iter().flat_map(|article| article.iter())
}

/// The rule with this id.
pub fn find(id: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn ids_are_unique_and_every_rule_says_what_it_quotes() {
        let ids: BTreeSet<_> = all().map(|rule| rule.id).collect();
        assert_eq!(ids.len(), all().count(), "an id stands twice");
        for rule in all() {
            assert!(!rule.zh.is_empty() && !rule.en.is_empty() && rule.version > 0, "{}", rule.id);
        }
    }
}
