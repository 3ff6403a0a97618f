//! The tables of `schemas/TAMPERING.md` that these tests see: what is written there is
//! what was seen.

use std::path::{Path, PathBuf};

fn page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/TAMPERING.md")
}

/// Rows of a kind's name and a cell for each of the heads.
pub fn hold(section: &str, heads: &[&str], rows: &[(String, Vec<&str>)]) {
    let mut text = format!("| | {} |\n{}|\n", heads.join(" | "), "|---".repeat(heads.len() + 1));
    for (name, cells) in rows {
        text.push_str(&format!("| {name} | {} |\n", cells.join(" | ")));
    }
    let claimed = |at: usize| rows.iter().filter(|(_, cells)| cells[at] != "–").count();
    let counts: Vec<String> = (0..heads.len()).map(|at| format!("**{}**", claimed(at))).collect();
    text.push_str(&format!("| **{}** | {} |\n", rows.len(), counts.join(" | ")));
    let (begin, end) = (format!("<!-- {section} -->\n"), format!("<!-- end {section} -->"));
    let whole = std::fs::read_to_string(page()).expect("the page of tables");
    let (before, rest) = whole.split_once(&begin).expect("the section");
    let (old, after) = rest.split_once(&end).expect("its end");
    if std::env::var_os("PLUMB_WRITE_TABLES").is_some() {
        std::fs::write(page(), format!("{before}{begin}{text}{end}{after}")).expect("written");
    } else {
        assert!(
            old == text,
            "schemas/TAMPERING.md, {section}: PLUMB_WRITE_TABLES=1 writes it anew"
        );
    }
}
