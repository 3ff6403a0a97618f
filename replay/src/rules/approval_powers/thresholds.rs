//! R2.1.10 不得提高审批门槛 and R2.1.7 不得变相审批, as far as words can be compared:
//! both are signals, and people determine.

use super::standing::{UNLISTED, cite, exercised, standing};
use super::{DISGUISED, THRESHOLD};
use crate::event::Event;
use crate::integrity::json::Json;
use crate::master::{Item, ItemStatus, Version};
use crate::rules::bench::Case;
use crate::rules::city::City;
use crate::rules::finding::Findings;
use serde_json::json;
use std::collections::BTreeMap;

/// Material and conditions asked for that the catalogue in force does not list, and
/// stages that it does not know.
pub(super) fn raised(case: &Case<'_>, out: &mut Findings) {
    for one in exercised(case) {
        for act in &one.acts {
            let on = act.occurred.local_date();
            let asks = act.kind.starts_with("approval.supplement.requested.");
            let begins = act.kind.starts_with("approval.stage.started.");
            let refuses = act.kind.starts_with("approval.decision.refused.");
            if !(asks || begins || refuses) || !case.bench.decision_in_force(on) {
                continue;
            }
            let Some(version) = standing(case.bench, one.code, on).version() else { continue };
            let beyond = match (asks, refuses) {
                (true, _) => beyond_list(act, version),
                (_, true) => beyond_reasons(act, version),
                _ => unknown_stage(act, version),
            };
            match beyond {
                None => {}
                Some(beyond) if beyond.is_empty() => out.compliant(&THRESHOLD),
                Some(beyond) => out.add(raised_by(case, act, version, &beyond)),
            }
        }
    }
}

fn raised_by(
    case: &Case<'_>,
    act: &Event<'_>,
    version: &Version<Item>,
    beyond: &[String],
) -> crate::rules::Finding {
    let list = beyond.join("、");
    let (what_zh, what_en, listed) = if act.kind.starts_with("approval.stage.") {
        let stages = version.row.stages.iter().flatten().filter_map(|stage| stage.name.as_deref());
        ("增设环节", "stages added", stages.collect::<Vec<_>>())
    } else {
        let all = version.row.materials.iter().flatten().filter_map(|one| one.name.as_deref());
        ("要求目录之外的材料或条件", "materials or conditions asked for", all.collect())
    };
    let version_no = version.row.catalogue_version.as_deref().unwrap_or("?");
    let zh = format!("{what_zh}:{list};目录({version_no})载明的为:{}", listed.join("、"));
    let en = format!("{what_en} beyond the catalogue ({version_no}): {list}");
    case.signal(&THRESHOLD, act, zh, en)
        .because("beyond", beyond.to_vec())
        .because("listed", listed)
        .because("item", cite(version))
}

/// What a notice asks for beyond the lists; `None` where the catalogue lists nothing.
fn beyond_list(act: &Event<'_>, version: &Version<Item>) -> Option<Vec<String>> {
    let Some(Json::List(asked)) = act.body.json("items") else { return None };
    let materials = version.row.materials.as_ref()?;
    let materials: Vec<String> =
        materials.iter().filter_map(|one| one.name.as_deref()).map(plain).collect();
    let conditions: Option<Vec<String>> = version.row.conditions.as_ref().and_then(|list| {
        let words = |one: &Json<'_>| one.as_str().or_else(|| one.get("name")?.as_str()).map(plain);
        Some(list.as_list()?.iter().filter_map(words).collect())
    });
    let mut beyond = Vec::new();
    for one in &asked {
        let text = |name: &str| one.get(name).and_then(Json::as_str);
        if let Some(material) = text("material").or_else(|| one.as_str()) {
            if !materials.contains(&plain(material)) {
                beyond.push(material.to_owned());
            }
        } else if let (Some(condition), Some(listed)) = (text("condition"), &conditions)
            && !listed.contains(&plain(condition))
        {
            beyond.push(condition.to_owned());
        }
    }
    Some(beyond)
}

