//! Imports and exports against the real logs and against bad input.

mod logs;
mod memory;
mod program;
