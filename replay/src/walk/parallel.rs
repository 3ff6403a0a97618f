//! Reading a log with several threads.
//!
//! The calling thread reads pieces ahead, the others check them, and the calling
//! thread joins them in order. Which thread checked what, and when, changes
//! nothing.

use super::cut::{Cut, Cutter, Form, Source};
use super::piece::{Asked, Checked, Checker, Content};
use super::plain::Walk;
use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};

/// Bytes of pieces in memory, unless one alone has more.
const AHEAD_BYTES: usize = 64 << 20;

/// A piece to check.
struct Task {
    number: u64,
    content: Content,
    bytes: Vec<u8>,
}

/// A checked piece, with its bytes.
struct Done {
    number: u64,
    checked: Checked,
    bytes: Vec<u8>,
}

/// What was read ahead, in order.
enum Ahead {
    Header { source: usize, bytes: Vec<u8> },
    Piece { source: usize, offset: u64, content: Content, length: usize, done: Option<Box<Done>> },
    Unframed { source: usize, offset: u64 },
    Zeros { source: usize, offset: u64 },
    Unreadable { source: usize, error: std::io::Error },
}

impl Walk {
    /// Reads sources in order, with so many threads beside the calling one. Stops
    /// at the first thing that is not as written or cannot be read. The verdict
    /// is the same for any number of threads.
    pub fn read(&mut self, sources: &mut [Source<'_>], threads: usize) {
        let threads = threads.max(1);
        let keys = self.keys.clone();
        let (sizes, positions) = (self.sizes.clone(), self.positions.clone());
        let asked = Asked { sizes: &sizes, positions: &positions };
        let (tasks, waiting) = channel::<Task>();
        let (finished, done) = channel::<Done>();
        let waiting = Mutex::new(waiting);
        std::thread::scope(|scope| {
            for _ in 0..threads {
                let (waiting, finished, keys) = (&waiting, finished.clone(), keys.clone());
                scope.spawn(move || work(waiting, &finished, Checker::new(asked, keys)));
            }
            drop(finished);
            let window = 8 * threads;
            let mut reading = Reading::new(self, sources, tasks, done, window);
            reading.run();
        });
        if self.is_whole() && !self.noted.is_empty() {
            self.hold_closings(sources);
        }
        if self.is_whole() && !self.met.is_empty() {
            self.hold_openings();
        }
    }

    /// Reads what remains of a source with the plain reader; `offset` is where a
    /// frame starts.
    fn read_plainly(&mut self, source: &mut Source<'_>, offset: u64) {
        match source.rest(offset) {
            Ok(bytes) => self.frames(&source.place, &bytes, offset),
            Err(error) => self.unread.push(format!("{}: {error}", source.place)),
        }
    }
}

fn work(waiting: &Mutex<Receiver<Task>>, finished: &Sender<Done>, mut checker: Checker<'_>) {
    loop {
        let task = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Task { number, content, bytes }) = task else { return };
        let done = Done { number, checked: Checked::default(), bytes };
        let mut answer = Answer { finished, done: Some(done) };
        if let Some(done) = &mut answer.done {
            done.checked = checker.check(&done.bytes, content);
        }
    }
}

/// Answers when it is dropped: a piece that nobody could check is vouched for by
/// nobody, and the calling thread does not wait for it for ever.
struct Answer<'a> {
    finished: &'a Sender<Done>,
    done: Option<Done>,
}

impl Drop for Answer<'_> {
    fn drop(&mut self) {
        if let Some(done) = self.done.take() {
            // The calling thread has gone once it found something wrong.
            let _ = self.finished.send(done);
        }
    }
}

/// One reading under way, on the calling thread.
struct Reading<'r, 'a> {
    walk: &'r mut Walk,
    sources: &'r mut [Source<'a>],
    tasks: Sender<Task>,
    done: Receiver<Done>,
    window: usize,
    /// The source being cut, and the next one to open.
    cutter: Option<(usize, Cutter<'a>)>,
    next_source: usize,
    ahead: VecDeque<Ahead>,
    ahead_bytes: usize,
    /// Number of the piece that is first in `ahead`, and of the next one cut.
    first_number: u64,
    next_number: u64,
    buffers: Vec<Vec<u8>>,
    /// A source that the plain reader has read to its end.
    finished_source: Option<usize>,
    /// Lines of the export before the piece being joined.
    lines: u64,
}

