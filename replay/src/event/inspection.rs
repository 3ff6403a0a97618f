//! C: inspections 涉企检查 and coercive measures 行政强制 (§3.3).

use super::register::Sensitivity::{Informant, Personal, SensitivePersonal};
use super::register::Visibility::{Party, Public, Supervisor, Unit};
use super::register::{EventType, row};

#[rustfmt::skip]
pub(super) const TYPES: &[EventType] = &[
    row("C01", "inspection.plan.published.v1", "年度计划公布", "annual plan published", Public, &[]),
    row("C01", "inspection.plan.filed.v1", "年度计划备案", "annual plan filed", Public, &[]),
    row("C01", "inspection.plan.adjusted.v1", "年度计划调整", "annual plan adjusted", Public, &[]),
    row("C02", "inspection.filing.submitted.v1", "检查备案申请", "inspection filing submitted", Supervisor, &[]),
    row("C03", "inspection.filing.consented.v1", "备案同意", "filing consented", Supervisor, &[]),
    row("C03", "inspection.filing.refused.v1", "备案不同意", "filing refused", Supervisor, &[]),
    row("C03", "inspection.filing.returned.v1", "备案退回", "filing returned", Supervisor, &[]),
    row("C03", "inspection.filing.withdrawn.v1", "备案撤回", "filing withdrawn", Supervisor, &[]),
    row("C04", "inspection.task.approved.v1", "检查审批", "inspection task approved", Unit, &[]),
    row("C05", "inspection.notice.served.v1", "检查通知书", "inspection notice served", Party, &[]),
    row("C06", "inspection.entry.started.v1", "入企", "entry started", Party, &[("helpers", Personal)]),
    row("C07", "inspection.entry.ended.v1", "离企", "entry ended", Party, &[]),
    row("C08", "inspection.record.signed.v1", "现场检查笔录", "inspection record signed", Party, &[("signed_by", Personal)]),
    row("C09", "inspection.sampling.taken.v1", "抽样", "sampling taken", Party, &[]),
    row("C10", "inspection.issue.found.v1", "发现问题", "issue found", Party, &[]),
    row("C11", "inspection.result.notified.v1", "检查结果告知", "result notified", Party, &[]),
    row("C11", "inspection.result.published.v1", "检查结果公示", "result published", Public, &[]),
    row("C12", "inspection.enterprise.refused.v1", "企业拒绝检查", "enterprise refused", Supervisor, &[]),
    row("C13", "inspection.enterprise.feedback.v1", "企业评价", "enterprise feedback", Supervisor, &[("comments", Informant)]),
    row("C14", "inspection.reinspection.done.v1", "检查复查", "reinspection done", Party, &[]),
    row("C20", "coercion.approved.v1", "强制措施批准", "coercive measure approved", Unit, &[]),
    row("C21", "coercion.imposed.v1", "实施强制措施", "coercive measure imposed", Party, &[("account", SensitivePersonal), ("address", SensitivePersonal)]),
    row("C22", "coercion.extended.v1", "强制措施延长", "coercive measure extended", Party, &[]),
    row("C23", "coercion.lifted.v1", "强制措施解除", "coercive measure lifted", Party, &[]),
    row("C24", "coercion.disposed.v1", "强制措施处理", "coercive measure disposed", Party, &[]),
];
