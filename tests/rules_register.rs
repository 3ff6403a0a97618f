//! The register of rules as scripts and lawyers see it.

use plumbline_replay::rules::register;
use std::collections::BTreeMap;
use std::path::Path;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_published_register_is_the_programs() {
    let published = std::fs::read_to_string(root().join("schemas/rules.json"));
    assert!(
        published.is_ok_and(|text| text == register::document()),
        "the register has changed: `plumb rules list --json > schemas/rules.json`, and read the \
         diff as one who cites it would"
    );
}

#[test]
fn the_command_prints_what_is_published() {
    let plumb = |arguments: &[&str]| {
        let program = std::process::Command::new(env!("CARGO_BIN_EXE_plumb"))
            .args(arguments)
            .output()
            .expect("the program runs");
        (program.status.code(), String::from_utf8(program.stdout).expect("text"))
    };
    let (code, listed) = plumb(&["rules", "list", "--json"]);
    assert_eq!((code, listed.as_str()), (Some(0), register::document().as_str()));
    let rows: Vec<serde_json::Value> = serde_json::from_str(&listed).expect("JSON");
    for row in &rows {
        for name in ["id", "zh", "en", "quote", "layer", "kind", "severity", "status"] {
            assert!(row[name].as_str().is_some_and(|text| !text.is_empty()), "{row}: {name}");
        }
    }
    let (code, lines) = plumb(&["rules", "list", "--ndjson"]);
    assert_eq!(code, Some(0));
    let lines: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines, rows);
    let (code, shown) = plumb(&["rules", "show", "R2.5.1"]);
    assert_eq!(code, Some(0));
    assert!(shown.contains("所有行政事业性收费项目全部按收费标准的下限收取"), "{shown}");
    assert_eq!(plumb(&["rules", "show", "R9.9.9"]).0, Some(13));
}

/// The specification's text of each block, by rule id.
fn blocks(text: &str) -> BTreeMap<&str, &str> {
    let start = text.find("## Meta-rules").expect("the register's text");
    let end = text.find("## 1.z").expect("the end of the register's text");
    let blocks = text[start..end].split("\n#### ").skip(1);
    blocks.map(|block| (block.split(' ').next().unwrap_or(""), block)).collect()
}

/// Held where the specification lies beside the repository; elsewhere there is
/// nothing to hold against.
#[test]
fn every_quote_stands_in_the_specification() {
    let Ok(text) = std::fs::read_to_string(root().join("../shared/domain.md")) else { return };
    let blocks = blocks(&text);
    let mut wrong = Vec::new();
    for id in blocks.keys().filter(|id| register::find(id).is_none()) {
        wrong.push(format!("{id} is not registered"));
    }
    // Statutory clocks and expectations of sequence quote the law, and what is odd
    // about the record no norm at all.
    let others = ["L0.", "SEQ-", "DQ."];
    for rule in register::all().filter(|rule| !others.iter().any(|own| rule.id.starts_with(own))) {
        // RX.3 refers to R4.1 and R4.2; R3.3.2 is quoted "as named"; R2.5.1b stands in
        // the block of R2.5.1.
        let places = match rule.id {
            "RX.3" => vec!["R4.1", "R4.2"],
            "R2.5.1b" => vec!["R2.5.1"],
            id => vec![id],
        };
        let quoted: Vec<&str> = places
            .iter()
            .filter_map(|id| blocks.get(id))
            .flat_map(|block| block.split('「').skip(1))
            .filter_map(|rest| rest.split('」').next())
            .collect();
        let named = rule.id == "R3.3.2" && rule.quote == rule.zh;
        if !named && !rule.quote.split('／').all(|part| quoted.contains(&part)) {
            wrong.push(format!("{}: 「{}」 is no quote of its block", rule.id, rule.quote));
        }
        let row = format!("| {} | {} | {} | {} |", rule.id, rule.zh, rule.en, rule.kind.0);
        if !text.contains(&row) && blocks.contains_key(rule.id) {
            wrong.push(format!("{}: the index has no line {row}", rule.id));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
