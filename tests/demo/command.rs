//! `plumb demo` through the installed program.

use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

fn plumb(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_plumb")).args(arguments).output().unwrap()
}

fn demo(dir: &Path, more: &[&str]) -> Output {
    let dir = dir.to_str().unwrap();
    plumb(&[&["demo", "--dir", dir, "--no-serve", "--cases", "60", "--json"], more].concat())
}

fn last_json(out: &Output) -> Value {
    let text = String::from_utf8(out.stdout.clone()).unwrap();
    serde_json::from_str(text.lines().last().unwrap()).unwrap()
}

#[test]
fn the_city_verifies_and_its_counts_agree_with_the_log() {
    let temp = tempfile::tempdir().unwrap();
    let city = temp.path().join("city");
    let out = demo(&city, &[]);
    assert_eq!(out.status.code(), Some(0), "{}", String::from_utf8_lossy(&out.stderr));
    assert!(out.stderr.is_empty(), "no progress bar where there is no terminal");
    let report = last_json(&out);
    assert_eq!(report["schema"], "plumbline.demo/1");
    let dir = city.to_str().unwrap();
    let verify = plumb(&["verify", "--dir", dir, "--json"]);
    assert_eq!(verify.status.code(), Some(0));
    assert_eq!(last_json(&verify)["verdict"], "pass");
    let stats = plumb(&["stats", "--dir", dir, "--json"]);
    let stats: Value = serde_json::from_slice(&stats.stdout).unwrap();
    for (kind, count) in report["by_type"].as_object().unwrap() {
        assert_eq!(&stats["by_type"][kind], count, "{kind}");
    }
    let sizes: u64 =
        report["logs"].as_array().unwrap().iter().map(|log| log["size"].as_u64().unwrap()).sum();
    assert_eq!(sizes, report["appended"].as_u64().unwrap() + 2);

    let again = demo(&city, &[]);
    assert_eq!(again.status.code(), Some(0));
    assert_eq!(last_json(&again)["appended"], 0);
    let other = demo(&city, &["--seed", "43"]);
    assert_eq!(other.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&other.stderr).contains("--dir"));
}

#[test]
fn a_folder_with_other_things_is_left_alone() {
    let temp = tempfile::tempdir().unwrap();
    std::fs::write(temp.path().join("thesis.txt"), "years of work").unwrap();
    let out = demo(temp.path(), &[]);
    assert_eq!(out.status.code(), Some(1));
    assert_eq!(std::fs::read_dir(temp.path()).unwrap().count(), 1);
}
