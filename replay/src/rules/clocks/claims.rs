//! What an office says stretches a clock, and whether the law recognises it:
//! special procedures (行政许可法 art. 45) and extensions (art. 42).

use super::limits::Limit;
use super::start::Start;
use super::{day_of, day_start};
use crate::event::{Event, Value as Member};
use crate::integrity::json::Json;
use crate::rules::bench::Case;
use crate::rules::finding::EntryRef;
use crate::state::CaseKind;
use crate::time::civil::{self, Micros};
use crate::time::clock::{Claims, Clock, Suspension};
use chrono::NaiveDate;
use serde_json::{Value, json};

/// 听证、招标、拍卖、检验、检测、检疫、鉴定和专家评审: nothing else stops the clock.
pub const SPECIAL_KINDS: [&str; 8] =
    ["听证", "招标", "拍卖", "检验", "检测", "检疫", "鉴定", "专家评审"];

/// Why a claim is not recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unrecognised {
    NoStatutoryKind,
    NoWrittenNotice,
    TooLong,
    Second,
    WrongPost,
    AfterExpiry,
    NotNotified,
}

impl Unrecognised {
    pub fn as_str(self) -> &'static str {
        match self {
            Unrecognised::NoStatutoryKind => "no-statutory-kind",
            Unrecognised::NoWrittenNotice => "no-written-notice-of-expected-time",
            Unrecognised::TooLong => "longer-than-the-law-allows",
            Unrecognised::Second => "second-extension",
            Unrecognised::WrongPost => "approved-by-the-wrong-post",
            Unrecognised::AfterExpiry => "approved-after-expiry",
            Unrecognised::NotNotified => "not-notified-with-reason",
        }
    }

    pub fn zh(self) -> &'static str {
        match self {
            Unrecognised::NoStatutoryKind => "不属于行政许可法第四十五条所列情形",
            Unrecognised::NoWrittenNotice => "未将所需时间书面告知申请人",
            Unrecognised::TooLong => "超过法律允许的延长天数",
            Unrecognised::Second => "二次延长",
            Unrecognised::WrongPost => "批准人职务不符",
            Unrecognised::AfterExpiry => "期限届满后才批准",
            Unrecognised::NotNotified => "未告知申请人并说明理由",
        }
    }
}

/// One special procedure, as claimed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuspensionClaim {
    pub kind: Box<str>,
    pub from: NaiveDate,
    /// `None` while it lasts.
    pub to: Option<NaiveDate>,
    pub expected_wd: Option<u32>,
    pub refused: Option<Unrecognised>,
    pub started: EntryRef,
    pub ended: Option<EntryRef>,
}

impl SuspensionClaim {
    pub fn recognised(&self) -> bool {
        self.refused.is_none()
    }

    pub(super) fn to_json(&self) -> Value {
        json!({
            "kind": self.kind, "from": self.from.to_string(),
            "to": self.to.map(|to| to.to_string()), "expected_wd": self.expected_wd,
            "recognised": self.recognised(), "why": self.refused.map(Unrecognised::as_str),
            "started_by": self.started.id, "ended_by": self.ended.as_ref().map(|entry| &entry.id),
        })
    }
}

/// One extension, as claimed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtensionClaim {
    pub days: u32,
    pub refused: Option<Unrecognised>,
    pub approved: EntryRef,
}

impl ExtensionClaim {
    pub(super) fn to_json(&self) -> Value {
        json!({
            "days": self.days, "recognised": self.refused.is_none(),
            "why": self.refused.map(Unrecognised::as_str), "approved_by": self.approved.id,
        })
    }
}

/// Every special procedure of the case, each with its end.
pub(super) fn suspensions(case: &Case<'_>) -> Vec<SuspensionClaim> {
    let zone = case.bench.zone;
    let mut ends: Vec<&Event<'_>> = case.file.all("approval.special_procedure.ended").collect();
    let started = case.file.all("approval.special_procedure.started");
    let claim = |act: &Event<'_>| {
        let kind = act.body.text("kind").unwrap_or_default();
        let end = take_end(&mut ends, act, &kind);
        let from = zone.date(act.occurred.micros);
        let expected = act.body.int("expected_wd").and_then(|days| u32::try_from(days).ok());
        let notified = day_of(act, "applicant_notified_at", zone);
        let ended_on = end.and_then(|end| day_of(end, "ended_on", zone));
        let counted_ends = ends_counted(case, from);
        let inner = |day: NaiveDate, by: i64| {
            day.checked_add_signed(chrono::Duration::days(if counted_ends { by } else { 0 }))
        };
        let to = ended_on.or(end.map(|end| zone.date(end.occurred.micros)));
        let refused = if !SPECIAL_KINDS.contains(&kind.as_ref()) {
            Some(Unrecognised::NoStatutoryKind)
        } else if expected.is_none() || notified.is_none() {
            Some(Unrecognised::NoWrittenNotice)
        } else {
            None
        };
        SuspensionClaim {
            // A notice that came later suspends from its own day.
            from: inner(from.max(notified.unwrap_or(from)), 1).unwrap_or(from),
            to: to.map(|to| inner(to, -1).unwrap_or(to)),
            kind: kind.as_ref().into(),
            expected_wd: expected,
            refused,
            started: EntryRef::of(act),
            ended: end.map(EntryRef::of),
        }
    };
    started.map(claim).collect()
}

