//! Which rule answers a request: the stored listeners and rules of one load balancer, compiled.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::sync::Arc;

use rustls::ServerConfig;

use super::tls;
use crate::accounts::Account;
use crate::clb::function_target::FunctionTarget;
use crate::clb::listener::{self, Protocol};
use crate::clb::load_balancer::LoadBalancer;
use crate::clb::rule::{self, Rule};
use crate::clb::target::Node;
use crate::store::{Scope, StoreError};

/// The routes of one load balancer.
pub(super) struct Routes {
    pub(super) id: String,
    pub(super) account: Arc<Account>,
    pub(super) region: String,
    /// Where it answers.
    pub(super) address: Ipv4Addr,
    /// The address that it shows.
    pub(super) vip: Ipv4Addr,
    pub(super) ports: HashMap<u16, Port>,
    /// Ports that cannot be served, and why.
    pub(super) broken: HashMap<u16, String>,
}

/// A listener that speaks HTTP, inside TLS or not.
pub(super) struct Port {
    /// What clients are shown; `None` without TLS.
    pub(super) tls: Option<Arc<ServerConfig>>,
    default_domain: Option<String>,
    rules: Vec<Route>,
}

/// A rule.
pub(super) struct Route {
    domains: Vec<String>,
    url: String,
    pub(super) target: Target,
}

/// What is behind a rule.
#[derive(Debug)]
pub(super) enum Target {
    Functions(Vec<FunctionTarget>),
    Nodes(Vec<Node>),
}

impl Routes {
    pub(super) fn read(
        here: &Scope<'_>,
        account: &Arc<Account>,
        id: &str,
        balancer: &LoadBalancer,
    ) -> Result<Self, StoreError> {
        let (mut ports, mut broken) = (HashMap::new(), HashMap::new());
        for (listener_id, listener) in listener::all(here, id)? {
            if !matches!(listener.protocol, Protocol::Http | Protocol::Https) {
                continue;
            }
            let rules = rule::all(here, id, &listener_id)?;
            let tls = match tls::config(here, &listener, &rules) {
                Ok(tls) => tls,
                Err(reason) => {
                    broken.insert(listener.port, reason);
                    continue;
                }
            };
            let rules = rules.into_iter().map(|(_, rule)| Route::of(rule)).collect();
            let default_domain = listener.default_domain;
            ports.insert(listener.port, Port { tls, default_domain, rules });
        }
        Ok(Self {
            id: id.to_owned(),
            account: Arc::clone(account),
            region: here.region().to_owned(),
            address: balancer.address,
            vip: balancer.shown_vip(),
            ports,
            broken,
        })
    }
}

impl Route {
    fn of(rule: Rule) -> Self {
        let target = if rule.functions.is_empty() {
            Target::Nodes(rule.nodes)
        } else {
            Target::Functions(rule.functions)
        };
        Self { domains: rule.domains, url: rule.url, target }
    }
}

impl Port {
    /// The rule for a request: of the domain that fits best (or the default domain, if none fits)
    /// the one with that very path, or else with the longest beginning of it.
    pub(super) fn find(&self, host: &str, path: &str) -> Option<&Route> {
        let host = host.rsplit_once(':').map_or(host, |(name, port)| {
            if port.bytes().all(|byte| byte.is_ascii_digit()) { name } else { host }
        });
        let host = host.to_ascii_lowercase();
        let domains = self.rules.iter().flat_map(|route| &route.domains);
        let fitting = domains.filter_map(|domain| Some((fit(domain, &host)?, domain)));
        let best = fitting.max_by_key(|(fit, _)| *fit).map(|(_, domain)| domain);
        let domain = best.or(self.default_domain.as_ref())?;
        let of_domain = self.rules.iter().filter(|route| route.domains.contains(domain));
        let reached = of_domain.filter_map(|route| Some((reach(&route.url, path)?, route)));
        reached.max_by_key(|(reach, _)| *reach).map(|(_, route)| route)
    }
}

