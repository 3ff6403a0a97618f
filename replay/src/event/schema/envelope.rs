//! The table of the envelope as it is submitted (specification §3.0, design §2).
//! What the ledger sets itself is not here.

use crate::event::member::Kind::{
    Any, Count, Date, Either, Hex, List, Map, Moment, Object, Text, Word,
};
use crate::event::member::{
    CODE, EVENT, FINDING, HASH, ITEM, Kind, Member, NO, OFFICER, PARTY, STREAM, UNIT, VERSION, may,
    must,
};

#[rustfmt::skip]
const ACTOR: Kind = Object(&[
    may("unit", UNIT, "单位", "the unit"),
    may("officer", OFFICER, "人员(假名)", "the officer, pseudonymous"),
    may("role", Text, "岗位", "role"),
    may("post", Text, "职务", "post"),
    may("cert_no", NO, "执法证号", "number of the enforcement certificate"),
    may("on_behalf_of_unit", UNIT, "委托机关", "the organ in whose name it acts"),
    may("party", PARTY, "相对人(由其作出时)", "the party, if it is the one who acts"),
    may("system", CODE, "系统", "the system"),
]);

#[rustfmt::skip]
const DOCS: Kind = List(&Object(&[
    may("doc_type", Text, "文书种类", "type of document"),
    may("doc_no", NO, "文号", "document number"),
    may("doc_date", Date, "文书日期", "date of the document"),
    may("title", Text, "标题", "title"),
    may("hash_blake3", Hex, "BLAKE3 摘要", "BLAKE3-256 digest"),
    may("hash_sm3", Hex, "SM3 摘要", "SM3 digest"),
    may("pages", Count, "页数", "pages"),
    may("mime", CODE, "媒体类型", "media type"),
    may("seal_id", NO, "用章", "the seal"),
    may("storage_ref", Text, "存放处", "where the file is kept"),
    may("secrecy", Text, "保密", "secrecy"),
    may("redacted_variant_hash", HASH, "遮蔽本摘要", "digest of the redacted variant"),
]));

#[rustfmt::skip]
const LINKS: Kind = Either(&[Object(&[
    may("causes", List(&EVENT), "起因事件", "events it follows from"),
    may("corrects", EVENT, "所更正事件", "the event it corrects"),
    may("finding_id", FINDING, "疑点编号", "the finding"),
    may("finding_ids", List(&FINDING), "疑点编号(多项)", "the findings, of several"),
    may("parent_case", STREAM, "上级案件", "the case it belongs to"),
]), List(&Any)]);

/// Every member of a submission.
#[rustfmt::skip]
pub const ENVELOPE: &[Member] = &[
    must("id", EVENT, "事件编号(报送方生成,与来源系统一起防重)", "event id; with the source system the idempotency key"),
    must("stream", STREAM, "事件流(案件或对象)", "the stream: case or entity"),
    must("type", CODE, "事件类型及版本", "event type and version"),
    must("occurred_at", Moment, "发生时间", "when the act happened, as claimed"),
    may("precision", Word(&["minute", "day"]), "时间精度", "how exactly the time is known"),
    may("effective_date", Date, "生效日期(不同于发生日期时)", "legal effect, if on another day"),
    must("source", Object(&[
        must("system", CODE, "来源系统", "the system"),
        may("kind", Word(&["native", "exchange", "import", "paper_backfill", "terminal", "hotline", "timer", "engine"]), "来源种类", "kind of source"),
        may("coverage", Word(&["whole", "excerpt"]), "导入文件是否载有案件全过程(缺省为节录)", "whether the imported file holds whole cases; without it, an excerpt"),
        may("sequence", Count, "报送方连续编号", "the system's own number of the event, without gaps"),
        may("format", CODE, "源格式", "format of the source"),
        may("case", Text, "源案件", "case in the source"),
        may("activity", Text, "源活动", "activity in the source"),
        may("attributes", Map(&Any), "源属性", "attributes of the source"),
        may("case_attributes", Map(&Any), "源案件属性", "attributes of the case in the source"),
    ]), "来源", "where it comes from"),
    may("late_reason", Text, "补录理由", "why it is entered late"),
    may("actor", ACTOR, "行为人", "who acted"),
    may("recorder", ACTOR, "录入人", "who entered it"),
    may("parties", List(&Object(&[
        must("id", PARTY, "相对人(假名)", "the party, pseudonymous"),
        may("capacity", Text, "身份", "capacity"),
    ])), "相关人", "the parties"),
    may("item", Object(&[
        must("code", ITEM, "事项、收费项目或违法行为代码", "code of item, fee or ground; `UNLISTED` accepted"),
        may("name", Text, "名称(未列入时)", "name, if unlisted"),
        may("catalogue_version", VERSION, "目录版本", "version of the catalogue"),
    ]), "事项", "the item concerned"),
    may("basis", List(&Object(&[
        must("law_id", Text, "法律法规", "the law"),
        may("article", Text, "条", "article"),
        may("para", Text, "款", "paragraph"),
        may("item", Text, "项", "item"),
        may("layer", Word(&["L0", "L1", "L2", "L3", "L4"]), "规范层级", "layer of norms"),
        may("issued_on", Date, "制定日期", "issued on"),
        may("doc_no", NO, "文号", "number, of a document"),
        may("rank", Word(&["法律", "行政法规", "地方性法规", "部门规章", "地方政府规章", "规范性文件"]), "效力等级", "rank of the norm"),
    ])), "依据", "legal basis"),
    may("venue", Object(&[
        must("kind", Word(&["main_hall", "sub_hall", "platform", "unit_premises", "on_site", "enterprise", "other"]), "地点种类", "kind of place"),
        may("venue_id", CODE, "地点", "the place"),
        may("window_id", CODE, "窗口", "the window"),
    ]), "地点", "where it took place"),
    may("docs", DOCS, "文书(只报摘要)", "documents, by digest"),
    may("links", LINKS, "关联", "links"),
    may("secrecy", Word(&["none", "工作秘密"]), "保密(国家秘密不得入账)", "secrecy; state secrets must not enter"),
    may("visibility", Word(&["public", "party", "unit", "supervisor", "investigator", "sealed"]), "可见范围", "who may see it"),
    may("body", Map(&Any), "事件自身的成员,见该类型的模式", "the event's own members: see the schema of its type"),
    may("signature", Map(&Any), "报送方签名", "signature of the submitter"),
];
