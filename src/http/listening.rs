//! How a listener takes connections: one loop for every router, with the limits that
//! keep strangers from holding connections for nothing. It knows no address and no
//! ledger.
//!
//! Not `axum::serve`: that has no timer, so a head which never ends, or a client that
//! went away without a word, holds its connection for ever.

use super::patience::Patient;
use axum::Router;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};

/// How long a connection may stand without a whole head of a request.
const HEAD_PATIENCE: Duration = Duration::from_secs(30);

/// How long the body of a request may take to come: 32 MiB at 2 Mbit/s.
const BODY_PATIENCE: Duration = Duration::from_secs(120);

/// How long to rest when the machine has no more file handles for connections.
const REST: Duration = Duration::from_millis(100);

/// Binds an address and says which it is: port 0 stands for any that is free.
pub(super) async fn bound(
    address: SocketAddr,
    started: impl FnOnce(SocketAddr),
) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(address).await?;
    started(listener.local_addr()?);
    Ok(listener)
}

/// Serves until `stop` resolves, then answers what is under way.
pub(super) async fn serve_on(
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    serve_within((HEAD_PATIENCE, BODY_PATIENCE), listener, router, stop).await
}

async fn serve_within(
    (head_patience, body_patience): (Duration, Duration),
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(head_patience);
    let open = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        let stream = tokio::select! {
            stream = accepted(&listener) => stream,
            () = &mut stop => break,
        };
        let router = TowerToHyperService::new(router.clone());
        let service = Timed { router, patience: body_patience };
        let connection = open.watch(http.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            // It ends in an error if the client breaks off, which is the client's matter.
            let _ = connection.await;
        });
    }
    drop(listener);
    open.shutdown().await;
    Ok(())
}

/// A router whose requests' bodies must come in time.
struct Timed {
    router: TowerToHyperService<Router>,
    patience: Duration,
}

impl Service<Request<Incoming>> for Timed {
    type Response = <TowerToHyperService<Router> as Service<Request<Patient>>>::Response;
    type Error = <TowerToHyperService<Router> as Service<Request<Patient>>>::Error;
    type Future = <TowerToHyperService<Router> as Service<Request<Patient>>>::Future;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        self.router.call(request.map(|body| Patient::over(body, self.patience)))
    }
}

/// The next connection. What fails is one client's, or passes.
async fn accepted(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(REST).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Bytes;
    use axum::extract::rejection::BytesRejection;
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::sync::oneshot;

    const LONG: Duration = Duration::from_secs(20);

    /// A listener whose one address answers after `delay`.
    async fn listening(patience: Duration, delay: Duration) -> (SocketAddr, oneshot::Sender<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let answer = move || async move {
            tokio::time::sleep(delay).await;
            "answered"
        };
        let taken = |sent: Result<Bytes, BytesRejection>| async {
            super::super::asked::body(sent).map(|sent| sent.len().to_string())
        };
        let router = Router::new().route("/", get(answer).post(taken));
        let (stop, stopped) = oneshot::channel();
        let stopped = async move { stopped.await.unwrap_or(()) };
        tokio::spawn(serve_within((patience, patience), listener, router, stopped));
        (address, stop)
    }

    async fn said(address: SocketAddr, sent: &str) -> (TcpStream, String) {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(sent.as_bytes()).await.unwrap();
        let mut heard = String::new();
        let reading = stream.read_to_string(&mut heard);
        tokio::time::timeout(LONG, reading).await.expect("the connection is held").unwrap();
        (stream, heard)
    }

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap()
    }

    #[test]
    fn nobody_holds_a_connection_with_a_head_that_never_ends() {
        runtime().block_on(async {
            let patience = Duration::from_millis(200);
            let (address, _stop) = listening(patience, Duration::ZERO).await;
            for sent in ["", "GET / HTTP/1.1\r\nhost: h\r\n"] {
                said(address, sent).await;
            }
            let after = "GET / HTTP/1.1\r\nhost: h\r\n\r\n";
            let (_, heard) = said(address, after).await;
            assert!(heard.ends_with("answered"), "then it stands idle, and ends: {heard}");
        });
    }

    #[test]
    fn nobody_holds_a_connection_with_a_body_that_never_ends() {
        runtime().block_on(async {
            let patience = Duration::from_millis(200);
            let (address, _stop) = listening(patience, Duration::ZERO).await;
            let head = "POST / HTTP/1.1\r\nhost: h\r\ncontent-length: 9\r\n\r\n";
            let (_, heard) = said(address, &format!("{head}four")).await;
            assert!(
                heard.starts_with("HTTP/1.1 408 ") && heard.contains("body-too-slow"),
                "{heard}"
            );
            let (_, heard) = said(address, &format!("{head}all of it")).await;
            assert!(heard.starts_with("HTTP/1.1 200 ") && heard.ends_with('9'), "{heard}");
        });
    }

    #[test]
    fn what_is_under_way_is_answered_after_the_sign_to_stop() {
        runtime().block_on(async {
            let (address, stop) = listening(LONG, Duration::from_millis(300)).await;
            let asked = tokio::spawn(said(address, "GET / HTTP/1.1\r\nhost: h\r\n\r\n"));
            tokio::time::sleep(Duration::from_millis(100)).await;
            stop.send(()).unwrap();
            let (_, heard) = asked.await.unwrap();
            assert!(heard.ends_with("answered"), "{heard}");
            assert!(TcpStream::connect(address).await.is_err(), "it still takes connections");
        });
    }
}
