//! One place names each of the things that would spread: the database, the
//! codec, the network, the command line, the clock, randomness.

use super::source::{self, File, paths};

/// Something that only some files may name.
struct Place {
    /// Segments that stand one after another in a path; with `whole` at its start.
    names: &'static [&'static [&'static str]],
    /// Where in the source this holds.
    over: &'static str,
    /// Files or folders that may.
    only: &'static [&'static str],
    why: &'static str,
    instead: &'static str,
}

#[rustfmt::skip]
const PLACES: &[Place] = &[
    Place { names: &[&["sled"]], over: "", only: &["src/projection/engine.rs"],
        why: "another engine must be one file away",
        instead: "use the rows of src/projection/rows.rs" },
    Place { names: &[&["bincode"]], over: "", only: &["src/projection/codec.rs"],
        why: "its bytes are for rows that regrow, never for what is hashed",
        instead: "call src/projection/codec.rs, or write canonical JSON" },
    Place { names: &[&["axum"], &["tower"], &["tower_http"]], over: "src/", only: &["src/http/", "src/bench/"],
        why: "the ledger serves commands and scripts without a network",
        instead: "put the handler under src/http" },
    Place { names: &[&["ureq"]], over: "", only: &["src/fetch.rs"],
        why: "who connects to others, and how, must be seen in one place",
        instead: "use a `Client` of src/fetch.rs" },
    Place { names: &[&["utoipa"], &["utoipa_axum"]], over: "src/", only: &["src/http/"],
        why: "what is described is the addresses, not the ledger",
        instead: "write the form in src/http/description.rs" },
    Place { names: &[&["tokio"]], over: "src/", only: &["src/http/", "src/cli/", "src/bench/", "src/ledger/queue.rs", "src/ledger/group.rs"],
        why: "the write path is threads and one queue, and only the answer may be awaited",
        instead: "use a thread and a crossbeam channel" },
    Place { names: &[&["clap"], &["clap_complete"], &["clap_mangen"]], over: "", only: &["src/cli/"],
        why: "arguments are the command line's business",
        instead: "take the value as a parameter" },
    Place { names: &[&["SystemTime"], &["Utc", "now"], &["Local", "now"], &["UNIX_EPOCH"]], over: "src/", only: &["src/clock.rs"],
        why: "time is an argument: a question must have the same answer tomorrow",
        instead: "take a `&dyn Clock`, or `as_of` and `known_at`" },
    Place { names: &[&["SystemTime"], &["Instant"], &["Utc", "now"], &["Local", "now"]], over: "replay/src/", only: &[],
        why: "replaying gives the same result at any time",
        instead: "take the moment as an argument" },
    Place { names: &[&["getrandom"]], over: "src/", only: &["src/cli/", "src/ledger/open.rs", "src/http/", "src/bench/"],
        why: "what draws its own randomness cannot be tested twice",
        instead: "take a `Randomness`, or a seed" },
    Place { names: &[&["std", "env"], &["env", "var"], &["env", "args"]], over: "", only: &["src/cli/", "src/main.rs", "replay/src/cli/", "replay/src/main.rs", "tests/", "replay/tests/", "benches/"],
        why: "a setting that comes from nowhere cannot be seen in a call",
        instead: "take the value as a parameter" },
    Place { names: &[&["process", "exit"]], over: "", only: &["src/main.rs", "replay/src/main.rs", "tests/"],
        why: "leaving at once skips what others must still finish",
        instead: "return an `Exit`" },
    Place { names: &[&["Reader", "open"], &["open_log"], &["Loaded", "read"]], over: "src/cli/", only: &["src/cli/damage.rs", "src/cli/doctor.rs", "src/cli/extract.rs", "src/cli/inclusion.rs", "src/cli/second.rs", "src/cli/report/verify.rs"],
        why: "an answer from a part of a damaged log must not end like one from the whole",
        instead: "open it by src/cli/damage.rs; what verifies has a verdict of its own" },
    Place { names: &[&["indicatif"], &["comfy_table"]], over: "src/", only: &["src/cli/"],
        why: "words and progress are the command line's business",
        instead: "report through a callback or a return value" },
    Place { names: &[&["println"], &["print"], &["eprintln"], &["eprint"]], over: "src/", only: &["src/cli/", "src/main.rs"],
        why: "a library that writes to the terminal spoils what a script reads",
        instead: "return the text" },
    Place { names: &[&["println"], &["print"], &["eprintln"], &["eprint"]], over: "replay/src/", only: &["replay/src/cli/", "replay/src/main.rs"],
        why: "a library that writes to the terminal spoils what a script reads",
        instead: "return the text" },
    Place { names: &[&["std", "fs"], &["File"], &["OpenOptions"]], over: "replay/src/", only: &["replay/src/cli/", "replay/src/main.rs", "replay/src/audit.rs", "replay/src/audit/"],
        why: "verifying is a function of bytes; only what finds them opens files",
        instead: "take the bytes as an argument" },
    Place { names: &[&["std", "net"], &["TcpStream"], &["TcpListener"], &["UdpSocket"]], over: "replay/src/", only: &[],
        why: "the investigator's program works on a machine without network",
        instead: "leave it to src/http" },
    Place { names: &[&["serde"], &["serde_json"], &["chrono"]], over: "replay/src/integrity/", only: &[],
        why: "hashed bytes are read and written by this module alone, without meaning",
        instead: "use integrity::json, and keep moments in replay/src/time" },
];

