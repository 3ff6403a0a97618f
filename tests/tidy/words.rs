//! Words that have no place in the source, what every file must begin with, and
//! what everything public must have.

use super::source::{self, File, paths, tokens};

/// A name in code, the reason against it, and what to write instead.
struct Banned {
    word: &'static str,
    /// Only followed by `!`.
    is_macro: bool,
    /// Where the rule holds.
    over: &'static [&'static str],
    why: &'static str,
    instead: &'static str,
}

/// What writes the bytes of schemas/FORMAT.md.
const BIG_ENDIAN: &[&str] = &["replay/src/integrity/", "src/log/", "src/store/", "src/vault/"];

#[rustfmt::skip]
const BANNED: &[Banned] = &[
    Banned { word: "unsafe", is_macro: false, over: &[""],
        why: "evidence must not rest on what the compiler does not check",
        instead: "use the safe interface of std or rustix" },
    Banned { word: "dbg", is_macro: true, over: &[""],
        why: "it writes into what scripts read", instead: "delete it" },
    Banned { word: "todo", is_macro: true, over: &[""],
        why: "a released program that stops half-way", instead: "finish it or leave it out" },
    Banned { word: "unimplemented", is_macro: true, over: &[""],
        why: "a released program that stops half-way", instead: "finish it or leave it out" },
    Banned { word: "to_ne_bytes", is_macro: false, over: &[""],
        why: "bytes would depend on the machine", instead: "use to_be_bytes" },
    Banned { word: "from_ne_bytes", is_macro: false, over: &[""],
        why: "bytes would depend on the machine", instead: "use from_be_bytes" },
    Banned { word: "to_le_bytes", is_macro: false, over: BIG_ENDIAN,
        why: "every number of the formats is big-endian", instead: "use to_be_bytes" },
    Banned { word: "from_le_bytes", is_macro: false, over: BIG_ENDIAN,
        why: "every number of the formats is big-endian", instead: "use from_be_bytes" },
];

/// Modules that gather what has no place.
const DRAWERS: [&str; 8] =
    ["utils", "util", "helpers", "helper", "common", "misc", "shared", "tools"];

/// Comments that promise, tell history, or point outside the repository.
const PROMISES: [&str; 6] = ["TODO", "FIXME", "XXX", "HACK", "/work/", "/home/"];

fn banned(files: &[File]) -> Vec<String> {
    let mut out = Vec::new();
    for file in files {
        let tokens = tokens(&file.bare);
        for (index, (at, word)) in tokens.iter().enumerate() {
            let is_macro = tokens.get(index + 1).is_some_and(|(_, next)| *next == "!");
            let hit = BANNED.iter().find(|b| {
                let over = b.over.iter().any(|folder| file.is_under(folder));
                b.word == *word && over && (is_macro || !b.is_macro)
            });
            if let Some(Banned { word, why, instead, .. }) = hit {
                let line = file.line(*at);
                out.push(format!("{}:{line}: `{word}`: {why}. Instead: {instead}", file.path));
            }
            if *word == "ignore"
                && index > 1
                && tokens[index - 1].1 == "["
                && tokens[index - 2].1 == "#"
            {
                out.push(format!(
                    "{}:{}: an ignored test is a promise that nobody checks. Make it pass or \
                     delete it",
                    file.path,
                    file.line(*at)
                ));
            }
        }
    }
    out
}

/// `matches!(…);` as a statement and `assert!(true)` check nothing.
fn checks_nothing(files: &[File]) -> Vec<String> {
    let mut out = Vec::new();
    for file in files {
        for (number, line) in file.bare.lines().enumerate() {
            let line = line.trim();
            let idle = line.starts_with("matches!(") && line.ends_with(");");
            if idle || line.starts_with("assert!(true") {
                out.push(format!(
                    "{}:{}: this looks like a check and cannot fail. Put `assert!` around what \
                     should hold",
                    file.path,
                    number + 1
                ));
            }
        }
    }
    out
}

fn drawers(files: &[File]) -> Vec<String> {
    let mut out = Vec::new();
    for file in files {
        let part = |part: &str| {
            let name = part.strip_suffix(".rs").unwrap_or(part);
            DRAWERS.iter().find(|drawer| **drawer == name)
        };
        if let Some(name) = file.path.split('/').find_map(part) {
            out.push(format!(
                "{}: `{name}` says nothing of what is inside, so everything ends there. Name it \
                 after what it knows",
                file.path
            ));
        }
    }
    out
}

fn headers(files: &[File]) -> Vec<String> {
    let lacking = files.iter().filter(|file| {
        !file.text.starts_with("//! ") || file.text.lines().next().is_some_and(|l| l.len() < 12)
    });
    lacking
        .map(|file| {
            format!(
                "{}: no `//!` header: say in its first lines what it is and what it does not know",
                file.path
            )
        })
        .collect()
}

fn promises(files: &[File]) -> Vec<String> {
    let mut out = Vec::new();
    for file in files {
        for (number, (line, bare)) in file.text.lines().zip(file.bare.lines()).enumerate() {
            let Some(at) = line.find("//").filter(|at| bare[*at..].trim().is_empty()) else {
                continue;
            };
            let word = |word: &&&str| {
                line[at..].split(|c: char| !c.is_alphanumeric() && c != '/').any(|w| w == **word)
                    || word.starts_with('/') && line[at..].contains(**word)
            };
            if let Some(word) = PROMISES.iter().find(|w| word(w)) {
                out.push(format!(
                    "{}:{}: `{word}` in a comment: a comment says why, or what breaks otherwise. \
                     Do it, or say nothing",
                    file.path,
                    number + 1
                ));
            }
        }
    }
    out
}

