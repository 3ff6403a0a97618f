//! A clock's trace as evidence: runs of days that a person follows with a wall
//! calendar, and a digest over every day. Knows no case.

use crate::time::clock::TraceDay;
use serde_json::{Value, json};

/// Days in runs of one reason: `{"from","to","reason","day","count"}`, where
/// `count` is what has been counted at the run's end.
pub fn runs(trace: &[TraceDay<'_>]) -> Vec<Value> {
    let same = |a: &TraceDay<'_>, b: &TraceDay<'_>| {
        a.reason == b.reason && a.day.kind == b.day.kind && a.day.holiday == b.day.holiday
    };
    let of = |run: &[TraceDay<'_>]| {
        let (first, last) = (run.first()?, run.last()?);
        Some(json!({
            "from": first.date.to_string(), "to": last.date.to_string(),
            "reason": first.reason.as_str(), "reason_zh": first.reason.zh(),
            "day": first.day.kind.as_str(), "holiday": first.day.holiday, "count": last.count,
        }))
    };
    trace.chunk_by(same).filter_map(of).collect()
}

/// BLAKE3, lower-case hex, over one line a day: `2022-04-07 workday counted 1\n`.
pub fn digest(trace: &[TraceDay<'_>]) -> String {
    let mut hasher = blake3::Hasher::new();
    for day in trace {
        let (kind, reason) = (day.day.kind.as_str(), day.reason.as_str());
        hasher.update(format!("{} {kind} {reason} {}\n", day.date, day.count).as_bytes());
    }
    hasher.finalize().to_hex().to_string()
}
