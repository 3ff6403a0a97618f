//! The page that shows a bundle and verifies it by itself, from `file://`, without
//! a network: its own policy forbids one, and every byte of its program is named by
//! digest. Its source lies in `viewer/` as it is run; nothing builds it.
//!
//! Only the data between head and tail differ between bundles, so the digests of
//! head and tail are the program's, and can be published.

use base64ct::{Base64, Encoding};
use sha2::{Digest as _, Sha256};

const LAYOUT: &str = include_str!("viewer/page.html");
const STYLE: &str = include_str!("viewer/style.css");

/// In the order in which each uses only those before it.
const PROGRAM: [&str; 12] = [
    include_str!("viewer/bytes.js"),
    include_str!("viewer/sha2.js"),
    include_str!("viewer/blake3.js"),
    include_str!("viewer/ed25519.js"),
    include_str!("viewer/format.js"),
    include_str!("viewer/tree.js"),
    include_str!("viewer/succession.js"),
    include_str!("viewer/witness.js"),
    include_str!("viewer/extract.js"),
    include_str!("viewer/verify.js"),
    include_str!("viewer/show.js"),
    include_str!("viewer/main.js"),
];

/// What stands before and after the carried data.
pub(super) fn parts() -> (String, String) {
    let program = PROGRAM.concat();
    let digest = |text: &str| Base64::encode_string(&Sha256::digest(text.as_bytes()));
    let page = LAYOUT
        .replace("{{script}}", &digest(&program))
        .replace("{{styles}}", &digest(STYLE))
        .replace("{{style}}", STYLE);
    let (head, tail) = page.split_once("{{data}}").unwrap_or((page.as_str(), ""));
    (head.to_owned(), tail.replace("{{program}}", &program))
}

/// The page alone: it verifies whatever bundle it is given.
pub fn viewer() -> String {
    let (head, tail) = parts();
    format!("{head}{{}}{tail}")
}
