//! What the packages are made of: the investigator's program stays small enough
//! to be read.

use std::collections::BTreeSet;
use std::process::Command;

/// Packages linked into `plumb-replay`, itself apart. Hashing, signatures, JSON
/// and the calendar; whoever audits the verifier reads these too.
const REPLAY_PACKAGES_MAX: usize = 24;

/// Dependencies of the pure package that would break what it promises.
const NEVER_IN_REPLAY: [&str; 12] = [
    "tokio",
    "axum",
    "hyper",
    "reqwest",
    "sled",
    "bincode",
    "clap",
    "getrandom",
    "rand",
    "libc",
    "rusqlite",
    "socket2",
];

fn linked(listing: &str) -> BTreeSet<String> {
    let names = listing.lines().filter_map(|line| line.split(' ').next());
    names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

fn too_much(listing: &str) -> Vec<String> {
    let packages = linked(listing);
    let mut out = Vec::new();
    let count = packages.len().saturating_sub(1);
    if count > REPLAY_PACKAGES_MAX {
        out.push(format!(
            "plumb-replay links {count} packages, at most {REPLAY_PACKAGES_MAX}: an investigator \
             must be able to read what judges. Leave the new one out, or its default features: \
             {packages:?}"
        ));
    }
    for name in NEVER_IN_REPLAY.iter().filter(|name| packages.contains(**name)) {
        out.push(format!(
            "plumb-replay links `{name}`: it has no network, async runtime, database, randomness \
             or clock. Find who brings it with `cargo tree -p plumbline-replay -i {name}`"
        ));
    }
    out
}

#[test]
fn the_investigators_program_is_small() {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
    cargo.args(["tree", "--locked", "--offline", "-p", "plumbline-replay"]);
    cargo.args(["--edges", "normal,no-proc-macro", "--prefix", "none"]);
    let output = cargo.output().expect("cargo runs tests, so it is there");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let listing = String::from_utf8(output.stdout).expect("package names are ASCII");
    for needed in ["blake3", "sha2", "ed25519-dalek"] {
        assert!(linked(&listing).contains(needed), "{needed} is not in\n{listing}");
    }
    super::none(&too_much(&listing));
}

#[test]
fn too_many_packages_and_unfit_ones_are_found() {
    let many: String = (0..40).map(|n| format!("p{n} v1.0.0\n")).collect();
    super::found(&too_much(&many), &["39 packages", "an investigator"]);
    super::found(&too_much("plumbline-replay v1\ntokio v1.0.0\n"), &["tokio", "cargo tree"]);
    super::none(&too_much("plumbline-replay v1\nblake3 v1 (*)\nblake3 v1\n"));
}
