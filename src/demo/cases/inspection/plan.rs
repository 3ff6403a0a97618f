//! Which enterprise is inspected by whom and when: within the caps, after consent,
//! never twice in a month.

use super::{Beat, Errand, Inspection};
use crate::demo::cases::Planned;
use crate::demo::city::City;
use crate::demo::city::inspection_items::InspectionItem;
use crate::demo::moment::{Day, Moment};
use crate::demo::pace::Pace;
use crate::demo::prng::Draw;
use crate::demo::registers::File;
use crate::demo::world::{Script, Stage};

/// Opens one inspection when its moment comes.
pub(in crate::demo::cases) struct Opening {
    /// A violation will be found.
    pub issue: bool,
}

impl Script for Opening {
    fn happen(&mut self, stage: &mut Stage<'_>) -> Option<Moment> {
        let city = stage.city;
        let (item, ground) = subject(city, stage.draw, self.issue);
        let it = &city.inspection_items[item];
        let errand = errand(it, self.issue, stage.draw);
        let category = ground.map(|index| city.grounds[index].spec.category);
        let wait = if errand == Errand::Exempt { 0 } else { stage.draw.between(4, 9) };
        let entry = city.calendar.after(stage.now.day(), wait);
        let enterprise = book(it, category, errand, entry, stage)?;
        let team = team(city, it.unit, stage.draw);
        let case = Inspection {
            stream: stage.registers.open_file("990100", File::Inspection, stage.now.day()),
            item,
            errand,
            enterprise,
            team,
            count: stage.registers.inspections(it.unit, enterprise, entry.year()),
            ground,
            filing_no: String::new(),
            task_no: String::new(),
            entered: None,
        };
        let mut draw = stage.draw.fork();
        let plan = plan(city, &mut draw, &case, stage.now, entry);
        stage.start(stage.now, draw, Box::new(Planned::new(case, plan)));
        None
    }
}

/// What is inspected and, if something will be found, which violation.
fn subject(city: &City, draw: &mut Draw, issue: bool) -> (usize, Option<usize>) {
    if !issue {
        return (draw.below(city.inspection_items.len() as u64) as usize, None);
    }
    let weights: Vec<u64> = city.grounds.iter().map(|ground| ground.spec.weight).collect();
    let ground = draw.weighted(&weights);
    let unit = city.grounds[ground].unit;
    let item = city.inspection_items.iter().position(|item| item.unit == unit);
    (item.unwrap_or_default(), Some(ground))
}

fn errand(item: &InspectionItem, issue: bool, draw: &mut Draw) -> Errand {
    if item.spec.exempt.is_some() && draw.per_mille(450) {
        return Errand::Exempt;
    }
    match draw.weighted(&[62, 14, 10, if issue { 0 } else { 14 }]) {
        0 => Errand::Routine,
        1 => Errand::Campaign,
        2 => Errand::Single,
        _ => Errand::Research,
    }
}

/// An enterprise that may still be inspected this year and was not this month. A
/// violator of the same category comes up again one time in four. Visits for
/// research are no inspections and are not counted.
fn book(
    item: &InspectionItem,
    category: Option<&'static str>,
    errand: Errand,
    entry: Day,
    stage: &mut Stage<'_>,
) -> Option<usize> {
    let today = stage.now.day();
    if errand == Errand::Research {
        return Some(stage.city.any_enterprise(stage.draw));
    }
    let known = category
        .filter(|_| stage.draw.per_mille(250))
        .and_then(|category| stage.registers.old_violator(category, today, stage.draw))
        // Planted stories keep their parties to themselves.
        .filter(|known| *known < stage.city.kept_parties);
    if let Some(enterprise) = known
        && stage.registers.book_inspection(item.unit, enterprise, entry, item.spec.cap)
    {
        return Some(enterprise);
    }
    let first = stage.city.any_enterprise(stage.draw);
    let count = stage.city.kept_parties;
    (0..count)
        .map(|step| (first + step) % count)
        .find(|one| stage.registers.book_inspection(item.unit, *one, entry, item.spec.cap))
}

/// Two or three certified officers.
pub(in crate::demo::cases) fn team(city: &City, unit: usize, draw: &mut Draw) -> Vec<usize> {
    let enforcers = &city.staff[unit].enforcers;
    let first = draw.below(enforcers.len() as u64) as usize;
    let size = 2 + usize::from(draw.per_mille(250));
    (0..size).map(|step| enforcers[(first + step) % enforcers.len()]).collect()
}

fn plan(
    city: &City,
    draw: &mut Draw,
    case: &Inspection,
    start: Moment,
    entry: Day,
) -> Vec<(Moment, Beat)> {
    let calendar = &city.calendar;
    let mut pace = Pace::new(calendar, start);
    let mut beats = Vec::with_capacity(12);
    if case.errand == Errand::Exempt {
        beats.push((pace.at, Beat::Approve));
        beats.push((pace.same_day(draw, 20, 90), Beat::Enter));
    } else {
        beats.push((pace.at, Beat::File { entry }));
        if draw.per_mille(40) {
            beats.push((pace.minutes(draw, 60, 180), Beat::Return));
            beats.push((pace.minutes(draw, 30, 120), Beat::FileAgain { entry }));
        }
        let days = draw.between(0, 2);
        beats.push((pace.workdays(draw, days), Beat::Consent));
        beats.push((pace.same_day(draw, 20, 120), Beat::Approve));
        let waived = case.errand == Errand::Single || draw.per_mille(150);
        if waived {
            beats.push((entry.at(9, 2), Beat::Notify { waived }));
        } else {
            let served = calendar.after(entry.plus(-1), 0).max(pace.day());
            beats.push((pace.on(draw, served), Beat::Notify { waived }));
        }
        pace.at = entry.at(9, draw.between(5, 170));
        beats.push((pace.at, Beat::Enter));
    }
    if draw.per_mille(120) && case.errand != Errand::Research {
        beats.push((pace.same_day(draw, 10, 40), Beat::Sample));
    }
    if case.ground.is_some() {
        beats.push((pace.same_day(draw, 10, 60), Beat::FindIssue));
    }
    if case.errand != Errand::Research {
        beats.push((pace.same_day(draw, 10, 60), Beat::Sign));
    }
    beats.push((pace.same_day(draw, 2, 20), Beat::Leave));
    if draw.per_mille(450) {
        beats.push((pace.at.plus(draw.between(20, 200)), Beat::Feedback));
    }
    if case.errand == Errand::Exempt {
        // Filed afterwards, before the next working day is over.
        let filed = calendar.after(pace.day(), 1).at(9, draw.between(0, 120));
        beats.push((filed, Beat::File { entry: pace.day() }));
    }
    let told = calendar.after(pace.day(), draw.between(1, 6));
    beats.push((told.at(15, draw.between(0, 90)), Beat::Tell));
    if case.errand != Errand::Research {
        let published = calendar.after(told, draw.between(1, 7));
        beats.push((published.at(9, draw.between(0, 150)), Beat::Publish));
    }
    beats
}
