//! Files that an import must refuse, through the built program: each kind with
//! place and reason, exit code 6, nothing half-written, a ledger that verifies
//! afterwards; and those that only look hostile and must come in.

use encoding_rs::{GB18030, WINDOWS_1252};
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

const HEADER: &str = "决定书文号,处罚类别,处罚决定日期,罚款金额,信用代码,件数\n";

fn row(column: usize, cell: &str) -> String {
    let mut cells = ["罚〔2026〕1号", "警告", "2026-03-05", "100.00", "91110000MA01234567", "1"];
    cells[column] = cell;
    format!("{}\n", cells.join(","))
}

fn table() -> Vec<Case> {
    let sound = format!("{HEADER}{}", row(0, "罚1号"));
    let bytes = |text: &str| text.as_bytes().to_vec();
    let with = |column, cell: &str| format!("{HEADER}{}", row(column, cell)).into_bytes();
    let good = row(0, "罚1号");
    let wide: String = (0..5000).map(|n| format!("c{n},")).collect();
    let mut cases = vec![
        ("sound", bytes(&sound), Taken(1)),
        ("a mark", marked(b"\xef\xbb\xbf", bytes(&sound)), Taken(1)),
        ("GB 18030", GB18030.encode(&sound).0.into_owned(), Taken(1)),
        ("UTF-16 LE with a mark", marked(&[0xff, 0xfe], utf16(&sound, true)), Taken(1)),
        ("UTF-16 BE with a mark", marked(&[0xfe, 0xff], utf16(&sound, false)), Taken(1)),
        ("UTF-16 LE", utf16(&sound, true), Taken(1)),
        ("UTF-16 BE", utf16(&sound, false), Taken(1)),
        ("gzip", gzip(sound.as_bytes()), Taken(1)),
        ("CR only", bytes(&sound.replace('\n', "\r")), Taken(1)),
        ("CR LF", bytes(&sound.replace('\n', "\r\n")), Taken(1)),
        ("the same row twice", bytes(&format!("{HEADER}{good}{good}")), Taken(2)),
        ("more decimals than fen", with(3, "100.12345"), Taken(1)),
        ("more fen than JSON has", with(3, &"9".repeat(29)), Taken(1)),
        ("no rows", bytes(HEADER), Taken(0)),
        (
            "Latin-1",
            WINDOWS_1252.encode("décision,acte\nx,é\n").0.into_owned(),
            Whole(&["line 2", "UTF-8"]),
        ),
        ("nothing", Vec::new(), Whole(&["line 1", "empty"])),
        ("a mark only", bytes("\u{feff}"), Whole(&["line 1", "empty"])),
        ("blank lines", bytes("\n\n\n"), Whole(&["line 1", "empty"])),
        (
            "an open quote",
            bytes(&format!("{HEADER}{good}\"{good}{good}")),
            Whole(&["line 3", "never closed"]),
        ),
        (
            "cut in a quote",
            bytes(&format!("{HEADER}{good}\"罚2号")),
            Whole(&["line 3", "never closed"]),
        ),
        (
            "a header missing",
            bytes(&sound.replace("决定书文号", "x")),
            Whole(&["no column \"决定书文号\""]),
        ),
        (
            "an amount's header misspelt",
            bytes(&sound.replace("罚款金额", "罚款数额")),
            Whole(&["no column \"罚款金额\"", "optional"]),
        ),
        ("no header", bytes(&good), Whole(&["no column"])),
        (
            "a header twice",
            bytes(&sound.replace("处罚类别", "决定书文号")),
            Whole(&["columns 1", "look like"]),
        ),
        ("5,000 columns", bytes(&wide), Whole(&["line 1", "at most 4096"])),
        ("a cell of 5 MB", with(1, &"x".repeat(5_000_000)), Whole(&["line 2", "longer than"])),
        (
            "a row too short",
            bytes(&format!("{HEADER}{good}罚2号,警告\n{good}")),
            Record(3, "row", "2 cells"),
        ),
        (
            "a row too long",
            bytes(&format!("{HEADER}{}", good.replace('\n', ",7,8\n"))),
            Record(2, "row", "8 cells"),
        ),
        ("cut off", sound.as_bytes()[..sound.len() - 20].to_vec(), Record(2, "row", "cells")),
        ("NUL in a cell", with(1, "警\0告"), Record(2, "处罚类别", "not text")),
        ("MM/DD/YYYY", with(2, "03/05/2026"), Record(2, "处罚决定日期", "without guessing")),
        ("a ROC year", with(2, "115/03/05"), Record(2, "处罚决定日期", "without guessing")),
        ("an Excel serial", with(2, "46086"), Record(2, "处罚决定日期", "without guessing")),
        ("no date", with(2, ""), Record(2, "处罚决定日期", "no time")),
        ("a code in E notation", with(4, "9.11E+17"), Record(2, "信用代码", "shortened")),
        ("a code in e notation", with(4, "9.11e17"), Record(2, "信用代码", "shortened")),
        ("a case in E notation", with(0, "9.11E+17"), Record(2, "决定书文号", "shortened")),
        ("NaN", with(3, "NaN"), Record(2, "罚款金额", "not an amount")),
        ("infinity", with(3, "-Infinity"), Record(2, "罚款金额", "not an amount")),
        ("thousands separators", with(3, "\"1,234.50\""), Record(2, "罚款金额", "not an amount")),
        ("300 digits", with(3, &"9".repeat(300)), Record(2, "罚款金额", "not an amount")),
        ("an integer beyond 2^53", with(5, "99999999999999999999"), Record(2, "件数", "integer")),
        ("no case", with(0, ""), Record(2, "决定书文号", "names the case")),
        ("a cell of 70 KB", with(1, &"x".repeat(70_000)), Record(2, "", "too-large")),
    ];
    cases.extend(foreign(&sound));
    cases
}

