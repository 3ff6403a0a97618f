//! One entry as exporters look at it: parsed, with its members by path.

use super::{ExportError, Selection};
use crate::import::translate::case_of_stream;
use plumbline_replay::event::Body;
use plumbline_replay::event::amount::amounts;
use plumbline_replay::event::register::{self, EventType};
use plumbline_replay::integrity::json::{Json, parse};

/// An entry, parsed.
pub struct View<'a> {
    pub position: u64,
    pub json: Json<'a>,
}

impl<'a> View<'a> {
    pub fn read(position: u64, entry: &'a [u8]) -> Result<View<'a>, ExportError> {
        let json = parse(entry)
            .map_err(|error| ExportError::Entry { position, reason: error.to_string() })?;
        Ok(View { position, json })
    }

    /// A member by its path, `["source", "system"]`.
    pub fn get(&self, path: &[&str]) -> Option<&Json<'a>> {
        path.iter().try_fold(&self.json, |at, name| at.get(name))
    }

    /// A text by its path; empty where there is none.
    pub fn text(&self, path: &[&str]) -> &str {
        self.get(path).and_then(Json::as_str).unwrap_or_default()
    }

    pub fn stream(&self) -> &str {
        self.text(&["stream"])
    }

    pub fn is_first(&self) -> bool {
        self.get(&["revision"]).and_then(Json::as_int) == Some(0)
    }

    pub fn event_type(&self) -> Option<&'static EventType> {
        register::find(self.text(&["type"]))
    }

    /// Imported from a XES file, so that its attributes are to be written as they
    /// were read.
    pub fn is_from_xes(&self) -> bool {
        self.text(&["source", "kind"]) == "import" && self.text(&["source", "format"]) == "xes"
    }

    /// The case as its source names it, else the stream without its kind.
    pub fn case(&self) -> String {
        match self.text(&["source", "case"]) {
            "" => case_of_stream(self.stream()),
            case => case.to_owned(),
        }
    }

    /// What was done: the source's own word, else the type without its version.
    pub fn activity(&self) -> &str {
        match self.text(&["source", "activity"]) {
            "" => {
                let kind = self.text(&["type"]);
                kind.rsplit_once(".v").map_or(kind, |(name, _)| name)
            }
            activity => activity,
        }
    }

    /// The amounts that the event states, as `12.50 EUR`.
    pub fn amounts(&self) -> Vec<(String, String)> {
        let Some(body) = self.get(&["body"]) else { return Vec::new() };
        let text = String::from_utf8(body.to_bytes()).unwrap_or_default();
        let Ok(body) = Body::read(&text) else { return Vec::new() };
        let stated = amounts(self.event_type(), &body);
        stated.into_iter().map(|amount| (amount.value.to_string(), amount.currency)).collect()
    }

    /// Ids of the parties with their capacities.
    pub fn parties(&self) -> Vec<(&str, &str)> {
        let list = self.get(&["parties"]).and_then(Json::as_list).unwrap_or(&[]);
        list.iter()
            .filter_map(|party| {
                let id = party.get("id")?.as_str()?;
                Some((id, party.get("capacity").and_then(Json::as_str).unwrap_or_default()))
            })
            .collect()
    }

    /// True if the selection takes this entry.
    pub fn is_selected(&self, selection: &Selection) -> bool {
        let is = |wanted: &Option<String>, given: &str| wanted.as_ref().is_none_or(|w| w == given);
        selection.stream.as_ref().is_none_or(|prefix| self.stream().starts_with(prefix.as_str()))
            && is(&selection.system, self.text(&["source", "system"]))
            && is(&selection.kind, self.text(&["type"]))
    }
}
