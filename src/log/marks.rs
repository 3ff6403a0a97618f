//! A sparse table of frames: where to start looking for a position in a segment.

/// At least this many bytes lie between two marks: 8 bytes of memory for 4 KiB
/// of log, 14 MB for ten million entries of 700 bytes, however small the frames.
const MARK_EVERY_BYTES: u32 = 4096;

/// Some frames of one segment, its first among them, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Marks {
    /// Position relative to the segment's first, and offset in its file.
    marks: Vec<(u32, u32)>,
}

impl Marks {
    /// Takes notice of a frame that follows those before.
    pub fn add(&mut self, relative_position: u64, offset: u64) {
        // Segments that this program writes are below the limits; in a foreign
        // one that is not, the search starts from the last mark that fits.
        let (Ok(position), Ok(offset)) = (u32::try_from(relative_position), u32::try_from(offset))
        else {
            return;
        };
        if self.marks.last().is_none_or(|last| offset - last.1 >= MARK_EVERY_BYTES) {
            self.marks.push((position, offset));
        }
    }

    /// The last marked frame that does not begin after the position:
    /// `(relative position, offset)`.
    pub fn before(&self, relative_position: u64) -> Option<(u64, u64)> {
        let after = self.marks.partition_point(|mark| u64::from(mark.0) <= relative_position);
        let mark = self.marks.get(after.checked_sub(1)?)?;
        Some((u64::from(mark.0), u64::from(mark.1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_starts_at_most_one_stride_early() {
        let mut marks = Marks::default();
        for frame in 0..1000u64 {
            marks.add(frame * 3, 4096 + frame * 700);
        }
        assert!(marks.marks.len() < 1000 * 700 / 4096 + 2);
        for position in 0..3000 {
            let (at, offset) = marks.before(position).unwrap();
            let frame = position / 3;
            assert!(at <= position && offset <= 4096 + frame * 700);
            assert!(4096 + frame * 700 - offset < 4096 + 700);
        }
        assert_eq!(Marks::default().before(0), None);
    }
}
