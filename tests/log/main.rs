//! The segment-file engine and the memory engine, held to one contract, and the
//! first of them to everything that a disk can do to it.
//!
//! One binary, so that the program is linked once for all of these.

mod author;
mod contract;
mod disk;
mod failures;
mod model;
mod oracle;
mod power;
mod reopening;
mod writers;
