//! The manifest of an archive: every other file with its size and two digests.

use plumbline_replay::integrity::chain::{Digest, entry_hash};
use plumbline_replay::integrity::json::{self, Json};
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

/// Name and version of the form.
pub const SCHEMA: &str = "plumbline.archive/1";
const BUFFER_BYTES: usize = 1 << 16;

/// One file of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Below the archive's folder, with `/`.
    pub path: String,
    pub bytes: u64,
    /// In lower-case hex, both.
    pub blake3: String,
    pub sha256: String,
}

/// What an archive holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// Origin of the open log.
    pub origin: String,
    /// RFC 3339: the moment that whoever made it gave.
    pub made_at: String,
    /// Names of the logs with the numbers of their entries.
    pub logs: Vec<(String, u64)>,
    /// By path.
    pub files: Vec<Listed>,
}

impl Listed {
    /// Reads a file of an archive through.
    pub fn of(folder: &Path, path: &str) -> io::Result<Listed> {
        let mut file = File::open(folder.join(path))?;
        let (mut blake3, mut sha256) = (blake3::Hasher::new(), Sha256::new());
        let mut buffer = vec![0; BUFFER_BYTES];
        let mut bytes = 0;
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
            bytes += count as u64;
        }
        let sha256: [u8; 32] = sha256.finalize().into();
        Ok(Listed {
            path: path.to_owned(),
            bytes,
            blake3: blake3.finalize().to_hex().to_string(),
            sha256: Digest(sha256).to_string(),
        })
    }

    fn to_json(&self) -> Json<'static> {
        Json::object([
            ("path", Json::text(self.path.clone())),
            ("bytes", Json::Int(i64::try_from(self.bytes).unwrap_or(i64::MAX))),
            ("blake3", Json::text(self.blake3.clone())),
            ("sha256", Json::text(self.sha256.clone())),
        ])
    }

    fn from_json(json: &Json<'_>) -> Option<Listed> {
        let text = |name: &str| json.get(name).and_then(Json::as_str).map(str::to_owned);
        Some(Listed {
            path: text("path").filter(|path| is_below(path))?,
            bytes: u64::try_from(json.get("bytes")?.as_int()?).ok()?,
            blake3: text("blake3")?,
            sha256: text("sha256")?,
        })
    }
}

/// A path that does not lead out of the folder.
fn is_below(path: &str) -> bool {
    let plain = |part: Component<'_>| matches!(part, Component::Normal(_));
    !path.is_empty() && !path.contains('\\') && Path::new(path).components().all(plain)
}

impl Manifest {
    /// The bytes of the file: canonical JSON (RFC 8785) and a line end.
    pub fn to_bytes(&self) -> Vec<u8> {
        let size = |size: u64| Json::Int(i64::try_from(size).unwrap_or(i64::MAX));
        let logs = self.logs.iter().map(|(name, entries)| {
            Json::object([("log", Json::text(name.clone())), ("entries", size(*entries))])
        });
        let json = Json::object([
            ("schema", Json::text(SCHEMA)),
            ("origin", Json::text(self.origin.clone())),
            ("made_at", Json::text(self.made_at.clone())),
            ("logs", Json::List(logs.collect())),
            ("files", Json::List(self.files.iter().map(Listed::to_json).collect())),
        ]);
        let mut bytes = json.to_bytes();
        bytes.push(b'\n');
        bytes
    }

    /// Reads [`Manifest::to_bytes`]; `None` for anything else.
    pub fn parse(bytes: &[u8]) -> Option<Manifest> {
        let json = json::parse(bytes.trim_ascii_end()).ok()?;
        let text = |name: &str| json.get(name).and_then(Json::as_str).map(str::to_owned);
        text("schema").filter(|schema| schema == SCHEMA)?;
        let log = |log: &Json<'_>| {
            let entries = u64::try_from(log.get("entries")?.as_int()?).ok()?;
            Some((log.get("log")?.as_str()?.to_owned(), entries))
        };
        Some(Manifest {
            origin: text("origin")?,
            made_at: text("made_at")?,
            logs: json.get("logs")?.as_list()?.iter().map(log).collect::<Option<_>>()?,
            files: json
                .get("files")?
                .as_list()?
                .iter()
                .map(Listed::from_json)
                .collect::<Option<_>>()?,
        })
    }
}

/// What the open log signs.
pub fn digest(bytes: &[u8]) -> Digest {
    entry_hash(bytes)
}

/// Every file below a folder but those two that the manifest cannot list, sorted.
pub fn files(folder: &Path) -> io::Result<Vec<String>> {
    let mut out = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(below) = folders.pop() {
        for item in std::fs::read_dir(folder.join(&below))? {
            let item = item?;
            let path = below.join(item.file_name());
            if item.file_type()?.is_dir() {
                folders.push(path);
            } else {
                let parts = path.components().map(|part| part.as_os_str().to_string_lossy());
                out.push(parts.collect::<Vec<_>>().join("/"));
            }
        }
    }
    out.retain(|path| path != super::MANIFEST && path != super::NOTE);
    out.sort_unstable();
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_comes_back_and_leads_nowhere_else() {
        let listed = |path: &str| Listed {
            path: path.to_owned(),
            bytes: 5,
            blake3: "0".repeat(64),
            sha256: "1".repeat(64),
        };
        let manifest = |path: &str| Manifest {
            origin: "city.example/open".to_owned(),
            made_at: "2026-01-02T03:04:05Z".to_owned(),
            logs: vec![("open".to_owned(), 7)],
            files: vec![listed(path)],
        };
        let good = manifest("logs/open.ndjson");
        assert_eq!(Manifest::parse(&good.to_bytes()), Some(good));
        for path in ["../plumbline.toml", "/etc/hosts", "", "logs/../../x", "a\\b"] {
            assert_eq!(Manifest::parse(&manifest(path).to_bytes()), None, "{path}");
        }
        assert_eq!(Manifest::parse(b"{}"), None);
    }
}
