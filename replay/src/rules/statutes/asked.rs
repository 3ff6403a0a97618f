//! What a party may ask for within a term (a hearing, a review): one that came too
//! late breaches nothing and is shown for whoever asks why it was not heard; an organ
//! that decides before the term is over has cut it short. Knows no article.

use super::term::{Duty, judge_pair, not_before, trace};
use crate::event::Event;
use crate::rules::bench::Case;
use crate::rules::clocks::{day_of, day_start};
use crate::rules::finding::Findings;
use crate::rules::rule::{Rule, Severity};
use crate::time::clock::{Claims, Clock};

/// A request after the term in which it could be made.
pub(super) fn too_late(
    case: &Case<'_>,
    rule: &'static Rule,
    duty: &Duty,
    (told, asked): (&Event<'_>, &Event<'_>),
    out: &mut Findings,
) {
    let mut found = Findings::default();
    judge_pair(case, rule, duty, told, Some(asked), &mut found);
    let matter = format!("{}#asked", asked.id);
    found.move_to(out, |finding| finding.matter(matter.clone()).severity(Severity::Info));
}

/// A decision before the last day on which it could still be asked for.
pub(super) fn cut_short(
    case: &Case<'_>,
    rule: &'static Rule,
    duty: &Duty,
    (told, decided): (&Event<'_>, &Event<'_>),
    out: &mut Findings,
) {
    let bench = case.bench;
    let on = day_of(told, duty.start_member, bench.zone)
        .unwrap_or_else(|| bench.zone.date(told.occurred.micros));
    let clock = Clock::plain(day_start(on, bench.zone), bench.zone, duty.term);
    let due = clock.reckon(bench.calendar, bench.known_at, Claims::Recognised);
    let (Some(due), day) = (due, bench.zone.date(decided.occurred.micros)) else { return };
    if due.date < day {
        return out.compliant(rule);
    }
    let (last, n) = (due.date, duty.term.n);
    let zh =
        format!("{on}告知听证权利,{n}日内可以申请听证,至{last};{day}即作出决定,未见申请或者放弃");
    let en = format!(
        "told on {on} of the right to a hearing, which can be asked for until {last}; decided on {day} \
         without a request or a waiver"
    );
    let finding = case
        .signal(rule, decided, zh, en)
        .matter(format!("{}#early", decided.id))
        .resting_on([told])
        .because("clock", trace(on, duty.term, &due));
    out.add(not_before(finding, on, duty.since));
}
