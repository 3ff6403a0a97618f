//! One thing is one file and one line in a register; nothing lies about that no
//! register knows.

use super::source::{self, File, tokens};

/// Every file is a module of the one above it: the compiler passes over a file
/// that nobody declares, and its tests never run.
fn undeclared(files: &[File]) -> Vec<String> {
    let mut out = Vec::new();
    for file in files {
        let root = ["main", "lib"].contains(&file.stem());
        let lone_test =
            ["tests/", "replay/tests/", "benches/", "replay/benches/"].contains(&file.folder());
        if root || lone_test || file.is_under("src/bin/") {
            continue;
        }
        let (name, folder) = if file.stem() == "mod" {
            let folder = file.folder().trim_end_matches('/');
            let cut = folder.rfind('/').map_or(0, |at| at + 1);
            (&folder[cut..], &folder[..cut])
        } else {
            (file.stem(), file.folder())
        };
        let beside = format!("{}.rs", folder.trim_end_matches('/'));
        let parents = ["mod.rs", "main.rs", "lib.rs"].map(|parent| format!("{folder}{parent}"));
        let declared = files
            .iter()
            .filter(|other| parents.contains(&other.path) || other.path == beside)
            .any(|parent| declares(&parent.bare, name));
        if !declared {
            out.push(format!(
                "{}: no `mod {name};` in {folder}: the compiler never reads it. Declare it or \
                 delete it",
                file.path
            ));
        }
    }
    out
}

fn declares(code: &str, name: &str) -> bool {
    let tokens = tokens(code);
    tokens
        .windows(3)
        .any(|window| window[0].1 == "mod" && window[1].1 == name && window[2].1 == ";")
}

/// A register: each file of a folder that holds `mark` has a line with `line`.
struct Register {
    folder: &'static str,
    mark: &'static str,
    register: &'static str,
    line: fn(&str) -> String,
    why: &'static str,
}

const REGISTERS: &[Register] = &[
    Register {
        folder: "replay/src/event/",
        mark: "const TYPES: &[EventType]",
        register: "replay/src/event/register.rs",
        line: |name| format!("{name}::TYPES"),
        why: "a family that is not in the register is refused at the door",
    },
    Register {
        folder: "src/projection/",
        mark: "Projection for ",
        register: "src/projection/register.rs",
        line: |name| format!("{name}::"),
        why: "a projection that is not in the register never follows the log",
    },
];

fn unregistered(files: &[File]) -> Vec<String> {
    let mut out = Vec::new();
    for register in REGISTERS {
        let Some(list) = files.iter().find(|file| file.path == register.register) else { continue };
        let members = files.iter().filter(|file| {
            file.is_under(register.folder)
                && file.path != register.register
                && file.live.contains(register.mark)
        });
        for file in members {
            let line = (register.line)(file.stem());
            if !list.live.contains(&line) {
                out.push(format!(
                    "{}: `{line}` is not in {}: {}. Add its line",
                    file.path, register.register, register.why
                ));
            }
        }
    }
    out
}

/// The commands of the register in src/cli/mod.rs, as they are typed.
pub fn commands(register: &File) -> Vec<String> {
    let Some(start) = register.live.find("enum Command") else { return Vec::new() };
    let end = source::item_end(&register.live, start);
    let tokens = tokens(&register.live[start..end]);
    let variants = tokens.windows(2).filter(|pair| pair[1].1 == "(");
    variants.map(|pair| kebab(pair[0].1)).collect()
}

