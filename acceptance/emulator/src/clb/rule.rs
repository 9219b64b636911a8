//! Rules: which requests of an HTTP, HTTPS or QUIC listener go to which targets.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::certificate::Binding;
use super::function_target::{self, FunctionTarget};
use super::health::HealthCheck;
use super::listener::{self, Listener, Protocol, SCHEDULERS, session_expire};
use super::target::Node;
use super::task::Write;
use super::{length, not_emulated, word};
use crate::call::Call;
use crate::clock::Time;
use crate::params::Params;
use crate::quotas;
use crate::refusal::{Answer, Refusal, refuse, refused};
use crate::store::{Record, Scope, StoreError};

const FORWARD_TYPES: [&str; 4] = ["HTTP", "HTTPS", "GRPC", "GRPCS"];

/// A rule.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Rule {
    /// The domains; the first one is the rule's own.
    pub domains: Vec<String>,
    /// The path: a prefix, or after `=` the whole path.
    pub url: String,
    /// What the domains show to clients, on a listener with SNI.
    pub certificate: Option<Binding>,
    /// The functions behind it (R17).
    pub functions: Vec<FunctionTarget>,
    /// The addresses behind it.
    pub nodes: Vec<Node>,
    pub(super) scheduler: String,
    pub(super) session_expire: i64,
    pub(super) forward_type: String,
    pub(super) health: HealthCheck,
    pub(super) http2: bool,
    pub(super) quic: bool,
    pub(super) cookie: Option<String>,
    pub(super) created: Time,
}

impl Record for Rule {
    const KIND: &'static str = "clb.rule";
}

/// Where a rule is stored.
pub(super) fn key(balancer: &str, listener: &str, location: &str) -> String {
    format!("{balancer}/{listener}/{location}")
}

/// The rules of a listener by their ids, in the order in which they were made.
///
/// # Errors
/// When the store fails.
pub fn all(
    here: &Scope<'_>,
    balancer: &str,
    listener: &str,
) -> Result<Vec<(String, Rule)>, StoreError> {
    let prefix = key(balancer, listener, "");
    let found = here.scan::<Rule>(&prefix)?.into_iter();
    let mut rules: Vec<_> =
        found.map(|(key, rule)| (key[prefix.len()..].to_owned(), rule)).collect();
    rules.sort_by_key(|(_, rule)| rule.created);
    Ok(rules)
}

/// The rule that a request names by `LocationId`, or by `Domain` and `Url`.
pub(super) fn addressed(
    call: &Call<'_>,
    balancer: &str,
    listener: &str,
) -> Result<(String, Rule), Refusal> {
    let p = &call.params;
    let (location, domain, url) = (p.str("LocationId"), p.str("Domain"), p.str("Url"));
    if location.is_empty() && (domain.is_empty() || url.is_empty()) {
        // R16.
        let text = "Name the rule by LocationId, or by Domain and Url.";
        return refused("InvalidParameter", text);
    }
    let found = all(&call.store, balancer, listener)?.into_iter().find(|(id, rule)| {
        if location.is_empty() {
            rule.url == url && rule.has_domain(domain)
        } else {
            id == location
        }
    });
    found.ok_or_else(|| {
        let named = if location.is_empty() { format!("{domain}{url}") } else { location.into() };
        let text = format!("{listener} has no rule `{named}`.");
        refuse("InvalidParameter.LocationNotFound", text)
    })
}

impl Rule {
    pub(super) fn has_domain(&self, domain: &str) -> bool {
        self.domains.iter().any(|own| own == domain)
    }

    pub(super) fn show(&self, listener: &Listener, listener_id: &str, location: &str) -> Value {
        let is_default =
            listener.default_domain.as_ref().is_some_and(|default| self.has_domain(default));
        json!({
            "LocationId": location,
            "ListenerId": listener_id,
            "Domain": self.domains.first(),
            "Domains": self.domains,
            "Url": self.url,
            "SessionExpireTime": self.session_expire,
            "HealthCheck": self.health.show(),
            "Certificate": self.certificate.as_ref().map(Binding::show),
            "Scheduler": self.scheduler,
            "RewriteTarget": {"RewriteCode": 0, "TakeUrl": false, "RewriteType": ""},
            "HttpGzip": false,
            "BeAutoCreated": false,
            "DefaultServer": is_default,
            "Http2": self.http2,
            "ForwardType": self.forward_type,
            "CreateTime": self.created.local(),
            "TargetType": "NODE",
            "WafDomainId": "",
            "TrpcCallee": "",
            "TrpcFunc": "",
            "QuicStatus": if self.quic { "QUIC_ACTIVE" } else { "QUIC_INACTIVE" },
            "CookieName": self.cookie.as_deref().unwrap_or_default(),
        })
    }

