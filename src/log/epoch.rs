//! The epoch: a number that rises with every takeover, durably, before the new
//! writer reads what the old one left. Each frame carries its writer's.

use super::files::{Files, read_up_to};
use crate::store::StoreError;
use std::io;
use std::path::Path;

/// More digits than a number of 64 bits has.
const EPOCH_TEXT_BYTES_MAX: usize = 32;

/// Raises the epoch durably above the stored one and above `floor`. Written
/// beside, then renamed: a crash leaves the old number or the new one. A number
/// that cannot be read counts as none, since frames carry epochs too and the
/// caller raises it above the last of theirs.
pub(super) fn raise(files: &dyn Files, dir: &Path, floor: u64) -> Result<u64, StoreError> {
    let path = dir.join("epoch");
    let written = stored(files, &path).and_then(|stored| {
        let epoch = stored.max(floor).saturating_add(1);
        write(files, dir, &path, epoch).map(|()| epoch)
    });
    written.map_err(|error| StoreError::not_done(path.display(), &error))
}

fn stored(files: &dyn Files, path: &Path) -> io::Result<u64> {
    let file = match files.open(path, false) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        Err(error) => return Err(error),
    };
    let bytes = read_up_to(file.as_ref(), 0, EPOCH_TEXT_BYTES_MAX)?;
    let text = String::from_utf8_lossy(&bytes);
    Ok(text.trim().parse().unwrap_or(0))
}

fn write(files: &dyn Files, dir: &Path, path: &Path, epoch: u64) -> io::Result<()> {
    let temp = dir.join("epoch.tmp");
    match files.remove(&temp) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let file = files.create(&temp)?;
    file.write_all_at(format!("{epoch}\n").as_bytes(), 0)?;
    file.sync_data()?;
    files.rename(&temp, path)?;
    files.sync_dir(dir)
}
