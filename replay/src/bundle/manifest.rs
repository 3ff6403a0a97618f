//! The manifest: every file of a bundle with its size and two digests. The page is
//! named by what stands before and after the data that it carries, since those
//! data hold the manifest itself.

use super::pack::Pack;
use crate::document::{self, document};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// One file, or a part of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileDigest {
    pub path: String,
    pub size: u64,
    /// Lower-case hexadecimal, both.
    pub sha256: String,
    pub blake3: String,
}

document!(FileDigest { path, size, sha256, blake3 });

/// The page: `head`, the data as [`page_data`] writes them, `tail`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    pub path: String,
    pub carries: Vec<String>,
    pub head: FileDigest,
    pub tail: FileDigest,
}

document!(Page { path, carries, head, tail });

/// `manifest.json`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    pub schema: String,
    /// In order of their paths; without the manifest, its note and the page.
    pub files: Vec<FileDigest>,
    pub page: Page,
}

document!(Manifest { schema, files, page });

impl FileDigest {
    pub fn of(path: &str, bytes: &[u8]) -> FileDigest {
        FileDigest {
            path: path.to_owned(),
            size: bytes.len() as u64,
            sha256: sha256_hex(bytes),
            blake3: blake3::hash(bytes).to_hex().as_str().to_owned(),
        }
    }
}

fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Manifest {
    pub const SCHEMA: &'static str = "plumbline.bundle.manifest/1";

    /// The file's bytes.
    pub fn to_json(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }

    /// Reads the file.
    ///
    /// # Errors
    ///
    /// What is missing, unknown or of another version.
    pub fn read(bytes: &[u8]) -> Result<Manifest, String> {
        let read: Manifest = document::read(bytes).map_err(|error| error.to_string())?;
        match read.schema == Manifest::SCHEMA {
            true => Ok(read),
            false => Err(format!("{}: not {}", read.schema, Manifest::SCHEMA)),
        }
    }

    /// What the signature is over.
    pub fn digest(bytes: &[u8]) -> [u8; 32] {
        Sha256::digest(bytes).into()
    }
}

/// The carried files as one JSON object in a script element: names sorted, `<` as
/// `\u003c` so that no text ends the element.
pub fn page_data<'f>(pack: &'f Pack, paths: impl IntoIterator<Item = &'f str>) -> String {
    let texts: BTreeMap<&str, _> = paths
        .into_iter()
        .filter_map(|path| Some((path, String::from_utf8_lossy(pack.get(path)?))))
        .collect();
    serde_json::to_string(&texts).unwrap_or_default().replace('<', "\\u003c")
}
