//! C: inspections 涉企检查 and coercive measures 行政强制 (§3.3).

use super::element as e;
use super::member::Kind::{Bool, Count, Date, List, Moment, Object, Text, Word};
use super::member::{
    CODE, GROUND, HASH, Kind, Member, NO, PARTY, PEOPLE, PERSON, TEAM, TEXTS, UNIT, URL, may, must,
};
use super::register::Sensitivity::{Informant, Personal, SensitivePersonal};
use super::register::Visibility::{Party, Public, Supervisor, Unit};
use super::register::{EventType, row};

/// 年度检查计划 C01: the objects are named, or the rule by which they are drawn.
#[rustfmt::skip]
const PLAN: [Member; 9] = [
    may("plan_no", NO, "计划编号", "number of the plan"),
    may("unit", UNIT, "单位", "the unit"),
    e::YEAR,
    must("items", List(&CODE), "检查事项", "inspection items"),
    may("objects", List(&PARTY), "检查对象", "whom"),
    may("sampling", Text, "抽取规则", "or the rule by which they are drawn"),
    may("filed_with", UNIT, "备案机关", "with whom it is filed"),
    may("published_url", URL, "公布网址", "where it is published"),
    may("reason", Text, "调整理由", "why it was adjusted"),
];

/// 备案答复 C03.
#[rustfmt::skip]
const ANSWER: [Member; 5] = [
    e::FILING_NO,
    must("by_unit", UNIT, "答复机关", "by which unit"),
    e::AT,
    may("scope", Text, "同意的范围", "what was consented to"),
    may("reason", Text, "理由", "the reason"),
];

#[rustfmt::skip]
const RESULT: [Member; 7] = [
    e::RESULT,
    may("domain", Text, "领域", "the domain"),
    e::TASK_NO.optional(),
    may("served_at", Moment, "告知时间", "when the enterprise was told"),
    may("result_hash", HASH, "告知书摘要", "digest of the notice"),
    may("published_url", URL, "公示网址", "where it is published"),
    may("at", Moment, "公示时间", "when it was published"),
];

