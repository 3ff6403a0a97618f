//! G: complaints and supervision 投诉与监督 (§3.7).

use super::element as e;
use super::member::Kind::{Bool, Count, Date, Fen, List, Moment, Text, Word};
use super::member::{
    CODE, EVENT, HASH, HASHES, Kind, Member, NO, OFFICER, PARTY, PEOPLE, PERSON, STREAM, TEXTS,
    UNIT, URL, may, must,
};
use super::register::Sensitivity::{Discipline, Informant, Personal};
use super::register::Visibility::{Investigator, Party, Public, Sealed, Supervisor};
use super::register::{EventType, row};

/// EM 电子监察, TE 终端评议, FM 定点监测, HL 行风热线, IV 纠风约谈, OT 其他.
const CHANNEL: Kind = Word(&["EM", "TE", "FM", "HL", "IV", "OT"]);
#[rustfmt::skip]
const GRADES: Kind = Word(&["非常满意", "满意", "基本满意", "不满意", "非常不满意"]);

/// 投诉的受理、不受理、转办 G02.
#[rustfmt::skip]
const DESK: &[Member] = &[
    e::AT,
    e::REASON,
    may("to_unit", UNIT, "转办单位(不得转给被投诉人)", "to which unit; never to whom it concerns"),
];

/// 事实主张 G13: what was verified or refuted says which assertion it is about.
#[rustfmt::skip]
const ASSERTION: [Member; 11] = [
    must("category", CODE, "类别(规则编号)", "category, a rule's code"),
    must("alleged_unit", UNIT, "所指单位", "the unit alleged"),
    may("alleged_officer", OFFICER, "所指人员", "the officer alleged"),
    may("enterprise", PARTY, "涉及企业", "the enterprise"),
    may("amount_fen", Fen, "涉及金额(分)", "amount in fen"),
    may("act_date", Date, "行为日期", "date of the act"),
    must("evidence", HASHES, "证据摘要", "digests of the evidence"),
    may("facts", Text, "事实", "the facts").sealed(Discipline),
    may("source_event", EVENT, "来源事件", "the event it comes from").sealed(Informant),
    may("ref", EVENT, "所指主张", "the assertion"),
    may("reason", Text, "理由", "the reason"),
];