impl<'r, 'a> Reading<'r, 'a> {
    fn new(
        walk: &'r mut Walk,
        sources: &'r mut [Source<'a>],
        tasks: Sender<Task>,
        done: Receiver<Done>,
        window: usize,
    ) -> Reading<'r, 'a> {
        Reading {
            walk,
            sources,
            tasks,
            done,
            window,
            cutter: None,
            next_source: 0,
            ahead: VecDeque::new(),
            ahead_bytes: 0,
            first_number: 0,
            next_number: 0,
            buffers: Vec::new(),
            finished_source: None,
            lines: 0,
        }
    }

    fn run(&mut self) {
        while self.walk.bad.is_none() && self.walk.unread.is_empty() {
            while self.ahead.len() < self.window && self.ahead_bytes < AHEAD_BYTES {
                match self.cut() {
                    Some(next) => self.ahead.push_back(next),
                    None => break,
                }
            }
            let Some(next) = self.ahead.pop_front() else { return };
            self.take(next);
        }
    }

    /// Reads the next part ahead and gives it to the threads.
    fn cut(&mut self) -> Option<Ahead> {
        loop {
            if self.cutter.is_none() {
                let source = self.next_source;
                let opened = Cutter::open(self.sources.get_mut(source)?);
                self.next_source += 1;
                match opened {
                    Ok(cutter) => self.cutter = Some((source, cutter)),
                    Err(error) => return Some(Ahead::Unreadable { source, error }),
                }
            }
            let (source, cutter) = self.cutter.as_mut()?;
            let source = *source;
            match cutter.next(self.buffers.pop().unwrap_or_default()) {
                Ok(None) => self.cutter = None,
                Ok(Some(Cut::Header(bytes))) => return Some(Ahead::Header { source, bytes }),
                Ok(Some(Cut::Unframed { offset })) => {
                    return Some(Ahead::Unframed { source, offset });
                }
                Ok(Some(Cut::Zeros { offset })) => return Some(Ahead::Zeros { source, offset }),
                Ok(Some(Cut::Piece { offset, content, bytes })) => {
                    let length = bytes.len();
                    self.ahead_bytes += length;
                    let number = self.next_number;
                    self.next_number += 1;
                    // Nobody takes it only if every thread is gone, which `take`
                    // then hears.
                    let _ = self.tasks.send(Task { number, content, bytes });
                    return Some(Ahead::Piece { source, offset, content, length, done: None });
                }
                Err(error) => {
                    self.cutter = None;
                    return Some(Ahead::Unreadable { source, error });
                }
            }
        }
    }

    fn take(&mut self, next: Ahead) {
        match next {
            Ahead::Header { source, bytes } => {
                if let Source { place, form: Form::Segment { named }, .. } = &self.sources[source] {
                    self.walk.begin(place, *named, &bytes);
                }
                self.lines = 0;
            }
            Ahead::Unframed { source, offset } => {
                if self.finished_source != Some(source) {
                    self.walk.read_plainly(&mut self.sources[source], offset);
                }
            }
            Ahead::Zeros { source, offset } => {
                if self.finished_source != Some(source) {
                    self.walk.zeros(&self.sources[source].place, offset);
                }
            }
            Ahead::Unreadable { source, error } => {
                let place = &self.sources[source].place;
                self.walk.unread.push(format!("{place}: {error}"));
            }
            Ahead::Piece { source, offset, content, length, done } => {
                self.ahead_bytes -= length;
                let number = self.first_number;
                self.first_number += 1;
                let done = done.unwrap_or_else(|| self.wait(number));
                if self.finished_source != Some(source) {
                    self.join(source, offset, content, &done);
                }
                self.buffers.push(done.bytes);
            }
        }
    }

    /// Waits for a piece and keeps the others that come first.
    fn wait(&mut self, number: u64) -> Box<Done> {
        loop {
            let done = self.done.recv().expect("a thread answers each piece unless it panics");
            let done = Box::new(done);
            if done.number == number {
                return done;
            }
            let later = (done.number - number - 1) as usize;
            let pieces = self.ahead.iter_mut().filter_map(|ahead| match ahead {
                Ahead::Piece { done, .. } => Some(done),
                _ => None,
            });
            if let Some(place) = pieces.into_iter().nth(later) {
                *place = Some(done);
            }
        }
    }

    /// Joins a piece to what was read; what is not vouched for is read plainly.
    fn join(&mut self, source: usize, offset: u64, content: Content, done: &Done) {
        let checked = &done.checked;
        let joined = checked.parts > 0 && self.walk.join(checked);
        let from = if joined { checked.bytes } else { 0 };
        if joined {
            self.lines += checked.parts;
        }
        let rest = &done.bytes[from..];
        if rest.is_empty() {
            return;
        }
        let source_there = &mut self.sources[source];
        if content == Content::Lines {
            for line in rest.split_inclusive(|byte| *byte == b'\n') {
                self.lines += 1;
                let entry = line.strip_suffix(b"\n").unwrap_or(line);
                self.walk.line(&source_there.place, self.lines, entry);
            }
            return;
        }
        let offset = offset + from as u64;
        match self.walk.sound_frames(rest, offset) {
            Ok(stopped) if stopped.at == rest.len() => {}
            Ok(stopped) => {
                self.walk.read_plainly(source_there, offset + stopped.at as u64);
                self.finished_source = Some(source);
            }
            Err((wrong, at)) => {
                let place = format!("{} byte {}", source_there.place, offset + at as u64);
                self.walk.wrong(wrong, &place);
            }
        }
    }
}
