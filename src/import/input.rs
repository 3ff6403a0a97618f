//! Opening a source file: gzip by its first bytes, text encodings, a digest of
//! the bytes as they lie on the disk, and a limit on what one token may take.
//!
//! Everything streams. This file does not know XES, CSV or JSON.

use encoding_rs::{Decoder, DecoderResult, Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};
use flate2::bufread::MultiGzDecoder;
use std::cell::{Cell, RefCell};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::rc::Rc;

const BUFFER_BYTES: usize = 1 << 16;

/// What has been read of the file so far.
#[derive(Default)]
pub struct Meter {
    bytes: Cell<u64>,
    hasher: RefCell<blake3::Hasher>,
}

impl Meter {
    /// Bytes taken from the file, before unpacking.
    pub fn bytes(&self) -> u64 {
        self.bytes.get()
    }

    /// BLAKE3 of the bytes taken so far, in lower-case hex.
    pub fn digest(&self) -> String {
        self.hasher.borrow().finalize().to_hex().to_string()
    }
}

/// How a source says which text encoding it has.
#[derive(Clone, Copy, Debug)]
pub enum Charset {
    /// A byte-order mark, else the zeros of UTF-16, else the XML declaration, else
    /// UTF-8.
    Xml,
    /// A byte-order mark, else the zeros of UTF-16, else UTF-8, as JSON has it.
    Json,
    /// This one, whatever the bytes look like.
    Is(&'static Encoding),
}

/// A source file opened for one pass.
pub struct Input {
    /// UTF-8 without byte-order mark.
    pub reader: BufReader<Box<dyn Read>>,
    pub meter: Rc<Meter>,
    /// Size of the file on the disk.
    pub file_bytes: u64,
    pub encoding: &'static Encoding,
}

/// Opens a file for reading as UTF-8 text.
pub fn open(path: &Path, charset: Charset) -> io::Result<Input> {
    let (mut raw, meter, file_bytes) = open_bytes(path)?;
    let start = raw.fill_buf()?;
    let (encoding, mark_bytes) = match shape(start, charset)? {
        Some(known) => known,
        None => match charset {
            Charset::Is(encoding) => (encoding, 0),
            Charset::Xml => (declared(start)?, 0),
            Charset::Json => (UTF_8, 0),
        },
    };
    raw.consume(mark_bytes);
    let reader: Box<dyn Read> =
        if encoding == UTF_8 { Box::new(raw) } else { Box::new(Decoding::new(raw, encoding)) };
    Ok(Input {
        reader: BufReader::with_capacity(BUFFER_BYTES, reader),
        meter,
        file_bytes,
        encoding,
    })
}

/// The encoding that the first bytes give away, and the length of their mark;
/// `None` if a closer look is needed. What is no text at all is refused by name:
/// read as GB 18030 it would pass for a table of Chinese.
fn shape(start: &[u8], charset: Charset) -> io::Result<Option<(&'static Encoding, usize)>> {
    let shape = unmarked(start);
    if let Shape::Foreign(what) = &shape {
        return Err(not_text(what));
    }
    if let Some(known) = Encoding::for_bom(start) {
        return Ok(Some(known));
    }
    match shape {
        // A mapping that names the encoding knows better than a guess.
        _ if matches!(charset, Charset::Is(_)) => Ok(None),
        Shape::Wide(encoding) => Ok(Some((encoding, 0))),
        Shape::Nul(line) => {
            Err(not_text(&format!("第 {line} 行有 NUL 字节 / NUL bytes in line {line}")))
        }
        Shape::Narrow | Shape::Foreign(_) => Ok(None),
    }
}

fn not_text(what: &str) -> io::Error {
    let reason = format!(
        "{what};请另存为 UTF-8 文本 / this is no text that can be read: save it as text in UTF-8"
    );
    io::Error::new(io::ErrorKind::InvalidData, reason)
}

/// What the bytes of a file look like.
enum Shape {
    /// UTF-16, by the zeros that only one half of its code units has.
    Wide(&'static Encoding),
    /// Zeros on both sides: the line of the first.
    Nul(u64),
    /// No zeros to speak of: some encoding of single bytes.
    Narrow,
    /// Known to be something else.
    Foreign(&'static str),
}

/// Kinds of files that are taken for tables, by their first bytes.
const FOREIGN: [(&[u8], &str); 9] = [
    (b"PK\x03\x04", "ZIP 或 Excel(.xlsx)文件 / a ZIP or Excel (.xlsx) file"),
    (b"\xd0\xcf\x11\xe0", "旧版 Excel(.xls)文件 / an old Excel (.xls) file"),
    (b"%PDF", "PDF 文件 / a PDF file"),
    (b"BZh", "bzip2 压缩文件 / a bzip2 file"),
    (b"\xfd7zXZ", "xz 压缩文件 / an xz file"),
    (b"7z\xbc\xaf", "7z 压缩文件 / a 7z file"),
    (b"\x28\xb5\x2f\xfd", "zstd 压缩文件 / a zstd file"),
    (b"\xff\xfe\x00\x00", "UTF-32 文本 / text in UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32 文本 / text in UTF-32"),
];

fn unmarked(start: &[u8]) -> Shape {
    if let Some((_, what)) = FOREIGN.iter().find(|(magic, _)| start.starts_with(magic)) {
        return Shape::Foreign(what);
    }
    let start = start.get(..start.len() & !3).filter(|even| !even.is_empty()).unwrap_or(start);
    // Of the four bytes of a UTF-32 unit one is zero and its neighbour nearly so.
    let all = |place: usize, most: u8| start.iter().skip(place).step_by(4).all(|b| *b <= most);
    if start.len() >= 8 && ((all(3, 0) && all(2, 0x10)) || (all(0, 0) && all(1, 0x10))) {
        return Shape::Foreign("UTF-32 文本 / text in UTF-32");
    }
    // A stray NUL in text of single bytes is the record's own trouble.
    let narrow = std::str::from_utf8(start).map_or_else(|e| e.error_len().is_none(), |_| true);
    if narrow && memchr::memchr_iter(0, start).count() < start.len() / 4 {
        return Shape::Narrow;
    }
    let zeros = |place: usize| start.iter().skip(place).step_by(2).any(|b| *b == 0);
    match (zeros(0), zeros(1)) {
        (false, false) => Shape::Narrow,
        (false, true) => Shape::Wide(UTF_16LE),
        (true, false) => Shape::Wide(UTF_16BE),
        (true, true) => {
            let first = memchr::memchr(0, start).unwrap_or(0);
            Shape::Nul(1 + lines(start.get(..first).unwrap_or(&[])))
        }
    }
}

/// Finds the encoding of a text file that does not declare one: a byte-order
/// mark, else UTF-16 by its zeros, else UTF-8 if every byte of the file agrees,
/// else GB 18030 if every byte agrees. Reads the whole file, because the first
/// GB 18030 character of a table may stand in its last row.
pub fn detect_text(path: &Path) -> io::Result<&'static Encoding> {
    let (mut raw, _, _) = open_bytes(path)?;
    if let Some((encoding, _)) = shape(raw.fill_buf()?, Charset::Json)? {
        return Ok(encoding);
    }
    let not_utf8 = match check(raw, UTF_8)? {
        None => return Ok(UTF_8),
        Some(place) => place,
    };
    let (again, _, _) = open_bytes(path)?;
    match check(again, GB18030)? {
        None => Ok(GB18030),
        Some(place) => Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!(
                "第 {not_utf8} 行不是 UTF-8,第 {place} 行不是 GB 18030;请另存为 UTF-8 / line \
                 {not_utf8} is not UTF-8 and line {place} is not GB 18030; save the file as UTF-8"
            ),
        )),
    }
}

