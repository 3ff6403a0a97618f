//! The daily life of halls and systems: heartbeats, attendance, displayed fee
//! lists, registers of numbers, monthly accounts.

use crate::demo::act::{Act, Source, Value, object};
use crate::demo::city::City;
use crate::demo::city::fees::PAYEE;
use crate::demo::city::parties::monitoring_point;
use crate::demo::city::units::REGIONS;
use crate::demo::identifiers::local_part;
use crate::demo::moment::{Day, Moment};
use crate::demo::recording::OUTAGES;
use crate::demo::registers::{Series, month_number};
use crate::demo::world::Stage;

const PLATFORM: &str = "system/zwfw.990100";

fn watch(stage: &Stage<'_>, kind: &'static str, stream: String, at: Moment, body: Value) -> Act {
    Act::new(kind, stream, at, Source::Watch, body).actor(stage.city.centre_actor(0))
}

/// Whom today's device looks at: everyone in the halls in turn, but for those whom
/// planted stories tell of.
fn on_duty(city: &City, day: u64) -> Option<usize> {
    let ordinary = |index: &usize| {
        let officer = &city.officers[*index];
        officer.post.in_hall() && !city.units[officer.unit].kept
    };
    let people: Vec<usize> = (0..city.officers.len()).filter(ordinary).collect();
    let at = day as usize % people.len().max(1);
    people.get(at).copied()
}

/// The platform reports, and the devices at the windows.
pub(super) fn morning(day: u64, stage: &mut Stage<'_>) {
    let today = stage.now.day();
    let body = object! {
        "system": "政务服务平台", "planned": false, "paper_fallback": false,
        "units_connected": stage.city.units.iter().filter(|unit| unit.approves()).count() as i64,
    };
    let beat = watch(stage, "system.heartbeat.v1", PLATFORM.to_owned(), today.at(8, 31), body);
    stage.record(beat);
    attend(day, "上午", today.at(8, 52), stage);
    if stage.draw.per_mille(30) {
        spot_check(day + 7, today.at(10, 20), stage);
    }
    if stage.draw.per_mille(40) {
        leave(day + 11, today.at(11, 5), stage);
    }
}

/// The second half of the day, and the end of an outage.
pub(super) fn afternoon(day: u64, stage: &mut Stage<'_>) {
    let today = stage.now.day();
    for (from, to) in OUTAGES.iter().filter(|(from, _)| from.day() == today) {
        let body = object! {
            "system": "政务服务平台", "planned": false, "paper_fallback": true, "from": *from,
        };
        let started =
            watch(stage, "system.outage.started.v1", PLATFORM.to_owned(), *from, body.clone());
        stage.record(started);
        let ended = watch(stage, "system.outage.ended.v1", PLATFORM.to_owned(), *to, body);
        stage.record(ended);
    }
    attend(day, "下午", today.at(16, 35), stage);
}

fn attend(day: u64, half: &'static str, at: Moment, stage: &mut Stage<'_>) {
    let city = stage.city;
    let Some(index) = on_duty(city, day) else { return };
    let officer = &city.officers[index];
    let body = object! {
        "officer": &officer.id, "date": at.day(), "half": half, "status": "在岗",
        "device": "人脸闸机(只存结果)", "unit": &city.units[officer.unit].id,
    };
    let stream = format!("attendance/{}", local_part(&officer.id));
    let act = watch(stage, "hall.attendance.recorded.v1", stream, at, body);
    stage.record(act);
}

fn spot_check(day: u64, at: Moment, stage: &mut Stage<'_>) {
    let city = stage.city;
    let Some(index) = on_duty(city, day) else { return };
    let officer = &city.officers[index];
    let body = object! {
        "officer": &officer.id, "at": at, "result": "在岗", "media_hash": stage.draw.hex(64),
    };
    let stream = format!("attendance/{}", local_part(&officer.id));
    let act = Act::new("hall.attendance.spot_checked.v1", stream, at, Source::Watch, body)
        .actor(city.unit_actor(city.unit_index("效能"), "督查人员"));
    stage.record(act);
}

fn leave(day: u64, at: Moment, stage: &mut Stage<'_>) {
    let city = stage.city;
    let Some(index) = on_duty(city, day) else { return };
    let officer = &city.officers[index];
    let colleagues = &city.staff[officer.unit].handlers;
    let substitute = colleagues.iter().find(|other| **other != index).unwrap_or(&index);
    let from = city.calendar.after(at.day(), 1);
    let body = object! {
        "officer": &officer.id, "half_days": vec![format!("{} 上午", from.text())],
        "substitute": &city.officers[*substitute].id, "reason": "公休",
        "approver": &city.officers[city.leader(officer.unit, at.day())].id,
    };
    let stream = format!("attendance/{}", local_part(&officer.id));
    let act = watch(stage, "hall.leave.approved.v1", stream, at, body);
    stage.record(act);
}

