//! Whether a file can be an export with one entry a line. Knows how entries begin, and
//! the first lines of other files that are easily taken for one; verifies nothing.

use super::{AuditError, unreadable};
use crate::integrity::note::Note;
use crate::integrity::tlog_proof::is_proof;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// Of a file that holds no entry, this much is looked at for what it may be.
const HEAD_BYTES: usize = 64 << 10;

/// Refuses a file of which no line begins as an entry does. One changed line among
/// others is a matter for verification; no line at all is another file.
pub(super) fn hold(path: &Path) -> Result<(), AuditError> {
    let failed = |error: std::io::Error| unreadable(path, &error);
    let mut file = BufReader::new(File::open(path).map_err(failed)?);
    let (mut head, mut line) = (Vec::new(), Vec::new());
    loop {
        line.clear();
        let read = file.read_until(b'\n', &mut line).map_err(failed)?;
        if line.first() == Some(&b'{') || (read == 0 && head.is_empty()) {
            return Ok(());
        }
        if read == 0 {
            let hint = hint(&String::from_utf8_lossy(&head));
            return Err(AuditError::NoEntries { path: path.to_owned(), hint });
        }
        let rest = HEAD_BYTES.saturating_sub(head.len());
        head.extend_from_slice(line.get(..rest).unwrap_or(&line));
    }
}

fn hint(head: &str) -> &'static str {
    if is_proof(head) {
        ";这是存在证明:plumb verify inclusion / it is a proof: `plumb verify inclusion`"
    } else if Note::parse(head).is_ok() {
        ";这是检查点:随所核验的账用 --checkpoint 给出 / it is a checkpoint: give it with \
         --checkpoint beside the log"
    } else {
        ""
    }
}
