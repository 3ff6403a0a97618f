//! Recording over HTTP: one event a request against a handler that only parses the
//! same JSON, and a hundred a request against submitting the same in process.
//!
//! Clients and listeners share one process and its cores, so the clients' work is
//! in every candidate. Each connection waits for an answer before it asks again.

use super::append::BenchError;
use super::{event, median, rounded};
use crate::config::Config;
use crate::following::Following;
use crate::http::{ApiKeys, Purpose, Service, serve, serve_parsing_only};
use crate::ledger::submission::Submission;
use crate::ledger::{Ledger, LogName, Surroundings, create};
use crate::store::Store;
use serde_json::{Value, json};
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Instant;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Connections that each send one event at a time, and the requests of a round: a
/// second's worth, since what a round of a quarter of a second meets is chance.
const CONNECTIONS: usize = 256;
const REQUESTS: usize = 160 * CONNECTIONS;
/// Submitters of batches, over HTTP or as threads, and the batches of a round.
const SUBMITTERS: usize = 16;
const BATCHES: usize = 16 * SUBMITTERS;
const BATCH_EVENTS: usize = 100;
const KEY: &str = "bench";
/// Longest head of an answer.
const HEAD_BYTES_MAX: usize = 8 << 10;

/// Measures `rounds` rounds over a ledger in an empty folder.
pub fn run(dir: &Path, rounds: usize, given: Surroundings) -> Result<Value, BenchError> {
    let config = Config::new("bench.example".to_owned(), "Asia/Shanghai".to_owned());
    let ledger = create(&dir.join("ledger"), &config, given)?;
    let following = Following::start(&ledger)?;
    let mut keys = ApiKeys::default();
    keys.add("bench", KEY, &[Purpose::Submit]);
    let service = Arc::new(Service::new(ledger, following, keys, None)?);
    let runtime = Runtime::new()?;
    let (stop, stopped) = watch::channel(());
    let shared = service.clone();
    let (full, serving) =
        listen(&runtime, &stopped, |at, started, stop| serve(shared, at, started, stop))?;
    let (bare, parsing) = listen(&runtime, &stopped, serve_parsing_only)?;
    let measured = measure(rounds, &runtime, &service, full, bare);
    drop(stop);
    for listener in [serving, parsing] {
        runtime.block_on(listener).map_err(io::Error::other)??;
    }
    drop(runtime);
    if let Some(service) = Arc::into_inner(service) {
        service.following.stop();
        service.ledger.close();
    }
    measured
}

type Listening = JoinHandle<io::Result<()>>;
type Started = Box<dyn FnOnce(SocketAddr) + Send>;
type Stop = std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;

/// Starts a listener at a free port of this machine.
fn listen<F>(
    runtime: &Runtime,
    stopped: &watch::Receiver<()>,
    serve: impl FnOnce(SocketAddr, Started, Stop) -> F,
) -> io::Result<(SocketAddr, Listening)>
where
    F: Future<Output = io::Result<()>> + Send + 'static,
{
    let (tell, told) = channel();
    let started: Started = Box::new(move |address| {
        // Nobody hears it only if the measurement has been given up.
        let _ = tell.send(address);
    });
    let mut stopped = stopped.clone();
    let stop: Stop = Box::pin(async move {
        // An error says that the sender has gone, which is the sign.
        let _ = stopped.changed().await;
    });
    let listener = runtime.spawn(serve(SocketAddr::from(([127, 0, 0, 1], 0)), started, stop));
    let address = told.recv().map_err(|_| io::Error::other("no listener on 127.0.0.1"))?;
    Ok((address, listener))
}

fn measure(
    rounds: usize,
    runtime: &Runtime,
    service: &Service,
    full: SocketAddr,
    bare: SocketAddr,
) -> Result<Value, BenchError> {
    let ledger = &service.ledger;
    let mut number = 0;
    let mut next = |events: usize| {
        number += events as u64;
        number - events as u64..number
    };
    let (mut parsing, mut recording) = (Vec::new(), Vec::new());
    let (mut in_process, mut batches) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let single = |number| request("/api/v1/events", &event(number).to_bytes());
        for (address, rates) in [(bare, &mut parsing), (full, &mut recording)] {
            let requests: Vec<_> = next(REQUESTS).map(single).collect();
            settle(service)?;
            let taken = runtime.block_on(converse(address, requests, CONNECTIONS))?;
            rates.push(REQUESTS as f64 / taken);
        }
        let events = BATCHES * BATCH_EVENTS;
        let given = next(events).map(|number| Submission::new(event(number))).collect();
        settle(service)?;
        in_process.push(events as f64 / submit(ledger, given)?);
        let batch = |batch: &[u64]| {
            let lines = batch.iter().flat_map(|number| [event(*number).to_bytes(), b"\n".to_vec()]);
            request("/api/v1/events:batch", &lines.collect::<Vec<_>>().concat())
        };
        let requests = next(events).collect::<Vec<_>>().chunks(BATCH_EVENTS).map(batch).collect();
        settle(service)?;
        let taken = runtime.block_on(converse(full, requests, SUBMITTERS))?;
        batches.push(events as f64 / taken);
    }
    let (parsing, recording) = (median(parsing), median(recording));
    let (in_process, batches) = (median(in_process), median(batches));
    Ok(json!({
        "schema": "plumbline.bench.http/1",
        "rounds": rounds,
        "one_event_a_request": {
            "connections": CONNECTIONS,
            "requests_per_second": {"parsing": parsing as u64, "recording": recording as u64},
            "to_parsing": rounded(recording / parsing),
        },
        "hundred_events_a_request": {
            "submitters": SUBMITTERS,
            "events_per_second": {"in_process": in_process as u64, "http": batches as u64},
            "to_in_process": rounded(batches / in_process),
        },
    }))
}

