//! 四性检测 (DA/T 70-2018; specification §4.11): what can be tested of an archive's
//! authenticity, integrity, usability and security, from the archive alone.
//!
//! Whoever makes an archive and whoever checks it run the same tests over the same
//! files, so the report can be made again. What cannot be told from the archive is
//! said to be so, and never counts as passed.

use super::REPORT;
use plumbline_replay::audit::{Audit, AuditError};
use plumbline_replay::event::Event;
use plumbline_replay::event::register;
use plumbline_replay::event::schema;
use plumbline_replay::identifier::{citizen_id, credit_code};
use plumbline_replay::integrity::json::{self, Json};
use plumbline_replay::walk::Outcome;
use plumbline_replay::walk::report::Report;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// Name and version of the report.
pub const SCHEMA: &str = "plumbline.four-properties/1";

/// One test.
#[derive(Clone, Debug)]
pub struct Test {
    pub code: &'static str,
    pub zh: &'static str,
    pub en: &'static str,
    pub outcome: Outcome,
    /// What was counted, by name.
    pub figures: Vec<(&'static str, u64)>,
    /// The first place that failed: log and position, or a file.
    pub first_bad: Option<String>,
}

/// One of the four properties.
#[derive(Clone, Debug)]
pub struct Property {
    pub zh: &'static str,
    pub en: &'static str,
    pub tests: Vec<Test>,
    /// What the tests do not cover.
    pub beyond: &'static str,
}

/// The report.
#[derive(Clone, Debug)]
pub struct FourProperties {
    pub origin: String,
    pub made_at: String,
    pub properties: Vec<Property>,
}

impl Property {
    /// The worst of its tests.
    pub fn outcome(&self) -> Outcome {
        self.tests.iter().map(|test| test.outcome).fold(Outcome::Pass, Outcome::and)
    }
}

/// Counted over all entries.
#[derive(Default)]
struct Tally {
    entries: u64,
    unreadable: Count,
    unknown_types: Count,
    without_schema: Count,
    malformed: Count,
    incomplete: u64,
    dates_differ: Count,
    dated: u64,
    signatures: u64,
    documents: u64,
    undigested: Count,
    in_the_clear: Count,
    numbers: Count,
    sealed_values: u64,
    openings: u64,
    erasures: u64,
    types: BTreeSet<String>,
    streams: BTreeSet<[u8; 16]>,
}

/// How many, and where the first is.
#[derive(Default)]
struct Count {
    count: u64,
    first: Option<String>,
}

impl Count {
    fn add(&mut self, many: u64, place: &str) {
        if many > 0 {
            self.count += many;
            self.first.get_or_insert_with(|| place.to_owned());
        }
    }

    fn outcome(&self) -> Outcome {
        if self.count == 0 { Outcome::Pass } else { Outcome::Fail }
    }
}

/// Tests what lies in an archive's folder.
///
/// # Errors
///
/// The folder cannot be read. What is broken in it is no error but a failed test.
pub fn test(folder: &Path, origin: &str, made_at: &str) -> Result<FourProperties, AuditError> {
    let audit = Audit { path: folder.to_owned(), threads: 1, ..Audit::default() };
    let report = audit.run()?;
    let mut tally = Tally::default();
    for (log, files) in audit.files()? {
        for path in files {
            tally.read(&log, &path).map_err(|error| AuditError::Unreadable {
                path: path.clone(),
                reason: error.to_string(),
            })?;
        }
    }
    let missing: Vec<&String> =
        tally.types.iter().filter(|name| !schema_file(folder, name).is_file()).collect();
    tally
        .without_schema
        .add(missing.len() as u64, missing.first().map_or("", |name| name.as_str()));
    Ok(FourProperties {
        origin: origin.to_owned(),
        made_at: made_at.to_owned(),
        properties: vec![
            authenticity(&report, &tally),
            completeness(&report, &tally),
            usability(&tally),
            security(&report, &tally),
        ],
    })
}

/// Where an archive keeps the schema of an event type.
pub fn schema_file(folder: &Path, name: &str) -> std::path::PathBuf {
    folder.join("schemas").join("events").join(format!("{name}.json"))
}

impl Tally {
    fn read(&mut self, log: &str, path: &Path) -> std::io::Result<()> {
        let mut lines = BufReader::with_capacity(1 << 18, File::open(path)?);
        let mut line = Vec::new();
        let mut position = 0;
        while lines.read_until(b'\n', &mut line)? > 0 {
            let entry = line.strip_suffix(b"\n").unwrap_or(&line);
            self.entry(entry, &format!("{log} {position}"));
            position += 1;
            line.clear();
        }
        Ok(())
    }