/// The line of the first byte that does not belong to `encoding`.
fn check(raw: impl Read, encoding: &'static Encoding) -> io::Result<Option<u64>> {
    let mut decoding = Decoding::new(raw, encoding);
    let mut buffer = vec![0; BUFFER_BYTES];
    let mut line = 1;
    loop {
        match decoding.read(&mut buffer) {
            Ok(0) => return Ok(None),
            Ok(count) => line += lines(buffer.get(..count).unwrap_or(&[])),
            Err(error) if error.kind() == io::ErrorKind::InvalidData && decoding.malformed => {
                return Ok(Some(line + lines(decoding.pending())));
            }
            Err(error) => return Err(error),
        }
    }
}

/// Line ends in a piece of text.
pub fn lines(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

type Raw = BufReader<Box<dyn Read>>;

fn open_bytes(path: &Path) -> io::Result<(Raw, Rc<Meter>, u64)> {
    let file = File::open(path)?;
    let information = file.metadata()?;
    if information.is_dir() {
        return Err(io::Error::other("是目录,不是文件 / is a folder, not a file"));
    }
    let meter = Rc::new(Meter::default());
    let metered = Metered { file, meter: Rc::clone(&meter) };
    let mut buffered = BufReader::with_capacity(BUFFER_BYTES, metered);
    let reader: Box<dyn Read> = if buffered.fill_buf()?.starts_with(&[0x1f, 0x8b]) {
        Box::new(Unpacking { inner: MultiGzDecoder::new(buffered), meter: Rc::clone(&meter) })
    } else {
        Box::new(buffered)
    };
    Ok((BufReader::with_capacity(BUFFER_BYTES, reader), meter, information.len()))
}

struct Metered {
    file: File,
    meter: Rc<Meter>,
}

impl Read for Metered {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(out)?;
        self.meter.bytes.set(self.meter.bytes.get() + count as u64);
        self.meter.hasher.borrow_mut().update(out.get(..count).unwrap_or(&[]));
        Ok(count)
    }
}

/// Says of a broken gzip stream where it broke and what to do.
struct Unpacking<R> {
    inner: MultiGzDecoder<R>,
    meter: Rc<Meter>,
}

impl<R: BufRead> Read for Unpacking<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.inner.read(out).map_err(|error| {
            let near = self.meter.bytes();
            let what = match error.kind() {
                io::ErrorKind::UnexpectedEof => "gzip 数据提前结束 / the gzip data end too early",
                _ => "gzip 数据损坏 / the gzip data are damaged",
            };
            io::Error::new(
                error.kind(),
                format!(
                    "{what} ({error}, 文件前 {near} 字节内 / within the first {near} bytes of the \
                     file);请重新取得文件 / fetch the file again"
                ),
            )
        })
    }
}

