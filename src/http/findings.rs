//! What the rules find in the whole ledger, in pages: each page is of the logs as the
//! first one saw them.

use super::asked::{Asked as Parameters, Reading, bad, instant, page_limit};
use super::problem::{Problem, log_damaged};
use super::reading::reader;
use super::{Shared, blocking};
use crate::judging::{Extent, Loaded};
use crate::ledger::LogName;
use axum::Json;
use axum::extract::State;
use plumbline_replay::rules::{Finding, Outcome, Severity, judge};
use plumbline_replay::state::Moment;
use plumbline_replay::time::civil::{Micros, Zone, parse_date};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::{Arc, PoisonError};
use utoipa::IntoParams;

/// Which findings are asked for. Everything named must hold.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    /// 规则编号,或其开头如 R2.5 / a rule, or the beginning of several like `R2.5`
    rule: Option<String>,
    /// 结果,如 VIOLATION_SIGNAL / the result
    result: Option<String>,
    /// 至少此级 / at least so grave: INFO, BLUE, YELLOW, RED, REFER
    severity: Option<String>,
    /// 责任单位 / the unit that answers
    unit: Option<String>,
    /// 案件 / the case
    stream: Option<String>,
    /// 发生时间,自此起 / happened from then on
    occurred_from: Option<String>,
    /// 发生时间,至此(含) / happened by then, included
    occurred_until: Option<String>,
    /// 发生时间至此,默认为末条记录 / what had happened by then, by default the last entry's
    as_of: Option<String>,
    /// 入账时间至此 / what was recorded by then
    known_at: Option<String>,
    /// 每页件数,至多 500 / findings of a page, at most 500
    limit: Option<usize>,
    /// 上页的 cursor / `cursor` of the page before
    cursor: Option<String>,
}

/// Entries of the open log, and of the sealed one where the asker may read it.
type Sizes = (u64, Option<u64>);

/// What a judging was of, and the moment asked for.
type Of = (Sizes, Option<Micros>, Option<Micros>);

/// The last judging, for the pages after the first.
#[derive(Default)]
pub(super) struct LastJudged(Option<(Of, Arc<Judged>)>);

struct Judged {
    moment: Moment,
    findings: Vec<Finding>,
}

struct Filter {
    rule: Option<String>,
    outcome: Option<Outcome>,
    severity: Option<Severity>,
    unit: Option<String>,
    stream: Option<String>,
    from: Micros,
    until: Micros,
}

impl Wanted {
    fn filter(&self, zone: Zone) -> Result<Filter, Problem> {
        let outcome = self.result.as_deref().map(|text| {
            let detail = "没有这种结果 / there is no such result: VIOLATION_SIGNAL, CONFIRMED, …";
            Outcome::parse(text).ok_or_else(|| bad("no-such-result", detail))
        });
        let severity = self.severity.as_deref().map(|text| {
            let detail = "severity 只能是 / is one of INFO, BLUE, YELLOW, RED, REFER";
            Severity::parse(text).ok_or_else(|| bad("no-such-severity", detail))
        });
        let from = self.occurred_from.as_deref().map(|text| match parse_date(text) {
            Some(day) => Ok::<Micros, Problem>(zone.start_of(day)),
            None => Ok(instant(Some(text), zone)?.unwrap_or(Micros::MIN)),
        });
        Ok(Filter {
            rule: self.rule.clone(),
            outcome: outcome.transpose()?,
            severity: severity.transpose()?,
            unit: self.unit.clone(),
            stream: self.stream.clone(),
            from: from.transpose()?.unwrap_or(Micros::MIN),
            until: instant(self.occurred_until.as_deref(), zone)?.unwrap_or(Micros::MAX),
        })
    }

    /// How much was judged at the first page, and the finding that this one begins at.
    fn place(&self) -> Result<Option<(Sizes, usize)>, Problem> {
        let Some(text) = self.cursor.as_deref() else { return Ok(None) };
        let parts: Option<Vec<u64>> = text.split('.').map(|part| part.parse().ok()).collect();
        let at = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
        match parts.as_deref() {
            Some([open, place]) => Ok(Some(((*open, None), at(*place)))),
            Some([open, sealed, place]) => Ok(Some(((*open, Some(*sealed)), at(*place)))),
            _ => Err(bad("bad-cursor", "cursor 不可用 / the cursor is none of ours")),
        }
    }
}

