//! Files that must survive: replaced whole and synced before anyone is told.
//!
//! Knows paths and bytes; does not know what they are for.

use std::fs::File;
use std::io::Write;
use std::path::Path;

/// Replaces a file whole: beside it, synced, renamed, folder synced. When it
/// returns, a power cut leaves the new bytes; before, the old ones.
pub fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let temp = path.with_extension("new");
    let mut file = File::create(&temp)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&temp, path)?;
    match path.parent() {
        Some(parent) => File::open(parent)?.sync_all(),
        None => Ok(()),
    }
}
