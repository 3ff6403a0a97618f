//! Meta-rules: what was recorded late, and what had to follow and did not.

use super::Planting;
use super::hall::{Organ, withdrawn};
use super::plot::{Chronicle, Plot};
use super::story::{Pick, Story};
use super::timetable::{Timetable, item_that};
use crate::demo::act::{Act, Source, object};
use crate::demo::cases::approval::Beat;
use plumbline_replay::rules::finding::finding_id;
use std::slice;

pub(super) const RECORDED_LATE: Planting = Planting {
    rules: &["RX.2"],
    wrong: (
        "咨询答复隔了两个工作日才入账",
        "advice is recorded two working days after it was given",
    ),
    near: ("次一工作日入账", "recorded on the next working day"),
    plant: |plot| {
        const ADVICE: &str = "approval.consultation.recorded";
        let item = item_that(plot, |_| true);
        let day = plot.day();
        let given = plot.morning(day);
        let days = if plot.wrong() { 2 } else { 1 };
        let entered = plot.city.calendar.after(day, days).at(16, 35);
        let mut story = Story::new().alter(ADVICE, move |act| act.moved(given));
        if plot.wrong() {
            story = story.speaks("RX.2", &[Pick::First(ADVICE)]);
        }
        Timetable::new(plot, item, day, 0)
            .without(|_| true)
            .with(entered, Beat::Consult)
            .tell(plot, story);
    },
};

pub(super) const NOTHING_FOLLOWED: Planting = Planting {
    rules: &["RX.1", "R2.2.2b", "R2.2.4b"],
    wrong: (
        "缺额已经认定,十五个工作日内没有收回编制",
        "a shortage was confirmed and no post was withdrawn within fifteen working days",
    ),
    near: (
        "另一单位的缺额认定后当期收回",
        "that of another unit was, and the post was withdrawn in time",
    ),
    plant: |plot| {
        // Its neighbour is a breach too, of which everything followed.
        if plot.wrong() {
            short_of_one(plot, false);
            short_of_one(plot, true);
        }
    },
};

/// A clerk is called back, the shortage is confirmed, and a post is withdrawn or not.
fn short_of_one(plot: &mut Plot<'_>, followed: bool) {
    const VERIFIED: &str = "finding.verified";
    let organ = Organ::new(plot);
    let city = plot.city;
    let day = plot.day();
    let at = plot.morning(day);
    let (unit, office) = (&city.units[organ.unit].id, city.unit_index("效能"));
    let finding = finding_id("R2.2.4b", &organ.stream, &day.text());
    let confirmed_on = city.calendar.after(day, plot.draw.between(5, 15));
    let verified = object! {
        "finding_id": &finding, "decision": "confirmed", "reason": "现场核实,缺额属实",
        "by": &city.officers[city.leader(office, confirmed_on)].id, "rule_id": "R2.2.4b",
    };
    let act = |kind, stream: String, at, body| {
        Act::new(kind, stream, at, Source::Office, body).actor(city.unit_actor(office, "效能办"))
    };
    let stream = format!("finding/{finding}");
    let told = act("finding.verified.v1", stream, confirmed_on.at(15, 20), verified);
    let mut chronicle = Chronicle::new().act(withdrawn(city, &organ, at, "调回机关")).act(told);
    let mut story = Story::new()
        .speaks_on("R2.2.2b", organ.stream.clone(), slice::from_ref(&organ.register))
        .speaks_on("R2.2.4b", organ.stream.clone(), slice::from_ref(&organ.register));
    if followed {
        let last = city.calendar.after(confirmed_on, 15).at(16, 0);
        let body = object! {
            "unit": unit, "headcount": 1i64, "doc_no": format!("例编办〔{}〕收{}号", day.year(), day.0),
            "by": &city.unit("编办").id, "finding_id": &finding,
        };
        let stream = format!("account/{finding}");
        chronicle = chronicle.act(
            act("account.establishment.withdrawn.v1", stream, last, body)
                .instead("actor", city.unit_actor(city.unit_index("编办"), "编办")),
        );
    } else {
        let both = [organ.register.clone(), Pick::First(VERIFIED)];
        story = story.speaks_on("RX.1", organ.stream.clone(), &both);
    }
    plot.tell(story, chronicle);
}
