//! A disk in memory that does what disks do: it forgets what was not synced,
//! sector by sector; it fails, before or after having done as asked; it tears;
//! it is full; and processes die on it.

use plumbline::log::{FileHandle, Files, LockAttempt, LockGuard};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

pub const SECTOR: usize = 512;

/// What happens at one operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is not done, and fails.
    Fails,
    /// It is done, and fails.
    HappensThenFails,
    /// A write leaves every second sector; anything else is not done. It fails.
    Torn,
    /// No room: whole pages of a write are left, nothing of anything else.
    Full,
    /// The process dies in the middle: whole pages of a write are left.
    Killed,
    /// The power goes: nothing is done from here on.
    PowerCut,
}

/// A numbered pseudo-random choice, the same for the same seed.
#[derive(Clone)]
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    pub fn coin(&mut self) -> bool {
        self.roll() & 1 == 1
    }

    /// True but once in sixteen.
    pub fn likely(&mut self) -> bool {
        self.roll() & 15 != 0
    }
}

type FileId = usize;

#[derive(Clone, Default)]
struct Content {
    live: Vec<u8>,
    durable: Vec<u8>,
    /// Sectors that the next sync writes.
    dirty: BTreeSet<usize>,
}

#[derive(Clone, Default)]
struct State {
    files: Vec<Content>,
    names: BTreeMap<PathBuf, FileId>,
    durable_names: BTreeMap<PathBuf, FileId>,
    dirs: BTreeSet<PathBuf>,
    locks: BTreeMap<PathBuf, String>,
    /// The process that may act; handles of others are dead.
    process: u64,
    powered_off: bool,
    /// No file can grow.
    full: bool,
    trace: Vec<String>,
    fault: Option<(usize, Fault)>,
}

/// One process's view of the disk.
#[derive(Clone)]
pub struct Disk {
    state: Arc<Mutex<State>>,
    process: u64,
}

/// What an operation is about to do.
enum Go {
    Do,
    DoThenFail,
    /// Do what the fault leaves of a write, then fail.
    Part(Fault),
}

impl Disk {
    pub fn new() -> Disk {
        Disk { state: Arc::default(), process: 0 }
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.state.lock().unwrap())
    }

    /// Lets the operation number `at`, counted from now, meet a fault.
    pub fn plan(&self, at: usize, fault: Fault) {
        self.with(|state| {
            state.trace.clear();
            state.fault = Some((at, fault));
        });
    }

    /// Takes a planned fault away and forgets the trace.
    pub fn calm(&self) {
        self.with(|state| {
            state.trace.clear();
            state.fault = None;
        });
    }

    /// Operations since the last plan, by name.
    pub fn trace(&self) -> Vec<String> {
        self.with(|state| state.trace.clone())
    }

    /// Ends the process as `kill -9` does. What it wrote is in the system's
    /// memory; the next process goes on with it.
    pub fn next_process(&self) -> Disk {
        let process = self.with(|state| {
            state.process += 1;
            state.locks.clear();
            state.fault = None;
            state.trace.clear();
            state.process
        });
        Disk { state: self.state.clone(), process }
    }

    /// Lets no file grow, or lets them again.
    pub fn fill_up(&self, full: bool) {
        self.with(|state| state.full = full);
    }

    /// A copy of the disk as it is, for trying one thing and then another.
    pub fn fork(&self) -> Disk {
        Disk {
            state: Arc::new(Mutex::new(self.with(|state| state.clone()))),
            process: self.process,
        }
    }

    /// What the disk holds after a power cut now: any of the sectors, lengths
    /// and names that were not synced may have been written: each with an even
    /// chance, and for odd seeds nearly all, as where the power goes late.
    pub fn after_power_cut(&self, seed: u64) -> Disk {
        let mut dice = Dice(seed);
        let kept: fn(&mut Dice) -> bool = if seed % 2 == 1 { Dice::likely } else { Dice::coin };
        let state = self.with(|state| state.clone());
        let mut names = BTreeMap::new();
        let both = state.names.keys().chain(state.durable_names.keys());
        for path in both.collect::<BTreeSet<_>>() {
            let (live, durable) = (state.names.get(path), state.durable_names.get(path));
            let chosen = if kept(&mut dice) { live } else { durable };
            if let Some(&id) = chosen {
                names.insert(path.clone(), id);
            }
        }
        let files: Vec<Content> =
            state.files.iter().map(|f| survivor(f, &mut dice, kept)).collect();
        let fresh = State {
            files,
            durable_names: names.clone(),
            names,
            dirs: state.dirs,
            ..State::default()
        };
        Disk { state: Arc::new(Mutex::new(fresh)), process: 0 }
    }

    /// The files of a directory as any program would read them.
    pub fn files_in(&self, dir: &Path) -> BTreeMap<String, Vec<u8>> {
        self.with(|state| {
            let inside = state.names.iter().filter(|(path, _)| path.parent() == Some(dir));
            let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
            inside.map(|(path, &id)| (name(path), state.files[id].live.clone())).collect()
        })
    }

    /// Changes a file behind the program's back, durably.
    pub fn tamper(&self, path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
        self.with(|state| {
            let file = &mut state.files[state.names[path]];
            change(&mut file.live);
            file.durable = file.live.clone();
            file.dirty.clear();
        });
    }

    /// Does one operation, or what the planned fault leaves of it.
    fn operate<T>(
        &self,
        name: impl FnOnce(&State) -> String,
        act: impl FnOnce(&mut State, Option<Fault>) -> io::Result<T>,
    ) -> io::Result<T> {
        // What was done and is called failed is dropped with the disk unlocked: a lock
        // that is given back asks for it.
        let (done, failure) = self.with(|state| {
            if state.powered_off || state.process != self.process {
                return (None, Some(io::Error::other("this process is dead")));
            }
            let number = state.trace.len();
            let name = name(state);
            state.trace.push(name);
            let go = match state.fault {
                Some((at, fault)) if at == number => match fault {
                    Fault::HappensThenFails => Go::DoThenFail,
                    fault => Go::Part(fault),
                },
                _ => Go::Do,
            };
            match go {
                Go::Do => (Some(act(state, None)), None),
                Go::DoThenFail => match act(state, None) {
                    Ok(done) => (Some(Ok(done)), Some(io::Error::other("planned"))),
                    Err(error) => (None, Some(error)),
                },
                Go::Part(fault) => {
                    let part = act(state, Some(fault));
                    match fault {
                        Fault::Full => {
                            return (Some(part), Some(io::ErrorKind::StorageFull.into()));
                        }
                        Fault::Killed => state.process += 1,
                        Fault::PowerCut => state.powered_off = true,
                        _ => {}
                    }
                    (Some(part), Some(io::Error::other("planned")))
                }
            }
        });
        match (done, failure) {
            (_, Some(failure)) => Err(failure),
            (Some(done), None) => done,
            (None, None) => unreachable!("an operation is done or fails"),
        }
    }
}

