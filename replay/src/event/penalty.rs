//! D: penalties 行政处罚 (§3.4).

use super::approval::METHODS;
use super::element as e;
use super::member::Kind::{
    Bool, Count, Date, Decimal, Either, Fen, List, Moment, Object, Text, Word,
};
use super::member::{
    CODE, DATES, HASH, HASHES, Kind, Member, NO, OFFICER, OFFICERS, PEOPLE, PERSON, STREAM, TEAM,
    TEXTS, UNIT, URL, may, must,
};
use super::register::Sensitivity::{Informant, Internal, Personal};
use super::register::Visibility::{Investigator, Party, Public, Supervisor, Unit};
use super::register::{EventType, row};

const SOURCES: Kind = Word(&["检查", "举报", "移送", "媒体", "监测"]);
const OUTCOMES: Kind = Word(&["维持", "变更", "撤销", "确认违法", "确认无效", "驳回", "调解"]);
const CLASSES: Kind = Word(&["轻微", "一般", "严重"]);

/// 处罚内容: one item for each kind of penalty in a decision (行政处罚法 art. 9).
#[rustfmt::skip]
const PENALTIES: Kind = List(&Object(&[
    must("kind", Text, "处罚种类", "kind"),
    may("amount_fen", Fen, "罚款金额(分)", "fine in fen"),
    may("illegal_income_fen", Fen, "没收违法所得(分)", "illegal income confiscated, in fen"),
    may("goods_fen", Fen, "没收非法财物价值(分)", "value of goods confiscated, in fen"),
    may("confiscated_fen", Fen, "没收合计(分,未分违法所得与财物)", "confiscated in all, where income and goods are not told apart, in fen"),
    may("amount_text", Decimal, "罚款金额(元,不能精确到分的原文)", "fine in yuan, where fen cannot hold it"),
    may("amount_flag", CODE, "金额为何保留原文", "why the amount is kept as text"),
    may("confiscated_text", Decimal, "没收合计(元,不能精确到分的原文)", "confiscated in yuan, where fen cannot hold it"),
    may("confiscated_flag", CODE, "没收合计为何保留原文", "why the sum is kept as text"),
    may("currency", CODE, "币种(ISO 4217)", "currency"),
    may("licence", Text, "暂扣或吊销的证照", "licence suspended or withdrawn"),
    may("term", Text, "期限", "term"),
    may("pieces", Count, "件数或日数", "pieces or days, where each counts"),
]));

/// 幅度 of the tier that was applied.
#[rustfmt::skip]
const RANGE: Kind = Object(&[
    may("min_fen", Fen, "下限(分)", "lower bound in fen"),
    may("max_fen", Fen, "上限(分)", "upper bound in fen"),
    may("min_per_mille", Count, "倍数下限(千分之)", "lower multiple in thousandths"),
    may("max_per_mille", Count, "倍数上限(千分之)", "upper multiple in thousandths"),
    may("base_fen", Fen, "倍数的基数(分)", "base of the multiple in fen"),
]);

#[rustfmt::skip]
const PROPOSED: Kind = Object(&[
    must("kind", Text, "拟处罚种类", "kind"),
    may("amount_fen", Fen, "拟罚款金额(分)", "fine in fen"),
    may("illegal_income_fen", Fen, "拟没收违法所得(分)", "illegal income to be confiscated, in fen"),
    may("goods_fen", Fen, "拟没收非法财物价值(分)", "value of goods to be confiscated, in fen"),
    may("licence", Text, "拟暂扣或吊销的证照", "licence to be suspended or withdrawn"),
    may("term", Text, "期限", "term"),
]);

/// 追责时效 (行政处罚法 art. 36) counts from these.
const ACT_DATE: Member = may("act_date", Date, "违法行为发生日期", "date of the violation");
const ACT_ENDED_ON: Member =
    may("act_ended_on", Date, "违法行为终了日期", "when a continued violation ended");

const EXTENT: Kind = Either(&[Text, TEXTS]);

#[rustfmt::skip]
const NOTIFICATION: [Member; 6] = [
    must("to", CODE, "告知对象", "to whom"),
    e::SENT_AT,
    may("authority", Text, "园区管理机构", "authority of the park"),
    may("letter_no", NO, "函号", "number of the letter"),
    may("content_summary", Text, "内容摘要", "summary"),
    may("reply", Text, "答复", "the reply"),
];

