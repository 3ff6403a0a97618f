//! A: approval 行政审批, single cases and what comes after them (§3.1). Joint
//! approvals are in [`super::joint`].

use super::element as e;
use super::member::Kind::{Bool, Count, Date, List, Moment, Object, Text, Word};
use super::member::{
    CODE, DATES, HASH, ITEM, Kind, Member, NO, OFFICER, PEOPLE, PERSON, TEAM, TEXTS, TRACE, UNIT,
    may, must,
};
use super::register::Sensitivity::{Internal, Personal, SensitivePersonal};
use super::register::Visibility::{Party, Public, Supervisor, Unit};
use super::register::{EventType, row};

/// 材料: what an applicant hands in.
#[rustfmt::skip]
const MATERIALS: Kind = List(&Object(&[
    must("name", Text, "材料名称", "name"),
    may("hash", HASH, "文件摘要", "digest of the file"),
    may("copies", Count, "份数", "copies"),
]));

/// 条目: one thing in a list that is not otherwise structured.
#[rustfmt::skip]
const FIELDS: Kind = List(&Object(&[
    must("field", Text, "变更内容", "what is altered"),
    may("from", Text, "原为", "from"),
    may("to", Text, "变更为", "to"),
    may("reason", Text, "理由", "the reason"),
    may("result", Text, "结果", "the result"),
]));

const CHANNELS: Kind = Word(&["窗口", "网上", "邮寄", "自助"]);
pub(super) const METHODS: Kind = Word(&["直接", "邮寄", "电子", "公告", "留置"]);
const OPINIONS: Kind = Word(&["同意", "不同意", "退回"]);
#[rustfmt::skip]
const SPECIAL: Kind = Word(&["听证", "招标", "拍卖", "检验", "检测", "检疫", "鉴定", "专家评审"]);

/// 听证 A22–A25: the same members at each step.
#[rustfmt::skip]
const HEARING: [Member; 6] = [
    must("dates", DATES, "听证日期", "dates of the hearing"),
    must("host", OFFICER, "主持人", "who presides"),
    may("place", Text, "地点", "the place"),
    may("minutes_hash", HASH, "听证笔录摘要", "digest of the minutes"),
    may("notice_no", NO, "通知书文号", "number of the notice"),
    may("participants", PEOPLE, "参加人", "who takes part").sealed(Personal),
];

const PERMIT_KINDS: Kind = Word(&["普通", "特许", "认可", "核准", "登记", "其他"]);

/// What a permit's line in the credit publicity file says besides (§4.6).
#[rustfmt::skip]
const PUBLISHED: [Member; 10] = [
    may("document_name", Text, "决定文书名称", "name of the decision's document"),
    may("cert_type", Text, "许可证书名称", "kind of certificate"),
    e::CERT_NO.optional(),
    e::PARTY_NAMED, e::ORGAN_NAMED, e::SOURCE_NAMED, e::PERSONAL, e::MASKED,
    e::STATED_STATUS, e::REMARKS,
];

