//! What entries mean: the register of event types and the typed envelope.
//!
//! Adding an event type is one row in its family's table. Nothing here judges:
//! rules and states read events, events know neither.

pub mod amount;
pub mod envelope;
pub mod member;
pub mod register;
pub mod schema;
pub mod upcast;

mod accountability;
mod approval;
mod body;
mod cursor;
mod decision;
mod element;
mod fee;
mod hall;
mod inspection;
mod integrity;
mod joint;
mod master;
mod penalty;
mod service;
mod supervision;

pub use body::{Body, Value};
pub use cursor::{Malformed, Text};
pub use envelope::{Event, EventError, Precision};
