//! A change of a log's key as an entry of the log.

use super::statement::{Head, Restoration, Rotation};
use crate::integrity::chain::Digest;
use crate::integrity::checkpoint::{Checkpoint, NoteError, VerifyingKey};
use crate::integrity::entry::Fields;
use crate::integrity::json::{Json, parse};
use crate::integrity::note::Note;

/// The stream of every log's changes of key. An entry elsewhere is none.
pub const STREAM: &str = "ledger/keys";
/// A rotation in the open log.
pub const ROTATED_OPEN: &str = "ledger.key.rotated.v1";
/// A rotation in the sealed log.
pub const ROTATED_SEALED: &str = "ledger.sealed_key.rotated.v1";
/// A restoration in the open log.
pub const RESTORED_OPEN: &str = "ledger.restored.v1";
/// A restoration in the sealed log.
pub const RESTORED_SEALED: &str = "ledger.sealed_restored.v1";
/// Every type of a change.
pub const KINDS: [&str; 4] = [ROTATED_OPEN, ROTATED_SEALED, RESTORED_OPEN, RESTORED_SEALED];

/// What changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Rotated(Box<Rotation>),
    Restored(Box<Restoration>),
}

impl Change {
    /// The key before, under the origin before.
    pub fn key_before(&self) -> &VerifyingKey {
        match self {
            Change::Rotated(rotation) => &rotation.old,
            Change::Restored(restoration) => &restoration.old,
        }
    }

    /// The key from there on, under the origin from there on.
    pub fn key_after(&self) -> &VerifyingKey {
        match self {
            Change::Rotated(rotation) => &rotation.new,
            Change::Restored(restoration) => &restoration.new,
        }
    }

    /// The restoration, if it is one.
    pub fn restoration(&self) -> Option<&Restoration> {
        match self {
            Change::Restored(restoration) => Some(restoration),
            Change::Rotated(_) => None,
        }
    }

    fn text(&self) -> String {
        match self {
            Change::Rotated(rotation) => rotation.text(),
            Change::Restored(restoration) => restoration.text(),
        }
    }

    /// Everyone who must have signed.
    fn signers(&self) -> Vec<&VerifyingKey> {
        let mut signers = vec![self.key_before(), self.key_after()];
        signers.extend(self.restoration().iter().flat_map(|change| &change.persons));
        signers
    }

    /// One sentence, Chinese first.
    pub fn words(&self) -> String {
        match self {
            Change::Rotated(rotation) => format!(
                "密钥由前者轮换为后者 / the key was replaced, the former by the latter: {}, {}",
                rotation.old.vkey(),
                rotation.new.vkey()
            ),
            Change::Restored(restoration) => restoration.words(),
        }
    }
}

/// A change, and where it is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Of its entry: the old key signs sizes up to this, the new key those above.
    pub position: u64,
    pub change: Change,
    /// The statement with its signatures.
    pub(super) note: String,
    /// A checkpoint that shows what was lost, where one was at hand.
    pub(super) lost_note: Option<String>,
}

impl Step {
    /// The change that an entry states; `None` if it is none.
    ///
    /// # Errors
    ///
    /// What is wrong with an entry that claims to be one. Its signatures are looked at
    /// when it is followed.
    pub fn of(fields: &Fields<'_>) -> Option<Result<Step, String>> {
        let kind = KINDS.contains(&fields.kind) && fields.stream == STREAM;
        kind.then(|| read(fields))
    }

    /// A change with its signed note, as it will stand at a position.
    ///
    /// # Errors
    ///
    /// What is wrong with the note or its signatures.
    pub fn signed(position: u64, note: &str, lost: Option<&str>) -> Result<Step, String> {
        let parsed = Note::parse(note).map_err(|error| error.to_string())?;
        let change = match Rotation::parse(parsed.text) {
            Ok(rotation) => Change::Rotated(Box::new(rotation)),
            Err(_) => Change::Restored(Box::new(Restoration::parse(parsed.text)?)),
        };
        let step =
            Step { position, change, note: note.to_owned(), lost_note: lost.map(str::to_owned) };
        step.check_signatures()?;
        Ok(step)
    }

