//! Data quality 数据质量: what is odd about the record itself, before any rule asks
//! what was done. Identifiers that fail their check digits, batches that do not
//! count up, posts of a principal leader that gap or overlap, rows without the
//! columns that rules cannot do without. Nothing here is a breach, and nothing was
//! ever refused for it.

use super::bench::Case;
use super::city::City;
use super::finding::Findings;
use super::rule::{Check, Kind, Rule, Severity, Status};
use crate::event::Event;
use crate::identifier::{
    Flaw, citizen_id, credit_code, organisation_code, region_code, service_item,
};
use crate::master::{At, Origin, Row, Version};
use crate::rules::coverage::Silence;
use chrono::NaiveDate;
use serde_json::json;
use std::collections::BTreeSet;

pub(super) const RULES: &[Rule] = &[IDENTIFIERS, BATCHES, LEADERS, COLUMNS];

/// Whether a rule speaks of the record and not of an act.
pub fn is_quality(rule: &str) -> bool {
    rule.starts_with("DQ.")
}

const IDENTIFIERS: Rule = Rule {
    id: "DQ.1",
    zh: "标识码校验",
    en: "identifiers that fail their check",
    quote: "record + flag, never reject (§4.9)",
    kind: Kind("R"),
    severity: Severity::Info,
    status: Status::Judged,
    checks: &[Check::Case(identifiers_of_acts), Check::City(identifiers_of_rows)],
    silence: Silence::Nothing,
    ..Rule::ENTRY
};

const BATCHES: Rule = Rule {
    id: "DQ.2",
    zh: "批次清单数目",
    en: "a batch that does not count up",
    quote: "Count mismatch → data-quality finding (R2.1.4)",
    kind: Kind("R"),
    severity: Severity::Yellow,
    status: Status::Judged,
    checks: &[Check::City(batches)],
    silence: Silence::Nothing,
    ..Rule::ENTRY
};

const LEADERS: Rule = Rule {
    id: "DQ.3",
    zh: "主要负责人空缺或重叠",
    en: "no principal leader, or two",
    quote: "Each unit has exactly one principal leader record per instant (R3.1.1)",
    kind: Kind("R"),
    severity: Severity::Yellow,
    status: Status::Judged,
    checks: &[Check::City(leaders)],
    silence: Silence::Nothing,
    ..Rule::ENTRY
};

const COLUMNS: Rule = Rule {
    id: "DQ.4",
    zh: "主数据缺项",
    en: "a row lacks what rules need",
    quote: "Missing required business facts … listed as data-quality findings (§3.0)",
    kind: Kind("R"),
    severity: Severity::Info,
    status: Status::Judged,
    checks: &[Check::City(columns)],
    silence: Silence::Nothing,
    ..Rule::ENTRY
};

/// What an identifier claims to be.
#[derive(Clone, Copy)]
enum Claim {
    CreditCode,
    OrganisationCode,
    CitizenId,
    Region,
    Item,
}

impl Claim {
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Claim::CreditCode => ("统一社会信用代码", "credit code"),
            Claim::OrganisationCode => ("组织机构代码", "organisation code"),
            Claim::CitizenId => ("公民身份号码", "citizen's number"),
            Claim::Region => ("行政区划代码", "region code"),
            Claim::Item => ("事项编码", "item code"),
        }
    }

    fn flaws(self, text: &str, on: NaiveDate) -> Vec<Flaw> {
        match self {
            Claim::CreditCode => credit_code(text),
            Claim::OrganisationCode => organisation_code(text),
            Claim::CitizenId => citizen_id(text, on),
            Claim::Region => region_code(text).err().unwrap_or_default(),
            Claim::Item => service_item(text).1,
        }
    }
}

/// Members of bodies that hold identifiers, wherever they stand in the clear.
const MEMBERS: [(&str, Claim); 5] = [
    ("uscc", Claim::CreditCode),
    ("org_code", Claim::OrganisationCode),
    ("id_no", Claim::CitizenId),
    ("region", Claim::Region),
    ("scope_region", Claim::Region),
];