fn survivor(file: &Content, dice: &mut Dice, kept: fn(&mut Dice) -> bool) -> Content {
    let length = if kept(dice) { file.live.len() } else { file.durable.len() };
    let mut bytes = file.durable.clone();
    bytes.resize(length, 0);
    for start in (0..length).step_by(SECTOR) {
        let end = length.min(start + SECTOR);
        let live = |at: usize| file.live.get(at).copied();
        let same = (start..end).all(|at| live(at).is_none_or(|byte| byte == bytes[at]));
        if !same && kept(dice) {
            for (at, byte) in bytes[start..end].iter_mut().enumerate() {
                *byte = live(start + at).unwrap_or(*byte);
            }
        }
    }
    Content { live: bytes.clone(), durable: bytes, dirty: BTreeSet::new() }
}

impl Content {
    fn write(&mut self, bytes: &[u8], offset: usize) {
        let end = offset + bytes.len();
        if self.live.len() < end {
            self.live.resize(end, 0);
        }
        self.live[offset..end].copy_from_slice(bytes);
        self.dirty.extend(offset / SECTOR..end.div_ceil(SECTOR));
    }

    /// What a fault leaves of a write.
    fn write_part(&mut self, bytes: &[u8], offset: usize, fault: Fault) {
        match fault {
            Fault::Torn => {
                let first = SECTOR - offset % SECTOR;
                let (head, rest) = bytes.split_at(first.min(bytes.len()));
                let pieces = std::iter::once(head).chain(rest.chunks(SECTOR));
                let mut at = offset;
                for (index, piece) in pieces.enumerate() {
                    if index % 2 == 1 {
                        self.write(piece, at);
                    }
                    at += piece.len();
                }
            }
            // The system copies, and finds room, page by page.
            Fault::Full | Fault::Killed => {
                let page = (offset + bytes.len()) / 4096 * 4096;
                self.write(&bytes[..page.saturating_sub(offset)], offset);
            }
            // The write had reached memory: any part may have reached the disk.
            Fault::PowerCut => self.write(bytes, offset),
            Fault::Fails | Fault::HappensThenFails => {}
        }
    }

    fn sync(&mut self) {
        self.durable.resize(self.live.len(), 0);
        for sector in std::mem::take(&mut self.dirty) {
            let start = sector * SECTOR;
            let end = self.live.len().min(start + SECTOR);
            if start < end {
                self.durable[start..end].copy_from_slice(&self.live[start..end]);
            }
        }
    }
}

struct Handle {
    disk: Disk,
    id: FileId,
}

impl Handle {
    fn operate<T>(
        &self,
        what: &str,
        act: impl FnOnce(&mut Content, Option<Fault>) -> io::Result<T>,
    ) -> io::Result<T> {
        let name = |state: &State| {
            let named = state.names.iter().find(|(_, id)| **id == self.id);
            format!("{what} {}", named.map_or("?".to_owned(), |(path, _)| file_name(path)))
        };
        self.disk.operate(name, |state, fault| act(&mut state.files[self.id], fault))
    }
}

fn unless<T>(fault: Option<Fault>, act: impl FnOnce() -> T) -> io::Result<T> {
    match fault {
        None => Ok(act()),
        Some(_) => Err(io::Error::other("planned")),
    }
}

