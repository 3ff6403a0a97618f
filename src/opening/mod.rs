//! Confidential members opened and erased (design §7).
//!
//! A role says which classes of members its holders may open; every opening, and
//! every attempt that was refused, is an entry of the sealed log before anything is
//! shown. Erasing destroys a subject's key: entries, chain, tree and proofs stay as
//! they are. Roles are told by the sealed log itself, so that an opening can be judged
//! by whoever has that log. Does not know who somebody is: the command line is told,
//! and over HTTP a key says it.

mod erase;
mod open;
mod record;
mod records;
mod roles;

pub use erase::{EraseError, Erased, Erasing, Erasure, Step, erase};
pub use open::{Ask, Joint, Opened, OpeningError, Target, open, open_jointly, to_json};
pub use roles::{Granting, POWERS, Revoking, RoleError, grant, has_power, read, revoke};

use plumbline_replay::event::register::Sensitivity;

/// Every class by its code in frames and its word.
const CLASSES: [Sensitivity; 6] = [
    Sensitivity::Personal,
    Sensitivity::SensitivePersonal,
    Sensitivity::Business,
    Sensitivity::Internal,
    Sensitivity::Discipline,
    Sensitivity::Informant,
];

/// The class of a code; `None` for one that no version of the register has had.
fn class_of(code: u8) -> Option<Sensitivity> {
    CLASSES.into_iter().find(|class| class.code() == code)
}

/// Whether `word` names a class.
pub fn is_class(word: &str) -> bool {
    CLASSES.iter().any(|class| class.as_str() == word)
}
