//! `import.batch.recorded`: the event that closes an import, with what belongs to
//! the file as a whole, so that the source can be written again from the ledger.
//!
//! What the header of a XES file says may exceed one entry; then several parts
//! are recorded. Their content depends on the file and the mapping alone, not on
//! what the ledger had before, so importing again makes the same events.

use super::mapping::Mapping;
use super::profile::{Profile, SYSTEM};
use super::xes::HeaderRow;
use crate::ledger::submission::Submission;
use plumbline_replay::integrity::json::Json;
use std::borrow::Cow;
use uuid::Uuid;

/// The type of the event.
pub const BATCH_TYPE: &str = "import.batch.recorded.v1";
/// The stream of a system's batches is `import/<system>`.
pub const BATCH_STREAM: &str = "import";
/// Bytes of header rows in one part: an entry holds 65,535 with everything else.
const ROWS_BYTES_MAX: usize = 48_000;
/// Bytes of one attribute value in a row; more is continued in rows named `+`.
const VALUE_BYTES_MAX: usize = 16_000;
/// The element name of a row that continues the values of the one before.
const CONTINUED: &str = "+";

/// What is known of the file when it has been read to its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileFacts {
    /// The file's name without its folder.
    pub name: String,
    /// BLAKE3 of its bytes.
    pub digest: String,
    pub bytes: u64,
    pub encoding: &'static str,
    pub cases: u64,
    pub empty_cases: u64,
    pub source_events: u64,
    pub refused: u64,
    /// Earliest and latest act, as written.
    pub first_at: Option<String>,
    pub last_at: Option<String>,
}

/// How a file was imported.
#[derive(Clone, Debug)]
pub struct Closing {
    system: String,
    format: &'static str,
    /// Name, version and digest of the mapping.
    mapping: Option<[String; 3]>,
    /// Names of confidential attributes.
    sealed: Vec<String>,
}

impl Closing {
    pub fn of(mapping: &Mapping) -> Closing {
        Closing {
            system: mapping.system.clone(),
            format: mapping.format.as_str(),
            mapping: Some([mapping.name.clone(), mapping.version.clone(), mapping.digest.clone()]),
            sealed: mapping.seal.iter().map(|rule| rule.field.clone()).collect(),
        }
    }

    /// For a table of a profile, which stands in the place of a mapping.
    pub fn of_profile(profile: &Profile, format: &'static str) -> Closing {
        Closing {
            system: SYSTEM.to_owned(),
            format,
            mapping: Some([profile.name.to_owned(), "1".to_owned(), profile.digest()]),
            sealed: Vec::new(),
        }
    }

    /// For files whose lines name their own source systems.
    pub fn of_submissions() -> Closing {
        Closing {
            system: "plumb-import".to_owned(),
            format: "ndjson",
            mapping: None,
            sealed: Vec::new(),
        }
    }
}

/// The submissions that close an import. `now` is RFC 3339: when it was done.
pub fn events(
    closing: &Closing,
    facts: &FileFacts,
    header: &[HeaderRow],
    now: &str,
) -> Vec<Submission> {
    let parts = split(&rows(header, &closing.sealed));
    let count = parts.len();
    let numbered = parts.into_iter().enumerate();
    numbered.map(|(at, rows)| part(closing, facts, now, (at, count), rows)).collect()
}

fn part(
    closing: &Closing,
    facts: &FileFacts,
    now: &str,
    (at, count): (usize, usize),
    rows: Vec<Json<'static>>,
) -> Submission {
    let number = |value: u64| Json::Int(i64::try_from(value).unwrap_or(i64::MAX));
    let mut body = Json::object([
        ("part", number(at as u64 + 1)),
        ("parts", number(count as u64)),
        (
            "file",
            Json::object([
                ("name", Json::text(facts.name.clone())),
                ("digest", Json::text(format!("blake3:{}", facts.digest))),
                ("bytes", number(facts.bytes)),
                ("encoding", Json::text(facts.encoding)),
                ("format", Json::text(closing.format)),
            ]),
        ),
        ("cases", number(facts.cases)),
        ("empty_cases", number(facts.empty_cases)),
        ("source_events", number(facts.source_events)),
        ("refused", number(facts.refused)),
    ]);
    if let Some([name, version, digest]) = &closing.mapping {
        let mapping = Json::object([
            ("name", Json::text(name.clone())),
            ("version", Json::text(version.clone())),
            ("digest", Json::text(format!("blake3:{digest}"))),
        ]);
        body.set("mapping", mapping);
    }
    for (member, value) in [("first_at", &facts.first_at), ("last_at", &facts.last_at)] {
        if let Some(text) = value {
            body.set(member, Json::text(text.clone()));
        }
    }
    if !rows.is_empty() {
        body.set("header", Json::List(rows));
    }
    let mapping = closing.mapping.as_ref().map_or("", |[_, _, digest]| digest);
    let name = format!("{BATCH_TYPE}/{}/{mapping}/{}/{at}", facts.digest, closing.system);
    let id = Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes());
    Submission::new(Json::object([
        ("id", Json::text(id.to_string())),
        ("stream", Json::text(super::translate::stream_name(BATCH_STREAM, &closing.system))),
        ("type", Json::text(BATCH_TYPE)),
        ("occurred_at", Json::text(now.to_owned())),
        (
            "source",
            Json::object([
                ("system", Json::text(closing.system.clone())),
                ("kind", Json::text("import")),
            ]),
        ),
        ("body", body),
    ]))
}

