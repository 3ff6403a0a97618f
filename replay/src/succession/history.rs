//! The keys of a log one after another, and what each may sign.

use super::change::{Change, Step};
use crate::integrity::chain::Digest;
use crate::integrity::checkpoint::{Checkpoint, NoteError, VerifyingKey};
use crate::integrity::entry::scan;
use crate::integrity::note::Note;
use crate::integrity::receipt::Promise;
use std::fmt;

/// A key, and from which size on checkpoints are signed with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// The least size that its checkpoints have.
    pub from: u64,
    pub key: VerifyingKey,
}

/// Why a checkpoint is not one of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeadError {
    Note(NoteError),
    /// Signed with a key that came later: nothing that short was.
    Early {
        size: u64,
        position: u64,
    },
    /// Signed with a key after it had been replaced.
    Retired {
        size: u64,
        position: u64,
    },
    /// Signed over entries that a restoration says are lost.
    Lost {
        size: u64,
        position: u64,
        words: String,
    },
}

impl HeadError {
    /// The entry that shows it, if one does.
    pub fn position(&self) -> Option<u64> {
        match self {
            HeadError::Note(_) => None,
            HeadError::Early { position, .. }
            | HeadError::Retired { position, .. }
            | HeadError::Lost { position, .. } => Some(*position),
        }
    }
}

impl fmt::Display for HeadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HeadError::Note(error) => write!(f, "{error}"),
            HeadError::Early { size, position } => write!(
                f,
                "检查点({size} 条)所用密钥到第 {position} 号记录才启用 / the checkpoint over {size} \
                 entries is signed with a key that the entry at {position} introduced later"
            ),
            HeadError::Retired { size, position } => write!(
                f,
                "检查点({size} 条)所用密钥已于第 {position} 号记录停用 / the checkpoint over {size} \
                 entries is signed with a key that was retired by the entry at {position}"
            ),
            HeadError::Lost { size, position, words } => write!(
                f,
                "检查点签过 {size} 条,其中第 {position} 号以后的已随备份恢复丢失,见该号记录 / the \
                 checkpoint was signed over {size} entries; those from {position} on were lost when \
                 the log was restored, as the entry there says: {words}"
            ),
        }
    }
}

/// Why a promise is not one of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PromiseError {
    Note(NoteError),
    /// Signed with a key that had been replaced before the entry was recorded.
    Retired {
        position: u64,
    },
}

impl fmt::Display for PromiseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PromiseError::Note(error) => write!(f, "{error}"),
            PromiseError::Retired { position } => write!(
                f,
                "所用密钥已于第 {position} 号记录停用 / signed with a key that was retired by the entry \
                 at {position}"
            ),
        }
    }
}

/// The keys of one log from its first on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Succession {
    terms: Vec<Term>,
    steps: Vec<Step>,
}

impl Succession {
    /// A log whose key has not changed.
    ///
    /// # Errors
    ///
    /// What is wrong with the key.
    pub fn begin(vkey: &str) -> Result<Succession, NoteError> {
        Ok(Succession::of(VerifyingKey::parse(vkey)?))
    }

    /// The same with a key that has been read.
    pub fn of(key: VerifyingKey) -> Succession {
        Succession { terms: vec![Term { from: 0, key }], steps: Vec::new() }
    }

    /// The changes that entries state, from the first key on: entries of the stream of
    /// changes, in order, as they are stored. Others are passed over.
    ///
    /// # Errors
    ///
    /// The position and what is wrong with the first change that does not hold.
    pub fn of_entries<'a>(
        entries: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<Option<Succession>, (u64, String)> {
        let mut out: Option<Succession> = None;
        for entry in entries {
            let Ok(fields) = scan(entry) else { continue };
            let Some(step) = Step::of(&fields) else { continue };
            let step = step.map_err(|reason| (fields.position, reason))?;
            let keys = out.get_or_insert_with(|| Succession::of(step.change.key_before().clone()));
            keys.follow(step, None).map_err(|reason| (fields.position, reason))?;
        }
        Ok(out)
    }

    /// Takes the next change. `root` is that of the entries before it, where it is
    /// known.
    ///
    /// # Errors
    ///
    /// Why it does not hold; nothing is changed then.
    pub fn follow(&mut self, step: Step, root: Option<Digest>) -> Result<(), String> {
        let (old, new) = (step.change.key_before(), step.change.key_after());
        if old != self.current() {
            return Err(format!("it replaces {}, the key in force is {}", old.vkey(), {
                self.current().vkey()
            }));
        }
        if self.steps.last().is_some_and(|last| last.position >= step.position) {
            return Err("it stands before the change that it follows".to_owned());
        }
        if self.terms.iter().any(|term| term.key.is_same_key(new)) {
            return Err(format!("the new key {} was the log's before", new.vkey()));
        }
        let again = |term: &Term| term.key.name() == new.name();
        if step.change.restoration().is_some() && self.terms.iter().any(again) {
            return Err(format!("the new origin {} was the log's before", new.name()));
        }
        step.check_signatures()?;
        step.check_kept(root)?;
        step.check_lost()?;
        self.terms.push(Term { from: step.position + 1, key: new.clone() });
        self.steps.push(step);
        Ok(())
    }

