//! Confidential values: subject keys that can be destroyed, and the sealing of
//! members into digests (design §7, RFC 9901).
//!
//! The vault knows subjects and keys. It does not know which member of which
//! event is confidential: the register of event types says that, and admission
//! asks for the sealing.

mod keys;
mod seal;

pub use keys::{KeyState, Randomness, SubjectId, SubjectKey, Vault, VaultError, subject_id};
pub use seal::{
    Context, Disclosure, Sealed, SealedRecord, open_record, parse_records, seal_member,
    write_record,
};
