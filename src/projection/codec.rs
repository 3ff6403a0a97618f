//! Rows as bytes: a version byte, then bincode. The only file that names it.
//!
//! bincode 1.3.3 is not developed further, and accepts bytes after a value unless
//! told otherwise. Neither can touch the evidence: what it writes is disposable,
//! and a row that does not decode makes the read model grow again.

use super::rows::RowsError;
use bincode::{DefaultOptions, Options};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Changes when rows are written in another way; what they hold has versions of
/// its own, one a projection.
const CODEC_VERSION: u8 = 1;
/// A length beyond this in a damaged row must not become an allocation.
const ROW_BYTES_MAX: u64 = 64 << 20;

fn options() -> impl Options {
    // Integers take as many bytes as they need; trailing bytes are an error.
    DefaultOptions::new().with_limit(ROW_BYTES_MAX)
}

/// A row's bytes.
pub fn encode<T: Serialize>(row: &T) -> Vec<u8> {
    let mut out = vec![CODEC_VERSION];
    options()
        .serialize_into(&mut out, row)
        .expect("rows are plain data, bounded well below the largest row");
    out
}

/// The row of some bytes.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, RowsError> {
    let damaged = |what: String| RowsError::Damaged(format!("a row does not decode: {what}"));
    match bytes {
        [CODEC_VERSION, row @ ..] => {
            options().deserialize(row).map_err(|error| damaged(error.to_string()))
        }
        _ => Err(damaged("not of this program's version".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_its_bytes_and_nothing_more() {
        let row = (7u64, "文".to_owned(), vec![1u32, 2, 300]);
        let bytes = encode(&row);
        assert_eq!(decode::<(u64, String, Vec<u32>)>(&bytes), Ok(row));
        let mut longer = bytes.clone();
        longer.push(0);
        assert!(decode::<(u64, String, Vec<u32>)>(&longer).is_err());
        let mut other = bytes.clone();
        other[0] = 2;
        for bad in [&other[..], &bytes[..bytes.len() - 1], &[]] {
            assert!(decode::<(u64, String, Vec<u32>)>(bad).is_err());
        }
        // A length of 2^63 is refused before anything is allocated.
        let huge = [CODEC_VERSION, 253, 0, 0, 0, 0, 0, 0, 0, 128];
        assert!(decode::<String>(&huge).is_err());
    }
}