    /// Every key with the sizes from which on it signs.
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// The changes, in order.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The key that signs now.
    pub fn current(&self) -> &VerifyingKey {
        let last = self.terms.last().expect("there is a first key from the beginning");
        &last.key
    }

    /// The key that signs over a log's first `size` entries.
    pub fn at(&self, size: u64) -> &VerifyingKey {
        let due = self.terms.iter().rev().find(|term| term.from <= size);
        due.map_or_else(|| self.current(), |term| &term.key)
    }

    /// Whether a key is one of these: who trusts one can follow to all.
    pub fn holds(&self, key: &VerifyingKey) -> bool {
        self.terms.iter().any(|term| term.key == *key)
    }

    /// Whether a text has a signature line of one of these keys, whether it fits or not.
    pub fn has_line_in(&self, text: &str) -> bool {
        self.terms.iter().any(|term| term.key.has_line_in(text))
    }

    /// The origins that the log has had.
    pub fn origins(&self) -> impl Iterator<Item = &str> {
        self.terms.iter().map(|term| term.key.name())
    }

    /// The restoration that an entry at a position, given under an origin or under
    /// none, was lost in.
    pub fn lost_in(&self, position: u64, origin: Option<&str>) -> Option<&Step> {
        self.steps.iter().find(|step| {
            let of = |change: &super::Restoration| {
                origin.is_none_or(|origin| origin == change.old.name())
                    && (step.position..change.lost.size.max(step.position + 1)).contains(&position)
            };
            step.change.restoration().is_some_and(of)
        })
    }

    /// What a checkpoint states, if the key in force at its size signed it.
    ///
    /// # Errors
    ///
    /// [`HeadError::Note`] with [`NoteError::Unsigned`] if no key of the log signed it:
    /// nothing is proved. All else is proved broken.
    pub fn verify(&self, note: &str) -> Result<Checkpoint, HeadError> {
        let parsed = Note::parse(note).map_err(HeadError::Note)?;
        let head = Checkpoint::parse(parsed.text).map_err(HeadError::Note)?;
        if !self.origins().any(|origin| origin == head.origin) {
            let (found, expected) = (head.origin, self.current().name().to_owned());
            return Err(HeadError::Note(NoteError::Origin { found, expected }));
        }
        let due = self.terms.iter().rposition(|term| term.from <= head.size).unwrap_or(0);
        let mut signed = Vec::new();
        for (number, term) in self.terms.iter().enumerate() {
            if term.key.name() != head.origin {
                continue;
            }
            match term.key.verify_note(&parsed) {
                Ok(()) => signed.push(number),
                Err(NoteError::Unsigned(_)) => {}
                Err(error) => return Err(HeadError::Note(error)),
            }
        }
        if signed.contains(&due) {
            return Ok(head);
        }
        let size = head.size;
        match signed.first() {
            None => Err(HeadError::Note(NoteError::Unsigned(self.current().name().to_owned()))),
            Some(&found) if found > due => {
                Err(HeadError::Early { size, position: self.terms[found].from - 1 })
            }
            Some(&found) => Err(self.after(found, due, size)),
        }
    }

    /// A checkpoint of a size at which the key `found` no longer signed.
    fn after(&self, found: usize, due: usize, size: u64) -> HeadError {
        let lost = self.steps[found..due].iter().find(|step| step.change.restoration().is_some());
        match (lost, self.steps.get(found)) {
            (Some(step), _) => {
                HeadError::Lost { size, position: step.position, words: step.change.words() }
            }
            (None, Some(step)) => HeadError::Retired { size, position: step.position },
            (None, None) => HeadError::Note(NoteError::Unsigned(String::new())),
        }
    }

    /// Checks what a receipt promises under one of these keys.
    ///
    /// # Errors
    ///
    /// [`PromiseError::Note`] with [`NoteError::Unsigned`] if none of them signed it:
    /// nothing is proved. All else says that the log did not give it so.
    pub fn promised(&self, promise: &Promise<'_>, signature: &str) -> Result<(), PromiseError> {
        let mut of_origin = false;
        for (number, term) in self.terms.iter().enumerate() {
            if term.key.name() != promise.origin {
                continue;
            }
            of_origin = true;
            match promise.verify(&term.key, signature) {
                Err(NoteError::Unsigned(_)) => {}
                Err(error) => return Err(PromiseError::Note(error)),
                Ok(()) => {
                    return match self.steps.get(number) {
                        Some(Step { position, change: Change::Rotated(_), .. })
                            if promise.position > *position =>
                        {
                            Err(PromiseError::Retired { position: *position })
                        }
                        _ => Ok(()),
                    };
                }
            }
        }
        let (found, expected) = (promise.origin.to_owned(), self.current().name().to_owned());
        Err(PromiseError::Note(match of_origin {
            true => NoteError::Unsigned(expected),
            false => NoteError::Origin { found, expected },
        }))
    }

    /// Checks a signature of the log under a text that is no checkpoint's, whichever of
    /// its keys made it.
    ///
    /// # Errors
    ///
    /// As [`VerifyingKey::verify_note`].
    pub fn signer(&self, note: &Note<'_>) -> Result<&VerifyingKey, NoteError> {
        for term in self.terms.iter().rev() {
            match term.key.verify_note(note) {
                Ok(()) => return Ok(&term.key),
                Err(NoteError::Unsigned(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Err(NoteError::Unsigned(self.current().name().to_owned()))
    }
}
