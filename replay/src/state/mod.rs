//! The state of a case at a moment: a fold over its events.
