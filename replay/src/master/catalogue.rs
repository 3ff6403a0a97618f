//! MD01–MD03, MD20: the catalogue of items 事项目录, the batches that handed items
//! down or cancelled them, what the counties took over, and promised limits.

use super::column::{Any, Date, Flag, Int, Key, List, Text, part, row};
use super::table::Verb;

part! {
    /// 期限: so many of a unit, 工作日 or 自然日.
    Limit {
        n: Int,
        unit: Text,
    }
}

part! {
    /// 法律依据
    LegalBasis {
        law: Text,
        article: Text,
        /// 法律、行政法规、…
        rank: Text,
    }
}

part! {
    /// 申请材料
    Material {
        name: Text,
        form: Text,
        copies: Int,
        source: Text,
        shared: Flag,
    }
}

part! {
    /// 审批环节, with its own working days.
    Stage {
        name: Text,
        role: Text,
        wd: Int,
        /// Done outside the hall by leave of the catalogue (后台环节).
        back_office: Flag,
    }
}

row! {
    /// MD01 事项目录: an item as one unit exercises it.
    Item, "item" by item_code,
    needs [item_kind, subject_unit, exercise_level, disposition] {
        /// 实施编码 (31 characters) or a local code.
        item_code: Key,
        /// 基本编码 (12 characters).
        base_code: Text,
        business_code: Text,
        name: Text,
        /// 行政许可, 行政处罚, …, 非行政许可审批 (historic).
        item_kind: Text,
        subject_unit: Text,
        /// 国家, 省, 市, 县, 乡, 村.
        exercise_level: Text,
        /// retained, delegated, entrusted, cancelled, merged, moved.
        disposition: Text,
        batch: Text,
        predecessor_item: Text,
        successor_item: Text,
        legal_basis: List<LegalBasis>,
        conditions: Any,
        materials: List<Material>,
        stages: List<Stage>,
        legal_limit: Option<Limit>,
        promised_limit: Option<Limit>,
        /// 即办件, 承诺件.
        handling_type: Text,
        special_procedures: List<Box<str>>,
        fee_items: List<Box<str>>,
        quantity_limit: Any,
        in_hall_required: Flag,
        in_hall_fee_required: Flag,
        online_since: Date,
        online_depth: Text,
        /// 可适用超时默认.
        default_eligible: Flag,
        default_reason: Text,
        /// Why it was not handed down.
        exempt_domain: Text,
        /// The law by which only the city's organ may exercise it (不得下放).
        legal_bar: Any,
        result_document: Text,
        result_validity: Any,
        guide_url: Text,
        secrecy: Text,
        /// In whose name an entrusted item is decided.
        on_behalf_of_unit: Text,
        catalogue_version: Text,
        published_on: Date,
        basis_doc: Any,
    }
    with {
        /// The exercising unit and the base code.
        fn others(&self) -> Vec<&str> {
            [self.subject_unit.as_deref(), self.base()].into_iter().flatten().collect()
        }
    }
}

impl Item {
    /// 基本编码: as the row says, else the last twelve of a 31-character code.
    pub fn base(&self) -> Option<&str> {
        self.base_code.as_deref().or_else(|| base_of(&self.item_code))
    }
}

/// The base code inside an implementing code: credit code (18), level (1), base (12).
pub fn base_of(item_code: &str) -> Option<&str> {
    (item_code.len() == 31).then(|| item_code.get(19..)).flatten()
}

part! {
    /// One item of a batch.
    BatchItem {
        base_code: Text,
        item_code: Text,
        name: Text,
        from_unit: Text,
        to_unit: Text,
        /// Whoever it went to, in words: 各县(区).
        to: Text,
        effective_on: Date,
        /// 过渡期案件.
        transitional_cases: Text,
    }
}

row! {
    /// MD02 下放/委托/取消清单, as declared (M45).
    Batch, "batch" by batch_id, needs [kind, expected_count, rows] {
        batch_id: Key,
        /// 下放, 委托, 取消.
        kind: Text,
        /// 54, 9, 79.
        expected_count: Int,
        addressee_regions: List<Box<str>>,
        rows: List<BatchItem>,
        entrusting_unit: Text,
        entrusted_unit: Text,
        announcement_doc: Any,
        basis_doc: Any,
        term: Any,
    }
    with {
        const EVENTS: &'static [(&'static str, Verb)] = &[("md.batch.declared", Verb::Registered)];

        /// The base and item codes of its rows.
        fn others(&self) -> Vec<&str> {
            let rows = self.rows.iter().flatten();
            rows.flat_map(|row| [row.base_code.as_deref(), row.item_code.as_deref()])
                .flatten()
                .collect()
        }
    }
}

row! {
    /// MD02, a row of a batch that is recorded by itself.
    BatchRow, "batch_row" by batch_id, needs [effective_on] {
        batch_id: Key,
        kind: Text,
        base_code: Text,
        item_code: Text,
        name: Text,
        from_unit: Text,
        to_unit: Text,
        effective_on: Date,
        transitional_cases: Text,
    }
    with {
        /// Its base and item code.
        fn others(&self) -> Vec<&str> {
            [self.base_code.as_deref(), self.item_code.as_deref()].into_iter().flatten().collect()
        }
    }
}

row! {
    /// MD03 承接登记: a county has taken an item over.
    Takeover, "takeover" by item_code, needs [county, receiving_unit, accepted_on] {
        item_code: Key,
        county: Text,
        receiving_unit: Text,
        accepted_on: Date,
        staff: Int,
        system_ready: Flag,
        training: Flag,
    }
    with {
        /// The county.
        fn others(&self) -> Vec<&str> {
            self.county.as_deref().into_iter().collect()
        }
    }
}

row! {
    /// MD20 服务承诺
    Promise, "promise" by item, needs [promised_wd, published_on] {
        item: Key,
        promised_wd: Int,
        legal_wd: Int,
        published_on: Date,
        channel: Text,
        catalogue_version: Text,
    }
}
