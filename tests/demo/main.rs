//! The synthetic city: what it tells, and `plumb demo`.

mod city;
mod command;
mod master;
mod planted;
mod tampering;
