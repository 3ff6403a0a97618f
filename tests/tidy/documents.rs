//! What the documents promise in writing is there: exit codes, commands, files.

use super::registers::commands;
use super::source::{self, File, tokens};
use std::collections::BTreeSet;

/// The numbers of `enum Exit`.
fn exit_codes(register: &File) -> BTreeSet<u32> {
    let Some(start) = register.live.find("enum Exit") else { return BTreeSet::new() };
    let end = source::item_end(&register.live, start);
    let tokens = tokens(&register.live[start..end]);
    let numbers = tokens.windows(2).filter(|pair| pair[0].1 == "=");
    numbers.filter_map(|pair| pair[1].1.parse().ok()).collect()
}

/// The numbers that stand in the README's section on exit codes: between dots,
/// each at the start of its part, or in the first column of a table.
fn promised_codes(readme: &str, heading: &str) -> BTreeSet<u32> {
    let section = readme.split("\n## ").find(|section| section.starts_with(heading));
    let parts = section.unwrap_or("").split(['·', '|', '\n']);
    let first = |part: &str| {
        let part = part.trim().trim_start_matches('*');
        let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    };
    parts.filter_map(first).collect()
}

fn differing_codes(name: &str, promised: &BTreeSet<u32>, given: &BTreeSet<u32>) -> Vec<String> {
    // clap itself ends with 2 for wrong usage.
    let mut given = given.clone();
    given.insert(2);
    let mut out = Vec::new();
    for code in promised.difference(&given) {
        out.push(format!(
            "{name}: exit code {code} is promised and no command ends so. Mend either"
        ));
    }
    for code in given.difference(promised) {
        out.push(format!(
            "{name}: a command can end with {code}, which is not in the list. Add it"
        ));
    }
    out
}

/// Commands that a document shows in code and the program does not have.
fn unknown_commands(name: &str, text: &str, known: &[String]) -> Vec<String> {
    let mut out = Vec::new();
    for code in spans(text) {
        for (at, _) in code.match_indices("plumb ") {
            let starts = at == 0 || code[..at].ends_with([' ', '\n', '|', '`', ';', '(']);
            let word: String = code[at + 6..]
                .chars()
                .take_while(|c| c.is_ascii_lowercase() || *c == '-')
                .collect();
            if starts && !word.is_empty() && !word.starts_with('-') && !known.contains(&word) {
                out.push(format!("{name}: `plumb {word}` is shown and there is no such command"));
            }
        }
    }
    out
}

/// The parts of a Markdown text that stand as code.
fn spans(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    for (index, part) in text.split("```").enumerate() {
        if index % 2 == 1 {
            out.push(part.lines().skip(1).collect::<Vec<_>>().join("\n"));
        } else {
            out.extend(part.split('`').skip(1).step_by(2).map(str::to_owned));
        }
    }
    out
}

/// Links to files of the repository that are not there.
fn broken_links(name: &str, text: &str, is_there: impl Fn(&str) -> bool) -> Vec<String> {
    let links = text.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    let links = links.map(|(link, _)| link.split('#').next().unwrap_or(link));
    links
        .filter(|link| !link.is_empty() && !link.contains("://") && !is_there(link))
        .map(|link| format!("{name}: the link to {link} leads nowhere"))
        .collect()
}

/// Modules of either package that the code map of ARCHITECTURE.md does not name.
fn unmapped(map: &str, files: &[File]) -> Vec<String> {
    let mut modules = BTreeSet::new();
    for file in files.iter().filter(|file| file.is_product()) {
        let root = if file.is_under("replay/src/") { "replay/src/" } else { "src/" };
        let inner = &file.path[root.len()..];
        match inner.split_once('/') {
            Some((folder, _)) => modules.insert(format!("{root}{folder}/")),
            None if ["main.rs", "lib.rs"].contains(&inner) => false,
            None => modules.insert(format!("{root}{inner}")),
        };
    }
    let missing = modules.into_iter().filter(|module| !map.contains(&format!("`{module}`")));
    missing
        .map(|module| {
            format!("ARCHITECTURE.md: `{module}` is not in the code map. Say there what it is for")
        })
        .collect()
}

fn register() -> File {
    File::new("src/cli/mod.rs", &source::read("src/cli/mod.rs"))
}

#[test]
fn exit_codes_are_those_of_the_readme() {
    let given = exit_codes(&register());
    assert!(given.len() > 6, "{given:?}");
    for (name, heading) in [("README.md", "退出码"), ("README.en.md", "Exit codes")] {
        let promised = promised_codes(&source::read(name), heading);
        super::none(&differing_codes(name, &promised, &given));
    }
}

#[test]
fn documents_show_commands_that_are_there() {
    let mut known = commands(&register());
    known.push("help".to_owned());
    for name in ["README.md", "README.en.md", "ARCHITECTURE.md", "schemas/FORMAT.md"] {
        super::none(&unknown_commands(name, &source::read(name), &known));
    }
}

#[test]
fn documents_link_to_files_that_are_there() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    for name in
        ["README.md", "README.en.md", "ARCHITECTURE.md", "CHANGELOG.md", "schemas/FORMAT.md"]
    {
        let folder = root.join(name).parent().expect("a file has a folder").to_owned();
        super::none(&broken_links(name, &source::read(name), |link| folder.join(link).exists()));
    }
}

#[test]
fn the_code_map_names_every_module() {
    super::none(&unmapped(&source::read("ARCHITECTURE.md"), &source::all()));
}

#[test]
fn false_promises_are_found() {
    let register = File::new("src/cli/mod.rs", "enum Exit { Done = 0, Failed = 1 }");
    let given = exit_codes(&register);
    let readme = "# x\n\n## Exit codes\n\n0 done · 2 usage · **3 broken**\n\n## More\n\n9 lives\n";
    let promised = promised_codes(readme, "Exit codes");
    assert_eq!(promised, BTreeSet::from([0, 2, 3]));
    let findings = differing_codes("README.md", &promised, &given);
    super::found(&findings, &["exit code 3 is promised", "can end with 1"]);
    assert_eq!(findings.len(), 2);
    let known = ["init".to_owned()];
    let text = "`plumb init D` a plumb line\n```sh\nplumb fly\n```\n";
    let findings = unknown_commands("README.md", text, &known);
    super::found(&findings, &["plumb fly"]);
    assert_eq!(findings.len(), 1);
    super::found(&broken_links("README.md", "[a](b.md#c), [d](https://e)", |_| false), &["b.md"]);
    super::none(&broken_links("README.md", "[a](b.md#c), [d](https://e)", |_| true));
    let files = ["src/lib.rs", "src/a/b.rs", "src/c.rs", "replay/src/d.rs", "tests/e.rs"];
    let files = files.map(|path| File::new(path, ""));
    super::found(&unmapped("| `src/a/` | a |", &files), &["`src/c.rs`", "`replay/src/d.rs`"]);
    super::none(&unmapped("`src/a/` `src/c.rs` `replay/src/d.rs`", &files));
}
