//! `plumb serve`: the internal listener, and the public one if it is asked for.

use super::closing::Closing;
use super::interrupt::Interrupt;
use super::report::Keeping;
use super::timers::Ticking;
use super::witnessing::{Asked, ask, in_use, witnesses};
use super::{Dir, Exit, Failure, close, surroundings};
use crate::config::Layout;
use crate::following::Following;
use crate::http::{ApiKeys, Service, serve, serve_public};
use crate::ledger::{Ledger, LogName, read_config};
use crate::publication::{PublishError, Publisher};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// How long its start waits for witnesses, whatever the policy says of commands.
const WAIT: Duration = Duration::from_secs(10);

/// 启动服务 / serve submission and reading over HTTP
#[derive(clap::Args)]
pub struct Serve {
    #[command(flatten)]
    dir: Dir,
    /// 内部地址 / the internal address
    #[arg(long, default_value = "127.0.0.1:8710")]
    listen: SocketAddr,
    /// 公开地址:任何人可读公开日志(C2SP tlog-tiles)/ the public address: anyone may read
    /// the open log there
    #[arg(long, value_name = "ADDRESS")]
    public: Option<SocketAddr>,
    /// 不补发到期事件 / do not record what time alone brings about
    #[arg(long)]
    no_timers: bool,
}

/// Serves the ledger in a folder until stopped. Its city has come to an end: no
/// timer goes on writing its history.
pub(super) fn at(dir: PathBuf, listen: SocketAddr, public: SocketAddr) -> Result<Exit, Failure> {
    Serve { dir: Dir { dir }, listen, public: Some(public), no_timers: true }.run()
}

impl Serve {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        tracing_subscriber::fmt().with_writer(std::io::stderr).with_ansi(false).init();
        let layout = Layout::new(&self.dir.dir);
        let config = read_config(&layout)?;
        let watched = !config.witness.is_empty();
        if let Asked::Missing(words) = ask(&layout, &config, watched.then_some(WAIT))? {
            eprintln!("见证者未应答 / witnesses do not answer: {words}");
        }
        let ledger = Ledger::open(&self.dir.dir, surroundings("serve"))
            .map_err(|error| in_use(error.into(), "serve"))?;
        let following = Following::start(&ledger)?;
        let keys = ApiKeys::read(&ledger.layout().api_keys())?;
        if keys.is_empty() {
            eprintln!(
                "尚无写入密钥,只能读取;plumb keys add NAME 可生成 / no writer's key yet, reading \
                 only; `plumb keys add NAME` makes one"
            );
        }
        let asked = witnesses(ledger.layout(), ledger.config())?;
        let service = Arc::new(Service::new(ledger, following, keys, asked)?);
        let closing = Closing::start(service.clone())?;
        let keeping = Keeping::start(service.clone())?;
        let ticking = (!self.no_timers).then(|| Ticking::start(service.clone())).transpose()?;
        let publishing = watched || self.public.is_some();
        let publisher = publishing.then(|| publish(&service)).transpose()?;
        let runtime = tokio::runtime::Runtime::new()?;
        let interrupt = Interrupt::default();
        runtime.block_on(self.listeners(&service, &interrupt))?;
        drop(runtime);
        drop(publisher);
        drop(ticking);
        drop(keeping);
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
        Ok(interrupt.exit().unwrap_or(Exit::Done))
    }
}

impl Serve {
    /// Both listeners, until a signal or until one of them fails.
    async fn listeners(
        &self,
        service: &Arc<Service>,
        interrupt: &Interrupt,
    ) -> Result<(), Failure> {
        let stop = || {
            let told = interrupt.clone();
            async move { told.heard().await }
        };
        let failed = |address: SocketAddr| {
            move |error| Failure { exit: Exit::Failed, message: format!("{address}: {error}") }
        };
        let started = |address: SocketAddr| {
            eprintln!("服务地址 / serving on http://{address}");
        };
        let internal = serve(service.clone(), self.listen, started, stop());
        let Some(address) = self.public else {
            return internal.await.map_err(failed(self.listen));
        };
        let started = |address: SocketAddr| {
            eprintln!("公开日志 / the open log, for anyone: http://{address}/log/open/checkpoint");
        };
        let open = service.publication(LogName::Open);
        let public = serve_public(open, address, started, stop());
        let internal = async { internal.await.map_err(failed(self.listen)) };
        let public = async { public.await.map_err(failed(address)) };
        tokio::try_join!(internal, public).map(drop)
    }
}

/// Publishes the open log from now on.
fn publish(service: &Service) -> Result<Publisher, Failure> {
    let publisher = Publisher::start(service.publication(LogName::Open))?;
    service.ledger.watch(LogName::Open, publisher.watcher());
    Ok(publisher)
}

impl From<PublishError> for Failure {
    fn from(error: PublishError) -> Failure {
        match error {
            PublishError::Sign(error) => error.into(),
            PublishError::Store(error) => error.into(),
            PublishError::Contradicted(_) => {
                Failure { exit: Exit::Broken, message: error.to_string() }
            }
            PublishError::NotWitnessed { .. } => {
                Failure { exit: Exit::CannotTell, message: error.to_string() }
            }
            PublishError::Io { .. } => Failure { exit: Exit::Failed, message: error.to_string() },
        }
    }
}
