//! Records what time alone brings about: asks the pure timers what is due by a
//! moment, and appends it through the ordinary path, each event once.
//!
//! What is due follows from the log alone, so a ledger that was down catches up by
//! itself, with the moments at which things became due. Whoever looks again and again
//! keeps a [`Watch`]. A replay, a rebuild and an export never come here.

mod watch;

pub use watch::{Look, Watch};

use crate::config::{Config, Layout};
use crate::judging::one::Logs;
use crate::judging::{Extent, Loaded, zone};
use crate::ledger::submission::Submission;
use crate::ledger::{AppendError, Ledger, LogName, OpenError};
use crate::reader::Reader;
use crate::store::StoreError;
use plumbline_replay::integrity::json::{Json, parse};
use plumbline_replay::rules::{Docket, JudgeError};
use plumbline_replay::state::Moment;
use plumbline_replay::time::civil::{DAY_MICROS, Micros, Zone};
use plumbline_replay::timers::{self, DueEvent};
use serde_json::{Value, json};

/// The system that such events come from; with the event's id it makes a repetition
/// harmless.
pub const SYSTEM: &str = "timer";
/// Events recorded together at most.
const GROUP_MAX: usize = 512;

/// Why nothing, or not everything, could be recorded.
#[derive(Debug, thiserror::Error)]
pub enum TimerError {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Log(#[from] StoreError),
    #[error(transparent)]
    Judge(#[from] JudgeError),
    #[error(
        "日志有损坏,不据以补发 / the log is damaged: {0}; nothing is recorded on what cannot be read whole"
    )]
    Damaged(String),
    #[error("{stream} {kind}: {error}")]
    Append { stream: String, kind: &'static str, error: AppendError },
}

/// What is due by a moment and not recorded yet, in order of when it became due and
/// then of stream. Reads the whole ledger.
pub fn due(layout: &Layout, config: &Config, until: Micros) -> Result<Vec<DueEvent>, TimerError> {
    let loaded = Loaded::read(layout, config, Extent::WHOLE)?;
    if let Some(damage) = &loaded.damage {
        return Err(TimerError::Damaged(damage.clone()));
    }
    let moment = Moment { as_of: until, known_at: until.max(loaded.last_recorded) };
    let ask = loaded.ask(moment, zone(config), 1);
    let docket = Docket::open(&loaded.blocks, ask)?;
    let bench = docket.bench();
    let parts: Vec<Vec<DueEvent>> =
        docket.each(&bench, |case, found: &mut Vec<DueEvent>| found.extend(timers::due(case)))?;
    let mut found: Vec<DueEvent> = parts.into_iter().flatten().collect();
    in_order(&mut found);
    Ok(found)
}

fn in_order(found: &mut [DueEvent]) {
    found.sort_by(|a, b| {
        (a.occurred, &a.stream, a.kind, &a.matter).cmp(&(b.occurred, &b.stream, b.kind, &b.matter))
    });
}

/// Records events that are due; returns how many were new.
pub fn record(ledger: &Ledger, due: &[DueEvent], now: Micros) -> Result<u64, TimerError> {
    let zone = zone(ledger.config());
    let mut new = 0;
    for group in due.chunks(GROUP_MAX) {
        let batch = group.iter().map(|event| submission(event, zone, now)).collect();
        for (event, answer) in group.iter().zip(ledger.append(batch)) {
            match answer {
                Ok(receipt) => new += u64::from(!receipt.duplicate),
                Err(error) => {
                    let stream = event.stream.to_string();
                    return Err(TimerError::Append { stream, kind: event.kind, error });
                }
            }
        }
    }
    Ok(new)
}

/// Looks at what may have come due since the last look, at everything if there was
/// none, and records what is due; returns how many events were new.
///
/// # Errors
///
/// What was found and not recorded would not be found again by the same watch, so
/// after an error there is none.
pub fn run(ledger: &Ledger, watch: &mut Option<Watch>, until: Micros) -> Result<u64, TimerError> {
    let mut kept = watch.take();
    let again = match &mut kept {
        Some(kept) => {
            let open = Reader::of(ledger, LogName::Open)?;
            let sealed = Reader::of(ledger, LogName::Sealed)?;
            kept.look(Logs { open: &open, sealed: Some(&sealed) }, until)?
        }
        None => None,
    };
    let (kept, look) = match kept.zip(again) {
        Some(again) => again,
        None => Watch::begin(ledger.layout(), ledger.config(), until)?,
    };
    let new = record(ledger, &look.due, until)?;
    *watch = Some(kept);
    Ok(new)
}

/// An event as anyone would submit it.
pub fn document(event: &DueEvent, zone: Zone, now: Micros) -> Value {
    let mut out = json!({
        "id": event.id(), "stream": event.stream, "type": event.kind,
        "occurred_at": zone.rfc3339(event.occurred), "precision": "minute",
        "source": {"system": SYSTEM, "kind": event.source.as_str()},
        "actor": {"role": "系统", "system": SYSTEM},
        "body": without_nulls(event.body.clone()),
    });
    if let Some(unit) = &event.unit {
        out["actor"]["unit"] = json!(unit);
    }
    if let Some(item) = &event.item {
        out["item"] = json!({"code": item});
    }
    if !event.causes.is_empty() {
        out["links"] = json!({"causes": event.causes});
    }
    if now.saturating_sub(event.occurred) > DAY_MICROS {
        out["late_reason"] = json!("计时器停机后补发");
    }
    out
}

/// An absent member is left out, not null.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(kept.map(|(name, value)| (name, without_nulls(value))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(without_nulls).collect()),
        other => other,
    }
}

fn submission(event: &DueEvent, zone: Zone, now: Micros) -> Submission {
    let text = document(event, zone, now).to_string();
    // What serde_json writes of texts and integers is JSON that admission reads.
    let json = parse(text.as_bytes()).map_or(Json::Null, Json::into_owned);
    Submission::new(json)
}
