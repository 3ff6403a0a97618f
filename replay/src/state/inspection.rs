//! The inspection 涉企检查 (specification §3.11.4). Coercive measures accompany
//! it and do not move it.

use super::case::KeyDate::{Accepted, Closed};
use super::machine::{CaseKind, Machine, firm, open, settled, soft};

pub(super) const MACHINE: Machine = Machine {
    kind: CaseKind::Inspection,
    code: "inspection",
    zh: "涉企检查",
    en: "inspection",
    families: &["inspection", "coercion"],
    steps: &[
        open("planned", "已列入计划", "planned"),
        open("filing", "已申请备案", "filing submitted"),
        open("consented", "备案同意", "filing consented"),
        settled("filing_refused", "备案不同意", "filing refused"),
        open("filing_returned", "备案退回", "filing returned"),
        settled("filing_withdrawn", "备案撤回", "filing withdrawn"),
        open("task_approved", "任务已审批", "task approved"),
        open("notified", "已通知", "notified"),
        open("on_site", "检查中", "on site"),
        open("enterprise_refused", "企业拒绝", "refused by the enterprise"),
        open("issue_found", "发现问题", "issue found"),
        open("left", "已离企", "left"),
        open("reinspected", "已复查", "reinspected"),
        settled("result_notified", "结果已告知", "result notified"),
        settled("result_published", "结果已公示", "result published"),
    ],
    moves: &[
        soft("inspection.plan.published.v1", "planned"),
        soft("inspection.plan.filed.v1", "planned"),
        soft("inspection.plan.adjusted.v1", "planned"),
        firm("inspection.filing.submitted.v1", "filing"),
        firm("inspection.filing.consented.v1", "consented"),
        firm("inspection.filing.refused.v1", "filing_refused"),
        firm("inspection.filing.returned.v1", "filing_returned"),
        firm("inspection.filing.withdrawn.v1", "filing_withdrawn"),
        soft("inspection.task.approved.v1", "task_approved"),
        soft("inspection.notice.served.v1", "notified"),
        firm("inspection.entry.started.v1", "on_site"),
        firm("inspection.enterprise.refused.v1", "enterprise_refused"),
        soft("inspection.issue.found.v1", "issue_found"),
        soft("inspection.entry.ended.v1", "left"),
        firm("inspection.reinspection.done.v1", "reinspected"),
        firm("inspection.result.notified.v1", "result_notified"),
        firm("inspection.result.published.v1", "result_published"),
    ],
    dates: &[
        ("inspection.filing.consented.v1", Accepted),
        ("inspection.result.notified.v1", Closed),
    ],
    dues: &[("coercion.extended.v1", "new_due", "coercion")],
    purposes: &[],
};
