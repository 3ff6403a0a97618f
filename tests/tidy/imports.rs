//! Imports point one way. A lower layer that names an upper one cannot be read,
//! tested or trusted without it, and soon neither without the other.

use super::source::{self, File, paths};

/// A module of one of the two packages, and which it may name.
struct Layer {
    name: &'static str,
    may: &'static [&'static str],
    why: &'static str,
}

const REPLAY: &[&str] = &[
    "replay::integrity",
    "replay::manifest",
    "replay::event",
    "replay::time",
    "replay::state",
    "replay::identifier",
    "replay::master",
    "replay::packed",
    "replay::rules",
    "replay::timers",
    "replay::scenario",
    "replay::report",
    "replay::inquiry",
    "replay::streams",
    "replay::roles",
    "replay::succession",
    "replay::walk",
    "replay::extract",
    "replay::bundle",
    "replay::audit",
    "replay::evidence",
    "replay::visible",
];

/// Both packages, from the bottom up. A new module needs a line here.
#[rustfmt::skip]
const LAYERS: &[Layer] = &[
    Layer { name: "replay::integrity", may: &[],
        why: "it knows bytes, never meaning; a verifier reads it alone" },
    Layer { name: "replay::time", may: &[],
        why: "calendars and clocks are given by whoever asks" },
    Layer { name: "replay::identifier", may: &["replay::time"],
        why: "a check of digits needs no event" },
    Layer { name: "replay::event", may: &["replay::integrity", "replay::time"],
        why: "an event is read from bytes and moments; states are folded from events" },
    Layer { name: "replay::state", may: &["replay::integrity", "replay::event", "replay::time"],
        why: "a state is a fold of events, known to no event" },
    Layer { name: "replay::master", may: &["replay::integrity", "replay::event", "replay::time", "replay::state"],
        why: "master data are regrown from events and repairs, whatever cases make of them" },
    Layer { name: "replay::packed", may: &[],
        why: "kept bytes are values, whatever they mean" },
    Layer { name: "replay::rules", may: &["replay::packed", "replay::integrity", "replay::event", "replay::state", "replay::time", "replay::identifier", "replay::master"],
        why: "a rule reads events, states and master data and is read by reports" },
    Layer { name: "replay::timers", may: &["replay::integrity", "replay::event", "replay::state", "replay::time", "replay::master", "replay::rules"],
        why: "a timer says which event is due; a service appends it" },
    Layer { name: "replay::report", may: &["replay::packed", "replay::integrity", "replay::rules", "replay::state", "replay::event", "replay::time", "replay::identifier", "replay::master"],
        why: "a report is a function of what lies below" },
    Layer { name: "replay::inquiry", may: &["replay::integrity", "replay::event", "replay::state", "replay::time", "replay::master", "replay::rules", "replay::report"],
        why: "a question is answered as a report is made" },
    Layer { name: "replay::visible", may: &[],
        why: "a text is shown whatever it says" },
    Layer { name: "replay::document", may: &[],
        why: "a form of JSON belongs to no document" },
    Layer { name: "replay::manifest", may: &["replay::document", "replay::integrity"],
        why: "files are held against digests, whatever they hold and wherever they lie" },
    Layer { name: "replay::streams", may: &["replay::integrity"],
        why: "the index counts entries by stream, whatever they mean" },
    Layer { name: "replay::roles", may: &["replay::integrity", "replay::time"],
        why: "a role is regrown from entries, whatever is sealed" },
    Layer { name: "replay::succession", may: &["replay::integrity"],
        why: "who signs for a log is told by its own entries, whatever else they mean" },
    Layer { name: "replay::walk", may: &["replay::integrity", "replay::event", "replay::state", "replay::time", "replay::streams", "replay::roles", "replay::succession"],
        why: "the walk stands above what it walks over" },
    Layer { name: "replay::scenario", may: &["replay::integrity", "replay::event", "replay::state", "replay::time", "replay::rules", "replay::report", "replay::walk"],
        why: "a scenario makes entries and asks what comes of them" },
    Layer { name: "replay::extract", may: &["replay::integrity", "replay::document", "replay::streams", "replay::succession", "replay::walk"],
        why: "an extract is proofs and bytes, and a verdict as of a walk" },
    Layer { name: "replay::bundle", may: &["replay::integrity", "replay::document", "replay::manifest", "replay::event", "replay::state", "replay::time", "replay::master", "replay::rules", "replay::succession", "replay::walk", "replay::extract"],
        why: "a bundle is bytes, proofs and what follows from them, whoever made it" },
    Layer { name: "replay::audit", may: &["replay::integrity", "replay::document", "replay::manifest", "replay::succession", "replay::walk", "replay::bundle"],
        why: "it finds files and hands their bytes to the walk" },
    Layer { name: "replay::evidence", may: &["replay::integrity", "replay::event", "replay::state", "replay::time", "replay::walk", "replay::bundle", "replay::audit"],
        why: "it verifies, then hands entries to whoever replays them" },
    Layer { name: "replay::cli", may: REPLAY, why: "the program stands on top" },
    Layer { name: "config", may: &[], why: "places and settings are read by all" },
    Layer { name: "clock", may: &[], why: "time is an argument to all others" },
    Layer { name: "derived", may: &[], why: "disposable files are bytes, whatever they are for" },
    Layer { name: "fetch", may: &[], why: "a request is an address and bytes" },
    Layer { name: "stored_zip", may: &[], why: "members of a zip file are bytes, whatever they are for" },
    Layer { name: "durable", may: &[], why: "a synced file is bytes, whatever it is for" },
    Layer { name: "witness", may: &["durable", "replay::integrity"],
        why: "a witness knows notes of anyone's logs, and no ledger" },
    Layer { name: "store", may: &["replay::integrity"],
        why: "an engine keeps bytes and compares a head; it does not understand entries" },
    Layer { name: "log", may: &["store", "replay::integrity"],
        why: "segment files hold frames, whatever the entries mean" },
    Layer { name: "vault", may: &["replay::integrity"],
        why: "admission says which members are confidential; the vault only seals" },
    Layer { name: "index", may: &["derived", "store", "replay::integrity", "replay::event", "replay::time"],
        why: "lookup files follow the record and regrow without a ledger" },
    Layer { name: "projection", may: &["store", "replay::integrity", "replay::event", "replay::state", "replay::time", "replay::master", "replay::rules", "replay::report"],
        why: "read models follow the record; the write path never waits for them" },
    Layer { name: "proof", may: &["derived", "store", "replay::integrity"],
        why: "a proof is made from stored bytes" },
    Layer { name: "second", may: &["derived", "durable", "store", "replay::integrity", "replay::walk"],
        why: "heads are hashed and signed once more from stored bytes, whoever asks for it" },
    Layer { name: "stream_index", may: &["derived", "store", "replay::integrity", "replay::streams"],
        why: "the index of a closing is grown from entries, whoever records the closing" },
    Layer { name: "ledger", may: &["config", "clock", "derived", "durable", "store", "log", "vault", "index", "stream_index", "second", "replay::integrity", "replay::event", "replay::time", "replay::streams", "replay::succession", "replay::walk"],
        why: "the write path never reads a read model and serves no network" },
    Layer { name: "reader", may: &["config", "store", "log", "index", "ledger", "proof", "replay::integrity", "replay::event", "replay::time", "replay::state", "replay::succession"],
        why: "reading stands beside the write path, above storage" },
    Layer { name: "opening", may: &["config", "clock", "store", "vault", "index", "ledger", "reader", "replay::integrity", "replay::event", "replay::roles"],
        why: "what is confidential is opened above the write path, which records it first" },
    Layer { name: "publication", may: &["config", "derived", "durable", "fetch", "store", "second", "ledger", "reader", "proof", "replay::integrity", "replay::succession"],
        why: "what strangers see is made from what is recorded, and records nothing" },
    Layer { name: "receipt", may: &["config", "store", "ledger", "reader", "publication", "replay::integrity"],
        why: "a receipt is signed and proved from what is recorded" },
    Layer { name: "extract", may: &["config", "store", "index", "stream_index", "ledger", "reader", "proof", "replay::integrity", "replay::streams", "replay::succession", "replay::extract"],
        why: "an extract is made from what is recorded and signed, and records nothing" },
    Layer { name: "tiled", may: &["fetch", "replay::integrity", "replay::succession"],
        why: "a stranger reads a log without its ledger" },
    Layer { name: "case", may: &["store", "index", "ledger", "projection", "reader", "replay::integrity", "replay::event", "replay::time", "replay::state"],
        why: "a case is read through the lookup; it knows of read models only how they ask for a stream" },
    Layer { name: "master", may: &["store", "index", "reader", "replay::integrity", "replay::event", "replay::time", "replay::master"],
        why: "master data are read through the lookup, whoever asks" },
    Layer { name: "following", may: &["config", "store", "log", "index", "ledger", "projection", "case"],
        why: "read models are put together with a ledger above both" },
    Layer { name: "judging", may: &["config", "store", "log", "index", "ledger", "reader", "master", "replay::integrity", "replay::event", "replay::state", "replay::time", "replay::rules"],
        why: "it reads logs for rules and reports, which know no files" },
    Layer { name: "bundle", may: &["config", "judging", "ledger", "proof", "reader", "extract", "store", "stored_zip", "replay::integrity", "replay::manifest", "replay::event", "replay::state", "replay::time", "replay::master", "replay::rules", "replay::succession", "replay::bundle"],
        why: "a bundle is made from what is recorded, and records nothing" },
    Layer { name: "judged", may: &["config", "derived", "store", "index", "reader", "master", "ledger", "projection", "judging", "replay::packed", "replay::integrity", "replay::event", "replay::master", "replay::rules", "replay::report", "replay::state", "replay::time"],
        why: "what is kept of a judged ledger is made from whole logs and regrows" },
    Layer { name: "timers", may: &["config", "store", "judging", "ledger", "reader", "replay::integrity", "replay::event", "replay::master", "replay::rules", "replay::state", "replay::time", "replay::timers"],
        why: "what is due is recorded like anything else, through the ledger" },
    Layer { name: "printing", may: &["replay::integrity", "replay::report", "replay::time"],
        why: "it lays out finished figures" },
    Layer { name: "import", may: &["clock", "ledger", "replay::integrity", "replay::event", "replay::time", "replay::identifier"],
        why: "imported events take the path of all others: submissions" },
    Layer { name: "export", may: &["store", "reader", "index", "import", "replay::integrity", "replay::event", "replay::time", "replay::state"],
        why: "an export is made from what is recorded" },
    Layer { name: "archive", may: &["export", "stored_zip", "replay::integrity", "replay::manifest", "replay::event", "replay::identifier", "replay::succession", "replay::walk", "replay::bundle", "replay::audit"],
        why: "an archive is made of what an export gives and checked without a ledger" },
    Layer { name: "demo", may: &["config", "clock", "durable", "ledger", "replay::integrity", "replay::event", "replay::time", "replay::identifier", "replay::rules"],
        why: "the synthetic city submits like any other system" },
    Layer { name: "http", may: &["config", "clock", "store", "stream_index", "ledger", "index", "reader", "opening", "projection", "case", "following", "judging", "judged", "printing", "proof", "publication", "receipt", "witness", "export", "replay::integrity", "replay::event", "replay::time", "replay::state", "replay::report", "replay::rules", "replay::streams", "replay::walk"],
        why: "the network stands on top; only the command line starts it" },
    Layer { name: "bench", may: &["config", "clock", "store", "log", "vault", "ledger", "index", "reader", "projection", "case", "following", "judging", "judged", "printing", "proof", "publication", "receipt", "fetch", "tiled", "witness", "import", "export", "demo", "http",
            "replay::integrity", "replay::event", "replay::time", "replay::state", "replay::rules", "replay::report", "replay::walk"],
        why: "measurements reach everything but the command line" },
    Layer { name: "cli", may: &["config", "clock", "durable", "opening", "store", "log", "vault", "second", "ledger", "index", "stream_index", "reader", "projection", "case", "master", "following", "judging", "judged", "bundle", "printing", "proof", "publication", "receipt", "extract", "fetch", "tiled", "witness", "import", "export", "archive", "demo", "http", "timers", "bench",
            "replay::integrity", "replay::manifest", "replay::event", "replay::time", "replay::state", "replay::identifier", "replay::master", "replay::rules", "replay::timers", "replay::scenario", "replay::report", "replay::inquiry", "replay::streams", "replay::succession", "replay::walk", "replay::extract", "replay::bundle", "replay::audit", "replay::visible"],
        why: "the command line stands on top" },
];

