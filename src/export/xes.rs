//! XES 2.0 (IEEE 1849-2016): a trace for each stream, its events in order of
//! revision.
//!
//! What was imported from XES is written as it was read, types and texts included;
//! other events get the standard attributes and their members beside them.

use super::view::View;
use super::xes_header::{imported, native};
use super::{Entries, ExportError, Exported, Selection, is_bookkeeping};
use crate::import::attribute::{Attribute, Kind, set_from_json};
use crate::import::xes::HeaderRow;
use plumbline_replay::integrity::json::Json;
use std::io::Write;

/// Writes the selected cases. Bookkeeping streams are no cases.
pub fn write(
    entries: &dyn Entries,
    selection: &Selection,
    out: &mut dyn Write,
) -> Result<Exported, ExportError> {
    let rows = match imported(entries, selection)? {
        Some(rows) => rows,
        None => native(),
    };
    let mut writer = Writer { out, replaced: 0 };
    let empty = writer.header(&rows)?;
    let mut exported = Exported { cases: empty, ..Exported::default() };
    entries.each(&mut |position, entry| {
        let view = View::read(position, entry)?;
        if view.is_first() && !is_bookkeeping(view.stream()) {
            let events = writer.trace(entries, view.stream(), selection)?;
            exported.events += events;
            exported.cases += u64::from(events > 0);
        }
        Ok(())
    })?;
    writer.out.write_all(b"</log>\n")?;
    writer.out.flush()?;
    exported.replaced_characters = writer.replaced;
    Ok(exported)
}

struct Writer<'a> {
    out: &'a mut dyn Write,
    replaced: u64,
}

impl Writer<'_> {
    /// Writes everything before the first trace with events. Returns the number of
    /// traces among it.
    fn header(&mut self, rows: &[HeaderRow]) -> Result<u64, ExportError> {
        self.out.write_all(
            b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<log xes.version=\"2.0\" \
              xes.features=\"nested-attributes\" xmlns=\"http://www.xes-standard.org/\"",
        )?;
        let (log, rest) = match rows.split_first() {
            Some((first, rest)) if first.depth == 0 => (Some(first), rest),
            _ => (None, rows),
        };
        let own = ["xes.version", "xes.features"];
        for (name, value) in log.map_or(&[][..], |row| &row.attributes) {
            // Prefixed names would need a namespace that is not declared.
            if !own.contains(&name.as_str()) && !name.starts_with("xmlns") && !name.contains(':') {
                self.pair(name, value)?;
            }
        }
        self.out.write_all(b">\n")?;
        self.rows(rest)?;
        let is_trace = |row: &&HeaderRow| row.depth == 1 && row.element == "trace";
        Ok(rest.iter().filter(is_trace).count() as u64)
    }

    /// Rows of a tree in preorder, as elements.
    fn rows(&mut self, rows: &[HeaderRow]) -> Result<(), ExportError> {
        let mut open: Vec<&HeaderRow> = Vec::new();
        for (at, row) in rows.iter().enumerate() {
            while open.last().is_some_and(|parent| parent.depth >= row.depth) {
                self.end(open.pop())?;
            }
            self.indent(row.depth)?;
            write!(self.out, "<{}", row.element)?;
            for (name, value) in &row.attributes {
                self.pair(name, value)?;
            }
            if rows.get(at + 1).is_some_and(|next| next.depth > row.depth) {
                self.out.write_all(b">\n")?;
                open.push(row);
            } else {
                self.out.write_all(b"/>\n")?;
            }
        }
        while let Some(row) = open.pop() {
            self.end(Some(row))?;
        }
        Ok(())
    }

    fn end(&mut self, row: Option<&HeaderRow>) -> Result<(), ExportError> {
        if let Some(row) = row {
            self.indent(row.depth)?;
            writeln!(self.out, "</{}>", row.element)?;
        }
        Ok(())
    }

    /// One stream as a trace. Returns the number of its selected events; nothing
    /// is written for none.
    fn trace(
        &mut self,
        entries: &dyn Entries,
        stream: &str,
        selection: &Selection,
    ) -> Result<u64, ExportError> {
        let mut events = 0;
        let positions = entries.positions(stream)?;
        let attributes = case_attributes(entries, &positions, selection)?;
        for position in positions {
            let entry = entries.entry(position)?;
            let view = View::read(position, &entry)?;
            if !view.is_selected(selection) {
                continue;
            }
            if events == 0 {
                self.out.write_all(b"  <trace>\n")?;
                for attribute in &attributes {
                    self.attribute(attribute, 2)?;
                }
            }
            self.out.write_all(b"    <event>\n")?;
            for attribute in event_attributes(&view)? {
                self.attribute(&attribute, 3)?;
            }
            self.out.write_all(b"    </event>\n")?;
            events += 1;
        }
        if events > 0 {
            self.out.write_all(b"  </trace>\n")?;
        }
        Ok(events)
    }

    fn attribute(&mut self, attribute: &Attribute, depth: u32) -> Result<(), ExportError> {
        // XES has no null: an empty text comes nearest.
        let kind = if attribute.kind == Kind::Null { Kind::Text } else { attribute.kind };
        self.indent(depth)?;
        write!(self.out, "<{}", kind.as_str())?;
        self.pair("key", &attribute.key)?;
        if kind.has_text() {
            self.pair("value", &attribute.value)?;
        }
        if attribute.children.is_empty() && attribute.values.is_none() {
            self.out.write_all(b"/>\n")?;
            return Ok(());
        }
        self.out.write_all(b">\n")?;
        for child in &attribute.children {
            self.attribute(child, depth + 1)?;
        }
        if let Some(values) = &attribute.values {
            self.indent(depth + 1)?;
            self.out.write_all(b"<values>\n")?;
            for value in values {
                self.attribute(value, depth + 2)?;
            }
            self.indent(depth + 1)?;
            self.out.write_all(b"</values>\n")?;
        }
        self.indent(depth)?;
        writeln!(self.out, "</{}>", kind.as_str())?;
        Ok(())
    }

    fn indent(&mut self, depth: u32) -> Result<(), ExportError> {
        for _ in 0..depth {
            self.out.write_all(b"  ")?;
        }
        Ok(())
    }

    /// ` name="value"`, escaped so that the value is read back as it is, line
    /// ends and tabs included.
    fn pair(&mut self, name: &str, value: &str) -> Result<(), ExportError> {
        write!(self.out, " {name}=\"")?;
        let mut from = 0;
        for (at, c) in value.char_indices() {
            let escape: &str = match c {
                '&' => "&amp;",
                '<' => "&lt;",
                '>' => "&gt;",
                '"' => "&quot;",
                '\t' => "&#9;",
                '\n' => "&#10;",
                '\r' => "&#13;",
                '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {
                    self.replaced += 1;
                    "\u{fffd}"
                }
                _ => continue,
            };
            self.out.write_all(value.get(from..at).unwrap_or_default().as_bytes())?;
            self.out.write_all(escape.as_bytes())?;
            from = at + c.len_utf8();
        }
        self.out.write_all(value.get(from..).unwrap_or_default().as_bytes())?;
        self.out.write_all(b"\"")?;
        Ok(())
    }
}

