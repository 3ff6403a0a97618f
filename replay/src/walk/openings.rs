//! The openings of sealed members on record, each held against the roles that had been
//! told of before it.
//!
//! Only the sealed log has any, and it tells of the roles itself, so no other source is
//! asked. What was opened without being recorded, no log can show.

use super::plain::{Walk, Wrong};
use super::verdict::Breach;
use crate::integrity::entry::Fields;
use crate::roles::{Act, Opening, Roles, act};

/// A grant, a removal or an opening met on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Met {
    position: u64,
    id: String,
    stream: String,
    act: Result<Act, &'static str>,
}

/// What an entry means for openings, if anything.
pub(super) fn met(fields: &Fields<'_>) -> Option<Met> {
    let act = act(fields)?;
    let (id, stream) = (fields.id.to_owned(), fields.stream.to_owned());
    Some(Met { position: fields.position, id, stream, act })
}

/// What became of a log's openings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Openings {
    /// Openings in what was read.
    pub recorded: u64,
    /// Those that the roles in force allowed.
    pub allowed: u64,
}

impl Walk {
    /// Holds the openings that were met against the roles, in the order of the log.
    pub(super) fn hold_openings(&mut self) {
        let met = std::mem::take(&mut self.met);
        let mut roles = Roles::default();
        let mut first = None;
        for one in &met {
            let reason = match &one.act {
                Err(reason) => (*reason).to_owned(),
                Ok(Act::Role(told)) => {
                    roles.take(told.clone());
                    continue;
                }
                Ok(Act::Opening(opening)) => {
                    self.openings.recorded += 1;
                    let Some(reason) = objection(&roles, opening) else {
                        self.openings.allowed += 1;
                        continue;
                    };
                    reason
                }
            };
            first = first.or(Some((one, reason)));
        }
        if let Some((bad, reason)) = first
            && self.is_whole()
        {
            self.flaw = Breach::Opening;
            let (position, id, stream) = (bad.position, bad.id.clone(), bad.stream.clone());
            let wrong = Wrong { position, reason, id: Some(id), stream: Some(stream) };
            self.wrong(wrong, &format!("第 {position} 号访问或角色记录 / the entry at {position}"));
        }
        self.met = met;
    }
}

