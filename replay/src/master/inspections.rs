//! MD23–MD26: exempt domains, inspection items 检查事项清单, plans 检查计划 and
//! filings 检查备案.

use super::column::{Any, Date, Flag, Int, Key, List, Text, row};

row! {
    /// MD23 豁免领域: four lists that are never mixed (§0.2(8)).
    ExemptDomain, "exempt_domain" by list, needs [code, name, basis] {
        /// delegation, inspection, first_violation, default.
        list: Key,
        code: Text,
        name: Text,
        basis: Text,
    }
}

row! {
    /// MD24 行政检查事项清单
    InspectionItem, "inspection_item" by code, needs [unit, basis, published_on] {
        code: Key,
        name: Text,
        unit: Text,
        basis: Text,
        object: Text,
        /// Inspections of one enterprise by one agency in one year; absent: not judged.
        frequency_cap: Int,
        /// 现场, 书面, 非现场.
        mode: List<Box<str>>,
        published_on: Date,
    }
    with {
        /// The unit.
        fn others(&self) -> Vec<&str> {
            self.unit.as_deref().into_iter().collect()
        }
    }
}

row! {
    /// MD25 年度检查计划
    InspectionPlan, "inspection_plan" by plan_no, needs [unit, year, items] {
        plan_no: Key,
        unit: Text,
        year: Int,
        items: List<Box<str>>,
        objects: Any,
        /// How enterprises are drawn.
        sampling: Text,
        filed_on: Date,
        filed_with: Text,
        published_on: Date,
        adjustments: Any,
    }
    with {
        /// The unit.
        fn others(&self) -> Vec<&str> {
            self.unit.as_deref().into_iter().collect()
        }
    }
}

row! {
    /// MD26 检查备案, where it is kept as a row: cases tell of theirs themselves.
    InspectionFiling, "inspection_filing" by filing_no, needs [unit] {
        filing_no: Key,
        unit: Text,
        enterprise: Text,
        items: List<Box<str>>,
        filed_with: Text,
        consented: Flag,
        consented_on: Date,
    }
    with {
        /// The unit.
        fn others(&self) -> Vec<&str> {
            self.unit.as_deref().into_iter().collect()
        }
    }
}