    fn entry(&mut self, entry: &[u8], place: &str) {
        self.entries += 1;
        let (Ok(event), Ok(json)) = (Event::read(entry), json::parse(entry)) else {
            return self.unreadable.add(1, place);
        };
        self.streams.insert(short(&event.stream));
        self.types.insert(event.kind.to_string());
        self.signatures += u64::from(json.get("signature").is_some());
        self.sealed_values += event.body.sealed_count() as u64;
        self.documents(&json, place);
        if let Some(day) = event.body.text("decision_date") {
            self.dated += 1;
            let differs = event.occurred.local_date().to_string() != *day;
            self.dates_differ.add(u64::from(differs), place);
        }
        match event.kind.rsplit_once('.').map(|(name, _)| name) {
            Some("access.recorded") => self.openings += 1,
            Some("vault.key.destroyed" | "redaction.applied") => self.erasures += 1,
            _ => {}
        }
        self.numbers.add(personal_numbers(entry), place);
        let Some(event_type) = register::find(&event.kind) else {
            return self.unknown_types.add(1, place);
        };
        let clear = event_type.sensitive().filter(|(name, _)| event.body.get(name).is_some());
        self.in_the_clear.add(clear.count() as u64, place);
        let departures = schema::check_recorded(event_type, &event.body);
        let malformed = departures.iter().filter(|found| found.is_malformed()).count();
        self.malformed.add(u64::from(malformed > 0), place);
        self.incomplete += u64::from(malformed == 0 && !departures.is_empty());
    }

    fn documents(&mut self, json: &Json<'_>, place: &str) {
        for document in json.get("docs").and_then(Json::as_list).unwrap_or(&[]) {
            self.documents += 1;
            let digests = ["hash_blake3", "hash_sm3"];
            let digested = digests.iter().any(|name| document.get(name).is_some());
            self.undigested.add(u64::from(!digested), place);
        }
    }
}

fn short(text: &str) -> [u8; 16] {
    let mut out = [0; 16];
    blake3::Hasher::new().update(text.as_bytes()).finalize_xof().fill(&mut out);
    out
}

/// Numbers that are valid citizen ids and no credit codes, standing alone: digits
/// within a digest are none.
fn personal_numbers(entry: &[u8]) -> u64 {
    let Ok(text) = std::str::from_utf8(entry) else { return 0 };
    let ever = chrono::NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or_default();
    let alone = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|run| run.len() == 18);
    let valid = |run: &&str| citizen_id(run, ever).is_empty() && !credit_code(run).is_empty();
    alone.filter(valid).count() as u64
}

