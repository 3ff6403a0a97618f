//! What the city's offices write down as they go: document numbers without gaps,
//! who violated what before, how often whom was inspected, what was collected.
//!
//! Written in the order in which acts happen, so numbers rise with dates.

use super::moment::Day;
use super::prng::Draw;
use std::collections::BTreeMap;

/// Days after which a violation counts as an old one when a case looks for a
/// repetition, so that its own file has come to an end.
const OLD_DAYS: i64 = 45;
const TRIES: usize = 12;

/// A series of numbers that one unit keeps for one year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Series {
    Application,
    Receipt,
    Acceptance,
    Supplement,
    NotAccepted,
    SpecialProcedure,
    Extension,
    Grant,
    Refusal,
    Commitment,
    Certificate,
    FeeNotice,
    FiscalReceipt,
    InspectionFiling,
    InspectionTask,
    InspectionNotice,
    Rectification,
    PenaltyCase,
    PriorNotice,
    Penalty,
    NoPenalty,
    Notification,
    Coercion,
    Document,
    Disclosure,
    Meeting,
}

impl Series {
    /// The words between the organ's sign and the year.
    fn word(self) -> &'static str {
        match self {
            Series::Application => "申",
            Series::Receipt => "收",
            Series::Acceptance => "受理",
            Series::Supplement => "补正",
            Series::NotAccepted => "不受",
            Series::SpecialProcedure => "特别",
            Series::Extension => "延期",
            Series::Grant => "许准",
            Series::Refusal => "许不",
            Series::Commitment => "承诺",
            Series::Certificate => "证",
            Series::FeeNotice => "缴",
            Series::FiscalReceipt => "票",
            Series::InspectionFiling => "检备",
            Series::InspectionTask => "检审",
            Series::InspectionNotice => "检通",
            Series::Rectification => "责改",
            Series::PenaltyCase => "立",
            Series::PriorNotice => "罚告",
            Series::Penalty => "罚决",
            Series::NoPenalty => "不罚",
            Series::Notification => "函",
            Series::Coercion => "强措",
            Series::Document => "发",
            Series::Disclosure => "公开",
            Series::Meeting => "会",
        }
    }
}

/// Kinds of case file; each counts by region and year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum File {
    Approval,
    Joint,
    Fee,
    Inspection,
    Penalty,
    Complaint,
    Evaluation,
    Disclosure,
    Decision,
    Document,
}

impl File {
    fn parts(self) -> (&'static str, &'static str) {
        match self {
            File::Approval => ("approval", "XK"),
            File::Joint => ("joint", "BL"),
            File::Fee => ("fee", "SF"),
            File::Inspection => ("inspection", "JC"),
            File::Penalty => ("penalty", "CF"),
            File::Complaint => ("complaint", "TS"),
            File::Evaluation => ("evaluation", "PJ"),
            File::Disclosure => ("disclosure", "GK"),
            File::Decision => ("decision", "ZD"),
            File::Document => ("document", "GW"),
        }
    }
}

/// A violation that has been established.
pub(super) struct Violation {
    pub enterprise: usize,
    pub category: &'static str,
    /// The penalty file it stands in.
    pub file: String,
    pub on: Day,
    /// The case was dropped since: there was none.
    pub overturned: bool,
}