fn object(member: &str, value: &str) -> String {
    let mut members = [
        ("决定书文号", "\"罚1号\""),
        ("处罚类别", "\"警告\""),
        ("处罚决定日期", "\"2026-03-05\""),
        ("罚款金额", "100.00"),
        ("信用代码", "\"91110000MA01234567\""),
        ("件数", "1"),
    ];
    if let Some(found) = members.iter_mut().find(|(name, _)| *name == member) {
        found.1 = value;
    }
    let members: Vec<String> = members.iter().map(|(k, v)| format!("\"{k}\":{v}")).collect();
    format!("{{{}}}\n", members.join(","))
}

fn ndjson() -> Vec<Case> {
    let sound = object("", "");
    let bytes = |text: &str| text.as_bytes().to_vec();
    let with = |member, value: &str| object(member, value).into_bytes();
    let nested =
        |open: &str, close: &str| format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
    let many: String = (0..200_000).map(|n| format!("\"m{n}\":1,")).collect();
    let mut cases = vec![
        ("sound", bytes(&sound), Taken(1)),
        ("a mark", marked(b"\xef\xbb\xbf", bytes(&sound)), Taken(1)),
        ("UTF-16 LE with a mark", marked(&[0xff, 0xfe], utf16(&sound, true)), Taken(1)),
        ("UTF-16 LE", utf16(&sound, true), Taken(1)),
        ("UTF-16 BE", utf16(&sound, false), Taken(1)),
        ("the same line twice", bytes(&sound.repeat(2)), Taken(2)),
        ("more decimals than fen", with("罚款金额", "100.123456"), Taken(1)),
        ("nothing", Vec::new(), Whole(&["line 1", "empty"])),
        (
            "a line of 5 MB",
            with("处罚类别", &format!("\"{}\"", "x".repeat(5_000_000))),
            Whole(&["line 1", "longer than"]),
        ),
        (
            "GB 18030",
            GB18030.encode(&sound).0.into_owned(),
            Record(1, "line", "not UTF-8 from byte"),
        ),
        ("Latin-1", b"{\"a\":\"\xe9\"}\n".to_vec(), Record(1, "line", "not UTF-8 from byte")),
        (
            "an array",
            bytes(&format!("[{}]\n", sound.trim())),
            Record(1, "line", "object is expected"),
        ),
        ("over several lines", bytes(&sound.replace(',', ",\n")), Record(1, "line", "member name")),
        ("cut off", sound.as_bytes()[..sound.len() - 10].to_vec(), Record(1, "line", "byte")),
        ("deep lists", with("处罚类别", &nested("[", "]")), Record(1, "line", "nested deeper")),
        ("deep objects", bytes(&nested("{\"a\":", "}")), Record(1, "line", "nested deeper")),
        ("a member twice", bytes("{\"a\":1,\"a\":2}\n"), Record(1, "line", "stands twice")),
        (
            "200,000 members",
            bytes(&format!("{{{many}\"决定书文号\":1}}")),
            Record(1, "处罚决定日期", "no time"),
        ),
        ("half a surrogate", with("处罚类别", "\"\\ud800\""), Record(1, "line", "bad escape")),
        ("NaN", with("罚款金额", "NaN"), Record(1, "line", "no NaN")),
        ("infinity", with("罚款金额", "-Infinity"), Record(1, "line", "no NaN and no infinity")),
        ("beyond a double", with("罚款金额", "1e400"), Record(1, "罚款金额", "not an amount")),
        ("a huge integer", with("件数", "99999999999999999999"), Record(1, "件数", "integer")),
        (
            "words for an amount",
            with("罚款金额", "\"many\""),
            Record(1, "罚款金额", "not an amount"),
        ),
        (
            "an object for an amount",
            with("罚款金额", "{\"a\":1}"),
            Record(1, "罚款金额", "single value"),
        ),
        ("a list for an amount", with("罚款金额", "[1]"), Record(1, "罚款金额", "single value")),
        ("a truth for an amount", with("罚款金额", "true"), Record(1, "罚款金额", "not an amount")),
        (
            "a list for an act",
            with("处罚类别", "[\"警告\"]"),
            Record(1, "处罚类别", "single value"),
        ),
        (
            "a number for a time",
            with("处罚决定日期", "1772676000"),
            Record(1, "处罚决定日期", "without guessing"),
        ),
        ("a number for a code", with("信用代码", "9.11e17"), Record(1, "信用代码", "shortened")),
        ("null for a case", with("决定书文号", "null"), Record(1, "决定书文号", "names the case")),
        (
            "a value of 70 KB",
            with("处罚类别", &format!("\"{}\"", "x".repeat(70_000))),
            Record(1, "", "too-large"),
        ),
    ];
    cases.extend(foreign(&sound));
    cases
}

