//! Acts of approval that left the hall: done on paper elsewhere, handed to the
//! unit's own premises, or decided by somebody who was not authorised in the hall.

use super::{Case, Topic};
use crate::event::Event;
use crate::integrity::json::Json;
use crate::packed::packed;
use crate::rules::finding::EntryRef;
use crate::state::CaseKind;
use crate::time::civil::Micros;
use chrono::NaiveDate;

/// An act outside.
#[derive(Clone, Debug)]
pub struct Outside {
    pub unit: Box<str>,
    pub officer: Option<Box<str>>,
    pub item: Option<Box<str>>,
    pub stream: Box<str>,
    pub kind: Box<str>,
    pub on: NaiveDate,
    pub at: Micros,
    pub entry: EntryRef,
    /// Where to, or by whom.
    pub what: Box<str>,
}

impl Outside {
    fn of(event: &Event<'_>, what: &str) -> Option<Outside> {
        let officer = event.actor.as_ref().and_then(|who| who.officer.get());
        Some(Outside {
            unit: event.unit()?.into(),
            officer: officer.map(Box::from),
            item: event.item.as_ref().and_then(|item| item.code.get()).map(Box::from),
            stream: event.stream.as_ref().into(),
            kind: event.kind.as_ref().into(),
            on: event.occurred.local_date(),
            at: event.occurred.micros,
            entry: EntryRef::of(event),
            what: what.into(),
        })
    }
}

/// All acts outside, each list in order of entries.
#[derive(Default)]
pub struct Circulation {
    /// Entered afterwards from paper, from a place that is no hall.
    pub on_paper: Vec<Outside>,
    /// From the window to the unit's premises after acceptance.
    pub handed_out: Vec<Outside>,
    /// Decisions, each with who approved.
    pub approved_by_others: Vec<Outside>,
    /// Applicants who had to go to hall and unit, as people found: by a complaint or an
    /// assertion under the clause's own code. The text of a complaint is sealed.
    pub double_trips: Vec<Outside>,
}

/// The two halls and the platform that is their counter on the web.
pub fn is_hall(venue: &str) -> bool {
    matches!(venue, "main_hall" | "sub_hall" | "platform" | "unified_online_platform")
}

/// Where an act took place.
pub fn venue_of<'e>(event: &'e Event<'_>) -> Option<&'e str> {
    event.venue.as_ref().and_then(|venue| venue.kind.get())
}

impl Topic for Circulation {
    fn note(&mut self, case: &Case<'_>) {
        self.double_trip(case);
        if !matches!(case.file.kind, CaseKind::Approval | CaseKind::Joint) {
            return;
        }
        let mut accepted = false;
        for event in &case.file.acts {
            let kind = event.kind.as_ref();
            accepted |= kind.starts_with("approval.acceptance.");
            if event.source.kind.get() == Some("paper_backfill")
                && venue_of(event).is_some_and(|venue| !is_hall(venue))
            {
                self.on_paper.extend(Outside::of(event, venue_of(event).unwrap_or_default()));
            }
            if kind.starts_with("approval.handoff.recorded.") && accepted {
                let to = event.body.json("to_venue");
                let kind =
                    to.as_ref().and_then(|to| to.as_str().or_else(|| to.get("kind")?.as_str()));
                let inside =
                    |to: &str| is_hall(to) || to.starts_with("hall/") || to.starts_with("window/");
                if let Some(to) = kind.filter(|to| !inside(to)) {
                    self.handed_out.extend(Outside::of(event, to));
                }
            }
            if kind.starts_with("approval.decision.") || kind.starts_with("approval.commitment.") {
                self.approval(case, event);
            }
        }
    }

    fn join(&mut self, other: Circulation) {
        self.on_paper.extend(other.on_paper);
        self.handed_out.extend(other.handed_out);
        self.approved_by_others.extend(other.approved_by_others);
        self.double_trips.extend(other.double_trips);
        self.sort();
    }
}

/// The clause under which people record an applicant's double trip (R2.2.4c, *Assert*).
const DOUBLE_TRIP: &str = "R2.2.4c";

impl Circulation {
    /// A complaint that was found true, or an assertion that was verified.
    fn double_trip(&mut self, case: &Case<'_>) {
        let coded = |act: &&Event<'_>| act.body.text("category").as_deref() == Some(DOUBLE_TRIP);
        let found = |act: &Event<'_>, unit: Option<&str>| {
            let outside = Outside::of(act, "申请人两头跑")?;
            Some(Outside { unit: unit?.into(), officer: None, ..outside })
        };
        for act in case.all("supervise.assertion.verified").filter(coded) {
            let unit = act.body.text("alleged_unit");
            self.double_trips.extend(found(act, unit.as_deref()));
        }
        let Some(received) = case.all("complaint.received").find(coded) else { return };
        let unit = received.body.text("about_unit");
        for act in case.all("complaint.resolved") {
            let result = act.body.text("result");
            if matches!(result.as_deref(), Some("属实" | "部分属实")) {
                self.double_trips.extend(found(act, unit.as_deref()));
            }
        }
    }

    /// A decision whose approver neither is a chief representative of the unit nor
    /// was authorised to decide.
    fn approval(&mut self, case: &Case<'_>, event: &Event<'_>) {
        let named = event.body.json("approver");
        let named = named.as_ref().and_then(Json::as_str);
        let own = event.actor.as_ref().and_then(|who| who.officer.get());
        let (Some(approver), Some(unit)) = (named.or(own), event.unit()) else { return };
        let at = case.bench.on(event.occurred.local_date());
        let master = case.bench.master;
        let mut chiefs = master.chief_representatives.all_at(unit, at).peekable();
        let mut powers = master.authorisations.all_at(unit, at).peekable();
        // Where no representative was ever named, nothing says who may decide.
        if chiefs.peek().is_none() && powers.peek().is_none() {
            return;
        }
        let chief = chiefs.any(|one| one.row.officer.as_deref() == Some(approver));
        let empowered = powers.any(|one| {
            one.row.officer.as_deref() == Some(approver)
                && (one.row.grants("决定") || one.row.grants("签批"))
        });
        if !chief && !empowered {
            self.approved_by_others.extend(Outside::of(event, approver));
        }
    }

    fn sort(&mut self) {
        for list in [
            &mut self.on_paper,
            &mut self.handed_out,
            &mut self.approved_by_others,
            &mut self.double_trips,
        ] {
            list.sort_by(|a, b| a.entry.cmp(&b.entry));
        }
    }
}

packed! {
    Outside { unit, officer, item, stream, kind, on, at, entry, what }
    Circulation { on_paper, handed_out, approved_by_others, double_trips }
}
