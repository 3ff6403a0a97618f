//! `plumb-replay findings` and `explain`: what the rules find in what lies under a
//! path, and one finding with its arithmetic.

use super::asked::{Asked, ZONE};
use super::{Failure, print};
use plumbline_replay::rules::{Judgement, judge, register};

/// One finding a line, as `plumb find run --json` prints them.
pub fn run(parser: &mut lexopt::Parser) -> Result<u8, Failure> {
    let asked = Asked::read(parser, &["rule"])?;
    // A misspelt rule would be answered with silence, which reads as "none found".
    let known = |id: &str| register::all().any(|rule| rule.id == id);
    if let Some(rule) = asked.option("rule").filter(|rule| !known(rule)) {
        let words = format!("没有规则 {rule} / there is no rule {rule}");
        return Err(Failure::new(2, words));
    }
    let judged = judged(&asked, asked.value(0, "PATH")?)?;
    for finding in &judged.findings {
        if asked.option("rule").is_none_or(|rule| rule == finding.rule) {
            print(&finding.to_json(ZONE).to_string())?;
        }
    }
    Ok(0)
}

/// One finding in full, by its id.
pub fn explain(parser: &mut lexopt::Parser) -> Result<u8, Failure> {
    let asked = Asked::read(parser, &[])?;
    let id = asked.value(0, "FINDING")?;
    let judged = judged(&asked, asked.value(1, "PATH")?)?;
    let Some(finding) = judged.findings.iter().find(|finding| finding.id() == id) else {
        return Err(Failure::new(13, format!("没有疑点 {id} / there is no finding {id}")));
    };
    let json = finding.to_json(ZONE);
    print(&serde_json::to_string_pretty(&json).unwrap_or_default()).map(|()| 0)
}

fn judged(asked: &Asked, path: &str) -> Result<Judgement, Failure> {
    let evidence = asked.evidence(path)?;
    let ask = asked.ask(&evidence)?;
    let mut judged =
        judge(&evidence.blocks, ask).map_err(|error| Failure::new(3, error.to_string()))?;
    if let Some(bundle) = &evidence.bundle {
        // Of other streams a bundle holds parts: what is found missing there is not.
        judged.findings.retain(|finding| bundle.cases.contains(finding.stream.as_ref()));
    }
    Ok(judged)
}
