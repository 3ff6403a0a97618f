//! A log in memory: the second engine, so that the contract is not shaped by
//! the first. For tests and dry runs.
