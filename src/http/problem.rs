//! RFC 9457 problems, and the only place that turns errors into statuses.

use crate::case::CaseError;
use crate::judged::JudgedError;
use crate::judging::one::OneError;
use crate::ledger::checkpoints::SignError;
use crate::ledger::closing::ClosingError;
use crate::ledger::{AppendError, OpenError, RefusalCode};
use crate::opening::{EraseError, OpeningError, RoleError};
use crate::printing::PrintError;
use crate::publication::PublishError;
use crate::store::StoreError;
use crate::stream_index::IndexError;
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use plumbline_replay::rules::JudgeError;
use serde_json::{Value, json};
use tokio::task::JoinError;

/// An error as the client sees it.
pub(super) struct Problem {
    pub status: StatusCode,
    /// Stable, for programs.
    pub code: &'static str,
    /// For people.
    pub detail: String,
    pub pointer: Option<String>,
    pub more: Option<Box<(&'static str, Value)>>,
    pub retry_after_s: Option<u64>,
}

impl Problem {
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Problem {
        let detail = detail.into();
        Problem { status, code, detail, pointer: None, more: None, retry_after_s: None }
    }

    pub fn to_json(&self) -> Value {
        let mut value = json!({
            "type": format!("/problems/{}", self.code),
            "title": self.code,
            "status": self.status.as_u16(),
            "code": self.code,
            "detail": self.detail,
        });
        if let Some(pointer) = &self.pointer {
            value["errors"] = json!([{"pointer": pointer, "code": self.code}]);
        }
        if let Some((name, more)) = self.more.as_deref() {
            value[*name] = more.clone();
        }
        value
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let kind = HeaderValue::from_static("application/problem+json");
        let body = self.to_json().to_string();
        let mut response = (self.status, [(header::CONTENT_TYPE, kind)], body).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            let way = HeaderValue::from_static("Bearer realm=\"plumbline\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, way);
        }
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl From<AppendError> for Problem {
    fn from(error: AppendError) -> Problem {
        match error {
            AppendError::Refused(refusal) => {
                let status = match refusal.code {
                    code if code.is_conflict() => StatusCode::CONFLICT,
                    RefusalCode::TooLarge | RefusalCode::TooManyInBatch => {
                        StatusCode::PAYLOAD_TOO_LARGE
                    }
                    RefusalCode::VaultUnavailable => StatusCode::SERVICE_UNAVAILABLE,
                    RefusalCode::MalformedJson => StatusCode::BAD_REQUEST,
                    _ => StatusCode::UNPROCESSABLE_ENTITY,
                };
                let revision =
                    refusal.current_revision.map(|r| Box::new(("current_revision", json!(r))));
                Problem {
                    pointer: refusal.pointer,
                    more: revision.or_else(|| Some(Box::new(("index", json!(refusal.index))))),
                    ..Problem::new(status, refusal.code.as_str(), refusal.detail)
                }
            }
            AppendError::Busy { retry_after_ms } => Problem {
                retry_after_s: Some(retry_after_ms.div_ceil(1000)),
                ..Problem::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "busy",
                    "队列已满,请稍后重发 / the queue is full; send it again later",
                )
            },
            AppendError::Unavailable { reason } => {
                Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not-recorded", reason)
            }
            AppendError::Stopped { .. } => {
                Problem::new(StatusCode::SERVICE_UNAVAILABLE, "stopped", error.to_string())
            }
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Problem {
        match error {
            StoreError::Damaged { .. } => log_damaged(&error.to_string()),
            other => internal(&other.to_string()),
        }
    }
}

impl From<OpeningError> for Problem {
    fn from(error: OpeningError) -> Problem {
        let (status, code) = match error {
            OpeningError::Open(error) => return error.into(),
            OpeningError::Store(error) => return error.into(),
            OpeningError::Roles(error) => return error.into(),
            OpeningError::NotAllowed { .. } => (StatusCode::FORBIDDEN, "not-allowed"),
            OpeningError::NothingSealed => (StatusCode::NOT_FOUND, "nothing-sealed"),
            OpeningError::TooMany(_) => (StatusCode::PAYLOAD_TOO_LARGE, "too-many-members"),
            OpeningError::NoPurpose => (StatusCode::BAD_REQUEST, "no-purpose"),
            OpeningError::NotRecorded(_) => (StatusCode::SERVICE_UNAVAILABLE, "not-recorded"),
            OpeningError::DoesNotOpen(_) => return internal(&error.to_string()),
        };
        Problem::new(status, code, error.to_string())
    }
}

impl From<RoleError> for Problem {
    fn from(error: RoleError) -> Problem {
        match error {
            RoleError::Open(error) => error.into(),
            RoleError::Store(error) => error.into(),
            RoleError::Append(error) => error.into(),
            other => internal(&other.to_string()),
        }
    }
}

impl From<EraseError> for Problem {
    fn from(error: EraseError) -> Problem {
        let (status, code) = match error {
            EraseError::Append(error) => return error.into(),
            EraseError::Store(error) => return error.into(),
            EraseError::Vault(error) => return internal(&error.to_string()),
            EraseError::OneApprover => (StatusCode::FORBIDDEN, "one-approver"),
            EraseError::UnknownSubject(_) => (StatusCode::NOT_FOUND, "no-such-subject"),
        };
        Problem::new(status, code, error.to_string())
    }
}

impl From<ClosingError> for Problem {
    fn from(error: ClosingError) -> Problem {
        match error {
            ClosingError::Append(error) => error.into(),
            ClosingError::Store(error) | ClosingError::Index(IndexError::Store(error)) => {
                error.into()
            }
            ClosingError::Index(error) => log_damaged(&error.to_string()),
        }
    }
}

impl From<OpenError> for Problem {
    fn from(error: OpenError) -> Problem {
        match error {
            OpenError::Store { error, .. } => error.into(),
            other => internal(&other.to_string()),
        }
    }
}

impl From<SignError> for Problem {
    fn from(error: SignError) -> Problem {
        match error {
            SignError::Store(error) => error.into(),
            SignError::Open(error) => error.into(),
            other => internal(&other.to_string()),
        }
    }
}

impl From<PublishError> for Problem {
    fn from(error: PublishError) -> Problem {
        match error {
            PublishError::Sign(error) => error.into(),
            PublishError::Store(error) => error.into(),
            other => internal(&other.to_string()),
        }
    }
}

impl From<CaseError> for Problem {
    fn from(error: CaseError) -> Problem {
        match error {
            CaseError::Log(error) => error.into(),
            other @ CaseError::Entry { .. } => internal(&other.to_string()),
        }
    }
}

impl From<OneError> for Problem {
    fn from(error: OneError) -> Problem {
        match error {
            OneError::Log(error) => error.into(),
            other => internal(&other.to_string()),
        }
    }
}

impl From<JudgedError> for Problem {
    fn from(error: JudgedError) -> Problem {
        match error {
            JudgedError::Log(error) => error.into(),
            JudgedError::Open(error) => error.into(),
            JudgedError::Damaged(damage) => log_damaged(&damage),
            other => internal(&other.to_string()),
        }
    }
}

impl From<JudgeError> for Problem {
    fn from(error: JudgeError) -> Problem {
        internal(&error.to_string())
    }
}

impl From<PrintError> for Problem {
    fn from(error: PrintError) -> Problem {
        internal(&error.to_string())
    }
}

impl From<JoinError> for Problem {
    fn from(error: JoinError) -> Problem {
        internal(&error.to_string())
    }
}

/// A failure inside: the reason goes to the log, not to the client.
pub(super) fn internal(reason: &str) -> Problem {
    tracing::error!(reason, "request failed");
    Problem::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "internal",
        "账本内部错误,详见服务日志 / an error inside; see the server's log",
    )
}

/// The log is damaged where the answer would go on. Where, anyone may know who may
/// read it.
pub(super) fn log_damaged(damage: &str) -> Problem {
    let detail = format!(
        "以上是完好的部分,请运行 plumb verify / the sound part ends here: {damage}; run `plumb \
         verify`"
    );
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "log-damaged", detail)
}

pub(super) async fn no_such_method(method: Method, uri: Uri) -> Problem {
    let detail =
        format!("此地址不接受 {method} / {method} is not for this address: {}", uri.path());
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "no-such-method", detail)
}

pub(super) async fn no_such_address(uri: Uri) -> Problem {
    let detail = format!("没有这个地址 / no such address: {}", uri.path());
    Problem::new(StatusCode::NOT_FOUND, "no-such-address", detail)
}
