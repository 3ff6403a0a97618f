//! R2.2.4d–f in cases: fees of what is cancelled, fees outside the hall, terms that
//! ran out; and what a confirmed R2.1.6 or R2.1.7 leads to.

use super::{FEE_OUTSIDE, OVER_TIME, STILL_EXERCISED};
use crate::event::Event;
use crate::integrity::json::Json;
use crate::rules::accountability::Accountable;
use crate::rules::bench::Case;
use crate::rules::city::{City, Decision, is_hall, venue_of};
use crate::rules::clocks::{self, ClockKind, ClockReading};
use crate::rules::finding::{Finding, Findings, Outcome};
use crate::rules::impediment::{self, Impediment};
use chrono::NaiveDate;
use serde_json::json;

/// The fee codes that a case is about: of the lines assessed, else of the act.
fn fee_codes(case: &Case<'_>, act: &Event<'_>) -> Vec<Box<str>> {
    let mut codes: Vec<Box<str>> = Vec::new();
    for assessed in case.all("fee.assessed") {
        if let Some(Json::List(lines)) = assessed.body.json("lines") {
            let own = lines.iter().filter_map(|line| line.get("fee_code")?.as_str());
            codes.extend(own.map(Box::from));
        }
    }
    if codes.is_empty() {
        codes.extend(act.item.as_ref().and_then(|item| item.code.get()).map(Box::from));
    }
    codes.sort();
    codes.dedup();
    codes
}

/// Since when a fee may no longer be charged: itself cancelled, or every item that it
/// goes with.
fn cancelled_since(case: &Case<'_>, code: &str, on: NaiveDate) -> Option<(NaiveDate, Box<str>)> {
    let at = case.bench.on(on);
    let fee = case.bench.master.fee_items.speaking_at(code, at).last()?;
    if let Some(since) = fee.row.cancelled_on.filter(|since| *since <= on) {
        return Some((since, fee.origin.id.clone()));
    }
    if fee.ended() {
        return Some((fee.valid_from?, fee.origin.id.clone()));
    }
    let linked = fee.row.linked_items.as_ref().filter(|items| !items.is_empty())?;
    let mut last = None;
    for item in linked {
        match case.bench.master.item_status(item, at) {
            crate::master::ItemStatus::Cancelled { since, version } => {
                last = last.max(Some((since?, version.origin.id.clone())));
            }
            _ => return None,
        }
    }
    last
}

/// R2.2.4d: a fee of something cancelled, on the day it was paid.
pub(super) fn still_charged(case: &Case<'_>, out: &mut Findings) {
    for act in case.all("fee.paid") {
        let on = act.occurred.local_date();
        if !case.bench.decision_in_force(on) {
            continue;
        }
        for code in fee_codes(case, act) {
            let Some((since, entry)) = cancelled_since(case, &code, on) else {
                out.compliant(&STILL_EXERCISED);
                continue;
            };
            let zh = format!("收费{code}或其对应事项已于{since}取消,{on}仍予收取");
            let en = format!(
                "fee {code}, or the item it goes with, was cancelled on {since}; it was paid on {on}"
            );
            let finding = case.signal(&STILL_EXERCISED, act, zh, en).matter(code.clone());
            let collectors = case.all("fee.assessed").chain([act]);
            let officers: Vec<&str> =
                collectors.filter_map(|act| act.actor.as_ref()?.officer.get()).collect();
            let assessed = case.first("fee.assessed");
            let mut finding = finding.resting_on(assessed);
            let by = assessed.unwrap_or(act);
            finding.accountable = Accountable::of(case.bench, by).with_direct(officers);
            out.add(finding.because(
                "cancelled",
                json!({ "fee_code": code, "since": since.to_string(), "entry": entry }),
            ));
        }
    }
}

/// R2.2.4d: what people confirmed of R2.1.6 or R2.1.7 is discipline's affair.
pub(super) fn still_approved(city: &City<'_>, out: &mut Findings) {
    let confirmed = |finding: &&Finding| {
        matches!(finding.rule, "R2.1.6" | "R2.1.7")
            && city
                .topics
                .determinations
                .of(&finding.id())
                .last()
                .is_some_and(|last| last.decision == Decision::Confirmed)
    };
    let arising: Vec<Finding> = out.found.iter().filter(confirmed).cloned().collect();
    for source in arising {
        let id = source.id();
        let zh = format!("已认定:{}。应以违规违纪查处,并追究单位主要负责人和直接责任人", source.zh);
        let en = format!(
            "confirmed: {}. To be dealt with as a breach of discipline, by the principal \
             leader and those directly responsible",
            source.en
        );
        let mut finding = Finding {
            rule: STILL_EXERCISED.id,
            rule_version: STILL_EXERCISED.version,
            outcome: Outcome::Confirmed,
            severity: STILL_EXERCISED.severity,
            matter: format!("{}:{}", source.rule, source.matter).into(),
            zh,
            en,
            ..source
        };
        let persons = json!({
            "principal_leader": finding.accountable.principal_leader,
            "direct": finding.accountable.direct,
        });
        finding.explanation.insert("arises_from".to_owned(), json!(id));
        finding.explanation.insert("persons".to_owned(), persons);
        out.add(finding);
    }
}

