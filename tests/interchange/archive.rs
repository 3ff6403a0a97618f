//! Archives: checked without their ledger, the same bytes for the same inputs, and
//! whatever is changed in one is found and named.

use super::publicity::{Desk, desk, penalties_book, plumb};
use plumbline_replay::bundle::Pack;
use plumbline_replay::evidence::Evidence;
use serde_json::Value;
use std::path::{Path, PathBuf};

const AT: &str = "2026-01-02T03:04:05Z";

fn archived(desk: &Desk, name: &str, more: &[&str]) -> PathBuf {
    let folder = desk.ledger.with_file_name(name);
    let place = folder.to_str().unwrap();
    let fixed = ["export", "archive", place, "--dir", desk.dir(), "--at", AT];
    let output = plumb(fixed.into_iter().chain(more.iter().copied()));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    folder
}

fn filled() -> Desk {
    let desk = desk();
    let file = desk.file("penalties.xlsx", &penalties_book(|_| {}));
    assert_eq!(desk.import("penalties-2018", &file, &[]).0, Some(0));
    desk
}

fn checked(folder: &Path) -> (Option<i32>, Value) {
    let output = plumb(["verify", "archive", folder.to_str().unwrap(), "--json"]);
    (output.status.code(), serde_json::from_slice(&output.stdout).unwrap_or(Value::Null))
}

fn files(folder: &Path, below: &str, out: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder.join(below)).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let path = if below.is_empty() { name } else { format!("{below}/{name}") };
        if entry.file_type().unwrap().is_dir() {
            files(folder, &path, out);
        } else {
            out.push((path.clone(), std::fs::read(folder.join(&path)).unwrap()));
        }
    }
    out.sort();
}

fn all(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut out = Vec::new();
    files(folder, "", &mut out);
    out
}

#[test]
fn the_same_ledger_and_moment_make_the_same_archive() {
    let desk = filled();
    let one = archived(&desk, "one", &[]);
    let other = archived(&desk, "other", &[]);
    assert_eq!(all(&one), all(&other));
    let (exit, told) = checked(&one);
    assert_eq!((exit, told["verdict"].as_str()), (Some(0), Some("pass")), "{told}");
    assert!(!one.join("logs/sealed.ndjson").exists());

    // The ledger is not needed, and the investigator's program reads it too.
    std::fs::rename(&desk.ledger, desk.ledger.with_file_name("gone")).unwrap();
    assert_eq!(checked(&one).0, Some(0));
    let evidence = Evidence::read(&one, &[], 1).unwrap();
    assert!(evidence.verified && evidence.size > 2);

    let report: Value =
        serde_json::from_slice(&std::fs::read(one.join("report.json")).unwrap()).unwrap();
    let verdict = |zh: &str| {
        let all = report["properties"].as_array().unwrap();
        all.iter().find(|property| property["property"] == zh).unwrap()["verdict"].clone()
    };
    let properties = ["真实性", "完整性", "可用性", "安全性"];
    assert_eq!(properties.map(verdict), ["pass"; 4], "{report}");
    // What no archive can show is told as its own line, and counts for nothing.
    let malware = |test: &&Value| test["code"] == "D6";
    let tests = report["properties"][3]["tests"].as_array().unwrap();
    let malware = tests.iter().find(malware).unwrap();
    assert_eq!((&malware["verdict"], &malware["counts"]), (&"cannot_tell".into(), &false.into()));
}

