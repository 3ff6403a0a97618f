//! The engine of the statutory clocks: from a start to the first stop, so many
//! working or calendar days, hours, months or years. Knows no article.

use crate::event::{Event, Precision};
use crate::rules::bench::Case;
use crate::rules::clocks::{self, Stop, day_of, day_start};
use crate::rules::finding::{Finding, Findings, Outcome};
use crate::rules::rule::Rule;
use crate::time::calendar::Roll;
use crate::time::civil::{Micros, Moment};
use crate::time::clock::{Claims, Clock, Reckoning, Term, Unit};
use chrono::NaiveDate;
use serde_json::{Value, json};

/// One term of the law: what starts it, what keeps it, how long.
pub(super) struct Duty {
    pub starts: &'static [&'static str],
    /// Acts that keep it, or leave nothing to do.
    pub stops: &'static [&'static str],
    pub term: Term,
    /// Since when the article stands as quoted (year, month, day). What started
    /// earlier is judged by the earlier text, which is not loaded.
    pub since: (i32, u32, u32),
    /// Members of the start's and the stop's body that say the day, if any.
    pub start_member: &'static str,
    pub stop_member: &'static str,
}

impl Duty {
    pub(super) const fn new(
        starts: &'static [&'static str],
        stops: &'static [&'static str],
        term: Term,
        since: (i32, u32, u32),
    ) -> Duty {
        Duty { starts, stops, term, since, start_member: "", stop_member: "" }
    }
}

/// A term in calendar days, months or years whose last day moves off a holiday.
pub(super) const fn rolling(n: u32, unit: Unit) -> Term {
    Term { n, unit, roll: Roll::NextWorkday }
}

/// A limit on a power: not lengthened, unless P04 says so.
pub(super) const fn rigid(n: u32, unit: Unit) -> Term {
    Term { n, unit, roll: Roll::None }
}

/// Judges every start of a duty.
pub(super) fn judge(case: &Case<'_>, rule: &'static Rule, duty: &Duty, out: &mut Findings) {
    for start in case.file.any(duty.starts) {
        let order = start.order();
        let stop = case.file.any(duty.stops).find(|act| act.order() >= order && act.id != start.id);
        judge_pair(case, rule, duty, start, stop, out);
    }
}

/// Judges one start and what stopped it.
pub(super) fn judge_pair(
    case: &Case<'_>,
    rule: &'static Rule,
    duty: &Duty,
    start: &Event<'_>,
    stop: Option<&Event<'_>>,
    out: &mut Findings,
) {
    let zone = case.bench.zone;
    let mut from = start.occurred;
    if let Some(day) = day_of(start, duty.start_member, zone)
        && day != zone.date(from.micros)
    {
        from = day_start(day, zone);
    }
    let mut kept = stop.map(|act| Stop::of(act, zone));
    if let (Some(kept), Some(act)) = (&mut kept, stop)
        && let Some(day) = day_of(act, duty.stop_member, zone)
        && day != kept.on
    {
        (kept.on, kept.day_only) = (day, true);
    }
    let span = Span { from, term: duty.term, extra: 0, stop: kept, since: duty.since };
    span.judge(case, rule, start, stop, out);
}

/// One term with its two ends, ready to be judged.
pub(super) struct Span {
    pub from: Moment,
    pub term: Term,
    /// More of the same unit, lawfully granted.
    pub extra: u32,
    pub stop: Option<Stop>,
    pub since: (i32, u32, u32),
}

