//! Whatever happens to the files, the models open and are what the log says.

use super::book::{Book, follow, grown_at_once, names, plenty};
use plumbline::projection::{Models, Place};
use std::fs;
use std::path::{Path, PathBuf};

/// A folder of models at the end of a log, and the bytes of its files.
struct Sound {
    dir: tempfile::TempDir,
    book: Book,
    files: Vec<(PathBuf, Vec<u8>)>,
}

impl Sound {
    fn new(count: usize) -> Sound {
        let dir = tempfile::tempdir().unwrap();
        let book = Book::of(&plenty(count), 10);
        follow(&mut Models::open(&place(dir.path()), book.sources(), &names()).unwrap());
        let mut files = Vec::new();
        collect(dir.path(), &mut files);
        files.sort();
        Sound { dir, book, files }
    }

    /// Opens the models after `harm`, checks them, and puts the files back.
    /// Returns the names of those that were set aside.
    fn after(&self, harm: impl FnOnce(&Path)) -> Vec<&'static str> {
        harm(self.dir.path());
        let mut models = Models::open(&self.place(), self.book.sources(), &names()).unwrap();
        let set_aside = models.set_aside().iter().map(|one| one.name).collect();
        follow(&mut models);
        self.book.check(&models);
        assert_eq!(models.grown(), grown_at_once(&self.book).grown());
        drop(models);
        fs::remove_dir_all(self.dir.path()).unwrap();
        for (path, bytes) in &self.files {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        set_aside
    }

    fn place(&self) -> Place {
        place(self.dir.path())
    }
}

fn place(dir: &Path) -> Place {
    Place::new(dir.to_owned())
}

fn collect(dir: &Path, out: &mut Vec<(PathBuf, Vec<u8>)>) {
    for item in fs::read_dir(dir).unwrap() {
        let path = item.unwrap().path();
        if path.is_dir() {
            collect(&path, out);
        } else {
            out.push((path.clone(), fs::read(&path).unwrap()));
        }
    }
}

#[test]
fn flipped_bytes_cost_nothing_but_time() {
    let sound = Sound::new(300);
    let mut found = 0;
    let mut used = 0;
    for (path, bytes) in &sound.files {
        // Where the file holds something: what follows is preallocated.
        let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        let step = (end / 12).max(1);
        for at in (0..end).step_by(step) {
            let set_aside = sound.after(|_| {
                let mut bytes = bytes.clone();
                bytes[at] ^= 0x55;
                fs::write(path, bytes).unwrap();
            });
            used += 1;
            found += usize::from(!set_aside.is_empty());
        }
    }
    // The others hit pages that were written again elsewhere.
    assert!(found * 4 > used, "{found} of {used} flips were found");
}

#[test]
fn files_cut_short_cost_nothing_but_time() {
    let sound = Sound::new(300);
    for (path, bytes) in &sound.files {
        let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        for at in [0, end / 3, end / 2, end.saturating_sub(1)] {
            sound.after(|_| fs::write(path, &bytes[..at]).unwrap());
        }
    }
}

#[test]
fn missing_files_and_foreign_ones_cost_nothing_but_time() {
    let sound = Sound::new(120);
    for (path, _) in &sound.files {
        sound.after(|_| fs::remove_file(path).unwrap());
        sound.after(|_| fs::write(path, b"something else entirely").unwrap());
    }
    for name in names() {
        assert!(sound.after(|dir| fs::remove_dir_all(dir.join(name)).unwrap()).is_empty());
        let set_aside = sound.after(|dir| {
            fs::remove_dir_all(dir.join(name)).unwrap();
            fs::write(dir.join(name), b"a file where the folder was").unwrap();
        });
        assert_eq!(set_aside, [name]);
    }
    assert!(sound.after(|dir| fs::remove_dir_all(dir).unwrap()).is_empty());
}

#[test]
fn the_rows_of_an_older_batch_are_caught_up_and_those_of_another_log_set_aside() {
    let sound = Sound::new(120);
    let mut longer = Book::of(&plenty(120), 10);
    longer.append(&plenty(30));
    // As a restored copy would be: sound, and behind.
    let mut models = Models::open(&sound.place(), longer.sources(), &names()).unwrap();
    assert!(models.set_aside().is_empty());
    follow(&mut models);
    longer.check(&models);
    drop(models);
    // Now ahead of the log that it was grown from.
    let shorter = Models::open(&sound.place(), sound.book.sources(), &names()).unwrap();
    assert_eq!(shorter.set_aside().len(), names().len());
    drop(shorter);
    // And beside one of the same length with other entries.
    let mut other = plenty(120);
    other[7].3 += 1;
    let other = Book::of(&other, 10);
    sound.after(|_| {});
    let mut models = Models::open(&sound.place(), other.sources(), &names()).unwrap();
    assert_eq!(models.set_aside().len(), names().len());
    assert!(models.set_aside().iter().all(|one| one.reason.contains("another entry")));
    follow(&mut models);
    other.check(&models);
}