/// Items of a file's outer level that are public need a line of documentation.
fn undocumented(files: &[File]) -> Vec<String> {
    const KINDS: [&str; 8] = ["fn", "struct", "enum", "trait", "const", "type", "static", "union"];
    let mut out = Vec::new();
    for file in files.iter().filter(|file| file.is_product()) {
        let lines: Vec<&str> = file.text.lines().collect();
        for (number, line) in file.live.lines().enumerate() {
            let Some(rest) = line.strip_prefix("pub ") else { continue };
            if !rest.split(' ').next().is_some_and(|kind| KINDS.contains(&kind)) {
                continue;
            }
            let first = above(&lines[..number]);
            // A pair of limits may share one comment.
            let told = |line: &str| line.starts_with("///") || line.starts_with("pub const");
            if !first.is_some_and(told) {
                out.push(format!(
                    "{}:{}: public and without a word: say what it is, with units, errors and \
                     source. `{}`",
                    file.path,
                    number + 1,
                    line.trim()
                ));
            }
        }
    }
    out
}

/// The line above an item's attributes, which may take several lines.
fn above<'a>(lines: &[&'a str]) -> Option<&'a str> {
    let mut inside = false;
    for line in lines.iter().rev().map(|line| line.trim()) {
        inside |= line.ends_with(")]") && !line.starts_with("#[");
        let attribute = inside || line.starts_with("#[");
        inside &= !line.starts_with("#[");
        if !attribute {
            return Some(line);
        }
    }
    None
}

#[test]
fn no_word_is_out_of_place() {
    let files = source::all();
    super::none(
        &[banned(&files), checks_nothing(&files), drawers(&files), promises(&files)].concat(),
    );
}

#[test]
fn every_file_says_what_it_is() {
    super::none(&headers(&source::all()));
}

#[test]
fn everything_public_is_documented() {
    super::none(&undocumented(&source::all()));
}

#[test]
fn words_out_of_place_are_found() {
    let file = |text: &str| [File::new("src/a.rs", text)];
    super::found(&banned(&file("fn f() { unsafe { x() } }")), &["unsafe", "a.rs:1", "Instead"]);
    super::found(&banned(&file("fn f() {\n dbg!(x); todo!() }")), &["dbg", "todo", "a.rs:2"]);
    super::found(&banned(&file("fn f() { unimplemented!() }")), &["unimplemented"]);
    super::found(&banned(&file("let a = 7u32.to_ne_bytes();")), &["to_be_bytes"]);
    let log = [File::new("src/log/a.rs", "let a = n.to_le_bytes();")];
    super::found(&banned(&log), &["big-endian"]);
    super::found(
        &banned(&file("#[test]\n#[ignore = \"slow\"]\nfn f() {}")),
        &["a.rs:2", "ignored"],
    );
    super::none(&banned(&file("// unsafe dbg!\nfn todo() { let ignore = \"unsafe\"; }")));
    super::found(&checks_nothing(&file("fn f() {\n    matches!(a, B);\n}")), &["a.rs:2", "assert"]);
    super::found(&checks_nothing(&file("    assert!(true);")), &["cannot fail"]);
    super::none(&checks_nothing(&file("let b = matches!(a, B);\nassert!(matches!(a, B));")));
    super::found(&promises(&file("fn f() {} // TODO: later")), &["TODO", "a.rs:1"]);
    super::found(&promises(&file("/// see /work/main")), &["/work/"]);
    super::none(&promises(&file("let a = \"// TODO\"; // hacks and todos")));
}

#[test]
fn drawers_bare_files_and_bare_items_are_found() {
    let path = |path: &str| [File::new(path, "//! What it is and is not.\n")];
    super::found(&drawers(&path("src/http/utils.rs")), &["utils", "Name it"]);
    super::found(&drawers(&path("tests/common/mod.rs")), &["common"]);
    super::none(&drawers(&path("src/http/problem.rs")));
    super::found(&headers(&[File::new("src/a.rs", "use std::fmt;\n")]), &["src/a.rs", "header"]);
    super::none(&headers(&path("src/a.rs")));
    let item = |text: &str| undocumented(&[File::new("src/a.rs", text)]);
    super::found(&item("#[derive(Debug)]\npub struct A;"), &["a.rs:2", "pub struct A"]);
    super::found(&item("/// One.\npub fn a() {}\npub const B: u8 = 1;"), &["a.rs:3"]);
    super::none(&item(
        "/// One.\n#[derive(Debug)]\n#[cfg_attr(\n    x,\n    y(z)\n)]\npub struct A;\nfn b() {}\npub mod c;",
    ));
}

#[test]
fn paths_of_the_source_are_seen() {
    // The words above are looked for in tokens; a lexer that lost its way would
    // pass every file.
    let files = source::all();
    let named: usize = files.iter().map(|file| paths(&file.bare).len()).sum();
    assert!(named > 10_000, "only {named} paths were seen");
    for file in &files {
        let (open, close) = (file.bare.matches('{').count(), file.bare.matches('}').count());
        assert_eq!(open, close, "{}: the braces outside strings do not match", file.path);
    }
}
