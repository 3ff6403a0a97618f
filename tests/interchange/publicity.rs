//! 双公示 files: what the report writes can be read again field by field, both
//! generations of headers are read in every form in which offices send them, and
//! what cannot be read exactly is told with its line and column.

use encoding_rs::GB18030;
use rust_xlsxwriter::{Format, Workbook};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const PERMITS: &str = "行政相对人名称,行政相对人类别,代码_1（统一社会信用代码）,代码_2,代码_3,代码_4,代码_5,代码_6,\
法定代表人,法定代表人证件类型,法定代表人证件号码,证件类型,证件号码,行政许可决定文书名称,行政许可决定文书号,许可类别,许可证书名称,\
许可编号,许可内容,许可决定日期,有效期自,有效期至,许可机关,许可机关统一社会信用代码,当前状态,数据来源单位,\
数据来源单位统一社会信用代码,备注\r\n";
const OLD_PENALTIES: &str = "行政处罚决定书文号,处罚名称,处罚类别1,处罚类别2,处罚事由,处罚依据,行政相对人名称,\
行政相对人代码_1 (统一社会信用代码),行政相对人代码_2 (组织机构代码),行政相对人代码_3 (工商登记码),行政相对人代码_4 (税务登记号),\
行政相对人代码_5 (居民身份证号),法定代表人姓名,处罚结果,处罚决定日期,处罚截止期,处罚机关,当前状态,地方编码,\
数据更新时间戳,备注\r\n";
const PENALTIES: [&str; 30] = [
    "行政相对人名称",
    "行政相对人类别",
    "代码_1(统一社会信用代码)",
    "代码_2",
    "代码_3",
    "代码_4",
    "代码_5",
    "代码_6",
    "法定代表人",
    "法定代表人证件类型",
    "法定代表人证件号码",
    "证件类型",
    "证件号码",
    "行政处罚决定书文号",
    "违法行为类型",
    "违法事实",
    "处罚依据",
    "处罚类别",
    "处罚内容",
    "罚款金额\n（万元）",
    "没收违法所得、没收非法财物的金额（万元）",
    "暂扣或吊销证照名称及编号",
    "处罚决定日期",
    "处罚有效期",
    "公示截止期",
    "处罚机关",
    "处罚机关统一社会信用代码",
    "数据来源单位",
    "数据来源单位统一社会信用代码",
    "备注",
];

pub(crate) struct Desk {
    _dir: tempfile::TempDir,
    pub(crate) ledger: PathBuf,
}

pub(crate) fn plumb<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Output {
    Command::new(env!("CARGO_BIN_EXE_plumb")).args(arguments).output().unwrap()
}

pub(crate) fn desk() -> Desk {
    let dir = tempfile::tempdir().unwrap();
    let ledger = dir.path().join("ledger");
    assert!(plumb(["init", ledger.to_str().unwrap()]).status.success());
    Desk { _dir: dir, ledger }
}

impl Desk {
    pub(crate) fn dir(&self) -> &str {
        self.ledger.to_str().unwrap()
    }

    pub(crate) fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.ledger.with_file_name(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    pub(crate) fn import(
        &self,
        profile: &str,
        file: &Path,
        more: &[&str],
    ) -> (Option<i32>, Value, String) {
        let errors = file.with_extension("errors.ndjson");
        let file = file.to_str().unwrap();
        let fixed = ["import", "csv", "--profile", profile, file, "--dir", self.dir(), "--json"];
        let errors = ["--errors", errors.to_str().unwrap()];
        let output = plumb(fixed.into_iter().chain(errors).chain(more.iter().copied()));
        let summary = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
        (output.status.code(), summary, String::from_utf8(output.stderr).unwrap())
    }

    /// Line, field and reason of what was refused.
    fn refused(file: &Path) -> Vec<(u64, String, String)> {
        let text = std::fs::read_to_string(file.with_extension("errors.ndjson")).unwrap();
        let told = |line: &str| {
            let json: Value = serde_json::from_str(line).unwrap();
            let text = |name: &str| json[name].as_str().unwrap().to_owned();
            (json["line"].as_u64().unwrap(), text("field"), text("reason"))
        };
        text.lines().map(told).collect()
    }

    fn entries(&self, stream: &str) -> Vec<Value> {
        let output = plumb(["log", "--ndjson", "--dir", self.dir()]);
        let text = String::from_utf8(output.stdout).unwrap();
        let all = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        all.filter(|entry| entry["stream"].as_str().unwrap().starts_with(stream)).collect()
    }

    fn report(&self, id: &str, name: &str) -> PathBuf {
        let path = self.ledger.with_file_name(name);
        let output =
            plumb(["report", "run", id, "--dir", self.dir(), "-o", path.to_str().unwrap()]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        path
    }

    /// A value stands in no file of the ledger.
    fn nowhere(&self, text: &str) -> bool {
        fn files(path: &Path, out: &mut Vec<PathBuf>) {
            for entry in std::fs::read_dir(path).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { files(&path, out) } else { out.push(path) }
            }
        }
        let mut all = Vec::new();
        files(&self.ledger, &mut all);
        all.iter().all(|file| {
            let bytes = std::fs::read(file).unwrap();
            !bytes.windows(text.len()).any(|window| window == text.as_bytes())
        })
    }
}

/// Rows of a file, sorted: the order follows the streams' names, which differ.
fn rows(path: &Path) -> Vec<Vec<String>> {
    let bytes = std::fs::read(path).unwrap();
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text);
    let mut rows: Vec<Vec<String>> =
        reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
    rows.sort();
    rows
}

