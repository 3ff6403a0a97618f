//! A log in memory: the second engine, so that the contract is not shaped by the
//! first. For tests and dry runs.

use super::{Acquired, Block, Head, Recovery, SegmentInfo, Store, StoreError, Writer};
use plumbline_replay::integrity::chain::Digest;
use plumbline_replay::integrity::frame::{FRAME_HEADER_BYTES, FrameHeader};
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
    frames: usize,
    blocks: Vec<Block>,
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
        if inner.epoch != self.epoch {
            return Err(StoreError::Fenced);
        }
        if header.first_position != inner.head.size || header.previous != inner.head.last_hash {
            return Err(StoreError::Conflict(inner.head.size));
        }
        if inner.segments.last().is_none_or(|s| s.frames == self.log.frames_per_segment) {
            let segment = Segment {
                first_position: header.first_position,
                frames: 0,
                blocks: Vec::new(),
                bytes: Vec::new(),
            };
            inner.segments.push(segment);
        }
        let Some(segment) = inner.segments.last_mut() else {
            return Err(StoreError::Fenced);
        };
        let entries_end = FRAME_HEADER_BYTES + header.entries_bytes as usize;
        let disclosures_end = entries_end + header.disclosures_bytes as usize;
        let block = Block {
            first_position: header.first_position,
            count: header.count,
            segment: segment.first_position,
            offset: (segment.bytes.len() + FRAME_HEADER_BYTES) as u64,
            bytes: frame[FRAME_HEADER_BYTES..entries_end].to_vec(),
            disclosures: frame[entries_end..disclosures_end].to_vec(),
        };
        let last_entry = block.entries().last().map(|(_, _, entry)| entry.to_vec());
        segment.bytes.extend_from_slice(frame);
        segment.frames += 1;
        segment.blocks.push(block);
        inner.head = Head { size: next.size(), last_hash, frontier: next.clone(), last_entry };
        Ok(())
    }
}

impl Store for MemoryLog {
    fn acquire(&self, _who: &str) -> Result<Acquired, StoreError> {
        let mut inner = self.lock();
        inner.epoch += 1;
        let writer = Box::new(MemoryWriter { log: self.clone(), epoch: inner.epoch });
        let (head, epoch) = (inner.head.clone(), inner.epoch);
        Ok(Acquired { writer, head, epoch, recovery: Recovery::default() })
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

    fn read(&self, from: u64, max_bytes: usize) -> Result<Vec<Block>, StoreError> {
        let inner = self.lock();
        let mut out = Vec::new();
        let mut bytes = 0;
        let blocks = inner.segments.iter().flat_map(|segment| &segment.blocks);
        for block in blocks.skip_while(|b| b.first_position + u64::from(b.count) <= from) {
            bytes += block.bytes.len();
            out.push(block.clone());
            if bytes >= max_bytes {
                break;
            }
        }
        Ok(out)
    }

    fn slice(&self, segment: u64, offset: u64, length: usize) -> Result<Vec<u8>, StoreError> {
        let inner = self.lock();
        let found = inner.segments.iter().find(|s| s.first_position == segment);
        let range = offset as usize..offset as usize + length;
        let bytes = found.and_then(|s| s.bytes.get(range));
        bytes.map(<[u8]>::to_vec).ok_or_else(|| StoreError::Damaged {
            position: segment,
            what: "no such bytes".to_owned(),
            place: "memory".to_owned(),
        })
    }
}