#[rustfmt::skip]
pub(super) const TYPES: &[EventType] = &[
    row("A01", "approval.consultation.recorded.v1", "咨询预审", "consultation recorded", Unit, &[
        must("question_code", CODE, "问题代码", "code of the question"),
        may("answer", Text, "答复", "the answer"),
        must("channel", Word(&["窗口", "网上", "电话", "邮寄", "自助"]), "渠道", "channel"),
        may("materials_told", TEXTS, "已告知材料", "materials the applicant was told of"),
    ]),
    row("A02", "approval.application.submitted.v1", "提出申请", "application submitted", Party, &[
        must("application_no", NO, "申请编号", "number of the application"),
        must("item", ITEM, "申请事项", "what is applied for"),
        must("applicant", PERSON, "申请人", "the applicant").sealed(Personal),
        may("agent", PERSON, "代理人", "the agent").sealed(Personal),
        must("channel", CHANNELS, "渠道", "channel"),
        must("materials", MATERIALS, "申请材料", "materials"),
        may("project_code", NO, "投资项目代码", "code of the investment project"),
        may("special_handling", Bool, "特事特办", "handled specially"),
        may("wants_green_channel", Bool, "要求绿色通道", "asks for the green channel"),
        may("contact", PERSON, "联系人", "whom to contact").sealed(Personal),
    ]),
    row("A03", "approval.materials.received.v1", "收件登记", "materials received", Party, &[
        must("receipt_no", NO, "收件凭证编号", "number of the receipt"),
        must("received_at", Moment, "收件时间", "when they were received"),
        e::LIST_HASH,
        e::WINDOW_,
    ]),
    row("A04", "approval.onsite_correction.made.v1", "当场更正", "correction made on the spot", Party, &[
        must("corrections", TEXTS, "更正内容", "what was corrected"),
    ]),
    row("A05", "approval.supplement.requested.v1", "补正一次性告知", "supplement requested", Party, &[
        e::NOTICE_NO,
        must("items", List(&Object(&[
            may("material", Text, "材料", "the material"),
            may("condition", Text, "条件", "the condition"),
            must("reason", Text, "理由", "the reason"),
            may("catalogue_ref", CODE, "目录条目", "entry of the catalogue"),
            may("new_fact", Bool, "因新情况", "because of a new fact"),
        ])), "须补正的全部内容", "everything to be supplied"),
        may("deadline", Date, "补正期限", "to be supplied by"),
        must("round_no", Count, "告知次数", "which round, from 1"),
        e::SERVED_AT,
        must("served_how", METHODS, "送达方式", "how it was served"),
    ]),
    row("A06", "approval.supplement.submitted.v1", "补正提交", "supplement submitted", Party, &[
        must("materials", MATERIALS, "补正材料", "materials"),
        may("complete", Bool, "是否齐全", "now complete"),
    ]),
    row("A07", "approval.acceptance.granted.v1", "受理", "application accepted", Party, &[
        must("acceptance_no", NO, "受理通知书文号", "number of the acceptance"),
        must("accepted_on", Date, "受理日期", "accepted on"),
        must("legal_due", Date, "法定期限届满日", "due by law"),
        must("promised_due", Date, "承诺期限届满日", "due by promise"),
        e::CALENDAR_VERSION,
        e::RECEIPT_HASH,
    ]),
    row("A08", "approval.acceptance.deemed.v1", "视为受理", "deemed accepted", Party, &[
        must("deemed_on", Date, "视为受理日(收件日)", "deemed accepted on, the day of receipt"),
        must("trace", TRACE, "时钟过程", "trace of the clock"),
    ]),
    row("A09", "approval.acceptance.refused.v1", "不予受理", "acceptance refused", Party, &[
        e::NOTICE_NO.optional(),
        must("reason_code", CODE, "理由代码", "code of the reason"),
        e::EXPLANATION,
        may("correct_organ", Text, "应向何机关申请", "the organ that is competent"),
        e::REMEDIES,
    ]),
    row("A10", "approval.not_required.notified.v1", "告知无需许可", "no permit required", Party, &[
        e::EXPLANATION,
        may("batch", NO, "取消批次", "batch in which it was cancelled"),
    ]),
    row("A11", "approval.case.assigned.v1", "分办", "case assigned", Unit, &[
        must("handler", OFFICER, "承办人", "who handles it"),
        may("reviewer", OFFICER, "审核人", "who reviews it"),
        may("approver", OFFICER, "批准人", "who approves it"),
    ]),
    row("A12", "approval.stage.started.v1", "环节开始", "stage started", Unit, &[
        must("stage", Text, "环节", "the stage"),
        must("role", Text, "岗位", "the role"),
        may("opinion", OPINIONS, "意见", "the opinion"),
        may("wd_planned", Count, "计划工作日", "working days planned").unit("wd"),
        may("text", Text, "意见内容", "the opinion in words").sealed(Internal),
    ]),
    row("A13", "approval.stage.completed.v1", "环节完成", "stage completed", Unit, &[
        must("stage", Text, "环节", "the stage"),
        must("role", Text, "岗位", "the role"),
        may("opinion", OPINIONS, "意见", "the opinion"),
        may("wd_used", Count, "所用工作日", "working days used").unit("wd"),
        may("text", Text, "意见内容", "the opinion in words").sealed(Internal),
    ]),
    row("A14", "approval.handoff.recorded.v1", "窗口后台流转", "handoff between window and back office", Supervisor, &[
        must("from_venue", CODE, "交出地点", "from where"),
        must("to_venue", CODE, "接收地点", "to where"),
        may("from_officer", OFFICER, "交出人", "from whom"),
        may("to_officer", OFFICER, "接收人", "to whom"),
        e::REASON,
        may("physical", Bool, "纸质流转", "paper was carried"),
    ]),
    row("A15", "approval.site_verification.recorded.v1", "现场核查", "site verification", Unit, &[
        e::OFFICERS_,
        may("place", Text, "地点", "the place").sealed(SensitivePersonal),
        may("findings", Text, "核查情况", "what was found"),
        e::RECORD_HASH,
    ]),
    row("A16", "approval.special_procedure.started.v1", "特别程序开始", "special procedure started", Party, &[
        must("kind", SPECIAL, "种类", "kind"),
        must("expected_wd", Count, "预计工作日", "working days expected").unit("wd"),
        must("applicant_notified_at", Moment, "告知申请人时间", "when the applicant was told"),
        e::NOTICE_NO,
        may("agency", Text, "实施机构", "who carries it out"),
        may("officers", TEAM, "指派人员", "officers assigned"),
    ]),
    row("A17", "approval.special_procedure.ended.v1", "特别程序结束", "special procedure ended", Party, &[
        e::REF,
        may("kind", SPECIAL, "种类", "kind"),
        may("result", Text, "结果", "the result"),
        must("result_doc", NO, "结果文书", "document of the result, by number or digest"),
        must("ended_on", Date, "结束日期", "ended on"),
    ]),
    row("A18", "approval.extension.requested.v1", "延期申请", "extension requested", Unit, &[
        must("days", Count, "延长工作日", "working days asked for").unit("wd"),
        e::REASON,
    ]),
    row("A19", "approval.extension.approved.v1", "延期批准", "extension approved", Unit, &[
        must("days", Count, "延长工作日", "working days granted").unit("wd"),
        must("approver_post", Word(&["本机关负责人", "本级政府负责人"]), "批准人职务", "post of who approved"),
        may("approver", OFFICER, "批准人", "who approved"),
        must("new_due", Date, "延长后届满日", "now due on"),
        must("approved_at", Moment, "批准时间", "when it was approved"),
    ]),
    row("A19", "approval.extension.refused.v1", "延期不予批准", "extension refused", Unit, &[
        may("approver_post", Word(&["本机关负责人", "本级政府负责人"]), "决定人职务", "post of who refused"),
        may("approver", OFFICER, "决定人", "who refused"),
        e::REASON,
        e::AT.optional(),
    ]),
    row("A20", "approval.extension.notified.v1", "延期告知", "extension notified", Party, &[
        e::NOTICE_NO,
        e::REASON,
        e::SERVED_AT,
    ]),
    row("A21", "approval.interested_party.notified.v1", "利害关系人告知", "interested parties notified", Party, &[
        must("parties", PEOPLE, "利害关系人", "the interested parties").sealed(Personal),
        must("rights", Text, "告知的权利", "the rights they were told of"),
    ]),
    row("A22", "approval.hearing.right_notified.v1", "听证权利告知", "right to a hearing notified", Party, &[
        HEARING[0].optional(), HEARING[1].optional(), HEARING[2], HEARING[4], HEARING[5],
        e::SERVED_AT.optional(),
    ]),
    row("A23", "approval.hearing.requested.v1", "申请听证", "hearing requested", Party, &[
        HEARING[0].optional(), HEARING[1].optional(), HEARING[5],
        may("requested_on", Date, "申请日期", "requested on"),
    ]),
    row("A24", "approval.hearing.announced.v1", "听证公告", "hearing announced", Public, &HEARING),
    row("A25", "approval.hearing.held.v1", "举行听证", "hearing held", Party, &HEARING),
    row("A26", "approval.decision.granted.v1", "准予许可", "permit granted", Public, &[
        e::DECISION_NO,
        e::DECISION_DATE,
        must("permit_kind", PERMIT_KINDS, "许可类别", "kind of permit"),
        must("content", Text, "许可内容", "what is permitted"),
        may("valid_from", Date, "有效期自", "valid from"),
        may("valid_to", Date, "有效期至", "valid to"),
        may("conditions", Text, "附加条件", "conditions"),
        may("on_the_spot", Bool, "当场决定", "decided on the spot"),
        e::APPROVER,
        must("seal_id", NO, "用章", "the seal"),
        e::REASON.optional(),
        PUBLISHED[0], PUBLISHED[1], PUBLISHED[2], PUBLISHED[3], PUBLISHED[4], PUBLISHED[5],
        PUBLISHED[6], PUBLISHED[7], PUBLISHED[8], PUBLISHED[9],
    ]),
    row("A27", "approval.decision.refused.v1", "不予许可", "permit refused", Party, &[
        e::DECISION_NO,
        must("date", Date, "决定日期", "date of the decision"),
        must("reasons", TEXTS, "理由", "the reasons"),
        may("on_the_spot", Bool, "当场决定", "decided on the spot"),
        e::REMEDIES,
        e::APPROVER.optional(),
    ]),
    row("A28", "approval.commitment.decided.v1", "告知承诺准予", "granted on commitment", Public, &[
        e::DECISION_NO.optional(),
        e::DECISION_DATE.optional(),
        must("commitment_doc", NO, "承诺书", "the written commitment, by number or digest"),
        may("due_materials", TEXTS, "待补材料", "materials still due"),
        must("verify_by", Date, "核查期限", "to be verified by"),
        e::APPROVER.optional(),
        may("permit_kind", PERMIT_KINDS, "许可类别", "kind of permit"),
        may("content", Text, "许可内容", "what is permitted"),
        may("valid_from", Date, "有效期自", "valid from"),
        may("valid_to", Date, "有效期至", "valid to"),
        PUBLISHED[0], PUBLISHED[1], PUBLISHED[2], PUBLISHED[3], PUBLISHED[4], PUBLISHED[5],
        PUBLISHED[6], PUBLISHED[7], PUBLISHED[8], PUBLISHED[9],
    ]),
    row("A29", "approval.certificate.issued.v1", "颁发证照", "certificate issued", Public, &[
        must("cert_type", Text, "证照名称", "kind of certificate"),
        e::CERT_NO,
        must("issued_on", Date, "颁发日期", "issued on"),
        may("e_cert_id", NO, "电子证照标识", "id of the electronic certificate"),
        e::DECISION_NO.optional(),
    ]),
    row("A30", "approval.document.delivered.v1", "送达", "document delivered", Party, &[
        must("doc", NO, "文书", "the document"),
        must("method", METHODS, "送达方式", "how"),
        must("delivered_at", Moment, "送达时间", "when"),
        e::RECEIPT_HASH.optional(),
        may("recipient", PERSON, "签收人", "who received it").sealed(Personal),
    ]),
    row("A31", "approval.case.closed.v1", "办结归档", "case closed", Public, &[
        must("result", Text, "办理结果", "the result"),
        must("closed_at", Moment, "办结时间", "when"),
        e::ARCHIVE_NO,
    ]),
    row("A32", "approval.application.withdrawn.v1", "申请人撤回", "application withdrawn", Party, &[
        e::REASON.optional(),
    ]),
    row("A33", "approval.case.terminated.v1", "终止", "case terminated", Party, &[
        must("ground", Text, "终止事由", "the ground"),
        e::EXPLANATION.optional(),
    ]),
    row("A34", "approval.initial_review.forwarded.v1", "初审转报", "initial review forwarded", Unit, &[
        must("upper_unit", UNIT, "上级机关", "the upper organ"),
        must("opinion", Text, "初审意见", "the opinion"),
        must("forwarded_on", Date, "转报日期", "forwarded on"),
    ]),
    row("A35", "approval.alteration.applied.v1", "申请变更", "alteration applied for", Party, &[
        e::DECISION_NO.optional(),
        e::CERT_NO.optional(),
        must("fields", FIELDS, "变更内容", "what is to be altered"),
    ]),
    row("A35", "approval.alteration.decided.v1", "变更决定", "alteration decided", Public, &[
        e::DECISION_NO.optional(),
        e::DECISION_DATE.optional(),
        may("altered", NO, "所变更的决定", "the decision that is altered"),
        must("fields", FIELDS, "变更内容", "what is altered"),
        may("result", Word(&["准予", "不予"]), "结果", "the result"),
        e::APPROVER.optional(),
    ]),
    row("A36", "approval.renewal.applied.v1", "申请延续", "renewal applied for", Party, &[
        e::CERT_NO,
        must("expires_on", Date, "有效期届满日", "expires on"),
        must("applied_on", Date, "申请日期", "applied on"),
    ]),
    row("A36", "approval.renewal.decided.v1", "延续决定", "renewal decided", Public, &[
        e::CERT_NO,
        must("expires_on", Date, "原有效期届满日", "would have expired on"),
        must("applied_on", Date, "申请日期", "applied on"),
        e::DECISION_NO.optional(),
        e::DECISION_DATE.optional(),
        may("result", Word(&["准予", "不予"]), "结果", "the result"),
        may("valid_to", Date, "延续至", "now valid to"),
    ]),
    row("A36", "approval.renewal.deemed.v1", "视为准予延续", "deemed renewed", Public, &[
        e::CERT_NO,
        must("expires_on", Date, "原有效期届满日", "would have expired on"),
        must("applied_on", Date, "申请日期", "applied on"),
        may("trace", TRACE, "时钟过程", "trace of the clock"),
    ]),
    row("A37", "approval.permit.revoked.v1", "撤销许可", "permit revoked", Public, &[
        must("ground", Word(&["69-1", "69-2", "69-3", "69-4", "69-5", "欺骗贿赂"]), "撤销事由(行政许可法第六十九条)", "the ground"),
        may("compensation", Text, "赔偿", "compensation"),
        e::DECISION_NO.optional(),
        e::DECISION_DATE.optional(),
        e::CERT_NO.optional(),
        e::REASON.optional(),
    ]),
    row("A38", "approval.permit.withdrawn.v1", "撤回许可", "permit withdrawn", Public, &[
        must("ground", Word(&["法律修改", "客观情况重大变化"]), "撤回事由(行政许可法第八条)", "the ground"),
        must("compensation", Text, "补偿", "compensation"),
        e::DECISION_NO.optional(),
        e::DECISION_DATE.optional(),
        e::CERT_NO.optional(),
        e::REASON.optional(),
    ]),
    row("A39", "approval.permit.cancelled.v1", "注销许可", "permit cancelled", Public, &[
        must("ground", Word(&["70-1", "70-2", "70-3", "70-4", "70-5", "70-6"]), "注销事由(行政许可法第七十条)", "the ground"),
        e::DECISION_NO.optional(),
        e::DECISION_DATE.optional(),
        e::CERT_NO.optional(),
        e::REASON.optional(),
    ]),
];
