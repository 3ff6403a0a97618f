//! Full verification of one log: every byte is read and hashed again.
//!
//! `plain` reads entry after entry and says what is wrong; it defines what is
//! checked. `parallel` gives pieces of the log to threads, which vouch for what is
//! as it must be (`piece`); whatever they do not vouch for is read by `plain`, and
//! pieces are joined in order, so that the verdict is the plain reader's for any
//! number of threads.
//!
//! Shares no line with the writer beyond the format's own functions. Does not
//! open files: what to read is given as [`Source`]s. A log that was found whole is
//! read once more for its closings (`closings`); changes of its key are followed from
//! entry 0 on (`keys`); openings on record are held against the roles that the log tells
//! of (`openings`).

mod again;
mod closings;
mod cut;
mod judge;
mod keys;
mod openings;
mod parallel;
mod piece;
mod plain;
pub mod report;
mod revisions;
mod verdict;

pub use again::roots_of;
pub use closings::Closings;
pub use cut::{Form, Input, Source};
pub use judge::{SECOND_LINES, SM3_HEAD, Witness, carries_other_algorithms, claimed_size};
pub use keys::Elsewhere;
pub use openings::Openings;
pub use plain::Walk;
pub use verdict::{Breach, FirstBad, Held, Key, Outcome, Verdict};
