//! The key store: one fixed slot a subject, so that destroying a key overwrites
//! its bytes in place and a lost power supply tears at most one slot.
//!
//! File `keys`: slots of 128 bytes: state (1), zeros (15), BLAKE3 of the subject
//! (32), key (32), zeros (16), check (32, BLAKE3 of the first 96 bytes). The
//! subject itself is not written: a stolen store does not list people.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::Read;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Mutex;
use zeroize::Zeroize;

const SLOT_BYTES: usize = 128;
const CHECK_AT: usize = 96;
const LIVE: u8 = 1;
const DESTROYED: u8 = 2;

/// The first 16 bytes of BLAKE3("plumbline subject v1\0" ‖ subject).
pub type SubjectId = [u8; 16];

/// Where randomness comes from: the machine, or a seed for the demo city.
pub type Randomness = Box<dyn FnMut(&mut [u8]) -> Result<(), String> + Send>;

/// A subject's 32-byte key. Wiped from memory when dropped.
#[derive(Clone)]
pub struct SubjectKey(pub [u8; 32]);

impl Drop for SubjectKey {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// What the vault holds for a subject.
#[derive(Clone)]
pub enum KeyState {
    Live(SubjectKey),
    /// Destroyed on purpose: nothing sealed under it can be opened again.
    Destroyed,
    Unknown,
}

/// Why the vault could not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    #[error("密钥库 / the key store {place}: {reason}")]
    Io { place: String, reason: String },
    #[error("本机不给随机数 / no randomness from the machine: {0}")]
    NoRandomness(String),
    /// The subject's key was destroyed; a new one would pretend that it was not.
    #[error("该主体的密钥已销毁 / the key of this subject has been destroyed")]
    Destroyed,
}

/// The key store of one ledger.
pub struct Vault {
    place: String,
    inner: Mutex<Inner>,
}

struct Inner {
    file: File,
    keys: HashMap<SubjectId, Slot>,
    /// Slots in the file, damaged ones included.
    slots: u64,
    /// New slots that are not yet durable.
    pending: Vec<u8>,
    randomness: Randomness,
    damaged_slots: Vec<u64>,
    failed: bool,
}

struct Slot {
    index: u64,
    key: Option<SubjectKey>,
}

fn full_subject_hash(subject: &str) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"plumbline subject v1\0");
    hasher.update(subject.as_bytes());
    *hasher.finalize().as_bytes()
}

fn short(hash: &[u8; 32]) -> SubjectId {
    let mut id = [0; 16];
    id.copy_from_slice(&hash[..16]);
    id
}

/// The name of a subject in frames and in the store.
pub fn subject_id(subject: &str) -> SubjectId {
    short(&full_subject_hash(subject))
}

fn slot_bytes(state: u8, subject: &[u8; 32], key: &[u8; 32]) -> [u8; SLOT_BYTES] {
    let mut slot = [0u8; SLOT_BYTES];
    slot[0] = state;
    slot[16..48].copy_from_slice(subject);
    slot[48..80].copy_from_slice(key);
    let check = blake3::hash(&slot[..CHECK_AT]);
    slot[CHECK_AT..].copy_from_slice(check.as_bytes());
    slot
}