/// 听证 D18.
#[rustfmt::skip]
const HEARING: [Member; 6] = [
    must("dates", DATES, "听证日期", "dates of the hearing"),
    must("host", OFFICER, "主持人(非调查人员)", "who presides, not an investigator"),
    may("place", Text, "地点", "the place"),
    may("served_at", Moment, "送达时间", "when it was served"),
    may("minutes_hash", HASH, "听证笔录摘要", "digest of the minutes"),
    may("record_hash", HASH, "记录摘要", "digest of the record"),
];

/// 变更、撤销、确认违法、确认无效 D34.
#[rustfmt::skip]
const UNDONE: &[Member] = &[
    must("by", UNIT, "作出机关", "by which organ"),
    must("date", Date, "日期", "on"),
    e::REASON,
    e::DECISION_NO.optional(),
    may("penalties", PENALTIES, "变更后的处罚", "the penalties as altered"),
];

/// 期限中止、恢复、延长 D35.
#[rustfmt::skip]
const CLOCK: &[Member] = &[
    e::BASIS,
    e::REASON.optional(),
    may("days", Count, "天数", "days").unit("d"),
    may("new_due", Date, "延长后届满日", "now due on"),
    may("at", Moment, "时间", "when"),
];

#[rustfmt::skip]
const FINE: [Member; 8] = [
    e::AMOUNT_FEN,
    e::AT,
    must("channel", Text, "渠道", "channel"),
    must("receipt", NO, "票据号", "number of the receipt"),
    may("decision_no", NO, "处罚决定书文号", "number of the decision"),
    may("surcharge_fen", Fen, "其中加处罚款(分)", "surcharge in it, in fen"),
    may("ground", Text, "当场收缴事由(行政处罚法第六十八、六十九条)", "ground for collecting on the spot"),
    may("officers", TEAM, "收缴人", "who collected"),
];

/// 复议、诉讼 D32–D33.
#[rustfmt::skip]
const REMEDY_FILED: &[Member] = &[
    e::CASE_NO.optional(),
    may("filed_on", Date, "提起日期", "filed on"),
    may("accepted_on", Date, "受理日期", "accepted on"),
    may("extended_days", Count, "延长天数", "days by which it was extended").unit("d"),
    may("organ", Text, "受理机关", "with which organ"),
    e::DECISION_NO.optional(),
];

#[rustfmt::skip]
const REMEDY_DECIDED: &[Member] = &[
    must("outcome", OUTCOMES, "结果", "the outcome"),
    e::CASE_NO.optional(),
    may("decided_on", Date, "决定日期", "decided on"),
    may("organ", Text, "作出机关", "by which organ"),
    e::DECISION_NO.optional(),
];

/// 申请强制执行 D30.
#[rustfmt::skip]
const ENFORCEMENT: &[Member] = &[
    may("court", Text, "法院", "the court"),
    may("urgent", Bool, "情况紧急", "urgent"),
    e::CASE_NO.optional(),
    e::DECISION_NO.optional(),
    may("result", Text, "结果", "the result"),
    e::AMOUNT_FEN.optional(),
];

#[rustfmt::skip]
const SURCHARGE: &[Member] = &[
    may("from", Date, "起算日期", "from"),
    may("rate_per_mille_day", Count, "每日费率(千分比)", "rate a day, per mille"),
    may("cap_fen", Fen, "上限(分)", "at most, in fen"),
    may("surcharge_fen", Fen, "加处罚款(分)", "surcharge in fen"),
    may("payable_until", Date, "缴款期限", "the fine was payable until"),
    may("reached_on", Date, "达到上限日期", "day on which it reached the fine"),
    e::REASON.optional(),
];

