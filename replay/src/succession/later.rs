//! Changes of keys that were obtained beside what is verified: what an earlier key has
//! signed is verified with a later one, and a key that was replaced since is found out
//! where it signs on.
//!
//! Nothing of them is believed but what the keys themselves have signed: they lead from
//! a key that is trusted to another one, and end what a key may sign.

use super::{Step, Succession};
use crate::integrity::entry::scan;

/// Changes of the keys of any logs, from elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Later(Vec<Succession>);

impl Later {
    /// Reads entries that changed a log's key, one a line as they are stored, as `plumb
    /// keys history` and `key-changes` of a published log give them. Those of several
    /// logs may stand in one text.
    ///
    /// # Errors
    ///
    /// The line, from 1, and why it is no change or does not hold.
    pub fn read(text: &str) -> Result<Later, (usize, String)> {
        let mut later = Later::default();
        for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.is_empty()) {
            let wrong = |reason: String| (number, reason);
            let fields = scan(line.as_bytes()).map_err(|error| wrong(error.to_string()))?;
            let step = Step::of(&fields)
                .ok_or_else(|| wrong("no entry that changes a log's key".to_owned()))?
                .map_err(wrong)?;
            later.take(step).map_err(wrong)?;
        }
        Ok(later)
    }

    /// The changes of several files together.
    pub fn extend(&mut self, more: Later) {
        self.0.extend(more.0);
    }

    fn take(&mut self, step: Step) -> Result<(), String> {
        let before = step.change.key_before();
        let of_log = self.0.iter_mut().find(|keys| keys.current() == before);
        match of_log {
            Some(keys) => keys.follow(step, None),
            None => {
                let mut keys = Succession::of(before.clone());
                keys.follow(step, None)?;
                self.0.push(keys);
                Ok(())
            }
        }
    }

    /// A log's keys with what is known of them from here; the same keys where nothing is.
    ///
    /// # Errors
    ///
    /// The position and what is wrong: the log's own entries and these tell of different
    /// changes, so its key vouched for two histories.
    pub fn continued(&self, keys: &Succession) -> Result<Succession, (u64, String)> {
        let mut out = keys.clone();
        for later in &self.0 {
            if let Some(joined) = joined(&out, later)? {
                out = joined;
            }
        }
        Ok(out)
    }
}

/// Two accounts of one log's keys as one; `None` if they share no key.
fn joined(one: &Succession, other: &Succession) -> Result<Option<Succession>, (u64, String)> {
    let place = |keys: &Succession, of: &Succession| {
        let first = of.terms().first().map(|term| &term.key);
        keys.terms().iter().position(|term| Some(&term.key) == first)
    };
    let (longer, at, shorter) = match (place(one, other), place(other, one)) {
        (Some(at), _) => (one, at, other),
        (None, Some(at)) => (other, at, one),
        (None, None) => return Ok(None),
    };
    let (before, shared) = longer.steps().split_at(at);
    let said = shared.iter().zip(shorter.steps());
    let differs = |(a, b): &(&Step, &Step)| (a.position, &a.change) != (b.position, &b.change);
    if let Some((a, b)) = said.clone().find(differs) {
        let reason = format!(
            "the log's key was handed on twice, by the entry at {} and by another one at {}",
            a.position, b.position
        );
        return Err((a.position.min(b.position), reason));
    }
    let rest = if shared.len() < shorter.steps().len() { shorter.steps() } else { shared };
    let mut steps = before.iter().chain(rest);
    let first = longer.terms().first().map(|term| term.key.clone());
    let mut out = Succession::of(first.unwrap_or_else(|| longer.current().clone()));
    steps.try_for_each(|step| {
        out.follow(step.clone(), None).map_err(|reason| (step.position, reason))
    })?;
    Ok(Some(out))
}