/// Every fee window shows the list by which it charges, every morning.
pub(super) fn display_lists(stage: &mut Stage<'_>) {
    let city = stage.city;
    let at = stage.now.day().at(8, 45);
    for fee in &city.fees {
        let window = &city.windows[city.window(fee.unit, true)];
        let body = object! {
            "window": &window.id, "licence_or_list": format!("{}收费目录清单", fee.spec.name),
            "list_version": "2022.1", "photo_hash": stage.draw.hex(64),
        };
        let act =
            Act::new("fee.licence.displayed.v1", window.id.clone(), at, Source::Platform, body)
                .actor(city.officer_actor(city.staff[fee.unit].collectors[0], "收费员"))
                .venue(city.window_venue(city.window(fee.unit, true)));
        stage.record(act);
    }
}

/// Monitoring points report the month that has ended, even when there is nothing.
pub(super) fn monitor(stage: &mut Stage<'_>) {
    let today = stage.now.day();
    let period = today.plus(-20).text();
    for region in 1..REGIONS.len() {
        let issue = stage.draw.per_mille(80);
        let issues = if issue { vec!["个别窗口午间排队较长"] } else { Vec::new() };
        let body = object! {
            "point": monitoring_point(region), "period": period.get(..7).map(str::to_owned), "issues": issues,
            "zero_report": !issue,
        };
        let at = today.at(9, 10 + region as i64);
        let act = Act::new(
            "monitor.report.submitted.v1",
            monitoring_point(region),
            at,
            Source::Exchange,
            body,
        )
        .actor(object! { "role": "监测点", "party": monitoring_point(region) });
        stage.record(act);
    }
}

/// Each collecting unit's month against bank and receipts.
pub(super) fn reconcile(stage: &mut Stage<'_>) {
    let city = stage.city;
    let today = stage.now.day();
    let month = month_number(today) - 1;
    let period = format!("{}-{:02}", month / 12, month % 12 + 1);
    for (unit, fen) in stage.registers.collected(month) {
        let body = object! {
            "period": &period, "unit": &city.units[unit].id, "ledger_sum_fen": fen,
            "bank_sum_fen": fen, "receipts_sum_fen": fen, "diffs": Vec::<Value>::new(),
            "account": PAYEE, "scope": "按月",
        };
        let stream = format!("fee-account/{}", local_part(&city.units[unit].id));
        let act =
            Act::new("fee.reconciliation.done.v1", stream, today.at(9, 30), Source::NonTax, body)
                .actor(city.unit_actor(city.unit_index("财政"), "财政部门"));
        stage.record(act);
    }
}

/// The registers of decision numbers of a year that has ended, without gaps.
pub(super) fn declare_numbers(year: i64, stage: &mut Stage<'_>) {
    let city = stage.city;
    let at = stage.now.day().at(10, 0);
    for series in [Series::Grant, Series::Refusal, Series::Penalty, Series::NoPenalty] {
        for (unit, doc_type, last) in stage.registers.used(year, series) {
            let it = &city.units[unit];
            let body = object! {
                "unit": &it.id, "doc_type": format!("{}{doc_type}字", it.sign()), "year": year,
                "first_no": 1i64, "last_no": last, "voided": Vec::<Value>::new(),
            };
            let stream = format!("number-register/{}-{year}", local_part(&it.id));
            let act =
                Act::new("hall.number_register.declared.v1", stream, at, Source::Office, body)
                    .actor(city.unit_actor(unit, "申报单位"));
            stage.record(act);
        }
    }
}

/// One county's exchange of last week's data.
pub(super) fn exchange(stage: &mut Stage<'_>) {
    let city = stage.city;
    let today = stage.now.day();
    let region = 1 + (today.0 / 7) as usize % (REGIONS.len() - 1);
    let Some(unit) =
        city.units.iter().position(|unit| unit.region == region && unit.role == Some("服务中心"))
    else {
        return;
    };
    let week = |day: Day| day.text();
    let body = object! {
        "unit": &city.units[unit].id,
        "period": format!("{}/{}", week(today.plus(-7)), week(today.plus(-1))),
        "count": stage.draw.between(12, 90), "digest": stage.draw.hex(64),
        "rejected": Vec::<Value>::new(),
    };
    let stream = format!("exchange/{}", local_part(&city.units[unit].id));
    let act = watch(stage, "system.data_batch.received.v1", stream, today.at(9, 45), body);
    stage.record(act);
}