fn counted(
    code: &'static str,
    (zh, en): (&'static str, &'static str),
    figures: Vec<(&'static str, u64)>,
    bad: &Count,
) -> Test {
    let first_bad = bad.first.clone();
    Test { code, zh, en, outcome: bad.outcome(), figures, first_bad }
}

fn untold(
    code: &'static str,
    (zh, en): (&'static str, &'static str),
    figures: Vec<(&'static str, u64)>,
) -> Test {
    Test { code, zh, en, outcome: Outcome::CannotTell, figures, first_bad: None }
}

/// The audit's verdict as a test.
fn audited(
    report: &Report,
    code: &'static str,
    (zh, en): (&'static str, &'static str),
    figures: Vec<(&'static str, u64)>,
) -> Test {
    let bad = report.logs.iter().find_map(|log| Some((log, log.first_bad.as_ref()?)));
    let first_bad = bad.map(|(log, bad)| format!("{} {}", log.log, bad.position));
    Test { code, zh, en, outcome: report.outcome(), figures, first_bad }
}

fn authenticity(report: &Report, tally: &Tally) -> Property {
    let checked = report.logs.iter().map(|log| log.checked).sum();
    let available = report.logs.iter().map(|log| log.available).sum();
    let held = report.logs.iter().map(|log| log.checkpoints.len() as u64).sum();
    let fitting = report.logs.iter().map(|log| log.fitting() as u64).sum();
    let documents = (
        "电子文件摘要与文件本身相符(文件不在归档包内)",
        "files fit their digests (they are not in the archive)",
    );
    let signatures =
        ("报送方签名及签名时证书有效性", "submitters' signatures and their certificates then");
    Property {
        zh: "真实性",
        en: "authenticity",
        tests: vec![
            audited(
                report,
                "A1",
                ("哈希链逐条重算(BLAKE3)", "every entry's link recomputed (BLAKE3)"),
                vec![("checked", checked), ("available", available)],
            ),
            audited(
                report,
                "A2",
                (
                    "检查点签名与默克尔根相符(RFC 6962, Ed25519)",
                    "checkpoints signed, and their roots met",
                ),
                vec![("fitting", fitting), ("checkpoints", held)],
            ),
            counted(
                "A3",
                (
                    "元数据与内容一致:决定日期即发生日期",
                    "metadata fit the content: the decision's date is the act's",
                ),
                vec![("dated", tally.dated), ("differ", tally.dates_differ.count)],
                &tally.dates_differ,
            ),
            nothing_or_untold("A4", signatures, ("signatures", tally.signatures)),
            nothing_or_untold("A5", documents, ("documents", tally.documents)),
        ],
        beyond: "所记事实是否属实 / whether what was recorded is true",
    }
}

/// Where there is nothing to test, nothing is wrong; else it cannot be told here.
fn nothing_or_untold(
    code: &'static str,
    words: (&'static str, &'static str),
    figure: (&'static str, u64),
) -> Test {
    match figure.1 {
        0 => counted(code, words, vec![figure], &Count::default()),
        _ => untold(code, words, vec![figure]),
    }
}

fn completeness(report: &Report, tally: &Tally) -> Property {
    let covered = report.logs.iter().map(|log| log.covered).sum();
    Property {
        zh: "完整性",
        en: "integrity",
        tests: vec![
            audited(
                report,
                "B1",
                (
                    "位置与各事件流序号连续无缺",
                    "positions and the revisions of each stream without a gap",
                ),
                vec![("entries", tally.entries), ("streams", tally.streams.len() as u64)],
            ),
            audited(
                report,
                "B2",
                ("条目数与检查点相符", "as many entries as the checkpoint covers"),
                vec![("entries", tally.entries), ("covered", covered)],
            ),
            counted(
                "B3",
                ("所附文件均登记摘要", "every document attached is registered with a digest"),
                vec![("documents", tally.documents), ("without", tally.undigested.count)],
                &tally.undigested,
            ),
            untold(
                "B4",
                (
                    "必经环节与文号连续(用 plumb-replay findings 查 SEQ、RX.2)",
                    "required steps and document numbers without a gap: plumb-replay findings, SEQ and RX.2",
                ),
                vec![],
            ),
        ],
        beyond: "从未报送的事项 / acts that were never submitted",
    }
}

fn usability(tally: &Tally) -> Property {
    Property {
        zh: "可用性",
        en: "usability",
        tests: vec![
            counted(
                "C1",
                ("逐条可解读(JSON, UTF-8)", "every entry can be read (JSON in UTF-8)"),
                vec![("entries", tally.entries), ("unreadable", tally.unreadable.count)],
                &tally.unreadable,
            ),
            counted(
                "C2",
                ("事件类型均已登记", "every event type is registered"),
                vec![("types", tally.types.len() as u64), ("unknown", tally.unknown_types.count)],
                &tally.unknown_types,
            ),
            counted(
                "C3",
                ("所用模式均在归档包内", "the schema of every type is in the archive"),
                vec![("types", tally.types.len() as u64), ("without", tally.without_schema.count)],
                &tally.without_schema,
            ),
            counted(
                "C4",
                (
                    "各成员的类型符合模式(缺项另计)",
                    "members have the kinds of their schema (what is absent is counted apart)",
                ),
                vec![("malformed", tally.malformed.count), ("incomplete", tally.incomplete)],
                &tally.malformed,
            ),
        ],
        beyond: "另存文件的阅读软件 / software for files kept elsewhere",
    }
}

fn security(report: &Report, tally: &Tally) -> Property {
    let openings = (
        "密封内容的启封留痕(在密封日志)",
        "openings of sealed values are on record, in the sealed log",
    );
    let sealed = report.logs.iter().any(|log| log.log == "sealed");
    let openings_counted = if sealed { vec![("openings", tally.openings)] } else { vec![] };
    Property {
        zh: "安全性",
        en: "security",
        tests: vec![
            counted(
                "D1",
                ("应密封的成员无一以明文出现", "no member that must be sealed stands in the clear"),
                vec![("sealed", tally.sealed_values), ("clear", tally.in_the_clear.count)],
                &tally.in_the_clear,
            ),
            counted(
                "D2",
                ("无明文公民身份号码", "no citizen's number stands in the clear"),
                vec![("entries", tally.entries), ("numbers", tally.numbers.count)],
                &tally.numbers,
            ),
            // That no other opening happened, no record can show.
            untold("D3", openings, openings_counted),
            audited(
                report,
                "D4",
                (
                    "遮蔽与密钥销毁不影响链与根",
                    "redactions and destroyed keys leave chain and root whole",
                ),
                vec![("erasures", tally.erasures)],
            ),
            untold(
                "D5",
                (
                    "病毒检测与备份恢复演练(由保管单位记录)",
                    "virus scan and restore test: recorded by whoever keeps the archive",
                ),
                vec![],
            ),
        ],
        beyond: "载体检测 / the media",
    }
}

impl FourProperties {
    /// The bytes of [`REPORT`].
    pub fn to_bytes(&self) -> Vec<u8> {
        let number = |value: u64| Json::Int(i64::try_from(value).unwrap_or(i64::MAX));
        let test = |test: &Test| {
            let figures = test.figures.iter().map(|(name, value)| (*name, number(*value)));
            let mut json = Json::object([
                ("code", Json::text(test.code)),
                ("zh", Json::text(test.zh)),
                ("en", Json::text(test.en)),
                ("verdict", Json::text(test.outcome.word())),
                ("figures", Json::object(figures)),
            ]);
            if let Some(place) = &test.first_bad {
                json.set("first_bad", Json::text(place.clone()));
            }
            json
        };
        let properties = self.properties.iter().map(|property| {
            Json::object([
                ("property", Json::text(property.zh)),
                ("en", Json::text(property.en)),
                ("verdict", Json::text(property.outcome().word())),
                ("tests", Json::List(property.tests.iter().map(test).collect())),
                ("not_covered", Json::text(property.beyond)),
            ])
        });
        let json = Json::object([
            ("schema", Json::text(SCHEMA)),
            ("standard", Json::text("DA/T 70-2018")),
            ("origin", Json::text(self.origin.clone())),
            ("made_at", Json::text(self.made_at.clone())),
            ("properties", Json::List(properties.collect())),
        ]);
        let mut bytes = json.to_bytes();
        bytes.push(b'\n');
        bytes
    }

    /// Writes the report's two files.
    pub fn write(&self, folder: &Path) -> std::io::Result<()> {
        std::fs::write(folder.join(REPORT), self.to_bytes())?;
        std::fs::write(folder.join(super::PAGE), super::page::render(self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_citizens_number_is_found_where_it_stands_alone() {
        let found = |text: &str| personal_numbers(text.as_bytes());
        assert_eq!(found(r#"{"body":{"facts":"张某11010519491231002X无证"}}"#), 1);
        assert_eq!(found(r#"{"uscc":"91350100M000100Y43"}"#), 0);
        assert_eq!(found("a11010519491231002Xb 110105194912310021"), 0);
    }

    #[test]
    fn what_must_be_sealed_is_found_in_the_clear() {
        let entry = br#"{"body":{"party_named":{"name":"A"},"personal":{"x":"y"}},"id":"e","occurred_at":"2022-03-05T00:00:00+08:00","position":0,"previous":"00","recorded_at":"2022-03-05T00:00:00.000001Z","revision":0,"source":{"system":"s"},"stream":"penalty/1","type":"penalty.decision.made.v1","v":1}"#;
        let mut tally = Tally::default();
        tally.entry(entry, "open 0");
        assert_eq!(
            (tally.in_the_clear.count, tally.in_the_clear.first.as_deref()),
            (1, Some("open 0"))
        );
        tally.entry(b"{", "open 1");
        assert_eq!((tally.unreadable.count, tally.entries), (1, 2));
    }
}
