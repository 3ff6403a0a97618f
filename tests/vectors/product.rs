//! The product, asked in the words of the vectors: the same codes for the same
//! refusals.

use plumbline_replay::integrity::chain::Digest;
use plumbline_replay::integrity::checkpoint::{NoteError, VerifyingKey};
use plumbline_replay::integrity::entry::{EntryError, Fields, scan};
use plumbline_replay::integrity::frame::{self, FrameError, SegmentHeader};
use plumbline_replay::integrity::json::{Json, JsonProblem, is_canonical, parse};
use plumbline_replay::integrity::proof::{ProofError, verify_consistency, verify_inclusion};
use plumbline_replay::integrity::tree::Frontier;
use plumbline_replay::walk::Walk;

type Code = &'static str;

pub fn json(bytes: &[u8]) -> Result<Json<'_>, Code> {
    parse(bytes).map_err(|error| match error.what {
        JsonProblem::NotUtf8 => "not-utf8",
        JsonProblem::EndsEarly => "ends-early",
        JsonProblem::ValueExpected => "value-expected",
        JsonProblem::Expected(_) => "expected",
        JsonProblem::Trailing => "trailing",
        JsonProblem::Duplicate(_) => "duplicate",
        JsonProblem::Float => "number-fraction",
        JsonProblem::IntegerRange => "number-range",
        JsonProblem::NumberForm => "number-form",
        JsonProblem::Escape => "escape",
        JsonProblem::LoneSurrogate => "surrogate",
        JsonProblem::Control => "control",
        JsonProblem::TooDeep => "depth",
    })
}

pub fn entry(bytes: &[u8]) -> Result<Fields<'_>, Code> {
    if bytes.len() <= 65_535 {
        json(bytes)?;
        if !is_canonical(bytes) {
            return Err("spelling");
        }
    }
    scan(bytes).map_err(|error| match error {
        EntryError::Shape { .. } => "member",
        EntryError::Missing(_) => "missing",
        EntryError::Form(_) => "form",
        EntryError::Version(_) => "version",
        EntryError::TooLong(_) => "length",
    })
}

pub fn segment(bytes: &[u8]) -> Result<SegmentHeader, Code> {
    let header = SegmentHeader::decode(bytes).map_err(|what| match what {
        "文件在段头之内即结束 / the file ends inside its header" => "segment-short",
        "不是段文件 / not a segment file" => "segment-magic",
        "段头与其摘要不符 / the segment header does not match its digest" => {
            "segment-digest"
        }
        frame::NEWER_SEGMENT => "segment-version",
        _ => "segment-frontier",
    })?;
    let fits = Frontier::from_parts(header.first_position, header.frontier.clone()).is_some();
    if fits { Ok(header) } else { Err("segment-frontier") }
}

/// The frame at `offset`; `Ok(None)` where only zeros follow.
pub fn frame(file: &[u8], offset: usize) -> Result<Option<frame::Frame<'_>>, Code> {
    match frame::read(&file[offset..], offset as u64) {
        Ok(frame) => Ok(Some(frame)),
        Err(FrameError::Blank) => Ok(None),
        Err(FrameError::Torn) => Err("torn"),
        Err(FrameError::Damaged { .. }) => Err("damaged"),
    }
}

pub fn checkpoint(note: &str, vkey: &str) -> Result<(u64, [u8; 32]), Code> {
    let key = VerifyingKey::parse(vkey).map_err(|_| "key-form")?;
    let checkpoint = key.verify(note).map_err(|error| match error {
        NoteError::Malformed(_) => "note-form",
        NoteError::Key(_) => "key-form",
        NoteError::Unsigned(_) => "note-unsigned",
        NoteError::BadSignature(_) => "note-signature",
        NoteError::Origin { .. } => "note-origin",
    })?;
    Ok((checkpoint.size, checkpoint.root.0))
}

fn proof_code(error: ProofError) -> Code {
    match error {
        ProofError::OutOfRange { .. } | ProofError::Backwards { .. } => "proof-range",
        ProofError::Length { .. } => "proof-length",
        ProofError::Root => "proof-root",
    }
}

fn digests(proof: &[[u8; 32]]) -> Vec<Digest> {
    proof.iter().map(|hash| Digest(*hash)).collect()
}

pub fn inclusion(
    leaf: [u8; 32],
    index: u64,
    size: u64,
    root: [u8; 32],
    proof: &[[u8; 32]],
) -> Result<(), Code> {
    verify_inclusion(&Digest(leaf), index, size, &Digest(root), &digests(proof)).map_err(proof_code)
}

pub fn consistency(
    old: (u64, [u8; 32]),
    new: (u64, [u8; 32]),
    proof: &[[u8; 32]],
) -> Result<(), Code> {
    let (old_root, new_root) = (Digest(old.1), Digest(new.1));
    verify_consistency(old.0, &old_root, new.0, &new_root, &digests(proof)).map_err(proof_code)
}

/// The first entry that does not continue those before it, and the reason's code.
pub fn chain(entries: &[&[u8]]) -> Result<(), Code> {
    let mut walk = Walk::new("open", Vec::new());
    for (number, entry) in entries.iter().enumerate() {
        walk.line("vectors", number as u64, entry);
    }
    let Some(bad) = walk.finish(&[], None).first_bad else { return Ok(()) };
    assert_eq!(bad.position as usize + 1, entries.len(), "{}", bad.reason);
    for (words, code) in [
        ("position is", "position"),
        ("`previous` is not", "previous"),
        ("`recorded_at` does not rise", "recorded-at"),
        ("is at revision", "revision"),
    ] {
        if bad.reason.contains(words) {
            return Err(code);
        }
    }
    panic!("a refusal without a code: {}", bad.reason)
}
