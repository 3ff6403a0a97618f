//! Older versions of event types, read as the newest.
//!
//! A released version of a type keeps its meaning for ever: what was recorded
//! under it is never rewritten. When a type changes, a version 2 is registered
//! beside the first, and a line here says how a body of version 1 reads as one of
//! version 2. Whoever gives meaning to entries passes their bytes through
//! [`newest`] before [`super::Event::read`]; verification never does.

use crate::integrity::json::{Json, parse};
use std::borrow::Cow;

/// How a body of one version reads in the next.
#[derive(Clone, Copy, Debug)]
pub struct Upcast {
    /// `fee.paid.v1`
    pub from: &'static str,
    /// `fee.paid.v2`; both are in the register.
    pub to: &'static str,
    /// Changes the body and nothing else. Must not fail: a body that lacks what it
    /// needs is left as it is, and departs from the new table.
    pub body: fn(&mut Json<'static>),
}

/// Every upcast, one line each. None yet: all types are at version 1.
pub const UPCASTS: &[Upcast] = &[];

/// The entry as the newest version of its type tells it: with another `type` and
/// `body`, for its meaning only. Bytes that are no entry come back as they are.
pub fn newest<'a>(entry: &'a [u8], upcasts: &[Upcast]) -> Cow<'a, [u8]> {
    if upcasts.is_empty() {
        return Cow::Borrowed(entry);
    }
    let Ok(json) = parse(entry) else { return Cow::Borrowed(entry) };
    let step = |kind: &str| upcasts.iter().find(|upcast| upcast.from == kind);
    let Some(first) = json.get("type").and_then(Json::as_str).and_then(step) else {
        return Cow::Borrowed(entry);
    };
    let mut json = json.into_owned();
    let mut body = json.remove("body").unwrap_or(Json::Object(Vec::new()));
    let mut last = first;
    // Each upcast is taken once, so that a wrong list cannot go round for ever.
    for _ in upcasts {
        (last.body)(&mut body);
        match step(last.to) {
            Some(next) => last = next,
            None => break,
        }
    }
    json.set("type", Json::text(last.to));
    json.set("body", body);
    Cow::Owned(json.to_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Event, register};

    /// A type that was split: version 1 had one text, version 2 has two, version 3
    /// names the day.
    const LIST: &[Upcast] = &[
        Upcast { from: "test.split.v1", to: "test.split.v2", body: split },
        Upcast { from: "test.split.v2", to: "test.split.v3", body: rename },
    ];

    fn split(body: &mut Json<'static>) {
        let Some(Json::Text(whole)) = body.remove("name") else { return };
        if let Some((street, number)) = whole.split_once(' ') {
            body.set("street", Json::text(street.to_owned()));
            body.set("number", Json::text(number.to_owned()));
        }
    }

    fn rename(body: &mut Json<'static>) {
        if let Some(day) = body.remove("day") {
            body.set("on", day);
        }
    }

    fn entry(kind: &str, body: &str) -> Vec<u8> {
        format!(
            r#"{{"body":{body},"id":"e","occurred_at":"2026-03-05T09:30:00+08:00","position":7,"recorded_at":"2026-03-05T01:31:00Z","revision":0,"stream":"s/1","type":"{kind}"}}"#
        )
        .into_bytes()
    }

    #[test]
    fn an_old_body_reads_as_the_newest_through_every_step() {
        let old = entry("test.split.v1", r#"{"day":"2026-03-05","name":"长街 7"}"#);
        let lifted = newest(&old, LIST);
        let event = Event::read(&lifted).unwrap();
        assert_eq!((event.kind.as_ref(), event.position), ("test.split.v3", 7));
        assert_eq!(event.body.text("street").as_deref(), Some("长街"));
        assert_eq!(event.body.text("number").as_deref(), Some("7"));
        assert_eq!(event.body.text("on").as_deref(), Some("2026-03-05"));
        assert_eq!(event.body.text("name"), None);
        let between = entry("test.split.v2", r#"{"day":"2026-03-05"}"#);
        let between = newest(&between, LIST);
        assert_eq!(Event::read(&between).unwrap().body.text("on").as_deref(), Some("2026-03-05"));
    }

    #[test]
    fn what_needs_no_upcast_is_not_touched() {
        for bytes in [entry("test.split.v3", "{}"), entry("fee.paid.v1", "{}"), b"[".to_vec()] {
            assert!(matches!(newest(&bytes, LIST), Cow::Borrowed(same) if same == bytes));
        }
        let old = entry("test.split.v1", "{}");
        assert!(matches!(newest(&old, UPCASTS), Cow::Borrowed(_)));
        assert!(matches!(newest(&old, LIST), Cow::Owned(_)));
    }

    #[test]
    fn a_list_that_goes_round_ends() {
        const ROUND: &[Upcast] = &[
            Upcast { from: "a.v1", to: "a.v2", body: rename },
            Upcast { from: "a.v2", to: "a.v1", body: rename },
        ];
        assert!(matches!(newest(&entry("a.v1", "{}"), ROUND), Cow::Owned(_)));
    }

    #[test]
    fn registered_upcasts_lead_from_type_to_newer_type() {
        for upcast in UPCASTS {
            let (from, to) = (register::find(upcast.from), register::find(upcast.to));
            assert!(from.is_some() && to.is_some(), "{} → {}", upcast.from, upcast.to);
            let version = |name: &str| {
                name.rsplit_once(".v")
                    .map(|(family, number)| (family.to_owned(), number.parse::<u32>()))
            };
            let (Some((old, Ok(n))), Some((new, Ok(m)))) =
                (version(upcast.from), version(upcast.to))
            else {
                panic!("{} → {}", upcast.from, upcast.to)
            };
            assert!(old == new && m == n + 1, "{} → {}", upcast.from, upcast.to);
        }
        let froms: std::collections::BTreeSet<_> = UPCASTS.iter().map(|u| u.from).collect();
        assert_eq!(froms.len(), UPCASTS.len(), "a version has two upcasts");
    }
}
