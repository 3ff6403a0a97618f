//! Files with a manifest that a log's key has signed: what an evidence bundle and an
//! archive are (`schemas/FORMAT.md` §9, §14). One form, and one way to hold files
//! against it.
//!
//! Knows paths and digests; does not know what the files hold, and opens none: they
//! are asked for through [`Files`].

use crate::document::{self, document};
use crate::integrity::chain::Digest;
pub use crate::integrity::issue::Of;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use std::io::{self, Read};

const BUFFER_BYTES: usize = 1 << 16;

/// One file, or a part of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileDigest {
    /// Below the folder, with `/`.
    pub path: String,
    pub size: u64,
    /// Lower-case hexadecimal, both.
    pub sha256: String,
    pub blake3: String,
}

document!(FileDigest { path, size, sha256, blake3 });

/// A bundle's page: `head`, what it carries, `tail`. It is named by what stands before
/// and after the data, since those data hold the manifest itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    pub path: String,
    pub carries: Vec<String>,
    pub head: FileDigest,
    pub tail: FileDigest,
}

document!(Page { path, carries, head, tail });

/// Every file but the manifest itself, its note and a page, by path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    pub of: Of,
    pub files: Vec<FileDigest>,
    /// Of bundles.
    pub page: Option<Page>,
}

/// The file.
struct Written {
    schema: String,
    files: Vec<FileDigest>,
    page: Option<Page>,
}

document!(Written { schema, files, page });

/// Files wherever they lie.
pub trait Files {
    type Error;

    /// All there are.
    fn paths(&self) -> Result<Vec<String>, Self::Error>;

    /// One of them; `None` if it is not there.
    fn digest(&self, path: &str) -> Result<Option<FileDigest>, Self::Error>;
}

/// A file that is not as its manifest says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    pub path: String,
    /// Chinese and English.
    pub reason: String,
}

impl FileDigest {
    pub fn of(path: &str, bytes: &[u8]) -> FileDigest {
        FileDigest {
            path: path.to_owned(),
            size: bytes.len() as u64,
            sha256: Digest(Sha256::digest(bytes).into()).to_string(),
            blake3: blake3::hash(bytes).to_hex().as_str().to_owned(),
        }
    }

    /// Reads a file through, however large it is.
    ///
    /// # Errors
    ///
    /// Those of the reader.
    pub fn read(path: &str, mut file: impl Read) -> io::Result<FileDigest> {
        let (mut blake3, mut sha256) = (blake3::Hasher::new(), Sha256::new());
        let mut buffer = vec![0; BUFFER_BYTES];
        let mut size = 0;
        loop {
            let count = match file.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let piece = buffer.get(..count).unwrap_or_default();
            blake3.update(piece);
            sha256.update(piece);
            size += count as u64;
        }
        Ok(FileDigest {
            path: path.to_owned(),
            size,
            sha256: Digest(sha256.finalize().into()).to_string(),
            blake3: blake3.finalize().to_hex().as_str().to_owned(),
        })
    }
}

/// A path that does not lead out of the folder.
fn is_below(path: &str) -> bool {
    let plain = |part: &str| !part.is_empty() && part != "." && part != "..";
    !path.contains('\\') && path.split('/').all(plain)
}

impl Manifest {
    /// The file's bytes.
    pub fn to_json(&self) -> Vec<u8> {
        let Manifest { of, files, page } = self.clone();
        let written = Written { schema: of.schema().to_owned(), files, page };
        let mut bytes = serde_json::to_vec_pretty(&written).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }

    /// Reads the file.
    ///
    /// # Errors
    ///
    /// That it is no manifest of this kind, or names a path that leads elsewhere.
    pub fn read(of: Of, bytes: &[u8]) -> Result<Manifest, String> {
        let read: Written = document::read(bytes).map_err(|error| error.to_string())?;
        if read.schema != of.schema() {
            return Err(format!("{}: not {}", read.schema, of.schema()));
        }
        match read.files.iter().find(|file| !is_below(&file.path)) {
            Some(file) => Err(format!("{}: 不在包内的路径 / a path that leads out", file.path)),
            None => Ok(Manifest { of, files: read.files, page: read.page }),
        }
    }

    /// What the log's key signs ([`crate::integrity::issue`]).
    pub fn digest(bytes: &[u8]) -> [u8; 32] {
        Sha256::digest(bytes).into()
    }

