//! Lines of JSON that an import meets.

use super::{Case, Record, Taken, Whole, foreign, marked, utf16};
use encoding_rs::GB18030;

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

pub fn taken() -> Vec<Case> {
    let sound = object("", "");
    let bytes = |text: &str| text.as_bytes().to_vec();
    let with = |member, value: &str| object(member, value).into_bytes();
    vec![
        ("sound", bytes(&sound), Taken(1)),
        ("a mark", marked(b"\xef\xbb\xbf", bytes(&sound)), Taken(1)),
        ("UTF-16 LE with a mark", marked(&[0xff, 0xfe], utf16(&sound, true)), Taken(1)),
        ("UTF-16 LE", utf16(&sound, true), Taken(1)),
        ("UTF-16 BE", utf16(&sound, false), Taken(1)),
        ("the same line twice", bytes(&sound.repeat(2)), Taken(2)),
        ("more decimals than fen", with("罚款金额", "100.123456"), Taken(1)),
    ]
}

pub fn refused_whole() -> Vec<Case> {
    let sound = object("", "");
    let with = |member, value: &str| object(member, value).into_bytes();
    let mut cases = vec![
        ("nothing", Vec::new(), Whole(&["line 1", "empty"])),
        (
            "a line of 5 MB",
            with("处罚类别", &format!("\"{}\"", "x".repeat(5_000_000))),
            Whole(&["line 1", "longer than"]),
        ),
    ];
    cases.extend(foreign(&sound));
    cases
}

pub fn refused_records() -> Vec<Case> {
    let sound = object("", "");
    let bytes = |text: &str| text.as_bytes().to_vec();
    let with = |member, value: &str| object(member, value).into_bytes();
    let nested =
        |open: &str, close: &str| format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
    let many: String = (0..200_000).map(|n| format!("\"m{n}\":1,")).collect();
    vec![
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
    ]
}
