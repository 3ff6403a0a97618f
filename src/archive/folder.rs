//! The files below an archive's folder.

use plumbline_replay::audit::AuditError;
use plumbline_replay::manifest::{FileDigest, Files};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// A folder whose files are held against a manifest.
pub(super) struct Folder<'f>(pub &'f Path);

impl Files for Folder<'_> {
    type Error = AuditError;

    fn paths(&self) -> Result<Vec<String>, AuditError> {
        paths(self.0).map_err(|error| unreadable(self.0, &error))
    }

    fn digest(&self, path: &str) -> Result<Option<FileDigest>, AuditError> {
        match digest(self.0, path) {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(unreadable(&self.0.join(path), &error)),
        }
    }
}

fn unreadable(path: &Path, error: &io::Error) -> AuditError {
    AuditError::Unreadable { path: path.to_owned(), reason: error.to_string() }
}

/// One file, read through.
pub(super) fn digest(folder: &Path, path: &str) -> io::Result<FileDigest> {
    FileDigest::read(path, File::open(folder.join(path))?)
}

/// Every file below a folder, sorted, with `/`.
pub(super) fn paths(folder: &Path) -> io::Result<Vec<String>> {
    let mut out = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(below) = folders.pop() {
        for item in std::fs::read_dir(folder.join(&below))? {
            let item = item?;
            let path = below.join(item.file_name());
            if item.file_type()?.is_dir() {
                folders.push(path);
            } else {
                let parts = path.components().map(|part| part.as_os_str().to_string_lossy());
                out.push(parts.collect::<Vec<_>>().join("/"));
            }
        }
    }
    out.sort_unstable();
    Ok(out)
}
