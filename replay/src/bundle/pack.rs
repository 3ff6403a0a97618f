//! A bundle's files by their paths.

use super::zip;
use crate::manifest::{FileDigest, Files};
use std::collections::BTreeMap;
use std::convert::Infallible;

/// All files, by path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pack {
    files: BTreeMap<String, Vec<u8>>,
}

impl Pack {
    /// Reads the bytes of a zip file whose members are stored, not compressed.
    ///
    /// # Errors
    ///
    /// Where and why it cannot be read.
    pub fn from_zip(bytes: &[u8]) -> Result<Pack, String> {
        Ok(Pack { files: zip::read(bytes)? })
    }

    /// The files of a folder, by their paths in it.
    pub fn from_files(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Pack {
        Pack { files: files.into_iter().collect() }
    }

    pub fn get(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path).map(Vec::as_slice)
    }

    pub fn put(&mut self, path: &str, bytes: Vec<u8>) {
        self.files.insert(path.to_owned(), bytes);
    }

    pub fn remove(&mut self, path: &str) -> Option<Vec<u8>> {
        self.files.remove(path)
    }

    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    pub fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice()))
    }

    /// The lines of a file, without their ends; none if it is not there.
    pub fn lines(&self, path: &str) -> Vec<&[u8]> {
        let bytes = self.get(path).unwrap_or_default();
        bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect()
    }
}

impl Files for Pack {
    type Error = Infallible;

    fn paths(&self) -> Result<Vec<String>, Infallible> {
        Ok(self.files.keys().cloned().collect())
    }

    fn digest(&self, path: &str) -> Result<Option<FileDigest>, Infallible> {
        Ok(self.get(path).map(|bytes| FileDigest::of(path, bytes)))
    }
}