    /// The body of the entry that states it.
    pub fn body(&self) -> Json<'static> {
        let text = |value: &str| Json::text(value.to_owned());
        let mut body = Json::object([
            ("old_key", text(&self.change.key_before().vkey())),
            ("new_key", text(&self.change.key_after().vkey())),
            ("note", text(&self.note)),
        ]);
        if let Some(change) = self.change.restoration() {
            let persons = change.persons.iter().map(|person| text(person.name())).collect();
            body.set("persons", Json::List(persons));
            body.set("reason", text(&change.reason));
            for (size, root, head) in
                [("kept_size", "kept_root", change.kept), ("lost_size", "lost_root", change.lost)]
            {
                body.set(size, Json::Int(head.size as i64));
                body.set(root, Json::text(head.root.to_string()));
            }
            if let Some(lost) = &self.lost_note {
                body.set("lost_note", text(lost));
            }
        }
        body
    }

    /// All signatures that the statement needs are there and fit.
    pub(super) fn check_signatures(&self) -> Result<(), String> {
        let note = Note::parse(&self.note).map_err(|error| error.to_string())?;
        for key in self.change.signers() {
            key.verify_note(&note).map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    /// What a checkpoint says was lost is what the statement says.
    pub(super) fn check_lost(&self) -> Result<(), String> {
        let (Some(change), Some(lost)) = (self.change.restoration(), &self.lost_note) else {
            return Ok(());
        };
        let note = Note::parse(lost).map_err(|error| format!("lost_note: {error}"))?;
        let head =
            Checkpoint::parse_any(note.text).map_err(|error| format!("lost_note: {error}"))?;
        if head.origin != change.old.name() || Head::of(&head) != change.lost {
            return Err("its lost_note is another checkpoint than it states".to_owned());
        }
        match change.old.verify_note(&note) {
            // A key that was rotated in what is lost may have signed it.
            Ok(()) | Err(NoteError::Unsigned(_)) => Ok(()),
            Err(error) => Err(format!("lost_note: {error}")),
        }
    }

    /// A restoration keeps the entries before it, all of them.
    pub(super) fn check_kept(&self, root: Option<Digest>) -> Result<(), String> {
        let Some(change) = self.change.restoration() else { return Ok(()) };
        if change.kept.size != self.position {
            return Err(format!(
                "it says that {} entries were kept, and {} stand before it",
                change.kept.size, self.position
            ));
        }
        match root {
            Some(root) if root != change.kept.root => {
                Err("it states another root of the entries before it than they have".to_owned())
            }
            _ => Ok(()),
        }
    }
}

fn read(fields: &Fields<'_>) -> Result<Step, String> {
    let body = parse(fields.body.unwrap_or(b"{}")).map_err(|error| error.to_string())?;
    let text = |name: &str| body.get(name).and_then(Json::as_str);
    let note = text("note").ok_or("it has no note")?.to_owned();
    let parsed = Note::parse(&note).map_err(|error| error.to_string())?;
    let change = match fields.kind {
        ROTATED_OPEN | ROTATED_SEALED => Change::Rotated(Box::new(Rotation::parse(parsed.text)?)),
        _ => Change::Restored(Box::new(Restoration::parse(parsed.text)?)),
    };
    if change.text() != parsed.text {
        return Err("its note is not spelled as such a note is".to_owned());
    }
    let lost_note = text("lost_note").map(str::to_owned);
    let step = Step { position: fields.position, change, note, lost_note };
    // What people and scripts read by name is what was signed.
    let stated = step.body();
    let differs = stated
        .as_object()
        .unwrap_or_default()
        .iter()
        .find(|(name, value)| body.get(name) != Some(value));
    match differs {
        Some((name, _)) => Err(format!("its `{name}` is not what its note states")),
        None => Ok(step),
    }
}
