//! F: hall and attendance 大厅与考勤 (§3.6).

use super::element as e;
use super::member::Kind::{Bool, Count, Date, List, Moment, Object, Text, Word};
use super::member::{
    CODE, HALL, HASH, ITEMS, Kind, Member, NO, OFFICER, ROWS, TEXTS, UNIT, UNITS, may, must,
};
use super::register::Visibility::{Public, Supervisor, Unit};
use super::register::{EventType, row};

pub(super) const POWERS: Kind = List(&Word(&["受理", "审核", "决定", "用章", "送达", "收费"]));

#[rustfmt::skip]
const ENTERED: &[Member] = &[
    e::UNIT_,
    must("hall", HALL, "大厅", "the hall"),
    e::AT,
    e::REASON.optional(),
];

#[rustfmt::skip]
const WINDOW_USE: [Member; 4] = [
    e::WINDOW_,
    must("items", ITEMS, "办理事项", "the items"),
    may("reason", Text, "理由", "the reason"),
    may("at", Moment, "时间", "when"),
];

#[rustfmt::skip]
const STAFF: [Member; 7] = [
    e::OFFICER_,
    e::WINDOW_,
    must("role", Text, "岗位", "the role"),
    must("from", Date, "起始日期(含)", "first day"),
    must("full_time", Bool, "全职驻厅", "full time"),
    may("to", Date, "截止日期(不含)", "the day after the last"),
    may("reason", Text, "理由", "the reason"),
];

#[rustfmt::skip]
const CHIEF: [Member; 6] = [
    e::OFFICER_,
    must("post", Text, "职务", "the post"),
    must("full_time", Bool, "全职驻厅", "full time"),
    must("doc_no", NO, "文号", "document number"),
    may("unit", UNIT, "单位", "the unit"),
    may("from", Date, "起始日期(含)", "first day"),
];

/// 授权书 F08; a revocation says from when it no longer holds.
#[rustfmt::skip]
const AUTHORISATION: [Member; 8] = [
    e::OFFICER_,
    must("powers", POWERS, "授权权限", "the powers"),
    must("items", ITEMS, "授权事项", "the items"),
    must("from", Date, "起始日期(含)", "first day"),
    may("to", Date, "截止日期(不含)", "the day after the last"),
    may("seal_id", NO, "审批专用章", "the seal"),
    may("unit", UNIT, "单位", "the unit"),
    may("reason", Text, "理由", "the reason"),
];

#[rustfmt::skip]
const ONBOARD: &[Member] = &[
    e::ITEM_,
    must("system", Text, "系统", "the system"),
    e::AT,
    e::REASON.optional(),
];

/// 系统状态 F11.
#[rustfmt::skip]
const SYSTEM: &[Member] = &[
    must("system", Text, "系统", "the system"),
    must("planned", Bool, "计划内", "planned"),
    must("paper_fallback", Bool, "转为纸质办理", "paper is used meanwhile"),
    may("units_connected", Count, "接入单位数", "units connected"),
    may("units", UNITS, "接入单位", "the units connected"),
    may("from", Moment, "中断开始时间", "when the outage began"),
    may("reason", Text, "原因", "the reason"),
];

