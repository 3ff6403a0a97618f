//! Ctrl-C and SIGTERM: a command that records ends after the group under way,
//! signs, and says that it was interrupted. What was acknowledged is durable
//! either way; this only spares the next opening the recovery.

use super::Exit;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use tokio::signal::unix::{SignalKind, signal};

/// SIGXFSZ, which tells of a file that outgrew the limit of the process.
const FILE_TOO_LARGE: i32 = 25;

/// From here on a file that may grow no more is an error of the write that is told like a
/// full disk, and does not end the process in the middle of it.
pub(super) fn outlive_file_limits() {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_io().build() else {
        return;
    };
    let _within = runtime.enter();
    // The handler stays. Without it the limit ends the process, as the system has it.
    let _ = signal(SignalKind::from_raw(FILE_TOO_LARGE));
}

/// Whether the process has been asked to end, and how.
#[derive(Clone, Default)]
pub(super) struct Interrupt(Arc<AtomicU8>);

const INTERRUPTED: u8 = 1;
const TERMINATED: u8 = 2;

impl Interrupt {
    /// Listens from here on, for as long as the process lives.
    pub fn watch() -> std::io::Result<Interrupt> {
        let interrupt = Interrupt::default();
        let told = interrupt.clone();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
        let listen = move || runtime.block_on(told.heard());
        std::thread::Builder::new().name("signals".to_owned()).spawn(listen)?;
        Ok(interrupt)
    }

    /// Resolves when a signal comes, and remembers it.
    pub async fn heard(&self) {
        let (interrupted, terminated) =
            (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
        // Without handlers the signals end the process as they always do.
        let (Ok(mut interrupted), Ok(mut terminated)) = (interrupted, terminated) else {
            return std::future::pending().await;
        };
        let which = tokio::select! {
            _ = interrupted.recv() => INTERRUPTED,
            _ = terminated.recv() => TERMINATED,
        };
        self.0.store(which, Ordering::Release);
    }

    /// How to end, if a signal has come.
    pub fn exit(&self) -> Option<Exit> {
        match self.0.load(Ordering::Acquire) {
            INTERRUPTED => Some(Exit::Interrupted),
            TERMINATED => Some(Exit::Terminated),
            _ => None,
        }
    }

    /// Whether to go on.
    pub fn flow(&self) -> ControlFlow<()> {
        match self.exit() {
            Some(_) => ControlFlow::Break(()),
            None => ControlFlow::Continue(()),
        }
    }
}