#[test]
fn an_archive_in_one_file_is_the_folder_and_is_checked_like_it() {
    let desk = filled();
    let (folder, one) = (archived(&desk, "folder", &[]), archived(&desk, "one.zip", &[]));
    let other = archived(&desk, "other.zip", &[]);
    let bytes = std::fs::read(&one).unwrap();
    assert_eq!(bytes, std::fs::read(&other).unwrap());
    let pack = Pack::from_zip(&bytes).unwrap();
    let packed: Vec<(String, Vec<u8>)> =
        pack.files().map(|(path, bytes)| (path.to_owned(), bytes.to_vec())).collect();
    assert_eq!(packed, all(&folder));
    let (exit, told) = checked(&one);
    assert_eq!((exit, told["verdict"].as_str()), (Some(0), Some("pass")), "{told}");
    let mut changed = bytes.clone();
    let at = bytes.windows(9).position(|part| part == b"\"penalty.").unwrap();
    changed[at + 1] = b'q';
    std::fs::write(&one, &changed).unwrap();
    assert_eq!(checked(&one).0, Some(3), "a byte of a member");
    std::fs::write(&one, &bytes[..bytes.len() - 3]).unwrap();
    assert_eq!(checked(&one).0, Some(3), "its end cut");
    let again = ["export", "archive", one.to_str().unwrap(), "--dir", desk.dir(), "--at", AT];
    assert_eq!(plumb(again).status.code(), Some(6), "a file that is there is left alone");
}

#[test]
fn the_sealed_log_is_archived_when_asked_for_and_a_full_folder_is_left_alone() {
    let desk = filled();
    let both = archived(&desk, "both", &["--sealed"]);
    assert!(both.join("logs/sealed.ndjson").exists());
    assert_eq!(checked(&both).0, Some(0));
    let before = all(&both);
    let place = both.to_str().unwrap();
    let again = plumb(["export", "archive", place, "--dir", desk.dir(), "--at", AT]);
    assert_eq!(again.status.code(), Some(6));
    assert_eq!(all(&both), before);
}

#[test]
fn a_change_to_any_file_is_found_and_named() {
    let desk = filled();
    let archive = archived(&desk, "archive", &["--sealed"]);
    let found = |what: &str, file: &str| {
        let (exit, told) = checked(&archive);
        assert_eq!(exit, Some(3), "{what} {file}: {told}");
        let bad = told["bad"].as_array().unwrap();
        let named = bad.iter().any(|bad| bad["file"] == file);
        // A manifest that cannot be read any more is told by its own name.
        assert!(named, "{what} {file}: {told}");
    };
    for (path, bytes) in all(&archive) {
        let place = archive.join(&path);
        let mut changed = bytes.clone();
        let middle = changed.len() / 2;
        changed[middle] ^= 1;
        std::fs::write(&place, &changed).unwrap();
        found("a byte of", &path);
        std::fs::remove_file(&place).unwrap();
        found("without", &path);
        std::fs::write(&place, &bytes).unwrap();
    }
    std::fs::write(archive.join("logs/extra.txt"), b"x").unwrap();
    found("added", "logs/extra.txt");
    std::fs::remove_file(archive.join("logs/extra.txt")).unwrap();

    // A file and its line in the manifest, changed together: the signature shows it.
    let page = archive.join("report.html");
    let text = std::fs::read_to_string(&page).unwrap().replace("通过", "透过");
    std::fs::write(&page, &text).unwrap();
    let manifest = archive.join("archive.json");
    let whole = std::fs::read_to_string(&manifest).unwrap();
    let mut json: Value = serde_json::from_str(&whole).unwrap();
    for file in json["files"].as_array_mut().unwrap() {
        if file["path"] == "report.html" {
            file["blake3"] = blake3::hash(text.as_bytes()).to_hex().to_string().into();
            let sha256: [u8; 32] = <sha2::Sha256 as sha2::Digest>::digest(text.as_bytes()).into();
            let hex: String = sha256.iter().map(|byte| format!("{byte:02x}")).collect();
            file["sha256"] = hex.into();
        }
    }
    std::fs::write(&manifest, format!("{json}\n")).unwrap();
    found("a manifest made again for", "archive.json");
    let nowhere = desk.ledger.with_file_name("nowhere");
    assert_eq!(checked(&nowhere).0, Some(10));
}
