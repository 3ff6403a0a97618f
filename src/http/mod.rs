//! The internal listener: submission and reading over HTTP. The only place that
//! names axum.
//!
//! Knows addresses, statuses and forms; does not know how an event is admitted
//! or where it is kept. Every error is an RFC 9457 problem with a stable `code`.

mod asked;
mod cases;
mod entries;
mod feed;
mod health;
mod keys;
mod problem;
mod proofs;
mod submit;

pub use keys::{ApiKeys, KeyError};

use crate::following::Following;
use crate::ledger::Ledger;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use feed::Feed;
use health::Counts;
use plumbline_replay::time::civil::Zone;
use problem::{Problem, internal};
use proofs::Trees;
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
    feed: Feed,
    trees: Trees,
    counts: Counts,
}

impl Service {
    /// A service over an open ledger. It watches the logs from here on.
    pub fn new(ledger: Ledger, following: Following, keys: ApiKeys) -> Service {
        let feed = Feed::of(&ledger);
        Service { ledger, following, keys, feed, trees: Trees::default(), counts: Counts::new() }
    }

    /// The zone whose days the ledger counts by.
    fn zone(&self) -> Zone {
        Zone::parse(&self.ledger.config().time_zone).unwrap_or(Zone::SHANGHAI)
    }
}

type Shared = Arc<Service>;

fn router(service: Shared) -> Router {
    Router::new()
        .route("/api/v1/events", post(submit::one).get(entries::list))
        .route("/api/v1/events:batch", post(submit::batch))
        .route("/api/v1/events/feed", get(feed::follow))
        .route("/api/v1/events/by-id/{system}/{id}", get(entries::by_id))
        .route("/api/v1/events/{position}", get(entries::one))
        .route("/api/v1/cases", get(cases::list))
        .route("/api/v1/cases/{*stream}", get(cases::one))
        .route("/api/v1/checkpoints/latest", get(proofs::checkpoint))
        .route("/api/v1/proofs/inclusion/{position}", get(proofs::included))
        .route("/api/v1/proofs/consistency/{old}", get(proofs::continued))
        .route("/livez", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .fallback(problem::no_such_address)
        .method_not_allowed_fallback(problem::no_such_method)
        .layer(from_fn_with_state(service.clone(), health::counted))
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
    let stopped = service.clone();
    let stop = async move {
        stop.await;
        stopped.feed.stop();
    };
    axum::serve(listener, router(service)).with_graceful_shutdown(stop).await
}

/// Runs what reads files on a thread where waiting hinders nobody.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(|error| internal(&error.to_string()))?
}
