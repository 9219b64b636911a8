//! WebSocket: one connection is one request (R153).

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use hyper::Response;
use hyper::body::Incoming;
use hyper::header::{CONNECTION, HeaderValue, UPGRADE};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf, split};
use tokio::sync::watch;
use tokio::time::{sleep, sleep_until, timeout};

use super::frames::{Frames, NO_CODE, close};
use super::instance::{Phase, Ticket};
use super::{Body, head, over, timed_out, whole};
use crate::runtime::outcome::{Failed, Status};
use crate::runtime::spec::FunctionSpec;

/// How long the other side may take to answer a close.
const CLOSING: Duration = Duration::from_secs(1);
/// What a client may send in a second (R162, R163).
const BYTES: u32 = 128 * 1024;
const MESSAGES: u32 = 10;
/// Close codes of the platform's own: the end of the time, a message that is too large.
const GOING_AWAY: u16 = 1001;
const MESSAGE_TOO_BIG: u16 = 1009;

/// Answers the handshake as the function did, and relays the connection.
pub(super) fn pass(
    ticket: Ticket,
    mut response: Response<Incoming>,
    client: OnUpgrade,
    idle: Duration,
    deadline: Instant,
) -> Response<Body> {
    let server = hyper::upgrade::on(&mut response);
    let (mut parts, _) = response.into_parts();
    head::strip(&mut parts.headers);
    parts.headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    parts.headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    tokio::spawn(async move {
        let Ok((client, server)) = futures_util::future::try_join(client, server).await else {
            return; // dropping the ticket says that the client went
        };
        let end = relay(ticket.phase(), client, server, idle, deadline).await;
        let result = result(ticket.spec(), end);
        ticket.finish(result);
    });
    Response::from_parts(parts, whole(""))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Client,
    Server,
}

/// How a connection came to its end.
enum End {
    /// A side said so, with this code.
    Closed(Side, u16),
    /// A side cut it.
    Cut(Side),
    /// A side sent a message that is too large.
    TooLarge(Side),
    Idle,
    TimedOut,
    Over(Failed),
}

async fn relay(
    mut phase: watch::Receiver<Phase>,
    client: Upgraded,
    server: Upgraded,
    idle: Duration,
    deadline: Instant,
) -> End {
    let (mut from_client, mut to_client) = split(TokioIo::new(client));
    let (mut from_server, mut to_server) = split(TokioIo::new(server));
    let heard = Mutex::new(Instant::now());
    let end = {
        let up = one_way(Side::Client, &mut from_client, &mut to_server, &heard);
        let down = one_way(Side::Server, &mut from_server, &mut to_client, &heard);
        tokio::pin!(up, down);
        let end = tokio::select! {
            end = &mut up => end,
            end = &mut down => end,
            () = silence(&heard, idle) => End::Idle,
            () = sleep_until(deadline.into()) => End::TimedOut,
            failed = over(&mut phase) => End::Over(failed),
        };
        // The other side answers a close, and then nothing more comes.
        if let End::Closed(side, _) = end {
            let answer = async {
                match side {
                    Side::Client => down.await,
                    Side::Server => up.await,
                }
            };
            let _ = timeout(CLOSING, answer).await;
        }
        end
    };
    let code = match end {
        End::TooLarge(_) => MESSAGE_TOO_BIG,
        End::Closed(..) => return end,
        _ => GOING_AWAY,
    };
    // A side that is gone does not mind.
    let goodbye = async {
        let _ = to_client.write_all(&close(code, false)).await;
        let _ = to_client.shutdown().await;
        let _ = to_server.write_all(&close(code, true)).await;
        let _ = to_server.shutdown().await;
    };
    let _ = timeout(CLOSING, goodbye).await;
    end
}

/// Relays what `side` sends until that ends the connection.
async fn one_way(
    side: Side,
    from: &mut ReadHalf<TokioIo<Upgraded>>,
    to: &mut WriteHalf<TokioIo<Upgraded>>,
    heard: &Mutex<Instant>,
) -> End {
    let mut frames = Frames::default();
    let mut pace = [Pace::new(BYTES), Pace::new(MESSAGES)];
    let mut bytes = Vec::with_capacity(16 * 1024);
    loop {
        bytes.clear();
        match from.read_buf(&mut bytes).await {
            Ok(0) | Err(_) => return End::Cut(side),
            Ok(_) => *heard.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now(),
        }
        let Ok(seen) = frames.read(&bytes) else { return End::TooLarge(side) };
        if side == Side::Client {
            let size = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
            let wait = pace[0].take(size).max(pace[1].take(seen.messages));
            if !wait.is_zero() {
                sleep(wait).await;
            }
        }
        if to.write_all(&bytes).await.is_err() {
            return match side {
                Side::Client => End::Cut(Side::Server),
                Side::Server => End::Cut(Side::Client),
            };
        }
        if let Some(code) = seen.closed {
            return End::Closed(side, code);
        }
    }
}

/// Waits until nothing was heard for so long.
async fn silence(heard: &Mutex<Instant>, idle: Duration) {
    loop {
        let last = *heard.lock().unwrap_or_else(PoisonError::into_inner);
        if last.elapsed() >= idle {
            return;
        }
        sleep_until((last + idle).into()).await;
    }
}

/// What may pass in a second: more has to wait.
struct Pace {
    rate: f64,
    left: f64,
    at: Instant,
}

impl Pace {
    fn new(rate: u32) -> Self {
        let rate = f64::from(rate);
        Self { rate, left: rate, at: Instant::now() }
    }

    /// How long these have to wait.
    fn take(&mut self, count: u32) -> Duration {
        let now = Instant::now();
        let gained = now.duration_since(self.at).as_secs_f64() * self.rate;
        self.at = now;
        self.left = (self.left + gained).min(self.rate) - f64::from(count);
        Duration::from_secs_f64((-self.left / self.rate).max(0.0))
    }
}

/// What the request ends with (R155 to R158).
fn result(spec: &FunctionSpec, end: End) -> Result<(), Failed> {
    let failed = |side, text: String| {
        let status = match side {
            Side::Client => Status::SocketBroken,
            Side::Server => Status::ProcessExited,
        };
        Err(Failed::new(status, text))
    };
    let name = |side| match side {
        Side::Client => "client",
        Side::Server => "server",
    };
    match end {
        End::Closed(_, 1000 | NO_CODE)
        | End::Closed(Side::Client, 1010)
        | End::Closed(Side::Server, 1011) => Ok(()),
        End::Closed(side, code) => {
            failed(side, format!("the {} closed the WebSocket connection with {code}", name(side)))
        }
        End::Cut(side) => failed(side, format!("the {} cut the WebSocket connection", name(side))),
        End::TooLarge(side) => {
            failed(side, format!("the {} sent a message over 256 KB", name(side)))
        }
        End::Idle => {
            let text = "the WebSocket connection was idle for too long";
            Err(Failed::new(Status::SocketIdle, text))
        }
        End::TimedOut => Err(timed_out(spec)),
        End::Over(failed) => Err(failed),
    }
}
