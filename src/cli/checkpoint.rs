//! `plumb checkpoint show`: the latest signed note, signing one first where
//! entries are newer.

use super::{Dir, Exit, Failure, print};
use crate::config::Layout;
use crate::ledger::checkpoints::{SignError, latest};
use crate::ledger::{LogName, read_config};

/// 检查点 / checkpoints
#[derive(clap::Args)]
pub struct Checkpoint {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// 显示最新检查点,必要时先签发 / show the latest, signing one first if needed
    Show {
        #[command(flatten)]
        dir: Dir,
        /// 哪个日志 / which log
        #[arg(long = "log", default_value = "open", value_parser = ["open", "sealed"])]
        log: String,
    },
}

impl Checkpoint {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let Action::Show { dir, log } = self.action;
        let layout = Layout::new(&dir.dir);
        let config = read_config(&layout)?;
        let log = LogName::parse(&log).unwrap_or(LogName::Open);
        let note = latest(&layout, &config, log)?;
        print(note.trim_end_matches('\n'))?;
        Ok(Exit::Done)
    }
}

impl From<SignError> for Failure {
    fn from(error: SignError) -> Failure {
        match error {
            SignError::Open(error) => error.into(),
            SignError::Store(error) => error.into(),
            SignError::Contradiction(_) => {
                Failure { exit: Exit::Broken, message: error.to_string() }
            }
            SignError::Key { .. } => Failure { exit: Exit::CannotTell, message: error.to_string() },
            SignError::Io { .. } => Failure { exit: Exit::Failed, message: error.to_string() },
        }
    }
}
