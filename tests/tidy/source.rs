//! The source as data: files, their text without comments and strings, and the
//! paths that they name. Knows Rust's tokens as far as that needs, no more.

use std::path::Path;

/// One source file.
#[derive(Clone, Debug)]
pub struct File {
    /// From the repository's root, with `/`.
    pub path: String,
    pub text: String,
    /// The text with comments, strings and characters blanked, byte for byte.
    pub bare: String,
    /// `bare` without what is compiled for tests only.
    pub live: String,
}

impl File {
    pub fn new(path: &str, text: &str) -> File {
        let bare = blank(text);
        let live = without_tests(&bare);
        File { path: path.to_owned(), text: text.to_owned(), bare, live }
    }

    /// The line of a byte, from 1.
    pub fn line(&self, at: usize) -> usize {
        self.text[..at].matches('\n').count() + 1
    }

    pub fn is_under(&self, folder: &str) -> bool {
        self.path.starts_with(folder)
    }

    /// True for what the programs are made of, false for tests.
    pub fn is_product(&self) -> bool {
        self.is_under("src/") || self.is_under("replay/src/")
    }

    /// The file's name without folder and ending.
    pub fn stem(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or(&self.path);
        name.strip_suffix(".rs").unwrap_or(name)
    }

    /// The folder with its last `/`.
    pub fn folder(&self) -> &str {
        self.path.rfind('/').map_or("", |at| &self.path[..=at])
    }
}

/// The text of a file of the repository.
pub fn read(path: &str) -> String {
    let whole = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&whole).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every Rust file of the repository, sorted.
pub fn all() -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    for folder in ["src", "tests", "benches", "replay/src", "replay/tests", "replay/benches"] {
        collect(&root.join(folder), &mut paths);
    }
    paths.sort();
    let files: Vec<File> = paths
        .iter()
        .map(|path| {
            let name = path.strip_prefix(root).expect("it was found under the root");
            let name = name.to_str().expect("the repository's names are UTF-8").replace('\\', "/");
            File::new(&name, &read(&name))
        })
        .collect();
    assert!(files.len() > 100, "only {} files: the source was not found", files.len());
    files
}

fn collect(folder: &Path, out: &mut Vec<std::path::PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.expect("a folder of the repository can be listed").path();
        if path.is_dir() {
            collect(&path, out);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            out.push(path);
        }
    }
}

/// Blanks comments, strings and characters; line ends stay, so places stay.
pub fn blank(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let end = match bytes[at] {
            b'/' if bytes[at..].starts_with(b"//") => line_end(bytes, at),
            b'/' if bytes[at..].starts_with(b"/*") => comment_end(bytes, at),
            b'"' => string_end(bytes, at + 1),
            b'r' if !follows_word(bytes, at) => match raw_end(bytes, at + 1) {
                Some(end) => end,
                None => at + 1,
            },
            b'b' if bytes[at..].starts_with(b"br") && !follows_word(bytes, at) => {
                raw_end(bytes, at + 2).unwrap_or(at + 1)
            }
            b'\'' => char_end(text, at),
            _ => at + 1,
        };
        if end > at + 1 {
            for byte in &mut out[at..end] {
                if *byte != b'\n' {
                    *byte = b' ';
                }
            }
        }
        at = end;
    }
    for byte in &mut out {
        // Only words of the language are looked at; other letters would leave
        // halves of characters behind.
        if !byte.is_ascii() {
            *byte = b'_';
        }
    }
    String::from_utf8(out).expect("only ASCII is left")
}

fn follows_word(bytes: &[u8], at: usize) -> bool {
    at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_')
}

fn line_end(bytes: &[u8], at: usize) -> usize {
    bytes[at..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |length| at + length)
}

/// After the end of a block comment; they nest.
fn comment_end(bytes: &[u8], mut at: usize) -> usize {
    let mut depth = 0;
    while at < bytes.len() {
        if bytes[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if bytes[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    at
}

fn string_end(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// After a raw string whose `#` or quote stands at `at`; `None` if none is there.
fn raw_end(bytes: &[u8], at: usize) -> Option<usize> {
    let hashes = bytes[at..].iter().take_while(|byte| **byte == b'#').count();
    if bytes.get(at + hashes) != Some(&b'"') {
        return None;
    }
    let close: Vec<u8> = [&b"\""[..], &vec![b'#'; hashes]].concat();
    let inside = at + hashes + 1;
    let length = bytes[inside..].windows(close.len()).position(|window| window == close)?;
    Some(inside + length + close.len())
}

/// After a character; a lifetime is left as it is.
fn char_end(text: &str, at: usize) -> usize {
    let mut rest = text[at + 1..].char_indices();
    match (rest.next(), rest.next()) {
        (Some((_, '\\')), Some((escaped, _))) => {
            let from = at + 1 + escaped + 1;
            text[from..].find('\'').map_or(text.len(), |length| from + length + 1)
        }
        (Some(_), Some((close, '\''))) => at + 1 + close + 1,
        _ => at + 1,
    }
}

/// Blanks the items that stand under `#[cfg(test)]`.
fn without_tests(bare: &str) -> String {
    let mut out = bare.as_bytes().to_vec();
    for (start, _) in bare.match_indices("#[cfg(test)]") {
        let end = item_end(bare, start + "#[cfg(test)]".len());
        for byte in &mut out[start..end] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
    }
    String::from_utf8(out).expect("only ASCII is left")
}

/// After the item that starts at `at`: its closing brace, or its semicolon.
pub fn item_end(bare: &str, at: usize) -> usize {
    let mut depth = 0usize;
    for (offset, byte) in bare[at..].bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + offset + 1;
                }
            }
            b';' if depth == 0 => return at + offset + 1,
            _ => {}
        }
    }
    bare.len()
}

