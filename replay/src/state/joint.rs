//! The joint approval 并联审批 (specification §3.11.2): one master case, and
//! units that are sent their part, confirm it and give an opinion.

use super::machine::{CaseKind, Machine, firm, open, settled, soft};

pub(super) const MACHINE: Machine = Machine {
    kind: CaseKind::Joint,
    code: "joint",
    zh: "并联审批",
    en: "joint approval",
    families: &["joint"],
    steps: &[
        open("opened", "已启动", "opened"),
        open("dispatched", "已分送", "dispatched"),
        open("receipts", "签收中", "receipts coming in"),
        open("all_receipts", "全部签收", "all receipts in"),
        open("meeting", "联审中", "joint meeting"),
        open("opinions", "会签中", "opinions coming in"),
        open("all_opinions", "全部会签", "all opinions in"),
        settled("granted", "统一准予", "granted"),
        settled("refused", "统一不予许可", "refused"),
        settled("closed", "办结", "closed"),
    ],
    moves: &[
        firm("joint.case.opened.v1", "opened"),
        soft("joint.subcase.dispatched.v1", "dispatched"),
        soft("joint.subcase.receipt_confirmed.v1", "receipts"),
        soft("joint.meeting.convened.v1", "meeting"),
        soft("joint.meeting.attendance_recorded.v1", "meeting"),
        soft("joint.subcase.opinion_given.v1", "opinions"),
        soft("joint.absence.deemed_consent.v1", "opinions"),
        soft("approval.timeout.deemed_approved.v1", "opinions"),
        firm("approval.decision.granted.v1", "granted"),
        firm("approval.decision.refused.v1", "refused"),
        firm("approval.case.closed.v1", "closed"),
    ],
    dates: &[],
    dues: &[("joint.case.opened.v1", "due", "legal")],
    purposes: &[],
};

/// What has come from one unit: dispatched to it, confirmed by it, opinion given.
pub(super) const DISPATCHED: u8 = 1;
pub(super) const CONFIRMED: u8 = 2;
pub(super) const OPINION: u8 = 4;

/// The mark that an event leaves on its subcase.
pub(super) fn subcase_mark(event_type: &str) -> Option<u8> {
    match event_type {
        "joint.subcase.dispatched.v1" => Some(DISPATCHED),
        "joint.subcase.receipt_confirmed.v1" => Some(CONFIRMED),
        "joint.subcase.opinion_given.v1"
        | "joint.absence.deemed_consent.v1"
        | "approval.timeout.deemed_approved.v1" => Some(OPINION),
        _ => None,
    }
}
