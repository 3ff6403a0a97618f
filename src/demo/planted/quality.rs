//! The record's own flaws.

use super::Planting;
use super::plot::Chronicle;
use super::story::{Pick, Story};
use super::timetable::{Timetable, item_that, unit_of};
use crate::demo::act::{Act, Source, object};
use crate::demo::cases::approval::Beat;
use crate::demo::city::parties::party_row;
use crate::demo::city::units::REGIONS;

pub(super) const WRONG_CODE: Planting = Planting {
    rules: &["DQ.1"],
    wrong: ("组织机构代码的校验码不对", "an organisation code whose check character is wrong"),
    near: ("校验码正确", "one whose check character is right"),
    plant: |plot| {
        const ROW: &str = "md.party.changed";
        let party = plot.party();
        let day = plot.day();
        let at = plot.morning(day);
        let mut story = Story::new();
        let code = if plot.wrong() {
            story = story.speaks("DQ.1", &[Pick::First(ROW)]);
            "60003734-2"
        } else {
            "60003734-1"
        };
        let row = party_row(plot.city, party, "md.party.changed.v1", at)
            .saying("org_code", code)
            .saying("valid_from", day)
            .saying("retroactive", false);
        plot.tell(story, Chronicle::new().act(row));
    },
};

pub(super) const MISCOUNTED: Planting = Planting {
    rules: &["DQ.2", "R2.1.4"],
    wrong: ("批次说有两项,清单只列一项", "a batch of two items lists one"),
    near: ("批次说有一项,清单列一项", "a batch of one item lists one"),
    plant: |plot| {
        const DECLARED: &str = "md.batch.declared";
        let city = plot.city;
        let number = plot.item_number();
        let day = plot.day();
        let at = plot.morning(day);
        let region = plot.draw.between(1, 4) as usize;
        let row = object! {
            "base_code": format!("990102{number:06}"), "name": "施工噪声夜间作业证明",
            "effective_on": day, "from_unit": &city.unit("住建").id,
            "transitional_cases": "按原规定办结",
        };
        let batch = format!("{}-取消补{number}", day.year());
        let expected = if plot.wrong() { 2i64 } else { 1 };
        let body = object! {
            "batch_id": &batch, "kind": "取消", "expected_count": expected,
            "addressee_regions": vec![REGIONS[region].code], "rows": vec![row], "valid_from": day,
            "basis_doc": city.paper("政府", "关于补充取消行政审批事项的通知", day.year(), 33),
        };
        let stream = format!("md/batch/{batch}");
        let act = city.registry_act("md.batch.declared.v1", stream, at, "政府", body);
        let mut story = Story::new();
        if plot.wrong() {
            story = story
                .speaks("DQ.2", &[Pick::First(DECLARED)])
                .speaks("R2.1.4", &[Pick::First(DECLARED)]);
        }
        plot.tell(story, Chronicle::new().act(act));
    },
};

pub(super) const NUMBER_LACKING: Planting = Planting {
    rules: &["DQ.5"],
    wrong: (
        "咨询台自编号缺一号,日结件数与账不符",
        "a desk's own numbers lack one, and its closed day counts more than arrived",
    ),
    near: ("自编号连续,日结相符", "its numbers have no gap, and the day counts up"),
    plant: |plot| {
        const ADVICE: &str = "approval.consultation.recorded";
        const CLOSED: &str = "unit.day.closed";
        let city = plot.city;
        let item = item_that(plot, |_| true);
        let day = plot.day();
        let desk = plot.item_number();
        let system = format!("zixun-{desk}.990100");
        // The second call of the day bears the third number.
        let step = if plot.wrong() { 2 } else { 1 };
        let (sender, mut next) = (system.clone(), 1);
        let mut story = Story::new().alter(ADVICE, move |act| {
            let act = act.numbered(sender.clone(), next);
            next += step;
            act
        });
        let mut scripts = Vec::new();
        for at in [day.at(9, 40), day.at(10, 25)] {
            let advice = Timetable::new(plot, item, day, 0).without(|_| true);
            let enterprise = plot.party();
            scripts.push(advice.with(at, Beat::Consult).script(enterprise));
        }
        let unit = unit_of(city, item);
        let last = 1 + step;
        let body = object! {
            "unit": &city.units[unit].id, "date": day, "system": &system, "count": last,
            "first_sequence": 1i64, "last_sequence": last,
        };
        let at = day.at(17, 20);
        let stream = format!("closing/{system}");
        let closed = Act::new("unit.day.closed.v1", stream, at, Source::Platform, body)
            .actor(city.unit_actor(unit, "窗口"));
        scripts.push((at, Box::new(Chronicle::new().act(closed))));
        if plot.wrong() {
            story = story
                .speaks("DQ.5", &[Pick::Nth(ADVICE, 1)])
                .speaks("DQ.5", &[Pick::First(CLOSED)]);
        }
        plot.begin_all(story, scripts);
    },
};

