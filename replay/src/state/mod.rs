//! The state of a case at a moment: a fold over its events.
//!
//! The fold is total and commutative: any event in any order is accepted, and
//! the same events make the same state whatever order they come in. So an act
//! that was recorded late cannot move a case back, a read model that follows the
//! log needs no refold for it, and replay gives the same answer on any number of
//! threads. States are expectations (specification §3.11) and judge nothing: an
//! act that its state did not lead one to expect is folded like any other.
//!
//! Only a voided or corrected record must be taken back; [`moment`] says which
//! entries count, as of when an act happened and as known at which time.

mod approval;
pub mod beliefs;
mod case;
pub mod diff;
mod fee;
mod grounds;
mod inspection;
mod joint;
mod machine;
pub mod moment;
mod pairs;
mod penalty;
pub mod replay;
pub mod timeline;
mod view;

pub use case::{Act, CaseState, Due, KeyDate, Purpose, When};
pub use grounds::grounds;
pub use machine::{CaseKind, StateName, repairs_record};
pub use moment::{Moment, case_at};
pub use pairs::Pairs;
