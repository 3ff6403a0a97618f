//! What entries mean: the register of event types and the typed envelope.
//!
//! Adding an event type is one row in its family's table. Nothing here judges:
//! rules and states read events, events know neither.

pub mod amount;
pub mod envelope;
pub mod register;

mod accountability;
mod approval;
mod body;
mod cursor;
mod decision;
mod fee;
mod hall;
mod inspection;
mod integrity;
mod master;
mod penalty;
mod supervision;

pub use body::{Body, Value};
pub use cursor::{Malformed, Text};
pub use envelope::{Event, EventError, Precision};
