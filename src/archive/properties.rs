//! 四性检测 (DA/T 70-2018; specification §4.11): what can be tested of an archive's
//! authenticity, integrity, usability and security, from the archive alone.
//!
//! Whoever makes an archive and whoever checks it run the same tests over the same
//! files, so the report can be made again. Each test that the files can decide counts
//! for its property. What no archive can show (a virus scan, a certificate of that
//! day) stands as a line of its own, is said to be undecided, and counts neither way.

use super::REPORT;
use super::media::{self, Media};
use super::tally::{Count, Tally};
use plumbline_replay::audit::{Audit, AuditError};
use plumbline_replay::integrity::json::Json;
use plumbline_replay::walk::Outcome;
use plumbline_replay::walk::report::Report;
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
    /// False where no archive can decide it: told, and counted for nothing.
    pub counts: bool,
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
    /// The worst of its tests that count.
    pub fn outcome(&self) -> Outcome {
        let counting = self.tests.iter().filter(|test| test.counts);
        counting.map(|test| test.outcome).fold(Outcome::Pass, Outcome::and)
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
    let media = media::read(folder).map_err(|error| AuditError::Unreadable {
        path: folder.to_owned(),
        reason: error.to_string(),
    })?;
    Ok(FourProperties {
        origin: origin.to_owned(),
        made_at: made_at.to_owned(),
        properties: vec![
            authenticity(&report, &tally),
            completeness(&report, &tally),
            usability(&tally, &media),
            security(&report, &tally, &media),
        ],
    })
}

/// Where an archive keeps the schema of an event type.
pub fn schema_file(folder: &Path, name: &str) -> std::path::PathBuf {
    folder.join("schemas").join("events").join(format!("{name}.json"))
}

fn counted(
    code: &'static str,
    (zh, en): (&'static str, &'static str),
    figures: Vec<(&'static str, u64)>,
    bad: &Count,
) -> Test {
    let first_bad = bad.first.clone();
    Test { code, zh, en, outcome: bad.outcome(), counts: true, figures, first_bad }
}

/// What no archive can decide.
fn untold(
    code: &'static str,
    (zh, en): (&'static str, &'static str),
    figures: Vec<(&'static str, u64)>,
) -> Test {
    let outcome = Outcome::CannotTell;
    Test { code, zh, en, outcome, counts: false, figures, first_bad: None }
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
    Test { code, zh, en, outcome: report.outcome(), counts: true, figures, first_bad }
}

fn authenticity(report: &Report, tally: &Tally) -> Property {
    let checked = report.logs.iter().map(|log| log.checked).sum();
    let available = report.logs.iter().map(|log| log.available).sum();
    let held = report.logs.iter().map(|log| log.checkpoints.len() as u64).sum();
    let fitting = report.logs.iter().map(|log| log.fitting() as u64).sum();
    let documents = (
        "电子文件摘要与文件本身相符(文件另存)",
        "files fit their digests (they are kept elsewhere)",
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
            anchors(report, tally),
            nothing_or_untold("A5", signatures, ("signatures", tally.signatures)),
            nothing_or_untold("A6", documents, ("documents", tally.documents)),
        ],
        beyond: "所记事实是否属实;见证签名须凭见证者公钥(verify checkpoint --policy) / whether \
                 what was recorded is true; witnesses' lines need their keys",
    }
}

/// The sealed log opens the anchors in the open one; without it nobody can.
fn anchors(report: &Report, tally: &Tally) -> Test {
    let words =
        ("封存日志与公开日志中的锚相符", "the sealed log opens the anchors in the open one");
    let figures = vec![("anchors", tally.anchors.len() as u64)];
    let sealed = report.logs.iter().any(|log| log.log == "sealed");
    match sealed || tally.anchors.is_empty() {
        true => counted("A4", words, figures, &tally.unopened),
        false => untold("A4", words, figures),
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
    let closings = report.logs.iter().map(|log| log.closings.recorded).sum();
    let indexed = report.logs.iter().map(|log| log.closings.covered).sum();
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
            audited(
                report,
                "B3",
                (
                    "日结索引所记各案条数与末条,与记录逐案相符",
                    "each closing counts every stream's entries as they are here",
                ),
                vec![("closings", closings), ("covered", indexed)],
            ),
            counted(
                "B4",
                ("所附文件均登记摘要", "every document attached is registered with a digest"),
                vec![("documents", tally.documents), ("without", tally.undigested.count)],
                &tally.undigested,
            ),
            untold(
                "B5",
                (
                    "必经环节与文号连续属业务判断:plumb-replay findings 查 SEQ、RX.2",
                    "required steps and gaps of document numbers are findings: plumb-replay \
                     findings, SEQ and RX.2",
                ),
                vec![],
            ),
        ],
        beyond: "从未报送的事项;清单与签名由 plumb verify archive 核对 / acts that were never \
                 submitted; plumb verify archive holds the manifest and its signature",
    }
}

fn usability(tally: &Tally, media: &Media) -> Property {
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
            counted(
                "C5",
                (
                    "所有文件均为开放格式(UTF-8 文本、JSON、NDJSON、HTML),可不凭本程序阅读",
                    "every file is of an open format (text in UTF-8, JSON, NDJSON, HTML) and read \
                     without this program",
                ),
                vec![("files", media.files), ("others", media.closed.count)],
                &media.closed,
            ),
        ],
        beyond: "另存文件的阅读软件 / software for files kept elsewhere",
    }
}

fn security(report: &Report, tally: &Tally, media: &Media) -> Property {
    let sealed = report.logs.iter().any(|log| log.log == "sealed");
    let openings = (
        "密封内容的启封均留痕,写明何人、何故(在封存日志)",
        "openings of sealed values are on record with who and why, in the sealed log",
    );
    let figures = vec![("openings", tally.openings), ("unexplained", tally.unexplained.count)];
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
            match sealed {
                true => counted("D3", openings, figures, &tally.unexplained),
                false => untold("D3", openings, vec![]),
            },
            audited(
                report,
                "D4",
                (
                    "遮蔽与密钥销毁不影响链与根",
                    "redactions and destroyed keys leave chain and root whole",
                ),
                vec![("erasures", tally.erasures)],
            ),
            counted(
                "D5",
                (
                    "无可执行内容:无程序、脚本、宏或压缩包",
                    "no executable content: no program, script, macro or archive within",
                ),
                vec![("files", media.files), ("executable", media.executable.count)],
                &media.executable,
            ),
            untold(
                "D6",
                (
                    "恶意代码检测:由保管单位以当时病毒库检测并记录,归档包自身不能证明",
                    "malware: scanned and recorded by whoever keeps the archive; no archive can \
                     show it of itself",
                ),
                vec![],
            ),
            untold(
                "D7",
                (
                    "备份恢复演练(由保管单位记录)",
                    "restore test: recorded by whoever keeps the archive",
                ),
                vec![],
            ),
        ],
        beyond: "载体检测;未留痕的启封 / the media; openings that left no record",
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
                ("counts", Json::Bool(test.counts)),
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
