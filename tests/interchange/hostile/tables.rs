//! Tables that an import meets.

use super::{Case, Record, Taken, Whole, foreign, gzip, marked, utf16};
use encoding_rs::{GB18030, WINDOWS_1252};

const HEADER: &str = "决定书文号,处罚类别,处罚决定日期,罚款金额,信用代码,件数\n";

fn row(column: usize, cell: &str) -> String {
    let mut cells = ["罚〔2026〕1号", "警告", "2026-03-05", "100.00", "91110000MA01234567", "1"];
    cells[column] = cell;
    format!("{}\n", cells.join(","))
}

pub fn taken() -> Vec<Case> {
    let sound = format!("{HEADER}{}", row(0, "罚1号"));
    let bytes = |text: &str| text.as_bytes().to_vec();
    let with = |column, cell: &str| format!("{HEADER}{}", row(column, cell)).into_bytes();
    let good = row(0, "罚1号");
    vec![
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
    ]
}

pub fn refused_whole() -> Vec<Case> {
    let sound = format!("{HEADER}{}", row(0, "罚1号"));
    let bytes = |text: &str| text.as_bytes().to_vec();
    let with = |column, cell: &str| format!("{HEADER}{}", row(column, cell)).into_bytes();
    let good = row(0, "罚1号");
    let wide: String = (0..5000).map(|n| format!("c{n},")).collect();
    let mut cases = vec![
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
    ];
    cases.extend(foreign(&sound));
    cases
}

pub fn refused_records() -> Vec<Case> {
    let sound = format!("{HEADER}{}", row(0, "罚1号"));
    let bytes = |text: &str| text.as_bytes().to_vec();
    let with = |column, cell: &str| format!("{HEADER}{}", row(column, cell)).into_bytes();
    let good = row(0, "罚1号");
    vec![
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
    ]
}