impl Vault {
    /// Opens or creates `dir/keys`, readable by its owner only.
    ///
    /// A slot whose check fails is kept aside and counted: its subject's values
    /// stay sealed, everything else works.
    pub fn open(dir: &Path, randomness: Randomness) -> Result<Vault, VaultError> {
        let path = dir.join("keys");
        let place = path.display().to_string();
        let io = |error: std::io::Error| VaultError::Io {
            place: place.clone(),
            reason: error.to_string(),
        };
        std::fs::create_dir_all(dir).map_err(io)?;
        let fresh = !path.exists();
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(io)?;
        if fresh {
            file.sync_all().map_err(io)?;
            File::open(dir).and_then(|d| d.sync_all()).map_err(io)?;
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(io)?;
        let mut inner = Inner {
            file,
            keys: HashMap::new(),
            slots: bytes.len().div_ceil(SLOT_BYTES) as u64,
            pending: Vec::new(),
            randomness,
            damaged_slots: Vec::new(),
            failed: false,
        };
        for (index, slot) in bytes.chunks(SLOT_BYTES).enumerate() {
            inner.load(index as u64, slot);
        }
        bytes.zeroize();
        Ok(Vault { place, inner: Mutex::new(inner) })
    }

    /// The key of a subject, created if there is none. A new key is durable only
    /// after [`Vault::sync`], which the sequencer calls before it commits.
    pub fn key_for(&self, subject: &str) -> Result<(SubjectId, SubjectKey), VaultError> {
        let mut inner = self.lock();
        let hash = full_subject_hash(subject);
        let id = short(&hash);
        if let Some(slot) = inner.keys.get(&id) {
            return match &slot.key {
                Some(key) => Ok((id, key.clone())),
                None => Err(VaultError::Destroyed),
            };
        }
        let mut key = [0u8; 32];
        (inner.randomness)(&mut key).map_err(VaultError::NoRandomness)?;
        let slot = slot_bytes(LIVE, &hash, &key);
        inner.pending.extend_from_slice(&slot);
        let index = inner.slots + (inner.pending.len() / SLOT_BYTES) as u64 - 1;
        let key = SubjectKey(key);
        inner.keys.insert(id, Slot { index, key: Some(key.clone()) });
        Ok((id, key))
    }

    /// What is held for a subject id that a frame names.
    pub fn state(&self, id: &SubjectId) -> KeyState {
        match self.lock().keys.get(id) {
            Some(Slot { key: Some(key), .. }) => KeyState::Live(key.clone()),
            Some(Slot { key: None, .. }) => KeyState::Destroyed,
            None => KeyState::Unknown,
        }
    }

    /// Makes all new keys durable. Without it a crash could leave an
    /// acknowledged value that nobody can ever open.
    pub fn sync(&self) -> Result<(), VaultError> {
        let mut inner = self.lock();
        if inner.failed {
            return Err(self.failed("an earlier sync failed; restart the program"));
        }
        if inner.pending.is_empty() {
            return Ok(());
        }
        let at = inner.slots * SLOT_BYTES as u64;
        let written =
            inner.file.write_all_at(&inner.pending, at).and_then(|()| inner.file.sync_data());
        match written {
            Ok(()) => {
                inner.slots += (inner.pending.len() / SLOT_BYTES) as u64;
                inner.pending.zeroize();
                inner.pending.clear();
                Ok(())
            }
            Err(error) => {
                inner.failed = true;
                Err(self.failed(&error.to_string()))
            }
        }
    }

    /// Destroys a subject's key: overwritten in place and synced. Returns false
    /// if there was none to destroy.
    pub fn destroy(&self, subject: &str) -> Result<bool, VaultError> {
        self.sync()?;
        let mut inner = self.lock();
        let hash = full_subject_hash(subject);
        let Some(slot) = inner.keys.get_mut(&short(&hash)) else {
            return Ok(false);
        };
        if slot.key.take().is_none() {
            return Ok(false);
        }
        let at = slot.index * SLOT_BYTES as u64;
        let bytes = slot_bytes(DESTROYED, &hash, &[0; 32]);
        let written = inner.file.write_all_at(&bytes, at).and_then(|()| inner.file.sync_data());
        written.map_err(|error| self.failed(&error.to_string()))?;
        Ok(true)
    }

    /// Slots that could not be read, by index.
    pub fn damaged_slots(&self) -> Vec<u64> {
        self.lock().damaged_slots.clone()
    }

    /// Subjects with a key or a destroyed one.
    pub fn subjects(&self) -> usize {
        self.lock().keys.len()
    }

    fn failed(&self, reason: &str) -> VaultError {
        VaultError::Io { place: self.place.clone(), reason: reason.to_owned() }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        // A panic while holding the lock cannot leave the maps half changed in a
        // way that loses a durable key, so a poisoned lock is used as it is.
        self.inner.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Inner {
    fn load(&mut self, index: u64, slot: &[u8]) {
        let sound = slot.len() == SLOT_BYTES
            && blake3::hash(&slot[..CHECK_AT]).as_bytes() == &slot[CHECK_AT..];
        if !sound {
            self.damaged_slots.push(index);
            return;
        }
        let mut id = [0; 16];
        id.copy_from_slice(&slot[16..32]);
        let mut key = [0; 32];
        key.copy_from_slice(&slot[48..80]);
        let key = (slot[0] == LIVE).then_some(SubjectKey(key));
        self.keys.insert(id, Slot { index, key });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counting() -> Randomness {
        let mut next = 0u8;
        Box::new(move |out| {
            next += 1;
            out.fill(next);
            Ok(())
        })
    }

    #[test]
    fn keys_survive_reopening_once_synced_and_not_before() {
        let dir = tempfile::tempdir().unwrap();
        let vault = Vault::open(dir.path(), counting()).unwrap();
        let (a, key) = vault.key_for("party/1").unwrap();
        vault.sync().unwrap();
        let (b, _) = vault.key_for("party/2").unwrap();
        let again = Vault::open(dir.path(), counting()).unwrap();
        assert!(matches!(again.state(&a), KeyState::Live(k) if k.0 == key.0));
        assert!(matches!(again.state(&b), KeyState::Unknown));
    }

    #[test]
    fn a_destroyed_key_is_nowhere_in_the_store_and_stays_destroyed() {
        let dir = tempfile::tempdir().unwrap();
        let vault = Vault::open(dir.path(), counting()).unwrap();
        let (id, key) = vault.key_for("party/1").unwrap();
        vault.key_for("party/2").unwrap();
        assert!(vault.destroy("party/1").unwrap());
        assert!(!vault.destroy("party/1").unwrap());
        assert!(matches!(vault.key_for("party/1"), Err(VaultError::Destroyed)));
        let bytes = std::fs::read(dir.path().join("keys")).unwrap();
        assert!(!bytes.windows(32).any(|window| window == key.0));
        let again = Vault::open(dir.path(), counting()).unwrap();
        assert!(matches!(again.state(&id), KeyState::Destroyed));
        assert!(matches!(again.state(&subject_id("party/2")), KeyState::Live(_)));
    }

    #[test]
    fn a_torn_slot_is_counted_and_its_neighbours_are_read() {
        let dir = tempfile::tempdir().unwrap();
        let vault = Vault::open(dir.path(), counting()).unwrap();
        let (first, _) = vault.key_for("party/1").unwrap();
        vault.key_for("party/2").unwrap();
        vault.sync().unwrap();
        let path = dir.path().join("keys");
        let mut bytes = std::fs::read(&path).unwrap();
        bytes.truncate(SLOT_BYTES + 50);
        std::fs::write(&path, &bytes).unwrap();
        let again = Vault::open(dir.path(), counting()).unwrap();
        assert_eq!(again.damaged_slots(), [1]);
        assert!(matches!(again.state(&first), KeyState::Live(_)));
        let (third, _) = again.key_for("party/3").unwrap();
        again.sync().unwrap();
        let reopened = Vault::open(dir.path(), counting()).unwrap();
        assert!(matches!(reopened.state(&third), KeyState::Live(_)));
    }
}
