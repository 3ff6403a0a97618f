//! The file that a user names for what a command has made: whole, or as it was before.

use super::{Exit, Failure};
use crate::durable::beside;
use std::fs::File;
use std::io::{Error, ErrorKind, Write};
use std::path::Path;

/// Writes the file beside its place, onto the disk, and moves it there: a full disk or a
/// kill leaves no half of one under its name. What is no file, a device or a pipe, is
/// written to.
pub(super) fn write(path: &Path, bytes: impl AsRef<[u8]>) -> Result<(), Failure> {
    let is_file = std::fs::metadata(path).map_or(true, |meta| meta.is_file());
    let written = match is_file {
        true => moved(path, bytes.as_ref()),
        false => std::fs::write(path, bytes),
    };
    written.map_err(|error| Failure {
        exit: Exit::of(&error, Exit::Failed),
        message: format!("{}: {}", path.display(), why(&error)),
    })
}

fn moved(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let part = beside(path, "part");
    let write = || {
        let mut file = File::create(&part)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&part, path)
    };
    write().inspect_err(|_| drop(std::fs::remove_file(&part)))
}

fn why(error: &Error) -> String {
    let zh = match error.kind() {
        ErrorKind::NotFound => "写不了,没有这个文件夹",
        ErrorKind::PermissionDenied => "写不了,没有权限",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "写不了,磁盘已满",
        ErrorKind::IsADirectory => "写不了,这是文件夹",
        _ => "写不了",
    };
    format!("{zh} / cannot be written: {error}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_there_whole_or_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("报表.json");
        assert!(write(&file, "one").is_ok() && write(&file, "two").is_ok());
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "two");
        std::fs::create_dir(folder.path().join("报表.json.part")).unwrap();
        let failure = write(&file, "three").expect_err("its place is taken");
        assert!(failure.message.contains("报表.json"), "{}", failure.message);
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "two");
        let failure = write(&folder.path().join("no/x.json"), "").expect_err("no folder");
        assert!(failure.message.contains("没有这个文件夹"), "{}", failure.message);
        assert!(write(Path::new("/dev/null"), "gone").is_ok());
    }
}