/// An event of one organ and one party, on a day that its number gives.
fn event(number: u64, stream: &str, kind: &str, party: &str, body: Value) -> String {
    json!({
        "id": format!("e-{number}"), "stream": stream, "type": format!("{kind}.v1"),
        "occurred_at": format!("2026-03-{:02}T10:00:00+08:00", number % 20 + 1),
        "source": {"system": "s"}, "actor": {"unit": "unit/1"},
        "parties": [{"id": party}], "body": body,
    })
    .to_string()
}

/// An organ, a company, a trader and a natural person.
fn known() -> Vec<String> {
    let unit = json!({"unit_id": "unit/1", "uscc": "12441500196720244T", "name": "某局",
        "valid_from": "2020-01-01"});
    let name = |name: &str| json!([{"name": name, "from": "2020-01-01"}]);
    let bodies = [
        json!({"party_id": "party/1", "kind": "企业", "uscc": "91350100M000100Y43",
            "org_code": "001234567", "name_history": name("甲公司")}),
        json!({"party_id": "party/2", "kind": "个体工商户", "uscc": "91110000600037341L",
            "name_history": name("乙店")}),
        json!({"party_id": "party/3", "kind": "自然人", "name_of_person": "丙某"}),
    ];
    let parties = (1..).zip(bodies).map(|(number, body)| {
        event(number, &format!("md/party/{number}"), "md.party.registered", "party/0", body)
    });
    let unit = event(0, "md/unit/1", "md.unit.registered", "party/0", unit);
    parties.chain([unit]).collect()
}

/// Formulas, quotes and line ends; a certificate; a revoked permit; one on commitment.
fn permitted() -> Vec<String> {
    let permit = |no: &str| {
        json!({"decision_no": no, "decision_date": "2026-03-06", "permit_kind": "普通",
            "content": "=1+1,\"准予\"\n经营", "valid_from": "2026-03-07", "valid_to": "2029-03-06"})
    };
    let certificate = json!({"cert_type": "许可证", "cert_no": "0001", "issued_on": "2026-03-06"});
    let promised = json!({"decision_no": "承1号", "decision_date": "2026-03-09"});
    let revoked = json!({"ground": "69-1"});
    vec![
        event(4, "approval/1", "approval.decision.granted", "party/1", permit("许1号")),
        event(5, "approval/1", "approval.certificate.issued", "party/1", certificate),
        event(6, "approval/1", "approval.permit.revoked", "party/1", revoked),
        event(7, "approval/2", "approval.decision.granted", "party/3", permit("许2号")),
        event(8, "approval/3", "approval.commitment.decided", "party/2", promised),
    ]
}

