//! The ledger as a library: two logs, their sequencers and what follows them.

mod city;
mod reading;
mod reopening;
mod watching;
