//! `plumb bundle`: evidence bundles, made and looked into.

mod create;
mod inspect;
mod verify;
mod viewer;

pub(super) use plumbline_replay::audit::is_pack as is_bundle;
pub(super) use verify::Verify;

use super::{Exit, Failure};
use crate::bundle::BundleError;

/// 证据包:案件记录连同证明,陌生人可独立核验 / evidence bundles that a stranger verifies
#[derive(clap::Args)]
pub struct Bundle {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    Create(Box<create::Create>),
    Inspect(inspect::Inspect),
    Viewer(viewer::Viewer),
}

impl Bundle {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        match self.command {
            Command::Create(command) => command.run(),
            Command::Inspect(command) => command.run(),
            Command::Viewer(command) => command.run(),
        }
    }
}

impl From<BundleError> for Failure {
    fn from(error: BundleError) -> Failure {
        match error {
            BundleError::Open(error) => error.into(),
            BundleError::Store(error) => error.into(),
            BundleError::Sign(error) => error.into(),
            BundleError::Extract(error) => error.into(),
            BundleError::NoCase(_) => Failure { exit: Exit::NotFound, message: error.to_string() },
            BundleError::Damaged(_) | BundleError::Judge(_) => {
                Failure { exit: Exit::Broken, message: error.to_string() }
            }
            BundleError::Layout(_) => Failure { exit: Exit::Failed, message: error.to_string() },
        }
    }
}