pub(super) const LEADERLESS: Planting = Planting {
    rules: &["DQ.3"],
    wrong: ("主要负责人离任后三日才有继任记录", "three days without a leader on record"),
    near: ("继任者当日到任", "the successor holds the post from the same day"),
    plant: |plot| {
        let city = plot.city;
        let unit = plot.organ();
        let day = plot.day();
        let at = plot.morning(day);
        let officer = &city.officers[city.leader(unit, day)];
        let (leader, since) = (&officer.id, officer.from);
        let deputy = &city.officers[city.staff[unit].deputies[0]].id;
        let id = &city.units[unit].id;
        let leaves = day.plus(1);
        let follows = if plot.wrong() { leaves.plus(3) } else { leaves };
        let stream =
            |officer: &str| format!("md/post/{}", crate::demo::identifiers::local_part(officer));
        let ended = object! {
            "post": "主要负责人", "officer_id": leader, "unit": id, "from": since, "to": leaves,
            "valid_from": since, "valid_to": leaves, "reason": "交流任职",
        };
        let begun = object! {
            "post": "主要负责人", "officer_id": deputy, "unit": id, "from": follows,
            "valid_from": follows,
            "basis_doc": city.paper("编办", "职务任免通知", day.year(), 77),
        };
        let ended = city.registry_act("md.post.ended.v1", stream(leader), at, "编办", ended);
        let promoted = format!("{}-promoted", stream(deputy));
        let begun = city.registry_act("md.post.registered.v1", promoted, at, "编办", begun);
        let mut story = Story::new();
        if plot.wrong() {
            story = story.speaks("DQ.3", &[Pick::Row(format!("md/{id}"))]);
        }
        plot.tell(story, Chronicle::new().act(ended).act(begun));
    },
};

pub(super) const COLUMN_LACKING: Planting = Planting {
    rules: &["DQ.4"],
    wrong: ("检查计划没有列出事项", "a plan of inspections that lists no items"),
    near: ("列出了事项", "one that lists them"),
    plant: |plot| {
        const ROW: &str = "md.inspection_plan.registered";
        let city = plot.city;
        let day = plot.day();
        let at = plot.morning(day);
        let drawn = plot.draw.below(city.inspection_items.len() as u64) as usize;
        let item = &city.inspection_items[drawn];
        let unit = &city.units[item.unit];
        let number = plot.item_number();
        let body = object! {
            "plan_no": format!("{}检计〔{}〕补{number}号", unit.sign(), day.year()),
            "year": day.year(), "items": vec![item.spec.code], "unit": &unit.id,
            "sampling": "双随机抽取,比例不高于百分之五", "valid_from": day,
        };
        let stream = format!("md/inspection-plan/extra-{number}");
        let mut row =
            city.registry_act("md.inspection_plan.registered.v1", stream, at, "司法", body);
        let mut story = Story::new();
        if plot.wrong() {
            row = row.silent_on("items");
            story = story.speaks("DQ.4", &[Pick::First(ROW)]);
        }
        plot.tell(story, Chronicle::new().act(row));
    },
};
