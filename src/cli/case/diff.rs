//! `plumb case diff`: what differs in one case between two moments, and which
//! entries made the difference.

use super::super::print;
use super::words::{label, moment_words, positions_words, rank, value_words};
use super::{At, Exit, Failure, Where, instant};
use crate::case::Case;
use plumbline_replay::state::Moment;
use plumbline_replay::time::civil::Zone;
use std::collections::BTreeSet;

/// 两个时刻之间的差异 / what differs between two moments
#[derive(clap::Args)]
pub struct Diff {
    /// 事件流 / the case's stream
    stream: String,
    #[command(flatten)]
    place: Where,
    /// 前一时刻:截至何时发生,默认同 --as-of / the first moment's as-of; as --as-of unless given
    #[arg(long, value_name = "T")]
    from_as_of: Option<String>,
    /// 前一时刻:截至何时入账,默认同 --known-at / the first moment's known-at, likewise
    #[arg(long, value_name = "T", required_unless_present = "from_as_of")]
    from_known_at: Option<String>,
    #[command(flatten)]
    at: At,
    /// JSON 输出 / as JSON
    #[arg(long)]
    json: bool,
}

impl Diff {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let (case, zone) = self.place.case(&self.stream)?;
        let to = self.at.moment(zone)?;
        let as_of = instant("--from-as-of", self.from_as_of.as_deref(), zone)?;
        let known_at = instant("--from-known-at", self.from_known_at.as_deref(), zone)?;
        let from =
            Moment { as_of: as_of.unwrap_or(to.as_of), known_at: known_at.unwrap_or(to.known_at) };
        if self.json {
            print(&case.diff_json(from, to, zone)?.to_string())?;
        } else {
            print(&words(&case, &self.stream, (from, to), zone)?)?;
        }
        Ok(Exit::Done)
    }
}

fn words(
    case: &Case,
    stream: &str,
    (from, to): (Moment, Moment),
    zone: Zone,
) -> Result<String, Failure> {
    let mut lines = vec![
        stream.to_owned(),
        format!("- {}", moment_words(from, zone)),
        format!("+ {}", moment_words(to, zone)),
    ];
    let mut changes = case.diff(from, to)?;
    if changes.is_empty() {
        lines.push("没有差异 / nothing differs".to_owned());
    }
    let because: BTreeSet<u64> =
        changes.iter().flat_map(|change| change.because.iter().copied()).collect();
    // A state's code and its English name change with the Chinese one.
    const TOLD_ALREADY: [&str; 4] = ["/state/code", "/state/en", "/kind/code", "/kind/en"];
    changes.retain(|change| !TOLD_ALREADY.contains(&change.member.as_str()));
    changes.sort_by_key(|change| rank(&change.member));
    for change in &changes {
        let label = label(&change.member).unwrap_or_else(|| change.member.clone());
        lines.push(format!("  {label}  {}", positions_words(&change.because)));
        for (sign, value) in [("-", &change.before), ("+", &change.after)] {
            lines.extend(value.as_ref().map(|value| format!("    {sign} {}", value_words(value))));
        }
    }
    if !because.is_empty() {
        lines.push("造成差异的记录 / the entries that made it (BLAKE3)".to_owned());
    }
    for position in because {
        if let Some(hash) = case.hash(position) {
            lines.push(format!("  {position:>8}  {hash}"));
        }
    }
    Ok(lines.join("\n"))
}
