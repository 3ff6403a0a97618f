//! NDJSON: the stored bytes of each entry, exactly, one a line.

use super::view::View;
use super::{Entries, ExportError, Exported, Selection};
use std::io::Write;

/// Writes the selected entries.
pub fn write(
    entries: &dyn Entries,
    selection: &Selection,
    out: &mut dyn Write,
) -> Result<Exported, ExportError> {
    let mut exported = Exported::default();
    let everything =
        selection.stream.is_none() && selection.system.is_none() && selection.kind.is_none();
    entries.each(&mut |position, entry| {
        // Without a selection even an entry that cannot be parsed is exported:
        // it is evidence.
        if everything || View::read(position, entry)?.is_selected(selection) {
            out.write_all(entry)?;
            out.write_all(b"\n")?;
            exported.events += 1;
        }
        Ok(())
    })?;
    out.flush()?;
    Ok(exported)
}