#[rustfmt::skip]
pub(super) const TYPES: &[EventType] = &[
    row("C01", "inspection.plan.published.v1", "年度计划公布", "annual plan published", Public, &PLAN),
    row("C01", "inspection.plan.filed.v1", "年度计划备案", "annual plan filed", Public, &PLAN),
    row("C01", "inspection.plan.adjusted.v1", "年度计划调整", "annual plan adjusted", Public, &PLAN),
    row("C02", "inspection.filing.submitted.v1", "检查备案申请", "inspection filing submitted", Supervisor, &[
        e::FILING_NO,
        must("kind", Word(&["日常", "专项", "个案", "联合", "调研"]), "种类", "kind"),
        must("origin", Word(&["年度计划", "国家部门", "省政府", "市", "投诉举报", "转办交办", "数据监测", "企业申请"]), "来由", "origin"),
        may("origin_doc", NO, "来由文件", "document of the origin"),
        must("enterprises", List(&PARTY), "检查对象", "the enterprises"),
        must("date_from", Date, "起始日期", "from"),
        must("date_to", Date, "截止日期(含)", "to, inclusive"),
        must("item_codes", List(&CODE), "检查事项", "inspection items"),
        must("team", TEAM, "检查人员", "the team"),
        must("purpose", Text, "目的", "the purpose"),
        must("domain", Text, "领域", "the domain"),
        may("filed_after_entry", Bool, "入企后补备", "filed after entry"),
    ]),
    row("C03", "inspection.filing.consented.v1", "备案同意", "filing consented", Supervisor, &[
        ANSWER[0], ANSWER[1], ANSWER[2],
        must("scope", Text, "同意的范围", "what was consented to"),
        ANSWER[4],
    ]),
    row("C03", "inspection.filing.refused.v1", "备案不同意", "filing refused", Supervisor, &ANSWER),
    row("C03", "inspection.filing.returned.v1", "备案退回", "filing returned", Supervisor, &ANSWER),
    row("C03", "inspection.filing.withdrawn.v1", "备案撤回", "filing withdrawn", Supervisor, &[
        ANSWER[0], ANSWER[1].optional(), ANSWER[2], ANSWER[4],
    ]),
    row("C04", "inspection.task.approved.v1", "检查审批", "inspection task approved", Unit, &[
        e::TASK_NO,
        e::BASIS,
        e::APPROVER,
        e::FILING_NO.optional(),
        may("annual_count_for_enterprise", Count, "本年度对该企业第几次", "which inspection of the enterprise in the year"),
    ]),
    row("C05", "inspection.notice.served.v1", "检查通知书", "inspection notice served", Party, &[
        e::NOTICE_NO,
        e::SERVED_AT,
        may("waived_reason", Text, "免于事先通知的理由(随机、突击)", "why no notice was given before"),
        e::TASK_NO.optional(),
    ]),
    row("C06", "inspection.entry.started.v1", "入企", "entry started", Party, &[
        may("kind", Word(&["检查", "调研"]), "种类", "kind"),
        e::TASK_NO.optional(),
        e::FILING_NO.optional(),
        must("enterprise", PARTY, "企业", "the enterprise"),
        must("officers", TEAM, "检查人员", "the officers"),
        may("helpers", PEOPLE, "协助人员", "who helps").sealed(Personal),
        may("scan_code", NO, "扫码记录", "code scanned"),
        may("geo", Text, "定位(可能是住所)", "position, which may be a home").sealed(SensitivePersonal),
        may("exempt_claim", Object(&[
            must("domain", Text, "豁免领域", "the exempt domain"),
            must("basis", Text, "依据", "the basis"),
        ]), "豁免主张", "claim that no filing is needed"),
    ]),
    row("C07", "inspection.entry.ended.v1", "离企", "entry ended", Party, &[
        e::AT,
        may("disruption", Text, "对生产的影响(停产要求等)", "disruption of production"),
        may("minutes_on_site", Count, "在企时长", "minutes on site").unit("min"),
        e::TASK_NO.optional(),
    ]),
    row("C08", "inspection.record.signed.v1", "现场检查笔录", "inspection record signed", Party, &[
        e::RECORD_HASH,
        may("signed_by", PERSON, "签字人", "who signed").sealed(Personal),
        may("refused", Bool, "拒签", "signing was refused"),
        may("pages", Count, "页数", "pages"),
        may("domain", Text, "领域", "the domain"),
        e::TASK_NO.optional(),
    ]),
    row("C09", "inspection.sampling.taken.v1", "抽样", "sampling taken", Party, &[
        may("samples", List(&Object(&[
            must("name", Text, "样品", "the sample"),
            may("quantity", Count, "数量", "quantity"),
            may("seal_no", NO, "封签号", "number of the seal"),
        ])), "样品", "the samples"),
        e::TASK_NO.optional(),
    ]),
    row("C10", "inspection.issue.found.v1", "发现问题", "issue found", Party, &[
        must("issue_no", NO, "问题编号", "number of the issue"),
        may("ground_code", GROUND, "违法行为代码", "code of the violation"),
        e::FACTS,
        must("severity", Text, "严重程度", "severity"),
        may("exempt_class", Word(&["假冒伪劣", "生命财产安全", "其他重大"]), "首违例外", "class exempt from the first warning"),
    ]),
    row("C11", "inspection.result.notified.v1", "检查结果告知", "result notified", Party, &RESULT),
    row("C11", "inspection.result.published.v1", "检查结果公示", "result published", Public, &RESULT),
    row("C12", "inspection.enterprise.refused.v1", "企业拒绝检查", "enterprise refused", Supervisor, &[
        e::REASON,
        e::TASK_NO.optional(),
    ]),
    row("C13", "inspection.enterprise.feedback.v1", "企业评价", "enterprise feedback", Supervisor, &[
        must("grade", Text, "评价", "the grade"),
        may("comments", Text, "意见", "comments").sealed(Informant),
        e::TASK_NO.optional(),
    ]),
    row("C14", "inspection.reinspection.done.v1", "检查复查", "reinspection done", Party, &[
        must("on", Date, "复查日期", "on"),
        must("result", Word(&["合格", "部分", "不合格"]), "结果", "the result"),
        e::OFFICERS_,
        e::RECORD_HASH.optional(),
        e::NOTICE_NO.optional(),
        e::TASK_NO.optional(),
    ]),
    row("C20", "coercion.approved.v1", "强制措施批准", "coercive measure approved", Unit, &[
        must("kind", MEASURES, "种类", "kind"),
        e::BASIS,
        e::APPROVER,
        may("urgent", Bool, "情况紧急", "urgent"),
    ]),
    row("C21", "coercion.imposed.v1", "实施强制措施", "coercive measure imposed", Party, &[
        e::DECISION_NO,
        may("kind", MEASURES, "种类", "kind"),
        must("object_kind", Word(&["住所", "车辆", "证照", "财务账册", "银行存款", "其他"]), "标的", "object"),
        e::LIST_HASH,
        e::OFFICERS_,
        must("party_present", Bool, "当事人到场", "the party was present"),
        must("term_days", Count, "期限", "term").unit("d"),
        may("testing_days", Count, "检测检验期间", "days of testing, which do not count").unit("d"),
        e::FROM,
        may("account", Text, "账户", "the account").sealed(SensitivePersonal),
        may("address", Text, "住所", "the address").sealed(SensitivePersonal),
    ]),
    row("C22", "coercion.extended.v1", "强制措施延长", "coercive measure extended", Party, &[
        e::DECISION_NO.optional(),
        e::REASON,
        must("new_due", Date, "延长后届满日", "now due on"),
        e::APPROVER.optional(),
    ]),
    row("C23", "coercion.lifted.v1", "强制措施解除", "coercive measure lifted", Party, RELEASE),
    row("C24", "coercion.disposed.v1", "强制措施处理", "coercive measure disposed", Party, RELEASE),
];

#[rustfmt::skip]
const MEASURES: Kind = Word(&["查封场所设施财物", "扣押财物", "冻结存款汇款", "先行登记保存", "其他"]);

/// C23 and C24: why it ended, and what was returned.
#[rustfmt::skip]
const RELEASE: &[Member] = &[
    e::DECISION_NO.optional(),
    e::REASON,
    may("disposal", Text, "处理方式", "how it was disposed of"),
    may("returned_list", Kind::Either(&[Text, TEXTS]), "退还清单", "what was returned, or its digest"),
];
