//! Load balancers really serve: every one has an address of its own in 127.0.0.0/8, on which its
//! HTTP and HTTPS listeners accept, and the emulator's own port answers for it as well, at
//! `/_clb/LB-ID/PORT/PATH`.
//!
//! A request's way: `ports` or `respond_at` accept it, `routes` finds the rule and the target,
//! and `forward` calls the function, with `event` as the language between them, or `proxy`
//! passes it on to an address. Routes are compiled from the stored objects after each write.

mod event;
mod forward;
mod ports;
mod proxy;
mod routes;
mod tls;

use std::collections::{HashMap, HashSet};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::{Request, Response, StatusCode};

use crate::accounts::Account;
use crate::clb::load_balancer::{self, LoadBalancer};
use crate::cloud::Cloud;
use crate::ids::hash;
use crate::server::{Page, plain};
use crate::store::StoreError;

use forward::Arrival;
use ports::Ports;
use routes::Routes;

pub use tls::check_certificate;

/// Where load balancers answer on the emulator's own port.
pub const ROOT: &str = "/_clb/";

/// What the gateway serves.
#[derive(Default)]
pub struct Gateway {
    routes: RwLock<HashMap<String, Arc<Routes>>>,
    addresses: Mutex<HashSet<Ipv4Addr>>,
    ports: Ports,
    /// Held while state is read and applied, so that the latest state is applied last.
    order: Mutex<()>,
    client: proxy::Client,
}

impl Gateway {
    /// An address that no load balancer has, the same for the same name as long as it is free.
    #[must_use]
    pub fn address(&self, name: &str) -> Ipv4Addr {
        let mut taken = self.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        let mut attempts = (0_u32..).map(|attempt| nth_address(hash(&format!("{name} {attempt}"))));
        let free = attempts.find(|address| taken.insert(*address));
        free.unwrap_or(Ipv4Addr::LOCALHOST)
    }

    /// Serves a load balancer as it is stored now.
    pub fn refresh(&self, cloud: &Arc<Cloud>, account: &Arc<Account>, region: &str, id: &str) {
        let _order = self.in_order();
        let read = || -> Result<Option<Routes>, StoreError> {
            let txn = cloud.store.read()?;
            let here = txn.scope(&account.uin, region);
            match load_balancer::find(&here, id)? {
                Some(balancer) => Routes::read(&here, account, id, &balancer).map(Some),
                None => Ok(None),
            }
        };
        match read() {
            Ok(found) => self.apply(cloud, id, found),
            Err(error) => tracing::error!(%error, id, "a load balancer is served as it was"),
        }
    }

    /// Serves every stored load balancer, and no other.
    pub fn refresh_all(&self, cloud: &Arc<Cloud>) {
        let _order = self.in_order();
        let read = || -> Result<Vec<Routes>, StoreError> {
            let txn = cloud.store.read()?;
            let all = txn.every::<LoadBalancer>()?;
            let mut found = Vec::new();
            for (uin, region, id, balancer) in &all {
                if let Some(account) = Account::of(&balancer.owner) {
                    let here = txn.scope(uin, region);
                    found.push(Routes::read(&here, &Arc::new(account), id, balancer)?);
                }
            }
            Ok(found)
        };
        let found = match read() {
            Ok(found) => found,
            Err(error) => return tracing::error!(%error, "load balancers are served as they were"),
        };
        let kept = found.iter().map(|routes| routes.id.clone()).collect::<HashSet<_>>();
        let mut gone = self.read_routes().keys().cloned().collect::<Vec<_>>();
        gone.retain(|id| !kept.contains(id));
        for id in gone {
            self.apply(cloud, &id, None);
        }
        for routes in found {
            let id = routes.id.clone();
            self.apply(cloud, &id, Some(routes));
        }
    }

    fn apply(&self, cloud: &Arc<Cloud>, id: &str, found: Option<Routes>) {
        let found = found.map(Arc::new);
        let mut taken = self.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all = self.routes.write().unwrap_or_else(PoisonError::into_inner);
        let before = match &found {
            Some(routes) => {
                taken.insert(routes.address);
                all.insert(id.to_owned(), Arc::clone(routes))
            }
            None => all.remove(id).inspect(|routes| {
                taken.remove(&routes.address);
            }),
        };
        drop((taken, all));
        for (port, reason) in found.iter().flat_map(|routes| &routes.broken) {
            if before.as_ref().and_then(|before| before.broken.get(port)) != Some(reason) {
                tracing::warn!("{id} does not serve port {port}: {reason}");
            }
        }
        self.ports.open_and_close(cloud, before.as_deref(), found.as_ref());
    }

    fn routes(&self, id: &str) -> Option<Arc<Routes>> {
        self.read_routes().get(id).cloned()
    }

    fn read_routes(&self) -> std::sync::RwLockReadGuard<'_, HashMap<String, Arc<Routes>>> {
        self.routes.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn in_order(&self) -> MutexGuard<'_, ()> {
        self.order.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One of the addresses in 127.0.0.0/8 that programs do not usually use: the second part is not 0,
/// the last part neither 0 nor 255.
fn nth_address(n: u64) -> Ipv4Addr {
    let part = |n: u64, count: u64| u8::try_from(n % count).unwrap_or_default();
    Ipv4Addr::new(127, 1 + part(n, 254), part(n / 254, 256), 1 + part(n / 254 / 256, 254))
}

/// Answers a request to `/_clb/LB-ID/PORT/PATH`.
pub async fn respond_at(
    cloud: &Arc<Cloud>,
    peer: SocketAddr,
    mut request: Request<Incoming>,
) -> Page {
    let rest = request.uri().path_and_query().map(hyper::http::uri::PathAndQuery::as_str);
    let rest = rest.and_then(|rest| rest.strip_prefix(ROOT)).unwrap_or_default();
    let mut parts = rest.splitn(3, '/');
    let (id, port) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let path = format!("/{}", parts.next().unwrap_or_default());
    let (Some(routes), Ok(port)) = (cloud.gateway.routes(id), port.parse()) else {
        let text = "There is no such load balancer; the form is /_clb/LB-ID/PORT/PATH.\n";
        return plain(StatusCode::NOT_FOUND, text.to_owned());
    };
    if let Ok(uri) = path.parse() {
        *request.uri_mut() = uri;
    }
    forward::respond(cloud, &Arrival { routes: &routes, port, peer }, request).await
}

/// An answer of the gateway itself.
fn answer(status: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Page {
    let mut page = Response::new(Full::new(body.into()));
    *page.status_mut() = status;
    let kind = hyper::header::HeaderValue::from_static(kind);
    page.headers_mut().insert(hyper::header::CONTENT_TYPE, kind);
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_repeatable_unique_and_never_the_machines_own() {
        let (one, other) = (Gateway::default(), Gateway::default());
        let mut seen = HashSet::new();
        for n in 0..1000 {
            let name = format!("lb-{n}");
            let address = one.address(&name);
            assert_eq!(address, other.address(&name));
            assert!(seen.insert(address), "{address} twice");
            let [first, second, _, last] = address.octets();
            assert!(first == 127 && second != 0 && last != 0 && last != 255, "{address}");
        }
        assert_ne!(one.address("lb-0"), other.address("lb-1"), "taken names get another");
    }
}
