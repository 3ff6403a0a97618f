//! Read models: what a log adds up to, kept so that a question need not read the
//! log. All of it is disposable: it follows the log off the acknowledgement path,
//! and whatever is missing, damaged, of another version or not what the log says
//! is set aside and grown again.
//!
//! A projection is one file and one line in `register`. Does not know the
//! ledger, and is never asked by the write path.

mod activity;
mod cases;
pub mod codec;
mod engine;
mod follower;
mod mark;
mod memory;
mod model;
mod models;
mod rebuild;
mod register;
mod rows;
mod totals;

pub use activity::DayCount;
pub use follower::{AsFar, Follower};
pub use mark::Content;
pub use models::{Grown, Models, Place, SetAside, Sources};
pub use rebuild::{Difference, Rebuilt, RowChange, rebuild};
pub use register::{Definition, PROJECTIONS, definition};
pub use rows::RowsError;
pub use totals::TypeTotals;

use crate::store::StoreError;
use plumbline_replay::event::EventError;

/// Why a read model could not follow the log or be read.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    #[error(transparent)]
    Rows(#[from] RowsError),
    /// The log itself cannot be read: run `plumb verify`.
    #[error(transparent)]
    Log(#[from] StoreError),
    #[error(
        "第 {position} 号不是记录,先运行 plumb verify / position {position} is not an entry: {error}; run `plumb verify`"
    )]
    Entry {
        position: u64,
        #[source]
        error: EventError,
    },
    /// The log handed out another entry than the next one.
    #[error(
        "日志给出第 {found} 号,应为第 {wanted} 号;先运行 plumb verify / the log gave position {found} where {wanted} comes next; run `plumb verify`"
    )]
    Gap { wanted: u64, found: u64 },
    #[error("没有读模型 {0} / {0} is no read model; there are: {names}", names = register::names())]
    NoSuchModel(String),
}

/// Where all entries of one stream are found: a correction makes a case be folded
/// again from its beginning. Implemented over the lookup files.
pub trait Streams: Send + Sync {
    /// The stream's entries before a position of the log, ascending.
    fn entries(&self, stream: &str, before: u64) -> Result<Vec<Vec<u8>>, StoreError>;
}
