//! E: major decisions and disclosure 决策与公开 (§3.5).

use super::element as e;
use super::member::Kind::{Bool, Count, Date, Fen, Moment, Text, Word};
use super::member::{
    CODE, HASH, Member, NO, OFFICER, OFFICERS, PARTY, PEOPLE, PERSON, STREAM, TEXTS, UNIT, URL,
    may, must,
};
use super::register::Sensitivity::{Internal, Personal};
use super::register::Visibility::{Investigator, Party, Public, Supervisor, Unit};
use super::register::{EventType, row};

/// 权责清单、裁量基准、办事指南 E10–E12.
#[rustfmt::skip]
const PUBLISHED: &[Member] = &[
    must("version", super::member::VERSION, "版本", "the version"),
    must("url", URL, "网址", "address on the web"),
    e::AT,
    e::FILE_HASH,
    may("unit", UNIT, "单位", "the unit"),
    may("item", super::member::ITEM, "事项", "the item"),
    may("title", Text, "标题", "title"),
];

/// 网上办事 E18.
#[rustfmt::skip]
const ONLINE: &[Member] = &[
    e::ITEM_,
    must("depth", Text, "网办深度", "how far it goes online"),
    e::AT,
    may("system", Text, "系统", "the system"),
    e::REASON.optional(),
];

/// 政策承诺 E19.
#[rustfmt::skip]
const PROMISE: [Member; 6] = [
    must("to_party", PARTY, "承诺对象", "to whom"),
    must("content", Text, "承诺内容", "the content"),
    e::DUE,
    may("amount_fen", Fen, "金额(分)", "amount in fen"),
    may("promise_no", NO, "承诺编号", "number of the promise"),
    may("reason", Text, "理由", "the reason"),
];

