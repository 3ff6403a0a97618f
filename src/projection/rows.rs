//! Where read models keep their rows: ordered keys and values, written in
//! batches. What an engine does not know: what a row means, and the log.

use std::collections::BTreeMap;

/// Rows that change together; `None` takes a row away.
pub type Batch = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// Why rows cannot be read or written. Whatever it is, nothing is lost: read
/// models are grown again from the log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RowsError {
    /// Another process holds them.
    #[error(
        "另一进程正在使用 {0};请向该进程查询,或停下它 / another process is using {0}; ask that process, or stop it"
    )]
    Locked(String),
    #[error("{0}")]
    Io(String),
    /// They are not as written.
    #[error("{0}")]
    Damaged(String),
}

/// An engine. Every engine passes the same suite (`tests` below).
pub trait Rows: Send + Sync {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, RowsError>;

    /// Calls `visit` for the rows whose key has the prefix, in order of key from
    /// `from` on, until it returns `false`.
    fn scan(
        &self,
        prefix: &[u8],
        from: &[u8],
        visit: &mut dyn FnMut(&[u8], &[u8]) -> bool,
    ) -> Result<(), RowsError>;

    /// Applies a batch: all of it or, after a crash, none. Readers see it at once.
    fn write(&self, batch: Batch) -> Result<(), RowsError>;

    /// Returns once everything written so far would survive a loss of power.
    fn sync(&self) -> Result<(), RowsError>;
}

#[cfg(test)]
mod tests {
    use super::super::engine::SledRows;
    use super::super::memory::MemoryRows;
    use super::*;

    /// Runs a check against every engine.
    fn every_engine(check: impl Fn(&dyn Rows)) {
        check(&MemoryRows::default());
        let dir = tempfile::tempdir().unwrap();
        check(&SledRows::open(&dir.path().join("rows")).unwrap());
    }

    fn batch(rows: &[(&str, Option<&str>)]) -> Batch {
        rows.iter().map(|(k, v)| (k.as_bytes().to_vec(), v.map(|v| v.into()))).collect()
    }

    fn keys(rows: &dyn Rows, prefix: &str, from: &str, limit: usize) -> Vec<String> {
        let mut keys = Vec::new();
        rows.scan(prefix.as_bytes(), from.as_bytes(), &mut |key, value| {
            keys.push(String::from_utf8_lossy(&[key, b"=", value].concat()).into_owned());
            keys.len() < limit
        })
        .unwrap();
        keys
    }

    #[test]
    fn rows_come_back_in_order() {
        every_engine(|rows| {
            rows.write(batch(&[("b/2", Some("2")), ("b/1", Some("1")), ("c", Some("3"))])).unwrap();
            rows.write(batch(&[("a", Some("")), ("b/10", Some("x")), ("b/9", None)])).unwrap();
            assert_eq!(rows.get(b"b/1").unwrap().as_deref(), Some(&b"1"[..]));
            assert_eq!(rows.get(b"b").unwrap(), None);
            assert_eq!(rows.get(b"a").unwrap().as_deref(), Some(&b""[..]));
            assert_eq!(keys(rows, "b/", "", 9), ["b/1=1", "b/10=x", "b/2=2"]);
            assert_eq!(keys(rows, "b/", "b/10", 9), ["b/10=x", "b/2=2"]);
            assert_eq!(keys(rows, "", "", 2), ["a=", "b/1=1"]);
            assert!(keys(rows, "d", "", 9).is_empty());
            assert!(keys(rows, "b/", "c", 9).is_empty());
            rows.sync().unwrap();
        });
    }

    #[test]
    fn a_batch_replaces_and_takes_away() {
        every_engine(|rows| {
            rows.write(batch(&[("a", Some("1")), ("b", Some("1"))])).unwrap();
            rows.write(batch(&[("a", Some("2")), ("b", None)])).unwrap();
            assert_eq!(keys(rows, "", "", 9), ["a=2"]);
            rows.write(Batch::new()).unwrap();
            assert_eq!(keys(rows, "", "", 9), ["a=2"]);
        });
    }

    #[test]
    fn rows_of_any_length_are_kept() {
        every_engine(|rows| {
            let long = "文".repeat(100_000);
            rows.write(batch(&[("long", Some(&long)), (&"k".repeat(2_000), Some("v"))])).unwrap();
            assert_eq!(rows.get(b"long").unwrap(), Some(long.clone().into_bytes()));
            assert_eq!(rows.get("k".repeat(2_000).as_bytes()).unwrap(), Some(b"v".to_vec()));
        });
    }
}
