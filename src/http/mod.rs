//! The internal listener: submission and reading over HTTP. The only place that
//! names axum.
//!
//! Knows addresses, statuses and forms; does not know how an event is admitted
//! or where it is kept. Every error is an RFC 9457 problem with a stable `code`.

mod cases;
mod keys;
mod problem;
mod read;
mod submit;

pub use keys::{ApiKeys, KeyError};

use crate::following::Following;
use crate::ledger::Ledger;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;

/// Largest request body: a full batch of full entries would be larger, but no
/// submitter needs one.
const BODY_BYTES_MAX: usize = 32 << 20;

/// What the handlers share.
pub struct Service {
    pub ledger: Ledger,
    pub following: Following,
    pub keys: ApiKeys,
}

type Shared = Arc<Service>;

fn router(service: Shared) -> Router {
    Router::new()
        .route("/api/v1/events", post(submit::one).get(read::list))
        .route("/api/v1/events:batch", post(submit::batch))
        .route("/api/v1/events/{position}", get(read::one))
        .route("/api/v1/cases", get(cases::list))
        .route("/api/v1/cases/{*stream}", get(cases::one))
        .route("/api/v1/checkpoints/latest", get(read::checkpoint))
        .route("/livez", get(read::alive))
        .route("/readyz", get(read::ready))
        .fallback(problem::no_such_address)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(service)
}

/// Serves until `stop` resolves, then answers what is under way and returns the
/// service, so that the ledger can be closed.
pub async fn serve(
    service: Shared,
    address: SocketAddr,
    started: impl FnOnce(SocketAddr),
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::bind(address).await?;
    started(listener.local_addr()?);
    axum::serve(listener, router(service)).with_graceful_shutdown(stop).await
}
