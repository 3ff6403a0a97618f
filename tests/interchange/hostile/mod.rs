//! Files that an import must refuse, through the built program: each kind with
//! place and reason, exit code 6, nothing half-written, a ledger that verifies
//! afterwards; and those that only look hostile and must come in.

mod lines;
mod logs;
mod tables;

use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What must come of a file.
enum Then {
    /// Refused whole; stderr tells all of these.
    Whole(&'static [&'static str]),
    /// One record refused, with its line, field, and words of the reason.
    Record(u64, &'static str, &'static str),
    /// Taken: so many events.
    Taken(u64),
}
use Then::{Record, Taken, Whole};

type Case = (&'static str, Vec<u8>, Then);

const MAPPING: &str = r#"
name = "hostile"
version = "1"
format = "FORMAT"
system = "office"
stream = "penalty/import"
case = "决定书文号"
activity = "处罚类别"
[time]
field = "处罚决定日期"
offset = "+08:00"
[[amounts]]
field = "罚款金额"
currency = "CNY"
[[body]]
field = "信用代码"
member = "party_code"
as = "code"
[[body]]
field = "件数"
member = "count"
as = "int"
"#;

struct City {
    dir: tempfile::TempDir,
}

fn plumb(arguments: &[&str], paths: &[&Path]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plumb"));
    command.args(arguments).args(paths).output().unwrap()
}

impl City {
    fn new() -> City {
        let city = City { dir: tempfile::tempdir().unwrap() };
        assert!(plumb(&["init"], &[&city.ledger()]).status.success());
        for format in ["csv", "ndjson"] {
            std::fs::write(city.file(format), MAPPING.replace("FORMAT", format)).unwrap();
        }
        let xes =
            concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/mappings/environmental_receipt.toml");
        std::fs::copy(xes, city.file("xes")).unwrap();
        city
    }

    fn ledger(&self) -> PathBuf {
        self.dir.path().join("ledger")
    }

    fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn size(&self) -> usize {
        let output = plumb(&["log", "--ndjson", "--dir"], &[&self.ledger()]);
        output.stdout.iter().filter(|byte| **byte == b'\n').count()
    }

    fn is_sound(&self) -> bool {
        plumb(&["verify", "--dir"], &[&self.ledger()]).status.success()
    }

    fn check(&self, format: &str, (name, bytes, then): &Case) {
        let (input, errors) = (self.file("input"), self.file("errors"));
        std::fs::write(&input, bytes).unwrap();
        let _ = std::fs::remove_file(&errors);
        let before = self.size();
        let paths: [&Path; 7] = [
            &input,
            Path::new("--map"),
            &self.file(format),
            Path::new("--errors"),
            &errors,
            Path::new("--dir"),
            &self.ledger(),
        ];
        let output = plumb(&["import", format, "--json"], &paths);
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        let told = String::from_utf8(output.stdout).unwrap();
        let summary: Value =
            serde_json::from_str(told.lines().last().unwrap_or_default()).unwrap_or_default();
        let name = format!("{format} {name}");
        assert!(!words.contains("panicked"), "{name}: {words}");
        assert!(words.len() < 4000, "{name}: the message repeats the file");
        assert_eq!(summary["schema"], "plumbline.import/1", "{name}: {words}");
        match then {
            Taken(events) => {
                assert_eq!(output.status.code(), Some(0), "{name}: {words}");
                let sum = [&summary["appended"], &summary["duplicates"]].map(Value::as_u64);
                assert_eq!(sum[0].unwrap() + sum[1].unwrap(), *events, "{name}: {summary}");
            }
            Whole(reasons) => {
                assert_eq!(output.status.code(), Some(6), "{name}: {words} {summary}");
                for reason in *reasons {
                    assert!(words.contains(reason), "{name} should tell {reason:?}: {words}");
                }
                assert_eq!((&summary["appended"], &summary["refused"]), (&json!(0), &json!(0)));
                assert_eq!(self.size(), before, "{name}: something was recorded");
                assert!(!errors.exists(), "{name}");
            }
            Record(line, field, reason) => {
                assert_eq!(output.status.code(), Some(6), "{name}: {words}");
                let file = std::fs::read_to_string(&errors)
                    .unwrap_or_else(|error| panic!("{name}: {error}: {words}"));
                let first: Value = serde_json::from_str(file.lines().next().unwrap()).unwrap();
                assert_eq!(
                    (&first["line"], &first["field"]),
                    (&json!(line), &json!(field)),
                    "{name}: {file}"
                );
                let told = first["reason"].as_str().unwrap();
                assert!(told.contains(reason), "{name} should tell {reason:?}: {told}");
                assert_eq!(summary["refused"], file.lines().count(), "{name}");
            }
        }
        assert!(self.is_sound(), "{name}");
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn utf16(text: &str, little: bool) -> Vec<u8> {
    let units = text.encode_utf16();
    units.flat_map(|u| if little { u.to_le_bytes() } else { u.to_be_bytes() }).collect()
}

fn utf32(text: &str) -> Vec<u8> {
    text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect()
}

fn noise() -> Vec<u8> {
    (0..5000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
}

fn marked(mark: &[u8], bytes: Vec<u8>) -> Vec<u8> {
    [mark, &bytes].concat()
}

/// What no reader of text can read, in any format.
fn foreign(sound: &str) -> Vec<Case> {
    let packed = gzip(format!("{sound}{}", "\n".repeat(5000)).as_bytes());
    vec![
        (
            "UTF-32 with a mark",
            marked(&[0xff, 0xfe, 0, 0], utf32(sound)),
            Whole(&["line 1", "UTF-32"]),
        ),
        ("UTF-32", utf32(sound), Whole(&["line 1", "UTF-32"])),
        ("a spreadsheet", marked(b"PK\x03\x04", noise()), Whole(&["line 1", ".xlsx"])),
        ("an old spreadsheet", marked(b"\xd0\xcf\x11\xe0", noise()), Whole(&["line 1", ".xls"])),
        ("noise", marked(&[0, 0, 7], noise()), Whole(&["line 1", "NUL"])),
        ("gzip cut off", packed[..packed.len() - 12].to_vec(), Whole(&["gzip", "end too early"])),
        (
            "gzip damaged",
            {
                let mut p = packed;
                let at = p.len() - 6;
                p[at] ^= 1;
                p
            },
            Whole(&["gzip", "damaged"]),
        ),
    ]
}

#[test]
fn hostile_tables_are_refused_with_their_place() {
    let city = City::new();
    let parts = [tables::taken(), tables::refused_whole(), tables::refused_records()];
    parts.iter().flatten().for_each(|case| city.check("csv", case));
}

#[test]
fn hostile_lines_are_refused_with_their_place() {
    let city = City::new();
    let parts = [lines::taken(), lines::refused_whole(), lines::refused_records()];
    parts.iter().flatten().for_each(|case| city.check("ndjson", case));
}

#[test]
fn hostile_logs_are_refused_with_their_place() {
    let city = City::new();
    let parts = [logs::taken(), logs::refused_whole(), logs::refused_records()];
    parts.iter().flatten().for_each(|case| city.check("xes", case));
}

#[test]
fn events_and_cloud_events_need_no_mapping() {
    let city = City::new();
    let event = json!({
        "id": "e-1", "stream": "fee/1", "type": "fee.paid.v1",
        "occurred_at": "2026-03-05T16:20:00+08:00", "source": {"system": "bank"},
        "body": {"amount_fen": 100},
    });
    let cloud = json!({
        "specversion": "1.0", "id": "c-1", "type": "fee.paid.v1", "source": "till",
        "subject": "fee/2", "time": "2026-03-05T16:20:00+08:00", "data": {"amount_fen": 200},
    });
    let mut unplaced = cloud.clone();
    unplaced.as_object_mut().unwrap().remove("subject");
    let import = |format: &str, text: String| {
        std::fs::write(city.file("input"), text).unwrap();
        let errors = city.file("errors");
        let paths: [&Path; 5] = [
            &city.file("input"),
            Path::new("--errors"),
            &errors,
            Path::new("--dir"),
            &city.ledger(),
        ];
        let output = plumb(&["import", format, "--json"], &paths);
        let text = String::from_utf8(output.stdout).unwrap();
        let summary: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
        (output.status.code(), summary)
    };
    let (code, summary) = import("ndjson", format!("{event}\n"));
    assert_eq!((code, &summary["appended"]), (Some(0), &json!(1)), "{summary}");
    let (code, summary) = import("cloudevents", format!("{cloud}\n{unplaced}\n[]\n"));
    assert_eq!((code, &summary["appended"], &summary["refused"]), (Some(6), &json!(1), &json!(2)));
    let errors = std::fs::read_to_string(city.file("errors")).unwrap();
    assert!(errors.contains("has no `subject`") && errors.contains("\"line\":2"), "{errors}");
    let log = plumb(&["log", "--ndjson", "--dir"], &[&city.ledger()]);
    let log = String::from_utf8(log.stdout).unwrap();
    let recorded: Vec<Value> =
        log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let till = recorded.iter().find(|entry| entry["id"] == "c-1").unwrap();
    assert_eq!((&till["stream"], &till["source"]["system"]), (&json!("fee/2"), &json!("till")));
    // What was printed can be imported elsewhere, and its batch is closed.
    let other = City::new();
    std::fs::write(other.file("input"), &log).unwrap();
    let paths: [&Path; 4] =
        [&other.ledger(), &other.file("input"), Path::new("--errors"), &other.file("errors")];
    let again = plumb(&["import", "ndjson", "--json", "--dir"], &paths);
    let text = String::from_utf8(again.stdout).unwrap();
    let summary: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert!(summary["batch_events"].as_u64() >= Some(1), "{summary}");
    assert!(recorded.iter().any(|entry| entry["type"] == "import.batch.recorded.v1"));
    assert!(city.is_sound() && other.is_sound());
}