/// Waits until lookup and read models have followed what an earlier candidate
/// recorded: whoever is measured next would pay for it.
fn settle(service: &Service) -> Result<(), BenchError> {
    let size = service.ledger.store(LogName::Open).size()?;
    service.following.of(LogName::Open).wait_for(size);
    Ok(())
}

/// One request, head and body.
fn request(path: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {KEY}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// Sends the requests over so many connections; seconds until all are answered.
async fn converse(
    address: SocketAddr,
    requests: Vec<Vec<u8>>,
    connections: usize,
) -> Result<f64, BenchError> {
    let share = requests.len().div_ceil(connections);
    let mut requests = requests.into_iter();
    let mut shares = Vec::with_capacity(connections);
    for _ in 0..connections {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        shares.push((stream, requests.by_ref().take(share).collect::<Vec<_>>()));
    }
    let start = Instant::now();
    let talks: Vec<_> =
        shares.into_iter().map(|(stream, share)| tokio::spawn(talk(stream, share))).collect();
    for talk in talks {
        talk.await.map_err(io::Error::other)??;
    }
    Ok(start.elapsed().as_secs_f64())
}

async fn talk(mut stream: TcpStream, requests: Vec<Vec<u8>>) -> Result<(), BenchError> {
    let mut buffer = Vec::with_capacity(64 << 10);
    for request in requests {
        stream.write_all(&request).await?;
        answer(&mut stream, &mut buffer).await?;
    }
    Ok(())
}

/// Reads one answer; an error unless everything sent was taken.
async fn answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<(), BenchError> {
    buffer.clear();
    let head = loop {
        if let Some(end) = memchr::memmem::find(buffer, b"\r\n\r\n") {
            break end + 4;
        }
        if buffer.len() > HEAD_BYTES_MAX || stream.read_buf(buffer).await? == 0 {
            return Err(io::Error::other("the answer has no end of its head").into());
        }
    };
    let whole = head + content_length(&buffer[..head]);
    while buffer.len() < whole {
        if stream.read_buf(buffer).await? == 0 {
            return Err(io::Error::other("the answer ends early").into());
        }
    }
    let taken = buffer.starts_with(b"HTTP/1.1 20")
        && memchr::memmem::find(buffer, b"\"problem\"").is_none();
    if !taken {
        return Err(BenchError::NotRecorded(String::from_utf8_lossy(buffer).into_owned()));
    }
    Ok(())
}

/// What the head says of the body's length; 0 if it says nothing.
fn content_length(head: &[u8]) -> usize {
    let text = std::str::from_utf8(head).unwrap_or_default();
    let mut fields = text.lines().filter_map(|line| line.split_once(':'));
    let length = fields.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    length.and_then(|(_, value)| value.trim().parse().ok()).unwrap_or(0)
}

/// Submits batches from as many threads; seconds until all are recorded.
fn submit(ledger: &Ledger, events: Vec<Submission>) -> Result<f64, BenchError> {
    let mut events = events.into_iter();
    let mut shares: Vec<Vec<Vec<Submission>>> = Vec::with_capacity(SUBMITTERS);
    for _ in 0..SUBMITTERS {
        let batch = |_| events.by_ref().take(BATCH_EVENTS).collect();
        shares.push((0..BATCHES / SUBMITTERS).map(batch).collect());
    }
    let start = Instant::now();
    std::thread::scope(|scope| {
        let work = |share: Vec<Vec<Submission>>| {
            share.into_iter().flat_map(|batch| ledger.append(batch)).find_map(Result::err)
        };
        let threads: Vec<_> =
            shares.into_iter().map(|share| scope.spawn(move || work(share))).collect();
        for thread in threads {
            match thread.join() {
                Ok(None) => {}
                Ok(Some(error)) => return Err(BenchError::NotRecorded(error.to_string())),
                Err(_) => return Err(BenchError::NotRecorded("a thread panicked".to_owned())),
            }
        }
        Ok(())
    })?;
    Ok(start.elapsed().as_secs_f64())
}
