//! The tamper drill: changes a ledger's files as someone would who has the whole
//! machine, so that anyone can see what verification finds and what it needs.
//!
//! Works behind the ledger's back, on the segment files alone: it knows their
//! bytes and neither queue nor vault. Only for ledgers of the demo and for copies;
//! anything else is evidence.

mod copying;
mod forgery;

pub use copying::copy_ledger;

use super::telling::ORIGIN_BASE;
use crate::config::{Config, Layout};
use crate::ledger::{LogName, OpenError, read_config};
use forgery::{Altered, Segment, Segments};
use plumbline_replay::integrity::checkpoint::{Checkpoint, NoteError, SigningKey};
use plumbline_replay::integrity::entry::scan;
use plumbline_replay::integrity::tree::{Frontier, leaf_hash};
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

/// What is done to a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One byte of one entry, in place.
    Byte,
    /// One entry taken out.
    Drop,
    /// Two neighbours exchanged.
    Swap,
    /// The last entries cut off, and the heads signed over them removed.
    Truncate,
    /// One entry replaced, the chain and the tree made anew, and the head signed
    /// with the ledger's own key in all places where it is kept.
    Rewrite,
}

impl Kind {
    pub const ALL: [Kind; 5] = [Kind::Byte, Kind::Drop, Kind::Swap, Kind::Truncate, Kind::Rewrite];

    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Byte => "byte",
            Kind::Drop => "drop",
            Kind::Swap => "swap",
            Kind::Truncate => "truncate",
            Kind::Rewrite => "rewrite",
        }
    }

    /// Nothing on the machine shows it: a checkpoint kept elsewhere does.
    pub fn needs_outside(self) -> bool {
        matches!(self, Kind::Truncate | Kind::Rewrite)
    }
}

/// What to do, and where.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub kind: Kind,
    pub log: LogName,
    /// The entry concerned, or the first one cut off. If it is not said: one in the
    /// middle, for [`Kind::Truncate`] the last tenth.
    pub position: Option<u64>,
    /// Go on even if the ledger is not the demo's.
    pub anyway: bool,
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tampered {
    pub position: u64,
    /// The case of the entry there.
    pub stream: String,
    /// What stood there and what stands there now, where something was altered.
    pub altered: Option<(String, String)>,
    pub size_before: u64,
    pub size_after: u64,
    /// Files written or removed.
    pub files: Vec<PathBuf>,
}

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum TamperError {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(
        "{place}: 不是演示账本({origin}),篡改会毁掉证据;用 --copy-to 先复制一份 / not a demo ledger: \
         this would destroy evidence; copy it first with --copy-to"
    )]
    NotADemo { place: String, origin: String },
    #[error("账本正被占用 / the ledger is in use: {0}")]
    Locked(String),
    #[error(
        "日志 {log} 只有 {size} 条,{asked} 无从下手 / the log {log} has {size} entries: nothing to \
         do at {asked}; name another with --position"
    )]
    NoSuchEntry { log: LogName, size: u64, asked: u64 },
    #[error("{place}: {reason}")]
    Unreadable { place: String, reason: String },
    #[error("{place}: {error}")]
    Key { place: String, error: NoteError },
}

impl TamperError {
    fn io(path: &Path, error: &std::io::Error) -> TamperError {
        TamperError::Unreadable { place: path.display().to_string(), reason: error.to_string() }
    }
}

/// Changes one log of the ledger in a folder.
pub fn tamper(root: &Path, plan: Plan) -> Result<Tampered, TamperError> {
    let layout = Layout::new(root);
    let config = read_config(&layout)?;
    if !(plan.anyway || config.origin.starts_with(&format!("{ORIGIN_BASE}/"))) {
        let place = root.display().to_string();
        return Err(TamperError::NotADemo { place, origin: config.origin });
    }
    // A writer at work would find its file changed under it and stop.
    let _held = lock(&layout, plan.log)?;
    let scene = Scene::open(&layout, plan)?;
    match plan.kind {
        Kind::Byte => scene.byte(),
        Kind::Drop => scene.drop_one(),
        Kind::Swap => scene.swap(),
        Kind::Truncate => scene.truncate(),
        Kind::Rewrite => scene.rewrite(&config),
    }
}

/// Holds the log's lock, so that nobody writes meanwhile.
pub(super) fn lock(layout: &Layout, log: LogName) -> Result<File, TamperError> {
    let path = layout.log(log).join("lock");
    let failed = |error| TamperError::io(&path, &error);
    let mut options = File::options();
    let file = options.read(true).write(true).create(true).truncate(false).open(&path);
    let file = file.map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            let note = std::fs::read_to_string(&path).unwrap_or_default();
            Err(TamperError::Locked(note.trim().to_owned()))
        }
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

/// A log that is about to be changed.
struct Scene<'a> {
    layout: &'a Layout,
    plan: Plan,
    segments: Segments,
    size: u64,
}

