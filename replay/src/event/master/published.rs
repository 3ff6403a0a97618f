//! M41–M45: what is published as a whole: calendars, parameters, rule sets, reforms
//! of units, batches.

use super::reference::DAY_KINDS;
use crate::event::element as e;
use crate::event::member::Kind::{Any, Bool, Count, Date, List, Object, Text, Word};
use crate::event::member::{
    CODE, HASH, ITEM, Kind, Member, NO, OFFICER, REGION, ROWS, RULE, UNIT, UNITS, VERSION, may,
    must,
};
use crate::event::register::Visibility::Public;
use crate::event::register::{EventType, row};

/// A day that is not what its weekday says (holiday-cn: `is_off_day`).
#[rustfmt::skip]
const DAYS: Kind = List(&Object(&[
    must("date", Date, "日期", "the day"),
    may("name", Text, "名称", "name"),
    may("is_off_day", Bool, "休息", "a day off"),
    may("kind", DAY_KINDS, "日类", "kind of day"),
]));

#[rustfmt::skip]
const CALENDAR: &[Member] = &[
    e::YEAR,
    must("days", DAYS, "日期", "the days"),
    must("source_paper", Text, "依据通知", "the notice it rests on"),
    may("issued_on", Date, "通知日期", "date of the notice"),
    may("version", VERSION, "日历版本", "version of the calendar"),
    e::VALID_FROM.optional(),
    e::VALID_TO,
    e::BASIS_DOC_.optional(),
    e::RETROACTIVE.optional(),
];

/// 机构改革 M44.
#[rustfmt::skip]
const REFORM: &[Member] = &[
    may("id", NO, "沿革编号", "id of the lineage"),
    must("from", UNITS, "原单位", "the units before"),
    must("to", UNITS, "现单位", "the units after"),
    must("item_transfer_map", ROWS, "事项划转表", "which items went where"),
    must("responsibility_rule", Text, "责任承继规则", "who answers for what went before"),
    must("on", Date, "日期", "on"),
    e::BASIS_DOC_.optional(),
    e::RETROACTIVE.optional(),
];

/// One item of a batch; a cancelled one goes nowhere.
#[rustfmt::skip]
const BATCH_ROWS: Kind = List(&Object(&[
    may("item_code", ITEM, "事项", "the item"),
    may("base_code", CODE, "基本编码", "base code"),
    must("name", Text, "事项名称", "name"),
    may("from_unit", UNIT, "原实施单位", "from which unit"),
    may("to_unit", UNIT, "承接单位", "to which unit"),
    may("to", Text, "承接方", "to whom, in words"),
    must("effective_on", Date, "生效日期", "effective on"),
    may("transitional_cases", Text, "在办件处理规则", "rule for running cases"),
]));

#[rustfmt::skip]
pub(in crate::event) const TYPES: &[EventType] = &[
    row("M41", "md.calendar.published.v1", "日历发布", "calendar published", Public, CALENDAR),
    row("M41", "md.calendar.amended.v1", "日历调整", "calendar amended", Public, CALENDAR),
    row("M42", "md.parameter.set.v1", "参数设定", "parameter set", Public, &[
        must("id", NO, "参数(P01–P26)", "the parameter, P01 to P26"),
        must("value", Any, "值", "the value"),
        e::VALID_FROM,
        e::VALID_TO,
        must("approver", OFFICER, "批准人", "who approved"),
        may("name", Text, "名称", "name"),
        e::BASIS_DOC_.optional(),
        e::RETROACTIVE.optional(),
    ]),
    row("M43", "md.ruleset.published.v1", "规则集发布", "rule set published", Public, &[
        must("version", VERSION, "版本", "the version"),
        must("rules", List(&Object(&[
            must("id", RULE, "规则", "the rule"),
            must("hash", HASH, "摘要", "its digest"),
            may("layer", Text, "规范层级", "layer of the norm"),
            may("severity", Text, "严重程度", "severity"),
        ])), "规则", "the rules"),
        e::VALID_FROM,
        e::VALID_TO,
        e::APPROVER.optional(),
        e::BASIS_DOC_.optional(),
        e::RETROACTIVE.optional(),
    ]),
    row("M44", "md.unit.merged.v1", "机构合并", "units merged", Public, REFORM),
    row("M44", "md.unit.split.v1", "机构分立", "unit split", Public, REFORM),
    row("M44", "md.unit.renamed.v1", "机构更名", "unit renamed", Public, REFORM),
    row("M44", "md.unit.abolished.v1", "机构撤销", "unit abolished", Public, REFORM),
    row("M45", "md.batch.declared.v1", "批次公布", "batch declared", Public, &[
        must("batch_id", NO, "批次", "the batch"),
        may("kind", Word(&["下放", "委托", "取消"]), "种类", "kind"),
        must("expected_count", Count, "应有项数", "items expected"),
        must("rows", BATCH_ROWS, "清单", "the rows"),
        may("addressee_regions", List(&REGION), "承接地区", "regions addressed"),
        may("entrusting_unit", UNIT, "委托机关", "who entrusts"),
        may("entrusted_unit", UNIT, "受委托单位", "who is entrusted"),
        may("announcement_doc", NO, "公告文号", "document of the announcement"),
        may("term", Text, "委托期限", "term"),
        e::VALID_FROM.optional(),
        e::VALID_TO,
        e::BASIS_DOC_.optional(),
        e::RETROACTIVE.optional(),
    ]),
];
