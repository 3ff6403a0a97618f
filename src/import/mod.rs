//! Historic data into the ledger: XES, CSV and NDJSON files by a mapping, and the
//! tables of a standard (CSV, XLSX) by a profile.
//!
//! Reads files and makes submissions; it does not know how they are recorded
//! ([`Sink`]). Imported history is not native evidence: every event says that it
//! was imported, from which system, and keeps what its source said, word for word.

pub mod amount;
pub mod attribute;
pub mod batch;
pub mod cells;
pub mod csv;
mod delivery;
pub mod headers;
pub mod input;
pub mod json_value;
pub mod mapping;
mod mapping_file;
pub mod moment;
pub mod ndjson;
pub mod profile;
pub mod record;
pub mod rejects;
pub mod run;
pub mod shipped;
pub mod submissions;
pub mod summary;
pub mod translate;
pub mod xes;

pub use delivery::Delivered;
pub use mapping::{Mapping, MappingError};
pub use rejects::{Reject, Rejects};
pub use run::{ImportError, Job, Progress, Sink, Summary, Watch, run};
