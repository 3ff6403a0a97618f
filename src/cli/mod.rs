//! The command line: one file per command, one line in the register below.