#[derive(Default)]
pub(super) struct Registers {
    numbers: BTreeMap<(usize, Series, i64), u32>,
    files: BTreeMap<(&'static str, File, i64), u32>,
    /// By enterprise and category: index into `violations`.
    first: BTreeMap<(usize, &'static str), usize>,
    violations: Vec<Violation>,
    inspections: BTreeMap<(usize, usize, i64), u32>,
    /// The last month (year × 12 + month) in which an enterprise was inspected.
    inspected: BTreeMap<usize, i64>,
    /// Fen collected and remitted by unit and month.
    collected: BTreeMap<(usize, i64), i64>,
}

/// Year × 12 + month, for counting by month.
pub(super) fn month_number(day: Day) -> i64 {
    let (year, month, _) = day.civil();
    year * 12 + month - 1
}

impl Registers {
    /// The next number of a unit's series.
    pub fn number(&mut self, unit: usize, series: Series, day: Day) -> u32 {
        let entry = self.numbers.entry((unit, series, day.year())).or_insert(0);
        *entry += 1;
        *entry
    }

    /// `例市监许准字〔2025〕417号`
    pub fn document_no(&mut self, unit: usize, sign: &str, series: Series, day: Day) -> String {
        let number = self.number(unit, series, day);
        format!("{sign}{}字〔{}〕{number}号", series.word(), day.year())
    }

    /// `approval/990100-XK-2025-000417`
    pub fn open_file(&mut self, region: &'static str, file: File, day: Day) -> String {
        let entry = self.files.entry((region, file, day.year())).or_insert(0);
        *entry += 1;
        let (family, kind) = file.parts();
        format!("{family}/{region}-{kind}-{}-{:06}", day.year(), *entry)
    }

    /// Numbers used by series in a year: unit, series' words, last number.
    pub fn used(&self, year: i64, series: Series) -> Vec<(usize, &'static str, u32)> {
        let of_year =
            self.numbers.iter().filter(|((_, known, at), _)| *at == year && *known == series);
        of_year.map(|((unit, known, _), last)| (*unit, known.word(), *last)).collect()
    }

    /// An earlier violation of the same category, if there was one.
    pub fn earlier(&self, enterprise: usize, category: &'static str) -> Option<&Violation> {
        self.first.get(&(enterprise, category)).and_then(|at| self.violations.get(*at))
    }

    /// An enterprise that violated the same category some time ago.
    pub fn old_violator(&self, category: &str, today: Day, draw: &mut Draw) -> Option<usize> {
        let old = |violation: &&Violation| {
            violation.category == category
                && !violation.overturned
                && violation.on.plus(OLD_DAYS) < today
        };
        // The list grows by date, so old ones are found by trying, not by counting.
        let count = self.violations.len() as u64;
        (0..TRIES).find_map(|_| {
            let violation = self.violations.get(draw.below(count) as usize)?;
            old(&violation).then_some(violation.enterprise)
        })
    }

    pub fn establish(&mut self, violation: Violation) {
        let key = (violation.enterprise, violation.category);
        self.first.entry(key).or_insert(self.violations.len());
        self.violations.push(violation);
    }

    /// The violation of a file turns out to be none: the next one is the first.
    pub fn overturn(&mut self, file: &str) {
        let Some(at) = self.violations.iter().rposition(|violation| violation.file == file) else {
            return;
        };
        self.violations[at].overturned = true;
        let (enterprise, category) = (self.violations[at].enterprise, self.violations[at].category);
        let standing = |violation: &Violation| {
            violation.enterprise == enterprise
                && violation.category == category
                && !violation.overturned
        };
        match self.violations.iter().position(standing) {
            Some(first) => self.first.insert((enterprise, category), first),
            None => self.first.remove(&(enterprise, category)),
        };
    }

    /// Books an inspection unless it would exceed the cap for the year or be the
    /// enterprise's second in a month.
    pub fn book_inspection(&mut self, unit: usize, enterprise: usize, day: Day, cap: u32) -> bool {
        let month = month_number(day);
        let count = self.inspections.entry((unit, enterprise, day.year())).or_insert(0);
        if *count >= cap || self.inspected.get(&enterprise) == Some(&month) {
            return false;
        }
        *count += 1;
        self.inspected.insert(enterprise, month);
        true
    }

    /// Inspections of an enterprise by a unit in a year so far.
    pub fn inspections(&self, unit: usize, enterprise: usize, year: i64) -> u32 {
        self.inspections.get(&(unit, enterprise, year)).copied().unwrap_or(0)
    }

    pub fn collect(&mut self, unit: usize, day: Day, fen: i64) {
        *self.collected.entry((unit, month_number(day))).or_insert(0) += fen;
    }

    /// Units that collected in a month, with the sum in fen.
    pub fn collected(&self, month: i64) -> Vec<(usize, i64)> {
        let of_month = self.collected.iter().filter(|((_, at), _)| *at == month);
        of_month.map(|((unit, _), fen)| (*unit, *fen)).collect()
    }
}
