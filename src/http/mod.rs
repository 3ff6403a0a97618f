//! Two listeners: the internal one, for submission and reading, and the public one,
//! read-only with types of its own. The only place that names axum.
//!
//! Knows addresses, statuses and forms; does not know how an event is admitted
//! or where it is kept. Every error is an RFC 9457 problem with a stable `code`.

mod asked;
mod bare;
mod bearer;
mod cases;
mod description;
mod entries;
mod feed;
mod findings;
mod health;
mod keys;
mod listening;
mod media;
mod opening;
mod operating;
mod patience;
mod problem;
mod proofs;
mod public;
mod reading;
mod receipts;
mod reports;
mod schemas;
mod submit;
mod witness;

pub use bare::serve_parsing_only;
pub use description::openapi;
pub use keys::{ApiKeys, KeyError, Purpose};
pub use public::serve_public;
pub use witness::serve_witness;

use crate::following::Following;
use crate::ledger::checkpoints::SignError;
use crate::ledger::{Ledger, LogName};
use crate::publication::{Publication, Witnesses};
use crate::reader::Reader;
use crate::receipt::Signer;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use description::Description;
use feed::Feed;
use health::Counts;
use listening::{bound, serve_on};
use plumbline_replay::time::civil::Zone;
use problem::Problem;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Largest request body: a full batch of full entries would be larger, but no
/// submitter needs one.
const BODY_BYTES_MAX: usize = 32 << 20;

/// What the handlers share.
pub struct Service {
    pub ledger: Ledger,
    pub following: Following,
    pub keys: ApiKeys,
    feed: Feed,
    publications: Vec<Arc<Publication>>,
    signer: Signer,
    counts: Counts,
    /// One report is made at a time: it may take the whole log into memory.
    reporting: Mutex<()>,
    last_judged: Mutex<findings::LastJudged>,
}

impl Service {
    /// A service over an open ledger. It watches the logs from here on. The witnesses
    /// are of the open log.
    pub fn new(
        ledger: Ledger,
        following: Following,
        keys: ApiKeys,
        mut witnesses: Option<Witnesses>,
    ) -> Result<Service, SignError> {
        let signer = Signer::open(ledger.layout())?;
        let feed = Feed::of(&ledger);
        let mut publications = Vec::new();
        for log in LogName::ALL {
            let (layout, config) = (ledger.layout().clone(), ledger.config().clone());
            let publication = Publication::new(layout, config, Reader::of(&ledger, log)?);
            // The sealed log is shown to nobody, so nobody can witness it.
            let asked = if log == LogName::Open { witnesses.take() } else { None };
            publications.push(Arc::new(publication.witnessed_by(asked)));
        }
        Ok(Service {
            ledger,
            following,
            keys,
            feed,
            publications,
            signer,
            counts: Counts::new(),
            reporting: Mutex::default(),
            last_judged: Mutex::default(),
        })
    }

    /// A log with its tree, for proofs and for publication.
    pub fn publication(&self, log: LogName) -> Arc<Publication> {
        let found = self.publications.iter().find(|publication| publication.log() == log);
        found.expect("every log has one").clone()
    }

    /// The zone whose days the ledger counts by.
    fn zone(&self) -> Zone {
        Zone::parse(&self.ledger.config().time_zone).unwrap_or(Zone::SHANGHAI)
    }
}

type Shared = Arc<Service>;

/// Every address, with its description.
fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(submit::one, entries::list))
        .routes(routes!(submit::batch))
        .routes(routes!(feed::follow))
        .routes(routes!(entries::by_id))
        .routes(routes!(entries::one))
        .routes(routes!(cases::list))
        // One address for a case and its views; `Description` names each.
        .route("/api/v1/cases/{*stream}", get(cases::one))
        .routes(routes!(findings::list))
        .routes(routes!(reports::list))
        .routes(routes!(reports::one))
        .routes(routes!(opening::record_and_open))
        .routes(routes!(opening::open_by_two))
        .routes(routes!(operating::erase_subject))
        .routes(routes!(operating::close, operating::closings))
        .routes(routes!(receipts::of_event))
        .routes(routes!(proofs::checkpoint))
        .routes(routes!(proofs::included))
        .routes(routes!(proofs::continued))
        .routes(routes!(schemas::list))
        .routes(routes!(schemas::one))
        .routes(routes!(description::document))
        .routes(routes!(health::alive))
        .routes(routes!(health::ready))
        .routes(routes!(health::metrics))
}

fn router(service: Shared) -> Router {
    Router::from(routes())
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
    let listener = bound(address, started).await?;
    let stopped = service.clone();
    let stop = async move {
        stop.await;
        stopped.feed.stop();
    };
    serve_on(listener, router(service), stop).await
}

/// Runs what reads files on a thread where waiting hinders nobody.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await?
}

#[cfg(test)]
mod tests {
    /// `route` takes an address past the description; only the cases' stands so.
    #[test]
    fn no_address_is_undescribed() {
        let source = include_str!("mod.rs");
        let calls = source.lines().filter(|line| line.trim_start().starts_with(".route("));
        assert_eq!(calls.count(), 1, "use `.routes(routes!(…))`, so that the address is described");
    }
}
