//! Whose key a request shows, and whether it is for what is asked. Every address that
//! needs a key asks here; what the key's holder may by role, the sealed log says.

use super::Service;
use super::asked::named;
use super::keys::Purpose;
use super::problem::Problem;
use crate::ledger::LogName;
use axum::http::{HeaderMap, StatusCode, header};

const SECOND: &str = "second-authorization";

/// Who asks, by a key that is for it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Holder(String);

impl Holder {
    pub fn name(&self) -> &str {
        &self.0
    }

    /// The log that a request to write or to open names: what it is allowed there is not
    /// to read it.
    pub fn log(&self, name: Option<&str>) -> Result<LogName, Problem> {
        named(name)
    }
}

/// Who asks, by a key for this purpose.
pub(super) fn holder(
    service: &Service,
    headers: &HeaderMap,
    purpose: Purpose,
) -> Result<Holder, Problem> {
    let shown = shown(service, headers, header::AUTHORIZATION.as_str());
    allowed(service, shown.ok_or_else(no_valid_key)?, purpose)
}

/// Two persons, each by a key of their own for this purpose, the one who asks first.
pub(super) fn two_holders(
    service: &Service,
    headers: &HeaderMap,
    purpose: Purpose,
) -> Result<[Holder; 2], Problem> {
    let first = holder(service, headers, purpose)?;
    let second = shown(service, headers, SECOND).ok_or_else(|| {
        Problem::new(
            StatusCode::UNAUTHORIZED,
            "no-second-key",
            "须由两人各以自己的密钥批准;第二人用 Second-Authorization: Bearer / two persons approve, each \
             with a key of their own: the second one's goes into `Second-Authorization: Bearer …`",
        )
    })?;
    let second = allowed(service, second, purpose)?;
    if first == second {
        let detail =
            "须由两人各以自己的密钥批准 / two persons approve, each with a key of their own";
        return Err(Problem::new(StatusCode::FORBIDDEN, "one-approver", detail));
    }
    Ok([first, second])
}

/// The name whose key a request shows, whatever the key is for.
pub(super) fn shower<'s>(service: &'s Service, headers: &HeaderMap) -> Option<&'s str> {
    shown(service, headers, header::AUTHORIZATION.as_str())
}

fn shown<'s>(service: &'s Service, headers: &HeaderMap, header: &str) -> Option<&'s str> {
    let key = headers.get(header)?.to_str().ok()?.strip_prefix("Bearer ")?;
    service.keys.owner(key)
}

fn allowed(service: &Service, name: &str, purpose: Purpose) -> Result<Holder, Problem> {
    match service.keys.may(name, purpose) {
        true => Ok(Holder(name.to_owned())),
        false => Err(purpose_missing(name, purpose)),
    }
}

pub(super) fn no_valid_key() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "no-valid-key",
        "缺少有效的接口密钥;用 Authorization: Bearer,由 plumb keys add 生成 / no valid key; send \
         `Authorization: Bearer …`, made by `plumb keys add`",
    )
}

/// The key is somebody's and not for this: which purpose it lacks stands in `purpose`.
pub(super) fn purpose_missing(name: &str, purpose: Purpose) -> Problem {
    tracing::warn!(name, purpose = purpose.as_str(), "refused: the key is not for this");
    Problem {
        more: Some(Box::new(("purpose", purpose.as_str().into()))),
        ..Problem::new(
            StatusCode::FORBIDDEN,
            "purpose-missing",
            format!(
                "{name} 的密钥没有用途 {0};由 plumb keys allow {name} --for … 写明全部用途,服务重启后生效 / the \
                 key of {name} is not for {0}: `plumb keys allow {name} --for …` says all that it is \
                 for, and the server reads it at its start",
                purpose.as_str()
            ),
        )
    }
}