#[rustfmt::skip]
pub(super) const TYPES: &[EventType] = &[
    row("D01", "penalty.clue.registered.v1", "线索登记", "clue registered", Unit, &[
        must("source", SOURCES, "来源", "source"),
        e::FACTS,
        may("clue_hash", HASH, "线索材料摘要", "digest of the clue"),
        ACT_DATE,
        ACT_ENDED_ON,
        may("informant", PERSON, "举报人", "the informant").sealed(Informant),
    ]),
    row("D01", "penalty.clue.verified.v1", "线索核查", "clue verified", Unit, &[
        must("source", SOURCES, "来源", "source"),
        e::FACTS,
        may("result", Text, "核查结果", "the result"),
        e::EVIDENCE_HASH.optional(),
        may("informant", PERSON, "举报人", "the informant").sealed(Informant),
    ]),
    row("D02", "penalty.first_violation.assessed.v1", "首违判定", "first violation assessed", Unit, &[
        must("scope", Object(&[
            may("party", Text, "主体范围", "whose violations count"),
            may("category", Text, "违法类别", "category of violations"),
            may("domain", Text, "执法领域", "domain of enforcement"),
            may("since", Date, "回溯起点", "looking back to"),
            may("units", Text, "单位范围", "whose cases count"),
        ]), "判定范围(P09)", "scope, parameter P09"),
        may("prior_refs", List(&STREAM), "在先案件", "earlier cases"),
        must("result", Word(&["首次", "非首次", "例外"]), "判定", "the result"),
        may("exception_code", Text, "例外类别", "class of exception"),
        may("second_person", OFFICER, "复核人", "second person"),
        may("ground_code", Kind::Name(super::member::Of::Ground), "违法行为代码", "code of the violation"),
        e::REASON,
    ]),
    row("D03", "penalty.rectification.notice.issued.v1", "整改通知书", "rectification notice issued", Party, &[
        e::NOTICE_NO,
        must("requirements", TEXTS, "整改要求", "what is required"),
        must("deadline", Date, "整改期限", "deadline"),
        e::SERVED_AT,
        may("served_how", METHODS, "送达方式", "how it was served"),
        may("ground_code", Kind::Name(super::member::Of::Ground), "违法行为代码", "code of the violation"),
    ]),
    row("D04", "penalty.rectification.deadline.extended.v1", "延长整改期限", "rectification deadline extended", Party, &[
        e::NOTICE_NO.optional(),
        must("new_deadline", Date, "延长后期限", "new deadline"),
        e::REASON,
    ]),
    row("D05", "penalty.rectification.reported.v1", "整改报告", "rectification reported", Party, &[
        e::NOTICE_NO.optional(),
        e::EVIDENCE,
        may("summary", Text, "整改情况", "what was done"),
    ]),
    row("D06", "penalty.rectification.reinspected.v1", "整改复查", "rectification reinspected", Party, &[
        e::NOTICE_NO.optional(),
        must("on", Date, "复查日期", "on"),
        must("result", Word(&["合格", "部分", "不合格"]), "结果", "the result"),
        e::OFFICERS_,
        e::RECORD_HASH.optional(),
    ]),
    row("D07", "penalty.exempted.decided.v1", "不予处罚决定", "penalty exempted", Public, &[
        e::DECISION_NO.optional(),
        e::DECISION_DATE.optional(),
        must("ground", Word(&["33-1轻微", "33-1初次", "33-2无过错", "36时效", "30/31", "57-3", "首违告诫"]), "不予处罚事由", "the ground"),
        must("education", Text, "教育情况", "how the party was educated"),
        e::APPROVER.optional(),
    ]),
    row("D08", "penalty.case.filed.v1", "立案", "case filed", Unit, &[
        e::CASE_NO,
        must("filed_on", Date, "立案日期", "filed on"),
        must("handlers", TEAM, "办案人员(两人以上)", "the handlers, two or more"),
        e::APPROVER,
        e::GROUND_CODE.optional(),
        ACT_DATE,
        ACT_ENDED_ON,
    ]),
    row("D08", "penalty.case.not_filed.v1", "不予立案", "case not filed", Unit, &[
        e::CASE_NO.optional(),
        e::REASON,
        e::APPROVER.optional(),
        e::GROUND_CODE.optional(),
    ]),
    row("D09", "penalty.investigation.step.v1", "调查取证", "investigation step", Unit, &[
        must("kind", Word(&["询问", "勘验", "抽样", "调取", "鉴定", "技术监控"]), "种类", "kind"),
        e::EVIDENCE_HASH,
        may("persons", PEOPLE, "被询问人等", "persons questioned").sealed(Personal),
        may("notes", Text, "记录", "notes").sealed(Internal),
        may("officers", TEAM, "办案人员", "the officers"),
    ]),
    row("D10", "penalty.evidence.preserved.v1", "先行登记保存", "evidence preserved", Unit, &[
        e::NOTICE_NO.optional(),
        must("due", Date, "保存期限(七个工作日)", "to be disposed of by, seven working days"),
        e::LIST_HASH.optional(),
        e::APPROVER.optional(),
    ]),
    row("D10", "penalty.evidence.disposed.v1", "保存证据处理", "preserved evidence disposed", Unit, &[
        may("due", Date, "保存期限", "was to be disposed of by"),
        may("disposal", Text, "处理方式", "how it was disposed of"),
        e::LIST_HASH.optional(),
    ]),
    row("D11", "penalty.recusal.requested.v1", "申请回避", "recusal requested", Unit, &[
        may("officer", OFFICER, "被申请回避人", "whose recusal"),
        e::REASON.optional(),
    ]),
    row("D11", "penalty.recusal.decided.v1", "回避决定", "recusal decided", Unit, &[
        may("officer", OFFICER, "被申请回避人", "whose recusal"),
        may("result", Word(&["回避", "不回避"]), "决定", "the decision"),
        e::REASON.optional(),
        e::APPROVER.optional(),
    ]),
    row("D12", "penalty.investigation.concluded.v1", "调查终结", "investigation concluded", Unit, &[
        must("proposal", Text, "处理建议", "the proposal"),
        e::TIER_ID.optional(),
        may("proposed_fen", Fen, "建议罚款(分)", "fine proposed, in fen"),
        e::REPORT_HASH.optional(),
    ]),
    row("D13", "penalty.legal_review.done.v1", "法制审核", "legal review done", Unit, &[
        must("required_ground", Text, "应审事由(行政处罚法第五十八条)", "why it is required"),
        must("opinion", Text, "审核意见", "the opinion"),
        must("reviewer", OFFICER, "审核人(取得法律职业资格)", "the reviewer, qualified"),
        e::REPORT_HASH.optional(),
    ]),
    row("D14", "penalty.park_notification.sent.v1", "告知园区", "park notified", Supervisor, &NOTIFICATION),
    row("D15", "penalty.authority_notification.sent.v1", "告知主管部门", "authority notified", Supervisor, &NOTIFICATION),
    row("D16", "penalty.prior_notice.served.v1", "处罚事先告知", "prior notice served", Party, &[
        e::NOTICE_NO.optional(),
        must("proposed", PROPOSED, "拟处罚", "the penalty proposed"),
        e::FACTS,
        e::BASIS,
        must("rights", Text, "告知的权利", "the rights told of"),
        must("hearing_right", Bool, "告知听证权利", "told of the right to a hearing"),
        e::SERVED_AT.optional(),
    ]),
    row("D17", "penalty.statement.made.v1", "陈述申辩", "statement made", Party, &[
        may("content", Text, "陈述申辩内容", "what was said"),
        e::RECORD_HASH.optional(),
    ]),
    row("D17", "penalty.statement.waived.v1", "放弃陈述申辩", "statement waived", Party, &[
        may("waived_on", Date, "放弃日期", "waived on"),
        e::RECORD_HASH.optional(),
    ]),
    row("D17", "penalty.statement.reviewed.v1", "陈述申辩复核", "statement reviewed", Party, &[
        may("adopted", Either(&[Text, Bool]), "是否采纳", "whether it was adopted"),
        may("content", Text, "复核意见", "the opinion"),
        e::RECORD_HASH.optional(),
    ]),
    row("D18", "penalty.hearing.requested.v1", "处罚听证申请", "hearing requested", Party, &[
        HEARING[0].optional(), HEARING[1].optional(),
        may("requested_on", Date, "申请日期", "requested on"),
        HEARING[5],
    ]),
    row("D18", "penalty.hearing.notified.v1", "处罚听证通知", "hearing notified", Party, &[
        HEARING[0], HEARING[1], HEARING[2], HEARING[3], e::NOTICE_NO.optional(),
    ]),
    row("D18", "penalty.hearing.held.v1", "举行处罚听证", "hearing held", Party, &[
        HEARING[0], HEARING[1], HEARING[2], HEARING[4],
        may("participants", PEOPLE, "参加人", "who takes part").sealed(Personal),
    ]),
    row("D18", "penalty.hearing.terminated.v1", "处罚听证终止", "hearing terminated", Party, &[
        HEARING[0].optional(), HEARING[1].optional(),
        e::REASON.optional(),
        HEARING[4],
    ]),
    row("D19", "penalty.collective_discussion.held.v1", "集体讨论", "collective discussion held", Unit, &[
        may("members", OFFICERS, "参加人员", "who took part"),
        may("opinions", Text, "讨论意见", "the opinions").sealed(Internal),
        may("meeting_no", NO, "会议编号", "number of the meeting"),
        e::MINUTES_HASH.optional(),
    ]),
    row("D20", "penalty.decision.made.v1", "处罚决定", "penalty decided", Public, &[
        e::DECISION_NO,
        e::DECISION_DATE,
        must("procedure", Word(&["简易", "普通", "听证"]), "程序", "procedure"),
        e::GROUND_CODE,
        e::FACTS,
        e::BASIS,
        e::TIER_ID,
        must("penalties", PENALTIES, "处罚内容", "the penalties"),
        must("range", RANGE, "裁量幅度", "the range of the tier"),
        may("mitigating", EXTENT, "从轻减轻情节", "mitigating circumstances"),
        may("aggravating", EXTENT, "从重情节", "aggravating circumstances"),
        ACT_DATE,
        ACT_ENDED_ON,
        may("informed_on_the_spot", Bool, "已当场告知(简易程序)", "informed on the spot, in the simple procedure"),
        may("legal_review_required", Bool, "须经法制审核", "legal review is required"),
        may("deviation_reason", Text, "偏离裁量基准的理由", "why it departs from the discretion standard"),
        may("correction_ordered", Bool, "已责令改正", "correction was ordered too"),
        must("perform_by", Text, "履行期限", "to be performed by"),
        e::REMEDIES,
        e::APPROVER,
        may("content", Text, "处罚内容(决定书所载)", "the penalties in the decision's own words"),
        may("valid_to", Date, "处罚有效期", "valid to"),
        may("publicity_until", Date, "公示截止期", "published until"),
        e::PARTY_NAMED, e::ORGAN_NAMED, e::SOURCE_NAMED, e::PERSONAL, e::MASKED,
        e::STATED_STATUS, e::REMARKS,
    ]).items("penalties"),
    row("D21", "penalty.case.transferred.v1", "移送", "case transferred", Investigator, &[
        must("to", Text, "受移送机关", "to which organ"),
        may("reported_on", Date, "报告日期", "day on which it was reported for approval"),
        may("reported_at", Moment, "报告时间", "when it was reported for approval"),
        must("approved_at", Moment, "批准时间", "when it was approved"),
        e::SENT_AT,
        must("docs", TEXTS, "移送材料", "what was handed over"),
        e::REASON.optional(),
    ]),
    row("D22", "penalty.case.withdrawn.v1", "撤案", "case withdrawn", Unit, &[
        must("ground", Text, "撤案事由", "the ground"),
        e::RECORD_HASH.optional(),
    ]),
    row("D23", "penalty.document.served.v1", "处罚送达", "document served", Party, &[
        may("doc", NO, "文书", "the document"),
        must("method", METHODS, "送达方式", "how"),
        e::AT,
        e::RECEIPT_HASH.optional(),
    ]),
    row("D24", "penalty.published.v1", "处罚公示", "penalty published", Public, &[
        must("url", URL, "网址", "address on the web"),
        must("from", Date, "公示起始日期", "published from"),
        must("until", Date, "公示截止日期", "published until"),
        may("class", CLASSES, "失信程度", "class"),
        e::DECISION_NO.optional(),
    ]),
    row("D25", "penalty.publicity.withdrawn.v1", "公示撤回", "publicity withdrawn", Public, &[
        e::REASON,
        e::DECISION_NO.optional(),
        may("class", CLASSES, "失信程度", "class"),
        may("url", URL, "网址", "address on the web"),
        may("at", Moment, "撤回时间", "when"),
    ]),
    row("D25", "penalty.publicity.expired.v1", "公示到期", "publicity expired", Public, &[
        e::REASON,
        e::DECISION_NO.optional(),
        may("class", CLASSES, "失信程度", "class"),
        may("until", Date, "公示截止日期", "published until"),
    ]),
    row("D26", "penalty.fine.paid.v1", "罚款缴纳", "fine paid", Party, &FINE),
    row("D26", "penalty.fine.onsite_collected.v1", "当场收缴", "fine collected on the spot", Unit, &FINE),
    row("D26", "penalty.fine.onsite_remitted.v1", "当场收缴上缴", "on-the-spot fine remitted", Unit, &FINE),
    row("D27", "penalty.payment.deferred.v1", "延期分期缴纳", "payment deferred", Unit, &[
        must("schedule", List(&Object(&[
            must("due", Date, "缴纳期限", "due on"),
            must("amount_fen", Fen, "金额(分)", "amount in fen"),
        ])), "缴纳计划", "the schedule"),
        e::REASON.optional(),
        e::APPROVER.optional(),
    ]),
    row("D28", "penalty.surcharge.started.v1", "加处罚款开始", "surcharge started", Party, SURCHARGE),
    row("D28", "penalty.surcharge.stopped.v1", "加处罚款停止", "surcharge stopped", Party, SURCHARGE),
    row("D29", "penalty.demand.served.v1", "催告", "demand served", Party, &[
        may("demand_no", NO, "催告书文号", "number of the demand"),
        e::AMOUNT_FEN.optional(),
        e::SERVED_AT.optional(),
    ]),
    row("D30", "penalty.enforcement.applied.v1", "申请强制执行", "enforcement applied for", Unit, ENFORCEMENT),
    row("D30", "penalty.enforcement.ruled.v1", "强制执行裁定", "enforcement ruled", Unit, ENFORCEMENT),
    row("D30", "penalty.enforcement.executed.v1", "强制执行", "enforcement executed", Unit, ENFORCEMENT),
    row("D31", "penalty.performed.v1", "履行完毕", "performed", Unit, &[
        e::AMOUNT_FEN.optional(),
        e::DECISION_NO.optional(),
        may("performed_on", Date, "履行完毕日期", "performed on"),
    ]),
    row("D32", "penalty.review.filed.v1", "申请复议", "review filed", Unit, REMEDY_FILED),
    row("D32", "penalty.review.decided.v1", "复议决定", "review decided", Unit, REMEDY_DECIDED),
    row("D33", "penalty.litigation.filed.v1", "起诉", "litigation filed", Unit, REMEDY_FILED),
    row("D33", "penalty.litigation.judged.v1", "判决", "litigation judged", Unit, REMEDY_DECIDED),
    row("D34", "penalty.decision.altered.v1", "变更处罚决定", "decision altered", Public, UNDONE),
    row("D34", "penalty.decision.revoked.v1", "撤销处罚决定", "decision revoked", Public, UNDONE),
    row("D34", "penalty.decision.declared_illegal.v1", "确认违法", "decision declared illegal", Public, UNDONE),
    row("D34", "penalty.decision.declared_void.v1", "确认无效", "decision declared void", Public, UNDONE),
    row("D35", "penalty.clock.suspended.v1", "期限中止", "clock suspended", Unit, CLOCK),
    row("D35", "penalty.clock.resumed.v1", "期限恢复", "clock resumed", Unit, CLOCK),
    row("D35", "penalty.clock.extended.v1", "期限延长", "clock extended", Unit, CLOCK),
    row("D36", "penalty.credit.repaired.v1", "信用修复", "credit repaired", Public, &[
        must("decision", Text, "修复决定", "the decision"),
        may("applied_on", Date, "申请日期", "applied on"),
        may("accepted_on", Date, "受理日期", "accepted on"),
        may("fed_back_on", Date, "反馈日期", "fed back on"),
        may("extended_wd", Count, "延长工作日", "working days by which it was extended").unit("wd"),
        e::DECISION_NO.optional(),
        may("decided_on", Date, "决定日期", "decided on"),
        may("evidence", HASHES, "证据摘要", "digests of the evidence"),
    ]),
    row("D37", "penalty.case.closed.v1", "结案", "case closed", Unit, &[
        may("result", Text, "结案结果", "the result"),
        may("closed_on", Date, "结案日期", "closed on"),
        e::ARCHIVE_NO,
    ]),
];
