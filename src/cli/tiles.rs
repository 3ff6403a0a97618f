//! `plumb export tiles`: the open log as a folder for any web server.

use super::{Exit, Failure, print};
use crate::config::{Config, Layout};
use crate::ledger::LogName;
use crate::publication::{FolderError, Publication, write_folder};
use crate::reader::Reader;
use std::path::Path;

/// Brings a folder up to the log's latest checkpoint.
pub(super) fn write(
    layout: Layout,
    config: Config,
    reader: Reader,
    folder: &Path,
) -> Result<Exit, Failure> {
    if reader.log() == LogName::Sealed {
        let message = "密封日志不公开 / the sealed log is published nowhere".to_owned();
        return Err(Failure { exit: Exit::Usage, message });
    }
    let publication = Publication::new(layout, config, reader);
    let written = write_folder(&publication, folder)?;
    print(&format!(
        "{}: {} 条,新写 {} 个文件 / {1} entries, {2} files written",
        folder.display(),
        written.size,
        written.files
    ))?;
    Ok(Exit::Done)
}

impl From<FolderError> for Failure {
    fn from(error: FolderError) -> Failure {
        match error {
            FolderError::Publish(error) => error.into(),
            FolderError::Io { .. } => Failure { exit: Exit::Failed, message: error.to_string() },
            FolderError::Contradiction { .. } => {
                Failure { exit: Exit::Broken, message: error.to_string() }
            }
        }
    }
}
