//! Findings about who and what is missing in the hall: R2.2.1, R2.2.2a, R2.2.2b (i),
//! R2.2.4a and R2.2.4b, a finding a unit and spell.

use super::presence::{Course, Spell};
use super::{CONCENTRATED, NOT_ENTERED, SHORTAGE, STAFF_IN, UNITS_IN};
use crate::rules::city::City;
use crate::rules::finding::{Finding, Findings};
use crate::rules::rule::Rule;
use serde_json::json;

/// What is missing of a unit since the first day of a spell: the register's row is
/// the evidence, the unit and its leader of that day answer.
fn missing<T>(
    city: &City<'_>,
    rule: &Rule,
    (unit, spell): (&str, &Spell<T>),
    words: (String, String),
) -> Option<Finding> {
    let at = city.bench.on(spell.from);
    let register = city.bench.master.hall_registers.at(unit, at)?;
    let (until_zh, until_en) = match spell.to {
        Some(to) => (format!("至{to}(不含)"), format!(" until {to} (exclusive)")),
        None => ("至今".to_owned(), " and still".to_owned()),
    };
    let zh = format!("{unit}自{}{until_zh}:{}", spell.from, words.0);
    let en = format!("{unit} from {}{until_en}: {}", spell.from, words.1);
    let mut finding = city.told_by(rule, &register.origin, (Some(unit), at), zh, en);
    finding.stream = format!("md/{unit}").into();
    let spell = json!({ "from": spell.from.to_string(), "to": spell.to.map(|to| to.to_string()) });
    Some(finding.matter(spell_key(&spell)).because("spell", spell).because(
        "register",
        json!({ "entry": register.origin.id, "valid_from": register.valid_from.map(|d| d.to_string()) }),
    ))
}

fn spell_key(spell: &serde_json::Value) -> String {
    spell["from"].as_str().unwrap_or_default().to_owned()
}

fn with_rate(mut finding: Finding, course: &Course) -> Finding {
    let (zh, en) = course.words();
    finding.zh.push_str(&zh);
    finding.en.push_str(&en);
    finding.because("rate", course.to_json())
}

pub(super) fn units_in(city: &City<'_>, out: &mut Findings) {
    let presence = city.presence();
    for (unit, spell) in &presence.absent_units {
        let words = (
            "列入应进厅名录而无任何在用窗口".to_owned(),
            "on the register of the hall, and no window open".to_owned(),
        );
        let found = missing(city, &UNITS_IN, (unit, spell), words);
        out.extend(found.map(|finding| with_rate(finding, &presence.units)));
    }
    in_order(&UNITS_IN, presence.units, out);
}

/// Units that keep a rule, counted at the end of the period.
fn in_order(rule: &Rule, course: Course, out: &mut Findings) {
    for _ in 0..course.at_end.have {
        out.compliant(rule);
    }
}

pub(super) fn staff_in(city: &City<'_>, out: &mut Findings) {
    let presence = city.presence();
    for (unit, spell) in &presence.shortages {
        let short = spell.worst;
        let words = (
            format!("核定进厅{}人,实派{}人,缺{}人", short.approved, short.assigned, short.count()),
            format!("{} approved for the hall, {} assigned", short.approved, short.assigned),
        );
        let found = missing(city, &STAFF_IN, (unit, spell), words);
        out.extend(found.map(|finding| {
            let own = json!({ "approved": short.approved, "assigned": short.assigned,
                              "excused_vacancies": short.excused, "shortage": short.count() });
            with_rate(finding, &presence.people).because("unit_on_worst_day", own)
        }));
    }
    in_order(&STAFF_IN, presence.units, out);
}

pub(super) fn shortage(city: &City<'_>, out: &mut Findings) {
    for (unit, spell) in &city.presence().shortages {
        let short = spell.worst;
        let words = (
            format!("应进厅{}人,缺额{}人,应收回相应编制", short.approved, short.count()),
            format!(
                "{} of {} people are missing: so many posts are to be withdrawn",
                short.count(),
                short.approved
            ),
        );
        let found = missing(city, &SHORTAGE, (unit, spell), words);
        out.extend(found.map(|finding| {
            finding
                .because("approved", short.approved)
                .because("assigned", short.assigned)
                .because("excused_vacancies", short.excused)
                .because("shortage", short.count())
        }));
    }
}

pub(super) fn not_entered(city: &City<'_>, out: &mut Findings) {
    for (unit, spell) in &city.presence().absent_items {
        let list = spell.worst.join("、");
        let words = (
            format!("核准应进厅的审批、收费项目{}项未进厅:{list}", spell.worst.len()),
            format!("{} items or fees of the register have no window: {list}", spell.worst.len()),
        );
        let found = missing(city, &NOT_ENTERED, (unit, spell), words);
        out.extend(found.map(|finding| {
            let items: Vec<&str> = spell.worst.iter().map(AsRef::as_ref).collect();
            finding.because("items", items)
        }));
    }
}

pub(super) fn concentrated(city: &City<'_>, out: &mut Findings) {
    let presence = city.presence();
    for (unit, spell) in &presence.scattered {
        let list = spell.worst.join(";");
        let words = (format!("两集中、两到位未达到:{list}"), format!("not concentrated: {list}"));
        let found = missing(city, &CONCENTRATED, (unit, spell), words);
        out.extend(found.map(|finding| {
            with_rate(finding, &presence.concentrated).because("lacking", spell.worst.clone())
        }));
    }
    in_order(&CONCENTRATED, presence.concentrated, out);
}
