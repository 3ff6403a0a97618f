//! G: complaints and supervision 投诉与监督 (§3.7).

use super::register::Sensitivity::{Discipline, Informant, Personal};
use super::register::Visibility::{Investigator, Party, Public, Sealed, Supervisor};
use super::register::{EventType, row};

#[rustfmt::skip]
pub(super) const TYPES: &[EventType] = &[
    row("G01", "complaint.received.v1", "收到投诉", "complaint received", Sealed, &[("complainant", Informant), ("text", Informant)]),
    row("G02", "complaint.accepted.v1", "投诉受理", "complaint accepted", Sealed, &[]),
    row("G02", "complaint.refused.v1", "投诉不予受理", "complaint refused", Sealed, &[]),
    row("G02", "complaint.transferred.v1", "投诉转办", "complaint transferred", Sealed, &[]),
    row("G03", "complaint.investigated.v1", "投诉调查", "complaint investigated", Sealed, &[("findings", Discipline), ("findings_hash", Discipline)]),
    row("G04", "complaint.resolved.v1", "投诉处理", "complaint resolved", Supervisor, &[]).in_sealed_log(),
    row("G05", "complaint.replied.v1", "投诉反馈", "complaint replied", Party, &[]).in_sealed_log(),
    row("G06", "complaint.reopened.v1", "投诉复核", "complaint reopened", Party, &[]).in_sealed_log(),
    row("G07", "hotline.call.recorded.v1", "行风热线", "hotline call recorded", Sealed, &[("caller", Informant)]),
    row("G08", "monitor.report.submitted.v1", "定点监测报告", "monitor report submitted", Supervisor, &[]),
    row("G09", "terminal.evaluation.recorded.v1", "终端评议", "terminal evaluation recorded", Supervisor, &[("evaluator", Personal)]),
    row("G10", "terminal.evaluation.followed_up.v1", "差评回访整改", "evaluation followed up", Supervisor, &[]),
    row("G11", "interview.held.v1", "纠风约谈", "interview held", Supervisor, &[("interviewees", Personal)]),
    row("G12", "visit.recorded.v1", "明察暗访", "visit recorded", Investigator, &[("media_hash", Discipline)]),
    row("G13", "supervise.assertion.recorded.v1", "事实主张登记", "assertion recorded", Sealed, &[("source_event", Informant), ("facts", Discipline)]),
    row("G13", "supervise.assertion.verified.v1", "事实主张查实", "assertion verified", Sealed, &[]),
    row("G13", "supervise.assertion.refuted.v1", "事实主张否定", "assertion refuted", Sealed, &[]),
    row("G14", "supervise.evidence.attached.v1", "补充证据", "evidence attached", Sealed, &[]),
    row("G15", "supervise.retaliation.reported.v1", "打击报复", "retaliation reported", Sealed, &[("facts", Informant)]),
    row("G16", "media.exposure.recorded.v1", "媒体曝光", "media exposure recorded", Public, &[]),
    row("G17", "disclosure.identity_accessed.v1", "查阅举报人身份", "informant's identity accessed", Sealed, &[]),
];
