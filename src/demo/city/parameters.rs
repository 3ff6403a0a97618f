//! Parameters P01–P26 (specification §0.5) and calendars, as the events that set
//! and publish them.

use super::City;
use crate::demo::act::{Act, ToValue, Value, object};
use crate::demo::moment::{Day, Moment};

fn values() -> Vec<(&'static str, &'static str, Value)> {
    let list = |items: &[&'static str]| items.to_vec().value();
    vec![
        ("P01", "决定施行日", Day::new(2022, 4, 5).value()),
        ("P02", "辖区代码", list(&["990100", "990101", "990102", "990103", "990104"])),
        ("P03", "时区", "Asia/Shanghai".value()),
        (
            "P04",
            "期间计算",
            object! { "start_day": "excluded", "working_days": "none", "natural": "next_working_day", "limits_on_power": "none" },
        ),
        ("P05", "延期顺延承诺期", false.value()),
        ("P06", "超期计算点", object! { "legal": "决定", "promise": "办结" }),
        (
            "P07",
            "超时默认方式",
            object! { "mode": "propose_then_confirm", "scope": list(&["green_channel", "whitelist"]) },
        ),
        ("P08", "默认补发期限(工作日)", 1i64.value()),
        (
            "P09",
            "首违范围",
            object! { "party": "lineage", "violation": "category", "units": "domain", "look_back": "since_P01" },
        ),
        ("P10", "整改最长期限", object! { "limit": "none", "stated_in_notice": true }),
        ("P11", "收费下限比对", object! { "per": "line", "tolerance_fen": 0i64 }),
        ("P12", "迟录界限", "24:00 of next working day".value()),
        ("P13", "一律后果期限(工作日)", 15i64.value()),
        (
            "P14",
            "预警模型",
            object! { "indicators": 12i64, "single_yellow": 100i64, "single_red": 200i64 },
        ),
        (
            "P15",
            "排位靠后",
            object! { "last": 3i64, "per_cent": 10i64, "round": "up", "ties": "all" },
        ),
        ("P16", "考勤", object! { "from": "09:00", "to": "17:00", "grace_minutes": 15i64 }),
        ("P17", "检查频次上限", object! { "source": "published_list" }),
        (
            "P18",
            "公开期限(工作日)",
            object! { "permit": 7i64, "penalty": 7i64, "market_penalty": 20i64, "other": 20i64 },
        ),
        (
            "P19",
            "公示期(月)",
            object! { "minor": 3i64, "general": 12i64, "serious": 36i64, "revised_from": "2026-04-01" },
        ),
        (
            "P20",
            "听证标准(分)",
            object! { "person_fen": 500_000i64, "organisation_fen": 10_000_000i64 },
        ),
        ("P21", "重大项目重点企业", object! { "criteria": "roster" }),
        ("P22", "投诉期限(工作日)", object! { "accept": 5i64, "resolve": 15i64 }),
        ("P23", "预警点", object! { "before_wd": 1i64, "per_cent_of_promise": 90i64 }),
        ("P24", "人员公开", list(&["role", "unit", "officer_id"])),
        ("P25", "默认追责", object! { "first": "单位负责人约谈", "further": "移送效能办" }),
        ("P26", "收费许可证制度", object! { "before_2016": "licence", "after": "published_list" }),
    ]
}

/// `md.parameter.set` for every parameter, valid from the decision's first day.
pub(super) fn set(city: &City, at: Moment) -> Vec<Act> {
    let approver = city.officers[city.leader(city.unit_index("效能"), at.day())].id.clone();
    values()
        .into_iter()
        .map(|(id, name, value)| {
            let body = object! {
                "id": id, "name": name, "value": value, "valid_from": Day::new(2022, 4, 5),
                "approver": approver.clone(),
            };
            let stream = format!("md/parameter/{id}");
            city.registry_act("md.parameter.set.v1", stream, at, "效能", body)
        })
        .collect()
}

/// `md.calendar.published` for one year, as the notice lists its days.
pub(super) fn publish_calendar(city: &City, year: i64, at: Moment) -> Vec<Act> {
    let Some(notice) = city.calendar.notices.iter().find(|notice| notice.year == year) else {
        return Vec::new();
    };
    let days: Vec<Value> = notice
        .rows
        .iter()
        .map(|row| object! { "date": row.day, "name": row.name, "is_off_day": row.off })
        .collect();
    let body = object! {
        "year": year, "source_paper": notice.paper, "issued_on": notice.issued_on,
        "days": days,
        "valid_from": Day::new(year, 1, 1),
    };
    let stream = format!("md/calendar/{year}");
    vec![city.registry_act("md.calendar.published.v1", stream, at, "府办", body)]
}
