//! Extracts of one case from a stored log: its entries, the proof from the index of the
//! last closing, and what follows the closing.
//!
//! An extract that does not verify under the log's own key is not given away.

use crate::config::{Config, Layout};
use crate::index::{Field, Query};
use crate::ledger::checkpoints::{SignError, latest, signing_key};
use crate::ledger::{LogName, OpenError};
use crate::proof::forms::signed_checkpoint;
use crate::reader::Reader;
use crate::store::{Store, StoreError, each, each_from};
use crate::stream_index::{IndexError, StreamIndexes};
use plumbline_replay::extract::{Extract, Material, Unproved, make};
use plumbline_replay::integrity::checkpoint::VerifyingKey;
use plumbline_replay::integrity::entry::scan;
use plumbline_replay::streams::{Closing, STREAM};

/// Why no extract was made.
#[derive(Debug, thiserror::Error)]
pub enum ExtractError {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Sign(#[from] SignError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Index(#[from] IndexError),
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
/// entries are newer. Reads the case's entries by the lookup, a few slices of the kept
/// index and of the tree, and what follows the last closing. Where that does not verify,
/// a disposable file is at fault or the log is: then all entries are read instead.
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
    let changes = reader.key_changes()?.into_iter().filter(|(position, _)| *position < head.size);
    let key_changes: Vec<Vec<u8>> = changes.map(|(_, entry)| entry).collect();
    let indexes = StreamIndexes::new(layout.streams(asked.log));
    let made = |read: Read| {
        if read.entries.is_empty() && !asked.absent {
            return Err(ExtractError::NoStream(asked.stream.to_owned()));
        }
        if asked.log == LogName::Sealed {
            read.tells_of_no_other(asked.stream)?;
        }
        let Read { entries, closing, tail } = read;
        let prove =
            |closing: &Closing| indexes.prove(reader.store().as_ref(), closing, asked.stream);
        let closing = match closing {
            Some((position, closing)) => Some((position, closing.size, prove(&closing)?)),
            None => None,
        };
        verified(make(Material {
            stream: asked.stream,
            vkey: &vkey,
            note: &note,
            key_changes: key_changes.clone(),
            size: head.size,
            nodes: &tree,
            entries,
            closing,
            tail,
        })?)
    };
    match made(Read::found(&reader, asked.stream, head.size)?) {
        Err(ExtractError::DoesNotVerify(_)) => {
            made(Read::of(reader.store().as_ref(), asked.stream, head.size)?)
        }
        judged => judged,
    }
}

/// The extract, if it shows under its own key what it claims.
fn verified(extract: Extract) -> Result<Extract, ExtractError> {
    let key = VerifyingKey::parse(&extract.vkey)
        .map_err(|error| ExtractError::DoesNotVerify(error.to_string()))?;
    match extract.verify(&key) {
        Ok(_) => Ok(extract),
        Err(Unproved::CannotTell(_)) if extract.coverage.is_none() => Ok(extract),
        Err(error) => Err(ExtractError::DoesNotVerify(error.to_string())),
    }
}

/// What a log holds for an extract.
#[derive(Default)]
struct Read {
    /// Of the stream, in order.
    entries: Vec<Vec<u8>>,
    /// The last closing, with its position.
    closing: Option<(u64, Closing)>,
    /// After what the closing covers.
    tail: Vec<Vec<u8>>,
}

impl Read {
    /// By the lookup.
    fn found(reader: &Reader, stream: &str, size: u64) -> Result<Read, StoreError> {
        let of = |stream: &str| {
            let query = Query::new().with(Field::Stream, stream);
            reader.find(&query, 0, size, usize::MAX)
        };
        let closing = of(STREAM)?.into_iter().rev().find_map(|(position, entry)| {
            let closing = Closing::of(&scan(&entry).ok()?)?.ok()?;
            Some((position, closing))
        });
        let mut out = Read { closing, ..Read::default() };
        out.entries = of(stream)?.into_iter().map(|(_, entry)| entry).collect();
        if let Some((_, closing)) = closing {
            each_from(reader.store().as_ref(), closing.size, size, |_, entry| {
                out.tail.push(entry.to_vec());
            })?;
        }
        Ok(out)
    }

    /// By reading all entries.
    fn of(store: &dyn Store, stream: &str, size: u64) -> Result<Read, StoreError> {
        let mut out = Read::default();
        each(store, size, |position, entry| {
            let Ok(fields) = scan(entry) else { return };
            if let Some(Ok(closing)) = Closing::of(&fields) {
                out.closing = Some((position, closing));
            }
            if fields.stream == stream {
                out.entries.push(entry.to_vec());
            }
        })?;
        if let Some((_, closing)) = out.closing {
            each_from(store, closing.size, size, |_, entry| out.tail.push(entry.to_vec()))?;
        }
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
