//! When an act reaches the ledger. Most within a minute, some with the next batch
//! of the exchange, a few hours later or from paper; none beyond the late-recording
//! threshold P12 (24:00 of the next working day).

use super::act::{Act, Source};
use super::calendar::Calendar;
use super::moment::{Day, Moment};
use super::prng::Draw;
use crate::clock::Micros;

pub(super) struct Recording {
    pub recorded_at: Micros,
    /// Entered afterwards from paper.
    pub paper: bool,
    pub late_reason: Option<&'static str>,
}

/// Hours in which the platform was down and windows worked on paper.
pub(super) const OUTAGES: [(Moment, Moment); 3] = [
    (Day::new(2024, 10, 24).at(14, 0), Day::new(2024, 10, 24).at(16, 10)),
    (Day::new(2025, 5, 15).at(9, 20), Day::new(2025, 5, 15).at(11, 5)),
    (Day::new(2026, 1, 22).at(13, 45), Day::new(2026, 1, 22).at(15, 30)),
];

const SECOND: Micros = 1_000_000;
const MINUTE: Micros = 60 * SECOND;

/// Decides for one act. Depends on the act's source, its minute and the draw.
pub(super) fn decide(act: &Act, calendar: &Calendar, draw: &mut Draw) -> Recording {
    if act.source == Source::Platform
        && let Some((_, end)) = OUTAGES.iter().find(|(from, to)| (*from..*to).contains(&act.at))
    {
        return Recording {
            recorded_at: end.micros() + draw.between(6 * MINUTE, 55 * MINUTE),
            paper: true,
            late_reason: Some("系统中断期间纸质办理,恢复后补录"),
        };
    }
    let (late, paper) = match act.source {
        Source::Platform => (14, 4),
        Source::Enforcement => (50, 18),
        Source::Office => (30, 0),
        _ => (0, 0),
    };
    let lot = draw.below(1000);
    if lot < paper {
        let on_site = act.source == Source::Enforcement;
        return Recording {
            recorded_at: next_morning(act.at, calendar, draw),
            paper: true,
            late_reason: Some(if on_site {
                "现场无网络,次日补录"
            } else {
                "纸质材料次日补录"
            }),
        };
    }
    if lot < paper + late {
        return electronic(hours_later(act.at, calendar, draw));
    }
    electronic(promptly(act, draw))
}

/// As an act that is entered at once, on the screen. Planted stories are told so:
/// whether they are found must not hang on where a clerk had paper.
pub(super) fn directly(act: &Act, draw: &mut Draw) -> Recording {
    electronic(promptly(act, draw))
}

fn electronic(recorded_at: Micros) -> Recording {
    Recording { recorded_at, paper: false, late_reason: None }
}

fn promptly(act: &Act, draw: &mut Draw) -> Micros {
    let at = act.at.micros();
    let jitter =
        |draw: &mut Draw, low: Micros, high: Micros| at + draw.between(low * SECOND, high * SECOND);
    match act.source {
        Source::Platform | Source::Registry => jitter(draw, 2, 75),
        Source::Enforcement => jitter(draw, 5, 900),
        Source::Exchange | Source::NonTax => {
            let batch = 15 * MINUTE;
            (at / batch + 1) * batch + draw.between(SECOND, 50 * SECOND)
        }
        Source::Timer | Source::Terminal | Source::Watch => jitter(draw, 1, 6),
        Source::Hotline => jitter(draw, 30, 1200),
        Source::Office => jitter(draw, 30, 2400),
        Source::Founding => at + SECOND,
    }
}

/// Later the same day while someone is there, else the next working morning.
fn hours_later(at: Moment, calendar: &Calendar, draw: &mut Draw) -> Micros {
    let evening = at.day().at(20, 0);
    let later = at.plus(draw.between(95, 400));
    if later < evening {
        later.micros() + draw.between(0, MINUTE - 1)
    } else {
        next_morning(at, calendar, draw)
    }
}

fn next_morning(at: Moment, calendar: &Calendar, draw: &mut Draw) -> Micros {
    let morning = calendar.after(at.day(), 1).at(8, 40);
    morning.micros() + draw.between(0, 170 * MINUTE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::act::object;

    #[test]
    fn nothing_is_recorded_before_it_happened_or_after_the_threshold() {
        let calendar = Calendar::new();
        let mut draw = Draw::new(42, "recording", 0);
        let mut papers = 0;
        for number in 0..20_000i64 {
            let at = Day::new(2025, 9, 20).plus(number % 40).at(9 + number % 8, number % 60);
            for source in [Source::Platform, Source::Enforcement, Source::NonTax, Source::Office] {
                let act = Act::new("t.v1", "s/1", at, source, object! {});
                let recording = decide(&act, &calendar, &mut draw);
                let threshold = calendar.after(at.day(), 1).plus(1).at(0, 0).micros();
                assert!(recording.recorded_at > at.micros(), "{}", at.text());
                assert!(recording.recorded_at < threshold, "{}", at.text());
                assert_eq!(recording.paper, recording.late_reason.is_some());
                papers += i64::from(recording.paper);
            }
        }
        assert!(papers > 100, "{papers}");
    }

    #[test]
    fn an_outage_turns_the_windows_to_paper() {
        let (from, to) = OUTAGES[1];
        let act = Act::new("t.v1", "s/1", from.plus(3), Source::Platform, object! {});
        let recording = decide(&act, &Calendar::new(), &mut Draw::new(1, "outage", 0));
        assert!(recording.paper && recording.recorded_at > to.micros());
    }
}
