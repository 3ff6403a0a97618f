//! The statutory clocks L0.T01–L0.T33 (§4.1): the terms that national law sets,
//! each with its article and since when it stands so.
//!
//! A clock is one item in its law's file. The higher layer: these hold whatever
//! the decision says, and before it. What this module does not know: the
//! decision's own terms, which are `clocks` and the articles'.

mod asked;
pub(super) mod coercion;
pub(super) mod credit;
pub(super) mod disclosure;
pub(super) mod penalty;
pub(super) mod permit;
pub(super) mod remedy;
mod term;

/// An entry of the register for a statutory clock.
macro_rules! clock {
    ($name:ident, $id:literal, $zh:literal, $en:literal, $quote:literal, $severity:ident, $check:expr) => {
        clock!($name, $id, 1, $zh, $en, $quote, $severity, $check);
    };
    ($name:ident, $id:literal, $version:literal, $zh:literal, $en:literal, $quote:literal, $severity:ident, $check:expr) => {
        const $name: Rule = Rule {
            id: $id,
            version: $version,
            zh: $zh,
            en: $en,
            quote: $quote,
            layer: crate::rules::rule::Layer::L0,
            kind: crate::rules::rule::Kind("R"),
            severity: crate::rules::rule::Severity::$severity,
            status: crate::rules::rule::Status::Judged,
            silence: crate::rules::coverage::Silence::After,
            checks: &[crate::rules::rule::Check::Case($check)],
        };
    };
}
use clock;
