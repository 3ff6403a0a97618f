//! What time alone brings about: deemed acceptance, consent by absence and by
//! silence, expiries, surcharges and cards, each as the event that is due, with the
//! moment at which it became due and the days that were counted.
//!
//! A timer is one item and one line in `TIMERS`. It says what is due and not yet
//! recorded; whoever recorded the same fact by hand has recorded it. What this
//! module does not know: the present moment (`as_of` is asked about), and how an
//! event gets into a ledger. A replay never emits anything.

mod cards;
mod deemed;
mod expiry;

use crate::event::Event;
use crate::rules::bench::Case;
use crate::rules::coverage::Coverage;
use crate::time::civil::Micros;
use serde_json::{Value, json};

/// One event that is due.
#[derive(Clone, Debug, PartialEq)]
pub struct DueEvent {
    pub stream: Box<str>,
    /// `approval.acceptance.deemed.v1`
    pub kind: &'static str,
    /// What tells several events of a kind on one stream apart.
    pub matter: Box<str>,
    /// The moment it became due, however late it is recorded.
    pub occurred: Micros,
    pub source: SourceKind,
    /// The unit whose clock it is.
    pub unit: Option<Box<str>>,
    /// Code of the item concerned.
    pub item: Option<Box<str>>,
    /// Ids of the entries that it follows from.
    pub causes: Vec<Box<str>>,
    pub body: Value,
}

/// `source.kind` of such an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceKind {
    Timer,
    Engine,
}

impl SourceKind {
    pub fn as_str(self) -> &'static str {
        match self {
            SourceKind::Timer => "timer",
            SourceKind::Engine => "engine",
        }
    }
}

impl DueEvent {
    /// The event's id: the same fact has the same id, so that it is recorded once
    /// however often it is found due. A UUID of version 8 from BLAKE3.
    pub fn id(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for part in ["plumb timer", &self.stream, self.kind, &self.matter] {
            hasher.update(part.as_bytes());
            hasher.update(&[0]);
        }
        let hash = hasher.finalize();
        let mut bytes = [0_u8; 16];
        bytes.copy_from_slice(hash.as_bytes().first_chunk::<16>().unwrap_or(&[0; 16]));
        bytes[6] = (bytes[6] & 0x0f) | 0x80;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        let mut out = String::with_capacity(36);
        for (index, byte) in bytes.iter().enumerate() {
            if matches!(index, 4 | 6 | 8 | 10) {
                out.push('-');
            }
            out.push_str(&format!("{byte:02x}"));
        }
        out
    }
}

/// A kind of events that time brings about.
struct Timer {
    due: fn(&Case<'_>, &mut Vec<DueEvent>),
}

/// All timers, in the order in which their events are recorded at one moment.
const TIMERS: &[Timer] = &[
    Timer { due: deemed::acceptance },
    Timer { due: deemed::absence },
    Timer { due: deemed::timeout },
    Timer { due: expiry::renewal },
    Timer { due: expiry::publicity },
    Timer { due: expiry::surcharge_started },
    Timer { due: expiry::surcharge_stopped },
    Timer { due: cards::cards },
];

/// Everything that is due in a case by the moment asked about and not recorded yet,
/// in order of when it became due.
pub fn due(case: &Case<'_>) -> Vec<DueEvent> {
    let mut out = Vec::new();
    if case.file.acts.is_empty() {
        return out;
    }
    for timer in TIMERS {
        (timer.due)(case, &mut out);
    }
    out.retain(|event| case.bench.past(event.occurred.saturating_sub(1)) && followed(case, event));
    out.sort_by_key(|one| one.occurred);
    out
}

/// Whether the ledger has held the case since what the event follows from: in an
/// excerpt silence brings nothing about.
fn followed(case: &Case<'_>, event: &DueEvent) -> bool {
    let causes = || event.causes.iter().filter_map(|id| case.file.act(id));
    case.file.coverage == Coverage::Whole
        || (causes().next().is_some() && causes().all(|act| case.file.coverage.reaches(act)))
}

/// An event of this case.
fn event(case: &Case<'_>, kind: &'static str, occurred: Micros, body: Value) -> DueEvent {
    DueEvent {
        stream: case.file.stream.into(),
        kind,
        matter: "".into(),
        occurred,
        source: SourceKind::Timer,
        unit: None,
        item: crate::rules::clocks::item_of(case).map(Box::from),
        causes: Vec::new(),
        body,
    }
}

impl DueEvent {
    fn of(self, unit: Option<&str>) -> DueEvent {
        DueEvent { unit: unit.map(Box::from), ..self }
    }

    fn matter(self, matter: impl Into<Box<str>>) -> DueEvent {
        DueEvent { matter: matter.into(), ..self }
    }

    fn after<'e>(mut self, acts: impl IntoIterator<Item = &'e Event<'e>>) -> DueEvent {
        self.causes.extend(acts.into_iter().map(|act| Box::from(act.id.as_ref())));
        self
    }
}

/// The days of a clock as such an event carries them.
fn trace(reading: &crate::rules::clocks::ClockReading, case: &Case<'_>) -> Value {
    let explained = reading.explanation(case);
    json!({
        "start": explained["start"], "term": explained["term"], "due": explained["due"],
        "runs": explained["trace"]["runs"], "digest": explained["trace"]["digest"],
    })
}
