//! Whoever reads a member by its name finds it in a table: a misspelt name would
//! be absent for ever, and every rule that needs it indeterminate.

use plumbline_replay::event::member::{Kind, Member};
use plumbline_replay::event::register;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/replay/src");

/// Names that no table has and a reader asks for on purpose: `amount_fen` as the
/// specification calls it, and imported history may; what an imported activity was
/// called where it comes from; the digests of sealed members, in any body (RFC 9901).
const NOT_OF_A_TABLE: [&str; 3] = ["amount", "activity", "_sd"];

fn sources(folder: &Path, out: &mut Vec<PathBuf>) {
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            out.push(path);
        }
    }
}

/// A file without its tests.
fn live(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    text.split("#[cfg(test)]").next().unwrap_or_default().to_owned()
}

fn all_names() -> BTreeSet<&'static str> {
    fn inside(members: &[Member], out: &mut BTreeSet<&'static str>) {
        for member in members {
            out.insert(member.name);
            of(&member.kind, out);
        }
    }
    fn of(kind: &Kind, out: &mut BTreeSet<&'static str>) {
        match kind {
            Kind::Object(members) => inside(members, out),
            Kind::List(kind) | Kind::Map(kind) => of(kind, out),
            Kind::Either(kinds) => kinds.iter().for_each(|kind| of(kind, out)),
            _ => {}
        }
    }
    let mut out = BTreeSet::new();
    register::all().for_each(|event_type| inside(event_type.members, &mut out));
    out
}

/// The names in `body.text("…")` and the like.
fn asked(text: &str) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for call in ["body.text(\"", "body.int(\"", "body.json(\"", "body.get(\""] {
        for part in text.split(call).skip(1) {
            out.extend(part.split_once("\")").map(|(name, _)| name.to_owned()));
        }
    }
    out
}

#[test]
fn every_member_that_is_read_by_name_is_in_a_table() {
    let known = all_names();
    let mut files = Vec::new();
    sources(Path::new(SOURCE), &mut files);
    let (mut wrong, mut count) = (Vec::new(), 0);
    for file in files {
        for name in asked(&live(&file)) {
            count += 1;
            let is_known = known.contains(name.as_str()) || NOT_OF_A_TABLE.contains(&&*name);
            if !is_known {
                wrong.push(format!("{}: {name:?}", file.display()));
            }
        }
    }
    assert!(count >= 20, "only {count} names were found: has the reading changed its look?");
    assert!(wrong.is_empty(), "no event type has these members: {wrong:#?}");
}

/// The columns of each row of master data: entity and member names.
fn columns(text: &str) -> Vec<(String, Vec<String>)> {
    let mut out = Vec::new();
    for row in text.split("row! {").skip(1) {
        let Some((head, rest)) = row.split_once("] {") else { continue };
        let Some(entity) = head.split('"').nth(1) else { continue };
        let fields = rest.split("\n    }").next().unwrap_or_default();
        let fields = fields.lines().map(str::trim).filter(|line| !line.starts_with("//"));
        let name = |line: &str| {
            let (field, _) = line.split_once(": ")?;
            let named = field.split_once(" as \"").map(|(_, name)| name.trim_end_matches('"'));
            Some(named.unwrap_or(field).to_owned())
        };
        out.push((entity.to_owned(), fields.filter_map(name).collect()));
    }
    out
}

#[test]
fn every_column_of_master_data_is_a_member_of_its_entity() {
    let mut files = Vec::new();
    sources(&Path::new(SOURCE).join("master"), &mut files);
    let (mut wrong, mut count) = (Vec::new(), 0);
    for file in files {
        for (entity, columns) in columns(&live(&file)) {
            let Some(row) = register::find(&format!("md.{entity}.registered.v1")) else { continue };
            count += 1;
            for column in columns {
                if row.member(&column).is_none() {
                    wrong.push(format!("{entity}: {column}"));
                }
            }
        }
    }
    assert!(count >= 30, "only {count} entities were found");
    assert!(wrong.is_empty(), "columns that no event carries: {wrong:#?}");
}