/// A path that the code names, such as `["crate", "ledger", "admit"]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub at: usize,
    pub segments: Vec<String>,
}

impl Named {
    /// True if these segments stand in the path, one after another.
    pub fn holds(&self, segments: &[&str]) -> bool {
        self.segments.windows(segments.len()).any(|window| window == segments)
    }

    /// True if the path begins with these segments.
    pub fn begins(&self, segments: &[&str]) -> bool {
        self.segments.len() >= segments.len()
            && self.segments.iter().zip(segments).all(|(found, wanted)| found == wanted)
    }
}

/// Every path in blanked code, groups (`a::{b, c}`) spread out, over line ends.
pub fn paths(code: &str) -> Vec<Named> {
    let tokens = tokens(code);
    let mut out = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if is_word(tokens[at].1) {
            at = path(&tokens, at, &mut Vec::new(), &mut out);
        } else {
            at += 1;
        }
    }
    out
}

fn is_word(token: &str) -> bool {
    token.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Reads the path tree at `at` and gives the token after it.
fn path(
    tokens: &[(usize, &str)],
    mut at: usize,
    before: &mut Vec<String>,
    out: &mut Vec<Named>,
) -> usize {
    let start = tokens[at].0;
    let depth = before.len();
    while let Some((_, token)) = tokens.get(at) {
        match *token {
            "{" => {
                at += 1;
                while at < tokens.len() && tokens[at].1 != "}" {
                    let word = is_word(tokens[at].1) || matches!(tokens[at].1, "*" | "{");
                    at = if word { path(tokens, at, before, out) } else { at + 1 };
                }
                before.truncate(depth);
                return at + 1;
            }
            word => before.push(word.to_owned()),
        }
        at += 1;
        let more = tokens.get(at).is_some_and(|(_, token)| *token == "::");
        let path_next = tokens
            .get(at + 1)
            .is_some_and(|(_, token)| is_word(token) || matches!(*token, "{" | "*"));
        if !(more && path_next) {
            break;
        }
        at += 1;
    }
    out.push(Named { at: start, segments: before.clone() });
    before.truncate(depth);
    at
}

/// Words, `::`, and every other sign by itself, each with its place.
pub fn tokens(code: &str) -> Vec<(usize, &str)> {
    let bytes = code.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let length = if word(bytes[at]) {
            bytes[at..].iter().take_while(|byte| word(**byte)).count()
        } else if bytes[at..].starts_with(b"::") {
            2
        } else {
            1
        };
        if !bytes[at].is_ascii_whitespace() {
            out.push((at, &code[at..at + length]));
        }
        at += length;
    }
    out
}

#[test]
fn comments_strings_and_characters_are_blanked_and_nothing_moves() {
    let text = "let a = \"x // \\\" y\"; // sled\nlet b = r#\"axum \" \"#; /* a /* b */ c */ 'l: loop {}\nlet c = ('\\'', '\"', b\"sled\", '字'); fn f<'a>() {}\n";
    let bare = blank(text);
    assert_eq!(bare.len(), text.len());
    for gone in ["sled", "axum", "x //", "b */"] {
        assert!(!bare.contains(gone), "{gone} is still in\n{bare}");
    }
    for kept in ["let a = ", "let b = ", "'l: loop {}", "fn f<'a>() {}"] {
        assert!(bare.contains(kept), "{kept} is gone from\n{bare}");
    }
}

#[test]
fn groups_and_line_ends_do_not_hide_a_path() {
    let code = "use crate::{\n    ledger::{admit, open as o},\n    http,\n};\nlet x = crate :: store::\n Log::new();";
    let named: Vec<String> = paths(code).iter().map(|path| path.segments.join("::")).collect();
    for wanted in
        ["crate::ledger::admit", "crate::ledger::open", "crate::http", "crate::store::Log::new"]
    {
        assert!(named.iter().any(|path| path == wanted), "{wanted} is not in {named:?}");
    }
}

#[test]
fn what_is_compiled_for_tests_only_is_set_apart() {
    let file =
        File::new("src/a.rs", "fn a() {}\n#[cfg(test)]\nmod tests { use sled::x; }\nfn b() {}\n");
    assert!(file.bare.contains("sled") && !file.live.contains("sled"));
    assert!(file.live.contains("fn b()"));
}
