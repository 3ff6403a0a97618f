//! H evaluation 考评, W warning 预警, K accountability 问责 (§3.8).

use super::element as e;
use super::member::Kind::{Count, Date, Either, Fen, List, Map, Moment, Object, Text, Word};
use super::member::{
    EVENT, FINDING, HASH, Kind, Member, NO, NUMBER, OFFICER, OFFICERS, PARTY, PERSON, ROWS, RULE,
    TEXTS, TRACE, UNIT, UNITS, URL, VERSION, may, must,
};
use super::register::Sensitivity::{Discipline, Personal};
use super::register::Visibility::{Investigator, Public, Sealed, Supervisor};
use super::register::{EventType, row};

const FINDINGS: Kind = List(&FINDING);
/// A unit or an officer by id.
const SUBJECT: Kind = Kind::Name(super::member::Of::Code);
const SCORES: Kind = Either(&[Map(&NUMBER), ROWS]);

/// 挂点帮扶 H09: one kind of fact each, all about one pairing.
#[rustfmt::skip]
const PAIR: [Member; 5] = [
    must("organ", UNIT, "挂点单位", "the organ"),
    must("enterprise", PARTY, "企业", "the enterprise"),
    must("leader", OFFICER, "主要负责人", "the leader"),
    must("deputy", OFFICER, "分管负责人", "the deputy"),
    must("staff", OFFICERS, "工作人员(2至3名)", "staff, two or three"),
];

/// 限期整改 K03 after it was ordered.
#[rustfmt::skip]
const RECTIFIED: &[Member] = &[
    e::FINDING_ID,
    may("text", Text, "内容", "the text"),
    may("at", Moment, "时间", "when"),
    e::REASON.optional(),
    e::EVIDENCE,
    may("by", UNIT, "作出单位", "by which unit"),
];

/// 纪检案件 K11: a subject is always sealed.
#[rustfmt::skip]
const DISCIPLINE: [Member; 4] = [
    e::CASE_NO,
    must("subject", PERSON, "被立案人", "the subject").sealed(Personal),
    may("at", Moment, "时间", "when"),
    may("result", Text, "结果", "the result"),
];

/// 处分决定之后 K13.
#[rustfmt::skip]
const MEASURE: &[Member] = &[
    may("subject", PERSON, "被处理人", "the subject").sealed(Personal),
    may("ref", EVENT, "所指决定", "the decision"),
    may("at", Moment, "时间", "when"),
    may("result", Text, "结果", "the result"),
    may("kind", Text, "种类", "kind"),
    may("to", Date, "截止日期(不含)", "the day after the last"),
    e::REASON.optional(),
];

#[rustfmt::skip]
const GROUP: [Member; 7] = [
    e::FINDING_ID.optional(),
    e::UNIT_,
    must("members", OFFICERS, "组员", "the members"),
    must("from", Date, "进驻日期(含)", "first day"),
    may("to", Date, "撤离日期(不含)", "the day after the last"),
    may("report_hash", HASH, "报告摘要", "digest of the report"),
    may("finding_ids", FINDINGS, "疑点编号", "the findings"),
];

#[rustfmt::skip]
const ROUND: [Member; 5] = [
    e::YEAR,
    must("no", Count, "轮次", "which round"),
    must("targets", TEXTS, "对象", "whom it asks"),
    must("sample", Count, "样本量", "sample"),
    must("method", Text, "方法", "method"),
];

#[rustfmt::skip]
const APPEAL: &[Member] = &[
    may("card_no", NO, "牌号", "number of the card"),
    e::REASON,
    may("text", Text, "内容", "the text"),
    e::EVIDENCE,
];

