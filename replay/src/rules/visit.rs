//! What a case tells of entering an enterprise: the filing with what was answered
//! to it, the entry with who came and what exemption was claimed. Owned, so that a
//! filing and an entry of different cases can be brought together. What this file
//! does not know: whether an entry was lawful.

use super::bench::Case;
use super::noted::NotedAct;
use crate::event::Event;
use crate::integrity::json::Json;
use crate::packed::packed;
use crate::time::civil::{Micros, parse_date};
use chrono::NaiveDate;

/// What was answered to a filing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    Consented,
    Refused,
    Returned,
    Withdrawn,
}

/// One answer.
#[derive(Clone, Debug)]
pub struct Answer {
    pub act: NotedAct,
    pub reply: Reply,
    pub by_unit: Option<Box<str>>,
}

/// 备案申请, as last submitted, with all answers in order.
#[derive(Clone, Debug)]
pub struct Filing {
    pub number: Box<str>,
    /// 日常, 专项, 个案, 联合, 调研.
    pub kind: Option<Box<str>>,
    /// 年度计划, 国家部门, 省政府, …
    pub origin: Option<Box<str>>,
    pub origin_doc: Option<Box<str>>,
    pub enterprises: Vec<Box<str>>,
    pub from: Option<NaiveDate>,
    /// Inclusive.
    pub to: Option<NaiveDate>,
    pub items: Vec<Box<str>>,
    pub team: Vec<Box<str>>,
    pub purpose: Option<Box<str>>,
    /// The first submission.
    pub submitted: NotedAct,
    pub answers: Vec<Answer>,
    /// Approvals of an inspection task (C04) in the filing's own case, in order.
    pub tasks: Vec<NotedAct>,
}

impl Filing {
    /// The consent that stood at a moment: the last answer before it, if that is a
    /// consent.
    pub fn consent_before(&self, order: (Micros, u64)) -> Option<&Answer> {
        let last = self.answers.iter().rev().find(|answer| answer.act.order < order)?;
        (last.reply == Reply::Consented).then_some(last)
    }

    /// The first consent, whenever it came.
    pub fn consent(&self) -> Option<&Answer> {
        self.answers.iter().find(|answer| answer.reply == Reply::Consented)
    }

    /// 国家有关部门和省政府统一布置的专项检查
    pub fn is_ordered_from_above(&self) -> bool {
        self.kind.as_deref() == Some("专项")
            && matches!(self.origin.as_deref(), Some("国家部门" | "省政府"))
    }
}

/// The claim that a domain needs no filing first.
#[derive(Clone, Debug)]
pub struct Claim {
    pub domain: Box<str>,
    pub basis: Option<Box<str>>,
}

/// 入企.
#[derive(Clone, Debug)]
pub struct Entry {
    pub act: NotedAct,
    pub on: NaiveDate,
    /// 检查 or 调研.
    pub kind: Box<str>,
    pub filing_no: Option<Box<str>>,
    pub enterprise: Option<Box<str>>,
    pub officers: Vec<Box<str>>,
    pub item: Option<Box<str>>,
    pub purpose: Option<Box<str>>,
    pub claim: Option<Claim>,
    /// The enterprise asked for it.
    pub on_request: bool,
    /// Approvals of an inspection task (C04) in the entry's own case, in order.
    pub tasks: Vec<NotedAct>,
}

impl Entry {
    pub fn is_research(&self) -> bool {
        self.kind.as_ref() == "调研"
    }

    /// Whether a task was approved before the entry.
    pub fn task_approved(&self) -> bool {
        self.tasks.iter().any(|task| task.order < self.act.order)
    }
}

fn text(act: &Event<'_>, name: &str) -> Option<Box<str>> {
    act.body.text(name).filter(|text| !text.is_empty()).map(|text| text.as_ref().into())
}

/// Texts of a list, or the officers of a list of objects.
fn list(act: &Event<'_>, name: &str) -> Vec<Box<str>> {
    let Some(Json::List(items)) = act.body.json(name) else { return Vec::new() };
    let id = |item: &Json<'_>| {
        let inner = item.get("officer_id").and_then(Json::as_str);
        item.as_str().or(inner).map(Box::from)
    };
    items.iter().filter_map(id).collect()
}

