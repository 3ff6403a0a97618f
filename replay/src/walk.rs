//! Walks a whole log: verification and replay.
