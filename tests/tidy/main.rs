//! The rules of the house, held over the source text itself.
//!
//! The source is data: each check reads it and names file, line, reason and what
//! to do instead. Each check is also fed a bad sample here and must find it, so
//! that none of them passes because it sees nothing. Knows nothing of what the
//! program does.

mod documents;
mod imports;
mod packages;
mod places;
mod registers;
mod sizes;
mod source;
mod words;

/// Fails with every finding at once, so that one run names all there is to mend.
fn none(findings: &[String]) {
    assert!(findings.is_empty(), "{} findings:\n{}", findings.len(), findings.join("\n"));
}

/// A bad sample must be found, with these words in the message.
fn found(findings: &[String], words: &[&str]) {
    let all = findings.join("\n");
    assert!(!findings.is_empty(), "the bad sample was not found");
    for word in words {
        assert!(all.contains(word), "the message lacks {word:?}:\n{all}");
    }
}
