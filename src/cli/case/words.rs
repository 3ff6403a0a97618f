//! Facts, moments and positions as a person reads them, Chinese first.

use plumbline_replay::event::register::find;
use plumbline_replay::state::Moment;
use plumbline_replay::time::civil::{Micros, Zone};
use serde_json::Value;

/// The moment, for people.
pub(super) fn moment_words(moment: Moment, zone: Zone) -> String {
    let text = |micros: Micros, latest: &str| {
        if micros == Micros::MAX { latest.to_owned() } else { zone.rfc3339(micros) }
    };
    format!(
        "截至发生 / as of {}; 截至入账 / known at {}",
        text(moment.as_of, "不限 / any"),
        text(moment.known_at, "现在 / now")
    )
}

/// Positions as a person reads them.
pub(super) fn positions_words(positions: &[u64]) -> String {
    let list = positions.iter().map(u64::to_string).collect::<Vec<_>>().join(" ");
    format!("〔{list}〕")
}

/// Names of facts by their first member, in the order in which they are told, and
/// of what stands below it.
const LABELS: [(&str, &str); 16] = [
    ("state", "状态 / state"),
    ("opened", "始于 / opened"),
    ("last", "最近 / last act"),
    ("unit", "单位 / unit"),
    ("item", "事项 / item"),
    ("subcases", "子项 / subcases"),
    ("officers", "人员 / officers"),
    ("parties", "当事人 / parties"),
    ("documents", "文号 / documents"),
    ("dates", "日期 / date"),
    ("dues", "期限 / due"),
    ("flags", "标记 / flag"),
    ("amounts", "金额 / amount"),
    ("events", "记录数 / entries"),
    ("revision", "版本 / revision"),
    ("recorded_at", "最后入账 / last recorded"),
];

const PARTS: [(&str, &str); 22] = [
    ("accepted", "受理 / accepted"),
    ("decided", "决定 / decided"),
    ("delivered", "送达 / delivered"),
    ("paid", "缴款 / paid"),
    ("closed", "办结 / closed"),
    ("supplement", "补正 / supplement"),
    ("legal", "法定 / legal"),
    ("promise", "承诺 / promised"),
    ("payment", "缴款 / payment"),
    ("assessed", "核定 / assessed"),
    ("reduced", "减免 / reduced"),
    ("refunded", "退付 / refunded"),
    ("fined", "罚款 / fined"),
    ("late", "迟录 / recorded late"),
    ("corrections", "更正 / corrections"),
    ("voided", "作废 / voided"),
    ("disputes", "异议 / disputes"),
    ("sealed_values", "密封值 / sealed values"),
    ("cut_short", "未列全 / cut short"),
    ("at", "时间 / time"),
    ("type", "行为 / act"),
    ("decision_no", "决定文号 / decision"),
];

/// The place of a fact among the others: the state comes first.
pub(super) fn rank(fact: &str) -> usize {
    let first = fact.trim_start_matches('/').split('/').next();
    let place = LABELS.iter().position(|(member, _)| Some(*member) == first);
    place.unwrap_or(LABELS.len())
}

/// What a fact is called; the kind stands in the heading.
pub(super) fn label(fact: &str) -> Option<String> {
    let (_, name) = LABELS.get(rank(fact))?;
    let members = fact.trim_start_matches('/').split('/').skip(1);
    let parts: Vec<String> = members
        .map(|member| {
            let known = PARTS.iter().find(|(code, _)| *code == member);
            let text = || member.replace("~1", "/").replace("~0", "~");
            known.map_or_else(text, |(_, name)| (*name).to_owned())
        })
        // A name stands for itself in Chinese.
        .filter(|part| !part.is_empty() && part != "zh")
        .collect();
    Some(match parts.as_slice() {
        [] => (*name).to_owned(),
        parts => format!("{name} ({})", parts.join(", ")),
    })
}

/// A fact's value on one line.
pub(super) fn value_words(value: &Value) -> String {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(value_words).collect::<Vec<_>>().join("、"),
        Value::Object(_) => match (text("zh"), text("en")) {
            (Some(zh), Some(en)) => format!("{zh} / {en}"),
            _ => act_words(value),
        },
        other => other.to_string(),
    }
}

/// An act, an item, a subcase: what they say, one after another.
fn act_words(value: &Value) -> String {
    let members = value.as_object().into_iter().flatten();
    let words = members.filter(|(_, value)| !value.is_null()).map(|(name, value)| match value {
        Value::String(text) if name == "type" => {
            find(text).map_or_else(|| text.clone(), |known| format!("{} ({text})", known.zh))
        }
        Value::Bool(true) => name.clone(),
        Value::Bool(false) => String::new(),
        other => value_words(other),
    });
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}
