//! Scenarios: small readable scripts of events with the findings and states that
//! must come of them. The law's test cases (§7.2) are written so, and so are the
//! tests of rules; an investigator runs them with `plumb-replay scenario`.
//!
//! ```text
//! title SC06 窗口外多收 / charged too much outside the hall
//! include base.scn
//! 2022-05-10T09:00 fee.assessed fee/1 unit=unit/1 officer=officer/1 venue=enterprise {"lines":[…]}
//! 2022-05-10 penalty.clue.registered penalty/1 recorded=2022-05-12T10:00 {} + {"links":{…}}
//! check as-of 2022-06-01
//!   R2.5.1 fee/1 VIOLATION_SIGNAL RED
//! state fee/1 assessed
//! ```
//!
//! What follows `check` is everything that is found, no more and no less; `none`
//! says so of nothing. `check only R2.5.1,R2.5.2` speaks of these rules alone: so a
//! rule's own script stays true when another rule is added. Times are the city's
//! (+08:00); a date alone is known to the day. `"finding(RULE STREAM MATTER)"` in a
//! body stands for the id of that finding. After `sealed` the confidential members are
//! sealed; `seen STREAM by public` tells what a reader is shown, and `verify after
//! cut 10 against checkpoint fail` what a verifier says of a log that was tampered
//! with. What this module does not know: how any rule works.

mod keyring;
mod run;
mod script;
mod tamper;

pub use run::{Failed, run};
pub use script::{Expected, Reader, Script, ScriptError, Step, parse};
pub use tamper::Tamper;
