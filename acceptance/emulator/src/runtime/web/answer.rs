//! Passing an answer on while it comes.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::Response;
use hyper::body::{Body as _, Frame, Incoming};
use tokio::sync::mpsc;
use tokio::time::sleep_until;

use super::instance::Ticket;
use super::{BODY_MAX, Body, broken, connect, head, over, timed_out, too_large};
use crate::runtime::outcome::Failed;

/// How many pieces of an answer may wait for a slow client.
const AHEAD: usize = 8;

/// The answer as the client gets it. The request ends with its last byte.
pub(super) fn pass(
    ticket: Ticket,
    request_id: &str,
    response: Response<Incoming>,
    deadline: Instant,
) -> Response<Body> {
    let (mut parts, body) = response.into_parts();
    head::strip(&mut parts.headers);
    head::name(&mut parts.headers, request_id);
    if body.is_end_stream() {
        ticket.finish(Ok(()));
        return Response::from_parts(parts, super::whole(Bytes::new()));
    }
    let (pieces, received) = mpsc::channel(AHEAD);
    tokio::spawn(pump(ticket, body, pieces, deadline));
    Response::from_parts(parts, Pieces(received).boxed_unsync())
}

/// Hands over what comes. Where it breaks off, so does the answer: its head has gone already.
async fn pump(
    mut ticket: Ticket,
    mut body: Incoming,
    pieces: mpsc::Sender<io::Result<Frame<Bytes>>>,
    deadline: Instant,
) {
    let mut phase = ticket.phase();
    let mut left = BODY_MAX;
    let failed: Failed = loop {
        let frame = tokio::select! {
            biased;
            frame = body.frame() => frame,
            failed = over(&mut phase) => break failed,
            () = sleep_until(deadline.into()) => {
                ticket.hangs();
                break timed_out(ticket.spec());
            }
            // Dropping the ticket says that the client went.
            () = pieces.closed() => return,
        };
        let frame = match frame {
            None => return ticket.finish(Ok(())),
            Some(Err(error)) => break broken(&mut phase, connect::Error::Http(error)).await,
            Some(Ok(frame)) => frame,
        };
        let size = frame.data_ref().map_or(0, Bytes::len);
        if size > left {
            break too_large();
        }
        left -= size;
        if pieces.send(Ok(frame)).await.is_err() {
            return;
        }
    };
    let _ = pieces.send(Err(io::Error::other(failed.message.clone()))).await;
    ticket.finish(Err(failed));
}

/// The pieces of an answer as a body.
struct Pieces(mpsc::Receiver<io::Result<Frame<Bytes>>>);

impl hyper::body::Body for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        self.0.poll_recv(context)
    }
}