#[rustfmt::skip]
pub(super) const TYPES: &[EventType] = &[
    row("G01", "complaint.received.v1", "收到投诉", "complaint received", Sealed, &[
        must("complaint_no", NO, "投诉编号", "number of the complaint"),
        must("channel", CHANNEL, "渠道", "channel"),
        may("channel_name", Text, "渠道名称", "name of the channel"),
        may("complainant", PERSON, "投诉人", "the complainant").sealed(Informant),
        must("anonymous", Bool, "匿名", "anonymous"),
        must("about_unit", UNIT, "被投诉单位", "the unit concerned"),
        may("about_officer", OFFICER, "被投诉人员", "the officer concerned"),
        may("case_ref", STREAM, "关联案件", "the case concerned"),
        must("category", CODE, "问题类别(G1.2)", "category of problem"),
        must("text", Text, "内容", "the text").sealed(Informant),
        must("query_code_hash", HASH, "查询码摘要", "digest of the query code"),
    ]),
    row("G02", "complaint.accepted.v1", "投诉受理", "complaint accepted", Sealed, DESK),
    row("G02", "complaint.refused.v1", "投诉不予受理", "complaint refused", Sealed, DESK),
    row("G02", "complaint.transferred.v1", "投诉转办", "complaint transferred", Sealed, DESK),
    row("G03", "complaint.investigated.v1", "投诉调查", "complaint investigated", Sealed, &[
        may("findings", Text, "调查情况", "what was found").sealed(Discipline),
        must("findings_hash", HASH, "调查报告摘要", "digest of the findings").sealed(Discipline),
    ]),
    row("G04", "complaint.resolved.v1", "投诉处理", "complaint resolved", Supervisor, &[
        must("result", Word(&["属实", "部分属实", "不属实", "无法查实"]), "结论", "the result"),
        may("measures", TEXTS, "措施", "measures"),
        may("about_unit", UNIT, "被投诉单位", "the unit concerned"),
    ]).in_sealed_log(),
    row("G05", "complaint.replied.v1", "投诉反馈", "complaint replied", Party, &[
        e::AT,
        may("satisfied", Bool, "满意", "satisfied"),
    ]).in_sealed_log(),
    row("G06", "complaint.reopened.v1", "投诉复核", "complaint reopened", Party, &[
        e::REASON,
        may("at", Moment, "时间", "when"),
    ]).in_sealed_log(),
    row("G07", "hotline.call.recorded.v1", "行风热线", "hotline call recorded", Sealed, &[
        must("call_no", NO, "来电编号", "number of the call"),
        must("topic", Text, "主题", "the topic"),
        e::UNIT_,
        may("caller", PERSON, "来电人", "the caller").sealed(Informant),
        may("answered", Bool, "已答复", "answered"),
    ]),
    row("G08", "monitor.report.submitted.v1", "定点监测报告", "monitor report submitted", Supervisor, &[
        must("point", CODE, "监测点", "the monitoring point"),
        e::PERIOD,
        must("issues", TEXTS, "问题", "the issues"),
        must("zero_report", Bool, "零报告", "nothing to report, expressly"),
    ]),
    row("G09", "terminal.evaluation.recorded.v1", "终端评议", "terminal evaluation recorded", Supervisor, &[
        e::CASE_REF,
        e::WINDOW_,
        must("grade", GRADES, "评价", "the grade"),
        may("reasons", TEXTS, "理由", "the reasons"),
        may("evaluator", PERSON, "评价人", "who evaluates").sealed(Personal),
    ]),
    row("G10", "terminal.evaluation.followed_up.v1", "差评回访整改", "evaluation followed up", Supervisor, &[
        e::REF,
        must("verified", Bool, "属实", "verified"),
        may("rectified_on", Date, "整改日期", "rectified on"),
        may("measures", TEXTS, "措施", "measures"),
    ]),
    row("G11", "interview.held.v1", "纠风约谈", "interview held", Supervisor, &[
        e::UNIT_,
        must("interviewees", PEOPLE, "被约谈人", "who was interviewed").sealed(Personal),
        must("issues", TEXTS, "问题", "the issues"),
        must("commitments", TEXTS, "承诺", "the commitments"),
        e::DUE,
    ]),
    row("G12", "visit.recorded.v1", "明察暗访", "visit recorded", Investigator, &[
        must("kind", Word(&["明察", "暗访"]), "种类", "kind"),
        must("place", Text, "地点", "the place"),
        e::AT,
        must("findings", Text, "发现", "what was found"),
        may("media_hash", Kind::Either(&[Kind::Hex, HASHES]), "影像摘要", "digests of pictures").sealed(Discipline),
        may("unit", UNIT, "单位", "the unit"),
    ]),
    row("G13", "supervise.assertion.recorded.v1", "事实主张登记", "assertion recorded", Sealed, &ASSERTION),
    row("G13", "supervise.assertion.verified.v1", "事实主张查实", "assertion verified", Sealed, &ASSERTION),
    row("G13", "supervise.assertion.refuted.v1", "事实主张否定", "assertion refuted", Sealed, &ASSERTION),
    row("G14", "supervise.evidence.attached.v1", "补充证据", "evidence attached", Sealed, &[
        e::REF,
        must("hash", HASH, "证据摘要", "digest of the evidence"),
        must("kind", Text, "种类", "kind"),
    ]),
    row("G15", "supervise.retaliation.reported.v1", "打击报复", "retaliation reported", Sealed, &[
        e::REF,
        must("facts", Text, "事实", "the facts").sealed(Informant),
    ]),
    row("G16", "media.exposure.recorded.v1", "媒体曝光", "media exposure recorded", Public, &[
        must("outlet", Text, "媒体", "the outlet"),
        must("url", URL, "网址", "address on the web"),
        e::AT,
        must("about", Text, "涉及", "what it is about"),
    ]),
    row("G17", "disclosure.identity_accessed.v1", "查阅举报人身份", "informant's identity accessed", Sealed, &[
        e::REF,
        must("who", OFFICER, "查阅人", "who looked"),
        must("purpose", Text, "目的", "the purpose"),
        e::APPROVER,
        may("subject_count", Count, "涉及人数", "how many persons"),
        may("refs", List(&EVENT), "所查事件", "the events"),
    ]),
];
