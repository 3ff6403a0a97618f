//! A request of independent events on its way to the sequencers: which parts have
//! gone where, and which answer belongs to which event.
//!
//! Does not know how events are admitted, and judges nothing.

use super::lane::Lane;
use super::queue::{Answers, Intake, Pending, refused, stopped};
use super::{Admitted, AppendError, Receipt, Refusal};

/// Events handed on together: few, so that the sequencer has soon something to do;
/// not one alone, since handing on costs as much as admitting one.
const PART_EVENTS: usize = 32;

/// The events of one request.
pub(super) struct Request<'a> {
    answers: Vec<Option<Result<Receipt, AppendError>>>,
    flows: Vec<Flow<'a>>,
}

/// What goes to one log.
struct Flow<'a> {
    lane: &'a Lane,
    /// Once the first of several parts has gone; or why the log takes none.
    intake: Option<Result<Intake, AppendError>>,
    /// Admitted and not yet handed on, with their places in the request.
    places: Vec<usize>,
    events: Vec<Admitted>,
    pending: Vec<(Vec<usize>, Pending)>,
}

impl<'a> Request<'a> {
    pub fn new(events: usize) -> Request<'a> {
        Request { answers: vec![None; events], flows: Vec::new() }
    }

    pub fn refuse(&mut self, index: usize, refusal: Refusal) {
        self.answers[index] = Some(Err(refused(Refusal { index, ..refusal })));
    }

    /// Takes the event at `index`, which belongs to the log of this lane.
    pub fn take(&mut self, index: usize, lane: &'a Lane, event: Admitted) {
        let left = self.answers.len() - index - 1;
        let at = self.flows.iter().position(|flow| flow.lane.log == lane.log);
        let at = at.unwrap_or_else(|| {
            self.flows.push(Flow::to(lane));
            self.flows.len() - 1
        });
        let flow = &mut self.flows[at];
        flow.places.push(index);
        flow.events.push(event);
        if flow.events.len() >= PART_EVENTS && left > 0 {
            let pushed = flow.push(left);
            self.settle(pushed);
        }
    }

    /// Hands the rest on and waits for all answers, in the order of the request.
    pub fn answers(mut self) -> Answers {
        for flow in std::mem::take(&mut self.flows) {
            for given in flow.finish() {
                self.settle(given);
            }
        }
        let lost = || Err(stopped("an event was neither recorded nor refused"));
        self.answers.into_iter().map(|answer| answer.unwrap_or_else(lost)).collect()
    }

    fn settle(&mut self, (places, answers): Settled) {
        for (place, mut answer) in places.into_iter().zip(answers) {
            // The sequencer counted within the part.
            if let Err(AppendError::Refused(refusal)) = &mut answer {
                refusal.index = place;
            }
            self.answers[place] = Some(answer);
        }
    }
}

/// Answers, and the places of their events in the request.
type Settled = (Vec<usize>, Answers);

impl Flow<'_> {
    fn to(lane: &Lane) -> Flow<'_> {
        let (places, events, pending) = Default::default();
        Flow { lane, intake: None, places, events, pending }
    }

    /// Hands on what is admitted while at most `left` events more are to come;
    /// returns what is settled already.
    fn push(&mut self, left: usize) -> Settled {
        let places = std::mem::take(&mut self.places);
        let events = std::mem::take(&mut self.events);
        let queue = &self.lane.queue;
        let intake = self.intake.get_or_insert_with(|| queue.begin(events.len() + left));
        let pushed = match intake {
            Ok(intake) => intake.push(events, left > 0),
            Err(error) => Err(error.clone()),
        };
        match pushed {
            Ok(pending) => {
                self.pending.push((places, pending));
                Settled::default()
            }
            Err(error) => {
                let answers = vec![Err(error); places.len()];
                (places, answers)
            }
        }
    }

    /// Hands on the rest and waits.
    fn finish(mut self) -> Vec<Settled> {
        let mut settled = Vec::new();
        if self.intake.is_none() && !self.events.is_empty() {
            settled.push((self.places, self.lane.record(self.events, false)));
            return settled;
        }
        if !self.events.is_empty() {
            settled.push(self.push(0));
        }
        drop(self.intake);
        let waited = self.pending.into_iter().map(|(places, pending)| (places, pending.wait()));
        settled.extend(waited);
        settled
    }
}
