//! Import and export through the installed program: what is broken is refused
//! whole and named, and what was imported comes out as it came in.

use flate2::Compression;
use flate2::write::GzEncoder;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const MAPPING: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/mappings/environmental_receipt.toml");

/// Two cases with what real logs have: offsets that change, nested attributes,
/// types, a list, characters that must be escaped.
const SOUND: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1.0" xmlns="http://www.xes-standard.org/">
  <trace>
    <string key="concept:name" value="case-1"/>
    <string key="channel" value="Desk &amp; &lt;Internet&gt; &quot;x&quot;"/>
    <date key="deadline" value="2011-12-06T12:41:31.788+01:00"/>
    <event>
      <string key="concept:name" value="Confirmation of receipt"/>
      <string key="org:resource" value="R1"/>
      <string key="org:group" value="G1"/>
      <date key="time:timestamp" value="2011-03-27T01:59:59.999+01:00"/>
      <float key="score" value="0.1"/>
      <string key="outer" value="a"><string key="inner" value="b"/></string>
    </event>
    <event>
      <string key="concept:name" value="T06 Determine necessity of stop advice"/>
      <string key="org:resource" value="R2"/>
      <date key="time:timestamp" value="2011-03-27T03:00:00.000+02:00"/>
      <boolean key="urgent" value="true"/>
      <int key="pages" value="12"/>
    </event>
  </trace>
  <trace>
    <string key="concept:name" value="案件-2"/>
    <event>
      <string key="concept:name" value="Confirmation of receipt"/>
      <date key="time:timestamp" value="2012-01-01T00:00:00.000+01:00"/>
      <string key="note" value="第一行&#10;第二行"/>
    </event>
  </trace>
</log>
"#;

struct City {
    _dir: tempfile::TempDir,
    path: PathBuf,
}

fn plumb(arguments: &[&str], paths: &[&Path]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plumb"));
    command.args(arguments).args(paths).output().unwrap()
}

fn city() -> City {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ledger");
    assert!(plumb(&["init"], &[&path]).status.success());
    City { _dir: dir, path }
}