fn objection(roles: &Roles, opening: &Opening) -> Option<String> {
    let (denied, class) = roles.objects(opening)?;
    let (who, role, reason) = (&opening.who, &opening.role, denied.as_str());
    Some(format!(
        "{who} 以角色 {role} 开启密封项{class},而当时有效的角色不许 / {who} opened sealed members \
         as {role}, which the roles then in force did not allow: {class} ({reason})"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::integrity::chain::{Digest, entry_hash};
    use crate::integrity::entry::{Parts, Place};
    use crate::roles::{ACCESS, ACCESS_STREAM, GRANTED, REVOKED, STREAM};
    use crate::walk::{Form, Source};

    const CREATED: &str = r#"{"checkpoint_key":"k","origin":"x/1/sealed"}"#;

    /// A sealed log of these events: stream, type, day of January, body.
    fn walked(events: &[(&str, &str, u32, String)], threads: usize) -> Walk {
        let mut lines = Vec::new();
        let (mut previous, mut revisions) = (Digest::ZERO, std::collections::HashMap::new());
        let created = ("ledger/sealed", "ledger.created.v1", 1, CREATED.to_owned());
        for (position, (stream, kind, day, body)) in [created].iter().chain(events).enumerate() {
            let text = format!(
                r#"{{"body":{body},"id":"e-{position}","occurred_at":"2026-01-{day:02}T00:00:00Z","precision":"minute","source":{{"system":"plumbline"}},"stream":"{stream}","type":"{kind}"}}"#
            );
            let revision = revisions.entry(*stream).or_insert(0);
            let recorded_at = format!("2026-02-01T00:00:00.{position:06}Z");
            let place = Place {
                position: position as u64,
                previous,
                recorded_at: &recorded_at,
                revision: *revision,
            };
            *revision += 1;
            let mut entry = Vec::new();
            Parts::new(text.into_bytes()).unwrap().splice(&place, &mut entry);
            previous = entry_hash(&entry);
            lines.extend(entry);
            lines.push(b'\n');
        }
        let mut walk = Walk::new("sealed", Vec::new());
        walk.read(&mut [Source::from_bytes("lines", Form::Lines, &lines)], threads);
        walk
    }

    fn granted(day: u32, more: &str) -> (&'static str, &'static str, u32, String) {
        let body = format!(
            r#"{{"classes":["personal"],"member":"m","role":"r","valid_from":"2026-01-{day:02}T00:00:00Z"{more}}}"#
        );
        (STREAM, GRANTED, day, body)
    }

    fn opened(
        day: u32,
        who: &str,
        class: &str,
        result: &str,
    ) -> (&'static str, &'static str, u32, String) {
        let body = format!(
            r#"{{"members":[{{"class":"{class}"}}],"result":"{result}","role":"r","who":"{who}"}}"#
        );
        (ACCESS_STREAM, ACCESS, day, body)
    }

    #[track_caller]
    fn judged(events: &[(&str, &str, u32, String)], bad: Option<u64>, counts: (u64, u64)) {
        for threads in [1, 2] {
            let walk = walked(events, threads);
            let found = walk.bad.as_ref().map(|bad| bad.position);
            assert_eq!(found, bad, "{:?}", walk.bad);
            assert_eq!((walk.openings.recorded, walk.openings.allowed), counts);
            assert_eq!(walk.position, events.len() as u64 + 1);
        }
    }

    #[test]
    fn an_opening_is_judged_by_what_was_told_before_it() {
        let shown = |day| opened(day, "m", "personal", "出示");
        judged(&[granted(5, ""), shown(5)], None, (1, 1));
        // A day too early; a grant that comes after it, though valid before it.
        judged(&[granted(5, ""), shown(4)], Some(2), (1, 0));
        judged(&[shown(6), granted(5, "")], Some(1), (1, 0));
        // A removal told of the past leaves what was opened before it as it was.
        let body = r#"{"member":"m","role":"r","valid_from":"2026-01-01T00:00:00Z"}"#;
        let revoked = (STREAM, REVOKED, 7, body.to_owned());
        judged(&[granted(5, ""), shown(6), revoked.clone()], None, (1, 1));
        judged(&[granted(5, ""), revoked, shown(6)], Some(3), (1, 0));
        let until = r#","valid_to":"2026-01-07T00:00:00Z""#;
        judged(&[granted(5, until), shown(6)], None, (1, 1));
        judged(&[granted(5, until), shown(7)], Some(2), (1, 0));
    }

    #[test]
    fn another_person_class_or_nobody_is_found_and_a_refusal_is_not() {
        let with = |who, class| [granted(5, ""), opened(6, who, class, "出示")];
        judged(&with("n", "personal"), Some(2), (1, 0));
        judged(&with("m", "informant"), Some(2), (1, 0));
        let refused = opened(6, "n", "informant", "拒绝");
        judged(&[granted(5, ""), refused], None, (0, 0));
        judged(&[opened(6, "m", "personal", "出示")], Some(1), (1, 0));
        let nameless = (ACCESS_STREAM, ACCESS, 6, r#"{"result":"出示"}"#.to_owned());
        judged(&[granted(5, ""), nameless], Some(2), (0, 0));
        let unreadable = (STREAM, GRANTED, 6, r#"{"role":"r"}"#.to_owned());
        judged(&[unreadable], Some(1), (0, 0));
        // An entry of that type elsewhere is none.
        let (_, kind, day, body) = opened(6, "n", "personal", "出示");
        judged(&[("a/1", kind, day, body)], None, (0, 0));
    }
}