/// P04: whether the first and the last day of a suspension count after all.
fn ends_counted(case: &Case<'_>, on: NaiveDate) -> bool {
    let policy = case.bench.parameter("P04", case.bench.on(on));
    let word = policy.and_then(|value| value.get("suspension_ends")).and_then(Json::as_str);
    word == Some("counted")
}

/// Takes the end that names this start, else the first of its kind, else the first.
fn take_end<'e>(
    ends: &mut Vec<&'e Event<'e>>,
    start: &Event<'_>,
    kind: &str,
) -> Option<&'e Event<'e>> {
    let names = |end: &&Event<'_>| {
        end.body.text("ref").is_some_and(|named| {
            named == start.id || start.body.text("notice_no").is_some_and(|no| no == named)
        })
    };
    let later = |end: &&Event<'_>| end.order() >= start.order();
    let unnamed = |end: &&Event<'_>| end.body.text("ref").is_none() && later(end);
    let of_kind = |end: &&Event<'_>| unnamed(end) && end.body.text("kind").as_deref() == Some(kind);
    let at = ends.iter().position(names);
    let at = at.or_else(|| ends.iter().position(of_kind));
    let at = at.or_else(|| ends.iter().position(unnamed))?;
    Some(ends.remove(at))
}

/// Every extension that was approved, the first lawful one recognised.
pub(super) fn extensions(
    case: &Case<'_>,
    start: &Start,
    legal: &Limit,
    suspensions: &[SuspensionClaim],
) -> Vec<ExtensionClaim> {
    let mut claims: Vec<ExtensionClaim> = Vec::new();
    let approved = case.file.all("approval.extension.approved");
    for act in approved {
        let days = act.body.int("days").and_then(|days| u32::try_from(days).ok()).unwrap_or(0);
        let used = claims.iter().any(|claim| claim.refused.is_none());
        let refused = if used {
            Some(Unrecognised::Second)
        } else {
            refusal(case, act, days, expiry(case, start, legal, suspensions))
        };
        claims.push(ExtensionClaim { days, refused, approved: EntryRef::of(act) });
    }
    claims
}

/// When the term ends that the extension is to extend.
fn expiry(
    case: &Case<'_>,
    start: &Start,
    legal: &Limit,
    suspensions: &[SuspensionClaim],
) -> Option<Micros> {
    let zone = case.bench.zone;
    let today = case.bench.today();
    let mut clock = Clock::plain(day_start(start.on, zone), zone, legal.term);
    clock.suspensions = suspensions
        .iter()
        .map(|claim| Suspension {
            from: claim.from,
            to: Some(claim.to.unwrap_or(today)),
            recognised: claim.recognised(),
        })
        .collect();
    let known_at = case.bench.known_at;
    clock.reckon(case.bench.calendar, known_at, Claims::Recognised).map(|due| due.last)
}

fn refusal(
    case: &Case<'_>,
    act: &Event<'_>,
    days: u32,
    expiry: Option<Micros>,
) -> Option<Unrecognised> {
    let joint = case.file.kind == CaseKind::Joint;
    let (most, post) =
        if joint { (15, "本级政府负责人") } else { (10, "本机关负责人") };
    if days > most || days == 0 {
        return Some(Unrecognised::TooLong);
    }
    let named = act.body.text("approver_post").unwrap_or_default();
    let higher = !joint && named == "本级政府负责人";
    if (named != post && !higher) || !leads(case, act, joint) {
        return Some(Unrecognised::WrongPost);
    }
    if expiry.is_some_and(|expiry| approved_at(act) > expiry) {
        return Some(Unrecognised::AfterExpiry);
    }
    let order = act.order();
    let mut notices = case.file.all("approval.extension.notified");
    let told = notices.any(|notice| {
        let reason =
            notice.body.get("reason").is_some_and(|reason| reason != Member::Text("".into()));
        notice.order() >= order && reason
    });
    (!told).then_some(Unrecognised::NotNotified)
}

/// Whoever approved held a leading post of the unit that day, as far as the posts
/// are known; of the government's head nothing but the word is asked.
fn leads(case: &Case<'_>, act: &Event<'_>, joint: bool) -> bool {
    let officer = act.actor.as_ref().and_then(|actor| actor.officer.get());
    let (Some(unit), Some(officer)) = (act.unit(), officer) else { return true };
    let at = case.bench.at(act.occurred.micros);
    let mut leaders = case
        .bench
        .master
        .posts
        .all_at(unit, at)
        .filter(|version| {
            matches!(version.row.post.as_ref(), "主要负责人" | "分管负责人" | "党组书记")
        })
        .peekable();
    joint || leaders.peek().is_none() || leaders.any(|post| post.row.officer.as_ref() == officer)
}

/// The approval may say an earlier moment than the record, never a later one.
fn approved_at(act: &Event<'_>) -> Micros {
    let said = act.body.text("approved_at").and_then(|text| civil::parse_rfc3339(&text));
    said.map_or(act.occurred.micros, |said| said.micros.min(act.occurred.micros))
}

/// P05: whether an extension of the legal term extends the promise too.
pub(super) fn extends_promise(case: &Case<'_>, start: &Start) -> bool {
    let set = case.bench.parameter("P05", case.bench.on(start.on));
    matches!(set, Some(Json::Bool(true)))
}
