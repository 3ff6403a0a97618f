//! `plumb case show`: the state of one case at a moment, each fact with the
//! entries that it rests on.

use super::super::print;
use super::words::{label, moment_words, positions_words, rank, value_words};
use super::{At, Exit, Failure, Where};
use crate::case::Case;
use plumbline_replay::state::Moment;
use plumbline_replay::time::civil::Zone;
use std::collections::BTreeSet;

/// 某一时刻的案件状态 / the state of a case at a moment
#[derive(clap::Args)]
pub struct Show {
    /// 事件流 / the case's stream
    stream: String,
    #[command(flatten)]
    place: Where,
    #[command(flatten)]
    at: At,
    /// JSON 输出 / as JSON
    #[arg(long)]
    json: bool,
}

impl Show {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let (case, zone) = self.place.case(&self.stream)?;
        let moment = self.at.moment(zone)?;
        if self.json {
            print(&case.state_json(moment, zone)?.to_string())?;
        } else {
            print(&words(&case, &self.stream, moment, zone)?)?;
        }
        Ok(Exit::Done)
    }
}

fn words(case: &Case, stream: &str, moment: Moment, zone: Zone) -> Result<String, Failure> {
    let state = case.state(moment)?;
    let kind = state.kind();
    let mut lines =
        vec![format!("{} / {}  {stream}", kind.zh(), kind.en()), moment_words(moment, zone)];
    if state.events == 0 {
        lines.push("该时刻尚无此案记录 / nothing of this case counts at that moment".to_owned());
        return Ok(lines.join("\n"));
    }
    let json = state.to_json();
    let grounds = case.grounds(moment)?;
    let mut on = BTreeSet::new();
    let mut facts: Vec<_> = grounds.iter().collect();
    facts.sort_by_key(|(fact, _)| rank(fact));
    for (fact, positions) in facts {
        on.extend(positions);
        let Some(label) = label(fact) else { continue };
        let value = json.pointer(fact).map(value_words).unwrap_or_default();
        lines.push(format!("  {label}: {value}  {}", positions_words(positions)));
    }
    lines.push("依据的记录 / the entries it rests on (BLAKE3)".to_owned());
    for position in on {
        if let Some(hash) = case.hash(position) {
            lines.push(format!("  {position:>8}  {hash}"));
        }
    }
    Ok(lines.join("\n"))
}
