//! The ledger as a library: two logs, their sequencers and what follows them.

mod anchoring;
mod city;
mod clock;
mod closing;
mod erasing;
mod killed;
mod limits;
mod proving;
mod reading;
mod reopening;
mod rotation;
mod signing;
mod tiles;
mod together;
mod watching;
