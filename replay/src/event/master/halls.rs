//! MD15–MD17, MD19, MD22, MD32: halls, windows, who and what belongs there.

use super::entity;
use crate::event::element as e;
use crate::event::member::Kind::{Bool, Count, List, Text, Word};
use crate::event::member::{
    CODE, FEE_ITEM, HALL, ITEMS, NO, OFFICER, REGION, TEXTS, UNIT, WINDOW, may, must,
};
use crate::event::register::EventType;

#[rustfmt::skip]
const ROWS: &[[EventType; 3]] = &[
    entity!("M15", "window", "大厅窗口", "window", [
        must("hall_id", HALL, "大厅", "the hall"),
        may("hall_name", Text, "大厅名称", "name of the hall"),
        may("kind", Word(&["主厅", "分中心办事厅", "园区", "县"]), "种类", "kind"),
        must("window_id", WINDOW, "窗口", "the window"),
        may("unit", UNIT, "单位", "the unit"),
        may("items", ITEMS, "办理事项", "the items"),
        may("opening_hours", TEXTS, "开放时间", "opening hours"),
        may("camera", Bool, "有监控", "a camera is there"),
        may("fee_window", Bool, "收费窗口", "fees are charged there"),
        may("region", REGION, "行政区划", "region"),
    ]),
    entity!("M16", "hall_register", "核准应进厅名录", "hall register", [
        must("unit", UNIT, "单位", "the unit"),
        must("items", ITEMS, "应进厅事项", "items that belong in the hall"),
        may("fee_items", List(&FEE_ITEM), "应进厅收费", "fees that belong in the hall"),
        must("headcount", Count, "核定人数", "headcount"),
    ]),
    entity!("M17", "assignment", "进厅人员", "assignment", [
        must("officer", OFFICER, "人员", "the officer"),
        must("window", WINDOW, "窗口", "the window"),
        may("unit", UNIT, "单位", "the unit"),
        must("role", Text, "岗位", "the role"),
        e::FROM,
        e::TO,
        may("full_time", Bool, "全职驻厅", "full time"),
        may("replaces", OFFICER, "接替", "whom it replaces"),
    ]),
    entity!("M19", "seal", "审批专用章", "seal", [
        must("seal_id", NO, "印章编号", "id of the seal"),
        must("unit", UNIT, "单位", "the unit"),
        must("custodian", OFFICER, "保管人", "the custodian"),
        must("kept_at", CODE, "存放地点", "where it is kept"),
        may("electronic_cert", NO, "电子印章证书", "certificate of the electronic seal"),
    ]),
    entity!("M22", "office_hours", "办公时间", "office hours", [
        must("venue", CODE, "场所", "the venue"),
        may("name", Text, "名称", "name"),
        may("season", Text, "季节规则", "season"),
        must("hours", TEXTS, "时段", "hours, as `09:00-12:00`"),
    ]),
    entity!("M32", "complaint_channel", "投诉渠道", "complaint channel", [
        must("code", CODE, "代码", "code"),
        must("kind", Text, "种类", "kind"),
        may("owner", UNIT, "主管单位", "the owner"),
        may("published", Bool, "已公布", "it is published"),
    ]),
];

pub(in crate::event) const TYPES: &[EventType] = ROWS.as_flattened();