fn kebab(variant: &str) -> String {
    let mut out = String::new();
    for letter in variant.chars() {
        if letter.is_ascii_uppercase() && !out.is_empty() {
            out.push('-');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}

/// Every command is a file with a `run`, a line in the register, and a line in
/// both READMEs.
fn unnamed_commands(files: &[File], readmes: &[(&str, String)]) -> Vec<String> {
    let mut out = Vec::new();
    let Some(register) = files.iter().find(|file| file.path == "src/cli/mod.rs") else {
        return out;
    };
    let commands = commands(register);
    for file in files.iter().filter(|file| file.folder() == "src/cli/") {
        let is_command = file.live.contains("fn run(self") && file.live.contains("clap::Args");
        let is_named = register.live.contains(&format!("({}::", file.stem()));
        if is_command && !is_named {
            out.push(format!(
                "{}: a command that `enum Command` of src/cli/mod.rs does not name: nobody can \
                 run it. Add its line",
                file.path
            ));
        }
    }
    for command in &commands {
        for (name, text) in readmes {
            if !text.contains(&format!("plumb {command}")) {
                out.push(format!(
                    "{name}: `plumb {command}` is not there: a command that nobody is told of. Add \
                     a line to its table of commands"
                ));
            }
        }
    }
    out
}

fn readmes() -> Vec<(&'static str, String)> {
    ["README.md", "README.en.md"].map(|name| (name, source::read(name))).to_vec()
}

#[test]
fn every_file_is_declared() {
    super::none(&undeclared(&source::all()));
}

#[test]
fn every_member_is_in_its_register() {
    let files = source::all();
    let families = files.iter().filter(|file| file.live.contains(REGISTERS[0].mark)).count();
    assert!(families >= 10, "only {families} families of events were found");
    super::none(&unregistered(&files));
}

#[test]
fn every_command_is_registered_and_in_the_readme() {
    let files = source::all();
    let register = files.iter().find(|file| file.path == "src/cli/mod.rs").expect("it is there");
    assert!(commands(register).len() >= 15, "{:?}", commands(register));
    super::none(&unnamed_commands(&files, &readmes()));
}

#[test]
fn a_file_that_nobody_declares_is_found() {
    let file = |path: &str, text: &str| File::new(path, text);
    let parent = file("src/a/mod.rs", "mod b; // mod c;");
    let lib = file("src/lib.rs", "pub mod a;");
    let sound = [parent.clone(), lib.clone(), file("src/a/b.rs", "")];
    super::none(&undeclared(&sound));
    let forgotten = [parent, lib.clone(), file("src/a/c.rs", "")];
    super::found(&undeclared(&forgotten), &["src/a/c.rs", "mod c;", "Declare"]);
    let tests =
        [file("tests/x/main.rs", "mod y;"), file("tests/x/z.rs", ""), file("tests/lone.rs", "")];
    super::found(&undeclared(&tests), &["tests/x/z.rs"]);
    assert_eq!(undeclared(&tests).len(), 1);
    super::found(&undeclared(&[lib, file("src/n/mod.rs", "")]), &["mod n;"]);
}

#[test]
fn a_member_that_no_register_knows_is_found() {
    let family =
        File::new("replay/src/event/tax.rs", "pub(super) const TYPES: &[EventType] = &[];");
    let register = |line: &str| File::new("replay/src/event/register.rs", line);
    super::none(&unregistered(&[family.clone(), register("const F: &[T] = &[tax::TYPES];")]));
    super::found(
        &unregistered(&[family, register("// tax::TYPES")]),
        &["tax.rs", "register.rs", "refused at the door"],
    );
}

#[test]
fn a_command_that_nobody_can_run_or_is_told_of_is_found() {
    let command = File::new(
        "src/cli/audit.rs",
        "#[derive(clap::Args)]\npub struct Audit;\nimpl Audit { fn run(self) {} }",
    );
    let register = |text: &str| File::new("src/cli/mod.rs", text);
    let readme = |text: &str| vec![("README.md", text.to_owned())];
    let with = register("enum Command { Audit(audit::Audit), ReBuild(x::Y) }");
    assert_eq!(commands(&with), ["audit", "re-build"]);
    super::none(&unnamed_commands(
        &[command.clone(), with.clone()],
        &readme("`plumb audit`, `plumb re-build`"),
    ));
    super::found(
        &unnamed_commands(&[command.clone(), with], &readme("`plumb audit`")),
        &["plumb re-build", "README.md"],
    );
    super::found(
        &unnamed_commands(&[command, register("enum Command { }")], &[]),
        &["audit.rs", "enum Command"],
    );
}