impl FileHandle for Handle {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.operate("read", |file, fault| {
            unless(fault, || {
                let rest = file.live.get(offset as usize..).unwrap_or(&[]);
                let length = rest.len().min(buffer.len());
                buffer[..length].copy_from_slice(&rest[..length]);
                length
            })
        })
    }

    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let zeros = bytes.iter().all(|byte| *byte == 0);
        let full = self.disk.with(|state| state.full);
        self.operate(if zeros { "fill" } else { "write" }, |file, fault| {
            match fault {
                None if full && offset as usize + bytes.len() > file.live.len() => {
                    return Err(io::ErrorKind::StorageFull.into());
                }
                None => file.write(bytes, offset as usize),
                Some(fault) => file.write_part(bytes, offset as usize, fault),
            }
            Ok(())
        })
    }

    fn sync_data(&self) -> io::Result<()> {
        self.operate("sync", |file, fault| {
            match fault {
                None => file.sync(),
                // Linux calls the pages clean and never writes them again.
                Some(Fault::Fails | Fault::Torn | Fault::Full) => file.dirty.clear(),
                Some(_) => {}
            }
            Ok(())
        })
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        self.operate("cut", |file, fault| {
            unless(fault.filter(|f| *f != Fault::PowerCut), || {
                let (before, after) = (file.live.len(), length as usize);
                file.live.resize(after, 0);
                let changed = before.min(after) / SECTOR..before.max(after).div_ceil(SECTOR);
                file.dirty.extend(changed);
            })
        })
    }

    fn length(&self) -> io::Result<u64> {
        self.operate("length", |file, fault| unless(fault, || file.live.len() as u64))
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

impl Disk {
    fn handle(&self, id: FileId) -> Box<dyn FileHandle> {
        Box::new(Handle { disk: self.clone(), id })
    }

    fn name_operation<T>(
        &self,
        what: &str,
        path: &Path,
        act: impl FnOnce(&mut State) -> io::Result<T>,
    ) -> io::Result<T> {
        let name = format!("{what} {}", file_name(path));
        self.operate(
            |_| name,
            |state, fault| match fault {
                // It had reached memory: it may have reached the disk.
                None | Some(Fault::PowerCut) => act(state),
                Some(_) => Err(io::Error::other("planned")),
            },
        )
    }
}

impl Files for Disk {
    fn create(&self, path: &Path) -> io::Result<Box<dyn FileHandle>> {
        let id = self.name_operation("create", path, |state| {
            if state.names.contains_key(path) {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            state.files.push(Content::default());
            let id = state.files.len() - 1;
            state.names.insert(path.to_owned(), id);
            Ok(id)
        })?;
        Ok(self.handle(id))
    }

    fn open(&self, path: &Path, _write: bool) -> io::Result<Box<dyn FileHandle>> {
        let id = self.name_operation("open", path, |state| {
            let id = state.names.get(path).copied();
            id.ok_or_else(|| io::ErrorKind::NotFound.into())
        })?;
        Ok(self.handle(id))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.name_operation("rename", to, |state| {
            let id = state.names.remove(from).ok_or(io::ErrorKind::NotFound)?;
            state.names.insert(to.to_owned(), id);
            Ok(())
        })
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.name_operation("remove", path, |state| {
            let removed = state.names.remove(path);
            removed.map(drop).ok_or_else(|| io::ErrorKind::NotFound.into())
        })
    }

    fn create_dir(&self, dir: &Path) -> io::Result<()> {
        self.with(|state| state.dirs.insert(dir.to_owned()));
        Ok(())
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        self.operate(
            |_| "sync directory".to_owned(),
            |state, fault| {
                if fault.is_none() {
                    state.durable_names.retain(|path, _| path.parent() != Some(dir));
                    let inside = state.names.iter().filter(|(path, _)| path.parent() == Some(dir));
                    let inside: Vec<_> = inside.map(|(path, id)| (path.clone(), *id)).collect();
                    state.durable_names.extend(inside);
                }
                Ok(())
            },
        )
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        self.name_operation("list", dir, |state| {
            if !state.dirs.contains(dir) {
                return Err(io::ErrorKind::NotFound.into());
            }
            let inside = state.names.keys().filter(|path| path.parent() == Some(dir));
            Ok(inside.map(|path| file_name(path)).collect())
        })
    }

    fn lock(&self, path: &Path, note: &str) -> io::Result<LockAttempt> {
        self.name_operation("lock", path, |state| {
            if let Some(holder) = state.locks.get(path) {
                return Ok(LockAttempt::HeldBy(holder.clone()));
            }
            state.locks.insert(path.to_owned(), note.trim().to_owned());
            Ok(LockAttempt::Held(LockGuard::new(Unlock {
                disk: self.clone(),
                path: path.to_owned(),
            })))
        })
    }
}

struct Unlock {
    disk: Disk,
    path: PathBuf,
}

impl Drop for Unlock {
    fn drop(&mut self) {
        self.disk.with(|state| {
            if state.process == self.disk.process {
                state.locks.remove(&self.path);
            }
        });
    }
}
