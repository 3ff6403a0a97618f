//! A log as a folder of tiles (c2sp.org/tlog-tiles), as `plumb export tiles` writes
//! it: its entries as a source for the walk, and every tile of hashes held against
//! them.

use super::{AuditError, listed, unreadable};
use crate::integrity::chain::Digest;
use crate::integrity::tile::{self, Content, HEIGHT, Tile, WIDTH};
use crate::integrity::tree::{Frontier, leaf_hash};
use crate::walk::{FirstBad, Form, Input, Outcome, Source, Verdict};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Whether a folder is a tiled log.
pub(super) fn is_tiled(path: &Path) -> bool {
    path.join("tile").join("entries").is_dir()
}

/// The files with its entries, in order: full bundles as far as they go, then the
/// widest partial one.
pub(super) fn bundles(path: &Path) -> Result<Vec<PathBuf>, AuditError> {
    let mut out = Vec::new();
    loop {
        let full = Tile { content: Content::Entries, index: out.len() as u64, width: WIDTH as u16 };
        let file = path.join(full.to_string());
        if file.is_file() {
            out.push(file);
            continue;
        }
        let mut partial = file.into_os_string();
        partial.push(".p");
        let partial = PathBuf::from(partial);
        let widths = if partial.is_dir() { listed(&partial)? } else { Vec::new() };
        let width = |path: &PathBuf| path.file_name()?.to_str()?.parse::<u16>().ok();
        out.extend(widths.into_iter().filter(|path| width(path).is_some()).max_by_key(width));
        return Ok(out);
    }
}

/// Whether a file lies where bundles of entries lie.
pub(super) fn is_bundle(path: &Path) -> bool {
    path.ancestors().any(|part| part.ends_with("tile/entries"))
}

/// The entries of a bundle. What is left where a length does not fit stands as an
/// entry, which it is not: so it is found.
pub(super) fn entries(bytes: &[u8]) -> Vec<&[u8]> {
    let (mut out, mut rest) = (Vec::new(), bytes);
    while !rest.is_empty() {
        let entry = rest.split_first_chunk::<2>().and_then(|(length, after)| {
            after.split_at_checked(usize::from(u16::from_be_bytes(*length)))
        });
        match entry {
            Some((entry, after)) => {
                out.push(entry);
                rest = after;
            }
            None => {
                out.push(rest);
                break;
            }
        }
    }
    out
}

/// A bundle as the walk reads it: entries one a line.
pub(super) fn source(path: &Path) -> Source<'static> {
    let file = path.to_owned();
    let open = Box::new(move || {
        let bytes = std::fs::read(&file)?;
        let lines = entries(&bytes).into_iter().flat_map(|entry| entry.iter().chain(b"\n"));
        let lines: Vec<u8> = lines.copied().collect();
        Ok(Box::new(std::io::Cursor::new(lines)) as Box<dyn Input>)
    });
    Source { place: path.display().to_string(), form: Form::Lines, open }
}

/// Holds every tile of hashes against the entries, and says where one is missing
/// that a tree of this size has.
pub(super) fn hold(path: &Path, verdict: &mut Verdict) -> Result<(), AuditError> {
    let levels = levels(path)?;
    let size = levels.first().map_or(0, Vec::len) as u64;
    let due = tile::all(size).filter(|tile| matches!(tile.content, Content::Hashes(_)));
    let mut tiles: BTreeSet<Tile> = due.collect();
    let mut found = Vec::new();
    files(path, &path.join("tile"), &mut found)?;
    // Partial tiles of readers of older checkpoints are kept.
    tiles.extend(found.iter().filter(|tile| matches!(tile.content, Content::Hashes(_))));
    for tile in &tiles {
        if let Some(reason) = wrong(path, tile, &levels)? {
            verdict.outcome = Outcome::Fail;
            verdict.first_bad.get_or_insert(FirstBad {
                position: tile.first() << tile.tree_level(),
                reason: reason.to_owned(),
                place: path.join(tile.to_string()).display().to_string(),
                id: None,
                stream: None,
            });
        }
    }
    Ok(())
}

fn wrong(
    path: &Path,
    tile: &Tile,
    levels: &[Vec<Digest>],
) -> Result<Option<&'static str>, AuditError> {
    let file = path.join(tile.to_string());
    if !file.is_file() {
        // The full one may have taken its place.
        let full = path.join(Tile { width: WIDTH as u16, ..*tile }.to_string());
        let gone = !full.is_file();
        return Ok(gone.then_some("缺少此块 / the tree has this tile, and it is not there"));
    }
    let bytes = std::fs::read(&file).map_err(|error| unreadable(&file, &error))?;
    let level = levels.get(usize::from(tile.content.level())).map_or(&[][..], Vec::as_slice);
    let from = usize::try_from(tile.first()).unwrap_or(usize::MAX);
    let due = from.checked_add(usize::from(tile.width)).and_then(|to| level.get(from..to));
    let due: Option<Vec<u8>> = due.map(|due| due.iter().flat_map(|hash| hash.0).collect());
    let fits = due.is_some_and(|due| due == bytes);
    Ok((!fits).then_some("与记录的哈希不符 / not the hashes of the entries"))
}

/// The complete nodes of every eighth level.
fn levels(path: &Path) -> Result<Vec<Vec<Digest>>, AuditError> {
    let mut leaves = Vec::new();
    for file in bundles(path)? {
        let bytes = std::fs::read(&file).map_err(|error| unreadable(&file, &error))?;
        leaves.extend(entries(&bytes).into_iter().map(leaf_hash));
    }
    let mut levels = vec![leaves];
    while let Some(below) = levels.last().filter(|below| below.len() >= 1 << HEIGHT) {
        let above = below.chunks_exact(1 << HEIGHT).map(|under| {
            let mut frontier = Frontier::new();
            under.iter().for_each(|hash| frontier.push(*hash));
            frontier.root()
        });
        let above = above.collect();
        levels.push(above);
    }
    Ok(levels)
}

fn files(root: &Path, folder: &Path, out: &mut Vec<Tile>) -> Result<(), AuditError> {
    for path in listed(folder)? {
        if path.is_dir() {
            files(root, &path, out)?;
        } else if let Ok(inner) = path.strip_prefix(root) {
            out.extend(inner.to_str().and_then(Tile::parse));
        }
    }
    Ok(())
}