impl Scene<'_> {
    fn open(layout: &Layout, plan: Plan) -> Result<Scene<'_>, TamperError> {
        let segments = Segments::list(&layout.log(plan.log))?;
        let size = segments.size()?;
        Ok(Scene { layout, plan, segments, size })
    }

    /// The position asked for, up to `last`. Entry 0 says which log it is: without
    /// it there is nothing to show.
    fn position(&self, default: u64, last: u64) -> Result<u64, TamperError> {
        let asked = self.plan.position.unwrap_or(default);
        if (1..=last).contains(&asked) {
            return Ok(asked);
        }
        Err(TamperError::NoSuchEntry { log: self.plan.log, size: self.size, asked })
    }

    fn done(&self, position: u64, stream: String, files: Vec<PathBuf>) -> Tampered {
        let (size_before, size_after) = (self.size, self.size);
        Tampered { position, stream, altered: None, size_before, size_after, files }
    }

    fn last(&self) -> u64 {
        self.size.saturating_sub(1)
    }

    fn middle(&self) -> u64 {
        (self.size / 2).max(1)
    }

    /// The segment of the position asked for, and in it an entry that names an
    /// amount if one comes soon: that is the one that someone would change.
    fn worth_changing(&self) -> Result<(Segment, u64), TamperError> {
        let asked = self.position(self.middle(), self.last())?;
        let segment = self.segments.holding(asked)?;
        let found = match self.plan.position {
            Some(_) => None,
            None => segment.amount_from(asked),
        };
        Ok((segment, found.unwrap_or(asked)))
    }

    fn byte(&self) -> Result<Tampered, TamperError> {
        let (segment, position) = self.worth_changing()?;
        let (entry, offset) = segment.entry(position)?;
        let Altered { at, byte, before, after } = forgery::alter(entry);
        let stream = stream(entry);
        segment.write_byte(offset + at as u64, byte)?;
        let done = self.done(position, stream, vec![segment.path.clone()]);
        Ok(Tampered { altered: Some((before, after)), ..done })
    }

    fn drop_one(&self) -> Result<Tampered, TamperError> {
        let position = self.position(self.middle(), self.last())?;
        let mut segment = self.segments.holding(position)?;
        let stream = stream(segment.entry(position)?.0);
        segment.remove(position);
        segment.write()?;
        let done = self.done(position, stream, vec![segment.path.clone()]);
        Ok(Tampered { size_after: self.size - 1, ..done })
    }

    fn swap(&self) -> Result<Tampered, TamperError> {
        let last = self.last().saturating_sub(1);
        let mut position = self.position(self.middle().min(last), last)?;
        let mut segment = self.segments.holding(position)?;
        if position + 1 == segment.end() && position > segment.header.first_position.max(1) {
            position -= 1;
        }
        let stream = stream(segment.entry(position)?.0);
        segment.swap(position)?;
        segment.write()?;
        Ok(self.done(position, stream, vec![segment.path.clone()]))
    }

    fn truncate(&self) -> Result<Tampered, TamperError> {
        let tenth = (self.size / 10).max(1);
        let position = self.position(self.size.saturating_sub(tenth), self.last())?;
        let mut segment = self.segments.holding(position)?;
        let stream = stream(segment.entry(position)?.0);
        let mut files = self.segments.after(position);
        for path in &files {
            std::fs::remove_file(path).map_err(|error| TamperError::io(path, &error))?;
        }
        segment.cut(position);
        segment.write()?;
        files.push(segment.path.clone());
        files.extend(self.forget_heads()?);
        self.forget_derived()?;
        Ok(Tampered { size_after: position, ..self.done(position, stream, files) })
    }

    fn rewrite(&self, config: &Config) -> Result<Tampered, TamperError> {
        let (mut segment, position) = self.worth_changing()?;
        let key_path = self.layout.signing_key(self.plan.log);
        let text = std::fs::read_to_string(&key_path);
        let text = text.map_err(|error| TamperError::io(&key_path, &error))?;
        let place = key_path.display().to_string();
        let key = SigningKey::parse(&text).map_err(|error| TamperError::Key { place, error })?;
        let (entry, _) = segment.entry(position)?;
        let stream = stream(entry);
        let Altered { at, byte, before, after } = forgery::alter(entry);
        segment.replace_byte(position, at, byte)?;
        let mut files = Vec::new();
        let mut frontier = self.frontier(&segment)?;
        loop {
            let last_hash = segment.relink(position)?;
            for entry in segment.entries() {
                frontier.push(leaf_hash(entry));
            }
            segment.write()?;
            files.push(segment.path.clone());
            let Some(mut next) = self.segments.at(segment.end())? else { break };
            next.header.previous = last_hash;
            next.header.frontier = frontier.nodes().to_vec();
            segment = next;
        }
        let origin = config.origin_of(self.plan.log);
        let size = frontier.size();
        let note = key.sign(&Checkpoint { origin, size, root: frontier.root() });
        for path in self.heads() {
            std::fs::write(&path, &note).map_err(|error| TamperError::io(&path, &error))?;
            files.push(path);
        }
        self.forget_derived()?;
        Ok(Tampered { altered: Some((before, after)), ..self.done(position, stream, files) })
    }

    fn frontier(&self, segment: &Segment) -> Result<Frontier, TamperError> {
        let header = &segment.header;
        Frontier::from_parts(header.first_position, header.frontier.clone())
            .ok_or_else(|| segment.unreadable("its header holds no frontier of its size"))
    }

    /// Every place on the machine where a signed head is kept.
    fn heads(&self) -> [PathBuf; 2] {
        [self.layout.head(self.plan.log), self.layout.checkpoint(self.plan.log)]
    }

    fn forget_heads(&self) -> Result<Vec<PathBuf>, TamperError> {
        let mut removed = Vec::new();
        for path in self.heads() {
            match std::fs::remove_file(&path) {
                Ok(()) => removed.push(path),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(TamperError::io(&path, &error)),
            }
        }
        Ok(removed)
    }

    /// What was made from the log as it was would give the change away.
    fn forget_derived(&self) -> Result<(), TamperError> {
        let lookup = self.layout.lookup(self.plan.log);
        let Some(derived) = lookup.parent() else { return Ok(()) };
        match std::fs::remove_dir_all(derived) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(TamperError::io(derived, &error))
            }
            _ => Ok(()),
        }
    }
}

fn stream(entry: &[u8]) -> String {
    scan(entry).map(|fields| fields.stream.to_owned()).unwrap_or_default()
}