/// Several kinds with sums of two members; publicity; a natural person warned.
fn punished() -> Vec<String> {
    let fined = json!({"decision_no": "罚1号", "decision_date": "2026-03-10", "facts": "-事实",
        "basis": "某法第1条", "penalties": [
            {"kind": "罚款", "amount_fen": 1_234_567},
            {"kind": "没收违法所得", "illegal_income_fen": 5},
            {"kind": "没收非法财物", "goods_fen": 7},
            {"kind": "暂扣许可证", "licence": "许可证0001"}]});
    let shown = json!({"url": "https://example.org", "from": "2026-03-11", "until": "2027-03-11"});
    let warned = json!({"decision_no": "罚2号", "decision_date": "2026-03-12", "facts": "事实",
        "penalties": [{"kind": "警告"}]});
    vec![
        event(9, "penalty/1", "penalty.decision.made", "party/1", fined),
        event(10, "penalty/1", "penalty.published", "party/1", shown),
        event(11, "penalty/2", "penalty.decision.made", "party/3", warned),
    ]
}

#[test]
fn what_the_report_writes_is_read_again_field_by_field() {
    let city = desk();
    let events = [known(), permitted(), punished()].concat().join("\n");
    let events = city.file("events.ndjson", events.as_bytes());
    let told = plumb(["append", "--dir", city.dir(), events.to_str().unwrap()]);
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stdout));
    let tables = [("RP28", "permits-2018", 4), ("RP28CF", "penalties-2018", 3)];
    let was = tables.map(|(id, ..)| rows(&city.report(id, &format!("{id}.csv"))));
    for form in ["csv", "xlsx"] {
        let desk = desk();
        for (id, profile, lines) in tables {
            let file = city.report(id, &format!("{id}.{form}"));
            let (exit, summary, words) = desk.import(profile, &file, &[]);
            assert_eq!(exit, Some(0), "{id} {form}: {words}");
            assert_eq!(summary["appended"], lines - 1, "{summary}");
            let (_, again, _) = desk.import(profile, &file, &[]);
            assert_eq!(again["appended"], 0, "{again}");
            assert_eq!(again["duplicates"], summary["appended"]);
        }
        told_once_a_case(&desk);
        for ((id, _, lines), was) in tables.iter().zip(&was) {
            let is = rows(&desk.report(id, &format!("{id}.is.csv")));
            assert_eq!(is.len(), *lines, "{id}");
            assert_eq!(is, *was, "{id} {form}");
        }
    }
    let penalties = was[1].iter().find(|row| row.contains(&"罚1号".to_owned())).unwrap();
    for cell in ["1.234567", "0.000012", "许可证0001", "2027/03/11", "001234567", "'-事实"] {
        assert!(penalties.contains(&cell.to_owned()), "{cell}: {penalties:?}");
    }
}

/// An excerpt leaves much that cannot be told: a person reads it once a case, with all
/// that is missing, and a script each finding.
fn told_once_a_case(desk: &Desk) {
    let find = |more: &[&str]| {
        let output = plumb([&["find", "run", "--dir", desk.dir()], more].concat());
        String::from_utf8(output.stdout).unwrap()
    };
    let mut untold: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut each = 0;
    for line in find(&["--json"]).lines() {
        let finding: Value = serde_json::from_str(line).unwrap();
        if finding["result"] == "INDETERMINATE" {
            let own = untold.entry(finding["stream"].as_str().unwrap().to_owned()).or_default();
            let missing = finding["explanation"]["missing"].as_array().unwrap();
            own.extend(missing.iter().map(|word| word.as_str().unwrap().to_owned()));
            own.insert(finding["rule"].as_str().unwrap().to_owned());
            each += 1;
        }
    }
    let told = find(&[]);
    let told: Vec<&str> = told.lines().filter(|line| line.starts_with("无法判定")).collect();
    assert_eq!(told.len(), untold.len());
    assert!(each > untold.len() * 4, "{each}");
    for (stream, words) in untold {
        let line = told.iter().find(|line| line.contains(&format!("  {stream}  "))).unwrap();
        assert!(words.iter().all(|word| line.contains(word)), "{line}\n{words:?}");
    }
}

