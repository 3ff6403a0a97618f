//! 准绳 Plumbline, the pure half: bytes → verified entries → events → state →
//! findings.
//!
//! An investigator builds and reads this package alone. It has no clock, no
//! network, no async runtime, no database and no unsafe code; time, files and
//! randomness are given to it by whoever calls.
//!
//! Imports point one way: `integrity` imports nothing, `event` imports
//! `integrity`, `time` imports nothing, `identifier` imports `time`, `state`
//! imports `event` and `time`, `master` and `rules` stand above them, `walk` may
//! import all of them. `audit` on top is
//! the only one that opens files, and it only reads them.
// Bytes from outside never panic; a broken invariant of ours says which it is.
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::string_slice))]

pub mod audit;
pub mod bundle;
mod document;
pub mod event;
pub mod evidence;
pub mod extract;
pub mod identifier;
pub mod inquiry;
pub mod integrity;
pub mod manifest;
pub mod master;
pub mod packed;
pub mod report;
pub mod roles;
pub mod rules;
pub mod scenario;
pub mod state;
pub mod streams;
pub mod succession;
pub mod time;
pub mod timers;
pub mod visible;
pub mod walk;
