//! The changes of a log's key, each held against the key before it and the entries
//! that it says were kept.

use super::plain::{Walk, Wrong};
use super::verdict::Breach;
use crate::integrity::checkpoint::VerifyingKey;
use crate::integrity::entry::Fields;
use crate::succession::{Step, Succession};

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

    /// The same with a key from elsewhere: the log's, if it is one of them, else that
    /// key alone.
    pub fn succession_under(&self, key: Option<&str>) -> Option<Succession> {
        let own = self.succession();
        let Some(given) = key else { return own };
        let given = VerifyingKey::parse(given).ok()?;
        Some(own.filter(|own| own.holds(&given)).unwrap_or(Succession::of(given)))
    }

    /// Follows the changes and notes the first that does not hold, if nothing before it
    /// is wrong.
    pub(super) fn hold_keys(&mut self) -> (Option<Succession>, Option<Breach>) {
        let (keys, wrong) = self.follow();
        let first =
            |wrong: &Wrong| self.bad.as_ref().is_none_or(|bad| wrong.position < bad.position);
        let Some(wrong) = wrong.filter(first) else { return (keys, None) };
        let place = format!("第 {} 号记录 / the entry at {0}", wrong.position);
        self.wrong(wrong, &place);
        (keys, Some(Breach::Key))
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
                    reason: format!("the log's key is not handed on as it must be: {reason}"),
                    id: Some(stated.id.clone()),
                    stream: Some(stated.stream.clone()),
                };
                return (Some(keys), Some(wrong));
            }
        }
        (Some(keys), None)
    }
}
