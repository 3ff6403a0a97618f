//! Cutting a log into pieces of about a mebibyte, at the ends of frames or lines.
//!
//! Reads headers for their lengths only; whether they are true is found by
//! whoever checks the piece.

use super::piece::Content;
use crate::integrity::frame::{
    FRAME_BYTES_MAX, FRAME_HEADER_BYTES, FRAME_TRAILER_BYTES, SEGMENT_HEADER_BYTES,
};
use std::io::{Read, Result, Seek, SeekFrom};

/// Bytes of a piece, unless one frame is longer.
const PIECE_BYTES: usize = 1 << 20;

/// What can be read from any place.
pub trait Input: Read + Seek {}

impl<T: Read + Seek> Input for T {}

/// What a source holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A segment file, and the position in its name.
    Segment { named: u64 },
    /// Entries, one a line.
    Lines,
}

/// A file of a log, or what stands for one.
pub struct Source<'a> {
    /// Its name, for the report.
    pub place: String,
    pub form: Form,
    /// Opens it for reading, perhaps more than once.
    pub open: Box<dyn FnMut() -> Result<Box<dyn Input + 'a>> + 'a>,
}

impl<'a> Source<'a> {
    /// A source in memory.
    pub fn from_bytes(place: &str, form: Form, bytes: &'a [u8]) -> Source<'a> {
        let open = Box::new(move || Ok(Box::new(std::io::Cursor::new(bytes)) as Box<dyn Input>));
        Source { place: place.to_owned(), form, open }
    }

    /// All bytes from an offset on.
    pub(super) fn rest(&mut self, offset: u64) -> Result<Vec<u8>> {
        let mut input = (self.open)()?;
        input.seek(SeekFrom::Start(offset))?;
        let mut bytes = Vec::new();
        input.read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// What comes next in a source.
pub(super) enum Cut {
    /// The first bytes of a segment, to the end of its header.
    Header(Vec<u8>),
    Piece {
        offset: u64,
        content: Content,
        bytes: Vec<u8>,
    },
    /// From here on there is no frame; what is there instead, all the bytes to
    /// the end tell.
    Unframed {
        offset: u64,
    },
    /// Zeros from here to the end.
    Zeros {
        offset: u64,
    },
}

/// Cuts one source.
pub(super) struct Cutter<'a> {
    input: Box<dyn Input + 'a>,
    content: Content,
    /// Where the next piece starts.
    offset: u64,
    /// Bytes of it that were read already.
    carried: Vec<u8>,
    begun: bool,
    ended: bool,
}

impl<'a> Cutter<'a> {
    pub(super) fn open(source: &mut Source<'a>) -> Result<Cutter<'a>> {
        let content = match source.form {
            Form::Segment { .. } => Content::Frames,
            Form::Lines => Content::Lines,
        };
        let input = (source.open)()?;
        Ok(Cutter { input, content, offset: 0, carried: Vec::new(), begun: false, ended: false })
    }

    /// The next part, in a buffer that is used again; `None` after the last.
    pub(super) fn next(&mut self, mut buffer: Vec<u8>) -> Result<Option<Cut>> {
        buffer.clear();
        if self.ended {
            return Ok(None);
        }
        if !self.begun && self.content == Content::Frames {
            self.begun = true;
            self.fill(&mut buffer, SEGMENT_HEADER_BYTES)?;
            self.offset = buffer.len() as u64;
            return Ok(Some(Cut::Header(buffer)));
        }
        buffer.append(&mut self.carried);
        let whole = self.fill(&mut buffer, PIECE_BYTES)?;
        let offset = self.offset;
        let length = match self.content {
            Content::Lines => self.lines(&buffer, whole),
            Content::Frames => match self.frames(&mut buffer)? {
                Some(length) => length,
                None => {
                    self.ended = true;
                    return Ok(match buffer.is_empty() {
                        true => None,
                        false if self.is_framed_on(&buffer)? => Some(Cut::Unframed { offset }),
                        false => Some(Cut::Zeros { offset }),
                    });
                }
            },
        };
        self.carried.extend_from_slice(&buffer[length..]);
        buffer.truncate(length);
        self.offset += length as u64;
        let piece = Cut::Piece { offset, content: self.content, bytes: buffer };
        Ok((length > 0).then_some(piece))
    }

    /// Reads until the buffer has so many bytes; false at the end of the input.
    fn fill(&mut self, buffer: &mut Vec<u8>, bytes: usize) -> Result<bool> {
        let missing = bytes.saturating_sub(buffer.len());
        buffer.reserve(missing);
        self.input.by_ref().take(missing as u64).read_to_end(buffer)?;
        Ok(buffer.len() >= bytes)
    }

    /// Bytes of the whole lines; of all, at the end or where a line has no end.
    fn lines(&mut self, buffer: &[u8], more: bool) -> usize {
        let end = buffer.iter().rposition(|byte| *byte == b'\n').map(|at| at + 1);
        if !more {
            self.ended = true;
            return buffer.len();
        }
        end.unwrap_or(buffer.len())
    }

    /// Bytes of the whole frames; `None` if the buffer does not start with one.
    fn frames(&mut self, buffer: &mut Vec<u8>) -> Result<Option<usize>> {
        let mut at = 0;
        while let Some(length) = frame_bytes(&buffer[at..]) {
            if at + length > buffer.len() {
                if at > 0 {
                    break;
                }
                if !self.fill(buffer, length)? {
                    return Ok(None);
                }
            }
            at += length;
        }
        Ok((at > 0).then_some(at))
    }

    /// True unless there are only zeros from here to the end of the input.
    fn is_framed_on(&mut self, first: &[u8]) -> Result<bool> {
        let mut buffer = first.to_vec();
        loop {
            if buffer.iter().any(|byte| *byte != 0) {
                return Ok(true);
            }
            buffer.clear();
            self.fill(&mut buffer, PIECE_BYTES)?;
            if buffer.is_empty() {
                return Ok(false);
            }
        }
    }
}

/// The length that a frame's header gives, if it may be a header.
fn frame_bytes(bytes: &[u8]) -> Option<usize> {
    let header = bytes.get(..FRAME_HEADER_BYTES)?;
    let length = |at: usize| -> Option<usize> {
        let word = header.get(at..at + 4)?.first_chunk::<4>()?;
        Some(u32::from_be_bytes(*word) as usize).filter(|length| *length <= FRAME_BYTES_MAX)
    };
    if !header.starts_with(b"PLF1") {
        return None;
    }
    Some(FRAME_HEADER_BYTES + length(56)? + length(60)? + FRAME_TRAILER_BYTES)
}
