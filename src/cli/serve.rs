//! `plumb serve`: the internal listener.

use super::closing::Closing;
use super::{Dir, Exit, Failure, close, surroundings};
use crate::following::Following;
use crate::http::{ApiKeys, Service, serve};
use crate::ledger::Ledger;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

/// 启动服务 / serve submission and reading over HTTP
#[derive(clap::Args)]
pub struct Serve {
    #[command(flatten)]
    dir: Dir,
    /// 内部地址 / the internal address
    #[arg(long, default_value = "127.0.0.1:8710")]
    listen: SocketAddr,
}

/// Serves the ledger in a folder at one address, until stopped.
pub(super) fn at(dir: PathBuf, listen: SocketAddr) -> Result<Exit, Failure> {
    Serve { dir: Dir { dir }, listen }.run()
}

impl Serve {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        tracing_subscriber::fmt().with_writer(std::io::stderr).with_ansi(false).init();
        let ledger = Ledger::open(&self.dir.dir, surroundings("serve"))?;
        let following = Following::start(&ledger)?;
        let keys = ApiKeys::read(&ledger.layout().api_keys())?;
        if keys.is_empty() {
            eprintln!(
                "尚无写入密钥,只能读取;plumb keys add NAME 可生成 / no writer's key yet, reading \
                 only; `plumb keys add NAME` makes one"
            );
        }
        let service = Arc::new(Service::new(ledger, following, keys));
        let closing = Closing::start(service.clone())?;
        let runtime = tokio::runtime::Runtime::new()?;
        let started = |address: SocketAddr| {
            eprintln!("服务地址 / serving on http://{address}");
        };
        let (listen, shared) = (self.listen, service.clone());
        runtime.block_on(serve(shared, listen, started, stop_signal())).map_err(|error| {
            Failure { exit: Exit::Failed, message: format!("{listen}: {error}") }
        })?;
        drop(runtime);
        drop(closing);
        match Arc::into_inner(service) {
            Some(service) => {
                service.following.stop();
                close(service.ledger)?;
            }
            // A request outlived the server; what it recorded is durable and the
            // next command signs it.
            None => tracing::warn!("closed with a request under way"),
        }
        Ok(Exit::Done)
    }
}

/// Resolves on Ctrl-C or SIGTERM.
async fn stop_signal() {
    let interrupt = tokio::signal::ctrl_c();
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => {
            // Without the one signal the other still works.
            let _ = interrupt.await;
        }
    }
}
