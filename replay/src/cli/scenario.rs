//! `plumb-replay scenario`: runs scripts of events with what must be found.

use super::asked::Asked;
use super::{Failure, print};
use plumbline_replay::scenario::{parse, run as run_script};
use std::path::Path;

/// 0 if all came as the scripts say, 3 if not, 6 for a script that cannot be read.
pub fn run(parser: &mut lexopt::Parser) -> Result<u8, Failure> {
    let asked = Asked::read(parser, &[])?;
    asked.value(0, "FILE")?;
    let mut failures = 0;
    for file in &asked.values {
        let path = Path::new(file);
        let text = std::fs::read_to_string(path)
            .map_err(|error| Failure::new(1, format!("{file}: {error}")))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let include = |name: &str| std::fs::read_to_string(folder.join(name)).ok();
        let script =
            parse(file, &text, &include).map_err(|error| Failure::new(6, error.to_string()))?;
        let failed = run_script(&script);
        let verdict =
            if failed.is_empty() { "符合 / as expected" } else { "不符 / not as expected" };
        print(&format!("{file}  {}  {verdict}", script.title))?;
        for one in &failed {
            print(&format!("  {file}:{}: {}", one.line, one.why))?;
        }
        failures += failed.len();
    }
    Ok(if failures == 0 { 0 } else { 3 })
}