fn xes() -> Vec<Case> {
    let log = |encoding: &str| {
        format!(
            "<?xml version=\"1.0\" encoding=\"{encoding}\"?>\n<log>\n<trace>\
             <string key=\"concept:name\" value=\"案1\"/>\n<event>\
             <string key=\"concept:name\" value=\"Confirmation of receipt\"/>\
             <date key=\"time:timestamp\" value=\"2011-03-27T03:00:00.000+02:00\"/></event>\n\
             </trace>\n</log>\n"
        )
    };
    let sound = log("UTF-8");
    let bytes = |text: &str| text.as_bytes().to_vec();
    let deep = format!(
        "{}{}",
        "<string key=\"a\" value=\"b\">".repeat(100_000),
        "</string>".repeat(100_000)
    );
    let event = |inner: &str| bytes(&sound.replace("</event>", &format!("{inner}</event>")));
    let dated = |date: &str| bytes(&sound.replace("2011-03-27T03:00:00.000+02:00", date));
    let wide = log("UTF-16");
    let mut cases = vec![
        ("sound", bytes(&sound), Taken(1)),
        ("UTF-16 LE with a mark", marked(&[0xff, 0xfe], utf16(&wide, true)), Taken(1)),
        ("UTF-16 BE with a mark", marked(&[0xfe, 0xff], utf16(&wide, false)), Taken(1)),
        ("UTF-16 LE", utf16(&wide, true), Taken(1)),
        ("UTF-16 BE", utf16(&wide, false), Taken(1)),
        (
            "UTF-16 LE after a blank",
            utf16(&sound.replacen("<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "", 1), true),
            Taken(1),
        ),
        ("GB 18030", GB18030.encode(&log("GB18030")).0.into_owned(), Taken(1)),
        (
            "Latin-1",
            WINDOWS_1252.encode(&log("ISO-8859-1").replace('案', "é")).0.into_owned(),
            Taken(1),
        ),
        ("a double that is no number", event("<float key=\"f\" value=\"NaN\"/>"), Taken(1)),
        (
            "UTF-16 said and not meant",
            bytes(&wide),
            Whole(&["line 1", "the declaration says UTF-16"]),
        ),
        ("GB 18030 not said", GB18030.encode(&sound).0.into_owned(), Whole(&["line 3", "UTF-8"])),
        (
            "Latin-1 not said",
            WINDOWS_1252.encode(&sound.replace('案', "é")).0.into_owned(),
            Whole(&["line 3", "UTF-8"]),
        ),
        ("an unknown encoding", bytes(&log("KLINGON")), Whole(&["line 1", "KLINGON"])),
        (
            "deep in the log",
            bytes(&sound.replacen("<trace>", &format!("{deep}<trace>"), 1)),
            Whole(&["line 3", "nested deeper than 64"]),
        ),
        (
            "deep in a trace without events",
            bytes(&format!("<log><trace>{deep}</trace></log>")),
            Whole(&["line 1", "nested deeper than 9"]),
        ),
        (
            "a page",
            bytes("<html><body>x</body></html>"),
            Whole(&["line 1", "root element must be <log>"]),
        ),
        (
            "an attribute twice",
            bytes(&sound.replace("<event>", "<event a=\"1\" a=\"2\">")),
            Whole(&["line 4", "duplicated"]),
        ),
        (
            "a value of 17 MB",
            event(&format!("<string key=\"n\" value=\"{}\"/>", "x".repeat(17_000_000))),
            Whole(&["line 4", "longer than"]),
        ),
        ("an entity", bytes(&sound.replace('案', "&xx;")), Whole(&["line 3", "entity"])),
        ("another log", bytes(&format!("{sound}<log/>")), Whole(&["line 7", "end of the log"])),
        ("deep in an event", event(&deep), Record(4, "a", "nested deeper than 9")),
        (
            "deep in a trace",
            bytes(&sound.replacen("<event>", &format!("{deep}<event>"), 1)),
            Record(4, "a", "nested deeper than 9"),
        ),
        ("NUL", event("<string key=\"n\" value=\"a\0b\"/>"), Record(4, "n", "XML does not allow")),
        (
            "a control character by its number",
            event("<string key=\"n\" value=\"&#1;\"/>"),
            Record(4, "n", "XML does not allow"),
        ),
        (
            "a huge integer",
            event("<int key=\"n\" value=\"99999999999999999999999\"/>"),
            Record(4, "n", "64 bits"),
        ),
        (
            "words for a truth",
            event("<boolean key=\"n\" value=\"perhaps\"/>"),
            Record(4, "n", "true or false"),
        ),
        ("MM/DD/YYYY", dated("03/27/2011"), Record(4, "time:timestamp", "date")),
        ("a ROC year", dated("100/03/27"), Record(4, "time:timestamp", "date")),
        (
            "a value of 70 KB",
            event(&format!("<string key=\"n\" value=\"{}\"/>", "x".repeat(70_000))),
            Record(4, "n", "at most 65535"),
        ),
    ];
    cases.extend(foreign(&sound));
    cases
}

#[test]
fn hostile_tables_are_refused_with_their_place() {
    let city = City::new();
    table().iter().for_each(|case| city.check("csv", case));
}

#[test]
fn hostile_lines_are_refused_with_their_place() {
    let city = City::new();
    ndjson().iter().for_each(|case| city.check("ndjson", case));
}

#[test]
fn hostile_logs_are_refused_with_their_place() {
    let city = City::new();
    xes().iter().for_each(|case| city.check("xes", case));
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
