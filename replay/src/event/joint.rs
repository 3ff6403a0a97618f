//! A40–A46: joint approval 并联审批 (§3.1, §3.11.2).

use super::element as e;
use super::member::Kind::{Bool, List, Moment, Object, Text, Word};
use super::member::{
    EVENT, HASH, ITEMS, Kind, NO, OFFICER, STREAM, TEXTS, TRACE, UNIT, UNITS, may, must,
};
use super::register::Visibility::{Party, Supervisor, Unit};
use super::register::{EventType, row};

/// 请假事由: who may be absent and why.
#[rustfmt::skip]
const LEAVE: Kind = List(&Object(&[
    must("unit", UNIT, "单位", "the unit"),
    must("reason", Text, "理由", "the reason"),
]));

#[rustfmt::skip]
pub(super) const TYPES: &[EventType] = &[
    row("A40", "joint.case.opened.v1", "并联审批启动", "joint case opened", Party, &[
        must("lead_unit", UNIT, "牵头单位", "the lead unit"),
        must("items", ITEMS, "并联事项", "the items"),
        must("mode", Word(&["联合", "集中", "统一"]), "方式", "mode"),
        e::DUE,
        may("subcases", List(&STREAM), "子件", "the subcases"),
    ]),
    row("A41", "joint.subcase.dispatched.v1", "并联分送", "subcase dispatched", Unit, &[
        must("subcase", STREAM, "子件", "the subcase"),
        e::UNIT_,
        e::DUE,
    ]),
    row("A42", "joint.subcase.receipt_confirmed.v1", "并联签收", "subcase receipt confirmed", Unit, &[
        must("subcase", STREAM, "子件", "the subcase"),
        e::UNIT_,
        may("acknowledged_by", OFFICER, "签收人", "who confirmed"),
        may("acknowledged_at", Moment, "签收时间", "when"),
    ]),
    row("A43", "joint.meeting.convened.v1", "联审会召集", "joint meeting convened", Supervisor, &[
        must("time", Moment, "会议时间", "when it meets"),
        must("place", Text, "地点", "where"),
        must("notified", UNITS, "通知单位", "units notified"),
        may("notice_acknowledged", Bool, "均已签收通知", "all confirmed the notice"),
        may("acknowledged", UNITS, "已签收通知的单位", "units that confirmed the notice"),
        may("kind", Word(&["联审会", "联合踏勘"]), "种类", "kind"),
    ]),
    row("A44", "joint.meeting.attendance_recorded.v1", "联审会签到", "joint meeting attendance", Supervisor, &[
        must("time", Moment, "会议时间", "when it met"),
        must("place", Text, "地点", "where"),
        must("notified", UNITS, "通知单位", "units notified"),
        must("attended", UNITS, "到会单位", "units present"),
        may("leave_reasons", LEAVE, "请假事由", "reasons for absence"),
        e::MINUTES_HASH.optional(),
    ]),
    row("A45", "joint.subcase.opinion_given.v1", "会签意见", "subcase opinion given", Unit, &[
        may("subcase", STREAM, "子件", "the subcase"),
        may("unit", UNIT, "单位", "the unit"),
        must("opinion", Word(&["同意", "不同意", "同意但需转报", "需补正"]), "意见", "the opinion"),
        may("reasons", Kind::Either(&[Text, TEXTS]), "理由(不同意时必填)", "the reasons, if it disagrees"),
        may("opinion_hash", HASH, "意见书摘要", "digest of the opinion"),
    ]),
    row("A46", "joint.absence.deemed_consent.v1", "缺席默认", "absence deemed consent", Supervisor, &[
        must("meeting", NO, "联审会", "the meeting"),
        e::UNIT_,
        must("notice_ack", Kind::Either(&[EVENT, Bool]), "会议通知的签收(事件,或是否)", "the event by which it confirmed the notice, or whether it did"),
        must("trace", TRACE, "时钟过程", "trace of the clock"),
        may("subcase", STREAM, "子件", "the subcase"),
    ]),
];
