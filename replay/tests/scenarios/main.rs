//! Runs every script under `replay/samples/`: the law's scenarios and, rule by
//! rule, the last good and the first bad moment.

mod alone;
mod excerpts;

use plumbline_replay::rules::{Status, register};
use plumbline_replay::scenario::{Script, parse, run};
use std::path::{Path, PathBuf};

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples")
}

/// Every script under a folder, in order of path.
fn scripts(folder: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(folder).expect("samples can be listed") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            out.extend(scripts(&path));
        } else if path.extension().is_some_and(|ext| ext == "scn") {
            out.push(path);
        }
    }
    out.sort();
    out
}

fn script(path: &Path) -> Script {
    let text = std::fs::read_to_string(path).expect("a script can be read");
    let folder = path.parent().expect("a script lies in a folder");
    let include = |file: &str| std::fs::read_to_string(folder.join(file)).ok();
    parse(&path.display().to_string(), &text, &include).expect("a script")
}

fn failures(path: &Path) -> Vec<String> {
    let name = path.strip_prefix(samples()).unwrap_or(path).display().to_string();
    let text = std::fs::read_to_string(path).expect("a script can be read");
    let folder = path.parent().expect("a script lies in a folder");
    let include = |file: &str| std::fs::read_to_string(folder.join(file)).ok();
    match parse(&name, &text, &include) {
        Err(error) => vec![error.to_string()],
        Ok(mut script) => {
            let own = path.file_stem().and_then(|stem| register::find(stem.to_str()?));
            if let Some(rule) = own {
                script.about(rule.id);
            }
            let failed = run(&script);
            failed.iter().map(|one| format!("{name}:{}: {}", one.line, one.why)).collect()
        }
    }
}

#[test]
fn every_script_finds_what_it_says_and_nothing_else() {
    let scripts = scripts(&samples());
    assert!(!scripts.is_empty());
    let failed: Vec<String> = scripts.iter().flat_map(|path| failures(path)).collect();
    assert!(failed.is_empty(), "\n{}", failed.join("\n"));
}

#[test]
fn a_script_that_says_otherwise_fails() {
    let text = std::fs::read_to_string(samples().join("rules/R2.5.1.scn")).expect("the sample");
    for (from, to) in [
        ("多收0.01元", "多收0.02元"),
        ("VIOLATION_SIGNAL RED", "CONFIRMED RED"),
        ("  R2.5.1 fee/unknown INDETERMINATE RED \"line.qty\"\n", ""),
        ("state fee/good assessed", "state fee/good paid"),
        ("\"amount_fen\":24000}]}\n# 多一分", "\"amount_fen\":24001}]}\n# 多一分"),
    ] {
        assert!(text.contains(from), "{from}");
        let include = |file: &str| std::fs::read_to_string(samples().join("rules").join(file)).ok();
        let script = parse("x", &text.replacen(from, to, 1), &include).expect("still a script");
        assert!(!run(&script).is_empty(), "{from} → {to} is not noticed");
    }
}

/// SC01–SC22 of §7.2, each in a file of its own; variants carry a letter.
#[test]
fn every_scenario_of_the_specification_is_there() {
    let scripts: Vec<String> = scripts(&samples())
        .iter()
        .filter_map(|path| path.file_stem()?.to_str().map(str::to_owned))
        .collect();
    let missing: Vec<String> =
        (1..=22).map(|n| format!("SC{n:02}")).filter(|id| !scripts.contains(id)).collect();
    assert!(missing.is_empty(), "no script in replay/samples for {missing:?}");
}

/// A rule that is judged shows its last good and its first bad moment.
#[test]
fn every_judged_rule_has_its_script() {
    let missing: Vec<&str> = register::all()
        .filter(|rule| matches!(rule.status, Status::Judged | Status::Signal))
        .map(|rule| rule.id)
        .filter(|id| !samples().join("rules").join(format!("{id}.scn")).exists())
        .collect();
    assert!(missing.is_empty(), "no script in replay/samples/rules for {missing:?}");
}