/// The attributes of the case: those of the source, which one of its events
/// carries, else its name.
fn case_attributes(
    entries: &dyn Entries,
    positions: &[u64],
    selection: &Selection,
) -> Result<Vec<Attribute>, ExportError> {
    let mut name = None;
    for &position in positions {
        let entry = entries.entry(position)?;
        let view = View::read(position, &entry)?;
        if !view.is_selected(selection) {
            continue;
        }
        if let Some(json) = view.get(&["source", "case_attributes"]) {
            return set_from_json(json).ok_or_else(|| odd(position, "source.case_attributes"));
        }
        if name.is_none() {
            let case = Attribute::new("concept:name", Kind::Text, view.case());
            let stream = Attribute::new("stream", Kind::Text, view.stream());
            name = Some(if view.is_from_xes() { vec![case] } else { vec![case, stream] });
        }
    }
    Ok(name.unwrap_or_default())
}

fn odd(position: u64, member: &str) -> ExportError {
    ExportError::Entry { position, reason: format!("`{member}` is not as an import writes it") }
}

fn event_attributes(view: &View<'_>) -> Result<Vec<Attribute>, ExportError> {
    let kept = match view.get(&["source", "attributes"]) {
        Some(json) => set_from_json(json).ok_or_else(|| odd(view.position, "source.attributes"))?,
        None => Vec::new(),
    };
    let mut attributes = Vec::new();
    let mut add = |key: &str, kind: Kind, value: &str| {
        if !value.is_empty() && !kept.iter().any(|known| known.key == key) {
            attributes.push(Attribute::new(key, kind, value));
        }
    };
    let activity =
        if view.is_from_xes() { view.text(&["source", "activity"]) } else { view.activity() };
    add("concept:name", Kind::Text, activity);
    add("time:timestamp", Kind::Date, view.text(&["occurred_at"]));
    if !view.is_from_xes() {
        add("lifecycle:transition", Kind::Text, "complete");
        add("org:resource", Kind::Text, view.text(&["actor", "officer"]));
        add("org:role", Kind::Text, view.text(&["actor", "role"]));
        add("org:group", Kind::Text, view.text(&["actor", "unit"]));
        add("id", Kind::Id, view.text(&["id"]));
        add("type", Kind::Text, view.text(&["type"]));
        add("title", Kind::Text, view.event_type().map_or("", |t| t.zh));
        add("recorded_at", Kind::Date, view.text(&["recorded_at"]));
        add("item", Kind::Text, view.text(&["item", "code"]));
        add("position", Kind::Int, &view.position.to_string());
        members(view, &mut add);
    }
    attributes.extend(kept);
    Ok(attributes)
}

/// The body's members as `body.<name>`; nested ones as JSON text.
fn members(view: &View<'_>, add: &mut impl FnMut(&str, Kind, &str)) {
    let body = view.get(&["body"]).and_then(Json::as_object).unwrap_or(&[]);
    for (name, value) in body {
        let key = format!("body.{name}");
        match value {
            Json::Text(text) => add(&key, Kind::Text, text),
            Json::Int(number) => add(&key, Kind::Int, &number.to_string()),
            Json::Bool(flag) => add(&key, Kind::Boolean, if *flag { "true" } else { "false" }),
            Json::Null => {}
            Json::List(_) | Json::Object(_) => {
                add(&key, Kind::Text, &String::from_utf8_lossy(&value.to_bytes()));
            }
        }
    }
}
