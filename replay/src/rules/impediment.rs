//! 不可抗力和申请人原因: what kept a matter from being done in time (R2.2.4f, R2.3.6).
//! It excuses if it was recorded before the term ran out and someone else than whoever
//! recorded it has verified it. What this file does not know: which term ran out.

use super::bench::Case;
use crate::event::Event;
use crate::time::civil::Micros;
use serde_json::{Value, json};

/// An impediment that was recorded in time and not found untrue.
pub struct Impediment<'c> {
    pub recorded: &'c Event<'c>,
    /// Who found it true; absent while nobody has looked.
    pub verified: Option<&'c Event<'c>>,
}

impl Impediment<'_> {
    /// Chinese and English words for its kind.
    pub fn words(&self) -> (String, &'static str) {
        let kind = self.recorded.body.text("kind").unwrap_or_default().into_owned();
        let en = match kind.as_str() {
            "申请人原因" => "the applicant's own fault",
            _ => "force majeure",
        };
        (kind, en)
    }

    pub fn to_json(&self) -> Value {
        let by = self.verified.and_then(|act| act.actor.as_ref()?.officer.get());
        json!({
            "kind": self.words().0, "recorded_entry": self.recorded.id,
            "verified_entry": self.verified.map(|act| act.id.as_ref()), "verified_by": by,
        })
    }
}

/// The impediment of a case that was recorded by `last`; one that was verified comes
/// before one that is only claimed.
pub fn before<'c>(case: &Case<'c>, last: Micros) -> Option<Impediment<'c>> {
    let file = case.file;
    let mut claimed = None;
    for recorded in file.all("approval.impediment.recorded") {
        if recorded.occurred.micros > last || recorded.recorded > last {
            continue;
        }
        let verdicts = file.all("approval.impediment.verified");
        let own = |act: &&Event<'_>| act.body.text("ref").as_deref() == Some(recorded.id.as_ref());
        let other = |act: &&Event<'_>| officer(act).is_some() && officer(act) != officer(recorded);
        match verdicts.filter(own).rfind(other) {
            Some(verdict) if verdict.body.text("result").as_deref() == Some("属实") => {
                return Some(Impediment { recorded, verified: Some(verdict) });
            }
            // Found untrue.
            Some(_) => {}
            None => claimed = claimed.or(Some(Impediment { recorded, verified: None })),
        }
    }
    claimed
}

fn officer<'e>(act: &'e Event<'_>) -> Option<&'e str> {
    act.actor.as_ref().and_then(|actor| actor.officer.get())
}
