//! A log in memory: the second engine, so that the contract is not shaped by the
//! first. For tests and dry runs; nothing in it outlives the process.

use super::{
    Acquired, Block, Head, Recovery, SegmentInfo, SegmentStart, Store, StoreError, Writer,
};
use plumbline_replay::integrity::chain::Digest;
use plumbline_replay::integrity::frame::{FRAME_BYTES_MAX, FRAME_HEADER_BYTES, FrameHeader};
use plumbline_replay::integrity::tree::Frontier;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A log that lives as long as the process. Cloning gives another handle to it.
#[derive(Clone)]
pub struct MemoryLog {
    inner: Arc<Mutex<Inner>>,
    /// Frames after which a segment is sealed.
    frames_per_segment: usize,
}

struct Inner {
    epoch: u64,
    head: Head,
    segments: Vec<Segment>,
}

struct Segment {
    first_position: u64,
    start: SegmentStart,
    blocks: Vec<Block>,
    /// The frames' bytes one after another, for slices.
    bytes: Vec<u8>,
}

impl MemoryLog {
    pub fn new(frames_per_segment: usize) -> MemoryLog {
        let head =
            Head { size: 0, last_hash: Digest::ZERO, frontier: Frontier::new(), last_entry: None };
        let inner = Inner { epoch: 0, head, segments: Vec::new() };
        MemoryLog {
            inner: Arc::new(Mutex::new(inner)),
            frames_per_segment: frames_per_segment.max(1),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct MemoryWriter {
    log: MemoryLog,
    epoch: u64,
}

impl Writer for MemoryWriter {
    fn append(
        &mut self,
        header: &FrameHeader,
        frame: &[u8],
        last_hash: Digest,
        next: &Frontier,
    ) -> Result<(), StoreError> {
        let mut inner = self.log.lock();
        if inner.epoch != self.epoch || header.epoch != self.epoch {
            return Err(StoreError::Fenced);
        }
        let parts = [header.entries_bytes, header.disclosures_bytes];
        if parts.iter().any(|&bytes| bytes as usize > FRAME_BYTES_MAX) {
            return Err(StoreError::TooLarge(frame.len()));
        }
        let head = &inner.head;
        let continues = header.first_position == head.size
            && header.previous == head.last_hash
            && next.size() == head.size + u64::from(header.count);
        if !continues || header.count == 0 || frame.len() != header.frame_bytes() {
            return Err(StoreError::Conflict(head.size));
        }
        let segment = inner.segment_for(header.first_position, self.log.frames_per_segment);
        let last_entry = segment.add(header, frame);
        inner.head = Head { size: next.size(), last_hash, frontier: next.clone(), last_entry };
        Ok(())
    }
}

impl Inner {
    /// The last segment, or a new one if that is full.
    fn segment_for(&mut self, position: u64, frames_max: usize) -> &mut Segment {
        let full = |segment: &Segment| segment.blocks.len() >= frames_max;
        if self.segments.last().is_none_or(full) {
            let (previous, frontier) = (self.head.last_hash, self.head.frontier.clone());
            self.segments.push(Segment {
                first_position: position,
                start: SegmentStart { previous, frontier },
                blocks: Vec::new(),
                bytes: Vec::new(),
            });
        }
        let last = self.segments.len() - 1;
        &mut self.segments[last]
    }
}

impl Segment {
    /// Adds a frame whose length its header names; returns its last entry.
    fn add(&mut self, header: &FrameHeader, frame: &[u8]) -> Option<Vec<u8>> {
        let offset = (self.bytes.len() + FRAME_HEADER_BYTES) as u64;
        self.bytes.extend_from_slice(frame);
        let (entries, rest) = frame[FRAME_HEADER_BYTES..].split_at(header.entries_bytes as usize);
        let block = Block {
            first_position: header.first_position,
            count: header.count,
            segment: self.first_position,
            offset,
            bytes: entries.to_vec(),
            disclosures: rest[..header.disclosures_bytes as usize].to_vec(),
        };
        let last = block.entries().last().map(|(_, _, entry)| entry.to_vec());
        self.blocks.push(block);
        last
    }
}

impl Store for MemoryLog {
    fn acquire(&self, _who: &str) -> Result<Acquired, StoreError> {
        let mut inner = self.lock();
        inner.epoch += 1;
        let epoch = inner.epoch;
        let writer = Box::new(MemoryWriter { log: self.clone(), epoch });
        Ok(Acquired { writer, head: inner.head.clone(), epoch, recovery: Recovery::default() })
    }

    fn size(&self) -> Result<u64, StoreError> {
        Ok(self.lock().head.size)
    }

    fn segments(&self) -> Result<Vec<SegmentInfo>, StoreError> {
        let inner = self.lock();
        let count = inner.segments.len();
        let info = |(index, segment): (usize, &Segment)| SegmentInfo {
            first_position: segment.first_position,
            count: segment.blocks.iter().map(|block| u64::from(block.count)).sum(),
            bytes: segment.bytes.len() as u64,
            sealed: index + 1 < count,
        };
        Ok(inner.segments.iter().enumerate().map(info).collect())
    }

    fn segment_start(&self, segment: u64) -> Result<SegmentStart, StoreError> {
        let inner = self.lock();
        let found = inner.segments.iter().find(|s| s.first_position == segment);
        found.map(|found| found.start.clone()).ok_or_else(|| StoreError::Damaged {
            position: segment,
            what: "no segment begins here".to_owned(),
            place: "memory".to_owned(),
        })
    }

    fn read(&self, from: u64, max_bytes: usize) -> Result<Vec<Block>, StoreError> {
        let inner = self.lock();
        let before = |first: u64| first <= from;
        let segments = &inner.segments;
        let start = segments.partition_point(|segment| before(segment.first_position));
        let mut out = Vec::new();
        let mut bytes = 0;
        for segment in &segments[start.saturating_sub(1)..] {
            let blocks = &segment.blocks;
            let start = blocks.partition_point(|b| b.first_position + u64::from(b.count) <= from);
            for block in &blocks[start..] {
                bytes += block.bytes.len();
                out.push(block.clone());
                if bytes >= max_bytes {
                    return Ok(out);
                }
            }
        }
        Ok(out)
    }

    fn slice(&self, segment: u64, offset: u64, length: usize) -> Result<Vec<u8>, StoreError> {
        let inner = self.lock();
        let found = inner.segments.iter().find(|s| s.first_position == segment);
        let bytes = found.and_then(|found| {
            let start = usize::try_from(offset).ok()?;
            found.bytes.get(start..start.checked_add(length)?)
        });
        bytes.map(<[u8]>::to_vec).ok_or_else(|| StoreError::Damaged {
            position: segment,
            what: "the segment holds fewer bytes than are asked for".to_owned(),
            place: format!("memory, segment {segment} byte {offset}"),
        })
    }
}
