//! The vocabulary of the tables: what a member of a body is, once and in one row.
//!
//! From these rows come the check of a body, the published JSON Schema, the
//! example and what is sealed. What this file does not know: any event type.

use super::register::Sensitivity;

/// Longest free text, in characters (specification §3.0).
pub const TEXT_CHARS_MAX: usize = 4000;
/// Longest name, number or code, in characters.
pub const NAME_CHARS_MAX: usize = 256;

/// What stands in a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Free text, 1 to [`TEXT_CHARS_MAX`] characters.
    Text,
    /// What names or numbers something, 1 to [`NAME_CHARS_MAX`] characters, kept
    /// as written. `UNLISTED` and codes that no register knows are accepted.
    Name(Of),
    /// One of these words, or `其他:` (`other:`) and the submitter's own.
    Word(&'static [&'static str]),
    /// Civil date `YYYY-MM-DD`.
    Date,
    /// RFC 3339 with an offset.
    Moment,
    /// `2026`, `2026-Q1`, `2026-H1`, `2026-03`, `2026-03-05` or `2026-03-01/2026-03-07`.
    Period,
    /// Integer fen of CNY; may be negative.
    Fen,
    /// An integer from 0.
    Count,
    Int,
    /// Decimal text such as `98.50`: entries hold no floating point.
    Decimal,
    Bool,
    /// 64 lower-case hexadecimal digits.
    Hex,
    List(&'static Kind),
    /// An object with these members.
    Object(&'static [Member]),
    /// An object whose member names are the submitter's own.
    Map(&'static Kind),
    /// Any of these; no two have the same JSON type.
    Either(&'static [Kind]),
    /// Whatever the value is; only for values of many types (a parameter).
    Any,
}

/// What a [`Kind::Name`] names. References are by id, never by a person's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// Number of a document or a register, 〔2026〕 and all.
    No,
    /// Code of a code list.
    Code,
    /// 单位 `unit/990100-xzsp`
    Unit,
    /// 工作人员, pseudonymous: `officer/990100-0012`
    Officer,
    /// 相对人, pseudonymous: `party/e-000123`
    Party,
    /// 事项 by its item code
    Item,
    /// 收费项目
    FeeItem,
    /// 违法行为 (处罚事项)
    Ground,
    /// 裁量档次
    Tier,
    /// 窗口
    Window,
    /// 大厅
    Hall,
    /// Region by GB/T 2260, six digits as text
    Region,
    /// Another stream (case or entity)
    Stream,
    /// Another event by its id
    Event,
    /// A finding by its id
    Finding,
    /// A rule such as `R2.5.1`
    Rule,
    /// A version of a catalogue, standard, calendar, rule set, scheme
    Version,
    /// An address on the web
    Url,
}

/// One member of a body, or of an object in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    pub name: &'static str,
    pub kind: Kind,
    /// Its absence is a departure. Never a reason to refuse the fact.
    pub required: bool,
    pub zh: &'static str,
    pub en: &'static str,
    /// Set for members of a body only: the whole member is sealed, never a part.
    pub sensitivity: Option<Sensitivity>,
    /// What an integer counts, where the kind does not say it (`wd` working days).
    pub unit: Option<&'static str>,
}

/// A member that belongs to a complete fact.
pub(super) const fn must(
    name: &'static str,
    kind: Kind,
    zh: &'static str,
    en: &'static str,
) -> Member {
    Member { name, kind, required: true, zh, en, sensitivity: None, unit: None }
}

/// A member that may be left out.
pub(super) const fn may(
    name: &'static str,
    kind: Kind,
    zh: &'static str,
    en: &'static str,
) -> Member {
    Member { name, kind, required: false, zh, en, sensitivity: None, unit: None }
}

impl Member {
    /// Confidential: its digest alone stands in the log.
    pub(super) const fn sealed(self, why: Sensitivity) -> Member {
        Member { sensitivity: Some(why), ..self }
    }

    /// The same member where it may be left out.
    pub(super) const fn optional(self) -> Member {
        Member { required: false, ..self }
    }

    /// `wd` working days, `d` natural days, `h` hours, `min`, `ms`, `month`, `year`,
    /// `bp` basis points.
    pub(super) const fn unit(self, unit: &'static str) -> Member {
        Member { unit: Some(unit), ..self }
    }
}

pub(super) const NO: Kind = Kind::Name(Of::No);
pub(super) const CODE: Kind = Kind::Name(Of::Code);
pub(super) const UNIT: Kind = Kind::Name(Of::Unit);
pub(super) const OFFICER: Kind = Kind::Name(Of::Officer);
pub(super) const PARTY: Kind = Kind::Name(Of::Party);
pub(super) const ITEM: Kind = Kind::Name(Of::Item);
pub(super) const FEE_ITEM: Kind = Kind::Name(Of::FeeItem);
pub(super) const GROUND: Kind = Kind::Name(Of::Ground);
pub(super) const TIER: Kind = Kind::Name(Of::Tier);
pub(super) const WINDOW: Kind = Kind::Name(Of::Window);
pub(super) const HALL: Kind = Kind::Name(Of::Hall);
pub(super) const REGION: Kind = Kind::Name(Of::Region);
pub(super) const STREAM: Kind = Kind::Name(Of::Stream);
pub(super) const EVENT: Kind = Kind::Name(Of::Event);
pub(super) const FINDING: Kind = Kind::Name(Of::Finding);
pub(super) const RULE: Kind = Kind::Name(Of::Rule);
pub(super) const VERSION: Kind = Kind::Name(Of::Version);
pub(super) const URL: Kind = Kind::Name(Of::Url);

pub(super) const UNITS: Kind = Kind::List(&UNIT);
pub(super) const OFFICERS: Kind = Kind::List(&OFFICER);
pub(super) const ITEMS: Kind = Kind::List(&ITEM);
pub(super) const TEXTS: Kind = Kind::List(&Kind::Text);
pub(super) const DATES: Kind = Kind::List(&Kind::Date);
/// A number with decimals that must add up: an integer or decimal text.
pub(super) const NUMBER: Kind = Kind::Either(&[Kind::Int, Kind::Decimal]);

/// Digest of something kept elsewhere: BLAKE3 as text, or both digests by name.
pub(super) const HASH: Kind = Kind::Either(&[
    Kind::Hex,
    Kind::Object(&[
        may("blake3", Kind::Hex, "BLAKE3 摘要", "BLAKE3-256 digest"),
        may("sm3", Kind::Hex, "SM3 摘要", "SM3 digest"),
    ]),
]);
pub(super) const HASHES: Kind = Kind::List(&HASH);

/// 执法人员: ids, or ids with the certificate and whether it was shown.
pub(super) const TEAM: Kind = Kind::List(&Kind::Either(&[
    OFFICER,
    Kind::Object(&[
        must("officer_id", OFFICER, "人员", "the officer"),
        may("cert_no", Kind::Name(Of::No), "执法证号", "number of the certificate"),
        may("shown", Kind::Bool, "已出示", "it was shown"),
        may("role", Kind::Text, "岗位", "role"),
    ]),
]));

/// A person or an organisation by name; always in a sealed member.
pub(super) const PERSON: Kind = Kind::Either(&[
    Kind::Object(&[
        may("name", Kind::Text, "姓名或名称", "name"),
        may("id_no", Kind::Name(Of::No), "身份证件号码", "identity document number"),
        may("phone", Kind::Name(Of::No), "电话", "telephone"),
        may("address", Kind::Text, "住址", "address"),
        may("uscc", Kind::Name(Of::No), "统一社会信用代码", "unified social credit code"),
        may("category", Kind::Text, "相对人类别", "category"),
        may("legal_representative", Kind::Text, "法定代表人", "legal representative"),
        may("role", Kind::Text, "岗位", "role"),
        may("capacity", Kind::Text, "身份", "capacity"),
    ]),
    Kind::Text,
]);
pub(super) const PEOPLE: Kind = Kind::List(&PERSON);

/// 依据文件 (specification §2.0).
pub(super) const BASIS_DOC: Kind = Kind::Object(&[
    may("title", Kind::Text, "标题", "title"),
    may("doc_no", Kind::Name(Of::No), "文号", "document number"),
    may("issuer", Kind::Text, "发文机关", "issuer"),
    may("issued_on", Kind::Date, "发文日期", "issued on"),
    may("published_on", Kind::Date, "公布日期", "published on"),
    may("url", Kind::Name(Of::Url), "网址", "address"),
    may("file_hash", HASH, "文件摘要", "digest of the file"),
]);

/// 期限: a number of working days, natural days, hours, months or years.
pub(super) const LIMIT: Kind = Kind::Object(&[
    must("n", Kind::Count, "数", "number"),
    must("unit", Kind::Word(&["工作日", "自然日", "小时", "月", "年"]), "单位", "unit"),
]);

/// 法律依据 of master data: law, article, rank.
pub(super) const LAWS: Kind = Kind::List(&Kind::Object(&[
    must("law", Kind::Text, "法律法规名称", "law"),
    may("article", Kind::Text, "条", "article"),
    may("para", Kind::Text, "款", "paragraph"),
    may("item", Kind::Text, "项", "item"),
    may("rank", Kind::Text, "效力位阶", "rank"),
]));

/// 时钟过程 (§3.12): the evidence of a term, day by day or as the engine writes it.
pub(super) const TRACE: Kind =
    Kind::Either(&[Kind::List(&Kind::Any), Kind::Map(&Kind::Any), Kind::Text]);

/// 调用清单、差异等: rows whose members are the submitter's own.
pub(super) const ROWS: Kind = Kind::List(&Kind::Any);
