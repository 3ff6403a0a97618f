//! T33: 信用修复管理办法, in force since 2026-04-01. The vocabulary has one event of
//! a repair (D36); what its body says of the steps is judged. How long a penalty stays
//! published is of the same measures, and before them P19's earlier terms.

use super::clock;
use super::term::not_before;
use crate::event::Event;
use crate::rules::bench::Case;
use crate::rules::clocks::{day_of, workdays_between};
use crate::rules::finding::{Findings, Outcome};
use crate::rules::publication;
use crate::rules::rule::Rule;
use chrono::NaiveDate;
use serde_json::json;

pub(in crate::rules) const RULES: &[Rule] = &[T33];

clock!(
    T33,
    "L0.T33",
    3,
    "信用修复办理期限",
    "terms of credit repair",
    "收到申请之日起3个工作日内受理,自受理之日起7个工作日内决定(可延长10个工作日),网站自收到之日起10个工作日内反馈;轻微失信信息公示期最长3个月,一般3个月至1年,严重1年至3年(信用修复管理办法)",
    Yellow,
    credit
);

fn credit(case: &Case<'_>, out: &mut Findings) {
    repair(case, out);
    for published in case.file.all("penalty.published") {
        shown_too_long(case, published, out);
    }
}

/// P19: published for longer, or for less, than its class allows.
fn shown_too_long(case: &Case<'_>, published: &Event<'_>, out: &mut Findings) {
    let Some(said) = day_of(published, "until", case.bench.zone) else { return };
    let Some(term) = publication::publicity(case, published) else { return };
    let class = term.class.as_deref().unwrap_or("未载明");
    let (from, until) = (term.from, term.until);
    let early = term.not_before.filter(|first| said < *first);
    let (zh, en) = match early {
        Some(first) => (
            format!("公示至{said},短于{class}失信的最短公示期({from}起至{first})"),
            format!("published until {said}: its class stays until {first} at least"),
        ),
        None if said > until => (
            format!("公示至{said},超过最长公示期({class},{from}起至{until})"),
            format!("published until {said}: at the latest until {until}, counted from {from}"),
        ),
        None if term.class.is_none() && said > term.surely_until => (
            format!("公示至{said},未载明失信程度,公示期是否过长无法判定"),
            format!("published until {said} without a class: whether too long cannot be told"),
        ),
        None => return out.compliant(&T33),
    };
    let known = early.is_some() || said > until;
    let finding =
        case.signal(&T33, published, zh, en).matter(format!("{}#publicity", published.id)).because(
            "publicity",
            json!({
                "parameter": "P19", "class": term.class, "counted_from": from.to_string(),
                "until": said.to_string(), "at_the_latest": until.to_string(),
                "at_the_earliest": term.not_before.map(|day| day.to_string()),
            }),
        );
    out.add(match known {
        true => finding,
        false => finding.outcome(Outcome::Indeterminate).because("missing", json!(["class"])),
    });
}

/// From, to, working days, in words.
const STEPS: [(&str, &str, u32, &str, &str); 3] = [
    ("applied_on", "accepted_on", 3, "受理", "accept"),
    ("accepted_on", "decided_on", 7, "决定", "decide"),
    ("decided_on", "fed_back_on", 10, "网站反馈", "report back"),
];

/// What the repair does not say cannot be counted. The site's report comes later.
fn dates_missing(case: &Case<'_>, act: &Event<'_>, out: &mut Findings) {
    let bench = case.bench;
    let names = ["applied_on", "accepted_on", "decided_on"];
    let missing: Vec<&str> =
        names.into_iter().filter(|name| day_of(act, name, bench.zone).is_none()).collect();
    let on = bench.zone.date(act.occurred.micros);
    if missing.is_empty() || NaiveDate::from_ymd_opt(2026, 4, 1).is_none_or(|since| on < since) {
        return;
    }
    let zh = format!("信用修复未记录{},是否按期办理无法判定", missing.join("、"));
    let en = format!("{} not recorded: whether it was in time cannot be told", missing.join(", "));
    let finding = case.signal(&T33, act, zh, en).outcome(Outcome::Indeterminate);
    out.add(finding.matter(format!("{}#dates", act.id)).because("missing", json!(missing)));
}

fn repair(case: &Case<'_>, out: &mut Findings) {
    let bench = case.bench;
    for act in case.file.all("penalty.credit.repaired") {
        dates_missing(case, act, out);
        for (start, stop, n, zh, en) in STEPS {
            let day = |name| day_of(act, name, bench.zone);
            let (Some(from), Some(to)) = (day(start), day(stop)) else { continue };
            let more =
                if stop == "decided_on" { act.body.int("extended_wd").unwrap_or(0) } else { 0 };
            let n = n + u32::try_from(more.clamp(0, 10)).unwrap_or(0);
            let used = workdays_between(bench.calendar, from, to, bench.known_at);
            if used <= n {
                out.compliant(&T33);
                continue;
            }
            let zh = format!("信用修复{zh}用{used}个工作日({from}至{to}),期限{n}个工作日");
            let en = format!(
                "credit repair: {used} working day(s) to {en} ({from} to {to}), allowed {n}"
            );
            let finding = case.signal(&T33, act, zh, en).matter(format!("{}#{stop}", act.id));
            let finding = finding.because("working_days", json!({"used": used, "allowed": n}));
            out.add(not_before(finding, from, (2026, 4, 1)));
        }
    }
}
