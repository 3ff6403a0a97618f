//! `plumb-replay`: verifies and replays a ledger with nothing else installed.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
