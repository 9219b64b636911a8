//! The ports on which load balancers accept.

use std::collections::{HashMap, HashSet};
use std::io;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;
use tokio_rustls::TlsAcceptor;

use super::forward::{self, Arrival};
use super::routes::Routes;
use crate::cloud::Cloud;

/// How often, and after what pause, a port is tried that is still taken: by the load balancer that
/// had it until a moment ago.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(50);
/// How long a client may take to agree on TLS.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// The ports that are open, or being opened.
#[derive(Default)]
pub(super) struct Ports(Mutex<HashMap<SocketAddrV4, AbortHandle>>);

/// A port of a load balancer.
#[derive(Clone)]
struct Place {
    balancer: String,
    address: Ipv4Addr,
    port: u16,
}

impl Ports {
    /// Opens the ports that a load balancer has now, and closes those that it had before.
    pub(super) fn open_and_close(
        &self,
        cloud: &Arc<Cloud>,
        before: Option<&Routes>,
        now: Option<&Arc<Routes>>,
    ) {
        let places = |routes: Option<&Routes>| -> HashSet<SocketAddrV4> {
            let routes = routes.into_iter();
            let of = |it: &Routes| {
                it.ports.keys().map(|port| SocketAddrV4::new(it.address, *port)).collect::<Vec<_>>()
            };
            routes.flat_map(of).collect()
        };
        let (before, after) = (places(before), places(now.map(Arc::as_ref)));
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for gone in before.difference(&after) {
            if let Some(task) = open.remove(gone) {
                task.abort();
            }
        }
        for new in after {
            let Some(routes) = now.filter(|_| !open.contains_key(&new)) else { continue };
            let place = Place { balancer: routes.id.clone(), address: *new.ip(), port: new.port() };
            let task = tokio::spawn(accept(Arc::downgrade(cloud), place));
            open.insert(new, task.abort_handle());
        }
    }
}

async fn accept(cloud: Weak<Cloud>, place: Place) {
    let listener = match bind(&place).await {
        Ok(listener) => listener,
        Err(error) => return warn(&cloud, &place, &error),
    };
    loop {
        let accepted = listener.accept().await;
        let Some(cloud) = cloud.upgrade() else { return };
        match accepted {
            Ok((stream, peer)) => {
                let _ = stream.set_nodelay(true);
                tokio::spawn(converse(cloud, place.clone(), stream, peer));
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection to {}", place.balancer);
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

async fn bind(place: &Place) -> io::Result<TcpListener> {
    let address = SocketAddrV4::new(place.address, place.port);
    let mut tries = 0;
    loop {
        match TcpListener::bind(address).await {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && tries < TRIES => {
                tries += 1;
                tokio::time::sleep(PAUSE).await;
            }
            ended => return ended,
        }
    }
}

fn warn(cloud: &Weak<Cloud>, Place { balancer, address, port }: &Place, error: &io::Error) {
    let url = cloud.upgrade().map(|cloud| cloud.url()).unwrap_or_default();
    tracing::warn!(
        "{balancer} cannot listen on {address}:{port} ({error}); it answers at \
         {url}{}{balancer}/{port}/ all the same",
        super::ROOT
    );
}

async fn converse(cloud: Arc<Cloud>, place: Place, stream: TcpStream, peer: std::net::SocketAddr) {
    let routes = cloud.gateway.routes(&place.balancer);
    let tls = routes.and_then(|routes| routes.ports.get(&place.port)?.tls.clone());
    let Some(config) = tls else { return serve(cloud, place, stream, peer).await };
    match tokio::time::timeout(HANDSHAKE, TlsAcceptor::from(config).accept(stream)).await {
        Ok(Ok(stream)) => serve(cloud, place, stream, peer).await,
        Ok(Err(error)) => tracing::debug!(%error, "no TLS with {peer}"),
        Err(_) => {}
    }
}

async fn serve(
    cloud: Arc<Cloud>,
    place: Place,
    stream: impl AsyncRead + AsyncWrite + Unpin,
    peer: std::net::SocketAddr,
) {
    let service = service_fn(|request| async {
        // The routes may have changed since the last request of this connection.
        let page = match cloud.gateway.routes(&place.balancer) {
            Some(routes) => {
                let arrival = Arrival { routes: &routes, port: place.port, peer };
                forward::respond(&cloud, &arrival, request).await
            }
            None => forward::own(hyper::StatusCode::NOT_FOUND),
        };
        Ok::<_, std::convert::Infallible>(page)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service);
    if let Err(error) = connection.await {
        tracing::debug!(%error, "a connection to {} ended", place.balancer);
    }
}
