//! `plumb types`: the register of event types.

use super::{Exit, Failure, line};
use plumbline_replay::event::register;

/// 列出事件类型 / list the event types
#[derive(clap::Args)]
pub struct Types {}

impl Types {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let mut out = std::io::stdout().lock();
        for event_type in register::all() {
            let text = format!(
                "{}\t{}\t{}\t{}",
                event_type.code, event_type.name, event_type.zh, event_type.en
            );
            if !line(&mut out, text.as_bytes())? {
                break;
            }
        }
        Ok(Exit::Done)
    }
}
