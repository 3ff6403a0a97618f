//! Evidence bundles found at a path: in their zip file, or unpacked into a folder.

use crate::bundle::{Pack, file, is_zip};
use crate::manifest::Of;
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

/// Larger than any bundle of cases; what is larger is refused before it is read.
const BYTES_MAX: u64 = 1 << 30;

/// A zip member's header with the shortest of a bundle's names.
const HEADER_BYTES: usize = 30 + file::ABOUT.len();

/// Why there is no bundle to look at.
#[derive(Debug)]
pub enum PackError {
    Unreadable {
        place: String,
        reason: String,
    },
    /// Broken, or not as a bundle is.
    NotABundle {
        place: String,
        reason: String,
    },
    /// Something else, which was taken for one: nothing is proved by it.
    Another {
        place: String,
        reason: String,
    },
}

impl fmt::Display for PackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PackError::Unreadable { place, reason } => {
                write!(f, "{place}: 不能读取 / cannot be read: {reason}")
            }
            PackError::NotABundle { place, reason } | PackError::Another { place, reason } => {
                write!(f, "{place}: 不是证据包 / not an evidence bundle: {reason}")
            }
        }
    }
}

impl std::error::Error for PackError {}

impl PackError {
    /// As the commands end (design §8).
    pub fn exit_code(&self) -> u8 {
        match self {
            PackError::NotABundle { .. } => 3,
            PackError::Unreadable { .. } | PackError::Another { .. } => 4,
        }
    }
}

/// Whether a path looks like a bundle: a zip file, or a folder with a manifest.
pub fn is_pack(path: &Path) -> bool {
    if path.is_dir() {
        return path.join(file::MANIFEST).is_file();
    }
    let mut head = [0; 4];
    let read = std::fs::File::open(path)
        .and_then(|mut file| std::io::Read::read_exact(&mut file, &mut head));
    read.is_ok() && is_zip(&head)
}

const AN_ARCHIVE: &str = "是归档包:plumb verify archive 核验,或解开后给出文件夹 / an archive: plumb \
                          verify archive, or unzip it and name its folder";

/// Reads a bundle's zip file, or the folder that it was unpacked into.
pub fn read_pack(path: &Path) -> Result<Pack, PackError> {
    let place = path.display().to_string();
    let failed = |error: std::io::Error| PackError::Unreadable {
        place: path.display().to_string(),
        reason: error.to_string(),
    };
    if path.is_dir() {
        let mut files = BTreeMap::new();
        folder(path, "", &mut files).map_err(failed)?;
        return Ok(Pack::from_files(files));
    }
    let length = std::fs::metadata(path).map_err(failed)?.len();
    if length > BYTES_MAX {
        return Err(PackError::NotABundle { place, reason: format!("{length} bytes") });
    }
    let bytes = std::fs::read(path).map_err(failed)?;
    // A zip file in which no member is called as a bundle's was never one; of one that is
    // cut within its first header nothing is known.
    let holds = |name: &str| bytes.windows(name.len()).any(|part| part == name.as_bytes());
    let is_one = bytes.len() < HEADER_BYTES
        || [file::README, file::ABOUT, file::MANIFEST].into_iter().any(holds);
    let pack = Pack::from_zip(&bytes).map_err(|reason| match is_one {
        true => PackError::NotABundle { place: place.clone(), reason },
        false => PackError::Another { place: place.clone(), reason },
    })?;
    if pack.get(Of::Archive.manifest()).is_some() {
        let reason = AN_ARCHIVE.to_owned();
        return Err(PackError::Another { place, reason });
    }
    Ok(pack)
}

fn folder(path: &Path, prefix: &str, out: &mut BTreeMap<String, Vec<u8>>) -> std::io::Result<()> {
    for item in std::fs::read_dir(path)? {
        let item = item?;
        let name = format!("{prefix}{}", item.file_name().to_string_lossy());
        if item.file_type()?.is_dir() {
            folder(&item.path(), &format!("{name}/"), out)?;
        } else {
            out.insert(name, std::fs::read(item.path())?);
        }
    }
    Ok(())
}
