//! The register of reports (§5.1).

use super::kept::LooksAt;
use super::run::{Gathered, Gathering, Ground};
use super::table::{Column, Row};
use super::{
    coercion, credit, fee_floor, four_rates, inspections, joint, mandatory, norms, openness,
    overdue, penalties, powers, record, timing,
};
use crate::rules::bench::Case;
use serde_json::{Value, json};

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
    /// What its rows want beside what cases contribute.
    pub looks_at: LooksAt,
    /// Takes what the report needs of one case.
    pub gather: fn(&Case<'_>, &Ground<'_>, &mut Gathering),
    /// Puts the rows together, in an order that does not depend on how cases came.
    pub rows: fn(&Ground<'_>, Gathered) -> Vec<Row>,
}

impl Report {
    /// What scripts read of a report.
    pub fn to_json(&self) -> Value {
        let column = |column: &Column| {
            json!({"name": column.name, "zh": column.zh, "en": column.en,
                   "holds": column.holds.as_str()})
        };
        let columns: Vec<Value> = self.columns.iter().map(column).collect();
        json!({
            "report": self.id, "version": self.version, "zh": self.zh, "en": self.en,
            "rows_zh": self.rows_zh, "readers_zh": self.readers_zh, "columns": columns,
        })
    }
}

/// Every report, in order of id.
const REPORTS: &[&Report] = &[
    &four_rates::REPORT,
    &mandatory::LEDGER,
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
    &mandatory::GAPS,
    &record::REPAIRS,
    &record::INTEGRITY,
    &joint::REPORT,
    &credit::PERMITS,
    &credit::PENALTIES,
    &norms::REPORT,
];

/// Every report, in order of its id.
pub fn all() -> impl Iterator<Item = &'static Report> {
    REPORTS.iter().copied()
}

/// The report with this id, in either case.
pub fn find(id: &str) -> Option<&'static Report> {
    all().find(|report| report.id.eq_ignore_ascii_case(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_stand_in_order_with_columns_of_their_own_names() {
        let ids: Vec<&str> = all().map(|report| report.id).collect();
        assert!(ids.is_sorted() && ids.len() == 23, "{ids:?}");
        for report in all() {
            let names: std::collections::BTreeSet<&str> =
                report.columns.iter().map(|column| column.name).collect();
            assert_eq!(names.len(), report.columns.len(), "{}", report.id);
            assert_eq!(find(&report.id.to_lowercase()).map(|found| found.id), Some(report.id));
        }
    }
}