/// Papers that reasons of a refusal name in 《》 and the catalogue does not ask for;
/// `None` where they name none: what else a reason says is for people to compare.
fn beyond_reasons(act: &Event<'_>, version: &Version<Item>) -> Option<Vec<String>> {
    const NORMS: [&str; 12] = [
        "法", "条例", "办法", "规定", "规范", "标准", "细则", "决定", "通知", "意见", "目录",
        "规程",
    ];
    let materials = version.row.materials.as_ref()?;
    let listed: Vec<String> =
        materials.iter().filter_map(|one| one.name.as_deref()).map(plain).collect();
    let reasons = act.body.json("reasons")?;
    let reasons: Vec<&str> = reasons.as_list()?.iter().filter_map(Json::as_str).collect();
    let named = reasons.iter().flat_map(|reason| reason.split('《').skip(1));
    let named = named.filter_map(|rest| rest.split_once('》')).map(|(name, _)| name);
    let papers: Vec<&str> =
        named.filter(|name| !NORMS.iter().any(|norm| name.ends_with(norm))).collect();
    let unlisted = |name: &&str| {
        let name = plain(name);
        !listed.iter().any(|known| known.contains(&name) || name.contains(known.as_str()))
    };
    let beyond = papers.iter().copied().filter(unlisted).map(str::to_owned).collect();
    (!papers.is_empty()).then_some(beyond)
}

/// A stage that the catalogue does not know. A part of a joint case follows the
/// joint case's own stages.
fn unknown_stage(act: &Event<'_>, version: &Version<Item>) -> Option<Vec<String>> {
    if act.links.is_some_and(|links| links.contains("\"parent_case\"")) {
        return None;
    }
    let stages = version.row.stages.as_ref().filter(|stages| !stages.is_empty())?;
    let name = act.body.text("stage")?;
    let known = stages.iter().filter_map(|stage| stage.name.as_deref()).any(|own| own == name);
    Some(if known { Vec::new() } else { vec![name.into_owned()] })
}

/// Without spaces, and with one kind of brackets.
fn plain(text: &str) -> String {
    let kept = text.chars().filter(|c| !c.is_whitespace());
    kept.map(|c| match c {
        '\u{ff08}' => '(',
        '\u{ff09}' => ')',
        other => other,
    })
    .collect()
}

/// Forms under which a cancelled approval lives on (优化营商环境条例 art. 39).
const FORMS: [&str; 13] = [
    "备案审批",
    "备案",
    "登记",
    "注册",
    "目录",
    "年检",
    "年报",
    "监制",
    "认定",
    "认证",
    "审定",
    "年度审验",
    "审验",
];

/// The subject matter of an item: its name without the word for the form.
fn subject(name: &str) -> String {
    let mut subject = plain(name);
    for form in ["从业资格认证", "资格认定", "许可", "审批", "核准"].iter().chain(&FORMS)
    {
        if let Some(rest) = subject.strip_suffix(form).filter(|rest| !rest.is_empty()) {
            subject = rest.to_owned();
            break;
        }
    }
    subject
}

fn form(name: &str) -> Option<&'static str> {
    FORMS.into_iter().find(|form| name.contains(form))
}

/// Signals in cases: an unlisted item under a listed form on a cancelled subject,
/// and a cancelled item in the hands of an association or intermediary.
pub(super) fn disguised_in_cases(case: &Case<'_>, out: &mut Findings) {
    for one in exercised(case) {
        let Some(first) = one.acts.first() else { continue };
        let on = first.occurred.local_date();
        if !case.bench.decision_in_force(on) {
            continue;
        }
        let at = case.bench.on(on);
        let name = one.name.unwrap_or_default();
        if one.code == UNLISTED
            && let Some(form) = form(name)
            && let Some(version) = cancelled_subject(case, &subject(name), on)
        {
            let old = version.row.name.as_deref().unwrap_or_default();
            let zh = format!("以「{form}」形式要求办理「{name}」,与已取消的「{old}」针对同一事项");
            let en = format!(
                "「{name}」 is demanded as 「{form}」 on the subject of cancelled 「{old}」"
            );
            let finding = case.signal(&DISGUISED, first, zh, en).matter(name.to_owned());
            out.add(
                finding.resting_on(one.acts.iter().copied()).because("cancelled", cite(version)),
            );
        }
        let unit = first.unit().and_then(|unit| case.bench.master.units.at(unit, at));
        let kind = unit.and_then(|unit| unit.row.kind.as_deref());
        if matches!(kind, Some("协会" | "中介"))
            && let ItemStatus::Cancelled { version, .. } =
                case.bench.master.item_status(one.code, at)
        {
            let zh = format!("已取消的{}转由{}行使", one.code, kind.unwrap_or_default());
            let en =
                format!("cancelled {} is exercised by an association or intermediary", one.code);
            let finding = case.signal(&DISGUISED, first, zh, en).matter(one.code);
            out.add(
                finding.resting_on(one.acts.iter().copied()).because("cancelled", cite(version)),
            );
        }
    }
}

