//! The golden vectors of schemas/vectors/: written by a naive implementation of
//! schemas/FORMAT.md, and read and written by the product with the same result.
//!
//! `PLUMB_WRITE_VECTORS=1 cargo test --test vectors` writes the files anew; a
//! difference there is a change of the format, which is never allowed to happen
//! to version 1.

mod agreement;
mod documents;
mod keys;
mod known;
mod mutation;
mod naive;
mod product;
mod refusals;
mod sample;
mod second;
mod streams;
mod tlog;

/// A file of schemas/vectors/.
fn stored(name: &str) -> serde_json::Value {
    let text = std::fs::read_to_string(path(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn path(name: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/vectors").join(name)
}

/// The list under a name, which must not be empty: a loop over nothing checks
/// nothing.
fn list<'a>(vectors: &'a serde_json::Value, name: &str) -> &'a [serde_json::Value] {
    let list = vectors[name].as_array().unwrap_or_else(|| panic!("`{name}` is no list"));
    assert!(!list.is_empty(), "`{name}` is empty");
    list
}

fn text<'a>(vector: &'a serde_json::Value, name: &str) -> &'a str {
    vector[name].as_str().unwrap_or_else(|| panic!("`{name}` is no text in {vector}"))
}

fn number(vector: &serde_json::Value, name: &str) -> u64 {
    vector[name].as_u64().unwrap_or_else(|| panic!("`{name}` is no number in {vector}"))
}

fn bytes(vector: &serde_json::Value, name: &str) -> Vec<u8> {
    naive::unhex(text(vector, name))
}

fn hash(vector: &serde_json::Value, name: &str) -> [u8; 32] {
    bytes(vector, name).try_into().unwrap_or_else(|_| panic!("`{name}` has not 32 bytes"))
}

fn hashes(vector: &serde_json::Value, name: &str) -> Vec<[u8; 32]> {
    let items = vector[name].as_array().unwrap_or_else(|| panic!("`{name}` is no list"));
    let digest = |item: &serde_json::Value| naive::unhex(item.as_str().unwrap_or_default());
    items.iter().map(|item| digest(item).try_into().expect("a digest has 32 bytes")).collect()
}
