//! The register of reports (§5.1).

use super::run::{Gathered, Ground};
use super::table::{Column, Row};
use super::{
    coercion, credit, fee_floor, inspections, joint, openness, overdue, penalties, powers, record,
    timing,
};
use crate::rules::bench::Case;

/// One report.
pub struct Report {
    /// `RP03`
    pub id: &'static str,
    /// Rises when the same log gives other rows.
    pub version: u16,
    pub zh: &'static str,
    pub en: &'static str,
    /// What a row is about.
    pub rows_zh: &'static str,
    /// Who reads it.
    pub readers_zh: &'static str,
    pub columns: &'static [Column],
    /// Its CSV is for a system that takes exactly these columns; what it was made
    /// from then stands in a file beside it.
    pub exact: bool,
    /// Takes what the report needs of one case.
    pub gather: fn(&Case<'_>, &Ground<'_>, &mut Gathered),
    /// Puts the rows together, in an order that does not depend on how cases came.
    pub rows: fn(&Ground<'_>, Gathered) -> Vec<Row>,
}

/// Every report, in order of id.
const REPORTS: &[&Report] = &[
    &overdue::OVERDUE,
    &overdue::EXPIRING,
    &timing::REPORT,
    &fee_floor::REPORT,
    &powers::CANCELLED,
    &powers::HANDED_DOWN,
    &inspections::FILINGS,
    &inspections::FREQUENCY,
    &penalties::FIRST,
    &penalties::DISCRETION,
    &coercion::MEASURES,
    &coercion::QUALIFICATIONS,
    &openness::DISCLOSURE,
    &openness::DECISIONS,
    &record::REPAIRS,
    &record::INTEGRITY,
    &joint::REPORT,
    &credit::PERMITS,
    &credit::PENALTIES,
];

/// Every report, in order of its id.
pub fn all() -> impl Iterator<Item = &'static Report> {
    REPORTS.iter().copied()
}

/// The report with this id, in either case.
pub fn find(id: &str) -> Option<&'static Report> {
    all().find(|report| report.id.eq_ignore_ascii_case(id))
}