#[rustfmt::skip]
pub(super) const TYPES: &[EventType] = &[
    row("E01", "decision.procedure.started.v1", "启动重大行政决策程序", "decision procedure started", Public, &[
        must("matter", Text, "决策事项", "the matter"),
        must("organ", UNIT, "决策机关", "the organ that decides"),
        must("is_major", Bool, "属重大行政决策", "a major decision"),
        may("catalogue_ref", CODE, "决策目录", "entry of the catalogue of decisions"),
    ]),
    row("E02", "decision.public_participation.held.v1", "公众参与", "public participation held", Public, &[
        must("mode", Word(&["座谈会", "听证会", "公开征求意见", "问卷", "走访"]), "方式", "mode"),
        must("from", Date, "起始日期", "from"),
        must("to", Date, "截止日期", "to"),
        must("opinions_count", Count, "收到意见数", "opinions received"),
        must("adoption_report_hash", HASH, "采纳情况报告摘要", "digest of the report on what was adopted"),
    ]),
    row("E03", "decision.expert_argument.held.v1", "专家论证", "expert argument held", Unit, &[
        must("experts", PEOPLE, "专家", "the experts").sealed(Personal),
        must("independent", Bool, "独立", "independent"),
        must("conclusion", Text, "论证结论", "the conclusion"),
        must("signed", Bool, "已签名", "signed"),
        e::REPORT_HASH,
    ]),
    row("E04", "decision.risk.assessed.v1", "风险评估", "risk assessed", Supervisor, &[
        must("level", Word(&["高", "中", "低"]), "风险等级", "level"),
        must("controllable", Bool, "可控", "controllable"),
        must("plan_hash", HASH, "预案摘要", "digest of the plan"),
    ]),
    row("E05", "decision.legality.reviewed.v1", "合法性审查", "legality reviewed", Supervisor, &[
        must("dept", UNIT, "审查机构", "the department"),
        must("received_on", Date, "收到日期", "received on"),
        must("completed_on", Date, "完成日期", "completed on"),
        must("opinion", Word(&["合法", "不合法", "需修改", "提示风险"]), "意见", "the opinion"),
        e::REPORT_HASH,
    ]),
    row("E06", "decision.collective_discussion.held.v1", "集体讨论决定", "collective discussion held", Investigator, &[
        must("meeting_no", NO, "会议编号", "number of the meeting"),
        must("meeting_kind", Word(&["常务会议", "全体会议", "办公会"]), "会议种类", "kind of meeting"),
        must("attendees", OFFICERS, "出席人员", "who attended"),
        may("dissent", Text, "不同意见", "dissent").sealed(Internal),
        must("dissent_recorded", Bool, "不同意见已记录", "dissent is on record").sealed(Internal),
        may("head_spoke_last", Bool, "行政首长最后发言", "the head spoke last"),
        e::MINUTES_HASH,
    ]),
    row("E07", "decision.adopted.v1", "决策作出", "decision adopted", Public, &[
        e::DOC_NO,
        must("adopted_on", Date, "作出日期", "adopted on"),
        e::FILE_HASH.optional(),
    ]),
    row("E08", "decision.published.v1", "决策公布", "decision published", Public, &[
        e::DOC_NO.optional(),
        must("url", URL, "网址", "address on the web"),
        must("channels", TEXTS, "公布渠道", "channels"),
        e::AT,
    ]),
    row("E09", "decision.step.exempted.v1", "步骤豁免", "step exempted", Supervisor, &[
        must("step", Text, "豁免的步骤", "the step"),
        must("ground", Text, "豁免事由", "the ground"),
        e::BY_UNIT,
    ]),
    row("E10", "power_list.published.v1", "权责清单公布", "power list published", Public, PUBLISHED),
    row("E11", "discretion_standard.published.v1", "裁量基准公布", "discretion standard published", Public, PUBLISHED),
    row("E12", "service_guide.published.v1", "办事指南公布", "service guide published", Public, PUBLISHED),
    row("E13", "document.created.v1", "公文形成", "document created", Unit, &[
        e::DOC_NO,
        e::TITLE,
        must("formed_on", Date, "形成日期", "formed on"),
        must("secrecy_level", Word(&["无", "工作秘密"]), "密级(涉密的不得入账)", "secrecy; classified documents must not enter"),
        must("disclosure_attr", Word(&["主动", "依申请", "不予"]), "公开属性", "disclosure"),
        may("ground", Text, "不公开事由", "ground for not disclosing"),
        e::FILE_HASH.optional(),
    ]),
    row("E14", "document.secrecy_reviewed.v1", "保密审查", "secrecy reviewed", Unit, &[
        e::DOC_NO.optional(),
        must("reviewer", OFFICER, "审查人", "the reviewer"),
        must("result", Text, "审查结果", "the result"),
        may("ground", Text, "事由", "the ground"),
    ]),
    row("E15", "document.published.v1", "公文发布", "document published", Public, &[
        must("url", URL, "网址", "address on the web"),
        e::AT,
        e::DOC_NO.optional(),
        e::TITLE.optional(),
        may("case_ref", STREAM, "关联案件", "the case concerned"),
        may("channels", TEXTS, "公布渠道", "channels"),
    ]),
    row("E16", "document.publication.withdrawn.v1", "公文撤下", "publication withdrawn", Public, &[
        e::REASON,
        e::BY_UNIT,
        e::DOC_NO.optional(),
        may("url", URL, "网址", "address on the web"),
        may("at", Moment, "撤下时间", "when"),
    ]),
    row("E17", "disclosure.request.received.v1", "依申请公开收到", "disclosure request received", Party, &[
        must("request_no", NO, "申请编号", "number of the request"),
        must("applicant", PERSON, "申请人", "the applicant").sealed(Personal),
        e::DUE,
        may("subject", Text, "申请内容", "what is asked for"),
        may("extended_wd", Count, "延长工作日", "working days by which it was extended").unit("wd"),
        may("third_party_wd", Count, "征求第三方意见的工作日", "working days of asking third parties").unit("wd"),
    ]),
    row("E17", "disclosure.request.answered.v1", "依申请公开答复", "disclosure request answered", Party, &[
        may("request_no", NO, "申请编号", "number of the request"),
        must("answer_kind", Text, "答复种类(政府信息公开条例第三十六条)", "kind of answer"),
        e::AT,
        may("answer_hash", HASH, "答复书摘要", "digest of the answer"),
        may("extended_wd", Count, "延长工作日", "working days by which it was extended").unit("wd"),
        may("third_party_wd", Count, "征求第三方意见的工作日", "working days of asking third parties").unit("wd"),
    ]),
    row("E18", "online_service.enabled.v1", "网上办事开通", "online service enabled", Public, ONLINE),
    row("E18", "online_service.disabled.v1", "网上办事关闭", "online service disabled", Public, ONLINE),
    row("E19", "policy.promise.recorded.v1", "承诺登记", "promise recorded", Party, &PROMISE),
    row("E19", "policy.promise.fulfilled.v1", "承诺兑现", "promise fulfilled", Party, KEPT),
    row("E19", "policy.promise.broken.v1", "承诺未兑现", "promise broken", Party, KEPT),
];

/// What became of a promise, told in the promise's own stream.
#[rustfmt::skip]
const KEPT: &[Member] = &[
    PROMISE[0].optional(), PROMISE[1].optional(), PROMISE[2].optional(), PROMISE[3], PROMISE[4], PROMISE[5],
    may("at", Moment, "时间", "when"),
];
