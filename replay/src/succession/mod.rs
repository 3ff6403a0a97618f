//! Who signs for a log, and since when: the key that entry 0 names, and the changes
//! that the log itself records (`schemas/FORMAT.md` §15).
//!
//! A rotation keeps the origin; a restoration from a backup ends it, since entries
//! signed under it are gone. The key before vouches for the key after, so whoever
//! trusts one key of a log can follow to all. Does not know who may decide a change,
//! and does not know where keys are kept.

mod change;
mod history;
mod later;
mod statement;
#[cfg(test)]
mod tests;

pub use change::{Change, KINDS, RESTORED_OPEN, RESTORED_SEALED, ROTATED_OPEN, ROTATED_SEALED};
pub use change::{STREAM, Step};
pub use history::{HeadError, PromiseError, Succession, Term};
pub use later::Later;
pub use statement::{Head, Restoration, Rotation};