/// Header rows as `[depth, element, {attribute: value}]`, without those of
/// confidential attributes and what is below them.
fn rows(header: &[HeaderRow], sealed: &[String]) -> Vec<Json<'static>> {
    let mut rows = Vec::new();
    let mut hidden_below = None;
    for row in header {
        if hidden_below.is_some_and(|depth| row.depth > depth) {
            continue;
        }
        let key = row.attributes.iter().find(|(name, _)| name == "key");
        let hidden = key.is_some_and(|(_, value)| sealed.contains(value));
        hidden_below = hidden.then_some(row.depth);
        if !hidden {
            push_row(row, &mut rows);
        }
    }
    rows
}

fn push_row(row: &HeaderRow, rows: &mut Vec<Json<'static>>) {
    let depth = Json::Int(i64::from(row.depth));
    let json = |element: &str, members: Vec<(Cow<'static, str>, Json<'static>)>| {
        let element = Json::text(element.to_owned());
        Json::List(vec![depth.clone(), element, Json::object(members)])
    };
    let mut rest = Vec::new();
    let mut members = Vec::new();
    for (name, value) in &row.attributes {
        let mut pieces = pieces(value);
        let first = pieces.next().unwrap_or_default();
        members.push((Cow::Owned(name.clone()), Json::text(first.to_owned())));
        rest.extend(pieces.map(|piece| {
            json(CONTINUED, vec![(Cow::Owned(name.clone()), Json::text(piece.to_owned()))])
        }));
    }
    rows.push(json(&row.element, members));
    rows.append(&mut rest);
}

/// A text in pieces of at most [`VALUE_BYTES_MAX`] bytes.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        if text.len() <= VALUE_BYTES_MAX {
            return rest.take();
        }
        let cut = (0..=VALUE_BYTES_MAX).rev().find(|at| text.is_char_boundary(*at))?;
        let (piece, after) = text.split_at(cut);
        rest = Some(after);
        Some(piece)
    })
}

/// Cuts rows into parts that fit into entries; at least one.
fn split(rows: &[Json<'static>]) -> Vec<Vec<Json<'static>>> {
    let mut parts = vec![Vec::new()];
    let mut bytes = 0;
    for row in rows {
        let length = row.to_bytes().len() + 1;
        if bytes + length > ROWS_BYTES_MAX && bytes > 0 {
            parts.push(Vec::new());
            bytes = 0;
        }
        bytes += length;
        if let Some(part) = parts.last_mut() {
            part.push(row.clone());
        }
    }
    parts
}

/// Header rows from the `header` lists of a batch's parts in order; `None` if
/// they are not as [`events`] writes them.
pub fn read_rows<'a>(lists: impl IntoIterator<Item = &'a Json<'a>>) -> Option<Vec<HeaderRow>> {
    let mut rows: Vec<HeaderRow> = Vec::new();
    for row in lists.into_iter().flat_map(|list| list.as_list().unwrap_or(&[])) {
        let [depth, element, members] = row.as_list()? else { return None };
        let pairs = members
            .as_object()?
            .iter()
            .map(|(name, value)| Some((name.to_string(), value.as_str()?.to_owned())));
        let attributes: Vec<(String, String)> = pairs.collect::<Option<_>>()?;
        if element.as_str()? == CONTINUED {
            for (name, piece) in attributes {
                let last = rows.last_mut()?;
                last.attributes.iter_mut().find(|(known, _)| *known == name)?.1.push_str(&piece);
            }
            continue;
        }
        rows.push(HeaderRow {
            depth: u32::try_from(depth.as_int()?).ok()?,
            element: element.as_str()?.to_owned(),
            attributes,
        });
    }
    Some(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(depth: u32, element: &str, key: &str, value: &str) -> HeaderRow {
        let attributes =
            vec![("key".to_owned(), key.to_owned()), ("value".to_owned(), value.to_owned())];
        HeaderRow { depth, element: element.to_owned(), attributes }
    }

    fn round_trip(header: &[HeaderRow], sealed: &[String]) -> Vec<HeaderRow> {
        let lists: Vec<Json<'static>> =
            split(&rows(header, sealed)).into_iter().map(Json::List).collect();
        assert!(lists.iter().all(|list| list.to_bytes().len() <= ROWS_BYTES_MAX + 200));
        read_rows(&lists).unwrap()
    }

    #[test]
    fn rows_come_back_whatever_their_length() {
        let long = "准绳\"\\".repeat(20_000);
        let mut header = vec![row(1, "string", "long", &long), row(1, "string", "empty", "")];
        header.extend((0..3000).map(|n| row(2, "int", &format!("k{n}"), &n.to_string())));
        assert_eq!(round_trip(&header, &[]), header);
        assert_eq!(round_trip(&[], &[]), []);
    }

    #[test]
    fn confidential_rows_and_what_is_below_them_stay_out() {
        let header = [
            row(1, "global", "x", ""),
            row(2, "string", "name", "A"),
            row(3, "string", "below", "B"),
            row(2, "string", "other", "C"),
        ];
        let kept = round_trip(&header, &["name".to_owned()]);
        let keys: Vec<&str> = kept.iter().map(|row| row.attributes[0].1.as_str()).collect();
        assert_eq!(keys, ["x", "other"]);
    }
}