/// How well a rule's domain fits a host: the name itself best, then the longest name with a star at
/// its beginning, then at its end.
fn fit(domain: &str, host: &str) -> Option<(u8, usize)> {
    let domain = domain.to_ascii_lowercase();
    if domain == host {
        return Some((2, domain.len()));
    }
    let starred =
        |rest: Option<&str>, level| Some((level, rest.filter(|rest| !rest.is_empty())?.len()));
    if let Some(end) = domain.strip_prefix('*') {
        return starred(host.strip_suffix(end), 1).map(|(level, _)| (level, domain.len()));
    }
    let begin = domain.strip_suffix('*')?;
    starred(host.strip_prefix(begin), 0).map(|(level, _)| (level, domain.len()))
}

/// How much of a path a rule's url covers.
fn reach(url: &str, path: &str) -> Option<usize> {
    match url.strip_prefix('=') {
        Some(whole) => (whole == path).then_some(usize::MAX),
        None => path.starts_with(url).then_some(url.len()),
    }
}

/// Chooses by weight; `chance` is in `0.0..1.0`. Nothing, if all weights are 0.
pub(super) fn choose<T>(targets: &[T], weight: impl Fn(&T) -> i64, chance: f64) -> Option<&T> {
    let share = |target: &T| u32::try_from(weight(target)).unwrap_or_default();
    let total = targets.iter().map(share).sum::<u32>();
    let mut left = f64::from(total) * chance;
    targets.iter().filter(|target| share(target) > 0).find(|target| {
        left -= f64::from(share(target));
        left < 0.0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port(default_domain: Option<&str>, rules: &[(&str, &str)]) -> Port {
        let route = |(domain, url): &(&str, &str)| Route {
            domains: vec![(*domain).to_owned()],
            url: (*url).to_owned(),
            target: Target::Nodes(Vec::new()),
        };
        Port {
            tls: None,
            default_domain: default_domain.map(str::to_owned),
            rules: rules.iter().map(route).collect(),
        }
    }

    fn found(port: &Port, host: &str, path: &str) -> Option<String> {
        port.find(host, path).map(|route| format!("{}{}", route.domains[0], route.url))
    }

    #[test]
    fn the_domain_that_fits_best_is_chosen_first() {
        let rules = [
            ("www.example.com", "/"),
            ("*.example.com", "/"),
            ("*.b.example.com", "/"),
            ("www.example.*", "/"),
        ];
        let port = port(None, &rules);
        for (host, expected) in [
            ("www.example.com", Some("www.example.com/")),
            ("WWW.Example.com:8080", Some("www.example.com/")),
            ("a.example.com", Some("*.example.com/")),
            ("a.b.example.com", Some("*.b.example.com/")),
            ("www.example.org", Some("www.example.*/")),
            ("example.com", None),
            ("other.org", None),
        ] {
            assert_eq!(found(&port, host, "/").as_deref(), expected, "{host}");
        }
    }

    #[test]
    fn the_default_domain_answers_for_strangers() {
        let port = port(Some("a.com"), &[("a.com", "/"), ("b.com", "/")]);
        assert_eq!(found(&port, "127.1.2.3", "/x").as_deref(), Some("a.com/"));
        assert_eq!(found(&port, "b.com", "/x").as_deref(), Some("b.com/"));
    }

    #[test]
    fn the_longest_beginning_of_the_path_is_chosen_and_the_whole_path_before_it() {
        let port = port(None, &[("a", "/"), ("a", "/api"), ("a", "/api/v2"), ("a", "=/api/v2/x")]);
        for (path, expected) in [
            ("/", "a/"),
            ("/apis", "a/api"),
            ("/api/v1", "a/api"),
            ("/api/v2/y", "a/api/v2"),
            ("/api/v2/x", "a=/api/v2/x"),
        ] {
            assert_eq!(found(&port, "a", path).as_deref(), Some(expected), "{path}");
        }
        assert_eq!(found(&self::port(None, &[("a", "/api")]), "a", "/"), None);
    }

    #[test]
    fn targets_are_chosen_by_weight() {
        let targets = [("none", 0), ("few", 10), ("many", 30)];
        let of = |chance| choose(&targets, |target| target.1, chance).map(|target| target.0);
        assert_eq!(of(0.0), Some("few"));
        assert_eq!(of(0.249), Some("few"));
        assert_eq!(of(0.25), Some("many"));
        assert_eq!(of(0.999), Some("many"));
        assert_eq!(choose(&[0, 0], |weight| *weight, 0.5), None);
        assert_eq!(choose(&[], |weight: &i64| *weight, 0.5), None);
    }
}
