//! F: service hall and attendance 大厅与考勤 (§3.6).

use super::register::Visibility::{Public, Supervisor, Unit};
use super::register::{EventType, row};

#[rustfmt::skip]
pub(super) const TYPES: &[EventType] = &[
    row("F01", "hall.unit.entered.v1", "单位进厅", "unit entered the hall", Public, &[]),
    row("F01", "hall.unit.exited.v1", "单位退出大厅", "unit left the hall", Public, &[]),
    row("F02", "hall.window.opened.v1", "窗口启用", "window opened", Public, &[]),
    row("F02", "hall.window.closed.v1", "窗口停用", "window closed", Public, &[]),
    row("F03", "hall.staff.assigned.v1", "人员派驻", "staff assigned", Supervisor, &[]),
    row("F03", "hall.staff.withdrawn.v1", "人员撤回", "staff withdrawn", Supervisor, &[]),
    row("F04", "hall.leave.approved.v1", "请假顶岗", "leave approved", Supervisor, &[]),
    row("F05", "hall.attendance.recorded.v1", "考勤", "attendance recorded", Supervisor, &[]),
    row("F06", "hall.attendance.spot_checked.v1", "查岗", "attendance spot-checked", Supervisor, &[]),
    row("F07", "hall.chief_rep.appointed.v1", "首席代表任命", "chief representative appointed", Public, &[]),
    row("F07", "hall.chief_rep.removed.v1", "首席代表免职", "chief representative removed", Public, &[]),
    row("F08", "hall.authorisation.granted.v1", "授权书签发", "authorisation granted", Public, &[]),
    row("F08", "hall.authorisation.changed.v1", "授权书变更", "authorisation changed", Public, &[]),
    row("F08", "hall.authorisation.revoked.v1", "授权书撤销", "authorisation revoked", Public, &[]),
    row("F09", "hall.seal.used.v1", "用章", "seal used", Unit, &[]),
    row("F10", "hall.item.onboarded.v1", "事项上线", "item onboarded", Public, &[]),
    row("F10", "hall.item.offboarded.v1", "事项下线", "item offboarded", Public, &[]),
    row("F11", "system.heartbeat.v1", "系统心跳", "system heartbeat", Supervisor, &[]),
    row("F11", "system.outage.started.v1", "系统中断", "outage started", Supervisor, &[]),
    row("F11", "system.outage.ended.v1", "系统恢复", "outage ended", Supervisor, &[]),
    row("F12", "system.data_batch.received.v1", "数据交换批次", "data batch received", Supervisor, &[]),
    row("F13", "hall.number_register.declared.v1", "文号登记簿申报", "number register declared", Supervisor, &[]),
];
