//! E: decisions and disclosure 决策与公开 (§3.5).

use super::register::Sensitivity::{Internal, Personal};
use super::register::Visibility::{Investigator, Party, Public, Supervisor, Unit};
use super::register::{EventType, row};

#[rustfmt::skip]
pub(super) const TYPES: &[EventType] = &[
    row("E01", "decision.procedure.started.v1", "启动重大行政决策程序", "decision procedure started", Public, &[]),
    row("E02", "decision.public_participation.held.v1", "公众参与", "public participation held", Public, &[]),
    row("E03", "decision.expert_argument.held.v1", "专家论证", "expert argument held", Unit, &[("experts", Personal)]),
    row("E04", "decision.risk.assessed.v1", "风险评估", "risk assessed", Supervisor, &[]),
    row("E05", "decision.legality.reviewed.v1", "合法性审查", "legality reviewed", Supervisor, &[]),
    row("E06", "decision.collective_discussion.held.v1", "集体讨论决定", "collective discussion held", Investigator, &[("dissent", Internal), ("dissent_recorded", Internal)]),
    row("E07", "decision.adopted.v1", "决策作出", "decision adopted", Public, &[]),
    row("E08", "decision.published.v1", "决策公布", "decision published", Public, &[]),
    row("E09", "decision.step.exempted.v1", "步骤豁免", "step exempted", Supervisor, &[]),
    row("E10", "power_list.published.v1", "权责清单公布", "power list published", Public, &[]),
    row("E11", "discretion_standard.published.v1", "裁量基准公布", "discretion standard published", Public, &[]),
    row("E12", "service_guide.published.v1", "办事指南公布", "service guide published", Public, &[]),
    row("E13", "document.created.v1", "公文形成", "document created", Unit, &[]),
    row("E14", "document.secrecy_reviewed.v1", "保密审查", "secrecy reviewed", Unit, &[]),
    row("E15", "document.published.v1", "公文发布", "document published", Public, &[]),
    row("E16", "document.publication.withdrawn.v1", "公文撤下", "publication withdrawn", Public, &[]),
    row("E17", "disclosure.request.received.v1", "依申请公开收到", "disclosure request received", Party, &[("applicant", Personal)]),
    row("E17", "disclosure.request.answered.v1", "依申请公开答复", "disclosure request answered", Party, &[]),
    row("E18", "online_service.enabled.v1", "网上办事开通", "online service enabled", Public, &[]),
    row("E18", "online_service.disabled.v1", "网上办事关闭", "online service disabled", Public, &[]),
    row("E19", "policy.promise.recorded.v1", "承诺登记", "promise recorded", Party, &[]),
    row("E19", "policy.promise.fulfilled.v1", "承诺兑现", "promise fulfilled", Party, &[]),
    row("E19", "policy.promise.broken.v1", "承诺未兑现", "promise broken", Party, &[]),
];
