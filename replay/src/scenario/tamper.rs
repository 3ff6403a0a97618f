//! A script's log in the hands of someone who may write every byte of it, and what
//! a verifier says of the result.
//!
//! What this file does not know: what is checked. That is `walk`'s, the same code
//! that verifies a ledger.

use crate::integrity::chain::entry_hash;
use crate::integrity::checkpoint::{Checkpoint, SigningKey};
use crate::integrity::entry::{EntryError, Parts, Place, scan, strip};
use crate::integrity::json::{Json, parse};
use crate::integrity::tree::{Frontier, leaf_hash};
use crate::walk::{Outcome, Walk, Witness};

/// The log that a script's `ledger.created` names, and the seed of its key.
const ORIGIN: &str = "script.example/open";
const SEED: [u8; 32] = [7; 32];

/// What is done to the entries; a number is a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tamper {
    /// One bit of one byte, in place.
    Flip(usize),
    /// So many entries taken off the end.
    Cut(usize),
    /// An entry and the next exchanged.
    Swap(usize),
    /// One entry told otherwise, and every link after it made anew.
    Rechain(usize),
}

impl Tamper {
    pub(super) fn parse(word: &str, number: &str) -> Result<Tamper, String> {
        let number =
            number.parse().map_err(|_| format!("{word} {number}: {number} is no number"))?;
        Ok(match word {
            "flip" => Tamper::Flip(number),
            "cut" => Tamper::Cut(number),
            "swap" => Tamper::Swap(number),
            "rechain" => Tamper::Rechain(number),
            _ => return Err(format!("{word}: write flip, cut, swap or rechain")),
        })
    }

    /// The entries as they stand afterwards.
    fn apply(self, entries: &[Vec<u8>]) -> Result<Vec<Vec<u8>>, String> {
        let mut out = entries.to_vec();
        let absent = |at: usize| format!("there is no entry {at} to tamper with");
        match self {
            Tamper::Flip(at) => {
                let entry = out.get_mut(at).ok_or_else(|| absent(at))?;
                let middle = entry.len() / 2;
                entry[middle] ^= 1;
            }
            Tamper::Cut(last) => {
                let kept = out.len().checked_sub(last).ok_or_else(|| absent(last))?;
                out.truncate(kept);
            }
            Tamper::Swap(at) if at + 1 < out.len() => out.swap(at, at + 1),
            Tamper::Rechain(at) if at < out.len() => {
                rechain(&mut out, at).map_err(|error| error.to_string())?;
            }
            Tamper::Swap(at) | Tamper::Rechain(at) => return Err(absent(at)),
        }
        Ok(out)
    }
}

/// Says something else in one entry and makes every link from there on anew, as
/// the ledger itself would have made them.
fn rechain(entries: &mut [Vec<u8>], at: usize) -> Result<(), EntryError> {
    let mut previous = scan(&entries[at])?.previous;
    for (index, entry) in entries.iter_mut().enumerate().skip(at) {
        let fields = scan(entry)?;
        let mut told = strip(entry)?;
        if index == at
            && let Ok(mut submission) = parse(&told).map(Json::into_owned)
        {
            submission.set("late_reason", Json::text("改写"));
            told = submission.to_bytes();
        }
        let place = Place {
            position: fields.position,
            previous,
            recorded_at: fields.recorded_at,
            revision: fields.revision,
        };
        let mut forged = Vec::new();
        Parts::new(told)?.splice(&place, &mut forged);
        previous = entry_hash(&forged);
        *entry = forged;
    }
    Ok(())
}

/// What `"script-key"` in a script stands for: the public key of its checkpoints.
pub(super) fn public_key() -> String {
    key().vkey()
}

fn key() -> SigningKey {
    SigningKey::from_seed(ORIGIN, SEED)
}

/// The verdict over a script's log after tampering, held against the checkpoint
/// that was signed before it and kept elsewhere, or against none.
pub(super) fn verdict(
    entries: &[Vec<u8>],
    tamper: Option<Tamper>,
    against_checkpoint: bool,
) -> Result<(Outcome, String), String> {
    let found = match tamper {
        Some(tamper) => tamper.apply(entries)?,
        None => entries.to_vec(),
    };
    let mut tree = Frontier::new();
    entries.iter().for_each(|entry| tree.push(leaf_hash(entry)));
    let size = entries.len() as u64;
    let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size, root: tree.root() };
    let outside =
        Witness { place: "checkpoint".to_owned(), note: key().sign(&checkpoint), handed_in: true };
    let witnesses: &[Witness] = if against_checkpoint { &[outside] } else { &[] };
    let mut walk = Walk::new("open", vec![size]);
    for (number, entry) in found.iter().enumerate() {
        walk.line("script", number as u64 + 1, entry);
    }
    let verdict = walk.finish(witnesses, against_checkpoint.then(public_key).as_deref());
    let why = verdict.first_bad.map(|bad| bad.reason).unwrap_or_default();
    Ok((verdict.outcome, why))
}