fn check(files: &[File]) -> Vec<String> {
    let mut out = Vec::new();
    for file in files {
        let over = |place: &&Place| {
            file.is_under(place.over) && !place.only.iter().any(|only| file.is_under(only))
        };
        // What tests of a module name besides it does not spread.
        let is_own_test = |place: &Place| place.over.starts_with("replay/");
        let places: Vec<&Place> = PLACES.iter().filter(over).collect();
        for named in paths(&file.bare) {
            let live = &file.live[named.at..named.at + 1] != " ";
            for place in &places {
                let hit = place.names.iter().any(|names| match names {
                    [krate] => named.begins(&[krate]) || type_in(krate, &named.segments),
                    names => named.holds(names),
                });
                if hit && (live || !is_own_test(place)) && !is_field(file, named.at) {
                    out.push(format!(
                        "{}:{}: `{}` belongs to {}: {}. Instead: {}",
                        file.path,
                        file.line(named.at),
                        named.segments.join("::"),
                        if place.only.is_empty() {
                            "no file here".to_owned()
                        } else {
                            place.only.join(", ")
                        },
                        place.why,
                        place.instead
                    ));
                }
            }
        }
    }
    out
}

/// A type may stand anywhere in a path, a crate at its start only.
fn type_in(name: &str, segments: &[String]) -> bool {
    let is_type = name.bytes().next().is_some_and(|first| first.is_ascii_uppercase());
    is_type && segments.iter().any(|segment| segment == name)
}

/// `record.print` and `print:` name a member, not the macro or the crate.
fn is_field(file: &File, at: usize) -> bool {
    let before = file.bare[..at].trim_end();
    let word = file.bare[at..].bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_');
    let after = &file.bare[at + word.count()..];
    let is_path = after.starts_with("::");
    let is_macro = after.starts_with('!');
    let is_import =
        before.ends_with("use") || before.ends_with('{') && after.starts_with([',', '}', ';']);
    let is_attribute =
        before.ends_with("#[") || before.ends_with("derive(") || before.ends_with(',');
    let starts_upper = file.bare.as_bytes()[at].is_ascii_uppercase();
    before.ends_with('.') || !(is_path || is_macro || is_import || is_attribute || starts_upper)
}

#[test]
fn each_thing_is_named_in_its_place_only() {
    super::none(&check(&source::all()));
}

#[test]
fn a_thing_out_of_its_place_is_found_however_it_is_written() {
    for (path, text, words) in [
        ("src/index/mod.rs", "use sled::Db;", ["sled", "engine.rs", "one file away"]),
        ("src/index/mod.rs", "fn f() { sled::open(x) }", ["sled::open", "engine.rs", "rows"]),
        (
            "src/ledger/a.rs",
            "use {bincode::serialize, std::fmt};",
            ["bincode", "codec.rs", "regrow"],
        ),
        (
            "src/ledger/a.rs",
            "#[derive(clap::Args)]\nstruct A;",
            ["clap::Args", "src/cli/", "parameter"],
        ),
        (
            "src/proof.rs",
            "use chrono::Utc;\nfn f() { Utc::now(); }",
            ["proof.rs:2", "clock.rs", "argument"],
        ),
        (
            "src/proof.rs",
            "use std::{\n  time::SystemTime as S,\n};",
            ["SystemTime", "clock.rs", "Clock"],
        ),
        ("src/store/mod.rs", "use axum::Json;", ["axum", "src/http/", "handler"]),
        ("src/vault/mod.rs", "fn f() { std::env::var(\"X\") }", ["env", "src/cli/", "parameter"]),
        ("src/vault/mod.rs", "fn f() { eprintln!(\"x\") }", ["eprintln", "src/cli/", "script"]),
        ("replay/src/walk.rs", "let f = std::fs::read(p);", ["std::fs", "bytes", "opens files"]),
        ("replay/src/state/mod.rs", "let t = Instant::now();", ["Instant", "no file", "moment"]),
        ("replay/src/integrity/a.rs", "use serde_json::Value;", ["serde_json", "no file", "json"]),
    ] {
        super::found(&check(&[File::new(path, text)]), &words);
    }
    let sound = "//! sled, Utc::now\n#[cfg(test)]\nmod tests { use serde_json::json; }\nfn f(print: u8) { self.print(\"sled::Db\") }";
    super::none(&check(&[File::new("replay/src/integrity/a.rs", sound)]));
}