/// What is wrong with one identifier, in both languages and as scripts read it.
/// A citizen's number is not repeated: the finding may be read by more people than
/// the entry.
fn flawed(claim: Claim, text: &str, on: NaiveDate) -> Option<(String, String, Vec<&'static str>)> {
    let flaws = claim.flaws(text, on);
    if flaws.is_empty() {
        return None;
    }
    let (zh, en) = claim.words();
    let shown = if matches!(claim, Claim::CitizenId) { "(略)" } else { text };
    let told =
        |words: fn(Flaw) -> String| -> Vec<String> { flaws.iter().copied().map(words).collect() };
    let zh = format!("{zh} {shown}:{}", told(Flaw::zh).join(";"));
    let en = format!("{en} {shown}: {}", told(Flaw::en).join("; "));
    Some((zh, en, flaws.iter().map(|flaw| flaw.code()).collect()))
}

/// Identifiers in the bodies of acts, and the item that they name.
fn identifiers_of_acts(case: &Case<'_>, out: &mut Findings) {
    for act in &case.acts {
        if act.kind.starts_with("md.") {
            continue;
        }
        let on = act.occurred.local_date();
        for (member, claim) in MEMBERS {
            if let Some(text) = act.body.text(member) {
                flag_act(case, act, (member, claim), &text, on, out);
            }
        }
        let code = act.item.as_ref().and_then(|item| item.code.get());
        if let Some(code) = code.filter(|code| *code != "UNLISTED") {
            flag_act(case, act, ("item", Claim::Item), code, on, out);
        }
    }
}

