//! Imports and exports against the real logs and against bad input.

mod hostile;
mod logs;
mod memory;
mod program;
mod publicity;
