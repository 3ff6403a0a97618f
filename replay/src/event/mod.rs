//! What entries mean: the register of event types and the typed envelope.
