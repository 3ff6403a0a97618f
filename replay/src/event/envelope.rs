//! The typed envelope: one entry decoded for whoever reads its meaning.
