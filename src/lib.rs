//! 准绳 Plumbline: the audit ledger of a city's administrative acts, everything
//! that touches the world. The pure half is `plumbline_replay`.
// Bytes from outside never panic; a broken invariant of ours says which it is.
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::string_slice))]

pub mod archive;
pub mod bench;
pub mod bundle;
pub mod case;
pub mod cli;
pub mod clock;
pub mod config;
pub mod demo;
pub mod derived;
pub mod durable;
pub mod export;
pub mod extract;
pub mod fetch;
pub mod following;
pub mod http;
pub mod import;
pub mod index;
pub mod judged;
pub mod judging;
pub mod ledger;
pub mod log;
pub mod master;
pub mod opening;
pub mod printing;
pub mod projection;
pub mod proof;
pub mod publication;
pub mod reader;
pub mod receipt;
pub mod second;
pub mod store;
pub mod stored_zip;
pub mod stream_index;
pub mod tiled;
pub mod timers;
pub mod vault;
pub mod witness;
