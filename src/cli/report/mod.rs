//! `plumb report`: reports of any period and moment, made again byte for byte by
//! anyone with the log.

mod list;
mod refresh;
mod run;
mod verify;

pub(super) use refresh::Keeping;

use super::{Exit, Failure};
use clap::Subcommand;

/// 报表:任一期间、任一时刻,可逐字节重制 / reports that can be made again byte for byte
#[derive(clap::Args)]
pub struct Report {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    List(list::List),
    Run(run::Run),
    Refresh(refresh::Refresh),
    Verify(verify::Verify),
}

impl Report {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        match self.command {
            Command::List(command) => command.run(),
            Command::Run(command) => command.run(),
            Command::Refresh(command) => command.run(),
            Command::Verify(command) => command.run(),
        }
    }
}