#[test]
fn the_old_generation_in_gb18030_with_a_title_is_read_and_persons_are_sealed() {
    let desk = desk();
    let text = format!(
        "某市行政处罚信息公示表\r\n{OLD_PENALTIES}\
         甲罚〔2016〕1号,无证经营,1,2,张小明于2016年3月5日无证经营,《某条例》第5条,张小明,,,,,11010519491231002X,,\
         罚款500元,2016/03/05,2017/03/05,某局,0,990100,2016/03/08,联系电话13800138000\r\n\
         甲罚〔2016〕2号,超标排放,0;1,,超标排放,《某条例》第6条,某化工有限公司,91110000600037341L,60003734-1,\
         110000000000001,,,李大海,罚款2万元,2016-03-06,长期,某局,2,990100,,法定代表人李大海到场\r\n"
    );
    let (bytes, _, lost) = GB18030.encode(&text);
    assert!(!lost);
    let file = desk.file("old.csv", &bytes);
    let (exit, summary, words) = desk.import("penalties", &file, &[]);
    assert_eq!((exit, summary["appended"].as_u64()), (Some(0), Some(2)), "{words}");
    assert_eq!(summary["encoding"], "gb18030");

    let entries = desk.entries("penalty/");
    let body = |number: &str| {
        let of = |entry: &&Value| entry["body"]["decision_no"] == number;
        entries.iter().find(of).unwrap()["body"].clone()
    };
    let person = body("甲罚〔2016〕1号");
    assert_eq!(person["penalties"][0]["kind"], "罚款");
    assert_eq!(person["penalties"][1]["kind"], "没收违法所得、没收非法财物");
    assert_eq!(person["facts"], "***于2016年3月5日无证经营");
    assert_eq!(person["stated_status"], "正常");
    assert_eq!(person["valid_to"], "2017-03-05");
    assert!(person.get("party_named").is_none() && person["_sd"].is_array(), "{person}");
    let firm = body("甲罚〔2016〕2号");
    assert_eq!(firm["party_named"]["name"], "某化工有限公司");
    assert_eq!(firm["party_named"]["org_code"], "60003734-1");
    assert_eq!(firm["party_named"]["registration_no"], "110000000000001");
    assert_eq!(firm["remarks"], "法定代表人***到场");
    assert!(firm.get("valid_to").is_none(), "{firm}");
    for secret in ["张小明", "11010519491231002X", "13800138000", "李大海"] {
        assert!(desk.nowhere(secret), "{secret}");
    }
    assert!(!desk.nowhere("某化工有限公司"));
}

