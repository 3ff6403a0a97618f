//! Zip files whose members are stored as they are: what a bundle and an archive in one
//! file are. Does not know what the members hold; `plumbline_replay::bundle` reads them.

use std::io::{self, Read, Seek, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// Writes members in the order given, all of 1980: the same files are the same bytes.
///
/// # Errors
///
/// Those of reading and writing.
pub fn write<'n, W: Write + Seek, R: Read>(
    out: W,
    names: impl IntoIterator<Item = &'n str>,
    open: impl Fn(&str) -> io::Result<R>,
) -> io::Result<W> {
    let mut zip = ZipWriter::new(out);
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::DEFAULT)
        .unix_permissions(0o644);
    for name in names {
        zip.start_file(name, options).map_err(io::Error::other)?;
        io::copy(&mut open(name)?, &mut zip)?;
    }
    zip.finish().map_err(io::Error::other)
}