impl City {
    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path.with_file_name(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    fn import(&self, file: &Path) -> Output {
        plumb(
            &["import", "xes", "--map", MAPPING, "--json"],
            &[file, Path::new("--dir"), &self.path],
        )
    }

    fn export(&self) -> Vec<u8> {
        let output = plumb(&["export", "xes", "--dir"], &[&self.path]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    fn events(&self) -> usize {
        let output = plumb(&["log", "--ndjson", "--dir"], &[&self.path]);
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().filter(|line| line.contains(r#""stream":"approval/receipt"#)).count()
    }

    fn is_sound(&self) -> bool {
        plumb(&["verify", "--dir"], &[&self.path]).status.success()
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Names, contents, and what the message must say of the place and the reason.
fn broken() -> Vec<(&'static str, Vec<u8>, &'static [&'static str])> {
    let sound = SOUND.as_bytes();
    let whole = gzip(sound);
    let mut crc = whole.clone();
    let at = crc.len() - 6;
    crc[at] ^= 1;
    let bomb = SOUND.replacen(
        "<log ",
        "<!DOCTYPE log [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><log ",
        1,
    );
    let tags = SOUND.replacen("</event>", "</trace>", 1);
    let cut = &sound[..sound.len() * 2 / 3];
    vec![
        ("empty.xes", Vec::new(), &["line 1", "no <log>"]),
        ("words.xes", b"hello, this is not XML".to_vec(), &["line 1", "not a XES file"]),
        ("cut.xes", cut.to_vec(), &["line", "breaks off"]),
        ("tags.xes", tags.into_bytes(), &["line 14", "not well-formed"]),
        ("entities.xes", bomb.into_bytes(), &["line 2", "document type"]),
        ("cut.xes.gz", whole[..whole.len() / 2].to_vec(), &["gzip", "end too early"]),
        ("crc.xes.gz", crc, &["gzip", "damaged"]),
        ("noise.xes.gz", [&whole[..10], &[0xa5; 300][..]].concat(), &["gzip"]),
    ]
}

#[test]
fn a_broken_file_is_refused_whole_and_named() {
    let city = city();
    for (name, bytes, told) in broken() {
        let output = city.import(&city.file(name, &bytes));
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(6), "{name}: {words}");
        assert!(!words.contains("panicked"), "{name}: {words}");
        for told in told.iter().chain(&[name]) {
            assert!(words.contains(told), "{name} should tell of {told:?}: {words}");
        }
        let report = String::from_utf8(output.stdout).unwrap();
        let last = report.lines().last().unwrap_or_default();
        let last: serde_json::Value = serde_json::from_str(last).unwrap();
        assert_eq!((&last["schema"], &last["appended"]), (&"plumbline.import/1".into(), &0.into()));
        assert_eq!(city.events(), 0, "{name}: nothing is half-written");
        assert!(city.is_sound(), "{name}");
    }
    // The same file unbroken, plain and packed, and then once more.
    for (name, bytes, appended) in
        [("sound.xes.gz", gzip(SOUND.as_bytes()), 3), ("sound.xes", SOUND.as_bytes().to_vec(), 0)]
    {
        let output = city.import(&city.file(name, &bytes));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let report = String::from_utf8(output.stdout).unwrap();
        let last: serde_json::Value = serde_json::from_str(report.lines().last().unwrap()).unwrap();
        assert_eq!(last["appended"], appended, "{report}");
        assert_eq!(city.events(), 3);
    }
    assert!(city.is_sound());
}

/// An element with its attributes in one order, and what is in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    inside: Vec<Element>,
}

fn element(start: &BytesStart<'_>) -> Element {
    let mut attributes: Vec<(String, String)> = start
        .attributes()
        .map(|attribute| attribute.unwrap())
        .map(|a| {
            (
                a.key.as_ref().to_owned(),
                a.normalized_value(XmlVersion::Explicit1_0).unwrap().into_owned(),
            )
        })
        .collect();
    attributes.sort();
    Element { name: start.name().as_ref().to_owned(), attributes, inside: Vec::new() }
}

/// The traces of an XES text; attributes sorted, events in their order.
fn traces(xes: &[u8]) -> Vec<Element> {
    let mut reader = Reader::from_reader(xes);
    let top = Element { name: String::new(), attributes: Vec::new(), inside: Vec::new() };
    let mut open = vec![top];
    let mut buffer = Vec::new();
    loop {
        match reader.read_event_into(&mut buffer).unwrap() {
            Event::Start(start) => open.push(element(&start)),
            Event::Empty(start) => open.last_mut().unwrap().inside.push(element(&start)),
            Event::End(_) => {
                let mut ended = open.pop().unwrap();
                // A stable sort: events keep their order, which is the point.
                ended
                    .inside
                    .sort_by_key(|e| (e.name == "event", (e.name != "event").then(|| e.clone())));
                open.last_mut().unwrap().inside.push(ended);
            }
            Event::Eof => break,
            _ => {}
        }
        buffer.clear();
    }
    let log = open.remove(0).inside.remove(0);
    let mut traces: Vec<Element> = log.inside.into_iter().filter(|e| e.name == "trace").collect();
    traces.sort();
    traces
}

#[test]
fn what_comes_in_as_xes_goes_out_as_xes() {
    let (first, second) = (city(), city());
    assert!(first.import(&first.file("in.xes", SOUND.as_bytes())).status.success());
    let out = first.export();
    assert_eq!(traces(&out), traces(SOUND.as_bytes()));
    assert_eq!(traces(&out).len(), 2);
    // And what went out can come in again, into another ledger.
    assert!(second.import(&second.file("out.xes", &out)).status.success());
    assert_eq!(second.export(), out);
}

#[test]
fn an_export_whose_reader_has_gone_ends_quietly() {
    let city = city();
    // More than any writer's buffer holds: some of it is written before the end.
    let (head, rest) = SOUND.split_once("  <trace>").unwrap();
    let (trace, _) = rest.split_once("</trace>").unwrap();
    let traces: String = (0..100)
        .map(|n| format!("  <trace>{}</trace>\n", trace.replace("case-1", &format!("case-{n}"))))
        .collect();
    let long = format!("{head}{traces}</log>\n");
    assert!(city.import(&city.file("in.xes", long.as_bytes())).status.success());
    for form in ["ndjson", "csv", "xes", "ocel"] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plumb"));
        command.args(["export", form, "--dir"]).arg(&city.path);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let ended = child.wait_with_output().unwrap();
        let words = String::from_utf8_lossy(&ended.stderr);
        assert!(ended.status.success(), "{form}: {words}");
        assert!(!words.contains("roken pipe"), "{form}: {words}");
    }
}
