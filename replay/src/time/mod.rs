//! Civil time. Knows nothing of events or cases, and has no clock: every moment
//! is an argument.

pub mod calendar;
pub mod civil;
pub mod clock;
mod holidays;
pub mod surcharge;