/// A workbook of penalties with a merged title; `change` spoils cells of row 3.
pub(crate) fn penalties_book(change: impl Fn(&mut rust_xlsxwriter::Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
    let page = book.add_worksheet();
    page.merge_range(0, 0, 0, 29, "行政处罚信息", &Format::new().set_bold()).unwrap();
    let cells = [
        (0, "某商贸有限公司"),
        (1, "法人及非法人组织"),
        (2, "91350100M000100Y43"),
        (13, "0012345678901234"),
        (14, "销售不合格产品"),
        (15, "事实"),
        (17, "罚款;没收违法所得"),
        (18, "罚款12345.67元"),
        (25, "某局"),
        (26, "12441500196720244T"),
    ];
    let day = Format::new().set_num_format("yyyy/mm/dd");
    for (at, header) in (0u16..).zip(PENALTIES) {
        page.write_string(1, at, header).unwrap();
    }
    for line in [2, 3] {
        for (at, text) in cells {
            page.write_string(line, at, text).unwrap();
        }
        page.write_number(line, 19, 1.234567).unwrap();
        page.write_string(line, 20, "0.0000005").unwrap();
        page.write_number_with_format(line, 22, 44_625.0, &day).unwrap();
        page.write_string(line, 13, format!("00123456789012{line}")).unwrap();
    }
    change(page);
    book.save_to_buffer().unwrap()
}

#[test]
fn a_workbook_is_exact_or_told() {
    let good = desk();
    let file = good.file("good.xlsx", &penalties_book(|_| {}));
    let (exit, summary, words) = good.import("penalties-2018", &file, &[]);
    assert_eq!((exit, summary["appended"].as_u64()), (Some(0), Some(2)), "{words}");
    assert_eq!(summary["amounts_more_decimals"], 2, "{summary}");
    assert_eq!(summary["flagged"][0]["flaws"][0], "more-decimals");
    let entry = &good.entries("penalty/001234567890122")[0];
    assert_eq!(entry["body"]["decision_date"], "2022-03-05");
    assert_eq!(entry["body"]["penalties"][0]["amount_fen"], 1_234_567);
    assert_eq!(entry["body"]["penalties"][1]["confiscated_text"], "0.005");
    assert_eq!(entry["occurred_at"], "2022-03-05T00:00:00+08:00");

    // Each spoils one cell of the second row; the first is imported all the same.
    type Spoil = fn(&mut rust_xlsxwriter::Worksheet);
    let spoilt: [(&str, Spoil); 5] = [
        ("行政处罚决定书文号", |page| {
            page.write_number(3, 13, 12_345_678_901_234.0).unwrap();
        }),
        ("代码_1(统一社会信用代码)", |page| {
            page.write_string(3, 2, "9.11E+17").unwrap();
        }),
        ("处罚决定日期", |page| {
            page.write_number(3, 22, 44_625.0).unwrap();
        }),
        ("罚款金额（万元）", |page| {
            page.write_string(3, 19, "五千元").unwrap();
        }),
        ("处罚机关统一社会信用代码", |page| {
            let day = Format::new().set_num_format("yyyy/mm/dd");
            page.write_number_with_format(3, 26, 44_625.0, &day).unwrap();
        }),
    ];
    let bad = desk();
    for (field, spoil) in spoilt {
        let file = bad.file("bad.xlsx", &penalties_book(spoil));
        let (exit, summary, _) = bad.import("penalties-2018", &file, &[]);
        assert_eq!((exit, summary["refused"].as_u64()), (Some(6), Some(1)), "{field}");
        let refused = Desk::refused(&file);
        assert_eq!((refused[0].0, refused[0].1.as_str()), (4, field));
    }
    assert_eq!(bad.entries("penalty/").len(), 1);
}

#[test]
fn codes_with_a_wrong_check_character_are_flagged_and_recorded() {
    let desk = desk();
    let row = |code: &str, number: &str| {
        format!(
            "某公司,法人及非法人组织,{code},,,,,,,,,,,准予行政许可决定书,{number},普通,,,内容,2022/03/05,2022/03/05,\
             2099/12/31,某局,12441500196720244T,1,某局,12441500196720244T,\r\n"
        )
    };
    let mut text = String::from("\u{feff}") + PERMITS;
    text += &row("91350100M000100Y43", "许〔2022〕1号");
    text += &row("91350100M000100Y44", "许〔2022〕2号");
    let file = desk.file("permits.csv", text.as_bytes());
    let before = desk.entries("").len();
    let (exit, dry, words) = desk.import("permits-2018", &file, &["--dry-run"]);
    assert_eq!(exit, Some(0), "{words}");
    assert_eq!(desk.entries("").len(), before);
    let (exit, summary, _) = desk.import("permits-2018", &file, &[]);
    assert_eq!((exit, &summary), (Some(0), &dry));
    assert_eq!(summary["flagged"].as_array().unwrap().len(), 1);
    assert_eq!(summary["flagged"][0]["line"], 3);
    assert_eq!(summary["flagged"][0]["flaws"][0], "check-character");
    assert_eq!(desk.entries("approval/许〔2022〕2号").len(), 1);
}

#[test]
fn files_that_are_not_the_profiles_are_refused_with_what_is_near() {
    let desk = desk();
    let before = desk.entries("").len();
    let header = PENALTIES.map(|name| name.replace('\n', "")).join(",");
    let yuan = header.replace("罚款金额（万元）", "罚款金额（元）");
    let whole = penalties_book(|_| {});
    let cases: [(&str, Vec<u8>, &str); 7] = [
        ("empty.csv", Vec::new(), "没有表头"),
        ("wrong.csv", yuan.into_bytes(), "nearest: 罚款金额（元）"),
        ("old.csv", OLD_PENALTIES.as_bytes().to_vec(), "--profile penalties-2016"),
        ("other.csv", b"a,b\n1,2\n".to_vec(), "a | b"),
        ("cut.xlsx", whole[..whole.len() / 2].to_vec(), "workbook"),
        ("zip.xlsx", b"PK\x03\x04 not a workbook".to_vec(), "workbook"),
        ("empty.xlsx", Workbook::new().save_to_buffer().unwrap(), "没有表头"),
    ];
    for (name, bytes, told) in cases {
        let file = desk.file(name, &bytes);
        let (exit, summary, words) = desk.import("penalties-2018", &file, &[]);
        assert_eq!(exit, Some(6), "{name}: {words}");
        assert!(words.contains(told), "{name}: {words}");
        assert_eq!(summary["appended"], 0, "{name}");
    }
    let file = desk.file("any.csv", header.as_bytes());
    let (exit, _, words) = desk.import("fines-2018", &file, &[]);
    assert_eq!(exit, Some(13));
    assert!(words.contains("permits-2016") && words.contains("penalties-2018"), "{words}");
    assert_eq!(desk.entries("").len(), before);
}
