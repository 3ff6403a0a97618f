//! OCEL 2.0 JSON: events with the objects that they concern: the case, the unit,
//! the officer, the item and the parties.
//!
//! Events are written as they are read. Objects and types follow at the end: they
//! are collected in memory, some hundred bytes an object.

use super::view::View;
use super::{Entries, ExportError, Exported, Selection, is_bookkeeping};
use crate::import::attribute::{Attribute, set_from_json};
use plumbline_replay::integrity::json::Json;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

/// An object and what is known of it.
struct Object {
    object_type: &'static str,
    /// Name → value, with the moment from which it is known.
    attributes: Vec<(String, String, String)>,
}

#[derive(Default)]
struct Collected {
    objects: BTreeMap<String, Object>,
    event_types: BTreeMap<String, BTreeSet<&'static str>>,
    object_types: BTreeMap<&'static str, BTreeSet<String>>,
}

/// Writes the selected events. Bookkeeping streams are no cases.
pub fn write(
    entries: &dyn Entries,
    selection: &Selection,
    out: &mut dyn Write,
) -> Result<Exported, ExportError> {
    let mut exported = Exported::default();
    let mut collected = Collected::default();
    out.write_all(b"{\"events\":[")?;
    entries.each(&mut |position, entry| {
        let view = View::read(position, entry)?;
        if is_bookkeeping(view.stream()) || !view.is_selected(selection) {
            return Ok(());
        }
        let separator: &[u8] = if exported.events == 0 { b"\n" } else { b",\n" };
        out.write_all(separator)?;
        out.write_all(&event(&view, &mut collected).to_bytes())?;
        exported.events += 1;
        Ok(())
    })?;
    exported.cases = collected.objects.values().filter(|o| o.object_type == "case").count() as u64;
    let tail = [
        ("eventTypes", event_types(&collected)),
        ("objectTypes", object_types(&collected)),
        ("objects", Vec::new()),
    ];
    out.write_all(b"\n]")?;
    for (name, list) in tail {
        write!(out, ",\n\"{name}\":[")?;
        for (at, item) in list.iter().enumerate() {
            out.write_all(if at == 0 { b"\n" } else { b",\n" })?;
            out.write_all(&item.to_bytes())?;
        }
        if name == "objects" {
            for (at, (id, one)) in collected.objects.iter().enumerate() {
                out.write_all(if at == 0 { b"\n" } else { b",\n" })?;
                out.write_all(&object(id, one).to_bytes())?;
            }
        }
        out.write_all(b"\n]")?;
    }
    out.write_all(b"}\n")?;
    out.flush()?;
    Ok(exported)
}

fn named(name: impl Into<String>, value: impl Into<String>) -> Json<'static> {
    Json::object([("name", Json::text(name.into())), ("value", Json::text(value.into()))])
}

fn event(view: &View<'_>, collected: &mut Collected) -> Json<'static> {
    let kind = view.text(&["type"]).to_owned();
    let declared = collected.event_types.entry(kind.clone()).or_default();
    let mut attributes = Vec::new();
    let mut add = |name: &'static str, value: &str| {
        if !value.is_empty() {
            declared.insert(name);
            attributes.push(named(name, value));
        }
    };
    add("position", &view.position.to_string());
    add("id", view.text(&["id"]));
    add("recorded_at", view.text(&["recorded_at"]));
    add("precision", view.text(&["precision"]));
    add("activity", view.text(&["source", "activity"]));
    add("role", view.text(&["actor", "role"]));
    add("source_system", view.text(&["source", "system"]));
    let (amounts, currencies): (Vec<String>, Vec<String>) = view.amounts().into_iter().unzip();
    add("amount", &amounts.join("; "));
    add("currency", &currencies.join("; "));
    Json::object([
        // Ids are unique within a source system only; positions within the log.
        ("id", Json::text(format!("event:{}", view.position))),
        ("type", Json::text(kind)),
        ("time", Json::text(view.text(&["occurred_at"]).to_owned())),
        ("attributes", Json::List(attributes)),
        ("relationships", Json::List(relationships(view, collected))),
    ])
}

fn relationships(view: &View<'_>, collected: &mut Collected) -> Vec<Json<'static>> {
    let mut related = Vec::new();
    let mut relate = |object_type: &'static str, name: &str, qualifier: &str| {
        if name.is_empty() {
            return;
        }
        let id = format!("{object_type}:{name}");
        related.push(Json::object([
            ("objectId", Json::text(id.clone())),
            ("qualifier", Json::text(qualifier.to_owned())),
        ]));
        collected.object_types.entry(object_type).or_default();
        let fresh = || Object { object_type, attributes: Vec::new() };
        collected.objects.entry(id).or_insert_with(fresh);
    };
    relate("case", view.stream(), "case");
    relate("unit", view.text(&["actor", "unit"]), "acting unit");
    relate("officer", view.text(&["actor", "officer"]), "acting officer");
    relate("item", view.text(&["item", "code"]), "item");
    for (id, capacity) in view.parties() {
        relate("party", id, if capacity.is_empty() { "party" } else { capacity });
    }
    describe_case(view, collected);
    related
}

/// What the source says of the case, from the event that carries it.
fn describe_case(view: &View<'_>, collected: &mut Collected) {
    let id = format!("case:{}", view.stream());
    let kept = view.get(&["source", "case_attributes"]).and_then(set_from_json);
    let (Some(case), Some(kept)) = (collected.objects.get_mut(&id), kept) else { return };
    let names = collected.object_types.entry("case").or_default();
    let time = view.text(&["occurred_at"]);
    let texts = kept.iter().filter(|a: &&Attribute| a.kind.has_text());
    for attribute in texts {
        names.insert(attribute.key.clone());
        case.attributes.push((attribute.key.clone(), attribute.value.clone(), time.to_owned()));
    }
}

fn object(id: &str, object: &Object) -> Json<'static> {
    let attributes = object.attributes.iter().map(|(name, value, time)| {
        let mut attribute = named(name.as_str(), value.as_str());
        attribute.set("time", Json::text(time.clone()));
        attribute
    });
    Json::object([
        ("id", Json::text(id.to_owned())),
        ("type", Json::text(object.object_type)),
        ("attributes", Json::List(attributes.collect())),
        ("relationships", Json::List(Vec::new())),
    ])
}

fn declaration<'a>(name: &str, attributes: impl Iterator<Item = &'a str>) -> Json<'static> {
    let attributes = attributes.map(|attribute| {
        Json::object([("name", Json::text(attribute.to_owned())), ("type", Json::text("string"))])
    });
    Json::object([
        ("name", Json::text(name.to_owned())),
        ("attributes", Json::List(attributes.collect())),
    ])
}

fn event_types(collected: &Collected) -> Vec<Json<'static>> {
    let types = collected.event_types.iter();
    types.map(|(name, attributes)| declaration(name, attributes.iter().copied())).collect()
}

fn object_types(collected: &Collected) -> Vec<Json<'static>> {
    let types = collected.object_types.iter();
    types
        .map(|(name, attributes)| declaration(name, attributes.iter().map(String::as_str)))
        .collect()
}