    /// Holds files against the manifest: how many are as it says, and every flaw. Each
    /// listed file has its size and digests, and none is there besides.
    ///
    /// # Errors
    ///
    /// Those of reading the files.
    pub fn hold<F: Files>(&self, files: &F) -> Result<(u64, Vec<Flaw>), F::Error> {
        let (mut right, mut flaws) = (0, Vec::new());
        let flaw = |path: &str, reason: String| Flaw { path: path.to_owned(), reason };
        for pair in self.files.windows(2).filter(|pair| pair[0].path >= pair[1].path) {
            let reason = format!("{}: 次序 / out of order", pair[1].path);
            flaws.push(flaw(self.of.manifest(), reason));
        }
        for listed in &self.files {
            match files.digest(&listed.path)? {
                Some(found) if found == *listed => right += 1,
                Some(found) => {
                    let reason = format!(
                        "与清单的摘要不符({} 字节,应为 {} 字节)/ not as listed ({0} bytes, {1} listed)",
                        found.size, listed.size
                    );
                    flaws.push(flaw(&listed.path, reason));
                }
                None => flaws
                    .push(flaw(&listed.path, "清单所列,不在此 / listed and not there".to_owned())),
            }
        }
        let known: BTreeSet<&str> = self.files.iter().map(|file| file.path.as_str()).collect();
        let page = self.page.as_ref().map(|page| page.path.as_str());
        let beside = [Some(self.of.manifest()), Some(self.of.note()), page];
        for path in files.paths()? {
            if !known.contains(path.as_str()) && !beside.contains(&Some(path.as_str())) {
                flaws.push(flaw(&path, "清单未列 / the manifest does not list it".to_owned()));
            }
        }
        Ok((right, flaws))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use std::convert::Infallible;

    impl Files for BTreeMap<&str, &[u8]> {
        type Error = Infallible;

        fn paths(&self) -> Result<Vec<String>, Infallible> {
            Ok(self.keys().map(|path| (*path).to_owned()).collect())
        }

        fn digest(&self, path: &str) -> Result<Option<FileDigest>, Infallible> {
            Ok(self.get(path).map(|bytes| FileDigest::of(path, bytes)))
        }
    }

    fn manifest(path: &str) -> Manifest {
        Manifest { of: Of::Archive, files: vec![FileDigest::of(path, b"x")], page: None }
    }

    #[test]
    fn a_manifest_comes_back_and_leads_nowhere_else() {
        let good = manifest("logs/open.ndjson");
        assert_eq!(Manifest::read(Of::Archive, &good.to_json()), Ok(good.clone()));
        assert!(Manifest::read(Of::Bundle, &good.to_json()).is_err(), "of another kind");
        for path in ["../plumbline.toml", "/etc/hosts", "", "logs/../../x", "a\\b", "a//b"] {
            assert!(Manifest::read(Of::Archive, &manifest(path).to_json()).is_err(), "{path}");
        }
        assert!(Manifest::read(Of::Archive, b"{}").is_err());
        assert_eq!(FileDigest::read("a", &b"x"[..]).unwrap(), FileDigest::of("a", b"x"));
    }

    #[test]
    fn whatever_is_other_than_listed_is_named() {
        let mut listed = manifest("a");
        listed.files.push(FileDigest::of("b", b"y"));
        let sound: BTreeMap<&str, &[u8]> = BTreeMap::from([("a", &b"x"[..]), ("b", b"y")]);
        assert_eq!(listed.hold(&sound), Ok((2, Vec::new())));
        let named = |files: &BTreeMap<&str, &[u8]>, listed: &Manifest| {
            let (right, flaws) = listed.hold(files).unwrap();
            (right, flaws.into_iter().map(|flaw| flaw.path).collect::<Vec<_>>())
        };
        let mut files = sound.clone();
        files.insert("a", b"z");
        files.insert("c", b"more");
        assert_eq!(named(&files, &listed), (1, vec!["a".to_owned(), "c".to_owned()]));
        files.remove("b");
        files.remove("c");
        assert_eq!(named(&files, &listed), (0, vec!["a".to_owned(), "b".to_owned()]));
        listed.files.swap(0, 1);
        assert_eq!(named(&sound, &listed), (2, vec!["archive.json".to_owned()]));
    }
}