impl Span {
    /// Signals if the term ran out before it was kept.
    pub(super) fn judge(
        self,
        case: &Case<'_>,
        rule: &'static Rule,
        start: &Event<'_>,
        stop: Option<&Event<'_>>,
        out: &mut Findings,
    ) {
        let bench = case.bench;
        let on = bench.zone.date(self.from.micros);
        let until = match &self.stop {
            Some(stop) => stop.on,
            None => bench.today(),
        };
        let term = Term { n: self.term.n.saturating_add(self.extra), ..self.term };
        if surely_kept(term, on, until) {
            if self.stop.is_some() {
                out.compliant(rule);
            }
            return;
        }
        let term = bench.counted(term, on);
        let clock = Clock::plain(self.from, bench.zone, term);
        let due = clock.reckon(bench.calendar, bench.known_at, Claims::Recognised);
        let Some(due) = due else { return };
        let kept = match &self.stop {
            Some(stop) if stop.day_only => stop.on <= due.date,
            Some(stop) => stop.at <= due.last,
            None => !bench.past(due.last),
        };
        if kept {
            if self.stop.is_some() {
                out.compliant(rule);
            }
            return;
        }
        let finding = overdue(case, rule, (start, stop), (on, until), &due, term);
        out.add(not_before(finding, on, self.since));
    }
}

/// Not more calendar days than the term has units: nothing to reckon.
fn surely_kept(term: Term, on: NaiveDate, until: NaiveDate) -> bool {
    let days = until.signed_duration_since(on).num_days();
    let n = i64::from(term.n);
    match term.unit {
        Unit::WorkingDay | Unit::NaturalDay => days <= n,
        Unit::Month => days <= n * 28,
        Unit::Year => days <= n * 365,
        Unit::Hour => (days + 1) * 24 <= n,
    }
}

fn overdue(
    case: &Case<'_>,
    rule: &'static Rule,
    (start, stop): (&Event<'_>, Option<&Event<'_>>),
    (on, until): (NaiveDate, NaiveDate),
    due: &Reckoning<'_>,
    term: Term,
) -> Finding {
    let (n, due_on) = (term.n, due.date);
    let done = match stop {
        Some(_) => (format!("{until}完成"), format!("done on {until}")),
        None => ("至今未完成".to_owned(), "not done yet".to_owned()),
    };
    let zh = format!("{}:{on}起算{n}{},{due_on}届满,{}", rule.zh, term.unit.zh(), done.0);
    let en =
        format!("{}: {n} ({}) from {on}, due {due_on}, {}", rule.en, term.unit.as_str(), done.1);
    let finding = case
        .signal(rule, stop.unwrap_or(start), zh, en)
        .matter(start.id.as_ref())
        .resting_on([start])
        .because("clock", trace(on, term, due));
    Finding { at: due.last.saturating_add(1), ..finding }
}

/// A term with its days, for the explanation.
pub(super) fn trace(on: NaiveDate, term: Term, due: &Reckoning<'_>) -> Value {
    json!({
        "start": on.to_string(), "term": {"n": term.n, "unit": term.unit.as_str()},
        "due": due.date.to_string(), "provisional": due.provisional,
        "trace": {"runs": clocks::runs(&due.trace), "digest": clocks::digest(&due.trace)},
    })
}

/// What started before the article stood as quoted cannot be judged by it.
pub(super) fn not_before(finding: Finding, on: NaiveDate, since: (i32, u32, u32)) -> Finding {
    let (year, month, day) = since;
    let Some(since) = NaiveDate::from_ymd_opt(year, month, day) else { return finding };
    if on >= since {
        return finding;
    }
    let zh = format!("{}(行为早于{since}施行的条文,当时的条文未载入,无法判定)", finding.zh);
    let en =
        format!("{} (before the article of {since}; the earlier text is not loaded)", finding.en);
    Finding { zh, en, ..finding }
        .outcome(Outcome::Indeterminate)
        .because("missing", json!([format!("law-before-{since}")]))
}

/// The moment a member of a body says, else the act's own.
pub(super) fn moment_of(event: &Event<'_>, member: &str) -> Option<Micros> {
    let text = event.body.text(member)?;
    crate::time::civil::parse_rfc3339(&text).map(|moment| moment.micros)
}

/// Whether an act is known to the minute.
pub(super) fn to_the_minute(event: &Event<'_>) -> bool {
    event.precision == Precision::Minute
}
