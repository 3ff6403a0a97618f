//! The ledger as a library: two logs, their sequencers and what follows them.

mod anchoring;
mod city;
mod limits;
mod reading;
mod reopening;
mod watching;