#[rustfmt::skip]
pub(super) const TYPES: &[EventType] = &[
    row("F01", "hall.unit.entered.v1", "单位进厅", "unit entered the hall", Public, ENTERED),
    row("F01", "hall.unit.exited.v1", "单位退出大厅", "unit left the hall", Public, ENTERED),
    row("F02", "hall.window.opened.v1", "窗口启用", "window opened", Public, &WINDOW_USE),
    row("F02", "hall.window.closed.v1", "窗口停用", "window closed", Public, &[
        WINDOW_USE[0], WINDOW_USE[1].optional(), WINDOW_USE[2], WINDOW_USE[3],
    ]),
    row("F03", "hall.staff.assigned.v1", "人员派驻", "staff assigned", Supervisor, &STAFF),
    row("F03", "hall.staff.withdrawn.v1", "人员撤回", "staff withdrawn", Supervisor, &[
        STAFF[0], STAFF[1].optional(), STAFF[2].optional(), STAFF[3].optional(), STAFF[4].optional(), STAFF[5], STAFF[6],
    ]),
    row("F04", "hall.leave.approved.v1", "请假顶岗", "leave approved", Supervisor, &[
        e::OFFICER_,
        must("half_days", TEXTS, "请假半日(日期 上午|下午)", "half days, as `2026-03-05 上午`"),
        may("substitute", OFFICER, "顶岗人", "the substitute"),
        e::REASON.optional(),
        e::APPROVER,
    ]),
    row("F05", "hall.attendance.recorded.v1", "考勤", "attendance recorded", Supervisor, &[
        e::OFFICER_,
        must("date", Date, "日期", "the day"),
        must("half", Word(&["上午", "下午"]), "半日", "which half of it"),
        must("status", Word(&["在岗", "迟到", "早退", "缺岗", "请假", "公差"]), "状态", "status"),
        may("device", Text, "设备(只存结果,不存生物特征)", "the device; results only, no biometric template"),
        may("unit", UNIT, "单位", "the unit"),
        may("window", super::member::WINDOW, "窗口", "the window"),
    ]),
    row("F06", "hall.attendance.spot_checked.v1", "查岗", "attendance spot-checked", Supervisor, &[
        may("officer", OFFICER, "工作人员", "the officer"),
        may("window", super::member::WINDOW, "窗口", "or the window"),
        e::AT,
        must("result", Text, "结果", "the result"),
        may("media_hash", HASH, "影像摘要", "digest of a picture"),
    ]),
    row("F07", "hall.chief_rep.appointed.v1", "首席代表任命", "chief representative appointed", Public, &CHIEF),
    row("F07", "hall.chief_rep.removed.v1", "首席代表免职", "chief representative removed", Public, &[
        CHIEF[0], CHIEF[1].optional(), CHIEF[2].optional(), CHIEF[3], CHIEF[4],
        may("to", Date, "截止日期(不含)", "the day after the last"),
        e::REASON.optional(),
    ]),
    row("F08", "hall.authorisation.granted.v1", "授权书签发", "authorisation granted", Public, &AUTHORISATION),
    row("F08", "hall.authorisation.changed.v1", "授权书变更", "authorisation changed", Public, &AUTHORISATION),
    row("F08", "hall.authorisation.revoked.v1", "授权书撤销", "authorisation revoked", Public, &[
        AUTHORISATION[0], AUTHORISATION[1].optional(), AUTHORISATION[2].optional(), AUTHORISATION[3],
        AUTHORISATION[4], AUTHORISATION[5], AUTHORISATION[6], AUTHORISATION[7],
    ]),
    row("F09", "hall.seal.used.v1", "用章", "seal used", Unit, &[
        must("seal", NO, "印章", "the seal"),
        e::CASE_REF,
        e::DOC_NO,
        e::BY_OFFICER,
        must("venue", CODE, "用章地点", "where"),
    ]),
    row("F10", "hall.item.onboarded.v1", "事项上线", "item onboarded", Public, ONBOARD),
    row("F10", "hall.item.offboarded.v1", "事项下线", "item offboarded", Public, ONBOARD),
    row("F11", "system.heartbeat.v1", "系统心跳", "system heartbeat", Supervisor, SYSTEM),
    row("F11", "system.outage.started.v1", "系统中断", "outage started", Supervisor, SYSTEM),
    row("F11", "system.outage.ended.v1", "系统恢复", "outage ended", Supervisor, SYSTEM),
    row("F12", "system.data_batch.received.v1", "数据交换批次", "data batch received", Supervisor, &[
        e::UNIT_,
        e::PERIOD,
        must("count", Count, "条数", "rows"),
        must("digest", HASH, "批次摘要", "digest of the batch"),
        may("rejected", ROWS, "退回的记录", "rows that were rejected"),
    ]),
    row("F12", "unit.day.closed.v1", "单位日清日结", "a unit closes its day", Supervisor, &[
        e::UNIT_,
        must("date", Date, "所结之日", "the day closed"),
        must("count", Count, "当日报送件数", "events sent of that day"),
        may("system", CODE, "报送系统(缺省为本事件的来源)", "the system, if not this event's source"),
        may("first_sequence", Count, "首号", "first of its numbers"),
        may("last_sequence", Count, "末号", "last of its numbers"),
        may("digest", HASH, "当日清单摘要", "digest of the day's list"),
    ]),
    row("F13", "hall.number_register.declared.v1", "文号登记簿申报", "number register declared", Supervisor, &[
        e::UNIT_,
        must("doc_type", Text, "文书种类(字)", "series of the documents"),
        e::YEAR,
        must("first_no", Count, "首号", "first number"),
        must("last_no", Count, "末号", "last number"),
        must("voided", List(&Kind::Either(&[Count, Text, Object(&[
            must("no", Count, "号", "the number"),
            may("reason", Text, "理由", "the reason"),
        ])])), "作废号", "numbers that were voided"),
    ]),
];
