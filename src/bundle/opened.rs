//! Confidential values of a bundle's entries, opened with the subjects' keys.
//!
//! An informant's values are never opened into a bundle, whoever approves: a bundle
//! leaves the house. Whoever calls has recorded the opening.

use super::BundleError;
use crate::config::Layout;
use crate::reader::Reader;
use crate::store::{Store, StoreError};
use crate::vault::{KeyState, Vault, open_record, parse_records};
use plumbline_replay::event::register::Sensitivity;
use plumbline_replay::integrity::entry::scan;
use plumbline_replay::integrity::json::{Json, parse};
use std::collections::BTreeSet;

/// One opened value.
pub(super) struct Value {
    pub position: u64,
    pub member: String,
    /// The disclosure as RFC 9901 writes it.
    pub text: String,
}

/// What was opened.
#[derive(Default)]
pub(super) struct Opened {
    pub values: Vec<Value>,
    /// Sealed members that stay closed: an informant's, or without a key.
    pub closed: u64,
}

impl Opened {
    /// Opens what the keys of this ledger open.
    pub fn read<'e>(
        layout: &Layout,
        reader: &Reader,
        entries: impl Iterator<Item = (u64, &'e [u8])>,
    ) -> Result<Opened, BundleError> {
        // Keys are only looked up: no randomness is drawn.
        let none = Box::new(|_: &mut [u8]| Err("no key is made here".to_owned()));
        let vault = Vault::open(&layout.vault(), none)?;
        let mut opened = Opened::default();
        for (position, entry) in entries {
            let digests = sealed(entry);
            if !digests.is_empty() {
                opened.take(reader, &vault, position, &digests)?;
            }
        }
        Ok(opened)
    }

    fn take(
        &mut self,
        reader: &Reader,
        vault: &Vault,
        position: u64,
        digests: &[String],
    ) -> Result<(), BundleError> {
        let digests: Vec<&str> = digests.iter().map(String::as_str).collect();
        let mut found = BTreeSet::new();
        for block in reader.store().read(position, 1)? {
            for (index, record) in parse_records(&block.disclosures).unwrap_or_default() {
                let own = block.first_position + u64::from(index) == position;
                if !own || record.class == Sensitivity::Informant.code() {
                    continue;
                }
                let KeyState::Live(key) = vault.state(&record.subject) else { continue };
                let Some(open) = open_record(&record, &key, &digests) else { continue };
                if found.insert(open.digest) {
                    let (member, text) = (open.name, open.text);
                    self.values.push(Value { position, member, text });
                }
            }
        }
        self.closed += (digests.len() - found.len()) as u64;
        Ok(())
    }

    /// `disclosures.ndjson`.
    pub fn to_ndjson(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for value in &self.values {
            let json = Json::object([
                ("disclosure", Json::text(value.text.as_str())),
                ("member", Json::text(value.member.as_str())),
                ("position", Json::Int(i64::try_from(value.position).unwrap_or(i64::MAX))),
            ]);
            out.extend(json.to_bytes());
            out.push(b'\n');
        }
        out
    }
}

/// How many subjects the sealed values of these entries concern.
pub(super) fn subjects(
    reader: &Reader,
    positions: impl Iterator<Item = u64>,
) -> Result<u64, StoreError> {
    let mut subjects = BTreeSet::new();
    for position in positions {
        for block in reader.store().read(position, 1)? {
            let records = parse_records(&block.disclosures).unwrap_or_default();
            let own = records
                .iter()
                .filter(|(index, _)| block.first_position + u64::from(*index) == position);
            subjects.extend(own.map(|(_, record)| record.subject));
        }
    }
    Ok(subjects.len() as u64)
}

/// The digests in an entry's `_sd`.
fn sealed(entry: &[u8]) -> Vec<String> {
    let body = scan(entry).ok().and_then(|fields| parse(fields.body?).ok());
    let digests = body.as_ref().and_then(|body| body.get("_sd")?.as_list()).unwrap_or_default();
    digests.iter().filter_map(|digest| digest.as_str().map(str::to_owned)).collect()
}
