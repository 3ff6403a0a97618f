//! Permits across cases: who was granted what when, who may not apply again yet,
//! and which numbers decisions and certificates bear.

use super::{Case, Topic};
use crate::event::Event;
use crate::packed::packed;
use crate::rules::accountability::Accountable;
use crate::rules::clocks::GRANTS;
use crate::rules::finding::EntryRef;
use crate::time::civil::Micros;
use chrono::{Datelike, Months, NaiveDate};
use std::collections::BTreeMap;

/// One grant of one item to one applicant.
#[derive(Clone, Debug)]
pub struct Grant {
    pub stream: Box<str>,
    pub on: NaiveDate,
    pub at: Micros,
    pub entry: EntryRef,
    pub accountable: Accountable,
}

/// A time in which an applicant may not apply for an item again.
#[derive(Clone, Debug)]
pub struct Ban {
    pub on: NaiveDate,
    pub years: u32,
    pub why: Box<str>,
    pub entry: EntryRef,
}

/// What bears a number: unit and year of a decision, or kind of a certificate.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Numbered {
    pub series: Box<str>,
    pub number: Box<str>,
}

/// One act that bears it.
#[derive(Clone, Debug)]
pub struct Bearer {
    pub stream: Box<str>,
    pub at: Micros,
    pub entry: EntryRef,
    pub accountable: Accountable,
}

type PartyItem = (Box<str>, Box<str>);

/// All permits.
#[derive(Default)]
pub struct Permits {
    bans: BTreeMap<PartyItem, Vec<Ban>>,
    grants: BTreeMap<PartyItem, Vec<Grant>>,
    numbers: BTreeMap<Numbered, Vec<Bearer>>,
}

/// Acts that bear a decision's number of their own.
const DECISIONS: [&str; 3] =
    ["approval.decision.granted", "approval.decision.refused", "approval.commitment.decided"];

impl Permits {
    /// Grants that fall into a time in which the applicant could not apply.
    pub fn granted_while_banned(&self) -> Vec<(&Ban, &Grant)> {
        let mut out = Vec::new();
        for (key, bans) in &self.bans {
            for grant in self.grants.get(key).into_iter().flatten() {
                let holds = |ban: &&Ban| {
                    let end = ban.on.checked_add_months(Months::new(ban.years * 12));
                    grant.on > ban.on && end.is_some_and(|end| grant.on <= end)
                };
                out.extend(bans.iter().find(holds).map(|ban| (ban, grant)));
            }
        }
        out
    }

    /// Numbers that more than one act bears, each with its bearers in order of
    /// position: what comes second has taken a number that was used.
    pub fn numbers_used_twice(&self) -> impl Iterator<Item = (&Numbered, &[Bearer])> {
        let twice = self.numbers.iter().filter(|(_, bearers)| bearers.len() > 1);
        twice.map(|(number, bearers)| (number, bearers.as_slice()))
    }

    fn number(&mut self, case: &Case<'_>, act: &Event<'_>, series: String, number: &str) {
        if number.is_empty() {
            return;
        }
        let key = Numbered { series: series.into(), number: number.into() };
        let bearers = self.numbers.entry(key).or_default();
        bearers.push(Bearer {
            stream: case.file.stream.into(),
            at: act.occurred.micros,
            entry: EntryRef::of(act),
            accountable: Accountable::of(case.bench, act),
        });
        bearers.sort_by(|a, b| a.entry.cmp(&b.entry));
    }

    fn note_grant(&mut self, case: &Case<'_>) {
        let Some(key) = applicant_and_item(case) else { return };
        for act in case.file.any(&GRANTS) {
            self.grants.entry(key.clone()).or_default().push(Grant {
                stream: case.file.stream.into(),
                on: case.bench.zone.date(act.occurred.micros),
                at: act.occurred.micros,
                entry: EntryRef::of(act),
                accountable: Accountable::of(case.bench, act),
            });
        }
    }

    fn note_bans(&mut self, case: &Case<'_>) {
        let kinds =
            ["approval.permit.revoked", "approval.decision.refused", "approval.acceptance.refused"];
        for act in case.file.any(&kinds) {
            let Some((years, why)) = ban(act) else { continue };
            let Some(key) = applicant_and_item(case) else { continue };
            let on = case.bench.zone.date(act.occurred.micros);
            let entry = EntryRef::of(act);
            self.bans.entry(key).or_default().push(Ban { on, years, why: why.into(), entry });
        }
    }
}

/// Fraud and bribery bar for three years, false material for one.
fn ban(act: &Event<'_>) -> Option<(u32, &'static str)> {
    let says = |word: &str| {
        ["ground", "reason_code", "reasons"].iter().any(|name| match act.body.json(name) {
            Some(json) => String::from_utf8_lossy(&json.to_bytes()).contains(word),
            None => false,
        })
    };
    if act.kind.starts_with("approval.permit.revoked") {
        return (says("欺骗") || says("贿赂")).then_some((3, "以欺骗、贿赂等手段取得许可被撤销"));
    }
    (says("虚假材料") || says("隐瞒")).then_some((1, "隐瞒情况或者提供虚假材料"))
}

fn applicant_and_item(case: &Case<'_>) -> Option<PartyItem> {
    let party = case.file.acts.iter().find_map(|act| {
        let named = act.parties.iter().find(|party| party.capacity.get() == Some("申请人"));
        named.and_then(|party| party.id.get())
    })?;
    let item = case.file.acts.iter().find_map(|act| act.item.as_ref()?.code.get())?;
    Some((party.into(), item.into()))
}

impl Topic for Permits {
    fn note(&mut self, case: &Case<'_>) {
        use crate::state::CaseKind::{Approval, Joint};
        if !matches!(case.file.kind, Approval | Joint) {
            return;
        }
        self.note_grant(case);
        self.note_bans(case);
        for act in case.file.any(&DECISIONS) {
            let year = case.bench.zone.date(act.occurred.micros).year();
            let unit = act.unit().unwrap_or_default();
            let number = act.body.text("decision_no").unwrap_or_default();
            self.number(case, act, format!("decision {unit} {year}"), &number);
        }
        for act in case.file.all("approval.certificate.issued") {
            let kind = act.body.text("cert_type").unwrap_or_default();
            let number = act.body.text("cert_no").unwrap_or_default();
            self.number(case, act, format!("certificate {kind}"), &number);
        }
    }

    fn join(&mut self, other: Permits) {
        for (key, bans) in other.bans {
            let all = self.bans.entry(key).or_default();
            all.extend(bans);
            all.sort_by(|a, b| a.entry.cmp(&b.entry));
        }
        for (key, grants) in other.grants {
            let all = self.grants.entry(key).or_default();
            all.extend(grants);
            all.sort_by(|a, b| a.entry.cmp(&b.entry));
        }
        for (key, bearers) in other.numbers {
            let all = self.numbers.entry(key).or_default();
            all.extend(bearers);
            all.sort_by(|a, b| a.entry.cmp(&b.entry));
        }
    }
}

packed! {
    Grant { stream, on, at, entry, accountable }
    Ban { on, years, why, entry }
    Numbered { series, number }
    Bearer { stream, at, entry, accountable }
    Permits { bans, grants, numbers }
}
