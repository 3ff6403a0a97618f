//! Members that many event types share 共用数据元: one meaning, one name, one kind.
//!
//! A type takes them as they are or `optional()`. A name that means another thing
//! elsewhere (`to`, `items`) is not here but in the rows of its types.

use super::member::Kind::{Bool, Count, Date, Fen, Map, Moment, Object, Period, Text};
use super::member::{
    BASIS_DOC, EVENT, FINDING, GROUND, HASH, HASHES, ITEM, Kind, Member, NO, OFFICER, STREAM, TEAM,
    TEXTS, TIER, UNIT, URL, VERSION, WINDOW, may, must,
};
use super::register::Sensitivity::SensitivePersonal;

/// An organ by name and credit code, where no unit id is known.
#[rustfmt::skip]
const ORGAN: Kind = Object(&[
    may("name", Text, "名称", "name"),
    may("uscc", NO, "统一社会信用代码", "unified social credit code"),
]);

#[rustfmt::skip]
mod rows {
    use super::*;

    // Documents and numbers.
    pub(in crate::event) const NOTICE_NO: Member = must("notice_no", NO, "通知书文号", "number of the notice");
    pub(in crate::event) const DECISION_NO: Member = must("decision_no", NO, "决定书文号", "number of the decision");
    pub(in crate::event) const DECISION_DATE: Member = must("decision_date", Date, "决定日期", "date of the decision");
    pub(in crate::event) const DOC_NO: Member = must("doc_no", NO, "文号", "document number");
    pub(in crate::event) const CASE_NO: Member = must("case_no", NO, "案号", "case number");
    pub(in crate::event) const TASK_NO: Member = must("task_no", NO, "检查任务编号", "number of the inspection task");
    pub(in crate::event) const FILING_NO: Member = must("filing_no", NO, "备案编号", "number of the filing");
    pub(in crate::event) const CERT_NO: Member = must("cert_no", NO, "证照编号", "number of the certificate");
    pub(in crate::event) const ARCHIVE_NO: Member = may("archive_no", NO, "档号", "archive number");
    pub(in crate::event) const URL_: Member = must("url", URL, "网址", "address on the web");
    pub(in crate::event) const TITLE: Member = must("title", Text, "标题", "title");
    pub(in crate::event) const CASE_REF: Member = must("case_ref", STREAM, "关联案件", "the case concerned");
    pub(in crate::event) const REF: Member = must("ref", EVENT, "所指事件", "the event referred to");
    pub(in crate::event) const FINDING_ID: Member = must("finding_id", FINDING, "疑点编号", "the finding");

    // Digests of what is kept elsewhere.
    pub(in crate::event) const RECORD_HASH: Member = must("record_hash", HASH, "记录摘要", "digest of the record");
    pub(in crate::event) const MINUTES_HASH: Member = must("minutes_hash", HASH, "会议记录摘要", "digest of the minutes");
    pub(in crate::event) const REPORT_HASH: Member = must("report_hash", HASH, "报告摘要", "digest of the report");
    pub(in crate::event) const EVIDENCE_HASH: Member = must("evidence_hash", HASH, "证据摘要", "digest of the evidence");
    pub(in crate::event) const RECEIPT_HASH: Member = must("receipt_hash", HASH, "回证摘要", "digest of the proof of service");
    pub(in crate::event) const FILE_HASH: Member = must("file_hash", HASH, "文件摘要", "digest of the file");
    pub(in crate::event) const LIST_HASH: Member = must("list_hash", HASH, "清单摘要", "digest of the list");
    pub(in crate::event) const EVIDENCE: Member = may("evidence", HASHES, "证据摘要", "digests of the evidence");

    // When.
    pub(in crate::event) const AT: Member = must("at", Moment, "时间", "when");
    pub(in crate::event) const SERVED_AT: Member = must("served_at", Moment, "送达时间", "when it was served");
    pub(in crate::event) const SENT_AT: Member = must("sent_at", Moment, "发出时间", "when it was sent");
    pub(in crate::event) const PUBLISHED_ON: Member = may("published_on", Date, "公布日期", "published on");
    pub(in crate::event) const PERIOD: Member = must("period", Period, "期间", "the period");
    pub(in crate::event) const YEAR: Member = must("year", Count, "年度", "the year");
    pub(in crate::event) const FROM: Member = must("from", Date, "起始日期(含)", "first day");
    pub(in crate::event) const TO: Member = may("to", Date, "截止日期(不含)", "the day after the last");
    pub(in crate::event) const VALID_FROM: Member = must("valid_from", Date, "生效日期(含)", "valid from, inclusive");
    pub(in crate::event) const VALID_TO: Member = may("valid_to", Date, "失效日期(不含)", "valid to, exclusive; open if absent");
    pub(in crate::event) const DUE: Member = must("due", Date, "期限届满日", "due on");