/// R2.2.4e: a fee that belongs in the hall, paid outside. Collection by a bank on a
/// notice that was issued in the hall is the statutory separation of 收缴分离.
pub(super) fn charged_outside(case: &Case<'_>, out: &mut Findings) {
    for act in case.all("fee.paid") {
        let on = act.occurred.local_date();
        if !case.bench.decision_in_force(on) || act.source.kind.get() == Some("import") {
            continue;
        }
        let codes = fee_codes(case, act);
        let belonging: Vec<&str> =
            codes.iter().map(AsRef::as_ref).filter(|code| in_hall(case, code, on)).collect();
        if belonging.is_empty() {
            continue;
        }
        let channel = act.body.text("channel").unwrap_or_default();
        let method = act.body.text("method").unwrap_or_default();
        let inside = venue_of(act).is_some_and(is_hall)
            || ["平台", "非税", "电子缴", "大厅"].iter().any(|word| channel.contains(word))
            || method == "非税平台";
        let noticed =
            case.all("fee.notice.issued").any(|notice| venue_of(notice).is_some_and(is_hall));
        let by_bank = method == "银行" || channel.contains("银行");
        if inside || by_bank && noticed {
            out.compliant(&FEE_OUTSIDE);
            continue;
        }
        let Some(venue) = venue_of(act) else {
            let zh = "应进厅收费未记录缴款地点和渠道,无法判定".to_owned();
            let en = "neither place nor channel of the payment is recorded".to_owned();
            let finding = case.signal(&FEE_OUTSIDE, act, zh, en).outcome(Outcome::Indeterminate);
            out.add(finding.because("missing", vec!["venue.kind", "body.channel"]));
            continue;
        };
        let list = belonging.join("、");
        let zh = format!("应进厅收费项目{list}在厅外收取(地点{venue},渠道{channel})");
        let en = format!("{list} belongs in the hall and was collected at {venue} ({channel})");
        let by = case.first("fee.assessed").unwrap_or(act);
        let mut finding = case.signal(&FEE_OUTSIDE, act, zh, en);
        finding.accountable = Accountable::of(case.bench, by)
            .with_direct(act.actor.as_ref().and_then(|who| who.officer.get()));
        out.add(finding.because(
            "payment",
            json!({
                "fee_codes": belonging, "venue": venue, "channel": channel, "method": method,
                "amount_fen": act.body.int("amount_fen"), "notice_in_hall": noticed,
            }),
        ));
    }
}

fn in_hall(case: &Case<'_>, code: &str, on: NaiveDate) -> bool {
    let at = case.bench.on(on);
    let Some(fee) = case.bench.master.fee_items.at(code, at) else { return false };
    if fee.row.in_hall_required == Some(true) {
        return true;
    }
    let unit = fee.row.charging_unit.as_deref();
    let register = unit.and_then(|unit| case.bench.master.hall_registers.at(unit, at));
    register.is_some_and(|row| row.row.fee_items.iter().flatten().any(|own| own.as_ref() == code))
}

/// R2.2.4f: the legal term or the promise ran out before the matter was done.
pub(super) fn over_time(case: &Case<'_>, out: &mut Findings) {
    let kinds = [ClockKind::Legal, ClockKind::Promise];
    let late: Vec<ClockReading> =
        kinds.into_iter().filter_map(|kind| clocks::late(case, kind)).collect();
    let late: Vec<ClockReading> =
        late.into_iter().filter(|one| case.bench.decision_in_force(one.due)).collect();
    let Some(first) = late.iter().min_by_key(|one| one.last) else {
        if kinds.into_iter().any(|kind| clocks::runs_at_all(case, kind)) {
            out.compliant(&OVER_TIME);
        }
        return;
    };
    let zh: Vec<String> = late.iter().map(ClockReading::sentence_zh).collect();
    let en: Vec<String> = late.iter().map(ClockReading::sentence_en).collect();
    let started = case.acts.iter().find(|act| act.kind.starts_with("approval.acceptance."));
    let Some(act) = started.or_else(|| case.acts.first()) else { return };
    let mut finding = case.signal(&OVER_TIME, act, zh.join(";"), en.join("; ")).matter("clock");
    let acting = case.acts.iter().filter(|one| {
        one.occurred.micros <= first.last
            && ["承办人", "审核人", "批准人"]
                .iter()
                .any(|role| one.actor.as_ref().and_then(|who| who.role.get()) == Some(role))
    });
    let officers: Vec<&str> = acting.filter_map(|act| act.actor.as_ref()?.officer.get()).collect();
    finding.accountable =
        Accountable::unit(case.bench, act.unit(), first.last.saturating_add(1), Vec::new())
            .with_direct(officers);
    finding.at = first.last.saturating_add(1);
    let stops = late.iter().filter_map(|one| one.stop.as_ref()).map(|stop| stop.entry.clone());
    finding.entries.extend(stops);
    finding.entries.sort();
    finding.entries.dedup();
    let readings: Vec<_> = late.iter().map(|one| one.explanation(case)).collect();
    let finding = finding.because("clocks", readings);
    out.add(match impediment::before(case, first.last) {
        Some(known) => excused(finding, &known),
        None => finding,
    });
}

/// Force majeure and the applicant's fault excuse, recorded before the term ran out and
/// verified by a person; until then nothing is decided.
fn excused(finding: Finding, known: &Impediment<'_>) -> Finding {
    let (kind, kind_en) = known.words();
    let finding = finding.resting_on([known.recorded]).resting_on(known.verified);
    let (outcome, said, said_en) = match known.verified {
        Some(_) => (Outcome::Exempted, "经核实", "verified"),
        None => (Outcome::Indeterminate, "尚未核实", "not verified yet"),
    };
    let zh = format!("{};届满前登记{kind},{said}", finding.zh);
    let en = format!("{}; {kind_en} was recorded before, {said_en}", finding.en);
    let finding = Finding { zh, en, ..finding }.outcome(outcome);
    let finding = finding.because("impediment", known.to_json());
    match known.verified {
        Some(_) => finding,
        None => finding.because("missing", json!(["approval.impediment.verified"])),
    }
}
