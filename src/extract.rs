//! Extracts of one case from a stored log, read twice: for its last closing, then for
//! the index up to there, the case's entries, and what follows the closing.
//!
//! An extract that does not verify under the log's own key is not given away.

use crate::config::{Config, Layout};
use crate::ledger::checkpoints::{SignError, latest, signing_key};
use crate::ledger::{LogName, OpenError};
use crate::proof::forms::signed_checkpoint;
use crate::reader::Reader;
use crate::store::{Store, StoreError, each};
use plumbline_replay::extract::{Extract, Material, Unproved, make};
use plumbline_replay::integrity::chain::entry_hash;
use plumbline_replay::integrity::checkpoint::VerifyingKey;
use plumbline_replay::integrity::entry::scan;
use plumbline_replay::streams::{Closing, STREAM, StreamIndex};

/// Why no extract was made.
#[derive(Debug, thiserror::Error)]
pub enum ExtractError {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Sign(#[from] SignError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("账中没有 {0} / no entry of the stream {0} is in the log")]
    NoStream(String),
    /// The tail of the sealed log would tell of others' cases.
    #[error(
        "封存账自上次日结以来另有 {0} 条他案记录,会随摘录外泄;先运行 plumb closing run --log sealed / \
         {0} entries of other streams follow the sealed log's last closing and would be given away \
         with the extract: run `plumb closing run --log sealed` first"
    )]
    OthersInTail(usize),
    #[error(
        "封存账中无此案;其证明须出示邻案之名,不予制作 / the sealed log has no such stream, and the proof \
         would name its neighbours: not made"
    )]
    NamesNeighbours,
    #[error("摘录自检未通过 / the extract does not verify, run `plumb verify`: {0}")]
    DoesNotVerify(String),
}

/// What is asked of the log.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    pub log: LogName,
    pub stream: &'a str,
    /// A stream without entries gives a proof that it has none, instead of an error.
    pub absent: bool,
}

/// Makes an extract up to the log's latest checkpoint, which is signed first if
/// entries are newer.
pub fn of_stream(
    layout: &Layout,
    config: &Config,
    asked: Asked<'_>,
) -> Result<Extract, ExtractError> {
    let note = latest(layout, config, asked.log)?;
    let head =
        signed_checkpoint(&note).map_err(|error| ExtractError::DoesNotVerify(error.to_string()))?;
    let vkey = signing_key(layout, asked.log)?.vkey();
    let reader = Reader::open(layout, config, asked.log)?;
    let tree = reader.signed_tree(head.size, &head.root)?;
    let closing = last_closing(reader.store().as_ref(), head.size)?;
    let read = Read::of(reader.store().as_ref(), asked.stream, head.size, closing)?;
    if read.entries.is_empty() && !asked.absent {
        return Err(ExtractError::NoStream(asked.stream.to_owned()));
    }
    if asked.log == LogName::Sealed {
        read.tells_of_no_other(asked.stream)?;
    }
    let Read { entries, tail, index } = read;
    let closing =
        closing.map(|(position, closing)| (position, closing.size, index.prove(asked.stream)));
    let extract = make(Material {
        stream: asked.stream,
        vkey: &vkey,
        note: &note,
        size: head.size,
        nodes: &tree,
        entries,
        closing,
        tail,
    })?;
    let key = VerifyingKey::parse(&vkey)
        .map_err(|error| ExtractError::DoesNotVerify(error.to_string()))?;
    match extract.verify(&key) {
        Ok(_) => Ok(extract),
        Err(Unproved::CannotTell(_)) if extract.coverage.is_none() => Ok(extract),
        Err(error) => Err(ExtractError::DoesNotVerify(error.to_string())),
    }
}

/// The last closing among a log's first `size` entries, with its position.
fn last_closing(store: &dyn Store, size: u64) -> Result<Option<(u64, Closing)>, StoreError> {
    let mut found = None;
    each(store, size, |position, entry| {
        if let Ok(fields) = scan(entry)
            && fields.stream == STREAM
            && let Some(Ok(closing)) = Closing::of(&fields)
        {
            found = Some((position, closing));
        }
    })?;
    Ok(found)
}

/// What the second reading of a log gives.
#[derive(Default)]
struct Read {
    /// Of the stream, in order.
    entries: Vec<Vec<u8>>,
    /// After what the closing covers.
    tail: Vec<Vec<u8>>,
    /// Up to there.
    index: StreamIndex,
}

impl Read {
    fn of(
        store: &dyn Store,
        stream: &str,
        size: u64,
        closing: Option<(u64, Closing)>,
    ) -> Result<Read, StoreError> {
        let mut out = Read::default();
        let covered = closing.map_or(size, |(_, closing)| closing.size);
        each(store, size, |position, entry| {
            let Ok(fields) = scan(entry) else { return };
            if position < covered {
                out.index.push(fields.stream, entry_hash(entry));
            } else {
                out.tail.push(entry.to_vec());
            }
            if fields.stream == stream {
                out.entries.push(entry.to_vec());
            }
        })?;
        Ok(out)
    }

    /// Nothing of a sealed extract is about others: not its tail, nor the
    /// neighbours that an absence must name.
    fn tells_of_no_other(&self, stream: &str) -> Result<(), ExtractError> {
        if self.entries.is_empty() {
            return Err(ExtractError::NamesNeighbours);
        }
        let own = |entry: &&Vec<u8>| {
            scan(entry).is_ok_and(|f| f.stream == stream || f.stream.starts_with("ledger/"))
        };
        match self.tail.len() - self.tail.iter().filter(own).count() {
            0 => Ok(()),
            others => Err(ExtractError::OthersInTail(others)),
        }
    }
}
