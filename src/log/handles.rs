//! Open files for reading, a bounded number of them.

use super::files::{FileHandle, Files};
use super::segment_path;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// Hundreds of segments would use up a process's descriptors.
const HANDLES_MAX: usize = 64;

/// Read handles of segments; the one used longest ago is closed for a new one.
#[derive(Default)]
pub(super) struct Handles {
    open: Vec<Open>,
    uses: u64,
}

struct Open {
    segment: u64,
    file: Arc<dyn FileHandle>,
    last_use: u64,
}

impl Handles {
    pub fn get(
        &mut self,
        files: &dyn Files,
        dir: &Path,
        segment: u64,
    ) -> io::Result<Arc<dyn FileHandle>> {
        self.uses += 1;
        let last_use = self.uses;
        if let Some(open) = self.open.iter_mut().find(|open| open.segment == segment) {
            open.last_use = last_use;
            return Ok(open.file.clone());
        }
        let file: Arc<dyn FileHandle> = files.open(&segment_path(dir, segment), false)?.into();
        if self.open.len() >= HANDLES_MAX {
            let oldest = (0..self.open.len()).min_by_key(|&at| self.open[at].last_use);
            self.open.swap_remove(oldest.unwrap_or(0));
        }
        self.open.push(Open { segment, file: file.clone(), last_use });
        Ok(file)
    }

    #[cfg(test)]
    fn count(&self) -> usize {
        self.open.len()
    }
}

#[cfg(test)]
mod tests {
    use super::super::files::RealFiles;
    use super::*;

    #[test]
    fn handles_stay_few_and_the_used_ones_stay_open() {
        let dir = tempfile::tempdir().unwrap();
        for segment in 0..200 {
            std::fs::write(segment_path(dir.path(), segment), [segment as u8]).unwrap();
        }
        let mut handles = Handles::default();
        let first = handles.get(&RealFiles, dir.path(), 0).unwrap();
        for segment in 0..200 {
            let file = handles.get(&RealFiles, dir.path(), segment).unwrap();
            let mut byte = [0];
            assert_eq!(file.read_at(&mut byte, 0).unwrap(), 1);
            assert_eq!(byte, [segment as u8]);
            let again = handles.get(&RealFiles, dir.path(), 0).unwrap();
            assert!(Arc::ptr_eq(&first, &again), "the one in use was closed");
        }
        assert_eq!(handles.count(), HANDLES_MAX);
    }
}
