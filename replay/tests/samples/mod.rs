//! The scripts under `replay/samples/`, for the tests that go through all of them.

use std::path::{Path, PathBuf};

pub fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples")
}

/// Every script under a folder, in order of path.
pub fn scripts(folder: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(folder).expect("samples can be listed") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            out.extend(scripts(&path));
        } else if path.extension().is_some_and(|ext| ext == "scn") {
            out.push(path);
        }
    }
    out.sort();
    out
}