    /// What CreateRule and ModifyRule set alike.
    fn change(&mut self, p: &Params<'_>) -> Result<(), Refusal> {
        if let Some(scheduler) = p.text("Scheduler") {
            word("Scheduler", scheduler, &SCHEDULERS)?.clone_into(&mut self.scheduler);
        }
        if let Some(kind) = p.text("ForwardType") {
            word("ForwardType", kind, &FORWARD_TYPES)?.clone_into(&mut self.forward_type);
        }
        if let Some(name) = p.text("CookieName") {
            self.cookie = Some(name.to_owned());
        }
        self.session_expire = session_expire(p, self.session_expire)?;
        self.health = self.health.clone().changed(p.object("HealthCheck"))?;
        Ok(())
    }
}

pub(super) fn create(call: &Call<'_>) -> Answer {
    let write = Write::begin(call)?;
    let listener_id = call.params.str("ListenerId");
    let mut listener = listener::with_rules(call, &write.id, listener_id)?;
    let mut rules = all(&call.store, &write.id, listener_id)?;
    let inputs = call.params.objects("Rules");
    if inputs.is_empty() {
        return refused("InvalidParameterValue.Length", "Rules is empty.");
    }
    let count = rules.len() + inputs.len();
    call.within(&quotas::RULES, count, "delete a rule or raise the quota")?;
    let mut ids = Vec::new();
    for input in &inputs {
        let rule = wanted(call, &listener, input, &rules)?;
        free(&rules, &rule.domains, &rule.url, "")?;
        // The first domain of a listener is its default until another is chosen.
        if input.bool("DefaultServer") == Some(true) || listener.default_domain.is_none() {
            listener.default_domain = rule.domains.first().cloned();
        }
        let id = call.new_id("loc")?;
        write.put(&key(&write.id, listener_id, &id), &rule)?;
        rules.push((id.clone(), rule));
        ids.push(id);
    }
    write.put(&listener::key(&write.id, listener_id), &listener)?;
    Ok(json!({"LocationIds": ids}))
}

fn wanted(
    call: &Call<'_>,
    listener: &Listener,
    p: &Params<'_>,
    rules: &[(String, Rule)],
) -> Result<Rule, Refusal> {
    not_emulated(p, &["TrpcCallee", "TrpcFunc"])?;
    if let Some(kind) = p.text("TargetType") {
        word("TargetType", kind, &["NODE"])?;
    }
    let domains = domains(p)?;
    let sibling = rules.iter().find(|(_, rule)| rule.has_domain(&domains[0]));
    let certificate = Binding::read(call, p)?;
    let certificate = certificate.or(sibling.and_then(|(_, rule)| rule.certificate.clone()));
    if listener.protocol == Protocol::Http && certificate.is_some() {
        let text = "A domain of an HTTP listener has no certificate.";
        return refused("InvalidParameter.ProtocolCheckFailed", text);
    }
    if listener.sni && certificate.is_none() {
        let text = format!("With SniSwitch the domain {} needs a certificate.", domains[0]);
        return refused("InvalidParameterValue", text);
    }
    let mut rule = Rule {
        url: url(p.str("Url"))?,
        certificate,
        functions: Vec::new(),
        nodes: Vec::new(),
        scheduler: SCHEDULERS[0].to_owned(),
        session_expire: 0,
        forward_type: FORWARD_TYPES[0].to_owned(),
        health: HealthCheck::of_rule(&domains[0]),
        http2: p.bool("Http2").unwrap_or_else(|| sibling.is_some_and(|(_, rule)| rule.http2)),
        quic: p.bool("Quic").unwrap_or_else(|| sibling.is_some_and(|(_, rule)| rule.quic)),
        cookie: None,
        created: call.now,
        domains,
    };
    rule.change(p)?;
    Ok(rule)
}

/// `Domain` or `Domains`.
fn domains(p: &Params<'_>) -> Result<Vec<String>, Refusal> {
    let (one, several) = (p.str("Domain"), p.texts("Domains"));
    let domains = match (one, several.is_empty()) {
        ("", false) => several,
        ("", true) => {
            return refused("InvalidParameterValue", "A rule needs Domain or Domains.");
        }
        (one, true) => vec![one],
        _ => {
            return refused("InvalidParameter", "Domain and Domains exclude each other.");
        }
    };
    domains.into_iter().map(domain).collect()
}

/// A domain: a name, or one with a star at its beginning or end.
pub(super) fn domain(domain: &str) -> Result<String, Refusal> {
    length("Domain", domain, 1..=80)?;
    if domain.starts_with('~') {
        let text = "The local cloud does not emulate domains that are regular expressions yet.";
        return refused("UnsupportedOperation", text);
    }
    let starred = domain.strip_prefix("*.").or_else(|| domain.strip_suffix(".*")).unwrap_or(domain);
    let sound = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
    if starred.is_empty() || !starred.chars().all(sound) {
        let text = format!("Domain `{domain}` is no domain, as www.example.com or *.example.com.");
        return refused("InvalidParameter.FormatError", text);
    }
    Ok(domain.to_owned())
}

