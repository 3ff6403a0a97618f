//! What an archive says of itself: of which ledger it is, when it was made, and how
//! many entries of which logs it holds.

use plumbline_replay::integrity::json::{self, Json};

/// Name and version of the form.
const SCHEMA: &str = "plumbline.archive.about/1";

/// `about.json`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// Origin of the open log.
    pub origin: String,
    /// RFC 3339: the moment that whoever made it gave.
    pub made_at: String,
    /// Names of the logs with the numbers of their entries.
    pub logs: Vec<(String, u64)>,
}

impl About {
    /// The bytes of the file: canonical JSON (RFC 8785) and a line end.
    pub fn to_bytes(&self) -> Vec<u8> {
        let size = |size: u64| Json::Int(i64::try_from(size).unwrap_or(i64::MAX));
        let logs = self.logs.iter().map(|(name, entries)| {
            Json::object([("log", Json::text(name.clone())), ("entries", size(*entries))])
        });
        let json = Json::object([
            ("schema", Json::text(SCHEMA)),
            ("origin", Json::text(self.origin.clone())),
            ("made_at", Json::text(self.made_at.clone())),
            ("logs", Json::List(logs.collect())),
        ]);
        let mut bytes = json.to_bytes();
        bytes.push(b'\n');
        bytes
    }

    /// Reads [`About::to_bytes`]; `None` for anything else.
    pub fn parse(bytes: &[u8]) -> Option<About> {
        let json = json::parse(bytes.trim_ascii_end()).ok()?;
        let text = |name: &str| json.get(name).and_then(Json::as_str).map(str::to_owned);
        text("schema").filter(|schema| schema == SCHEMA)?;
        let log = |log: &Json<'_>| {
            let entries = u64::try_from(log.get("entries")?.as_int()?).ok()?;
            Some((log.get("log")?.as_str()?.to_owned(), entries))
        };
        Some(About {
            origin: text("origin")?,
            made_at: text("made_at")?,
            logs: json.get("logs")?.as_list()?.iter().map(log).collect::<Option<_>>()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_archive_says_comes_back() {
        let about = About {
            origin: "city.example/open".to_owned(),
            made_at: "2026-01-02T03:04:05Z".to_owned(),
            logs: vec![("open".to_owned(), 7)],
        };
        assert_eq!(About::parse(&about.to_bytes()), Some(about));
        assert_eq!(About::parse(b"{}"), None);
    }
}
