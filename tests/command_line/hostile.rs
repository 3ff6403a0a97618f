//! Input that `plumb append` must refuse: each kind with its place and reason,
//! exit code 6, nothing recorded, and a ledger that verifies.

use super::{City, city, entries, event, lines, plumb, run, verdict};
use serde_json::{Value, json};
use std::io::Write;

fn append(city: &City, bytes: &[u8]) -> (Option<i32>, String, String) {
    let file = city.path.with_file_name("input");
    std::fs::write(&file, bytes).unwrap();
    let output = plumb().args(["append", "--dir"]).arg(&city.path).arg(&file).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn utf16(text: &str, little: bool) -> Vec<u8> {
    let units = text.encode_utf16();
    units.flat_map(|u| if little { u.to_le_bytes() } else { u.to_be_bytes() }).collect()
}

/// Names, bytes, and the code of the first refusal with its line.
fn hostile() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let sound = format!("{}\n", event("e-1", "费/一"));
    let with = |from: &str, to: &str| {
        let changed = sound.replace(from, to);
        assert_ne!(changed, sound, "{from}");
        changed.into_bytes()
    };
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(sound.as_bytes()).unwrap();
    let noise: Vec<u8> =
        (0..4000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let members: String = (0..60_000).map(|n| format!("\"m{n}\":1,")).collect();
    vec![
        (
            "UTF-16 LE with a mark",
            [&[0xff, 0xfe][..], &utf16(&sound, true)].concat(),
            "malformed-json",
        ),
        ("UTF-16 LE", utf16(&sound, true), "malformed-json"),
        ("UTF-16 BE", utf16(&sound, false), "malformed-json"),
        ("GB 18030", encoding_rs::GB18030.encode(&sound).0.into_owned(), "malformed-json"),
        (
            "Latin-1",
            with("费/一", "fee/X").iter().map(|b| if *b == b'X' { 0xe9 } else { *b }).collect(),
            "malformed-json",
        ),
        ("gzip", gzip.finish().unwrap(), "malformed-json"),
        ("noise", noise, "malformed-json"),
        ("cut off", sound.as_bytes()[..sound.len() - 20].to_vec(), "malformed-json"),
        ("two on a line", sound.trim_end().repeat(2).into_bytes(), "malformed-json"),
        ("an array", format!("[{}]", sound.trim_end()).into_bytes(), "wrong-type"),
        (
            "deep objects",
            ["{\"a\":".repeat(100_000), "}".repeat(100_000)].concat().into_bytes(),
            "malformed-json",
        ),
        (
            "deep arrays",
            with("100", &["[".repeat(100_000), "]".repeat(100_000)].concat()),
            "malformed-json",
        ),
        ("a fraction", with("100", "1.5"), "malformed-json"),
        ("an exponent", with("100", "1e2"), "malformed-json"),
        ("beyond a double", with("100", "1e400"), "malformed-json"),
        ("a huge integer", with("100", "99999999999999999999"), "malformed-json"),
        ("2^53", with("100", "9007199254740992"), "malformed-json"),
        ("NaN", with("100", "NaN"), "malformed-json"),
        ("infinity", with("100", "-Infinity"), "malformed-json"),
        ("a member twice", with("\"id\"", "\"id\":\"x\",\"id\""), "malformed-json"),
        ("half a surrogate", with("费/一", "\\ud800"), "malformed-json"),
        ("a bare control character", with("费/一", "fee/\u{1}"), "malformed-json"),
        ("NUL in a stream", with("费/一", "fee/\\u0000"), "bad-identifier"),
        ("MM/DD/YYYY", with("2026-03-05T16:20:00+08:00", "03/05/2026"), "bad-time"),
        ("a ROC year", with("2026-03-05T16:20:00+08:00", "115-03-05"), "bad-time"),
        ("an Excel serial", with("\"2026-03-05T16:20:00+08:00\"", "46086"), "wrong-type"),
        ("no offset", with("+08:00", ""), "bad-time"),
        ("a number for an id", with("\"e-1\"", "5"), "wrong-type"),
        ("an empty id", with("\"e-1\"", "\"\""), "missing-member"),
        ("a long stream", with("费/一", &"x".repeat(5000)), "bad-identifier"),
        ("many members", format!("{{{members}\"x\":1}}").into_bytes(), "unknown-member"),
        ("a long line", with("100", &format!("\"{}\"", "9".repeat(2_000_000))), "too-large"),
        (
            "a long value",
            with("100", &format!("100,\"remark\":\"{}\"", "9".repeat(70_000))),
            "too-large",
        ),
    ]
}

#[test]
fn what_cannot_be_recorded_is_refused_with_its_place() {
    let city = city();
    for (name, bytes, code) in hostile() {
        let (exit, receipts, words) = append(&city, &bytes);
        assert_eq!(exit, Some(6), "{name}: {words}");
        assert!(receipts.is_empty() && !words.contains("panicked"), "{name}: {receipts} {words}");
        let refusal: Value = serde_json::from_str(words.lines().next().unwrap()).unwrap();
        assert_eq!(refusal["code"], code, "{name}: {words}");
        assert!(refusal["line"].as_u64() >= Some(1), "{name}: {words}");
        assert!(refusal["detail"].as_str().is_some_and(|detail| detail.len() > 10), "{words}");
        // The reason is a sentence and not the input again.
        assert!(words.lines().next().unwrap().len() < 1000, "{name}");
    }
    assert_eq!(entries(&city).len(), 1, "only the first entry is there");
    assert_eq!(verdict(&city, &[]).0, Some(0));
    // With a mark of UTF-8, and blank lines, it is what it says.
    let sound = format!("\u{feff}\n\n{}\n", event("e-1", "费/一"));
    let (exit, receipts, words) = append(&city, sound.as_bytes());
    assert_eq!((exit, receipts.lines().count()), (Some(0), 1), "{words}");
    assert_eq!(append(&city, b"").0, Some(0), "nothing to record is no mistake");
    assert_eq!(entries(&city).len(), 2);
    let line: Value = serde_json::from_str(&entries(&city)[1]).unwrap();
    assert_eq!(line["stream"], json!("费/一"));
}

/// Whoever files an application must not move an investigator's cursor.
#[test]
fn what_a_text_would_do_to_a_terminal_is_shown_instead() {
    let city = city();
    let mut one = event("e-1", "fee/1");
    one["parties"] = json!([{"capacity": "当事人", "id": "party/\u{1b}[2J\u{202e}B"}]);
    let (exit, _, told) = append(&city, format!("{one}\n").as_bytes());
    assert_eq!(exit, Some(0), "{told}");
    let dir = city.path.to_str().unwrap();
    let mut shown = 0;
    for asked in [
        &["case", "show", "fee/1"][..],
        &["case", "timeline", "fee/1"],
        &["case", "list"],
        &["find", "run"],
        &["ask", "1", "--stream", "fee/1"],
        &["stats"],
    ] {
        let output = plumb().args(asked).args(["--dir", dir]).output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8(text).unwrap();
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "{asked:?}: {text:?}");
        shown += text.matches("\\u001b[2J\\u202eB").count();
    }
    assert!(shown > 0, "no command shows the party");
}

#[test]
fn a_file_that_may_grow_no_more_is_an_error_and_not_the_end() {
    let city = city();
    let events: Vec<_> = (0..3000).map(|n| event(&format!("e-{n}"), "fee/1")).collect();
    let input = city.path.with_file_name("input");
    std::fs::write(&input, lines(&events)).unwrap();
    let script = "ulimit -f 400; exec \"$0\" append \"$1\" --dir \"$2\"";
    let output = std::process::Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_plumb")])
        .args([&input, &city.path])
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("File too large"), "{told}");
    // What got a receipt is there, and the ledger goes on.
    let receipts = output.stdout.iter().filter(|byte| **byte == b'\n').count();
    assert!(entries(&city).len() > receipts);
    assert_eq!(append(&city, lines(&[event("late", "fee/1")]).as_bytes()).0, Some(0));
    assert_eq!(run(&city, &["verify"]).status.code(), Some(0));
}

#[test]
fn a_folder_in_the_place_of_a_file_is_named() {
    let city = city();
    let folder = city.path.display().to_string();
    let output = run(&city, &["append", &folder]);
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(13), "{told}");
    assert!(told.contains(&folder), "{told}");
}
