//! From a request to its answer.

use std::net::SocketAddr;
use std::sync::Arc;

use http_body_util::{BodyExt, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::HOST;
use hyper::http::request::Parts;
use hyper::{Request, StatusCode};

use super::routes::{Routes, Target, choose};
use super::{answer, event, proxy};
use crate::clb::function_target::FunctionTarget;
use crate::cloud::Cloud;
use crate::runtime::Status;
use crate::scf::invoke;
use crate::server::Page;

/// The largest body that a load balancer takes.
const BODY_MAX: usize = 60 << 20;

/// Where a request came in, and from whom.
pub(super) struct Arrival<'a> {
    pub(super) routes: &'a Arc<Routes>,
    pub(super) port: u16,
    pub(super) peer: SocketAddr,
}

impl Arrival<'_> {
    /// `http` or `https`, as the client speaks it (R24).
    pub(super) fn scheme(&self) -> &'static str {
        let tls = self.routes.ports.get(&self.port).is_some_and(|port| port.tls.is_some());
        if tls { "https" } else { "http" }
    }
}

/// Answers a request to a load balancer.
pub(super) async fn respond(
    cloud: &Arc<Cloud>,
    arrival: &Arrival<'_>,
    request: Request<Incoming>,
) -> Page {
    let (head, body) = request.into_parts();
    let Ok(body) = Limited::new(body, BODY_MAX).collect().await else {
        return own(StatusCode::PAYLOAD_TOO_LARGE);
    };
    let body = body.to_bytes();
    let host = head.headers.get(HOST).and_then(|host| host.to_str().ok());
    let host = head.uri.host().or(host).unwrap_or_default();
    let port = arrival.routes.ports.get(&arrival.port);
    let Some(route) = port.and_then(|port| port.find(host, head.uri.path())) else {
        return own(StatusCode::NOT_FOUND);
    };
    let chance = cloud.ids.chance();
    match &route.target {
        Target::Functions(functions) => match choose(functions, |it| it.weight, chance) {
            Some(function) => call(cloud, arrival, function, &head, &body).await,
            None => own(StatusCode::SERVICE_UNAVAILABLE),
        },
        Target::Nodes(nodes) => match choose(nodes, |it| it.weight, chance) {
            Some(node) => proxy::pass(&cloud.gateway.client, arrival, node, head, body).await,
            None => own(StatusCode::SERVICE_UNAVAILABLE),
        },
    }
}

/// A page of the load balancer's own.
pub(super) fn own(status: StatusCode) -> Page {
    let reason = status.canonical_reason().unwrap_or_default();
    let page = format!(
        "<html>\n<head><title>{0} {reason}</title></head>\n<body><h1>{0} {reason}</h1></body>\n\
         </html>\n",
        status.as_u16()
    );
    answer(status, "text/html", page)
}

async fn call(
    cloud: &Arc<Cloud>,
    arrival: &Arrival<'_>,
    function: &FunctionTarget,
    head: &Parts,
    body: &Bytes,
) -> Page {
    let target = invoke::Target {
        account: Arc::clone(&arrival.routes.account),
        region: arrival.routes.region.clone(),
        namespace: function.namespace.clone(),
        function: function.function.clone(),
        qualifier: function.qualifier.clone(),
        routing_key: None,
    };
    let event = event::of(head, body, arrival, cloud.clock.now());
    match invoke::invoke(cloud, &target, event, cloud.ids.request()).await {
        Ok(outcome) if outcome.status == Status::RequestTooLarge => {
            own(StatusCode::PAYLOAD_TOO_LARGE)
        }
        Ok(outcome) => event::answer(&outcome.ret_msg),
        Err(refusal) => {
            tracing::debug!(%refusal, "a load balancer cannot call its function");
            own(StatusCode::BAD_GATEWAY)
        }
    }
}
