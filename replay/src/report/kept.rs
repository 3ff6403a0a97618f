//! Reports from what was kept of a log that was judged: its findings, what people
//! said and did about them, master data, and what every case contributed. The same
//! bytes as the log itself would give, for any period, at the moment it was judged.
//!
//! What this file does not know: where it is kept.

use super::register::Report;
use super::run::{Gathered, Ground, Period, Request, Sheet, laid_out, made_from};
use crate::master::Master;
use crate::rules::Judgement;
use crate::rules::bench::Bench;
use crate::time::calendar::Calendar;
use std::borrow::Cow;

/// What was kept.
pub struct Kept {
    /// What the log was judged for; its period is that of no report.
    pub request: Request,
    /// As known at the moment asked about; empty if the report does not look at it.
    pub master: Master,
    /// Empty of findings if the report does not look at them.
    pub judgement: Judgement,
    /// Names of the catalogue and of the calendar, as the report tells them.
    pub catalogue: String,
    pub calendar: String,
}

/// Reports whose rows are put together with a look at master data.
const MASTER: [&str; 3] = ["RP01", "RP08", "RP30"];
/// Reports whose rows are put together with a look at findings.
const FINDINGS: [&str; 4] = ["RP01", "RP02", "RP22", "RP30"];

impl Report {
    /// Whether the rows want more than what cases contributed: master data.
    pub fn looks_at_master(&self) -> bool {
        MASTER.contains(&self.id)
    }

    /// Whether the rows want more than what cases contributed: findings.
    pub fn looks_at_findings(&self) -> bool {
        FINDINGS.contains(&self.id)
    }
}

impl Kept {
    /// A report of a period, from what cases contributed to it on its days, in order
    /// of stream; see [`super::Hearing::contributions`].
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