fn flag_act(
    case: &Case<'_>,
    act: &Event<'_>,
    (member, claim): (&'static str, Claim),
    text: &str,
    on: NaiveDate,
    out: &mut Findings,
) {
    match flawed(claim, text, on) {
        None => out.compliant(&IDENTIFIERS),
        Some((zh, en, flaws)) => {
            let finding = case.signal(&IDENTIFIERS, act, zh, en);
            let matter = format!("{} {member}", act.id);
            let why = json!({ "member": member, "flaws": flaws });
            out.add(finding.matter(matter).because("identifier", why));
        }
    }
}

/// Identifiers in rows of master data that are in force at the moment asked about.
fn identifiers_of_rows(city: &City<'_>, out: &mut Findings) {
    let at = city.bench.at_now();
    let master = city.bench.master;
    for item in master.items.each_at(at) {
        flag_row(city, item, ("item_code", Claim::Item), Some(&item.row.item_code), at, out);
    }
    for unit in master.units.each_at(at) {
        flag_row(city, unit, ("uscc", Claim::CreditCode), unit.row.uscc.as_deref(), at, out);
        flag_row(city, unit, ("region", Claim::Region), unit.row.region.as_deref(), at, out);
    }
    for party in master.parties.each_at(at) {
        let row = &party.row;
        flag_row(city, party, ("uscc", Claim::CreditCode), row.uscc.as_deref(), at, out);
        let org_code = row.org_code.as_deref();
        flag_row(city, party, ("org_code", Claim::OrganisationCode), org_code, at, out);
        flag_row(city, party, ("region", Claim::Region), row.region.as_deref(), at, out);
    }
    for certificate in master.certificates.each_at(at) {
        let region = certificate.row.scope_region.as_deref();
        flag_row(city, certificate, ("scope_region", Claim::Region), region, at, out);
    }
}

fn flag_row<R: Row>(
    city: &City<'_>,
    version: &Version<R>,
    (member, claim): (&'static str, Claim),
    text: Option<&str>,
    at: At,
    out: &mut Findings,
) {
    let Some(text) = text else { return };
    match flawed(claim, text, at.on) {
        None => out.compliant(&IDENTIFIERS),
        Some((zh, en, flaws)) => {
            let unit = version.origin.unit.as_deref();
            let recorded = city.bench.at(version.origin.recorded);
            let finding = city.told_by(&IDENTIFIERS, &version.origin, (unit, recorded), zh, en);
            let why = json!({ "member": member, "flaws": flaws });
            out.add(finding.matter(member).because("identifier", why));
        }
    }
}

/// 54, 9 and 79: a batch has as many rows as it says, each once.
fn batches(city: &City<'_>, out: &mut Findings) {
    let at = city.bench.at_now();
    for batch in city.bench.master.batches.each_at(at) {
        let (Some(expected), Some(rows)) = (batch.row.expected_count, &batch.row.rows) else {
            continue;
        };
        let named = rows.iter().filter_map(|row| {
            row.item_code.as_deref().or(row.base_code.as_deref()).or(row.name.as_deref())
        });
        let distinct = named.collect::<BTreeSet<_>>().len();
        let (listed, distinct) = (rows.len() as i64, distinct as i64);
        if listed == expected && distinct == expected {
            out.compliant(&BATCHES);
            continue;
        }
        let id = &batch.row.batch_id;
        let zh = format!("{id}应有{expected}项,清单列{listed}行,其中不重复的{distinct}项");
        let en = format!(
            "{id} should have {expected} items, lists {listed} rows, {distinct} of them distinct"
        );
        let unit = batch.origin.unit.as_deref();
        let finding = city.told_by(&BATCHES, &batch.origin, (unit, at), zh, en);
        let why = json!({ "expected": expected, "rows": listed, "distinct": distinct });
        out.add(finding.because("count", why));
    }
}

const LEADER: &str = "主要负责人";

/// Exactly one principal leader of every unit on every day from P01 on.
fn leaders(city: &City<'_>, out: &mut Findings) {
    let bench = city.bench;
    let last = bench.today();
    let first = bench.decision_from();
    for unit in bench.master.units.keys() {
        for day in turning_days(city, unit, first, last) {
            leader_on(city, unit, day, out);
        }
    }
}

/// The days on which who leads a unit may change, from the first on.
fn turning_days(
    city: &City<'_>,
    unit: &str,
    first: NaiveDate,
    last: NaiveDate,
) -> BTreeSet<NaiveDate> {
    let master = city.bench.master;
    let posts = master.posts.history(unit).filter(|held| held.row.post.as_ref() == LEADER);
    let terms = posts.flat_map(|held| [held.valid_from, held.valid_to]);
    let own = master.units.history(unit).flat_map(|row| [row.valid_from, row.valid_to]);
    let inside = terms.chain(own).flatten().filter(|day| (first..=last).contains(day));
    inside.chain([first]).filter(|day| *day <= last).collect()
}

fn leader_on(city: &City<'_>, unit: &str, day: NaiveDate, out: &mut Findings) {
    let at = city.bench.on(day);
    // Before it is founded and after its end a unit needs no leader.
    let Some(row) = city.bench.master.units.at(unit, at) else { return };
    let posts = city.bench.master.posts.all_at(unit, at);
    let held: Vec<_> = posts.filter(|held| held.row.post.as_ref() == LEADER).collect();
    let who: BTreeSet<&str> = held.iter().map(|held| held.row.officer.as_ref()).collect();
    let (zh, en) = match who.len() {
        1 => return out.compliant(&LEADERS),
        0 => (
            format!("{unit}自{day}起无主要负责人记录"),
            format!("{unit} has no principal leader on record from {day} on"),
        ),
        n => (
            format!("{unit}自{day}起有{n}名主要负责人记录"),
            format!("{unit} has {n} principal leaders on record from {day} on"),
        ),
    };
    let origin: &Origin =
        held.iter().map(|held| &held.origin).max_by_key(|o| o.position).unwrap_or(&row.origin);
    let mut finding = city.told_by(&LEADERS, origin, (Some(unit), at), zh, en);
    finding.stream = row.origin.stream.clone();
    finding.entries.extend(held.iter().map(|held| super::finding::EntryRef::origin(&held.origin)));
    finding.entries.sort();
    finding.entries.dedup();
    let why = json!({ "day": day.to_string(), "holders": who });
    out.add(finding.matter(day.to_string()).because("leaders", why));
}

/// Rows in force that lack a column which rules cannot do without.
fn columns(city: &City<'_>, out: &mut Findings) {
    let at = city.bench.at_now();
    city.bench.master.each_missing(at, &mut |entity, key, origin, missing| {
        let zh = format!("{entity} {key} 缺:{},据此的判定只能为无法判定", missing.join("、"));
        let en =
            format!("{entity} {key} lacks {}: what needs it cannot be told", missing.join(", "));
        let unit = origin.unit.as_deref();
        let recorded = city.bench.at(origin.recorded);
        let finding = city.told_by(&COLUMNS, origin, (unit, recorded), zh, en);
        out.add(finding.matter(missing.join(" ")).because("missing", missing));
    });
    for (origin, days) in city.bench.master.calendar_notices.unreadable() {
        let zh = format!("日历有{days}天无法读出,未计入");
        let en = format!("{days} days of a calendar cannot be read and are passed over");
        let recorded = city.bench.at(origin.recorded);
        let unit = origin.unit.as_deref();
        let finding = city.told_by(&COLUMNS, origin, (unit, recorded), zh, en);
        out.add(finding.matter("days").because("unreadable", days));
    }
}
