//! Fees laid out by hand: an approval that takes its days, and the fee that goes with
//! it, lawful unless something in it is moved or left out.

use super::plot::Plot;
use super::story::Story;
use super::timetable::Timetable;
use crate::demo::act::{ToValue, object};
use crate::demo::cases::approval;
use crate::demo::cases::fee::{Beat, Laid};
use crate::demo::city::City;
use crate::demo::city::fees::FeeSpec;
use crate::demo::city::items::Disposition;
use crate::demo::moment::{Day, Moment};
use crate::demo::world::Script;

/// The plan of one fee.
pub(in crate::demo) struct Charge {
    pub fee: usize,
    pub quantity: i64,
    /// Fen assessed beyond the lower bound.
    pub over_fen: i64,
    /// Fen paid beyond what was assessed.
    pub paid_over_fen: i64,
    /// Half of it is taken off by the published policy.
    pub reduced: bool,
    pub item: usize,
    accepted: Day,
    beats: Vec<(Moment, Beat)>,
}

/// Working days from the acceptance to the assessment.
const ASSESSED: i64 = 1;

/// An item of the city that takes its days and asks for a fee that suits, with the fee.
fn item_of_fee(plot: &mut Plot<'_>, suits: impl Fn(&FeeSpec) -> bool) -> (usize, usize) {
    let city = plot.city;
    let fee_of = |code: Option<&'static str>| {
        let fees = city.fees.iter();
        fees.enumerate().find(|(_, fee)| Some(fee.spec.code) == code && suits(fee.spec))
    };
    let item = city.pick_item(&mut plot.draw, |item| {
        let plain = item.disposition == Disposition::Retained && !item.instant();
        (plain && fee_of(item.spec.fee).is_some()).then_some(item.spec.weight)
    });
    (item, fee_of(city.items[item].spec.fee).map_or(0, |(at, _)| at))
}

impl Charge {
    /// A fee with room between its bounds, for an approval accepted on `day`.
    pub fn new(plot: &mut Plot<'_>, day: Day) -> Charge {
        let city = plot.city;
        let (item, fee) = item_of_fee(plot, |fee| fee.lower_fen < fee.upper_fen);
        let (least, most) = city.fees[fee].spec.quantity;
        let quantity = plot.draw.between(least, most);
        let shift = plot.draw.between(0, 20);
        let assessed = city.calendar.after(day, ASSESSED).at(10, shift);
        let charge = Charge {
            fee,
            quantity,
            over_fen: 0,
            paid_over_fen: 0,
            reduced: false,
            item,
            accepted: day,
            beats: Vec::new(),
        };
        charge.assessing(city, assessed)
    }

    pub fn spec(&self, city: &City) -> &'static FeeSpec {
        city.fees[self.fee].spec
    }

    /// Assesses at a moment; what follows moves with it.
    pub fn assessing(mut self, city: &City, at: Moment) -> Charge {
        let later = |n, hour| city.calendar.after(at.day(), n).at(hour, 10);
        let due = city.calendar.after(at.day(), 5);
        self.beats = vec![
            (at, Beat::Assess),
            (at.plus(1), Beat::Reduce),
            (at.plus(3), Beat::Notify { due }),
            (at.plus(9), Beat::Pay),
            (at.plus(12), Beat::Receipt),
            (later(1, 9), Beat::Remit),
            (later(2, 16), Beat::Reconcile),
        ];
        self
    }

    /// Moves a beat to another moment.
    pub fn moved(mut self, beat: Beat, at: Moment) -> Charge {
        self.beats.retain(|(_, known)| *known != beat);
        self.beats.push((at, beat));
        self
    }

    /// When a beat happens.
    pub fn at(&self, beat: Beat) -> Moment {
        let found = self.beats.iter().find(|(_, known)| *known == beat);
        found.map_or_else(|| self.accepted.at(9, 0), |(at, _)| *at)
    }

    /// The same fee once more, the next working day.
    pub fn again(&self, city: &City) -> Charge {
        let next = city.calendar.after(self.at(Beat::Assess).day(), 1).at(11, 0);
        let again = Charge {
            fee: self.fee,
            quantity: self.quantity,
            over_fen: self.over_fen,
            paid_over_fen: self.paid_over_fen,
            reduced: self.reduced,
            item: self.item,
            accepted: self.accepted,
            beats: Vec::new(),
        };
        again.assessing(city, next)
    }

    /// The approval that the fee is for, granted on the last day promised.
    fn approval(&self, plot: &mut Plot<'_>) -> Timetable {
        let item = &plot.city.items[self.item];
        let certified = item.spec.certificate.is_some();
        let plan = Timetable::new(plot, self.item, self.accepted, item.promise(self.accepted));
        plan.without(|beat| beat == approval::Beat::Certify && !certified)
    }

    fn script(self, enterprise: usize) -> (Moment, Box<dyn Script>) {
        let at = self.beats.iter().map(|(at, _)| *at).min().unwrap_or(self.accepted.at(9, 0));
        let Charge { fee, quantity, over_fen, paid_over_fen, reduced, beats: plan, .. } = self;
        let laid = Laid { fee, quantity, over_fen, paid_over_fen, reduced, enterprise, plan };
        (at, Box::new(laid))
    }

    /// Begins the story with a payer of its own.
    pub fn tell(self, plot: &mut Plot<'_>, story: Story) {
        self.tell_with(plot, story, Vec::new());
    }

    /// The same with more fees for the same approval.
    pub fn tell_with(self, plot: &mut Plot<'_>, story: Story, more: Vec<Charge>) {
        let enterprise = plot.party();
        let mut scripts = vec![self.approval(plot).script(enterprise), self.script(enterprise)];
        scripts.extend(more.into_iter().map(|charge| charge.script(enterprise)));
        plot.begin_all(for_the_approval(story), scripts);
    }
}

/// Names the story's approval as the case that its fees are for.
fn for_the_approval(story: Story) -> Story {
    let mut case = String::new();
    story.alter_all(move |act| {
        if act.kind() == "approval.acceptance.granted" {
            case = act.stream().to_owned();
        }
        match act.kind() {
            "fee.assessed" => {
                let links = object! { "parent_case": &case };
                act.saying("case_ref", (&case).value()).instead("links", links)
            }
            kind if kind.starts_with("fee.") => {
                act.instead("links", object! { "parent_case": &case })
            }
            _ => act,
        }
    })
}