/// The module path of a file, and whether it is of the pure package.
fn module(file: &File) -> Option<(bool, Vec<String>)> {
    let pure = file.is_under("replay/src/");
    let inner = file.path.strip_prefix(if pure { "replay/src/" } else { "src/" })?;
    let mut segments: Vec<String> =
        inner.strip_suffix(".rs")?.split('/').map(str::to_owned).collect();
    if segments.last().is_some_and(|last| matches!(last.as_str(), "mod" | "lib" | "main")) {
        segments.pop();
    }
    Some((pure, segments))
}

/// The layer that a path of this file leads to; `None` if it leads outside both
/// packages or stays in its own file.
fn target(pure: bool, own: &[String], segments: &[String]) -> Option<String> {
    let prefix = |pure: bool| if pure { "replay::" } else { "" };
    let layer = |pure: bool, name: &String| format!("{}{name}", prefix(pure));
    match segments.first()?.as_str() {
        "plumbline_replay" => segments.get(1).map(|name| layer(true, name)),
        "plumbline" => segments.get(1).map(|name| layer(false, name)),
        "crate" => segments.get(1).map(|name| layer(pure, name)),
        "super" => {
            let ups = segments.iter().take_while(|segment| *segment == "super").count();
            let kept = own.len().checked_sub(ups)?;
            let name = if kept > 0 { own.first() } else { segments.get(ups) };
            name.map(|name| layer(pure, name))
        }
        _ => None,
    }
}

