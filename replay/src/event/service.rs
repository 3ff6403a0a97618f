//! A47–A55: deemed approval, first handler, green channel, free agency service,
//! remedies (§3.1), and what kept a matter from being done in time (§1, R2.2.4f).

use super::element as e;
use super::member::Kind::{Bool, Date, Text, Word};
use super::member::{HASH, HASHES, Member, NO, OFFICER, PARTY, STREAM, TRACE, UNIT, may, must};
use super::register::Visibility::{Party, Public, Supervisor, Unit};
use super::register::{EventType, row};

#[rustfmt::skip]
const DEEMED: &[Member] = &[
    e::BY_UNIT,
    e::REASON.optional(),
    may("doc", NO, "文书", "the document"),
    e::AT.optional(),
];

#[rustfmt::skip]
const FIRST_HANDLER: &[Member] = &[
    must("matter", STREAM, "所办之事", "the matter"),
    e::UNIT_,
    may("from_unit", UNIT, "移出单位", "from which unit"),
    may("officer", OFFICER, "首办责任人", "the officer in charge"),
    e::REASON.optional(),
];

#[rustfmt::skip]
const GREEN_CHANNEL: &[Member] = &[
    must("project", NO, "项目代码", "code of the project"),
    must("basis", Text, "依据", "the basis"),
    may("owner", PARTY, "项目单位", "the owner"),
    e::REASON.optional(),
];

#[rustfmt::skip]
const AGENCY: &[Member] = &[
    must("agent", OFFICER, "代办员", "the agent"),
    must("project", NO, "项目代码", "code of the project"),
    may("free_of_charge", Bool, "无偿", "free of charge"),
    may("step", Text, "进展", "the step"),
];

#[rustfmt::skip]
pub(super) const TYPES: &[EventType] = &[
    row("A47", "approval.timeout.deemed_approved.v1", "超时默认", "timeout deemed approval", Party, &[
        must("clock", Word(&["legal", "promise"]), "超过的期限", "which clock ran out"),
        e::DUE,
        must("trace", TRACE, "时钟过程", "trace of the clock"),
        must("mode", Word(&["detect_only", "propose_then_confirm", "automatic"]), "默认方式(P07)", "mode, parameter P07"),
        e::UNIT_.optional(),
        may("subcase", STREAM, "子件", "the subcase"),
    ]),
    row("A48", "approval.deemed.confirmed.v1", "默认确认", "deemed approval confirmed", Party, DEEMED),
    row("A48", "approval.deemed.objected.v1", "默认异议", "deemed approval objected to", Unit, DEEMED),
    row("A48", "approval.deemed.document_issued.v1", "默认补发文书", "document of deemed approval issued", Public, DEEMED),
    row("A48", "approval.deemed.corrected.v1", "默认后纠正", "deemed approval corrected", Public, DEEMED),
    row("A49", "matter.first_handler.designated.v1", "首办指定", "first handler designated", Unit, FIRST_HANDLER),
    row("A49", "matter.first_handler.transferred.v1", "首办移交", "first handler transferred", Unit, FIRST_HANDLER),
    row("A49", "matter.first_handler.transfer_accepted.v1", "首办移交接受", "transfer accepted", Unit, FIRST_HANDLER),
    row("A50", "green_channel.enrolled.v1", "纳入绿色通道", "enrolled in the green channel", Public, GREEN_CHANNEL),
    row("A50", "green_channel.left.v1", "退出绿色通道", "left the green channel", Public, GREEN_CHANNEL),
    row("A51", "agency_service.assigned.v1", "代办指派", "agency service assigned", Party, AGENCY),
    row("A51", "agency_service.step.v1", "代办进展", "agency service step", Party, AGENCY),
    row("A51", "agency_service.completed.v1", "代办完成", "agency service completed", Party, AGENCY),
    row("A52", "approval.remedy.recorded.v1", "复议诉讼结果", "remedy recorded", Public, &[
        must("kind", Word(&["复议", "诉讼"]), "种类", "kind"),
        e::CASE_NO,
        must("outcome", Word(&["维持", "变更", "撤销", "确认违法", "确认无效", "驳回", "调解"]), "结果", "the outcome"),
        may("decided_on", Date, "决定日期", "decided on"),
    ]),
    row("A53", "approval.overtime.explained.v1", "超时公开说明", "overtime explained", Public, &[
        e::TEXT,
        e::URL_.optional(),
    ]),
    row("A55", "approval.impediment.recorded.v1", "客观障碍登记", "impediment recorded", Party, &[
        must("kind", Word(&["不可抗力", "申请人原因"]), "种类", "kind"),
        e::FACTS,
        must("from", Date, "起始日期", "from"),
        may("to", Date, "终止日期(含)", "to, inclusive"),
        may("evidence", HASHES, "证据摘要", "digests of the evidence"),
    ]),
    row("A55", "approval.impediment.verified.v1", "客观障碍核实", "impediment verified", Supervisor, &[
        e::REF,
        must("result", Word(&["属实", "不属实"]), "结论", "the result"),
        e::REASON,
    ]),
    row("A54", "intermediary.engagement.recorded.v1", "自愿委托中介", "intermediary engaged", Party, &[
        must("intermediary", PARTY, "中介机构", "the intermediary"),
        must("enterprise", PARTY, "委托人", "who engages it"),
        must("voluntary", Bool, "自愿", "of its own free will"),
        must("contract_hash", HASH, "合同摘要", "digest of the contract"),
        e::CASE_REF.optional(),
    ]),
];
