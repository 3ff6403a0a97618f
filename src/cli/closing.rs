//! The daily closing of a ledger that is being served: once each civil day the
//! sealed log is anchored in the open one.

use crate::http::Service;
use crate::ledger::anchor;
use crossbeam_channel::{RecvTimeoutError, Sender, bounded};
use plumbline_replay::time::civil::Zone;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

/// How often the day is looked at.
const LOOK: Duration = Duration::from_secs(60);

/// The thread that closes each day. Ends when it is dropped.
pub(super) struct Closing {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Closing {
    pub(super) fn start(service: Arc<Service>) -> std::io::Result<Closing> {
        let (stop, stopped) = bounded::<()>(0);
        let thread = std::thread::Builder::new().name("closing".to_owned()).spawn(move || {
            loop {
                close_day(&service);
                if stopped.recv_timeout(LOOK) != Err(RecvTimeoutError::Timeout) {
                    break;
                }
            }
        })?;
        Ok(Closing { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Closing {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic there has been reported by its own message.
            let _ = thread.join();
        }
    }
}

fn close_day(service: &Service) {
    let zone = Zone::parse(&service.ledger.config().time_zone).unwrap_or(Zone::SHANGHAI);
    let Ok(salt) = super::salt() else {
        tracing::error!("no randomness: the sealed log is not anchored");
        return;
    };
    match anchor::close_day(&service.ledger, zone, salt) {
        Ok(Some(receipt)) => tracing::info!(position = receipt.position, "anchored the sealed log"),
        Ok(None) => {}
        Err(error) => tracing::error!(%error, "the sealed log was not anchored; trying again"),
    }
}
