//! `plumb-replay state`, `timeline` and `diff`: one case, at any moment.

use super::asked::{Asked, ZONE};
use super::{Failure, print};
use plumbline_replay::event::EventError;
use plumbline_replay::evidence::Evidence;
use plumbline_replay::state::diff::{Change, diff as differences};
use plumbline_replay::state::timeline::{By, Row, timeline as rows};
use plumbline_replay::state::{Moment, case_at};
use serde_json::{Value, json};

fn stream<'e>(evidence: &'e Evidence, name: &str) -> Result<Vec<&'e [u8]>, Failure> {
    let entries = evidence.stream(name);
    if entries.is_empty() {
        return Err(Failure::new(13, format!("没有事件流 {name} / there is no stream {name}")));
    }
    Ok(entries)
}

fn broken(error: EventError) -> Failure {
    Failure::new(3, error.to_string())
}

/// The state of a case.
pub fn state(parser: &mut lexopt::Parser) -> Result<u8, Failure> {
    let asked = Asked::read(parser, &[])?;
    let name = asked.value(0, "STREAM")?;
    let evidence = asked.evidence(asked.value(1, "PATH")?)?;
    let moment = asked.moment(&evidence)?;
    let state = case_at(name, &stream(&evidence, name)?, moment).map_err(broken)?;
    let json = json!({
        "schema": "plumbline.case/1", "stream": name, "as_of": ZONE.rfc3339(moment.as_of),
        "known_at": ZONE.rfc3339(moment.known_at), "case": state.to_json(),
    });
    print(&json.to_string()).map(|()| 0)
}

/// What was known of a case, entry by entry.
pub fn timeline(parser: &mut lexopt::Parser) -> Result<u8, Failure> {
    let asked = Asked::read(parser, &["by"])?;
    let name = asked.value(0, "STREAM")?;
    let by = match asked.option("by") {
        None | Some("occurred") => By::Occurred,
        Some("recorded") => By::Recorded,
        Some(other) => return Err(Failure::new(2, format!("--by {other}: occurred|recorded"))),
    };
    let evidence = asked.evidence(asked.value(1, "PATH")?)?;
    let moment = asked.moment(&evidence)?;
    let rows = rows(&stream(&evidence, name)?, moment, by).map_err(broken)?;
    for row in rows.iter().map(Row::to_json) {
        print(&row.to_string())?;
    }
    Ok(0)
}

/// What differs between two moments of both clocks, and because of which entries.
pub fn diff(parser: &mut lexopt::Parser) -> Result<u8, Failure> {
    let asked = Asked::read(parser, &["from", "to"])?;
    let name = asked.value(0, "STREAM")?;
    let evidence = asked.evidence(asked.value(1, "PATH")?)?;
    let at = |option: &str| -> Result<Moment, Failure> {
        let text = asked.option(option).unwrap_or_default();
        let bad = || Failure::new(2, format!("--{option} {text}: 写明时刻 / name a moment"));
        let moment = ZONE.instant(text).ok_or_else(bad)?;
        Ok(Moment { as_of: moment, known_at: moment })
    };
    let entries = stream(&evidence, name)?;
    let changes = differences(name, &entries, at("from")?, at("to")?).map_err(broken)?;
    let changes: Vec<Value> = changes.iter().map(Change::to_json).collect();
    print(
        &json!({"schema": "plumbline.case.diff/1", "stream": name, "changes": changes}).to_string(),
    )
    .map(|()| 0)
}