fn url(url: &str) -> Result<String, Refusal> {
    length("Url", url, 1..=200)?;
    if url.starts_with('~') {
        let text = "The local cloud does not emulate paths that are regular expressions yet.";
        return refused("UnsupportedOperation", text);
    }
    if !url.strip_prefix('=').unwrap_or(url).starts_with('/') || url.contains([' ', '?', '#']) {
        let text = format!("Url `{url}` must be a path that begins with `/`.");
        return refused("InvalidParameter.FormatError", text);
    }
    Ok(url.to_owned())
}

/// A domain and path may be taken once; `but` is the id of the rule that may have them.
fn free(rules: &[(String, Rule)], domains: &[String], url: &str, but: &str) -> Result<(), Refusal> {
    let clash = |rule: &Rule| domains.iter().find(|domain| rule.has_domain(domain));
    let taken = rules.iter().filter(|(id, rule)| id != but && rule.url == url);
    match taken.clone().find_map(|(id, rule)| Some((id, clash(rule)?))) {
        None => Ok(()),
        Some((id, domain)) => {
            let text = format!("{domain}{url} is taken by the rule {id}.");
            refused("InvalidParameterValue.Duplicate", text)
        }
    }
}

pub(super) fn modify(call: &Call<'_>) -> Answer {
    let p = &call.params;
    not_emulated(p, &["TrpcCallee", "TrpcFunc", "OAuth"])?;
    let write = Write::begin(call)?;
    let (listener_id, id) = (p.str("ListenerId"), p.str("LocationId"));
    listener::with_rules(call, &write.id, listener_id)?;
    let rules = all(&call.store, &write.id, listener_id)?;
    let Some((_, rule)) = rules.iter().find(|(location, _)| location == id) else {
        let text = format!("{listener_id} has no rule `{id}`.");
        return refused("InvalidParameter.LocationNotFound", text);
    };
    let mut rule = rule.clone();
    if let Some(text) = p.text("Url") {
        rule.url = url(text)?;
        free(&rules, &rule.domains, &rule.url, id)?;
    }
    rule.change(p)?;
    function_target::put_triggers(&write, listener_id, id, &rule)?;
    write.put(&key(&write.id, listener_id, id), &rule)?;
    Ok(json!({}))
}

pub(super) fn delete(call: &Call<'_>) -> Answer {
    let p = &call.params;
    let write = Write::begin(call)?;
    let listener_id = p.str("ListenerId");
    let mut listener = listener::with_rules(call, &write.id, listener_id)?;
    let (ids, domain, url) = (p.texts("LocationIds"), p.str("Domain"), p.str("Url"));
    if ids.is_empty() && domain.is_empty() {
        let text = "Name the rules by LocationIds, or by Domain and, for one of them, Url.";
        return refused("InvalidParameter", text);
    }
    let chosen = |id: &str, rule: &Rule| {
        if ids.is_empty() {
            rule.has_domain(domain) && (url.is_empty() || rule.url == url)
        } else {
            ids.contains(&id)
        }
    };
    let rules = all(&call.store, &write.id, listener_id)?;
    let (gone, left): (Vec<_>, Vec<_>) = rules.into_iter().partition(|(id, r)| chosen(id, r));
    if gone.is_empty() || gone.len() < ids.len() {
        let text = format!("{listener_id} has no such rule.");
        return refused("InvalidParameter.LocationNotFound", text);
    }
    listener.default_domain = next_default(&listener, &left, p.str("NewDefaultServerDomain"))?;
    for (id, rule) in gone {
        function_target::forget_triggers(&write, listener_id, &id, &rule)?;
        write.remove::<Rule>(&key(&write.id, listener_id, &id))?;
    }
    write.put(&listener::key(&write.id, listener_id), &listener)?;
    Ok(json!({}))
}

/// The default domain once only the rules in `left` are there.
fn next_default(
    listener: &Listener,
    left: &[(String, Rule)],
    wanted: &str,
) -> Result<Option<String>, Refusal> {
    let stays = |domain: &str| left.iter().any(|(_, rule)| rule.has_domain(domain));
    if !wanted.is_empty() {
        if stays(wanted) {
            return Ok(Some(wanted.to_owned()));
        }
        let text = format!("NewDefaultServerDomain `{wanted}` is no domain of the listener.");
        return refused("InvalidParameterValue", text);
    }
    match &listener.default_domain {
        Some(domain) if stays(domain) => Ok(Some(domain.clone())),
        Some(domain) if !left.is_empty() => {
            let text = format!(
                "{domain} is the default domain; say with NewDefaultServerDomain which one \
                 follows it."
            );
            refused("InvalidParameterValue", text)
        }
        _ => Ok(None),
    }
}
