//! Reports from what was kept of a log that was judged: its findings, what people
//! said and did about them, master data, and what every case contributed. The same
//! bytes as the log itself would give, for any period, at the moment it was judged.
//!
//! What this file does not know: where it is kept.

use super::register::Report;
use super::run::{
    Days, Gathered, Gathering, Ground, Note, Period, Request, Sheet, laid_out, made_from,
};
use crate::master::Master;
use crate::rules::bench::{Bench, Case};
use crate::rules::{Finding, Judgement};
use crate::time::calendar::Calendar;
use std::borrow::Cow;

/// What was kept.
pub struct Kept {
    /// What the log was judged for; its period is that of no report.
    pub request: Request,
    /// As known at the moment asked about; what the report looks at ([`LooksAt`]).
    pub master: Master,
    /// The findings that the report looks at, and what people said and did about them.
    pub judgement: Judgement,
    /// Names of the catalogue and of the calendar, as the report tells them.
    pub catalogue: String,
    pub calendar: String,
}

/// What a report's rows are put together with, beside what cases contributed.
pub struct LooksAt {
    /// Findings of these, wherever they are.
    pub findings: fn(&Finding) -> bool,
    /// Master data of these entities.
    pub master: &'static [&'static str],
}

impl LooksAt {
    /// Nothing else.
    pub const CASES: LooksAt = LooksAt { findings: |_| false, master: &[] };
    /// All there is: of no such report anything is kept.
    pub const EVERYTHING: LooksAt = LooksAt { findings: |_| true, master: Master::ENTITIES };
}

/// Takes what cases contribute to every report, whatever its period, case by case.
pub struct Collector<'g> {
    ground: Ground<'g>,
}

/// What one case contributes to one report, each with its days.
pub type Contribution = (&'static Report, Vec<(Days, Note)>);

impl<'g> Collector<'g> {
    /// `judgement` holds at least the findings of the cases that come, as they stand
    /// when all rules have spoken. `request` asks for [`Period::EVER`].
    pub fn new(
        bench: &'g Bench<'g>,
        judgement: &'g Judgement,
        request: &'g Request,
    ) -> Collector<'g> {
        Collector { ground: Ground::new(bench, judgement, None, request) }
    }

    /// In order of report.
    pub fn of(&self, case: &Case<'_>) -> Vec<Contribution> {
        let mut all = Vec::new();
        for report in super::all() {
            let mut gathering = Gathering::default();
            (report.gather)(case, &self.ground, &mut gathering);
            if gathering.count() > 0 {
                all.push((report, gathering.0));
            }
        }
        all
    }
}

impl Kept {
    /// A report of a period, from what cases contributed to it on its days, in order
    /// of stream and of contributing; see [`Collector`].
    pub fn sheet(&self, report: &'static Report, period: Period, notes: Gathered) -> Sheet {
        let request = Request { period, ..self.request.clone() };
        // An empty calendar counts for no row: only gathering counts days.
        let calendar: Cow<'static, Calendar> = self.master.calendar_notices.calendar();
        let bench = Bench::new(&self.master, &calendar, request.ask);
        let ground = Ground::new(&bench, &self.judgement, None, &request);
        let rows = (report.rows)(&ground, notes);
        laid_out(report, rows, made_from(&request, self.catalogue.clone(), self.calendar.clone()))
    }
}
