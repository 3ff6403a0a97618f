//! An archive as one file: its folder, stored and not compressed, in a zip file. The
//! same folder makes the same bytes.

use super::folder::paths;
use crate::stored_zip;
use plumbline_replay::bundle::Pack;
use std::fs::File;
use std::io;
use std::path::Path;

/// Bytes that a zip file without extensions can hold, with room for its directory. A
/// larger archive is a folder.
const BYTES_MAX: u64 = 3 << 30;

/// Puts an archive's folder into one file, which appears whole or not at all.
///
/// # Errors
///
/// A file cannot be read or written, or all are too large for one file.
pub fn pack(folder: &Path, file: &Path) -> io::Result<()> {
    let names = paths(folder)?;
    let sizes = names.iter().map(|name| Ok(std::fs::metadata(folder.join(name))?.len()));
    let bytes: u64 = sizes.sum::<io::Result<u64>>()?;
    if bytes > BYTES_MAX {
        let words = format!(
            "{bytes} 字节,一个文件装不下,请输出为文件夹 / too large for one file, write a folder"
        );
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, words));
    }
    let mut part = file.as_os_str().to_owned();
    part.push(".part");
    let out = stored_zip::write(File::create(&part)?, names.iter().map(String::as_str), |name| {
        File::open(folder.join(name))
    });
    let placed = out.and_then(|out| out.sync_all()).and_then(|()| std::fs::rename(&part, file));
    if placed.is_err() {
        // Half a file is of no use; the reason is told anyway.
        let _ = std::fs::remove_file(&part);
    }
    placed
}

/// Puts the files of such a zip file into an empty folder.
///
/// # Errors
///
/// The file cannot be read, or is no zip file of stored members.
pub fn unpack(file: &Path, folder: &Path) -> io::Result<()> {
    let broken = |reason| io::Error::new(io::ErrorKind::InvalidData, reason);
    let pack = Pack::from_zip(&std::fs::read(file)?).map_err(broken)?;
    for (path, bytes) in pack.files() {
        let path = folder.join(path);
        if let Some(above) = path.parent() {
            std::fs::create_dir_all(above)?;
        }
        std::fs::write(path, bytes)?;
    }
    Ok(())
}
