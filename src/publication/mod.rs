//! A log as strangers see it: the published checkpoint, and the tree and entries
//! up to its size. Signs the head and serves slices of files; does not know
//! addresses, and records nothing.

mod folder;
mod publisher;
mod witnesses;

pub use folder::{FolderError, write_folder};
pub use publisher::Publisher;
pub use witnesses::{Cosigned, Refusal, Witnesses, policy};

use crate::config::{Config, Layout};
use crate::durable::replace;
use crate::ledger::LogName;
use crate::ledger::checkpoints::{SignError, latest};
use crate::ledger::further;
use crate::proof::Tree;
use crate::proof::forms::signed_checkpoint;
use crate::reader::Reader;
use crate::second::sm3;
use crate::store::StoreError;
use plumbline_replay::integrity::checkpoint::Checkpoint;
use plumbline_replay::integrity::tile::{Content, Tile};
use plumbline_replay::integrity::tlog_proof::TlogProof;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

/// A signed checkpoint with its note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    pub checkpoint: Checkpoint,
    /// As strangers get it, with all signature lines.
    pub note: String,
    /// The signed SM3 head over as many entries, where there is one.
    pub sm3: Option<String>,
}

/// Why nothing newer was published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    #[error(transparent)]
    Sign(#[from] SignError),
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A witness has seen more of this log, or another history of it: proved broken.
    #[error(
        "不再发布:{0} / nothing more is published; 下一步:账由旧备份恢复的,见 plumb restore plan --help;\
         否则先查明何处另有人以此密钥写账,不要重试 / next: if the ledger was brought back from a backup, \
         `plumb restore plan --help`; if not, find out who else writes under its key, and do not try again"
    )]
    Contradicted(Refusal),
    /// Too few witnesses cosigned; what was published before stays.
    #[error(
        "见证不足,暂不发布:缺 {missing} / too few witnesses cosigned, not published yet: {missing} \
         missing{reasons}"
    )]
    NotWitnessed { missing: String, reasons: String },
    #[error("{place}: {reason}")]
    Io { place: String, reason: String },
}

/// One log, its tree, and what of it is published.
pub struct Publication {
    layout: Layout,
    config: Config,
    reader: Reader,
    tree: RwLock<Tree>,
    published: RwLock<Option<Arc<Head>>>,
    witnesses: Option<Witnesses>,
    /// What a witness said against this log, until it says otherwise.
    contradiction: RwLock<Option<Refusal>>,
}

impl Publication {
    /// Nothing is published yet. The reader may follow a log that is being written.
    pub fn new(layout: Layout, config: Config, reader: Reader) -> Publication {
        let tree = RwLock::new(reader.tree());
        let (published, witnesses, contradiction) = Default::default();
        Publication { layout, config, reader, tree, published, witnesses, contradiction }
    }

    /// The same with witnesses, who are asked before anything is published.
    pub fn witnessed_by(self, witnesses: Option<Witnesses>) -> Publication {
        Publication { witnesses, ..self }
    }

    pub fn log(&self) -> LogName {
        self.reader.log()
    }

