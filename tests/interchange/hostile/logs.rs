//! Process logs that an import meets.

use super::{Case, Record, Taken, Whole, foreign, marked, utf16};
use encoding_rs::{GB18030, WINDOWS_1252};

pub fn taken() -> Vec<Case> {
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
    let event = |inner: &str| bytes(&sound.replace("</event>", &format!("{inner}</event>")));
    let wide = log("UTF-16");
    vec![
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
    ]
}

pub fn refused_whole() -> Vec<Case> {
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
    let wide = log("UTF-16");
    let mut cases = vec![
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
    ];
    cases.extend(foreign(&sound));
    cases
}

pub fn refused_records() -> Vec<Case> {
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
    vec![
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
    ]
}
