//! `plumb init` cut short: whatever it left, the next one makes a ledger there,
//! and nothing else in a folder is ever touched.

use super::plumb;
use std::path::{Path, PathBuf};
use std::time::Duration;

fn init(dir: &Path) -> (Option<i32>, String) {
    let output = plumb().arg("init").arg(dir).output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

fn is_sound(dir: &Path) -> bool {
    // A creation that was killed after its last step has not signed yet.
    let signed = |log| {
        let show = plumb().args(["checkpoint", "show", "--log", log, "--dir"]).arg(dir).output();
        show.unwrap().status.success()
    };
    signed("open")
        && signed("sealed")
        && plumb().args(["verify", "--dir"]).arg(dir).output().unwrap().status.success()
}

#[test]
fn a_killed_creation_is_begun_anew() {
    let dir = tempfile::tempdir().unwrap();
    let mut cut_short = 0;
    for round in 0..40u64 {
        let path = dir.path().join(round.to_string());
        let mut child = plumb().arg("init").arg(&path).spawn().unwrap();
        std::thread::sleep(Duration::from_micros(500 * round));
        child.kill().unwrap();
        child.wait().unwrap();
        if path.join("plumbline.toml").exists() {
            assert_ne!(init(&path).0, Some(0), "a ledger is there");
        } else {
            cut_short += u32::from(path.join("plumbline.toml.tmp").exists());
            let (code, words) = init(&path);
            assert_eq!(code, Some(0), "round {round}: {words}");
        }
        assert!(is_sound(&path), "round {round}");
    }
    assert!(cut_short > 3, "only {cut_short} creations were cut short");
}

/// All files below a folder, shallow ones first.
fn below(dir: &Path, out: &mut Vec<PathBuf>) {
    for item in std::fs::read_dir(dir).unwrap() {
        let path = item.unwrap().path();
        out.push(path.clone());
        if path.is_dir() {
            below(&path, out);
        }
    }
}

#[test]
fn whatever_part_of_a_creation_is_there_the_next_one_makes_a_ledger() {
    let dir = tempfile::tempdir().unwrap();
    let whole = dir.path().join("whole");
    assert_eq!(init(&whole).0, Some(0));
    let mut made = Vec::new();
    below(&whole, &mut made);
    let mut left = made.len();
    // Every file missing in turn, and every file cut to half.
    for (round, gone) in made.iter().enumerate() {
        let partial = dir.path().join(format!("partial-{round}"));
        super::copy(&whole, &partial);
        std::fs::rename(partial.join("plumbline.toml"), partial.join("plumbline.toml.tmp"))
            .unwrap();
        let gone = partial.join(gone.strip_prefix(&whole).unwrap());
        if gone.is_dir() {
            std::fs::remove_dir_all(&gone).unwrap();
        } else if let Ok(metadata) = gone.metadata() {
            let file = std::fs::File::options().write(true).open(&gone).unwrap();
            file.set_len(metadata.len() / 2).unwrap();
        }
        let (code, words) = init(&partial);
        assert_eq!(code, Some(0), "{}: {words}", gone.display());
        assert!(is_sound(&partial), "{}", gone.display());
        assert!(!partial.join("plumbline.toml.tmp").exists());
        left -= 1;
    }
    assert_eq!(left, 0);
}

#[test]
fn what_is_no_part_of_a_creation_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ledger");
    std::fs::create_dir_all(path.join("logs")).unwrap();
    std::fs::write(path.join("logs/thesis"), "years of work").unwrap();
    // Without the mark the folder is somebody's.
    assert_eq!(init(&path).0, Some(1));
    std::fs::write(path.join("plumbline.toml.tmp"), "").unwrap();
    std::fs::write(path.join("notes"), "mine").unwrap();
    assert_eq!(init(&path).0, Some(1));
    assert_eq!(std::fs::read(path.join("logs/thesis")).unwrap(), b"years of work");
    // Two creations at once: the second finds the first at work.
    std::fs::remove_file(path.join("notes")).unwrap();
    let held = std::fs::File::options().write(true).open(path.join("plumbline.toml.tmp")).unwrap();
    held.lock().unwrap();
    assert_eq!(init(&path).0, Some(11));
    drop(held);
    assert_eq!(init(&path).0, Some(0));
    assert!(is_sound(&path));
}
