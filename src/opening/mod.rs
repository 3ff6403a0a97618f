//! Confidential members opened and erased (design §7).
//!
//! A role says which classes of members its holders may open; every opening, and
//! every attempt that was refused, is an entry of the sealed log before anything is
//! shown. Erasing destroys a subject's key: entries, chain, tree and proofs stay as
//! they are. Knows roles and records; does not know who somebody is: the command
//! line is told, and over HTTP a key says it.

mod erase;
mod open;
mod records;

pub use erase::{EraseError, Erased, Erasure, erase};
pub use open::{Ask, Opened, OpeningError, Target, open, to_json};

use crate::config::Config;
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

/// Why somebody may not open a class under a role; `None` if they may.
fn forbidden(config: &Config, who: &str, role: &str, class: Sensitivity) -> Option<&'static str> {
    let Some(found) = config.role.iter().find(|known| known.name == role) else {
        return Some("no-such-role");
    };
    if !found.members.iter().any(|member| member == who) {
        return Some("not-of-that-role");
    }
    let open = found.classes.iter().any(|word| word == class.as_str());
    (!open).then_some("class-not-open-to-the-role")
}