#[rustfmt::skip]
pub(super) const TYPES: &[EventType] = &[
    row("H01", "eval.scheme.published.v1", "考评方案公布", "evaluation scheme published", Public, &[
        e::YEAR,
        must("components", List(&Object(&[
            must("id", NO, "组成", "the component"),
            must("weight", NUMBER, "权重", "its weight"),
        ])), "组成与权重", "components and weights"),
        must("groups", ROWS, "分组", "ranking groups"),
        must("version", VERSION, "版本", "the version"),
        e::VALID_FROM.optional(),
    ]),
    row("H02", "survey.round.opened.v1", "问卷开始", "survey round opened", Public, &ROUND),
    row("H02", "survey.round.closed.v1", "问卷结束", "survey round closed", Public, &ROUND),
    row("H03", "survey.result.recorded.v1", "问卷结果", "survey result recorded", Supervisor, &[
        must("round", NO, "轮次", "the round"),
        e::UNIT_,
        must("n", Count, "有效份数", "valid answers"),
        must("scores", SCORES, "各题均分(不存个人答卷)", "mean by question; no individual answers"),
    ]),
    row("H04", "review.held.v1", "民主评议", "democratic review held", Public, &[
        e::YEAR,
        must("date", Date, "日期", "on"),
        must("units", UNITS, "被评议单位", "the units"),
        must("scores", SCORES, "得分", "scores"),
    ]),
    row("H05", "eval.score.computed.v1", "综合得分", "score computed", Supervisor, &[
        e::UNIT_,
        e::PERIOD,
        must("components", SCORES, "各组成得分", "score by component"),
        must("inputs_digest", HASH, "输入摘要", "digest of the inputs"),
        must("scheme_version", VERSION, "方案版本", "version of the scheme"),
        may("score", NUMBER, "综合得分", "the score"),
    ]),
    row("H06", "eval.ranking.published.v1", "排名公布", "ranking published", Public, &[
        must("group", Text, "分组", "the group"),
        must("list", List(&Object(&[
            must("unit", UNIT, "单位", "the unit"),
            must("score", NUMBER, "得分", "its score"),
            must("rank", Count, "名次", "its rank"),
        ])), "排名", "the ranking"),
        must("ties", Text, "并列处理", "how ties are treated"),
        may("period", Kind::Period, "期间", "the period"),
        may("url", URL, "网址", "address on the web"),
    ]),
    row("H07", "eval.objection.filed.v1", "考评异议", "objection filed", Supervisor, &[
        e::UNIT_,
        must("ground", Text, "异议理由", "the ground"),
    ]),
    row("H07", "eval.objection.decided.v1", "考评异议决定", "objection decided", Supervisor, &[
        may("unit", UNIT, "单位", "the unit"),
        e::RESULT,
    ]),
    row("H08", "eval.target.set.v1", "目标管理", "target set", Supervisor, &[
        e::UNIT_,
        e::YEAR,
        must("target", Text, "目标", "the target"),
    ]),
    row("H08", "eval.result.applied.v1", "结果运用", "result applied", Supervisor, &[
        e::UNIT_,
        e::YEAR,
        must("use", Text, "运用方式", "how it was used"),
    ]),
    row("H09", "assist.assigned.v1", "挂点帮扶指派", "assistance assigned", Public, &PAIR),
    row("H09", "assist.visited.v1", "帮扶走访", "assistance visit", Public, &[
        PAIR[0].optional(), PAIR[1].optional(),
        e::AT,
        may("participants", OFFICERS, "参加人员", "who took part"),
    ]),
    row("H09", "assist.problem_raised.v1", "帮扶问题提出", "problem raised", Public, &[
        PAIR[0].optional(), PAIR[1].optional(),
        must("problem", Text, "问题", "the problem"),
        may("problem_no", NO, "问题编号", "number of the problem"),
    ]),
    row("H09", "assist.problem_solved.v1", "帮扶问题解决", "problem solved", Public, &[
        PAIR[0].optional(), PAIR[1].optional(),
        may("problem", Text, "问题", "the problem"),
        may("problem_no", NO, "问题编号", "number of the problem"),
        must("solved_on", Date, "解决日期", "solved on"),
    ]),
    row("H09", "assist.published.v1", "帮扶公示", "assistance published", Public, &[
        PAIR[0].optional(), PAIR[1].optional(),
        may("period", Kind::Period, "期间", "the period"),
        may("url", URL, "网址", "address on the web"),
        may("at", Moment, "时间", "when"),
    ]),
    row("H09", "assist.evaluated.v1", "帮扶考核", "assistance evaluated", Public, &[
        PAIR[0].optional(), PAIR[1].optional(),
        may("period", Kind::Period, "期间", "the period"),
        may("result", Text, "结果", "the result"),
    ]),
    row("H10", "style.stats.reported.v1", "文风会风统计", "style statistics reported", Supervisor, &[
        e::UNIT_,
        must("month", Kind::Period, "月份", "the month"),
        must("meetings", Count, "会议数", "meetings"),
        must("minutes", Count, "会议时长", "length of meetings").unit("min"),
        must("docs", Count, "发文数", "documents issued"),
        must("pages", Count, "发文页数", "pages issued"),
        must("receptions", Count, "接待次数", "receptions"),
    ]),
    row("H11", "honour.granted.v1", "评先评优", "honour granted", Public, &[
        may("unit", UNIT, "单位", "the unit"),
        may("officer", OFFICER, "工作人员", "or the officer"),
        must("title", Text, "称号", "the honour"),
        must("by", Text, "授予机关", "by whom"),
        must("on", Date, "授予日期", "on"),
    ]),
    row("W01", "warning.model.published.v1", "预警模型公布", "warning model published", Public, &[
        must("version", VERSION, "版本", "the version"),
        must("indicators", ROWS, "指标", "the indicators"),
        must("weights", SCORES, "权重", "the weights"),
        must("thresholds", Map(&Kind::Any), "阈值", "the thresholds"),
        e::APPROVER,
        e::VALID_FROM.optional(),
    ]),
    row("W02", "warning.card.issued.v1", "发牌", "warning card issued", Supervisor, &[
        must("card_no", NO, "牌号", "number of the card"),
        must("level", Word(&["提示", "黄", "红"]), "级别", "level"),
        must("rule_id", RULE, "规则", "the rule"),
        must("rule_version", VERSION, "规则版本", "version of the rule"),
        e::CASE_REF,
        must("trace_hash", HASH, "时钟过程摘要", "digest of the trace"),
        may("trace", TRACE, "时钟过程", "trace of the clock"),
        may("clock", Text, "期限", "which clock"),
        may("due", Date, "期限届满日", "due on"),
        must("to_unit", UNIT, "受牌单位", "to which unit"),
        may("to_officer", OFFICER, "受牌人员", "to which officer"),
        may("finding_id", FINDING, "疑点编号", "the finding"),
    ]),
    row("W03", "warning.card.answered.v1", "发牌答复", "warning card answered", Supervisor, &[
        may("card_no", NO, "牌号", "number of the card"),
        e::TEXT,
        e::EVIDENCE,
    ]),
    row("W04", "warning.card.appealed.v1", "发牌申诉", "warning card appealed", Supervisor, APPEAL),
    row("W04", "warning.card.upheld.v1", "发牌维持", "warning card upheld", Supervisor, APPEAL),
    row("W04", "warning.card.revoked.v1", "撤牌", "warning card revoked", Supervisor, APPEAL),
    row("W05", "warning.single.raised.v1", "单项预警", "single warning raised", Supervisor, &[
        must("subject", SUBJECT, "对象(单位或人员)", "unit or officer"),
        must("indicator", NO, "指标", "the indicator"),
        must("value", NUMBER, "数值", "its value"),
        must("threshold", NUMBER, "阈值", "the threshold"),
        e::PERIOD,
        e::DUE,
    ]),
    row("W06", "warning.composite.raised.v1", "综合预警", "composite warning raised", Supervisor, &[
        must("subject", SUBJECT, "对象(单位或人员)", "unit or officer"),
        must("index", NUMBER, "指数", "the index"),
        must("threshold", NUMBER, "阈值", "the threshold"),
        must("contributing", List(&EVENT), "所据预警", "the warnings it rests on"),
        e::DUE,
    ]),
    row("W07", "warning.publicised.v1", "预警公示", "warning publicised", Public, &[
        must("subject", SUBJECT, "对象(单位)", "the unit"),
        e::TEXT,
        must("scope", Text, "范围", "the scope"),
        e::FROM,
        must("to", Date, "截止日期(不含)", "the day after the last"),
        must("redaction_review", OFFICER, "遮蔽审查人", "who reviewed the redaction"),
    ]),
    row("W08", "warning.rectification.submitted.v1", "预警整改", "warning rectification submitted", Supervisor, &[
        e::REF,
        must("by", UNIT, "整改单位", "by which unit"),
        e::AT,
        may("text", Text, "内容", "the text"),
    ]),
    row("W09", "warning.cleared.v1", "预警解除", "warning cleared", Supervisor, &[
        e::REF,
        must("by", UNIT, "解除单位", "by which unit"),
        e::AT,
    ]),
    row("K01", "finding.signalled.v1", "疑点", "finding signalled", Supervisor, &[
        e::FINDING_ID,
        must("rule_id", RULE, "规则", "the rule"),
        must("rule_version", VERSION, "规则版本", "version of the rule"),
        must("result", Text, "结果", "the result"),
        must("subject", SUBJECT, "对象", "the subject"),
        must("evidence_events", List(&EVENT), "证据事件", "the events it rests on"),
        e::CALENDAR_VERSION,
        must("catalogue_version", VERSION, "目录版本", "version of the catalogue"),
        must("as_of", Text, "截至发生时间", "as of"),
        must("as_known_at", Text, "截至知悉时间", "as known at"),
        must("trace_hash", HASH, "计算过程摘要", "digest of the trace"),
        may("severity", Text, "严重程度", "severity"),
    ]),
    row("K02", "finding.verified.v1", "核实认定", "finding verified", Supervisor, &[
        e::FINDING_ID,
        must("decision", Word(&["confirmed", "dismissed", "exempted", "waived"]), "认定", "the determination"),
        must("by", OFFICER, "认定人", "by whom"),
        e::REASON,
        may("second_person", OFFICER, "复核人", "second person"),
        may("rule_id", RULE, "规则", "the rule"),
    ]),
    row("K03", "account.rectification.ordered.v1", "限期整改", "rectification ordered", Supervisor, &[
        e::FINDING_ID,
        must("to", UNIT, "整改单位", "to which unit"),
        must("items", TEXTS, "整改事项", "what is to be put right"),
        e::DUE,
    ]),
    row("K03", "account.rectification.reported.v1", "整改报告", "rectification reported", Supervisor, RECTIFIED),
    row("K03", "account.rectification.accepted.v1", "整改验收", "rectification accepted", Supervisor, RECTIFIED),
    row("K03", "account.rectification.failed.v1", "整改未通过", "rectification failed", Supervisor, RECTIFIED),
    row("K04", "account.circular_criticism.issued.v1", "通报批评", "circular criticism issued", Public, &[
        must("finding_ids", FINDINGS, "疑点编号", "the findings"),
        must("scope", Word(&["全市", "系统", "单位"]), "范围", "the scope"),
        e::DOC_NO,
        e::AT,
        may("to", UNIT, "被通报单位", "whom it criticises"),
    ]),
    row("K05", "account.working_group.stationed.v1", "工作组进驻", "working group stationed", Supervisor, &GROUP),
    row("K05", "account.working_group.left.v1", "工作组撤离", "working group left", Supervisor, &[
        GROUP[0], GROUP[1], GROUP[2].optional(), GROUP[3].optional(), GROUP[4], GROUP[5], GROUP[6],
    ]),
    row("K06", "account.establishment.withdrawn.v1", "收回编制", "establishment withdrawn", Public, &[
        e::UNIT_,
        must("headcount", Count, "收回编制数", "posts withdrawn"),
        e::DOC_NO,
        must("by", UNIT, "编制部门", "by which unit"),
        e::FINDING_ID.optional(),
        may("finding_ids", FINDINGS, "疑点编号", "the findings"),
    ]),
    row("K07", "account.leader.seated_as_chief_rep.v1", "负责人任首席代表", "leader seated as chief representative", Public, &[
        e::UNIT_,
        e::OFFICER_,
        must("post", Word(&["分管负责人", "主要负责人"]), "职务", "the post"),
        e::FROM,
        e::TO,
        e::FINDING_ID.optional(),
        may("finding_ids", FINDINGS, "疑点编号", "the findings"),
    ]),
    row("K08", "account.illegal_fee.determined.v1", "以乱收费论处", "illegal fee determined", Public, &[
        e::FINDING_ID,
        must("amount_fen", Fen, "金额(分)", "amount in fen"),
        must("refund_due", Date, "退还期限", "to be refunded by"),
        may("unit", UNIT, "单位", "the unit"),
    ]),
    row("K09", "account.clue.referred.v1", "移送线索", "clue referred", Sealed, &[
        must("to", Word(&["纪委监委", "公安", "审计", "财政", "市监", "行政执法监督机构"]), "受移送机关", "to which organ"),
        must("finding_ids", FINDINGS, "疑点编号", "the findings"),
        must("summary_hash", HASH, "线索摘要", "digest of the summary").sealed(Discipline),
        e::AT,
    ]),
    row("K10", "account.inquiry.disposed.v1", "线索处置", "inquiry disposed", Sealed, &[
        must("way", Word(&["谈话函询", "初步核实", "暂存待查", "予以了结"]), "处置方式", "how"),
        may("ref", EVENT, "所指线索", "the clue"),
        may("at", Moment, "时间", "when"),
    ]),
    row("K11", "account.case.filed.v1", "纪检立案", "discipline case filed", Sealed, &DISCIPLINE),
    row("K11", "account.case.closed.v1", "纪检结案", "discipline case closed", Sealed, &DISCIPLINE),
    row("K12", "account.measure.decided.v1", "处理处分决定", "measure decided", Sealed, &[
        must("subject", PERSON, "被处理人", "the subject").sealed(Personal),
        must("family", Word(&["谈话类", "效能告诫", "组织处理", "党纪", "政务", "问责", "通报"]), "类别", "family"),
        must("kind", Text, "种类", "kind"),
        e::FROM,
        e::TO,
        e::BASIS,
        must("principal_or_direct", Text, "主要负责人或直接责任人", "principal leader or directly responsible"),
        may("case_no", NO, "案号", "case number"),
        may("finding_ids", FINDINGS, "疑点编号", "the findings"),
    ]),
    row("K13", "account.measure.served.v1", "处分送达", "measure served", Sealed, MEASURE),
    row("K13", "account.measure.executed.v1", "处分执行", "measure executed", Sealed, MEASURE),
    row("K13", "account.measure.reviewed.v1", "处分复审复核", "measure reviewed", Sealed, MEASURE),
    row("K13", "account.measure.changed.v1", "处分变更", "measure changed", Sealed, MEASURE),
    row("K13", "account.measure.lifted.v1", "处分解除", "measure lifted", Sealed, MEASURE),
    row("K14", "account.exoneration.issued.v1", "澄清正名", "exoneration issued", Investigator, &[
        must("subject", PERSON, "当事人", "the subject").sealed(Personal),
        must("scope", Text, "范围", "the scope"),
        e::TEXT,
    ]).in_sealed_log(),
    row("K15", "account.typical_case.exposed.v1", "典型案例曝光", "typical case exposed", Public, &[
        must("finding_ids", FINDINGS, "疑点编号", "the findings"),
        e::TEXT,
        must("channel", Text, "渠道", "channel"),
        must("redaction_review", OFFICER, "遮蔽审查人", "who reviewed the redaction"),
    ]),
    row("K16", "account.supervision_opinion.issued.v1", "监督意见", "supervision opinion issued", Supervisor, &[
        must("kind", Text, "种类", "kind"),
        must("to", UNIT, "受文单位", "to which unit"),
        e::DUE,
        must("text_hash", HASH, "文书摘要", "digest of the text"),
    ]),
    row("K16", "account.supervision_opinion.answered.v1", "监督意见答复", "supervision opinion answered", Supervisor, &[
        may("kind", Text, "种类", "kind"),
        may("to", UNIT, "受文单位", "to which unit"),
        may("text_hash", HASH, "文书摘要", "digest of the text"),
        may("text", Text, "答复", "the answer"),
        may("at", Moment, "时间", "when"),
    ]),
    row("K17", "account.commendation.issued.v1", "先进典型宣传", "commendation issued", Public, &[
        must("subject", SUBJECT, "对象(单位或人员)", "unit or officer"),
        e::TEXT,
    ]),
];
