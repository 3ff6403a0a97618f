//! The files of an archive as files: of open formats, and nothing that runs.
//!
//! Knows names and first bytes, and nothing of logs. The report's own two files do not
//! count, since they are made after it.

use super::folder::paths;
use super::tally::Count;
use super::{PAGE, REPORT};
use plumbline_replay::manifest::Of;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// What was found.
#[derive(Default)]
pub(super) struct Media {
    pub files: u64,
    /// Of a format that needs a program of its own, or no text in UTF-8.
    pub closed: Count,
    /// Programs, scripts, documents with macros, and archives, which hide either.
    pub executable: Count,
}

/// Endings of the formats that an archive is made of.
const OPEN: [&str; 6] = [".ndjson", ".json", ".html", ".txt", ".checkpoint", ".cosigned"];

/// What programs, scripts and containers begin with.
const RUNS: [&[u8]; 9] = [
    b"\x7fELF",
    b"MZ",
    b"#!",
    b"\xca\xfe\xba\xbe",
    b"\xcf\xfa\xed\xfe",
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0",
    b"\x1f\x8b",
    b"Rar!",
];

const BUFFER_BYTES: usize = 1 << 16;

/// Reads every file through.
pub(super) fn read(folder: &Path) -> io::Result<Media> {
    let mut media = Media::default();
    for path in paths(folder)? {
        if [Of::Archive.manifest(), Of::Archive.note(), REPORT, PAGE].contains(&path.as_str()) {
            continue;
        }
        media.files += 1;
        let looked = look(&folder.join(&path))?;
        let known = OPEN.iter().any(|ending| path.ends_with(ending));
        media.closed.add(u64::from(!known || !looked.text), &path);
        let script = path.ends_with(".html") && looked.script;
        media.executable.add(u64::from(looked.runs || script), &path);
    }
    Ok(media)
}

struct Looked {
    text: bool,
    runs: bool,
    script: bool,
}

fn look(path: &Path) -> io::Result<Looked> {
    let mut file = File::open(path)?;
    let mut looked = Looked { text: true, runs: false, script: false };
    // The end of a character that is cut, and of what may be the beginning of a tag.
    let (mut rest, mut seen, mut first) = (Vec::new(), Vec::new(), true);
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        let count = match file.read(&mut buffer) {
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let piece = buffer.get(..count).unwrap_or_default();
        looked.runs |= first && RUNS.iter().any(|magic| piece.starts_with(magic));
        first = false;
        seen.extend_from_slice(piece);
        looked.script |= has_script(&seen);
        seen.drain(..seen.len().saturating_sub(SCRIPT.len()));
        rest.extend_from_slice(piece);
        match std::str::from_utf8(&rest).map_err(|error| (error.error_len(), error.valid_up_to())) {
            Ok(_) => rest.clear(),
            Err((None, valid)) if count > 0 => drop(rest.drain(..valid)),
            Err(_) => {
                looked.text = false;
                return Ok(looked);
            }
        }
        if count == 0 {
            return Ok(looked);
        }
    }
}

const SCRIPT: &[u8] = b"<script";

fn has_script(bytes: &[u8]) -> bool {
    bytes.windows(SCRIPT.len()).any(|part| part.eq_ignore_ascii_case(SCRIPT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_and_what_no_text_is_are_found() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes);
        put("README.txt", "准绳".repeat(40_000).as_bytes()).unwrap();
        let sound = read(folder.path()).unwrap();
        assert_eq!((sound.files, sound.closed.count, sound.executable.count), (1, 0, 0));
        put("a.txt", b"\xff").unwrap();
        put("b.json", b"#!/bin/sh").unwrap();
        put("c.bin", b"text").unwrap();
        put("d.html", &[&b"x".repeat(BUFFER_BYTES - 3)[..], b"<SCRIPT>"].concat()).unwrap();
        let found = read(folder.path()).unwrap();
        assert_eq!(found.closed.first.as_deref(), Some("a.txt"));
        assert_eq!((found.closed.count, found.executable.count), (2, 2));
        assert_eq!(found.executable.first.as_deref(), Some("b.json"));
    }
}
