//! MD09, MD10, MD14: units 单位, their lineage 机构沿革 and their standing to
//! enforce 执法主体资格.

use super::column::{Any, Date, Int, Key, List, Text, row};
use super::table::Verb;
use crate::event::Event;

row! {
    /// MD09 单位
    OrganUnit, "unit" by unit_id, needs [uscc, name, kind, region] {
        unit_id: Key,
        uscc: Text,
        name: Text,
        /// 行政机关, 参公事业, 事业单位, 公共服务部门, 司法机关, 党群, 中介, 协会, 园区管委会.
        kind: Text,
        /// 行政执法部门, 窗口单位, …
        organ_class: List<Box<str>>,
        level: Text,
        region: Text,
        parent: Text,
        /// 编制
        approved_headcount: Int,
        /// 核定进厅人数
        in_hall_headcount: Int,
        /// 工业主管部门, 价格主管, 财政, 编办, 效能办, 服务中心, 行政执法监督机构, …
        roles: List<Box<str>>,
    }
    with {
        /// The region it belongs to.
        fn others(&self) -> Vec<&str> {
            self.region.as_deref().into_iter().collect()
        }
    }
}

impl OrganUnit {
    /// Whether it has a role: 工业主管部门, 效能办, …
    pub fn has_role(&self, role: &str) -> bool {
        self.roles.iter().flatten().any(|own| own.as_ref() == role)
    }

    pub fn has_class(&self, class: &str) -> bool {
        self.organ_class.iter().flatten().any(|own| own.as_ref() == class)
    }
}

row! {
    /// MD10 机构沿革, also from M44 `md.unit.merged` and its kin.
    UnitLineage, "unit_lineage" by id, needs [predecessors, successors] {
        id: Key,
        predecessors: List<Box<str>>,
        successors: List<Box<str>>,
        /// 更名, 合并, 分立, 撤销, 职能划转.
        kind: Text,
        on: Date,
        item_transfer_map: Any,
        responsibility_rule: Any,
    }
    with {
        const EVENTS: &'static [(&'static str, Verb)] = &[
            ("md.unit.merged", Verb::Registered),
            ("md.unit.split", Verb::Registered),
            ("md.unit.renamed", Verb::Registered),
            ("md.unit.abolished", Verb::Registered),
        ];

        /// M44 names the units `from` and `to`; its type says what became of them.
        fn complete(&mut self, event: &Event<'_>) {
            use super::column::Column;
            let list = |name: &str| List::<Box<str>>::read(event.body.json(name).as_ref());
            self.predecessors = self.predecessors.take().or_else(|| list("from"));
            self.successors = self.successors.take().or_else(|| list("to"));
            let kind = match event.kind.as_ref() {
                kind if kind.starts_with("md.unit.merged.") => Some("合并"),
                kind if kind.starts_with("md.unit.split.") => Some("分立"),
                kind if kind.starts_with("md.unit.renamed.") => Some("更名"),
                kind if kind.starts_with("md.unit.abolished.") => Some("撤销"),
                _ => None,
            };
            self.kind = self.kind.take().or(kind.map(Box::from));
            if self.id.is_empty() {
                self.id = event.id.as_ref().into();
            }
        }

        /// Several changes may be told in one stream: each is a row.
        fn identity(&self, _stream: &str) -> Box<str> {
            self.id.clone()
        }

        /// The units before and after.
        fn others(&self) -> Vec<&str> {
            let both = self.predecessors.iter().chain(&self.successors).flatten();
            both.map(AsRef::as_ref).collect()
        }
    }
}

row! {
    /// MD14 执法主体资格
    Qualification, "qualification" by unit, needs [basis, types] {
        unit: Key,
        /// 行政机关, 法律法规授权, 委托.
        basis: Text,
        /// 行政处罚, 行政检查, 行政强制.
        types: List<Box<str>>,
        announced_on: Date,
    }
}
