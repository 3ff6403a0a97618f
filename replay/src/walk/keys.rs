//! The changes of a log's key, each held against the key before it and the entries
//! that it says were kept.

use super::plain::{Walk, Wrong};
use super::verdict::Breach;
use crate::integrity::checkpoint::VerifyingKey;
use crate::integrity::entry::Fields;
use crate::succession::{Later, Step, Succession};

/// What is known of a log's keys from elsewhere.
#[derive(Clone, Copy, Debug)]
pub struct Elsewhere<'a> {
    /// One of its keys; without one that of entry 0 is used, which proves less: whoever
    /// rewrote the log wrote it too.
    pub key: Option<&'a str>,
    /// Changes that may be later than the entries at hand.
    pub later: &'a Later,
}

/// A change met on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stated {
    position: u64,
    id: String,
    stream: String,
    step: Result<Step, String>,
}

/// The change that an entry states, if it is one.
pub(super) fn stated(fields: &Fields<'_>) -> Option<Stated> {
    let step = Step::of(fields)?;
    let (id, stream) = (fields.id.to_owned(), fields.stream.to_owned());
    Some(Stated { position: fields.position, id, stream, step })
}

impl Walk {
    /// The log's keys as its entries say, up to the first change that does not hold;
    /// `None` if entry 0 names no key that can be read.
    pub fn succession(&self) -> Option<Succession> {
        self.follow().0
    }

    /// The same with a key and later changes from elsewhere: the log's and what followed
    /// them, if the key is one of these, else that key alone.
    pub fn succession_under(&self, elsewhere: &Elsewhere<'_>) -> Option<Succession> {
        let own = self.succession();
        // Where the two accounts differ, `hold_keys` says so.
        let own = own.map(|own| elsewhere.later.continued(&own).unwrap_or(own));
        let Some(given) = elsewhere.key else { return own };
        let given = VerifyingKey::parse(given).ok()?;
        Some(own.filter(|own| own.holds(&given)).unwrap_or(Succession::of(given)))
    }

    /// Follows the changes and notes the first that does not hold, if nothing before it
    /// is wrong.
    pub(super) fn hold_keys(&mut self, later: &Later) -> (Option<Succession>, Option<Breach>) {
        let (keys, mut wrong) = self.follow();
        if let Some(own) = &keys {
            let differs = self.differs(own, later);
            wrong = wrong.or(differs.map(|(position, reason)| Wrong::at(position, &reason)));
        }
        let first =
            |wrong: &Wrong| self.bad.as_ref().is_none_or(|bad| wrong.position < bad.position);
        let Some(wrong) = wrong.filter(first) else { return (keys, None) };
        let place = format!("第 {} 号记录 / the entry at {0}", wrong.position);
        self.wrong(wrong, &place);
        (keys, Some(Breach::Key))
    }

    /// Where the log's own account of its keys is not the one from elsewhere.
    fn differs(&self, own: &Succession, later: &Later) -> Option<(u64, String)> {
        let all = match later.continued(own) {
            Ok(all) => all,
            Err(wrong) => return Some(wrong),
        };
        let mut untold = all.steps().iter().filter(|step| !own.steps().contains(step));
        let here = |step: &&Step| step.position < self.position && self.unread.is_empty();
        let reason = "the log's key was changed here, as is known from elsewhere, and this entry \
                      does not say so";
        untold.find(here).map(|step| (step.position, reason.to_owned()))
    }

    fn follow(&self) -> (Option<Succession>, Option<Wrong>) {
        let first = self.created.as_ref().and_then(|created| Succession::begin(&created.key).ok());
        let Some(mut keys) = first else { return (None, None) };
        for stated in &self.stated {
            let root = self.roots.get(&stated.position).copied();
            let followed = stated.step.clone().and_then(|step| keys.follow(step, root));
            if let Err(reason) = followed {
                let wrong = Wrong {
                    position: stated.position,
                    reason: format!(
                        "密钥的更换不合规定 / the log's key is not handed on as it must be: {reason}"
                    ),
                    id: Some(stated.id.clone()),
                    stream: Some(stated.stream.clone()),
                };
                return (Some(keys), Some(wrong));
            }
        }
        (Some(keys), None)
    }
}