/// The encoding named in an XML declaration of single bytes.
fn declared(start: &[u8]) -> io::Result<&'static Encoding> {
    let head = start.get(..start.len().min(256)).unwrap_or(start);
    let Some(declaration) = head.strip_prefix(b"<?xml") else { return Ok(UTF_8) };
    let end = declaration.windows(2).position(|two| two == b"?>").unwrap_or(declaration.len());
    let text = String::from_utf8_lossy(declaration.get(..end).unwrap_or(declaration)).into_owned();
    let Some((_, after)) = text.split_once("encoding") else { return Ok(UTF_8) };
    let label = after.trim_start().trim_start_matches('=').trim_start();
    let label = label.split(['"', '\'']).nth(1).unwrap_or_default();
    let failed = |reason: String| Err(io::Error::new(io::ErrorKind::InvalidData, reason));
    match Encoding::for_label(label.as_bytes()) {
        Some(wide) if wide == UTF_16LE || wide == UTF_16BE => failed(format!(
            "声明的编码是 {label},字节却不是;请另存为 UTF-8 / the declaration says {label} and the \
             bytes are not; save the file as UTF-8"
        )),
        Some(encoding) => Ok(encoding),
        None => failed(format!(
            "未知的编码 {label:?};请另存为 UTF-8 / unknown encoding {label:?}; save the file as UTF-8"
        )),
    }
}

/// Turns text of another encoding into UTF-8 and refuses bytes that do not belong
/// to it: a replacement character would be a silent change.
struct Decoding<R> {
    inner: R,
    encoding: &'static Encoding,
    decoder: Decoder,
    input: Vec<u8>,
    /// The part of `input` not decoded yet.
    from: usize,
    until: usize,
    output: Vec<u8>,
    given: usize,
    ended: bool,
    malformed: bool,
}

impl<R: Read> Decoding<R> {
    fn new(inner: R, encoding: &'static Encoding) -> Decoding<R> {
        Decoding {
            inner,
            encoding,
            decoder: encoding.new_decoder_without_bom_handling(),
            input: vec![0; BUFFER_BYTES],
            from: 0,
            until: 0,
            output: Vec::new(),
            given: 0,
            ended: false,
            malformed: false,
        }
    }

    /// Decoded, but not handed out yet.
    fn pending(&self) -> &[u8] {
        self.output.get(self.given..).unwrap_or(&[])
    }

    fn fill(&mut self) -> io::Result<()> {
        if self.from == self.until && !self.ended {
            self.until = self.inner.read(&mut self.input)?;
            self.from = 0;
            self.ended = self.until == 0;
        }
        let room = self
            .decoder
            .max_utf8_buffer_length_without_replacement(self.until - self.from)
            .unwrap_or(4 * BUFFER_BYTES);
        self.output.resize(room.max(16), 0);
        self.given = 0;
        let piece = self.input.get(self.from..self.until).unwrap_or(&[]);
        let (result, read, written) =
            self.decoder.decode_to_utf8_without_replacement(piece, &mut self.output, self.ended);
        self.from += read;
        self.output.truncate(written);
        self.malformed = matches!(result, DecoderResult::Malformed(..));
        Ok(())
    }
}

impl<R: Read> Read for Decoding<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.pending().is_empty() {
            if self.malformed {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    format!(
                        "此处字节不属于编码 {0} / the bytes here do not belong to the encoding {0}",
                        self.encoding.name()
                    ),
                ));
            }
            if self.ended {
                return Ok(0);
            }
            self.fill()?;
        }
        let count = self.pending().len().min(out.len());
        if let (Some(to), Some(from)) = (out.get_mut(..count), self.pending().get(..count)) {
            to.copy_from_slice(from);
        }
        self.given += count;
        Ok(count)
    }
}

/// Stops a reader that takes more than `limit` bytes for one token, such as an
/// attribute that is never closed, before it fills the memory.
pub struct Guard<R> {
    inner: R,
    limit: u64,
    taken: u64,
}

impl<R: BufRead> Guard<R> {
    pub fn new(inner: R, limit: u64) -> Guard<R> {
        Guard { inner, limit, taken: 0 }
    }

    /// A token has ended.
    pub fn next_token(&mut self) {
        self.taken = 0;
    }
}

impl<R: BufRead> BufRead for Guard<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.taken > self.limit {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!(
                    "一个单元超过 {0} 字节,引号或标签可能没有结束 / one item is longer than {0} \
                     bytes; a quote or a tag is probably never closed",
                    self.limit
                ),
            ));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.taken += count as u64;
        self.inner.consume(count);
    }
}

impl<R: BufRead> Read for Guard<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let count = available.len().min(out.len());
        if let (Some(to), Some(from)) = (out.get_mut(..count), available.get(..count)) {
            to.copy_from_slice(from);
        }
        self.consume(count);
        Ok(count)
    }
}
