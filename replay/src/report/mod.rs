//! Reports: pure functions of the log's prefix, the period, both moments and the
//! rule set (§5). Each names them all and its own digest, so that anyone with the
//! log makes the same bytes again.
//!
//! A report is one file and one line in `register`. It gathers what it needs case
//! by case and puts its rows together at the end. What this module does not know:
//! files, spreadsheets, pages; those are written from [`Sheet`].

mod csv;
mod json;
mod kept;
mod names;
mod register;
mod run;
mod table;

mod coercion;
mod credit;
pub(crate) mod facts;
pub(crate) mod fee_floor;
mod four_rates;
pub(crate) mod inspections;
mod joint;
mod mandatory;
mod norms;
mod openness;
mod overdue;
pub(crate) mod penalties;
mod powers;
mod record;
mod timing;

pub use csv::{MADE_FROM, shown, text, to_csv, to_plain_csv};
pub use json::{Read, digest, from_json, to_json};
pub use kept::{Collector, Contribution, Kept, LooksAt};
pub use names::{NAMED, Names, names, parts};
pub use register::{Report, all, find};
pub use run::{
    About, Days, Gathered, Gathering, Ground, Hearing, Note, Period, Request, Sheet,
    one_row_a_note, run,
};
pub use table::{Cell, Column, Holds, Row, column};
