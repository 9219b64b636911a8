//! Web functions: an instance is a server that the package's start file starts, and a request goes
//! to it as it is (R106, R149).
//!
//! `serve` leads a request through: `instance` finds it a place in an instance or starts one,
//! `connect` reaches the instance's port, `head` holds the rules on headers, `answer` passes the
//! answer on while it comes, and `socket` relays a WebSocket connection.

mod answer;
mod connect;
mod frames;
mod head;
mod instance;
mod socket;
mod start;

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Body as _, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Request, Response, StatusCode};
use tokio::sync::watch;
use tokio::time::{sleep_until, timeout};

use super::invoke::{Inner, Used, outcome};
use super::log::Log;
use super::outcome::{Failed, Status};
use super::spec::{FunctionSpec, Web, WebCall};

pub(super) use instance::Instances;
use instance::{Phase, Ticket};

/// What a web function's answer is made of.
pub type Body = UnsyncBoxBody<Bytes, io::Error>;

/// The most that a request's body and an answer's body may have (R51, R114).
const BODY_MAX: usize = 6 * 1024 * 1024;
/// How long after a broken connection its process may take to be seen ended.
const END: Duration = Duration::from_millis(100);

/// A body that is there as a whole.
#[must_use]
pub fn whole(body: impl Into<Full<Bytes>>) -> Body {
    body.into().map_err(|never: Infallible| match never {}).boxed_unsync()
}

/// Serves a request by an instance of the function.
pub(super) async fn serve(
    inner: &Arc<Inner>,
    spec: Arc<FunctionSpec>,
    web: Web,
    call: WebCall,
    mut request: Request<Incoming>,
) -> Response<Body> {
    let request_id = call.request_id.clone();
    let upgrade = (web.socket_idle.is_some() && head::is_web_socket(&request))
        .then(|| hyper::upgrade::on(&mut request));
    let (head, body) = request.into_parts();
    let body = match collect(body).await {
        Ok(body) => body,
        Err(failed) => return refuse(&spec, call, failed),
    };
    let mut ticket = match inner.web.place(inner, &spec, web, call) {
        Ok(ticket) => ticket,
        Err((call, failed)) => return refuse(&spec, *call, failed),
    };
    let exchange = Exchange { spec: &spec, request_id: &request_id, upgrade: upgrade.is_some() };
    match exchange.run(&mut ticket, head, body).await {
        Ok((response, deadline)) => match upgrade.zip(web.socket_idle) {
            Some((client, idle)) if response.status() == StatusCode::SWITCHING_PROTOCOLS => {
                socket::pass(ticket, response, client, idle, deadline)
            }
            _ => answer::pass(ticket, &request_id, response, deadline),
        },
        Err(failed) => {
            let page = page(&failed, &request_id);
            ticket.finish(Err(failed));
            page
        }
    }
}

async fn collect(body: Incoming) -> Result<Bytes, Failed> {
    let too_large = || {
        let text = "RequestTooLarge: the request's body is larger than 6 MB";
        Failed::new(Status::RequestTooLarge, text)
    };
    if body.size_hint().lower() > BODY_MAX as u64 {
        return Err(too_large());
    }
    match Limited::new(body, BODY_MAX).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large()),
        Err(_) => Err(instance::cancelled()),
    }
}

/// Answers a request that gets no place in any instance.
fn refuse(spec: &FunctionSpec, call: WebCall, failed: Failed) -> Response<Body> {
    let page = page(&failed, &call.request_id);
    let log = Log::start(&call.request_id);
    (call.finished)(outcome(spec, call.request_id, log, &Used::default(), Err(failed)));
    page
}

/// What a client gets instead of the function's answer: the status code, and the document that
/// callers of event functions get.
fn page(failed: &Failed, request_id: &str) -> Response<Body> {
    let mut page = Response::new(whole(failed.document(request_id)));
    *page.status_mut() =
        StatusCode::from_u16(failed.status.code()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let kind = HeaderValue::from_static("application/json");
    page.headers_mut().insert(CONTENT_TYPE, kind);
    head::name(page.headers_mut(), request_id);
    page
}

/// One request on its way to an instance, up to the head of the answer.
struct Exchange<'a> {
    spec: &'a FunctionSpec,
    request_id: &'a str,
    /// Whether it asks for a WebSocket connection.
    upgrade: bool,
}

impl Exchange<'_> {
    /// The answer, and when the request's time is up.
    async fn run(
        &self,
        ticket: &mut Ticket,
        head: Parts,
        body: Bytes,
    ) -> Result<(Response<Incoming>, Instant), Failed> {
        let mut phase = ticket.phase();
        let connector = ready(&mut phase).await?;
        ticket.begin();
        let deadline = Instant::now() + self.spec.timeout;
        let request = head::request(head, body, self.spec, self.request_id, self.upgrade);
        let answer = tokio::select! {
            biased;
            answer = connector.send(request) => answer,
            failed = over(&mut phase) => return Err(failed),
            () = sleep_until(deadline.into()) => {
                ticket.hangs();
                return Err(timed_out(self.spec));
            }
        };
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => return Err(broken(&mut phase, error).await),
        };
        head::check(answer.headers())?;
        if answer.body().size_hint().lower() > BODY_MAX as u64 {
            return Err(too_large());
        }
        Ok((answer, deadline))
    }
}

/// Waits until the instance listens.
async fn ready(phase: &mut watch::Receiver<Phase>) -> Result<Arc<connect::Connector>, Failed> {
    let phase = phase.wait_for(|phase| !matches!(phase, Phase::Starting)).await;
    match phase.as_deref() {
        Ok(Phase::Ready(connector)) => Ok(Arc::clone(connector)),
        Ok(Phase::Over(failed)) => Err(failed.clone()),
        Ok(Phase::Starting) | Err(_) => Err(Failed::new(Status::Internal, "InternalError")),
    }
}

/// Waits until the instance is of no use any more.
async fn over(phase: &mut watch::Receiver<Phase>) -> Failed {
    let phase = phase.wait_for(|phase| matches!(phase, Phase::Over(_))).await;
    match phase.as_deref() {
        Ok(Phase::Over(failed)) => failed.clone(),
        _ => Failed::new(Status::Internal, "InternalError"),
    }
}

/// Why there is no whole answer: usually because the process has ended.
async fn broken(phase: &mut watch::Receiver<Phase>, error: connect::Error) -> Failed {
    match timeout(END, over(phase)).await {
        Ok(failed) => failed,
        Err(_) => error.into(),
    }
}

fn timed_out(spec: &FunctionSpec) -> Failed {
    let seconds = spec.timeout.as_secs_f64();
    Failed::new(Status::TimedOut, format!("Invoking task timed out after {seconds} seconds"))
}

fn too_large() -> Failed {
    let limit = BODY_MAX / 1024 / 1024;
    let text = format!("The HTTP response body exceeds the size limit. ({limit} MB)");
    Failed::new(Status::ResponseTooLarge, text)
}
