//! Imports and exports against the real logs and against bad input.

mod archive;
mod hostile;
mod logs;
mod memory;
mod program;
mod publicity;