    // Who.
    pub(in crate::event) const APPROVER: Member = must("approver", OFFICER, "批准人", "who approved");
    pub(in crate::event) const OFFICER_: Member = must("officer", OFFICER, "工作人员", "the officer");
    pub(in crate::event) const OFFICERS_: Member = must("officers", TEAM, "经办人员(两人以上)", "the officers, two or more");
    pub(in crate::event) const UNIT_: Member = must("unit", UNIT, "单位", "the unit");
    pub(in crate::event) const BY_UNIT: Member = must("by", UNIT, "作出单位", "by which unit");
    pub(in crate::event) const BY_OFFICER: Member = must("by", OFFICER, "作出人", "by whom");
    pub(in crate::event) const WINDOW_: Member = must("window", WINDOW, "窗口", "the window");
    pub(in crate::event) const ITEM_: Member = must("item", ITEM, "事项", "the item");

    // What and why.
    pub(in crate::event) const REASON: Member = must("reason", Text, "理由", "the reason");
    pub(in crate::event) const EXPLANATION: Member = must("explanation", Text, "说明", "the explanation");
    pub(in crate::event) const REMEDIES: Member = must("remedies", Text, "救济途径和期限", "remedies and their terms");
    pub(in crate::event) const FACTS: Member = must("facts", Text, "事实", "the facts");
    pub(in crate::event) const BASIS: Member = must("basis", Text, "依据", "the legal basis");
    pub(in crate::event) const RESULT: Member = must("result", Text, "结果", "the result");
    pub(in crate::event) const GROUND_CODE: Member = must("ground_code", GROUND, "违法行为代码", "code of the violation");
    pub(in crate::event) const TIER_ID: Member = must("tier_id", TIER, "裁量档次", "tier of the discretion standard");
    pub(in crate::event) const CATALOGUE_VERSION: Member = may("catalogue_version", VERSION, "目录版本", "version of the catalogue");
    pub(in crate::event) const CALENDAR_VERSION: Member = must("calendar_version", VERSION, "日历版本", "version of the calendar");
    pub(in crate::event) const TEXT: Member = must("text", Text, "内容", "the text");

    // A decision as another system published it (双公示, specification §4.6): for history
    // whose parties and organs this ledger has no master data of.
    pub(in crate::event) const PARTY_NAMED: Member = may("party_named", Object(&[
        may("name", Text, "名称(仅组织)", "name, of organisations only"),
        may("kind", Text, "相对人类别", "kind of party"),
        may("uscc", NO, "统一社会信用代码", "unified social credit code"),
        may("registration_no", NO, "工商注册号", "registration number"),
        may("org_code", NO, "组织机构代码", "organisation code"),
        may("tax_no", NO, "税务登记号", "tax number"),
        may("institution_no", NO, "事业单位证书号", "certificate number of an institution"),
        may("association_no", NO, "社会组织登记证号", "certificate number of an association"),
    ]), "文书所载相对人", "the party as the document names it");
    pub(in crate::event) const ORGAN_NAMED: Member = may("organ_named", ORGAN, "文书所载机关", "the organ as the document names it");
    pub(in crate::event) const SOURCE_NAMED: Member = may("source_named", ORGAN, "数据来源单位", "the unit that the data come from");
    pub(in crate::event) const PERSONAL: Member = may("personal", Map(&Text), "个人信息(按原列)", "personal columns as written").sealed(SensitivePersonal);
    pub(in crate::event) const MASKED: Member = may("masked", TEXTS, "已遮蔽姓名或证件号码的列", "columns in which a name or number was masked");
    pub(in crate::event) const STATED_STATUS: Member = may("stated_status", Text, "源文件所载状态", "state as the source gives it");
    pub(in crate::event) const REMARKS: Member = may("remarks", Text, "备注", "remarks");

    // Money.
    pub(in crate::event) const AMOUNT_FEN: Member = must("amount_fen", Fen, "金额(分)", "amount in fen");

    // Master data (specification §2.0).
    pub(in crate::event) const BASIS_DOC_: Member = must("basis_doc", BASIS_DOC, "依据文件", "the document it rests on");
    pub(in crate::event) const RETROACTIVE: Member = must("retroactive", Bool, "是否追溯", "valid before it was recorded");
}
pub(super) use rows::*;