/// The filings of a case, in order of their first submission.
pub fn filings(case: &Case<'_>) -> Vec<Filing> {
    let mut filings: Vec<Filing> = Vec::new();
    for act in case.file.all("inspection.filing.submitted") {
        let number = text(act, "filing_no").unwrap_or_default();
        let known = filings.iter().position(|filing| filing.number == number);
        let earlier = known.map(|at| filings.remove(at));
        let date = |name: &str| act.body.text(name).and_then(|text| parse_date(&text));
        filings.push(Filing {
            kind: text(act, "kind"),
            origin: text(act, "origin"),
            origin_doc: text(act, "origin_doc"),
            enterprises: list(act, "enterprises"),
            from: date("date_from"),
            to: date("date_to"),
            items: list(act, "item_codes"),
            team: list(act, "team"),
            purpose: text(act, "purpose"),
            submitted: earlier.map_or_else(|| NotedAct::of(case, act), |filing| filing.submitted),
            answers: Vec::new(),
            tasks: tasks(case),
            number,
        });
    }
    let replies = [
        ("inspection.filing.consented", Reply::Consented),
        ("inspection.filing.refused", Reply::Refused),
        ("inspection.filing.returned", Reply::Returned),
        ("inspection.filing.withdrawn", Reply::Withdrawn),
    ];
    for (kind, reply) in replies {
        for act in case.file.all(kind) {
            let number = text(act, "filing_no");
            // An answer without a number is to the only filing there is.
            let sole = filings.len() == 1;
            let meant = filings.iter_mut().find(|filing| match &number {
                Some(number) => filing.number == *number,
                None => sole,
            });
            let by_unit = text(act, "by_unit").or_else(|| act.unit().map(Box::from));
            if let Some(filing) = meant {
                filing.answers.push(Answer { act: NotedAct::of(case, act), reply, by_unit });
            }
        }
    }
    for filing in &mut filings {
        filing.answers.sort_by_key(|answer| answer.act.order);
    }
    filings
}

fn tasks(case: &Case<'_>) -> Vec<NotedAct> {
    case.file.all("inspection.task.approved").map(|act| NotedAct::of(case, act)).collect()
}

/// The entries of a case, in order.
pub fn entries(case: &Case<'_>) -> Vec<Entry> {
    let acts = case.file.all("inspection.entry.started");
    acts.map(|act| entry(case, act)).collect()
}

fn entry(case: &Case<'_>, act: &Event<'_>) -> Entry {
    let claim = act.body.json("exempt_claim").and_then(|claim| {
        let inner = |name: &str| claim.get(name).and_then(Json::as_str);
        let domain = inner("domain").or(claim.as_str())?;
        let basis = inner("basis").filter(|text| !text.is_empty()).map(Box::from);
        Some(Claim { domain: domain.into(), basis })
    });
    let basis = act.basis.filter(|basis| *basis != "[]").map(Box::from);
    let claim = claim.map(|claim| Claim { basis: claim.basis.or(basis), ..claim });
    let party = act.parties.iter().find_map(|party| party.id.get());
    let origin = act.body.text("origin");
    Entry {
        act: NotedAct::of(case, act),
        on: act.occurred.local_date(),
        kind: text(act, "kind").unwrap_or_else(|| "检查".into()),
        filing_no: text(act, "filing_no"),
        enterprise: text(act, "enterprise").or_else(|| party.map(Box::from)),
        officers: list(act, "officers"),
        item: act.item.as_ref().and_then(|item| item.code.get()).map(Box::from),
        purpose: text(act, "purpose"),
        claim,
        on_request: origin.as_deref() == Some("企业申请"),
        tasks: tasks(case),
    }
}

/// The filing that an entry goes by, among those of its own case: the one that it
/// names, else the last submitted before it, else the first.
pub fn own_filing<'f>(entry: &Entry, filings: &'f [Filing]) -> Option<&'f Filing> {
    if let Some(number) = &entry.filing_no {
        return filings.iter().find(|filing| filing.number == *number);
    }
    let before = |filing: &&Filing| filing.submitted.order < entry.act.order;
    filings.iter().rev().find(before).or(filings.first())
}

packed!(Reply: Consented, Refused, Returned, Withdrawn);
packed! {
    Answer { act, reply, by_unit }
    Filing {
        number, kind, origin, origin_doc, enterprises, from, to, items, team, purpose, submitted,
        answers, tasks,
    }
    Claim { domain, basis }
    Entry { act, on, kind, filing_no, enterprise, officers, item, purpose, claim, on_request, tasks }
}
