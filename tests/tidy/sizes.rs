//! What can be read in one sitting: files, functions, lines.

use super::source::{self, File, item_end, tokens};

/// Lines of a file, tests included.
const FILE_LINES_MAX: usize = 600;
/// Lines of a function from `fn` to its closing brace.
const FUNCTION_LINES_MAX: usize = 70;
/// Characters of a line, as rustfmt counts what it can break.
const LINE_CHARS_MAX: usize = 100;

fn long_files(files: &[File]) -> Vec<String> {
    let long = files.iter().map(|file| (file, file.text.lines().count()));
    long.filter(|(_, lines)| *lines > FILE_LINES_MAX)
        .map(|(file, lines)| {
            format!(
                "{}: {lines} lines, at most {FILE_LINES_MAX}: nobody reads more in one sitting. \
                 Cut it where its header would need an \"and\"; long tests go to tests/",
                file.path
            )
        })
        .collect()
}

/// Counted from the line of `fn` to the line of the brace that closes its body.
fn long_functions(files: &[File]) -> Vec<String> {
    let mut out = Vec::new();
    for file in files {
        let tokens = tokens(&file.bare);
        for pair in tokens.windows(2).filter(|pair| pair[0].1 == "fn") {
            let (at, name) = (pair[0].0, pair[1].1);
            if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
                continue;
            }
            let lines = file.bare[at..item_end(&file.bare, at)].matches('\n').count() + 1;
            if lines > FUNCTION_LINES_MAX {
                out.push(format!(
                    "{}:{}: `{name}` has {lines} lines, at most {FUNCTION_LINES_MAX}: what does not \
                     fit on a screen is not seen whole. Keep the decisions, move the steps into \
                     functions of their own",
                    file.path,
                    file.line(at)
                ));
            }
        }
    }
    out
}

/// rustfmt breaks code; comments it leaves, and tables that it is told to skip.
fn long_comments(files: &[File]) -> Vec<String> {
    let mut out = Vec::new();
    for file in files {
        for (number, line) in file.text.lines().enumerate() {
            let comment = line.trim_start().starts_with("//");
            if comment && line.chars().count() > LINE_CHARS_MAX && !line.contains("http") {
                out.push(format!(
                    "{}:{}: a comment of {} characters, at most {LINE_CHARS_MAX}. Break it",
                    file.path,
                    number + 1,
                    line.chars().count()
                ));
            }
        }
    }
    out
}

#[test]
fn files_functions_and_comments_are_short() {
    let files = source::all();
    super::none(&[long_files(&files), long_functions(&files), long_comments(&files)].concat());
}

#[test]
fn what_is_too_long_is_found_and_what_is_not_is_left() {
    let file = |text: &str| [File::new("src/a.rs", text)];
    super::none(&long_files(&file(&"x\n".repeat(FILE_LINES_MAX))));
    super::found(&long_files(&file(&"x\n".repeat(FILE_LINES_MAX + 1))), &["601 lines", "Cut it"]);
    let function = |body: usize| {
        format!("fn a() {{}}\nfn long() {{\n{}}}\nfn b() {{}}\n", "f({});\n".repeat(body))
    };
    super::none(&long_functions(&file(&function(FUNCTION_LINES_MAX - 2))));
    let findings = long_functions(&file(&function(FUNCTION_LINES_MAX - 1)));
    super::found(&findings, &["src/a.rs:2", "`long` has 71 lines"]);
    assert_eq!(findings.len(), 1);
    super::none(&long_comments(&file(&format!("// {}", "字".repeat(LINE_CHARS_MAX - 3)))));
    super::found(
        &long_comments(&file(&format!("/// {}", "a".repeat(LINE_CHARS_MAX)))),
        &["104 characters"],
    );
}
