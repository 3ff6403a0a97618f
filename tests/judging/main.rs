//! Findings, reports and questions through the installed programs, on a small
//! synthetic city: the same answers twice, in any number of threads, and from the
//! program that shares no service with the ledger.

mod added;
mod alone;
mod bundles;
mod findings;
mod following;
mod kept;
mod questions;
mod reports;
mod strangers;
mod table;
mod tampering;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// A city of a seed, told once for all tests of this binary.
fn city() -> &'static Path {
    static CITY: OnceLock<PathBuf> = OnceLock::new();
    CITY.get_or_init(|| {
        let dir = tempfile::tempdir().expect("a folder").keep().join("city");
        let told =
            plumb(&["demo", "--no-serve", "--seed", "7", "--cases", "150", "--dir", text(&dir)]);
        assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
        dir
    })
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path of text")
}

fn plumb(arguments: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_plumb");
    Command::new(program).args(arguments).output().expect("plumb runs")
}

/// A command on the city, with what it printed.
#[track_caller]
fn asked(arguments: &[&str], exit: i32) -> Vec<u8> {
    let dir = text(city());
    let all: Vec<&str> = arguments.iter().copied().chain(["--dir", dir]).collect();
    let output = plumb(&all);
    let words = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(exit), "plumb {}: {words}", arguments.join(" "));
    output.stdout
}
