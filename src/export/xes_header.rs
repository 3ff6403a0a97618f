//! What stands in a XES file before its traces: the source's own header, where
//! the export is of one imported file, else the one that the ledger's events need.

use super::view::View;
use super::{Entries, ExportError, Selection};
use crate::import::batch::{BATCH_TYPE, read_rows};
use crate::import::xes::HeaderRow;
use plumbline_replay::integrity::json::Json;

/// The parts of one imported file: what its batch's events say.
struct Batch {
    digest: String,
    system: String,
    /// `header` lists by part.
    lists: Vec<Json<'static>>,
}

/// The header of the one XES file that was imported from the selected systems;
/// `None` if there were several or none, since headers cannot be mixed.
pub(super) fn imported(
    entries: &dyn Entries,
    selection: &Selection,
) -> Result<Option<Vec<HeaderRow>>, ExportError> {
    let mut batches: Vec<Batch> = Vec::new();
    let mut others = false;
    entries.each(&mut |position, entry| {
        // Cheap look first: few entries close a batch.
        let view = View::read(position, entry)?;
        if view.text(&["type"]) != BATCH_TYPE {
            let counted = !super::is_bookkeeping(view.stream()) && view.is_selected(selection);
            others |= counted && !view.is_from_xes();
            return Ok(());
        }
        let system = view.text(&["source", "system"]);
        if selection.system.as_ref().is_some_and(|wanted| wanted != system) {
            return Ok(());
        }
        let digest = view.text(&["body", "file", "digest"]);
        let list = view.get(&["body", "header"]).cloned().map(Json::into_owned);
        let list = list.unwrap_or(Json::List(Vec::new()));
        match batches.iter_mut().find(|batch| batch.digest == digest && batch.system == system) {
            Some(batch) => batch.lists.push(list),
            None => batches.push(Batch {
                digest: digest.to_owned(),
                system: system.to_owned(),
                lists: vec![list],
            }),
        }
        Ok(())
    })?;
    match (batches.as_slice(), others) {
        ([one], false) => {
            let rows = read_rows(&one.lists).filter(|rows| !rows.is_empty());
            Ok(rows)
        }
        _ => Ok(None),
    }
}

/// The header for events of the ledger itself.
pub(super) fn native() -> Vec<HeaderRow> {
    let row = |depth, element: &str, pairs: &[(&str, &str)]| HeaderRow {
        depth,
        element: element.to_owned(),
        attributes: pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
    };
    let mut rows = vec![row(0, "log", &[])];
    for (name, prefix) in [
        ("Concept", "concept"),
        ("Lifecycle", "lifecycle"),
        ("Organizational", "org"),
        ("Time", "time"),
    ] {
        let uri = format!("http://www.xes-standard.org/{prefix}.xesext");
        rows.push(row(1, "extension", &[("name", name), ("prefix", prefix), ("uri", &uri)]));
    }
    rows.extend([
        row(1, "global", &[("scope", "trace")]),
        row(2, "string", &[("key", "concept:name"), ("value", "UNKNOWN")]),
        row(1, "global", &[("scope", "event")]),
        row(2, "string", &[("key", "concept:name"), ("value", "UNKNOWN")]),
        row(2, "date", &[("key", "time:timestamp"), ("value", "1970-01-01T00:00:00Z")]),
        row(1, "classifier", &[("name", "Activity"), ("keys", "concept:name")]),
    ]);
    rows
}
