//! Which paper of a case a service (D23) delivered. In one case a freezing of money
//! and the penalty may both be served, and the terms of each run from its own.
//!
//! A service that names a paper (`doc`) is of the paper that bears this number or
//! whose kind it names, and of no other. One that names none is of the last paper
//! made before it. What this file does not know: which term runs from it.

use super::bench::Case;
use crate::event::Event;

const SERVED: &str = "penalty.document.served";
/// Papers that are served by such an act, with words that name their kind.
const PAPERS: [(&str, &[&str]); 2] = [
    ("penalty.decision.made", &["处罚决定"]),
    ("coercion.imposed", &["冻结", "查封", "扣押", "强制措施"]),
];

/// The first service of a paper.
pub fn of<'c>(case: &Case<'c>, paper: &Event<'_>) -> Option<&'c Event<'c>> {
    let file = case.file;
    file.all(SERVED).find(|act| {
        act.order() >= paper.order() && delivered(case, act).is_some_and(|one| one.id == paper.id)
    })
}

/// The first service of the case's decision on a penalty; where the case holds no
/// paper at all, the first service that names no other.
pub fn of_penalty<'c>(case: &Case<'c>) -> Option<&'c Event<'c>> {
    let file = case.file;
    if let Some(decided) = file.first("penalty.decision.made") {
        return of(case, decided);
    }
    file.all(SERVED).find(|act| {
        delivered(case, act).is_none() && act.body.text("doc").is_none_or(|doc| names(&doc, 0))
    })
}

/// The paper that a service delivered, among those made before it.
fn delivered<'c>(case: &Case<'c>, service: &Event<'_>) -> Option<&'c Event<'c>> {
    let file = case.file;
    let kinds = PAPERS.map(|(kind, _)| kind);
    let before = || file.acts.iter().rev().filter(|act| act.order() <= service.order());
    let papers = || before().filter(|act| kinds.iter().any(|kind| super::case_file::is(act, kind)));
    let Some(doc) = service.body.text("doc").filter(|doc| !doc.is_empty()) else {
        return papers().next();
    };
    let numbered =
        papers().find(|paper| paper.body.text("decision_no").as_deref() == Some(doc.as_ref()));
    let of_kind = |paper: &&Event<'_>| {
        let kind = kinds.iter().position(|kind| super::case_file::is(paper, kind));
        kind.is_some_and(|kind| names(&doc, kind))
    };
    numbered.or_else(|| papers().find(of_kind))
}

fn names(doc: &str, paper: usize) -> bool {
    PAPERS.get(paper).is_some_and(|(_, words)| words.iter().any(|word| doc.contains(word)))
}