impl Filter {
    fn wants(&self, finding: &Finding) -> bool {
        let is = |asked: &Option<String>, value: Option<&str>| {
            asked.is_none() || asked.as_deref() == value
        };
        let rule = self.rule.as_deref().is_none_or(|asked| finding.is_of(asked));
        rule && self.outcome.is_none_or(|outcome| finding.outcome == outcome)
            && self.severity.is_none_or(|least| finding.severity >= least)
            && is(&self.unit, finding.accountable.unit.as_deref())
            && is(&self.stream, Some(&finding.stream))
            && (self.from..=self.until).contains(&finding.at)
    }
}

/// `GET /api/v1/findings`: judged once for all pages, one judging at a time. Without a
/// key what only the sealed log would show is indeterminate.
#[utoipa::path(
    get,
    security((), ("key" = ["read-sealed"])),
    path = "/api/v1/findings",
    tag = "cases",
    operation_id = "findings",
    summary = "全部疑点,分页 / all findings, in pages",
    params(Wanted),
    responses((status = 200, description = "一页疑点 / a page of findings", body = ref("#/components/schemas/Findings")),
        (status = 400, response = Problem),
        (status = 401, response = Problem),
        (status = 403, response = Problem),
        (status = 500, response = Problem),
    ),
)]
pub(super) async fn list(
    State(service): State<Shared>,
    reading: Reading,
    Parameters(wanted): Parameters<Wanted>,
) -> Result<Json<Value>, Problem> {
    let zone = service.zone();
    let filter = wanted.filter(zone)?;
    let place = wanted.place()?;
    if place.is_some_and(|((_, sealed), _)| sealed.is_some()) {
        reading.log(Some(LogName::Sealed.as_str()))?;
    }
    let as_of = instant(wanted.as_of.as_deref(), zone)?;
    let known_at = instant(wanted.known_at.as_deref(), zone)?;
    let limit = page_limit(wanted.limit)?;
    blocking(move || {
        let (sizes, from) = match place {
            Some(place) => place,
            None => {
                let size = |log| Ok::<u64, Problem>(reader(&service, log)?.size());
                let sealed = reading.may_read(LogName::Sealed);
                let sealed = sealed.then(|| size(LogName::Sealed)).transpose()?;
                ((size(LogName::Open)?, sealed), 0)
            }
        };
        let judged = judged(&service, (sizes, as_of, known_at))?;
        let asked = judged.findings.iter().enumerate().skip(from);
        let mut asked = asked.filter(|(_, finding)| filter.wants(finding));
        let page: Vec<Value> =
            asked.by_ref().take(limit).map(|(_, finding)| finding.to_json(zone)).collect();
        let (open, sealed) = sizes;
        let cursor = asked.next().map(|(at, _)| match sealed {
            Some(sealed) => format!("{open}.{sealed}.{at}"),
            None => format!("{open}.{at}"),
        });
        Ok(Json(json!({
            "schema": "plumbline.findings/1",
            "moment": {
                "as_of": zone.rfc3339(judged.moment.as_of),
                "known_at": zone.rfc3339(judged.moment.known_at),
            },
            "log_size": open, "sealed_size": sealed, "findings": page, "cursor": cursor,
        })))
    })
    .await
}

fn judged(service: &Shared, of: Of) -> Result<Arc<Judged>, Problem> {
    // Whoever waits here may want the very same.
    let mut last = service.last_judged.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, judged)) = last.0.as_ref().filter(|(known, _)| *known == of) {
        return Ok(judged.clone());
    }
    let ((open, sealed), as_of, known_at) = of;
    let (layout, config) = (service.ledger.layout(), service.ledger.config());
    let loaded = Loaded::read(layout, config, Extent { open, sealed })?;
    if let Some(damage) = &loaded.damage {
        return Err(log_damaged(damage));
    }
    if (loaded.size, loaded.sealed_size) != (open, sealed) {
        let detail = "cursor 超出账的末尾 / the cursor lies beyond the logs' ends";
        return Err(bad("bad-cursor", detail));
    }
    let moment = loaded.moment(as_of, known_at);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let found = judge(&loaded.blocks, loaded.ask(moment, service.zone(), threads))?;
    let judged = Arc::new(Judged { moment, findings: found.findings });
    last.0 = Some((of, judged.clone()));
    Ok(judged)
}
