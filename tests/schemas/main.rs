//! What is published of the event types, held against what the program does.

mod admission;
mod agreement;
mod city;
mod files;
mod names;
mod released;
mod samples;
