//! Files that must survive: replaced whole and synced before anyone is told.
//!
//! Knows paths and bytes; does not know what they are for.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Replaces a file whole: beside it, synced, renamed, folder synced. When it
/// returns, a power cut leaves the new bytes; before, the old ones.
pub fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    write(path, text, 0o666)
}

/// The same with a file that only its owner may read.
pub fn replace_private(path: &Path, text: &str) -> std::io::Result<()> {
    write(path, text, 0o600)
}

/// The place of a file that belongs to another: its name with an ending more, so that
/// two files of one folder never share it.
pub fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

fn write(path: &Path, text: &str, mode: u32) -> std::io::Result<()> {
    let temp = beside(path, "new");
    let mut options = File::options();
    let mut file = options.write(true).create(true).truncate(true).mode(mode).open(&temp)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&temp, path)?;
    sync_folder(path)
}

/// Syncs the folder that a file lies in, so that its name is as durable as its bytes.
pub fn sync_folder(path: &Path) -> std::io::Result<()> {
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

/// Overwrites a file's bytes where they are: a secret that only lost its name could
/// be read from the disk.
pub fn overwrite(mut file: File) -> std::io::Result<()> {
    let length = usize::try_from(file.metadata()?.len()).unwrap_or(0);
    file.write_all(&vec![b'0'; length])?;
    file.sync_all()
}
