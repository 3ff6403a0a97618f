//! A ledger's folder copied whole, to be tampered with instead of the original.

use super::{TamperError, lock};
use crate::config::Layout;
use crate::ledger::{LogName, read_config};
use std::path::Path;

/// Copies a ledger into a folder that must not be there yet. Both logs are held
/// meanwhile, so that the copy is of one moment.
pub fn copy_ledger(from: &Path, to: &Path) -> Result<(), TamperError> {
    let layout = Layout::new(from);
    read_config(&layout)?;
    let mut held = Vec::new();
    for log in LogName::ALL {
        held.push(lock(&layout, log)?);
    }
    std::fs::create_dir(to).map_err(|error| TamperError::io(to, &error))?;
    copy_inside(from, to)
}

fn copy_inside(from: &Path, to: &Path) -> Result<(), TamperError> {
    let failed = |error| TamperError::io(from, &error);
    for item in std::fs::read_dir(from).map_err(failed)? {
        let path = item.map_err(failed)?.path();
        let Some(name) = path.file_name() else { continue };
        let target = to.join(name);
        if path.is_dir() {
            std::fs::create_dir(&target).map_err(|error| TamperError::io(&target, &error))?;
            copy_inside(&path, &target)?;
        } else {
            std::fs::copy(&path, &target).map_err(|error| TamperError::io(&path, &error))?;
        }
    }
    Ok(())
}
