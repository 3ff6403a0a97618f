//! The thread that publishes a log's head when it has grown.
//!
//! Signing reads entries back, so its pace follows what it costs: at most once a
//! second, and at most a twentieth of the time.

use super::{Publication, PublishError};
use crate::ledger::Watcher;
use crate::store::StoreError;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, after, bounded, never, select};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Between two publications, at least.
const PAUSE: Duration = Duration::from_secs(1);
/// The same, as a multiple of what the last one took.
const SHARE: u32 = 20;
/// After a failure.
const AGAIN: Duration = Duration::from_secs(10);
/// After growth has been told: what comes together is published together.
const GATHER: Duration = Duration::from_millis(50);

/// Ends when it is dropped.
pub struct Publisher {
    grown: Sender<()>,
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Publisher {
    /// Shows what may be shown at once, then starts the thread. Register
    /// [`Publisher::watcher`] with the ledger, or nothing more is published.
    ///
    /// # Errors
    ///
    /// Whatever hinders the first publication: a log that cannot be published is
    /// not served.
    pub fn start(publication: Arc<Publication>) -> Result<Publisher, PublishError> {
        publication.begin()?;
        let (grown, told) = bounded(1);
        let (stop, stopped) = bounded::<()>(0);
        let thread = std::thread::Builder::new()
            .name(format!("publish-{}", publication.log()))
            .spawn(move || run(&publication, &told, &stopped))
            .map_err(|error| StoreError::Unavailable(format!("no thread to publish: {error}")))?;
        Ok(Publisher { grown, stop: Some(stop), thread: Some(thread) })
    }

    /// To be told of growth.
    pub fn watcher(&self) -> Watcher {
        let grown = self.grown.clone();
        Arc::new(move |_| {
            // Full: growth is told already. Disconnected: nobody publishes any more.
            let _ = grown.try_send(());
        })
    }
}

impl Drop for Publisher {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic there has been reported by its own message.
            let _ = thread.join();
        }
    }
}

fn run(publication: &Publication, told: &Receiver<()>, stopped: &Receiver<()>) {
    // What was there before the thread began may not be witnessed yet.
    let mut again = after(Duration::ZERO);
    loop {
        select! {
            recv(told) -> _ => {}
            recv(again) -> _ => {}
            recv(stopped) -> _ => return,
        }
        if pause(stopped, GATHER) {
            return;
        }
        let begun = Instant::now();
        again = match publication.renew() {
            Ok(()) => never(),
            Err(error) => {
                tracing::error!(%error, log = %publication.log(), "nothing newer was published");
                after(AGAIN)
            }
        };
        if pause(stopped, PAUSE.max(begun.elapsed() * SHARE)) {
            return;
        }
    }
}

/// Waits; true if the thread is to end.
fn pause(stopped: &Receiver<()>, time: Duration) -> bool {
    stopped.recv_timeout(time) != Err(RecvTimeoutError::Timeout)
}