/// A row that was cancelled by a day, on this subject.
fn cancelled_subject<'m>(
    case: &Case<'m>,
    subject_matter: &str,
    on: chrono::NaiveDate,
) -> Option<&'m Version<Item>> {
    let known_at = case.bench.known_at;
    case.bench.master.items.versions().find(|version| {
        version.row.disposition.as_deref() == Some("cancelled")
            && version.believed_at(known_at)
            && version.valid_from.is_none_or(|from| from <= on)
            && version.row.name.as_deref().is_some_and(|name| subject(name) == subject_matter)
    })
}

/// Signals in the catalogue: an item in force under such a form that succeeds a
/// cancelled one, or has its subject or its article.
pub(super) fn disguised_in_catalogue(city: &City<'_>, out: &mut Findings) {
    let at = city.bench.at_now();
    let mut cancelled: BTreeMap<String, &Version<Item>> = BTreeMap::new();
    let mut codes: BTreeMap<&str, &Version<Item>> = BTreeMap::new();
    for version in city.bench.master.items.versions() {
        let row = &version.row;
        let known =
            version.believed_at(at.known_at) && row.disposition.as_deref() == Some("cancelled");
        if known && version.valid_from.is_none_or(|from| from <= at.on) {
            codes.insert(&row.item_code, version);
            let unit = row.subject_unit.as_deref().unwrap_or_default();
            for key in keys(&version.row, unit) {
                cancelled.entry(key).or_insert(version);
            }
        }
    }
    for version in city.bench.master.items.each_at(at) {
        let row = &version.row;
        let name = row.name.as_deref().unwrap_or_default();
        let gone = row.disposition.as_deref() == Some("cancelled");
        let (Some(form), false) = (form(name), gone) else { continue };
        let unit = row.subject_unit.as_deref().unwrap_or_default();
        let linked = row.predecessor_item.as_deref().and_then(|code| codes.get(code));
        let kin = linked.or_else(|| keys(row, unit).iter().find_map(|key| cancelled.get(key)));
        let Some(old) = kin.filter(|old| old.valid_from <= version.valid_from) else { continue };
        if old.row.item_code == row.item_code {
            continue;
        }
        let old_name = old.row.name.as_deref().unwrap_or_default();
        let zh = format!(
            "「{name}」以「{form}」形式列入目录,与已取消的「{old_name}」同一事项或同一依据"
        );
        let en = format!(
            "「{name}」 stands in the catalogue as 「{form}」 with the subject or basis of cancelled 「{old_name}」"
        );
        let finding =
            city.told_by(&DISGUISED, &version.origin, (row.subject_unit.as_deref(), at), zh, en);
        let both = json!({ "in_force": cite(version), "cancelled": cite(old) });
        out.add(finding.matter(row.item_code.clone()).because("items", both));
    }
}

/// What two rows of one unit share if one lives on in the other: the subject, or a
/// law's article. The general act on permits is everybody's basis and says nothing.
fn keys(row: &Item, unit: &str) -> Vec<String> {
    let mut keys = vec![format!("{unit} {}", subject(row.name.as_deref().unwrap_or_default()))];
    for basis in row.legal_basis.iter().flatten() {
        if let (Some(law), Some(article)) = (basis.law.as_deref(), basis.article.as_deref())
            && law != "行政许可法"
        {
            keys.push(format!("{unit} {law} {article}"));
        }
    }
    keys
}