fn check(files: &[File]) -> Vec<String> {
    let mut out = Vec::new();
    for file in files.iter().filter(|file| file.is_product()) {
        let Some((pure, own)) = module(file) else { continue };
        let Some(top) = own.first() else { continue };
        let name = format!("{}{top}", if pure { "replay::" } else { "" });
        let Some(layer) = LAYERS.iter().find(|layer| layer.name == name) else {
            out.push(format!(
                "{}: `{name}` is not in the table of tests/tidy/imports.rs: give it a line there \
                 that says what it may import, and one in ARCHITECTURE.md's code map",
                file.path
            ));
            continue;
        };
        for named in paths(&file.live) {
            let Some(target) = target(pure, &own, &named.segments) else { continue };
            if target == name || layer.may.contains(&target.as_str()) {
                continue;
            }
            out.push(format!(
                "{}:{}: `{name}` may not import `{target}`: {}. Move what is needed down, or let a \
                 caller pass it as an argument",
                file.path,
                file.line(named.at),
                layer.why
            ));
        }
    }
    out
}

#[test]
fn imports_point_one_way() {
    super::none(&check(&source::all()));
}

#[test]
fn the_table_itself_points_one_way() {
    for (index, layer) in LAYERS.iter().enumerate() {
        for name in layer.may {
            let below = LAYERS[..index].iter().any(|lower| lower.name == *name);
            assert!(below, "`{}` may import `{name}`, which does not stand below it", layer.name);
        }
    }
}

