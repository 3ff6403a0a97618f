//! What an import tells: one JSON object, `plumbline.import/1`, the last line that
//! a script reads; and the same in words.

use super::delivery::Delivered;
use super::run::{ImportError, Summary};
use plumbline_replay::integrity::json::Json;

/// Name and version of the object.
pub const SCHEMA: &str = "plumbline.import/1";

impl Summary {
    /// Nothing was refused.
    pub fn is_complete(&self) -> bool {
        self.facts.refused == 0
    }

    /// The summary as JSON. `source_events = appended + duplicates + refused`.
    pub fn to_json(&self) -> Json<'static> {
        let number = |value: u64| Json::Int(i64::try_from(value).unwrap_or(i64::MAX));
        let facts = &self.facts;
        let mut json = Json::object([
            ("schema", Json::text(SCHEMA)),
            ("file", Json::text(facts.name.clone())),
            ("digest", Json::text(format!("blake3:{}", facts.digest))),
            ("bytes", number(facts.bytes)),
            ("encoding", Json::text(facts.encoding)),
            ("cases", number(facts.cases)),
            ("empty_cases", number(facts.empty_cases)),
            ("repeated_cases", number(self.noticed.repeated_cases)),
            ("source_events", number(facts.source_events)),
            ("appended", number(self.delivered.appended)),
            ("duplicates", number(self.delivered.duplicates)),
            ("refused", number(facts.refused)),
            ("batch_events", number(self.delivered.batch_events)),
            ("identical_events", number(self.noticed.identical)),
            ("amounts_more_decimals", number(self.noticed.more_decimals)),
            ("amounts_beyond_range", number(self.noticed.beyond_range)),
        ]);
        for (member, value) in [("first_at", &facts.first_at), ("last_at", &facts.last_at)] {
            if let Some(text) = value {
                json.set(member, Json::text(text.clone()));
            }
        }
        if !self.columns.is_empty() {
            let columns = self.columns.iter().map(|found| {
                Json::object([
                    ("name", Json::text(found.name.clone())),
                    ("header", Json::text(found.header.clone())),
                    ("column", number(found.column as u64)),
                ])
            });
            json.set("columns", Json::List(columns.collect()));
        }
        if self.masked > 0 {
            json.set("masked_cells", number(self.masked));
        }
        if !self.flags.is_empty() {
            let flags = self.flags.iter().map(|flag| {
                let flaws = flag.flaws.iter().map(|flaw| Json::text(*flaw)).collect();
                Json::object([
                    ("line", number(flag.line)),
                    ("field", Json::text(flag.field)),
                    ("flaws", Json::List(flaws)),
                    ("told", Json::text(flag.told.clone())),
                ])
            });
            json.set("flagged", Json::List(flags.collect()));
        }
        json
    }
}

impl ImportError {
    /// The input is at fault: exit code 6, and nothing of the file was recorded.
    pub fn is_refusal(&self) -> bool {
        matches!(self, ImportError::Broken(_) | ImportError::Header(_))
    }

    /// The object for an import that did not come to its end, with what had come of it:
    /// of cases and source events nothing is known before their end.
    pub fn to_json(&self, so_far: &Delivered) -> Json<'static> {
        let mut json =
            Json::object([("schema", Json::text(SCHEMA)), ("error", Json::text(self.to_string()))]);
        // These end an import before its first event.
        if matches!(
            self,
            ImportError::Broken(_)
                | ImportError::Mapping(_)
                | ImportError::Header(_)
                | ImportError::File { .. }
        ) {
            for member in ["cases", "source_events", "appended", "duplicates", "refused"] {
                json.set(member, Json::Int(0));
            }
        } else {
            let number = |value: u64| Json::Int(i64::try_from(value).unwrap_or(i64::MAX));
            json.set("appended", number(so_far.appended));
            json.set("duplicates", number(so_far.duplicates));
        }
        if let ImportError::Broken(place) = self {
            json.set("line", Json::Int(i64::try_from(place.line).unwrap_or(i64::MAX)));
            json.set("element", Json::text(place.element.clone()));
            json.set("reason", Json::text(place.reason.clone()));
        }
        json
    }
}