    /// What strangers are shown; `None` before the first publication.
    pub fn published(&self) -> Option<Arc<Head>> {
        self.published.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Signs the log as it is, if it has grown, and takes it into the tree. Does not
    /// publish it.
    pub fn sign(&self) -> Result<Head, PublishError> {
        let note = latest(&self.layout, &self.config, self.log())?;
        let malformed = |error| SignError::Contradiction(format!("the note signed here: {error}"));
        let checkpoint = signed_checkpoint(&note).map_err(malformed)?;
        self.take_in(&checkpoint)?;
        self.head(checkpoint, note)
    }

    /// A head with what is signed beside it.
    fn head(&self, checkpoint: Checkpoint, note: String) -> Result<Head, PublishError> {
        let sm3 = further::sm3_head(&self.layout, self.log())?;
        let sm3 = sm3.filter(|sm3| sm3::stated_size(sm3) == Some(checkpoint.size));
        Ok(Head { checkpoint, note, sm3 })
    }

    /// Shows what was published before this program began; signs and publishes if
    /// that takes nobody else.
    pub fn begin(&self) -> Result<(), PublishError> {
        if self.witnesses.is_none() {
            return self.renew();
        }
        let path = self.layout.cosigned(self.log());
        match std::fs::read_to_string(&path) {
            Ok(note) => {
                let malformed =
                    |error| SignError::Contradiction(format!("{}: {error}", path.display()));
                let checkpoint = signed_checkpoint(&note).map_err(malformed)?;
                self.publish(self.head(checkpoint, note)?)
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(io(&path, &error)),
        }
    }

    /// Signs the log's head, lets the witnesses cosign it, and publishes it if enough
    /// of them did.
    ///
    /// # Errors
    ///
    /// [`PublishError::Contradicted`] and [`PublishError::NotWitnessed`]: what was
    /// published before stays.
    pub fn renew(&self) -> Result<(), PublishError> {
        let head = self.sign()?;
        let Some(witnesses) = &self.witnesses else { return self.publish(head) };
        let Cosigned { head, judgement, refusals } = witnesses.cosign(self, &head);
        let against = refusals.iter().find(|refusal| refusal.contradicts()).cloned();
        *self.contradiction.write().unwrap_or_else(PoisonError::into_inner) = against.clone();
        if let Some(refusal) = against {
            return Err(PublishError::Contradicted(refusal));
        }
        for refusal in &refusals {
            tracing::warn!(%refusal, log = %self.log(), "not cosigned");
        }
        if !judgement.met {
            let reasons = refusals.iter().map(|refusal| format!("; {refusal}")).collect();
            let missing = judgement.missing.join(", ");
            return Err(PublishError::NotWitnessed { missing, reasons });
        }
        let path = self.layout.cosigned(self.log());
        replace(&path, &head.note).map_err(|error| io(&path, &error))?;
        self.publish(head)
    }

    /// What a witness said against this log the last time, if one did.
    pub fn contradiction(&self) -> Option<Refusal> {
        self.contradiction.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Shows a head to strangers from now on. Its tiles can be had before it is
    /// shown, so nobody asks for one in vain. One that is smaller than what is shown
    /// is passed over.
    pub fn publish(&self, head: Head) -> Result<(), PublishError> {
        self.take_in(&head.checkpoint)?;
        let mut published = self.published.write().unwrap_or_else(PoisonError::into_inner);
        if published.as_ref().is_none_or(|shown| shown.checkpoint.size <= head.checkpoint.size) {
            *published = Some(Arc::new(head));
        }
        Ok(())
    }

    /// Brings tree and lookup up to a signed head, which they must agree with.
    fn take_in(&self, head: &Checkpoint) -> Result<(), StoreError> {
        if !self.agrees(&self.tree(), head) {
            let mut tree = self.tree.write().unwrap_or_else(PoisonError::into_inner);
            tree.grow(head.size)?;
            if !self.agrees(&tree, head) {
                *tree = self.reader.signed_tree(head.size, &head.root)?;
            }
        }
        self.reader.lookup().follow(head.size)?;
        Ok(())
    }

    fn agrees(&self, tree: &Tree, head: &Checkpoint) -> bool {
        tree.size() >= head.size && tree.root(head.size).is_ok_and(|root| root == head.root)
    }

    /// The tree, as large as the largest head that was signed or published here.
    pub fn tree(&self) -> RwLockReadGuard<'_, Tree> {
        self.tree.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// One entry's bytes; `None` from the log's size on.
    pub fn entry(&self, position: u64) -> Result<Option<Vec<u8>>, StoreError> {
        self.reader.refresh()?;
        self.reader.entry(position)
    }

    /// The proof that an entry is in the log, up to the latest head, which is signed
    /// first if it has grown; `None` if the log has no such entry.
    pub fn prove(&self, position: u64) -> Result<Option<TlogProof>, PublishError> {
        let Head { checkpoint, note, .. } = self.sign()?;
        let path = self.tree().inclusion(position, checkpoint.size, &checkpoint.root)?;
        Ok(path.map(|path| TlogProof { index: position, path, note }))
    }

    /// The changes of the log's key among its first `size` entries, one a line as they
    /// are stored: who holds one key follows them to the one that signs now.
    pub fn key_changes(&self, size: u64) -> Result<Vec<u8>, StoreError> {
        let mut out = Vec::new();
        for (position, entry) in self.reader.key_changes()? {
            if position < size {
                out.extend_from_slice(&entry);
                out.push(b'\n');
            }
        }
        Ok(out)
    }

    /// The bytes of a tile or bundle; `None` if a tree of `size` entries has not all
    /// of it.
    pub fn bytes(&self, tile: &Tile, size: u64) -> Result<Option<Vec<u8>>, StoreError> {
        match tile.content {
            Content::Hashes(_) => self.tree().tile(tile, size),
            Content::Entries if tile.is_in(size) => {
                self.reader.lookup().bundle(tile.first(), u64::from(tile.width))
            }
            Content::Entries => Ok(None),
        }
    }
}

fn io(path: &Path, error: &std::io::Error) -> PublishError {
    PublishError::Io { place: path.display().to_string(), reason: error.to_string() }
}