#[test]
fn wrong_imports_are_found_however_they_are_written() {
    let sample = |path: &str, text: &str| check(&[File::new(path, text)]);
    for (path, text, words) in [
        ("src/ledger/a.rs", "use crate::http::Problem;", ["`ledger`", "`http`", "a.rs:1"]),
        (
            "src/index/a.rs",
            "use crate::{\n  store::Log,\n  ledger::{\n Ledger},\n};",
            ["`index`", "`ledger`", "a.rs:4"],
        ),
        (
            "src/store/mod.rs",
            "fn f() -> crate::ledger::Receipt {}",
            ["`store`", "`ledger`", "mod.rs:1"],
        ),
        ("src/log/a.rs", "\nuse super::super::vault::Vault;", ["`log`", "`vault`", "a.rs:2"]),
        (
            "src/log/a.rs",
            "use plumbline_replay::event::Event;",
            ["`log`", "`replay::event`", "a.rs:1"],
        ),
        (
            "replay/src/integrity/a.rs",
            "use crate::event::Event;",
            ["`replay::integrity`", "`replay::event`", "a.rs:1"],
        ),
        ("src/new/mod.rs", "fn f() {}", ["`new`", "ARCHITECTURE.md", "a line"]),
    ] {
        super::found(&sample(path, text), &words);
    }
    let sound = "// crate::http\n#[cfg(test)]\nmod tests { use crate::http; }\nuse super::admit;\nconst A: &str = \"crate::http\";";
    super::none(&sample("src/ledger/a.rs", sound));
}
